//! Probes that are futures of their own.

use core::pin::Pin;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll, Waker};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Wake;

use crate::ProbeReport;

/// A probe under way.
pub(super) type Attempt = Pin<Box<dyn Future<Output = ProbeReport> + Send>>;

/// All that are under way; only those that were woken are polled. No task is spawned, so dropping
/// this ends them.
#[derive(Default)]
pub(super) struct Running {
    attempts: HashMap<u32, (Attempt, Arc<Alarm>)>,
    woken: Arc<Woken>,
    /// Empty between calls; keeps its memory.
    batch: Vec<u32>,
}

/// Who was woken since the last look. Each attempt is in it at most once.
#[derive(Default)]
struct Woken(Mutex<(Vec<u32>, Option<Waker>)>);

struct Alarm {
    slot: u32,
    rung: AtomicBool,
    woken: Arc<Woken>,
}

impl Woken {
    fn lock(&self) -> MutexGuard<'_, (Vec<u32>, Option<Waker>)> {
        // Nothing panics while it is held.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.rung.swap(true, Ordering::AcqRel) {
            return;
        }
        let mut woken = self.woken.lock();
        woken.0.push(self.slot);
        let parent = woken.1.take();
        drop(woken);
        if let Some(parent) = parent {
            parent.wake();
        }
    }
}

impl Running {
    /// Takes `attempt` in; it is polled for the first time with the next [`poll`](Self::poll).
    pub(super) fn insert(&mut self, slot: u32, attempt: Attempt) {
        let alarm = Arc::new(Alarm { slot, rung: AtomicBool::new(false), woken: Arc::clone(&self.woken) });
        alarm.wake_by_ref();
        self.attempts.insert(slot, (attempt, alarm));
    }

    /// Ends the probe of `slot`, if one is under way.
    pub(super) fn remove(&mut self, slot: u32) {
        self.attempts.remove(&slot);
    }

    /// Goes on with those that can; `tell` is given each that is done.
    pub(super) fn poll(&mut self, cx: &Context<'_>, mut tell: impl FnMut(u32, ProbeReport)) {
        let mut woken = self.woken.lock();
        match &mut woken.1 {
            Some(parent) if parent.will_wake(cx.waker()) => {}
            parent => *parent = Some(cx.waker().clone()),
        }
        core::mem::swap(&mut woken.0, &mut self.batch);
        drop(woken);
        for slot in self.batch.drain(..) {
            // It may have been removed since it was woken; another of the same slot does not mind.
            let Some((attempt, alarm)) = self.attempts.get_mut(&slot) else { continue };
            alarm.rung.store(false, Ordering::Release);
            let waker = Waker::from(Arc::clone(alarm));
            if let Poll::Ready(report) = attempt.as_mut().poll(&mut Context::from_waker(&waker)) {
                self.attempts.remove(&slot);
                tell(slot, report);
            }
        }
    }
}
