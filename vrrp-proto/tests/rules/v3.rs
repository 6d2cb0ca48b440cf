//! RFC 5798 and RFC 9568 with its errata, over IPv4.

use hex_literal::hex;
use vrrp_proto::{
    AddressFamily, Addresses, AdvertInterval, AdvertisementFields, AdvertisementView, ChecksumScope,
    DecodeError, EncodeError, Expectation, IpFacts, Policy, Priority, ReceiveError, ReceivedAuthentication,
    VRRP_MULTICAST_V4, Version, Vrid, receive,
};

use crate::{
    A, B, C, FACTS, SENDER, captures::message, fields, ones_complement_sum, pseudo_header_v4, resummed,
    strict,
};

/// Two addresses, VRID 51, priority 200, 250 ms, summed with the pseudo-header.
fn captured() -> &'static [u8] {
    message("v3")
}

fn expect() -> Expectation<'static> {
    strict(Version::V3, 25, Addresses::V4(&[A, B]))
}

fn judge(octets: &[u8], expect: &Expectation<'_>) -> Result<(), ReceiveError> {
    receive(octets, &FACTS, expect).map(|_| ())
}

/// The captured message with one octet replaced and the sum put right, without pseudo-header.
fn with(at: usize, octet: u8) -> Vec<u8> {
    resummed(captured(), &[(at, octet)], &[])
}

/// Holds: 5798-5.1.1.3-2, 9568-5.1.1.3-2, 5798-7.1-1, 9568-7.1-1
/// Refuses: 5798-5.1.1.3-2, 9568-5.1.1.3-2, 5798-7.1-1, 9568-7.1-1
#[test]
fn only_ttl_255_is_accepted() {
    for ttl in 0..=255 {
        let facts = IpFacts::v4(SENDER, VRRP_MULTICAST_V4, ttl);
        let want = if ttl == 255 { Ok(()) } else { Err(ReceiveError::Ttl(ttl)) };
        assert_eq!(receive(captured(), &facts, &expect()).map(|_| ()), want);
    }
}

/// Holds: 5798-5.2.1-1, 9568-5.2.1-1, 5798-7.1-2, 9568-7.1-2
/// Refuses: 5798-5.2.1-1, 9568-5.2.1-1, 5798-7.1-2, 9568-7.1-2
#[test]
fn only_version_3_is_accepted() {
    for version in 0..=15 {
        let judged = judge(&with(0, version << 4 | 1), &expect());
        assert_eq!(judged.is_ok(), version == 3, "{version}: {judged:?}");
    }
    let version = ReceiveError::Version { received: Version::V2, expected: Version::V3 };
    assert_eq!(judge(message("v2"), &expect()), Err(version));
}

/// Holds: 5798-5.2.2-1, 9568-5.2.2-1, 9568-7.1-3
/// Refuses: 5798-5.2.2-1, 9568-5.2.2-1, 9568-7.1-3
#[test]
fn only_type_1_is_accepted() {
    for kind in 0..=15 {
        let want = if kind == 1 { Ok(()) } else { Err(DecodeError::Type(kind).into()) };
        assert_eq!(judge(&with(0, 0x30 | kind), &expect()), want);
    }
}

/// Holds: 5798-5.2.3-1, 9568-5.2.3-1
/// Refuses: 5798-5.2.3-1, 9568-5.2.3-1
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

/// Holds: 5798-5.2.5-1, 9568-5.2.5-1
/// Refuses: 5798-5.2.5-1, 9568-5.2.5-1
#[test]
fn the_count_is_the_number_of_addresses() {
    for count in 1..=255_u8 {
        let addresses: Vec<u8> = (0..count).flat_map(|host| [10, 9, 0, host]).collect();
        let octets = [&[0x31, 51, 200, count, 0, 1, 0, 0][..], &addresses].concat();
        let view = AdvertisementView::parse(&octets, AddressFamily::V4).unwrap();
        assert_eq!((view.count(), view.addresses().len()), (count, count.into()));
    }
    for count in [0, 1, 3, 255] {
        let judged = judge(&with(3, count), &expect());
        assert!(matches!(judged, Err(ReceiveError::Decode(_))), "{count}: {judged:?}");
    }
    let many = vec![A; 256];
    let fields = fields(Version::V3, 25, Addresses::V4(&many));
    let refused = fields.encode(ChecksumScope::Message, &mut [0; 2000]);
    assert_eq!(refused, Err(EncodeError::TooManyAddresses { count: 256 }));
}

