//! What the sniffer understands of a frame.
//!
//! Written apart from `vrrp-proto` on purpose: a witness that reads with the code of the accused
//! would overlook a mistake that both make.

use core::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

const ETHERTYPE_IPV4: [u8; 2] = [0x08, 0x00];
const ETHERTYPE_ARP: [u8; 2] = [0x08, 0x06];
const ETHERTYPE_IPV6: [u8; 2] = [0x86, 0xdd];
const PROTOCOL_AH: u8 = 51;
const PROTOCOL_ICMPV6: u8 = 58;
const PROTOCOL_VRRP: u8 = 112;
const NEIGHBOR_ADVERTISEMENT: u8 = 136;

/// A six-octet link-layer address.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Mac([u8; 6]);

/// A VRRP advertisement on the wire; nothing in it has been checked.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Advert {
    /// Source of the IP packet.
    pub source: IpAddr,
    /// Destination: the group, or a unicast peer.
    pub destination: IpAddr,
    /// TTL or hop limit.
    pub hop_limit: u8,
    /// 2 or 3.
    pub version: u8,
    /// Virtual router identifier.
    pub vrid: u8,
    /// Priority; 0 says that the master resigns.
    pub priority: u8,
    /// Whether it came inside an authentication header (RFC 2402).
    pub authenticated: bool,
    /// The message, from its version octet to the packet's end.
    pub message: Vec<u8>,
}

/// An ARP packet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Arp {
    /// 1 request, 2 reply.
    pub operation: u16,
    /// Who sends.
    pub sender_mac: Mac,
    /// Address of the sender.
    pub sender: Ipv4Addr,
    /// Whose link-layer address is asked for or told.
    pub target: Ipv4Addr,
}

/// An IPv6 neighbour advertisement.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct NeighborAdvert {
    /// Address that is announced.
    pub target: Ipv6Addr,
    /// Where it is, if the packet says so.
    pub mac: Option<Mac>,
    /// The answer to a question, not an announcement.
    pub solicited: bool,
    /// Overwrites what the neighbours know.
    pub overrides: bool,
}

/// What a frame was.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum EventKind {
    /// A VRRP advertisement.
    Advert(Advert),
    /// An ARP packet, whether gratuitous or not.
    Arp(Arp),
    /// An IPv6 neighbour advertisement.
    NeighborAdvert(NeighborAdvert),
}

impl Mac {
    /// From its octets, first on the wire first.
    pub const fn new(octets: [u8; 6]) -> Self {
        Self(octets)
    }

    /// Its octets.
    pub const fn octets(self) -> [u8; 6] {
        self.0
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, f] = self.0;
        write!(out, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{f:02x}")
    }
}

