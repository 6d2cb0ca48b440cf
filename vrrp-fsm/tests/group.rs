//! Sync groups: all together or not at all.
#![expect(clippy::unwrap_used, reason = "outside a test function; a panic fails the test")]

mod common;

use core::time::Duration;

use common::{at, heard, router};
use proptest::prelude::*;
use vrrp_fsm::{
    Cause, Fault, GroupOutput, Input, Instant, Output, StateKind, SyncGroup, Transition, VirtualRouter,
};
use vrrp_proto::{Priority, Version};

use StateKind::{Backup, Initialize, Master};

/// Of `count` routers of priority 100 at 192.0.2.5, with an interval of 2 s.
fn group(count: usize) -> SyncGroup {
    SyncGroup::new((0..count).map(|_| router(Version::V3, |_| {})))
}

fn started(count: usize) -> SyncGroup {
    let mut group = group(count);
    group.handle_input(at(0), 0, Input::Startup);
    drain(&mut group);
    assert_eq!(states(&group), vec![Backup; count]);
    group
}

fn master(count: usize) -> SyncGroup {
    let mut group = started(count);
    group.handle_timeout(group.poll_timeout().unwrap());
    drain(&mut group);
    assert_eq!(states(&group), vec![Master; count]);
    group
}

fn drain(group: &mut SyncGroup) -> Vec<GroupOutput> {
    core::iter::from_fn(|| group.poll_output()).collect()
}

fn states(group: &SyncGroup) -> Vec<StateKind> {
    group.members().iter().map(VirtualRouter::state).collect()
}

fn changes(outputs: &[GroupOutput]) -> Vec<(Option<usize>, Transition)> {
    let change = |output: &GroupOutput| match *output {
        GroupOutput::Member { member, output: Output::Transition(change) } => Some((Some(member), change)),
        GroupOutput::Transition(change) => Some((None, change)),
        GroupOutput::Member { .. } => None,
    };
    outputs.iter().filter_map(change).collect()
}

fn sent(outputs: &[GroupOutput]) -> Vec<(usize, u8)> {
    let sent = |output: &GroupOutput| match *output {
        GroupOutput::Member { member, output: Output::SendAdvertisement { priority } } => {
            Some((member, priority.get()))
        }
        GroupOutput::Member { .. } | GroupOutput::Transition(_) => None,
    };
    outputs.iter().filter_map(sent).collect()
}

/// 3 × 2 s + (256 − 100) × 2 s / 256, RFC 9568 §6.1.
const MASTER_DOWN: Duration = Duration::from_nanos(7_218_750_000);

#[test]
fn when_the_masters_of_all_are_silent_all_take_over_at_once() {
    let mut group = started(3);
    let due = group.poll_timeout().unwrap();
    assert_eq!(due, Instant::from_origin(MASTER_DOWN));
    group.handle_timeout(due);
    let outputs = drain(&mut group);
    assert_eq!(states(&group), [Master; 3]);
    assert_eq!(group.state(), Master);
    let silent = Cause::MasterSilent { silence: MASTER_DOWN };
    let change = |cause| Transition { from: Backup, to: Master, cause };
    let mut of_members = changes(&outputs);
    // The group's own news comes last.
    assert_eq!(of_members.pop(), Some((None, change(silent))));
    let causes: Vec<Cause> = of_members.iter().map(|(_, change)| change.cause).collect();
    assert_eq!(causes, [silent, Cause::SyncGroup, Cause::SyncGroup]);
    assert_eq!(sent(&outputs).len(), 3);
}

