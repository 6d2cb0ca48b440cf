//! MySQL and MariaDB: the server's greeting and, with an account, a log-in.

use alloc::string::String;
use alloc::vec::Vec;

use crate::outgoing::Outgoing;
use crate::{Exchange, Failure, Phase, Step};

/// Octets of one packet of the server that are read; a longer one fails the check. Greetings have
/// about a hundred, the longest error text is 512.
pub const MAX_MYSQL_PACKET: usize = 4096;

/// How a server is greeted.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct MysqlHello {
    /// An account without a password to log in with.
    ///
    /// `None` closes after the greeting. The server counts that as an interrupted handshake and,
    /// after `max_connect_errors` of them in a row, blocks this host ([`MysqlFailure::HostBlocked`]).
    pub user: Option<String>,
}

/// Why a server's words were not those we want.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MysqlFailure {
    /// The server closed without a word.
    #[error("no data received")]
    Empty,
    /// The server closed in the middle of a packet or of the log-in.
    #[error("the reply is cut off")]
    Truncated,
    /// A packet of more than [`MAX_MYSQL_PACKET`] octets.
    #[error("a packet of {0} octets")]
    TooLong(u32),
    /// A packet without content, out of sequence, or not of the protocol.
    #[error("not a MySQL packet")]
    Packet,
    /// The greeting is of another version than 10.
    #[error("protocol version {0}")]
    Version(u8),
    /// Error 1129: too many interrupted handshakes came from this host.
    #[error("this host is blocked for too many connection errors")]
    HostBlocked,
    /// Error 1130: no account for this host.
    #[error("this host is not allowed to connect")]
    HostNotAllowed,
    /// Errors 1040 and 1203: the server serves as many as it can.
    #[error("too many connections")]
    TooManyConnections,
    /// Error 1045 or 1698: the account does not exist, or it has a password.
    #[error("access denied")]
    AccessDenied,
    /// Another error; its number.
    #[error("server error {0}")]
    Server(u16),
}

impl MysqlFailure {
    /// What the check was doing.
    #[must_use]
    pub const fn phase(self) -> Phase {
        match self {
            Self::Empty | Self::Truncated | Self::TooLong(_) | Self::Packet => Phase::Receive,
            Self::Version(_)
            | Self::HostBlocked
            | Self::HostNotAllowed
            | Self::TooManyConnections
            | Self::AccessDenied
            | Self::Server(_) => Phase::Status,
        }
    }

    const fn from_code(code: u16) -> Self {
        match code {
            1040 | 1203 => Self::TooManyConnections,
            1045 | 1698 => Self::AccessDenied,
            1129 => Self::HostBlocked,
            1130 => Self::HostNotAllowed,
            other => Self::Server(other),
        }
    }
}

/// A greeting of protocol version 10 and, with an account, log-in and `COM_QUIT`.
#[derive(Clone, Debug)]
pub struct MysqlExchange {
    user: Option<Vec<u8>>,
    outgoing: Outgoing,
    input: Vec<u8>,
    /// Number of the server's next packet.
    sequence: u8,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Greeting,
    /// After our response. A server may ask for another method once, not for ever.
    LogIn {
        switched: bool,
    },
    /// After `COM_QUIT`, until the server closes.
    Quit,
    Done(Result<(), Failure>),
}

impl MysqlExchange {
    /// A dialogue that has not begun. A user's name ends at its first NUL.
    #[must_use]
    pub fn new(hello: &MysqlHello) -> Self {
        let name = |user: &String| user.bytes().take_while(|octet| *octet != 0).collect();
        Self {
            user: hello.user.as_ref().map(name),
            outgoing: Outgoing::default(),
            input: Vec::new(),
            sequence: 0,
            state: State::Greeting,
        }
    }

    /// Takes one octet; says whether the dialogue goes on.
    fn octet(&mut self, octet: u8) -> Step {
        self.input.push(octet);
        let Some(([low, middle, high, sequence], payload)) = self.input.split_first_chunk() else {
            return Step::Continue;
        };
        let length = u32::from_le_bytes([*low, *middle, *high, 0]);
        let wanted = usize::try_from(length).unwrap_or(usize::MAX);
        if wanted > MAX_MYSQL_PACKET {
            return self.fail(MysqlFailure::TooLong(length));
        }
        if *sequence != self.sequence || wanted == 0 {
            return self.fail(MysqlFailure::Packet);
        }
        if payload.len() < wanted {
            return Step::Continue;
        }
        let payload = payload.to_vec();
        self.input.clear();
        self.sequence = self.sequence.wrapping_add(1);
        self.packet(&payload)
    }

