//! FRR against a router of ours.

use core::{
    net::{Ipv4Addr, Ipv6Addr},
    time::Duration,
};
use std::time::Instant;

use netlab::{Event, now};
use vrrp_proto::{Addresses, Version};

use crate::{
    PATIENCE,
    daemon::Frr,
    rival::Rival,
    router::{Router, link_local, v4},
    with_frr,
};

/// Below the interval of every router here, one second.
const PERIOD: Duration = Duration::from_millis(200);

/// FRR has each router twice: one has a rival, its twin has none and so tells how long a router
/// waits that hears nothing it believes.
struct Twins {
    opposed: Router,
    alone: Router,
}

fn twins() -> [Twins; 3] {
    const V4: [&[Ipv4Addr]; 4] = [&[v4(121)], &[v4(122)], &[v4(131)], &[v4(132)]];
    const V6: [&[Ipv6Addr]; 2] = [&[link_local(0x141)], &[link_local(0x142)]];
    let [a, b, c, d] = V4.map(Addresses::V4);
    let [e, f] = V6.map(Addresses::V6);
    let of = |version, vrid, opposed, alone| Twins {
        opposed: Router::new(version, vrid, opposed),
        alone: Router::new(version, vrid + 1, alone),
    };
    [of(Version::V2, 21, a, b), of(Version::V3, 31, c, d), of(Version::V3, 41, e, f)]
}

/// Whether each router has been Master for a second advertisement, so that it is no matter of
/// milliseconds which of two with the same timers was first.
fn all_settled<'a>(events: &[Event], mut routers: impl Iterator<Item = &'a Router>) -> bool {
    routers.all(|router| events.iter().filter(|event| router.sent(event)).count() >= 2)
}

#[test]
fn frr_stays_backup_while_it_hears_us_and_takes_over_when_we_resign() {
    with_frr("frr_stays_backup_while_it_hears_us_and_takes_over_when_we_resign", |lan| {
        let twins = twins();
        Rival::prepare(lan);
        let rivals: Vec<_> = twins.iter().map(|twins| Rival::of(&twins.opposed, lan)).collect();
        let sniffer = lan.sniffer().unwrap();
        let frr = Frr::start(lan, twins.iter().flat_map(|twins| [&twins.opposed, &twins.alone]));

        let deadline = Instant::now() + PATIENCE;
        let settled =
            |events: &[Event]| all_settled(events, twins.iter().map(|twins| &twins.alone)).then_some(());
        while sniffer.wait_for(PERIOD, settled).is_none() {
            assert!(Instant::now() < deadline, "the twins become Master; vrrpd's log:\n{}", frr.log());
            rivals.iter().for_each(Rival::outbid);
        }
        let events = sniffer.events();
        for Twins { opposed, .. } in &twins {
            let own: Vec<_> = events.iter().filter(|event| opposed.sent(event)).collect();
            assert!(own.is_empty(), "a Backup is silent: {own:?}; vrrpd's log:\n{}", frr.log());
        }

        let resigned = now();
        rivals.iter().for_each(Rival::resign);
        frr.await_heard(&sniffer, "FRR takes over", |events| {
            twins.iter().all(|twins| events.iter().any(|event| twins.opposed.sent(event)))
        });
        for Twins { opposed, .. } in &twins {
            let first = sniffer.events().into_iter().find(|event| opposed.sent(event)).unwrap();
            let waited = first.time.saturating_sub(resigned);
            // Its skew; it would have waited this long and more had it not heard the resignation.
            let unheard = opposed.fields.interval.as_duration() * 3;
            assert!(waited < unheard, "VRID {}: {waited:?}", opposed.fields.vrid);
        }
    });
}
