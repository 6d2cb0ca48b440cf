//! A Redis server (or one that speaks its protocol) answers `PING`.

use alloc::string::String;
use alloc::vec::Vec;

use crate::lines::{Line, printable, without_return};
use crate::outgoing::Outgoing;
use crate::{Exchange, Failure, Phase, Step};

/// Octets of one line of a reply without its line feed; longer ones fail the check. The one of
/// protected mode has nearly 1000.
pub const MAX_REDIS_LINE_LEN: usize = 4096;

/// How to authenticate: `AUTH`. It never appears in a debug print.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct RedisAuth {
    /// Name in the access control list of Redis 6; `None` is the server's `requirepass`.
    pub user: Option<String>,
    /// Any octets.
    pub password: Vec<u8>,
}

impl core::fmt::Debug for RedisAuth {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("RedisAuth").field("user", &self.user).finish_non_exhaustive()
    }
}

/// Why a server failed. The error text itself is in [`RedisExchange::reply`].
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RedisFailure {
    /// The server closed before the end of a reply.
    #[error("the server closed before its answer")]
    Closed,
    /// A line of more than [`MAX_REDIS_LINE_LEN`] octets.
    #[error("a line longer than {MAX_REDIS_LINE_LEN} octets")]
    LineTooLong,
    /// Neither an error nor the answer that the command has.
    #[error("unexpected answer")]
    Unexpected,
    /// `-NOAUTH`: it wants a password.
    #[error("the server wants a password")]
    AuthRequired,
    /// It refused our `AUTH`, for whatever reason.
    #[error("the server refused the password")]
    AuthRefused,
    /// `-NOPERM`: the user may not `PING`.
    #[error("the user may not do that")]
    NoPermission,
    /// `-LOADING`: the data set is not in memory yet.
    #[error("the data set is being loaded")]
    Loading,
    /// `-BUSY`: a script runs and nothing else.
    #[error("busy with a script")]
    Busy,
    /// `-MASTERDOWN`: a replica without its master.
    #[error("a replica without its master")]
    MasterDown,
    /// `-DENIED`: protected mode, which talks to its own host only.
    #[error("the server is in protected mode")]
    Protected,
    /// It takes no more clients.
    #[error("the server takes no more clients")]
    Full,
    /// Any other error.
    #[error("the server reports an error")]
    Error,
}

impl RedisFailure {
    /// What the check was doing.
    #[must_use]
    pub const fn phase(self) -> Phase {
        match self {
            Self::Closed | Self::LineTooLong => Phase::Receive,
            Self::Unexpected
            | Self::AuthRequired
            | Self::AuthRefused
            | Self::NoPermission
            | Self::Loading
            | Self::Busy
            | Self::MasterDown
            | Self::Protected
            | Self::Full
            | Self::Error => Phase::Status,
        }
    }

    /// The failure that an error line (without its `-`) means in answer to `PING`.
    fn of_error(line: &[u8]) -> Self {
        match line.split(|octet| *octet == b' ').next() {
            Some(b"NOAUTH") => Self::AuthRequired,
            Some(b"WRONGPASS") => Self::AuthRefused,
            Some(b"NOPERM") => Self::NoPermission,
            Some(b"LOADING") => Self::Loading,
            Some(b"BUSY") => Self::Busy,
            Some(b"MASTERDOWN") => Self::MasterDown,
            Some(b"DENIED") => Self::Protected,
            // Before Redis 6 a missing password was an operation that is not permitted.
            _ if line.starts_with(b"ERR operation not permitted") => Self::AuthRequired,
            _ if line.starts_with(b"ERR max number of clients") => Self::Full,
            _ => Self::Error,
        }
    }
}

/// `PING` and its `+PONG`, after `AUTH` where wanted.
///
/// An error is reported by its name, whichever command it answers; a server that is full or in
/// protected mode sends one without being asked.
#[derive(Clone)]
pub struct RedisExchange {
    outgoing: Outgoing,
    line: Line,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Auth,
    Ping,
    Done(Result<(), Failure>),
}

impl core::fmt::Debug for RedisExchange {
    /// Without what is to be sent, which may be a password.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("RedisExchange").field("state", &self.state).finish_non_exhaustive()
    }
}

impl RedisExchange {
    /// A dialogue that has not begun.
    #[must_use]
    pub fn new(auth: Option<&RedisAuth>) -> Self {
        let mut outgoing = Outgoing::default();
        let state = match auth {
            None => {
                outgoing.push(&command(&[b"PING"]));
                State::Ping
            }
            Some(RedisAuth { user: None, password }) => {
                outgoing.push(&command(&[b"AUTH", password]));
                State::Auth
            }
            Some(RedisAuth { user: Some(user), password }) => {
                outgoing.push(&command(&[b"AUTH", user.as_bytes(), password]));
                State::Auth
            }
        };
        Self { outgoing, line: Line::new(MAX_REDIS_LINE_LEN), state }
    }

    /// The last line that the server sent, made safe for a log.
    #[must_use]
    pub fn reply(&self) -> String {
        printable(without_return(self.line.octets()))
    }

    /// Judges one complete line.
    fn judge(&mut self) -> Step {
        let line = without_return(self.line.octets());
        let failure = match (self.state, line.strip_prefix(b"-")) {
            (State::Done(result), _) => return Step::Done(result),
            (State::Auth, Some(error)) => {
                let failure = RedisFailure::of_error(error);
                // "invalid password", "no password is set" and so on.
                if failure == RedisFailure::Error { RedisFailure::AuthRefused } else { failure }
            }
            (State::Auth, None) if line == b"+OK" => {
                self.outgoing.push(&command(&[b"PING"]));
                self.state = State::Ping;
                return Step::Continue;
            }
            (State::Ping, Some(error)) => RedisFailure::of_error(error),
            (State::Ping, None) if line == b"+PONG" => return self.done(Ok(())),
            (State::Auth | State::Ping, None) => RedisFailure::Unexpected,
        };
        self.fail(failure)
    }

    fn fail(&mut self, failure: RedisFailure) -> Step {
        self.done(Err(Failure::Redis(failure)))
    }

    fn done(&mut self, result: Result<(), Failure>) -> Step {
        self.state = State::Done(result);
        Step::Done(result)
    }
}

/// A command as an array of bulk strings, in which any octets may stand.
fn command(words: &[&[u8]]) -> Vec<u8> {
    let mut octets = alloc::format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        octets.extend_from_slice(alloc::format!("${}\r\n", word.len()).as_bytes());
        octets.extend_from_slice(word);
        octets.extend_from_slice(b"\r\n");
    }
    octets
}

impl Exchange for RedisExchange {
    fn to_send(&self) -> &[u8] {
        self.outgoing.to_send()
    }

    fn sent(&mut self, count: usize) {
        self.outgoing.sent(count);
    }

    fn received(&mut self, mut octets: &[u8]) -> Step {
        loop {
            if let State::Done(result) = self.state {
                return Step::Done(result);
            }
            match self.line.take(octets, |octet| octet == b'\n') {
                Err(_) => return self.fail(RedisFailure::LineTooLong),
                Ok(None) => return Step::Continue,
                Ok(Some(rest)) => octets = rest,
            }
            if let done @ (Step::Done(_) | Step::StartTls) = self.judge() {
                return done;
            }
        }
    }

    fn closed(&mut self) -> Step {
        match self.state {
            State::Done(result) => Step::Done(result),
            State::Auth | State::Ping => self.fail(RedisFailure::Closed),
        }
    }
}
