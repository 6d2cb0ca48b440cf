//! tshark reads everything that we write, with every checksum good and nothing to remark.
#![cfg(all(feature = "auth", feature = "frame"))]
#![expect(clippy::unwrap_used, reason = "outside a test function; a panic fails the test")]

mod frames;
mod reader;

use core::net::{Ipv4Addr, Ipv6Addr};

use frames::{Frame, PEER, PEER_V6, ah, arp, bare, neighbour, signed_v4, signed_v6, tagged, v2, v3, v6};
use reader::{Checksum, read, tshark_is_there};
use vrrp_proto::{VRRP_MULTICAST_V4 as GROUP, VRRP_MULTICAST_V6 as GROUP_V6};

#[test]
fn tshark_reads_every_variant_without_a_complaint() {
    if !tshark_is_there("tshark_reads_every_variant_without_a_complaint") {
        return;
    }
    #[rustfmt::skip]
    let cases: Vec<(Frame, &str)> = vec![
        (v2(GROUP, 100, 1, 0, None),            "192.0.2.1 > 224.0.0.18 ttl 255 tos 0xc0 v2 type 1 vrid 51 prio 100 int 1 auth 0 addrs 0"),
        (v2(GROUP, 254, 255, 1, None),          "192.0.2.1 > 224.0.0.18 ttl 255 tos 0xc0 v2 type 1 vrid 51 prio 254 int 255 auth 0 addrs 1"),
        (v2(GROUP, 0, 1, 20, None),             "192.0.2.1 > 224.0.0.18 ttl 255 tos 0xc0 v2 type 1 vrid 51 prio 0 int 1 auth 0 addrs 20"),
        (v2(GROUP, 255, 1, 255, None),          "192.0.2.1 > 224.0.0.18 ttl 255 tos 0xc0 v2 type 1 vrid 51 prio 255 int 1 auth 0 addrs 255"),
        (v2(GROUP, 100, 1, 2, Some("s3cr3t")),  "192.0.2.1 > 224.0.0.18 ttl 255 tos 0xc0 v2 type 1 vrid 51 prio 100 int 1 auth 1 s3cr3t addrs 2"),
        (v2(PEER, 100, 1, 2, Some("12345678")), "192.0.2.1 > 192.0.2.2 ttl 255 tos 0xc0 v2 type 1 vrid 51 prio 100 int 1 auth 1 12345678 addrs 2"),
        (ah(GROUP, 100, 2, 1),                  "192.0.2.1 > 224.0.0.18 ttl 255 tos 0xc0 v2 type 1 vrid 51 prio 100 int 1 auth 2 ah 1 from 0xc0000201 addrs 2"),
        (ah(PEER, 0, 255, u32::MAX),            "192.0.2.1 > 192.0.2.2 ttl 255 tos 0xc0 v2 type 1 vrid 51 prio 0 int 1 auth 2 ah 4294967295 from 0xc0000201 addrs 255"),
        (v3(GROUP, 100, 100, 0),                "192.0.2.1 > 224.0.0.18 ttl 255 tos 0xc0 v3 type 1 vrid 51 prio 100 int 100 addrs 0"),
        (v3(GROUP, 1, 1, 1),                    "192.0.2.1 > 224.0.0.18 ttl 255 tos 0xc0 v3 type 1 vrid 51 prio 1 int 1 addrs 1"),
        (v3(GROUP, 0, 4095, 20),                "192.0.2.1 > 224.0.0.18 ttl 255 tos 0xc0 v3 type 1 vrid 51 prio 0 int 4095 addrs 20"),
        (v3(PEER, 255, 256, 255),               "192.0.2.1 > 192.0.2.2 ttl 255 tos 0xc0 v3 type 1 vrid 51 prio 255 int 256 addrs 255"),
        (v6(GROUP_V6, 100, 100, 0),             "fe80::1 > ff02::12 ttl 255 tos 0x000000c0 v3 type 1 vrid 51 prio 100 int 100 addrs 0"),
        (v6(GROUP_V6, 100, 25, 2),              "fe80::1 > ff02::12 ttl 255 tos 0x000000c0 v3 type 1 vrid 51 prio 100 int 25 addrs 2"),
        (v6(PEER_V6, 0, 100, 255),              "fe80::1 > fe80::2 ttl 255 tos 0x000000c0 v3 type 1 vrid 51 prio 0 int 100 addrs 255"),
        // tshark knows no trailer, but over IPv6 the checksum covers it, as for tshark.
        (signed_v6(GROUP_V6, 2),                "fe80::1 > ff02::12 ttl 255 tos 0x000000c0 v3 type 1 vrid 51 prio 100 int 100 addrs 2"),
        (tagged(42, v3(GROUP, 100, 100, 2)),    "vlan 42 192.0.2.1 > 224.0.0.18 ttl 255 tos 0xc0 v3 type 1 vrid 51 prio 100 int 100 addrs 2"),
        (tagged(4094, ah(GROUP, 100, 2, 7)),    "vlan 4094 192.0.2.1 > 224.0.0.18 ttl 255 tos 0xc0 v2 type 1 vrid 51 prio 100 int 1 auth 2 ah 7 from 0xc0000201 addrs 2"),
        (arp(false, Ipv4Addr::new(198, 51, 100, 1)), "arp 1 gratuitous 00:00:5e:00:01:33 is 198.51.100.1"),
        (arp(true, Ipv4Addr::new(198, 51, 100, 2)),  "arp 2 gratuitous 00:00:5e:00:01:33 is 198.51.100.2"),
        (neighbour(Ipv6Addr::LOCALHOST, true),  "::1 > ff02::1 ttl 255 tos 0x00000000 na router solicited- override 00:00:5e:00:01:33 is ::1"),
        (neighbour(PEER_V6, false),             "fe80::2 > ff02::1 ttl 255 tos 0x00000000 na router- solicited- override 00:00:5e:00:01:33 is fe80::2"),
    ];
    judge(&cases, Checksum::WithPseudoHeader);
}

