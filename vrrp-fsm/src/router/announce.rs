//! When a Master announces its addresses; how fast the packets follow is the
//! [`AnnouncePacer`](crate::AnnouncePacer)'s matter.

use super::VirtualRouter;
use crate::state::{Master, State};
use crate::{Instant, Output};

impl VirtualRouter {
    /// None is no burst.
    pub(super) fn announce(&mut self, repeat: u8) {
        if repeat > 0 {
            self.outputs.push_back(Output::Announce { repeat });
        }
    }

    /// Second bursts and the periodic one.
    pub(super) fn announce_what_is_due(&mut self, now: Instant, master: &mut Master) {
        let schedule = self.config.announce;
        if master.second_burst.is_some_and(|at| at <= now) {
            master.second_burst = None;
            self.announce(schedule.repeat);
        }
        if master.losing_burst.is_some_and(|at| at <= now) {
            master.losing_burst = None;
            self.announce(schedule.losing_repeat);
        }
        if let (Some(at), Some(period)) = (master.refresh, schedule.refresh)
            && at <= now
        {
            self.announce(schedule.refresh_repeat);
            // Counted from now: after a sleep one burst, not the backlog.
            master.refresh = Some(now + period);
        }
    }

    /// The sender may have taken our addresses' traffic: a burst, and a second one counted from the
    /// latest such advertisement.
    pub(super) fn announce_after_losing(&mut self, now: Instant, master: &mut Master) {
        let schedule = self.config.announce;
        if schedule.losing_repeat == 0 {
            return;
        }
        self.announce(schedule.losing_repeat);
        if let Some(delay) = schedule.losing_delay {
            master.losing_burst = Some(now + delay);
        }
    }

    /// To how many that lose it still reacts before its next own advertisement.
    pub(crate) const fn answers_left(&self) -> u8 {
        match self.state {
            State::Master(master) => master.answers_left,
            State::Initialize | State::Fault | State::Backup(_) => 0,
        }
    }

    /// Another member of its group heard one that loses.
    pub(crate) fn announce_with_group(&mut self, now: Instant) {
        if let State::Master(mut master) = self.state {
            self.announce_after_losing(now, &mut master);
            self.state = State::Master(master);
        }
    }
}
