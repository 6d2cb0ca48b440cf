//! Keeping the kernel's table as it is wanted, while others write to it.

mod config;
mod errand;
mod event;
mod job;
mod observed;
mod read;
mod target;
mod timers;
mod write;

use core::cmp::Reverse;
use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use config::Backoff;
pub use config::ReconcilerConfig;
pub use errand::{Answer, Errand};
use event::Events;
pub use event::{Event, Found};
use job::Job;
pub use observed::ObservedTable;
use timers::Timers;

use crate::destination::{Destination, DestinationKey};
use crate::plan::join::join;
use crate::plan::{Plan, Sequence};
use crate::request::Command;
use crate::scope::Scope;
use crate::service::{Service, ServiceKey};
use crate::table::{Entry, Table};

/// Keeps the services of a [`Scope`] as they are wanted, in proportion to what changes.
///
/// It does no I/O and reads no clock: it says what to read and what to write
/// ([`poll_action`](Self::poll_action)), takes the answer (one of the `handle_` methods),
/// tells what happened ([`poll_event`](Self::poll_event)) and when it wants to go on
/// ([`poll_timeout`](Self::poll_timeout)). Times are counted from any origin, the same in all
/// calls, and never go back.
///
/// - It first reads the whole table. What is ours and exists is adopted; what is ours and
///   not wanted goes. Later it reads what it wrote, and everything once in a while.
/// - A difference from what it knows counts when it was seen twice in a row, and so does an
///   absence: a dump of IPVS that others disturb can leave out what exists.
/// - `EEXIST` for an addition and `ENOENT` or `ESRCH` for a deletion are successes. A command
///   without an answer makes its service unknown: it is read before it is written again.
/// - What somebody else undoes again and again is repaired ever less often; what the kernel
///   refuses is tried again ever less often. Each key waits for itself.
/// - What is no longer wanted and has a rule in [`ReconcilerConfig::drains`] gets weight 0 and
///   goes when it is empty, or in time. That survives a restart: weight 0 and not wanted means
///   that the drain goes on with a new deadline; weight 0 and wanted gets its weight back. (If
///   the scope keeps [`Fields::WEIGHT`](crate::Fields::WEIGHT), a weight 0 that was there
///   before us is the operator's and stays.) A service goes after its destinations.
/// - Weight 0 in the desired table is a weight like any other: never written as another one first.
///
/// # Examples
///
/// The loop over any client, here a blocking one:
///
/// ```
/// use core::time::Duration;
/// use ipvs_netlink::{Client, Reconciler, Transport};
///
/// /// Does what is to be done; returns when to call again.
/// fn step<T: Transport>(
///     reconciler: &mut Reconciler,
///     client: &mut Client<T>,
///     now: impl Fn() -> Duration,
/// ) -> Option<Duration> {
///     while let Some(action) = reconciler.poll_action(now()) {
///         let answer = client.run(action.errand());
///         reconciler.handle(now(), answer);
///     }
///     while let Some(event) = reconciler.poll_event() {
///         println!("{event:?}");
///     }
///     reconciler.poll_timeout()
/// }
/// ```
///
/// The same by hand, without a kernel:
///
/// ```
/// use core::time::Duration;
/// use ipvs_netlink::{Action, Command, ObservedTable, Reconciler, ReconcilerConfig, Scope, Service, ServiceKey};
///
/// let web = ServiceKey::tcp("192.0.2.1:80".parse()?);
/// let mut reconciler = Reconciler::new(Scope::nothing().with_service(web), ReconcilerConfig::default());
/// reconciler.want(web, Service::new("wlc".parse()?));
///
/// let now = Duration::ZERO;
/// assert_eq!(reconciler.poll_action(now), Some(Action::ReadTable));
/// reconciler.handle_table(now, Ok(ObservedTable::new()));
/// let Some(Action::Apply(commands)) = reconciler.poll_action(now) else { panic!() };
/// assert!(matches!(commands[..], [Command::NewService { .. }]));
/// reconciler.handle_results(now, vec![Ok(())]);
/// // It looks whether that is so.
/// assert_eq!(reconciler.poll_action(now), Some(Action::ReadServices([web].into())));
/// let mut observed = ObservedTable::new();
/// observed.insert(web, Service::new("wlc".parse()?));
/// reconciler.handle_services(now, Ok(observed));
/// assert!(reconciler.is_settled());
/// assert_eq!(reconciler.poll_timeout(), Some(Duration::from_secs(60))); // the next full read
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Reconciler {
    scope: Scope,
    config: ReconcilerConfig,
    desired: Table,
    /// Ours, as the kernel is believed to hold it.
    known: Table,
    foreign: usize,
    /// Whether the next full read is taken as it is.
    adopting: bool,
    approved: bool,
    jobs: BTreeMap<ServiceKey, Job>,
    timers: Timers,
    /// Services that may differ from what is wanted, the important first.
    plans: BTreeSet<(Reverse<u8>, ServiceKey)>,
    reads: BTreeMap<ServiceKey, Read>,
    flight: Flight,
    audit_at: Option<Duration>,
    reading: Backoff,
    applying: Backoff,
    applied_in_row: u32,
    events: Events,
}

