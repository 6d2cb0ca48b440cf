//! What is going on with one service.

use core::time::Duration;
use std::collections::BTreeMap;

use super::config::{Backoff, ReconcilerConfig};
use crate::destination::DestinationKey;
use crate::drain::Draining;
use crate::error::{Object, Operation};
use crate::request::Command;

/// What is going on with one service, beyond being looked at or changed once.
#[derive(Debug, Default)]
pub(super) struct Job {
    /// By destination; the service itself is `None`.
    pub(super) troubles: BTreeMap<Option<DestinationKey>, Trouble>,
    pub(super) drains: BTreeMap<DestinationKey, Leaving>,
    /// Whether commands were held back when last planned.
    pub(super) held: bool,
}

/// A destination that goes, or one that came back.
#[derive(Debug)]
pub(super) enum Leaving {
    /// On its way out.
    Waiting {
        draining: Draining,
        /// Its weight before it was ours to lower, if it had one.
        before: Option<u32>,
        /// Whether we asked for its deletion and do not know the answer.
        deleting: bool,
    },
    /// Back; its weight is somebody else's, and was this before we took it.
    Restoring(u32),
}

/// Why a key is not written at once.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    /// The kernel's refusals in a row.
    pub(super) refused: Option<(u32, Backoff)>,
    pub(super) undone: Option<Undone>,
}

/// A key that others changed.
#[derive(Debug)]
pub(super) struct Undone {
    pub(super) times: u32,
    /// When it was last undone or repaired.
    pub(super) last: Duration,
    /// Only while it is contended.
    pub(super) backoff: Option<Backoff>,
}

impl Trouble {
    fn until(&self) -> Duration {
        let refused = self.refused.as_ref().map_or(Duration::ZERO, |(_, backoff)| backoff.until);
        let contended = self.undone.as_ref().and_then(|undone| undone.backoff.as_ref());
        refused.max(contended.map_or(Duration::ZERO, |backoff| backoff.until))
    }

    /// When the key may be forgotten if nothing happens.
    fn quiet_at(&self, quiet: Duration) -> Option<Duration> {
        self.undone.as_ref().map(|undone| undone.last.saturating_add(quiet))
    }
}

impl Job {
    /// Keys of one service whose troubles are remembered; of more, the oldest are forgotten.
    const TROUBLES: usize = 4096;

    /// The trouble of a key, made if there is none.
    pub(super) fn trouble(&mut self, key: Option<DestinationKey>) -> &mut Trouble {
        if self.troubles.len() >= Self::TROUBLES && !self.troubles.contains_key(&key) {
            let age = |trouble: &Trouble| trouble.undone.as_ref().map_or(Duration::MAX, |undone| undone.last);
            let oldest = self.troubles.iter().min_by_key(|(_, trouble)| age(trouble));
            if let Some(oldest) = oldest.map(|(key, _)| *key) {
                self.troubles.remove(&oldest);
            }
        }
        self.troubles.entry(key).or_default()
    }

    /// Something new is wanted of a key: that deserves an attempt at once.
    pub(super) fn forgive(&mut self, key: Option<DestinationKey>) {
        if let Some(trouble) = self.troubles.get_mut(&key) {
            trouble.refused = None;
            if let Some(backoff) = trouble.undone.as_mut().and_then(|undone| undone.backoff.as_mut()) {
                backoff.let_through();
            }
        }
    }

    /// Whether `command` has to wait. While the service itself waits to be added or deleted,
    /// so does everything in it.
    pub(super) fn holds(&self, command: &Command, now: Duration, whole: bool) -> bool {
        let waits = |key| self.troubles.get(&key).is_some_and(|trouble| trouble.until() > now);
        waits(destination_of(command)) || (whole && waits(None))
    }

    /// A command for a key was done.
    pub(super) fn done(&mut self, key: Option<DestinationKey>, now: Duration) {
        if let Some(trouble) = self.troubles.get_mut(&key) {
            trouble.refused = None;
            if let Some(undone) = &mut trouble.undone {
                undone.last = now;
            }
        }
    }

    /// Forgets what has been quiet; contended keys end by being looked at instead.
    pub(super) fn forget(&mut self, now: Duration, quiet: Duration) {
        self.troubles.retain(|_, trouble| {
            let over = trouble.quiet_at(quiet).is_some_and(|at| at <= now);
            if over && trouble.undone.as_ref().is_some_and(|undone| undone.backoff.is_none()) {
                trouble.undone = None;
            }
            trouble.undone.is_some() || trouble.refused.is_some()
        });
    }

    /// When the counters of its drains are to be read next.
    pub(super) fn next_look(&self) -> Option<Duration> {
        self.waiting().filter_map(|(_, draining)| draining.next_look()).min()
    }

    /// The next moment after `now` at which something changes by itself.
    pub(super) fn alarm(&self, now: Duration, reading: bool, config: &ReconcilerConfig) -> Option<Duration> {
        let quiet = config.peace();
        let troubles = self
            .troubles
            .values()
            .flat_map(|trouble| [Some(trouble.until()), trouble.quiet_at(quiet)].into_iter().flatten());
        let deadlines = self.waiting().map(|(_, draining)| draining.deadline());
        let look = self.next_look().filter(|_| !reading);
        troubles.chain(deadlines).chain(look).filter(|at| *at > now).min()
    }

    /// The destinations that drain.
    pub(super) fn waiting(&self) -> impl Iterator<Item = (&DestinationKey, &Draining)> {
        self.drains.iter().filter_map(|(key, leaving)| match leaving {
            Leaving::Waiting { draining, .. } => Some((key, draining)),
            Leaving::Restoring(_) => None,
        })
    }

    /// Whether nothing is going on.
    pub(super) fn is_idle(&self) -> bool {
        self.troubles.is_empty() && self.drains.is_empty() && !self.held
    }
}

/// The destination that a command is about.
pub(super) fn destination_of(command: &Command) -> Option<DestinationKey> {
    if let Object::Destination { key, .. } = command.object() { Some(key) } else { None }
}

/// Whether a command takes something away.
pub(super) fn deletes(command: &Command) -> bool {
    matches!(command.operation(), Operation::DeleteService | Operation::DeleteDestination)
}
