//! Thousands of checks on one thread.

use core::fmt;
use core::future::poll_fn;
use core::hash::Hash;
use core::num::NonZeroUsize;
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;
use std::collections::{BTreeSet, HashMap, VecDeque};

use tokio::time::Sleep;

mod entry;
mod ports;
mod queue;
mod readiness;
mod running;
mod slot;
mod talking;
mod work;

pub use entry::{Entry, Scheduled, SchedulerEvent};

use crate::probe::connecting::Spares;
use crate::{Checker, Input, Instant};
use ports::LocalPorts;
use queue::Queue;
use readiness::Readiness;
use running::Running;
use slot::{Slot, Slots};

/// Probes that are under way at the same time, unless the caller says otherwise: a process may
/// have 1,024 descriptors where nobody has changed the limit.
pub const DEFAULT_MAX_IN_FLIGHT: NonZeroUsize = NonZeroUsize::new(512).unwrap();

/// How late timers may be, unless the caller says otherwise: next to nothing for a check, and
/// thousands a second need only 200 wake-ups.
pub const DEFAULT_SLACK: Duration = Duration::from_millis(5);

/// Events handed out in a row before the runtime gets its turn.
const PATIENCE: u32 = 256;

/// Drives checks with their probes, and says what becomes of them.
///
/// Nothing is spawned: probes go on only while somebody awaits [`next`](Self::next), and dropping
/// the scheduler ends them all. No check ever has two probes under way. There is one timer, and
/// one epoll for every probe that needs nothing but plain TCP ([`Probe::over_tcp`](crate::Probe::over_tcp):
/// [`TcpProbe`](crate::TcpProbe), [`HttpProbe`](crate::HttpProbe), [`ExchangeProbe`](crate::ExchangeProbe)); other
/// probes are futures, polled when woken. A check costs a few hundred octets between its probes.
///
/// Checks are known by a key of the caller's.
///
/// ```
/// use core::time::Duration;
/// use healthcheck::{
///     Checker, Close, Config, ConnectTo, Entry, Policy, Scheduled, Scheduler, Sequence, TcpProbe, spread,
/// };
///
/// # async fn run() {
/// let interval = Duration::from_secs(6);
/// let policy = Policy::keepalived(interval, 1, Duration::from_secs(1));
/// let mut scheduler = Scheduler::new();
/// for last in 1..=254 {
///     let checker = Checker::new(Config::keepalived(policy, false, Sequence::Single));
///     let connect = ConnectTo::new(([192, 0, 2, last], 80).into());
///     let probe = TcpProbe { connect, close: Close::Reset };
///     scheduler.insert(last, Entry::new(checker, probe).after(spread(last.into(), interval)));
/// }
/// loop {
///     let event = scheduler.next().await;
///     if let Scheduled::Transition(change) = event.what {
///         println!("{} 192.0.2.{} {change:?}", event.at, event.key);
///     }
/// }
/// # }
/// ```
pub struct Scheduler<K> {
    origin: tokio::time::Instant,
    max_in_flight: NonZeroUsize,
    slack: Duration,
    /// The time as it was a moment ago; none after a sleep. Where the clock is a system call, each
    /// look at it counts.
    recent: Option<Instant>,
    keys: HashMap<K, u32>,
    slots: Slots<K>,
    /// When each check wants something: a probe to begin, or one to be given up.
    timers: BTreeSet<(Instant, u32)>,
    queue: Queue,
    running: Running,
    readiness: Readiness,
    ports: LocalPorts,
    spares: Spares,
    in_flight: usize,
    /// Connections that `readiness` watches.
    watched: usize,
    /// For what is read, whoever it is for; empty until then.
    buffer: Vec<u8>,
    /// The only timer of the runtime's.
    sleep: Option<Pin<Box<Sleep>>>,
    events: VecDeque<SchedulerEvent<K>>,
    /// Events handed out without a pause.
    in_a_row: u32,
    scratch: work::Scratch,
}

impl<K: Clone + Eq + Hash> Scheduler<K> {
    /// Without checks; at most [`DEFAULT_MAX_IN_FLIGHT`] probes at a time.
    #[must_use]
    pub fn new() -> Self {
        Self::with_max_in_flight(DEFAULT_MAX_IN_FLIGHT)
    }

    /// With at most `limit` probes at a time. Those that have to wait begin in the order in which
    /// they were due, doubtful checks ([`Checker::is_doubtful`]) first; every fourth is the one
    /// that has waited longest, so that none waits for ever.
    #[must_use]
    pub fn with_max_in_flight(limit: NonZeroUsize) -> Self {
        Self {
            origin: tokio::time::Instant::now(),
            max_in_flight: limit,
            slack: DEFAULT_SLACK,
            recent: None,
            keys: HashMap::new(),
            slots: Slots::default(),
            timers: BTreeSet::new(),
            queue: Queue::default(),
            running: Running::default(),
            readiness: Readiness::default(),
            ports: LocalPorts::default(),
            spares: Spares::default(),
            in_flight: 0,
            watched: 0,
            buffer: Vec::new(),
            sleep: None,
            events: VecDeque::new(),
            in_a_row: 0,
            scratch: work::Scratch::default(),
        }
    }