/// What the caller shall do next, one at a time.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Action {
    /// Read every service with its destinations; answer with
    /// [`handle_table`](Reconciler::handle_table).
    ReadTable,
    /// Read these services with their destinations, leaving out those that do not exist;
    /// answer with [`handle_services`](Reconciler::handle_services). At most 256.
    ReadServices(Arc<[ServiceKey]>),
    /// Apply these commands in their order, going on after a refusal; answer with
    /// [`handle_results`](Reconciler::handle_results). At most 1,024.
    Apply(Arc<[Command]>),
}

/// Why a service is to be read.
#[derive(Clone, Debug)]
enum Read {
    /// To see that it is as known.
    Check,
    /// What is known may be wrong: nothing is written before.
    Unknown,
    /// It was seen to differ: what comes now is believed, as far as it lacks nothing that was
    /// `seen` just before. Nothing is written before.
    Again { seen: Option<Arc<Entry>>, attempts: u32 },
}

/// What the caller is doing.
#[derive(Debug)]
enum Flight {
    Idle,
    Table,
    Services(Arc<[ServiceKey]>),
    Commands(Arc<[Command]>),
}

impl Reconciler {
    /// Commands of one action.
    const COMMANDS: usize = 1024;
    /// Services of one action.
    const SERVICES: usize = 256;
    /// After so many writes in a row something is read, whatever else is to be written.
    const WRITES_IN_ROW: u32 = 16;

    /// Wants nothing yet. Say what you [want](Self::set_desired) before the first
    /// [`poll_action`](Self::poll_action), or what exists in `scope` goes.
    #[must_use]
    pub fn new(scope: Scope, config: ReconcilerConfig) -> Self {
        Self {
            scope,
            approved: !config.review,
            config,
            desired: Table::new(),
            known: Table::new(),
            foreign: 0,
            adopting: true,
            jobs: BTreeMap::new(),
            timers: Timers::default(),
            plans: BTreeSet::new(),
            reads: BTreeMap::new(),
            flight: Flight::Idle,
            audit_at: None,
            reading: Backoff::default(),
            applying: Backoff::default(),
            applied_in_row: 0,
            events: Events::default(),
        }
    }

