//! Frames sent by Debian's keepalived 2.2.7, and how they were captured.
//!
//! Two network namespaces joined by a veth pair, 10.9.0.1/24 (keepalived) and 10.9.0.2/24
//! (tcpdump 4.99.3):
//!
//! ```text
//! ip netns add pr-a; ip netns add pr-b
//! ip link add pr-va netns pr-a type veth peer name pr-vb netns pr-b
//! # addresses, links up, then for each configuration, with pid files in a scratch folder:
//! ip netns exec pr-b tcpdump -i pr-vb -U -w NAME.pcap 'proto 112 or arp or ip6 proto 112' &
//! ip netns exec pr-a keepalived -n -l -D -f NAME.conf -p NAME.pid -r NAME.vpid -c NAME.cpid &
//! sleep 6; kill $(cat NAME.pid)
//! tshark -r NAME.pcap -x
//! ```
//!
//! Every configuration is one `vrrp_instance` with `state MASTER` and `interface pr-va`; what
//! else it held stands at its frames. The last advertisement before the end of keepalived is
//! the one with priority 0. tshark 4.0.17 finds every checksum good.
#![expect(clippy::indexing_slicing, reason = "outside a test function; a panic fails the test")]

use hex_literal::hex;

/// `version 2`, `virtual_router_id 51`, `priority 200`, `advert_int 1`, two addresses.
const V2: [u8; 58] = hex!(
    "01005e000012 f21d287af983 0800"
    "45 c0 002c 0001 0000 ff 70 d084 0a090001 e0000012"
    "21 33 c8 02 00 01 01ee 0a090064 0a090065 0000000000000000"
);
const V2_RELEASE: [u8; 58] = hex!(
    "01005e000012 f21d287af983 0800"
    "45 c0 002c 0004 0000 ff 70 d081 0a090001 e0000012"
    "21 33 00 02 00 01 c9ee 0a090064 0a090065 0000000000000000"
);
/// The first of the two gratuitous ARP requests after the first advertisement.
const GRATUITOUS_ARP: [u8; 42] = hex!(
    "ffffffffffff f21d287af983 0806"
    "0001 0800 06 04 0001 f21d287af983 0a090064 ffffffffffff 0a090064"
);
/// `version 2`, `virtual_router_id 7`, `priority 150`, `advert_int 2`, one address,
/// `auth_type PASS`, `auth_pass s3cr3t`.
const V2_PASS: [u8; 54] = hex!(
    "01005e000012 f21d287af983 0800"
    "45 c0 0028 0001 0000 ff 70 d088 0a090001 e0000012"
    "21 07 96 01 01 02 336e 0a090064 7333637233740000"
);
const V2_PASS_RELEASE: [u8; 54] = hex!(
    "01005e000012 f21d287af983 0800"
    "45 c0 0028 0003 0000 ff 70 d086 0a090001 e0000012"
    "21 07 00 01 01 02 c96e 0a090064 7333637233740000"
);
/// `version 2`, `virtual_router_id 255`, `priority 255`, `advert_int 1`, one address,
/// `auth_type PASS`, `auth_pass 12345678`.
const V2_OWNER_PASS: [u8; 54] = hex!(
    "01005e000012 f21d287af983 0800"
    "45 c0 0028 0001 0000 ff 70 d088 0a090001 e0000012"
    "21 ff ff 01 01 01 02bc 0a090064 3132333435363738"
);
/// `version 3`, `virtual_router_id 51`, `priority 200`, `advert_int 0.25`, two addresses.
const V3: [u8; 50] = hex!(
    "01005e000012 f21d287af983 0800"
    "45 c0 0024 0001 0000 ff 70 d08c 0a090001 e0000012"
    "31 33 c8 02 0019 0739 0a090064 0a090065"
);
const V3_RELEASE: [u8; 50] = hex!(
    "01005e000012 f21d287af983 0800"
    "45 c0 0024 000e 0000 ff 70 d07f 0a090001 e0000012"
    "31 33 00 02 0019 cf39 0a090064 0a090065"
);
/// `version 2`, `virtual_router_id 52`, `priority 200`, `advert_int 1`, one address,
/// `unicast_src_ip 10.9.0.1`, `unicast_peer { 10.9.0.2 }`.
const V2_UNICAST: [u8; 54] = hex!(
    "ca8275f55999 f21d287af983 0800"
    "45 c0 0028 0001 0000 ff 70 a690 0a090001 0a090002"
    "21 34 c8 01 00 01 0c5c 0a090064 0000000000000000"
);
/// `version 3`, `virtual_router_id 53`, `priority 200`, `advert_int 0.25`, one address,
/// `unicast_src_ip 10.9.0.1`, `unicast_peer { 10.9.0.2 }`.
const V3_UNICAST: [u8; 46] = hex!(
    "ca8275f55999 f21d287af983 0800"
    "45 c0 0020 0001 0000 ff 70 a698 0a090001 0a090002"
    "31 35 c8 01 0019 e7b1 0a090064"
);
const V3_UNICAST_RELEASE: [u8; 46] = hex!(
    "ca8275f55999 f21d287af983 0800"
    "45 c0 0020 000e 0000 ff 70 a68b 0a090001 0a090002"
    "31 35 00 01 0019 afb2 0a090064"
);
/// `version 3`, `virtual_router_id 54`, `priority 200`, `advert_int 0.25`, `fe80::9:100` and
/// `2001:db8:9::100`.
const V3_IPV6: [u8; 94] = hex!(
    "333300000012 f21d287af983 86dd"
    "6c0aed0c 0028 70 ff fe80000000000000f01d28fffe7af983 ff020000000000000000000000000012"
    "31 36 c8 02 0019 c917 fe800000000000000000000000090100 20010db8000900000000000000000100"
);
/// `version 2`, `virtual_router_id 9`, `priority 150`, `advert_int 1`, one address,
/// `auth_type AH`, `auth_pass s3cr3t`; the first frame and the last one.
const V2_AH: [u8; 78] = hex!(
    "01005e000012 fe4be20fc678 0800"
    "45 c0 0040 0001 0000 ff 33 d0ad 0a090001 e0000012"
    "70 04 0000 0a090001 00000001 20967c469702c2bf3f081d38"
    "21 09 96 01 02 01 3c87 0a090064 0000000000000000"
);
const V2_AH_RELEASE: [u8; 78] = hex!(
    "01005e000012 fe4be20fc678 0800"
    "45 c0 0040 0005 0000 ff 33 d0a9 0a090001 e0000012"
    "70 04 0000 0a090001 00000005 cc9bb163e340baba835f7861"
    "21 09 00 01 02 01 d287 0a090064 0000000000000000"
);
/// The same with `unicast_src_ip 10.9.0.1`, `unicast_peer { 10.9.0.2 }`.
const V2_AH_UNICAST: [u8; 78] = hex!(
    "e227dc252833 fe4be20fc678 0800"
    "45 c0 0040 0001 0000 ff 33 a6b5 0a090001 0a090002"
    "70 04 0000 0a090001 00000001 3c6efb28d3501c896c1cbf22"
    "21 09 96 01 02 01 3c87 0a090064 0000000000000000"
);

