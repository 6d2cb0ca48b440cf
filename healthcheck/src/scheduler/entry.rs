//! What goes into a scheduler and what comes out.

use core::fmt;
use core::time::Duration;
use std::sync::Arc;

use crate::{Checker, Event, Instant, Probe, ProbeReport, Sequence, Transition};

/// One check for a [`Scheduler`](super::Scheduler): a judge and the probes it asks for.
pub struct Entry {
    pub(super) checker: Checker,
    /// One for each target, never empty.
    pub(super) probes: Box<[Arc<dyn Probe>]>,
    pub(super) delay: Duration,
    /// How long a probe may take, whatever it thinks itself.
    pub(super) limit: Option<Duration>,
}

impl Entry {
    /// A check that was not started yet, with one probe for whatever target it asks for; the first time at once.
    #[must_use]
    pub fn new(checker: Checker, probe: impl Probe + 'static) -> Self {
        Self { checker, probes: Box::new([Arc::new(probe)]), delay: Duration::ZERO, limit: None }
    }

    /// The same with a probe for each target of the check's [`Sequence`]; `None` unless there are as many. A probe in a
    /// `Box<dyn Probe>` goes in here, too: `vec![boxed.into()]`.
    #[must_use]
    pub fn with_targets(checker: Checker, probes: Vec<Arc<dyn Probe>>) -> Option<Self> {
        let targets = match checker.config().sequence {
            Sequence::Single => 1,
            Sequence::Rotation { targets, .. } => usize::from(targets.get()),
        };
        let (delay, limit) = (Duration::ZERO, None);
        (probes.len() == targets).then(|| Self { checker, probes: probes.into(), delay, limit })
    }

    /// The first probe comes after `delay`, for instance [`spread`](crate::spread) of the interval, so that a thousand
    /// checks that begin together are a thousandth of the interval apart.
    #[must_use]
    pub fn after(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    /// Probes are given up after `limit`, as [`TimedOut`](crate::Failure::TimedOut) while receiving. Those of this crate
    /// have deadlines of their own; with a probe of the caller's that has none and hangs, its check would say nothing ever
    /// again, and be taken for up for as long.
    #[must_use]
    pub fn within(self, limit: Duration) -> Self {
        Self { limit: Some(limit), ..self }
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { checker, probes, delay, limit } = self;
        let probes = probes.len();
        f.debug_struct("Entry")
            .field("checker", checker)
            .field("probes", &probes)
            .field("delay", delay)
            .field("limit", limit)
            .finish()
    }
}

/// Something that happened to one check.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SchedulerEvent<K> {
    /// Which one.
    pub key: K,
    /// When, since the scheduler's [`origin`](super::Scheduler::origin).
    pub at: Instant,
    /// What.
    pub what: Scheduled,
}

/// What happened to a check. [`Probed`](Self::Probed) comes first, then what the checker made of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scheduled {
    /// A probe is done.
    Probed {
        /// Of this target.
        target: u16,
        /// What it found out.
        report: ProbeReport,
        /// How long after its due time it began.
        late: Duration,
    },
    /// The check came up or went down.
    Transition(Transition),
    /// Something worth a counter or a line in the log.
    Event(Event),
}
