//! RFC 3768 §6.4 and RFC 9568 §6.4 row by row: state, input, what must come out.

mod common;

use core::time::Duration;

use common::{at, backup, heard, master, router};
use vrrp_fsm::{Cause, Fault, Input, Output, StateKind, Transition, VirtualRouter};
use vrrp_proto::{AdvertInterval, Priority, Version};

use Output::{AcquireAddresses, Announce, ReleaseAddresses, SendAdvertisement};
use StateKind::{Backup, Initialize, Master};
use Version::{V2, V3};

fn send(priority: u8) -> Output {
    SendAdvertisement { priority: Priority::new(priority) }
}

/// What a row expects of the machine's timer afterwards.
#[derive(Clone, Copy, Debug)]
enum Timer {
    Off,
    Unchanged,
    /// `Master_Down_Interval` of the own interval, counted from the input.
    MasterDown,
    /// `Skew_Time`, counted from the input.
    Skew,
    /// `Advertisement_Interval`, counted from the input.
    Advert,
}

struct Row {
    ids: &'static str,
    version: Version,
    start: fn(Version) -> VirtualRouter,
    input: Step,
    actions: &'static [fn() -> Output],
    state: StateKind,
    timer: Timer,
}

#[derive(Clone, Copy)]
enum Step {
    Input(Input),
    TimerFires,
}

fn owner(version: Version) -> VirtualRouter {
    router(version, |config| config.priority = Priority::OWNER)
}
fn initialize(version: Version) -> VirtualRouter {
    router(version, |_| {})
}
fn nopreempt(version: Version) -> VirtualRouter {
    backup(router(version, |config| config.preempt = false))
}
fn in_backup(version: Version) -> VirtualRouter {
    backup(router(version, |_| {}))
}
fn in_master(version: Version) -> VirtualRouter {
    master(router(version, |_| {}))
}

const STARTUP: Step = Step::Input(Input::Startup);
const SHUTDOWN: Step = Step::Input(Input::Shutdown);

fn hears(priority: u8, last_octet: u8) -> Step {
    Step::Input(heard(priority, last_octet))
}

/// Actions only: transitions and events are reports.
fn actions(router: &mut VirtualRouter) -> Vec<Output> {
    core::iter::from_fn(|| router.poll_output())
        .filter(|output| !matches!(output, Output::Transition(_) | Output::Event(_)))
        .collect()
}

#[rustfmt::skip]
fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for version in [V2, V3] {
        let ids = |v2, v3| if version == V2 { v2 } else { v3 };
        let mut row = |v2, v3, start, input, actions, state, timer| {
            rows.push(Row { ids: ids(v2, v3), version, start, input, actions, state, timer });
        };
        // 6.4.1 Initialize
        row("3768-6.4.1-1 -2 -3", "9568-6.4.1-1 -2 -4", owner, STARTUP, &[|| send(255), || AcquireAddresses, || Announce { repeat: 1 }], Master, Timer::Advert);
        row("3768-6.4.1-4", "9568-6.4.1-5 -6", initialize, STARTUP, &[], Backup, Timer::MasterDown);
        row("3768-6.4.1-5", "9568-6.4.1-7", initialize, SHUTDOWN, &[], Initialize, Timer::Off);
        row("3768-6.4.1-5", "9568-6.4.1-7", initialize, hears(0, 9), &[], Initialize, Timer::Off);
        row("3768-6.4.1-5", "9568-6.4.1-7", initialize, hears(200, 9), &[], Initialize, Timer::Off);
        row("3768-6.4.1-5", "9568-6.4.1-7", initialize, Step::TimerFires, &[], Initialize, Timer::Off);
        // 6.4.2 Backup; the machine under test has priority 100 and address 192.0.2.5
        row("3768-6.4.2-4", "9568-6.4.2-6", in_backup, SHUTDOWN, &[], Initialize, Timer::Off);
        row("3768-6.4.2-5 -6 -7", "9568-6.4.2-7 -8 -11", in_backup, Step::TimerFires, &[|| send(100), || AcquireAddresses, || Announce { repeat: 1 }], Master, Timer::Advert);
        row("3768-6.4.2-8", "9568-6.4.2-12", in_backup, hears(0, 9), &[], Backup, Timer::Skew);
        row("3768-6.4.2-9", "9568-6.4.2-13", in_backup, hears(101, 1), &[], Backup, Timer::MasterDown);
        row("3768-6.4.2-9", "9568-6.4.2-13", in_backup, hears(100, 1), &[], Backup, Timer::MasterDown);
        row("3768-6.4.2-9", "9568-6.4.2-13", nopreempt, hears(99, 9), &[], Backup, Timer::MasterDown);
        row("3768-6.4.2-10", "9568-6.4.2-14", in_backup, hears(99, 9), &[], Backup, Timer::Unchanged);
        // Startup in any other state is no event of the RFCs; it must be harmless.
        row("-", "-", in_backup, STARTUP, &[], Backup, Timer::Unchanged);
        row("-", "-", in_master, STARTUP, &[], Master, Timer::Unchanged);
        // 6.4.3 Master
        row("3768-6.4.3-5", "9568-6.4.3-8", in_master, SHUTDOWN, &[|| send(0), || ReleaseAddresses], Initialize, Timer::Off);
        row("3768-6.4.3-6", "9568-6.4.3-9", in_master, Step::TimerFires, &[|| send(100)], Master, Timer::Advert);
        row("3768-6.4.3-7", "9568-6.4.3-10", in_master, hears(0, 9), &[|| send(100)], Master, Timer::Advert);
        row("3768-6.4.3-8", "9568-6.4.3-11 -12", in_master, hears(101, 1), &[|| ReleaseAddresses], Backup, Timer::MasterDown);
        row("3768-6.4.3-8", "9568-6.4.3-11 -12", in_master, hears(100, 6), &[|| ReleaseAddresses], Backup, Timer::MasterDown);
        // Our own address: by the letter version 3 would answer, and two twins would never end.
        row("3768-6.4.3-9", "deviates from 9568-6.4.3-13", in_master, hears(100, 5), &[], Master, Timer::Unchanged);
        // RFC 3768 discards a losing advertisement in silence, RFC 9568 answers it at once.
        let answer: &'static [fn() -> Output] = if version == V2 { &[] } else { &[|| send(100)] };
        row("3768-6.4.3-9", "9568-6.4.3-13", in_master, hears(99, 9), answer, Master, Timer::Unchanged);
        row("3768-6.4.3-9", "9568-6.4.3-13", in_master, hears(100, 4), answer, Master, Timer::Unchanged);
    }
    rows
}

