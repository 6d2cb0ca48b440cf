//! The rules of RFC 3768, 5798 and 9568 that bind a state machine, by their numbers in
//! `docs/requirements.tsv`. The machine under test has priority 100, address 192.0.2.5 and an
//! interval of 2 s.

mod common;

use core::time::Duration;

use common::{address, at, backup, drain, heard, master, router};
use vrrp_fsm::{Cause, Config, Event, Input, Instant, Output, StateKind, VirtualRouter};
use vrrp_proto::{AdvertInterval, Priority, Version};

use Output::{AcquireAddresses, Announce, ReleaseAddresses, SendAdvertisement};
use Version::{V2, V3};

const BOTH: [Version; 2] = [V2, V3];
const TWO_SECONDS: Duration = Duration::from_secs(2);

/// What is done, without what is only told.
fn actions(machine: &mut VirtualRouter) -> Vec<Output> {
    let done = |output: &Output| !matches!(output, Output::Transition(_) | Output::Event(_));
    drain(machine).into_iter().filter(done).collect()
}

fn events(machine: &mut VirtualRouter) -> Vec<Event> {
    let event = |output| match output {
        Output::Event(event) => Some(event),
        SendAdvertisement { .. } | AcquireAddresses | ReleaseAddresses | Announce { .. } => None,
        Output::Transition(_) => None,
    };
    drain(machine).into_iter().filter_map(event).collect()
}

fn send(priority: u8) -> Output {
    SendAdvertisement { priority: Priority::new(priority) }
}

/// By hand: a fraction of a second in version 2, of the interval in version 3.
fn skew(version: Version, priority: u8, interval: Duration) -> Duration {
    let unit = if version == V2 { Duration::from_secs(1) } else { interval };
    unit * (256 - u32::from(priority)) / 256
}

fn master_down(version: Version) -> Duration {
    3 * TWO_SECONDS + skew(version, 100, TWO_SECONDS)
}

/// With another interval than ours in it.
fn heard_every(priority: u8, last_octet: u8, interval: AdvertInterval) -> Input {
    Input::Advertisement { priority: Priority::new(priority), interval, source: address(last_octet) }
}

/// Holds: 3768-3-1
/// Refuses: 3768-3-1
#[test]
fn only_a_master_speaks() {
    for version in BOTH {
        let mut machine = backup(router(version, |_| {}));
        for (second, priority) in (1..).zip([200, 100, 0, 99, 255]) {
            machine.handle_input(at(second * 500), heard(priority, 9));
            machine.handle_timeout(at(second * 500));
        }
        assert_eq!((actions(&mut machine), machine.state()), (vec![], StateKind::Backup));
        let mut machine = master(router(version, |_| {}));
        for _ in 0..3 {
            machine.handle_timeout(machine.poll_timeout().unwrap());
        }
        assert_eq!(actions(&mut machine), [send(100), send(100), send(100)]);
    }
}

/// Holds: 3768-3-2, 3768-6.1-5, 5798-6.1-5, 9568-6.1-5
/// Refuses: 3768-3-2, 3768-6.1-5, 5798-6.1-5, 9568-6.1-5
#[test]
fn a_backup_preempts_a_strictly_worse_master_if_it_may_and_an_owner_always() {
    type Change = fn(&mut Config);
    // Preemption is on unless it is switched off.
    let cases: [(u8, Change, bool); 6] = [
        (99, |_| {}, true),
        (100, |_| {}, false),
        (101, |_| {}, false),
        (99, |config| config.preempt = false, false),
        (254, |config| config.priority = Priority::OWNER, true),
        (254, |config| (config.priority, config.preempt) = (Priority::OWNER, false), true),
    ];
    for version in BOTH {
        for (priority, change, preempts) in cases {
            let mut machine = router(version, |config| {
                config.owner_ignores = false;
                change(config);
            });
            machine.handle_input(at(0), Input::Startup);
            // An owner that was beaten by another owner is a Backup, too.
            machine.handle_input(at(0), heard(255, 9));
            assert_eq!(machine.state(), StateKind::Backup);
            let due = machine.poll_timeout();
            machine.handle_input(at(1000), heard(priority, 9));
            assert_eq!(machine.poll_timeout() == due, preempts, "{version:?} {priority}");
        }
    }
}

