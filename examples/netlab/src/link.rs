//! Interfaces and addresses of a namespace.

use core::net::IpAddr;
use std::{
    io,
    os::fd::{AsFd, AsRawFd},
};

use netlink_packet_core::{NLM_F_CREATE, NLM_F_EXCL};
use netlink_packet_route::{
    AddressFamily, RouteNetlinkMessage,
    address::{AddressAttribute, AddressFlags, AddressMessage},
    link::{
        InfoBridge, InfoData, InfoKind, InfoMacVlan, InfoVeth, LinkAttribute, LinkFlags, LinkInfo,
        LinkMessage, MacVlanMode,
    },
};

use crate::{LabError, Mac, Namespace};

/// An interface as the kernel describes it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Link {
    /// Number in its namespace, from 1.
    pub index: u32,
    /// Name, at most 15 octets.
    pub name: String,
    /// Link-layer address, for interfaces that have six octets of it.
    pub mac: Option<Mac>,
    /// Set up by the administrator (`IFF_UP`).
    pub up: bool,
    /// The other end is up too (`IFF_LOWER_UP`).
    pub carrier: bool,
    /// `veth`, `bridge`, `macvlan` …; nothing for loopback and hardware.
    pub kind: Option<String>,
}

/// An address on an interface.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct InterfaceAddress {
    /// The interface's name.
    pub interface: String,
    /// The address itself.
    pub address: IpAddr,
    /// Length of its network prefix in bits.
    pub prefix_len: u8,
    /// IPv4 label, the interface's name unless somebody set another.
    pub label: Option<String>,
    /// `RT_SCOPE_*`: 0 global, 253 link, 254 host.
    pub scope: u8,
}

impl Namespace {
    /// Joins `name` here and `peer_name` in `peer` by a virtual cable; both ends are down.
    ///
    /// # Errors
    ///
    /// [`LabError::Link`] with the kernel's reason.
    pub fn add_veth(&self, name: &str, peer: &Namespace, peer_name: &str) -> Result<(), LabError> {
        let mut other_end = LinkMessage::default();
        other_end.attributes = vec![
            LinkAttribute::IfName(peer_name.to_owned()),
            LinkAttribute::NetNsFd(peer.as_fd().as_raw_fd()),
        ];
        self.add_link(name, InfoKind::Veth, InfoData::Veth(InfoVeth::Peer(other_end)))
    }

    /// Makes a bridge that is down, forwards at once and floods multicast to every port: VRRP
    /// routers join their group, yet a bridge without a querier forgets that.
    ///
    /// # Errors
    ///
    /// [`LabError::Link`] with the kernel's reason.
    pub fn add_bridge(&self, name: &str) -> Result<(), LabError> {
        let options = vec![InfoBridge::ForwardDelay(0), InfoBridge::MulticastSnooping(false)];
        self.add_link(name, InfoKind::Bridge, InfoData::Bridge(options))
    }

    /// Makes an interface that lives on `parent` with a link-layer address of its own, and is down:
    /// where a router keeps a virtual MAC. Several on one parent reach each other (mode `bridge`).
    ///
    /// # Errors
    ///
    /// [`LabError::NoInterface`] without `parent`, [`LabError::Link`] with the kernel's reason:
    /// `EOPNOTSUPP` where it was built without macvlan.
    pub fn add_macvlan(&self, name: &str, parent: &str, mac: Mac) -> Result<(), LabError> {
        let place = vec![
            LinkAttribute::Link(self.link(parent)?.index),
            LinkAttribute::Address(mac.octets().to_vec()),
        ];
        let options = vec![InfoMacVlan::Mode(MacVlanMode::Bridge)];
        self.add_link_at(place, name, InfoKind::MacVlan, InfoData::MacVlan(options))
    }

    /// Removes an interface, a veth together with its other end.
    ///
    /// # Errors
    ///
    /// [`LabError::Link`] with the kernel's reason.
    pub fn delete_link(&self, name: &str) -> Result<(), LabError> {
        self.change("delete", name, RouteNetlinkMessage::DelLink(by_name(name)), 0)
    }

    /// Makes `port` a port of `bridge`.
    ///
    /// # Errors
    ///
    /// [`LabError::NoInterface`] without `bridge`, [`LabError::Link`] with the kernel's reason.
    pub fn set_bridge(&self, port: &str, bridge: &str) -> Result<(), LabError> {
        let index = self.link(bridge)?.index;
        self.set_attribute("give a bridge to", port, LinkAttribute::Controller(index))
    }

