//! What the threads may know of each other without asking: whether an instance wants its
//! addresses, and whether they are there.

use core::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

/// One seat an instance; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Board {
    seats: Arc<Vec<Seat>>,
}

#[derive(Debug, Default)]
struct Seat {
    /// Written by the vrrp thread.
    wanted: AtomicBool,
    /// Written by the link thread: the addresses were put there and none was lost.
    held: AtomicBool,
}

impl Board {
    /// A board for so many instances, none of which wants anything.
    #[must_use]
    pub(crate) fn new(instances: usize) -> Self {
        Self { seats: Arc::new((0..instances).map(|_| Seat::default()).collect()) }
    }

    /// Takes over what another board says of an instance.
    pub(crate) fn adopt(&self, instance: usize, from: &Self, old: usize) {
        self.want(instance, from.wanted(old));
        self.hold(instance, from.held(old));
    }

    /// The instance is Master now, or no longer.
    pub(crate) fn want(&self, instance: usize, wanted: bool) {
        if let Some(seat) = self.seats.get(instance) {
            seat.wanted.store(wanted, Ordering::SeqCst);
        }
    }

    /// Whether the instance is Master.
    #[must_use]
    pub(crate) fn wanted(&self, instance: usize) -> bool {
        self.seats.get(instance).is_some_and(|seat| seat.wanted.load(Ordering::SeqCst))
    }

    /// The addresses of the instance are there, or not all of them.
    pub(crate) fn hold(&self, instance: usize, held: bool) {
        if let Some(seat) = self.seats.get(instance) {
            seat.held.store(held, Ordering::SeqCst);
        }
    }

    /// Whether the addresses are there.
    #[must_use]
    pub(crate) fn held(&self, instance: usize) -> bool {
        self.seats.get(instance).is_some_and(|seat| seat.held.load(Ordering::SeqCst))
    }
}
