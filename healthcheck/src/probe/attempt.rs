//! One attempt from its beginning to its report.

use core::time::Duration;
use std::io;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use super::{ConnectTo, ProbeReport, after, failure};
use crate::{Exchange, Failure, LocalProblem, Outcome, Phase, Step, TlsReport};

/// What happened so far, and the moment at which it ends.
#[derive(Debug)]
pub(super) struct Attempt {
    start: Instant,
    pub(super) deadline: Instant,
    patience: Option<Duration>,
    pub(super) course: Course,
}

/// What an attempt has come to, whoever waits for its socket.
#[derive(Debug, Default)]
pub(crate) struct Course {
    pub(crate) connect: Option<Duration>,
    pub(super) first_octet: Option<Duration>,
    pub(super) tls: Option<TlsReport>,
}

/// Why a dialogue stops being carried.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Turn {
    /// It is over, and the server answered as it should.
    Over,
    /// It goes on over TLS.
    StartTls,
}

impl Attempt {
    /// Begins now and ends after `limit` at the latest.
    pub(super) fn new(limit: Duration) -> Self {
        let start = Instant::now();
        let deadline = after(start, limit);
        Self { start, deadline, patience: None, course: Course::default() }
    }

    pub(super) async fn connect(&mut self, to: &ConnectTo) -> Result<TcpStream, Outcome> {
        self.patience = to.patience;
        let deadline = self.deadline.min(after(self.start, to.timeout));
        let stream = to.connect(to.socket()?, deadline).await?;
        self.course.connect = Some(self.start.elapsed());
        Ok(stream)
    }

    /// When a wait that begins now is over.
    pub(super) fn soon(&self) -> Instant {
        self.patience.map_or(self.deadline, |patience| self.deadline.min(after(Instant::now(), patience)))
    }

    /// Connects and carries a dialogue in clear text.
    pub(super) async fn converse(
        &mut self,
        to: &ConnectTo,
        exchange: &mut impl Exchange,
    ) -> Result<(), Outcome> {
        let mut stream = self.connect(to).await?;
        self.carry(exchange, &mut stream, failure).await?.without_tls()
    }

    /// Carries a dialogue over `stream`, whose errors `name` knows.
    pub(super) async fn carry(
        &mut self,
        exchange: &mut impl Exchange,
        stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
        name: impl Fn(Phase, &io::Error) -> Failure,
    ) -> Result<Turn, Outcome> {
        let mut buffer = vec![0; 4096];
        loop {
            self.send(exchange, stream, &name).await.map_err(Outcome::Failure)?;
            let received = timeout_at(self.soon(), stream.read(&mut buffer)).await;
            let received = received.map_err(|_| Outcome::Failure(timed_out(Phase::Receive)))?;
            let received = received.map(|count| buffer.get(..count).unwrap_or(&[]));
            let elapsed = || self.start.elapsed();
            if let Some(turn) = self.course.hear(exchange, received, elapsed, &name)? {
                return Ok(turn);
            }
        }
    }

    async fn send(
        &self,
        exchange: &mut impl Exchange,
        stream: &mut (impl AsyncWrite + Unpin),
        name: impl Fn(Phase, &io::Error) -> Failure,
    ) -> Result<(), Failure> {
        if exchange.to_send().is_empty() {
            return Ok(());
        }
        let all = async {
            while !exchange.to_send().is_empty() {
                let count = stream.write(exchange.to_send()).await?;
                exchange.sent(count);
            }
            // TLS keeps what the socket did not take.
            stream.flush().await
        };
        match timeout_at(self.soon(), all).await {
            Err(_) => Err(timed_out(Phase::Send)),
            Ok(result) => result.map_err(|error| name(Phase::Send, &error)),
        }
    }

    /// What is reported at the end.
    pub(super) fn report(self, result: Result<(), Outcome>) -> ProbeReport {
        self.course.report(result, self.start.elapsed())
    }
}

impl Course {
    /// What `received` means for `exchange`, where nothing is the end of the stream; `None` if the dialogue goes on.
    /// `name` knows the errors of the stream.
    pub(crate) fn hear(
        &mut self,
        exchange: &mut (impl Exchange + ?Sized),
        received: io::Result<&[u8]>,
        elapsed: impl FnOnce() -> Duration,
        name: impl FnOnce(Phase, &io::Error) -> Failure,
    ) -> Result<Option<Turn>, Outcome> {
        let step = match received {
            Ok([]) => exchange.closed(),
            Ok(octets) => {
                self.first_octet.get_or_insert_with(elapsed);
                exchange.received(octets)
            }
            // Over TLS, an end without good-bye. keepalived, too, judges what came before it.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => exchange.closed(),
            Err(error) => return Err(Outcome::Failure(name(Phase::Receive, &error))),
        };
        match step {
            Step::Continue => Ok(None),
            Step::StartTls => Ok(Some(Turn::StartTls)),
            Step::Done(result) => result.map(|()| Some(Turn::Over)).map_err(Outcome::Failure),
        }
    }

    /// What is reported of it when it ended after `total`.
    pub(crate) fn report(&self, result: Result<(), Outcome>, total: Duration) -> ProbeReport {
        let Self { connect, first_octet, tls } = *self;
        let outcome = result.err().unwrap_or(Outcome::Success);
        ProbeReport { connect, first_octet, tls, ..ProbeReport::new(outcome, total) }
    }
}

impl Turn {
    /// What it is to a probe that has no TLS, or has begun it already.
    pub(crate) const fn without_tls(self) -> Result<(), Outcome> {
        match self {
            Self::Over => Ok(()),
            Self::StartTls => Err(Outcome::NotProbed(LocalProblem::NoTls)),
        }
    }
}

pub(super) const fn timed_out(phase: Phase) -> Failure {
    Failure::TimedOut { phase }
}
