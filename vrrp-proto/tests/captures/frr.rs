//! Frames sent by FRR's vrrpd, and how they were captured.
//!
//! vrrpd 8.4.4 (Debian 12) and, where it says so, 10.3 (Debian 13) in a network namespace whose
//! `eth0`, 10.77.0.1/24, is joined by a veth pair to a bridge where tcpdump 4.99.3 listens. Each
//! virtual router has a macvlan on `eth0` with its virtual MAC and its addresses:
//!
//! ```text
//! ip link add vr5 link eth0 type macvlan mode bridge
//! ip link set vr5 address 00:00:5e:00:01:05
//! sysctl -w net.ipv6.conf.vr5.addr_gen_mode=1
//! ip address add 10.77.0.105/24 dev vr5; ip link set vr5 up
//! # … and so on; then, with an empty zebra.conf:
//! tcpdump -i br0 --immediate-mode -U -w frr.pcap 'proto 112 or ip6 proto 112' &
//! zebra -d -f zebra.conf -z zserv --vty_socket . -u root -g frrvty -P 0
//! vrrpd -f vrrpd.conf -z zserv --vty_socket . -u root -g frrvty -P 0 &
//! sleep 9; kill $!
//! tshark -r frr.pcap -x
//! ```
//!
//! All routers stood under one `interface eth0`; what each was given stands at its frames. Told
//! to stop, vrrpd sends the one with priority 0. tshark 4.0.17 finds every checksum good, but for
//! those of VRRPv3 over IPv4 it counts a pseudo-header, and so dislikes the two without.
#![expect(clippy::indexing_slicing, reason = "outside a test function; a panic fails the test")]

use hex_literal::hex;

/// `vrrp 5 version 2`, `priority 200`, `ip 10.77.0.105`; the interval is the default, 1000 ms.
const V2: [u8; 54] = hex!(
    "01005e000012 00005e000105 0800"
    "45 c0 0028 8f66 4000 ff 70 00df 0a4d0001 e0000012"
    "21 05 c8 01 00 01 0c42 0a4d0069 0000000000000000"
);
const V2_RELEASE: [u8; 54] = hex!(
    "01005e000012 00005e000105 0800"
    "45 c0 0028 9217 4000 ff 70 fe2d 0a4d0001 e0000012"
    "21 05 00 01 00 01 d442 0a4d0069 0000000000000000"
);
/// `vrrp 15 version 2`, `priority 254`, `advertisement-interval 2000`, `ip 10.77.0.115`,
/// `ip 10.77.0.125`.
const V2_TWO_SECONDS: [u8; 58] = hex!(
    "01005e000012 00005e00010f 0800"
    "45 c0 002c 90a1 4000 ff 70 ff9f 0a4d0001 e0000012"
    "21 0f fe 02 00 02 cb61 0a4d0073 0a4d007d 0000000000000000"
);
/// `vrrp 255`, `ip 10.77.0.155`, all else the defaults: version 3, priority 100, 1000 ms.
const V3_DEFAULTS: [u8; 46] = hex!(
    "01005e000012 00005e0001ff 0800"
    "45 c0 0020 8f87 4000 ff 70 00c6 0a4d0001 e0000012"
    "31 ff 64 01 0064 73d6 0a4d009b"
);
/// `vrrp 6 version 3`, `priority 150`, `advertisement-interval 250`, `ip 10.77.0.106`,
/// `ip 10.77.0.116`.
const V3: [u8; 50] = hex!(
    "01005e000012 00005e000106 0800"
    "45 c0 0024 8e29 4000 ff 70 0220 0a4d0001 e0000012"
    "31 06 96 02 0019 3885 0a4d006a 0a4d0074"
);
const V3_RELEASE: [u8; 50] = hex!(
    "01005e000012 00005e000106 0800"
    "45 c0 0024 9219 4000 ff 70 fe2f 0a4d0001 e0000012"
    "31 06 00 02 0019 ce85 0a4d006a 0a4d0074"
);
/// vrrpd 10.3: `vrrp 7 version 3`, `priority 120`, `advertisement-interval 500`,
/// `no vrrp 7 checksum-with-ipv4-pseudoheader`, `ip 10.77.0.107`. 8.4.4 does not know the last
/// line but one.
const V3_BARE: [u8; 46] = hex!(
    "01005e000012 00005e000107 0800"
    "45 c0 0020 d06f 4000 ff 70 bfdd 0a4d0001 e0000012"
    "31 07 78 01 0032 4c0d 0a4d006b"
);
const V3_BARE_RELEASE: [u8; 46] = hex!(
    "01005e000012 00005e000107 0800"
    "45 c0 0020 d437 4000 ff 70 bc15 0a4d0001 e0000012"
    "31 07 00 01 0032 c40d 0a4d006b"
);
/// `vrrp 8 version 3`, `priority 101`, `advertisement-interval 400`, `ipv6 fe80::9:108`,
/// `ipv6 2001:db8:9::108`. The macvlan's only link-local address is the source.
const V3_IPV6: [u8; 94] = hex!(
    "333300000012 00005e000208 86dd"
    "6c0727b8 0028 70 ff fe800000000000000000000000090108 ff020000000000000000000000000012"
    "31 08 65 02 0028 3c32 fe800000000000000000000000090108 20010db8000900000000000000000108"
);
const V3_IPV6_RELEASE: [u8; 94] = hex!(
    "333300000012 00005e000208 86dd"
    "6c0727b8 0028 70 ff fe800000000000000000000000090108 ff020000000000000000000000000012"
    "31 08 00 02 0028 a132 fe800000000000000000000000090108 20010db8000900000000000000000108"
);

/// The Ethernet frame called `name`.
pub(crate) fn frame(name: &str) -> &'static [u8] {
    match name {
        "v2" => &V2,
        "v2 release" => &V2_RELEASE,
        "v2 two seconds" => &V2_TWO_SECONDS,
        "v3 defaults" => &V3_DEFAULTS,
        "v3" => &V3,
        "v3 release" => &V3_RELEASE,
        "v3 bare" => &V3_BARE,
        "v3 bare release" => &V3_BARE_RELEASE,
        "v3 ipv6" => &V3_IPV6,
        "v3 ipv6 release" => &V3_IPV6_RELEASE,
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
