//! The only place that talks to `vrrp-fsm`: a new input, output, cause or event costs an arm here.
//!
//! This is also all that it takes to embed the machine: feed it one thing, drain what it wants
//! done, ask for its deadline.

use core::net::IpAddr;

use vrrp_fsm::{Config, GroupOutput, Input, Output, SyncGroup, VirtualRouter};
use vrrp_proto::{AdvertInterval, Priority};

pub use vrrp_fsm::{Cause, Event, Fault, StateKind, Transition};

use crate::time::{Seconds, Time};

/// What comes to a router from elsewhere than the wire.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Order {
    Start,
    Stop,
    Priority(Priority),
    AddressRemoved,
    Maintenance(bool),
    FaultRaised(Fault),
    FaultCleared(Fault),
}

impl Order {
    const fn input(self) -> Input {
        match self {
            Self::Start => Input::Startup,
            Self::Stop => Input::Shutdown,
            Self::Priority(priority) => Input::Priority(priority),
            Self::AddressRemoved => Input::AddressLost,
            Self::Maintenance(on) => Input::Maintenance(on),
            Self::FaultRaised(fault) => Input::FaultRaised(fault),
            Self::FaultCleared(fault) => Input::FaultCleared(fault),
        }
    }
}

/// The fault of an interface without a link.
pub(crate) const LINK: Fault = Fault::Interface;
/// The fault of a tracker without a weight, as a script that fails.
pub(crate) const TRACKER: Fault = Fault::Tracker(0);

/// What a received advertisement says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Heard {
    pub(crate) priority: Priority,
    pub(crate) interval: AdvertInterval,
    pub(crate) source: IpAddr,
}

impl Heard {
    const fn input(self) -> Input {
        let Self { priority, interval, source } = self;
        Input::Advertisement { priority, interval, source }
    }
}

/// The world around a machine, as far as the machine acts on it.
pub(crate) trait World {
    /// An advertisement goes out.
    fn send(&mut self, priority: Priority);
    /// The addresses come onto the interface or leave it.
    fn hold_addresses(&mut self, hold: bool);
    /// Gratuitous ARP or unsolicited NA go out.
    fn announce(&mut self, repeat: u8);
    /// The state changed.
    fn changed(&mut self, transition: Transition);
    /// Something worth a line.
    fn tell(&mut self, event: Event);
}

/// One virtual router, the shipped machine.
#[derive(Clone, Debug)]
pub(crate) struct Machine(VirtualRouter);

impl Machine {
    pub(crate) const fn new(config: Config) -> Self {
        Self(VirtualRouter::new(config))
    }

    pub(crate) const fn config(&self) -> &Config {
        self.0.config()
    }

    pub(crate) const fn state(&self) -> StateKind {
        self.0.state()
    }

    pub(crate) const fn effective_priority(&self) -> Priority {
        self.0.effective_priority()
    }

    /// Whether it takes over from a Master of lower priority.
    pub(crate) const fn preempts(&self) -> bool {
        let config = self.config();
        !self.0.is_in_maintenance() && (config.preempt || config.priority.is_owner())
    }

    /// Whether it hears advertisements at all.
    pub(crate) const fn listens(&self) -> bool {
        let config = self.config();
        !(config.owner_ignores && config.priority.is_owner() && !self.0.is_in_maintenance())
    }

    /// When it wants to be woken; [`Time::NEVER`] if nothing is due.
    pub(crate) fn deadline(&self) -> Time {
        self.0.poll_timeout().map_or(Time::NEVER, Time::from)
    }

    pub(crate) fn obey(&mut self, at: Time, order: Order) {
        self.0.handle_input(at.instant(), order.input());
    }

    /// `at` is when the packet arrived, not when it is read.
    pub(crate) fn hear(&mut self, at: Time, heard: Heard) {
        self.0.handle_input(at.instant(), heard.input());
    }

    /// Runs what is due.
    pub(crate) fn elapse(&mut self, now: Time) {
        self.0.handle_timeout(now.instant());
    }

    /// Carries out what the machine wants done; returns how many things that were.
    pub(crate) fn drain(&mut self, world: &mut impl World) -> u32 {
        let mut count = 0;
        while let Some(output) = self.0.poll_output() {
            count += 1;
            carry_out(output, world);
        }
        count
    }
}

/// Does what a machine wants done.
fn carry_out(output: Output, world: &mut impl World) {
    match output {
        Output::SendAdvertisement { priority } => world.send(priority),
        Output::AcquireAddresses => world.hold_addresses(true),
        Output::ReleaseAddresses => world.hold_addresses(false),
        Output::Announce { repeat } => world.announce(repeat),
        Output::Transition(transition) => world.changed(transition),
        Output::Event(event) => world.tell(event),
    }
}

