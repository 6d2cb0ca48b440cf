//! IPv6 around a message.

use core::net::Ipv6Addr;

use etherparse::err::ipv6::{HeaderError, HeaderSliceError};
use etherparse::{IpNumber, Ipv6FlowLabel, Ipv6Header, Ipv6HeaderSlice};

use super::{DSCP_CS6, length_error};
use crate::{AdvertisementFields, ChecksumScope, FrameError, IP_PROTOCOL, IpFacts};
#[cfg(feature = "auth")]
use crate::{HmacKey, HmacSequence};

/// Octets of an IPv6 header without extensions.
pub const IPV6_HEADER_LEN: usize = Ipv6Header::LEN;

type HeaderOctets = [u8; IPV6_HEADER_LEN];

/// A VRRP message in its IPv6 packet, as a packet socket delivers it. Raw sockets leave the
/// header out; there [`IpFacts::v6`] takes what ancillary data tell.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Ipv6Frame<'a> {
    facts: IpFacts,
    payload: &'a [u8],
}

impl<'a> Ipv6Frame<'a> {
    /// Takes the IPv6 header off `octets` and cuts the payload at the header's payload length,
    /// which leaves the padding of short Ethernet frames behind.
    ///
    /// # Errors
    ///
    /// [`FrameError`] if the header is not IPv6 or incomplete, if the packet is shorter than
    /// its length, or if anything else than VRRP follows the header at once: advertisements
    /// have no extension headers.
    pub fn parse(octets: &'a [u8]) -> Result<Self, FrameError> {
        let header = Ipv6HeaderSlice::from_slice(octets).map_err(header_error)?;
        let needed = IPV6_HEADER_LEN + usize::from(header.payload_length());
        let truncated = FrameError::Truncated { needed, got: octets.len() };
        let payload = octets.get(IPV6_HEADER_LEN..needed).ok_or(truncated)?;
        if header.next_header() != IpNumber(IP_PROTOCOL) {
            return Err(FrameError::Protocol(header.next_header().0));
        }
        let facts = IpFacts::v6(header.source_addr(), header.destination_addr(), header.hop_limit());
        Ok(Self { facts, payload })
    }

    /// What [`receive`](crate::receive) wants to know of the header.
    #[must_use]
    pub const fn facts(&self) -> IpFacts {
        self.facts
    }

    /// The VRRP message, with its trailer if it has one.
    #[must_use]
    pub const fn payload(&self) -> &'a [u8] {
        self.payload
    }
}

/// How a packet around an advertisement travels. Traffic class 0xC0, flow label 0, no extension
/// headers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Ipv6Packet {
    /// The link-local address of the sending interface.
    pub source: Ipv6Addr,
    /// The group, or a unicast peer.
    pub destination: Ipv6Addr,
    /// 255, but for a unicast peer behind routers (`unicast_ttl`).
    pub hop_limit: u8,
}

impl Ipv6Packet {
    /// The pseudo-header of the packet, always part of the checksum.
    #[must_use]
    pub const fn pseudo_header(&self) -> ChecksumScope {
        ChecksumScope::PseudoV6 { src: self.source, dst: self.destination }
    }

    /// Writes header and message to the front of `out` and returns their length in octets.
    ///
    /// # Errors
    ///
    /// [`FrameError::Message`] if the fields cannot be encoded, in this family for one;
    /// [`FrameError::BufferTooSmall`]. `out` is then untouched.
    pub fn encode(&self, fields: &AdvertisementFields<'_>, out: &mut [u8]) -> Result<usize, FrameError> {
        let (header, to, payload) = self.room(fields.encoded_len(), out)?;
        let len = fields.encode(self.pseudo_header(), payload)?;
        *to = header;
        Ok(IPV6_HEADER_LEN + len)
    }

    /// Writes header, message and trailer (`auth_hmac`) to the front of `out` and returns their
    /// length in octets.
    ///
    /// # Errors
    ///
    /// As [`encode`](Self::encode).
    #[cfg(feature = "auth")]
    pub fn encode_signed(
        &self,
        fields: &AdvertisementFields<'_>,
        key: &HmacKey,
        sequence: HmacSequence,
        out: &mut [u8],
    ) -> Result<usize, FrameError> {
        let (header, to, payload) = self.room(fields.signed_len(), out)?;
        let len = fields.encode_signed(self.pseudo_header(), key, self.source.into(), sequence, payload)?;
        *to = header;
        Ok(IPV6_HEADER_LEN + len)
    }

    /// The IP header, and where it and the payload go.
    fn room<'a>(
        &self,
        payload_len: usize,
        out: &'a mut [u8],
    ) -> Result<(HeaderOctets, &'a mut HeaderOctets, &'a mut [u8]), FrameError> {
        let needed = IPV6_HEADER_LEN + payload_len;
        let too_small = FrameError::BufferTooSmall { needed, available: out.len() };
        let header = Ipv6Header {
            traffic_class: DSCP_CS6 << 2,
            flow_label: Ipv6FlowLabel::ZERO,
            payload_length: u16::try_from(payload_len)
                .map_err(|_| FrameError::PayloadTooLong(payload_len))?,
            next_header: IpNumber(IP_PROTOCOL),
            hop_limit: self.hop_limit,
            source: self.source.octets(),
            destination: self.destination.octets(),
        };
        let out = out.get_mut(..needed).ok_or(too_small)?;
        let (to, payload) = out.split_first_chunk_mut().ok_or(too_small)?;
        Ok((header.to_bytes(), to, payload))
    }
}

fn header_error(error: HeaderSliceError) -> FrameError {
    match error {
        HeaderSliceError::Len(error) => length_error(error),
        HeaderSliceError::Content(HeaderError::UnexpectedVersion { .. }) => FrameError::Header,
    }
}