    fn packet(&mut self, payload: &[u8]) -> Step {
        match (self.state, payload) {
            (State::Done(result), _) => Step::Done(result),
            (State::Quit, _) => self.done(Ok(())),
            (State::Greeting | State::LogIn { .. }, [0xff, low, high, ..]) => {
                self.fail(MysqlFailure::from_code(u16::from_le_bytes([*low, *high])))
            }
            (State::Greeting | State::LogIn { .. }, [] | [0xff, ..]) => self.fail(MysqlFailure::Packet),
            (State::Greeting, [10, rest @ ..]) => self.greeting(rest),
            (State::Greeting, [version, ..]) => self.fail(MysqlFailure::Version(*version)),
            (State::LogIn { .. }, [0x00, ..]) => {
                self.say(0, &[COM_QUIT]);
                self.state = State::Quit;
                Step::Continue
            }
            // Whatever the method: an account without a password answers with nothing.
            (State::LogIn { switched: false }, [0xfe, ..]) => {
                self.say(self.sequence, &[]);
                self.state = State::LogIn { switched: true };
                Step::Continue
            }
            (State::LogIn { .. }, _) => self.fail(MysqlFailure::Packet),
        }
    }

    /// `rest` follows the version: the server's version as text, then at least the connection's
    /// number, eight octets of salt, a filler and capabilities.
    fn greeting(&mut self, rest: &[u8]) -> Step {
        let after_text = rest.iter().position(|octet| *octet == 0).and_then(|end| rest.get(end..));
        if after_text.is_none_or(|fields| fields.len() < 1 + 4 + 8 + 1 + 2) {
            return self.fail(MysqlFailure::Packet);
        }
        let Some(user) = self.user.take() else {
            return self.done(Ok(()));
        };
        let mut response = Vec::with_capacity(64);
        response.extend(CAPABILITIES.to_le_bytes());
        // No packet of ours is long; the character set is utf8mb3.
        response.extend(0x0100_0000_u32.to_le_bytes());
        response.push(33);
        response.extend([0; 23]);
        response.extend(user);
        // The name's end, an answer of no octets, the method.
        response.extend([0, 0]);
        response.extend(b"mysql_native_password\0");
        self.say(self.sequence, &response);
        self.state = State::LogIn { switched: false };
        Step::Continue
    }

    fn say(&mut self, sequence: u8, payload: &[u8]) {
        let [low, middle, high, _] = u32::try_from(payload.len()).unwrap_or(u32::MAX).to_le_bytes();
        self.outgoing.push(&[low, middle, high, sequence]);
        self.outgoing.push(payload);
        self.sequence = sequence.wrapping_add(1);
    }

    fn fail(&mut self, failure: MysqlFailure) -> Step {
        self.done(Err(Failure::Mysql(failure)))
    }

    fn done(&mut self, result: Result<(), Failure>) -> Step {
        self.state = State::Done(result);
        Step::Done(result)
    }
}

const COM_QUIT: u8 = 1;
/// `CLIENT_LONG_PASSWORD`, `CLIENT_PROTOCOL_41`, `CLIENT_SECURE_CONNECTION`, `CLIENT_PLUGIN_AUTH`.
const CAPABILITIES: u32 = 0x0008_8201;

impl Exchange for MysqlExchange {
    fn to_send(&self) -> &[u8] {
        self.outgoing.to_send()
    }

    fn sent(&mut self, count: usize) {
        self.outgoing.sent(count);
    }

    fn received(&mut self, octets: &[u8]) -> Step {
        // Octet by octet, and never more than one packet is kept: what a server sends in one go
        // is judged like what it sends in many.
        for octet in octets {
            match self.state {
                State::Done(result) => return Step::Done(result),
                State::Quit => return self.done(Ok(())),
                State::Greeting | State::LogIn { .. } => {
                    let _ = self.octet(*octet);
                }
            }
        }
        match self.state {
            State::Done(result) => Step::Done(result),
            State::Greeting | State::LogIn { .. } | State::Quit => Step::Continue,
        }
    }

    fn closed(&mut self) -> Step {
        match self.state {
            State::Done(result) => Step::Done(result),
            State::Quit => self.done(Ok(())),
            State::Greeting if self.input.is_empty() => self.fail(MysqlFailure::Empty),
            State::Greeting | State::LogIn { .. } => self.fail(MysqlFailure::Truncated),
        }
    }
}