/// Holds: 3768-5.3.4-4, 5798-5.2.4-3, 9568-5.2.4-3, 3768-6.4.2-8, 5798-6.4.2-12, 9568-6.4.2-12
/// Refuses: 3768-5.3.4-4
#[test]
fn priority_0_says_that_the_master_leaves() {
    for version in BOTH {
        // Also where less time was left, and whatever interval the leaving one had.
        for before in [100, 6900] {
            let mut machine = backup(router(version, |_| {}));
            let other = AdvertInterval::from_secs(9).unwrap();
            machine.handle_input(at(before), heard_every(0, 9, other));
            let due = at(before) + skew(version, 100, TWO_SECONDS);
            assert_eq!((machine.state(), machine.poll_timeout()), (StateKind::Backup, Some(due)));
            assert_eq!(machine.master_interval(), AdvertInterval::from_secs(2).unwrap());
            assert_eq!(actions(&mut machine), []);
        }
        let mut machine = backup(router(version, |_| {}));
        machine.handle_input(at(1), Input::Priority(Priority::RELEASE));
        assert_eq!(machine.effective_priority(), Priority::new(100));
        let none = router(version, |config| config.priority = Priority::RELEASE);
        assert_eq!((none.effective_priority(), none.config().priority.get()), (Priority::new(1), 1));
    }
}

/// Holds: 3768-6.1-3, 3768-6.1-4, 5798-6.1-3, 5798-6.1-4, 9568-6.1-3, 9568-6.1-4
/// Refuses: 3768-6.1-3, 5798-6.1-3, 9568-6.1-3
#[test]
fn skew_and_master_down_are_the_rfcs_to_the_nanosecond() {
    // Priority, interval in centiseconds, Master_Down of version 2 and of version 3 in ns.
    let cases = [
        (100, 100, 3_609_375_000, 3_609_375_000),
        (100, 500, 15_609_375_000, 18_046_875_000),
        (1, 200, 6_996_093_750, 7_992_187_500),
        (254, 200, 6_007_812_500, 6_015_625_000),
    ];
    for (priority, centis, v2, v3) in cases {
        for (version, nanos) in [(V2, v2), (V3, v3)] {
            let mut machine = router(version, |config| {
                config.priority = Priority::new(priority);
                config.advert_interval = AdvertInterval::from_centis(centis).unwrap();
            });
            machine.handle_input(at(0), Input::Startup);
            let due = Instant::from_origin(Duration::from_nanos(nanos));
            assert_eq!(machine.poll_timeout(), Some(due), "{version:?} {priority} {centis}");
        }
    }
    // Ten milliseconds, which version 2 cannot say: 254 is two steps from an owner.
    let mut machine = router(V3, |config| {
        config.priority = Priority::new(254);
        config.advert_interval = AdvertInterval::from_centis(1).unwrap();
    });
    machine.handle_input(at(0), Input::Startup);
    assert_eq!(machine.poll_timeout(), Some(Instant::from_origin(Duration::from_nanos(30_078_125))));
}

/// Holds: 3768-6.2-1, 3768-6.2-2, 5798-6.2-1, 9568-6.2-1, 3768-6.4-1, 5798-6.4-1, 9568-6.4-1
#[test]
fn each_state_has_its_timer_and_no_other() {
    for version in BOTH {
        let mut machine = router(version, |_| {});
        assert_eq!((machine.state(), machine.poll_timeout()), (StateKind::Initialize, None));
        machine.handle_input(at(0), Input::Startup);
        let due = at(0) + master_down(version);
        assert_eq!((machine.state(), machine.poll_timeout()), (StateKind::Backup, Some(due)));
        machine.handle_timeout(due);
        assert_eq!((machine.state(), machine.poll_timeout()), (StateKind::Master, Some(due + TWO_SECONDS)));
        machine.handle_input(due, heard(200, 9));
        let due = due + master_down(version);
        assert_eq!((machine.state(), machine.poll_timeout()), (StateKind::Backup, Some(due)));
        machine.handle_input(due, Input::Shutdown);
        assert_eq!((machine.state(), machine.poll_timeout()), (StateKind::Initialize, None));
    }
}

