//! RFC 3768.

use hex_literal::hex;
use vrrp_proto::{
    AddressFamily, Addresses, AdvertInterval, AdvertisementFields, AdvertisementView, Authentication,
    AuthenticationKind, ChecksumScope, Credentials, DecodeError, EncodeError, Expectation, IpFacts, Password,
    Priority, ReceiveError, VRRP_MULTICAST_V4, Version, Vrid, receive,
};

use crate::{A, B, C, FACTS, SENDER, captures::message, fields, ones_complement_sum, resummed, strict};

/// Two addresses, VRID 51, priority 200, one second.
fn captured() -> &'static [u8] {
    message("v2")
}

fn expect() -> Expectation<'static> {
    strict(Version::V2, 100, Addresses::V4(&[A, B]))
}

fn judge(octets: &[u8], expect: &Expectation<'_>) -> Result<(), ReceiveError> {
    receive(octets, &FACTS, expect).map(|_| ())
}

/// The captured message with one octet replaced and the sum put right.
fn with(at: usize, octet: u8) -> Vec<u8> {
    resummed(captured(), &[(at, octet)], &[])
}

/// Holds: 3768-5.2.3-2, 3768-7.1-1
/// Refuses: 3768-5.2.3-2, 3768-7.1-1
#[test]
fn only_ttl_255_is_accepted() {
    for ttl in 0..=255 {
        let facts = IpFacts::v4(SENDER, VRRP_MULTICAST_V4, ttl);
        let want = if ttl == 255 { Ok(()) } else { Err(ReceiveError::Ttl(ttl)) };
        assert_eq!(receive(captured(), &facts, &expect()).map(|_| ()), want);
    }
}

/// Holds: 3768-5.3.1-1, 3768-7.1-2
/// Refuses: 3768-5.3.1-1, 3768-7.1-2
#[test]
fn only_version_2_is_accepted() {
    for version in 0..=15 {
        let judged = judge(&with(0, version << 4 | 1), &expect());
        assert_eq!(judged.is_ok(), version == 2, "{version}: {judged:?}");
    }
    // A whole message of version 3 with the same content.
    let v3 = hex!("31 33 c8 02 0064 f18a 0a090064 0a090065");
    assert_eq!(ones_complement_sum(&v3), 0xffff);
    let version = ReceiveError::Version { received: Version::V3, expected: Version::V2 };
    assert_eq!(judge(&v3, &expect()), Err(version));
}

/// Holds: 3768-5.3.2-1, 3768-5.3.2-2
/// Refuses: 3768-5.3.2-1, 3768-5.3.2-2
#[test]
fn only_type_1_is_accepted() {
    for kind in 0..=15 {
        let want = if kind == 1 { Ok(()) } else { Err(DecodeError::Type(kind).into()) };
        assert_eq!(judge(&with(0, 0x20 | kind), &expect()), want);
    }
}

/// Holds: 3768-5.3.3-1
/// Refuses: 3768-5.3.3-1
#[test]
fn a_vrid_is_1_to_255() {
    for vrid in 0..=255 {
        let parsed =
            AdvertisementView::parse(&with(1, vrid), AddressFamily::V4).map(|view| view.vrid().get());
        assert_eq!(parsed, if vrid == 0 { Err(DecodeError::Vrid) } else { Ok(vrid) });
        assert_eq!(Vrid::new(vrid).is_some(), vrid != 0);
    }
    assert_eq!(judge(&with(1, 0), &expect()), Err(DecodeError::Vrid.into()));
}

/// Holds: 3768-5.3.5-1, 3768-5.3.9-1
/// Refuses: 3768-5.3.5-1, 3768-5.3.9-1
#[test]
fn the_count_is_the_number_of_addresses_of_four_octets() {
    for count in 1..=255_u8 {
        let addresses: Vec<u8> = (0..count).flat_map(|host| [10, 9, 0, host]).collect();
        let octets = [&[0x21, 51, 200, count, 0, 1, 0, 0][..], &addresses, &[0; 8]].concat();
        let view = AdvertisementView::parse(&octets, AddressFamily::V4).unwrap();
        assert_eq!((view.count(), view.addresses().len()), (count, count.into()));
        let want = (0..count).map(|host| core::net::IpAddr::from([10, 9, 0, host]));
        assert!(view.addresses().eq(want));
    }
    for count in [0, 1, 3, 255] {
        let judged = judge(&with(3, count), &expect());
        assert!(matches!(judged, Err(ReceiveError::Decode(_))), "{count}: {judged:?}");
    }
    // Part of an address too many or too few.
    for len in [21, 22, 23, 25, 26, 27] {
        let mut octets = captured().to_vec();
        octets.resize(len, 0);
        assert!(judge(&octets, &expect()).is_err(), "{len}");
    }
    // And none at all.
    let none = hex!("21 33 c8 00 00 01 16cb 0000000000000000");
    let mine = Expectation { addresses: Addresses::V4(&[]), ..expect() };
    assert_eq!(ones_complement_sum(&none), 0xffff);
    assert_eq!(judge(&none, &mine), Err(ReceiveError::NoAddresses));
}

