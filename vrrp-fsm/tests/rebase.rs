//! A machine whose origin of time was moved behaves as before.
#![expect(clippy::unwrap_used, reason = "outside a test function; a panic fails the test")]

mod common;

use core::num::NonZeroU8;
use core::time::Duration;

use common::{at, backup, drain, heard, master, router};
use proptest::prelude::*;
use vrrp_fsm::{AnnounceSchedule, Fault, Input, Instant, VirtualRouter};
use vrrp_proto::{Priority, Version};

#[test]
fn routers_that_did_the_same_at_another_time_become_equal() {
    let started = |millis| {
        let mut router = router(Version::V2, |config| config.preempt_delay = Duration::from_secs(9));
        router.handle_input(at(millis), Input::Startup);
        router.handle_input(at(millis + 100), heard(50, 9));
        drain(&mut router);
        router
    };
    let (early, mut late) = (started(1000), started(61_000));
    assert_ne!(early, late);
    late.rebase(Duration::from_secs(60));
    assert_eq!(early, late);
}

#[test]
fn what_was_due_before_the_new_origin_is_due_at_it() {
    let mut router = backup(router(Version::V3, |_| {}));
    router.rebase(Duration::from_secs(3600));
    assert_eq!(router.poll_timeout(), Some(Instant::default()));
}

/// A quarter of an hour after the origin.
const BEGIN: u64 = 900_000;

/// Every timer in use, started as Backup or as Master.
fn routers() -> impl Strategy<Value = VirtualRouter> {
    (any::<bool>(), any::<bool>(), any::<bool>(), 1..=5_u8, 0..9_u64).prop_map(
        |(v3, preempt, as_master, adverts, quiet)| {
            let version = if v3 { Version::V3 } else { Version::V2 };
            let new = router(version, |config| {
                config.preempt = preempt;
                config.preempt_delay = Duration::from_secs(4);
                config.startup_delay = Duration::from_secs(quiet);
                config.down_timer_adverts = NonZeroU8::new(adverts).unwrap();
                config.announce = AnnounceSchedule {
                    refresh: Some(Duration::from_secs(3)),
                    ..AnnounceSchedule::KEEPALIVED
                };
            });
            let mut router = new;
            router.handle_input(at(BEGIN), Input::Startup);
            if as_master {
                router.handle_timeout(router.poll_timeout().unwrap());
            }
            drain(&mut router);
            router
        },
    )
}

fn inputs() -> impl Strategy<Value = Vec<(u64, Option<Input>)>> {
    let input = prop_oneof![
        4 => (0..=255_u8, 1..=9_u8).prop_map(|(priority, host)| Some(heard(priority, host))),
        1 => (1..=254_u8).prop_map(|priority| Some(Input::Priority(Priority::new(priority)))),
        1 => Just(Some(Input::AddressLost)),
        1 => any::<bool>().prop_map(|on| Some(Input::Maintenance(on))),
        1 => Just(Some(Input::FaultRaised(Fault::Interface))),
        2 => Just(Some(Input::FaultCleared(Fault::Interface))),
        4 => Just(None),
    ];
    proptest::collection::vec((0..4000_u64, input), 1..100)
}

fn act(router: &mut VirtualRouter, now: Instant, input: Option<Input>) {
    match input {
        Some(input) => router.handle_input(now, input),
        None => router.handle_timeout(now),
    }
}

proptest! {
    #[test]
    fn a_rebased_machine_behaves_alike(router in routers(), inputs in inputs(), at_step: usize, share in 0.0..1.0) {
        let mut now = BEGIN;
        let mut router = router;
        let mut other = None;
        let rebase_at = at_step % inputs.len();
        for (step, (later, input)) in inputs.into_iter().enumerate() {
            now += later;
            if step == rebase_at {
                // Skew_Time, by which a priority moves a timer, and more behind the new origin.
                let earliest = router.poll_timeout().unwrap_or(at(now)).min(at(now));
                let by = earliest.saturating_sub(Duration::from_secs(5)).since_origin().mul_f64(share);
                let mut rebased = router.clone();
                rebased.rebase(by);
                other = Some((rebased, by));
            }
            act(&mut router, at(now), input);
            let outputs = drain(&mut router);
            if let Some((rebased, by)) = &mut other {
                act(rebased, at(now).saturating_sub(*by), input);
                prop_assert_eq!(&outputs, &drain(rebased));
                let due = router.poll_timeout().map(|due| due.saturating_sub(*by));
                prop_assert_eq!(due, rebased.poll_timeout());
                prop_assert_eq!(router.state(), rebased.state());
            }
        }
    }

    #[test]
    fn no_deadline_is_further_than_the_longest_timer(router in routers(), inputs in inputs()) {
        let (mut router, mut now) = (router, BEGIN);
        for (later, input) in inputs {
            now += later;
            act(&mut router, at(now), input);
            prop_assert!(drain(&mut router).len() <= 8);
            let longest = Duration::from_secs(255 * 5 + 1);
            prop_assert!(router.poll_timeout().is_none_or(|due| due <= at(now) + longest));
        }
    }
}

#[test]
fn a_master_s_timers_move_together() {
    let mut router = master(router(Version::V3, |config| config.announce = AnnounceSchedule::KEEPALIVED));
    let due = router.poll_timeout().unwrap();
    router.rebase(Duration::from_millis(1500));
    assert_eq!(router.poll_timeout(), Some(due.saturating_sub(Duration::from_millis(1500))));
}
