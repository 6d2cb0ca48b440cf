//! keepalived's judgement row by row: where the check stands, what the probe says, what follows.

use core::num::NonZeroU16;
use core::time::Duration;

use healthcheck::{
    Checker, Config, Event, Failure, Health, Input, Instant, LocalProblem, NetworkError, Outcome, Output,
    Phase, Policy, Sequence, Transition, spread,
};
use proptest::prelude::*;

const REFUSED: Failure = Failure::Network { phase: Phase::Connect, reason: NetworkError::Refused };
const LOOP: u64 = 60;
const RETRY: u64 = 3;

fn at(secs: u64) -> Instant {
    Instant::from_origin(Duration::from_secs(secs))
}

fn config(retry: u32, alpha: bool, sequence: Sequence) -> Config {
    let policy = Policy::keepalived(Duration::from_secs(LOOP), retry, Duration::from_secs(RETRY));
    Config::keepalived(policy, alpha, sequence)
}

fn urls(targets: u16, fast_recovery: bool) -> Sequence {
    Sequence::Rotation { targets: NonZeroU16::new(targets).unwrap(), fast_recovery }
}

fn drain(checker: &mut Checker) -> Vec<Output> {
    core::iter::from_fn(|| checker.poll_output()).collect()
}

/// What one probe's result must lead to.
#[derive(Debug, PartialEq)]
struct Then {
    /// Seconds until the next probe.
    delay: u64,
    /// Target of the next probe.
    target: u16,
    health: Health,
    said: &'static str,
}

/// Feeds one result; the probe asked for next is started at once.
fn step(checker: &mut Checker, now: &mut Instant, success: bool) -> Then {
    let outcome = if success { Outcome::Success } else { Outcome::Failure(REFUSED) };
    checker.handle_input(*now, Input::ProbeResult(outcome));
    let said = match drain(checker).as_slice() {
        [] => "",
        [Output::Transition(Transition::Up { successes: 1 })] => "UP",
        [Output::Transition(Transition::Down { cause: REFUSED, .. })] => "DOWN",
        [Output::Event(Event::Confirmed(Health::Up))] => "still up",
        [Output::Event(Event::Confirmed(Health::Down))] => "still down",
        [Output::Event(Event::ProbeFailed { retries_left: Some(_), .. })] => "endured",
        [Output::Event(Event::ProbeFailed { retries_left: None, .. })] => "down already",
        other => panic!("{other:?}"),
    };
    let due = checker.poll_timeout().unwrap();
    let delay = due.saturating_since(*now).as_secs();
    *now = due;
    checker.handle_timeout(due);
    match drain(checker).as_slice() {
        [Output::StartProbe { target }] => Then { delay, target: *target, health: checker.health(), said },
        other => panic!("{other:?}"),
    }
}

struct Row {
    rule: &'static str,
    config: Config,
    /// `+` success, `-` failure: the results before.
    before: &'static str,
    success: bool,
    then: Then,
}

