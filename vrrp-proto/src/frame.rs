//! IPv4 headers around a message, for raw sockets, and Ethernet headers, for sniffers.

use core::net::Ipv4Addr;
use core::num::NonZeroU16;

use etherparse::err::ipv4::{HeaderError, HeaderSliceError};
use etherparse::{EtherType, Ethernet2Slice, IpDscp, IpNumber, Ipv4Header, Ipv4HeaderSlice, SingleVlanSlice};

use crate::{FrameError, IP_PROTOCOL, IpFacts};

/// Octets of an IPv4 header without options.
pub const IPV4_HEADER_LEN: usize = Ipv4Header::MIN_LEN;

/// Internetwork Control (precedence 6), the upper six bits of TOS 0xC0.
const DSCP_CS6: u8 = 0xc0 >> 2;

/// A VRRP message in its IPv4 packet, as a raw socket delivers it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Ipv4Frame<'a> {
    facts: IpFacts,
    identification: u16,
    payload: &'a [u8],
}

impl<'a> Ipv4Frame<'a> {
    /// Takes the IPv4 header off `octets` and cuts the payload at the IP total length, which
    /// leaves the padding of short Ethernet frames behind.
    ///
    /// Options are skipped. The header checksum is not looked at: a raw socket's packets have
    /// passed the kernel's check.
    ///
    /// # Errors
    ///
    /// [`FrameError`] if the header is not IPv4 or incomplete, if the packet is shorter than
    /// its total length, a fragment, or of another protocol than 112.
    pub fn parse(octets: &'a [u8]) -> Result<Self, FrameError> {
        let header = Ipv4HeaderSlice::from_slice(octets).map_err(header_error)?;
        let header_len = header.slice().len();
        let total_len = usize::from(header.total_len());
        let truncated = FrameError::Truncated { needed: total_len, got: octets.len() };
        let packet = octets.get(..total_len).ok_or(truncated)?;
        let payload = packet.get(header_len..).ok_or(FrameError::TotalLength(header.total_len()))?;
        if header.is_fragmenting_payload() {
            return Err(FrameError::Fragment);
        }
        if header.protocol() != IpNumber(IP_PROTOCOL) {
            return Err(FrameError::Protocol(header.protocol().0));
        }
        let facts = IpFacts::v4(header.source_addr(), header.destination_addr(), header.ttl());
        Ok(Self { facts, identification: header.identification(), payload })
    }

    /// What [`receive`](crate::receive) wants to know of the header.
    #[must_use]
    pub const fn facts(&self) -> IpFacts {
        self.facts
    }

    /// The identification field.
    #[must_use]
    pub const fn identification(&self) -> u16 {
        self.identification
    }

    /// The VRRP message.
    #[must_use]
    pub const fn payload(&self) -> &'a [u8] {
        self.payload
    }
}

/// Writes the IPv4 header for a VRRP message of `payload_len` octets to the front of `out` and
/// returns its length, [`IPV4_HEADER_LEN`].
///
/// The fields are keepalived's: TOS 0xC0, don't-fragment clear, no options. The identification
/// is never 0, for which the kernel would put in a number of its own (raw(7)).
///
/// # Errors
///
/// [`FrameError::PayloadTooLong`], [`FrameError::BufferTooSmall`]. `out` is then untouched.
pub fn write_ipv4_header(
    source: Ipv4Addr,
    destination: Ipv4Addr,
    ttl: u8,
    identification: NonZeroU16,
    payload_len: usize,
    out: &mut [u8],
) -> Result<usize, FrameError> {
    let too_long = FrameError::PayloadTooLong(payload_len);
    let len = u16::try_from(payload_len).map_err(|_| too_long)?;
    let protocol = IpNumber(IP_PROTOCOL);
    let mut header =
        Ipv4Header::new(len, ttl, protocol, source.octets(), destination.octets()).map_err(|_| too_long)?;
    header.dscp = IpDscp::try_new(DSCP_CS6).unwrap_or_default();
    header.dont_fragment = false;
    header.identification = identification.get();
    header.header_checksum = header.calc_header_checksum();
    let octets = header.to_bytes();
    let too_small = FrameError::BufferTooSmall { needed: octets.len(), available: out.len() };
    out.get_mut(..octets.len()).ok_or(too_small)?.copy_from_slice(&octets);
    Ok(octets.len())
}

/// A captured Ethernet frame, one VLAN tag skipped.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct EthernetFrame<'a> {
    /// Who sent it: the interface's MAC, or the virtual one.
    pub source: [u8; 6],
    /// To whom.
    pub destination: [u8; 6],
    /// The tag's VLAN identifier.
    pub vlan: Option<u16>,
    /// What the payload is, behind the tag: 0x0800 IPv4, 0x0806 ARP.
    pub ether_type: u16,
    /// The rest, padding included.
    pub payload: &'a [u8],
}

impl<'a> EthernetFrame<'a> {
    /// Takes the Ethernet header off `octets`, a frame without FCS.
    ///
    /// # Errors
    ///
    /// [`FrameError::Truncated`] if the header or the tag is incomplete.
    pub fn parse(octets: &'a [u8]) -> Result<Self, FrameError> {
        let frame = Ethernet2Slice::from_slice_without_fcs(octets).map_err(length_error)?;
        let untagged = Self {
            source: frame.source(),
            destination: frame.destination(),
            vlan: None,
            ether_type: frame.ether_type().0,
            payload: frame.payload_slice(),
        };
        if frame.ether_type() != EtherType::VLAN_TAGGED_FRAME {
            return Ok(untagged);
        }
        let tag = SingleVlanSlice::from_slice(untagged.payload).map_err(length_error)?;
        Ok(Self {
            vlan: Some(tag.vlan_identifier().value()),
            ether_type: tag.ether_type().0,
            payload: tag.payload_slice(),
            ..untagged
        })
    }
}

fn header_error(error: HeaderSliceError) -> FrameError {
    match error {
        HeaderSliceError::Len(error) => length_error(error),
        HeaderSliceError::Content(
            HeaderError::UnexpectedVersion { .. } | HeaderError::HeaderLengthSmallerThanHeader { .. },
        ) => FrameError::Header,
    }
}

fn length_error(error: etherparse::err::LenError) -> FrameError {
    FrameError::Truncated { needed: error.required_len, got: error.len }
}
