//! One broken rule a line; the ids are those of the list of requirements, RFC, section, number.
#![expect(clippy::unwrap_used, reason = "outside a test function; a panic fails the test")]

use core::net::{Ipv4Addr, Ipv6Addr};
use hex_literal::hex;
use vrrp_proto::{
    AddressFamily, Addresses, AdvertInterval, AdvertisementFields, AdvertisementView, Authentication,
    AuthenticationKind, ChecksumScope, DecodeError, EncodeError, Password, Priority, ReceivedAuthentication,
    Version, Vrid, peek_vrid,
};

/// Refuses: 3768-5.3.1-1, 3768-5.3.2-1, 3768-5.3.2-2, 3768-5.3.3-1, 3768-5.3.7-1, 3768-5.3.10-1, 3768-7.1-3
/// Refuses: 5798-5.2.1-1, 5798-5.2.2-1, 5798-5.2.3-1, 5798-5.2.5-1, 5798-7.1-3
/// Refuses: 9568-5.2.1-1, 9568-5.2.2-1, 9568-5.2.3-1, 9568-5.2.5-1, 9568-7.1-3, 9568-7.1-4, 9568-7.1-10
#[test]
fn parse_names_the_broken_rule() {
    use DecodeError::*;
    #[rustfmt::skip]
    let cases: &[(&str, &[u8], DecodeError)] = &[
        ("3768-7.1-3 empty",           &hex!(""),                                                Truncated { needed: 8, got: 0 }),
        ("9568-7.1-4 half a header",   &hex!("31 33 64 01 0064 00"),                             Truncated { needed: 8, got: 7 }),
        ("3768-5.3.1-1 version 1",     &hex!("11 33 64 01 00 01 0000 c0000201 0000000000000000"), Version(1)),
        ("9568-5.2.1-1 version 4",     &hex!("41 33 64 01 0064 0000 c0000201"),                  Version(4)),
        ("9568-7.1-2 version 0",       &hex!("01 33 64 01 0064 0000 c0000201"),                  Version(0)),
        ("3768-5.3.2-1 type 0",        &hex!("20 33 64 01 00 01 0000 c0000201 0000000000000000"), Type(0)),
        ("3768-5.3.2-2 type 2",        &hex!("22 33 64 01 00 01 0000 c0000201 0000000000000000"), Type(2)),
        ("5798-5.2.2-1 type 15",       &hex!("3f 33 64 01 0064 0000 c0000201"),                  Type(15)),
        ("9568-5.2.2-1 type 2",        &hex!("32 33 64 01 0064 0000 c0000201"),                  Type(2)),
        ("3768-5.3.3-1 VRID 0",        &hex!("21 00 64 01 00 01 0000 c0000201 0000000000000000"), Vrid),
        ("9568-5.2.3-1 VRID 0",        &hex!("31 00 64 01 0064 0000 c0000201"),                  Vrid),
        ("9568-7.1-8 count 0, but an address", &hex!("31 33 64 00 0064 0000 c0000201"),          Trailing { expected: 8, got: 12 }),
        ("9568-7.1-4 count over length", &hex!("31 33 64 02 0064 0000 c0000201"),                Truncated { needed: 16, got: 12 }),
        ("9568-7.1-4 count 255 over length", &hex!("31 33 64 ff 0064 0000 c0000201"),            Truncated { needed: 1028, got: 12 }),
        ("9568-5.2.9-1 count under length", &hex!("31 33 64 01 0064 0000 c0000201 c0000202"),    Trailing { expected: 12, got: 16 }),
        ("9568-5.2.9-1 an octet left", &hex!("31 33 64 01 0064 0000 c0000201 00"),               Trailing { expected: 12, got: 13 }),
        ("3768-5.3.10-1 no authentication data", &hex!("21 33 64 01 00 01 0000 c0000201"),       Truncated { needed: 20, got: 12 }),
        ("3768-7.1-3 seven octets of authentication data", &hex!("21 33 64 01 00 01 0000 c0000201 00000000000000"), Truncated { needed: 20, got: 19 }),
        ("3768-7.1-3 nine octets of authentication data", &hex!("21 33 64 01 00 01 0000 c0000201 000000000000000000"), Trailing { expected: 20, got: 21 }),
        ("3768-5.3.7-1 interval 0",    &hex!("21 33 64 01 00 00 0000 c0000201 0000000000000000"), Interval),
        ("9568-7.1-10 interval 0",     &hex!("31 33 64 01 0000 0000 c0000201"),                  Interval),
        ("9568-5.2.6-2 interval 0 beside reserved bits", &hex!("31 33 64 01 f000 0000 c0000201"), Interval),
    ];
    for (name, octets, want) in cases {
        assert_eq!(AdvertisementView::parse(octets, AddressFamily::V4), Err(*want), "{name}");
    }
}