/// keepalived 2.2.7, `vrrp_init_state`: one interval must pass, to be sure that there is no other.
#[test]
fn members_of_state_master_wait_for_one_interval_at_the_start() {
    let eager = || router(Version::V3, |config| config.state_master = true);
    let mut group = SyncGroup::new([eager(), eager()]);
    group.handle_input(at(0), 0, Input::Startup);
    // 2 s + 2 s / 256, whatever becomes of the priority.
    let brief = Duration::from_nanos(2_007_812_500);
    group.handle_input(at(1), 1, Input::Priority(Priority::new(7)));
    drain(&mut group);
    assert_eq!(group.poll_timeout(), Some(Instant::from_origin(brief)));
    group.handle_timeout(Instant::from_origin(brief));
    let outputs = drain(&mut group);
    assert_eq!(states(&group), [Master; 2]);
    let (_, change) = *changes(&outputs).first().unwrap();
    assert_eq!(change.cause, Cause::MasterSilent { silence: brief });
    // Later as any other: it fell back, and its Master is silent.
    group.handle_input(at(3000), 0, heard(200, 9));
    drain(&mut group);
    assert_eq!(group.poll_timeout(), Some(at(3000) + MASTER_DOWN));
    // And by itself from the beginning.
    let mut alone = eager();
    alone.handle_input(at(0), Input::Startup);
    assert_eq!(alone.poll_timeout(), Some(Instant::from_origin(MASTER_DOWN)));
}

#[test]
fn a_member_that_overslept_takes_the_others_along() {
    let careful = router(Version::V3, |config| {
        (config.preempt, config.timer_expired_backup) = (false, Some(Priority::new(254)));
    });
    let mut group = SyncGroup::new([router(Version::V3, |_| {}), careful, router(Version::V3, |_| {})]);
    group.handle_input(at(0), 0, Input::Startup);
    group.handle_timeout(Instant::from_origin(MASTER_DOWN));
    drain(&mut group);
    assert_eq!(states(&group), [Master; 3]);
    group.handle_timeout(at(60_000));
    let outputs = drain(&mut group);
    assert_eq!(states(&group), [Backup; 3]);
    let (member, change) = *changes(&outputs).last().unwrap();
    assert!(member.is_none() && matches!(change.cause, Cause::TimerExpired { .. }), "{change:?}");
}

#[test]
fn a_member_of_state_master_that_hears_a_master_waits_as_any_other() {
    let eager = || router(Version::V3, |config| config.state_master = true);
    let mut group = SyncGroup::new([eager(), eager()]);
    group.handle_input(at(0), 0, Input::Startup);
    drain(&mut group);
    for member in [0, 1] {
        group.handle_input(at(1000), member, heard(200, 9));
    }
    drain(&mut group);
    assert_eq!(group.poll_timeout(), Some(at(1000) + MASTER_DOWN));
}

#[test]
fn one_whose_master_speaks_keeps_the_others_waiting() {
    let mut group = started(2);
    for round in 1..=20 {
        group.handle_input(at(round * 2000), 1, heard(200, 9));
        while group.poll_timeout().is_some_and(|due| due <= at(round * 2000)) {
            group.handle_timeout(at(round * 2000));
        }
        assert_eq!(sent(&drain(&mut group)), []);
        assert_eq!(states(&group), [Backup; 2]);
    }
    // Now it is silent, too.
    let end = at(40_000) + MASTER_DOWN;
    while group.state() == Backup {
        let due = group.poll_timeout().unwrap();
        assert!(due <= end, "{due} is after {end}");
        group.handle_timeout(due);
    }
    assert_eq!(states(&group), [Master; 2]);
}

#[test]
fn one_that_waits_and_then_hears_a_master_does_not_want_to_be_it_any_more() {
    let mut group = started(2);
    group.handle_input(at(7000), 1, heard(200, 9));
    group.handle_timeout(at(8000)); // 0 waits for 1
    group.handle_input(at(9000), 0, heard(200, 9));
    group.handle_timeout(at(15_000)); // 1 waits for 0, whose Master spoke at 9 s
    assert_eq!(states(&group), [Backup; 2]);
    assert_eq!(sent(&drain(&mut group)), []);
}

