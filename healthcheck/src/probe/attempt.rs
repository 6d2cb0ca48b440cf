//! One attempt from its beginning to its report.

use core::time::Duration;
use std::io;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use super::{Close, ConnectTo, ProbeReport, after, failure};
use crate::{Exchange, Failure, LocalProblem, NetworkError, Outcome, Phase, Step, TlsReport};

/// What happened so far, and the moment at which it ends.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) start: Instant,
    pub(super) deadline: Instant,
    pub(super) patience: Option<Duration>,
    pub(super) close: Close,
    pub(super) course: Course,
}

/// What an attempt has come to, whoever waits for its socket.
#[derive(Debug, Default)]
pub(crate) struct Course {
    /// The server has said that it will say no more.
    closed: bool,
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
        Self { start, deadline, patience: None, close: Close::Graceful, course: Course::default() }
    }

    /// Connects for a dialogue.
    pub(super) async fn open(&mut self, to: &ConnectTo) -> Result<TcpStream, Outcome> {
        let stream = self.connect(to).await?;
        self.close = to.close;
        if self.close == Close::Reset {
            stream
                .set_zero_linger()
                .map_err(|e| Outcome::NotProbed(LocalProblem::Socket(e.raw_os_error())))?;
        }
        Ok(stream)
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
        let mut stream = self.open(to).await?;
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
            // A time-out of tokio's looks at the clock only when it has to wait, which it need not for a server that never
            // pauses.
            if Instant::now() >= self.deadline {
                return Err(Outcome::Failure(timed_out(Phase::Receive)));
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
        let octets = match received {
            Ok(octets) => octets,
            // Over TLS, an end without good-bye. keepalived, too, judges what came before it.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => &[],
            Err(error) => return Err(Outcome::Failure(name(Phase::Receive, &error))),
        };
        let step = match octets {
            // Whoever waits for more would be told of the end again and again, without a pause.
            [] if self.closed => {
                let (phase, reason) = (Phase::Receive, NetworkError::Closed);
                return Err(Outcome::Failure(Failure::Network { phase, reason }));
            }
            [] => {
                self.closed = true;
                exchange.closed()
            }
            octets => {
                self.first_octet.get_or_insert_with(elapsed);
                exchange.received(octets)
            }
        };
        match step {
            Step::Continue => Ok(None),
            Step::StartTls => Ok(Some(Turn::StartTls)),
            Step::Done(result) => result.map(|()| Some(Turn::Over)).map_err(Outcome::Failure),
        }
    }

    /// What is reported of it when it ended after `total`.
    pub(crate) fn report(&self, result: Result<(), Outcome>, total: Duration) -> ProbeReport {
        let Self { connect, first_octet, tls, closed: _ } = *self;
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

#[cfg(test)]
mod tests {
    use core::pin::Pin;
    use core::task::{Context, Poll};
    use std::sync::mpsc;
    use std::thread;

    use tokio::io::ReadBuf;

    use super::*;
    use crate::{Expected, SendExpectExchange, SendExpectScript, SendExpectStep};

    /// A server that always has more to say.
    struct Endless;

    impl AsyncRead for Endless {
        fn poll_read(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
            buffer: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            buffer.put_slice(b"x");
            Poll::Ready(Ok(()))
        }
    }

    impl AsyncWrite for Endless {
        fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
            Poll::Ready(Ok(octets.len()))
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    #[test]
    fn a_server_that_never_pauses_does_not_prolong_the_deadline() {
        let step = SendExpectStep { send: Vec::new(), expect: Expected::Contains(b"y".to_vec()) };
        let script = SendExpectScript::new(vec![step]).unwrap().with_max_reply(u64::MAX);
        let (tell, told) = mpsc::channel();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
            let mut exchange = SendExpectExchange::new(script);
            let talk = async {
                let mut attempt = Attempt::new(Duration::from_millis(50));
                attempt.carry(&mut exchange, &mut Endless, failure).await
            };
            tell.send(runtime.block_on(talk)).unwrap();
        });
        let timed_out = Err(Outcome::Failure(timed_out(Phase::Receive)));
        assert_eq!(told.recv_timeout(Duration::from_secs(60)), Ok(timed_out));
    }
}
