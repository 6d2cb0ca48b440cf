//! Whole packets and frames: what keepalived sent is taken apart, what we write is the same.
#![cfg(feature = "frame")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "outside a test function; a panic fails the test"
)]

mod captures;

use core::net::{Ipv4Addr, Ipv6Addr};
use core::num::NonZeroU16;

use captures::{frame, message};
use vrrp_proto::{
    Addresses, AdvertInterval, AdvertisementFields, Announcement, Authentication, ChecksumScope, EncodeError,
    EthernetFrame, FrameError, IPV4_HEADER_LEN, IpFacts, Ipv4Frame, Ipv4Packet, Ipv6Frame, Ipv6Packet,
    Password, Priority, VRRP_MULTICAST_V4, VRRP_MULTICAST_V6, Version, Vrid, gratuitous_arp,
    gratuitous_arp_reply, unsolicited_neighbour_advertisement, write_ethernet_header,
};

const MAC: [u8; 6] = [0xf2, 0x1d, 0x28, 0x7a, 0xf9, 0x83];
const SENDER: Ipv4Addr = Ipv4Addr::new(10, 9, 0, 1);
const PEER: Ipv4Addr = Ipv4Addr::new(10, 9, 0, 2);
const A: Ipv4Addr = Ipv4Addr::new(10, 9, 0, 100);
const B: Ipv4Addr = Ipv4Addr::new(10, 9, 0, 101);
const SENDER_V6: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0xf01d, 0x28ff, 0xfe7a, 0xf983);
const TWO_V6: [Ipv6Addr; 2] =
    [Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 9, 0x100), Ipv6Addr::new(0x2001, 0xdb8, 9, 0, 0, 0, 0, 0x100)];

fn fields(
    version: Version,
    vrid: u8,
    priority: u8,
    centis: u16,
    addresses: Addresses<'_>,
) -> AdvertisementFields<'_> {
    AdvertisementFields {
        version,
        vrid: Vrid::new(vrid).unwrap(),
        priority: Priority::new(priority),
        interval: AdvertInterval::from_centis(centis).unwrap(),
        addresses,
        authentication: Authentication::None,
    }
}

fn packet(destination: Ipv4Addr, identification: u16) -> Ipv4Packet {
    let identification = NonZeroU16::new(identification).unwrap();
    Ipv4Packet { source: SENDER, destination, ttl: 255, identification }
}

#[test]
fn a_captured_frame_is_taken_apart() {
    let ethernet = EthernetFrame::parse(frame("v2")).unwrap();
    assert_eq!(ethernet.source, MAC);
    assert_eq!(ethernet.destination, [0x01, 0x00, 0x5e, 0x00, 0x00, 0x12]);
    assert_eq!((ethernet.vlan, ethernet.ether_type), (None, 0x0800));
    let ip = Ipv4Frame::parse(ethernet.payload).unwrap();
    assert_eq!(ip.facts(), IpFacts::v4(SENDER, VRRP_MULTICAST_V4, 255));
    assert_eq!(ip.identification(), 1);
    assert_eq!(ip.payload(), message("v2"));
}

#[test]
fn ethernet_padding_is_cut_off_by_the_ip_length() {
    let mut padded = frame("v3 unicast").to_vec();
    padded.resize(60, 0);
    let ip = EthernetFrame::parse(&padded).unwrap().payload;
    assert_eq!(Ipv4Frame::parse(ip).unwrap().payload(), message("v3 unicast"));
}

#[test]
fn a_vlan_tag_is_skipped() {
    let captured = frame("v2");
    let tagged = [&captured[..12], &[0x81, 0x00, 0xc0, 0x2a], &captured[12..]].concat();
    let ethernet = EthernetFrame::parse(&tagged).unwrap();
    assert_eq!((ethernet.vlan, ethernet.ether_type), (Some(42), 0x0800));
    assert_eq!(Ipv4Frame::parse(ethernet.payload).unwrap().payload(), message("v2"));
    let cut = EthernetFrame::parse(&tagged[..16]);
    assert_eq!(cut, Err(FrameError::Truncated { needed: 4, got: 2 }));
    assert_eq!(EthernetFrame::parse(&tagged[..13]), Err(FrameError::Truncated { needed: 14, got: 13 }));
}

