//! The checksum: over which octets, and that no other is accepted.

use hex_literal::hex;
use vrrp_proto::{
    AdvertisementView, ChecksumScope, Credentials, EncodeError, Expectation, IpFacts, Mode, Password, Policy,
    ReceiveError, V3Checksum,
};

use crate::router::{
    OWN, POLICIES, PSEUDO, PSEUDO_V6, Router, SENDER, V2, V3, V3_BARE, V3_IPV6, routers, seal, sum, v2, v3,
    v3_ipv6,
};

const LITERAL_5798: Policy = Policy { v3_checksum: V3Checksum::PseudoHeader, ..Policy::STRICT };
const LITERAL_9568: Policy = Policy { v3_checksum: V3Checksum::Message, ..Policy::STRICT };

/// The values of the checksum field with which the router's message is accepted.
fn accepted(router: &Router, policy: Policy) -> Vec<u16> {
    let mut octets = router.message.to_vec();
    let fits = |field: &u16| {
        octets[6..8].copy_from_slice(&field.to_be_bytes());
        match router.judge(&octets, policy) {
            Ok(_) => true,
            Err(ReceiveError::Checksum(error)) => {
                assert_eq!(error.received, *field);
                false
            }
            Err(other) => panic!("{other}"),
        }
    };
    (0..=u16::MAX).filter(fits).collect()
}

/// So the other tests may rely on it: RFC 1071 §3, and the sums done by hand.
#[test]
fn the_tests_own_sum_is_right() {
    assert_eq!(sum(&hex!("0001 f203 f4f5 f6f7")), !0xddf2);
    for (message, pseudo) in [(&V2[..], &[][..]), (&V3, &PSEUDO), (&V3_BARE, &[]), (&V3_IPV6, &PSEUDO_V6)] {
        let mut again = message.to_vec();
        seal(&mut again, pseudo);
        assert_eq!(again, message);
    }
}

/// Holds: 3768-5.3.8-1
#[test]
fn version_2_sums_the_message_alone_with_its_authentication_data() {
    assert_eq!(v2().written(v2().fields()), V2);
    // By hand: 0123 + 4567 + 89ab + cdef more than V2, so ~(4737 + 19e24), carries folded.
    let octets = hex!("21 33 64 01 00 01 1aa3 c0000201 0123456789abcdef");
    let view = AdvertisementView::parse(&octets, v2().facts.family()).unwrap();
    assert_eq!(view.verify_checksum(ChecksumScope::Message), Ok(()));
    for policy in POLICIES {
        assert!(v2().judge(&octets, policy).is_ok());
    }
}

/// Refuses: 3768-5.3.8-1
#[test]
fn version_2_refuses_a_sum_over_other_octets() {
    // With a pseudo-header, as version 3 has it.
    let mut pseudo = V2;
    seal(&mut pseudo, &hex!("c6336401 e0000012 00 70 0014"));
    // Without the authentication data: the sum that fits if they are zero.
    let without: Vec<u8> = [&V2[..12], &hex!("0123456789abcdef")].concat();
    // Without the addresses.
    let mut header_alone = V2;
    let header_sum = sum(&hex!("2133 6401 0001"));
    header_alone[6..8].copy_from_slice(&header_sum.to_be_bytes());
    for octets in [&pseudo[..], &without, &header_alone] {
        for policy in POLICIES {
            let result = v2().judge(octets, policy);
            assert!(matches!(result, Err(ReceiveError::Checksum(_))), "{result:?}");
        }
    }
    let scope = v2().facts.pseudo_header();
    assert_eq!(v2().fields().encode(scope, &mut [0; 20]), Err(EncodeError::ChecksumScope));
}

/// Holds: 3768-7.1-4, 5798-7.1-4, 9568-7.1-5
#[test]
fn an_intact_message_passes() {
    for router in routers() {
        for policy in POLICIES {
            assert!(router.judge(router.message, policy).is_ok(), "{}", router.name);
        }
    }
    assert!(v3().judge(&V3_BARE, Policy::STRICT).is_ok());
}