/// RFC 3768 knows IPv4 only.
///
/// Holds: 5798-5.2.9-1, 9568-5.2.9-1
/// Refuses: 5798-5.2.9-1, 9568-5.2.9-1
#[test]
fn the_family_of_the_packet_decides_the_size_of_an_address() {
    let v2 = hex!("21 33 64 01 00 01 0000 c0000201 0000000000000000");
    assert_eq!(AdvertisementView::parse(&v2, AddressFamily::V6), Err(DecodeError::Version2OverIpv6));
    let v3 = hex!("31 33 64 01 0064 0000 fe800000000000000000000000000001");
    assert!(AdvertisementView::parse(&v3, AddressFamily::V6).is_ok());
    assert_eq!(
        AdvertisementView::parse(&v3, AddressFamily::V4),
        Err(DecodeError::Trailing { expected: 12, got: 24 })
    );
    assert_eq!(
        AdvertisementView::parse(&v3[..12], AddressFamily::V6),
        Err(DecodeError::Truncated { needed: 24, got: 12 })
    );
}

/// Holds: 5798-5.2.6-2, 9568-5.2.6-2
#[test]
fn reserved_bits_are_ignored_and_octet_4_of_v3_is_no_authentication_type() {
    for reserved in [0x00, 0x10, 0x20, 0xf0] {
        let octets = [0x31, 51, 100, 1, reserved | 0x01, 0x2c, 0, 0, 192, 0, 2, 1];
        let view = AdvertisementView::parse(&octets, AddressFamily::V4).unwrap();
        assert_eq!(view.interval().as_centis(), 300);
        assert_eq!(view.authentication(), ReceivedAuthentication::None);
    }
}

/// With type 0 the data are ignored; 1 and 2 have names.
///
/// Holds: 3768-5.3.6-1
#[test]
fn the_authentication_type_of_v2_is_told_apart() {
    use AuthenticationKind::*;
    for (kind, want) in [(0, None), (1, Password), (2, Header), (3, Unknown(3)), (255, Unknown(255))] {
        let mut octets = hex!("21 33 64 01 00 01 0000 c0000201 ffffffffffffffff");
        octets[4] = kind;
        let view = AdvertisementView::parse(&octets, AddressFamily::V4).unwrap();
        assert_eq!(view.authentication().kind(), want);
        assert_eq!(want.get(), kind);
        #[cfg(feature = "alloc")]
        match want {
            None | Password | Header => assert!(vrrp_proto::Advertisement::try_from(view).is_ok()),
            Unknown(_) => assert_eq!(
                vrrp_proto::Advertisement::try_from(view),
                Err(DecodeError::AuthenticationType(kind))
            ),
        }
    }
}

/// The greatest values fit.
///
/// Holds: 3768-5.3.5-1, 5798-5.2.5-1, 9568-5.2.5-1
#[test]
fn the_limits_of_the_fields_are_inside() {
    let octets = [&hex!("31 ff ff ff 0fff 0000")[..], &[10; 1020]].concat();
    let view = AdvertisementView::parse(&octets, AddressFamily::V4).unwrap();
    assert_eq!((view.vrid().get(), view.priority(), view.count()), (255, Priority::OWNER, 255));
    assert_eq!(view.interval().as_centis(), 4095);
    let octets = [&hex!("21 01 00 ff 00 ff 0000")[..], &[10; 1020], &[0; 8]].concat();
    let view = AdvertisementView::parse(&octets, AddressFamily::V4).unwrap();
    assert_eq!(view.interval().as_centis(), 25_500);
    assert_eq!(view.addresses().len(), 255);
}

#[test]
fn the_vrid_is_found_before_anything_is_checked() {
    assert_eq!(peek_vrid(&hex!("ff 33")).map(Vrid::get), Some(51));
    assert_eq!(peek_vrid(&hex!("31 00 64")), None);
    assert_eq!(peek_vrid(&hex!("31")), None);
    assert_eq!(peek_vrid(&[]), None);
}

