//! Whether an advertisement says what FRR was told to say.

use core::net::IpAddr;

use netlab::{Advert, Event, Lan, Mac};
use vrrp_proto::{
    AddressFamily, AdvertisementFields, AdvertisementView, ChecksumScope, Credentials, Expectation, IpFacts,
    Mode, Policy, ReceivedAuthentication, VRRP_MULTICAST_V4, VRRP_MULTICAST_V6, Version, receive,
};

use crate::{FRR, router::Router};

/// Asserts that `event`, sent for `router`, is what its configuration asks for (with the priority
/// in the message, which the caller judges), that every policy lets it in, and that we would have
/// written the same octets. `pseudo_header` says how it is to be summed.
pub(crate) fn assert_as_configured(event: &Event, router: &Router, pseudo_header: bool) {
    let advert = event.advert().expect("an advertisement");
    let facts = facts(advert);
    assert_link_layer(event, router);
    assert_source(&facts, router);
    assert_headers(event, advert, &facts);

    let scope = match (router.fields.version, router.family(), pseudo_header) {
        (Version::V2, _, _) | (Version::V3, AddressFamily::V4, false) => ChecksumScope::Message,
        (Version::V3, AddressFamily::V4, true) | (Version::V3, AddressFamily::V6, _) => facts.pseudo_header(),
    };
    let view = AdvertisementView::parse(&advert.message, router.family()).unwrap();
    assert_eq!(view.verify_checksum(scope), Ok(()), "{view}");
    let fields = AdvertisementFields { priority: view.priority(), ..router.fields };
    assert_fields(&view, &fields, router);
    assert_let_in(advert, &facts, &fields, scope);

    let mut out = [0xa5; 128];
    let length = fields.encode(scope, &mut out).unwrap();
    assert_eq!(out.get(..length), Some(advert.message.as_slice()), "{view}");
}

fn facts(advert: &Advert) -> IpFacts {
    match (advert.source, advert.destination) {
        (IpAddr::V4(source), IpAddr::V4(destination)) => IpFacts::v4(source, destination, advert.hop_limit),
        (IpAddr::V6(source), IpAddr::V6(destination)) => IpFacts::v6(source, destination, advert.hop_limit),
        _ => panic!("two families in one packet: {advert:?}"),
    }
}

/// RFC 9568 §7.3, RFC 1112 §6.4, RFC 2464 §7.
fn assert_link_layer(event: &Event, router: &Router) {
    assert_eq!(event.source_mac, router.virtual_mac());
    let group = match router.family() {
        AddressFamily::V4 => [0x01, 0x00, 0x5e, 0x00, 0x00, 0x12],
        AddressFamily::V6 => [0x33, 0x33, 0x00, 0x00, 0x00, 0x12],
    };
    assert_eq!(event.destination_mac, Mac::new(group));
}

/// The parent interface's own address, but for IPv6 the one link-local address of the macvlan.
fn assert_source(facts: &IpFacts, router: &Router) {
    let source = match router.family() {
        AddressFamily::V4 => Some(IpAddr::V4(Lan::address(FRR))),
        AddressFamily::V6 => router.addresses().first().copied(),
    };
    assert_eq!(Some(facts.source()), source);
}

/// Our reader of frames finds what the sniffer's own did.
#[cfg(feature = "frame")]
fn assert_headers(event: &Event, advert: &Advert, facts: &IpFacts) {
    use vrrp_proto::{EthernetFrame, Ipv4Frame};

    let ethernet = EthernetFrame::parse(&event.frame).unwrap();
    assert_eq!(ethernet.source, event.source_mac.octets());
    assert_eq!(ethernet.destination, event.destination_mac.octets());
    if facts.family() == AddressFamily::V4 {
        let ip = Ipv4Frame::parse(ethernet.payload).unwrap();
        assert_eq!((ip.facts(), ip.payload()), (*facts, advert.message.as_slice()));
    }
}

#[cfg(not(feature = "frame"))]
fn assert_headers(event: &Event, advert: &Advert, _facts: &IpFacts) {
    assert!(event.frame.ends_with(&advert.message), "no padding behind messages this long");
}

fn assert_fields(view: &AdvertisementView<'_>, fields: &AdvertisementFields<'_>, router: &Router) {
    assert_eq!(view.version(), fields.version, "{view}");
    assert_eq!(view.family(), router.family(), "{view}");
    assert_eq!(view.vrid(), fields.vrid, "{view}");
    assert_eq!(view.interval(), fields.interval, "{view}");
    assert_eq!(usize::from(view.count()), fields.addresses.len(), "{view}");
    assert_eq!(view.addresses().collect::<Vec<_>>(), router.addresses(), "{view}");
    assert_eq!(view.authentication(), ReceivedAuthentication::None, "{view}");
}

fn assert_let_in(advert: &Advert, facts: &IpFacts, fields: &AdvertisementFields<'_>, scope: ChecksumScope) {
    let group = match facts.family() {
        AddressFamily::V4 => IpAddr::V4(VRRP_MULTICAST_V4),
        AddressFamily::V6 => IpAddr::V6(VRRP_MULTICAST_V6),
    };
    for policy in [Policy::KEEPALIVED, Policy::KEEPALIVED_BEFORE_2_3_3, Policy::STRICT] {
        let expect = Expectation {
            version: fields.version,
            vrid: fields.vrid,
            interval: fields.interval,
            credentials: Credentials::None,
            mode: Mode::Multicast { group },
            addresses: fields.addresses,
            policy,
        };
        let received = receive(&advert.message, facts, &expect).expect("a good advertisement");
        assert!(received.addresses_match && received.interval_matches, "{}", received.view);
        assert_eq!(received.checksum_scope, scope, "{}", received.view);
    }
}
