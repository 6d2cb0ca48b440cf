//! Raw sockets of our host: whole packets out, whole packets in.

use core::net::{IpAddr, SocketAddr, SocketAddrV6};
use std::io::{ErrorKind, Read};

use netlab::{Namespace, Sniffer};
use socket2::{Domain, Protocol, Socket, Type};
use vrrp_proto::{
    EthernetFrame, IP_PROTOCOL, IP_PROTOCOL_AH, IPV6_HEADER_LEN, Ipv4Frame, Ipv6Frame, ReceiveError,
    VRRP_MULTICAST_V4, peek_vrid, receive,
};

use crate::router::{Method, OUR_ADDRESS, OUR_LINK_LOCAL, Router};

pub(crate) struct Wire {
    vrrp: Socket,
    ah: Socket,
    v6: Socket,
    scope: u32,
    /// Raw sockets leave the IPv6 header out; frames have it.
    sniffer: Sniffer,
}

impl Wire {
    pub(crate) fn open(namespace: &Namespace) -> Self {
        let scope = namespace.link("eth0").unwrap().index;
        let [vrrp, ah] = [IP_PROTOCOL, IP_PROTOCOL_AH].map(|protocol| {
            {
                namespace.run(move || {
                    let protocol = Some(Protocol::from(i32::from(protocol)));
                    let socket = Socket::new(Domain::IPV4, Type::RAW, protocol).unwrap();
                    socket.set_header_included_v4(true).unwrap();
                    socket.join_multicast_v4(&VRRP_MULTICAST_V4, &OUR_ADDRESS).unwrap();
                    socket.set_multicast_if_v4(&OUR_ADDRESS).unwrap();
                    socket.set_multicast_loop_v4(false).unwrap();
                    socket.set_nonblocking(true).unwrap();
                    socket
                })
            }
            .unwrap()
        });
        let v6 = namespace.run(move || {
            let protocol = Some(Protocol::from(i32::from(IP_PROTOCOL)));
            let socket = Socket::new(Domain::IPV6, Type::RAW, protocol).unwrap();
            socket.set_multicast_if_v6(scope).unwrap();
            socket.set_multicast_hops_v6(255).unwrap();
            socket.set_multicast_loop_v6(false).unwrap();
            socket
        });
        let sniffer = Sniffer::start(namespace, "eth0").unwrap();
        Self { vrrp, ah, v6: v6.unwrap(), scope, sniffer }
    }

    /// Judges everything of keepalived's that has arrived: which router, and the verdict.
    pub(crate) fn hear(&mut self, routers: &mut [Router]) -> Vec<(usize, Result<(), ReceiveError>)> {
        let mut verdicts = Vec::new();
        for socket in [&self.vrrp, &self.ah] {
            let (mut socket, mut buffer) = (socket, [0; 2000]);
            loop {
                let octets = match socket.read(&mut buffer) {
                    Ok(len) => &buffer[..len],
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                    Err(error) => panic!("{error}"),
                };
                let packet = Ipv4Frame::parse(octets).unwrap();
                let facts = packet.facts();
                let Some(index) = find(routers, packet.payload(), false) else { continue };
                let judged = routers[index].judge(|expect| receive(packet.payload(), &facts, expect));
                verdicts.push((index, judged));
            }
        }
        for event in self.sniffer.events() {
            let frame = EthernetFrame::parse(&event.frame).unwrap();
            let Ok(packet) = Ipv6Frame::parse(frame.payload) else { continue };
            let facts = packet.facts();
            if facts.source() == OUR_LINK_LOCAL {
                continue;
            }
            let Some(index) = find(routers, packet.payload(), true) else { continue };
            let judged = routers[index].judge(|expect| receive(packet.payload(), &facts, expect));
            verdicts.push((index, judged));
        }
        self.sniffer.clear();
        verdicts
    }

    /// Sends an advertisement of each router.
    pub(crate) fn say(&mut self, routers: &mut [Router], priority: u8, method: Method) {
        for router in routers {
            let (destination, packet) = router.packet(priority, method);
            let sent = match destination {
                IpAddr::V4(_) => {
                    let socket = if packet[9] == IP_PROTOCOL_AH { &self.ah } else { &self.vrrp };
                    socket.send_to(&packet, &SocketAddr::new(destination, 0).into())
                }
                IpAddr::V6(address) => {
                    let to = SocketAddr::V6(SocketAddrV6::new(address, 0, 0, self.scope));
                    self.v6.send_to(&packet[IPV6_HEADER_LEN..], &to.into())
                }
            };
            // The link-local address is not usable at once; the next one will pass.
            if let Err(error) = sent {
                assert!(destination.is_ipv6(), "{}: {error}", router.name);
            }
        }
    }
}

fn find(routers: &[Router], message: &[u8], v6: bool) -> Option<usize> {
    let vrid = peek_vrid(message)?;
    routers.iter().position(|router| router.vrid == vrid && router.address.is_ipv6() == v6)
}
