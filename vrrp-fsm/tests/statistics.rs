//! The counters against what the MIBs and keepalived count.
#![expect(clippy::unwrap_used, reason = "outside a test function; a panic fails the test")]

mod common;

use common::{at, backup, drain, heard, master, router};
use vrrp_fsm::{AnnounceSchedule, Fault, Input, Instant, PacketError, Statistics, VirtualRouter};
use vrrp_proto::{AdvertInterval, Priority, Version};

use Version::{V2, V3};

/// A router and what was counted of it.
struct Counted {
    router: VirtualRouter,
    statistics: Statistics,
}

impl Counted {
    fn new(router: VirtualRouter) -> Self {
        Self { router, statistics: Statistics::default() }
    }

    fn input(&mut self, now: Instant, input: Input) {
        self.router.handle_input(now, input);
        self.statistics.record_input(&self.router, &input);
        self.drain();
    }

    fn timeout(&mut self) -> Instant {
        let now = self.router.poll_timeout().unwrap();
        self.router.handle_timeout(now);
        self.drain();
        now
    }

    fn drain(&mut self) {
        for output in drain(&mut self.router) {
            self.statistics.record(&output);
        }
    }
}

/// Only the fields that a case names.
macro_rules! counted {
    ($statistics:expr, $($field:ident: $value:expr),* $(,)?) => {{
        let mut want = Statistics::default();
        $(want.$field = $value;)*
        assert_eq!($statistics, want);
    }};
}

#[test]
fn a_life_is_counted() {
    for version in [V2, V3] {
        let mut counted = Counted::new(router(version, |config| {
            config.announce = AnnounceSchedule { losing_repeat: 3, ..AnnounceSchedule::ONCE };
            config.answer_losing = true;
        }));
        counted.input(at(0), Input::Startup);
        counted.input(at(1), heard(150, 9));
        counted.input(at(2), heard(150, 9));
        counted.input(at(3), heard(0, 9));
        counted!(counted.statistics, advertisements_received: 3, priority_zero_received: 1, master_changes: 1);
        counted.timeout();
        let now = counted.timeout();
        counted.input(now, heard(50, 9));
        counted.input(now, heard(100, 5));
        counted.input(now, Input::Shutdown);
        counted!(
            counted.statistics,
            advertisements_received: 5,
            priority_zero_received: 1,
            master_changes: 1,
            // The takeover, the interval, the answer, the end.
            advertisements_sent: 4,
            priority_zero_sent: 1,
            became_master: 1,
            released_master: 1,
            losing_masters: 1,
            address_conflicts: 1,
            announcement_bursts: 2,
        );
    }
}

#[test]
fn whoever_takes_no_part_receives_nothing() {
    let quiet = router(V3, |config| config.startup_delay = core::time::Duration::from_secs(9));
    let owner = |ignores| {
        router(V3, move |config| (config.priority, config.owner_ignores) = (Priority::OWNER, ignores))
    };
    // When it hears something, after what, and what is counted.
    let cases: [(&str, VirtualRouter, &[Input], u64, u64); 6] = [
        ("not started", router(V3, |_| {}), &[], 0, 0),
        ("unfit", router(V3, |_| {}), &[Input::FaultRaised(Fault::Interface), Input::Startup], 0, 0),
        ("before the end of the delay", quiet.clone(), &[Input::Startup], 0, 0),
        ("an owner that ignores", owner(true), &[Input::Startup], 0, 1),
        ("an owner that listens", owner(false), &[Input::Startup], 1, 0),
        ("after maintenance began", owner(true), &[Input::Startup, Input::Maintenance(true)], 1, 0),
    ];
    for (name, router, inputs, received, ignored) in cases {
        let mut counted = Counted::new(router);
        for input in inputs {
            counted.input(at(0), *input);
        }
        counted.input(at(8999), heard(0, 9));
        assert_eq!(counted.statistics.advertisements_received, received, "{name}");
        assert_eq!(counted.statistics.priority_zero_received, received, "{name}");
        assert_eq!(counted.statistics.ignored_by_owner, ignored, "{name}");
    }
    let mut counted = Counted::new(quiet);
    counted.input(at(0), Input::Startup);
    counted.input(at(9000), heard(200, 9));
    assert_eq!(counted.statistics.advertisements_received, 1, "the delay is over");
}

/// `vrrpStatsAdvertiseIntervalErrors` counts packets, the machine tells of changes.
#[test]
fn another_interval_counts_with_every_packet() {
    for version in [V2, V3] {
        for new in [backup, master] {
            let mut counted = Counted::new(new(router(version, |_| {})));
            let Input::Advertisement { priority, source, .. } = heard(50, 9) else { unreachable!() };
            for centis in [200, 300, 300, 300] {
                let interval = AdvertInterval::from_centis(centis).unwrap();
                counted.input(at(7000), Input::Advertisement { priority, source, interval });
            }
            assert_eq!(counted.statistics.interval_errors, 3, "{version:?}");
        }
    }
}

#[test]
fn a_transition_counts_once_on_each_side_of_master() {
    let mut counted = Counted::new(router(V3, |config| config.priority = Priority::OWNER));
    counted.input(at(0), Input::Startup);
    counted.input(at(1), Input::FaultRaised(Fault::Interface));
    counted.input(at(2), Input::FaultCleared(Fault::Interface));
    counted.input(at(3), Input::AddressLost);
    counted.timeout();
    let statistics = counted.statistics;
    assert_eq!((statistics.became_master, statistics.released_master), (3, 2));
    assert_eq!((statistics.advertisements_sent, statistics.priority_zero_sent), (5, 2));
}

#[test]
fn each_error_has_its_counter() {
    use PacketError::*;
    let mut statistics = Statistics::default();
    let errors = [
        Length,
        Ttl,
        Type,
        Interval,
        AddressList,
        Checksum,
        Version,
        Vrid,
        AuthenticationType,
        AuthenticationMismatch,
        Authentication,
        Other,
    ];
    for (times, error) in (1..).zip(errors) {
        for _ in 0..times {
            statistics.record_error(error);
        }
    }
    counted!(
        statistics,
        length_errors: 1,
        ttl_errors: 2,
        type_errors: 3,
        interval_errors: 4,
        address_list_errors: 5,
        checksum_errors: 6,
        version_errors: 7,
        vrid_errors: 8,
        authentication_type_errors: 9,
        authentication_mismatches: 10,
        authentication_failures: 11,
        other_errors: 12,
    );
}

#[test]
fn a_counter_stays_at_its_greatest_value() {
    let mut statistics = Statistics::default();
    statistics.ttl_errors = u64::MAX;
    statistics.record_error(PacketError::Ttl);
    assert_eq!(statistics.ttl_errors, u64::MAX);
}
