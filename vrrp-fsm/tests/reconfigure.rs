//! Going on with another configuration, as after a reload.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use core::time::Duration;

use common::{at, backup, drain, heard, master, router};
use proptest::prelude::*;
use vrrp_fsm::{
    Cause, Config, Event, Fault, Input, Instant, Output, StateKind, SyncGroup, Transition, VirtualRouter,
};
use vrrp_proto::{AdvertInterval, Priority, Version, Vrid};

use Version::{V2, V3};

/// What it goes on with: its configuration after `change`, nothing that trackers add.
fn changed(machine: &mut VirtualRouter, now: Instant, change: impl FnOnce(&mut Config), faults: &[Fault]) {
    let mut config = machine.config().clone();
    change(&mut config);
    let effective = config.priority;
    machine.reconfigure(now, config, effective, faults.iter().copied());
}

#[test]
fn a_master_stays_master_and_everybody_is_told_at_once() {
    for version in [V2, V3] {
        let mut machine = master(router(version, |_| {}));
        let due = machine.poll_timeout().unwrap();
        let now = Instant::from_origin(due.since_origin() - Duration::from_millis(700));
        let interval = AdvertInterval::from_secs(5).unwrap();
        changed(
            &mut machine,
            now,
            |config| {
                config.priority = Priority::new(180);
                config.advert_interval = interval;
            },
            &[],
        );
        let (from, to) = (Priority::new(100), Priority::new(180));
        let told = [
            Output::Event(Event::PriorityChanged { from, to }),
            Output::SendAdvertisement { priority: to },
            Output::AcquireAddresses,
            Output::Announce { repeat: machine.config().announce.repeat },
        ];
        assert_eq!(drain(&mut machine), told);
        assert_eq!(machine.state(), StateKind::Master);
        machine.handle_timeout(now + interval.as_duration());
        let next = Output::SendAdvertisement { priority: to };
        assert!(drain(&mut machine).contains(&next), "{version:?}: one new interval later");
    }
}

#[test]
fn a_backup_judges_its_master_by_the_new_interval_since_it_last_heard_it() {
    let mut machine = backup(router(V2, |_| {}));
    machine.handle_input(at(1_000), heard(150, 9));
    changed(
        &mut machine,
        at(1_500),
        |config| config.advert_interval = AdvertInterval::from_secs(1).unwrap(),
        &[],
    );
    assert!(drain(&mut machine).iter().all(|output| !matches!(output, Output::Transition(_))));
    let skew = Duration::from_secs(1) * 156 / 256;
    assert_eq!(machine.poll_timeout(), Some(at(1_000) + Duration::from_secs(3) + skew));
}

#[test]
fn in_version_3_the_interval_that_was_learned_stays() {
    let mut machine = backup(router(V3, |_| {}));
    machine.handle_input(at(1_000), heard(150, 9));
    let due = machine.poll_timeout();
    changed(
        &mut machine,
        at(1_500),
        |config| config.advert_interval = AdvertInterval::from_secs(1).unwrap(),
        &[],
    );
    assert_eq!((machine.poll_timeout(), machine.master()), (due, Some(common::address(9))));
}

#[test]
fn faults_of_before_are_forgotten_and_those_of_now_count() {
    let mut machine = master(router(V3, |_| {}));
    let now = machine.poll_timeout().unwrap();
    changed(&mut machine, now, |_| {}, &[Fault::Tracker(3)]);
    let left = drain(&mut machine);
    assert_eq!(machine.state(), StateKind::Fault);
    assert_eq!(left.first(), Some(&Output::SendAdvertisement { priority: Priority::RELEASE }));
    assert_eq!(left.last(), Some(&Output::ReleaseAddresses));
    changed(&mut machine, now, |_| {}, &[Fault::Tracker(4)]);
    assert!(drain(&mut machine).is_empty(), "still unfit, for another reason");
    machine.handle_input(now, Input::FaultCleared(Fault::Tracker(3)));
    assert_eq!(machine.state(), StateKind::Fault);
    changed(&mut machine, now, |_| {}, &[]);
    let (from, to, cause) = (StateKind::Fault, StateKind::Backup, Cause::FaultsCleared);
    assert_eq!(drain(&mut machine), [Output::Transition(Transition { from, to, cause })]);
}

#[test]
fn who_becomes_the_owner_is_master_at_once() {
    let mut machine = backup(router(V3, |_| {}));
    changed(&mut machine, at(100), |config| config.priority = Priority::OWNER, &[]);
    assert_eq!((machine.state(), machine.effective_priority()), (StateKind::Master, Priority::OWNER));
}

#[test]
fn whoever_was_not_started_stays_so() {
    let mut machine = router(V3, |_| {});
    changed(&mut machine, at(0), |config| config.priority = Priority::new(7), &[]);
    assert_eq!((machine.state(), machine.poll_timeout()), (StateKind::Initialize, None));
}

fn group() -> SyncGroup {
    let member = |vrid| VirtualRouter::new(Config::new(V3, Vrid::new(vrid).unwrap(), common::address(vrid)));
    let mut group = SyncGroup::new([1, 2].map(member));
    group.handle_input(at(0), 0, Input::Startup);
    while group.state() != StateKind::Master {
        group.handle_timeout(group.poll_timeout().unwrap());
    }
    core::iter::from_fn(|| group.poll_output()).for_each(drop);
    group
}

#[test]
fn a_group_stays_master_when_a_member_changes_and_falls_as_a_whole() {
    let mut group = group();
    let now = group.poll_timeout().unwrap();
    let config = |priority| Config {
        priority: Priority::new(priority),
        ..Config::new(V3, Vrid::new(2).unwrap(), common::address(2))
    };
    group.reconfigure(now, 1, config(120), Priority::new(90), []);
    assert_eq!(group.state(), StateKind::Master);
    assert_eq!(group.members()[1].effective_priority(), Priority::new(90));
    group.reconfigure(now, 1, config(120), Priority::new(120), [Fault::Interface]);
    assert!(group.members().iter().all(|member| member.state() == StateKind::Fault));
    group.reconfigure(now, 0, config(120), Priority::new(120), []);
    assert_eq!(group.state(), StateKind::Fault, "the other's fault stands");
    group.reconfigure(now, 1, config(120), Priority::new(120), []);
    assert_eq!(group.state(), StateKind::Backup);
}

proptest! {
    /// To go on with what it has is not noticed: neither state nor deadline of a Backup changes.
    #[test]
    fn the_same_configuration_changes_nothing(
        adverts in proptest::collection::vec((1_u64..9_000, 1_u8..=254), 0..12),
        version in prop_oneof![Just(V2), Just(V3)],
        preempt in any::<bool>(),
        after in 0_u64..4_000,
    ) {
        let mut machine = backup(router(version, |config| config.preempt = preempt));
        let mut now = 0;
        for (pause, priority) in adverts {
            now += pause;
            machine.handle_timeout(at(now));
            machine.handle_input(at(now), heard(priority, 9));
        }
        now += after;
        machine.handle_timeout(at(now));
        drain(&mut machine);
        let mut same = machine.clone();
        changed(&mut same, at(now), |_| {}, &[]);
        prop_assert_eq!(same.state(), machine.state());
        if machine.state() == StateKind::Backup {
            prop_assert_eq!(same.poll_timeout(), machine.poll_timeout());
            prop_assert!(drain(&mut same).is_empty());
        }
    }
}