    /// Wants this table from now on. Costs one comparison for each service that is
    /// [shared](Table) with the table before.
    pub fn set_desired(&mut self, desired: Table) {
        let before = core::mem::replace(&mut self.desired, desired);
        let mut changed = Vec::new();
        for (key, old, new) in join(before.entries(), self.desired.entries()) {
            if old == new {
                continue;
            }
            changed.push(*key);
            if let Some(job) = self.jobs.get_mut(key) {
                let (old, new) = (old.map(Arc::as_ref), new.map(Arc::as_ref));
                let own = |key: Option<DestinationKey>, entry: Option<&Entry>| match key {
                    Some(key) => entry.and_then(|entry| entry.destinations.get(&key)).copied(),
                    None => None,
                };
                let keys: Vec<_> = job.troubles.keys().copied().collect();
                for key in keys {
                    let same = match key {
                        Some(_) => own(key, old) == own(key, new),
                        None => old.map(|entry| &entry.service) == new.map(|entry| &entry.service),
                    };
                    if !same {
                        job.forgive(key);
                    }
                }
            }
        }
        changed.into_iter().for_each(|key| self.mark(key));
    }

    /// Wants this service, with the destinations that were wanted of it before.
    pub fn want(&mut self, key: ServiceKey, service: Service) {
        self.desired.insert(key, service);
        self.touch(key, None);
    }

    /// Wants this destination; `false` if its service is not wanted.
    pub fn want_destination(
        &mut self,
        service: ServiceKey,
        key: DestinationKey,
        destination: Destination,
    ) -> bool {
        let inserted = self.desired.insert_destination(service, key, destination);
        self.touch(service, Some(key));
        inserted
    }

    /// No longer wants this service and its destinations.
    pub fn release(&mut self, key: &ServiceKey) {
        self.desired.remove(key);
        self.touch(*key, None);
    }

    /// No longer wants this destination.
    pub fn release_destination(&mut self, service: &ServiceKey, key: &DestinationKey) {
        self.desired.remove_destination(service, key);
        self.touch(*service, Some(*key));
    }

    /// Other services are ours from now on: the table is read and adopted anew. What is no
    /// longer ours stays as it is.
    pub fn set_scope(&mut self, scope: Scope) {
        self.scope = scope;
        self.adopting = true;
    }

    /// Other rules for drains that begin later.
    pub fn set_drains(&mut self, drains: crate::DrainRules) {
        self.config.drains = drains;
    }

    /// Lets the commands go out, for [`ReconcilerConfig::review`].
    pub const fn approve(&mut self) {
        self.approved = true;
    }

    /// The commands that are to be done at `now` as far as is known, without those that wait.
    /// They can be more than one action's.
    #[must_use]
    pub fn preview(&self, now: Duration) -> Plan {
        let mut sequence = Sequence::default();
        for (Reverse(importance), key) in self.plans.iter().filter(|_| !self.adopting) {
            sequence.group(*importance).append(self.steps(key, now).0);
        }
        Plan {
            commands: sequence.into_commands(),
            foreign: self.foreign,
            beyond_scope: self.desired.outside(&self.scope).count(),
        }
    }

    /// What to do at `now`; `None` if nothing is, or if the last action has no answer yet.
    pub fn poll_action(&mut self, now: Duration) -> Option<Action> {
        if !matches!(self.flight, Flight::Idle) {
            return None;
        }
        while let Some(key) = self.timers.pop(now) {
            self.ring(key, now);
        }
        let may_read = self.reading.until <= now;
        if self.adopting {
            return may_read.then(|| self.read_table());
        }
        let audit_due = may_read && self.audit_at.is_some_and(|at| at <= now);
        let must_read = may_read && !self.reads.is_empty() && self.applied_in_row >= Self::WRITES_IN_ROW;
        if self.approved
            && !must_read
            && self.applying.until <= now
            && let Some(commands) = self.next_commands(now)
        {
            self.applied_in_row = self.applied_in_row.saturating_add(1);
            self.flight = Flight::Commands(commands.clone());
            return Some(Action::Apply(commands));
        }
        self.applied_in_row = 0;
        if audit_due {
            return Some(self.read_table());
        }
        (may_read && !self.reads.is_empty()).then(|| self.read_services())
    }