#[rustfmt::skip]
fn rows() -> Vec<Row> {
    use Health::{Down, Up};
    let mut rows = Vec::new();
    let mut row = |rule, config, before, success, delay, target, health, said| {
        rows.push(Row { rule, config, before, success, then: Then { delay, target, health, said } });
    };
    let tcp = |retry| config(retry, false, Sequence::Single);
    let alpha = config(1, true, Sequence::Single);
    let http = |targets| config(1, false, urls(targets, false));
    let fast = config(1, true, urls(2, true));

    row("the first success confirms what was assumed",      tcp(1), "",     true,  LOOP,  0, Up,   "still up");
    row("first-ever probe: one failure is enough",          tcp(5), "",     false, LOOP,  0, Down, "DOWN");
    row("up and success: delay_loop",                       tcp(1), "+",    true,  LOOP,  0, Up,   "");
    row("up and failure: delay_before_retry",               tcp(1), "+",    false, RETRY, 0, Up,   "endured");
    row("`retry` further failures, then down",              tcp(1), "+-",   false, LOOP,  0, Down, "DOWN");
    row("retry 3: the third failure is endured",            tcp(3), "+--",  false, RETRY, 0, Up,   "endured");
    row("retry 3: the fourth is not",                       tcp(3), "+---", false, LOOP,  0, Down, "DOWN");
    row("retry 0: the first failure is one too many",       tcp(0), "+",    false, LOOP,  0, Down, "DOWN");
    row("a success makes all retries good again",           tcp(1), "+-+",  false, RETRY, 0, Up,   "endured");
    row("down and failure: delay_loop",                     tcp(1), "-",    false, LOOP,  0, Down, "down already");
    row("one success: up",                                  tcp(1), "--",   true,  LOOP,  0, Up,   "UP");
    row("after recovery retries count again",               tcp(1), "-+",   false, RETRY, 0, Up,   "endured");
    row("alpha: down until the first success",              alpha,  "",     true,  LOOP,  0, Up,   "UP");
    row("alpha: the first failure confirms it",             alpha,  "",     false, LOOP,  0, Down, "still down");
    row("alpha: one success after failures",                alpha,  "--",   true,  LOOP,  0, Up,   "UP");

    row("URLs one per delay_loop in rotation",              http(2), "",      true,  LOOP,  1, Up,   "");
    row("the round confirms",                               http(2), "+",     true,  LOOP,  0, Up,   "still up");
    row("first round: one failure is enough, at any URL",   http(2), "+",     false, LOOP,  1, Down, "DOWN");
    row("a failed URL is tried again",                      http(2), "+++",   false, RETRY, 1, Up,   "endured");
    row("then the next has its turn",                       http(2), "+++-",  true,  LOOP,  0, Up,   "");
    row("a URL that took it down is tried alone",           http(2), "+++-",  false, LOOP,  1, Down, "DOWN");
    row("until it succeeds; then all are checked again",    http(2), "+++--", true,  LOOP,  0, Down, "");
    row("all must pass to come up: not yet",                http(2), "+++--+",   true,  LOOP,  1, Down, "");
    row("all must pass to come up: now",                    http(2), "+++--++",  true,  LOOP,  0, Up,   "UP");
    row("another URL failing meanwhile is held on to",      http(2), "+++--++",  false, RETRY, 1, Down, "down already");
    row("one URL: the first success is not enough",         http(1), "-",     true,  LOOP,  0, Down, "");
    row("one URL: the second is",                           http(1), "-+",    true,  LOOP,  0, Up,   "UP");
    row("alpha needs one round only",                       config(1, true, urls(1, false)), "", true, LOOP, 0, Up, "UP");
    row("fast_recovery removes the gaps",                   fast, "",       true,  0,    1, Down, "");
    row("fast_recovery: up, and at the usual pace again",   fast, "+",      true,  LOOP, 0, Up,   "UP");
    row("fast_recovery: a failed URL still waits",          fast, "++--",   false, LOOP, 0, Down, "down already");
    row("fast_recovery: all again, at once",                fast, "++--",   true,  0,    0, Down, "");
    rows
}

#[test]
fn each_result_leads_where_keepalived_goes() {
    for row in rows() {
        let mut checker = Checker::new(row.config);
        let mut now = at(0);
        checker.handle_input(now, Input::Start { delay: Duration::ZERO });
        checker.handle_timeout(now);
        assert_eq!(drain(&mut checker), [Output::StartProbe { target: 0 }], "{}", row.rule);
        for result in row.before.chars() {
            step(&mut checker, &mut now, result == '+');
        }
        assert_eq!(step(&mut checker, &mut now, row.success), row.then, "{}", row.rule);
    }
}

#[test]
fn the_delay_of_a_failed_url_is_the_longer_of_both() {
    let mut config = config(0, false, urls(1, false));
    config.policy.delay_before_retry = Duration::from_secs(2 * LOOP);
    let mut checker = Checker::new(config);
    let mut now = at(0);
    checker.handle_input(now, Input::Start { delay: Duration::ZERO });
    checker.handle_timeout(now);
    drain(&mut checker);
    assert_eq!(step(&mut checker, &mut now, false).delay, 2 * LOOP);
}

