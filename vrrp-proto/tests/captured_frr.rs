//! What FRR put on the wire: we read it, let it in, and write the same octets.
#![expect(clippy::unwrap_used, reason = "outside a test function; a panic fails the test")]

#[path = "captures/frr.rs"]
mod captures;

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use captures::{frame, message};
use vrrp_proto::{
    AddressFamily, Addresses, AdvertInterval, AdvertisementFields, AdvertisementView, Authentication,
    ChecksumScope, Credentials, Expectation, IpFacts, Mode, Policy, Priority, ReceiveError,
    ReceivedAuthentication, VRRP_MULTICAST_V4, VRRP_MULTICAST_V6, Version, Vrid, receive,
};

const SENDER: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 1);
const LINK_LOCAL: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 9, 0x108);
const GLOBAL: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 9, 0, 0, 0, 0, 0x108);

const PSEUDO: ChecksumScope = ChecksumScope::PseudoV4 { src: SENDER, dst: VRRP_MULTICAST_V4 };
const IPV6: ChecksumScope = ChecksumScope::PseudoV6 { src: LINK_LOCAL, dst: VRRP_MULTICAST_V6 };

const V5: Addresses<'_> = Addresses::V4(&[Ipv4Addr::new(10, 77, 0, 105)]);
const V6: Addresses<'_> = Addresses::V4(&[Ipv4Addr::new(10, 77, 0, 106), Ipv4Addr::new(10, 77, 0, 116)]);
const V7: Addresses<'_> = Addresses::V4(&[Ipv4Addr::new(10, 77, 0, 107)]);
const V8: Addresses<'_> = Addresses::V6(&[LINK_LOCAL, GLOBAL]);
const V15: Addresses<'_> = Addresses::V4(&[Ipv4Addr::new(10, 77, 0, 115), Ipv4Addr::new(10, 77, 0, 125)]);
const V255: Addresses<'_> = Addresses::V4(&[Ipv4Addr::new(10, 77, 0, 155)]);

/// Name, scope that FRR summed, and what its configuration says.
fn table() -> Vec<(&'static str, ChecksumScope, AdvertisementFields<'static>)> {
    use ChecksumScope::Message;
    let fields = |version, vrid, priority, centis, addresses| AdvertisementFields {
        version,
        vrid: Vrid::new(vrid).unwrap(),
        priority: Priority::new(priority),
        interval: AdvertInterval::from_centis(centis).unwrap(),
        addresses,
        authentication: Authentication::None,
    };
    let (v2, v3) = (Version::V2, Version::V3);
    #[rustfmt::skip]
    let table = vec![
        ("v2",              Message, fields(v2,   5, 200, 100, V5)),
        ("v2 release",      Message, fields(v2,   5,   0, 100, V5)),
        ("v2 two seconds",  Message, fields(v2,  15, 254, 200, V15)),
        ("v3 defaults",     PSEUDO,  fields(v3, 255, 100, 100, V255)),
        ("v3",              PSEUDO,  fields(v3,   6, 150,  25, V6)),
        ("v3 release",      PSEUDO,  fields(v3,   6,   0,  25, V6)),
        ("v3 bare",         Message, fields(v3,   7, 120,  50, V7)),
        ("v3 bare release", Message, fields(v3,   7,   0,  50, V7)),
        ("v3 ipv6",         IPV6,    fields(v3,   8, 101,  40, V8)),
        ("v3 ipv6 release", IPV6,    fields(v3,   8,   0,  40, V8)),
    ];
    table
}

fn addresses(list: Addresses<'_>) -> Vec<IpAddr> {
    match list {
        Addresses::V4(list) => list.iter().copied().map(IpAddr::V4).collect(),
        Addresses::V6(list) => list.iter().copied().map(IpAddr::V6).collect(),
    }
}

/// The IP header of every frame of that family.
fn facts(family: AddressFamily) -> IpFacts {
    match family {
        AddressFamily::V4 => IpFacts::v4(SENDER, VRRP_MULTICAST_V4, 255),
        AddressFamily::V6 => IpFacts::v6(LINK_LOCAL, VRRP_MULTICAST_V6, 255),
    }
}

