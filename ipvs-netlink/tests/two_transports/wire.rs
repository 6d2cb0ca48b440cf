//! The two transports: the fake kernel, and the real one.

use core::time::Duration;
use std::os::fd::{AsRawFd, OwnedFd};
use std::thread::sleep;

use ipvs_netlink::{Client, Command, Error, Transport};
use nix::libc;
use nix::sys::socket::{
    AddressFamily, MsgFlags, NetlinkAddr, SetSockOpt, SockFlag, SockProtocol, SockType, bind, recv, send,
    setsockopt, socket, sockopt,
};
use nix::sys::time::{TimeVal, TimeValLike};

use crate::request::{Ask, NLM_F_ACK, NLM_F_REQUEST, cmd, message};

nix::setsockopt_impl!(
    CapAck,
    libc::SOL_NETLINK,
    libc::NETLINK_CAP_ACK,
    bool,
    nix::sys::socket::sockopt::SetBool
);
nix::setsockopt_impl!(
    ExtAck,
    libc::SOL_NETLINK,
    libc::NETLINK_EXT_ACK,
    bool,
    nix::sys::socket::sockopt::SetBool
);

#[derive(Clone, Copy, Debug)]
struct CapAck;
#[derive(Clone, Copy, Debug)]
struct ExtAck;

/// A generic netlink socket with a time-out.
pub(crate) struct Real {
    socket: OwnedFd,
    buffer: Vec<u8>,
}

impl Real {
    pub(crate) fn open(cap_ack: bool, ext_ack: bool) -> nix::Result<Self> {
        let protocol = SockProtocol::NetlinkGeneric;
        let socket = socket(AddressFamily::Netlink, SockType::Raw, SockFlag::SOCK_CLOEXEC, protocol)?;
        bind(socket.as_raw_fd(), &NetlinkAddr::new(0, 0))?;
        setsockopt(&socket, sockopt::ReceiveTimeout, &TimeVal::seconds(5))?;
        CapAck.set(&socket, &cap_ack)?;
        ExtAck.set(&socket, &ext_ack)?;
        Ok(Self { socket, buffer: vec![0; 65_536] })
    }
}

impl Transport for Real {
    fn send(&mut self, request: &[u8]) -> Result<(), Error> {
        let sent = send(self.socket.as_raw_fd(), request, MsgFlags::empty());
        sent.map(|_| ()).map_err(|errno| Error::Socket { doing: "send", errno: errno as i32 })
    }

    fn receive(&mut self) -> Result<&[u8], Error> {
        let length = recv(self.socket.as_raw_fd(), &mut self.buffer, MsgFlags::empty())
            .map_err(|errno| Error::Socket { doing: "receive", errno: errno as i32 })?;
        Ok(&self.buffer[..length])
    }
}

/// A transport that is only lent.
pub(crate) struct Lent<'a>(&'a mut dyn Transport);

impl Transport for Lent<'_> {
    fn send(&mut self, request: &[u8]) -> Result<(), Error> {
        self.0.send(request)
    }

    fn receive(&mut self) -> Result<&[u8], Error> {
        self.0.receive()
    }
}

/// In the place of an error number.
const NO_ANSWER: i32 = -1;

/// What came back for one message.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Outcome {
    /// 0 for success, positive.
    pub(crate) errno: i32,
    /// What `NLMSG_ERROR` held after the number and the request's header: the rest of the
    /// request, or what an extended answer adds.
    pub(crate) detail: Vec<u8>,
    /// Replies: flags, then what follows `struct nlmsghdr`.
    pub(crate) replies: Vec<(u16, Vec<u8>)>,
}

/// A transport with its family's number and its sequence numbers.
pub(crate) struct Kernel {
    wire: Box<dyn Transport>,
    pub(crate) family: u16,
    sequence: u32,
    /// How long a daemon needs until it runs. Linux 6.1 does not answer at all when one is
    /// stopped before: to generic netlink the `EINTR` of its thread means "no answer".
    pub(crate) daemon_start: Duration,
}

impl Kernel {
    /// `None` if there is no IPVS.
    pub(crate) fn new(wire: Box<dyn Transport>) -> Option<Self> {
        let mut kernel = Self { wire, family: 0, sequence: 0, daemon_start: Duration::ZERO };
        let outcome = kernel.look_up();
        let (_, reply) = outcome.replies.first()?;
        // Name, then number.
        let at = reply.windows(4).position(|header| header == [6, 0, 1, 0])?;
        kernel.family = u16::from_ne_bytes([reply[at + 4], reply[at + 5]]);
        Some(kernel)
    }

