//! Probes on tokio's sockets.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use core::time::Duration;
use std::io;

use async_trait::async_trait;
use socket2::{SockRef, Socket};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, timeout_at};

mod agent;
mod attempt;
pub(crate) mod connecting;
pub(crate) mod conversation;
mod datagram;
#[cfg(feature = "dns")]
mod dns;
#[cfg(feature = "file")]
mod file;
#[cfg(feature = "grpc")]
mod grpc;
pub(crate) mod over_tcp;
mod ping;
#[cfg(feature = "script")]
mod script;
#[cfg(feature = "tls")]
mod tls;
mod udp;

pub use agent::AgentProbe;
#[cfg(feature = "dns")]
pub use dns::DnsProbe;
#[cfg(feature = "file")]
pub use file::{FileNews, FileWatch};
#[cfg(feature = "grpc")]
pub use grpc::GrpcProbe;
pub use over_tcp::OverTcp;
pub use ping::PingProbe;
#[cfg(feature = "script")]
pub use script::{ScriptCommand, ScriptProbe, ScriptUser};
#[cfg(feature = "tls")]
pub use tls::{InvalidTls, StartTlsProbe, Tls, TlsIdentity, TlsOptions, TlsProbe, TlsVerify};
pub use udp::UdpProbe;

use crate::{
    Agent, Exchange, Failure, HttpExchange, HttpExpect, HttpReport, HttpRequest, LocalProblem, NetworkError,
    Outcome, Phase, TlsReport,
};
use attempt::Attempt;
use over_tcp::Kind;

/// One way to find out whether a server works.
///
/// A probe ends by itself, after its time-out at the latest (or see [`Entry::within`](crate::Entry::within)). Dropping its
/// future ends it at once.
#[async_trait]
pub trait Probe: Send + Sync {
    /// Makes one attempt.
    async fn probe(&self) -> ProbeReport;

    /// What it does, if that needs nothing but plain TCP. [`Scheduler`](crate::Scheduler) makes such
    /// probes itself, thousands at a fraction of the cost, with the same reports. A probe that stands for another one,
    /// and reports what that reports, hands on what that one says.
    fn over_tcp(&self) -> Option<OverTcp<'_>> {
        None
    }
}

/// What one attempt found out and how long it took.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ProbeReport {
    /// For [`Input::ProbeResult`](crate::Input::ProbeResult); a failure names its phase.
    pub outcome: Outcome,
    /// Until the connection was there; `None` if it never was.
    pub connect: Option<Duration>,
    /// Until the first octet of a dialogue over TCP arrived; `None` if none did. Over TLS it is the
    /// first that was deciphered.
    pub first_octet: Option<Duration>,
    /// From the beginning to the end.
    pub total: Duration,
    /// What was seen of the reply, by probes that speak HTTP.
    pub http: Option<HttpReport>,
    /// The weight that a success asks for (`misc_dynamic`); `None` is the configured one. Either way it takes the place
    /// of what the check asked for before: [`Contribution::from_weight`](crate::Contribution::from_weight) makes an
    /// input of it, [`QuorumInput::Contribution`](crate::QuorumInput::Contribution).
    pub weight: Option<u32>,
    /// What the server's agent wants, for [`QuorumInput::Agent`](crate::QuorumInput::Agent); `None` unless this was an
    /// [`AgentProbe`] that understood it.
    pub agent: Option<Agent>,
    /// What was agreed on, by probes that speak TLS; `None` if nothing was.
    pub tls: Option<TlsReport>,
}

impl ProbeReport {
    /// An attempt of which nothing else is known.
    #[must_use]
    pub const fn new(outcome: Outcome, total: Duration) -> Self {
        Self {
            outcome,
            connect: None,
            first_octet: None,
            total,
            http: None,
            weight: None,
            agent: None,
            tls: None,
        }
    }
}

/// How to reach a server.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ConnectTo {
    /// `connect_ip` and `connect_port`.
    pub address: SocketAddr,
    /// `bindto`: source address.
    pub source: Option<IpAddr>,
    /// `bind_port`: source port; 0 is any.
    pub source_port: u16,
    /// `bind_if`: interface to leave by.
    pub interface: Option<String>,
    /// `fwmark` of the probe's packets; 0 is none. Needs `CAP_NET_ADMIN`.
    pub mark: u32,
    /// `connect_timeout`: how long connecting may take.
    pub timeout: Duration,
    /// How long each wait of a dialogue may take after that, within the probe's deadline: until the server takes
    /// what is sent, and until it says something more. `None`: only the deadline counts. keepalived has no
    /// deadline and waits for `connect_timeout` each time.
    pub patience: Option<Duration>,
    /// How the connection of a dialogue ends, whatever came of it. A [`TcpProbe`] has its own
    /// [`close`](TcpProbe::close).
    pub close: Close,
}

