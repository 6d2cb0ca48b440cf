//! With what a router competes: its priority, preemption, maintenance.

use vrrp_proto::Priority;

use super::VirtualRouter;
use crate::state::{Backup, State, Wait};
use crate::{Cause, Event, Instant, Output};

impl VirtualRouter {
    pub(super) fn change_priority(&mut self, now: Instant, priority: Priority) {
        if self.effective.is_owner() || priority == Priority::RELEASE || priority.is_owner() {
            return;
        }
        let from = self.effective_priority();
        self.effective = priority;
        self.compete_as_before(now, from);
    }

    /// Stands back, or competes again.
    pub(super) fn set_maintenance(&mut self, now: Instant, on: bool) {
        if self.maintenance == on {
            return;
        }
        let from = self.effective_priority();
        self.maintenance = on;
        if !on || !matches!(self.state, State::Master(_)) {
            self.compete_as_before(now, from);
            return;
        }
        self.outputs.push_back(Output::SendAdvertisement { priority: Priority::RELEASE });
        let backup = Backup { wait: Wait::Successor { since: now }, ..self.watching_from(now) };
        self.leave_master(State::Backup(backup), Cause::Maintenance);
        self.event(Event::PriorityChanged { from, to: self.effective_priority() });
    }

    /// With another priority than `from`.
    fn compete_as_before(&mut self, now: Instant, from: Priority) {
        let to = self.effective_priority();
        if from == to {
            return;
        }
        if self.quiet_until.is_some() && matches!(self.state, State::Backup(_)) {
            // Its timer has not begun to run, and may be another one now.
            self.state = State::Backup(self.watching_from(now));
            self.wait_briefly(now);
        } else if let State::Backup(backup) = &mut self.state
            // That one has the shortest skew, whatever the priority.
            && backup.wait != Wait::Brief
        {
            // The running timer moves by the difference of the skews. Restarting it would let a
            // flapping tracker postpone a takeover without end.
            let version = self.config.version;
            let old = backup.interval.skew_time(version, from);
            let new = backup.interval.skew_time(version, to);
            backup.master_down = (backup.master_down + new).saturating_sub(old);
        }
        self.event(Event::PriorityChanged { from, to });
    }

    /// Nothing may keep it from being Master.
    pub(super) const fn is_owner(&self) -> bool {
        self.effective.is_owner() && !self.maintenance
    }

    pub(super) const fn preempts(&self) -> bool {
        self.is_owner() || (self.config.preempt && !self.maintenance)
    }
}
