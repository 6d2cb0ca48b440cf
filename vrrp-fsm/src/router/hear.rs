//! What an advertisement does to a Backup and to a Master.

use core::net::IpAddr;
use core::time::Duration;

use vrrp_proto::{AdvertInterval, Priority, Version};

use super::VirtualRouter;
use crate::state::{Backup, Master, State, Wait};
use crate::{Cause, Event, Instant, Output};

/// A received advertisement, as far as the machine looks at it.
#[derive(Clone, Copy)]
pub(super) struct Heard {
    pub(super) priority: Priority,
    pub(super) interval: AdvertInterval,
    pub(super) source: IpAddr,
}

impl VirtualRouter {
    pub(super) fn advertisement(&mut self, now: Instant, heard: Heard) {
        if self.quiet_until.is_some() {
            return;
        }
        if self.takes_part() && self.ignores_all() {
            self.event(Event::IgnoredByOwner { priority: heard.priority, source: heard.source });
            return;
        }
        match self.state {
            State::Initialize | State::Fault => {}
            State::Backup(backup) => self.backup_hears(now, backup, heard),
            State::Master(master) => self.master_hears(now, master, heard),
        }
    }

    /// Whether advertisements mean anything to it now.
    pub(crate) const fn hears(&self) -> bool {
        self.takes_part() && !self.ignores_all() && self.quiet_until.is_none()
    }

    const fn takes_part(&self) -> bool {
        matches!(self.state, State::Backup(_) | State::Master(_))
    }

    const fn ignores_all(&self) -> bool {
        self.is_owner() && self.config.owner_ignores
    }

    fn backup_hears(&mut self, now: Instant, mut backup: Backup, heard: Heard) {
        if heard.priority == Priority::RELEASE {
            // The skew of the stored interval: that of a leaving Master is not learned.
            let skew = backup.interval.skew_time(self.config.version, self.effective_priority());
            backup.master_down = now + skew;
            backup.wait = Wait::Released;
        } else if self.tolerates(now, &mut backup, heard.priority) {
            backup.interval = self.judge_interval(backup.interval, heard.interval);
            backup.master_down = now + self.master_down_interval(backup.interval);
            if let Wait::Successor { since } = backup.wait {
                let (source, priority) = (heard.source, heard.priority);
                self.event(Event::HandedOver { source, priority, after: now.saturating_since(since) });
            }
            backup.wait = Wait::Silence;
            if backup.master != Some(heard.source) {
                backup.master = Some(heard.source);
                self.event(Event::MasterChanged { source: heard.source, priority: heard.priority });
            }
        }
        // Anything else is a Master of lower priority that we are about to preempt: its
        // advertisement is discarded and our timer keeps its remaining time.
        self.state = State::Backup(backup);
    }

    /// Whether a Backup goes on waiting for a Master of this priority.
    fn tolerates(&self, now: Instant, backup: &mut Backup, priority: Priority) -> bool {
        if priority >= self.effective_priority() {
            backup.preempt_from = None;
            return true;
        }
        if !self.preempts() {
            return true;
        }
        if self.config.preempt_delay.is_zero() {
            return false;
        }
        now < *backup.preempt_from.get_or_insert(now + self.config.preempt_delay)
    }

    /// `Master_Adver_Interval` after a packet that carries `heard`.
    fn judge_interval(&mut self, stored: AdvertInterval, heard: AdvertInterval) -> AdvertInterval {
        match self.config.version {
            // RFC 3768 knows nothing to learn; a mismatch is an error of configuration.
            Version::V2 => {
                if heard != self.config.advert_interval {
                    self.event(Event::IntervalMismatch { interval: heard });
                }
                stored
            }
            Version::V3 => {
                if heard != stored {
                    self.event(Event::IntervalLearned { interval: heard });
                }
                heard
            }
        }
    }

    fn master_hears(&mut self, now: Instant, mut master: Master, heard: Heard) {
        let ours = (self.effective_priority(), self.config.primary_address);
        if heard.priority == Priority::RELEASE {
            self.outputs.push_back(Output::SendAdvertisement { priority: self.effective_priority() });
            master.next_advert = now + self.config.advert_interval.as_duration();
            self.state = State::Master(master);
        } else if (heard.priority, heard.source) > ours {
            if self.config.answer_winning {
                self.outputs.push_back(Output::SendAdvertisement { priority: self.effective_priority() });
            }
            let cause = Cause::Beaten { priority: heard.priority, source: heard.source, ours: ours.0 };
            self.yield_to(now, heard, cause);
        } else if let Some(silence) = self.overslept(now, master, heard) {
            let cause = Cause::Overslept { silence, priority: heard.priority, source: heard.source };
            self.yield_to(now, heard, cause);
        } else if (heard.priority, heard.source) == ours {
            self.event(Event::AddressConflict { source: heard.source });
        } else {
            self.master_hears_loser(now, master, heard);
        }
    }

    /// Backup of the Master that was heard.
    fn yield_to(&mut self, now: Instant, heard: Heard, cause: Cause) {
        let interval = self.judge_interval(self.config.advert_interval, heard.interval);
        let backup = Backup {
            master_down: now + self.master_down_interval(interval),
            interval,
            preempt_from: None,
            wait: Wait::Silence,
            master: Some(heard.source),
        };
        self.leave_master(State::Backup(backup), cause);
    }

    /// How long we were silent, if it was so long that the sender became Master by the rules, and
    /// we do not preempt. `now` is when its packet arrived.
    fn overslept(&self, now: Instant, master: Master, heard: Heard) -> Option<Duration> {
        if self.preempts() || heard.source == self.config.primary_address {
            return None;
        }
        self.silent_for(now, master, heard.priority)
    }

    /// How long we were silent, if it was so long that a router of the priority that the file names
    /// became Master by the rules, and we do not preempt.
    pub(super) fn may_be_replaced(&self, now: Instant, master: Master) -> Option<Duration> {
        let priority = self.config.timer_expired_backup.filter(|_| !self.preempts())?;
        self.silent_for(now, master, priority)
    }

    /// How long we were silent, if it was as long as a Backup of `priority` waits.
    fn silent_for(&self, now: Instant, master: Master, priority: Priority) -> Option<Duration> {
        let interval = self.config.advert_interval;
        let last_sent = master.next_advert.saturating_sub(interval.as_duration());
        let (silence, adverts) = (now.saturating_since(last_sent), self.config.down_timer_adverts.get());
        let master_down = interval.master_down_interval(self.config.version, priority, adverts);
        (silence >= master_down).then_some(silence)
    }

    fn master_hears_loser(&mut self, now: Instant, mut master: Master, heard: Heard) {
        self.event(Event::LosingMaster { priority: heard.priority, source: heard.source });
        if let Some(left) = master.answers_left.checked_sub(1) {
            master.answers_left = left;
            if self.config.answer_losing {
                // Adver_Timer keeps running (RFC 9568 §6.4.3).
                self.outputs.push_back(Output::SendAdvertisement { priority: self.effective_priority() });
            }
            self.announce_after_losing(now, &mut master);
        }
        self.state = State::Master(master);
    }
}
