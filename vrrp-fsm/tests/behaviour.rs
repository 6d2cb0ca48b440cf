//! What the machine does beyond the RFCs' table, and what it must never do.
#![expect(clippy::wildcard_enum_match_arm, reason = "a test may panic")]

mod common;

use core::time::Duration;

use common::{address, at, backup, drain, heard, master, router};
use vrrp_fsm::{AddressLoss, Cause, Event, Input, Instant, Output, StateKind};
use vrrp_proto::{AdvertInterval, Priority, Version};

use Output::{Announce, SendAdvertisement};
use Version::{V2, V3};

fn adverts(outputs: &[Output]) -> usize {
    outputs.iter().filter(|output| matches!(output, SendAdvertisement { .. })).count()
}

#[test]
fn a_change_of_priority_moves_the_running_timer_by_the_skew() {
    for version in [V2, V3] {
        let mut machine = backup(router(version, |_| {}));
        let before = machine.poll_timeout().unwrap().since_origin();
        machine.handle_input(at(700), Input::Priority(Priority::new(200)));
        let unit = if version == V2 { 1_000 } else { 2_000 };
        let moved = Duration::from_millis(unit) * 100 / 256;
        assert_eq!(machine.poll_timeout(), Some(Instant::from_origin(before - moved)), "{version:?}");
        // Flapping back and forth postpones nothing.
        for _ in 0..50 {
            machine.handle_input(at(800), Input::Priority(Priority::new(100)));
            machine.handle_input(at(900), Input::Priority(Priority::new(200)));
        }
        assert_eq!(machine.poll_timeout(), Some(Instant::from_origin(before - moved)));
    }
}

#[test]
fn preempt_delay_counts_from_the_first_losing_advertisement() {
    let mut machine = backup(router(V2, |config| config.preempt_delay = Duration::from_secs(10)));
    for second in 1..=10 {
        machine.handle_input(at(second * 1000), heard(50, 9));
        assert!(machine.poll_timeout().unwrap() > at(second * 1000 + 6000), "tolerated at {second} s");
    }
    let deadline = machine.poll_timeout();
    machine.handle_input(at(11_000), heard(50, 9));
    assert_eq!(machine.poll_timeout(), deadline, "no longer tolerated");
    // A better Master in between stops the clock.
    machine.handle_input(at(12_000), heard(150, 9));
    machine.handle_input(at(13_000), heard(50, 9));
    assert!(machine.poll_timeout().unwrap() > at(19_000), "the delay starts anew");
}

#[test]
fn timer_expired_backup_ends_a_reign_that_somebody_may_have_taken_over() {
    for (version, unit) in [(V2, 1_000), (V3, 2_000)] {
        let highest = Some(Priority::new(200));
        let silence = Duration::from_millis(6_000) + Duration::from_millis(unit) * 56 / 256;
        // By the option, whether it preempts, one nanosecond less or not.
        for (option, preempt, less, yields) in [
            (highest, false, 0, true),
            (highest, false, 1, false),
            (highest, true, 0, false),
            (None, false, 0, false),
        ] {
            let mut machine = master(router(version, |config| {
                (config.timer_expired_backup, config.preempt) = (option, preempt);
            }));
            let last_sent = machine.poll_timeout().unwrap().saturating_sub(Duration::from_secs(2));
            let now = last_sent + (silence - Duration::from_nanos(less));
            machine.handle_timeout(now);
            let outputs = drain(&mut machine);
            let case = (version, option, preempt, less);
            assert_eq!(machine.state() == StateKind::Backup, yields, "{case:?}");
            assert_eq!(adverts(&outputs), usize::from(!yields), "{case:?}");
            if yields {
                let change = outputs.iter().find_map(|output| match output {
                    Output::Transition(change) => Some(change.cause),
                    _ => None,
                });
                assert_eq!(change, Some(Cause::TimerExpired { silence }));
                // 3 × 2 s and the skew of its own priority, 100.
                let wait = Duration::from_secs(6) + Duration::from_millis(unit) * 156 / 256;
                assert_eq!(machine.poll_timeout(), Some(now + wait));
            }
        }
    }
}

#[test]
fn a_master_that_slept_sends_one_advertisement_and_not_the_backlog() {
    let mut machine = master(router(V3, |_| {}));
    let due = machine.poll_timeout().unwrap();
    let late = due + Duration::from_secs(3600);
    machine.handle_timeout(late);
    assert_eq!(adverts(&drain(&mut machine)), 1);
    assert_eq!(machine.poll_timeout(), Some(late + Duration::from_secs(2)));
}

