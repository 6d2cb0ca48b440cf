//! Who becomes master, and when.

use core::time::Duration;

use super::{Completion, OWNER};
use crate::model::{Authentication, InitialState, VrrpVersion};
use crate::{Diagnostic, Problem};

/// What becomes of a delay that cannot be.
const NO_DELAY: &str = "there is no delay";

/// What becomes of `nopreempt` where it cannot be.
const NO_NOPREEMPT: &str = "nopreempt has no effect";

impl Completion<'_> {
    /// Without a priority, state MASTER makes an address owner; without a state, priority 255 makes a master.
    pub(super) fn election(&mut self) -> (InitialState, u8) {
        let master = self.draft.state == Some(InitialState::Master);
        let priority = self.draft.priority.unwrap_or(if master { OWNER } else { 100 });
        let owner = priority == OWNER;
        let wanted = if owner { InitialState::Master } else { InitialState::Backup };
        let state = self.draft.state.unwrap_or(wanted);
        if self.strict && state != wanted {
            let what = "in strict mode the address owner (priority 255), and no other, starts as MASTER";
            self.adjust(self.draft.at("state"), what, "the state follows the priority");
            return (wanted, priority);
        }
        (state, priority)
    }

    /// A master that starts at once would begin a sequence that its predecessor has not finished.
    pub(super) fn without_ah(
        &mut self,
        wanted: InitialState,
        priority: u8,
        authentication: Option<Authentication>,
    ) -> InitialState {
        let ah = matches!(authentication, Some(Authentication::Ah(_)));
        if ah && wanted == InitialState::Master && priority != OWNER {
            self.adjust(
                self.draft.at("state"),
                "state MASTER does not work with auth_type AH",
                "it starts as BACKUP",
            );
            return InitialState::Backup;
        }
        wanted
    }

    pub(super) fn preemption(&mut self, state: InitialState, priority: u8) -> (bool, Duration) {
        let (at_nopreempt, at_delay) = (self.draft.at("nopreempt"), self.draft.at("preempt_delay"));
        let mut nopreempt = self.draft.nopreempt;
        let mut delay = self.draft.preempt_delay;
        if !delay.is_zero() && self.strict {
            self.adjust(at_delay, "strict mode has no preempt_delay", NO_DELAY);
            delay = Duration::ZERO;
        }
        if nopreempt && priority == OWNER {
            let what = "an address owner (priority 255) always preempts";
            self.adjust(at_nopreempt, what, NO_NOPREEMPT);
            nopreempt = false;
        } else if nopreempt && state == InitialState::Master {
            let what = "nopreempt does not work with state MASTER".to_owned();
            let problem = Problem::Adjusted { what, effect: NO_NOPREEMPT, reported: true };
            let finding = Diagnostic::new(at_nopreempt, problem);
            let finding = finding.suggest("write state BACKUP on both nodes");
            self.findings.push(match self.draft.written("state") {
                Some(state) => finding.relate(state, "state MASTER is set here"),
                None => finding,
            });
            nopreempt = false;
        }
        if !delay.is_zero() && nopreempt {
            self.adjust(at_delay, "preempt_delay is of no use with nopreempt", NO_DELAY);
            delay = Duration::ZERO;
        } else if !delay.is_zero() && state == InitialState::Master {
            self.adjust(at_delay, "preempt_delay does not work with state MASTER", NO_DELAY);
            delay = Duration::ZERO;
        }
        (!nopreempt, delay)
    }

    pub(super) fn advert_interval(&mut self) -> Duration {
        let written = self.draft.advert_interval.unwrap_or(Duration::from_secs(1));
        let (unit_us, max_us) = match self.version {
            VrrpVersion::V2 => (1_000_000, 255_000_000),
            VrrpVersion::V3 => (10_000, 40_950_000),
        };
        let micros = u64::try_from(written.as_micros()).unwrap_or(max_us);
        let rounded = (micros + unit_us / 2) / unit_us * unit_us;
        let used = rounded.clamp(unit_us, max_us);
        if used != micros {
            let what = match self.version {
                VrrpVersion::V2 => "version 2 counts advert_int in whole seconds",
                VrrpVersion::V3 => "version 3 counts advert_int in 10 ms, up to 40.95 s",
            };
            self.adjust(self.draft.at("advert_int"), what, "the nearest possible value is used");
        }
        Duration::from_micros(used)
    }
}
