//! What keepalived put on the wire: we read it, and write the same octets.
#![expect(clippy::unwrap_used, reason = "outside a test function; a panic fails the test")]

mod captures;

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use captures::{frame, message};
use vrrp_proto::{
    AddressFamily, Addresses, AdvertInterval, AdvertisementFields, AdvertisementView, Authentication,
    ChecksumScope, Password, Priority, ReceivedAuthentication, VRRP_MULTICAST_V4, VRRP_MULTICAST_V6, Version,
    Vrid, gratuitous_arp,
};

const SENDER: Ipv4Addr = Ipv4Addr::new(10, 9, 0, 1);
const PEER: Ipv4Addr = Ipv4Addr::new(10, 9, 0, 2);
const SENDER_V6: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0xf01d, 0x28ff, 0xfe7a, 0xf983);
const ONE: &[Ipv4Addr] = &[Ipv4Addr::new(10, 9, 0, 100)];
const TWO: &[Ipv4Addr] = &[Ipv4Addr::new(10, 9, 0, 100), Ipv4Addr::new(10, 9, 0, 101)];
const TWO_V6: &[Ipv6Addr] =
    &[Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 9, 0x100), Ipv6Addr::new(0x2001, 0xdb8, 9, 0, 0, 0, 0, 0x100)];

const MULTICAST: ChecksumScope = ChecksumScope::PseudoV4 { src: SENDER, dst: VRRP_MULTICAST_V4 };
const UNICAST: ChecksumScope = ChecksumScope::PseudoV4 { src: SENDER, dst: PEER };
const IPV6: ChecksumScope = ChecksumScope::PseudoV6 { src: SENDER_V6, dst: VRRP_MULTICAST_V6 };

/// Name, scope that keepalived summed, and what the configuration says.
fn table() -> Vec<(&'static str, ChecksumScope, AdvertisementFields<'static>)> {
    use ChecksumScope::Message;
    let fields = |version, vrid, priority, centis, addresses, authentication| AdvertisementFields {
        version,
        vrid: Vrid::new(vrid).unwrap(),
        priority: Priority::new(priority),
        interval: AdvertInterval::from_centis(centis).unwrap(),
        addresses,
        authentication,
    };
    let (v2, v3, none) = (Version::V2, Version::V3, Authentication::None);
    let (one, two) = (Addresses::V4(ONE), Addresses::V4(TWO));
    let secret = Authentication::Password(Password::new(b"s3cr3t").unwrap());
    let eight = Authentication::Password(Password::new(b"12345678").unwrap());
    #[rustfmt::skip]
    let table = vec![
        ("v2",                 Message,   fields(v2,  51, 200, 100, two, none)),
        ("v2 release",         Message,   fields(v2,  51,   0, 100, two, none)),
        ("v2 pass",            Message,   fields(v2,   7, 150, 200, one, secret)),
        ("v2 pass release",    Message,   fields(v2,   7,   0, 200, one, secret)),
        ("v2 owner pass",      Message,   fields(v2, 255, 255, 100, one, eight)),
        ("v2 unicast",         Message,   fields(v2,  52, 200, 100, one, none)),
        ("v3",                 MULTICAST, fields(v3,  51, 200,  25, two, none)),
        ("v3 release",         MULTICAST, fields(v3,  51,   0,  25, two, none)),
        ("v3 unicast",         UNICAST,   fields(v3,  53, 200,  25, one, none)),
        ("v3 unicast release", UNICAST,   fields(v3,  53,   0,  25, one, none)),
        ("v3 ipv6",            IPV6,      fields(v3,  54, 200,  25, Addresses::V6(TWO_V6), none)),
    ];
    table
}

fn addresses(list: Addresses<'_>) -> Vec<IpAddr> {
    match list {
        Addresses::V4(list) => list.iter().copied().map(IpAddr::V4).collect(),
        Addresses::V6(list) => list.iter().copied().map(IpAddr::V6).collect(),
    }
}

/// Holds: 3768-5.3.8-1, 5798-5.2.8-2, 9568-5.2.8-3
#[test]
fn every_field_that_keepalived_sent_is_read() {
    for (name, scope, want) in table() {
        let view = AdvertisementView::parse(message(name), want.addresses.family()).unwrap();
        assert_eq!(view.version(), want.version, "{name}");
        assert_eq!(view.vrid(), want.vrid, "{name}");
        assert_eq!(view.priority(), want.priority, "{name}");
        assert_eq!(view.interval(), want.interval, "{name}");
        assert_eq!(usize::from(view.count()), want.addresses.len(), "{name}");
        assert_eq!(view.addresses().len(), want.addresses.len(), "{name}");
        assert_eq!(view.addresses().collect::<Vec<_>>(), addresses(want.addresses), "{name}");
        assert_eq!(view.authentication().kind(), want.authentication.kind(), "{name}");
        assert_eq!(view.verify_checksum(scope), Ok(()), "{name}");
        assert_eq!(view.as_octets(), message(name), "{name}");
    }
}