#[test]
fn every_row_of_section_6_4_holds() {
    for row in rows() {
        let name = format!("{:?} {} {:?}", row.version, row.ids, row.state);
        let mut machine = (row.start)(row.version);
        let before = machine.poll_timeout();
        let now = match row.input {
            // Half a second before the timer would fire: a restarted one then shows.
            Step::Input(_) => before.map_or(at(1), |due| due.saturating_sub(Duration::from_millis(500))),
            Step::TimerFires => before.unwrap_or(at(1)),
        };
        match row.input {
            Step::Input(input) => machine.handle_input(now, input),
            Step::TimerFires => machine.handle_timeout(now),
        }
        let want: Vec<Output> = row.actions.iter().map(|make| make()).collect();
        assert_eq!(actions(&mut machine), want, "{name}");
        assert_eq!(machine.state(), row.state, "{name}");
        let config = machine.config().clone();
        let (interval, priority) = (config.advert_interval, config.priority);
        let timer = match row.timer {
            Timer::Off => None,
            Timer::Unchanged => before,
            Timer::MasterDown => Some(now + interval.master_down_interval(row.version, priority, 3)),
            Timer::Skew => Some(now + interval.skew_time(row.version, priority)),
            Timer::Advert => Some(now + interval.as_duration()),
        };
        assert_eq!(machine.poll_timeout(), timer, "{name}: {:?}", row.timer);
    }
}

#[test]
fn v3_backup_learns_the_masters_interval_and_v2_does_not() {
    let slow = AdvertInterval::from_secs(4).unwrap();
    for (version, want) in [(V2, AdvertInterval::from_secs(2).unwrap()), (V3, slow)] {
        let mut machine = backup(router(version, |config| {
            config.advert_interval = AdvertInterval::from_secs(2).unwrap();
        }));
        let Input::Advertisement { priority, source, .. } = heard(200, 9) else { unreachable!() };
        machine.handle_input(at(50), Input::Advertisement { priority, source, interval: slow });
        assert_eq!(machine.master_interval(), want);
        assert_eq!(
            machine.poll_timeout(),
            Some(at(50) + want.master_down_interval(version, Priority::new(100), 3))
        );
        // Priority 0 waits the skew of the stored interval and does not learn (RFC 9568 §6.4.2).
        machine.handle_input(
            at(60),
            Input::Advertisement { priority: Priority::RELEASE, source, interval: AdvertInterval::DEFAULT },
        );
        assert_eq!(machine.poll_timeout(), Some(at(60) + want.skew_time(version, Priority::new(100))));
    }
}

#[test]
fn an_owner_preempts_even_without_preempt_mode() {
    let mut machine = router(V3, |config| {
        config.priority = Priority::OWNER;
        config.preempt = false;
    });
    machine.handle_input(at(0), Input::Startup);
    machine.handle_input(at(1), heard(255, 9));
    assert_eq!(machine.state(), Backup, "the higher address of two owners wins");
    let deadline = machine.poll_timeout();
    machine.handle_input(at(2), heard(254, 9));
    assert_eq!(machine.poll_timeout(), deadline, "an advertisement of lower priority is discarded");
}

#[test]
fn faults_are_a_set_and_the_last_one_to_go_lets_the_router_take_part() {
    let mut machine = in_master(V3);
    machine.handle_input(at(1), Input::FaultRaised(Fault::Interface));
    assert_eq!(actions(&mut machine), [send(0), ReleaseAddresses]);
    machine.handle_input(at(2), Input::FaultRaised(Fault::Tracker(1)));
    machine.handle_input(at(3), Input::FaultCleared(Fault::Interface));
    assert_eq!((machine.state(), machine.poll_timeout()), (StateKind::Fault, None));
    machine.handle_input(at(4), Input::FaultCleared(Fault::Tracker(1)));
    let change = Transition { from: StateKind::Fault, to: Backup, cause: Cause::FaultsCleared };
    assert_eq!(machine.poll_output(), Some(Output::Transition(change)));
}

#[test]
fn a_fault_before_startup_holds_the_router_back() {
    let mut machine = initialize(V2);
    machine.handle_input(at(0), Input::FaultRaised(Fault::Tracker(0)));
    machine.handle_input(at(0), Input::Startup);
    assert_eq!(machine.state(), StateKind::Fault);
    machine.handle_input(at(9), Input::FaultCleared(Fault::Tracker(0)));
    assert_eq!(machine.state(), Backup);
}