    /// The oldest event that was not taken.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop()
    }

    /// When to call [`poll_action`](Self::poll_action) next, if nothing else happens before.
    /// Ask when it returned `None`; while an action has no answer there is no such time.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        if !matches!(self.flight, Flight::Idle) {
            return None;
        }
        if self.adopting {
            return Some(self.reading.until);
        }
        let audit = self.audit_at.map(|at| at.max(self.reading.until));
        let read = (!self.reads.is_empty()).then_some(self.reading.until);
        let write = (self.approved && !self.plans.is_empty()).then_some(self.applying.until);
        // A write that waits for a read waits no shorter.
        let write = write.map(|at| if read.is_some() { at.max(self.reading.until) } else { at });
        [audit, read, write, self.timers.next()].into_iter().flatten().min()
    }

    /// The action was not carried out, or nobody knows: whoever did it is gone. Its services
    /// are read before they are written again.
    pub fn abandon(&mut self, now: Duration) {
        match core::mem::replace(&mut self.flight, Flight::Idle) {
            // What should be read is read again.
            Flight::Idle | Flight::Table | Flight::Services(_) => {}
            flight @ Flight::Commands(_) => {
                self.flight = flight;
                self.handle_results(now, Vec::new());
            }
        }
    }

    /// What is wanted.
    #[must_use]
    pub const fn desired(&self) -> &Table {
        &self.desired
    }

    /// Ours as the kernel is believed to hold it, without services of others.
    #[must_use]
    pub const fn known(&self) -> &Table {
        &self.known
    }

    /// Services of others when the table was last read as a whole.
    #[must_use]
    pub const fn foreign(&self) -> usize {
        self.foreign
    }

    /// The destinations that drain.
    pub fn draining(&self) -> impl Iterator<Item = (&ServiceKey, &DestinationKey, &crate::Draining)> {
        self.jobs
            .iter()
            .flat_map(|(service, job)| job.waiting().map(move |(key, draining)| (service, key, draining)))
    }

    /// Whether the kernel holds what is wanted, as far as is known, and nothing waits but
    /// drains and the next audit.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        !self.adopting
            && matches!(self.flight, Flight::Idle)
            && self.plans.is_empty()
            && self.reads.is_empty()
            && !self.jobs.values().any(|job| job.held)
    }

    /// What is wanted of a key was said anew.
    fn touch(&mut self, service: ServiceKey, key: Option<DestinationKey>) {
        let service = service.normalized();
        if let Some(job) = self.jobs.get_mut(&service) {
            job.forgive(key);
        }
        self.mark(service);
    }

    /// The service may differ from what is wanted.
    fn mark(&mut self, key: ServiceKey) {
        if self.scope.contains(&key) {
            self.plans.insert((Reverse(self.scope.importance(&key)), key));
        }
    }

    /// The alarm of a service.
    fn ring(&mut self, key: ServiceKey, now: Duration) {
        let quiet = self.config.peace();
        let ends = |job: &Job| {
            let mut undone = job.troubles.values().filter_map(|trouble| trouble.undone.as_ref());
            undone.any(|undone| undone.backoff.is_some() && undone.last.saturating_add(quiet) <= now)
        };
        if self.jobs.get(&key).is_some_and(ends) {
            self.reads.entry(key).or_insert(Read::Check);
        }
        self.mark(key);
        self.settle(key, now);
    }

    /// Sets the next alarm of a service, and forgets it if nothing is going on.
    fn settle(&mut self, key: ServiceKey, now: Duration) {
        let Some(job) = self.jobs.get_mut(&key) else {
            self.timers.set(key, None);
            return;
        };
        job.forget(now, self.config.peace());
        if job.next_look().is_some_and(|at| at <= now) {
            self.reads.entry(key).or_insert(Read::Check);
        }
        let reading = self.reads.contains_key(&key);
        self.timers.set(key, job.alarm(now, reading, &self.config));
        if job.is_idle() {
            self.jobs.remove(&key);
        }
    }
}
