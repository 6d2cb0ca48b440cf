//! Sockets that speak in datagrams: UDP and ICMP echo.

use core::net::SocketAddr;
use core::sync::atomic::{AtomicU64, Ordering};
use std::io::{self, Read as _};

use nix::sys::socket::{setsockopt, sockopt};
use socket2::{Domain, Protocol, SockRef, Socket, Type};
use tokio::io::Interest;
use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout_at};

use super::{ConnectTo, failure};
use crate::policy::mix;
use crate::{Failure, LocalProblem, Outcome, Phase};

/// Numbers that differ from probe to probe and are hard to guess without the seed.
#[derive(Debug)]
pub(super) struct Numbers {
    seed: u64,
    drawn: AtomicU64,
}

impl Numbers {
    pub(super) const fn new(seed: u64) -> Self {
        Self { seed, drawn: AtomicU64::new(0) }
    }

    /// Two at a time.
    pub(super) fn draw(&self) -> (u16, u16) {
        let count = self.drawn.fetch_add(1, Ordering::Relaxed);
        let [a, b, c, d, ..] = mix(mix(self.seed).wrapping_add(count)).to_be_bytes();
        (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]))
    }
}

/// A connected UDP socket.
pub(super) fn udp(connect: &ConnectTo) -> Result<UdpSocket, Outcome> {
    let socket = Socket::new(Domain::for_address(connect.address), Type::DGRAM, Some(Protocol::UDP));
    connected(connect, socket.map_err(|e| no_socket(&e))?, connect.source_port)
}

/// Binds `socket` to `port` and connects it, so that it hears of nobody but the server.
///
/// tokio's type stands for any socket with datagrams.
pub(super) fn connected(connect: &ConnectTo, socket: Socket, port: u16) -> Result<UdpSocket, Outcome> {
    connect.bind(&socket, port).map_err(|e| Outcome::NotProbed(LocalProblem::Bind(e.raw_os_error())))?;
    // Without this the kernel keeps ICMP errors that may pass, such as an unreachable host, to
    // itself.
    let receive_errors = match connect.address {
        SocketAddr::V4(_) => setsockopt(&socket, sockopt::Ipv4RecvErr, &true),
        SocketAddr::V6(_) => setsockopt(&socket, sockopt::Ipv6RecvErr, &true),
    };
    receive_errors.map_err(|e| no_socket(&e.into()))?;
    socket.connect(&connect.address.into()).map_err(|error| {
        if error.kind() == io::ErrorKind::AddrNotAvailable {
            Outcome::NotProbed(LocalProblem::Bind(error.raw_os_error()))
        } else {
            Outcome::Failure(failure(Phase::Connect, &error))
        }
    })?;
    socket.set_nonblocking(true).map_err(|e| no_socket(&e))?;
    UdpSocket::from_std(socket.into()).map_err(|e| no_socket(&e))
}

pub(super) fn no_socket(error: &io::Error) -> Outcome {
    Outcome::NotProbed(LocalProblem::Socket(error.raw_os_error()))
}

pub(super) async fn send(socket: &UdpSocket, octets: &[u8], deadline: Instant) -> Result<(), Failure> {
    super::io_by(deadline, Phase::Send, socket.send(octets)).await.map(drop)
}

/// The next datagram, which may be empty; what does not fit into `buffer` is cut off. `None` at
/// `deadline`.
pub(super) async fn receive<'a>(
    socket: &UdpSocket,
    buffer: &'a mut [u8],
    deadline: Instant,
) -> Option<Result<&'a [u8], Failure>> {
    // Who is sent datagrams without end never waits, and a time-out of tokio's looks at the clock only then.
    if Instant::now() >= deadline {
        return None;
    }
    // An ICMP error alone does not make a socket readable.
    let interest = Interest::READABLE | Interest::ERROR;
    let receiving = socket.async_io(interest, || {
        let socket = SockRef::from(socket);
        (&*socket).read(buffer)
    });
    match timeout_at(deadline, receiving).await {
        Err(_) => None,
        Ok(Err(error)) => Some(Err(failure(Phase::Receive, &error))),
        Ok(Ok(length)) => Some(Ok(buffer.get(..length).unwrap_or(&[]))),
    }
}
