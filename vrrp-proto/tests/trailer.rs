//! The authentication trailer (`auth_hmac`), against the images in the appendix of the draft
//! that defines it: key 00 01 … 1f, VRID 51, priority 200, number 0x6800000080000000.
#![cfg(feature = "auth")]
#![expect(clippy::unwrap_used, reason = "outside a test function; a panic fails the test")]

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::num::NonZeroU8;

use hex_literal::hex;
use vrrp_proto::{
    Addresses, AdvertInterval, AdvertisementFields, AntiReplay, Authentication, ChecksumScope, Credentials,
    DecodeError, EncodeError, Expectation, HMAC_TRAILER_LEN, HmacCheck, HmacError, HmacKey, HmacMode,
    HmacSequence, IpFacts, Mode, Password, Policy, Priority, Proof, ReceiveError, Received, ReplayGuard,
    UnicastPeer, VRRP_MULTICAST_V4, VRRP_MULTICAST_V6, Version, Vrid, receive,
};

const SEQUENCE: HmacSequence = HmacSequence::new(0x6800_0000_8000_0000);
const NOW: u32 = 0x6800_0000;

/// From 198.51.100.10, for 192.0.2.100; the checksum is over the message alone.
const V4: [u8; 12 + HMAC_TRAILER_LEN] = hex!(
    "3133c801 0064 4402 c0000264"
    "01 01 0000 68000000 8000 0000 1b84bc4e8e43892dc6d98448f8ee2265"
);
const V4_FROM: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 10);
const V4_FOR: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 100);

/// From fe80::10 to fe80::20, for fe80::100; the checksum covers the trailer.
const V6: [u8; 24 + HMAC_TRAILER_LEN] = hex!(
    "3133c801 0064 a2e9 fe800000000000000000000000000100"
    "01 01 0000 68000000 8000 0000 c8c56146ebfd66ee10ec4d8186461b78"
);
const V6_FROM: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0x10);
const V6_TO: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0x20);
const V6_FOR: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0x100);
const V6_PEERS: [UnicastPeer; 1] =
    [UnicastPeer { address: IpAddr::V6(V6_FROM), min_ttl: None, max_ttl: None }];

fn key() -> HmacKey {
    let octets: [u8; 32] = core::array::from_fn(|index| u8::try_from(index).unwrap());
    HmacKey::new(NonZeroU8::MIN, &octets).unwrap()
}

fn check(keys: &[HmacKey]) -> HmacCheck<'_> {
    let anti_replay = AntiReplay::Time { window: 5 };
    HmacCheck { keys, mode: HmacMode::Enforce, anti_replay, last: None, now: NOW }
}

