//! Scheduling in made-up time: who begins when, in which order, and what is kept.

use core::num::{NonZeroU16, NonZeroUsize};
use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use async_trait::async_trait;
use healthcheck::{
    Checker, Config, DEFAULT_SLACK, Entry, Event, Failure, Health, NetworkError, Outcome, Pace, Phase,
    Policy, Probe, ProbeReport, Scheduled, Scheduler, SchedulerEvent, Sequence, Transition, spread,
};
use tokio::time::{Instant, sleep};

const SECOND: Duration = Duration::from_secs(1);
const REFUSED: Failure = Failure::Network { phase: Phase::Connect, reason: NetworkError::Refused };

/// What timers may be late: the scheduler's slack, and tokio's.
const LATE: Duration = DEFAULT_SLACK.saturating_add(Duration::from_millis(2));

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
            assert!(late <= LATE, "{late:?} in round {rounds}");
            rounds += 1;
        }
        let (_, last) = *probe.starts.lock().unwrap().last().unwrap();
        let due = first + period * 9_999;
        let off = (last - origin).abs_diff(due);
        // Each attempt of the second kind ends when a timer says so.
        let bound = match pace {
            Pace::FromStart => LATE,
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

#[tokio::test(start_paused = true)]
async fn no_more_probes_than_allowed_are_under_way_and_the_others_begin_in_order() {
    let probe = Script::new(Duration::from_millis(50));
    let mut scheduler = Scheduler::with_max_in_flight(NonZeroUsize::new(10).unwrap());
    for name in 0..100 {
        scheduler.insert(name, entry(&probe.named(name)).after(Duration::from_micros(name.into())));
    }
    let seen = events(&mut scheduler, Duration::from_millis(900)).await;
    assert_eq!(probe.under_way.1.load(Ordering::Relaxed), 10);
    let order: Vec<u32> = probe.starts.lock().unwrap().iter().map(|(name, _)| *name).collect();
    assert_eq!(order, (0..100).collect::<Vec<_>>());
    let confirmed = Scheduled::Event(Event::Confirmed(Health::Up));
    assert_eq!(seen.iter().filter(|event| event.what == confirmed).count(), 100);
    assert_eq!((scheduler.in_flight(), scheduler.waiting(), scheduler.len()), (0, 0, 100));
}

#[tokio::test(start_paused = true)]
async fn a_slow_probe_is_never_joined_by_a_second_one() {
    let probe = Script::new(Duration::from_millis(2500));
    let mut scheduler = Scheduler::new();
    scheduler.insert((), entry(&probe));
    let seen = events(&mut scheduler, Duration::from_millis(8700)).await;
    let starts: Vec<u64> = {
        let starts = probe.starts.lock().unwrap();
        starts.iter().map(|(_, at)| (*at - scheduler.origin()).as_secs()).collect()
    };
    // Every second one, two seconds and a half long: each third keeps the rhythm.
    assert_eq!(starts, [0, 3, 6]);
    assert_eq!(probe.under_way.1.load(Ordering::Relaxed), 1);
    let overrun = Scheduled::Event(Event::Overrun { missed: 2 });
    assert_eq!(seen.iter().filter(|event| event.what == overrun).count(), 3);
}

#[tokio::test(start_paused = true)]
async fn another_configuration_keeps_what_was_found_and_the_rhythm() {
    let probe = Script::new(Duration::ZERO);
    probe.says(Outcome::Failure(REFUSED));
    let mut scheduler = Scheduler::new();
    scheduler.insert("a", entry(&probe));
    let down = Transition::Down { cause: REFUSED, failures: 1 };
    let seen = events(&mut scheduler, SECOND / 4).await;
    assert!(seen.iter().any(|event| event.what == Scheduled::Transition(down)), "{seen:?}");

    // Twice as often, and two successes are needed; the next probe is due after 0.25 s.
    let policy = Policy { rise: 2, ..Policy::keepalived(SECOND / 2, 3, SECOND / 10) };
    let checker = Checker::new(Config::keepalived(policy, false, Sequence::Single));
    assert!(scheduler.replace(&"a", Entry::new(checker, probe.clone())).is_some());
    assert_eq!(scheduler.get(&"a").map(Checker::health), Some(Health::Down));
    probe.says(Outcome::Success);
    let seen = events(&mut scheduler, SECOND).await;
    let what: Vec<Scheduled> = seen.iter().map(|event| event.what).collect();
    let up = Scheduled::Transition(Transition::Up { successes: 2 });
    assert!(
        matches!(
            what.as_slice(),
            [
                Scheduled::Probed { .. },
                Scheduled::Event(Event::Rising { successes_left: 1 }),
                Scheduled::Probed { .. },
                last
            ] if *last == up
        ),
        "{what:?}"
    );
    assert!(scheduler.replace(&"b", entry(&probe)).is_none());
}

#[tokio::test(start_paused = true)]
async fn what_is_removed_ends_at_once_and_is_not_heard_of_again() {
    let probe = Script::new(SECOND / 2);
    let mut scheduler = Scheduler::new();
    for key in 0..10 {
        scheduler.insert(key, entry(&probe));
    }
    events(&mut scheduler, SECOND / 4).await;
    assert_eq!((probe.under_way(), scheduler.in_flight()), (10, 10));
    for key in 0..5 {
        assert!(scheduler.remove(&key).is_some_and(|checker| checker.is_probing()));
    }
    assert_eq!((probe.under_way(), scheduler.in_flight(), scheduler.len()), (5, 5, 5));
    // The numbers of those that went are given again; late words of the old probes change nothing.
    for key in 10..15 {
        scheduler.insert(key, entry(&probe));
    }
    let seen = events(&mut scheduler, SECOND * 2).await;
    assert!(seen.iter().all(|event| event.key >= 5));
    assert!((5..15).all(|key| seen.iter().any(|event| event.key == key)));
    assert!(scheduler.remove(&0).is_none());
    events(&mut scheduler, SECOND / 4).await;
    drop(scheduler);
    assert_eq!(probe.under_way(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_suspended_check_rests_and_resumes_in_its_rhythm() {
    let probe = Script::new(Duration::ZERO);
    let mut scheduler = Scheduler::new();
    scheduler.insert((), entry(&probe).after(SECOND / 5));
    events(&mut scheduler, SECOND / 2).await;
    scheduler.suspend(&());
    assert!(events(&mut scheduler, SECOND * 3).await.is_empty());
    scheduler.resume(&());
    events(&mut scheduler, SECOND).await;
    let starts = probe.starts.lock().unwrap();
    let starts: Vec<u128> =
        starts.iter().map(|(_, at)| (*at - scheduler.origin()).as_millis() / 100).collect();
    assert_eq!(starts, [2, 42]);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_lost_when_waiting_is_given_up() {
    let probe = Script::new(Duration::from_millis(7));
    let mut scheduler = Scheduler::new();
    for name in 0..50 {
        scheduler.insert(name, entry(&probe.named(name)).after(spread(name.into(), SECOND)));
    }
    let mut reports: HashMap<u32, usize> = HashMap::new();
    let end = Instant::now() + SECOND * 5;
    while Instant::now() < end {
        // Dropped in the middle of whatever it does.
        if let Ok(event) = tokio::time::timeout(Duration::from_millis(3), scheduler.next()).await
            && matches!(event.what, Scheduled::Probed { .. })
        {
            *reports.entry(event.key).or_default() += 1;
        }
    }
    let mut starts: HashMap<u32, usize> = HashMap::new();
    probe.starts.lock().unwrap().iter().for_each(|(name, _)| *starts.entry(*name).or_default() += 1);
    assert_eq!(starts.len(), 50);
    for (name, begun) in starts {
        let done = reports.get(&name).copied().unwrap_or(0);
        assert!(begun >= 4 && (begun - 1..=begun).contains(&done), "{name}: {begun} begun, {done} done");
    }
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_hangs_is_given_up_after_its_limit() {
    let probe = Script::new(SECOND * 3600);
    let mut scheduler = Scheduler::new();
    scheduler.insert((), entry(&probe).within(SECOND * 2));
    let seen = events(&mut scheduler, SECOND * 2 + SECOND / 2).await;
    let timed_out = Failure::TimedOut { phase: Phase::Receive };
    let Some(Scheduled::Probed { report, .. }) = seen.first().map(|event| event.what) else {
        panic!("{seen:?}");
    };
    assert_eq!(report.outcome, Outcome::Failure(timed_out));
    assert!(report.total >= SECOND * 2 && report.total <= SECOND * 2 + LATE, "{:?}", report.total);
    let down = Transition::Down { cause: timed_out, failures: 1 };
    assert!(seen.iter().any(|event| event.what == Scheduled::Transition(down)), "{seen:?}");
    assert_eq!((probe.under_way(), scheduler.in_flight()), (0, 0));
    // The next one begins in its rhythm, and is given up likewise; one that ends in time is not.
    events(&mut scheduler, SECOND).await;
    assert_eq!(probe.under_way(), 1);
    let quick = Script::new(SECOND / 2);
    scheduler.replace(&(), entry(&quick).within(SECOND * 2)).unwrap();
    let seen = events(&mut scheduler, SECOND * 5).await;
    let good = |event: &&SchedulerEvent<()>| matches!(event.what, Scheduled::Probed { report, .. } if report.outcome.is_success());
    assert!(seen.iter().filter(good).count() >= 3, "{seen:?}");
    assert_eq!(probe.under_way(), 0);
}

/// With a caller that never makes room for the runtime, as an executor of somebody else's does not.
#[test]
fn a_caller_who_is_late_finds_the_next_probe_due() {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.unwrap().block_on(tokio::task::unconstrained(async {
            let probe = Script::new(Duration::ZERO);
            let mut scheduler = Scheduler::new();
            scheduler.insert(0, entry(&probe));
            scheduler.insert(1, entry(&probe).after(SECOND / 100));
            while scheduler.next().await.what != Scheduled::Event(Event::Confirmed(Health::Up)) {}
            // Busy with it for longer than the next probe is away.
            sleep(SECOND / 20).await;
            tell.send(scheduler.next().await.key).unwrap();
        }));
    });
    // Once it looked at an old time for ever.
    assert_eq!(told.recv_timeout(SECOND * 60), Ok(1));
}

#[tokio::test(start_paused = true)]
async fn every_target_has_its_probe() {
    let probe = Script::new(Duration::ZERO);
    let sequence = Sequence::Rotation { targets: NonZeroU16::new(3).unwrap(), fast_recovery: true };
    let checker = || Checker::new(Config::keepalived(policy(Pace::FromStart), true, sequence));
    let probes = |count| (0..count).map(|name| Arc::new(probe.named(name)) as Arc<dyn Probe>).collect();
    assert!(Entry::with_targets(checker(), probes(2)).is_none());
    let mut scheduler = Scheduler::new();
    scheduler.insert((), Entry::with_targets(checker(), probes(3)).unwrap());
    let seen = events(&mut scheduler, SECOND / 2).await;
    let order: Vec<u32> = probe.starts.lock().unwrap().iter().map(|(name, _)| *name).collect();
    assert_eq!(order, [0, 1, 2]);
    assert!(seen.iter().any(|event| matches!(event.what, Scheduled::Transition(Transition::Up { .. }))));
    let weight = |event: &SchedulerEvent<()>| matches!(event.what, Scheduled::Probed { report, .. } if report.weight == Some(7));
    assert!(seen.iter().any(weight));
}

/// Numbers from a seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from(self.0 >> 33).unwrap() % bound
    }
}

/// A minute in which checks come, go, change, rest and fail.
async fn minute(seed: u64) -> Vec<SchedulerEvent<u32>> {
    let mut dice = Dice(seed);
    let probe = Script::new(Duration::from_millis(30 + u64::from(dice.below(40))));
    let limit = 1 + usize::try_from(dice.below(12)).unwrap();
    let mut scheduler = Scheduler::with_max_in_flight(NonZeroUsize::new(limit).unwrap());
    let mut all = Vec::new();
    for step in 0..600 {
        let key = dice.below(40);
        let entry = |probe: &Script| entry(&probe.named(key));
        match dice.below(8) {
            0..=2 => scheduler.insert(key, entry(&probe).after(spread(key.into(), SECOND))),
            3 => drop(scheduler.remove(&key)),
            4 => drop(scheduler.replace(&key, entry(&probe))),
            5 => scheduler.suspend(&key),
            6 => scheduler.resume(&key),
            _ => probe.says(if dice.below(2) == 0 { Outcome::Success } else { Outcome::Failure(REFUSED) }),
        }
        assert!(probe.under_way() <= scheduler.in_flight(), "seed {seed}, step {step}");
        let seen = events(&mut scheduler, Duration::from_millis(100)).await;
        assert!(scheduler.in_flight() <= limit, "seed {seed}, step {step}");
        assert_eq!(probe.under_way(), scheduler.in_flight(), "seed {seed}, step {step}");
        for event in &seen {
            assert!(scheduler.get(&event.key).is_some(), "seed {seed}, step {step}: {event:?}");
        }
        all.extend(seen);
    }
    // Left alone, each check that does not rest is made once a second.
    let keys: Vec<u32> = scheduler.keys().copied().collect();
    keys.iter().for_each(|key| scheduler.resume(key));
    let wait = SECOND * 2 + probe.takes * u32::try_from(keys.len() * 2 / limit + 1).unwrap();
    let seen = events(&mut scheduler, wait).await;
    for key in keys {
        assert!(seen.iter().any(|event| event.key == key), "seed {seed}: nothing of {key}");
    }
    all.extend(seen);
    all
}

#[tokio::test(start_paused = true)]
async fn whatever_is_done_bounds_are_kept_and_nobody_is_forgotten() {
    for seed in 0..20 {
        minute(seed).await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_gives_the_same_events() {
    let (one, two) = (minute(7).await, minute(7).await);
    assert!(one.len() > 1000);
    assert_eq!(one, two);
}