/// Holds: 3768-7.2-1, 5798-7.2-1, 9568-7.2-1
#[test]
fn the_same_octets_are_written() {
    for (name, scope, fields) in table() {
        // Whatever is not written shows as 0xa5.
        let mut out = [0xa5; 128];
        let len = fields.encode(scope, &mut out).unwrap();
        assert_eq!(&out[..len], message(name), "{name}");
        assert_eq!(len, fields.encoded_len(), "{name}");
        assert!(out[len..].iter().all(|octet| *octet == 0xa5), "{name}");
    }
}

#[cfg(feature = "alloc")]
#[test]
fn the_owned_form_writes_the_same_octets() {
    for (name, scope, fields) in table() {
        let view = AdvertisementView::parse(message(name), fields.addresses.family()).unwrap();
        let owned = vrrp_proto::Advertisement::try_from(view).unwrap();
        assert_eq!(owned.fields(), fields, "{name}");
        let mut out = vec![0xa5; owned.encoded_len()];
        assert_eq!(owned.encode(scope, &mut out), Ok(out.len()), "{name}");
        assert_eq!(out, message(name), "{name}");
    }
}

/// Holds: 5798-5.2.8-2, 9568-5.2.8-2
/// Refuses: 5798-5.2.8-2, 9568-5.2.8-2
#[test]
fn a_v3_message_summed_as_keepalived_does_is_wrong_by_rfc_9568_and_the_reverse() {
    let view = AdvertisementView::parse(message("v3"), AddressFamily::V4).unwrap();
    let error = view.verify_checksum(ChecksumScope::Message).unwrap_err();
    // By hand: ~(3133 + c802 + 0019 + 0a09 + 0064 + 0a09 + 0065), carries folded.
    assert_eq!((error.received, error.computed), (0x0739, 0xf1d5));

    let mut rfc = message("v3").to_vec();
    rfc[6..8].copy_from_slice(&[0xf1, 0xd5]);
    let view = AdvertisementView::parse(&rfc, AddressFamily::V4).unwrap();
    assert_eq!(view.verify_checksum(ChecksumScope::Message), Ok(()));
    assert_eq!(view.verify_checksum(MULTICAST).unwrap_err().computed, 0x0739);
}

#[test]
fn a_password_is_compared_by_its_octets_and_never_shown() {
    let view = AdvertisementView::parse(message("v2 pass"), AddressFamily::V4).unwrap();
    let ReceivedAuthentication::Password(password) = view.authentication() else {
        panic!("a password expected");
    };
    assert_eq!(password, Password::new(b"s3cr3t").unwrap());
    assert_ne!(password, Password::new(b"s3cr3T").unwrap());
    assert_ne!(password, Password::new(b"s3cr3t\0x").unwrap());
    assert_eq!(Password::new(b"123456789").map(|_| ()), None);
    for shown in [format!("{view}"), format!("{view:?}"), format!("{password:?}")] {
        assert!(!shown.contains("s3cr3t") && !shown.contains("51"), "{shown}");
    }
}

#[test]
fn a_line_reads_like_tcpdump() {
    // `tcpdump -v` over the same capture, from the protocol on.
    #[rustfmt::skip]
    let cases = [
        ("v2",      "VRRPv2, Advertisement, vrid 51, prio 200, authtype none, intvl 1s, length 24, addrs(2): 10.9.0.100,10.9.0.101"),
        ("v3",      "VRRPv3, Advertisement, vrid 51, prio 200, intvl 25cs, length 16, addrs(2): 10.9.0.100,10.9.0.101"),
        // tcpdump prints the password: auth "s3cr3t"
        ("v2 pass", "VRRPv2, Advertisement, vrid 7, prio 150, authtype simple, intvl 2s, length 20, addrs: 10.9.0.100 auth ***"),
    ];
    for (name, want) in cases {
        let view = AdvertisementView::parse(message(name), AddressFamily::V4).unwrap();
        assert_eq!(view.to_string(), want);
    }
}

#[test]
fn a_gratuitous_arp_is_octet_for_octet_keepalived_s() {
    let mac = [0xf2, 0x1d, 0x28, 0x7a, 0xf9, 0x83];
    assert_eq!(gratuitous_arp(mac, Ipv4Addr::new(10, 9, 0, 100)), frame("gratuitous arp"));
}

/// Holds: 3768-7.3-1, 5798-7.3-1, 9568-7.3-1
#[test]
fn the_virtual_mac_ends_in_family_and_vrid() {
    let vrid = Vrid::new(51).unwrap();
    assert_eq!(vrid.virtual_mac(AddressFamily::V4), [0x00, 0x00, 0x5e, 0x00, 0x01, 51]);
    assert_eq!(vrid.virtual_mac(AddressFamily::V6), [0x00, 0x00, 0x5e, 0x00, 0x02, 51]);
}
