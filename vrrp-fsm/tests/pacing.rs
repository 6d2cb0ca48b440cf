//! How fast announcements follow each other, against what keepalived does (`vrrp_arp.c`,
//! `vrrp_ndisc.c`; `vrrp_garp_interval`, `vrrp_gna_interval` and `garp_group` in its manual).

mod common;

use core::time::Duration;

use common::at;
use vrrp_fsm::AnnouncePacer;

const SECOND: Duration = Duration::from_secs(1);

/// Sends whatever the pacer has until nothing is left; the milliseconds at which each went.
fn sent(pacer: &mut AnnouncePacer<(u8, char)>) -> Vec<(u128, (u8, char))> {
    let mut sent = Vec::new();
    while let Some(due) = pacer.poll_timeout() {
        while let Some(item) = pacer.poll_output(due) {
            sent.push((due.since_origin().as_millis(), item));
        }
    }
    sent
}

/// `vrrp_garp_interval`, `vrrp_gna_interval`: a distance between any two packets of a link.
#[test]
fn paced_packets_keep_their_distance_whoever_they_are_for() {
    let mut pacer = AnnouncePacer::new(Duration::from_millis(20));
    pacer.burst(at(1000), [(1, 'a'), (1, 'b')], 2);
    assert_eq!(pacer.poll_output(at(1000)), Some((1, 'a')), "the first one at once");
    assert_eq!(pacer.poll_output(at(1019)), None);
    pacer.burst(at(1019), [(2, 'c')], 1);
    assert_eq!(pacer.poll_timeout(), Some(at(1020)));
    let rest = [(1020, (1, 'b')), (1040, (2, 'c')), (1060, (1, 'a')), (1080, (1, 'b'))];
    assert_eq!(sent(&mut pacer), rest);
    // The distance outlasts the queue.
    pacer.burst(at(1090), [(1, 'a')], 1);
    assert_eq!(sent(&mut pacer), [(1100, (1, 'a'))]);
    pacer.burst(at(5000), [(1, 'a')], 1);
    assert_eq!(sent(&mut pacer), [(5000, (1, 'a'))]);
}

/// Zero is keepalived's default.
#[test]
fn without_an_interval_a_burst_goes_at_once() {
    let mut pacer = AnnouncePacer::new(Duration::ZERO);
    pacer.burst(at(7), [(1, 'a'), (1, 'b')], 2);
    assert_eq!(sent(&mut pacer), [(7, (1, 'a')), (7, (1, 'b')), (7, (1, 'a')), (7, (1, 'b'))]);
    pacer.burst(at(8), [(1, 'a')], 0);
    assert_eq!(pacer.poll_timeout(), None);
}

#[test]
fn what_waits_already_is_not_queued_twice() {
    let mut pacer = AnnouncePacer::new(SECOND);
    for _ in 0..1000 {
        pacer.burst(at(0), [(1, 'a')], 5);
        pacer.burst(at(0), [(1, 'a')], 2);
    }
    assert_eq!(sent(&mut pacer).len(), 5);
}

/// `vrrp_restore_interface`: a Backup must not announce what a Master left behind.
#[test]
fn what_waits_for_a_router_can_be_cancelled() {
    let mut pacer = AnnouncePacer::new(SECOND);
    pacer.burst(at(0), [(1, 'a'), (2, 'b'), (1, 'c')], 1);
    pacer.cancel(|(router, _)| *router == 1);
    assert_eq!(sent(&mut pacer), [(0, (2, 'b'))]);
    pacer.burst(at(0), [(1, 'a')], 9);
    pacer.cancel(|_| true);
    assert_eq!(pacer.poll_timeout(), None);
}

#[test]
fn after_a_sleep_packets_keep_their_distance_again() {
    let mut pacer = AnnouncePacer::new(SECOND);
    pacer.burst(at(0), [(1, 'a'), (1, 'b'), (1, 'c')], 1);
    assert!(pacer.poll_output(at(0)).is_some());
    assert!(pacer.poll_output(at(60_000)).is_some());
    assert_eq!((pacer.poll_output(at(60_000)), pacer.poll_timeout()), (None, Some(at(61_000))));
    pacer.rebase(Duration::from_secs(60));
    assert_eq!(pacer.poll_timeout(), Some(at(1000)));
}