/// Holds: 3768-6.4.1-1, 3768-6.4.1-3, 5798-6.4.1-1, 5798-6.4.1-4, 9568-6.4.1-1, 9568-6.4.1-4
#[test]
fn an_owner_starts_as_master() {
    for version in BOTH {
        let mut machine = router(version, |config| config.priority = Priority::OWNER);
        machine.handle_input(at(7), Input::Startup);
        assert_eq!(actions(&mut machine), [send(255), AcquireAddresses, Announce { repeat: 1 }]);
        assert_eq!((machine.state(), machine.poll_timeout()), (StateKind::Master, Some(at(2007))));
    }
}

/// Holds: 3768-6.4.1-4, 5798-6.4.1-5, 5798-6.4.1-6, 9568-6.4.1-5, 9568-6.4.1-6
#[test]
fn anybody_else_starts_as_backup_with_what_was_learned_forgotten() {
    for version in BOTH {
        let mut machine = backup(router(version, |_| {}));
        machine.handle_input(at(0), heard_every(200, 9, AdvertInterval::from_secs(9).unwrap()));
        machine.handle_input(at(1000), Input::Shutdown);
        drain(&mut machine);
        machine.handle_input(at(5000), Input::Startup);
        assert_eq!((machine.state(), actions(&mut machine)), (StateKind::Backup, vec![]));
        assert_eq!(machine.poll_timeout(), Some(at(5000) + master_down(version)));
    }
}

/// Holds: 3768-6.4.1-5, 5798-6.4.1-7, 9568-6.4.1-7
#[test]
fn initialize_knows_nothing_but_startup() {
    for version in BOTH {
        for input in [heard(0, 9), heard(255, 9), Input::Shutdown, Input::AddressLost] {
            let mut machine = router(version, |_| {});
            machine.handle_input(at(1), input);
            machine.handle_timeout(at(100_000));
            assert_eq!((machine.state(), drain(&mut machine)), (StateKind::Initialize, vec![]), "{input:?}");
        }
    }
}

/// Holds: 3768-6.4.2-4, 5798-6.4.2-6, 9568-6.4.2-6
#[test]
fn a_backup_that_is_shut_down_says_nothing() {
    for version in BOTH {
        let mut machine = backup(router(version, |_| {}));
        machine.handle_input(at(1), Input::Shutdown);
        assert_eq!((machine.state(), machine.poll_timeout()), (StateKind::Initialize, None));
        assert_eq!(actions(&mut machine), []);
    }
}

/// Holds: 3768-6.4.2-5, 3768-6.4.2-7, 5798-6.4.2-7, 5798-6.4.2-11, 9568-6.4.2-7, 9568-6.4.2-11
#[test]
fn a_backup_whose_timer_fires_speaks_as_itself() {
    for version in BOTH {
        let mut machine = backup(router(version, |_| {}));
        // The interval that it may have learned is not its own.
        machine.handle_input(at(0), heard_every(200, 9, AdvertInterval::from_secs(9).unwrap()));
        drain(&mut machine);
        let due = machine.poll_timeout().unwrap();
        machine.handle_timeout(due);
        assert_eq!(actions(&mut machine), [send(100), AcquireAddresses, Announce { repeat: 1 }]);
        assert_eq!((machine.state(), machine.poll_timeout()), (StateKind::Master, Some(due + TWO_SECONDS)));
    }
}

