//! The state machine of one virtual router.

mod announce;
mod compete;
mod grouped;
mod hear;
mod reconfigure;

use alloc::collections::{BTreeSet, VecDeque};
use core::net::IpAddr;
use core::time::Duration;

use hear::Heard;
use vrrp_proto::{AdvertInterval, Priority};

use crate::state::{Backup, Master, State, Wait};
use crate::{AddressLoss, Cause, Config, Event, Fault, Input, Instant, Output, StateKind, Transition};

/// One virtual router: RFC 3768 §6.4 and RFC 9568 §6.4, with keepalived's extensions.
///
/// Feed it what happened ([`handle_input`](Self::handle_input)) and the passing of time
/// ([`handle_timeout`](Self::handle_timeout)); after each, take what it wants done
/// ([`poll_output`](Self::poll_output)) until there is nothing left, and ask when it wants to
/// be woken ([`poll_timeout`](Self::poll_timeout)). Inputs that come while outputs are pending
/// append to them: nothing is lost and nothing panics.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct VirtualRouter {
    config: Config,
    effective: Priority,
    faults: BTreeSet<Fault>,
    state: State,
    outputs: VecDeque<Output>,
    /// A [`SyncGroup`](crate::SyncGroup) decides when it becomes Master.
    grouped: bool,
    /// It stands back: the last resort.
    maintenance: bool,
    /// The end of `startup_delay`, until it is over.
    quiet_until: Option<Instant>,
}

impl VirtualRouter {
    /// A router in Initialize that does nothing until [`Input::Startup`].
    ///
    /// Priority 0 says on the wire that a Master leaves, so nobody competes with it: configured, it
    /// counts as 1.
    #[must_use]
    pub const fn new(config: Config) -> Self {
        let config = config.accepted();
        let effective = config.priority;
        Self {
            config,
            effective,
            faults: BTreeSet::new(),
            state: State::Initialize,
            outputs: VecDeque::new(),
            grouped: false,
            maintenance: false,
            quiet_until: None,
        }
    }

    /// What it was configured with (the primary address as of the latest input).
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// The state without its timers.
    #[must_use]
    pub const fn state(&self) -> StateKind {
        self.state.kind()
    }

    /// The priority it competes with: the base, moved by trackers; 1 during maintenance.
    #[must_use]
    pub const fn effective_priority(&self) -> Priority {
        if self.maintenance { Priority::new(1) } else { self.effective }
    }

    /// Whether it stands back ([`Input::Maintenance`]).
    #[must_use]
    pub const fn is_in_maintenance(&self) -> bool {
        self.maintenance
    }

    /// The Master it follows, while Backup and once one was heard.
    #[must_use]
    pub const fn master(&self) -> Option<IpAddr> {
        match &self.state {
            State::Backup(backup) => backup.master,
            State::Initialize | State::Fault | State::Master(_) => None,
        }
    }

    /// The interval by which it judges the Master: its own, or in VRRPv3 the learned one.
    #[must_use]
    pub const fn master_interval(&self) -> AdvertInterval {
        match &self.state {
            State::Backup(backup) => backup.interval,
            State::Initialize | State::Fault | State::Master(_) => self.config.advert_interval,
        }
    }

    /// Applies one input at `now`.
    pub fn handle_input(&mut self, now: Instant, input: Input) {
        self.end_startup_delay(now);
        match input {
            Input::Startup => self.startup(now),
            Input::Shutdown => self.shutdown(),
            Input::Advertisement { priority, interval, source } => {
                self.advertisement(now, Heard { priority, interval, source });
            }
            Input::Priority(priority) => self.change_priority(now, priority),
            Input::PrimaryAddress(address) => self.config.primary_address = address,
            Input::AddressLost => self.address_lost(now),
            Input::FaultRaised(fault) => self.raise(fault),
            Input::FaultCleared(fault) => self.clear(now, fault),
            Input::Maintenance(on) => self.set_maintenance(now, on),
        }
    }

