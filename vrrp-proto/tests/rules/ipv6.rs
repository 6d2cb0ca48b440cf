//! RFC 5798 and RFC 9568 with its errata, over IPv6.

use core::net::{IpAddr, Ipv6Addr};

use vrrp_proto::{
    AddressFamily, Addresses, AdvertisementView, ChecksumScope, DecodeError, EncodeError, Expectation,
    IpFacts, Mode, Policy, ReceiveError, VRRP_MULTICAST_V6, Version, Vrid, receive,
};

use crate::{A, B, FACTS, captures::message, fields, resummed, strict};

const SENDER: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0xf01d, 0x28ff, 0xfe7a, 0xf983);
const LINK_LOCAL: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 9, 0x100);
const GLOBAL: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 9, 0, 0, 0, 0, 0x100);
const FACTS_V6: IpFacts = IpFacts::v6(SENDER, VRRP_MULTICAST_V6, 255);

/// Two addresses, VRID 54, priority 200, 250 ms.
fn captured() -> &'static [u8] {
    message("v3 ipv6")
}

fn expect() -> Expectation<'static> {
    Expectation {
        vrid: Vrid::new(54).unwrap(),
        mode: Mode::Multicast { group: VRRP_MULTICAST_V6.into() },
        ..strict(Version::V3, 25, Addresses::V6(&[LINK_LOCAL, GLOBAL]))
    }
}

fn judge(octets: &[u8], expect: &Expectation<'_>) -> Result<(), ReceiveError> {
    receive(octets, &FACTS_V6, expect).map(|_| ())
}

/// RFC 8200 §8.1: addresses, length in 32 bits, zeros, next header 112.
fn pseudo_header(len: u8) -> Vec<u8> {
    let (from, to) = (SENDER.octets(), VRRP_MULTICAST_V6.octets());
    [&from[..], &to, &[0, 0, 0, len, 0, 0, 0, 112]].concat()
}

/// Holds: 5798-5.1.2.3-2, 9568-5.1.2.3-2
/// Refuses: 5798-5.1.2.3-2, 9568-5.1.2.3-2
#[test]
fn only_hop_limit_255_is_accepted() {
    for hops in 0..=255 {
        let facts = IpFacts::v6(SENDER, VRRP_MULTICAST_V6, hops);
        let want = if hops == 255 { Ok(()) } else { Err(ReceiveError::Ttl(hops)) };
        assert_eq!(receive(captured(), &facts, &expect()).map(|_| ()), want);
    }
}

/// Holds: 9568-5.2.8-3
/// Refuses: 9568-5.2.8-3
#[test]
fn the_pseudo_header_is_always_in_the_sum() {
    assert_eq!(resummed(captured(), &[], &pseudo_header(40)), captured());
    assert_eq!(judge(captured(), &expect()), Ok(()));
    let bare = resummed(captured(), &[], &[]);
    for policy in [Policy::STRICT, Policy::KEEPALIVED, Policy::KEEPALIVED_BEFORE_2_3_3] {
        let judged = judge(&bare, &Expectation { policy, ..expect() });
        assert!(matches!(judged, Err(ReceiveError::Checksum(_))), "{judged:?}");
    }
    let fields = fields(Version::V3, 25, Addresses::V6(&[LINK_LOCAL]));
    for scope in [ChecksumScope::Message, FACTS.pseudo_header()] {
        assert_eq!(fields.encode(scope, &mut [0; 64]), Err(EncodeError::ChecksumScope));
    }
}

/// Holds: 5798-5.2.9-1, 9568-5.2.9-1
/// Refuses: 5798-5.2.9-1, 9568-5.2.9-1
#[test]
fn the_ip_version_says_how_long_an_address_is() {
    let v6 = AdvertisementView::parse(captured(), AddressFamily::V6).unwrap();
    assert!(v6.addresses().eq([LINK_LOCAL, GLOBAL].map(IpAddr::from)));
    let v4 = AdvertisementView::parse(message("v3"), AddressFamily::V4).unwrap();
    assert!(v4.addresses().eq([A, B].map(IpAddr::from)));
    let trailing = DecodeError::Trailing { expected: 16, got: 40 };
    assert_eq!(AdvertisementView::parse(captured(), AddressFamily::V4), Err(trailing));
    let truncated = DecodeError::Truncated { needed: 40, got: 16 };
    assert_eq!(AdvertisementView::parse(message("v3"), AddressFamily::V6), Err(truncated));
}

/// A list is of one family by its type, in a message by its length; a router hears its own family
/// only.
///
/// Holds: 5798-5.2.9-2, 9568-5.2.9-2
/// Refuses: 5798-5.2.9-2, 9568-5.2.9-2
#[test]
fn a_message_is_of_the_family_of_its_packet() {
    let view = AdvertisementView::parse(captured(), AddressFamily::V6).unwrap();
    assert!(view.addresses().all(|address| address.is_ipv6()));
    let family = ReceiveError::Family { received: AddressFamily::V4, expected: AddressFamily::V6 };
    assert_eq!(receive(message("v3"), &FACTS, &expect()), Err(family));
    let mut mixed = captured().to_vec();
    // One of each: 4 octets after 16.
    mixed.truncate(8 + 16 + 4);
    assert!(matches!(judge(&mixed, &expect()), Err(ReceiveError::Decode(_))));
    let fields = fields(Version::V3, 25, Addresses::V6(&[LINK_LOCAL]));
    assert_eq!(fields.encode(FACTS.pseudo_header(), &mut [0; 64]), Err(EncodeError::ChecksumScope));
}

/// By the strict policy; keepalived does not look.
///
/// Holds: 9568-7.1-9
/// Refuses: 9568-7.1-9
#[test]
fn the_first_address_is_link_local() {
    assert_eq!(judge(captured(), &expect()), Ok(()));
    let mut global_first = captured().to_vec();
    global_first[8..].rotate_left(16);
    let refused = Err(ReceiveError::FirstAddress(GLOBAL.into()));
    assert_eq!(judge(&global_first, &expect()), refused);
    let keepalived = Expectation { policy: Policy::KEEPALIVED, ..expect() };
    assert_eq!(judge(&global_first, &keepalived), Ok(()));
}