impl fmt::Debug for Mac {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl Arp {
    /// Whether it announces the sender itself (RFC 5227 §3): an ARP with sender and target alike.
    pub fn is_gratuitous(&self) -> bool {
        self.sender == self.target
    }
}

/// Source, destination and kind of a frame that concerns us.
pub(crate) fn read_frame(frame: &[u8]) -> Option<(Mac, Mac, EventKind)> {
    let (destination, rest) = frame.split_first_chunk()?;
    let (source, rest) = rest.split_first_chunk()?;
    let (ethertype, packet) = rest.split_first_chunk()?;
    let kind = match *ethertype {
        ETHERTYPE_ARP => read_arp(packet)?,
        ETHERTYPE_IPV4 => read_ipv4(packet)?,
        ETHERTYPE_IPV6 => read_ipv6(packet)?,
        _ => return None,
    };
    Some((Mac(*source), Mac(*destination), kind))
}

fn read_arp(packet: &[u8]) -> Option<EventKind> {
    // Ethernet and IPv4, the only ARP there is.
    let (&[0, 1, 8, 0, 6, 4, operation_hi, operation_lo], rest) = packet.split_first_chunk()? else {
        return None;
    };
    let (sender_mac, rest) = rest.split_first_chunk()?;
    let (sender, rest) = rest.split_first_chunk::<4>()?;
    let (_, rest) = rest.split_first_chunk::<6>()?;
    let target = rest.first_chunk::<4>()?;
    Some(EventKind::Arp(Arp {
        operation: u16::from_be_bytes([operation_hi, operation_lo]),
        sender_mac: Mac(*sender_mac),
        sender: Ipv4Addr::from(*sender),
        target: Ipv4Addr::from(*target),
    }))
}

fn read_ipv4(packet: &[u8]) -> Option<EventKind> {
    let header = packet.first_chunk::<20>()?;
    #[rustfmt::skip]
    let [version_len, _, len_hi, len_lo, _, _, _, _, ttl, protocol, _, _,
         s0, s1, s2, s3, d0, d1, d2, d3] = *header;
    let header_len = usize::from(version_len & 0x0f) * 4;
    let total_len = usize::from(u16::from_be_bytes([len_hi, len_lo]));
    let payload = packet.get(header_len..total_len)?;
    let source = IpAddr::from([s0, s1, s2, s3]);
    read_vrrp(payload, protocol, ttl, source, IpAddr::from([d0, d1, d2, d3]))
}

fn read_ipv6(packet: &[u8]) -> Option<EventKind> {
    let (header, rest) = packet.split_first_chunk()?;
    let [_, _, _, _, len_hi, len_lo, next_header, hop_limit] = *header;
    let (source, rest) = rest.split_first_chunk::<16>()?;
    let (destination, rest) = rest.split_first_chunk::<16>()?;
    let payload = rest.get(..usize::from(u16::from_be_bytes([len_hi, len_lo])))?;
    if next_header == PROTOCOL_ICMPV6 {
        return read_neighbor_advert(payload);
    }
    read_vrrp(payload, next_header, hop_limit, IpAddr::from(*source), IpAddr::from(*destination))
}

fn read_vrrp(
    payload: &[u8],
    protocol: u8,
    hop_limit: u8,
    source: IpAddr,
    destination: IpAddr,
) -> Option<EventKind> {
    let (message, authenticated) = match protocol {
        PROTOCOL_VRRP => (payload, false),
        PROTOCOL_AH => {
            // Its length counts words of four octets, minus two (RFC 2402 §2.2).
            let &[next_header, words] = payload.first_chunk()?;
            let message = payload.get((usize::from(words) + 2) * 4..)?;
            (message, next_header == PROTOCOL_VRRP)
        }
        _ => return None,
    };
    if protocol == PROTOCOL_AH && !authenticated {
        return None;
    }
    let &[version_type, vrid, priority] = message.first_chunk()?;
    Some(EventKind::Advert(Advert {
        source,
        destination,
        hop_limit,
        version: version_type >> 4,
        vrid,
        priority,
        authenticated,
        message: message.to_vec(),
    }))
}

fn read_neighbor_advert(payload: &[u8]) -> Option<EventKind> {
    let (header, rest) = payload.split_first_chunk()?;
    let [kind, _, _, _, flags, _, _, _] = *header;
    if kind != NEIGHBOR_ADVERTISEMENT {
        return None;
    }
    let (target, options) = rest.split_first_chunk::<16>()?;
    // Target link-layer address, the first option of every announcement (RFC 4861 §4.4).
    let mac = match options.first_chunk() {
        Some(&[2, 1, a, b, c, d, e, f]) => Some(Mac([a, b, c, d, e, f])),
        Some(_) | None => None,
    };
    Some(EventKind::NeighborAdvert(NeighborAdvert {
        target: Ipv6Addr::from(*target),
        mac,
        solicited: flags & 0x40 != 0,
        overrides: flags & 0x20 != 0,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn octets(text: &str) -> Vec<u8> {
        let digits: Vec<u8> = text.bytes().filter(|octet| !octet.is_ascii_whitespace()).collect();
        let pair = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
        digits.chunks(2).map(pair).collect()
    }

    const ETHERNET: &str = "01005e000012 00005e000133 0800";
    const IPV4: &str = "45c00028 00010000 ff70 0000 0a4d0001 e0000012";
    const ADVERT: &str = "21 33 96 01 0101 0000 0a4d0064 3132333400000000";

    #[test]
    fn an_advertisement_is_read_with_its_addresses() {
        let frame = octets(&format!("{ETHERNET} {IPV4} {ADVERT} 000000000000"));
        let (source_mac, _, kind) = read_frame(&frame).unwrap();
        assert_eq!(source_mac.to_string(), "00:00:5e:00:01:33");
        let EventKind::Advert(advert) = kind else { panic!("{kind:?}") };
        assert_eq!(advert.source, IpAddr::from([10, 77, 0, 1]));
        assert_eq!(advert.destination, IpAddr::from([224, 0, 0, 18]));
        assert_eq!((advert.version, advert.vrid, advert.priority), (2, 51, 150));
        assert_eq!((advert.hop_limit, advert.authenticated), (255, false));
        assert_eq!(advert.message, octets(ADVERT), "Ethernet's padding is not part of the message");
    }

    #[test]
    fn an_advertisement_inside_an_authentication_header_is_found() {
        let ip = "45c00040 00010000 ff33 0000 0a4d0001 e0000012";
        let ah = "70 04 0000 0a4d0001 00000001 000102030405060708090a0b";
        let (_, _, kind) = read_frame(&octets(&format!("{ETHERNET} {ip} {ah} {ADVERT}"))).unwrap();
        let EventKind::Advert(advert) = kind else { panic!("{kind:?}") };
        assert_eq!((advert.vrid, advert.authenticated), (51, true));
    }

    #[test]
    fn a_gratuitous_arp_is_told_from_a_question() {
        let arp = |target: &str| {
            let text = format!(
                "ffffffffffff 020000000001 0806 0001080006040001 020000000001 0a4d0064 000000000000 {target}"
            );
            match read_frame(&octets(&text)) {
                Some((_, _, EventKind::Arp(arp))) => arp,
                other => panic!("{other:?}"),
            }
        };
        assert!(arp("0a4d0064").is_gratuitous());
        assert!(!arp("0a4d0001").is_gratuitous());
    }

    #[test]
    fn no_beginning_of_a_frame_is_misread() {
        let frame = octets(&format!("{ETHERNET} {IPV4} {ADVERT}"));
        for length in 0..frame.len() {
            assert_eq!(read_frame(&frame[..length]), None, "{length} octets");
        }
    }
}
