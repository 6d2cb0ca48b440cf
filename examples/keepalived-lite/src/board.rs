//! What the threads may know of each other without asking: whether an instance wants its
//! addresses, and whether they are there.

use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
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
    /// Written by the link thread: 0 while the addresses are not all there, else a number that
    /// is new for each time they were put there.
    held: AtomicU64,
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
        self.hold(instance, from.held(old).unwrap_or(0));
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

    /// The addresses of the instance are there under this number; 0 says that they are not.
    pub(crate) fn hold(&self, instance: usize, epoch: u64) {
        if let Some(seat) = self.seats.get(instance) {
            seat.held.store(epoch, Ordering::SeqCst);
        }
    }

    /// The number under which the addresses are there, if they are.
    #[must_use]
    pub(crate) fn held(&self, instance: usize) -> Option<u64> {
        let epoch = self.seats.get(instance)?.held.load(Ordering::SeqCst);
        (epoch != 0).then_some(epoch)
    }
}
