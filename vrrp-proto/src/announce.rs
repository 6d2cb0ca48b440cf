//! What a new Master tells the link: virtual MACs, gratuitous ARP and neighbour advertisements.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::checksum::icmpv6_checksum;
use crate::{AddressFamily, Vrid};

/// Octets of an Ethernet frame with an ARP packet, without FCS and padding.
pub const ARP_FRAME_LEN: usize = 42;

/// Octets of an Ethernet frame with a neighbour advertisement and its link-layer address,
/// without FCS.
pub const NA_FRAME_LEN: usize = 86;

/// Every IPv6 node of a link.
const ALL_NODES: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1);

impl Vrid {
    /// The virtual router's MAC address: `00:00:5e:00:01:VRID` for IPv4, `00:00:5e:00:02:VRID`
    /// for IPv6 (RFC 9568 §7.3).
    #[must_use]
    pub const fn virtual_mac(self, family: AddressFamily) -> [u8; 6] {
        let fifth = match family {
            AddressFamily::V4 => 1,
            AddressFamily::V6 => 2,
        };
        [0x00, 0x00, 0x5e, 0x00, fifth, self.get()]
    }
}

/// The MAC address that frames to the multicast `group` go to: `01:00:5e` and 23 bits of an
/// IPv4 group (RFC 1112 §6.4), `33:33` and 32 bits of an IPv6 group (RFC 2464 §7).
///
/// `None` if `group` is no multicast address.
#[must_use]
pub const fn multicast_mac(group: IpAddr) -> Option<[u8; 6]> {
    if !group.is_multicast() {
        return None;
    }
    Some(match group {
        IpAddr::V4(group) => {
            let [_, b, c, d] = group.octets();
            [0x01, 0x00, 0x5e, b & 0x7f, c, d]
        }
        IpAddr::V6(group) => {
            let [.., a, b, c, d] = group.octets();
            [0x33, 0x33, a, b, c, d]
        }
    })
}

/// The group in which `address` is asked for: `ff02::1:ff` and its last 24 bits (RFC 4291
/// §2.7.1). A Master is a member for each of its addresses (RFC 9568 §6.4.2); the kernel joins
/// when the address is added.
#[must_use]
pub const fn solicited_node_group(address: Ipv6Addr) -> Ipv6Addr {
    let [.., a, b, c] = address.octets();
    Ipv6Addr::new(0xff02, 0, 0, 0, 0, 1, u16::from_be_bytes([0xff, a]), u16::from_be_bytes([b, c]))
}

/// A gratuitous ARP request for `address` from `mac`, as an Ethernet frame without FCS.
///
/// Sent once per protected address when a router becomes Master, so that bridges and
/// neighbours learn where the address went. It is an Ethernet broadcast, sender and target
/// protocol address are `address` (RFC 9568 §6.4.1), and the target hardware address is the
/// broadcast address, as keepalived sends it; the RFC's errata 7947 and 7949 put the virtual
/// MAC there, which receivers ignore either way (RFC 826).
#[must_use]
pub const fn gratuitous_arp(mac: [u8; 6], address: Ipv4Addr) -> [u8; ARP_FRAME_LEN] {
    arp(1, mac, address, [0xff; 6])
}

/// The same as an unasked reply, which some neighbours take where they ignore requests.
///
/// The target hardware address is `mac`: an announcement tells of one station only (RFC 5227
/// §3 allows either operation).
#[must_use]
pub const fn gratuitous_arp_reply(mac: [u8; 6], address: Ipv4Addr) -> [u8; ARP_FRAME_LEN] {
    arp(2, mac, address, mac)
}

const fn arp(operation: u8, mac: [u8; 6], address: Ipv4Addr, target: [u8; 6]) -> [u8; ARP_FRAME_LEN] {
    let [a, b, c, d, e, f] = mac;
    let [t, u, v, w, x, y] = target;
    let [p, q, r, s] = address.octets();
    #[rustfmt::skip]
    let frame = [
        // Ethernet: destination, source, EtherType ARP
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff,   a, b, c, d, e, f,   0x08, 0x06,
        // hardware type Ethernet, protocol type IPv4, address lengths, operation
        0x00, 0x01,   0x08, 0x00,   6, 4,   0x00, operation,
        // sender
        a, b, c, d, e, f,   p, q, r, s,
        // target
        t, u, v, w, x, y,   p, q, r, s,
    ];
    frame
}