#[test]
fn lateness_within_an_interval_does_not_add_up() {
    let mut machine = master(router(V3, |_| {}));
    let due = machine.poll_timeout().unwrap();
    machine.handle_timeout(due + Duration::from_millis(30));
    assert_eq!(machine.poll_timeout(), Some(due + Duration::from_secs(2)));
}

#[test]
fn answers_to_losing_masters_are_bounded_and_the_timer_keeps_running() {
    let mut machine = master(router(V3, |_| {}));
    let due = machine.poll_timeout();
    let now = due.unwrap().saturating_sub(Duration::from_millis(100));
    for _ in 0..1000 {
        machine.handle_input(now, heard(1, 9));
    }
    assert_eq!(adverts(&drain(&mut machine)), 3);
    assert_eq!(machine.poll_timeout(), due);
    machine.handle_timeout(due.unwrap());
    machine.handle_input(due.unwrap(), heard(1, 9));
    assert_eq!(adverts(&drain(&mut machine)), 2, "its own one and an answer again");
}

#[test]
fn an_advertisement_from_our_own_address_is_an_event_and_never_answered() {
    let mut machine = master(router(V3, |config| config.answer_losing = true));
    machine.handle_input(at(7000), heard(100, 5));
    assert_eq!(drain(&mut machine), [Output::Event(Event::AddressConflict { source: address(5) })]);
}

#[test]
fn the_cause_of_a_takeover_is_told() {
    let mut machine = backup(router(V2, |_| {}));
    machine.handle_input(at(100), heard(200, 9));
    machine.handle_input(at(200), heard(0, 9));
    drain(&mut machine);
    let deadline = machine.poll_timeout().unwrap();
    machine.handle_timeout(deadline);
    let change = drain(&mut machine).into_iter().find_map(|output| match output {
        Output::Transition(change) => Some(change.cause),
        _ => None,
    });
    assert_eq!(change, Some(Cause::MasterReleased));
}

#[test]
fn a_lost_address_makes_a_master_yield_for_a_skew() {
    let mut machine = master(router(V2, |_| {}));
    machine.handle_input(at(8000), Input::AddressLost);
    assert_eq!(machine.state(), StateKind::Backup);
    assert_eq!(drain(&mut machine)[0], SendAdvertisement { priority: Priority::RELEASE });
    assert_eq!(machine.poll_timeout(), Some(at(8000) + Duration::from_nanos(609_375_000)));
}

#[test]
fn handle_timeout_before_the_deadline_does_nothing() {
    let mut machine = backup(router(V2, |_| {}));
    let before = machine.clone();
    machine.handle_timeout(at(1));
    assert_eq!(machine, before);
}

/// RFC 3768 and 5798 §7.1 discard what an owner hears, erratum 8298 of RFC 9568 does not.
#[test]
fn an_owner_listens_or_not_by_version_and_choice() {
    for (version, ignores) in [(V2, true), (V3, false)] {
        let mut machine = router(version, |config| config.priority = Priority::OWNER);
        machine.handle_input(at(0), Input::Startup);
        drain(&mut machine);
        let due = machine.poll_timeout();
        machine.handle_input(at(1), heard(255, 9));
        let outputs = drain(&mut machine);
        let ignored = Output::Event(Event::IgnoredByOwner { priority: Priority::OWNER, source: address(9) });
        assert_eq!(outputs.contains(&ignored), ignores, "{version:?}");
        assert_eq!(machine.state() == StateKind::Master, ignores, "{version:?}");
        if ignores {
            assert_eq!((outputs.len(), machine.poll_timeout()), (1, due));
        }
    }
    let mut listening = router(V2, |config| {
        config.priority = Priority::OWNER;
        config.owner_ignores = false;
    });
    listening.handle_input(at(0), Input::Startup);
    listening.handle_input(at(1), heard(255, 9));
    assert_eq!(listening.state(), StateKind::Backup);
}

/// A VM that was stopped for long enough is no Master any more, if nobody is to be preempted.
#[test]
fn a_master_that_slept_yields_to_its_successor_unless_it_preempts() {
    for version in [V2, V3] {
        for (preempt, state) in [(false, StateKind::Backup), (true, StateKind::Master)] {
            let mut machine = master(router(version, |config| config.preempt = preempt));
            // Its last advertisement was at the takeover.
            let last = machine.poll_timeout().unwrap().saturating_sub(Duration::from_secs(2));
            let skew = AdvertInterval::from_secs(2).unwrap().skew_time(version, Priority::new(50));
            let took_over = last + Duration::from_secs(6) + skew;

            let mut awake = machine.clone();
            awake.handle_input(took_over.saturating_sub(Duration::from_nanos(1)), heard(50, 9));
            assert_eq!(awake.state(), StateKind::Master, "nobody is Master by the rules so early");

            machine.handle_input(took_over, heard(50, 9));
            assert_eq!(machine.state(), state, "{version:?}, preempt {preempt}");
            if !preempt {
                let cause = drain(&mut machine).into_iter().find_map(|output| match output {
                    Output::Transition(change) => Some(change.cause),
                    _ => None,
                });
                let silence = Duration::from_secs(6) + skew;
                let (priority, source) = (Priority::new(50), address(9));
                assert_eq!(cause, Some(Cause::Overslept { silence, priority, source }));
            }
        }
    }
}

