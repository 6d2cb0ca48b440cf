//! What a probe found out, with a name for each way of failing.

use crate::{
    AgentFailure, HttpFailure, MysqlFailure, PostgresFailure, RedisFailure, ScriptFailure, SendExpectFailure,
    SmtpFailure, TlsFailure, UdpFailure,
};

/// What one probe found out.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Outcome {
    /// The server answered as it should.
    Success,
    /// It did not.
    Failure(Failure),
    /// The probe could not be made for a reason that lies on this host, so it says nothing about
    /// the server. keepalived, too, only waits for the next `delay_loop` then.
    NotProbed(LocalProblem),
}

impl Outcome {
    /// Whether the server answered as it should.
    #[must_use]
    pub const fn is_success(self) -> bool {
        matches!(self, Self::Success)
    }
}

/// Why a server failed a probe.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The network or the server's kernel said no.
    #[error("{phase}: {reason}")]
    Network {
        /// What the probe was doing.
        phase: Phase,
        /// What it was told.
        reason: NetworkError,
    },
    /// No answer in time.
    #[error("{phase}: timed out")]
    TimedOut {
        /// What the probe was waiting for.
        phase: Phase,
    },
    /// The reply was not the one we want.
    #[error(transparent)]
    Http(#[from] HttpFailure),
    /// A mail server did not answer as one should.
    #[error(transparent)]
    Smtp(#[from] SmtpFailure),
    /// The server and the probe did not agree on TLS.
    #[error("{phase}: {0}", phase = Phase::Tls)]
    Tls(#[from] TlsFailure),
    /// A script met something else than it expected.
    #[error(transparent)]
    SendExpect(#[from] SendExpectFailure),
    /// A Redis server did not answer `PING` with `PONG`.
    #[error(transparent)]
    Redis(#[from] RedisFailure),
    /// An agent could not be understood.
    #[error(transparent)]
    Agent(#[from] AgentFailure),
    /// The datagram was not the one we want.
    #[error(transparent)]
    Udp(#[from] UdpFailure),
    /// The MySQL server's words were not.
    #[error(transparent)]
    Mysql(#[from] MysqlFailure),
    /// The PostgreSQL server's words were not.
    #[error(transparent)]
    Postgres(#[from] PostgresFailure),
    /// The DNS server's answer was not.
    #[cfg(feature = "dns")]
    #[error(transparent)]
    Dns(#[from] crate::DnsFailure),
    /// The gRPC server's health was not.
    #[cfg(feature = "grpc")]
    #[error(transparent)]
    Grpc(#[from] crate::GrpcFailure),
    /// A script said no.
    #[error(transparent)]
    Script(#[from] ScriptFailure),
    /// A check of the caller's own said no; the number is the caller's.
    #[error("failed with {0}")]
    Custom(i32),
}

impl Failure {
    /// What the probe was doing when it failed, where that is known.
    #[must_use]
    pub const fn phase(self) -> Option<Phase> {
        match self {
            Self::Network { phase, .. } | Self::TimedOut { phase } => Some(phase),
            Self::Http(failure) => Some(failure.phase()),
            Self::Smtp(failure) => Some(failure.phase()),
            Self::Tls(failure) => Some(failure.phase()),
            Self::SendExpect(failure) => Some(failure.phase()),
            Self::Redis(failure) => Some(failure.phase()),
            Self::Agent(failure) => Some(failure.phase()),
            Self::Udp(failure) => Some(failure.phase()),
            Self::Mysql(failure) => Some(failure.phase()),
            Self::Postgres(failure) => Some(failure.phase()),
            #[cfg(feature = "dns")]
            Self::Dns(failure) => Some(failure.phase()),
            #[cfg(feature = "grpc")]
            Self::Grpc(failure) => Some(failure.phase()),
            Self::Script(failure) => Some(failure.phase()),
            Self::Custom(_) => None,
        }
    }
}

/// What a probe was doing when it ended.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Phase {
    /// Connecting.
    #[error("connect")]
    Connect,
    /// Sending the request.
    #[error("send")]
    Send,
    /// Waiting for the reply, or for the rest of it.
    #[error("receive")]
    Receive,
    /// Looking up a name.
    #[error("resolve")]
    Resolve,
    /// Agreeing on TLS.
    #[error("TLS handshake")]
    Tls,
    /// Judging the first words of the reply: a status, a code.
    #[error("status")]
    Status,
    /// Judging what the reply contains.
    #[error("body")]
    Body,
}

/// What the network answered.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// Nobody listens there.
    #[error("connection refused")]
    Refused,
    /// The connection was reset.
    #[error("connection reset")]
    Reset,
    /// The server closed, and the dialogue waits for more ([`Exchange::closed`](crate::Exchange::closed)).
    #[error("connection closed")]
    Closed,
    /// No way to the host or its network.
    #[error("unreachable")]
    Unreachable,
    /// Something else; the number is the system's `errno`, where there is one.
    #[error("system error {0:?}")]
    Other(Option<i32>),
}

/// Why a probe could not be made.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LocalProblem {
    /// No socket; the number is the system's `errno`.
    #[error("no socket: system error {0:?}")]
    Socket(Option<i32>),
    /// `bindto`, `bind_port`, `bind_if` or `fwmark` could not be had; the number is `errno`.
    #[error("cannot bind as configured: system error {0:?}")]
    Bind(Option<i32>),
    /// The script could not be run; the number is the system's `errno`.
    #[error("cannot run the script: system error {0:?}")]
    Script(Option<i32>),
    /// The dialogue goes on over TLS, and this probe has none.
    #[error("the probe has no TLS")]
    NoTls,
}
