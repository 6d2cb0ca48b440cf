//! A netlink socket to the kernel.

use core::time::Duration;
use std::fs;
use std::io::IoSliceMut;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::path::Path;

use nix::errno::Errno;
use nix::libc;
use nix::sys::socket::{
    AddressFamily, MsgFlags, NetlinkAddr, SetSockOpt, SockFlag, SockProtocol, SockType, bind, recvmsg, send,
    setsockopt, socket, sockopt,
};
use nix::sys::time::{TimeVal, TimeValLike};

use crate::client::{Client, Transport};
use crate::error::Error;
use crate::rights::Rights;

/// The kernel does its work within the call that sends: an answer that is not there at once
/// is lost. This long we wait for it nevertheless, unless told otherwise.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);
/// The kernel's dumps come in datagrams of at most 32 KiB.
const BUFFER_LEN: usize = 64 * 1024;

/// Answers that report an error leave the request out (`NETLINK_CAP_ACK`, Linux 4.3).
#[derive(Clone, Copy, Debug)]
struct CapAck;
nix::setsockopt_impl!(
    CapAck,
    libc::SOL_NETLINK,
    libc::NETLINK_CAP_ACK,
    bool,
    nix::sys::socket::sockopt::SetBool
);

/// Answers that report an error bring the kernel's text (`NETLINK_EXT_ACK`, Linux 4.12).
#[derive(Clone, Copy, Debug)]
struct ExtAck;
nix::setsockopt_impl!(
    ExtAck,
    libc::SOL_NETLINK,
    libc::NETLINK_EXT_ACK,
    bool,
    nix::sys::socket::sockopt::SetBool
);

/// A generic netlink socket. It stays in the network namespace in which it was opened, whoever
/// uses it later.
#[derive(Debug)]
pub struct Socket {
    fd: OwnedFd,
    buffer: Vec<u8>,
}

impl Socket {
    /// In the network namespace of the calling thread.
    ///
    /// # Errors
    ///
    /// [`Error::Socket`] if a system call fails.
    pub fn open() -> Result<Self, Error> {
        let flags = SockFlag::SOCK_CLOEXEC;
        let fd = socket(AddressFamily::Netlink, SockType::Raw, flags, SockProtocol::NetlinkGeneric)
            .map_err(|errno| failed("open a netlink socket", errno))?;
        // Port 0: the kernel chooses one.
        bind(fd.as_raw_fd(), &NetlinkAddr::new(0, 0))
            .map_err(|errno| failed("bind a netlink socket", errno))?;
        // A kernel that does not know one of them sends other answers, which we read as well.
        let _optional = CapAck.set(&fd, &true);
        let _optional = ExtAck.set(&fd, &true);
        let mut socket = Self { fd, buffer: vec![0; BUFFER_LEN] };
        socket.set_timeout(ANSWER_TIMEOUT)?;
        Ok(socket)
    }

    /// In a network namespace of `ip netns`, by its name in `/run/netns`. The calling thread
    /// stays where it is: a thread of its own goes there and ends.
    ///
    /// # Errors
    ///
    /// [`Error::Socket`] if there is no such namespace (errno 2) or it must not be entered
    /// (errno 1).
    pub fn open_in(namespace: &str) -> Result<Self, Error> {
        Self::open_at(&Path::new("/run/netns").join(namespace))
    }

    /// In the network namespace that is bound to a file, such as `/proc/PID/ns/net`.
    ///
    /// # Errors
    ///
    /// As [`open_in`](Self::open_in).
    pub fn open_at(namespace: &Path) -> Result<Self, Error> {
        super::namespace::inside(namespace, Self::open)
    }

    /// How long to wait for an answer, 5 s unless set. The kernel answers within the call that
    /// sends, so this is how long a lost answer delays.
    ///
    /// # Errors
    ///
    /// [`Error::Socket`] if it is refused.
    pub fn set_timeout(&mut self, timeout: Duration) -> Result<(), Error> {
        // 0 would wait for ever.
        let micros = i64::try_from(timeout.as_micros()).unwrap_or(i64::MAX).max(1);
        setsockopt(&self.fd, sockopt::ReceiveTimeout, &TimeVal::microseconds(micros))
            .map_err(|errno| failed("set a receive time-out", errno))
    }

