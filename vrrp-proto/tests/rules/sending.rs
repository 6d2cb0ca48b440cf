//! What is sent: every field as configured, then the checksum; and the virtual MAC.

use core::net::{Ipv4Addr, Ipv6Addr};

use hex_literal::hex;
use vrrp_proto::{
    AddressFamily, Addresses, AdvertInterval, AdvertisementFields, Authentication, EncodeError, Password,
    Priority,
};

use crate::router::{Router, centis, v2, v3, v3_ipv6, vrid};

/// A configuration and its message, whose checksum was computed apart from this crate.
type Row<'a> = (AdvertisementFields<'a>, &'a [u8]);

fn are_written(router: &Router, rows: &[Row<'_>]) {
    // One buffer for all, as in a daemon: nothing of the message before may stay.
    let mut out = [0xa5; 64];
    for (fields, want) in rows {
        assert_eq!(fields.encode(router.scope(), &mut out), Ok(want.len()), "{fields:?}");
        assert_eq!(&out[..want.len()], *want, "{fields:?}");
    }
}

/// One changed at a time: VRID, priority, interval, addresses, authentication.
///
/// Holds: 3768-7.2-1
#[test]
fn version_2_fills_every_field_and_then_sums() {
    let is = v2().fields();
    let two = [Ipv4Addr::new(192, 0, 2, 2), Ipv4Addr::new(198, 51, 100, 9)];
    let password = Authentication::Password(Password::new(b"s3cr3t").unwrap());
    #[rustfmt::skip]
    let rows: [Row<'_>; 7] = [
        (is, &hex!("21 33 64 01 00 01 b8c8 c0000201 0000000000000000")),
        (AdvertisementFields { vrid: vrid(7), ..is }, &hex!("21 07 64 01 00 01 b8f4 c0000201 0000000000000000")),
        (AdvertisementFields { priority: Priority::RELEASE, ..is }, &hex!("21 33 00 01 00 01 1cc9 c0000201 0000000000000000")),
        (AdvertisementFields { priority: Priority::new(254), ..is }, &hex!("21 33 fe 01 00 01 1ec8 c0000201 0000000000000000")),
        (AdvertisementFields { interval: centis(500), ..is }, &hex!("21 33 64 01 00 05 b8c4 c0000201 0000000000000000")),
        (AdvertisementFields { addresses: Addresses::V4(&two), ..is }, &hex!("21 33 64 02 00 01 8e89 c0000202 c6336409 0000000000000000")),
        (AdvertisementFields { authentication: password, ..is }, &hex!("21 33 64 01 01 01 adae c0000201 7333637233740000")),
    ];
    are_written(&v2(), &rows);
}

/// One changed at a time: VRID, priority, interval, addresses.
///
/// Holds: 5798-7.2-1, 9568-7.2-1
#[test]
fn version_3_fills_every_field_and_then_sums() {
    let is = v3().fields();
    let two = [Ipv4Addr::new(192, 0, 2, 2), Ipv4Addr::new(198, 51, 100, 9)];
    #[rustfmt::skip]
    let rows: [Row<'_>; 6] = [
        (is, &hex!("31 33 64 01 0064 9da1 c0000201")),
        (AdvertisementFields { vrid: vrid(7), ..is }, &hex!("31 07 64 01 0064 9dcd c0000201")),
        (AdvertisementFields { priority: Priority::RELEASE, ..is }, &hex!("31 33 00 01 0064 01a2 c0000201")),
        (AdvertisementFields { priority: Priority::new(254), ..is }, &hex!("31 33 fe 01 0064 03a1 c0000201")),
        (AdvertisementFields { interval: centis(4095), ..is }, &hex!("31 33 64 01 0fff 8e06 c0000201")),
        (AdvertisementFields { addresses: Addresses::V4(&two), ..is }, &hex!("31 33 64 02 0064 735e c0000202 c6336409")),
    ];
    are_written(&v3(), &rows);

    let is = v3_ipv6().fields();
    let two =
        [Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0x101), Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1)];
    #[rustfmt::skip]
    let rows: [Row<'_>; 6] = [
        (is, &hex!("31 33 64 01 0064 6cc7 fe800000000000000000000000000100")),
        (AdvertisementFields { vrid: vrid(7), ..is }, &hex!("31 07 64 01 0064 6cf3 fe800000000000000000000000000100")),
        (AdvertisementFields { priority: Priority::RELEASE, ..is }, &hex!("31 33 00 01 0064 d0c7 fe800000000000000000000000000100")),
        (AdvertisementFields { priority: Priority::new(254), ..is }, &hex!("31 33 fe 01 0064 d2c6 fe800000000000000000000000000100")),
        (AdvertisementFields { interval: centis(4095), ..is }, &hex!("31 33 64 01 0fff 5d2c fe800000000000000000000000000100")),
        (AdvertisementFields { addresses: Addresses::V6(&two), ..is }, &hex!("31 33 64 02 0064 3efb fe800000000000000000000000000101 20010db8000000000000000000000001")),
    ];
    are_written(&v3_ipv6(), &rows);
}

/// What the version has no room for is refused before an octet is written, neither cut nor left
/// out.
///
/// Refuses: 3768-7.2-1, 5798-7.2-1, 9568-7.2-1
#[test]
fn a_configuration_that_no_message_can_say_is_not_written() {
    let (old, new, ipv6) = (v2(), v3(), v3_ipv6());
    let too_long = AdvertInterval::from_centis(25_500).unwrap();
    let password = Authentication::Password(Password::new(b"s3cr3t").unwrap());
    let interval =
        |router: &Router, interval| EncodeError::Interval { version: router.expect.version, interval };
    #[rustfmt::skip]
    let cases = [
        (old,  AdvertisementFields { interval: centis(150), ..old.fields() },        interval(&old, centis(150))),
        (old,  AdvertisementFields { addresses: ipv6.expect.addresses, ..old.fields() }, EncodeError::Version2OverIpv6),
        (new,  AdvertisementFields { interval: too_long, ..new.fields() },           interval(&new, too_long)),
        (ipv6, AdvertisementFields { interval: too_long, ..ipv6.fields() },          interval(&ipv6, too_long)),
        (new,  AdvertisementFields { authentication: password, ..new.fields() },     EncodeError::AuthenticationInVersion3),
        (ipv6, AdvertisementFields { authentication: Authentication::Header, ..ipv6.fields() }, EncodeError::AuthenticationInVersion3),
    ];
    for (router, fields, want) in cases {
        let mut out = [0xa5; 64];
        assert_eq!(fields.encode(router.scope(), &mut out), Err(want), "{fields:?}");
        assert_eq!(out, [0xa5; 64], "{fields:?}");
    }
}

/// Holds: 3768-7.3-1, 5798-7.3-1, 9568-7.3-1
#[test]
fn the_virtual_mac_holds_family_and_vrid() {
    for octet in 1..=255 {
        let vrid = vrid(octet);
        assert_eq!(vrid.virtual_mac(AddressFamily::V4), [0x00, 0x00, 0x5e, 0x00, 0x01, octet]);
        assert_eq!(vrid.virtual_mac(AddressFamily::V6), [0x00, 0x00, 0x5e, 0x00, 0x02, octet]);
    }
}
