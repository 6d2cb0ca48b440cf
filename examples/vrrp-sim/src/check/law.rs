//! What must hold in every state that can be reached.

use core::fmt;

use stateright::Property;
use vrrp_fsm::{StateKind, VirtualRouter};

use super::lan::{Lan, Life, State};
use super::plan::Plan;

/// A rule about the shipped machine.
///
/// Convergence is a rule about each state, too, by a counter of quiet time in it: a state in
/// which it was quiet for long enough is a wrong one if the routers do not agree. Asking that
/// they agree *eventually* would not see routers that take turns for ever.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Law {
    /// After `Master_Down` of quiet each VRID has one Master, and nobody of a higher priority
    /// may preempt it (RFC 9568 §6.4.2).
    OneMaster,
    /// A Master that is delivered an advertisement that beats it is no longer Master
    /// (RFC 9568 §6.4.3).
    NoTwoMasters,
    /// One input has few outputs.
    FewOutputs,
    /// Once the timer was handled, the next deadline lies ahead: otherwise a driver would spin.
    NoPast,
    /// Timers and answers are those of RFC 9568 §6.4, event by event.
    Rows,
    /// Without preemption a Backup becomes Master after silence or a priority 0 only.
    NoPreemption,
    /// Once it is quiet, the members of a sync group are Master on the same host.
    NoSplit,
}

/// Outputs of one input for each virtual router: transition, advertisement, addresses,
/// announcement, and what is told beside them.
pub(super) const MOST_OUTPUTS: usize = 8;

impl Law {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::OneMaster,
        Self::NoTwoMasters,
        Self::FewOutputs,
        Self::NoPast,
        Self::Rows,
        Self::NoPreemption,
        Self::NoSplit,
    ];

    /// Whether such a LAN could break it.
    #[must_use]
    pub const fn is_about(self, plan: &Plan) -> bool {
        match self {
            Self::OneMaster
            | Self::NoTwoMasters
            | Self::FewOutputs
            | Self::NoPast
            | Self::Rows
            | Self::NoPreemption => true,
            Self::NoSplit => plan.vrids > 1,
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::OneMaster => "after Master_Down of quiet one master, the one that the rules name",
            Self::NoTwoMasters => "two masters never outlast the next delivered advertisement",
            Self::FewOutputs => "outputs per input are bounded",
            Self::NoPast => "no deadline in the past",
            Self::Rows => "timers and answers are those of RFC 9568 section 6.4",
            Self::NoPreemption => "nopreempt never preempts",
            Self::NoSplit => "a sync group is never split once quiet",
        }
    }

    pub(super) fn property(self) -> Property<Lan> {
        let condition: fn(&Lan, &State) -> bool = match self {
            Self::OneMaster => |_, state| !state.broken.has(Self::OneMaster),
            Self::NoTwoMasters => |_, state| !state.broken.has(Self::NoTwoMasters),
            Self::FewOutputs => |_, state| !state.broken.has(Self::FewOutputs),
            Self::NoPast => |_, state| !state.broken.has(Self::NoPast),
            Self::Rows => |_, state| !state.broken.has(Self::Rows),
            Self::NoPreemption => |_, state| !state.broken.has(Self::NoPreemption),
            Self::NoSplit => |_, state| !state.broken.has(Self::NoSplit),
        };
        Property::always(self.name(), condition)
    }
}

impl fmt::Display for Law {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The laws that the last event broke.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub(super) struct Broken(u8);

impl Broken {
    pub(super) const fn put(&mut self, law: Law) {
        self.0 |= 1 << law as u8;
    }

    pub(super) const fn has(self, law: Law) -> bool {
        self.0 & 1 << law as u8 != 0
    }
}

/// Judges what is so, and not what happened: the routers agree if it was quiet for long enough.
pub(super) fn judge_quiet(plan: &Plan, state: &mut State) {
    if state.quiet < plan.settled() || !state.is_still() {
        return;
    }
    let sides = if state.cut == 0 { 1 } else { 2 };
    let agree = (0..sides).all(|side| (0..plan.vrids).all(|vrid| has_one_master(plan, state, side, vrid)));
    if !agree {
        state.broken.put(Law::OneMaster);
    }
    let up = state.hosts.iter().filter(|host| host.life == Life::Up);
    let split = |members: &[VirtualRouter]| {
        members.iter().any(|one| one.state() == StateKind::Master)
            && members.iter().any(|other| other.state() != StateKind::Master)
    };
    if up.into_iter().any(|host| split(host.machine.members())) {
        state.broken.put(Law::NoSplit);
    }
}

/// Of the routers that could be Master on one side of the LAN.
fn has_one_master(plan: &Plan, state: &State, side: u8, vrid: u8) -> bool {
    let here = || {
        (0..plan.hosts).filter(|place| state.side(*place) == side).filter_map(|place| {
            let host = state.host(place).filter(|host| host.life == Life::Up)?;
            let router = host.machine.member(vrid)?;
            (router.state() != StateKind::Fault).then_some((place, router))
        })
    };
    let priority = |(_, router): (u8, &VirtualRouter)| router.effective_priority();
    // It may have been Master before a better one came that does not preempt.
    let best = here().filter(|(place, _)| !state.stubborn.has(*place)).map(priority).max();
    let mut masters = here().filter(|(_, router)| router.state() == StateKind::Master);
    match (masters.next(), masters.next()) {
        (None, _) => here().next().is_none(),
        (Some(master), None) => best.is_none_or(|best| priority(master) >= best),
        (Some(_), Some(_)) => false,
    }
}