    /// Runs whatever is due at `now`. Calling it early or twice does nothing.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.end_startup_delay(now);
        match self.state {
            State::Backup(backup) if backup.master_down <= now => {
                self.become_master(now, self.cause_of(backup));
            }
            State::Master(master) => self.master_timeout(now, master),
            State::Initialize | State::Fault | State::Backup(_) => {}
        }
    }

    /// Takes the oldest pending output. Drain to `None` after every `handle_*` call.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When to call [`handle_timeout`](Self::handle_timeout) next; `None` if nothing is due.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        match &self.state {
            State::Initialize | State::Fault => None,
            State::Backup(backup) => Some(backup.master_down),
            State::Master(master) => {
                let bursts = [master.second_burst, master.losing_burst, master.refresh];
                bursts.into_iter().flatten().chain([master.next_advert]).min()
            }
        }
    }

    /// Moves the origin of time `by` later: what was due at t is due at t − `by`.
    ///
    /// Afterwards the router behaves as before towards a clock that was set back alike. Two
    /// routers that differ in nothing but when all this began become equal, so a model checker
    /// meets each state once. Leave the present, and what is overdue, some seconds behind the new
    /// origin: a point before it becomes the origin.
    pub fn rebase(&mut self, by: Duration) {
        self.state = self.state.with_times(|time| time.saturating_sub(by));
        self.quiet_until = self.quiet_until.map(|until| until.saturating_sub(by));
    }

    fn startup(&mut self, now: Instant) {
        if self.state == State::Initialize && !self.config.startup_delay.is_zero() {
            self.quiet_until = Some(now + self.config.startup_delay);
        }
        match (&self.state, self.faults.first()) {
            (State::Initialize, None) => {
                self.take_part(now, if self.begins_as_master() { Cause::Owner } else { Cause::Startup });
                self.wait_briefly(now);
            }
            (State::Initialize, Some(&fault)) => self.enter(State::Fault, Cause::Fault(fault)),
            (State::Fault | State::Backup(_) | State::Master(_), _) => {}
        }
    }

    fn shutdown(&mut self) {
        self.quiet_until = None;
        match self.state {
            State::Initialize => {}
            State::Fault | State::Backup(_) => self.enter(State::Initialize, Cause::Shutdown),
            State::Master(_) => {
                self.outputs.push_back(Output::SendAdvertisement { priority: Priority::RELEASE });
                self.leave_master(State::Initialize, Cause::Shutdown);
            }
        }
    }

    fn master_timeout(&mut self, now: Instant, mut master: Master) {
        if let Some(silence) = self.may_be_replaced(now, master) {
            self.leave_master(State::Backup(self.watching_from(now)), Cause::TimerExpired { silence });
            return;
        }
        if master.next_advert <= now {
            self.outputs.push_back(Output::SendAdvertisement { priority: self.effective_priority() });
            let interval = self.config.advert_interval.as_duration();
            // Counted from the deadline, so that lateness does not add up; but after a sleep
            // longer than an interval one advertisement is sent, not the backlog.
            let next = master.next_advert + interval;
            master.next_advert = if next <= now { now + interval } else { next };
            master.answers_left = Master::ANSWERS_PER_INTERVAL;
        }
        self.announce_what_is_due(now, &mut master);
        self.state = State::Master(master);
    }

    fn address_lost(&mut self, now: Instant) {
        if !matches!(self.state, State::Master(_)) {
            return;
        }
        if self.config.address_loss == AddressLoss::ReAdd {
            self.outputs.push_back(Output::AcquireAddresses);
            self.announce(self.config.announce.repeat);
            return;
        }
        self.outputs.push_back(Output::SendAdvertisement { priority: Priority::RELEASE });
        let interval = self.config.advert_interval;
        let backup = Backup {
            master_down: now + interval.skew_time(self.config.version, self.effective_priority()),
            interval,
            preempt_from: None,
            wait: Wait::AddressLost,
            master: None,
        };
        self.leave_master(State::Backup(backup), Cause::AddressLost);
    }

    fn raise(&mut self, fault: Fault) {
        self.faults.insert(fault);
        match self.state {
            State::Initialize | State::Fault => {}
            State::Backup(_) => self.enter(State::Fault, Cause::Fault(fault)),
            State::Master(_) => {
                self.outputs.push_back(Output::SendAdvertisement { priority: Priority::RELEASE });
                self.leave_master(State::Fault, Cause::Fault(fault));
            }
        }
    }

    fn clear(&mut self, now: Instant, fault: Fault) {
        let removed = self.faults.remove(&fault);
        if removed && self.faults.is_empty() && self.state == State::Fault {
            self.take_part(now, Cause::FaultsCleared);
        }
    }

    /// From Initialize or Fault to where Startup leads: Master for an owner, else Backup.
    fn take_part(&mut self, now: Instant, cause: Cause) {
        if self.begins_as_master() {
            self.become_master(now, cause);
            return;
        }
        self.enter(State::Backup(self.watching_from(now)), cause);
    }

    const fn begins_as_master(&self) -> bool {
        self.is_owner() && !self.grouped && self.quiet_until.is_none()
    }

    pub(crate) fn end_startup_delay(&mut self, now: Instant) {
        self.quiet_until = self.quiet_until.filter(|until| *until > now);
    }

    /// Watching with our own interval, nobody heard yet. A delay at the start comes first.
    fn watching_from(&self, now: Instant) -> Backup {
        let interval = self.config.advert_interval;
        let down = |from| from + self.master_down_interval(interval);
        let (master_down, wait) = match self.quiet_until {
            Some(until) if self.is_owner() => (until, Wait::StartupDelay),
            Some(until) => (down(until), Wait::Silence),
            None => (down(now), Wait::Silence),
        };
        Backup { master_down, interval, preempt_from: None, wait, master: None }
    }

    /// Just started with `state MASTER` in a group: one interval must do.
    pub(super) fn wait_briefly(&mut self, now: Instant) {
        let brief = self.brief_wait(self.config.advert_interval);
        let from = self.quiet_until.unwrap_or(now);
        if let State::Backup(backup) = &mut self.state
            && self.grouped
            && self.config.state_master
            && backup.wait == Wait::Silence
        {
            (backup.master_down, backup.wait) = (from + brief, Wait::Brief);
        }
    }

    /// What a Backup's timer stands for.
    fn cause_of(&self, backup: Backup) -> Cause {
        match backup.wait {
            Wait::Silence | Wait::Group => {
                Cause::MasterSilent { silence: self.master_down_interval(backup.interval) }
            }
            Wait::Brief => Cause::MasterSilent { silence: self.brief_wait(backup.interval) },
            Wait::StartupDelay => Cause::Owner,
            Wait::Released => Cause::MasterReleased,
            Wait::Successor { .. } => Cause::NobodyTookOver,
            Wait::AddressLost => Cause::AddressLost,
        }
    }

    pub(crate) fn become_master(&mut self, now: Instant, cause: Cause) {
        self.outputs.push_back(Output::SendAdvertisement { priority: self.effective_priority() });
        self.enter(State::Master(self.master_from(now)), cause);
        self.outputs.push_back(Output::AcquireAddresses);
        self.announce(self.config.announce.repeat);
    }

    /// Having advertised just now.
    fn master_from(&self, now: Instant) -> Master {
        let announce = self.config.announce;
        Master {
            next_advert: now + self.config.advert_interval.as_duration(),
            second_burst: announce.delay.map(|delay| now + delay),
            losing_burst: None,
            refresh: announce.refresh.map(|period| now + period),
            answers_left: Master::ANSWERS_PER_INTERVAL,
        }
    }

    fn leave_master(&mut self, to: State, cause: Cause) {
        self.enter(to, cause);
        self.outputs.push_back(Output::ReleaseAddresses);
    }

    fn enter(&mut self, to: State, cause: Cause) {
        let from = self.state.kind();
        self.state = to;
        self.outputs.push_back(Output::Transition(Transition { from, to: to.kind(), cause }));
    }

    fn master_down_interval(&self, interval: AdvertInterval) -> Duration {
        interval.master_down_interval(
            self.config.version,
            self.effective_priority(),
            self.config.down_timer_adverts.get(),
        )
    }

    fn brief_wait(&self, interval: AdvertInterval) -> Duration {
        interval.master_down_interval(self.config.version, Priority::OWNER, 1)
    }

    fn event(&mut self, event: Event) {
        self.outputs.push_back(Output::Event(event));
    }
}
