//! What a machine must never do, checked at every step of every simulation.

use core::fmt;
use core::net::IpAddr;

use vrrp_proto::Priority;

use crate::machine::{Heard, Machine, StateKind};
use crate::time::Time;

/// Outputs of one input: more would not be bounded by what happened.
const MOST_OUTPUTS: u32 = 8;

/// A rule that a machine broke.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum BrokenLaw {
    /// After everything due was done, the next deadline is not in the future: a driver would
    /// spin.
    DeadlineNotAhead {
        /// The deadline.
        due: Time,
    },
    /// One input had too many outputs.
    TooManyOutputs {
        /// How many.
        count: u32,
    },
    /// Some members of a sync group are Master and others are not.
    SplitGroup,
    /// A Master heard one that wins the election, and is still Master: two Masters outlast the
    /// next advertisement that is delivered.
    OutlastsWinner {
        /// Priority of the winner.
        priority: Priority,
        /// Its address.
        source: IpAddr,
    },
}

impl fmt::Display for BrokenLaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DeadlineNotAhead { due } => write!(f, "its next deadline, {due}, is not ahead"),
            Self::TooManyOutputs { count } => write!(f, "one input had {count} outputs"),
            Self::SplitGroup => f.write_str("its sync group is master in part"),
            Self::OutlastsWinner { priority, source } => {
                write!(f, "it stays master after it heard priority {priority} from {source}, which wins")
            }
        }
    }
}

/// After everything due at `now` was done.
pub(crate) fn judge_deadline(now: Time, due: Time) -> Option<BrokenLaw> {
    (due <= now).then_some(BrokenLaw::DeadlineNotAhead { due })
}

/// After one input of `machines` that act together.
pub(crate) fn judge_outputs(count: u32, machines: usize) -> Option<BrokenLaw> {
    let most = MOST_OUTPUTS.saturating_mul(u32::try_from(machines).unwrap_or(u32::MAX));
    (count > most).then_some(BrokenLaw::TooManyOutputs { count })
}

/// After one input of a sync group: the states of its members.
pub(crate) fn judge_group(states: impl IntoIterator<Item = StateKind>) -> Option<BrokenLaw> {
    let mut masters = states.into_iter().map(|state| state == StateKind::Master);
    let first = masters.next();
    masters.any(|one| Some(one) != first).then_some(BrokenLaw::SplitGroup)
}

/// Whether `heard` must end the reign of `machine` (RFC 9568 §6.4.3).
pub(crate) fn must_yield(machine: &Machine, heard: &Heard) -> bool {
    machine.state() == StateKind::Master
        && machine.listens()
        && (heard.priority, heard.source) > (machine.effective_priority(), machine.config().primary_address)
}

/// After a Master that had to yield has heard the winner.
pub(crate) fn judge_yielding(machine: &Machine, heard: &Heard) -> Option<BrokenLaw> {
    let Heard { priority, source, .. } = *heard;
    (machine.state() == StateKind::Master).then_some(BrokenLaw::OutlastsWinner { priority, source })
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use vrrp_fsm::Config;
    use vrrp_proto::{AdvertInterval, Version, Vrid};

    use super::*;
    use crate::machine::Order;

    #[test]
    fn broken_laws_are_named() {
        let now = Time::from_nanos(5);
        assert!(judge_deadline(now, now).is_some(), "due now, after all that is due was done");
        assert_eq!(judge_deadline(now, Time::from_nanos(6)), None);
        assert_eq!(judge_outputs(9, 1), Some(BrokenLaw::TooManyOutputs { count: 9 }));
        assert_eq!(judge_outputs(8, 1), None);
        let [master, backup] = [StateKind::Master, StateKind::Backup];
        assert_eq!(judge_group([master, master]), None);
        assert_eq!(judge_group([backup, StateKind::Fault]), None);
        assert_eq!(judge_group([backup, backup, master]), Some(BrokenLaw::SplitGroup));
    }

    #[test]
    fn a_master_must_yield_to_a_higher_address_of_its_priority_and_not_to_a_lower_one() {
        let config = Config::new(Version::V3, Vrid::new(1).unwrap(), [192, 0, 2, 5].into());
        let mut machine = Machine::new(config);
        let heard = |host| Heard {
            priority: Priority::DEFAULT,
            interval: AdvertInterval::DEFAULT,
            source: [192, 0, 2, host].into(),
        };
        assert!(!must_yield(&machine, &heard(9)), "not a master");
        machine.obey(Time::START, Order::Start);
        machine.elapse(Time::START + Duration::from_secs(9));
        assert!(must_yield(&machine, &heard(9)));
        assert!(!must_yield(&machine, &heard(1)));
        let broken = judge_yielding(&machine, &heard(9));
        assert!(broken.is_some(), "it has not heard it and so did not yield: {broken:?}");
        machine.hear(Time::START + Duration::from_secs(9), heard(9));
        assert_eq!(judge_yielding(&machine, &heard(9)), None);
    }
}