#[test]
fn ip_options_are_skipped() {
    let captured = &frame("v2")[14..];
    let mut with_option = [&captured[..20], &[0x94, 0x04, 0, 0], &captured[20..]].concat();
    with_option[0] = 0x46;
    with_option[3] += 4;
    assert_eq!(Ipv4Frame::parse(&with_option).unwrap().payload(), message("v2"));
}

#[test]
fn a_packet_is_octet_for_octet_keepalived_s() {
    use Version::{V2, V3};
    let (one, two) = (Addresses::V4(&[A]), Addresses::V4(&[A, B]));
    #[rustfmt::skip]
    let cases = [
        ("v2",                 packet(VRRP_MULTICAST_V4, 1),  fields(V2, 51, 200, 100, two)),
        ("v2 release",         packet(VRRP_MULTICAST_V4, 4),  fields(V2, 51,   0, 100, two)),
        ("v3",                 packet(VRRP_MULTICAST_V4, 1),  fields(V3, 51, 200,  25, two)),
        ("v3 release",         packet(VRRP_MULTICAST_V4, 14), fields(V3, 51,   0,  25, two)),
        ("v2 unicast",         packet(PEER, 1),               fields(V2, 52, 200, 100, one)),
        ("v3 unicast",         packet(PEER, 1),               fields(V3, 53, 200,  25, one)),
        ("v3 unicast release", packet(PEER, 14),              fields(V3, 53,   0,  25, one)),
    ];
    for (name, packet, fields) in cases {
        let scope = match fields.version {
            V2 => ChecksumScope::Message,
            V3 => packet.pseudo_header(),
        };
        let want = &frame(name)[14..];
        let mut out = [0xa5; 100];
        assert_eq!(packet.encode(&fields, scope, &mut out), Ok(want.len()), "{name}");
        assert_eq!(&out[..want.len()], want, "{name}");
        assert!(out[want.len()..].iter().all(|octet| *octet == 0xa5), "{name}");
    }
}

/// But for the flow label, which the kernel chose.
#[test]
fn an_ipv6_packet_is_keepalived_s() {
    let packet = Ipv6Packet { source: SENDER_V6, destination: VRRP_MULTICAST_V6, hop_limit: 255 };
    let fields = fields(Version::V3, 54, 200, 25, Addresses::V6(&TWO_V6));
    let mut want = frame("v3 ipv6")[14..].to_vec();
    want[1..4].copy_from_slice(&[0, 0, 0]);
    let mut out = [0xa5; 100];
    assert_eq!(packet.encode(&fields, &mut out), Ok(want.len()));
    assert_eq!(out[..want.len()], want);
}

#[test]
fn an_ipv6_packet_is_taken_apart() {
    let ethernet = EthernetFrame::parse(frame("v3 ipv6")).unwrap();
    let mut padded = ethernet.payload.to_vec();
    padded.push(0);
    let ip = Ipv6Frame::parse(&padded).unwrap();
    assert_eq!(ip.facts(), IpFacts::v6(SENDER_V6, VRRP_MULTICAST_V6, 255));
    assert_eq!(ip.payload(), message("v3 ipv6"));

    type Edit = fn(&mut Vec<u8>);
    #[rustfmt::skip]
    let cases: &[(&str, Edit, FrameError)] = &[
        ("half a header",  |p| p.truncate(39), FrameError::Truncated { needed: 40, got: 39 }),
        ("half a message", |p| p.truncate(79), FrameError::Truncated { needed: 80, got: 79 }),
        ("version 4",      |p| p[0] = 0x40,    FrameError::Header),
        ("hop-by-hop",     |p| p[6] = 0,       FrameError::Protocol(0)),
        ("AH",             |p| p[6] = 51,      FrameError::Protocol(51)),
    ];
    for (name, edit, want) in cases {
        let mut packet = ethernet.payload.to_vec();
        edit(&mut packet);
        assert_eq!(Ipv6Frame::parse(&packet), Err(*want), "{name}");
    }
}

