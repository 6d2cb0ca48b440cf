//! Gratuitous ARP and neighbour advertisements, read by sniffers.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::checksum::icmpv6_checksum;
use crate::{EthernetFrame, FrameError};

/// Somebody tells the link where an address is now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Announcement {
    /// A gratuitous ARP: sender and target protocol address are alike.
    Arp {
        /// The address.
        address: Ipv4Addr,
        /// Where it is.
        mac: [u8; 6],
        /// Whether it is a reply, not a request.
        reply: bool,
    },
    /// An unsolicited neighbour advertisement.
    Neighbour {
        /// The address.
        address: Ipv6Addr,
        /// Where it is, if the packet says so.
        mac: Option<[u8; 6]>,
        /// The sender forwards packets.
        router: bool,
        /// Neighbours are to forget what they knew.
        overrides: bool,
    },
}

impl Announcement {
    /// Reads the announcement in a captured frame.
    ///
    /// # Errors
    ///
    /// [`FrameError::Announcement`] if it is anything else, an ARP question or a solicited
    /// answer for example, or damaged: too short, of a hop limit below 255 (RFC 4861 §7.1.2),
    /// or with a wrong checksum.
    pub fn parse(frame: &EthernetFrame<'_>) -> Result<Self, FrameError> {
        let announcement = match frame.ether_type {
            0x0806 => arp(frame.payload),
            0x86dd => neighbour(frame.payload),
            _ => None,
        };
        announcement.ok_or(FrameError::Announcement)
    }

    /// The address that is announced.
    #[must_use]
    pub const fn address(&self) -> IpAddr {
        match self {
            Self::Arp { address, .. } => IpAddr::V4(*address),
            Self::Neighbour { address, .. } => IpAddr::V6(*address),
        }
    }
}

fn arp(packet: &[u8]) -> Option<Announcement> {
    let (fixed, rest) = packet.split_first_chunk::<8>()?;
    let [0, 1, 0x08, 0x00, 6, 4, 0, operation @ (1 | 2)] = *fixed else { return None };
    let (mac, rest) = rest.split_first_chunk::<6>()?;
    let (sender, rest) = rest.split_first_chunk::<4>()?;
    let (_, rest) = rest.split_first_chunk::<6>()?;
    let target = rest.first_chunk::<4>()?;
    (sender == target).then_some(Announcement::Arp {
        address: Ipv4Addr::from(*sender),
        mac: *mac,
        reply: operation == 2,
    })
}

fn neighbour(packet: &[u8]) -> Option<Announcement> {
    let (fixed, rest) = packet.split_first_chunk::<8>()?;
    let [0x60..=0x6f, _, _, _, len_hi, len_lo, 58, 255] = *fixed else { return None };
    let (source, rest) = rest.split_first_chunk::<16>()?;
    let (destination, rest) = rest.split_first_chunk::<16>()?;
    let message = rest.get(..usize::from(u16::from_be_bytes([len_hi, len_lo])))?;
    // With a right checksum in it, the sum is that of all zeros.
    if icmpv6_checksum((*source).into(), (*destination).into(), message) != 0 {
        return None;
    }
    let (header, rest) = message.split_first_chunk::<8>()?;
    let [136, 0, _, _, flags, _, _, _] = *header else { return None };
    let (address, options) = rest.split_first_chunk::<16>()?;
    let solicited = flags & 0x40 != 0;
    (!solicited).then_some(Announcement::Neighbour {
        address: Ipv6Addr::from(*address),
        mac: link_layer_address(options),
        router: flags & 0x80 != 0,
        overrides: flags & 0x20 != 0,
    })
}

/// The option 2 of Ethernet's length among `options`, each so many units of eight octets long.
fn link_layer_address(mut options: &[u8]) -> Option<[u8; 6]> {
    loop {
        let [kind, units, ..] = *options else { return None };
        let (option, rest) = options.split_at_checked(usize::from(units) * 8)?;
        match (kind, option) {
            (2, [_, 1, mac @ ..]) => return mac.try_into().ok(),
            // An option without length would never end.
            (_, []) => return None,
            _ => options = rest,
        }
    }
}