#[test]
fn the_first_probe_comes_within_the_warm_up() {
    let mut checker = Checker::new(config(1, false, Sequence::Single));
    assert_eq!(checker.poll_timeout(), None);
    let delay = spread(42, Duration::from_secs(LOOP));
    checker.handle_input(at(5), Input::Start { delay });
    assert_eq!(checker.poll_timeout(), Some(at(5) + delay));
    checker.handle_timeout(at(5));
    assert_eq!(drain(&mut checker), []);
    checker.handle_timeout(at(5) + delay);
    assert_eq!(drain(&mut checker), [Output::StartProbe { target: 0 }]);
    assert_eq!(checker.poll_timeout(), None, "a probe is under way");
}

#[test]
fn down_names_the_cause_and_the_failures() {
    let mut checker = Checker::new(config(1, false, Sequence::Single));
    let mut now = at(0);
    checker.handle_input(now, Input::Start { delay: Duration::ZERO });
    checker.handle_timeout(now);
    drain(&mut checker);
    step(&mut checker, &mut now, true);
    step(&mut checker, &mut now, false);
    let cause = Failure::TimedOut { phase: Phase::Connect };
    checker.handle_input(now, Input::ProbeResult(Outcome::Failure(cause)));
    assert_eq!(drain(&mut checker), [Output::Transition(Transition::Down { cause, failures: 2 })]);
}

#[test]
fn a_probe_that_could_not_be_made_says_nothing_about_the_server() {
    let mut checker = Checker::new(config(0, false, Sequence::Single));
    checker.handle_input(at(0), Input::Start { delay: Duration::ZERO });
    checker.handle_timeout(at(0));
    drain(&mut checker);
    let problem = LocalProblem::Bind(Some(99));
    checker.handle_input(at(0), Input::ProbeResult(Outcome::NotProbed(problem)));
    assert_eq!(drain(&mut checker), [Output::Event(Event::NotProbed(problem))]);
    assert_eq!(checker.health(), Health::Up);
    assert!(!checker.is_confirmed());
    assert_eq!(checker.poll_timeout(), Some(at(LOOP)));
}

#[test]
fn a_resumed_check_endures_what_a_confirmed_one_does() {
    let resume = |health, sequence| {
        let mut checker = Checker::resumed(config(1, false, sequence), health);
        let mut now = at(0);
        checker.handle_input(now, Input::Start { delay: Duration::from_secs(3) });
        now = now + Duration::from_secs(3);
        checker.handle_timeout(now);
        assert_eq!(drain(&mut checker), [Output::StartProbe { target: 0 }]);
        (checker, now)
    };
    let (mut up, mut now) = resume(Health::Up, Sequence::Single);
    assert_eq!(step(&mut up, &mut now, false).said, "endured");
    assert_eq!(step(&mut up, &mut now, false).said, "DOWN");
    let (mut down, mut now) = resume(Health::Down, Sequence::Single);
    assert_eq!(step(&mut down, &mut now, true).said, "UP");
    // Which URL took it down is forgotten: the first one alone, then all.
    let (mut down, mut now) = resume(Health::Down, urls(2, false));
    let said: Vec<_> = (0..3).map(|_| step(&mut down, &mut now, true).said).collect();
    assert_eq!(said, ["", "", "UP"]);
}

#[test]
fn a_suspended_check_keeps_its_rhythm_without_probing() {
    let mut checker = Checker::new(config(0, false, Sequence::Single));
    checker.handle_input(at(0), Input::Start { delay: Duration::from_secs(7) });
    checker.handle_input(at(1), Input::Suspend);
    assert_eq!(checker.poll_timeout(), None);
    checker.handle_timeout(at(500));
    assert_eq!(drain(&mut checker), []);
    checker.handle_input(at(500), Input::Resume);
    assert_eq!(checker.poll_timeout(), Some(at(7 + 9 * LOOP)));
    checker.handle_input(at(501), Input::Suspend);
    checker.handle_input(at(502), Input::Resume);
    assert_eq!(checker.poll_timeout(), Some(at(7 + 9 * LOOP)), "not due yet: unchanged");
}

