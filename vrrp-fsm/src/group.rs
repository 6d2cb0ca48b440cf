//! Virtual routers that are Master together or not at all (`vrrp_sync_group`).

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::time::Duration;

use vrrp_proto::Priority;

use crate::{Cause, Config, Fault, Input, Instant, Output, StateKind, Transition, VirtualRouter};

/// Virtual routers that change together, with keepalived's rules:
///
/// - all become Master when each of them would: one whose Master is silent waits, as Backup, until
///   the others' Masters are silent too;
/// - when one yields to a better Master, all become Backup;
/// - when one has a fault, all are in Fault, until none has;
/// - when one hears an advertisement that loses, each announces its addresses as its own schedule says;
/// - owners (priority 255) start as Masters only if all members are owners.
///
/// It is driven as a [`VirtualRouter`] is, with the member's place added; Startup, Shutdown and
/// Maintenance are for all. So at no moment is one member Master and another not.
///
/// ```
/// use core::time::Duration;
/// use vrrp_fsm::{Config, GroupOutput, Input, Instant, StateKind, SyncGroup, VirtualRouter};
/// use vrrp_proto::{Version, Vrid};
///
/// let member = |vrid| {
///     let config = Config::new(Version::V3, Vrid::new(vrid)?, [192, 0, 2, vrid].into());
///     Some(VirtualRouter::new(config))
/// };
/// let mut group = SyncGroup::new([member(1), member(2)].into_iter().flatten());
/// group.handle_input(Instant::from_origin(Duration::ZERO), 0, Input::Startup);
/// while let Some(deadline) = group.poll_timeout() {
///     group.handle_timeout(deadline); // yours: when the clock is there
///     while let Some(output) = group.poll_output() {
///         match output {
///             GroupOutput::Member { member, output } => println!("router {member}: {output:?}"),
///             GroupOutput::Transition(change) => println!("the group: {:?}", change.to),
///         }
///     }
///     if group.state() == StateKind::Master {
///         break;
///     }
/// }
/// assert!(group.members().iter().all(|router| router.state() == StateKind::Master));
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct SyncGroup {
    members: Vec<VirtualRouter>,
    state: StateKind,
    outputs: VecDeque<GroupOutput>,
}

/// What a group wants done.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum GroupOutput {
    /// What one of its routers wants done.
    Member {
        /// The router's place, as given to [`SyncGroup::new`].
        member: usize,
        /// What it wants.
        output: Output,
    },
    /// The group changed; its members' outputs came before.
    Transition(Transition),
}

impl SyncGroup {
    /// A group of these routers, which must not have been started.
    #[must_use]
    pub fn new(members: impl IntoIterator<Item = VirtualRouter>) -> Self {
        let members = members.into_iter().map(VirtualRouter::in_group).collect();
        Self { members, state: StateKind::Initialize, outputs: VecDeque::new() }
    }

    /// The state of the group: Master if all are, Fault if one is unfit, Backup otherwise.
    #[must_use]
    pub const fn state(&self) -> StateKind {
        self.state
    }

    /// The routers, in their order.
    #[must_use]
    pub fn members(&self) -> &[VirtualRouter] {
        &self.members
    }

    /// Applies one input for the router at place `member` at `now`. Without such a router nothing
    /// happens.
    pub fn handle_input(&mut self, now: Instant, member: usize, input: Input) {
        let Some(chosen) = self.members.get_mut(member) else { return };
        let (was, answers) = (chosen.state(), chosen.answers_left());
        chosen.handle_input(now, input);
        let (is, answers_now) = (chosen.state(), chosen.answers_left());
        let mut cause = self.drain(member);
        let others = |place: &usize| *place != member;
        if matches!(input, Input::Startup | Input::Shutdown | Input::Maintenance(_)) {
            cause = self.each(others, |router| router.handle_input(now, input)).or(cause);
        } else if (was, is) == (StateKind::Master, StateKind::Backup) {
            self.each(others, |router| router.follow_to_backup(now));
        } else if was == is && answers_now < answers {
            self.each(others, |router| router.announce_with_group(now));
        }
        self.share_faults(now);
        if matches!(input, Input::Startup | Input::FaultCleared(_)) {
            self.begin_as_owners(now);
        }
        self.settle(cause);
    }

