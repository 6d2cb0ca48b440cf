//! One check of a scheduler, and where it is kept.

use core::time::Duration;
use std::sync::Arc;

use super::queue::Ticket;
use crate::probe::connecting::Connecting;
use crate::probe::conversation::Conversation;
use crate::{Checker, Instant, Probe};

/// A check and what it is doing.
pub(super) struct Slot<K> {
    pub key: K,
    pub checker: Checker,
    /// One for each target, never empty.
    pub probes: Box<[Arc<dyn Probe>]>,
    /// How long a probe may take that is a future.
    pub limit: Option<Duration>,
    /// Its entry among the timers.
    pub timer: Option<Instant>,
    /// Its place in the queue.
    pub ticket: Option<Ticket>,
    pub activity: Activity,
    /// The last probe.
    pub attempt: Attempt,
}

/// What a check does now.
pub(super) enum Activity {
    /// It waits: for its time, for its turn, or to be resumed.
    Resting,
    /// A TCP probe waits for the other side; its timer is the time-out.
    Connecting(Connecting),
    /// A dialogue over TCP goes on; its timer comes when a wait of it is over, or before.
    Talking(Box<Conversation>),
    /// Its probe is a future.
    Running,
}

/// One probe.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Attempt {
    /// So that a late word about an earlier one is known as such.
    pub serial: u32,
    pub target: u16,
    /// When it should have begun.
    pub due: Instant,
    /// When it did.
    pub began: Instant,
    /// When it did as the checker knows it.
    pub counted_from: Instant,
}

impl<K> Slot<K> {
    pub(super) fn new(
        key: K,
        checker: Checker,
        probes: Box<[Arc<dyn Probe>]>,
        limit: Option<Duration>,
    ) -> Self {
        let (activity, attempt) = (Activity::Resting, Attempt::default());
        Self { key, checker, probes, limit, timer: None, ticket: None, activity, attempt }
    }

    /// The probe of the present attempt; a single one serves every target.
    pub(super) fn probe(&self) -> Option<&Arc<dyn Probe>> {
        self.probes.get(usize::from(self.attempt.target)).or_else(|| self.probes.first())
    }
}

/// Numbered places; a number is given again once its check is gone.
pub(super) struct Slots<K> {
    slots: Vec<Option<Slot<K>>>,
    free: Vec<u32>,
}

impl<K> Default for Slots<K> {
    fn default() -> Self {
        Self { slots: Vec::new(), free: Vec::new() }
    }
}

impl<K> Slots<K> {
    /// `None` if there are 2³² already.
    pub(super) fn insert(&mut self, slot: Slot<K>) -> Option<u32> {
        if let Some(number) = self.free.pop()
            && let Some(place) = self.place(number)
        {
            *place = Some(slot);
            return Some(number);
        }
        let number = u32::try_from(self.slots.len()).ok()?;
        self.slots.push(Some(slot));
        Some(number)
    }

    pub(super) fn remove(&mut self, number: u32) -> Option<Slot<K>> {
        let slot = self.place(number)?.take()?;
        self.free.push(number);
        Some(slot)
    }

    pub(super) fn get(&self, number: u32) -> Option<&Slot<K>> {
        self.slots.get(usize::try_from(number).ok()?)?.as_ref()
    }

    pub(super) fn get_mut(&mut self, number: u32) -> Option<&mut Slot<K>> {
        self.place(number)?.as_mut()
    }

    fn place(&mut self, number: u32) -> Option<&mut Option<Slot<K>>> {
        self.slots.get_mut(usize::try_from(number).ok()?)
    }
}
