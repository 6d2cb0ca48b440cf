//! keepalived's `vrrp_startup_delay`: timers count from its end, adverts are ignored meanwhile, and
//! an instance is BACKUP (`vrrp_init_instance_sands`, `vrrp_dispatcher_read`). On the wire 2.2.7 with
//! a delay of 3 s and an interval of 1 s first speaks after 3.1 s with priority 255, and after 6.25 s
//! with 200.
#![expect(clippy::unwrap_used, reason = "outside a test function; a panic fails the test")]

mod common;

use core::time::Duration;

use common::{address, at, drain, heard, router};
use vrrp_fsm::{
    Cause, Config, Fault, Input, Instant, Output, StateKind, SyncGroup, Transition, VirtualRouter,
};
use vrrp_proto::{AdvertInterval, Priority, Version, Vrid};

use Version::{V2, V3};

/// From 1 s to 11 s.
const BEGIN: u64 = 1000;
const END: u64 = 11_000;

fn delayed(version: Version, change: impl FnOnce(&mut Config)) -> VirtualRouter {
    let mut machine = router(version, |config| {
        config.startup_delay = Duration::from_secs(10);
        change(config);
    });
    machine.handle_input(at(BEGIN), Input::Startup);
    machine
}

fn owner(config: &mut Config) {
    config.priority = Priority::OWNER;
}

/// `Master_Down_Interval` at 2 s.
fn master_down(version: Version, priority: u8) -> Duration {
    AdvertInterval::from_secs(2).unwrap().master_down_interval(version, Priority::new(priority), 3)
}

fn entered(machine: &mut VirtualRouter) -> Vec<(StateKind, Cause)> {
    let entered = drain(machine).into_iter().filter_map(|output| match output {
        Output::Transition(Transition { to, cause, .. }) => Some((to, cause)),
        Output::SendAdvertisement { .. }
        | Output::AcquireAddresses
        | Output::ReleaseAddresses
        | Output::Announce { .. }
        | Output::Event(_) => None,
    });
    entered.collect()
}

#[test]
fn a_backup_s_timer_counts_from_the_end() {
    for version in [V2, V3] {
        let mut machine = delayed(version, |_| {});
        assert_eq!(entered(&mut machine), [(StateKind::Backup, Cause::Startup)]);
        let due = at(END) + master_down(version, 100);
        assert_eq!(machine.poll_timeout(), Some(due));
        machine.handle_timeout(due);
        let silence = master_down(version, 100);
        assert_eq!(entered(&mut machine), [(StateKind::Master, Cause::MasterSilent { silence })]);
    }
}

#[test]
fn what_is_heard_before_the_end_changes_nothing() {
    for version in [V2, V3] {
        for (priority, change) in [(100, (|_| {}) as fn(&mut Config)), (255, owner)] {
            let before = delayed(version, change);
            let mut machine = before.clone();
            for rival in [0, 1, 100, 254, 255] {
                machine.handle_input(at(END - 1), heard(rival, 9));
            }
            assert_eq!(machine, before, "{version:?} {priority}");
        }
        let mut machine = delayed(version, |_| {});
        machine.handle_input(at(END), heard(200, 9));
        assert_eq!(machine.master(), Some(address(9)));
        assert_eq!(machine.poll_timeout(), Some(at(END) + master_down(version, 100)));
    }
}

#[test]
fn an_owner_says_nothing_before_the_end_and_is_master_at_it() {
    for version in [V2, V3] {
        let mut machine = delayed(version, owner);
        let backup = Transition { from: StateKind::Initialize, to: StateKind::Backup, cause: Cause::Startup };
        assert_eq!(drain(&mut machine), [Output::Transition(backup)]);
        assert_eq!(machine.poll_timeout(), Some(at(END)));
        machine.handle_timeout(at(END - 1));
        assert_eq!(drain(&mut machine), []);
        machine.handle_timeout(at(END));
        assert_eq!(entered(&mut machine), [(StateKind::Master, Cause::Owner)]);
    }
}