/// Of all 65,536 values of the field; no policy lets another one through.
///
/// Refuses: 3768-7.1-4, 5798-7.1-4, 9568-7.1-5
#[test]
fn every_wrong_checksum_is_refused() {
    for policy in POLICIES {
        assert_eq!(accepted(&v2(), policy), [0xb8c8]);
        // With a pseudo-header and without.
        assert_eq!(accepted(&v3(), policy), [0x9da1, 0xa865]);
        assert_eq!(accepted(&v3_ipv6(), policy), [0x6cc7]);
    }
}

/// Of the sums that pass by unicast, one is right by each RFC, and one is old keepalived's.
///
/// Refuses: 5798-5.2.8-2, 5798-7.1-4, 9568-5.2.8-2, 9568-7.1-5
#[test]
fn by_unicast_a_wrong_checksum_is_refused_just_so() {
    let facts = IpFacts::v4(SENDER, OWN, 255);
    let mode = Mode::Unicast { peers: &[], check_source: false };
    let unicast = Router { facts, expect: Expectation { mode, ..v3().expect }, ..v3() };
    // By hand: c6336402 for e0000012 in the pseudo-header.
    let (to_own, to_group, bare) = (0x537e, 0x9da1, 0xa865);
    assert_eq!(accepted(&unicast, Policy::KEEPALIVED), [to_own, to_group, bare]);
    assert_eq!(accepted(&unicast, Policy::STRICT), [to_own, bare]);
    assert_eq!(accepted(&unicast, LITERAL_5798), [to_own]);
    assert_eq!(accepted(&unicast, LITERAL_9568), [bare]);
}

/// Holds: 5798-5.2.8-1, 9568-5.2.8-1
#[test]
fn version_3_sums_from_the_version_octet_to_the_last_address() {
    assert_eq!(v3().written(v3().fields()), V3);
    assert_eq!(v3_ipv6().written(v3_ipv6().fields()), V3_IPV6);
    let view = AdvertisementView::parse(&V3_BARE, v3().facts.family()).unwrap();
    // By hand, without the field: 3133 + 6401 + 0064 + c000 + 0201 = 15799, folded 579a.
    assert_eq!(view.checksum(), !0x579a);
    assert_eq!(view.verify_checksum(ChecksumScope::Message), Ok(()));
}

/// So each bit from the version octet to the last address is in the sum.
///
/// Refuses: 3768-5.3.8-1, 5798-5.2.8-1, 9568-5.2.8-1
#[test]
fn one_flipped_bit_anywhere_breaks_the_sum() {
    for router in routers() {
        for bit in 0..router.message.len() * 8 {
            let mut octets = router.message.to_vec();
            octets[bit / 8] ^= 1 << (bit % 8);
            for policy in POLICIES {
                assert!(router.judge(&octets, policy).is_err(), "{} bit {bit}", router.name);
            }
            if let Ok(view) = AdvertisementView::parse(&octets, router.facts.family()) {
                assert!(view.verify_checksum(router.scope()).is_err(), "{} bit {bit}", router.name);
            }
        }
    }
}

/// Holds: 5798-5.2.8-2
#[test]
fn a_sum_with_the_pseudo_header_passes_in_both_families() {
    for (router, message) in [(v3(), &V3[..]), (v3_ipv6(), &V3_IPV6)] {
        for policy in POLICIES.into_iter().chain([LITERAL_5798]) {
            let received = router.judge(message, policy).unwrap();
            assert_eq!(received.checksum_scope, router.facts.pseudo_header());
        }
        assert_eq!(router.written(router.fields()), message);
    }
}