#[test]
fn the_result_of_a_probe_under_way_counts_while_suspended() {
    let mut checker = Checker::new(config(0, false, Sequence::Single));
    checker.handle_input(at(0), Input::Start { delay: Duration::ZERO });
    checker.handle_timeout(at(0));
    checker.handle_input(at(1), Input::Suspend);
    checker.handle_input(at(2), Input::ProbeResult(Outcome::Failure(REFUSED)));
    assert_eq!(checker.health(), Health::Down);
    assert_eq!(checker.poll_timeout(), None);
}

#[derive(Clone, Copy, Debug)]
enum Act {
    Result(u8),
    Sleep(u64),
    Timeout,
    Suspend,
    Resume,
    Start,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (0_u8..3).prop_map(Act::Result),
        2 => (0_u64..200).prop_map(Act::Sleep),
        4 => Just(Act::Timeout),
        1 => Just(Act::Suspend),
        1 => Just(Act::Resume),
        1 => Just(Act::Start),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_there_is_one_probe_at_a_time_and_transitions_alternate(
        acts in prop::collection::vec(act(), 0..200),
        retry in 0_u32..4,
        alpha: bool,
        targets in 0_u16..4,
        fast: bool,
        delay_loop in 0_u64..100,
    ) {
        let sequence = if targets == 0 { Sequence::Single } else { urls(targets, fast) };
        let mut config = config(retry, alpha, sequence);
        config.policy.delay_loop = Duration::from_secs(delay_loop);
        let mut checker = Checker::new(config);
        let mut now = at(0);
        let mut probing = false;
        let mut health = checker.health();
        checker.handle_input(now, Input::Start { delay: Duration::ZERO });
        for act in acts {
            let owed = probing;
            match act {
                Act::Result(kind) => {
                    let outcome = [
                        Outcome::Success,
                        Outcome::Failure(REFUSED),
                        Outcome::NotProbed(LocalProblem::Socket(None)),
                    ][usize::from(kind)];
                    checker.handle_input(now, Input::ProbeResult(outcome));
                    probing = false;
                }
                Act::Sleep(secs) => now = now + Duration::from_secs(secs),
                Act::Timeout => checker.handle_timeout(now),
                Act::Suspend => checker.handle_input(now, Input::Suspend),
                Act::Resume => {
                    checker.handle_input(now, Input::Resume);
                    if let Some(due) = checker.poll_timeout() {
                        prop_assert!(due <= now + Duration::from_secs(delay_loop.max(RETRY)));
                    }
                }
                Act::Start => checker.handle_input(now, Input::Start { delay: Duration::ZERO }),
            }
            let outputs = drain(&mut checker);
            prop_assert!(outputs.len() <= 1);
            match outputs.first() {
                Some(Output::StartProbe { target }) => {
                    prop_assert!(!probing);
                    prop_assert!(*target < targets.max(1));
                    probing = true;
                }
                Some(Output::Transition(change)) => {
                    prop_assert!(owed, "nothing changes without a result");
                    let to = if matches!(change, Transition::Up { .. }) { Health::Up } else { Health::Down };
                    prop_assert_ne!(to, health);
                    health = to;
                }
                Some(Output::Event(Event::UnexpectedResult)) => prop_assert!(!owed),
                Some(Output::Event(_)) | None => {}
            }
            prop_assert_eq!(checker.health(), health);
            prop_assert_eq!(checker.is_probing(), probing);
            prop_assert!(!probing || checker.poll_timeout().is_none());
        }
    }

    #[test]
    fn a_single_target_agrees_with_counting_failures_in_a_row(
        results in prop::collection::vec(any::<bool>(), 1..60),
        retry in 0_u32..4,
        alpha: bool,
    ) {
        let mut checker = Checker::new(config(retry, alpha, Sequence::Single));
        let mut now = at(0);
        checker.handle_input(now, Input::Start { delay: Duration::ZERO });
        checker.handle_timeout(now);
        drain(&mut checker);
        let (mut up, mut row) = (!alpha, retry);
        for success in results {
            row = if success { 0 } else { row + 1 };
            up = success || (up && row <= retry);
            let then = step(&mut checker, &mut now, success);
            prop_assert_eq!(then.health == Health::Up, up);
            prop_assert_eq!(then.delay, if up && !success { RETRY } else { LOOP });
        }
    }
}