    /// What our own client reads through the same socket.
    pub(crate) fn client<T>(&mut self, act: impl FnOnce(&mut Client<Lent<'_>>) -> Result<T, Error>) -> T {
        let mut client = Client::over(Lent(self.wire.as_mut())).expect("it has IPVS");
        act(&mut client).expect("readable")
    }

    /// What our own client says of one command.
    pub(crate) fn apply(&mut self, command: &Command) -> Result<(), Error> {
        let result = self.client(|client| Ok(client.apply(command)));
        if matches!((command, &result), (Command::StartSync(_), Ok(()))) {
            sleep(self.daemon_start);
        }
        result
    }

    /// `CTRL_CMD_GETFAMILY` by name.
    pub(crate) fn look_up(&mut self) -> Outcome {
        let mut request = Vec::new();
        let payload = b"\x03\x01\0\0\x09\0\x02\0IPVS\0\0\0\0";
        message(0x10, NLM_F_REQUEST | NLM_F_ACK, self.sequence + 1, payload, &mut request);
        self.exchange(&request, 1).remove(0)
    }

    /// One send for all of them; one outcome for each.
    pub(crate) fn ask_all(&mut self, asks: &[Ask]) -> Vec<Outcome> {
        let mut request = Vec::new();
        for (sequence, ask) in (self.sequence + 1..).zip(asks) {
            ask.encode(self.family, sequence, &mut request);
        }
        self.exchange(&request, asks.len())
    }

    pub(crate) fn ask(&mut self, ask: &Ask) -> Outcome {
        let outcome = self.ask_all(core::slice::from_ref(ask)).remove(0);
        if (ask.command, outcome.errno) == (cmd::NEW_DAEMON, 0) {
            sleep(self.daemon_start);
        }
        outcome
    }

    /// A message of any kind, whose sequence number is the next.
    pub(crate) fn raw(&mut self, kind: u16, flags: u16, payload: &[u8]) -> Outcome {
        let mut request = Vec::new();
        message(kind, flags, self.sequence + 1, payload, &mut request);
        self.exchange(&request, 1).remove(0)
    }

    /// Sends octets whose last message has the sequence number `last` and asks for an
    /// acknowledgement; kind, flags and number of everything that comes until that, and the
    /// error number of what is an acknowledgement.
    pub(crate) fn heard(&mut self, request: &[u8], last: u32) -> Vec<(u16, u16, u32, Option<i32>)> {
        self.wire.send(request).expect("sent");
        let mut heard = Vec::new();
        while let Ok(datagram) = self.wire.receive() {
            for (kind, flags, sequence, payload) in messages(datagram) {
                let errno = (kind == 2).then(|| -i32::from_ne_bytes(payload[..4].try_into().expect("4")));
                let kind = if kind == self.family { 0 } else { kind };
                heard.push((kind, flags, sequence, errno));
                if (kind, sequence) == (2, last) {
                    return heard;
                }
            }
        }
        heard
    }

    fn exchange(&mut self, request: &[u8], count: usize) -> Vec<Outcome> {
        let first = self.sequence + 1;
        self.sequence += u32::try_from(count).expect("few");
        self.wire.send(request).expect("sent");
        let mut outcomes = vec![Outcome::default(); count];
        let mut open = count;
        while open > 0 {
            let Ok(datagram) = self.wire.receive() else {
                outcomes.iter_mut().for_each(|outcome| outcome.errno = NO_ANSWER);
                return outcomes;
            };
            for (kind, flags, sequence, payload) in messages(datagram) {
                let index = usize::try_from(sequence - first).expect("ours");
                let outcome = &mut outcomes[index];
                match kind {
                    2 => {
                        outcome.errno = -i32::from_ne_bytes(payload[..4].try_into().expect("4"));
                        outcome.detail = [&flags.to_ne_bytes(), &payload[20..]].concat();
                        open -= 1;
                    }
                    3 => {
                        outcome.detail = [&flags.to_ne_bytes(), payload].concat();
                        open -= 1;
                    }
                    _ => outcome.replies.push((flags, payload.to_vec())),
                }
            }
        }
        outcomes
    }
}

/// Kind, flags, sequence number and payload of each.
fn messages(mut datagram: &[u8]) -> Vec<(u16, u16, u32, &[u8])> {
    let mut found = Vec::new();
    while datagram.len() >= 16 {
        let u16_at = |at: usize| u16::from_ne_bytes([datagram[at], datagram[at + 1]]);
        let u32_at = |at: usize| u32::from_ne_bytes(datagram[at..at + 4].try_into().expect("4"));
        let length = usize::try_from(u32_at(0)).expect("short");
        let sequence = u32_at(8);
        found.push((u16_at(4), u16_at(6), sequence, &datagram[16..length]));
        datagram = datagram.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    found
}
