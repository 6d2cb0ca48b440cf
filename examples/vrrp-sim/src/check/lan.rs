//! The LAN as a state: real machines, packets under way, and what may still go wrong.

use core::time::Duration;
use std::sync::Arc;

use stateright::{Model, Property};
use vrrp_fsm::Instant;
use vrrp_proto::Priority;

use super::event::{self, Event};
use super::law::{Broken, Law, judge_quiet};
use super::machine::Machine;
use super::mutant::Mutant;
use super::plan::{Faults, Plan, Stubborn};
use super::step::Step;

/// The present, always: when time passes, the origin of every machine's time moves by as much.
pub(super) const NOW: Instant = Instant::from_origin(Duration::from_secs(1000));

/// What is explored, with which machine, for which laws.
#[derive(Clone, Debug)]
pub(super) struct Lan {
    pub(super) plan: Plan,
    pub(super) mutant: Option<Mutant>,
    pub(super) laws: Vec<Law>,
}

/// One host and what keeps it from living.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) struct Host {
    pub(super) machine: Machine,
    pub(super) life: Life,
    /// When each of its virtual routers last heard a Master, if it may not preempt and that was
    /// within `Master_Down`.
    pub(super) heard: [Option<Instant>; 2],
    /// Whether a tracker keeps its first virtual router from being Master.
    pub(super) unfit: bool,
}

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) enum Life {
    Up,
    Down,
    /// Until then; what arrives waits, each with its time.
    Frozen {
        until: Instant,
        waiting: Vec<(Instant, Packet)>,
    },
}

/// An advertisement on its way to one receiver.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) struct Packet {
    pub(super) to: u8,
    pub(super) from: u8,
    pub(super) vrid: u8,
    pub(super) priority: Priority,
}

/// Everything at one moment. Hosts are shared between the states in which they are the same.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) struct State {
    pub(super) hosts: Vec<Arc<Host>>,
    /// Which of them may not preempt.
    pub(super) stubborn: Stubborn,
    /// What arrives before time goes on; sorted, so that orders of sending do not matter.
    pub(super) wire: Vec<Packet>,
    /// What arrives at any later time; sorted.
    pub(super) held: Vec<Packet>,
    /// The hosts, one bit each, that hear each other and nobody else; 0 if all hear all.
    pub(super) cut: u8,
    /// For how long nothing went wrong, at most as long as a law asks for.
    pub(super) quiet: Duration,
    /// What may still go wrong.
    pub(super) faults: Faults,
    /// What the last event broke.
    pub(super) broken: Broken,
}

impl Lan {
    pub(super) fn new(plan: Plan, mutant: Option<Mutant>) -> Self {
        let laws = Law::ALL.into_iter().filter(|law| law.is_about(&plan)).collect();
        Self { plan, mutant, laws }
    }

    /// Nobody has been started.
    fn dark(&self, stubborn: Stubborn) -> State {
        let hosts = (0..self.plan.hosts).filter_map(|place| self.down(place, stubborn).map(Arc::new));
        State {
            hosts: hosts.collect(),
            stubborn,
            wire: Vec::new(),
            held: Vec::new(),
            cut: 0,
            quiet: Duration::ZERO,
            faults: self.plan.faults,
            broken: Broken::default(),
        }
    }

    /// A host without power.
    pub(super) fn down(&self, place: u8, stubborn: Stubborn) -> Option<Host> {
        let machine = Machine::new(&self.plan, place, !stubborn.has(place), self.mutant)?;
        Some(Host { machine, life: Life::Down, heard: [None; 2], unfit: false })
    }

    /// A first state: all have just been started.
    pub(super) fn first(&self, stubborn: Stubborn) -> State {
        let mut step = Step::new(self, self.dark(stubborn), |_, _, _| {});
        (0..self.plan.hosts).for_each(|place| step.apply(&Event::Start(place)));
        step.finish()
    }
}

impl State {
    pub(super) fn host(&self, place: u8) -> Option<&Host> {
        self.hosts.get(usize::from(place)).map(Arc::as_ref)
    }

    /// On which side of the cut a host is.
    pub(super) const fn side(&self, place: u8) -> u8 {
        self.cut >> place & 1
    }

    pub(super) fn is_due(&self, place: u8) -> bool {
        self.host(place).is_some_and(Host::is_due)
    }

    pub(super) fn is_thawing(&self, place: u8) -> bool {
        self.host(place).is_some_and(Host::is_thawing)
    }

    /// Whether nothing is left to happen at this moment.
    pub(super) fn is_still(&self) -> bool {
        self.wire.is_empty() && !self.hosts.iter().any(|host| host.is_due() || host.is_thawing())
    }

    /// How long nothing happens; `None` if nothing ever does.
    pub(super) fn pause(&self) -> Option<Duration> {
        let next = self.hosts.iter().filter_map(|host| match host.life {
            Life::Frozen { until, .. } => Some(until),
            Life::Up => host.machine.deadline(),
            Life::Down => None,
        });
        next.min().map(|next| next.saturating_since(NOW))
    }
}

impl Host {
    fn is_due(&self) -> bool {
        self.life == Life::Up && self.machine.deadline().is_some_and(|due| due <= NOW)
    }

    fn is_thawing(&self) -> bool {
        matches!(self.life, Life::Frozen { until, .. } if until <= NOW)
    }
}

impl Model for Lan {
    type State = State;
    type Action = Event;

    fn init_states(&self) -> Vec<State> {
        Stubborn::ALL.map(|stubborn| self.first(stubborn)).to_vec()
    }

    fn actions(&self, state: &State, actions: &mut Vec<Event>) {
        event::possible(state, actions);
    }

    fn next_state(&self, last: &State, event: Event) -> Option<State> {
        let mut step = Step::new(self, last.clone(), |_, _, _| {});
        step.apply(&event);
        let mut next = step.finish();
        judge_quiet(&self.plan, &mut next);
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        self.laws.iter().map(|law| law.property()).collect()
    }
}