/// Holds: 3768-5.3.6-1
#[test]
fn the_authentication_types_have_their_numbers() {
    for (octet, kind) in
        [(0, AuthenticationKind::None), (1, AuthenticationKind::Password), (2, AuthenticationKind::Header)]
    {
        let octets = with(4, octet);
        let view = AdvertisementView::parse(&octets, AddressFamily::V4).unwrap();
        assert_eq!((view.authentication().kind(), kind.get()), (kind, octet));
    }
    let mut out = [0xa5; 24];
    let authentication = Authentication::Password(Password::new(b"secret").unwrap());
    for (authentication, octet) in
        [(Authentication::None, 0), (authentication, 1), (Authentication::Header, 2)]
    {
        let fields =
            AdvertisementFields { authentication, ..fields(Version::V2, 100, Addresses::V4(&[A, B])) };
        fields.encode(ChecksumScope::Message, &mut out).unwrap();
        assert_eq!(out[4], octet);
    }
}

/// Holds: 3768-5.3.6-2, 3768-7.1-7
/// Refuses: 3768-5.3.6-2, 3768-7.1-7
#[test]
fn the_method_is_ours_and_its_password_too() {
    let password = Password::new(b"s3cr3t").unwrap();
    let theirs = message("v2 pass");
    let base = strict(Version::V2, 200, Addresses::V4(&[A]));
    let ours =
        Expectation { vrid: Vrid::new(7).unwrap(), credentials: Credentials::Password(&password), ..base };
    assert_eq!(judge(theirs, &ours), Ok(()));
    assert_eq!(judge(captured(), &expect()), Ok(()));

    for kind in 3..=255 {
        assert_eq!(judge(&with(4, kind), &expect()), Err(ReceiveError::AuthenticationType(kind)));
    }
    let none = Expectation { credentials: Credentials::None, ..ours };
    let mismatch = |received, expected| Err(ReceiveError::AuthenticationMismatch { received, expected });
    assert_eq!(judge(theirs, &none), mismatch(AuthenticationKind::Password, AuthenticationKind::None));
    let asking = Expectation { credentials: Credentials::Password(&password), ..expect() };
    assert_eq!(judge(captured(), &asking), mismatch(AuthenticationKind::None, AuthenticationKind::Password));
    // Any octet of the eight that differs.
    for at in 12..20 {
        let wrong = resummed(theirs, &[(at, theirs[at] ^ 1)], &[]);
        assert_eq!(judge(&wrong, &ours), Err(ReceiveError::Password), "octet {at}");
    }
}

/// Holds: 3768-5.3.6.1-1, 3768-5.3.10-1
/// Refuses: 3768-5.3.10-1
#[test]
fn without_method_eight_zeros_are_written_and_anything_is_read() {
    let mut out = [0xa5; 24];
    let fields = fields(Version::V2, 100, Addresses::V4(&[A, B]));
    assert_eq!(fields.encode(ChecksumScope::Message, &mut out), Ok(24));
    assert_eq!(out[16..], [0; 8]);
    let edits: Vec<(usize, u8)> = (16..24).map(|at| (at, 0x5a)).collect();
    assert_eq!(judge(&resummed(captured(), &edits, &[]), &expect()), Ok(()));
    // They are always there.
    let missing = DecodeError::Truncated { needed: 24, got: 16 };
    assert_eq!(judge(&resummed(&captured()[..16], &[], &[]), &expect()), Err(missing.into()));
}

