//! Laws that hold for every packet and every key.
#![cfg(all(feature = "auth", feature = "frame"))]
#![expect(clippy::unwrap_used, reason = "outside a test function; a panic fails the test")]

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::num::{NonZeroU8, NonZeroU16};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use vrrp_proto::{
    Addresses, AdvertInterval, AdvertisementFields, AhCheck, AhCoverage, AhKey, AhWindow, Announcement,
    AntiReplay, Authentication, ChecksumScope, Credentials, EthernetFrame, Expectation, HmacCheck, HmacKey,
    HmacMode, HmacSequence, Ipv4Frame, Ipv4Packet, Ipv6Frame, Ipv6Packet, Mode, Policy, Priority, Proof,
    Version, Vrid, gratuitous_arp, gratuitous_arp_reply, receive, unsolicited_neighbour_advertisement,
    write_ethernet_header,
};

const NOW: u32 = 1_000_000_000;

fn fields(
    version: Version,
    (vrid, priority, secs): (u8, u8, u8),
    addresses: Addresses<'_>,
) -> AdvertisementFields<'_> {
    AdvertisementFields {
        version,
        vrid: Vrid::new(vrid).unwrap(),
        priority: Priority::new(priority),
        interval: AdvertInterval::from_secs(secs).unwrap(),
        addresses,
        authentication: Authentication::None,
    }
}

fn expect<'a>(
    fields: &AdvertisementFields<'a>,
    group: IpAddr,
    credentials: Credentials<'a>,
) -> Expectation<'a> {
    let mode = if group.is_multicast() {
        Mode::Multicast { group }
    } else {
        Mode::Unicast { peers: &[], check_source: false }
    };
    Expectation {
        version: fields.version,
        vrid: fields.vrid,
        interval: fields.interval,
        credentials,
        mode,
        addresses: fields.addresses,
        policy: Policy::KEEPALIVED_BEFORE_2_3_3,
    }
}

/// VRID, priority, whole seconds that both versions can say.
fn content() -> impl Strategy<Value = (u8, u8, u8)> {
    (1..=255_u8, any::<u8>(), 1..=40_u8)
}

fn packet() -> impl Strategy<Value = Ipv4Packet> {
    (any::<[u8; 4]>(), any::<[u8; 4]>(), any::<u16>()).prop_map(|(source, destination, number)| Ipv4Packet {
        source: source.into(),
        destination: destination.into(),
        ttl: 255,
        identification: NonZeroU16::new(number).unwrap_or(NonZeroU16::MIN),
    })
}