#[test]
fn one_that_yields_takes_all_along_in_silence() {
    let mut group = master(3);
    group.handle_input(at(8000), 1, heard(101, 9));
    let outputs = drain(&mut group);
    assert_eq!(states(&group), [Backup; 3]);
    // As keepalived: no farewell, the other group's members come by their timers.
    assert_eq!(sent(&outputs), []);
    let released = |output: &&GroupOutput| {
        matches!(output, GroupOutput::Member { output: Output::ReleaseAddresses, .. })
    };
    assert_eq!(outputs.iter().filter(released).count(), 3);
    let beaten =
        Cause::Beaten { priority: Priority::new(101), source: common::address(9), ours: Priority::new(100) };
    let found = changes(&outputs);
    let who: Vec<Option<usize>> = found.iter().map(|(who, _)| *who).collect();
    assert_eq!(who, [Some(1), Some(0), Some(2), None]);
    let causes: Vec<Cause> = found.iter().map(|(_, change)| change.cause).collect();
    assert_eq!(causes, [beaten, Cause::SyncGroup, Cause::SyncGroup, beaten]);
}

#[test]
fn one_with_a_fault_takes_all_along_and_says_so_on_the_wire() {
    let mut group = master(2);
    group.handle_input(at(8000), 0, Input::FaultRaised(Fault::Interface));
    let outputs = drain(&mut group);
    assert_eq!(states(&group), [StateKind::Fault; 2]);
    assert_eq!(sent(&outputs), [(0, 0), (1, 0)]);
    assert_eq!(group.poll_timeout(), None);

    group.handle_input(at(9000), 0, Input::FaultCleared(Fault::Interface));
    let outputs = drain(&mut group);
    assert_eq!(states(&group), [Backup; 2]);
    let back = Transition { from: StateKind::Fault, to: Backup, cause: Cause::FaultsCleared };
    assert_eq!(changes(&outputs), [(Some(0), back), (Some(1), back), (None, back)]);
    assert_eq!(group.poll_timeout(), Some(at(9000) + MASTER_DOWN));
}

#[test]
fn the_last_fault_to_go_lets_the_group_take_part() {
    let mut group = started(3);
    group.handle_input(at(1), 0, Input::FaultRaised(Fault::Interface));
    group.handle_input(at(2), 1, Input::FaultRaised(Fault::Tracker(7)));
    group.handle_input(at(3), 0, Input::FaultCleared(Fault::Interface));
    assert_eq!(states(&group), [StateKind::Fault; 3]);
    drain(&mut group);
    group.handle_input(at(4), 1, Input::FaultCleared(Fault::Tracker(7)));
    assert_eq!(states(&group), [Backup; 3]);
    assert_eq!(changes(&drain(&mut group)).len(), 4);
}

#[test]
fn a_fault_before_the_start_holds_all_back() {
    let mut group = group(2);
    group.handle_input(at(0), 1, Input::FaultRaised(Fault::SourceAddress));
    group.handle_input(at(0), 0, Input::Startup);
    assert_eq!(states(&group), [StateKind::Fault; 2]);
}

#[test]
fn owners_start_as_masters_if_all_are() {
    let owner = || router(Version::V3, |config| config.priority = Priority::OWNER);
    let mut all = SyncGroup::new([owner(), owner()]);
    all.handle_input(at(0), 1, Input::Startup);
    assert_eq!(states(&all), [Master; 2]);

    let mut some = SyncGroup::new([owner(), router(Version::V3, |_| {})]);
    some.handle_input(at(0), 0, Input::Startup);
    assert_eq!(states(&some), [Backup; 2]);
    // The owner waits for the other one, whose skew is longer.
    some.handle_timeout(at(7000));
    assert_eq!(states(&some), [Backup; 2]);
    some.handle_timeout(Instant::from_origin(MASTER_DOWN));
    assert_eq!(states(&some), [Master; 2]);

    // Another owner of a greater address wins, and they do not jump back at once.
    all.handle_input(at(1000), 0, heard(255, 9));
    assert_eq!(states(&all), [Backup; 2]);
}

#[test]
fn shutdown_is_for_all() {
    let mut group = master(2);
    group.handle_input(at(9000), 0, Input::Shutdown);
    assert_eq!(sent(&drain(&mut group)), [(0, 0), (1, 0)]);
    assert_eq!((states(&group), group.state()), (vec![Initialize; 2], Initialize));
    group.handle_input(at(9001), 1, Input::Shutdown);
    assert_eq!(drain(&mut group), []);
}