/// Holds: 3768-5.3.7-1
/// Refuses: 3768-5.3.7-1
#[test]
fn an_interval_is_1_to_255_whole_seconds() {
    assert_eq!(AdvertInterval::DEFAULT.v2_octet(), Some(1));
    for secs in 0..=255 {
        let octets = with(5, secs);
        let parsed = AdvertisementView::parse(&octets, AddressFamily::V4);
        let want = if secs == 0 { Err(DecodeError::Interval) } else { Ok(u16::from(secs) * 100) };
        assert_eq!(parsed.map(|view| view.interval().as_centis()), want);
    }
    for centis in [1, 99, 150, 25_499] {
        let (version, interval) = (Version::V2, AdvertInterval::from_centis(centis).unwrap());
        let fields = fields(version, centis, Addresses::V4(&[A]));
        let refused = fields.encode(ChecksumScope::Message, &mut [0; 64]);
        assert_eq!(refused, Err(EncodeError::Interval { version, interval }));
    }
}

/// Holds: 3768-7.1-14
/// Refuses: 3768-7.1-14
#[test]
fn the_interval_is_ours() {
    for secs in 1..=255 {
        let received = AdvertInterval::from_secs(secs).unwrap();
        let refused = ReceiveError::Interval { received, expected: AdvertInterval::DEFAULT };
        assert_eq!(judge(&with(5, secs), &expect()), if secs == 1 { Ok(()) } else { Err(refused) });
    }
}

/// Holds: 3768-5.3.8-1, 3768-7.1-4
/// Refuses: 3768-5.3.8-1, 3768-7.1-4
#[test]
fn the_sum_is_over_the_whole_message_and_nothing_else() {
    assert_eq!(ones_complement_sum(captured()), 0xffff);
    let view = AdvertisementView::parse(captured(), AddressFamily::V4).unwrap();
    assert_eq!(view.verify_checksum(ChecksumScope::Message), Ok(()));
    assert_eq!(judge(captured(), &expect()), Ok(()));
    // Priority, addresses, authentication data, and the sum itself.
    for at in [2, 6, 7, 8, 15, 16, 23] {
        let mut octets = captured().to_vec();
        octets[at] ^= 0x10;
        assert!(matches!(judge(&octets, &expect()), Err(ReceiveError::Checksum(_))), "octet {at}");
    }
    let with_pseudo = resummed(captured(), &[], &crate::pseudo_header_v4(24));
    assert!(matches!(judge(&with_pseudo, &expect()), Err(ReceiveError::Checksum(_))));
    let pseudo = fields(Version::V2, 100, Addresses::V4(&[A]));
    let refused = pseudo.encode(FACTS.pseudo_header(), &mut [0; 64]);
    assert_eq!(refused, Err(EncodeError::ChecksumScope));
}

/// Holds: 3768-7.1-3
/// Refuses: 3768-7.1-3
#[test]
fn nothing_is_missing_and_nothing_too_much() {
    for len in 0..captured().len() {
        let judged = judge(&captured()[..len], &expect());
        assert!(matches!(judged, Err(ReceiveError::Decode(DecodeError::Truncated { .. }))), "{len}");
    }
    assert_eq!(judge(captured(), &expect()), Ok(()));
    let longer = [captured(), &[0]].concat();
    let trailing = DecodeError::Trailing { expected: 24, got: 25 };
    assert_eq!(judge(&longer, &expect()), Err(trailing.into()));
}

/// Holds: 3768-7.2-1
#[test]
fn every_field_is_written_then_the_sum() {
    let mut out = [0xa5; 24];
    let mut fields = fields(Version::V2, 100, Addresses::V4(&[A, B]));
    fields.encode(ChecksumScope::Message, &mut out).unwrap();
    assert_eq!(out, captured());
    fields.priority = Priority::RELEASE;
    fields.encode(ChecksumScope::Message, &mut out).unwrap();
    assert_eq!(out, message("v2 release"));
    fields.addresses = Addresses::V4(&[A, C]);
    fields.encode(ChecksumScope::Message, &mut out).unwrap();
    assert_eq!(out, resummed(message("v2 release"), &[(15, 102)], &[])[..]);
}

/// Holds: 3768-7.3-1
#[test]
fn the_virtual_mac_ends_in_01_and_the_vrid() {
    for vrid in 1..=255 {
        let mac = Vrid::new(vrid).unwrap().virtual_mac(AddressFamily::V4);
        assert_eq!(mac, [0x00, 0x00, 0x5e, 0x00, 0x01, vrid]);
    }
}
