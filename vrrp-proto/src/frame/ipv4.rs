//! IPv4 around a message, as raw sockets take and deliver it.

use core::net::Ipv4Addr;
use core::num::NonZeroU16;

use etherparse::err::ipv4::{HeaderError, HeaderSliceError};
use etherparse::{IpDscp, IpNumber, Ipv4Header, Ipv4HeaderSlice};

use super::{DSCP_CS6, length_error};
#[cfg(feature = "auth")]
use crate::{AH_LEN, AhCoverage, AhKey, Authentication, HmacKey, HmacSequence, IP_PROTOCOL_AH};
use crate::{AdvertisementFields, ChecksumScope, FrameError, IP_PROTOCOL, IpFacts};

/// Octets of an IPv4 header without options.
pub const IPV4_HEADER_LEN: usize = Ipv4Header::MIN_LEN;

type HeaderOctets = [u8; IPV4_HEADER_LEN];

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
    /// An authentication header is taken off, too (feature `auth`; without it such a packet is
    /// of a foreign protocol). Options are skipped. The header checksum is not looked at: a raw socket's packets have
    /// passed the kernel's check.
    ///
    /// # Errors
    ///
    /// [`FrameError`] if the header is not IPv4 or incomplete, if the packet is shorter than
    /// its total length, a fragment, or of another protocol than 112, or if its authentication
    /// header cannot be read.
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
        let (facts, payload) = match header.protocol().0 {
            IP_PROTOCOL => {
                let facts = IpFacts::v4(header.source_addr(), header.destination_addr(), header.ttl());
                (facts, payload)
            }
            #[cfg(feature = "auth")]
            IP_PROTOCOL_AH => IpFacts::v4_authenticated(header.slice(), payload)?,
            other => return Err(FrameError::Protocol(other)),
        };
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

/// How a packet around an advertisement travels. The fields are keepalived's: TOS 0xC0,
/// don't-fragment clear, no options.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Ipv4Packet {
    /// The sender's primary address.
    pub source: Ipv4Addr,
    /// The group, or a unicast peer.
    pub destination: Ipv4Addr,
    /// 255, but for a unicast peer behind routers (`unicast_ttl`).
    pub ttl: u8,
    /// Never 0, for which the kernel would put in a number of its own (raw(7)).
    pub identification: NonZeroU16,
}

impl Ipv4Packet {
    /// The pseudo-header of the packet, which keepalived puts into the checksum of VRRPv3.
    #[must_use]
    pub const fn pseudo_header(&self) -> ChecksumScope {
        ChecksumScope::PseudoV4 { src: self.source, dst: self.destination }
    }

    /// Writes header and message to the front of `out` and returns their length in octets.
    ///
    /// # Errors
    ///
    /// [`FrameError::Message`] if the fields cannot be encoded, in this family for one;
    /// [`FrameError::BufferTooSmall`]. `out` is then untouched.
    pub fn encode(
        &self,
        fields: &AdvertisementFields<'_>,
        scope: ChecksumScope,
        out: &mut [u8],
    ) -> Result<usize, FrameError> {
        let (header, to, payload) = self.room(IP_PROTOCOL, fields.encoded_len(), out)?;
        let len = fields.encode(scope, payload)?;
        *to = header;
        Ok(IPV4_HEADER_LEN + len)
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
        scope: ChecksumScope,
        key: &HmacKey,
        sequence: HmacSequence,
        out: &mut [u8],
    ) -> Result<usize, FrameError> {
        let (header, to, payload) = self.room(IP_PROTOCOL, fields.signed_len(), out)?;
        let len = fields.encode_signed(scope, key, self.source.into(), sequence, payload)?;
        *to = header;
        Ok(IPV4_HEADER_LEN + len)
    }

    /// Writes IP header, authentication header and VRRPv2 message (`auth_type AH`) to the front
    /// of `out` and returns their length in octets. The message says
    /// [`Authentication::Header`], whatever the fields say.
    ///
    /// keepalived expects [`AhCoverage::WithTtl`] by multicast and
    /// [`AhCoverage::WithoutTtl`] by unicast, and a `sequence` above all that it has seen:
    /// [`AhWindow::next`](crate::AhWindow::next).
    ///
    /// # Errors
    ///
    /// As [`encode`](Self::encode).
    #[cfg(feature = "auth")]
    pub fn encode_authenticated(
        &self,
        fields: &AdvertisementFields<'_>,
        key: &AhKey,
        coverage: AhCoverage,
        sequence: u32,
        out: &mut [u8],
    ) -> Result<usize, FrameError> {
        let fields = AdvertisementFields { authentication: Authentication::Header, ..*fields };
        let len = AH_LEN + fields.encoded_len();
        let too_small = FrameError::BufferTooSmall { needed: IPV4_HEADER_LEN + len, available: out.len() };
        let (header, to, payload) = self.room(IP_PROTOCOL_AH, len, out)?;
        let (to_authentication, message) = payload.split_first_chunk_mut::<AH_LEN>().ok_or(too_small)?;
        fields.encode(ChecksumScope::Message, message)?;
        *to_authentication = key.sign(&header, sequence, message, coverage);
        *to = header;
        Ok(IPV4_HEADER_LEN + len)
    }

    /// The IP header, and where it and the payload go.
    fn room<'a>(
        &self,
        protocol: u8,
        payload_len: usize,
        out: &'a mut [u8],
    ) -> Result<(HeaderOctets, &'a mut HeaderOctets, &'a mut [u8]), FrameError> {
        let needed = IPV4_HEADER_LEN + payload_len;
        let too_small = FrameError::BufferTooSmall { needed, available: out.len() };
        let out = out.get_mut(..needed).ok_or(too_small)?;
        let (to, payload) = out.split_first_chunk_mut().ok_or(too_small)?;
        Ok((self.header(protocol, payload_len)?, to, payload))
    }

    fn header(&self, protocol: u8, payload_len: usize) -> Result<HeaderOctets, FrameError> {
        let too_long = FrameError::PayloadTooLong(payload_len);
        let len = u16::try_from(payload_len).map_err(|_| too_long)?;
        let (source, destination) = (self.source.octets(), self.destination.octets());
        let mut header =
            Ipv4Header::new(len, self.ttl, IpNumber(protocol), source, destination).map_err(|_| too_long)?;
        header.dscp = IpDscp::try_new(DSCP_CS6).unwrap_or_default();
        header.dont_fragment = false;
        header.identification = self.identification.get();
        header.header_checksum = header.calc_header_checksum();
        header.to_bytes().as_slice().try_into().map_err(|_| FrameError::Header)
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
