//! What a new Master tells the link: virtual MACs and gratuitous ARP.

use core::net::Ipv4Addr;

use crate::{AddressFamily, Vrid};

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

/// A gratuitous ARP request for `address` from `mac`, as an Ethernet frame without FCS.
///
/// Sent once per protected address when a router becomes Master, so that bridges and
/// neighbours learn where the address went. It is an Ethernet broadcast, sender and target
/// protocol address are `address` (RFC 9568 §6.4.1), and the target hardware address is the
/// broadcast address, as keepalived sends it; the RFC's errata 7947 and 7949 put the virtual
/// MAC there, which receivers ignore either way (RFC 826).
#[must_use]
pub const fn gratuitous_arp(mac: [u8; 6], address: Ipv4Addr) -> [u8; 42] {
    let [a, b, c, d, e, f] = mac;
    let [p, q, r, s] = address.octets();
    #[rustfmt::skip]
    let frame = [
        // Ethernet: destination, source, EtherType ARP
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff,   a, b, c, d, e, f,   0x08, 0x06,
        // hardware type Ethernet, protocol type IPv4, address lengths, operation request
        0x00, 0x01,   0x08, 0x00,   6, 4,   0x00, 0x01,
        // sender
        a, b, c, d, e, f,   p, q, r, s,
        // target
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff,   p, q, r, s,
    ];
    frame
}