#[test]
fn a_fault_neither_shortens_nor_prolongs_it() {
    // When the fault goes, and from when the timer counts then.
    for (cleared, from) in [(END - 500, END), (END + 500, END + 500)] {
        for (change, down) in [((|_| {}) as fn(&mut Config), master_down(V3, 100)), (owner, Duration::ZERO)] {
            let mut machine = delayed(V3, change);
            machine.handle_input(at(BEGIN + 100), Input::FaultRaised(Fault::Interface));
            assert_eq!((machine.state(), machine.poll_timeout()), (StateKind::Fault, None));
            // One that was there before the start is no different.
            let mut other = router(V3, |config| {
                config.startup_delay = Duration::from_secs(10);
                change(config);
            });
            other.handle_input(at(0), Input::FaultRaised(Fault::Interface));
            other.handle_input(at(BEGIN), Input::Startup);
            for machine in [&mut machine, &mut other] {
                machine.handle_input(at(cleared), Input::FaultCleared(Fault::Interface));
                if machine.state() == StateKind::Backup {
                    assert_eq!(machine.poll_timeout(), Some(at(from) + down), "{cleared}");
                } else {
                    assert_eq!(
                        (machine.state(), cleared > END, down),
                        (StateKind::Master, true, Duration::ZERO)
                    );
                }
            }
        }
    }
}

#[test]
fn a_priority_that_changes_meanwhile_counts_at_the_end() {
    let mut machine = delayed(V2, |_| {});
    for priority in [200, 50, 150] {
        machine.handle_input(at(BEGIN + 1), Input::Priority(Priority::new(priority)));
    }
    assert_eq!(machine.poll_timeout(), Some(at(END) + master_down(V2, 150)));
}

#[test]
fn an_owner_in_maintenance_is_not_master_at_the_end() {
    let mut machine = delayed(V3, owner);
    machine.handle_input(at(BEGIN + 1), Input::Maintenance(true));
    assert_eq!(machine.poll_timeout(), Some(at(END) + master_down(V3, 1)));
    machine.handle_input(at(BEGIN + 2), Input::Maintenance(false));
    assert_eq!(machine.poll_timeout(), Some(at(END)));
}

#[test]
fn a_router_that_stops_meanwhile_starts_with_all_of_it_again() {
    let mut machine = delayed(V3, |_| {});
    machine.handle_input(at(BEGIN + 1), Input::Shutdown);
    assert_eq!((machine.state(), machine.poll_timeout()), (StateKind::Initialize, None));
    machine.handle_input(at(5000), Input::Startup);
    assert_eq!(machine.poll_timeout(), Some(at(15_000) + master_down(V3, 100)));
    // A second Startup is no event.
    machine.handle_input(at(6000), Input::Startup);
    assert_eq!(machine.poll_timeout(), Some(at(15_000) + master_down(V3, 100)));
}

fn group(priorities: &[u8]) -> SyncGroup {
    let members = (1..).zip(priorities).map(|(vrid, &priority)| {
        let mut config = Config::new(V3, Vrid::new(vrid).unwrap(), address(5));
        config.startup_delay = Duration::from_secs(10);
        config.priority = Priority::new(priority);
        VirtualRouter::new(config)
    });
    let mut group = SyncGroup::new(members);
    group.handle_input(at(BEGIN), 0, Input::Startup);
    group
}

/// The time at which it is Master.
fn master_at(group: &mut SyncGroup) -> Instant {
    loop {
        let due = group.poll_timeout().unwrap();
        group.handle_timeout(due);
        if group.state() == StateKind::Master {
            return due;
        }
    }
}

#[test]
fn a_group_waits_together() {
    let down = |priority| AdvertInterval::DEFAULT.master_down_interval(V3, Priority::new(priority), 3);
    for (priorities, want) in
        [(&[255, 255][..], at(END)), (&[255, 100], at(END) + down(100)), (&[200, 100], at(END) + down(100))]
    {
        let mut group = group(priorities);
        // An owner's fault that goes meanwhile does not begin anything either.
        group.handle_input(at(BEGIN + 1), 0, Input::FaultRaised(Fault::Interface));
        group.handle_input(at(BEGIN + 2), 0, Input::FaultCleared(Fault::Interface));
        group.handle_input(at(BEGIN + 3), 1, heard(255, 9));
        assert_eq!(group.state(), StateKind::Backup, "{priorities:?}");
        assert_eq!(master_at(&mut group), want, "{priorities:?}");
        assert!(group.members().iter().all(|router| router.state() == StateKind::Master));
    }
}