impl ConnectTo {
    /// Any source, no mark, keepalived's time-out of 5 s; closed as keepalived does.
    #[must_use]
    pub const fn new(address: SocketAddr) -> Self {
        Self {
            address,
            source: None,
            source_port: 0,
            interface: None,
            mark: 0,
            timeout: Duration::from_secs(5),
            patience: None,
            close: Close::Graceful,
        }
    }

    fn socket(&self) -> Result<TcpSocket, Outcome> {
        let socket = match self.address {
            SocketAddr::V4(_) => TcpSocket::new_v4(),
            SocketAddr::V6(_) => TcpSocket::new_v6(),
        };
        let socket = socket.map_err(|e| Outcome::NotProbed(LocalProblem::Socket(e.raw_os_error())))?;
        self.bind(&SockRef::from(&socket), self.source_port)
            .map_err(|e| Outcome::NotProbed(LocalProblem::Bind(e.raw_os_error())))?;
        Ok(socket)
    }

    fn bind(&self, socket: &Socket, port: u16) -> io::Result<()> {
        if self.mark != 0 {
            socket.set_mark(self.mark)?;
        }
        if let Some(name) = &self.interface {
            socket.bind_device(Some(name.as_bytes()))?;
        }
        if self.source.is_none() && port == 0 {
            return Ok(());
        }
        if port != 0 {
            // The previous probe's connection from this port may not be forgotten yet.
            socket.set_reuse_address(true)?;
        }
        let any = match self.address {
            SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        };
        let source = match (SocketAddr::new(self.source.unwrap_or(any), port), self.address) {
            // There is one such address on each link; ours is on the server's.
            (SocketAddr::V6(mut ours), SocketAddr::V6(server)) if ours.ip().is_unicast_link_local() => {
                ours.set_scope_id(server.scope_id());
                SocketAddr::V6(ours)
            }
            (source, _) => source,
        };
        socket.bind(&source.into())
    }

    async fn connect(&self, socket: TcpSocket, deadline: Instant) -> Result<TcpStream, Outcome> {
        let phase = Phase::Connect;
        let stream = match timeout_at(deadline, socket.connect(self.address)).await {
            Err(_) => return Err(Outcome::Failure(Failure::TimedOut { phase })),
            // No port left on this host says nothing about the server.
            Ok(Err(error)) if error.kind() == io::ErrorKind::AddrNotAvailable => {
                return Err(Outcome::NotProbed(LocalProblem::Bind(error.raw_os_error())));
            }
            Ok(Err(error)) => return Err(Outcome::Failure(failure(phase, &error))),
            Ok(Ok(stream)) => stream,
        };
        // A port of this host where nobody listens can be given to the probe itself, which then
        // talks to itself.
        if stream.local_addr().is_ok_and(|local| local == self.address) {
            return Err(Outcome::Failure(Failure::Network { phase, reason: NetworkError::Refused }));
        }
        Ok(stream)
    }
}

/// How a probe closes its connection.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Close {
    /// With a reset (`SO_LINGER` 0): leaves no TIME-WAIT behind, on either side, so that ports do not run out where
    /// thousands of checks are made each second. Over TLS without `close_notify`.
    #[default]
    Reset,
    /// With FIN, as keepalived does; for servers that log each reset.
    Graceful,
}

/// `TCP_CHECK`: a connection can be made.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TcpProbe {
    /// Where.
    pub connect: ConnectTo,
    /// How it ends.
    pub close: Close,
}

#[async_trait]
impl Probe for TcpProbe {
    async fn probe(&self) -> ProbeReport {
        let start = Instant::now();
        let result = self.attempt(start).await;
        let total = start.elapsed();
        let connect = result.is_ok().then_some(total);
        ProbeReport { connect, ..ProbeReport::new(result.err().unwrap_or(Outcome::Success), total) }
    }

    fn over_tcp(&self) -> Option<OverTcp<'_>> {
        Some(OverTcp(Kind::Connection(self)))
    }
}

