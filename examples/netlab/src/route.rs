//! Routes of a namespace.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use netlink_packet_core::{NLM_F_CREATE, NLM_F_EXCL};
use netlink_packet_route::{
    AddressFamily, RouteNetlinkMessage,
    route::{RouteAddress, RouteAttribute, RouteHeader, RouteMessage, RouteProtocol, RouteScope, RouteType},
};

use crate::{LabError, Namespace};

impl Namespace {
    /// `ip route add DESTINATION/PREFIX_LEN via GATEWAY`; the interface is the one that reaches
    /// `gateway`, which has to be up.
    ///
    /// # Errors
    ///
    /// [`LabError::Link`] with the kernel's reason: `ENETUNREACH` where nothing reaches `gateway`.
    pub fn add_route(&self, destination: IpAddr, prefix_len: u8, gateway: IpAddr) -> Result<(), LabError> {
        let mut message = RouteMessage::default();
        message.header.address_family = match gateway {
            IpAddr::V4(_) => AddressFamily::Inet,
            IpAddr::V6(_) => AddressFamily::Inet6,
        };
        message.header.destination_prefix_length = prefix_len;
        message.header.table = RouteHeader::RT_TABLE_MAIN;
        message.header.protocol = RouteProtocol::Static;
        message.header.scope = RouteScope::Universe;
        message.header.kind = RouteType::Unicast;
        if prefix_len > 0 {
            message.attributes.push(RouteAttribute::Destination(RouteAddress::from(destination)));
        }
        message.attributes.push(RouteAttribute::Gateway(RouteAddress::from(gateway)));
        let name = format!("{destination}/{prefix_len} via {gateway}");
        let flags = NLM_F_CREATE | NLM_F_EXCL;
        self.change("add the route", &name, RouteNetlinkMessage::NewRoute(message), flags)
    }

    /// `ip route add default via GATEWAY`.
    ///
    /// # Errors
    ///
    /// As [`add_route`](Self::add_route).
    pub fn add_default_route(&self, gateway: IpAddr) -> Result<(), LabError> {
        let everything = match gateway {
            IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        };
        self.add_route(everything, 0, gateway)
    }
}
