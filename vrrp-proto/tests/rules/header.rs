//! Version, type, VRID and length.

use vrrp_proto::{AdvertisementFields, AdvertisementView, DecodeError, ReceiveError, Version, Vrid};

use crate::router::{POLICIES, Router, routers, v2, v3, v3_ipv6, vrid};

/// Holds: 3768-5.3.1-1, 3768-7.1-2
/// Holds: 5798-5.2.1-1, 5798-7.1-2, 9568-5.2.1-1, 9568-7.1-2
#[test]
fn the_own_version_is_read_and_written() {
    for (router, version, first) in
        [(v2(), Version::V2, 0x21), (v3(), Version::V3, 0x31), (v3_ipv6(), Version::V3, 0x31)]
    {
        for policy in POLICIES {
            assert_eq!(
                router.judge(router.message, policy).unwrap().view.version(),
                version,
                "{}",
                router.name
            );
        }
        assert_eq!(router.message[0], first);
        assert_eq!(router.written(router.fields())[0], first, "{}", router.name);
    }
}

/// Every version but 2 and 3.
fn unknown_versions_are_refused(router: &Router) {
    for version in (0..=1).chain(4..=15) {
        let octets = router.with(&[(0, version << 4 | 1)]);
        let want = DecodeError::Version(version);
        assert_eq!(AdvertisementView::parse(&octets, router.facts.family()), Err(want), "{}", router.name);
        for policy in POLICIES {
            assert_eq!(router.judge(&octets, policy), Err(want.into()), "{}", router.name);
        }
    }
}

/// Refuses: 3768-5.3.1-1, 3768-7.1-2
#[test]
fn a_router_of_version_2_refuses_every_other() {
    unknown_versions_are_refused(&v2());
    let other = ReceiveError::Version { received: Version::V3, expected: Version::V2 };
    for policy in POLICIES {
        assert_eq!(v2().judge(v3().message, policy), Err(other));
    }
}

/// Refuses: 5798-5.2.1-1, 5798-7.1-2, 9568-5.2.1-1, 9568-7.1-2
#[test]
fn a_router_of_version_3_refuses_every_other() {
    unknown_versions_are_refused(&v3());
    unknown_versions_are_refused(&v3_ipv6());
    let other = ReceiveError::Version { received: Version::V2, expected: Version::V3 };
    for policy in POLICIES {
        assert_eq!(v3().judge(v2().message, policy), Err(other));
        // Over IPv6 there is no version 2 at all.
        let over_ipv6 = v3_ipv6().judge(v2().message, policy);
        assert_eq!(over_ipv6, Err(DecodeError::Version2OverIpv6.into()));
    }
}

/// Holds: 3768-5.3.2-1, 3768-5.3.2-2, 5798-5.2.2-1, 9568-5.2.2-1, 9568-7.1-3
#[test]
fn type_1_is_read_and_written() {
    for router in routers() {
        for policy in POLICIES {
            assert!(router.judge(router.message, policy).is_ok(), "{}", router.name);
        }
        assert_eq!(router.message[0] & 0x0f, 1);
        assert_eq!(router.written(router.fields())[0] & 0x0f, 1, "{}", router.name);
    }
}

/// Refuses: 3768-5.3.2-1, 3768-5.3.2-2, 5798-5.2.2-1, 9568-5.2.2-1, 9568-7.1-3
#[test]
fn every_other_type_is_refused() {
    for router in routers() {
        for kind in (0..=15).filter(|kind| *kind != 1) {
            let octets = router.with(&[(0, router.message[0] & 0xf0 | kind)]);
            let want = DecodeError::Type(kind);
            assert_eq!(
                AdvertisementView::parse(&octets, router.facts.family()),
                Err(want),
                "{}",
                router.name
            );
            for policy in POLICIES {
                assert_eq!(router.judge(&octets, policy), Err(want.into()), "{}", router.name);
            }
        }
    }
}

/// Holds: 3768-5.3.3-1, 5798-5.2.3-1, 9568-5.2.3-1
#[test]
fn vrids_from_1_to_255_are_read_and_written() {
    for router in routers() {
        for octet in 1..=255 {
            let octets = router.with(&[(1, octet)]);
            let view = AdvertisementView::parse(&octets, router.facts.family()).unwrap();
            assert_eq!(view.vrid().get(), octet, "{}", router.name);
            let fields = AdvertisementFields { vrid: vrid(octet), ..router.fields() };
            assert_eq!(router.written(fields)[1], octet, "{}", router.name);
        }
    }
}

/// Refuses: 3768-5.3.3-1, 5798-5.2.3-1, 9568-5.2.3-1
#[test]
fn vrid_0_is_refused() {
    assert_eq!(Vrid::new(0), None);
    for router in routers() {
        let octets = router.with(&[(1, 0)]);
        let parsed = AdvertisementView::parse(&octets, router.facts.family());
        assert_eq!(parsed, Err(DecodeError::Vrid), "{}", router.name);
        for policy in POLICIES {
            assert_eq!(router.judge(&octets, policy), Err(DecodeError::Vrid.into()), "{}", router.name);
        }
    }
}

/// Holds: 3768-7.1-3, 5798-7.1-3, 9568-7.1-4
#[test]
fn a_whole_message_passes() {
    for (router, len) in [(v2(), 8 + 4 + 8), (v3(), 8 + 4), (v3_ipv6(), 8 + 16)] {
        assert_eq!(router.message.len(), len);
        for policy in POLICIES {
            assert!(router.judge(router.message, policy).is_ok(), "{}", router.name);
        }
    }
}

/// Whatever its checksum says: shortened and sealed anew where the field is still there.
///
/// Refuses: 3768-7.1-3, 5798-7.1-3, 9568-7.1-4
#[test]
fn a_message_that_ends_early_is_refused_wherever_it_ends() {
    for router in routers() {
        let full = router.message.len();
        for got in 0..full {
            let needed = if got < 8 { 8 } else { full };
            let octets = match got {
                0..8 => router.message[..got].to_vec(),
                _ => router.sealed(&router.message[..got]),
            };
            let want = DecodeError::Truncated { needed, got };
            assert_eq!(
                AdvertisementView::parse(&octets, router.facts.family()),
                Err(want),
                "{}",
                router.name
            );
            for policy in POLICIES {
                assert_eq!(router.judge(&octets, policy), Err(want.into()), "{}", router.name);
            }
        }
    }
}

/// No RFC asks for it: what follows would be in the sum, and nobody reads it.
#[test]
fn octets_behind_the_message_are_refused() {
    for router in routers() {
        let expected = router.message.len();
        for more in 1..=20 {
            let octets = router.sealed(&[router.message, &vec![0; more]].concat());
            let want = DecodeError::Trailing { expected, got: expected + more };
            for policy in POLICIES {
                assert_eq!(router.judge(&octets, policy), Err(want.into()), "{}", router.name);
            }
        }
    }
}
