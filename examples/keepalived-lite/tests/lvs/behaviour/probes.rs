//! Every attempt to connect in a network, also where nobody listens.

use core::{
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};
use std::{collections::HashMap, io::IoSliceMut, os::fd::AsRawFd};

use netlab::Namespace;
use nix::{
    cmsg_space,
    errno::Errno,
    sys::{
        socket::{ControlMessageOwned, MsgFlags, recvmsg, setsockopt, sockopt},
        time::TimeSpec,
    },
};
use socket2::{Domain, Protocol, Socket, Type};

/// Room for what comes while nobody looks.
const BUFFER: usize = 16 << 20;

/// Sees the first packet of every connection that arrives in a network.
#[derive(Debug)]
pub(super) struct Probes {
    socket: Socket,
    /// To whom, and when by the wall clock.
    seen: HashMap<IpAddr, Vec<Duration>>,
}

impl Probes {
    /// From now on.
    pub(super) fn of(namespace: &Namespace) -> Self {
        let raw = || Socket::new(Domain::IPV4, Type::RAW, Some(Protocol::TCP)).unwrap();
        let socket = namespace.run(raw).unwrap();
        setsockopt(&socket, sockopt::RcvBufForce, &BUFFER).unwrap();
        setsockopt(&socket, sockopt::ReceiveTimestampns, &true).unwrap();
        Self { socket, seen: HashMap::new() }
    }

    /// Takes in what has arrived.
    pub(super) fn catch_up(&mut self) {
        let mut packet = [0; 128];
        while let Some((length, time)) = self.receive(&mut packet) {
            if let Some(address) = opened(&packet[..length]) {
                self.seen.entry(address.into()).or_default().push(time);
            }
        }
    }

    /// When somebody came to `address`.
    pub(super) fn to(&self, address: IpAddr) -> &[Duration] {
        self.seen.get(&address).map_or(&[], Vec::as_slice)
    }

    fn receive(&self, packet: &mut [u8]) -> Option<(usize, Duration)> {
        let mut control = cmsg_space!(TimeSpec);
        let mut parts = [IoSliceMut::new(packet)];
        let flags = MsgFlags::MSG_DONTWAIT;
        let message = match recvmsg::<()>(self.socket.as_raw_fd(), &mut parts, Some(&mut control), flags) {
            Err(Errno::EAGAIN) => return None,
            other => other.unwrap(),
        };
        let time = message.cmsgs().unwrap().find_map(|one| match one {
            ControlMessageOwned::ScmTimestampns(time) => Some(Duration::from(time)),
            _ => None,
        });
        Some((message.bytes, time.unwrap()))
    }
}

/// Where a packet wants a connection, if it does: SYN without ACK (RFC 9293 §3.1).
fn opened(packet: &[u8]) -> Option<Ipv4Addr> {
    let header = usize::from(packet.first()? & 0x0f) * 4;
    let flags = packet.get(header + 13)?;
    let address: [u8; 4] = packet.get(16..20)?.try_into().unwrap();
    (flags & 0x12 == 0x02).then(|| address.into())
}
