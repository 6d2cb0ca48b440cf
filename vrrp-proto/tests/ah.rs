//! The IP authentication header, against what Debian's keepalived 2.2.7 sent.
#![cfg(all(feature = "auth", feature = "frame"))]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "outside a test function; a panic fails the test"
)]

mod captures;

use core::net::Ipv4Addr;
use core::num::NonZeroU16;

use captures::{frame, message};
use vrrp_proto::{
    AH_LEN, Addresses, AdvertInterval, AdvertisementFields, AhCheck, AhCoverage, AhError, AhKey, AhWindow,
    Authentication, AuthenticationKind, Credentials, Expectation, FrameError, IpFacts, Ipv4Frame, Ipv4Packet,
    Mode, Password, Policy, Priority, Proof, ReceiveError, Received, UnicastPeer, VRRP_MULTICAST_V4, Version,
    Vrid, receive,
};

const SENDER: Ipv4Addr = Ipv4Addr::new(10, 9, 0, 1);
const PEER: Ipv4Addr = Ipv4Addr::new(10, 9, 0, 2);
const A: Ipv4Addr = Ipv4Addr::new(10, 9, 0, 100);

fn key() -> AhKey {
    AhKey::new(Password::new(b"s3cr3t").unwrap())
}

fn check(key: &AhKey, coverage: AhCoverage) -> AhCheck<'_> {
    AhCheck { key, coverage, window: AhWindow::growing() }
}

