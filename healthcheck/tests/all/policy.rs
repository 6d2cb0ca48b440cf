//! What the field has beside keepalived's policy: rise, first state, intervals, jitter, pace, damping, history.
#![expect(clippy::panic, reason = "a test may panic")]

use core::time::Duration;

use healthcheck::{
    Checker, Config, Damping, Event, Failure, Health, History, HttpFailure, Input, Instant, NetworkError,
    Outcome, Output, Pace, Phase, Policy, Sequence, Transition,
};
use proptest::prelude::*;

const REFUSED: Failure = Failure::Network { phase: Phase::Connect, reason: NetworkError::Refused };

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

fn at(millis: u64) -> Instant {
    Instant::from_origin(Duration::from_millis(millis))
}

/// A check that is driven: each probe takes no time unless told.
struct Driven {
    checker: Checker,
    now: Instant,
    history: History,
}

impl Driven {
    fn new(policy: Policy, damping: Option<Damping>) -> Self {
        let config = Config { damping, seed: 7, ..Config::keepalived(policy, false, Sequence::Single) };
        let mut checker = Checker::new(config);
        checker.handle_input(at(0), Input::Start { delay: Duration::ZERO });
        Self { checker, now: at(0), history: History::new(3) }
    }

    /// Runs the next probe, which takes `takes`; what the check says of it, and how long it waits then.
    fn probe(&mut self, success: bool, takes: Duration) -> (Vec<Output>, Duration) {
        self.now = self.checker.poll_timeout().unwrap();
        self.checker.handle_timeout(self.now);
        assert_eq!(self.checker.poll_output(), Some(Output::StartProbe { target: 0 }));
        self.now = self.now + takes;
        let outcome = if success { Outcome::Success } else { Outcome::Failure(REFUSED) };
        self.checker.handle_input(self.now, Input::ProbeResult(outcome));
        let outputs: Vec<Output> = core::iter::from_fn(|| self.checker.poll_output()).collect();
        for output in &outputs {
            self.history.record(self.now, output);
        }
        (outputs, self.checker.poll_timeout().unwrap().saturating_since(self.now))
    }

    /// `+` and `-` are probes; each answers in letters: `U`p, `D`own, `r`ising, `d`amped, `f`ailed, `.` nothing.
    fn run(&mut self, probes: &str) -> String {
        let letter = |output: &Output| match output {
            Output::Transition(Transition::Up { .. }) => 'U',
            Output::Transition(Transition::Down { .. }) => 'D',
            Output::Event(Event::Rising { .. }) => 'r',
            Output::Event(Event::Damped) => 'd',
            Output::Event(Event::ProbeFailed { .. }) => 'f',
            Output::Event(_) => '.',
            Output::StartProbe { .. } => panic!("nobody is there to probe"),
        };
        let one = |probe| {
            let (outputs, _) = self.probe(probe == '+', Duration::ZERO);
            outputs.first().map_or('.', letter)
        };
        probes.chars().map(one).collect()
    }
}

#[test]
fn rise_and_fall_count_in_a_row() {
    let policy = Policy { rise: 3, ..Policy::keepalived(secs(6), 1, secs(1)) };
    let cases = [
        ("+--", ".fD"),
        ("+--+++", ".fDrrU"),
        ("+--++-+++", ".fDrrfrrU"),
        // A success in between makes the failures start anew.
        ("+-+-+--", ".f.f.fD"),
        // The first check ever decides by itself.
        ("-+++", "DrrU"),
    ];
    for (probes, said) in cases {
        assert_eq!(Driven::new(policy, None).run(probes), said, "{probes}");
    }
}

#[test]
fn the_first_state_can_take_several_failures_but_one_success() {
    let policy = Policy { initial_failures: 3, ..Policy::keepalived(secs(6), 0, secs(1)) };
    for (probes, said) in [("---", "ffD"), ("--+", "ff."), ("--+-", "ff.D"), ("+-", ".D")] {
        assert_eq!(Driven::new(policy, None).run(probes), said, "{probes}");
    }
}

#[test]
fn each_stage_has_its_interval() {
    let policy = Policy {
        rise: 2,
        rising_interval: Some(secs(2)),
        down_interval: Some(secs(30)),
        ..Policy::keepalived(secs(10), 1, secs(1))
    };
    let mut check = Driven::new(policy, None);
    let waits: Vec<u64> =
        "+--++".chars().map(|probe| check.probe(probe == '+', Duration::ZERO).1.as_secs()).collect();
    assert_eq!(waits, [10, 1, 30, 2, 10]);
}

#[test]
fn a_pace_from_the_start_keeps_its_rhythm_and_counts_what_it_leaves_out() {
    let policy = Policy { pace: Pace::FromStart, ..Policy::keepalived(secs(10), 0, secs(1)) };
    let mut check = Driven::new(policy, None);
    assert_eq!(check.probe(true, secs(3)).1, secs(7));
    assert_eq!(check.now, at(3_000));
    // 25 seconds: the probes at 20 and 30 could not begin.
    let (outputs, wait) = check.probe(true, secs(25));
    assert_eq!(check.now, at(35_000));
    assert_eq!((outputs.as_slice(), wait), (&[Output::Event(Event::Overrun { missed: 2 })][..], secs(5)));
    // A probe that ends exactly when the next one is due misses nothing.
    assert_eq!(check.probe(true, secs(10)).0, []);
}

