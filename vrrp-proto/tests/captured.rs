//! What keepalived put on the wire: we read it, and write the same octets.
#![expect(clippy::unwrap_used, reason = "outside a test function; a panic fails the test")]

mod captures;

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use captures::{frame, message};
use vrrp_proto::{
    AddressFamily, Addresses, AdvertInterval, AdvertisementFields, AdvertisementView, Authentication,
    ChecksumScope, Password, Priority, ReceivedAuthentication, VRRP_MULTICAST_V4, VRRP_MULTICAST_V6, Version,
    Vrid, gratuitous_arp,
};

const SENDER: Ipv4Addr = Ipv4Addr::new(10, 9, 0, 1);
const PEER: Ipv4Addr = Ipv4Addr::new(10, 9, 0, 2);
const SENDER_V6: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0xf01d, 0x28ff, 0xfe7a, 0xf983);
const ONE: &[Ipv4Addr] = &[Ipv4Addr::new(10, 9, 0, 100)];
const TWO: &[Ipv4Addr] = &[Ipv4Addr::new(10, 9, 0, 100), Ipv4Addr::new(10, 9, 0, 101)];
const TWO_V6: &[Ipv6Addr] =
    &[Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 9, 0x100), Ipv6Addr::new(0x2001, 0xdb8, 9, 0, 0, 0, 0, 0x100)];

const MULTICAST: ChecksumScope = ChecksumScope::PseudoV4 { src: SENDER, dst: VRRP_MULTICAST_V4 };
const UNICAST: ChecksumScope = ChecksumScope::PseudoV4 { src: SENDER, dst: PEER };
const IPV6: ChecksumScope = ChecksumScope::PseudoV6 { src: SENDER_V6, dst: VRRP_MULTICAST_V6 };

/// Name, scope that keepalived summed, and what the configuration says.
fn table() -> Vec<(&'static str, ChecksumScope, AdvertisementFields<'static>)> {
    use ChecksumScope::Message;
    let fields = |version, vrid, priority, centis, addresses, authentication| AdvertisementFields {
        version,
        vrid: Vrid::new(vrid).unwrap(),
        priority: Priority::new(priority),
        interval: AdvertInterval::from_centis(centis).unwrap(),
        addresses,
        authentication,
    };
    let (v2, v3, none) = (Version::V2, Version::V3, Authentication::None);
    let (one, two) = (Addresses::V4(ONE), Addresses::V4(TWO));
    let secret = Authentication::Password(Password::new(b"s3cr3t").unwrap());
    let eight = Authentication::Password(Password::new(b"12345678").unwrap());
    #[rustfmt::skip]
    let table = vec![
        ("v2",                 Message,   fields(v2,  51, 200, 100, two, none)),
        ("v2 release",         Message,   fields(v2,  51,   0, 100, two, none)),
        ("v2 pass",            Message,   fields(v2,   7, 150, 200, one, secret)),
        ("v2 pass release",    Message,   fields(v2,   7,   0, 200, one, secret)),
        ("v2 owner pass",      Message,   fields(v2, 255, 255, 100, one, eight)),
        ("v2 unicast",         Message,   fields(v2,  52, 200, 100, one, none)),
        ("v3",                 MULTICAST, fields(v3,  51, 200,  25, two, none)),
        ("v3 release",         MULTICAST, fields(v3,  51,   0,  25, two, none)),
        ("v3 unicast",         UNICAST,   fields(v3,  53, 200,  25, one, none)),
        ("v3 unicast release", UNICAST,   fields(v3,  53,   0,  25, one, none)),
        ("v3 ipv6",            IPV6,      fields(v3,  54, 200,  25, Addresses::V6(TWO_V6), none)),
    ];
    table
}

fn addresses(list: Addresses<'_>) -> Vec<IpAddr> {
    match list {
        Addresses::V4(list) => list.iter().copied().map(IpAddr::V4).collect(),
        Addresses::V6(list) => list.iter().copied().map(IpAddr::V6).collect(),
    }
}

