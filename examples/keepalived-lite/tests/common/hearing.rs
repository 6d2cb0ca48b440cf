//! What the sniffer heard, in the words of the tests.

use core::{
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};

use netlab::{Event, Lan, Sniffer, now};

use crate::common::Pulse;

/// An advertisement of a host of the LAN.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Heard {
    /// When, by the kernel's clock.
    pub(crate) time: Duration,
    /// Whose: last octet of the source.
    pub(crate) host: u8,
    /// Priority; 0 when the master resigns.
    pub(crate) priority: u8,
}

/// Listens on a LAN and tells the time since it began.
#[derive(Debug)]
pub(crate) struct Hearing {
    sniffer: Sniffer,
    began: Duration,
    title: String,
}

impl Hearing {
    /// Listens to `lan` from now on; `title` begins each line that [`tell`](Self::tell) prints.
    pub(crate) fn start(lan: &Lan, title: impl Into<String>) -> Self {
        // Before anything is timed.
        Pulse::start();
        Self { sniffer: lan.sniffer().unwrap(), began: now(), title: title.into() }
    }

    /// Every advertisement since `from`.
    pub(crate) fn since(&self, from: Duration) -> Vec<Heard> {
        assert_eq!(self.sniffer.lost(), 0);
        select(&self.sniffer.events(), from).collect()
    }

    /// Waits for the first advertisement since `from` that is `wanted`, and says `what` was
    /// missing when there is none.
    pub(crate) fn first(
        &self,
        from: Duration,
        within: Duration,
        what: &str,
        wanted: impl Fn(&Heard) -> bool,
    ) -> Heard {
        let found = self.sniffer.wait_for(within, |events| select(events, from).find(|heard| wanted(heard)));
        found.unwrap_or_else(|| panic!("{}: {what}: not heard within {within:?}", self.title))
    }

    /// Waits for `count` gratuitous ARP for `address`, and answers when they came.
    pub(crate) fn announcements(&self, count: usize, within: Duration, address: Ipv4Addr) -> Vec<Duration> {
        let all = self.sniffer.wait_for(within, |events| {
            let announces = |event: &&Event| event.gratuitous_arp().is_some_and(|arp| arp.sender == address);
            let times: Vec<Duration> = events.iter().filter(announces).map(|event| event.time).collect();
            (times.len() >= count).then_some(times)
        });
        all.unwrap_or_else(|| panic!("{}: not {count} announcements within {within:?}", self.title))
    }

    /// No advertisement went to a group.
    pub(crate) fn assert_unicast(&self) {
        let events = self.sniffer.events();
        let mut destinations = events.iter().filter_map(|event| Some(event.advert()?.destination));
        assert!(destinations.all(|destination| !destination.is_multicast()), "{}: multicast", self.title);
    }

    /// Prints what happened at `time`.
    pub(crate) fn tell(&self, time: Duration, what: &str) {
        let since = time.saturating_sub(self.began).as_secs_f64();
        println!("{:<34} {since:>8.3} s  {what}", self.title);
    }
}

fn select(events: &[Event], from: Duration) -> impl Iterator<Item = Heard> {
    let later = events.iter().filter(move |event| event.time >= from);
    later.filter_map(|event| {
        let advert = event.advert()?;
        let IpAddr::V4(source) = advert.source else { return None };
        let [.., host] = source.octets();
        Some(Heard { time: event.time, host, priority: advert.priority })
    })
}
