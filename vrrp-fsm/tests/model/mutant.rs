//! Machines that are wrong in one way each, to show that each law looks.

use core::time::Duration;

use vrrp_fsm::{Input, Instant, StateKind, VirtualRouter};
use vrrp_proto::Priority;

use crate::lan::{address, interval};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Mutant {
    /// The shipped machine.
    None,
    /// A Backup whose timer fires goes on waiting.
    NeverMaster,
    /// A Master hears nothing.
    DeafMaster,
    /// Timers are looked at a nanosecond late.
    Late,
    /// Everything is said nine times.
    Chatty,
    /// It preempts although it is configured not to.
    PreemptsAnyway,
}

impl Mutant {
    pub(crate) fn fire(self, router: &mut VirtualRouter, now: Instant) {
        if self == Self::NeverMaster && router.state() == StateKind::Backup {
            let (priority, source) = (Priority::OWNER, address(8));
            router.handle_input(now, Input::Advertisement { priority, interval: interval(), source });
        } else {
            router.handle_timeout(now);
        }
    }

    pub(crate) fn is_deaf(self, state: StateKind) -> bool {
        self == Self::DeafMaster && state == StateKind::Master
    }

    pub(crate) fn lateness(self) -> Duration {
        Duration::from_nanos(u64::from(self == Self::Late))
    }

    pub(crate) fn outputs(self) -> usize {
        if self == Self::Chatty { 9 } else { 1 }
    }
}