/// A router with FRR's configuration.
fn peer_of(fields: AdvertisementFields<'static>, policy: Policy) -> Expectation<'static> {
    Expectation {
        version: fields.version,
        vrid: fields.vrid,
        interval: fields.interval,
        credentials: Credentials::None,
        mode: Mode::Multicast { group: facts(fields.addresses.family()).destination() },
        addresses: fields.addresses,
        policy,
    }
}

#[test]
fn every_field_that_frr_sent_is_read() {
    for (name, scope, want) in table() {
        let view = AdvertisementView::parse(message(name), want.addresses.family()).unwrap();
        assert_eq!(view.version(), want.version, "{name}");
        assert_eq!(view.vrid(), want.vrid, "{name}");
        assert_eq!(view.priority(), want.priority, "{name}");
        assert_eq!(view.interval(), want.interval, "{name}");
        assert_eq!(usize::from(view.count()), want.addresses.len(), "{name}");
        assert_eq!(view.addresses().collect::<Vec<_>>(), addresses(want.addresses), "{name}");
        assert_eq!(view.authentication(), ReceivedAuthentication::None, "{name}");
        assert_eq!(view.verify_checksum(scope), Ok(()), "{name}");
    }
}

/// Holds: 3768-7.2-1, 5798-7.2-1, 9568-7.2-1, 9568-5.2.8-2
#[test]
fn the_same_octets_are_written() {
    for (name, scope, fields) in table() {
        // Whatever is not written shows as 0xa5.
        let mut out = [0xa5; 64];
        let len = fields.encode(scope, &mut out).unwrap();
        assert_eq!(&out[..len], message(name), "{name}");
        assert!(out[len..].iter().all(|octet| *octet == 0xa5), "{name}");
    }
}

#[test]
fn frr_passes_every_policy_and_the_scope_of_its_checksum_is_named() {
    for (name, scope, fields) in table() {
        let facts = facts(fields.addresses.family());
        for policy in [Policy::KEEPALIVED, Policy::KEEPALIVED_BEFORE_2_3_3, Policy::STRICT] {
            let received = receive(message(name), &facts, &peer_of(fields, policy)).unwrap();
            assert_eq!(received.checksum_scope, scope, "{name}");
            assert!(received.addresses_match && received.interval_matches, "{name}");
        }
    }
}

/// RFC 9568 §7.1: the two ways to sum over IPv4 are told apart, not both let through by chance.
///
/// Refuses: 3768-7.1-4, 5798-7.1-4, 9568-7.1-5
#[test]
fn a_message_of_frr_with_one_wrong_bit_is_refused() {
    for (name, _, fields) in table() {
        let expect = peer_of(fields, Policy::KEEPALIVED);
        let mut octets = message(name).to_vec();
        octets[2] ^= 1;
        let result = receive(&octets, &facts(fields.addresses.family()), &expect);
        assert!(matches!(result, Err(ReceiveError::Checksum(_))), "{name}: {result:?}");
    }
}

/// Holds: 3768-7.3-1, 5798-7.3-1, 9568-7.3-1
#[test]
fn the_frames_come_from_the_virtual_mac() {
    for (name, _, fields) in table() {
        let virtual_mac = fields.vrid.virtual_mac(fields.addresses.family());
        assert_eq!(frame(name)[6..12], virtual_mac, "{name}");
    }
}

#[cfg(feature = "frame")]
mod frames {
    use super::*;
    use vrrp_proto::{EthernetFrame, Ipv4Frame};

    /// FRR lets the kernel set don't-fragment and a number, which keepalived does not.
    #[test]
    fn the_ip_header_of_frr_is_taken_off() {
        #[rustfmt::skip]
        let cases = [
            ("v2",              0x8f66),
            ("v2 release",      0x9217),
            ("v2 two seconds",  0x90a1),
            ("v3 defaults",     0x8f87),
            ("v3",              0x8e29),
            ("v3 release",      0x9219),
            ("v3 bare",         0xd06f),
            ("v3 bare release", 0xd437),
        ];
        for (name, identification) in cases {
            let ethernet = EthernetFrame::parse(frame(name)).unwrap();
            let ip = Ipv4Frame::parse(ethernet.payload).unwrap();
            assert_eq!(ip.facts(), facts(AddressFamily::V4), "{name}");
            assert_eq!(ip.identification(), identification, "{name}");
            assert_eq!(ip.payload(), message(name), "{name}");
        }
    }
}