#[test]
fn maintenance_hands_all_over() {
    let mut group = master(2);
    group.handle_input(at(9000), 1, Input::Maintenance(true));
    let outputs = drain(&mut group);
    assert_eq!(sent(&outputs), [(1, 0), (0, 0)]);
    let causes: Vec<Cause> = changes(&outputs).iter().map(|(_, change)| change.cause).collect();
    assert_eq!((states(&group), causes), (vec![Backup; 2], vec![Cause::Maintenance; 3]));
}

#[test]
fn a_group_of_one_is_a_router() {
    let (mut alone, mut group) = (router(Version::V3, |_| {}), group(1));
    let mut both = |now, input: Option<Input>| {
        match input {
            Some(input) => (alone.handle_input(now, input), group.handle_input(now, 0, input)),
            None => (alone.handle_timeout(now), group.handle_timeout(now)),
        };
        let outputs: Vec<Output> = core::iter::from_fn(|| alone.poll_output()).collect();
        let member = |output| match output {
            GroupOutput::Member { member: 0, output } => Some(output),
            GroupOutput::Member { .. } | GroupOutput::Transition(_) => None,
        };
        let grouped: Vec<Output> = drain(&mut group).into_iter().filter_map(member).collect();
        assert_eq!(outputs, grouped);
        assert_eq!(alone.poll_timeout(), group.poll_timeout());
    };
    both(at(0), Some(Input::Startup));
    both(at(1000), Some(heard(200, 9)));
    both(at(9000), None);
    both(at(9100), Some(heard(0, 9)));
    both(at(9200), Some(heard(200, 9)));
    both(at(9300), Some(Input::FaultRaised(Fault::Interface)));
    both(at(9400), Some(Input::FaultCleared(Fault::Interface)));
    both(at(60_000), None);
    both(at(60_100), Some(Input::Shutdown));
}

#[test]
fn nobody_at_that_place_and_an_empty_group_do_nothing() {
    let mut group = master(2);
    let before = group.clone();
    group.handle_input(at(9000), 2, heard(255, 9));
    assert_eq!(group, before);
    let mut empty = SyncGroup::new([]);
    empty.handle_input(at(0), 0, Input::Startup);
    empty.handle_timeout(at(0));
    assert_eq!((empty.poll_timeout(), empty.poll_output()), (None, None));
}

/// Something that happens to one of three members, and how long after the last it does.
fn happenings() -> impl Strategy<Value = Vec<(u64, usize, Option<Input>)>> {
    let fault = prop_oneof![Just(Fault::Interface), Just(Fault::Tracker(1))];
    let input = prop_oneof![
        4 => (0..=255_u8, 1..=9_u8).prop_map(|(priority, host)| Some(heard(priority, host))),
        1 => fault.clone().prop_map(|fault| Some(Input::FaultRaised(fault))),
        2 => fault.prop_map(|fault| Some(Input::FaultCleared(fault))),
        1 => (1..=254_u8).prop_map(|priority| Some(Input::Priority(Priority::new(priority)))),
        1 => Just(Some(Input::AddressLost)),
        1 => any::<bool>().prop_map(|on| Some(Input::Maintenance(on))),
        1 => prop_oneof![Just(Some(Input::Startup)), Just(Some(Input::Shutdown))],
        4 => Just(None),
    ];
    proptest::collection::vec((0..5000_u64, 0..3_usize, input), 1..200)
}

proptest! {
    #[test]
    fn no_member_is_ever_master_alone(happenings in happenings()) {
        let mut group = started(3);
        let mut millis = 0;
        for (later, member, input) in happenings {
            millis += later;
            match input {
                Some(input) => group.handle_input(at(millis), member, input),
                None => group.handle_timeout(at(millis)),
            }
            let states = states(&group);
            let masters = states.iter().filter(|state| **state == Master).count();
            prop_assert!(masters == 0 || masters == 3, "{states:?}");
            let faulty = states.iter().filter(|state| **state == StateKind::Fault).count();
            prop_assert!(faulty == 0 || faulty == 3, "{states:?}");
            prop_assert!(drain(&mut group).len() < 40);
        }
    }
}
