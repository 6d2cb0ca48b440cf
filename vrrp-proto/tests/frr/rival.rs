//! Our side of an election: messages that we encode, sent from a raw socket as a daemon does.

use core::net::{IpAddr, Ipv6Addr, SocketAddr, SocketAddrV6};

use netlab::Lan;
use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use vrrp_proto::{
    AddressFamily, AdvertisementFields, ChecksumScope, IP_PROTOCOL, Priority, VRRP_MULTICAST_V4,
    VRRP_MULTICAST_V6, Version,
};

use crate::{OURS, router::Router};

/// A router with the configuration of one of FRR's and a higher priority.
pub(crate) struct Rival {
    socket: Socket,
    group: SockAddr,
    scope: ChecksumScope,
    fields: AdvertisementFields<'static>,
}

impl Rival {
    const SOURCE_V6: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 2);

    /// Gives our host the addresses that rivals speak from.
    pub(crate) fn prepare(lan: &Lan) {
        lan.node(OURS).unwrap().add_address(lan.interface(), IpAddr::V6(Self::SOURCE_V6), 64).unwrap();
    }

    pub(crate) fn of(router: &Router, lan: &Lan) -> Self {
        let host = lan.node(OURS).unwrap();
        let interface = host.link(lan.interface()).unwrap().index;
        let (socket, group) = host.run(|| open(router.family(), interface)).unwrap().unwrap();
        let scope = match (router.fields.version, router.family()) {
            (Version::V2, _) => ChecksumScope::Message,
            (Version::V3, AddressFamily::V4) => {
                ChecksumScope::PseudoV4 { src: Lan::address(OURS), dst: VRRP_MULTICAST_V4 }
            }
            (Version::V3, AddressFamily::V6) => {
                ChecksumScope::PseudoV6 { src: Self::SOURCE_V6, dst: VRRP_MULTICAST_V6 }
            }
        };
        Self { socket, group, scope, fields: router.fields }
    }

    /// Says that we have a higher priority than FRR.
    pub(crate) fn outbid(&self) {
        self.send(Priority::new(self.fields.priority.get() + 1));
    }

    /// Says that we leave.
    pub(crate) fn resign(&self) {
        self.send(Priority::RELEASE);
    }

    fn send(&self, priority: Priority) {
        let mut out = [0; 128];
        let length = AdvertisementFields { priority, ..self.fields }.encode(self.scope, &mut out).unwrap();
        self.socket.send_to(out.get(..length).unwrap(), &self.group).unwrap();
    }
}

/// A raw socket to the group, with the hop limit that VRRP wants (RFC 9568 §5.1).
fn open(family: AddressFamily, interface: u32) -> std::io::Result<(Socket, SockAddr)> {
    let protocol = Some(Protocol::from(i32::from(IP_PROTOCOL)));
    match family {
        AddressFamily::V4 => {
            let socket = Socket::new(Domain::IPV4, Type::RAW, protocol)?;
            socket.set_multicast_if_v4(&Lan::address(OURS))?;
            socket.set_multicast_ttl_v4(255)?;
            Ok((socket, SocketAddr::from((VRRP_MULTICAST_V4, 0)).into()))
        }
        AddressFamily::V6 => {
            let socket = Socket::new(Domain::IPV6, Type::RAW, protocol)?;
            let scoped = |address| SocketAddr::V6(SocketAddrV6::new(address, 0, 0, interface)).into();
            socket.set_multicast_if_v6(interface)?;
            socket.set_multicast_hops_v6(255)?;
            socket.bind(&scoped(Rival::SOURCE_V6))?;
            Ok((socket, scoped(VRRP_MULTICAST_V6)))
        }
    }
}
