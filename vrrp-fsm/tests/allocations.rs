//! In the steady state nothing is allocated, however many virtual routers there are.
#![expect(clippy::unwrap_used, reason = "outside a test function; a panic fails the test")]

mod common;

use core::time::Duration;

use allocation_counter::measure;
use common::{at, drain, heard};
use vrrp_fsm::{AnnounceSchedule, Config, Input, Instant, Output, StateKind, SyncGroup, VirtualRouter};
use vrrp_proto::{Priority, Version, Vrid};

/// Nothing is allocated while `work` runs.
fn free(what: &str, work: impl FnOnce()) {
    let counted = measure(work);
    assert_eq!(counted.count_total, 0, "{what}: {counted:?}");
}

/// One for each VRID, started, and Backup.
fn backups(version: Version) -> Vec<VirtualRouter> {
    let new = |vrid| {
        let mut config = Config::new(version, Vrid::new(vrid).unwrap(), common::address(5));
        let refresh = Some(Duration::from_secs(2));
        config.announce = AnnounceSchedule { refresh, ..AnnounceSchedule::KEEPALIVED };
        VirtualRouter::new(config)
    };
    let mut routers: Vec<VirtualRouter> = (1..=255).map(new).collect();
    for router in &mut routers {
        router.handle_input(at(0), Input::Startup);
        router.handle_input(at(0), heard(150, 9));
        drain(router);
        assert_eq!(router.state(), StateKind::Backup);
    }
    routers
}

/// What a driver does: the outputs until there are none, then the deadline. How many outputs.
fn step(router: &mut VirtualRouter, act: impl FnOnce(&mut VirtualRouter)) -> (usize, Option<Instant>) {
    act(router);
    let mut outputs = 0;
    while router.poll_output().is_some() {
        outputs += 1;
    }
    (outputs, router.poll_timeout())
}

#[test]
fn the_counter_counts() {
    assert_eq!(measure(|| drop(core::hint::black_box(vec![1, 2, 3]))).count_total, 1);
    // And it sees what a router allocates: the room for its first outputs.
    let config = Config::new(Version::V3, Vrid::new(1).unwrap(), common::address(5));
    let mut router = VirtualRouter::new(config);
    assert!(measure(|| router.handle_input(at(0), Input::Startup)).count_total > 0);
}

#[test]
fn backups_that_hear_their_master_take_no_heap() {
    for version in [Version::V2, Version::V3] {
        let mut routers = backups(version);
        free("hearing", || {
            for tick in 1..=40 {
                for router in &mut routers {
                    let (_, due) = step(router, |router| router.handle_input(at(tick * 500), heard(150, 9)));
                    assert!(due.unwrap() > at(tick * 500));
                    assert_eq!(step(router, |router| router.handle_timeout(at(tick * 500))), (0, due));
                }
            }
        });
        assert!(routers.iter().all(|router| router.state() == StateKind::Backup));
    }
}

#[test]
fn masters_that_send_and_announce_take_no_heap() {
    for version in [Version::V2, Version::V3] {
        let mut routers = backups(version);
        for router in &mut routers {
            let due = router.poll_timeout().unwrap();
            router.handle_timeout(due);
            drain(router);
            assert_eq!(router.state(), StateKind::Master);
        }
        // Adverts, second bursts and refreshes: each deadline does something.
        free("sending", || {
            for _ in 0..40 {
                for router in &mut routers {
                    let now = router.poll_timeout().unwrap();
                    let (outputs, due) = step(router, |router| router.handle_timeout(now));
                    assert!(outputs > 0 && due.unwrap() > now);
                }
            }
        });
        // Nor does a rival that loses, nor a priority that flaps.
        free("a rival", || {
            for router in &mut routers {
                let now = router.poll_timeout().unwrap();
                assert!(step(router, |router| router.handle_input(now, heard(50, 9))).0 > 0);
                let changed = Input::Priority(Priority::new(99));
                assert_eq!(step(router, |router| router.handle_input(now, changed)).0, 1);
            }
        });
    }
}

/// Once it has been through all of it, a router that changes hands does not allocate either.
#[test]
fn a_takeover_takes_no_heap_the_second_time() {
    let mut routers = backups(Version::V3);
    let mut change_hands = || {
        let mut acquired = 0;
        for router in &mut routers {
            let due = router.poll_timeout().unwrap();
            router.handle_timeout(due);
            while let Some(output) = router.poll_output() {
                acquired += usize::from(output == Output::AcquireAddresses);
            }
            step(router, |router| router.handle_input(due, heard(200, 9)));
        }
        acquired
    };
    assert_eq!(change_hands(), 255);
    free("changing hands", || assert_eq!(change_hands(), 255));
}

#[test]
fn a_group_in_its_steady_state_takes_no_heap() {
    let members: Vec<VirtualRouter> = (1..=8)
        .map(|vrid| {
            VirtualRouter::new(Config::new(Version::V2, Vrid::new(vrid).unwrap(), common::address(5)))
        })
        .collect();
    let mut group = SyncGroup::new(members);
    group.handle_input(at(0), 0, Input::Startup);
    for _ in 0..20 {
        group.handle_timeout(group.poll_timeout().unwrap());
        while group.poll_output().is_some() {}
    }
    assert_eq!(group.state(), StateKind::Master);
    free("a group that sends", || {
        for _ in 0..40 {
            group.handle_timeout(group.poll_timeout().unwrap());
            while group.poll_output().is_some() {}
        }
    });
    let now = group.poll_timeout().unwrap();
    let hear = |group: &mut SyncGroup| {
        for member in 0..8 {
            group.handle_input(now, member, heard(150, 9));
            while group.poll_output().is_some() {}
        }
    };
    hear(&mut group);
    assert_eq!(group.state(), StateKind::Backup);
    free("a group that hears", || hear(&mut group));
}
