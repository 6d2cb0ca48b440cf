//! One route-netlink conversation over a plain blocking socket.

use core::time::Duration;
use std::io::{self, ErrorKind, Read};

use netlink_packet_core::{
    NLM_F_ACK, NLM_F_DUMP, NLM_F_REQUEST, NetlinkHeader, NetlinkMessage, NetlinkPayload,
};
use netlink_packet_route::RouteNetlinkMessage;
use nix::libc;
use socket2::{Domain, Protocol, Socket, Type};

/// How long the kernel may take over one request; it answers inside `send` unless another
/// process holds its lock for that long.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// The kernel's dump messages are at most 32 KiB.
const BUFFER_LEN: usize = 64 * 1024;

/// A route-netlink socket. It stays in the network namespace of the thread that opened it,
/// whoever uses it afterwards.
#[derive(Debug)]
pub(crate) struct Netlink {
    socket: Socket,
    sequence: u32,
    buffer: Vec<u8>,
}

impl Netlink {
    /// Opens a socket in the calling thread's network namespace.
    pub(crate) fn open() -> io::Result<Self> {
        let socket = Socket::new(
            Domain::from(libc::AF_NETLINK),
            Type::RAW.cloexec(),
            Some(Protocol::from(libc::NETLINK_ROUTE)),
        )?;
        socket.set_read_timeout(Some(ANSWER_TIMEOUT))?;
        Ok(Self { socket, sequence: 0, buffer: vec![0; BUFFER_LEN] })
    }

    /// Asks for one change and waits for the kernel's verdict.
    pub(crate) fn change(&mut self, message: RouteNetlinkMessage, flags: u16) -> io::Result<()> {
        self.send(message, NLM_F_ACK | flags)?;
        self.answers().map(|_| ())
    }

    /// Reads a whole table.
    pub(crate) fn dump(&mut self, message: RouteNetlinkMessage) -> io::Result<Vec<RouteNetlinkMessage>> {
        self.send(message, NLM_F_DUMP)?;
        self.answers()
    }

    fn send(&mut self, message: RouteNetlinkMessage, flags: u16) -> io::Result<()> {
        self.sequence = self.sequence.wrapping_add(1);
        let mut header = NetlinkHeader::default();
        header.flags = NLM_F_REQUEST | flags;
        header.sequence_number = self.sequence;
        let mut request = NetlinkMessage::new(header, NetlinkPayload::InnerMessage(message));
        request.finalize();
        let mut octets = vec![0; request.buffer_len()];
        request.serialize(&mut octets);
        self.socket.send(&octets).map(|_| ())
    }

    /// Collects messages up to the acknowledgement or the end of the dump.
    fn answers(&mut self) -> io::Result<Vec<RouteNetlinkMessage>> {
        let mut found = Vec::new();
        loop {
            let length = match (&self.socket).read(&mut self.buffer) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                other => other?,
            };
            let mut rest = self.buffer.get(..length).unwrap_or_default();
            while !rest.is_empty() {
                let message = NetlinkMessage::<RouteNetlinkMessage>::deserialize(rest)
                    .map_err(|error| io::Error::new(ErrorKind::InvalidData, error.to_string()))?;
                rest = rest.get(padded(message.header.length)..).unwrap_or_default();
                if message.header.sequence_number != self.sequence {
                    // The late answer to a request that timed out.
                    continue;
                }
                match message.payload {
                    NetlinkPayload::Done(_) => return Ok(found),
                    NetlinkPayload::Error(verdict) if verdict.code.is_none() => return Ok(found),
                    NetlinkPayload::Error(verdict) => return Err(verdict.to_io()),
                    NetlinkPayload::InnerMessage(inner) => found.push(inner),
                    NetlinkPayload::Noop | NetlinkPayload::Overrun(_) | _ => {}
                }
            }
        }
    }
}

/// Messages in one datagram start at multiples of four.
fn padded(length: u32) -> usize {
    usize::try_from(length).map_or(usize::MAX, |length| length.next_multiple_of(4))
}
