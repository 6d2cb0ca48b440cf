//! A frame of every kind that we write.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::num::{NonZeroU8, NonZeroU16};

use vrrp_proto::{
    Addresses, AdvertInterval, AdvertisementFields, AhCoverage, AhKey, Authentication, ChecksumScope,
    HmacKey, HmacSequence, Ipv4Packet, Ipv6Packet, Password, Priority, Version, Vrid, gratuitous_arp,
    gratuitous_arp_reply, multicast_mac, unsolicited_neighbour_advertisement, write_ethernet_header,
};

/// The virtual MAC of VRID 51.
const MAC: [u8; 6] = [0x00, 0x00, 0x5e, 0x00, 0x01, 51];
const SOURCE: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
const SOURCE_V6: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1);
pub(crate) const PEER: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 2);
pub(crate) const PEER_V6: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 2);

#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub octets: Vec<u8>,
    /// That it protects.
    pub addresses: Vec<IpAddr>,
}

pub(crate) fn v2(to: Ipv4Addr, priority: u8, secs: u8, count: u8, password: Option<&str>) -> Frame {
    let list = v4_list(count);
    let mut fields = fields(Version::V2, priority, u16::from(secs) * 100, Addresses::V4(&list));
    if let Some(password) = password {
        fields.authentication = Authentication::Password(Password::new(password.as_bytes()).unwrap());
    }
    let octets = ethernet(to.into(), |out| packet(to).encode(&fields, ChecksumScope::Message, out).unwrap());
    Frame { octets, addresses: all(&list) }
}

pub(crate) fn ah(to: Ipv4Addr, priority: u8, count: u8, sequence: u32) -> Frame {
    let list = v4_list(count);
    let fields = fields(Version::V2, priority, 100, Addresses::V4(&list));
    let coverage = if to.is_multicast() { AhCoverage::WithTtl } else { AhCoverage::WithoutTtl };
    let key = AhKey::from_octets(b"key");
    let octets = ethernet(to.into(), |out| {
        packet(to).encode_authenticated(&fields, &key, coverage, sequence, out).unwrap()
    });
    Frame { octets, addresses: all(&list) }
}

pub(crate) fn v3(to: Ipv4Addr, priority: u8, centis: u16, count: u8) -> Frame {
    summed(to, priority, centis, count, packet(to).pseudo_header())
}

/// As [`v3`], its checksum without pseudo-header.
pub(crate) fn bare(to: Ipv4Addr, priority: u8, centis: u16, count: u8) -> Frame {
    summed(to, priority, centis, count, ChecksumScope::Message)
}

fn summed(to: Ipv4Addr, priority: u8, centis: u16, count: u8, scope: ChecksumScope) -> Frame {
    let list = v4_list(count);
    let fields = fields(Version::V3, priority, centis, Addresses::V4(&list));
    let octets = ethernet(to.into(), |out| packet(to).encode(&fields, scope, out).unwrap());
    Frame { octets, addresses: all(&list) }
}

pub(crate) fn v6(to: Ipv6Addr, priority: u8, centis: u16, count: u8) -> Frame {
    let list = v6_list(count);
    let fields = fields(Version::V3, priority, centis, Addresses::V6(&list));
    let octets = ethernet(to.into(), |out| packet_v6(to).encode(&fields, out).unwrap());
    Frame { octets, addresses: all(&list) }
}

pub(crate) fn signed_v4(to: Ipv4Addr, count: u8) -> Frame {
    let list = v4_list(count);
    let fields = fields(Version::V3, 100, 100, Addresses::V4(&list));
    let (packet, sequence) = (packet(to), HmacSequence::at(1, 0));
    let octets = ethernet(to.into(), |out| {
        packet.encode_signed(&fields, packet.pseudo_header(), &key(), sequence, out).unwrap()
    });
    Frame { octets, addresses: all(&list) }
}

pub(crate) fn signed_v6(to: Ipv6Addr, count: u8) -> Frame {
    let list = v6_list(count);
    let fields = fields(Version::V3, 100, 100, Addresses::V6(&list));
    let sequence = HmacSequence::at(1, 0);
    let octets =
        ethernet(to.into(), |out| packet_v6(to).encode_signed(&fields, &key(), sequence, out).unwrap());
    Frame { octets, addresses: all(&list) }
}

pub(crate) fn arp(reply: bool, address: Ipv4Addr) -> Frame {
    let write = if reply { gratuitous_arp_reply } else { gratuitous_arp };
    Frame { octets: write(MAC, address).to_vec(), addresses: Vec::new() }
}

pub(crate) fn neighbour(address: Ipv6Addr, router: bool) -> Frame {
    let octets = unsolicited_neighbour_advertisement(MAC, address, router);
    Frame { octets: octets.to_vec(), addresses: Vec::new() }
}

/// The same frame in a VLAN.
pub(crate) fn tagged(vlan: u16, frame: Frame) -> Frame {
    let (header, payload) = frame.octets.split_at(14);
    let destination = header.first_chunk().copied().unwrap();
    let mut octets = vec![0; 18];
    write_ethernet_header(MAC, destination, Some(vlan), 0x0800, &mut octets).unwrap();
    octets.extend(payload);
    Frame { octets, ..frame }
}

fn v4_list(count: u8) -> Vec<Ipv4Addr> {
    (0..count).map(|last| Ipv4Addr::new(198, 51, 100, last)).collect()
}

fn v6_list(count: u8) -> Vec<Ipv6Addr> {
    let first = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0x100);
    let others = (1..=u16::MAX).map(|last| Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, last));
    core::iter::once(first).chain(others).take(count.into()).collect()
}

fn all<A: Copy + Into<IpAddr>>(list: &[A]) -> Vec<IpAddr> {
    list.iter().copied().map(Into::into).collect()
}

fn key() -> HmacKey {
    HmacKey::new(NonZeroU8::MIN, &[1; 32]).unwrap()
}

fn fields(version: Version, priority: u8, centis: u16, addresses: Addresses<'_>) -> AdvertisementFields<'_> {
    AdvertisementFields {
        version,
        vrid: Vrid::new(51).unwrap(),
        priority: Priority::new(priority),
        interval: AdvertInterval::from_centis(centis).unwrap(),
        addresses,
        authentication: Authentication::None,
    }
}

fn packet(destination: Ipv4Addr) -> Ipv4Packet {
    Ipv4Packet { source: SOURCE, destination, ttl: 255, identification: NonZeroU16::MIN }
}

fn packet_v6(destination: Ipv6Addr) -> Ipv6Packet {
    Ipv6Packet { source: SOURCE_V6, destination, hop_limit: 255 }
}

/// An Ethernet frame around what `write` puts into a buffer.
fn ethernet(to: IpAddr, write: impl FnOnce(&mut [u8]) -> usize) -> Vec<u8> {
    let mut out = vec![0xa5; 6000];
    let destination = multicast_mac(to).unwrap_or([2, 0, 0, 0, 0, 2]);
    let ether_type = if to.is_ipv4() { 0x0800 } else { 0x86dd };
    let header = write_ethernet_header(MAC, destination, None, ether_type, &mut out).unwrap();
    let len = write(out.split_at_mut(header).1);
    out.truncate(header + len);
    out
}
