//! Prints what happens while it happens.

use core::{net::IpAddr, time::Duration};

use netlab::{Event, Mac, Sniffer};

use crate::{
    client::{Answer, Client},
    director::{Director, VIRTUAL},
};

/// A client that misses this many answers in a row is told about.
const SILENCE: Duration = Duration::from_millis(150);

/// The story so far.
#[derive(Debug)]
pub(crate) struct Timeline {
    origin: Duration,
    sniffer: Sniffer,
    client: Client,
    seen: usize,
    master: Option<IpAddr>,
    announced: Option<Mac>,
    last_answer: Option<Answer>,
    silent: bool,
}

/// The names behind addresses.
#[derive(Clone, Debug)]
pub(crate) struct Names(Vec<(&'static str, IpAddr, Mac)>);

impl Names {
    pub(crate) fn of<'a>(directors: impl IntoIterator<Item = &'a Director>) -> Self {
        let name = |one: &Director| (one.name(), IpAddr::V4(one.address()), one.mac());
        Self(directors.into_iter().map(name).collect())
    }

    fn by_address(&self, address: IpAddr) -> String {
        let found = self.0.iter().find(|(_, own, _)| *own == address);
        found.map_or_else(|| address.to_string(), |(name, ..)| (*name).to_owned())
    }

    fn by_mac(&self, mac: Mac) -> String {
        let found = self.0.iter().find(|(_, _, own)| *own == mac);
        found.map_or_else(|| mac.to_string(), |(name, ..)| (*name).to_owned())
    }
}

impl Timeline {
    pub(crate) fn new(sniffer: Sniffer, client: Client) -> Self {
        let origin = netlab::now();
        Self {
            origin,
            sniffer,
            client,
            seen: 0,
            master: None,
            announced: None,
            last_answer: None,
            silent: true,
        }
    }

    /// Prints `text` as of now.
    pub(crate) fn say(&self, text: &str) {
        self.line(netlab::now(), text);
    }

    /// `time` as the timeline counts it.
    pub(crate) fn seconds(&self, time: Duration) -> f64 {
        time.saturating_sub(self.origin).as_secs_f64()
    }

    /// Everything heard on the bridge.
    pub(crate) fn events(&self) -> Vec<Event> {
        self.sniffer.events()
    }

    /// The longest time without an answer around and after `from`, up to now.
    pub(crate) fn longest_silence(&self, from: Duration) -> Duration {
        let answers = self.client.answers_around(from);
        let gaps = answers.windows(2).filter_map(|pair| match pair {
            [before, after] => after.time.checked_sub(before.time),
            _ => None,
        });
        gaps.max().unwrap_or_default()
    }

    /// Whether `who` has answered the client after `time`.
    pub(crate) fn answered_by(&self, who: &str, time: Duration) -> bool {
        self.client.answers_around(time).iter().any(|answer| answer.time > time && answer.who == who)
    }

    /// Prints what is new and worth a line, in the order of time.
    pub(crate) fn observe(&mut self, names: &Names) {
        let mut lines = Vec::new();
        let fresh =
            self.sniffer.wait_for(Duration::ZERO, |events| events.get(self.seen..).map(<[_]>::to_vec));
        for event in fresh.unwrap_or_default() {
            self.seen += 1;
            lines.extend(self.line_about(&event, names).map(|text| (event.time, text)));
        }
        let last_time = self.last_answer.as_ref().map_or(self.origin, |answer| answer.time);
        for answer in self.client.answers_around(last_time) {
            if answer.time > last_time {
                lines.extend(self.line_about_answer(&answer).map(|text| (answer.time, text)));
                self.last_answer = Some(answer);
            }
        }
        let last_time = self.last_answer.as_ref().map_or(self.origin, |answer| answer.time);
        let noticed = netlab::now();
        if !self.silent && noticed.saturating_sub(last_time) > SILENCE {
            self.silent = true;
            let since = self.seconds(last_time);
            lines.push((noticed, format!("client: no answer since {since:.3}")));
        }
        lines.sort();
        for (time, text) in lines {
            self.line(time, &text);
        }
    }

    fn line_about(&mut self, event: &Event, names: &Names) -> Option<String> {
        if let Some(advert) = event.advert() {
            let name = names.by_address(advert.source);
            if advert.priority == 0 {
                self.master = None;
                return Some(format!("{name} resigns: advertisement with priority 0"));
            }
            let first = self.master != Some(advert.source);
            self.master = Some(advert.source);
            return first
                .then(|| format!("{name} is master: first advertisement, priority {}", advert.priority));
        }
        let arp = event.gratuitous_arp().filter(|arp| arp.sender == VIRTUAL)?;
        let first = self.announced != Some(arp.sender_mac);
        self.announced = Some(arp.sender_mac);
        let name = names.by_mac(arp.sender_mac);
        first.then(|| format!("{name} announces {VIRTUAL} at {}: first gratuitous ARP", arp.sender_mac))
    }

    fn line_about_answer(&mut self, answer: &Answer) -> Option<String> {
        let who = &answer.who;
        let text = match &self.last_answer {
            None => format!("client: first answer, from {who}"),
            Some(last) if self.silent || last.who != *who => {
                let gap = answer.time.saturating_sub(last.time);
                format!("client: answer from {who}, {} ms after the last from {}", gap.as_millis(), last.who)
            }
            Some(_) => return None,
        };
        self.silent = false;
        Some(text)
    }

    fn line(&self, time: Duration, text: &str) {
        println!("{:9.3}  {text}", self.seconds(time));
    }
}