    /// A datagram that is there already; `None` if there is none.
    pub(crate) fn receive_now(&mut self) -> Result<Option<&[u8]>, Error> {
        match self.receive_with(MsgFlags::MSG_DONTWAIT) {
            Ok(length) => Ok(Some(self.buffer.get(..length).unwrap_or_default())),
            Err(Errno::EAGAIN) => Ok(None),
            Err(errno) => Err(failed("receive from the kernel", errno)),
        }
    }

    /// Those of other processes are dropped.
    fn receive_with(&mut self, flags: MsgFlags) -> Result<usize, Errno> {
        loop {
            let mut parts = [IoSliceMut::new(&mut self.buffer)];
            match recvmsg::<NetlinkAddr>(self.fd.as_raw_fd(), &mut parts, None, flags) {
                Ok(message) if message.flags.contains(MsgFlags::MSG_TRUNC) => return Err(Errno::EMSGSIZE),
                Ok(message) if message.address.is_some_and(|sender| sender.pid() == 0) => {
                    return Ok(message.bytes);
                }
                Ok(_) | Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno),
            }
        }
    }
}

impl Transport for Socket {
    fn send(&mut self, request: &[u8]) -> Result<(), Error> {
        loop {
            match send(self.fd.as_raw_fd(), request, MsgFlags::empty()) {
                Ok(_) => return Ok(()),
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(failed("send to the kernel", errno)),
            }
        }
    }

    fn receive(&mut self) -> Result<&[u8], Error> {
        let length =
            self.receive_with(MsgFlags::empty()).map_err(|errno| failed("receive from the kernel", errno))?;
        Ok(self.buffer.get(..length).unwrap_or_default())
    }

    fn discard(&mut self) {
        // A dump goes on while it is read; an overrun is told once. Both end.
        for _ in 0..MAX_DISCARDED {
            match self.receive_with(MsgFlags::MSG_DONTWAIT) {
                Ok(_) | Err(Errno::ENOBUFS | Errno::EMSGSIZE) => {}
                Err(_) => return,
            }
        }
    }

    fn rights(&self) -> Option<Rights> {
        let read = |path| fs::read_to_string(path).ok();
        let (status, map) = (read("/proc/thread-self/status"), read("/proc/self/uid_map"));
        Some(Rights::from_proc(status.as_deref(), map.as_deref()))
    }
}

/// Datagrams of a conversation that was given up: more than a table of 100,000 services has.
const MAX_DISCARDED: usize = 10_000;

/// For a poll loop.
impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

/// For what cannot take [`AsFd`].
impl AsRawFd for Socket {
    fn as_raw_fd(&self) -> RawFd {
        self.fd.as_raw_fd()
    }
}

/// The same as its socket.
impl AsFd for Client<Socket> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.transport().as_fd()
    }
}

/// # Examples
///
/// ```no_run
/// use ipvs_netlink::{Client, Destination, ForwardMethod, Scope, Service, ServiceKey, Table, plan};
///
/// let key = ServiceKey::tcp("192.0.2.1:80".parse()?);
/// let real: std::net::SocketAddr = "198.51.100.1:80".parse()?;
/// let mut desired = Table::new();
/// desired.insert(key, Service::new("wlc".parse()?));
/// desired.insert_destination(key, real.into(), Destination::new(ForwardMethod::DirectRoute));
///
/// let mut client = Client::open()?;
/// let commands = plan(&client.table()?, &desired, &Scope::nothing().with_service(key));
/// for (command, result) in commands.iter().zip(client.apply_all(&commands)) {
///     println!("{} {}: {result:?}", command.operation(), command.object());
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Client<Socket> {
    /// IPVS of the calling thread's network namespace.
    ///
    /// # Errors
    ///
    /// [`Reason::NoIpvs`](crate::Reason::NoIpvs) if the module is not loaded,
    /// [`Error::Socket`] if a system call fails.
    pub fn open() -> Result<Self, Error> {
        Self::over(Socket::open()?)
    }

    /// IPVS of a network namespace of `ip netns`; see [`Socket::open_in`].
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open) and [`Socket::open_in`].
    pub fn open_in(namespace: &str) -> Result<Self, Error> {
        Self::over(Socket::open_in(namespace)?)
    }
}

pub(crate) fn failed(doing: &'static str, errno: Errno) -> Error {
    Error::Socket { doing, errno: errno as i32 }
}
