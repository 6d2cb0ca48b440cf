//! The timeline as JSON, one object a line.

use serde::Serialize;

use crate::machine::{cause_words, event_words, state_word};
use crate::router::Power;
use crate::timeline::{Happening, Record, Timeline};

/// One line. `event` says which of the others are there.
#[derive(Default, Serialize)]
struct Line<'a> {
    t_ns: u64,
    event: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    router: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vrid: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    held: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repeat: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actual: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
}

impl Timeline {
    /// The timeline as JSON lines, every advertisement on its own. Each has `t_ns` (nanoseconds
    /// since the start) and `event`: `action` (text), `power` (to: on, off, frozen), `transition`
    /// (from, to, cause), `advert` (priority), `addresses` (held), `announce` (repeat), `event`
    /// (text), `refused` (text), `broken_law` (text), `failed` (expected, actual, line). What is
    /// about a router has `router` and `vrid`.
    #[must_use]
    pub fn to_json_lines(&self) -> String {
        let lines = self.records.iter().filter_map(|record| serde_json::to_string(&self.json(record)).ok());
        lines.map(|line| line + "\n").collect()
    }

    fn json<'a>(&'a self, record: &'a Record) -> Line<'a> {
        let about = |event, router: usize| {
            let lane = self.lanes.get(router);
            let vrid = lane.map(|lane| lane.vrid.get());
            Line { event, router: lane.map(|lane| lane.name.as_str()), vrid, ..Line::default() }
        };
        let line = match &record.what {
            Happening::Done(action) => {
                Line { event: "action", text: Some(action.to_string()), ..Line::default() }
            }
            Happening::Power { router, power, .. } => {
                let to = match power {
                    Power::On => "on",
                    Power::Off => "off",
                    Power::Frozen => "frozen",
                };
                Line { to: Some(to), ..about("power", *router) }
            }
            Happening::Changed { router, transition } => Line {
                from: Some(state_word(transition.from)),
                to: Some(state_word(transition.to)),
                cause: Some(cause_words(&transition.cause, |address| self.name_of(*router, address))),
                ..about("transition", *router)
            },
            Happening::Sent { router, priority } => {
                Line { priority: Some(priority.get()), ..about("advert", *router) }
            }
            Happening::Addresses { router, held } => {
                Line { held: Some(*held), ..about("addresses", *router) }
            }
            Happening::Announced { router, repeat } => {
                Line { repeat: Some(*repeat), ..about("announce", *router) }
            }
            Happening::Told { router, event } => Line {
                text: Some(event_words(event, |address| self.name_of(*router, address))),
                ..about("event", *router)
            },
            Happening::Refused { router, reason } => {
                Line { text: Some(reason.to_string()), ..about("refused", *router) }
            }
            Happening::Broke { router, law } => {
                Line { text: Some(law.to_string()), ..about("broken_law", *router) }
            }
            Happening::Failed(failure) => Line {
                event: "failed",
                expected: Some(&failure.expected),
                actual: Some(&failure.actual),
                line: (failure.line > 0).then_some(failure.line),
                ..Line::default()
            },
        };
        Line { t_ns: record.at.as_nanos(), ..line }
    }
}
