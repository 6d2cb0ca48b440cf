//! Authentication of version 2: the type, the eight octets, the password.

use core::net::Ipv4Addr;

use hex_literal::hex;
use vrrp_proto::{
    Addresses, AdvertisementFields, AdvertisementView, Authentication, AuthenticationKind, Credentials,
    DecodeError, Expectation, Password, ReceiveError, ReceivedAuthentication,
};

use crate::router::{POLICIES, Router, v2};

/// Type 1, `s3cr3t`. By hand: ~(2133 + 6401 + 0101 + c000 + 0201 + 7333 + 6372 + 3374).
const PASSWORD: [u8; 20] = hex!("21 33 64 01 01 01 adae c0000201 7333637233740000");

fn secret() -> Password {
    Password::new(b"s3cr3t").unwrap()
}

/// The router with a password, which then lives as long as the test does.
fn with_password(password: Password) -> Router {
    let credentials = Credentials::Password(Box::leak(Box::new(password)));
    Router { message: &PASSWORD, expect: Expectation { credentials, ..v2().expect }, ..v2() }
}

/// Holds: 3768-5.3.6-1
#[test]
fn the_types_0_1_and_2_are_read_and_written() {
    for (octet, authentication, kind) in [
        (0, Authentication::None, AuthenticationKind::None),
        (1, Authentication::Password(secret()), AuthenticationKind::Password),
        (2, Authentication::Header, AuthenticationKind::Header),
    ] {
        let fields = AdvertisementFields { authentication, ..v2().fields() };
        assert_eq!(v2().written(fields)[4], octet);
        let octets = v2().with(&[(4, octet)]);
        let view = AdvertisementView::parse(&octets, v2().facts.family()).unwrap();
        assert_eq!(view.authentication().kind(), kind);
    }
}

/// Holds: 3768-5.3.6-2, 3768-7.1-7
#[test]
fn the_configured_method_passes() {
    for policy in POLICIES {
        let view = v2().judge(v2().message, policy).unwrap().view;
        assert_eq!(view.authentication(), ReceivedAuthentication::None);
        let view = with_password(secret()).judge(&PASSWORD, policy).unwrap().view;
        assert_eq!(view.authentication(), ReceivedAuthentication::Password(secret()));
    }
}

/// Refuses: 3768-5.3.6-2
#[test]
fn an_unknown_type_is_refused() {
    for router in [v2(), with_password(secret())] {
        for kind in 3..=255 {
            let octets = router.with(&[(4, kind)]);
            for policy in POLICIES {
                assert_eq!(router.judge(&octets, policy), Err(ReceiveError::AuthenticationType(kind)));
            }
        }
    }
}

/// Refuses: 3768-5.3.6-1, 3768-5.3.6-2, 3768-7.1-7
#[test]
fn a_type_that_is_not_the_configured_one_is_refused() {
    use AuthenticationKind::{Header, None, Password};
    let passwords = with_password(secret());
    for (router, octet, received, expected) in [
        (v2(), 1, Password, None),
        (v2(), 2, Header, None),
        (passwords, 0, None, Password),
        (passwords, 2, Header, Password),
    ] {
        // The right password does not help where the type is wrong.
        let octets = Router { message: &PASSWORD, ..router }.with(&[(4, octet)]);
        for policy in POLICIES {
            let refused = Err(ReceiveError::AuthenticationMismatch { received, expected });
            assert_eq!(router.judge(&octets, policy), refused);
        }
    }
}

/// Refuses: 3768-7.1-7
#[test]
fn a_password_that_differs_in_one_octet_is_refused() {
    let router = with_password(secret());
    for (at, octet) in PASSWORD.iter().enumerate().skip(12) {
        let octets = router.with(&[(at, octet ^ 0x20)]);
        for policy in POLICIES {
            assert_eq!(router.judge(&octets, policy), Err(ReceiveError::Password));
        }
    }
}

/// Holds: 3768-5.3.6.1-1
#[test]
fn with_type_0_the_data_are_written_as_zeros_and_ignored_when_they_arrive() {
    assert_eq!(v2().written(v2().fields())[12..], [0; 8]);
    for data in [hex!("0000000000000001"), hex!("7333637233740000"), hex!("ffffffffffffffff")] {
        let octets = v2().sealed(&[&v2().message[..12], &data].concat());
        for policy in POLICIES {
            let view = v2().judge(&octets, policy).unwrap().view;
            assert_eq!(view.authentication(), ReceivedAuthentication::None);
        }
    }
}

/// Holds: 3768-5.3.10-1
#[test]
fn eight_octets_of_zeros_end_the_message_and_may_arrive_as_anything() {
    for count in [1, 2, 255] {
        let list = vec![Ipv4Addr::new(192, 0, 2, 1); count];
        let octets = v2().written(AdvertisementFields { addresses: Addresses::V4(&list), ..v2().fields() });
        assert_eq!(octets.len(), 8 + 4 * count + 8);
        assert_eq!(octets[8 + 4 * (count - 1)..][..4], [192, 0, 2, 1]);
        assert_eq!(octets[8 + 4 * count..], [0; 8]);
    }
    let filled = v2().sealed(&[&v2().message[..12], &[0xff; 8]].concat());
    for policy in POLICIES {
        assert!(v2().judge(&filled, policy).is_ok());
    }
}

/// Refuses: 3768-5.3.10-1
#[test]
fn other_than_eight_octets_behind_the_addresses_are_refused() {
    for len in (0..=16).filter(|len| *len != 8) {
        let octets = v2().sealed(&[&v2().message[..12], &vec![0; len]].concat());
        let got = 12 + len;
        let want = match len {
            0..8 => DecodeError::Truncated { needed: 20, got },
            _ => DecodeError::Trailing { expected: 20, got },
        };
        for policy in POLICIES {
            assert_eq!(v2().judge(&octets, policy), Err(want.into()), "{len}");
        }
    }
}