#[test]
fn every_field_that_keepalived_sent_is_read() {
    for (name, scope, want) in table() {
        let view = AdvertisementView::parse(message(name), want.addresses.family()).unwrap();
        assert_eq!(view.version(), want.version, "{name}");
        assert_eq!(view.vrid(), want.vrid, "{name}");
        assert_eq!(view.priority(), want.priority, "{name}");
        assert_eq!(view.interval(), want.interval, "{name}");
        assert_eq!(usize::from(view.count()), want.addresses.len(), "{name}");
        assert_eq!(view.addresses().len(), want.addresses.len(), "{name}");
        assert_eq!(view.addresses().collect::<Vec<_>>(), addresses(want.addresses), "{name}");
        assert_eq!(view.authentication().kind(), want.authentication.kind(), "{name}");
        assert_eq!(view.verify_checksum(scope), Ok(()), "{name}");
        assert_eq!(view.as_octets(), message(name), "{name}");
    }
}

#[test]
fn the_same_octets_are_written() {
    for (name, scope, fields) in table() {
        // Whatever is not written shows as 0xa5.
        let mut out = [0xa5; 128];
        let len = fields.encode(scope, &mut out).unwrap();
        assert_eq!(&out[..len], message(name), "{name}");
        assert_eq!(len, fields.encoded_len(), "{name}");
        assert!(out[len..].iter().all(|octet| *octet == 0xa5), "{name}");
    }
}

#[cfg(feature = "alloc")]
#[test]
fn the_owned_form_writes_the_same_octets() {
    for (name, scope, fields) in table() {
        let view = AdvertisementView::parse(message(name), fields.addresses.family()).unwrap();
        let owned = vrrp_proto::Advertisement::try_from(view).unwrap();
        assert_eq!(owned.fields(), fields, "{name}");
        let mut out = vec![0xa5; owned.encoded_len()];
        assert_eq!(owned.encode(scope, &mut out), Ok(out.len()), "{name}");
        assert_eq!(out, message(name), "{name}");
    }
}

#[test]
fn a_v3_message_summed_as_keepalived_does_is_wrong_by_rfc_9568_and_the_reverse() {
    let view = AdvertisementView::parse(message("v3"), AddressFamily::V4).unwrap();
    let error = view.verify_checksum(ChecksumScope::Message).unwrap_err();
    // By hand: ~(3133 + c802 + 0019 + 0a09 + 0064 + 0a09 + 0065), carries folded.
    assert_eq!((error.received, error.computed), (0x0739, 0xf1d5));

    let mut rfc = message("v3").to_vec();
    rfc[6..8].copy_from_slice(&[0xf1, 0xd5]);
    let view = AdvertisementView::parse(&rfc, AddressFamily::V4).unwrap();
    assert_eq!(view.verify_checksum(ChecksumScope::Message), Ok(()));
    assert_eq!(view.verify_checksum(MULTICAST).unwrap_err().computed, 0x0739);
}

#[test]
fn a_password_is_compared_by_its_octets_and_never_shown() {
    let view = AdvertisementView::parse(message("v2 pass"), AddressFamily::V4).unwrap();
    let ReceivedAuthentication::Password(password) = view.authentication() else {
        panic!("a password expected");
    };
    assert_eq!(password, Password::new(b"s3cr3t").unwrap());
    assert_ne!(password, Password::new(b"s3cr3T").unwrap());
    assert_ne!(password, Password::new(b"s3cr3t\0x").unwrap());
    assert_eq!(Password::new(b"123456789").map(|_| ()), None);
    for shown in [format!("{view}"), format!("{view:?}"), format!("{password:?}")] {
        assert!(!shown.contains("s3cr3t") && !shown.contains("51"), "{shown}");
    }
}