    /// Sets the link-layer address.
    ///
    /// # Errors
    ///
    /// [`LabError::Link`] with the kernel's reason.
    pub fn set_mac(&self, name: &str, mac: Mac) -> Result<(), LabError> {
        self.set_attribute("set the address of", name, LinkAttribute::Address(mac.octets().to_vec()))
    }

    /// `ip link set NAME up`.
    ///
    /// # Errors
    ///
    /// [`LabError::Link`] with the kernel's reason.
    pub fn set_up(&self, name: &str) -> Result<(), LabError> {
        self.set_flag("set up", name, LinkFlags::Up, true)
    }

    /// `ip link set NAME down`: nothing passes, the other end loses its carrier.
    ///
    /// # Errors
    ///
    /// [`LabError::Link`] with the kernel's reason.
    pub fn set_down(&self, name: &str) -> Result<(), LabError> {
        self.set_flag("set down", name, LinkFlags::Up, false)
    }

    /// Lets the interface take frames that are addressed to others.
    ///
    /// # Errors
    ///
    /// [`LabError::Link`] with the kernel's reason.
    pub fn set_promiscuous(&self, name: &str, on: bool) -> Result<(), LabError> {
        self.set_flag("set promiscuous", name, LinkFlags::Promisc, on)
    }

    /// Adds `address/prefix_len`. An IPv6 address is usable at once, without duplicate detection.
    ///
    /// # Errors
    ///
    /// [`LabError::NoInterface`], or [`LabError::Link`] with the kernel's reason.
    pub fn add_address(&self, name: &str, address: IpAddr, prefix_len: u8) -> Result<(), LabError> {
        let message = self.address_message(name, address, prefix_len)?;
        let flags = NLM_F_CREATE | NLM_F_EXCL;
        self.change("add an address to", name, RouteNetlinkMessage::NewAddress(message), flags)
    }

    /// Removes `address/prefix_len`.
    ///
    /// # Errors
    ///
    /// [`LabError::NoInterface`], or [`LabError::Link`] with the kernel's reason: `EADDRNOTAVAIL`
    /// where it was not there.
    pub fn delete_address(&self, name: &str, address: IpAddr, prefix_len: u8) -> Result<(), LabError> {
        let message = self.address_message(name, address, prefix_len)?;
        self.change("delete an address of", name, RouteNetlinkMessage::DelAddress(message), 0)
    }

    /// All interfaces, in the kernel's order.
    ///
    /// # Errors
    ///
    /// [`LabError::Step`] if the kernel's table cannot be read.
    pub fn links(&self) -> Result<Vec<Link>, LabError> {
        let answers = self.dump(RouteNetlinkMessage::GetLink(LinkMessage::default()), "list interfaces")?;
        Ok(answers.into_iter().filter_map(link_from).collect())
    }

    /// The interface of that name.
    ///
    /// # Errors
    ///
    /// [`LabError::NoInterface`] if there is none.
    pub fn link(&self, name: &str) -> Result<Link, LabError> {
        let mut links = self.links()?.into_iter();
        links.find(|link| link.name == name).ok_or_else(|| LabError::NoInterface(name.to_owned()))
    }

    /// All addresses of both families.
    ///
    /// # Errors
    ///
    /// [`LabError::Step`] if the kernel's table cannot be read.
    pub fn addresses(&self) -> Result<Vec<InterfaceAddress>, LabError> {
        let links = self.links()?;
        let request = RouteNetlinkMessage::GetAddress(AddressMessage::default());
        let answers = self.dump(request, "list addresses")?;
        Ok(answers.into_iter().filter_map(|answer| address_from(answer, &links)).collect())
    }

    /// Whether `address` is on any interface.
    ///
    /// # Errors
    ///
    /// As [`addresses`](Self::addresses).
    pub fn owns(&self, address: IpAddr) -> Result<bool, LabError> {
        Ok(self.addresses()?.iter().any(|found| found.address == address))
    }

    pub(crate) fn add_link(&self, name: &str, kind: InfoKind, data: InfoData) -> Result<(), LabError> {
        self.add_link_at(Vec::new(), name, kind, data)
    }