/// Virtual routers of a host that are Master together (`vrrp_sync_group`), the shipped group.
#[derive(Clone, Debug)]
pub(crate) struct Group(SyncGroup);

impl Group {
    pub(crate) fn new(configs: impl IntoIterator<Item = Config>) -> Self {
        Self(SyncGroup::new(configs.into_iter().map(VirtualRouter::new)))
    }

    /// One of its routers, to look at.
    pub(crate) fn member(&self, place: usize) -> Option<Machine> {
        self.0.members().get(place).cloned().map(Machine)
    }

    /// When it wants to be woken; [`Time::NEVER`] if nothing is due.
    pub(crate) fn deadline(&self) -> Time {
        self.0.poll_timeout().map_or(Time::NEVER, Time::from)
    }

    pub(crate) fn obey(&mut self, at: Time, place: usize, order: Order) {
        self.0.handle_input(at.instant(), place, order.input());
    }

    /// `at` is when the packet arrived, not when it is read.
    pub(crate) fn hear(&mut self, at: Time, place: usize, heard: Heard) {
        self.0.handle_input(at.instant(), place, heard.input());
    }

    /// Runs what is due.
    pub(crate) fn elapse(&mut self, now: Time) {
        self.0.handle_timeout(now.instant());
    }

    /// The next thing that a member wants done, with its place.
    pub(crate) fn next(&mut self) -> Option<(usize, Wanted)> {
        loop {
            match self.0.poll_output()? {
                GroupOutput::Member { member, output } => return Some((member, Wanted(output))),
                // Its members' changes say the same.
                GroupOutput::Transition(_) => {}
            }
        }
    }
}

/// What a member of a group wants done.
#[derive(Debug)]
pub(crate) struct Wanted(Output);

impl Wanted {
    pub(crate) fn carry_out(self, world: &mut impl World) {
        carry_out(self.0, world);
    }
}

/// A cause in words; `name` gives a name to an address.
#[expect(clippy::wildcard_enum_match_arm, reason = "the others, and those new to us, speak for themselves")]
pub(crate) fn cause_words(cause: &Cause, name: impl Fn(IpAddr) -> String) -> String {
    match cause {
        Cause::Startup => "started".to_owned(),
        Cause::Owner => "started as the owner of the addresses".to_owned(),
        Cause::MasterSilent { silence } => format!("master silent for {} s", Seconds(*silence)),
        Cause::MasterReleased => "the master said goodbye (priority 0)".to_owned(),
        Cause::Beaten { priority, source, ours } if priority == ours => {
            format!("{} has the same priority and the higher address", name(*source))
        }
        Cause::Beaten { priority, source, ours } => {
            format!("priority {priority} of {} beats {ours}", name(*source))
        }
        Cause::Overslept { silence, priority, source } => {
            let (silence, name) = (Seconds(*silence), name(*source));
            format!("was silent for {silence} s, and {name} with priority {priority} took over")
        }
        Cause::FaultsCleared => "fit again".to_owned(),
        Cause::Shutdown => "stopped".to_owned(),
        other => other.to_string(),
    }
}

/// An event in words; `name` gives a name to an address.
pub(crate) fn event_words(event: &Event, name: impl Fn(IpAddr) -> String) -> String {
    match event {
        Event::LosingMaster { priority, source } => {
            format!("hears another master: {} with priority {priority}, which loses", name(*source))
        }
        Event::AddressConflict { source } => {
            format!("hears its own priority from its own address {source}")
        }
        Event::IntervalLearned { interval } => format!("learns the master's interval of {interval}"),
        Event::IntervalMismatch { interval } => format!("hears another interval, {interval}"),
        Event::PriorityChanged { from, to } => format!("changes its priority from {from} to {to}"),
        Event::MasterChanged { source, priority } => {
            format!("follows {} with priority {priority}", name(*source))
        }
        Event::HandedOver { source, priority, after } => {
            let (name, after) = (name(*source), Seconds(*after));
            format!("handed over to {name} with priority {priority}, which took {after} s")
        }
        Event::IgnoredByOwner { priority, source } => {
            format!("ignores {} with priority {priority}, as the owner", name(*source))
        }
        other => format!("reports {other:?}"),
    }
}

/// A word for a state.
pub(crate) const fn state_word(state: StateKind) -> &'static str {
    match state {
        StateKind::Initialize => "initialize",
        StateKind::Fault => "fault",
        StateKind::Backup => "backup",
        StateKind::Master => "master",
    }
}
