//! Going on with another configuration.

use vrrp_proto::{Priority, Version};

use super::VirtualRouter;
use crate::state::{Backup, State, Wait};
use crate::{Cause, Config, Event, Fault, Instant, Output};

impl VirtualRouter {
    /// Goes on with another configuration in the state that it is in, as keepalived does when it reloads.
    ///
    /// `effective` is the priority that it competes with from now on, what trackers add included (an owner's is
    /// 255 in any case); `faults` are all that are known under the new configuration, and take the place of
    /// those that were raised.
    ///
    /// A Master stays Master: it advertises at once, so that everybody learns its priority, interval and addresses,
    /// and asks for its addresses and their announcement again. A Backup judges its Master by the new rules since
    /// it last heard it. A fault, or the end of one, moves it as [`Input`](crate::Input) would. A router that was
    /// not started stays so.
    ///
    /// Another version or VRID is another router: that one is to be shut down, and a new one started.
    pub fn reconfigure(
        &mut self,
        now: Instant,
        config: Config,
        effective: Priority,
        faults: impl IntoIterator<Item = Fault>,
    ) {
        self.end_startup_delay(now);
        let from = self.effective_priority();
        let heard = self.last_heard();
        self.config = config.accepted();
        self.effective = match self.config.priority {
            owner if owner.is_owner() => owner,
            base if effective.is_owner() || effective == Priority::RELEASE => base,
            _ => effective,
        };
        let of_group = self.faults.contains(&Fault::SyncGroup).then_some(Fault::SyncGroup);
        self.faults = faults.into_iter().filter(|fault| *fault != Fault::SyncGroup).chain(of_group).collect();
        let to = self.effective_priority();
        if from != to {
            self.event(Event::PriorityChanged { from, to });
        }
        match (self.state, self.faults.first().copied()) {
            (State::Initialize, _) | (State::Fault, Some(_)) => {}
            (State::Fault, None) => self.take_part(now, Cause::FaultsCleared),
            (State::Backup(_) | State::Master(_), Some(fault)) => self.raise(fault),
            (State::Backup(_), None) if self.begins_as_master() => self.become_master(now, Cause::Owner),
            (State::Backup(backup), None) => self.watch_on(now, backup, heard),
            (State::Master(_), None) => self.hold_on(now),
        }
    }

    /// When its Master was last heard, if it waits for the silence of one.
    fn last_heard(&self) -> Option<Instant> {
        let State::Backup(backup) = self.state else { return None };
        let waits = matches!(backup.wait, Wait::Silence | Wait::Group);
        waits.then(|| backup.master_down.saturating_sub(self.master_down_interval(backup.interval)))
    }

    fn watch_on(&mut self, now: Instant, mut backup: Backup, heard: Option<Instant>) {
        if self.quiet_until.is_some() {
            // Its timer has not begun to run, and may be another one now.
            self.state = State::Backup(self.watching_from(now));
            self.wait_briefly(now);
            return;
        }
        let learned = self.config.version == Version::V3 && backup.master.is_some();
        if !learned {
            backup.interval = self.config.advert_interval;
        }
        if self.config.preempt_delay.is_zero() {
            backup.preempt_from = None;
        }
        if let Some(heard) = heard {
            backup.master_down = heard + self.master_down_interval(backup.interval);
        }
        self.state = State::Backup(backup);
    }

    fn hold_on(&mut self, now: Instant) {
        self.outputs.push_back(Output::SendAdvertisement { priority: self.effective_priority() });
        self.state = State::Master(self.master_from(now));
        self.outputs.push_back(Output::AcquireAddresses);
        self.announce(self.config.announce.repeat);
    }
}