    fn add_link_at(
        &self,
        place: Vec<LinkAttribute>,
        name: &str,
        kind: InfoKind,
        data: InfoData,
    ) -> Result<(), LabError> {
        let mut message = by_name(name);
        message.attributes.extend(place);
        let info = LinkAttribute::LinkInfo(vec![LinkInfo::Kind(kind), LinkInfo::Data(data)]);
        message.attributes.push(info);
        self.change("make", name, RouteNetlinkMessage::NewLink(message), NLM_F_CREATE | NLM_F_EXCL)
    }

    fn set_attribute(&self, step: &'static str, name: &str, value: LinkAttribute) -> Result<(), LabError> {
        let mut message = by_name(name);
        message.attributes.push(value);
        self.change(step, name, RouteNetlinkMessage::SetLink(message), 0)
    }

    fn set_flag(&self, step: &'static str, name: &str, flag: LinkFlags, on: bool) -> Result<(), LabError> {
        let mut message = by_name(name);
        message.header.change_mask = flag;
        message.header.flags = if on { flag } else { LinkFlags::empty() };
        self.change(step, name, RouteNetlinkMessage::SetLink(message), 0)
    }

    fn address_message(
        &self,
        name: &str,
        address: IpAddr,
        prefix_len: u8,
    ) -> Result<AddressMessage, LabError> {
        let mut message = AddressMessage::default();
        message.header.index = self.link(name)?.index;
        message.header.prefix_len = prefix_len;
        message.attributes = vec![AddressAttribute::Local(address), AddressAttribute::Address(address)];
        message.header.family = match address {
            IpAddr::V4(_) => AddressFamily::Inet,
            IpAddr::V6(_) => AddressFamily::Inet6,
        };
        if address.is_ipv6() {
            message.attributes.push(AddressAttribute::Flags(AddressFlags::Nodad));
        }
        Ok(message)
    }

    pub(crate) fn change(
        &self,
        step: &'static str,
        name: &str,
        message: RouteNetlinkMessage,
        flags: u16,
    ) -> Result<(), LabError> {
        let verdict = self.netlink()?.change(message, flags);
        verdict.map_err(|source| LabError::Link { step, name: name.to_owned(), source })
    }

    fn dump(
        &self,
        message: RouteNetlinkMessage,
        step: &'static str,
    ) -> Result<Vec<RouteNetlinkMessage>, LabError> {
        self.netlink()?.dump(message).map_err(LabError::step::<io::Error>(step))
    }
}

/// A message about an interface that the kernel shall look up by name.
fn by_name(name: &str) -> LinkMessage {
    let mut message = LinkMessage::default();
    message.attributes.push(LinkAttribute::IfName(name.to_owned()));
    message
}

fn link_from(answer: RouteNetlinkMessage) -> Option<Link> {
    let RouteNetlinkMessage::NewLink(message) = answer else { return None };
    let mut link = Link {
        index: message.header.index,
        name: String::new(),
        mac: None,
        up: message.header.flags.contains(LinkFlags::Up),
        carrier: message.header.flags.contains(LinkFlags::LowerUp),
        kind: None,
    };
    for attribute in message.attributes {
        if let LinkAttribute::IfName(name) = attribute {
            link.name = name;
        } else if let LinkAttribute::Address(octets) = attribute {
            link.mac = octets.first_chunk().filter(|_| octets.len() == 6).copied().map(Mac::new);
        } else if let LinkAttribute::LinkInfo(info) = attribute {
            link.kind = info
                .into_iter()
                .find_map(|info| if let LinkInfo::Kind(kind) = info { Some(kind.to_string()) } else { None });
        }
    }
    Some(link)
}

fn address_from(answer: RouteNetlinkMessage, links: &[Link]) -> Option<InterfaceAddress> {
    let RouteNetlinkMessage::NewAddress(message) = answer else { return None };
    let (mut local, mut address, mut label) = (None, None, None);
    for attribute in message.attributes {
        if let AddressAttribute::Local(found) = attribute {
            local = Some(found);
        } else if let AddressAttribute::Address(found) = attribute {
            address = Some(found);
        } else if let AddressAttribute::Label(found) = attribute {
            label = Some(found);
        }
    }
    let name = |link: &&Link| link.index == message.header.index;
    Some(InterfaceAddress {
        interface: links.iter().find(name)?.name.clone(),
        // On a point-to-point interface `Address` is the other end.
        address: local.or(address)?,
        prefix_len: message.header.prefix_len,
        label,
        scope: message.header.scope.into(),
    })
}