/// The Ethernet frame called `name`.
pub(crate) fn frame(name: &str) -> &'static [u8] {
    match name {
        "v2" => &V2,
        "v2 release" => &V2_RELEASE,
        "gratuitous arp" => &GRATUITOUS_ARP,
        "v2 pass" => &V2_PASS,
        "v2 pass release" => &V2_PASS_RELEASE,
        "v2 owner pass" => &V2_OWNER_PASS,
        "v3" => &V3,
        "v3 release" => &V3_RELEASE,
        "v2 unicast" => &V2_UNICAST,
        "v3 unicast" => &V3_UNICAST,
        "v3 unicast release" => &V3_UNICAST_RELEASE,
        "v3 ipv6" => &V3_IPV6,
        "v2 ah" => &V2_AH,
        "v2 ah release" => &V2_AH_RELEASE,
        "v2 ah unicast" => &V2_AH_UNICAST,
        _ => panic!("no frame is called {name}"),
    }
}

/// The VRRP message in the frame called `name`: behind 14 octets of Ethernet and the IP header.
pub(crate) fn message(name: &str) -> &'static [u8] {
    let frame = frame(name);
    match frame[12..14] {
        [0x08, 0x00] => &frame[14 + 20..],
        [0x86, 0xdd] => &frame[14 + 40..],
        _ => panic!("{name} is not an IP packet"),
    }
}