    /// From now on at most `limit` probes at a time; those under way go on.
    pub const fn set_max_in_flight(&mut self, limit: NonZeroUsize) {
        self.max_in_flight = limit;
    }

    /// From now on timers are late by `slack` at most, besides what the runtime's are: whatever is
    /// due within it begins together. The delays do not add up.
    pub const fn set_slack(&mut self, slack: Duration) {
        self.slack = slack;
    }

    /// Begins to check. What was known by the same key is removed before, with its state.
    pub fn insert(&mut self, key: K, entry: Entry) {
        self.remove(&key);
        let Entry { mut checker, probes, delay, limit } = entry;
        checker.handle_input(self.now(), Input::Start { delay });
        // Memory ends before numbers do.
        let Some(number) = self.slots.insert(Slot::new(key.clone(), checker, probes, limit)) else { return };
        self.keys.insert(key, number);
        self.arm(number);
    }

    /// Goes on with other probes and another configuration, and keeps what was found so far and the
    /// rhythm ([`Checker::reconfigure`]); a probe under way is ended and begins anew. `None` and
    /// nothing done if there is no such check. The checker in `entry` lends its configuration only;
    /// its delay is without meaning.
    pub fn replace(&mut self, key: &K, entry: Entry) -> Option<()> {
        let now = self.now();
        let number = *self.keys.get(key)?;
        self.end(number);
        let slot = self.slots.get_mut(number)?;
        slot.checker.reconfigure(now, *entry.checker.config());
        slot.probes = entry.probes;
        slot.limit = entry.limit;
        self.arm(number);
        Some(())
    }

    /// Ends a check, and its probe if one is under way. Nothing more comes out about it.
    pub fn remove(&mut self, key: &K) -> Option<Checker> {
        let number = self.keys.remove(key)?;
        self.end(number);
        let slot = self.slots.remove(number)?;
        self.events.retain(|event| event.key != *key);
        Some(slot.checker)
    }

    /// Begins no more probes of this check; one under way still counts (`ha_suspend`).
    pub fn suspend(&mut self, key: &K) {
        self.tell(key, Input::Suspend);
    }

    /// Probes again, in the rhythm from before.
    pub fn resume(&mut self, key: &K) {
        self.tell(key, Input::Resume);
    }

    /// What is known of a check.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<&Checker> {
        self.slots.get(*self.keys.get(key)?).map(|slot| &slot.checker)
    }

    /// The keys of all checks, in no order.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.keys.keys()
    }

    /// Number of checks.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is no check.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Probes that are under way.
    #[must_use]
    pub const fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// Probes that are due and wait because too many are under way.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// From when all times are counted.
    #[must_use]
    pub const fn origin(&self) -> tokio::time::Instant {
        self.origin
    }

    /// Checks until something is worth telling; without checks for ever. It needs tokio's runtime
    /// with time, and with I/O for any probe of this crate.
    ///
    /// Cancel safe: nothing is lost if its future is dropped, but nothing goes on either until
    /// the next call.
    pub async fn next(&mut self) -> SchedulerEvent<K> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// [`next`](Self::next) for those who poll.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<SchedulerEvent<K>> {
        if self.in_a_row >= PATIENCE {
            // Sockets and timers of probes are the runtime's, which only looks after them when we
            // wait.
            self.in_a_row = 0;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        loop {
            if let Some(event) = self.events.pop_front() {
                self.in_a_row += 1;
                return Poll::Ready(event);
            }
            if self.work(cx) || !self.events.is_empty() {
                continue;
            }
            // Time goes on while the caller is busy with an event, too: a timer that is up is due by the clock of now.
            self.recent = None;
            if self.poll_sleep(cx).is_pending() {
                self.in_a_row = 0;
                return Poll::Pending;
            }
        }
    }

    fn now(&self) -> Instant {
        Instant::from_origin(self.origin.elapsed())
    }

    fn tell(&mut self, key: &K, input: Input) {
        let now = self.now();
        let Some(number) = self.keys.get(key).copied() else { return };
        let Some(slot) = self.slots.get_mut(number) else { return };
        slot.checker.handle_input(now, input);
        self.arm(number);
    }
}

impl<K: Clone + Eq + Hash> Default for Scheduler<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K> fmt::Debug for Scheduler<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scheduler")
            .field("checks", &self.keys.len())
            .field("in_flight", &self.in_flight)
            .field("waiting", &self.queue.len())
            .finish_non_exhaustive()
    }
}