/// Holds: 3768-6.4.2-9, 5798-6.4.2-13, 9568-6.4.2-13, 5798-6.1-2, 9568-6.1-2
/// Refuses: 3768-6.4.2-9
#[test]
fn a_backup_restarts_its_timer_for_a_master_that_it_follows() {
    let nine = AdvertInterval::from_secs(9).unwrap();
    let learned = 3 * Duration::from_secs(9) + skew(V3, 100, Duration::from_secs(9));
    for (preempt, priority) in [(true, 100), (true, 255), (false, 1), (false, 100)] {
        for last_octet in [1, 9] {
            for (version, down) in [(V2, master_down(V2)), (V3, learned)] {
                let mut machine = backup(router(version, |config| config.preempt = preempt));
                machine.handle_input(at(3000), heard_every(priority, last_octet, nine));
                // Version 2 learns nothing.
                assert_eq!(machine.poll_timeout(), Some(at(3000) + down), "{version:?} {priority}");
                assert_eq!(actions(&mut machine), []);
            }
        }
    }
}

/// Holds: 3768-6.4.2-10, 5798-6.4.2-14, 9568-6.4.2-14
#[test]
fn a_backup_discards_a_master_that_it_will_preempt() {
    for version in BOTH {
        let before = backup(router(version, |_| {}));
        let mut machine = before.clone();
        for millis in [1, 2000, 6000] {
            machine.handle_input(at(millis), heard_every(99, 200, AdvertInterval::from_secs(9).unwrap()));
        }
        assert_eq!(machine, before);
    }
}

/// Holds: 3768-6.4.3-5, 5798-6.4.3-8, 9568-6.4.3-8
#[test]
fn a_master_that_is_shut_down_says_that_it_leaves() {
    for version in BOTH {
        let mut machine = master(router(version, |_| {}));
        machine.handle_input(at(9000), Input::Shutdown);
        assert_eq!(actions(&mut machine), [send(0), ReleaseAddresses]);
        assert_eq!((machine.state(), machine.poll_timeout()), (StateKind::Initialize, None));
    }
}

/// Holds: 3768-6.4.3-6, 5798-6.4.3-9, 9568-6.4.3-9, 3768-6.4.3-7, 5798-6.4.3-10, 9568-6.4.3-10
#[test]
fn a_master_speaks_when_its_timer_fires_and_when_another_leaves() {
    for version in BOTH {
        let mut machine = master(router(version, |_| {}));
        let due = machine.poll_timeout().unwrap();
        machine.handle_timeout(due);
        assert_eq!(
            (actions(&mut machine), machine.poll_timeout()),
            (vec![send(100)], Some(due + TWO_SECONDS))
        );
        let now = due + Duration::from_millis(700);
        machine.handle_input(now, heard(0, 9));
        assert_eq!(
            (actions(&mut machine), machine.poll_timeout()),
            (vec![send(100)], Some(now + TWO_SECONDS))
        );
        assert_eq!(machine.state(), StateKind::Master);
    }
}

/// Holds: 3768-6.4.3-8, 5798-6.4.3-11, 5798-6.4.3-12, 9568-6.4.3-11, 9568-6.4.3-12
/// Refuses: 3768-6.4.3-8, 5798-6.4.3-11, 9568-6.4.3-11
#[test]
fn a_master_yields_to_a_better_one_and_to_no_other() {
    let nine = AdvertInterval::from_secs(9).unwrap();
    let learned = 3 * Duration::from_secs(9) + skew(V3, 100, Duration::from_secs(9));
    for (version, down) in [(V2, master_down(V2)), (V3, learned)] {
        // Preempt_Mode is not asked.
        for preempt in [true, false] {
            for (priority, last_octet, yields) in [
                (101, 1, true),
                (255, 1, true),
                (100, 6, true),
                (100, 255, true),
                (100, 4, false),
                (99, 255, false),
            ] {
                let mut machine = master(router(version, |config| config.preempt = preempt));
                let now = machine.poll_timeout().unwrap().saturating_sub(Duration::from_millis(500));
                machine.handle_input(now, heard_every(priority, last_octet, nine));
                let state = if yields { StateKind::Backup } else { StateKind::Master };
                assert_eq!(machine.state(), state, "{version:?} {priority} .{last_octet}");
                if yields {
                    assert_eq!(actions(&mut machine), [ReleaseAddresses]);
                    assert_eq!(machine.poll_timeout(), Some(now + down));
                }
            }
        }
    }
}

