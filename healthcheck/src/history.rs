//! What became of a check, and when.

use alloc::collections::VecDeque;
use core::time::Duration;

use crate::{Failure, Health, Instant, Output, Phase, Transition};

/// The last transitions of one check, oldest first: a fixed number of them, so that it never grows.
///
/// The checker itself keeps none, so that two that will behave alike compare equal. Hand every output to
/// [`record`](Self::record).
///
/// ```
/// use core::time::Duration;
/// use healthcheck::{Failure, History, Instant, NetworkError, Output, Phase, Transition};
///
/// let at = |secs| Instant::from_origin(Duration::from_secs(secs));
/// let mut history = History::new(10);
/// let cause = Failure::Network { phase: Phase::Connect, reason: NetworkError::Refused };
/// history.record(at(100), &Output::StartProbe { target: 0 });
/// history.record(at(160), &Output::Transition(Transition::Down { cause, failures: 2 }));
/// let last = history.iter().next_back().unwrap();
/// assert_eq!((last.cause, last.phase, last.lasted), (Some(cause), Some(Phase::Connect), Duration::from_secs(60)));
/// assert_eq!(history.since(), Some(at(160)));
/// ```
#[derive(Clone, Debug)]
pub struct History {
    capacity: usize,
    entries: VecDeque<HistoryEntry>,
    since: Option<Instant>,
}

/// One transition.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct HistoryEntry {
    /// When.
    pub at: Instant,
    /// What the check says since then.
    pub health: Health,
    /// Why it went down.
    pub cause: Option<Failure>,
    /// What the probe that decided was doing when it failed.
    pub phase: Option<Phase>,
    /// How long the state before had lasted; since the first record for the first entry.
    pub lasted: Duration,
}

impl History {
    /// A history of at most `capacity` transitions; memory for them is taken here, and only here.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { capacity, entries: VecDeque::with_capacity(capacity), since: None }
    }

    /// Takes an output of the checker; what is no transition only starts the clock.
    pub fn record(&mut self, now: Instant, output: &Output) {
        let since = *self.since.get_or_insert(now);
        let Output::Transition(transition) = output else { return };
        let (health, cause) = match transition {
            Transition::Up { .. } => (Health::Up, None),
            Transition::Down { cause, .. } => (Health::Down, Some(*cause)),
        };
        let phase = cause.and_then(Failure::phase);
        if self.entries.len() >= self.capacity {
            self.entries.pop_front();
        }
        if self.capacity > 0 {
            let lasted = now.saturating_since(since);
            self.entries.push_back(HistoryEntry { at: now, health, cause, phase, lasted });
        }
        self.since = Some(now);
    }

    /// The transitions, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &HistoryEntry> {
        self.entries.iter()
    }

    /// Since when the present state lasts; `None` if the check was never driven.
    #[must_use]
    pub const fn since(&self) -> Option<Instant> {
        self.since
    }
}
