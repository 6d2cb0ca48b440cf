//! Scenario files: TOML, checked to the last key.

use core::net::IpAddr;
use core::num::NonZeroU8;
use core::ops::Range;
use core::time::Duration;

use serde::Deserialize;
use toml::Spanned;
use vrrp_fsm::{AddressLoss, Config};
use vrrp_proto::{AddressFamily, AddressList, AdvertInterval, Priority, Version, Vrid};

use crate::action::Action;
use crate::expect::Expectation;
use crate::network::{Network, Share};
use crate::router::RouterSpec;
use crate::scenario::{Scenario, Step, What};
use crate::time::{Time, parse_duration};
use crate::wire::default_addresses;

/// What is wrong with a scenario file.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct FileError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    title: String,
    #[serde(default)]
    about: String,
    length: Spanned<String>,
    #[serde(default = "one")]
    seed: u64,
    #[serde(default)]
    network: NetworkTable,
    #[serde(default)]
    defaults: RouterTable,
    router: Vec<Spanned<RouterTable>>,
    #[serde(default)]
    at: Vec<At>,
}

const fn one() -> u64 {
    1
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct NetworkTable {
    delay: Option<Spanned<String>>,
    jitter: Option<Spanned<String>>,
    hold: Option<Spanned<String>>,
    loss: Option<Spanned<String>>,
    duplicate: Option<Spanned<String>>,
    reorder: Option<Spanned<String>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RouterTable {
    name: Option<Spanned<String>>,
    host: Option<String>,
    lan: Option<String>,
    vrid: Option<Spanned<u8>>,
    version: Option<Spanned<u8>>,
    address: Option<Spanned<IpAddr>>,
    virtual_addresses: Option<Spanned<Vec<IpAddr>>>,
    priority: Option<Spanned<u8>>,
    interval: Option<Spanned<String>>,
    preempt: Option<bool>,
    preempt_delay: Option<Spanned<String>>,
    down_timer_adverts: Option<NonZeroU8>,
    answer_losing: Option<bool>,
    answer_winning: Option<bool>,
    owner_ignores: Option<bool>,
    address_loss: Option<Spanned<String>>,
    started: Option<bool>,
    sync_group: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct At {
    time: Spanned<String>,
    #[serde(rename = "do")]
    actions: Option<Spanned<Sentences>>,
    expect: Option<Spanned<Sentences>>,
}

/// One sentence or a list of them.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a sentence or a list of sentences")]
enum Sentences {
    One(String),
    Many(Vec<String>),
}

impl Sentences {
    fn as_slice(&self) -> &[String] {
        match self {
            Self::One(one) => core::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}

impl Scenario {
    /// Reads a scenario file.
    ///
    /// # Errors
    ///
    /// [`FileError`] names the first line that is wrong: a key that does not exist, a value out
    /// of range, a sentence that is none, a name that nobody has.
    pub fn parse(text: &str) -> Result<Self, FileError> {
        let reader = Reader { text };
        let file: File = toml::from_str(text).map_err(|error| {
            let span = error.span().unwrap_or(0..0);
            reader.error(&span, error.message())
        })?;
        reader.scenario(&file)
    }
}

struct Reader<'a> {
    text: &'a str,
}

impl Reader<'_> {
    fn line(&self, span: &Range<usize>) -> usize {
        1 + self.text.bytes().take(span.start).filter(|byte| *byte == b'\n').count()
    }

    fn error(&self, span: &Range<usize>, problem: impl Into<String>) -> FileError {
        FileError { line: self.line(span), problem: problem.into() }
    }

    /// Reads a value by `parse`, or says that it is no such thing.
    fn read<T, V: AsRef<str>>(
        &self,
        value: &Spanned<V>,
        what: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<T, FileError> {
        let text = value.get_ref().as_ref();
        parse(text).ok_or_else(|| self.error(&value.span(), format!("{text:?} is no {what}")))
    }

    fn scenario(&self, file: &File) -> Result<Scenario, FileError> {
        let length = self.duration(&file.length)?;
        let mut routers = Vec::new();
        for table in &file.router {
            routers.push(self.router(table, &file.defaults)?);
        }
        let mut steps = Vec::new();
        for at in &file.at {
            self.steps(at, length, &routers, &mut steps)?;
        }
        steps.sort_by_key(|step| step.at);
        Ok(Scenario {
            title: file.title.clone(),
            about: file.about.clone(),
            length,
            seed: file.seed,
            network: self.network(&file.network)?,
            routers,
            steps,
        })
    }

    fn duration(&self, value: &Spanned<String>) -> Result<Duration, FileError> {
        self.read(value, "duration (as in \"1.5 s\": ns, us, ms, s, min, h)", parse_duration)
    }

    fn network(&self, table: &NetworkTable) -> Result<Network, FileError> {
        let mut network = Network::QUIET;
        for (value, field) in [
            (&table.delay, &mut network.delay),
            (&table.jitter, &mut network.jitter),
            (&table.hold, &mut network.hold),
        ] {
            if let Some(value) = value {
                *field = self.duration(value)?;
            }
        }
        for (value, field) in [
            (&table.loss, &mut network.loss),
            (&table.duplicate, &mut network.duplicate),
            (&table.reorder, &mut network.reorder),
        ] {
            if let Some(value) = value {
                *field = self.read(value, "share (as in \"2.5 %\")", Share::parse)?;
            }
        }
        Ok(network)
    }

    fn router(&self, table: &Spanned<RouterTable>, defaults: &RouterTable) -> Result<RouterSpec, FileError> {
        let (span, table) = (table.span(), table.get_ref());
        let missing = |key| self.error(&span, format!("the router has no {key}"));
        let name = table.name.as_ref().ok_or_else(|| missing("name"))?.get_ref().clone();
        let address = table.address.as_ref().ok_or_else(|| missing("address"))?;
        let vrid = match table.vrid.as_ref().or(defaults.vrid.as_ref()) {
            None => Vrid::new(51).ok_or_else(|| missing("vrid"))?,
            Some(vrid) => Vrid::new(*vrid.get_ref()).ok_or_else(|| self.error(&vrid.span(), "VRID 0"))?,
        };
        let version = match table.version.as_ref().or(defaults.version.as_ref()) {
            None => Version::V3,
            Some(version) => match version.get_ref() {
                2 => Version::V2,
                3 => Version::V3,
                other => return Err(self.error(&version.span(), format!("version {other}, not 2 or 3"))),
            },
        };
        let mut config = Config::new(version, vrid, *address.get_ref());
        if let Some(priority) = table.priority.as_ref().or(defaults.priority.as_ref()) {
            config.priority = Priority::new(*priority.get_ref());
            if config.priority == Priority::RELEASE {
                return Err(self.error(&priority.span(), "priority 0 says that a master leaves"));
            }
        }
        if let Some(interval) = table.interval.as_ref().or(defaults.interval.as_ref()) {
            let what = "interval of whole centiseconds up to 255 s";
            config.advert_interval = self.read(interval, what, parse_interval)?;
        }
        if let Some(delay) = table.preempt_delay.as_ref().or(defaults.preempt_delay.as_ref()) {
            config.preempt_delay = self.duration(delay)?;
        }
        let set = |field: &mut bool, ours: Option<bool>, default: Option<bool>| {
            *field = ours.or(default).unwrap_or(*field);
        };
        set(&mut config.preempt, table.preempt, defaults.preempt);
        set(&mut config.answer_losing, table.answer_losing, defaults.answer_losing);
        set(&mut config.answer_winning, table.answer_winning, defaults.answer_winning);
        set(&mut config.owner_ignores, table.owner_ignores, defaults.owner_ignores);
        if let Some(loss) = table.address_loss.as_ref().or(defaults.address_loss.as_ref()) {
            config.address_loss =
                self.read(loss, "answer to a lost address (yield, re-add)", parse_address_loss)?;
        }
        let adverts = table.down_timer_adverts.or(defaults.down_timer_adverts);
        config.down_timer_adverts = adverts.unwrap_or(config.down_timer_adverts);
        let addresses = match table.virtual_addresses.as_ref().or(defaults.virtual_addresses.as_ref()) {
            None => default_addresses(*address.get_ref(), vrid.get()),
            Some(list) => self.addresses(list, *address.get_ref())?,
        };
        Ok(RouterSpec {
            host: table.host.clone().unwrap_or_else(|| name.clone()),
            lan: table.lan.as_ref().or(defaults.lan.as_ref()).cloned().unwrap_or_else(|| "lan".to_owned()),
            started: table.started.or(defaults.started).unwrap_or(true),
            sync_group: table.sync_group.as_ref().or(defaults.sync_group.as_ref()).cloned(),
            name,
            addresses,
            config,
        })
    }

    fn addresses(&self, list: &Spanned<Vec<IpAddr>>, source: IpAddr) -> Result<AddressList, FileError> {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for address in list.get_ref() {
            match address {
                IpAddr::V4(address) => v4.push(*address),
                IpAddr::V6(address) => v6.push(*address),
            }
        }
        let family = if source.is_ipv4() { AddressFamily::V4 } else { AddressFamily::V6 };
        match (family, v4.is_empty(), v6.is_empty()) {
            (AddressFamily::V4, _, true) => Ok(AddressList::V4(v4)),
            (AddressFamily::V6, true, _) => Ok(AddressList::V6(v6)),
            (AddressFamily::V4 | AddressFamily::V6, ..) => {
                Err(self
                    .error(&list.span(), "a virtual address is of another family than the router's address"))
            }
        }
    }

    /// The sentences of a value, each with where it stands.
    fn sentences(&self, value: Option<&Spanned<Sentences>>) -> Vec<Spanned<String>> {
        let Some(value) = value else { return Vec::new() };
        let mut from = value.span().start;
        let place = |sentence: &String| {
            // A sentence has nothing in it that TOML would write otherwise.
            let rest = self.text.get(from..value.span().end).unwrap_or_default();
            let start = from + rest.find(sentence.as_str()).unwrap_or(0);
            from = start + sentence.len();
            Spanned::new(start..from, sentence.clone())
        };
        value.get_ref().as_slice().iter().map(place).collect()
    }

    fn steps(
        &self,
        at: &At,
        length: Duration,
        routers: &[RouterSpec],
        steps: &mut Vec<Step>,
    ) -> Result<(), FileError> {
        let time = self.duration(&at.time)?;
        if time > length {
            return Err(self.error(&at.time.span(), "this is after the end"));
        }
        let known = |name: &str| routers.iter().any(|router| router.name == name || router.host == name);
        let unknown =
            |span: &Range<usize>, name: &str| self.error(span, format!("no router or host is called {name}"));
        let mut push = |span: &Range<usize>, what| {
            steps.push(Step { at: Time::START + time, line: self.line(span), what });
        };
        // What is expected at a time is expected before anything is done at that time.
        for sentence in self.sentences(at.expect.as_ref()) {
            let expectation = self.read(&sentence, "expectation", Expectation::parse)?;
            // It is about one router, and a host may have several.
            let router = |name: &str| routers.iter().any(|router| router.name == name);
            if let Some(name) = expectation.name().filter(|name| !router(name)) {
                return Err(unknown(&sentence.span(), name));
            }
            push(&sentence.span(), What::Expect(expectation));
        }
        for sentence in self.sentences(at.actions.as_ref()) {
            let action = self.read(&sentence, "action", Action::parse)?;
            if let Some(name) = action.names().into_iter().find(|name| !known(name)) {
                return Err(unknown(&sentence.span(), name));
            }
            push(&sentence.span(), What::Do(action));
        }
        Ok(())
    }
}

fn parse_address_loss(text: &str) -> Option<AddressLoss> {
    match text {
        "yield" => Some(AddressLoss::Yield),
        "re-add" => Some(AddressLoss::ReAdd),
        _ => None,
    }
}

fn parse_interval(text: &str) -> Option<AdvertInterval> {
    let nanos = parse_duration(text)?.as_nanos();
    if !nanos.is_multiple_of(10_000_000) {
        return None;
    }
    AdvertInterval::from_centis(u16::try_from(nanos / 10_000_000).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
title = "t"
length = "20 s"
[defaults]
version = 2
[[router]]
name = "a"
address = "192.0.2.1"
[[router]]
name = "b"
address = "192.0.2.2"
preempt_delay = "1.5 s"
[[at]]
time = "2 s"
do = ["crash a", "loss 3 %"]
expect = "no master"
"#;

    #[test]
    fn a_file_is_read_and_written_back() {
        let scenario = Scenario::parse(GOOD).unwrap();
        assert_eq!(scenario.routers.len(), 2);
        assert_eq!(scenario.steps.len(), 3);
        assert!(matches!(scenario.steps[0].what, What::Expect(_)), "first what is expected");
        let again = Scenario::parse(&scenario.to_toml()).unwrap();
        assert_eq!(again.to_toml(), scenario.to_toml());
    }

    #[test]
    fn every_mistake_is_named_with_its_line() {
        let cases = [
            ("title = \"t\"", "tilte = \"t\"", 2, "tilte"),
            ("length = \"20 s\"", "length = \"20\"", 3, "duration"),
            ("version = 2", "version = 4", 5, "version 4"),
            ("version = 2", "prority = 2", 5, "prority"),
            ("address = \"192.0.2.2\"", "", 9, "no address"),
            ("address = \"192.0.2.2\"", "address = \"nowhere\"", 11, "IP address"),
            ("preempt_delay = \"1.5 s\"", "interval = \"1.234 s\"", 12, "interval"),
            ("preempt_delay = \"1.5 s\"", "priority = 0", 12, "priority 0"),
            ("preempt_delay = \"1.5 s\"", "vrid = 0", 12, "VRID 0"),
            ("preempt_delay = \"1.5 s\"", "virtual_addresses = [\"::1\"]", 12, "family"),
            ("preempt_delay = \"1.5 s\"", "address_loss = \"cry\"", 12, "lost address"),
            ("time = \"2 s\"", "time = \"21 s\"", 14, "after the end"),
            ("crash a", "explode a", 15, "no action"),
            ("crash a", "crash c", 15, "called c"),
            ("no master", "a is happy", 16, "no expectation"),
            ("no master", "c is master", 16, "called c"),
        ];
        for (from, to, line, word) in cases {
            assert!(GOOD.contains(from), "{from}");
            let error = Scenario::parse(&GOOD.replace(from, to)).unwrap_err();
            assert_eq!(error.line, line, "{to}: {error}");
            assert!(error.problem.contains(word), "{to}: {error}");
        }
    }
}