#[test]
fn a_line_reads_like_tcpdump() {
    // `tcpdump -v` over the same capture, from the protocol on.
    #[rustfmt::skip]
    let cases = [
        ("v2",      "VRRPv2, Advertisement, vrid 51, prio 200, authtype none, intvl 1s, length 24, addrs(2): 10.9.0.100,10.9.0.101"),
        ("v3",      "VRRPv3, Advertisement, vrid 51, prio 200, intvl 25cs, length 16, addrs(2): 10.9.0.100,10.9.0.101"),
        // tcpdump prints the password: auth "s3cr3t"
        ("v2 pass", "VRRPv2, Advertisement, vrid 7, prio 150, authtype simple, intvl 2s, length 20, addrs: 10.9.0.100 auth ***"),
    ];
    for (name, want) in cases {
        let view = AdvertisementView::parse(message(name), AddressFamily::V4).unwrap();
        assert_eq!(view.to_string(), want);
    }
}

#[test]
fn a_gratuitous_arp_is_octet_for_octet_keepalived_s() {
    let mac = [0xf2, 0x1d, 0x28, 0x7a, 0xf9, 0x83];
    assert_eq!(gratuitous_arp(mac, Ipv4Addr::new(10, 9, 0, 100)), frame("gratuitous arp"));
}

/// RFC 3768-7.3-1, 9568-7.3-1.
#[test]
fn the_virtual_mac_ends_in_family_and_vrid() {
    let vrid = Vrid::new(51).unwrap();
    assert_eq!(vrid.virtual_mac(AddressFamily::V4), [0x00, 0x00, 0x5e, 0x00, 0x01, 51]);
    assert_eq!(vrid.virtual_mac(AddressFamily::V6), [0x00, 0x00, 0x5e, 0x00, 0x02, 51]);
}

#[cfg(feature = "frame")]
mod frames {
    use super::*;
    use core::num::NonZeroU16;
    use vrrp_proto::{EthernetFrame, FrameError, IPV4_HEADER_LEN, IpFacts, Ipv4Frame, write_ipv4_header};

    const MAC: [u8; 6] = [0xf2, 0x1d, 0x28, 0x7a, 0xf9, 0x83];

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
    fn the_header_is_octet_for_octet_keepalived_s() {
        #[rustfmt::skip]
        let cases = [
            ("v2",         VRRP_MULTICAST_V4, 1),
            ("v2 release", VRRP_MULTICAST_V4, 4),
            ("v3 release", VRRP_MULTICAST_V4, 14),
            ("v3 unicast", PEER,              1),
        ];
        for (name, destination, id) in cases {
            let id = NonZeroU16::new(id).unwrap();
            let mut out = [0xa5; 24];
            let len = write_ipv4_header(SENDER, destination, 255, id, message(name).len(), &mut out);
            assert_eq!(len, Ok(IPV4_HEADER_LEN), "{name}");
            assert_eq!(out[..20], frame(name)[14..34], "{name}");
            assert_eq!(out[20..], [0xa5; 4], "{name}");
        }
    }

    #[test]
    fn a_header_that_does_not_fit_leaves_the_buffer_alone() {
        let mut out = [0xa5; 19];
        let id = NonZeroU16::MIN;
        let small = write_ipv4_header(SENDER, PEER, 255, id, 16, &mut out);
        assert_eq!(small, Err(FrameError::BufferTooSmall { needed: 20, available: 19 }));
        for len in [65_516, 65_536] {
            let long = write_ipv4_header(SENDER, PEER, 255, id, len, &mut [0; 20]);
            assert_eq!(long, Err(FrameError::PayloadTooLong(len)));
        }
        assert_eq!(write_ipv4_header(SENDER, PEER, 255, id, 65_515, &mut [0; 20]), Ok(20));
        assert_eq!(out, [0xa5; 19]);
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
            ("AH",              |p| p[9] = 51,       FrameError::Protocol(51)),
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
}