/// By the strict policy; keepalived compares the count with its own list instead.
///
/// Holds: 9568-5.2.5-2, 9568-7.1-8
/// Refuses: 9568-5.2.5-2, 9568-7.1-8
#[test]
fn a_count_of_0_is_refused() {
    let none = hex!("31 33 c8 00 0019 06b3");
    assert_eq!(ones_complement_sum(&none), 0xffff);
    let mine = Expectation { addresses: Addresses::V4(&[]), ..expect() };
    assert_eq!(judge(&none, &mine), Err(ReceiveError::NoAddresses));
    assert_eq!(judge(captured(), &expect()), Ok(()));
    let keepalived = Expectation { policy: Policy::KEEPALIVED, ..mine };
    assert_eq!(judge(&none, &keepalived), Ok(()));
}

/// Holds: 5798-5.2.6-1, 9568-5.2.6-1
#[test]
fn reserved_bits_are_written_as_zeros() {
    for centis in [1, 25, 0x100, 4095] {
        let mut out = [0xa5; 16];
        fields(Version::V3, centis, Addresses::V4(&[A, B])).encode(ChecksumScope::Message, &mut out).unwrap();
        assert_eq!(out[4..6], centis.to_be_bytes());
        assert_eq!(out[4] & 0xf0, 0);
    }
}

/// Holds: 5798-5.2.6-2, 9568-5.2.6-2
#[test]
fn reserved_bits_are_not_looked_at() {
    for reserved in 0..=15 {
        let octets = with(4, reserved << 4);
        let received = receive(&octets, &FACTS, &expect()).unwrap();
        assert_eq!(received.view.interval().as_centis(), 25);
        assert_eq!(received.view.authentication(), ReceivedAuthentication::None);
    }
}

/// Holds: 5798-5.2.7-1, 9568-5.2.7-1
/// Refuses: 5798-5.2.7-1, 9568-5.2.7-1
#[test]
fn an_interval_is_1_to_4095_centiseconds() {
    assert_eq!(AdvertInterval::DEFAULT.v3_field(), Some(100));
    for centis in 1..=4095_u16 {
        let [hi, lo] = centis.to_be_bytes();
        let octets = resummed(captured(), &[(4, hi), (5, lo)], &[]);
        let view = AdvertisementView::parse(&octets, AddressFamily::V4).unwrap();
        assert_eq!(view.interval().as_centis(), centis);
    }
    let (version, interval) = (Version::V3, AdvertInterval::from_centis(4096).unwrap());
    let refused = fields(version, 4096, Addresses::V4(&[A])).encode(ChecksumScope::Message, &mut [0; 64]);
    assert_eq!(refused, Err(EncodeError::Interval { version, interval }));
}

/// Holds: 9568-7.1-10
/// Refuses: 9568-7.1-10
#[test]
fn an_interval_of_0_is_refused_whatever_the_policy() {
    for policy in [Policy::STRICT, Policy::KEEPALIVED, Policy::KEEPALIVED_BEFORE_2_3_3] {
        let expect = Expectation { policy, ..expect() };
        assert_eq!(judge(&with(5, 0), &expect), Err(DecodeError::Interval.into()));
        assert_eq!(judge(&with(5, 1), &expect), Ok(()));
    }
    assert_eq!(AdvertInterval::from_centis(0), None);
}

/// Holds: 5798-5.2.8-1, 9568-5.2.8-1, 5798-7.1-4, 9568-7.1-5
/// Refuses: 5798-5.2.8-1, 9568-5.2.8-1, 5798-7.1-4, 9568-7.1-5
#[test]
fn the_sum_covers_every_octet_from_the_version_to_the_last_address() {
    for sound in [captured().to_vec(), resummed(captured(), &[], &[])] {
        assert_eq!(judge(&sound, &expect()), Ok(()));
        // Not the octets whose change another rule names first.
        for at in [2, 5, 6, 7, 8, 11, 12, 15] {
            let mut octets = sound.clone();
            octets[at] ^= 0x10;
            assert!(matches!(judge(&octets, &expect()), Err(ReceiveError::Checksum(_))), "octet {at}");
        }
    }
}