/// An unsolicited neighbour advertisement for `address` at `mac`, as an Ethernet frame without
/// FCS, to all nodes of the link.
///
/// The counterpart of [`gratuitous_arp`] for IPv6. It comes from `address` itself with hop
/// limit 255; override is set and solicited clear (RFC 9568 §6.4.1). `router` says whether the
/// sender forwards: the RFC sets it always, keepalived where the interface forwards.
#[must_use]
pub fn unsolicited_neighbour_advertisement(
    mac: [u8; 6],
    address: Ipv6Addr,
    router: bool,
) -> [u8; NA_FRAME_LEN] {
    let [a, b, c, d, e, f] = mac;
    let flags = if router { 0xa0 } else { 0x20 };
    #[rustfmt::skip]
    let ethernet_and_ip = [
        // Ethernet: the group's MAC, source, EtherType IPv6
        0x33, 0x33, 0, 0, 0, 1,   a, b, c, d, e, f,   0x86, 0xdd,
        // IPv6: version, class and flow label, payload of 32 octets, ICMPv6, hop limit
        0x60, 0, 0, 0,   0, 32,   58,   255,
    ];
    // Type 136, code, checksum, flags.
    let before = [136, 0, 0, 0, flags, 0, 0, 0];
    // Target link-layer address, one unit of eight octets.
    let option = [2, 1, a, b, c, d, e, f];

    let mut message = [0; 32];
    fill(&mut message, &[&before, &address.octets(), &option]);
    let [hi, lo] = icmpv6_checksum(address, ALL_NODES, &message).to_be_bytes();
    let [_, _, to_hi, to_lo, ..] = &mut message;
    (*to_hi, *to_lo) = (hi, lo);
    let mut frame = [0; NA_FRAME_LEN];
    fill(&mut frame, &[&ethernet_and_ip, &address.octets(), &ALL_NODES.octets(), &message]);
    frame
}

/// Writes the parts one behind the other.
fn fill(out: &mut [u8], parts: &[&[u8]]) {
    for (to, from) in out.iter_mut().zip(parts.iter().copied().flatten()) {
        *to = *from;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hex_literal::hex;

    #[test]
    fn a_group_has_its_mac() {
        let groups = [crate::VRRP_MULTICAST_V4.into(), crate::VRRP_MULTICAST_V6.into()];
        let [v4, v6] = groups.map(multicast_mac);
        assert_eq!(v4, Some(hex!("01005e000012")));
        assert_eq!(v6, Some(hex!("333300000012")));
        // RFC 1112 §6.4 takes 23 bits: the highest of the second octet is lost.
        assert_eq!(multicast_mac(Ipv4Addr::new(239, 255, 1, 2).into()), Some(hex!("01005e7f0102")));
        assert_eq!(multicast_mac(Ipv4Addr::new(192, 0, 2, 1).into()), None);
    }

    #[test]
    fn an_address_is_asked_for_in_its_group() {
        // The example of RFC 4291 §2.7.1.
        let address: Ipv6Addr = "4037::1:800:200e:8c6c".parse().unwrap();
        assert_eq!(solicited_node_group(address), "ff02::1:ff0e:8c6c".parse::<Ipv6Addr>().unwrap());
    }

    #[test]
    fn a_reply_differs_from_a_request_in_operation_and_target() {
        let (mac, address) = (hex!("02005e100001"), Ipv4Addr::new(192, 0, 2, 1));
        let mut request = gratuitous_arp(mac, address);
        request[21] = 2;
        request[32..38].copy_from_slice(&mac);
        assert_eq!(gratuitous_arp_reply(mac, address), request);
    }

    /// Sent by Debian's keepalived 2.2.7 for `virtual_ipaddress` 2001:db8:9::100 on an
    /// interface that forwards, and on one that does not.
    #[test]
    fn a_neighbour_advertisement_is_octet_for_octet_keepalived_s() {
        let (mac, address) = (hex!("4e4f53370b56"), "2001:db8:9::100".parse().unwrap());
        let forwarding = hex!(
            "333300000001 4e4f53370b56 86dd 60000000 0020 3a ff"
            "20010db8000900000000000000000100 ff020000000000000000000000000001"
            "88 00 cc3e a0000000 20010db8000900000000000000000100 02 01 4e4f53370b56"
        );
        let host = hex!(
            "333300000001 4e4f53370b56 86dd 60000000 0020 3a ff"
            "20010db8000900000000000000000100 ff020000000000000000000000000001"
            "88 00 4c3f 20000000 20010db8000900000000000000000100 02 01 4e4f53370b56"
        );
        assert_eq!(unsolicited_neighbour_advertisement(mac, address, true), forwarding);
        assert_eq!(unsolicited_neighbour_advertisement(mac, address, false), host);
    }
}
