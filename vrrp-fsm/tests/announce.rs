//! When the protected addresses are announced, against what keepalived does (`vrrp_arp.c`,
//! `vrrp_ndisc.c`, and `garp_*` in its manual).
#![expect(clippy::unwrap_used, reason = "outside a test function; a panic fails the test")]

mod common;

use core::time::Duration;

use common::{address, at, backup, drain, heard, master, router};
use vrrp_fsm::{
    AddressLoss, AnnounceSchedule, Config, Fault, GroupOutput, Input, Instant, Output, StateKind, SyncGroup,
    VirtualRouter,
};
use vrrp_proto::{AdvertInterval, Priority, Version, Vrid};

use Output::{AcquireAddresses, Announce, SendAdvertisement};
use Version::V2;

const SECOND: Duration = Duration::from_secs(1);

/// Priority 100, an interval that outlasts every burst, Master at the time that comes back.
fn master_with(announce: AnnounceSchedule) -> (VirtualRouter, Instant) {
    let mut machine = backup(router(V2, |config| {
        config.advert_interval = AdvertInterval::from_secs(200).unwrap();
        config.announce = announce;
    }));
    let takeover = machine.poll_timeout().unwrap();
    machine.handle_timeout(takeover);
    assert_eq!(machine.state(), StateKind::Master);
    (machine, takeover)
}

/// Every burst until `end`: when after `begin`, and how many.
fn bursts(machine: &mut VirtualRouter, begin: Instant, end: Instant) -> Vec<(u64, u8)> {
    let mut bursts = Vec::new();
    let mut now = begin;
    loop {
        for output in drain(machine) {
            if let Announce { repeat } = output {
                bursts.push((now.saturating_since(begin).as_secs(), repeat));
            }
        }
        now = match machine.poll_timeout() {
            Some(due) if due <= end => due,
            _ => return bursts,
        };
        machine.handle_timeout(now);
    }
}

/// What `outputs` says of announcements.
fn announced(outputs: &[Output]) -> Vec<u8> {
    let bursts = outputs.iter().filter_map(|output| match output {
        Announce { repeat } => Some(*repeat),
        SendAdvertisement { .. }
        | AcquireAddresses
        | Output::ReleaseAddresses
        | Output::Transition(_)
        | Output::Event(_) => None,
    });
    bursts.collect()
}

/// `vrrp_state_become_master`: advert, addresses, then the burst.
#[test]
fn the_burst_comes_after_the_advert_and_the_addresses() {
    let (mut machine, _) = master_with(AnnounceSchedule::KEEPALIVED);
    let outputs = drain(&mut machine);
    let place = |wanted| outputs.iter().position(|output| *output == wanted).unwrap();
    let advert = place(SendAdvertisement { priority: Priority::new(100) });
    assert!(advert < place(AcquireAddresses) && place(AcquireAddresses) < place(Announce { repeat: 5 }));
}

/// `garp_master_repeat`, `garp_master_delay`, `garp_master_refresh`, `garp_master_refresh_repeat`;
/// their defaults are 5, 5 s, none and 1. `vrrp_min_garp` leaves one packet.
#[test]
fn a_takeover_is_announced_by_the_schedule() {
    let schedule = AnnounceSchedule {
        repeat: 4,
        delay: Some(7 * SECOND),
        refresh: Some(10 * SECOND),
        refresh_repeat: 2,
        ..AnnounceSchedule::KEEPALIVED
    };
    let every_ten = (1..=9).map(|times| (times * 10, 2));
    let cases = [
        (AnnounceSchedule::KEEPALIVED, vec![(0, 5), (5, 5)]),
        (AnnounceSchedule::KEEPALIVED_MINIMUM, vec![(0, 1)]),
        (AnnounceSchedule::ONCE, vec![(0, 1)]),
        (AnnounceSchedule { delay: None, ..AnnounceSchedule::KEEPALIVED }, vec![(0, 5)]),
        (AnnounceSchedule { repeat: 0, delay: None, ..AnnounceSchedule::ONCE }, vec![]),
        (schedule, [(0, 4), (7, 4)].into_iter().chain(every_ten).collect()),
    ];
    for (schedule, want) in cases {
        let (mut machine, takeover) = master_with(schedule);
        assert_eq!(bursts(&mut machine, takeover, takeover + 95 * SECOND), want, "{schedule:?}");
    }
}

#[test]
fn after_a_sleep_there_is_one_refresh_and_not_the_backlog() {
    let refresh = Some(10 * SECOND);
    let (mut machine, takeover) = master_with(AnnounceSchedule { refresh, ..AnnounceSchedule::ONCE });
    drain(&mut machine);
    let late = takeover + 47 * SECOND;
    machine.handle_timeout(late);
    assert_eq!(announced(&drain(&mut machine)), [1]);
    assert_eq!(machine.poll_timeout(), Some(late + 10 * SECOND));
}