#[test]
fn a_lost_address_is_put_back_where_that_is_the_choice() {
    let mut machine = master(router(V3, |config| config.address_loss = AddressLoss::ReAdd));
    let due = machine.poll_timeout();
    machine.handle_input(at(100), Input::AddressLost);
    assert_eq!(drain(&mut machine), [Output::AcquireAddresses, Announce { repeat: 1 }]);
    assert_eq!((machine.state(), machine.poll_timeout()), (StateKind::Master, due));
}

/// What a hand-over and its end look like, by version and by what others do.
#[test]
fn maintenance_hands_over_and_stays_the_last_resort() {
    for version in [V2, V3] {
        let mut machine = master(router(version, |_| {}));
        machine.handle_input(at(10_000), Input::Maintenance(true));
        let outputs = drain(&mut machine);
        assert_eq!(outputs[0], SendAdvertisement { priority: Priority::RELEASE });
        assert_eq!(adverts(&outputs), 1);
        assert!(outputs.contains(&Output::ReleaseAddresses));
        assert_eq!((machine.state(), machine.effective_priority()), (StateKind::Backup, Priority::new(1)));
        let skew = AdvertInterval::from_secs(2).unwrap().skew_time(version, Priority::new(1));
        assert_eq!(machine.poll_timeout(), Some(at(16_000) + skew));
        // Twice is once.
        machine.handle_input(at(10_001), Input::Maintenance(true));
        assert_eq!(drain(&mut machine), []);

        let mut alone = machine.clone();
        machine.handle_input(at(10_700), heard(50, 9));
        let after = Duration::from_millis(700);
        let told = Event::HandedOver { source: address(9), priority: Priority::new(50), after };
        assert!(drain(&mut machine).contains(&Output::Event(told)), "{version:?}");
        // It never preempts, and whoever is there is better.
        machine.handle_input(at(12_000), heard(2, 9));
        assert_eq!(machine.poll_timeout(), Some(at(18_000) + skew));
        // Told once.
        assert_eq!(drain(&mut machine), []);
        // The work is over: back as its priority says.
        machine.handle_input(at(13_000), Input::Maintenance(false));
        assert_eq!(machine.effective_priority(), Priority::new(100));
        let due = machine.poll_timeout();
        machine.handle_input(at(14_000), heard(50, 9));
        assert_eq!(machine.poll_timeout(), due, "a worse Master is discarded again");

        alone.handle_timeout(at(16_000) + skew);
        let outputs = drain(&mut alone);
        assert_eq!(outputs[0], SendAdvertisement { priority: Priority::new(1) });
        let why = outputs.iter().find_map(|output| match output {
            Output::Transition(change) => Some(change.cause),
            _ => None,
        });
        assert_eq!(why, Some(Cause::NobodyTookOver));
    }
}

#[test]
fn trackers_go_on_during_maintenance_and_count_afterwards() {
    let mut machine = backup(router(V3, |_| {}));
    machine.handle_input(at(1), Input::Maintenance(true));
    machine.handle_input(at(2), Input::Priority(Priority::new(120)));
    assert_eq!(machine.effective_priority(), Priority::new(1));
    drain(&mut machine);
    machine.handle_input(at(3), Input::Maintenance(false));
    let changed = Event::PriorityChanged { from: Priority::new(1), to: Priority::new(120) };
    assert_eq!(drain(&mut machine), [Output::Event(changed)]);
}

#[test]
fn an_owner_in_maintenance_is_no_owner() {
    let mut machine = router(V2, |config| config.priority = Priority::OWNER);
    machine.handle_input(at(0), Input::Startup);
    machine.handle_input(at(1), Input::Maintenance(true));
    assert_eq!(machine.state(), StateKind::Backup);
    drain(&mut machine);
    machine.handle_input(at(2), heard(50, 9));
    assert_eq!(machine.master(), Some(address(9)));
    machine.handle_input(at(3), Input::Maintenance(false));
    machine.handle_timeout(machine.poll_timeout().unwrap());
    assert_eq!((machine.state(), machine.effective_priority()), (StateKind::Master, Priority::OWNER));
}