#[test]
fn a_packet_that_does_not_fit_or_cannot_be_leaves_the_buffer_alone() {
    let v3 = fields(Version::V3, 53, 200, 25, Addresses::V4(&[A]));
    let mut out = [0xa5; 31];
    let small = FrameError::BufferTooSmall { needed: 32, available: 31 };
    assert_eq!(packet(PEER, 1).encode(&v3, ChecksumScope::Message, &mut out), Err(small));
    let mut out_v6 = [0xa5; 79];
    let v6 = Ipv6Packet { source: SENDER_V6, destination: VRRP_MULTICAST_V6, hop_limit: 255 };
    let small = FrameError::BufferTooSmall { needed: 80, available: 79 };
    let fields_v6 = fields(Version::V3, 54, 200, 25, Addresses::V6(&TWO_V6));
    assert_eq!(v6.encode(&fields_v6, &mut out_v6), Err(small));

    let mut out = [0xa5; 200];
    let other_family = packet(PEER, 1).encode(&fields_v6, ChecksumScope::Message, &mut out);
    assert_eq!(other_family, Err(EncodeError::ChecksumScope.into()));
    assert_eq!(v6.encode(&v3, &mut out), Err(EncodeError::ChecksumScope.into()));
    let authentication = Authentication::Password(Password::new(b"secret").unwrap());
    let secret = AdvertisementFields { authentication, ..v3 };
    let refused = packet(PEER, 1).encode(&secret, ChecksumScope::Message, &mut out);
    assert_eq!(refused, Err(EncodeError::AuthenticationInVersion3.into()));
    assert_eq!(out, [0xa5; 200]);
}

#[test]
fn the_identification_is_written_and_read() {
    let fields = fields(Version::V3, 53, 200, 25, Addresses::V4(&[A]));
    let mut out = [0; 32];
    packet(PEER, 0xbeef).encode(&fields, ChecksumScope::Message, &mut out).unwrap();
    assert_eq!(Ipv4Frame::parse(&out).unwrap().identification(), 0xbeef);
    assert_eq!(IPV4_HEADER_LEN + 12, out.len());
}

#[test]
fn an_ethernet_header_is_written_with_and_without_a_tag() {
    let captured = frame("v2");
    let group = [0x01, 0x00, 0x5e, 0x00, 0x00, 0x12];
    let mut out = [0xa5; 18];
    assert_eq!(write_ethernet_header(MAC, group, None, 0x0800, &mut out), Ok(14));
    assert_eq!(out[..14], captured[..14]);
    assert_eq!(out[14..], [0xa5; 4]);
    assert_eq!(write_ethernet_header(MAC, group, Some(42), 0x0800, &mut out), Ok(18));
    assert_eq!(out, [&captured[..12], &[0x81, 0x00, 0x00, 0x2a, 0x08, 0x00]].concat()[..]);
    for vlan in [4095, 4096] {
        let refused = write_ethernet_header(MAC, group, Some(vlan), 0x0800, &mut out);
        assert_eq!(refused, Err(FrameError::Vlan(vlan)));
    }
    let small = FrameError::BufferTooSmall { needed: 18, available: 17 };
    assert_eq!(write_ethernet_header(MAC, group, Some(4094), 0x0800, &mut out[..17]), Err(small));
}

#[test]
fn announcements_are_read() {
    let read = |octets: &[u8]| Announcement::parse(&EthernetFrame::parse(octets).unwrap());
    let arp = |mac, reply| Announcement::Arp { address: A, mac, reply };
    assert_eq!(read(frame("gratuitous arp")), Ok(arp(MAC, false)));
    assert_eq!(read(&gratuitous_arp(MAC, A)), Ok(arp(MAC, false)));
    assert_eq!(read(&gratuitous_arp_reply(MAC, A)), Ok(arp(MAC, true)));
    let [_, address] = TWO_V6;
    for router in [false, true] {
        let octets = unsolicited_neighbour_advertisement(MAC, address, router);
        let want = Announcement::Neighbour { address, mac: Some(MAC), router, overrides: true };
        assert_eq!(read(&octets), Ok(want));
        assert_eq!(want.address(), address);
    }
}

