//! What is going to happen, in order of time.

use core::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::Arc;

use crate::time::Time;

/// Something that is going to happen.
#[derive(Clone, Debug)]
pub(crate) enum Coming {
    /// A router may have something due.
    Timer {
        /// Its position.
        router: usize,
    },
    /// An advertisement reaches the others of its group.
    Frame {
        /// Position of the sender.
        from: usize,
        /// The one that it reaches; all of them if it is `None`.
        to: Option<usize>,
        /// The message.
        octets: Arc<[u8]>,
    },
}

#[derive(Clone, Debug)]
struct Entry {
    at: Time,
    /// What was planned first happens first.
    order: u64,
    coming: Coming,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    /// The earliest is the greatest, as the heap gives the greatest first.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.order).cmp(&(self.at, self.order))
    }
}

/// What is going to happen, the earliest first; of the same time, what was planned first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Queue {
    heap: BinaryHeap<Entry>,
    order: u64,
}

impl Queue {
    pub(crate) fn push(&mut self, at: Time, coming: Coming) {
        self.order += 1;
        self.heap.push(Entry { at, order: self.order, coming });
    }

    /// Takes the earliest, if it happens by `end`.
    pub(crate) fn pop_until(&mut self, end: Time) -> Option<(Time, Coming)> {
        if self.heap.peek()?.at > end {
            return None;
        }
        self.heap.pop().map(|entry| (entry.at, entry.coming))
    }
}