fn expect_v4(check: HmacCheck<'_>) -> Expectation<'_> {
    Expectation {
        version: Version::V3,
        vrid: Vrid::new(51).unwrap(),
        interval: AdvertInterval::DEFAULT,
        credentials: Credentials::Trailer(check),
        mode: Mode::Multicast { group: VRRP_MULTICAST_V4.into() },
        addresses: Addresses::V4(&[V4_FOR]),
        policy: Policy::KEEPALIVED,
    }
}

fn expect_v6(check: HmacCheck<'_>) -> Expectation<'_> {
    let mode = Mode::Unicast { peers: &V6_PEERS, check_source: false };
    Expectation { mode, addresses: Addresses::V6(&[V6_FOR]), ..expect_v4(check) }
}

const BY_GROUP: IpFacts = IpFacts::v4(V4_FROM, VRRP_MULTICAST_V4, 255);
const BY_UNICAST: IpFacts = IpFacts::v6(V6_FROM, V6_TO, 255);

fn receive_v4<'a>(octets: &'a [u8], check: HmacCheck<'_>) -> Result<Received<'a>, ReceiveError> {
    receive(octets, &BY_GROUP, &expect_v4(check))
}

#[test]
fn the_draft_s_images_are_accepted() {
    let keys = [key()];
    let v4 = receive_v4(&V4, check(&keys)).unwrap();
    assert_eq!(v4.proof, Proof::Trailer { sequence: SEQUENCE, skew: 0 });
    assert_eq!(v4.view.as_octets(), &V4[..12]);
    assert_eq!(v4.checksum_scope, ChecksumScope::Message);
    let v6 = receive(&V6, &BY_UNICAST, &expect_v6(check(&keys))).unwrap();
    assert_eq!(v6.proof, Proof::Trailer { sequence: SEQUENCE, skew: 0 });
    assert_eq!(v6.view.as_octets(), &V6[..24]);
}

#[test]
fn the_draft_s_images_are_what_we_write() {
    let fields = AdvertisementFields {
        version: Version::V3,
        vrid: Vrid::new(51).unwrap(),
        priority: Priority::new(200),
        interval: AdvertInterval::DEFAULT,
        addresses: Addresses::V4(&[V4_FOR]),
        authentication: Authentication::None,
    };
    let mut out = [0xa5; 64];
    let len = fields.encode_signed(ChecksumScope::Message, &key(), V4_FROM.into(), SEQUENCE, &mut out);
    assert_eq!((len, fields.signed_len()), (Ok(V4.len()), V4.len()));
    assert_eq!(out[..V4.len()], V4);
    assert_eq!(out[V4.len()..], [0xa5; 64 - V4.len()]);
    let fields = AdvertisementFields { addresses: Addresses::V6(&[V6_FOR]), ..fields };
    let scope = ChecksumScope::PseudoV6 { src: V6_FROM, dst: V6_TO };
    assert_eq!(fields.encode_signed(scope, &key(), V6_FROM.into(), SEQUENCE, &mut out), Ok(V6.len()));
    assert_eq!(out[..V6.len()], V6);
}

#[test]
fn what_cannot_be_signed_leaves_the_buffer_alone() {
    let fields = AdvertisementFields {
        version: Version::V2,
        vrid: Vrid::new(51).unwrap(),
        priority: Priority::new(200),
        interval: AdvertInterval::DEFAULT,
        addresses: Addresses::V4(&[V4_FOR]),
        authentication: Authentication::Password(Password::new(b"secret").unwrap()),
    };
    let mut out = [0xa5; 47];
    let mut sign = |fields: AdvertisementFields<'_>| {
        fields.encode_signed(ChecksumScope::Message, &key(), V4_FROM.into(), SEQUENCE, &mut out)
    };
    assert_eq!(sign(fields), Err(EncodeError::TwoAuthentications));
    let fields = AdvertisementFields { authentication: Authentication::None, ..fields };
    assert_eq!(sign(fields), Err(EncodeError::BufferTooSmall { needed: 48, available: 47 }));
    assert_eq!(out, [0xa5; 47]);
}

/// The code covers everything but the checksum, which over IPv4 fails by itself.
#[test]
fn one_changed_bit_anywhere_is_refused() {
    let keys = [key()];
    let monotonic = HmacCheck { anti_replay: AntiReplay::Monotonic, ..check(&keys) };
    for (image, facts, expect) in
        [(&V4[..], BY_GROUP, expect_v4(monotonic)), (&V6[..], BY_UNICAST, expect_v6(monotonic))]
    {
        for bit in 0..image.len() * 8 {
            let mut changed = image.to_vec();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(receive(&changed, &facts, &expect).is_err(), "bit {bit} of {image:02x?}");
        }
    }
}

/// A message, what is wrong with its trailer, and what is said of it.
#[test]
fn each_fault_of_a_trailer_has_its_name() {
    let keys = [key()];
    let other = [HmacKey::new(NonZeroU8::MIN, &[7; 64]).unwrap()];
    let changed = |at: usize, octet: u8| {
        let mut image = V4;
        image[at] = octet;
        image
    };
    let at = |now| HmacCheck { now, ..check(&keys) };
    let last = |last| HmacCheck { last: Some(HmacSequence::new(last)), ..check(&keys) };
    #[rustfmt::skip]
    let table: [(&[u8], HmacCheck<'_>, HmacError); 11] = [
        (&V4[..12],           check(&keys),   HmacError::Missing),
        (&changed(12, 2),     check(&keys),   HmacError::Type(2)),
        (&changed(13, 9),     check(&keys),   HmacError::UnknownKey(9)),
        (&changed(15, 4),     check(&keys),   HmacError::Reserved(4)),
        (&changed(39, 0),     check(&keys),   HmacError::Code),
        (&changed(2, 201),    check(&keys),   HmacError::Code),
        (&V4,                 check(&other),  HmacError::Code),
        (&V4,                 at(NOW + 6),    HmacError::Stale { skew: 6 }),
        (&V4,                 at(NOW - 6),    HmacError::Stale { skew: -6 }),
        (&V4,                 last(SEQUENCE.get()),
            HmacError::Replayed { sequence: SEQUENCE, last: SEQUENCE }),
        (&V4,                 last(SEQUENCE.get() + 1),
            HmacError::Replayed { sequence: SEQUENCE, last: HmacSequence::new(SEQUENCE.get() + 1) }),
    ];
    for (image, check, want) in table {
        assert_eq!(receive_v4(image, check), Err(ReceiveError::Trailer(want)));
    }
}

#[test]
fn the_edges_of_window_and_order_are_inside() {
    let keys = [key()];
    for (now, skew) in [(NOW + 5, 5), (NOW - 5, -5)] {
        let received = receive_v4(&V4, HmacCheck { now, ..check(&keys) }).unwrap();
        assert_eq!(received.proof, Proof::Trailer { sequence: SEQUENCE, skew });
    }
    let before = HmacSequence::new(SEQUENCE.get() - 1);
    assert!(receive_v4(&V4, HmacCheck { last: Some(before), ..check(&keys) }).is_ok());
    // A mark from a clock that was wrong by more than the window does not lock the sender out,
    // unless numbers alone count.
    let last = Some(HmacSequence::at(NOW + 600, 0));
    assert!(receive_v4(&V4, HmacCheck { last, ..check(&keys) }).is_ok());
    let monotonic = HmacCheck { last, anti_replay: AntiReplay::Monotonic, ..check(&keys) };
    assert!(matches!(receive_v4(&V4, monotonic), Err(ReceiveError::Trailer(HmacError::Replayed { .. }))));
}

#[test]
fn modes_differ_in_messages_without_trailer_only() {
    let keys = [key()];
    let mut wrong = V4;
    wrong[20] ^= 1;
    for mode in [HmacMode::ReceiveOnly, HmacMode::Permissive] {
        let check = HmacCheck { mode, ..check(&keys) };
        assert_eq!(receive_v4(&V4[..12], check).unwrap().proof, Proof::TrailerMissing);
        assert!(receive_v4(&wrong, check).is_err());
        assert!(receive_v4(&V4, check).is_ok());
    }
}

#[test]
fn a_trailer_that_nobody_asked_for_is_too_long() {
    let keys = [key()];
    let expect = Expectation { credentials: Credentials::None, ..expect_v4(check(&keys)) };
    let trailing = DecodeError::Trailing { expected: 12, got: 40 };
    assert_eq!(receive(&V4, &BY_GROUP, &expect), Err(trailing.into()));
    for len in [13, 39] {
        let trailing = DecodeError::Trailing { expected: 12, got: len };
        assert_eq!(receive_v4(&V4[..len], check(&keys)), Err(trailing.into()));
    }
}

/// Copied into another family, VRID or sender, a trailer is worth nothing.
#[test]
fn a_trailer_is_bound_to_its_sender() {
    let keys = [key()];
    let elsewhere = IpFacts::v4(Ipv4Addr::new(198, 51, 100, 11), VRRP_MULTICAST_V4, 255);
    let code = Err(ReceiveError::Trailer(HmacError::Code));
    assert_eq!(receive(&V4, &elsewhere, &expect_v4(check(&keys))), code);
    let mut other_vrid = V4;
    other_vrid[1] = 52;
    let expect = Expectation { vrid: Vrid::new(52).unwrap(), ..expect_v4(check(&keys)) };
    assert_eq!(receive(&other_vrid, &BY_GROUP, &expect), code);
}

#[test]
fn a_unicast_sender_must_be_a_peer() {
    let keys = [key()];
    let mode = Mode::Unicast { peers: &[], check_source: false };
    let expect = Expectation { mode, ..expect_v6(check(&keys)) };
    assert_eq!(receive(&V6, &BY_UNICAST, &expect), Err(ReceiveError::Source(V6_FROM.into())));
}

#[test]
fn the_version_2_message_has_its_zeros_before_the_trailer() {
    let fields = AdvertisementFields {
        version: Version::V2,
        vrid: Vrid::new(51).unwrap(),
        priority: Priority::new(200),
        interval: AdvertInterval::DEFAULT,
        addresses: Addresses::V4(&[V4_FOR]),
        authentication: Authentication::None,
    };
    let mut out = [0xa5; 48];
    fields.encode_signed(ChecksumScope::Message, &key(), V4_FROM.into(), SEQUENCE, &mut out).unwrap();
    assert_eq!(out[12..20], [0; 8]);
    let keys = [key()];
    let expect = Expectation { version: Version::V2, ..expect_v4(check(&keys)) };
    assert!(receive(&out, &BY_GROUP, &expect).is_ok());
}

/// One after the other, as a daemon does.
#[test]
fn a_guard_lets_each_message_in_once() {
    let keys = [key()];
    let mut guard = ReplayGuard::<4>::new();
    let hear = |guard: &mut ReplayGuard, octets: &[u8]| {
        let last = guard.last(V4_FROM.into());
        let proof = receive_v4(octets, HmacCheck { last, ..check(&keys) })?.proof;
        let Proof::Trailer { sequence, .. } = proof else { panic!("{proof:?}") };
        guard.accept(V4_FROM.into(), sequence);
        Ok::<_, ReceiveError>(())
    };
    assert_eq!(hear(&mut guard, &V4), Ok(()));
    assert!(hear(&mut guard, &V4).is_err());
    let next = HmacSequence::next(Some(SEQUENCE), HmacSequence::at(NOW, 0), AntiReplay::Monotonic);
    let mut out = V4;
    let (message, trailer) = out.split_at_mut(12);
    trailer.copy_from_slice(&key().sign(V4_FROM.into(), next, message));
    assert_eq!(hear(&mut guard, &out), Ok(()));
}

#[test]
fn keys_have_32_to_64_octets_and_are_not_printed() {
    for (len, good) in [(31, false), (32, true), (64, true), (65, false)] {
        assert_eq!(HmacKey::new(NonZeroU8::MAX, &vec![1; len]).is_some(), good, "{len}");
    }
    assert_eq!(format!("{:?}", key()), "HmacKey(1: ***)");
    assert_eq!(key().id().get(), 1);
}

#[test]
fn the_window_is_three_intervals_and_at_least_five_seconds() {
    for (centis, window) in [(1, 5), (100, 5), (200, 6), (250, 8), (25_500, 300)] {
        let interval = AdvertInterval::from_centis(centis).unwrap();
        assert_eq!(AntiReplay::default_for(interval), AntiReplay::Time { window });
    }
}

/// The checksum of an IPv6 group packet covers the trailer, too.
#[test]
fn an_ipv6_checksum_without_the_trailer_is_wrong() {
    let keys = [key()];
    let fields = AdvertisementFields {
        version: Version::V3,
        vrid: Vrid::new(51).unwrap(),
        priority: Priority::new(200),
        interval: AdvertInterval::DEFAULT,
        addresses: Addresses::V6(&[V6_FOR]),
        authentication: Authentication::None,
    };
    let facts = IpFacts::v6(V6_FROM, VRRP_MULTICAST_V6, 255);
    let mode = Mode::Multicast { group: VRRP_MULTICAST_V6.into() };
    let expect = Expectation { mode, ..expect_v6(check(&keys)) };
    let mut out = [0; 52];
    fields.encode_signed(facts.pseudo_header(), &key(), V6_FROM.into(), SEQUENCE, &mut out).unwrap();
    assert!(receive(&out, &facts, &expect).is_ok());
    let (message, trailer) = out.split_at_mut(24);
    fields.encode(facts.pseudo_header(), message).unwrap();
    trailer.copy_from_slice(&key().sign(V6_FROM.into(), SEQUENCE, message));
    assert!(matches!(receive(&out, &facts, &expect), Err(ReceiveError::Checksum(_))));
}
