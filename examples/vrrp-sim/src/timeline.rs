//! What happened, kept.

use core::net::IpAddr;

use vrrp_proto::{Priority, ReceiveError, Vrid};

use crate::action::Action;
use crate::law::BrokenLaw;
use crate::machine::{Event, StateKind, Transition};
use crate::observer::{Note, Observer};
use crate::router::{Power, group_numbers};
use crate::run::Failure;
use crate::scenario::Scenario;
use crate::time::Time;

/// Records that are kept; what comes after them is counted only.
const MOST_RECORDS: usize = 1_000_000;

/// Everything that happened in a run, in order of time.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// Title of the scenario.
    pub title: String,
    /// When it ended.
    pub end: Time,
    /// The routers; records refer to their positions.
    pub lanes: Vec<Lane>,
    /// What happened.
    pub records: Vec<Record>,
    /// What happened and was not kept.
    pub omitted: usize,
}

/// One router of a timeline.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Lane {
    /// Its name.
    pub name: String,
    /// Its LAN.
    pub lan: String,
    /// Its VRID.
    pub vrid: Vrid,
    /// Its address.
    pub address: IpAddr,
    /// Its base priority.
    pub priority: Priority,
    /// Number of its group.
    pub group: usize,
}

/// One thing at one time.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Record {
    /// When.
    pub at: Time,
    /// What.
    pub what: Happening,
}

/// What a record is about; the fields are those of [`Note`].
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the fields are those of Note, router is a position in the lanes")]
pub enum Happening {
    /// Something was done from outside.
    Done(Action),
    /// A host started, stopped or froze.
    Power { router: usize, power: Power, state: StateKind },
    /// A state changed.
    Changed { router: usize, transition: Transition },
    /// An advertisement was sent.
    Sent { router: usize, priority: Priority },
    /// Virtual addresses came or went.
    Addresses { router: usize, held: bool },
    /// Virtual addresses were announced.
    Announced { router: usize, repeat: u8 },
    /// An event of the machine.
    Told { router: usize, event: Event },
    /// A message was refused.
    Refused { router: usize, reason: ReceiveError },
    /// A law was broken.
    Broke { router: usize, law: BrokenLaw },
    /// An expectation failed.
    Failed(Failure),
}

impl Timeline {
    /// An empty one for the routers of `scenario`.
    pub(crate) fn of(scenario: &Scenario) -> Self {
        let specs = scenario.routers.iter().zip(group_numbers(&scenario.routers));
        let lanes = specs.map(|(spec, group)| Lane {
            name: spec.name.clone(),
            lan: spec.lan.clone(),
            vrid: spec.config.vrid,
            address: spec.config.primary_address,
            priority: spec.config.priority,
            group,
        });
        Self {
            title: scenario.title.clone(),
            end: Time::START + scenario.length,
            lanes: lanes.collect(),
            records: Vec::new(),
            omitted: 0,
        }
    }

    /// Puts in what failed.
    pub(crate) fn finish(&mut self, failures: &[Failure]) {
        let failed = failures
            .iter()
            .map(|failure| Record { at: failure.at, what: Happening::Failed(failure.clone()) });
        self.records.extend(failed);
        self.records.sort_by_key(|record| record.at);
    }

    /// The name of a router by its position.
    pub(crate) fn name(&self, router: usize) -> &str {
        self.lanes.get(router).map_or("?", |lane| &lane.name)
    }

    /// The name of whoever has an address, in the group of `router`.
    pub(crate) fn name_of(&self, router: usize, address: IpAddr) -> String {
        let group = self.lanes.get(router).map(|lane| lane.group);
        let lane = self.lanes.iter().find(|lane| lane.address == address && Some(lane.group) == group);
        lane.map_or_else(|| address.to_string(), |lane| lane.name.clone())
    }
}

impl Observer for Timeline {
    fn note(&mut self, at: Time, note: Note<'_>) {
        if self.records.len() >= MOST_RECORDS {
            self.omitted += 1;
            return;
        }
        let what = match note {
            Note::Acted(action) => Happening::Done(action.clone()),
            Note::Power { router, power, state } => Happening::Power { router, power, state },
            Note::Changed { router, transition } => Happening::Changed { router, transition },
            Note::Sent { router, priority } => Happening::Sent { router, priority },
            Note::Addresses { router, held } => Happening::Addresses { router, held },
            Note::Announced { router, repeat } => Happening::Announced { router, repeat },
            Note::Told { router, event } => Happening::Told { router, event },
            Note::Refused { router, reason } => Happening::Refused { router, reason },
            Note::Broke { router, law } => Happening::Broke { router, law },
        };
        self.records.push(Record { at, what });
    }
}
