//! Scheduling in made-up time: who begins when, in which order, and what is kept.
#![cfg(feature = "tokio")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use core::num::{NonZeroU16, NonZeroUsize};
use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use healthcheck::{
    Checker, Config, Entry, Event, Failure, Health, NetworkError, Outcome, Pace, Phase, Policy, Probe,
    ProbeReport, Scheduled, Scheduler, SchedulerEvent, Sequence, Transition, spread,
};
use tokio::time::{Instant, sleep};

const SECOND: Duration = Duration::from_secs(1);
const REFUSED: Failure = Failure::Network { phase: Phase::Connect, reason: NetworkError::Refused };

/// Takes its time and says what it is told to say.
#[derive(Clone)]
struct Script {
    takes: Duration,
    outcome: Arc<Mutex<Outcome>>,
    /// How many are under way now, and how many were at most.
    under_way: Arc<(AtomicUsize, AtomicUsize)>,
    starts: Arc<Mutex<Vec<(u32, Instant)>>>,
    name: u32,
}

impl Script {
    fn new(takes: Duration) -> Self {
        Self {
            takes,
            outcome: Arc::new(Mutex::new(Outcome::Success)),
            under_way: Arc::default(),
            starts: Arc::default(),
            name: 0,
        }
    }

    fn named(&self, name: u32) -> Self {
        Self { name, ..self.clone() }
    }

    fn says(&self, outcome: Outcome) {
        *self.outcome.lock().unwrap() = outcome;
    }

    fn under_way(&self) -> usize {
        self.under_way.0.load(Ordering::Relaxed)
    }
}

/// Counts one less however its probe ends.
struct Guard<'a>(&'a AtomicUsize);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[async_trait]
impl Probe for Script {
    async fn probe(&self) -> ProbeReport {
        self.starts.lock().unwrap().push((self.name, Instant::now()));
        let (now, most) = &*self.under_way;
        let count = now.fetch_add(1, Ordering::Relaxed) + 1;
        most.fetch_max(count, Ordering::Relaxed);
        let _guard = Guard(now);
        sleep(self.takes).await;
        let outcome = *self.outcome.lock().unwrap();
        ProbeReport { weight: Some(7), ..ProbeReport::new(outcome, self.takes) }
    }
}

fn policy(pace: Pace) -> Policy {
    Policy { pace, ..Policy::keepalived(SECOND, 1, SECOND / 2) }
}

fn checker(pace: Pace) -> Checker {
    Checker::new(Config::keepalived(policy(pace), false, Sequence::Single))
}

fn entry(probe: &Script) -> Entry {
    Entry::new(checker(Pace::FromStart), probe.clone())
}

/// Takes events until `time` has passed.
async fn events<K: Clone + Eq + core::hash::Hash>(
    scheduler: &mut Scheduler<K>,
    time: Duration,
) -> Vec<SchedulerEvent<K>> {
    let end = sleep(time);
    tokio::pin!(end);
    let mut events = Vec::new();
    loop {
        tokio::select! {
            biased;
            event = scheduler.next() => events.push(event),
            () = &mut end => return events,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_rounds_do_not_drift() {
    for (pace, period) in
        [(Pace::FromStart, SECOND), (Pace::AfterResult, SECOND + Duration::from_micros(300))]
    {
        let probe = Script::new(Duration::from_micros(300));
        let mut scheduler = Scheduler::new();
        let first = Duration::from_micros(123_456);
        scheduler.insert((), Entry::new(checker(pace), probe.clone()).after(first));
        let origin = scheduler.origin();
        let mut rounds: u32 = 0;
        while rounds < 10_000 {
            let Scheduled::Probed { late, .. } = scheduler.next().await.what else { continue };
            // tokio's timers tick in milliseconds; what one is late must not move the next.
            assert!(late <= Duration::from_millis(2), "{late:?} in round {rounds}");
            rounds += 1;
        }
        let (_, last) = *probe.starts.lock().unwrap().last().unwrap();
        let due = first + period * 9_999;
        let off = (last - origin).abs_diff(due);
        // Each attempt of the second kind ends when a timer says so.
        let bound = match pace {
            Pace::FromStart => Duration::from_millis(2),
            Pace::AfterResult => Duration::from_millis(2) * 10_000,
        };
        assert!(off <= bound, "{pace:?}: {off:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn probes_are_spread_over_the_interval() {
    let probe = Script::new(Duration::ZERO);
    let mut scheduler = Scheduler::new();
    for name in 0..1000 {
        scheduler.insert(name, entry(&probe.named(name)).after(spread(name.into(), SECOND)));
    }
    let origin = scheduler.origin();
    events(&mut scheduler, SECOND * 2).await;
    let mut tenths = [0_u32; 10];
    for (_, at) in probe.starts.lock().unwrap().iter() {
        let place = usize::try_from((*at - origin).as_millis() % 1000 / 100).unwrap();
        tenths[place] += 1;
    }
    // 1,000 checks, two rounds: 200 in each tenth of a second.
    assert!(tenths.iter().all(|count| (140..=260).contains(count)), "{tenths:?}");
}
