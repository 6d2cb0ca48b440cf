//! Connecting step by step, for whoever waits for many sockets at once.

use core::net::SocketAddr;
use core::time::Duration;
use std::io;

use nix::errno::Errno;
use rustix::net::connect_unspec;
use socket2::{Domain, Protocol, Socket, Type};

use super::{Close, ConnectTo, TcpProbe, failure};
use crate::{Failure, LocalProblem, NetworkError, Outcome, Phase};

/// An attempt to connect, somewhere between its first step and its result.
///
/// Dropping it closes the connection as it is wanted.
#[derive(Debug)]
pub(crate) struct Connecting {
    socket: Socket,
    /// Whether it may turn out to talk to itself.
    suspicious: bool,
}

/// Sockets that have been connected, reset and may be connected again: opening one and closing it
/// is a third of what an attempt costs. One for each family is enough for attempts that succeed at once.
#[derive(Debug, Default)]
pub(crate) struct Spares {
    v4: Option<Socket>,
    v6: Option<Socket>,
}

impl Spares {
    const fn of(&mut self, address: SocketAddr) -> &mut Option<Socket> {
        match address {
            SocketAddr::V4(_) => &mut self.v4,
            SocketAddr::V6(_) => &mut self.v6,
        }
    }

    /// Resets the connection and keeps the socket; the kernel gives it another port next time.
    fn keep(&mut self, address: SocketAddr, socket: Socket) {
        // One that cannot be used again is closed, which resets as well.
        if connect_unspec(&socket).is_ok() {
            *self.of(address) = Some(socket);
        }
    }
}

impl Connecting {
    /// Takes a socket as `probe` wants it and sends the first packet; `None` if the connection is
    /// there already. One that is `suspicious` is looked at: does it talk to itself?
    pub(crate) fn begin(
        probe: &TcpProbe,
        suspicious: bool,
        spares: &mut Spares,
    ) -> Result<Option<Self>, Outcome> {
        let address = probe.connect.address;
        let plain = is_plain(probe);
        let spare = if plain { spares.of(address).take() } else { None };
        let socket = spare.map_or_else(|| open(&probe.connect, probe.close), Ok)?;
        let connecting = Self::start(socket, address, suspicious)?;
        // On this host the handshake is over as soon as `connect` returns: asking is cheaper than
        // waiting.
        match connecting.result(address) {
            None => Ok(Some(connecting)),
            Some(Err(outcome)) => Err(outcome),
            Some(Ok(())) => {
                if plain {
                    spares.keep(address, connecting.socket);
                }
                Ok(None)
            }
        }
    }

    /// Takes a new socket and sends the first packet.
    pub(crate) fn open(connect: &ConnectTo, close: Close, suspicious: bool) -> Result<Self, Outcome> {
        Self::start(open(connect, close)?, connect.address, suspicious)
    }

    fn start(socket: Socket, address: SocketAddr, suspicious: bool) -> Result<Self, Outcome> {
        match socket.connect(&address.into()) {
            Err(error) if !is(&error, Errno::EINPROGRESS) => Err(judge(&error)),
            Ok(()) | Err(_) => Ok(Self { socket, suspicious }),
        }
    }

    /// What became of the attempt to reach `address`; `None` while it goes on.
    ///
    /// A second `connect` tells it in one call, success and failure alike.
    pub(crate) fn result(&self, address: SocketAddr) -> Option<Result<(), Outcome>> {
        match self.socket.connect(&address.into()) {
            Ok(()) => {}
            Err(error) if is(&error, Errno::EISCONN) => {}
            Err(error) if is(&error, Errno::EALREADY) || is(&error, Errno::EINPROGRESS) => return None,
            Err(error) => return Some(Err(judge(&error))),
        }
        if !self.suspicious {
            return Some(Ok(()));
        }
        // A port of this host where nobody listens can be given to the probe itself.
        let own = self.socket.local_addr().ok().and_then(|own| own.as_socket());
        if own == Some(address) {
            let (phase, reason) = (Phase::Connect, NetworkError::Refused);
            return Some(Err(Outcome::Failure(Failure::Network { phase, reason })));
        }
        Some(Ok(()))
    }

    /// Whether it has to be looked at before anything is said.
    pub(crate) const fn is_suspicious(&self) -> bool {
        self.suspicious
    }

    /// To wait for.
    pub(crate) const fn socket(&self) -> &Socket {
        &self.socket
    }
}

/// Whether a socket of this probe is like any other.
fn is_plain(TcpProbe { connect, close }: &TcpProbe) -> bool {
    *close == Close::Reset
        && connect.source.is_none()
        && connect.source_port == 0
        && connect.interface.is_none()
        && connect.mark == 0
}

fn open(connect: &ConnectTo, close: Close) -> Result<Socket, Outcome> {
    let kind = Type::STREAM.nonblocking();
    let socket = Socket::new(Domain::for_address(connect.address), kind, Some(Protocol::TCP));
    let socket = socket.map_err(|error| no_socket(&error))?;
    connect
        .bind(&socket, connect.source_port)
        .map_err(|error| Outcome::NotProbed(LocalProblem::Bind(error.raw_os_error())))?;
    match close {
        Close::Reset => socket.set_linger(Some(Duration::ZERO)).map_err(|error| no_socket(&error))?,
        Close::Graceful => {}
    }
    Ok(socket)
}

/// The host, not the server, is why nothing is known.
pub(crate) fn no_socket(error: &io::Error) -> Outcome {
    Outcome::NotProbed(LocalProblem::Socket(error.raw_os_error()))
}

/// What an error of connecting means.
pub(super) fn judge(error: &io::Error) -> Outcome {
    // No port left on this host says nothing about the server.
    if error.kind() == io::ErrorKind::AddrNotAvailable {
        return Outcome::NotProbed(LocalProblem::Bind(error.raw_os_error()));
    }
    Outcome::Failure(failure(Phase::Connect, error))
}

fn is(error: &io::Error, errno: Errno) -> bool {
    error.raw_os_error() == Some(errno as i32)
}
