//! What a sync group wants of its members.

use super::VirtualRouter;
use crate::state::{Backup, State, Wait};
use crate::{Cause, Fault, Instant};

impl VirtualRouter {
    /// The same router, of which a group decides when it becomes Master.
    pub(crate) const fn in_group(mut self) -> Self {
        self.grouped = true;
        self
    }

    /// A Backup whose timer is due waits on for its group, for as long again; why it would become
    /// Master.
    pub(crate) fn wait_for_group(&mut self, now: Instant) -> Option<Cause> {
        self.end_startup_delay(now);
        let State::Backup(mut backup) = self.state else { return None };
        if backup.master_down > now {
            return None;
        }
        let cause = self.cause_of(backup);
        backup.master_down = now + self.master_down_interval(backup.interval);
        backup.wait = Wait::Group;
        self.state = State::Backup(backup);
        Some(cause)
    }

    pub(crate) const fn waits_for_group(&self) -> bool {
        matches!(self.state, State::Backup(Backup { wait: Wait::Group, .. }))
    }

    /// Whether something else than its group keeps it from taking part.
    pub(crate) fn has_own_fault(&self) -> bool {
        self.faults.iter().any(|fault| *fault != Fault::SyncGroup)
    }

    pub(crate) const fn is_owner_in_backup(&self) -> bool {
        self.is_owner() && self.quiet_until.is_none() && matches!(self.state, State::Backup(_))
    }

    pub(crate) fn follow_to_backup(&mut self, now: Instant) {
        if let State::Master(_) = self.state {
            self.leave_master(State::Backup(self.watching_from(now)), Cause::SyncGroup);
        }
    }
}
