//! PostgreSQL: whether the server takes connections.

use alloc::string::String;
use alloc::vec::Vec;

use crate::outgoing::Outgoing;
use crate::{Exchange, Failure, Phase, Step};

/// Octets of one message of the server that are read; a longer one fails the check. Errors have a
/// few hundred.
pub const MAX_POSTGRES_MESSAGE: usize = 8 * 1024;

/// How a server is greeted.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum PostgresHello {
    /// Asks whether the server speaks TLS; either answer is a success. The server answers before
    /// it looks at accounts or at its own state, so this passes while it starts up.
    SslRequest,
    /// Asks for a session (protocol 3.0), to the point where the server wants to know who we are.
    Startup {
        /// Role to ask for; it need not exist where the server demands a password.
        user: String,
        /// Database; `None` is the one named like the role.
        database: Option<String>,
    },
}

/// Why a server's words were not those we want.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PostgresFailure {
    /// The server closed without a word.
    #[error("no data received")]
    Empty,
    /// The server closed in the middle of a message.
    #[error("the reply is cut off")]
    Truncated,
    /// A message of more than [`MAX_POSTGRES_MESSAGE`] octets; its length.
    #[error("a message of {0} octets")]
    TooLong(u32),
    /// Not a message of the protocol.
    #[error("not a PostgreSQL message")]
    Message,
    /// Error 57P03: the server starts up, shuts down or recovers.
    #[error("the server is starting up or shutting down")]
    NotNow,
    /// Error 53300: the server serves as many as it can.
    #[error("too many connections")]
    TooManyConnections,
    /// Another error; its SQLSTATE, five letters or digits.
    #[error("server error {}", Sqlstate(*.0))]
    Server([u8; 5]),
}

impl PostgresFailure {
    /// What the check was doing.
    #[must_use]
    pub const fn phase(self) -> Phase {
        match self {
            Self::Empty | Self::Truncated | Self::TooLong(_) | Self::Message => Phase::Receive,
            Self::NotNow | Self::TooManyConnections | Self::Server(_) => Phase::Status,
        }
    }
}

struct Sqlstate([u8; 5]);

impl core::fmt::Display for Sqlstate {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.escape_ascii().fmt(f)
    }
}

/// A start-up message or an `SSLRequest`, and the server's first answer to it.
///
/// Any demand for authentication is a success. A server that trusts us at once gets to the point
/// where it takes a query, and is told that we leave.
#[derive(Clone, Debug)]
pub struct PostgresExchange {
    ssl: bool,
    outgoing: Outgoing,
    input: Vec<u8>,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Waiting,
    /// After `AuthenticationOk`, until the session is ready; role and database may not exist.
    Entering,
    /// After `Terminate`, until the server closes.
    Leaving,
    Done(Result<(), Failure>),
}

/// Version 3.0; `SSLRequest` stands where a version would, as 1234.5679.
const PROTOCOL_3: u32 = 3 << 16;
const SSL_REQUEST: u32 = (1234 << 16) | 5679;
/// `Terminate` ('X'), a message without content.
const TERMINATE: [u8; 5] = [b'X', 0, 0, 0, 4];

impl PostgresExchange {
    /// A dialogue that has not begun. A name ends at its first NUL.
    #[must_use]
    pub fn new(hello: &PostgresHello) -> Self {
        let (ssl, body) = match hello {
            PostgresHello::SslRequest => (true, SSL_REQUEST.to_be_bytes().to_vec()),
            PostgresHello::Startup { user, database } => {
                let mut body = PROTOCOL_3.to_be_bytes().to_vec();
                let parameters = [("user", Some(user)), ("database", database.as_ref())];
                for (name, value) in parameters {
                    let Some(value) = value else { continue };
                    body.extend(name.bytes());
                    body.push(0);
                    body.extend(value.bytes().take_while(|octet| *octet != 0));
                    body.push(0);
                }
                body.push(0);
                (false, body)
            }
        };
        let length = u32::try_from(body.len()).unwrap_or(u32::MAX).saturating_add(4);
        let mut outgoing = Outgoing::default();
        outgoing.push(&length.to_be_bytes());
        outgoing.push(&body);
        Self { ssl, outgoing, input: Vec::new(), state: State::Waiting }
    }