proptest! {
    #[test]
    fn an_ipv4_packet_is_read_as_it_was_written(
        packet in packet(), content in content(), list in vec(any::<Ipv4Addr>(), 0..=255), v3: bool,
        pseudo: bool, vlan in proptest::option::of(0..4095_u16), padding in 0..64_usize,
    ) {
        let version = if v3 { Version::V3 } else { Version::V2 };
        let fields = fields(version, content, Addresses::V4(&list));
        let scope = if v3 && pseudo { packet.pseudo_header() } else { ChecksumScope::Message };
        let mut out = vec![0xa5; 1500];
        let header = write_ethernet_header([2; 6], [3; 6], vlan, 0x0800, &mut out).unwrap();
        let len = packet.encode(&fields, scope, &mut out[header..]).unwrap();
        // Ethernet pads short frames.
        let frame = EthernetFrame::parse(&out[..header + len + padding]).unwrap();
        prop_assert_eq!((frame.vlan, frame.ether_type), (vlan, 0x0800));
        let read = Ipv4Frame::parse(frame.payload).unwrap();
        prop_assert_eq!(read.identification(), packet.identification.get());
        prop_assert_eq!(read.facts().source(), packet.source);
        let expect = expect(&fields, packet.destination.into(), Credentials::None);
        let facts = read.facts();
        let received = receive(read.payload(), &facts, &expect).unwrap();
        prop_assert_eq!(received.view.priority(), fields.priority);
        prop_assert!(received.addresses_match);
    }

    #[test]
    fn an_ipv6_packet_is_read_as_it_was_written(
        source: Ipv6Addr, destination: Ipv6Addr, content in content(), list in vec(any::<Ipv6Addr>(), 0..=255),
        padding in 0..64_usize,
    ) {
        let packet = Ipv6Packet { source, destination, hop_limit: 255 };
        let fields = fields(Version::V3, content, Addresses::V6(&list));
        let mut out = vec![0xa5; 6000];
        let len = packet.encode(&fields, &mut out).unwrap();
        let read = Ipv6Frame::parse(&out[..len + padding]).unwrap();
        let facts = read.facts();
        let expect = expect(&fields, destination.into(), Credentials::None);
        prop_assert!(receive(read.payload(), &facts, &expect).unwrap().addresses_match);
    }

    /// One bit of message, authentication header or covered IP header.
    #[test]
    fn an_authenticated_packet_is_accepted_and_a_changed_one_is_not(
        packet in packet(), content in content(), list in vec(any::<Ipv4Addr>(), 0..=255),
        key in vec(any::<u8>(), 1..100), sequence in 1..=u32::MAX, at: Index, with_ttl: bool,
    ) {
        let (key, coverage) = (
            AhKey::from_octets(&key),
            if with_ttl { AhCoverage::WithTtl } else { AhCoverage::WithoutTtl },
        );
        let fields = fields(Version::V2, content, Addresses::V4(&list));
        let mut out = vec![0xa5; 1500];
        let len = packet.encode_authenticated(&fields, &key, coverage, sequence, &mut out).unwrap();
        out.truncate(len);
        let check = AhCheck { key: &key, coverage, window: AhWindow::growing() };
        let expect = expect(&fields, packet.destination.into(), Credentials::Header(check));
        let read = Ipv4Frame::parse(&out).unwrap();
        let facts = read.facts();
        prop_assert_eq!(receive(read.payload(), &facts, &expect).unwrap().proof, Proof::Header { sequence });

        // Type of service, flags, offset, TTL and checksum may change on the way.
        let covered: Vec<usize> = (0..len).filter(|octet| ![1, 6, 7, 8, 10, 11].contains(octet)).collect();
        let bit = at.index(covered.len() * 8);
        out[covered[bit / 8]] ^= 1 << (bit % 8);
        if let Ok(read) = Ipv4Frame::parse(&out) {
            let facts = read.facts();
            prop_assert!(receive(read.payload(), &facts, &expect).is_err());
        }
    }

    #[test]
    fn a_signed_message_is_accepted_and_a_changed_one_is_not(
        packet in packet(), content in content(), list in vec(any::<Ipv4Addr>(), 0..=255),
        key in vec(any::<u8>(), 32..=64), nanos in 0..1_000_000_000_u32, at: Index, v3: bool,
    ) {
        // A trailer is only taken from peers; the group has none.
        let packet = Ipv4Packet { destination: vrrp_proto::VRRP_MULTICAST_V4, ..packet };
        let keys = [HmacKey::new(NonZeroU8::MAX, &key).unwrap()];
        let version = if v3 { Version::V3 } else { Version::V2 };
        let fields = fields(version, content, Addresses::V4(&list));
        let sequence = HmacSequence::at(NOW, nanos);
        let mut out = vec![0xa5; 1500];
        let len =
            packet.encode_signed(&fields, ChecksumScope::Message, &keys[0], sequence, &mut out).unwrap();
        out.truncate(len);
        let anti_replay = AntiReplay::Time { window: 1 };
        let check = HmacCheck { keys: &keys, mode: HmacMode::Enforce, anti_replay, last: None, now: NOW };
        let expect = expect(&fields, packet.destination.into(), Credentials::Trailer(check));
        let read = Ipv4Frame::parse(&out).unwrap();
        let facts = read.facts();
        let proof = receive(read.payload(), &facts, &expect).unwrap().proof;
        prop_assert_eq!(proof, Proof::Trailer { sequence, skew: 0 });

        let bit = at.index((len - 20) * 8);
        out[20 + bit / 8] ^= 1 << (bit % 8);
        let read = Ipv4Frame::parse(&out).unwrap();
        let facts = read.facts();
        prop_assert!(receive(read.payload(), &facts, &expect).is_err());
    }

    #[test]
    fn an_announcement_is_read_as_it_was_written(mac: [u8; 6], v4: Ipv4Addr, v6: Ipv6Addr, router: bool) {
        let read = |octets: &[u8]| Announcement::parse(&EthernetFrame::parse(octets).unwrap());
        let arp = |reply| Ok(Announcement::Arp { address: v4, mac, reply });
        prop_assert_eq!(read(&gratuitous_arp(mac, v4)), arp(false));
        prop_assert_eq!(read(&gratuitous_arp_reply(mac, v4)), arp(true));
        let neighbour = Announcement::Neighbour { address: v6, mac: Some(mac), router, overrides: true };
        prop_assert_eq!(read(&unsolicited_neighbour_advertisement(mac, v6, router)), Ok(neighbour));
    }

    #[test]
    fn no_frame_panics(octets in vec(any::<u8>(), 0..120), ether_type in prop::sample::select(vec![0x0800_u16, 0x0806, 0x86dd, 0x8100])) {
        let mut octets = octets;
        if let Some(to) = octets.get_mut(12..14) {
            to.copy_from_slice(&ether_type.to_be_bytes());
        }
        if let Ok(frame) = EthernetFrame::parse(&octets) {
            let _ = (Ipv4Frame::parse(frame.payload), Ipv6Frame::parse(frame.payload), Announcement::parse(&frame));
        }
    }
}
