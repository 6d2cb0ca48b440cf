//! A blocking client over a netlink socket.

use std::io::IoSliceMut;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use nix::errno::Errno;
use nix::libc;
use nix::sys::socket::{
    AddressFamily, MsgFlags, NetlinkAddr, SetSockOpt, SockFlag, SockProtocol, SockType, bind, recvmsg, send,
    setsockopt, socket, sockopt,
};
use nix::sys::time::{TimeVal, TimeValLike};

use crate::batch::Batch;
use crate::destination::ObservedDestination;
use crate::error::{Error, Reason};
use crate::listing::Listing;
use crate::reply::Info;
use crate::request::{Command, FamilyId};
use crate::service::{ObservedService, ServiceKey};
use crate::table::Table;

/// The kernel does its work within the call that sends: an answer that is not there at once
/// is lost. This long we wait for it nevertheless.
const ANSWER_TIMEOUT_S: i64 = 5;
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

/// IPVS of the network namespace in which the client was opened, whoever uses it later.
///
/// Reading needs the same right as writing: `CAP_NET_ADMIN`, on some kernels in the first
/// user namespace. The client never loads a module.
///
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
#[derive(Debug)]
pub struct Client {
    socket: OwnedFd,
    family: FamilyId,
    sequence: u32,
    request: Vec<u8>,
    buffer: Vec<u8>,
}

impl Client {
    /// Opens a socket and looks the family up, once.
    ///
    /// # Errors
    ///
    /// [`Reason::NoIpvs`] if the module is not loaded, [`Error::Socket`] if a system call
    /// fails.
    pub fn open() -> Result<Self, Error> {
        let socket = open_socket()?;
        let mut client = Self {
            socket,
            family: FamilyId(0),
            sequence: 0,
            request: Vec::new(),
            buffer: vec![0; BUFFER_LEN],
        };
        let listing = Listing::family(client.next_sequences(1));
        client.family = client.ask_one(listing, "CTRL_ATTR_FAMILY_ID")?;
        Ok(client)
    }

    /// Version of IPVS and size of its connection table.
    ///
    /// # Errors
    ///
    /// [`Error`] of the socket, the kernel or its answer.
    pub fn info(&mut self) -> Result<Info, Error> {
        let listing = Listing::info(self.next_sequences(1));
        self.ask_one(listing, "IPVS_INFO_ATTR_VERSION")
    }

    /// Every service; an empty table is an empty list.
    ///
    /// # Errors
    ///
    /// [`Error`] of the socket, the kernel or its answer.
    pub fn services(&mut self) -> Result<Vec<ObservedService>, Error> {
        let listing = Listing::services(self.next_sequences(1));
        self.ask(listing)
    }