impl TcpProbe {
    async fn attempt(&self, start: Instant) -> Result<(), Outcome> {
        let socket = self.connect.socket()?;
        match self.close {
            Close::Reset => socket
                .set_zero_linger()
                .map_err(|e| Outcome::NotProbed(LocalProblem::Socket(e.raw_os_error())))?,
            Close::Graceful => {}
        }
        self.connect.connect(socket, after(start, self.connect.timeout)).await.map(drop)
    }
}

/// `HTTP_GET`, one URL.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HttpProbe {
    /// Where.
    pub connect: ConnectTo,
    /// What to ask for.
    pub request: HttpRequest,
    /// What the reply must be.
    pub expect: HttpExpect,
    /// How long all of it may take, connecting included. keepalived has only
    /// [`patience`](ConnectTo::patience), so a server that sends an octet now and then is never done there.
    pub deadline: Duration,
}

#[async_trait]
impl Probe for HttpProbe {
    async fn probe(&self) -> ProbeReport {
        let mut attempt = Attempt::new(self.deadline);
        let mut exchange = HttpExchange::new(&self.request, self.expect.clone());
        let result = attempt.converse(&self.connect, &mut exchange).await;
        ProbeReport { http: Some(exchange.report()), ..attempt.report(result) }
    }

    fn over_tcp(&self) -> Option<OverTcp<'_>> {
        Some(OverTcp(Kind::Dialogue(self)))
    }
}

/// Any other dialogue over TCP: SMTP, Redis, MySQL, PostgreSQL, a script, or one of the caller's own.
///
/// ```
/// use core::time::Duration;
/// use healthcheck::{ConnectTo, ExchangeProbe, ProbeReport, RedisExchange};
///
/// # async fn ask() {
/// let redis = ExchangeProbe {
///     connect: ConnectTo::new(([192, 0, 2, 1], 6379).into()),
///     exchange: RedisExchange::new(None),
///     deadline: Duration::from_secs(2),
/// };
/// // As a `Probe` it only tells success or failure; `run` also gives the dialogue back.
/// let (report, exchange) = redis.run().await;
/// println!("{:?} {:?}", report.outcome, exchange.reply());
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ExchangeProbe<E> {
    /// Where.
    pub connect: ConnectTo,
    /// A dialogue that has not begun; each attempt takes a copy.
    pub exchange: E,
    /// How long all of it may take, connecting included, however slowly the server drips.
    pub deadline: Duration,
}

#[async_trait]
impl<E: Exchange + Clone + Send + Sync + 'static> Probe for ExchangeProbe<E> {
    async fn probe(&self) -> ProbeReport {
        self.run().await.0
    }

    fn over_tcp(&self) -> Option<OverTcp<'_>> {
        Some(OverTcp(Kind::Dialogue(self)))
    }
}

impl<E: Exchange + Clone + Send + Sync> ExchangeProbe<E> {
    /// Makes one attempt, and gives back the dialogue for what it learned besides the outcome.
    ///
    /// A dialogue that wants TLS is [`LocalProblem::NoTls`]: this probe has none, `StartTlsProbe`
    /// has.
    pub async fn run(&self) -> (ProbeReport, E) {
        let mut attempt = Attempt::new(self.deadline);
        let mut exchange = self.exchange.clone();
        let result = attempt.converse(&self.connect, &mut exchange).await;
        (attempt.report(result), exchange)
    }
}

/// One step of I/O, with its failure named by `phase`.
async fn io_by<T>(
    deadline: Instant,
    phase: Phase,
    step: impl Future<Output = io::Result<T>>,
) -> Result<T, Failure> {
    match timeout_at(deadline, step).await {
        Err(_) => Err(Failure::TimedOut { phase }),
        Ok(result) => result.map_err(|error| failure(phase, &error)),
    }
}

fn failure(phase: Phase, error: &io::Error) -> Failure {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the system has more errors than we have names")]
    let reason = match error.kind() {
        io::ErrorKind::TimedOut => return Failure::TimedOut { phase },
        io::ErrorKind::ConnectionRefused => NetworkError::Refused,
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => {
            NetworkError::Reset
        }
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => NetworkError::Unreachable,
        _ => NetworkError::Other(error.raw_os_error()),
    };
    Failure::Network { phase, reason }
}

/// A century is as good as never, and the sum cannot overflow.
fn after(start: Instant, delay: Duration) -> Instant {
    start + delay.min(Duration::from_secs(100 * 365 * 86_400))
}
