//! A synchronous route-netlink socket: batches of requests with their answers, and dumps.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use netlink_packet_core::{
    NLM_F_ACK, NLM_F_DUMP, NLM_F_REQUEST, NetlinkHeader, NetlinkMessage, NetlinkPayload,
};
use netlink_packet_route::RouteNetlinkMessage;
use nix::errno::Errno;
use nix::sys::socket::{
    AddressFamily, MsgFlags, NetlinkAddr, SockFlag, SockProtocol, SockType, bind, recv, send, setsockopt,
    socket, sockopt,
};

/// Notifications about links (`RTMGRP_LINK`).
pub(crate) const GROUP_LINK: u32 = 0x1;
/// Notifications about IPv4 addresses (`RTMGRP_IPV4_IFADDR`).
pub(crate) const GROUP_IPV4_ADDRESS: u32 = 0x10;
/// Notifications about IPv6 addresses (`RTMGRP_IPV6_IFADDR`).
pub(crate) const GROUP_IPV6_ADDRESS: u32 = 0x100;

/// Octets of answers read at once; the kernel's dumps use at most 32 KiB a datagram.
const BUFFER: usize = 32 * 1024;

/// A `NETLINK_ROUTE` socket.
#[derive(Debug)]
pub(crate) struct RouteSocket {
    socket: OwnedFd,
    sequence: u32,
    buffer: Vec<u8>,
}

impl RouteSocket {
    /// A socket that also hears the notifications of `groups`.
    ///
    /// # Errors
    ///
    /// The kernel's.
    pub(crate) fn open(groups: u32) -> io::Result<Self> {
        let socket = socket(
            AddressFamily::Netlink,
            SockType::Raw,
            SockFlag::SOCK_CLOEXEC,
            Some(SockProtocol::NetlinkRoute),
        )?;
        if groups != 0 {
            // A burst of a thousand addresses must not overrun us; a refusal leaves the default.
            let _ = setsockopt(&socket, sockopt::RcvBuf, &(1 << 20));
        }
        bind(socket.as_raw_fd(), &NetlinkAddr::new(0, groups))?;
        Ok(Self { socket, sequence: 0, buffer: vec![0; BUFFER] })
    }

    /// Sends ready-made requests (see [`request`]) in one go and reads the answer to each.
    ///
    /// Returns the requests that failed, by position, with the kernel's error.
    ///
    /// # Errors
    ///
    /// When the socket itself fails; what became of the requests is then unknown.
    pub(crate) fn apply(&mut self, batch: &Batch) -> io::Result<Vec<(usize, io::Error)>> {
        let mut failed = Vec::new();
        // 128 acknowledgements fit the default receive buffer with room to spare.
        for chunk in batch.requests.chunks(128) {
            let octets: Vec<u8> = chunk.concat();
            send(self.socket.as_raw_fd(), &octets, MsgFlags::empty())?;
            let mut waiting = chunk.len();
            while waiting > 0 {
                for message in self.receive(MsgFlags::empty())? {
                    let NetlinkPayload::Error(error) = message.payload else { continue };
                    waiting = waiting.saturating_sub(1);
                    if let Some(code) = error.code {
                        // The sequence number is the position in the batch, see Batch::push.
                        let position = message.header.sequence_number as usize;
                        failed.push((position, io::Error::from_raw_os_error(code.get().saturating_neg())));
                    }
                }
            }
        }
        Ok(failed)
    }

    /// Everything the kernel lists for `request`.
    ///
    /// # Errors
    ///
    /// The kernel's refusal or the socket's failure.
    pub(crate) fn dump(&mut self, request: RouteNetlinkMessage) -> io::Result<Vec<RouteNetlinkMessage>> {
        self.sequence = self.sequence.wrapping_add(1);
        let sequence = self.sequence;
        let octets = serialize(request, NLM_F_REQUEST | NLM_F_DUMP, sequence);
        send(self.socket.as_raw_fd(), &octets, MsgFlags::empty())?;
        let mut found = Vec::new();
        loop {
            for message in self.receive(MsgFlags::empty())? {
                if message.header.sequence_number != sequence {
                    continue;
                }
                match message.payload {
                    NetlinkPayload::InnerMessage(inner) => found.push(inner),
                    NetlinkPayload::Done(_) => return Ok(found),
                    NetlinkPayload::Error(error) if error.code.is_some() => return Err(error.to_io()),
                    NetlinkPayload::Overrun(_) => return Err(Errno::ENOBUFS.into()),
                    NetlinkPayload::Error(_) | NetlinkPayload::Noop | _ => {}
                }
            }
        }
    }

    /// Notifications that are waiting; empty when there are none.
    ///
    /// # Errors
    ///
    /// `ENOBUFS` says that some were lost: look at the state itself.
    pub(crate) fn notifications(&mut self) -> io::Result<Vec<RouteNetlinkMessage>> {
        let messages = match self.receive(MsgFlags::MSG_DONTWAIT) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(Vec::new()),
            other => other?,
        };
        let inner = messages.into_iter().filter_map(|message| {
            let NetlinkPayload::InnerMessage(inner) = message.payload else { return None };
            Some(inner)
        });
        Ok(inner.collect())
    }

    /// One datagram of messages. One that cannot be decoded is skipped: a newer kernel may say
    /// things that the codec does not know.
    fn receive(&mut self, flags: MsgFlags) -> io::Result<Vec<NetlinkMessage<RouteNetlinkMessage>>> {
        let len = recv(self.socket.as_raw_fd(), &mut self.buffer, flags)?;
        let mut rest = self.buffer.get(..len).unwrap_or_default();
        let mut messages = Vec::new();
        while let Some(header) = rest.first_chunk::<4>() {
            let claimed = u32::from_ne_bytes(*header) as usize;
            let Some(octets) = rest.get(..claimed).filter(|octets| octets.len() >= 16) else { break };
            if let Ok(message) = NetlinkMessage::deserialize(octets) {
                messages.push(message);
            }
            rest = rest.get(claimed.next_multiple_of(4)..).unwrap_or_default();
        }
        Ok(messages)
    }
}

impl AsFd for RouteSocket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// Requests encoded once, to be sent as often as needed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Batch {
    requests: Vec<Vec<u8>>,
}

impl Batch {
    /// Appends a request; its sequence number is its position.
    pub(crate) fn push(&mut self, message: RouteNetlinkMessage, flags: u16) {
        let position = u32::try_from(self.requests.len()).unwrap_or(u32::MAX);
        self.requests.push(serialize(message, NLM_F_REQUEST | NLM_F_ACK | flags, position));
    }
}

fn serialize(message: RouteNetlinkMessage, flags: u16, sequence: u32) -> Vec<u8> {
    let mut header = NetlinkHeader::default();
    header.flags = flags;
    header.sequence_number = sequence;
    let mut message = NetlinkMessage::new(header, NetlinkPayload::from(message));
    message.finalize();
    let mut octets = vec![0; message.buffer_len()];
    message.serialize(&mut octets);
    octets
}
