//! What the IP header of a received message said.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::{AddressFamily, ChecksumScope};

/// What the IP header of a received message said.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct IpFacts {
    pub(crate) endpoints: Endpoints,
    pub(crate) ttl: u8,
    #[cfg(feature = "auth")]
    pub(crate) authentication_header: Option<crate::AuthenticationHeader>,
}

/// Source and destination of one family.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Endpoints {
    V4 { source: Ipv4Addr, destination: Ipv4Addr },
    V6 { source: Ipv6Addr, destination: Ipv6Addr },
}

impl IpFacts {
    /// From an IPv4 header.
    #[must_use]
    pub const fn v4(source: Ipv4Addr, destination: Ipv4Addr, ttl: u8) -> Self {
        Self::new(Endpoints::V4 { source, destination }, ttl)
    }

    /// From the IPv4 header of a packet of [`IP_PROTOCOL_AH`](crate::IP_PROTOCOL_AH), and what
    /// follows it, cut at the IP total length. Also returns the message behind the
    /// authentication header.
    ///
    /// # Errors
    ///
    /// [`AhError`](crate::AhError): the IP header has options or is of another packet, the
    /// authentication header is incomplete, of another length, or not followed by VRRP.
    #[cfg(feature = "auth")]
    pub fn v4_authenticated<'a>(
        ip_header: &[u8],
        payload: &'a [u8],
    ) -> Result<(Self, &'a [u8]), crate::AhError> {
        let (header, message) = crate::AuthenticationHeader::split(ip_header, payload)?;
        let endpoints = Endpoints::V4 { source: header.source(), destination: header.destination() };
        let authentication_header = Some(header);
        Ok((Self { endpoints, ttl: header.ttl(), authentication_header }, message))
    }

    /// From an IPv6 header. Where the kernel did not say the hop limit, drop the packet: a
    /// missing value is a failure of RFC 9568 §7.1, not a pass.
    #[must_use]
    pub const fn v6(source: Ipv6Addr, destination: Ipv6Addr, hop_limit: u8) -> Self {
        Self::new(Endpoints::V6 { source, destination }, hop_limit)
    }

    const fn new(endpoints: Endpoints, ttl: u8) -> Self {
        Self {
            endpoints,
            ttl,
            #[cfg(feature = "auth")]
            authentication_header: None,
        }
    }

    /// Who sent the packet; the operand of the tie-break.
    #[must_use]
    pub const fn source(&self) -> IpAddr {
        match self.endpoints {
            Endpoints::V4 { source, .. } => IpAddr::V4(source),
            Endpoints::V6 { source, .. } => IpAddr::V6(source),
        }
    }

    /// Where the packet went: a multicast group or an own address.
    #[must_use]
    pub const fn destination(&self) -> IpAddr {
        match self.endpoints {
            Endpoints::V4 { destination, .. } => IpAddr::V4(destination),
            Endpoints::V6 { destination, .. } => IpAddr::V6(destination),
        }
    }

    /// IPv4 TTL or IPv6 hop limit.
    #[must_use]
    pub const fn ttl(&self) -> u8 {
        self.ttl
    }

    /// The family of the header.
    #[must_use]
    pub const fn family(&self) -> AddressFamily {
        match self.endpoints {
            Endpoints::V4 { .. } => AddressFamily::V4,
            Endpoints::V6 { .. } => AddressFamily::V6,
        }
    }

    /// The authentication header of the packet, if it has one.
    #[cfg(feature = "auth")]
    #[must_use]
    pub const fn authentication_header(&self) -> Option<&crate::AuthenticationHeader> {
        self.authentication_header.as_ref()
    }

    /// The pseudo-header of this packet.
    #[must_use]
    pub const fn pseudo_header(&self) -> ChecksumScope {
        match self.endpoints {
            Endpoints::V4 { source, destination } => {
                ChecksumScope::PseudoV4 { src: source, dst: destination }
            }
            Endpoints::V6 { source, destination } => {
                ChecksumScope::PseudoV6 { src: source, dst: destination }
            }
        }
    }
}