    fn octet(&mut self, octet: u8) {
        self.input.push(octet);
        if let ([b'S' | b'N'], true) = (self.input.as_slice(), self.ssl) {
            return self.done(Ok(()));
        }
        if !self.input.first().is_some_and(|kind| self.expects(*kind)) {
            return self.fail(PostgresFailure::Message);
        }
        let Some(([kind, length @ ..], body)) = self.input.split_first_chunk::<5>() else {
            return;
        };
        let length = u32::from_be_bytes(*length);
        // The length counts itself.
        let Some(wanted) = length.checked_sub(4).and_then(|wanted| usize::try_from(wanted).ok()) else {
            return self.fail(PostgresFailure::Message);
        };
        if wanted > MAX_POSTGRES_MESSAGE {
            return self.fail(PostgresFailure::TooLong(length));
        }
        if body.len() < wanted {
            return;
        }
        let (kind, body) = (*kind, body.to_vec());
        self.input.clear();
        self.message(kind, &body);
    }

    /// Whether a message of this kind may come now.
    const fn expects(&self, kind: u8) -> bool {
        match (self.state, kind) {
            (_, b'E') => true,
            (State::Waiting, b'R') => !self.ssl,
            // Parameters, the key for cancelling, notices, the versions of options; ready.
            (State::Entering, b'S' | b'K' | b'N' | b'v' | b'Z') => true,
            (State::Waiting | State::Entering | State::Leaving | State::Done(_), _) => false,
        }
    }

    fn message(&mut self, kind: u8, body: &[u8]) {
        match (kind, body) {
            (b'E', fields) => {
                self.fail(sqlstate(fields).map_or(PostgresFailure::Message, from_sqlstate));
            }
            (b'R', [0, 0, 0, 0]) => self.state = State::Entering,
            (b'R', [_, _, _, _, ..]) => self.done(Ok(())),
            (b'R', _) => self.fail(PostgresFailure::Message),
            (b'Z', _) => {
                self.outgoing.push(&TERMINATE);
                self.state = State::Leaving;
            }
            (_, _) => {}
        }
    }

    fn fail(&mut self, failure: PostgresFailure) {
        self.done(Err(Failure::Postgres(failure)));
    }

    const fn done(&mut self, result: Result<(), Failure>) {
        self.state = State::Done(result);
    }

    const fn step(&self) -> Step {
        match self.state {
            State::Done(result) => Step::Done(result),
            State::Waiting | State::Entering | State::Leaving => Step::Continue,
        }
    }
}

/// Field `C` of an error: fields are a letter and a text that ends with NUL.
fn sqlstate(fields: &[u8]) -> Option<[u8; 5]> {
    let code = fields.split(|octet| *octet == 0).find_map(|field| field.strip_prefix(b"C"))?;
    code.try_into().ok()
}

const fn from_sqlstate(code: [u8; 5]) -> PostgresFailure {
    match &code {
        b"57P03" => PostgresFailure::NotNow,
        b"53300" => PostgresFailure::TooManyConnections,
        _ => PostgresFailure::Server(code),
    }
}

impl Exchange for PostgresExchange {
    fn to_send(&self) -> &[u8] {
        self.outgoing.to_send()
    }

    fn sent(&mut self, count: usize) {
        self.outgoing.sent(count);
    }

    fn received(&mut self, octets: &[u8]) -> Step {
        // Octet by octet, and never more than one message is kept: what a server sends in one go
        // is judged like what it sends in many.
        for octet in octets {
            match self.state {
                State::Waiting | State::Entering => self.octet(*octet),
                State::Leaving | State::Done(_) => break,
            }
        }
        self.step()
    }

    fn closed(&mut self) -> Step {
        match self.state {
            State::Waiting if self.input.is_empty() => self.fail(PostgresFailure::Empty),
            State::Waiting | State::Entering => self.fail(PostgresFailure::Truncated),
            State::Leaving => self.done(Ok(())),
            State::Done(_) => {}
        }
        self.step()
    }
}
