//! FRR as the only router of its LAN: what it sends as Master, and when it is told to stop.

use core::net::{Ipv4Addr, Ipv6Addr};

use vrrp_proto::{Addresses, Priority, Version};

use crate::{
    daemon::Frr,
    judge::assert_as_configured,
    router::{Router, global, link_local, v4},
    with_frr,
};

const V2: &[Ipv4Addr] = &[v4(105)];
const V2_TWO: &[Ipv4Addr] = &[v4(115), v4(125)];
const V3_TWO: &[Ipv4Addr] = &[v4(106), v4(116)];
const V3_BARE: &[Ipv4Addr] = &[v4(107)];
/// Not in the order of their numbers.
const V3_FAST: &[Ipv4Addr] = &[v4(129), v4(109), v4(119)];
const V3_DEFAULTS: &[Ipv4Addr] = &[v4(155)];
const V3_IPV6: &[Ipv6Addr] = &[link_local(0x108), global(0x108)];

fn routers() -> Vec<Router> {
    use Version::{V2 as Two, V3 as Three};
    vec![
        Router::new(Two, 5, Addresses::V4(V2)).priority(200),
        Router::new(Two, 15, Addresses::V4(V2_TWO)).priority(254).interval(200),
        Router::new(Three, 6, Addresses::V4(V3_TWO)).priority(150).interval(25),
        Router::new(Three, 7, Addresses::V4(V3_BARE)).priority(120).interval(50).without_pseudo_header(),
        Router::new(Three, 9, Addresses::V4(V3_FAST)).priority(1).interval(2),
        Router::new(Three, 255, Addresses::V4(V3_DEFAULTS)),
        Router::new(Three, 8, Addresses::V6(V3_IPV6)).priority(101).interval(40),
    ]
}

#[test]
fn every_advertisement_of_frr_is_let_in_and_says_what_frr_was_told() {
    with_frr("every_advertisement_of_frr_is_let_in_and_says_what_frr_was_told", |lan| {
        let routers = routers();
        let sniffer = lan.sniffer().unwrap();
        let mut frr = Frr::start(lan, &routers);
        frr.await_heard(&sniffer, "every router is Master", |events| {
            routers.iter().all(|router| events.iter().any(|event| router.sent(event)))
        });
        let knows_pseudo_header = knows_pseudo_header(&frr);
        frr.stop();
        frr.await_heard(&sniffer, "every router resigns", |events| {
            routers.iter().all(|router| events.iter().any(|event| router.resigned_by(event)))
        });
        for router in &routers {
            let pseudo_header = router.pseudo_header || !knows_pseudo_header;
            let events = sniffer.events();
            let priorities = events.iter().filter(|event| router.sent(event)).map(|event| {
                assert_as_configured(event, router, pseudo_header);
                Priority::new(event.advert().map_or(0, |advert| advert.priority))
            });
            let mut priorities: Vec<_> = priorities.collect();
            assert_eq!(priorities.pop(), Some(Priority::RELEASE), "its last word is that it leaves");
            assert!(priorities.iter().all(|said| *said == router.fields.priority), "{priorities:?}");
        }
    });
}

/// Whether vrrpd took the setting that older ones do not have; every other line it must have taken.
fn knows_pseudo_header(frr: &Frr) -> bool {
    let refused = frr.refused_lines();
    for line in &refused {
        assert!(line.contains(Router::PSEUDO_HEADER), "vrrpd refused {line}");
        println!("summed with a pseudo-header after all: {line}");
    }
    refused.is_empty()
}