    /// One service, `None` if there is none of that key.
    ///
    /// # Errors
    ///
    /// [`Error`] of the socket, the kernel or its answer.
    pub fn service(&mut self, key: &ServiceKey) -> Result<Option<ObservedService>, Error> {
        let listing = Listing::service(*key, self.next_sequences(1));
        match self.ask(listing) {
            Ok(found) => Ok(found.into_iter().next()),
            Err(error) if error.reason() == Some(Reason::NoSuchService) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The destinations of a service. For a service that does not exist the kernel answers
    /// with an empty list, not with an error.
    ///
    /// # Errors
    ///
    /// [`Error`] of the socket, the kernel or its answer.
    pub fn destinations(&mut self, service: &ServiceKey) -> Result<Vec<ObservedDestination>, Error> {
        let listing = Listing::destinations(*service, self.next_sequences(1));
        self.ask(listing)
    }

    /// Everything, one dump after the other; no snapshot if somebody changes it meanwhile.
    ///
    /// # Errors
    ///
    /// [`Error`] of the socket, the kernel or its answer.
    pub fn table(&mut self) -> Result<Table, Error> {
        let mut table = Table::new();
        for service in self.services()? {
            let destinations = self.destinations(&service.key)?;
            table.insert_observed(&service, &destinations);
        }
        Ok(table)
    }

    /// Applies one command.
    ///
    /// # Errors
    ///
    /// [`Error::Rejected`] with the kernel's reason, and the others of [`Error`].
    pub fn apply(&mut self, command: &Command) -> Result<(), Error> {
        let lost = Error::Lost { operation: command.operation(), object: command.object() };
        self.apply_all(core::slice::from_ref(command)).into_iter().next().unwrap_or(Err(lost))
    }

    /// Applies commands in their order, many with each send, and gives one result for each.
    /// A refused command does not stop those after it. A fault of the socket does: see
    /// [`Error::Lost`] and [`Error::NotSent`].
    pub fn apply_all(&mut self, commands: &[Command]) -> Vec<Result<(), Error>> {
        let mut results = Vec::with_capacity(commands.len());
        for chunk in commands.chunks(Batch::MAX_COMMANDS) {
            let (outcomes, goes_on) = self.apply_chunk(chunk);
            results.extend(outcomes);
            if !goes_on {
                break;
            }
        }
        let unsent =
            commands.get(results.len()..).unwrap_or_default().iter().map(|command| {
                Err(Error::NotSent { operation: command.operation(), object: command.object() })
            });
        results.extend(unsent);
        results
    }

    /// Results of the part that was sent, none if the send failed; and whether the socket
    /// still works.
    fn apply_chunk(&mut self, commands: &[Command]) -> (Vec<Result<(), Error>>, bool) {
        let first = self.next_sequences(commands.len());
        self.request.clear();
        let mut batch = Batch::encode(commands, self.family, first, &mut self.request);
        if batch.is_complete() {
            // Nothing of it could be encoded.
            return (batch.finish(), true);
        }
        if let Err(error) = self.send() {
            let first = vec![Err(error)];
            return (first, false);
        }
        while !batch.is_complete() {
            let fed = self.receive().and_then(|datagram| Ok(batch.feed(datagram)?));
            if fed.is_err() {
                return (batch.finish(), false);
            }
        }
        (batch.finish(), true)
    }

    fn ask<T>(&mut self, mut listing: Listing<T>) -> Result<Vec<T>, Error> {
        self.request.clear();
        listing.encode(self.family, &mut self.request);
        self.send()?;
        while !listing.is_complete() {
            listing.feed(self.receive()?)?;
        }
        Ok(listing.finish())
    }

    fn ask_one<T>(&mut self, listing: Listing<T>, name: &'static str) -> Result<T, Error> {
        let missing = crate::error::DecodeError::Missing(name);
        self.ask(listing)?.into_iter().next().ok_or(Error::Decode(missing))
    }

    /// The first of `count` sequence numbers of our own. Answers to what was given up earlier
    /// carry others and are skipped.
    fn next_sequences(&mut self, count: usize) -> u32 {
        let first = self.sequence.wrapping_add(1);
        self.sequence = self.sequence.wrapping_add(u32::try_from(count).unwrap_or(u32::MAX));
        first
    }

    fn send(&self) -> Result<(), Error> {
        loop {
            match send(self.socket.as_raw_fd(), &self.request, MsgFlags::empty()) {
                Ok(_) => return Ok(()),
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(failed("send to the kernel", errno)),
            }
        }
    }

    /// One datagram of the kernel; those of other processes are dropped.
    fn receive(&mut self) -> Result<&[u8], Error> {
        let doing = "receive from the kernel";
        let length = loop {
            let mut parts = [IoSliceMut::new(&mut self.buffer)];
            match recvmsg::<NetlinkAddr>(self.socket.as_raw_fd(), &mut parts, None, MsgFlags::empty()) {
                Ok(message) if message.flags.contains(MsgFlags::MSG_TRUNC) => {
                    return Err(failed(doing, Errno::EMSGSIZE));
                }
                Ok(message) if message.address.is_some_and(|sender| sender.pid() == 0) => {
                    break message.bytes;
                }
                Ok(_) | Err(Errno::EINTR) => {}
                Err(errno) => return Err(failed(doing, errno)),
            }
        };
        Ok(self.buffer.get(..length).unwrap_or_default())
    }
}

/// For a poll loop; readable means that an answer to something given up is still there.
impl AsFd for Client {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

fn open_socket() -> Result<OwnedFd, Error> {
    let kind = SockType::Raw;
    let protocol = SockProtocol::NetlinkGeneric;
    let socket = socket(AddressFamily::Netlink, kind, SockFlag::SOCK_CLOEXEC, protocol)
        .map_err(|errno| failed("open a netlink socket", errno))?;
    // Port 0: the kernel chooses one.
    bind(socket.as_raw_fd(), &NetlinkAddr::new(0, 0))
        .map_err(|errno| failed("bind a netlink socket", errno))?;
    setsockopt(&socket, sockopt::ReceiveTimeout, &TimeVal::seconds(ANSWER_TIMEOUT_S))
        .map_err(|errno| failed("set a receive time-out", errno))?;
    // A kernel that does not know the option sends longer answers, which we read as well.
    let _optional = CapAck.set(&socket, &true);
    Ok(socket)
}

fn failed(doing: &'static str, errno: Errno) -> Error {
    Error::Socket { doing, errno: errno as i32 }
}
