//! keepalived's words for what a router does: what notify scripts are told, what the log says.

use core::fmt;

use crate::{Cause, Event, Output, StateKind, Transition};

/// What there is to notify about (`notify`, `notify_master` and the others, `notify_fifo`).
///
/// Its [`Display`](fmt::Display) is the word that keepalived's scripts and FIFO get.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Notification {
    /// It holds the addresses: `MASTER`.
    Master,
    /// It watches a Master: `BACKUP`.
    Backup,
    /// It is unfit: `FAULT`.
    Fault,
    /// It was shut down: `STOP`.
    Stop,
    /// A reload removed it (`notify_deleted`): `DELETED`. No output stands for it: whoever reloads knows.
    Deleted,
    /// As Master it heard a Master that loses (`notify_master_rx_lower_pri`): `MASTER_RX_LOWER_PRI`.
    MasterReceivedLowerPriority,
    /// Its effective priority changed while it is Master (`notify_priority_changes`): `MASTER_PRIORITY`.
    MasterPriority,
    /// Its effective priority changed while it is not Master: `BACKUP_PRIORITY`.
    BackupPriority,
}

impl Notification {
    /// Whether it tells of a state. The generic `notify` script is told of states only.
    #[must_use]
    pub const fn is_state(self) -> bool {
        matches!(self, Self::Master | Self::Backup | Self::Fault | Self::Stop | Self::Deleted)
    }

    /// keepalived's word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Master => "MASTER",
            Self::Backup => "BACKUP",
            Self::Fault => "FAULT",
            Self::Stop => "STOP",
            Self::Deleted => "DELETED",
            Self::MasterReceivedLowerPriority => "MASTER_RX_LOWER_PRI",
            Self::MasterPriority => "MASTER_PRIORITY",
            Self::BackupPriority => "BACKUP_PRIORITY",
        }
    }
}

impl fmt::Display for Notification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl Output {
    /// What keepalived notifies about when this comes out. Outputs come in keepalived's order: an
    /// advertisement before the state that sends it, the state before its addresses.
    #[must_use]
    pub const fn notification(&self) -> Option<Notification> {
        match self {
            Self::Transition(change) => Some(match change.to {
                StateKind::Master => Notification::Master,
                StateKind::Backup => Notification::Backup,
                StateKind::Fault => Notification::Fault,
                StateKind::Initialize => Notification::Stop,
            }),
            Self::Event(Event::LosingMaster { .. }) => Some(Notification::MasterReceivedLowerPriority),
            Self::Event(_)
            | Self::SendAdvertisement { .. }
            | Self::AcquireAddresses
            | Self::ReleaseAddresses
            | Self::Announce { .. } => None,
        }
    }
}

impl Output {
    /// What keepalived tells its FIFOs about a change of priority of a router in this state, where
    /// `notify_priority_changes` asks for it.
    #[must_use]
    pub const fn priority_notification(&self, state: StateKind) -> Option<Notification> {
        match (self, state) {
            (Self::Event(Event::PriorityChanged { .. }), StateKind::Master) => {
                Some(Notification::MasterPriority)
            }
            (Self::Event(Event::PriorityChanged { .. }), _) => Some(Notification::BackupPriority),
            _ => None,
        }
    }
}

/// keepalived's line in the log, without the name of the instance, with the cause:
/// `Entering MASTER STATE (master silent for 3.609375 s)`.
impl fmt::Display for Transition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cause: &Cause = &self.cause;
        match (self.from, self.to) {
            (_, StateKind::Master) => write!(f, "Entering MASTER STATE ({cause})"),
            (_, StateKind::Backup) => write!(f, "Entering BACKUP STATE ({cause})"),
            (_, StateKind::Fault) => write!(f, "Entering FAULT STATE ({cause})"),
            (StateKind::Master, StateKind::Initialize) => f.write_str("sent 0 priority"),
            (_, StateKind::Initialize) => write!(f, "Stopped ({cause})"),
        }
    }
}

/// A line for the log, without the name of the instance; keepalived's where it has one.
impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LosingMaster { priority, source } => {
                write!(f, "Received advert from {source} with lower priority {priority}")
            }
            Self::HandedOver { source, priority, after } => {
                let (secs, micros) = (after.as_secs(), after.subsec_micros());
                write!(f, "handed over to {source} with priority {priority} in {secs}.{micros:06} s")
            }
            Self::IgnoredByOwner { priority, source } => {
                write!(f, "as the owner ignores the advert from {source} with priority {priority}")
            }
            Self::AddressConflict { source } => {
                write!(f, "advert with our own priority and address {source}: a twin, or our echo")
            }
            Self::IntervalLearned { interval } => {
                write!(f, "advertisement interval changed: the master sends every {interval}")
            }
            Self::IntervalMismatch { interval } => {
                write!(f, "the master sends every {interval}, which is not our advert_int")
            }
            Self::PriorityChanged { from, to } => {
                write!(f, "Changing effective priority from {from} to {to}")
            }
            Self::MasterChanged { source, priority } => {
                write!(f, "master is now {source} with priority {priority}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use core::time::Duration;

    use vrrp_proto::Priority;

    use super::*;

    #[test]
    fn changes_are_said_and_told_in_keepaliveds_words() {
        let silence = Duration::from_micros(3_609_375);
        let change = |from, to, cause| Transition { from, to, cause };
        use StateKind::{Backup, Fault, Initialize, Master};
        let cases = [
            (
                change(Backup, Master, Cause::MasterSilent { silence }),
                "Entering MASTER STATE (master silent for 3.609375 s)",
                "MASTER",
            ),
            (change(Initialize, Backup, Cause::Startup), "Entering BACKUP STATE (init)", "BACKUP"),
            (
                change(Master, Fault, Cause::Fault(crate::Fault::Interface)),
                "Entering FAULT STATE (interface down)",
                "FAULT",
            ),
            (change(Master, Initialize, Cause::Shutdown), "sent 0 priority", "STOP"),
            (change(Backup, Initialize, Cause::Shutdown), "Stopped (stop)", "STOP"),
        ];
        for (change, line, word) in cases {
            assert_eq!(change.to_string(), line);
            let notification = Output::Transition(change).notification().unwrap();
            assert_eq!((notification.to_string().as_str(), notification.is_state()), (word, true));
        }
    }

    #[test]
    fn a_losing_master_is_told_of_and_no_other_event_is() {
        let (priority, source) = (Priority::new(90), [192, 0, 2, 1].into());
        let lost = Event::LosingMaster { priority, source };
        assert_eq!(lost.to_string(), "Received advert from 192.0.2.1 with lower priority 90");
        let told = Output::Event(lost).notification().unwrap();
        assert_eq!((told.word(), told.is_state()), ("MASTER_RX_LOWER_PRI", false));
        let changed = Output::Event(Event::PriorityChanged { from: Priority::new(100), to: priority });
        let words = [StateKind::Master, StateKind::Backup, StateKind::Fault]
            .map(|state| changed.priority_notification(state).unwrap().word());
        assert_eq!(words, ["MASTER_PRIORITY", "BACKUP_PRIORITY", "BACKUP_PRIORITY"]);
        assert_eq!(
            (changed.notification(), Output::AcquireAddresses.priority_notification(StateKind::Master)),
            (None, None)
        );
        let other = Event::MasterChanged { source, priority };
        assert_eq!(other.to_string(), "master is now 192.0.2.1 with priority 90");
        assert_eq!(Output::Event(other).notification(), None);
        assert_eq!(Output::AcquireAddresses.notification(), None);
    }
}
