//! A dialogue over TCP step by step, for whoever waits for many sockets at once.

use core::net::SocketAddr;
use core::time::Duration;

use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, recv, send};
use socket2::Socket;

use super::attempt::{Course, timed_out};
use super::connecting::{Connecting, judge};
use super::over_tcp::{Dialogue, DialogueProbe};
use super::{ProbeReport, failure};
use crate::{Instant, Outcome, Phase};

/// Reads in a row before others have their turn: a server that never ends must not be the only one that is heard.
const READS: u32 = 4;

/// An attempt of a [`DialogueProbe`], somewhere between its first step and its result.
///
/// It never waits. Dropping it closes the connection as dropping the probe's future does.
pub(crate) struct Conversation {
    connection: Connecting,
    address: SocketAddr,
    dialogue: Box<dyn Dialogue>,
    stage: Stage,
    course: Course,
    began: Instant,
    /// The end of all of it.
    deadline: Instant,
    patience: Option<Duration>,
    /// The end of the present wait.
    until: Instant,
}

/// What it waits for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Stage {
    Connecting,
    Sending,
    Receiving,
}

/// What is to be done with a [`Conversation`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Next {
    /// Wait until its socket has something new to say.
    Wait,
    /// Go on when others have had their turn: there may be more to read already.
    Later,
    /// Report this.
    Over(Result<(), Outcome>),
}

impl Conversation {
    /// Takes a socket and sends the first packet. One that is `suspicious` may turn out to talk to itself.
    pub(crate) fn begin(
        probe: &dyn DialogueProbe,
        suspicious: bool,
        began: Instant,
    ) -> Result<Box<Self>, Box<ProbeReport>> {
        let (connect, dialogue) = (probe.connect(), probe.dialogue());
        let connection = match Connecting::open(connect, connect.close, suspicious) {
            Ok(connection) => connection,
            Err(outcome) => {
                let report = Course::default().report(Err(outcome), Duration::ZERO);
                return Err(Box::new(ProbeReport { http: dialogue.http(), ..report }));
            }
        };
        let deadline = began + probe.deadline();
        Ok(Box::new(Self {
            connection,
            address: connect.address,
            dialogue,
            stage: Stage::Connecting,
            course: Course::default(),
            began,
            deadline,
            patience: connect.patience,
            until: deadline.min(began + connect.timeout),
        }))
    }

    /// Does what can be done at `now`. Reads only if there is a `buffer` for it, which is never empty.
    pub(crate) fn go_on(&mut self, now: Instant, buffer: Option<&mut [u8]>) -> Next {
        self.advance(now, buffer).unwrap_or_else(|outcome| Next::Over(Err(outcome)))
    }

    /// To wait for.
    pub(crate) const fn socket(&self) -> &Socket {
        self.connection.socket()
    }

    /// Whether it waits until the socket takes octets, or is connected, rather than for octets alone.
    pub(crate) fn wants_to_write(&self) -> bool {
        self.stage != Stage::Receiving
    }

    /// When it has waited for too long.
    pub(crate) const fn until(&self) -> Instant {
        self.until
    }

    /// What it is then.
    pub(crate) const fn timed_out(&self) -> Outcome {
        Outcome::Failure(timed_out(match self.stage {
            Stage::Connecting => Phase::Connect,
            Stage::Sending => Phase::Send,
            Stage::Receiving => Phase::Receive,
        }))
    }

    /// What is reported when it has ended at `now`.
    pub(crate) fn report(&self, result: Result<(), Outcome>, now: Instant) -> ProbeReport {
        let report = self.course.report(result, now.saturating_since(self.began));
        ProbeReport { http: self.dialogue.http(), ..report }
    }

    fn advance(&mut self, now: Instant, buffer: Option<&mut [u8]>) -> Result<Next, Outcome> {
        let connected = self.stage != Stage::Connecting || self.connect(now)?;
        if !connected || !self.send(now)? {
            return Ok(Next::Wait);
        }
        let Some(buffer) = buffer else { return Ok(Next::Wait) };
        let began = self.began;
        for _ in 0..READS {
            let read = match recv(self.connection.socket(), &mut *buffer, RecvFlags::empty()) {
                Ok((_, count)) => Ok(buffer.get(..count).unwrap_or(&[])),
                Err(Errno::AGAIN) => return Ok(Next::Wait),
                Err(Errno::INTR) => continue,
                Err(error) => Err(error.into()),
            };
            let elapsed = || now.saturating_since(began);
            if let Some(turn) = self.course.hear(self.dialogue.exchange(), read, elapsed, failure)? {
                return turn.without_tls().map(|()| Next::Over(Ok(())));
            }
            self.begin_wait(now);
            if !self.send(now)? {
                return Ok(Next::Wait);
            }
        }
        Ok(Next::Later)
    }

    /// Whether the connection is there.
    fn connect(&mut self, now: Instant) -> Result<bool, Outcome> {
        let first = self.dialogue.exchange().to_send();
        if first.is_empty() || self.connection.is_suspicious() {
            match self.connection.result(self.address) {
                None => return Ok(false),
                Some(result) => result?,
            }
        } else {
            // The first octets find out as well as a look would, and have to be sent anyway.
            match send(self.connection.socket(), first, SendFlags::NOSIGNAL) {
                Ok(count) => self.dialogue.exchange().sent(count),
                Err(Errno::AGAIN | Errno::INTR) => return Ok(false),
                Err(error) => return Err(judge(&error.into())),
            }
        }
        self.course.connect = Some(now.saturating_since(self.began));
        self.begin_wait(now);
        Ok(true)
    }

    /// Sends what there is to send; whether that was all.
    fn send(&mut self, now: Instant) -> Result<bool, Outcome> {
        if self.stage == Stage::Receiving {
            return Ok(true);
        }
        loop {
            let exchange = self.dialogue.exchange();
            let left = exchange.to_send();
            if left.is_empty() {
                break;
            }
            match send(self.connection.socket(), left, SendFlags::NOSIGNAL) {
                Ok(count) => exchange.sent(count),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Ok(false),
                Err(error) => return Err(Outcome::Failure(failure(Phase::Send, &error.into()))),
            }
        }
        self.begin_wait(now);
        Ok(true)
    }

    /// Somebody is to do something from `now` on: the server takes what there is to send, or says something.
    fn begin_wait(&mut self, now: Instant) {
        let all_sent = self.dialogue.exchange().to_send().is_empty();
        self.stage = if all_sent { Stage::Receiving } else { Stage::Sending };
        self.until = self.patience.map_or(self.deadline, |patience| self.deadline.min(now + patience));
    }
}
