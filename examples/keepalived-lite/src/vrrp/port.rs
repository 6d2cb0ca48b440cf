//! The raw socket of one interface: every VRRP packet that goes out or comes in there.

use core::net::Ipv4Addr;
use core::time::Duration;
use std::io::{self, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};

use nix::cmsg_space;
use nix::sys::socket::{
    ControlMessageOwned, MsgFlags, SockaddrIn, SockaddrStorage, recvmsg, sendto, setsockopt, sockopt,
};
use nix::sys::time::TimeSpec;
use socket2::{Domain, InterfaceIndexOrAddress, Protocol, Socket, Type};
use vrrp_fsm::Instant;
use vrrp_proto::IP_PROTOCOL;

use crate::clock;

/// A raw IPv4 socket for protocol 112 on one interface.
#[derive(Debug)]
pub(crate) struct Port {
    socket: Socket,
    interface: String,
    control: Vec<u8>,
    /// When the socket was last seen empty: nothing that is read later arrived before.
    empty_at: Instant,
    /// The last error of a send, so that a broken link is one line in the log and not one a second.
    send_error: Option<io::ErrorKind>,
}

impl Port {
    /// Opens the socket on `interface` and joins `groups` there.
    ///
    /// # Errors
    ///
    /// The kernel's: `EPERM` without CAP_NET_RAW.
    pub(crate) fn open(interface: &str, index: u32, groups: &[Ipv4Addr]) -> io::Result<Self> {
        let socket = Socket::new(Domain::IPV4, Type::RAW, Some(Protocol::from(i32::from(IP_PROTOCOL))))?;
        socket.set_nonblocking(true)?;
        socket.bind_device(Some(interface.as_bytes()))?;
        socket.set_header_included_v4(true)?;
        socket.set_multicast_loop_v4(false)?;
        // Without this the socket also hears groups that others on this host joined.
        socket.set_multicast_all_v4(false)?;
        for group in groups {
            socket.join_multicast_v4_n(group, &InterfaceIndexOrAddress::Index(index))?;
        }
        // One advertisement is below 1.5 KiB; a backlog after a freeze is what needs the room.
        socket.set_recv_buffer_size(256 * 1024)?;
        setsockopt(&socket, sockopt::ReceiveTimestampns, &true)?;
        Ok(Self {
            socket,
            interface: interface.to_owned(),
            control: cmsg_space!(TimeSpec),
            empty_at: clock::now(),
            send_error: None,
        })
    }

    /// Sends `packet`, IP header included. An error is logged when it is a new one.
    pub(crate) fn send(&mut self, destination: Ipv4Addr, packet: &[u8]) {
        let [a, b, c, d] = destination.octets();
        let to = SockaddrIn::new(a, b, c, d, 0);
        match sendto(self.socket.as_raw_fd(), packet, &to, MsgFlags::MSG_DONTWAIT) {
            Ok(_) => self.send_error = None,
            Err(errno) => {
                let error = io::Error::from(errno);
                if self.send_error.replace(error.kind()) != Some(error.kind()) {
                    tracing::warn!("cannot send an advert to {destination} on {}: {error}", self.interface);
                }
            }
        }
    }

    /// Walks the way of [`send`](Self::send) without sending: what it needs of code and routes is
    /// then in the caches, which saves a third of the first packet's time.
    pub(crate) fn rehearse(&self, destination: Ipv4Addr, packet: &[u8]) {
        /// `MSG_PROBE` of `linux/socket.h`: all but the transmission.
        const PROBE: MsgFlags = MsgFlags::from_bits_retain(0x10);
        let [a, b, c, d] = destination.octets();
        let to = SockaddrIn::new(a, b, c, d, 0);
        // An error would be the same when it counts, and be reported then.
        let _ = sendto(self.socket.as_raw_fd(), packet, &to, PROBE | MsgFlags::MSG_DONTWAIT);
    }

    /// Reads one packet into `buffer`: its length and when it arrived. `None` when there is none.
    pub(crate) fn receive(&mut self, buffer: &mut [u8]) -> Option<(usize, Instant)> {
        let mut slices = [IoSliceMut::new(buffer)];
        self.control.clear();
        let fd = self.socket.as_raw_fd();
        let flags = MsgFlags::MSG_DONTWAIT;
        let Ok(message) = recvmsg::<SockaddrStorage>(fd, &mut slices, Some(&mut self.control), flags) else {
            // EAGAIN: empty. Any other error (a link that went down) is reported by the
            // kernel once and the socket goes on.
            self.empty_at = clock::now();
            return None;
        };
        let stamp = message.cmsgs().ok().and_then(|mut all| {
            all.find_map(|control| {
                let ControlMessageOwned::ScmTimestampns(stamp) = control else { return None };
                Some(Duration::from(stamp))
            })
        });
        Some((message.bytes, self.arrival(stamp)))
    }

    /// The kernel stamps with the wall clock, which may be stepped; the machine wants boot time.
    /// The packet's age is what both agree on, and it cannot be older than the moment at which
    /// the socket was last empty.
    fn arrival(&self, stamp: Option<Duration>) -> Instant {
        let now = clock::now();
        let age = stamp.map_or(Duration::ZERO, |stamp| clock::wall().saturating_sub(stamp));
        now.saturating_sub(age).max(self.empty_at)
    }
}

impl AsFd for Port {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}
