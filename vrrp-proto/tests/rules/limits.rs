//! What the other files show for one value or one policy, here for all of them: sums, first
//! addresses, and the TTL of unicast packets.

use core::net::{Ipv4Addr, Ipv6Addr};

use hex_literal::hex;
use vrrp_proto::{
    Addresses, Expectation, IpFacts, Mode, Policy, ReceiveError, V3Checksum, VRRP_MULTICAST_V6, Version,
    Vrid, receive,
};

use crate::{A, B, FACTS, SENDER, captures::message, resummed, strict};

const OWN: Ipv4Addr = Ipv4Addr::new(10, 9, 0, 2);
const TO_OWN: IpFacts = IpFacts::v4(SENDER, OWN, 255);
const SENDER_V6: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0xf01d, 0x28ff, 0xfe7a, 0xf983);
const OWN_V6: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 2);
const LINK_LOCAL: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 9, 0x100);
const GLOBAL: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 9, 0, 0, 0, 0, 0x100);
const TO_GROUP_V6: IpFacts = IpFacts::v6(SENDER_V6, VRRP_MULTICAST_V6, 255);

const POLICIES: [Policy; 3] = [Policy::KEEPALIVED, Policy::KEEPALIVED_BEFORE_2_3_3, Policy::STRICT];
const LETTER_5798: Policy = Policy { v3_checksum: V3Checksum::PseudoHeader, ..Policy::STRICT };
const LETTER_9568: Policy = Policy { v3_checksum: V3Checksum::Message, ..Policy::STRICT };
const BY_UNICAST: Mode<'static> = Mode::Unicast { peers: &[], check_source: false };

fn v2() -> Expectation<'static> {
    strict(Version::V2, 100, Addresses::V4(&[A, B]))
}

fn v3() -> Expectation<'static> {
    strict(Version::V3, 25, Addresses::V4(&[A, B]))
}

fn v3_ipv6() -> Expectation<'static> {
    Expectation {
        vrid: Vrid::new(54).unwrap(),
        mode: Mode::Multicast { group: VRRP_MULTICAST_V6.into() },
        ..strict(Version::V3, 25, Addresses::V6(&[LINK_LOCAL, GLOBAL]))
    }
}

fn unicast(version: Version, vrid: u8, centis: u16) -> Expectation<'static> {
    let vrid = Vrid::new(vrid).unwrap();
    Expectation { vrid, mode: BY_UNICAST, ..strict(version, centis, Addresses::V4(&[A])) }
}

/// What stands in the sum before a message over IPv6 of 40 octets (RFC 8200 §8.1).
fn pseudo_header_v6(to: Ipv6Addr) -> Vec<u8> {
    [&SENDER_V6.octets()[..], &to.octets(), &hex!("00000028 000000 70")].concat()
}

/// The values of the checksum field with which a captured message is accepted.
fn accepted(name: &str, facts: &IpFacts, expect: &Expectation<'_>) -> Vec<u16> {
    let mut octets = message(name).to_vec();
    let fits = |field: &u16| {
        octets[6..8].copy_from_slice(&field.to_be_bytes());
        match receive(&octets, facts, expect) {
            Ok(_) => true,
            Err(ReceiveError::Checksum(_)) => false,
            Err(other) => panic!("{other}"),
        }
    };
    (0..=u16::MAX).filter(fits).collect()
}

/// Of all 65,536, under every policy. The first one of each is keepalived's, the second one was
/// summed by hand.
///
/// Holds: 3768-7.1-4, 5798-7.1-4, 9568-7.1-5
/// Refuses: 3768-7.1-4, 5798-7.1-4, 9568-7.1-5
#[test]
fn only_the_right_checksum_is_accepted_whatever_the_policy() {
    for policy in POLICIES {
        assert_eq!(accepted("v2", &FACTS, &Expectation { policy, ..v2() }), [0x01ee]);
        assert_eq!(accepted("v3", &FACTS, &Expectation { policy, ..v3() }), [0x0739, 0xf1d5]);
        assert_eq!(accepted("v3 ipv6", &TO_GROUP_V6, &Expectation { policy, ..v3_ipv6() }), [0xc917]);
        let v2 = Expectation { policy, ..unicast(Version::V2, 52, 100) };
        assert_eq!(accepted("v2 unicast", &TO_OWN, &v2), [0x0c5c]);
    }
}