#[test]
fn keepalived_waits_from_the_end_of_a_probe() {
    let mut check = Driven::new(Policy::keepalived(secs(10), 0, secs(1)), None);
    assert_eq!(check.probe(true, secs(25)), (vec![Output::Event(Event::Confirmed(Health::Up))], secs(10)));
}

#[test]
fn a_check_that_flaps_is_held_down_until_it_has_been_quiet() {
    let damping = Damping { penalty: 1000, suppress: 2500, reuse: 1000, half_life: secs(60), ceiling: 4000 };
    let policy = Policy::keepalived(secs(6), 0, secs(1));
    let mut check = Driven::new(policy, Some(damping));
    assert_eq!(check.run("+-+-+-+"), ".DUDUDd");
    let mut probes = 0;
    while check.checker.health() == Health::Down {
        check.run("+");
        probes += 1;
    }
    // From 2,700 or so to 1,000 takes about one and a half half-lives: 15 probes of 6 s.
    assert!((13..=18).contains(&probes), "{probes}");
    // Without damping the same probes bring it up each time.
    assert_eq!(Driven::new(policy, None).run("+-+-+-+"), ".DUDUDU");
}

#[test]
fn the_history_keeps_the_last_transitions_with_cause_phase_and_duration() {
    let mut check = Driven::new(Policy::keepalived(secs(10), 0, secs(1)), None);
    check.run("+-+-+");
    let entries: Vec<_> = check.history.iter().collect();
    assert_eq!(entries.len(), 3, "a ring of three");
    let healths: Vec<Health> = entries.iter().map(|entry| entry.health).collect();
    assert_eq!(healths, [Health::Up, Health::Down, Health::Up]);
    assert_eq!((entries[1].cause, entries[1].phase), (Some(REFUSED), Some(Phase::Connect)));
    assert!(entries.iter().all(|entry| entry.lasted == secs(10)));
    assert_eq!(check.history.since(), Some(at(40_000)));
}

#[test]
fn a_failure_knows_what_the_probe_was_doing() {
    let cases = [
        (REFUSED, Some(Phase::Connect)),
        (Failure::TimedOut { phase: Phase::Tls }, Some(Phase::Tls)),
        (Failure::Http(HttpFailure::Status(503)), Some(Phase::Status)),
        (Failure::Http(HttpFailure::Empty), Some(Phase::Receive)),
        (Failure::Http(HttpFailure::Digest { got: [0; 16] }), Some(Phase::Body)),
        (Failure::Custom(1), None),
    ];
    for (failure, phase) in cases {
        assert_eq!(failure.phase(), phase, "{failure}");
    }
}

proptest! {
    #[test]
    fn jitter_stays_within_its_bounds_and_the_same_seed_gives_the_same_times(
        percent: u8, seed: u64, loop_s in 1_u64..1000,
    ) {
        let policy = Policy { jitter_percent: percent, ..Policy::keepalived(secs(loop_s), 0, secs(1)) };
        let config = Config { seed, ..Config::keepalived(policy, false, Sequence::Single) };
        let waits = |config| {
            let mut checker = Checker::new(config);
            checker.handle_input(at(0), Input::Start { delay: Duration::ZERO });
            let mut now = at(0);
            (0..20).map(|_| {
                checker.handle_timeout(now);
                checker.handle_input(now, Input::ProbeResult(Outcome::Success));
                while checker.poll_output().is_some() {}
                let next = checker.poll_timeout().unwrap();
                let wait = next.saturating_since(now);
                now = next;
                wait
            }).collect::<Vec<_>>()
        };
        let drawn = waits(config);
        let range = secs(loop_s) * u32::from(percent.min(100)) / 100;
        for wait in &drawn {
            prop_assert!(*wait >= secs(loop_s) - range && *wait <= secs(loop_s) + range, "{wait:?}");
        }
        prop_assert_eq!(&drawn, &waits(config));
        if percent >= 10 {
            prop_assert!(drawn.windows(2).any(|pair| pair[0] != pair[1]), "it varies");
        }
    }

    /// Whatever the policy and the results: one probe at a time, deadlines not in the past, few outputs.
    #[test]
    fn there_is_never_a_second_probe_under_way(
        probes in proptest::collection::vec((any::<bool>(), 0_u64..40), 1..200),
        rise in 0_u32..4, initial_failures in 0_u32..4, from_start: bool, flap: bool, jitter_percent: u8,
    ) {
        let pace = if from_start { Pace::FromStart } else { Pace::AfterResult };
        let policy =
            Policy { rise, initial_failures, jitter_percent, pace, ..Policy::keepalived(secs(10), 1, secs(2)) };
        let damping =
            Damping { penalty: 1000, suppress: 2500, reuse: 1000, half_life: secs(60), ceiling: 4000 };
        let mut check = Driven::new(policy, flap.then_some(damping));
        for (success, takes) in probes {
            let before = check.checker.health();
            let (outputs, _) = check.probe(success, secs(takes));
            prop_assert!(outputs.len() <= 2);
            prop_assert!(check.checker.poll_timeout().unwrap() >= check.now);
            let transitions = outputs.iter().filter(|output| matches!(output, Output::Transition(_))).count();
            prop_assert_eq!(usize::from(before != check.checker.health()), transitions);
        }
    }
}