/// By the literal policy; else over IPv4 either sum passes.
///
/// Refuses: 5798-5.2.8-2
#[test]
fn a_sum_without_the_pseudo_header_or_with_another_protocol_is_refused() {
    assert_eq!(accepted(&v3(), LITERAL_5798), [0x9da1]);
    assert_eq!(accepted(&v3_ipv6(), LITERAL_5798), [0x6cc7]);
    let mut icmp = V3;
    seal(&mut icmp, &hex!("c6336401 e0000012 00 01 000c"));
    for policy in [Policy::KEEPALIVED, Policy::STRICT, LITERAL_5798] {
        assert!(matches!(v3().judge(&icmp, policy), Err(ReceiveError::Checksum(_))));
    }
    assert!(matches!(v3().judge(&V3_BARE, LITERAL_5798), Err(ReceiveError::Checksum(_))));
}

/// Holds: 9568-5.2.8-2
#[test]
fn over_ipv4_a_sum_of_the_message_alone_passes() {
    for policy in POLICIES.into_iter().chain([LITERAL_9568]) {
        let received = v3().judge(&V3_BARE, policy).unwrap();
        assert_eq!(received.checksum_scope, ChecksumScope::Message);
    }
    let mut out = [0xa5; 12];
    assert_eq!(v3().fields().encode(ChecksumScope::Message, &mut out), Ok(12));
    assert_eq!(out, V3_BARE);
}

/// By the literal policy; else keepalived's and FRR's sum passes, too.
///
/// Refuses: 9568-5.2.8-2
#[test]
fn over_ipv4_a_sum_with_the_pseudo_header_is_refused_by_the_literal_policy() {
    assert_eq!(accepted(&v3(), LITERAL_9568), [0xa865]);
    let Err(ReceiveError::Checksum(error)) = v3().judge(&V3, LITERAL_9568) else { panic!("accepted") };
    assert_eq!(error.right_under, Some(v3().facts.pseudo_header()));
}

/// Holds: 9568-5.2.8-3
#[test]
fn over_ipv6_a_sum_with_the_pseudo_header_passes() {
    assert_eq!(v3_ipv6().written(v3_ipv6().fields()), V3_IPV6);
    for policy in POLICIES.into_iter().chain([LITERAL_5798, LITERAL_9568]) {
        assert!(v3_ipv6().judge(&V3_IPV6, policy).is_ok());
    }
}

/// Neither is written: there is no such form over IPv6.
///
/// Refuses: 9568-5.2.8-3
#[test]
fn over_ipv6_a_sum_of_the_message_alone_or_with_another_next_header_is_refused() {
    let mut bare = V3_IPV6;
    seal(&mut bare, &[]);
    let (mut icmp, mut pseudo) = (V3_IPV6, PSEUDO_V6);
    pseudo[39] = 58;
    seal(&mut icmp, &pseudo);
    for policy in POLICIES.into_iter().chain([LITERAL_5798, LITERAL_9568]) {
        for octets in [bare, icmp] {
            assert!(matches!(v3_ipv6().judge(&octets, policy), Err(ReceiveError::Checksum(_))));
        }
    }
    for scope in [ChecksumScope::Message, v3().facts.pseudo_header()] {
        let mut out = [0xa5; 24];
        let result = v3_ipv6().fields().encode(scope, &mut out);
        assert_eq!((result, out), (Err(EncodeError::ChecksumScope), [0xa5; 24]));
    }
}

/// A password is in the sum like any other octet.
///
/// Refuses: 3768-5.3.8-1
#[test]
fn a_password_outside_the_sum_is_refused() {
    let password = Password::new(b"s3cr3t").unwrap();
    let credentials = Credentials::Password(Box::leak(Box::new(password)));
    let router = Router { expect: Expectation { credentials, ..v2().expect }, ..v2() };
    // By hand: ~(2133 + 6401 + 0101 + c000 + 0201), with and without 7333 + 6372 + 3374.
    let right = hex!("21 33 64 01 01 01 adae c0000201 7333637233740000");
    let wrong = hex!("21 33 64 01 01 01 b7c8 c0000201 7333637233740000");
    for policy in POLICIES {
        assert!(router.judge(&right, policy).is_ok());
        assert!(matches!(router.judge(&wrong, policy), Err(ReceiveError::Checksum(_))));
    }
}
