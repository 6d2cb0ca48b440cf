//! What the kernel says of interfaces and their addresses.

use core::net::{IpAddr, Ipv4Addr};
use std::collections::HashMap;
use std::io;

use netlink_packet_core::NLM_F_CREATE;
use netlink_packet_route::AddressFamily;
use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::address::{AddressAttribute, AddressMessage, AddressScope};
use netlink_packet_route::link::{LinkAttribute, LinkFlags, LinkMessage};
use nix::sys::socket::LinkAddr;

use crate::netlink::{Batch, RouteSocket};

/// An interface as far as failover looks at it.
#[derive(Clone, Debug)]
pub(crate) struct Interface {
    /// The kernel's number.
    pub index: u32,
    /// Its name.
    pub name: String,
    /// Administratively up and with a carrier.
    pub running: bool,
    /// Hardware address, if it has one of six octets.
    pub mac: Option<[u8; 6]>,
    /// IPv4 addresses with their prefix lengths, in the kernel's order: the primary one first.
    pub addresses: Vec<(Ipv4Addr, u8)>,
}

impl Interface {
    /// The address to send from: the first that is none of `virtual_addresses`.
    #[must_use]
    pub(crate) fn primary_address(&self, virtual_addresses: &[IpAddr]) -> Option<Ipv4Addr> {
        let mut own = self.addresses.iter().map(|(address, _)| *address);
        own.find(|address| !virtual_addresses.contains(&IpAddr::V4(*address)))
    }
}

/// All interfaces by name.
///
/// # Errors
///
/// The kernel's.
pub(crate) fn list(socket: &mut RouteSocket) -> io::Result<HashMap<String, Interface>> {
    let links = socket.dump(RouteNetlinkMessage::GetLink(LinkMessage::default()))?;
    let mut by_index: HashMap<u32, Interface> = HashMap::new();
    for message in links {
        if let RouteNetlinkMessage::NewLink(link) = message
            && let Some(interface) = from_link(&link)
        {
            by_index.insert(interface.index, interface);
        }
    }
    for (index, address, prefix_len) in addresses(socket)? {
        if let Some(interface) = by_index.get_mut(&index) {
            interface.addresses.push((address, prefix_len));
        }
    }
    Ok(by_index.into_values().map(|interface| (interface.name.clone(), interface)).collect())
}

/// All IPv4 addresses: interface, address, prefix length.
///
/// # Errors
///
/// The kernel's.
pub(crate) fn addresses(socket: &mut RouteSocket) -> io::Result<Vec<(u32, Ipv4Addr, u8)>> {
    let mut request = AddressMessage::default();
    request.header.family = AddressFamily::Inet;
    let dump = socket.dump(RouteNetlinkMessage::GetAddress(request))?;
    let found = dump.iter().filter_map(|message| {
        let RouteNetlinkMessage::NewAddress(message) = message else { return None };
        local_address(message)
    });
    Ok(found.collect())
}

/// The local IPv4 address that a message is about: interface, address, prefix length.
#[must_use]
pub(crate) fn local_address(message: &AddressMessage) -> Option<(u32, Ipv4Addr, u8)> {
    let local = message.attributes.iter().find_map(|attribute| {
        let AddressAttribute::Local(IpAddr::V4(address)) = attribute else { return None };
        Some(*address)
    })?;
    Some((message.header.index, local, message.header.prefix_len))
}

/// The interface that a message is about, without addresses.
#[must_use]
pub(crate) fn from_link(link: &LinkMessage) -> Option<Interface> {
    let name = link.attributes.iter().find_map(|attribute| {
        let LinkAttribute::IfName(name) = attribute else { return None };
        Some(name.clone())
    })?;
    let mac = link.attributes.iter().find_map(|attribute| {
        let LinkAttribute::Address(address) = attribute else { return None };
        <[u8; 6]>::try_from(address.as_slice()).ok()
    });
    let running = link.header.flags.contains(LinkFlags::Up | LinkFlags::Running);
    Some(Interface { index: link.header.index, name, running, mac, addresses: Vec::new() })
}

/// A virtual address with the interface it belongs on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Placement {
    /// Interface that carries it.
    pub index: u32,
    /// The address.
    pub address: Ipv4Addr,
    /// Prefix length in bits.
    pub prefix_len: u8,
    /// Broadcast address, if one is to be set.
    pub broadcast: Option<Ipv4Addr>,
    /// `rt_scope_t`.
    pub scope: u8,
    /// Label, at most 15 octets.
    pub label: Option<String>,
    /// Somebody else may remove it without consequence (`no_track`).
    pub no_track: bool,
}

impl Placement {
    fn message(&self) -> AddressMessage {
        let mut message = AddressMessage::default();
        message.header.family = AddressFamily::Inet;
        message.header.prefix_len = self.prefix_len;
        message.header.index = self.index;
        message.header.scope = AddressScope::from(self.scope);
        message.attributes.push(AddressAttribute::Local(self.address.into()));
        message.attributes.push(AddressAttribute::Address(self.address.into()));
        if let Some(broadcast) = self.broadcast {
            message.attributes.push(AddressAttribute::Broadcast(broadcast));
        }
        if let Some(label) = &self.label {
            message.attributes.push(AddressAttribute::Label(label.clone()));
        }
        message
    }
}

/// The requests that put `placements` on their interfaces, and those that take them away.
#[must_use]
pub(crate) fn batches(placements: &[Placement]) -> (Batch, Batch) {
    let (mut add, mut delete) = (Batch::default(), Batch::default());
    for placement in placements {
        add.push(RouteNetlinkMessage::NewAddress(placement.message()), NLM_F_CREATE);
        delete.push(RouteNetlinkMessage::DelAddress(placement.message()), 0);
    }
    (add, delete)
}

/// The packet-socket address of an interface. The standard library of system calls can make one
/// only from the kernel's own list.
#[must_use]
pub(crate) fn link_address(index: u32) -> Option<LinkAddr> {
    let mut all = nix::ifaddrs::getifaddrs().ok()?;
    all.find_map(|entry| {
        entry.address?.as_link_addr().copied().filter(|link| link.ifindex() == index as usize)
    })
}
