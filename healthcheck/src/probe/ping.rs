//! `PING_CHECK`.

use core::net::SocketAddr;
use std::io;

use async_trait::async_trait;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::time::Instant;

use super::datagram::{self, Numbers};
use super::{ConnectTo, Probe, ProbeReport, after};
use crate::{Echo, EchoSocket, Failure, Outcome, Phase};

/// `PING_CHECK`: an ICMP echo request is answered.
///
/// It asks for a datagram socket, which needs no rights where `net.ipv4.ping_group_range` holds
/// one of our groups, and then for a raw one, which needs `CAP_NET_RAW`. keepalived widens the
/// range of groups instead, for all programs on the host. With neither the server is not probed
/// ([`Outcome::NotProbed`]).
///
/// ```
/// use core::time::Duration;
/// use healthcheck::{ConnectTo, PingProbe, Probe};
///
/// # async fn ping(random: u64) {
/// let host = ConnectTo { timeout: Duration::from_secs(1), ..ConnectTo::new(([192, 0, 2, 1], 0).into()) };
/// println!("{:?}", PingProbe::new(host, random).probe().await.outcome);
/// # }
/// ```
#[derive(Debug)]
pub struct PingProbe {
    connect: ConnectTo,
    numbers: Numbers,
}

impl PingProbe {
    /// Pings the host of `connect`, whose ports do not matter, within its time-out. `seed` should
    /// differ from that of other probes.
    #[must_use]
    pub fn new(mut connect: ConnectTo, seed: u64) -> Self {
        connect.address.set_port(0);
        Self { connect, numbers: Numbers::new(seed) }
    }

    fn socket(&self) -> Result<(Socket, EchoSocket), Outcome> {
        let (domain, protocol) = match self.connect.address {
            SocketAddr::V4(_) => (Domain::IPV4, Protocol::ICMPV4),
            SocketAddr::V6(_) => (Domain::IPV6, Protocol::ICMPV6),
        };
        let open = |kind| Socket::new(domain, kind, Some(protocol));
        match open(Type::DGRAM) {
            Ok(socket) => Ok((socket, EchoSocket::Datagram)),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                open(Type::RAW).map(|socket| (socket, EchoSocket::Raw)).map_err(|e| datagram::no_socket(&e))
            }
            Err(error) => Err(datagram::no_socket(&error)),
        }
    }

    async fn attempt(&self, start: Instant) -> Result<(), Outcome> {
        let deadline = after(start, self.connect.timeout);
        let (socket, kind) = self.socket()?;
        let socket = datagram::connected(&self.connect, socket, 0)?;
        let (identifier, sequence) = self.numbers.draw();
        let echo = Echo::new(self.connect.address.ip(), identifier, sequence);
        datagram::send(&socket, &echo.encode(), deadline).await.map_err(Outcome::Failure)?;
        // The longest IPv4 header and the reply's own.
        let mut buffer = [0; 60 + 8];
        loop {
            match datagram::receive(&socket, &mut buffer, deadline).await {
                None => return Err(Outcome::Failure(Failure::TimedOut { phase: Phase::Receive })),
                Some(Err(failure)) => return Err(Outcome::Failure(failure)),
                Some(Ok(octets)) if echo.is_reply(kind, octets) => return Ok(()),
                Some(Ok(_)) => {}
            }
        }
    }
}

#[async_trait]
impl Probe for PingProbe {
    async fn probe(&self) -> ProbeReport {
        let start = Instant::now();
        let outcome = self.attempt(start).await.err().unwrap_or(Outcome::Success);
        ProbeReport::new(outcome, start.elapsed())
    }
}