/// By unicast old releases of keepalived have a third sum, which is nobody's letter.
///
/// Holds: 5798-5.2.8-2, 9568-5.2.8-2
/// Refuses: 5798-5.2.8-2, 9568-5.2.8-2
#[test]
fn by_the_letter_one_sum_over_ipv4_is_accepted() {
    // ~(3135 + c801 + 0019 + 0a09 + 0064), after 10.9.0.1, an address, protocol 112 and 12 octets.
    let (to_own, to_group, bare) = (0xe7b1, 0x11aa, 0xfc42);
    for (policy, multicast, unicast_sums) in [
        (Policy::KEEPALIVED, &[0x0739, 0xf1d5][..], &[to_group, to_own, bare][..]),
        (Policy::STRICT, &[0x0739, 0xf1d5], &[to_own, bare]),
        (LETTER_5798, &[0x0739], &[to_own]),
        (LETTER_9568, &[0xf1d5], &[bare]),
    ] {
        assert_eq!(accepted("v3", &FACTS, &Expectation { policy, ..v3() }), multicast, "{policy:?}");
        let expect = Expectation { policy, ..unicast(Version::V3, 53, 25) };
        assert_eq!(accepted("v3 unicast", &TO_OWN, &expect), unicast_sums, "{policy:?}");
    }
}

/// No RFC makes an exception for unicast; the defaults do.
///
/// Holds: 3768-5.2.3-2, 3768-7.1-1, 5798-5.1.1.3-2, 5798-5.1.2.3-2, 5798-7.1-1
/// Holds: 9568-5.1.1.3-2, 9568-5.1.2.3-2, 9568-7.1-1
/// Refuses: 3768-5.2.3-2, 3768-7.1-1, 5798-5.1.1.3-2, 5798-5.1.2.3-2, 5798-7.1-1
/// Refuses: 9568-5.1.1.3-2, 9568-5.1.2.3-2, 9568-7.1-1
#[test]
fn by_unicast_too_the_strict_policy_accepts_ttl_255_only() {
    let v6_octets = resummed(message("v3 ipv6"), &[], &pseudo_header_v6(OWN_V6));
    for ttl in 0..=255 {
        let (v4, v6) = (IpFacts::v4(SENDER, OWN, ttl), IpFacts::v6(SENDER_V6, OWN_V6, ttl));
        for (octets, facts, expect) in [
            (message("v2 unicast"), v4, unicast(Version::V2, 52, 100)),
            (message("v3 unicast"), v4, unicast(Version::V3, 53, 25)),
            (&v6_octets, v6, Expectation { mode: BY_UNICAST, ..v3_ipv6() }),
        ] {
            let judge = |policy| receive(octets, &facts, &Expectation { policy, ..expect }).map(|_| ());
            let refused = Err(ReceiveError::UnicastTtl { received: ttl, min: 255, max: 255 });
            assert_eq!(judge(Policy::STRICT), if ttl == 255 { Ok(()) } else { refused });
            assert_eq!(judge(Policy::KEEPALIVED), Ok(()));
        }
    }
}

/// Every policy, by multicast.
///
/// Refuses: 3768-5.2.3-2, 3768-7.1-1, 5798-5.1.1.3-2, 5798-5.1.2.3-2, 5798-7.1-1
/// Refuses: 9568-5.1.1.3-2, 9568-5.1.2.3-2, 9568-7.1-1
#[test]
fn by_multicast_no_policy_accepts_another_ttl() {
    for ttl in 0..=254 {
        let v4 = IpFacts::v4(SENDER, vrrp_proto::VRRP_MULTICAST_V4, ttl);
        let v6 = IpFacts::v6(SENDER_V6, VRRP_MULTICAST_V6, ttl);
        for (name, facts, expect) in [("v2", v4, v2()), ("v3", v4, v3()), ("v3 ipv6", v6, v3_ipv6())] {
            for policy in POLICIES {
                let result = receive(message(name), &facts, &Expectation { policy, ..expect });
                assert_eq!(result, Err(ReceiveError::Ttl(ttl)), "{name}");
            }
        }
    }
}

/// fe80::/10 ends in the middle of an octet.
///
/// Holds: 9568-7.1-9
/// Refuses: 9568-7.1-9
#[test]
fn link_local_is_fe80_to_febf() {
    for (first, link_local) in [
        ("fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false),
        ("fe80::", true),
        ("fe80:0:0:1::1", true),
        ("febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true),
        ("fec0::", false),
        ("ff02::1", false),
        ("::", false),
    ] {
        let first: Ipv6Addr = first.parse().unwrap();
        let edits: Vec<_> = (8..).zip(first.octets()).collect();
        let octets = resummed(message("v3 ipv6"), &edits, &pseudo_header_v6(VRRP_MULTICAST_V6));
        let result = receive(&octets, &TO_GROUP_V6, &v3_ipv6()).map(|_| ());
        let refused = Err(ReceiveError::FirstAddress(first.into()));
        assert_eq!(result, if link_local { Ok(()) } else { refused });
    }
}