const V4: &[Ipv4Addr] = &[Ipv4Addr::new(192, 0, 2, 1)];
const V6: &[Ipv6Addr] = &[Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1)];

fn fields(version: Version) -> AdvertisementFields<'static> {
    AdvertisementFields {
        version,
        vrid: Vrid::new(51).unwrap(),
        priority: Priority::DEFAULT,
        interval: AdvertInterval::DEFAULT,
        addresses: Addresses::V4(V4),
        authentication: Authentication::None,
    }
}

/// Refuses: 3768-5.3.7-1, 3768-5.3.8-1, 3768-7.2-1
/// Refuses: 5798-5.2.6-1, 5798-5.2.7-1, 5798-7.2-1
/// Refuses: 9568-5.2.6-1, 9568-5.2.7-1, 9568-5.2.8-3, 9568-7.2-1
#[test]
fn encode_refuses_what_the_version_cannot_carry_and_leaves_the_buffer_alone() {
    use ChecksumScope::Message;
    use EncodeError::{AuthenticationInVersion3, BufferTooSmall, TooManyAddresses, Version2OverIpv6};
    let (v2, v3) = (fields(Version::V2), fields(Version::V3));
    let many = vec![V4[0]; 256];
    let password = Authentication::Password(Password::new(b"x").unwrap());
    let centis = |centis| AdvertInterval::from_centis(centis).unwrap();
    let interval = |version, interval| EncodeError::Interval { version, interval };
    let v4_scope = ChecksumScope::PseudoV4 { src: V4[0], dst: V4[0] };
    let v6_scope = ChecksumScope::PseudoV6 { src: V6[0], dst: V6[0] };
    let (too_many, ipv6) = (Addresses::V4(&many), Addresses::V6(V6));
    #[rustfmt::skip]
    let cases = [
        ("9568-5.2.5-1 256",            AdvertisementFields { addresses: too_many, ..v3 },       Message,  TooManyAddresses { count: 256 }),
        ("3768-5.3.7-1 half a second",  AdvertisementFields { interval: centis(50), ..v2 },      Message,  interval(Version::V2, centis(50))),
        ("9568-5.2.7-1 4096",           AdvertisementFields { interval: centis(4096), ..v3 },    Message,  interval(Version::V3, centis(4096))),
        ("v3 has no authentication",    AdvertisementFields { authentication: password, ..v3 },  Message,  AuthenticationInVersion3),
        ("v2 has no IPv6",              AdvertisementFields { addresses: ipv6, ..v2 },           Message,  Version2OverIpv6),
        ("3768-5.3.8-1 pseudo-header",  v2,                                                      v4_scope, EncodeError::ChecksumScope),
        ("9568-5.2.8-3 message alone",  AdvertisementFields { addresses: ipv6, ..v3 },           Message,  EncodeError::ChecksumScope),
        ("9568-5.2.8-3 IPv4 sum",       AdvertisementFields { addresses: ipv6, ..v3 },           v4_scope, EncodeError::ChecksumScope),
        ("9568-5.2.8-1 IPv6 sum",       v3,                                                      v6_scope, EncodeError::ChecksumScope),
    ];
    for (name, fields, scope, want) in cases {
        let mut out = [0xa5; 64];
        assert_eq!(fields.encode(scope, &mut out), Err(want), "{name}");
        assert_eq!(out, [0xa5; 64], "{name}");
    }
    for short in [0, 7, 8, 11] {
        let mut out = vec![0xa5; short];
        let want = BufferTooSmall { needed: 12, available: short };
        assert_eq!(v3.encode(Message, &mut out), Err(want));
        assert!(out.iter().all(|octet| *octet == 0xa5));
    }
}

/// Into a dirty buffer.
///
/// Holds: 5798-5.2.6-1, 9568-5.2.6-1
#[test]
fn reserved_bits_and_absent_authentication_are_written_as_zeros() {
    let mut out = [0xa5; 20];
    let longest = AdvertInterval::from_centis(4095).unwrap();
    let v3 = AdvertisementFields { interval: longest, ..fields(Version::V3) };
    assert_eq!(v3.encode(ChecksumScope::Message, &mut out), Ok(12));
    assert_eq!(out[4..6], [0x0f, 0xff]);
    assert_eq!(fields(Version::V2).encode(ChecksumScope::Message, &mut out), Ok(20));
    assert_eq!(out[4], 0);
    assert_eq!(out[12..], [0; 8]);
}