#[test]
fn what_announces_nothing_is_no_announcement() {
    let arp = gratuitous_arp(MAC, A).to_vec();
    let neighbour = unsolicited_neighbour_advertisement(MAC, TWO_V6[1], true).to_vec();
    type Edit = fn(&mut Vec<u8>);
    #[rustfmt::skip]
    let cases: &[(&str, &[u8], Edit)] = &[
        ("a question",         &arp,       |f| f[41] ^= 1),
        ("operation 3",        &arp,       |f| f[21] = 3),
        ("another hardware",   &arp,       |f| f[15] = 6),
        ("half an ARP",        &arp,       |f| f.truncate(41)),
        ("another EtherType",  &arp,       |f| f[13] = 0),
        ("an answer",          &neighbour, |f| { f[58] |= 0x40; f[56..58].fill(0); resum(f); }),
        ("a router's",         &neighbour, |f| { f[54] = 134; resum(f); }),
        ("a wrong checksum",   &neighbour, |f| f[57] ^= 1),
        ("from afar",          &neighbour, |f| f[21] = 254),
        ("half of it",         &neighbour, |f| f.truncate(85)),
        ("another protocol",   &neighbour, |f| f[20] = 112),
    ];
    for (name, sound, edit) in cases {
        let mut octets = sound.to_vec();
        edit(&mut octets);
        let parsed = Announcement::parse(&EthernetFrame::parse(&octets).unwrap());
        assert_eq!(parsed, Err(FrameError::Announcement), "{name}");
    }
}

/// Writes the checksum anew, by hand: pseudo-header and message in words of 16 bits.
fn resum(frame: &mut [u8]) {
    frame[56..58].fill(0);
    let words = frame[22..].chunks(2).map(|word| u32::from(u16::from_be_bytes([word[0], word[1]])));
    let mut sum = words.sum::<u32>() + 58 + 32;
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    frame[56..58].copy_from_slice(&(!u16::try_from(sum).unwrap()).to_be_bytes());
}

#[test]
fn a_packet_that_is_no_whole_vrrp_packet_is_named() {
    let packet = &frame("v3 unicast")[14..];
    type Edit = fn(&mut Vec<u8>);
    #[rustfmt::skip]
    let cases: &[(&str, Edit, FrameError)] = &[
        ("empty",           |p| p.clear(),       FrameError::Truncated { needed: 20, got: 0 }),
        ("half a header",   |p| p.truncate(19),  FrameError::Truncated { needed: 20, got: 19 }),
        ("half a message",  |p| p.truncate(31),  FrameError::Truncated { needed: 32, got: 31 }),
        ("version 6",       |p| p[0] = 0x65,     FrameError::Header),
        ("four words",      |p| p[0] = 0x44,     FrameError::Header),
        ("options missing", |p| p[0] = 0x4f,     FrameError::Truncated { needed: 60, got: 32 }),
        ("length 19",       |p| p[3] = 19,       FrameError::TotalLength(19)),
        ("first fragment",  |p| p[6] = 0x20,     FrameError::Fragment),
        ("last fragment",   |p| p[7] = 1,        FrameError::Fragment),
        ("TCP",             |p| p[9] = 6,        FrameError::Protocol(6)),
    ];
    for (name, edit, want) in cases {
        let mut packet = packet.to_vec();
        edit(&mut packet);
        assert_eq!(Ipv4Frame::parse(&packet), Err(*want), "{name}");
    }
    let mut dont_fragment = packet.to_vec();
    dont_fragment[6] = 0x40;
    assert!(Ipv4Frame::parse(&dont_fragment).is_ok());
}