/// RFC 3768 and 5798 discard in silence, RFC 9568 answers at once; in neither does the timer move.
///
/// Holds: 3768-6.4.3-9, 5798-6.4.3-13, 9568-6.4.3-13
#[test]
fn a_master_answers_a_worse_one_or_not_by_version_and_choice() {
    for version in BOTH {
        for answers in [None, Some(false), Some(true)] {
            let new = router(version, |config| {
                config.answer_losing = answers.unwrap_or(config.answer_losing);
            });
            let mut machine = master(new);
            let due = machine.poll_timeout();
            machine.handle_input(at(7500), heard(99, 9));
            let want = if answers.unwrap_or(version == V3) { vec![send(100)] } else { vec![] };
            assert_eq!(
                (actions(&mut machine), machine.poll_timeout()),
                (want, due),
                "{version:?} {answers:?}"
            );
            assert_eq!(machine.state(), StateKind::Master);
        }
    }
}

/// By erratum 8298 of RFC 9568 it is told and processed, before it was to be discarded.
///
/// Holds: 3768-7.1-6, 5798-7.1-6, 9568-7.1-7, 9568-8.3.2-2
/// Refuses: 3768-7.1-6, 5798-7.1-6
#[test]
fn an_owner_discards_what_it_hears_or_tells_of_it() {
    for ignores in [true, false] {
        for version in BOTH {
            for (priority, last_octet) in [(255, 9), (255, 1), (254, 9), (0, 9)] {
                let mut machine = router(version, |config| {
                    (config.priority, config.owner_ignores) = (Priority::OWNER, ignores);
                });
                machine.handle_input(at(0), Input::Startup);
                drain(&mut machine);
                let before = machine.clone();
                machine.handle_input(at(1), heard(priority, last_octet));
                let (source, heard) = (address(last_octet), Priority::new(priority));
                if ignores {
                    let told = Event::IgnoredByOwner { priority: heard, source };
                    assert_eq!(events(&mut machine), [told]);
                    assert_eq!(machine, before);
                    continue;
                }
                // Of two owners the lesser address yields, and the other one tells of the rival.
                let outputs = drain(&mut machine);
                let beaten = Cause::Beaten { priority: heard, source, ours: Priority::OWNER };
                let told = outputs.iter().any(|output| match output {
                    Output::Transition(change) => change.cause == beaten,
                    Output::Event(event) => *event == Event::LosingMaster { priority: heard, source },
                    SendAdvertisement { .. } | AcquireAddresses | ReleaseAddresses | Announce { .. } => false,
                });
                assert!(told || priority == 0, "{version:?} {priority} {outputs:?}");
                assert_eq!(machine.state() == StateKind::Backup, (priority, last_octet) == (255, 9));
            }
        }
    }
}

/// Holds: 9568-7.1-14, 9568-8.3.2-4
#[test]
fn another_interval_and_an_equal_priority_are_told_of() {
    let mut machine = backup(router(V3, |_| {}));
    let nine = AdvertInterval::from_secs(9).unwrap();
    machine.handle_input(at(1), heard_every(200, 9, nine));
    assert!(events(&mut machine).contains(&Event::IntervalLearned { interval: nine }));
    let mut machine = master(router(V3, |_| {}));
    machine.handle_input(at(7500), heard(100, 4));
    let rival = Event::LosingMaster { priority: Priority::new(100), source: address(4) };
    assert_eq!(events(&mut machine), [rival]);
}
