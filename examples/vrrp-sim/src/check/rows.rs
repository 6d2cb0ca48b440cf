//! The steps of RFC 9568 §6.4 as predicates of single events.
//!
//! Judged is what no other law looks at: the timers, and what a Master says. That a Backup becomes
//! Master and that a Master yields are laws of their own. A sync group's members follow the same
//! rows, except that a Backup whose timer fires may wait.

use vrrp_fsm::{Instant, StateKind, VirtualRouter};
use vrrp_proto::{Priority, Version};

use super::lan::NOW;
use super::machine::Machine;
use super::plan::{INTERVAL, master_down};

/// What the rows ask about a router.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Glance {
    version: Version,
    state: StateKind,
    due: Option<Instant>,
    priority: Priority,
    preempts: bool,
}

impl Glance {
    pub(super) fn at(router: &VirtualRouter) -> Self {
        Self {
            version: router.config().version,
            state: router.state(),
            due: router.poll_timeout(),
            priority: router.effective_priority(),
            preempts: router.config().preempt,
        }
    }

    pub(super) fn at_all(machine: &Machine) -> Vec<Self> {
        machine.members().iter().map(Self::at).collect()
    }

    fn is_master(&self) -> bool {
        self.state == StateKind::Master
    }
}

/// An advertisement that arrived at `at`; `sent` advertisements came of it.
pub(super) fn is_heard_well(
    before: &Glance,
    after: &Glance,
    at: Instant,
    heard: Priority,
    wins: bool,
    sent: usize,
) -> bool {
    let same_state = after.state == before.state;
    let due = after.due;
    match before.state {
        // 6.4.1-7.
        StateKind::Initialize | StateKind::Fault => after == before && sent == 0,
        // 6.4.2-12, -14, -13.
        StateKind::Backup => {
            let wanted = if heard == Priority::RELEASE {
                Some(at + INTERVAL.skew_time(before.version, before.priority))
            } else if before.preempts && heard < before.priority {
                before.due
            } else {
                Some(at + master_down(before.version, before.priority))
            };
            same_state && sent == 0 && due == wanted
        }
        // 6.4.3-10.
        StateKind::Master if heard == Priority::RELEASE => {
            same_state && sent == 1 && due == Some(at + INTERVAL.as_duration())
        }
        // 6.4.3-12; that it yields at all is a law of its own.
        StateKind::Master if wins => {
            let down = at + master_down(before.version, before.priority);
            sent == 0 && (after.is_master() || due == Some(down))
        }
        // 6.4.3-13; whoever stood still and does not preempt yields to who took over.
        StateKind::Master => match after.state {
            StateKind::Master => sent <= 1 && due == before.due,
            StateKind::Backup => !before.preempts && sent == 0,
            StateKind::Initialize | StateKind::Fault => false,
        },
    }
}

/// A timer was handled: each Master whose time had come, and each new one, has spoken once and will
/// again within an interval (6.4.2-7, -11, 6.4.3-9).
pub(super) fn is_fired_well(before: &[Glance], after: &[Glance], sent: usize) -> bool {
    let pairs = before.iter().zip(after);
    let speaks = |(before, after): &(&Glance, &Glance)| {
        after.is_master() && (!before.is_master() || before.due.is_some_and(|due| due <= NOW))
    };
    let in_time = |(_, after): (&Glance, &Glance)| {
        after.due.is_some_and(|due| NOW < due && due <= NOW + INTERVAL.as_duration())
    };
    pairs.clone().filter(speaks).count() == sent && pairs.filter(speaks).all(in_time)
}

/// Shut down: each Master said goodbye, and nobody else did (6.4.2-6, 6.4.3-8).
pub(super) fn is_shut_well(before: &[Glance], goodbyes: usize) -> bool {
    before.iter().filter(|glance| glance.is_master()).count() == goodbyes
}
