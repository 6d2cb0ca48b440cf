//! The interval, and the four reserved bits beside it in version 3.

use vrrp_proto::{
    AdvertInterval, AdvertisementFields, DecodeError, EncodeError, Expectation, ReceivedAuthentication,
    Version,
};

use crate::router::{POLICIES, Router, centis, v2, v3, v3_ipv6};

fn with_interval(router: &Router, interval: AdvertInterval) -> AdvertisementFields<'static> {
    AdvertisementFields { interval, ..router.fields() }
}

/// Holds: 3768-5.3.7-1
#[test]
fn version_2_says_whole_seconds_in_one_octet() {
    assert_eq!(v2().written(with_interval(&v2(), AdvertInterval::DEFAULT))[5], 1);
    for seconds in 1..=255 {
        let interval = centis(u16::from(seconds) * 100);
        assert_eq!(v2().written(with_interval(&v2(), interval))[5], seconds);
        let router = Router { expect: Expectation { interval, ..v2().expect }, ..v2() };
        for policy in POLICIES {
            let octets = router.with(&[(5, seconds)]);
            assert_eq!(router.judge(&octets, policy).unwrap().view.interval(), interval);
        }
    }
}

/// Refuses: 3768-5.3.7-1
#[test]
fn version_2_has_no_interval_of_0_and_no_fraction_of_a_second() {
    let octets = v2().with(&[(5, 0)]);
    for policy in POLICIES {
        assert_eq!(v2().judge(&octets, policy), Err(DecodeError::Interval.into()));
    }
    // 256 s cannot be said at all.
    assert_eq!(AdvertInterval::from_centis(25_600), None);
    for fraction in [1, 99, 101, 150, 25_499] {
        let interval = centis(fraction);
        let mut out = [0xa5; 20];
        let refused = EncodeError::Interval { version: Version::V2, interval };
        let result = with_interval(&v2(), interval).encode(v2().scope(), &mut out);
        assert_eq!((result, out), (Err(refused), [0xa5; 20]));
    }
}

/// Holds: 5798-5.2.7-1, 9568-5.2.7-1, 9568-7.1-10
#[test]
fn version_3_says_centiseconds_in_twelve_bits() {
    for router in [v3(), v3_ipv6()] {
        assert_eq!(router.written(with_interval(&router, AdvertInterval::DEFAULT))[4..6], [0x00, 0x64]);
        for (value, hi, lo) in
            [(1, 0x00, 0x01), (100, 0x00, 0x64), (255, 0x00, 0xff), (256, 0x01, 0x00), (4095, 0x0f, 0xff)]
        {
            assert_eq!(router.written(with_interval(&router, centis(value)))[4..6], [hi, lo]);
            let octets = router.with(&[(4, hi), (5, lo)]);
            for policy in POLICIES {
                let view = router.judge(&octets, policy).unwrap().view;
                assert_eq!(view.interval().as_centis(), value, "{}", router.name);
            }
        }
    }
}

/// RFC 5798 does not name 0; we refuse it for both, whatever the reserved bits beside it say.
///
/// Refuses: 5798-5.2.7-1, 9568-5.2.7-1, 9568-7.1-10
#[test]
fn version_3_has_no_interval_of_0_and_none_above_4095() {
    assert_eq!(AdvertInterval::from_centis(0), None);
    for router in [v3(), v3_ipv6()] {
        for reserved in [0x00, 0x10, 0x80, 0xf0] {
            let octets = router.with(&[(4, reserved), (5, 0)]);
            for policy in POLICIES {
                assert_eq!(
                    router.judge(&octets, policy),
                    Err(DecodeError::Interval.into()),
                    "{}",
                    router.name
                );
            }
        }
        let refused = EncodeError::Interval { version: Version::V3, interval: centis(4096) };
        let result = with_interval(&router, centis(4096)).encode(router.scope(), &mut [0; 24]);
        assert_eq!(result, Err(refused), "{}", router.name);
    }
}

/// Into a buffer that held something else.
///
/// Holds: 5798-5.2.6-1, 9568-5.2.6-1
#[test]
fn the_reserved_bits_are_written_as_zeros() {
    for router in [v3(), v3_ipv6()] {
        for value in 1..=4095 {
            assert_eq!(router.written(with_interval(&router, centis(value)))[4] & 0xf0, 0, "{value}");
        }
    }
}

/// An interval of 4096 would need the first of them.
///
/// Refuses: 5798-5.2.6-1, 9568-5.2.6-1
#[test]
fn an_interval_that_would_reach_into_the_reserved_bits_is_not_written() {
    for router in [v3(), v3_ipv6()] {
        for value in [4096, 4097, 8192, 25_500] {
            let mut out = [0xa5; 24];
            let refused = EncodeError::Interval { version: Version::V3, interval: centis(value) };
            let result = with_interval(&router, centis(value)).encode(router.scope(), &mut out);
            assert_eq!((result, out), (Err(refused), [0xa5; 24]), "{}", router.name);
        }
    }
}

/// The checksum covers them; else they say nothing, and above all no authentication type.
///
/// Holds: 5798-5.2.6-2, 9568-5.2.6-2
#[test]
fn the_reserved_bits_are_ignored_when_they_arrive() {
    for router in [v3(), v3_ipv6()] {
        let clear = router.with(&[(4, 0x01), (5, 0x2c)]);
        for reserved in 0..=15 {
            let octets = router.with(&[(4, reserved << 4 | 0x01), (5, 0x2c)]);
            for policy in POLICIES {
                let received = router.judge(&octets, policy).unwrap();
                assert_eq!(received.view.interval().as_centis(), 300, "{}", router.name);
                assert_eq!(received.view.authentication(), ReceivedAuthentication::None);
                let same = router.judge(&clear, policy).unwrap();
                assert_eq!(received.addresses_match, same.addresses_match);
                assert_eq!(received.interval_matches, same.interval_matches);
            }
        }
    }
}