/// RFC 9568 §5.2.8: without pseudo-header, for which tshark has a setting.
#[test]
fn tshark_reads_the_message_only_checksum_where_it_is_told_to() {
    if !tshark_is_there("tshark_reads_the_message_only_checksum_where_it_is_told_to") {
        return;
    }
    let said = "192.0.2.1 > 224.0.0.18 ttl 255 tos 0xc0 v3 type 1 vrid 51 prio 100 int 100 addrs";
    let cases: Vec<(Frame, String)> =
        [0, 1, 255].map(|count| (bare(GROUP, 100, 100, count), format!("{said} {count}"))).to_vec();
    judge(&cases, Checksum::MessageOnly);
}

/// The check looks: what is wrong is complained of.
#[test]
fn tshark_complains_of_what_is_wrong() {
    if !tshark_is_there("tshark_complains_of_what_is_wrong") {
        return;
    }
    let mut priority = v3(GROUP, 100, 100, 2);
    priority.octets[36] ^= 1;
    let mut header = v3(GROUP, 100, 100, 2);
    header.octets[18] ^= 1;
    let mut announced = neighbour(PEER_V6, true);
    announced.octets[60] ^= 1;
    let mut cut = v2(GROUP, 100, 1, 2, None);
    // Half a message in a packet that says so: total length and header checksum are right.
    cut.octets.truncate(14 + 34);
    (cut.octets[17], cut.octets[25]) = (34, cut.octets[25].wrapping_add(10));
    let cases = [
        ("priority", priority),
        ("IP header", header),
        ("neighbour advertisement", announced),
        ("half a message", cut),
        ("another scope", bare(GROUP, 100, 100, 2)),
        // It takes the trailer of the draft for a part of the message.
        ("trailer over IPv4", signed_v4(GROUP, 2)),
    ];
    for (name, frame) in cases {
        let read = read(core::slice::from_ref(&frame), Checksum::WithPseudoHeader);
        assert!(read.iter().all(|read| !read.complaints.is_empty()), "{name}: {read:?}");
    }
}

fn judge(cases: &[(Frame, impl AsRef<str>)], checksum: Checksum) {
    let frames: Vec<Frame> = cases.iter().map(|(frame, _)| frame.clone()).collect();
    let read = read(&frames, checksum);
    assert_eq!(read.len(), cases.len());
    for ((frame, want), read) in cases.iter().zip(read) {
        assert_eq!(read.said, want.as_ref());
        assert_eq!(read.complaints, [""; 0], "{}", read.said);
        assert_eq!(read.addresses, frame.addresses, "{}", read.said);
    }
}
