//! Packets made ready before they are needed.

use core::net::Ipv4Addr;
use core::num::NonZeroU16;

use vrrp_proto::{
    Addresses, AdvertInterval, AdvertisementFields, Authentication, ChecksumScope, FrameError, Priority,
    Version, Vrid,
};
use vrrp_proto::{IPV4_HEADER_LEN, Ipv4Packet};

/// What the advertisements of an instance say, apart from the priority.
#[derive(Clone, Debug)]
pub(crate) struct Content {
    /// Protocol version.
    pub version: Version,
    /// Virtual router identifier.
    pub vrid: Vrid,
    /// Our own interval.
    pub interval: AdvertInterval,
    /// Authentication (VRRPv2).
    pub authentication: Authentication,
    /// Advertised addresses.
    pub addresses: Vec<Ipv4Addr>,
    /// Where the packets come from.
    pub source: Ipv4Addr,
    /// Where they go: the group, or each peer.
    pub destinations: Vec<Ipv4Addr>,
    /// TTL: 255 for multicast.
    pub ttl: u8,
    /// `v3_checksum_as_v2`: leave the pseudo-header out.
    pub checksum_without_pseudo_header: bool,
}

impl Content {
    fn scope(&self, destination: Ipv4Addr) -> ChecksumScope {
        match self.version {
            Version::V3 if !self.checksum_without_pseudo_header => {
                ChecksumScope::PseudoV4 { src: self.source, dst: destination }
            }
            Version::V2 | Version::V3 => ChecksumScope::Message,
        }
    }

    /// The packet for `destination`, IP header included.
    fn packet(&self, priority: Priority, destination: Ipv4Addr) -> Result<Vec<u8>, FrameError> {
        let message = AdvertisementFields {
            version: self.version,
            vrid: self.vrid,
            priority,
            interval: self.interval,
            addresses: Addresses::V4(&self.addresses),
            authentication: self.authentication,
        };
        let (source, ttl, identification) = (self.source, self.ttl, NonZeroU16::MIN);
        let mut packet = vec![0; IPV4_HEADER_LEN + message.encoded_len()];
        Ipv4Packet { source, destination, ttl, identification }.encode(
            &message,
            self.scope(destination),
            &mut packet,
        )?;
        Ok(packet)
    }
}

/// Ready-made packets for one priority; made anew only when the priority changes.
#[derive(Clone, Debug)]
pub(crate) struct Wire {
    content: Content,
    priority: Priority,
    packets: Vec<(Ipv4Addr, Vec<u8>)>,
    identification: NonZeroU16,
}

impl Wire {
    /// Packets of `priority`.
    ///
    /// # Errors
    ///
    /// What the content has that its version cannot carry.
    pub(crate) fn new(content: Content, priority: Priority) -> Result<Self, FrameError> {
        let packets = Self::make(&content, priority)?;
        Ok(Self { content, priority, packets, identification: NonZeroU16::MIN })
    }

    /// What the packets say.
    #[must_use]
    pub(crate) const fn content(&self) -> &Content {
        &self.content
    }

    /// The packets of `priority` with their destinations, each with a new IP identification.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new); cannot happen for a content that was accepted once.
    pub(crate) fn packets(&mut self, priority: Priority) -> Result<&[(Ipv4Addr, Vec<u8>)], FrameError> {
        if priority != self.priority {
            self.packets = Self::make(&self.content, priority)?;
            self.priority = priority;
        }
        // keepalived counts packets in the identification and skips 0, which the kernel would
        // replace (raw(7)). The kernel makes the header checksum.
        self.identification = self.identification.checked_add(1).unwrap_or(NonZeroU16::MIN);
        for (_, packet) in &mut self.packets {
            if let Some(field) = packet.get_mut(4..6) {
                field.copy_from_slice(&self.identification.get().to_be_bytes());
            }
        }
        Ok(&self.packets)
    }

    /// Changes the source address.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub(crate) fn set_source(&mut self, source: Ipv4Addr) -> Result<(), FrameError> {
        self.content.source = source;
        self.packets = Self::make(&self.content, self.priority)?;
        Ok(())
    }

    fn make(content: &Content, priority: Priority) -> Result<Vec<(Ipv4Addr, Vec<u8>)>, FrameError> {
        let destinations = content.destinations.iter();
        destinations.map(|&to| content.packet(priority, to).map(|packet| (to, packet))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_priority_makes_new_packets_and_each_has_its_own_identification() {
        let content = Content {
            version: Version::V2,
            vrid: Vrid::new(51).unwrap(),
            interval: AdvertInterval::DEFAULT,
            authentication: Authentication::None,
            addresses: vec![Ipv4Addr::new(10, 0, 0, 100)],
            source: Ipv4Addr::new(10, 0, 0, 1),
            destinations: vec![Ipv4Addr::new(224, 0, 0, 18)],
            ttl: 255,
            checksum_without_pseudo_header: false,
        };
        let mut wire = Wire::new(content, Priority::new(100)).unwrap();
        let first = wire.packets(Priority::new(100)).unwrap()[0].1.clone();
        let second = wire.packets(Priority::RELEASE).unwrap()[0].1.clone();
        assert_eq!((first[22], second[22]), (100, 0), "priority octet");
        assert_ne!(first[4..6], second[4..6]);
        assert_eq!(first.len(), 20 + 8 + 4 + 8);
    }
}
