//! What runs on a host: the shipped machine, or one that is wrong in one way.

use core::time::Duration;

use vrrp_fsm::{GroupOutput, Input, Instant, Output, StateKind, SyncGroup, VirtualRouter};
use vrrp_proto::Priority;

use super::mutant::Mutant;
use super::plan::{INTERVAL, Plan, address};

/// The machine of one host, and what a mutation keeps beside it.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) struct Machine {
    core: Core,
    /// Of [`Mutant::LateToYield`]: what it has not looked at yet.
    put_off: Vec<(Instant, u8, u8, Priority)>,
    /// Of [`Mutant::LaggingDeadline`]: the deadline that it still tells.
    lagging: Option<Instant>,
}

/// The real thing.
#[expect(clippy::large_enum_variant, reason = "most are routers, and a state has few")]
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
enum Core {
    Router(VirtualRouter),
    Group(SyncGroup),
    /// Of [`Mutant::GroupApart`].
    Apart(Vec<VirtualRouter>),
}

impl Machine {
    /// Not started yet. `None` for a host that no plan has.
    pub(super) fn new(plan: &Plan, place: u8, preempt: bool, mutant: Option<Mutant>) -> Option<Self> {
        let mut routers = Vec::new();
        for vrid in 0..plan.vrids {
            let mut config = plan.config(place, vrid, preempt)?;
            match mutant {
                Some(Mutant::NeverPreempts) => config.preempt = false,
                Some(Mutant::PreemptsAnyway) => config.preempt = true,
                _ => {}
            }
            routers.push(VirtualRouter::new(config));
        }
        let core = match (routers.pop(), routers.is_empty()) {
            (Some(only), true) => Core::Router(only),
            (last, _) => {
                routers.extend(last);
                match mutant {
                    Some(Mutant::GroupApart) => Core::Apart(routers),
                    _ => Core::Group(SyncGroup::new(routers)),
                }
            }
        };
        Some(Self { core, put_off: Vec::new(), lagging: None })
    }

    /// Its virtual routers: one, or the members of its group.
    pub(super) fn members(&self) -> &[VirtualRouter] {
        match &self.core {
            Core::Router(router) => core::slice::from_ref(router),
            Core::Group(group) => group.members(),
            Core::Apart(routers) => routers,
        }
    }

    pub(super) fn member(&self, vrid: u8) -> Option<&VirtualRouter> {
        self.members().get(usize::from(vrid))
    }

    pub(super) fn state(&self, vrid: u8) -> Option<StateKind> {
        self.member(vrid).map(VirtualRouter::state)
    }

    /// Whether such an advertisement beats it.
    pub(super) fn loses_to(&self, vrid: u8, priority: Priority, from: u8) -> bool {
        self.member(vrid).is_some_and(|router| {
            let ours = (router.effective_priority(), router.config().primary_address);
            priority != Priority::RELEASE && (priority, address(from, vrid)) > ours
        })
    }

    /// Tells one of its virtual routers of an advertisement that arrived at `at`.
    pub(super) fn hear(
        &mut self,
        at: Instant,
        vrid: u8,
        priority: Priority,
        from: u8,
        mutant: Option<Mutant>,
    ) {
        self.lagging = None;
        let input = advertisement(vrid, priority, from);
        let is = |state| self.state(vrid) == Some(state);
        let yields = is(StateKind::Master) && self.loses_to(vrid, priority, from);
        let goodbye = is(StateKind::Backup) && priority == Priority::RELEASE;
        match mutant {
            Some(Mutant::LateToYield) if yields => self.put_off.push((at, vrid, from, priority)),
            Some(Mutant::DeafToGoodbye) if goodbye => {}
            _ => self.core.tell(at, vrid, input),
        }
    }

    /// Tells all of its virtual routers.
    pub(super) fn tell_all(&mut self, now: Instant, input: Input) {
        for vrid in 0..self.count() {
            self.core.tell(now, vrid, input);
        }
    }

    /// Tells the first of its virtual routers.
    pub(super) fn tell_first(&mut self, now: Instant, input: Input) {
        self.core.tell(now, 0, input);
    }