/// Received, either scope will do; what is sent is the sender's choice. So of the two RFCs, which
/// demand opposites, none is broken by a sender that chooses.
///
/// Holds: 5798-5.2.8-2, 9568-5.2.8-2
/// Refuses: 5798-5.2.8-2, 9568-5.2.8-2
#[test]
fn the_pseudo_header_of_ipv4_is_in_the_sum_or_not_by_choice() {
    use vrrp_proto::V3Checksum;
    let bare = resummed(captured(), &[], &[]);
    let with_pseudo = resummed(captured(), &[], &pseudo_header_v4(16));
    assert_eq!(with_pseudo, captured());
    let fields = fields(Version::V3, 25, Addresses::V4(&[A, B]));
    for (scope, want) in [(ChecksumScope::Message, &bare), (FACTS.pseudo_header(), &with_pseudo)] {
        let mut out = [0xa5; 16];
        fields.encode(scope, &mut out).unwrap();
        assert_eq!(out, want[..]);
        assert_eq!(receive(want, &FACTS, &expect()).unwrap().checksum_scope, scope);
    }
    // Told to insist on one, the other is refused.
    let only = |v3_checksum| Expectation { policy: Policy { v3_checksum, ..Policy::STRICT }, ..expect() };
    assert_eq!(judge(&bare, &only(V3Checksum::Message)), Ok(()));
    assert_eq!(judge(&with_pseudo, &only(V3Checksum::PseudoHeader)), Ok(()));
    for (octets, v3_checksum) in [(&bare, V3Checksum::PseudoHeader), (&with_pseudo, V3Checksum::Message)] {
        assert!(matches!(judge(octets, &only(v3_checksum)), Err(ReceiveError::Checksum(_))));
    }
    // Another source or destination in the pseudo-header is no scope at all.
    let other = IpFacts::v4(C, VRRP_MULTICAST_V4, 255);
    assert!(matches!(receive(captured(), &other, &expect()), Err(ReceiveError::Checksum(_))));
}

/// Holds: 5798-7.1-3, 9568-7.1-4
/// Refuses: 5798-7.1-3, 9568-7.1-4
#[test]
fn nothing_is_missing_and_nothing_too_much() {
    for len in 0..captured().len() {
        let judged = judge(&captured()[..len], &expect());
        assert!(matches!(judged, Err(ReceiveError::Decode(DecodeError::Truncated { .. }))), "{len}");
    }
    assert_eq!(judge(captured(), &expect()), Ok(()));
    for more in 1..=64 {
        let longer = [captured(), &vec![0; more]].concat();
        let trailing = DecodeError::Trailing { expected: 16, got: 16 + more };
        assert_eq!(judge(&longer, &expect()), Err(trailing.into()));
    }
}

/// Holds: 5798-7.2-1, 9568-7.2-1
#[test]
fn every_field_is_written_then_the_sum() {
    let mut out = [0xa5; 16];
    let mut fields: AdvertisementFields<'_> = fields(Version::V3, 25, Addresses::V4(&[A, B]));
    fields.encode(FACTS.pseudo_header(), &mut out).unwrap();
    assert_eq!(out, captured());
    fields.priority = Priority::RELEASE;
    fields.encode(FACTS.pseudo_header(), &mut out).unwrap();
    assert_eq!(out, message("v3 release"));
    fields.addresses = Addresses::V4(&[A, C]);
    fields.encode(FACTS.pseudo_header(), &mut out).unwrap();
    assert_eq!(out, resummed(message("v3 release"), &[(15, 102)], &pseudo_header_v4(16))[..]);
}

/// Holds: 5798-7.3-1, 9568-7.3-1
#[test]
fn the_virtual_mac_ends_in_family_and_vrid() {
    for vrid in 1..=255 {
        let own = Vrid::new(vrid).unwrap();
        assert_eq!(own.virtual_mac(AddressFamily::V4), [0x00, 0x00, 0x5e, 0x00, 0x01, vrid]);
        assert_eq!(own.virtual_mac(AddressFamily::V6), [0x00, 0x00, 0x5e, 0x00, 0x02, vrid]);
    }
}
