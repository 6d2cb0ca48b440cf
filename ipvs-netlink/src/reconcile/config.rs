//! How a reconciler behaves.

use core::time::Duration;

use crate::drain::DrainRules;

/// How a [`Reconciler`](crate::Reconciler) behaves.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ReconcilerConfig {
    /// Which destinations are drained, and how; none by default.
    pub drains: DrainRules,
    /// Time between two full reads of the table, 60 s by default. Without them nobody notices
    /// what others change, as the kernel does not tell.
    pub audit: Option<Duration>,
    /// Undone so often in a row, a key is [contended](crate::Event::Contended) and waits before
    /// each repair; until then it is repaired at once. 3 by default; at most 1 makes every
    /// repair wait.
    pub patience: u32,
    /// The wait before the first repair of what is contended, and before the first repetition
    /// of what the kernel refused or what failed: 1 s by default, at least 10 ms. Each next one
    /// is twice as long.
    pub first_pause: Duration,
    /// The longest wait, 5 minutes by default.
    pub longest_pause: Duration,
    /// Left alone for so long, a key is no longer contended: 2 minutes by default, at least
    /// two audits, or somebody slower than an audit would never be noticed.
    pub quiet: Duration,
    /// Whether to wait for [`approve`](crate::Reconciler::approve) before the first command,
    /// so that the plan can be shown.
    pub review: bool,
}

impl Default for ReconcilerConfig {
    fn default() -> Self {
        Self {
            drains: DrainRules::none(),
            audit: Some(Duration::from_secs(60)),
            patience: 3,
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(5 * 60),
            quiet: Duration::from_secs(2 * 60),
            review: false,
        }
    }
}

impl ReconcilerConfig {
    pub(super) fn peace(&self) -> Duration {
        self.quiet.max(self.audit.unwrap_or_default().saturating_mul(2))
    }
}

/// A wait that doubles.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Backoff {
    pause: Duration,
    /// Nothing is done before.
    pub(super) until: Duration,
}

impl Backoff {
    const SHORTEST: Duration = Duration::from_millis(10);

    /// Waits from `now` on, twice as long as the last time; returns how long.
    pub(super) fn hold(&mut self, now: Duration, config: &ReconcilerConfig) -> Duration {
        let first = config.first_pause.max(Self::SHORTEST);
        self.pause = self.pause.saturating_mul(2).max(first).min(config.longest_pause.max(first));
        self.until = now.saturating_add(self.pause);
        self.pause
    }

    /// Lets the next attempt through; if it fails, the wait goes on growing.
    pub(super) const fn let_through(&mut self) {
        self.until = Duration::ZERO;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_never_vanish() {
        let config = ReconcilerConfig { longest_pause: Duration::from_secs(5), ..Default::default() };
        let mut backoff = Backoff::default();
        let pauses: Vec<_> = (0..5).map(|_| backoff.hold(Duration::ZERO, &config).as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 5, 5]);
        let zero = ReconcilerConfig { first_pause: Duration::ZERO, longest_pause: Duration::ZERO, ..config };
        assert_eq!(Backoff::default().hold(Duration::MAX, &zero), Duration::from_millis(10));
    }
}