fn expect(check: AhCheck<'_>) -> Expectation<'_> {
    Expectation {
        version: Version::V2,
        vrid: Vrid::new(9).unwrap(),
        interval: AdvertInterval::DEFAULT,
        credentials: Credentials::Header(check),
        mode: Mode::Multicast { group: VRRP_MULTICAST_V4.into() },
        addresses: Addresses::V4(&[A]),
        policy: Policy::KEEPALIVED,
    }
}

fn expect_unicast(check: AhCheck<'_>) -> Expectation<'_> {
    const PEERS: &[UnicastPeer] = &[];
    Expectation { mode: Mode::Unicast { peers: PEERS, check_source: false }, ..expect(check) }
}

fn judge<'a>(packet: &'a [u8], expect: &Expectation<'_>) -> Result<Received<'a>, ReceiveError> {
    let packet = Ipv4Frame::parse(packet).unwrap();
    receive(packet.payload(), &packet.facts(), expect)
}

/// Holds: 3768-7.1-7
#[test]
fn what_keepalived_signed_is_accepted() {
    let key = key();
    let by_group = expect(check(&key, AhCoverage::WithTtl));
    let by_unicast = expect_unicast(check(&key, AhCoverage::WithoutTtl));
    for (name, expect, sequence, priority) in [
        ("v2 ah", by_group, 1, 150),
        ("v2 ah release", by_group, 5, 0),
        ("v2 ah unicast", by_unicast, 1, 150),
    ] {
        let received = judge(&frame(name)[14..], &expect).unwrap();
        assert_eq!(received.proof, Proof::Header { sequence }, "{name}");
        assert_eq!(received.view.priority(), Priority::new(priority), "{name}");
        assert!(received.addresses_match, "{name}");
    }
}

#[test]
fn what_we_sign_is_octet_for_octet_keepalived_s() {
    let fields = |priority| AdvertisementFields {
        version: Version::V2,
        vrid: Vrid::new(9).unwrap(),
        priority: Priority::new(priority),
        interval: AdvertInterval::DEFAULT,
        addresses: Addresses::V4(&[A]),
        authentication: Authentication::None,
    };
    for (name, destination, coverage, sequence, priority) in [
        ("v2 ah", VRRP_MULTICAST_V4, AhCoverage::WithTtl, 1, 150),
        ("v2 ah release", VRRP_MULTICAST_V4, AhCoverage::WithTtl, 5, 0),
        ("v2 ah unicast", PEER, AhCoverage::WithoutTtl, 1, 150),
    ] {
        let identification = NonZeroU16::new(sequence).unwrap();
        let packet = Ipv4Packet { source: SENDER, destination, ttl: 255, identification };
        let (want, mut out) = (&frame(name)[14..], [0xa5; 65]);
        let len = packet.encode_authenticated(&fields(priority), &key(), coverage, sequence.into(), &mut out);
        assert_eq!(len, Ok(want.len()), "{name}");
        assert_eq!((&out[..64], out[64]), (want, 0xa5), "{name}");

        let mut small = [0xa5; 63];
        let too_small = FrameError::BufferTooSmall { needed: 64, available: 63 };
        let refused =
            packet.encode_authenticated(&fields(priority), &key(), coverage, sequence.into(), &mut small);
        assert_eq!((refused, small), (Err(too_small), [0xa5; 63]), "{name}");
    }
}

/// RFC 2402 §3.3.3.1.1.1: type of service, flags, offset and checksum change on the way. The
/// TTL does, too, but keepalived has it covered by multicast.
///
/// Refuses: 3768-7.1-7
#[test]
fn one_changed_bit_is_refused_unless_routers_may_change_it() {
    let key = key();
    let by_group = expect(check(&key, AhCoverage::WithTtl));
    let by_unicast = expect_unicast(check(&key, AhCoverage::WithoutTtl));
    for (name, expect, ttl_may_change) in [("v2 ah", by_group, false), ("v2 ah unicast", by_unicast, true)] {
        let captured = &frame(name)[14..];
        for bit in 0..captured.len() * 8 {
            let mut changed = captured.to_vec();
            changed[bit / 8] ^= 1 << (bit % 8);
            let Ok(packet) = Ipv4Frame::parse(&changed) else { continue };
            let refused = receive(packet.payload(), &packet.facts(), &expect).is_err();
            let may_change = match bit / 8 {
                1 | 6 | 7 | 10 | 11 => true,
                8 => ttl_may_change,
                _ => false,
            };
            assert_eq!(refused, !may_change, "{name}, octet {}", bit / 8);
        }
    }
}

/// What is wrong, and what is said of it.
///
/// Refuses: 3768-5.3.6-2, 3768-7.1-7
#[test]
fn each_fault_of_a_header_has_its_name() {
    let (key, other) = (key(), AhKey::from_octets(b"another"));
    let sound = &frame("v2 ah")[14..];
    let with = |coverage| check(&key, coverage);
    let mut seen = with(AhCoverage::WithTtl);
    seen.window.accept(1);
    let replayed = AhError::Replayed { sequence: 1, highest: 1 };
    #[rustfmt::skip]
    let table = [
        ("another key",   expect(check(&other, AhCoverage::WithTtl)), ReceiveError::Header(AhError::CheckValue)),
        ("as by unicast", expect(with(AhCoverage::WithoutTtl)),       ReceiveError::Header(AhError::CheckValue)),
        ("once more",     expect(seen),                               ReceiveError::Header(replayed)),
        ("nobody asked",  Expectation { credentials: Credentials::None, ..expect(seen) }, ReceiveError::HeaderUnexpected),
    ];
    for (name, expect, want) in table {
        assert_eq!(judge(sound, &expect), Err(want), "{name}");
    }
    let ours = expect(with(AhCoverage::WithTtl));
    assert_eq!(judge(&frame("v2 pass")[14..], &ours), Err(ReceiveError::HeaderMissing));

    // Signed with an index that is not the source address.
    let mut wrong_index = sound.to_vec();
    wrong_index[27] = 9;
    sign_anew(&mut wrong_index);
    let spi = AhError::Spi { received: 0x0a09_0009, expected: 0x0a09_0001 };
    assert_eq!(judge(&wrong_index, &ours), Err(ReceiveError::Header(spi)));

    // The header is right, the message says another method.
    let mut no_type = sound.to_vec();
    no_type[48] = 0;
    let mismatch = ReceiveError::AuthenticationMismatch {
        received: AuthenticationKind::None,
        expected: AuthenticationKind::Header,
    };
    assert_eq!(judge(&no_type, &ours), Err(mismatch));
}

/// HMAC-MD5 over the packet as keepalived takes it by multicast, with the md5 and hmac crates
/// and none of our own code.
fn sign_anew(packet: &mut [u8]) {
    use hmac::{Hmac, KeyInit, Mac};
    let mut covered = packet.to_vec();
    for at in [1, 6, 7, 10, 11].into_iter().chain(32..44) {
        covered[at] = 0;
    }
    let mut mac = Hmac::<md5::Md5>::new_from_slice(b"s3cr3t\0\0").unwrap();
    mac.update(&covered);
    packet[32..44].copy_from_slice(&mac.finalize().into_bytes()[..12]);
}

#[test]
fn a_packet_whose_header_cannot_be_read_is_named() {
    let sound = &frame("v2 ah")[14..];
    let cut = |len: u8| {
        let mut packet = sound[..usize::from(len)].to_vec();
        packet[3] = len;
        packet
    };
    let edit = |at: usize, octet: u8| {
        let mut packet = sound.to_vec();
        packet[at] = octet;
        packet
    };
    let mut with_option = [&sound[..20], &[0x94, 0x04, 0, 0], &sound[20..]].concat();
    (with_option[0], with_option[3]) = (0x46, 68);
    for (packet, want) in [
        (cut(43), AhError::Truncated(23)),
        (cut(20), AhError::Truncated(0)),
        (edit(20, 6), AhError::NextHeader(6)),
        (edit(21, 5), AhError::Length(5)),
        (with_option, AhError::IpHeader),
    ] {
        assert_eq!(Ipv4Frame::parse(&packet), Err(FrameError::AuthenticationHeader(want)));
    }
    // By hand, without etherparse.
    let (header, payload) = sound.split_at(20);
    assert_eq!(IpFacts::v4_authenticated(header, &payload[1..]), Err(AhError::IpHeader));
    assert_eq!(IpFacts::v4_authenticated(&header[1..], payload), Err(AhError::IpHeader));
    let (facts, read) = IpFacts::v4_authenticated(header, payload).unwrap();
    assert_eq!((facts.source(), facts.destination()), (SENDER.into(), VRRP_MULTICAST_V4.into()));
    assert_eq!((facts.ttl(), read), (255, &payload[AH_LEN..]));
    let header = facts.authentication_header().unwrap();
    assert_eq!((header.spi(), header.sequence()), (u32::from(SENDER), 1));
    assert_eq!(Ipv4Frame::parse(sound).unwrap().facts(), facts);
    assert_eq!(message("v2 pass").len(), read.len());
}

/// As a daemon does: one window for what is heard and what is sent.
#[test]
fn a_window_lets_each_packet_in_once() {
    let key = key();
    let mut window = AhWindow::growing();
    let mut hear = |name| {
        let expect = expect(AhCheck { window, ..check(&key, AhCoverage::WithTtl) });
        let proof = judge(&frame(name)[14..], &expect)?.proof;
        let Proof::Header { sequence } = proof else { panic!("{proof:?}") };
        window.accept(sequence);
        Ok::<_, ReceiveError>(sequence)
    };
    assert_eq!(hear("v2 ah"), Ok(1));
    assert!(hear("v2 ah").is_err());
    assert_eq!(hear("v2 ah release"), Ok(5));
    assert!(hear("v2 ah").is_err());
    assert_eq!(window.next(), Some(6));
}