/// `garp_lower_prio_repeat`, `garp_lower_prio_delay`; 0 repeats is none at all.
#[test]
fn an_advert_that_loses_is_followed_by_a_burst_and_a_second_one() {
    let cases = [
        (AnnounceSchedule::KEEPALIVED, vec![(0, 5), (5, 5)]),
        (AnnounceSchedule::KEEPALIVED_MINIMUM, vec![(0, 1)]),
        (AnnounceSchedule { losing_delay: None, ..AnnounceSchedule::KEEPALIVED }, vec![(0, 5)]),
        (AnnounceSchedule { losing_repeat: 0, ..AnnounceSchedule::KEEPALIVED }, vec![]),
    ];
    for (schedule, want) in cases {
        // By priority, and by address where the priorities are equal.
        for (priority, last_octet) in [(99, 9), (100, 4)] {
            let (mut machine, takeover) = master_with(schedule);
            let rival = takeover + 20 * SECOND;
            bursts(&mut machine, takeover, rival);
            machine.handle_input(rival, heard(priority, last_octet));
            assert_eq!(bursts(&mut machine, rival, rival + 60 * SECOND), want, "{schedule:?}");
        }
    }
}

/// Both are timers of their own.
#[test]
fn a_rival_does_not_put_off_the_second_burst_of_the_takeover() {
    let (mut machine, takeover) =
        master_with(AnnounceSchedule { losing_repeat: 2, ..AnnounceSchedule::KEEPALIVED });
    drain(&mut machine);
    machine.handle_input(takeover + 3 * SECOND, heard(50, 9));
    machine.handle_input(takeover + 4 * SECOND, heard(50, 9));
    assert_eq!(announced(&drain(&mut machine)), [2, 2]);
    // At 5 s what the takeover left, at 9 s what the latest of the adverts left.
    assert_eq!(bursts(&mut machine, takeover, takeover + 60 * SECOND), [(5, 5), (9, 2)]);
}

#[test]
fn a_rival_cannot_make_us_announce_without_end() {
    let (mut machine, takeover) = master_with(AnnounceSchedule::KEEPALIVED);
    drain(&mut machine);
    for _ in 0..1000 {
        machine.handle_input(takeover + SECOND, heard(1, 9));
    }
    assert_eq!(announced(&drain(&mut machine)), [5, 5, 5]);
}

/// `vrrp_restore_interface` cancels what is pending.
#[test]
fn whoever_is_no_longer_master_announces_nothing() {
    for input in [heard(200, 9), Input::Shutdown, Input::FaultRaised(Fault::Interface), Input::AddressLost] {
        let (mut machine, takeover) = master_with(AnnounceSchedule::KEEPALIVED);
        machine.handle_input(takeover + SECOND, heard(1, 9));
        drain(&mut machine);
        let end = takeover + 2 * SECOND;
        machine.handle_input(end, input);
        // Somebody better keeps it from becoming Master again.
        machine.handle_input(end, heard(200, 9));
        assert_eq!(bursts(&mut machine, end, end + 60 * SECOND), [], "{input:?}");
    }
}

#[test]
fn a_backup_that_hears_somebody_worse_announces_nothing() {
    let mut machine = backup(router(V2, |config| config.announce = AnnounceSchedule::KEEPALIVED));
    machine.handle_input(at(1), heard(50, 9));
    assert_eq!(drain(&mut machine), []);
}

#[test]
fn addresses_that_are_put_back_are_announced() {
    let mut machine = master(router(V2, |config| {
        config.address_loss = AddressLoss::ReAdd;
        config.announce = AnnounceSchedule::KEEPALIVED;
    }));
    machine.handle_input(at(7500), Input::AddressLost);
    assert_eq!(drain(&mut machine), [AcquireAddresses, Announce { repeat: 5 }]);
}

/// keepalived 2.2.7 announces for the other members of a sync group, too: each as its own schedule
/// says, whether or not the one that hears it announces.
#[test]
fn a_group_announces_together_after_an_advert_that_loses() {
    let member = |(vrid, losing_repeat)| {
        let mut config = Config::new(V2, Vrid::new(vrid).unwrap(), address(5));
        config.announce = AnnounceSchedule { losing_repeat, losing_delay: None, ..AnnounceSchedule::ONCE };
        VirtualRouter::new(config)
    };
    // Which one hears it; which ones announce, and how often.
    let cases = [(0, [(0, 2), (1, 3)]), (1, [(1, 3), (0, 2)]), (2, [(0, 2), (1, 3)])];
    for (hears, want) in cases {
        let mut group = SyncGroup::new([(1, 2), (2, 3), (3, 0)].map(member));
        group.handle_input(at(0), 0, Input::Startup);
        while group.state() != StateKind::Master {
            group.handle_timeout(group.poll_timeout().unwrap());
        }
        while group.poll_output().is_some() {}
        let now = group.poll_timeout().unwrap();
        group.handle_input(now, hears, heard(50, 9));
        let outputs = core::iter::from_fn(|| group.poll_output());
        let bursts = outputs.filter_map(|output| match output {
            GroupOutput::Member { member, output: Announce { repeat } } => Some((member, repeat)),
            GroupOutput::Member { .. } | GroupOutput::Transition(_) => None,
        });
        assert_eq!(bursts.collect::<Vec<_>>(), want, "member {hears}");
    }
}