    /// Runs what is due.
    pub(super) fn wake(&mut self, now: Instant, mutant: Option<Mutant>) {
        for (at, vrid, from, priority) in core::mem::take(&mut self.put_off) {
            // Its priority may have risen meanwhile.
            if self.loses_to(vrid, priority, from) {
                self.core.tell(at, vrid, advertisement(vrid, priority, from));
            }
        }
        let due = self.core.deadline().filter(|due| *due <= now);
        let waits = self.members().iter().any(|router| router.state() == StateKind::Backup);
        if mutant == Some(Mutant::NeverMaster) && waits && due.is_some() {
            self.tell_all(now, Input::Shutdown);
        } else {
            self.core.wake(now);
        }
        let lags = mutant == Some(Mutant::LaggingDeadline) && self.lagging.is_none();
        self.lagging = if lags { due } else { None };
    }

    /// When it wants to be woken.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let put_off = self.put_off.first().map(|(at, ..)| *at);
        put_off.or(self.lagging).or_else(|| self.core.deadline())
    }

    /// Moves the origin of its time.
    pub(super) fn rebase(&mut self, by: Duration) {
        self.core.rebase(by);
        self.put_off.iter_mut().for_each(|(at, ..)| *at = at.saturating_sub(by));
        self.lagging = self.lagging.map(|at| at.saturating_sub(by));
    }

    /// What it wants done, each with the virtual router that wants it.
    pub(super) fn take(&mut self, mutant: Option<Mutant>) -> Vec<(u8, Output)> {
        let mut outputs = Vec::new();
        while let Some((vrid, output)) = self.core.poll() {
            let leaves = output == Output::SendAdvertisement { priority: Priority::RELEASE };
            if mutant == Some(Mutant::LeavesInSilence) && leaves {
                continue;
            }
            let chatters = mutant == Some(Mutant::Chatty) && matches!(output, Output::Announce { .. });
            let times = if chatters { 9 * usize::from(self.count()) } else { 1 };
            outputs.extend(core::iter::repeat_n((vrid, output), times));
        }
        outputs
    }

    fn count(&self) -> u8 {
        if matches!(self.core, Core::Router(_)) { 1 } else { 2 }
    }
}

impl Core {
    fn tell(&mut self, at: Instant, vrid: u8, input: Input) {
        match self {
            Self::Router(router) => router.handle_input(at, input),
            Self::Group(group) => group.handle_input(at, usize::from(vrid), input),
            Self::Apart(routers) => {
                if let Some(router) = routers.get_mut(usize::from(vrid)) {
                    router.handle_input(at, input);
                }
            }
        }
    }

    fn wake(&mut self, now: Instant) {
        match self {
            Self::Router(router) => router.handle_timeout(now),
            Self::Group(group) => group.handle_timeout(now),
            Self::Apart(routers) => routers.iter_mut().for_each(|router| router.handle_timeout(now)),
        }
    }

    fn deadline(&self) -> Option<Instant> {
        match self {
            Self::Router(router) => router.poll_timeout(),
            Self::Group(group) => group.poll_timeout(),
            Self::Apart(routers) => routers.iter().filter_map(VirtualRouter::poll_timeout).min(),
        }
    }

    fn rebase(&mut self, by: Duration) {
        match self {
            Self::Router(router) => router.rebase(by),
            Self::Group(group) => group.rebase(by),
            Self::Apart(routers) => routers.iter_mut().for_each(|router| router.rebase(by)),
        }
    }

    /// The group's own transitions say nothing that its members' do not.
    fn poll(&mut self) -> Option<(u8, Output)> {
        match self {
            Self::Router(router) => Some((0, router.poll_output()?)),
            Self::Group(group) => loop {
                if let GroupOutput::Member { member, output } = group.poll_output()? {
                    return Some((u8::try_from(member).ok()?, output));
                }
            },
            Self::Apart(routers) => {
                let mut each = (0..).zip(routers.iter_mut());
                each.find_map(|(vrid, router)| Some((vrid, router.poll_output()?)))
            }
        }
    }
}

fn advertisement(vrid: u8, priority: Priority, from: u8) -> Input {
    Input::Advertisement { priority, interval: INTERVAL, source: address(from, vrid) }
}