    /// The router at place `member` goes on with another configuration, as
    /// [`VirtualRouter::reconfigure`] says. Without such a router nothing happens.
    pub fn reconfigure(
        &mut self,
        now: Instant,
        member: usize,
        config: Config,
        effective: Priority,
        faults: impl IntoIterator<Item = Fault>,
    ) {
        let Some(chosen) = self.members.get_mut(member) else { return };
        chosen.reconfigure(now, config, effective, faults);
        let cause = self.drain(member);
        self.share_faults(now);
        self.begin_as_owners(now);
        self.settle(cause);
    }

    /// Runs whatever is due at `now`. Calling it early or twice does nothing.
    pub fn handle_timeout(&mut self, now: Instant) {
        let mut willing = None;
        for place in 0..self.members.len() {
            let Some(router) = self.members.get_mut(place) else { return };
            if let Some(cause) = router.wait_for_group(now) {
                willing = Some((place, cause));
            } else {
                let was = router.state();
                router.handle_timeout(now);
                let is = router.state();
                let cause = self.drain(place);
                if (was, is) == (StateKind::Master, StateKind::Backup) {
                    self.each(|other| *other != place, |router| router.follow_to_backup(now));
                    self.settle(cause);
                }
            }
        }
        let Some((first, cause)) = willing else { return };
        if self.members.iter().all(VirtualRouter::waits_for_group) {
            self.each(|place| *place == first, |router| router.become_master(now, cause));
            self.each(|place| *place != first, |router| router.become_master(now, Cause::SyncGroup));
            self.settle(Some(cause));
        }
    }

    /// Takes the oldest pending output. Drain to `None` after every `handle_*` call.
    pub fn poll_output(&mut self) -> Option<GroupOutput> {
        self.outputs.pop_front()
    }

    /// When to call [`handle_timeout`](Self::handle_timeout) next; `None` if nothing is due.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.members.iter().filter_map(VirtualRouter::poll_timeout).min()
    }

    /// Moves the origin of time `by` later, as [`VirtualRouter::rebase`] does.
    pub fn rebase(&mut self, by: Duration) {
        self.members.iter_mut().for_each(|router| router.rebase(by));
    }

    /// Owners are Masters at once if all members are owners.
    fn begin_as_owners(&mut self, now: Instant) {
        if self.members.iter().all(VirtualRouter::is_owner_in_backup) {
            self.each(|_| true, |router| router.become_master(now, Cause::Owner));
        }
    }

    /// Each member has the group's fault while another has one of its own.
    fn share_faults(&mut self, now: Instant) {
        let count = self.members.iter().filter(|router| router.has_own_fault()).count();
        for place in 0..self.members.len() {
            let own = self.members.get(place).is_some_and(VirtualRouter::has_own_fault);
            let others = count > usize::from(own);
            let fault = Fault::SyncGroup;
            let input = if others { Input::FaultRaised(fault) } else { Input::FaultCleared(fault) };
            self.each(|each| *each == place, |router| router.handle_input(now, input));
        }
    }

    /// Has routers do something; the cause of the last transition that came of it.
    fn each(
        &mut self,
        wanted: impl Fn(&usize) -> bool,
        mut act: impl FnMut(&mut VirtualRouter),
    ) -> Option<Cause> {
        let mut cause = None;
        for place in (0..self.members.len()).filter(wanted) {
            if let Some(router) = self.members.get_mut(place) {
                act(router);
            }
            cause = self.drain(place).or(cause);
        }
        cause
    }

    /// Reports the group's state if it is another now.
    fn settle(&mut self, cause: Option<Cause>) {
        let any = |state| self.members.iter().any(|router| router.state() == state);
        let to = if any(StateKind::Fault) {
            StateKind::Fault
        } else if any(StateKind::Backup) {
            StateKind::Backup
        } else if any(StateKind::Master) {
            StateKind::Master
        } else {
            StateKind::Initialize
        };
        let from = self.state;
        if from != to {
            self.state = to;
            let cause = cause.unwrap_or(Cause::SyncGroup);
            self.outputs.push_back(GroupOutput::Transition(Transition { from, to, cause }));
        }
    }

    /// Moves the router's outputs to the group's; the cause of its last transition, if there was
    /// one.
    fn drain(&mut self, member: usize) -> Option<Cause> {
        let mut cause = None;
        while let Some(output) = self.members.get_mut(member).and_then(VirtualRouter::poll_output) {
            if let Output::Transition(change) = output {
                cause = Some(change.cause);
            }
            self.outputs.push_back(GroupOutput::Member { member, output });
        }
        cause
    }
}
