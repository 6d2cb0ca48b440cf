//! An agent on the server says how it does: HAProxy's `agent-check`.

use alloc::string::String;
use alloc::vec::Vec;

use crate::lines::{Line, printable};
use crate::outgoing::Outgoing;
use crate::{Agent, AgentState, Exchange, Failure, Phase, Step};

/// Octets of an agent's line without its end; a longer one fails the check.
pub const MAX_AGENT_LINE_LEN: usize = 1024;

/// What an agent says about the service.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum AgentHealth {
    /// `up`.
    Up,
    /// `down`, `fail`, `failed`, `stopped`.
    Down,
}

/// What an agent wants to be done with its server.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum AgentAdmin {
    /// `ready`: neither of the others.
    Ready,
    /// `drain`: no new connections.
    Drain,
    /// `maint`: no connections.
    Maintenance,
}

/// One line of an agent. Of several words of one kind the last one counts.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct AgentReply {
    /// What it says about the service.
    pub health: Option<AgentHealth>,
    /// What it wants to be done.
    pub admin: Option<AgentAdmin>,
    /// `75%`: share of the configured weight. More than 255 is 255.
    pub percent: Option<u8>,
    /// `maxconn:N`: connections that it wants at most. IPVS knows them as `uthreshold`.
    pub max_connections: Option<u32>,
    /// What follows `#`, made safe for a log.
    pub text: String,
    /// Words that mean nothing to us, made safe for a log.
    pub unknown: Vec<String>,
}

impl AgentReply {
    /// Reads a line, without its end: words in any order and case, with blanks, tabs or commas
    /// between them, and a text after `#`.
    ///
    /// A text right behind its word (`down#disk full`) and `failed` are understood too; HAProxy
    /// 2.6 passes over both without a word, so an agent that serves it as well writes `down #…`.
    #[must_use]
    pub fn parse(line: &[u8]) -> Self {
        let sharp = line.iter().position(|octet| *octet == b'#').unwrap_or(line.len());
        let (words, text) = line.split_at_checked(sharp).unwrap_or((line, &[]));
        let mut reply =
            Self { text: printable(text.strip_prefix(b"#").unwrap_or(text).trim_ascii()), ..Self::default() };
        let is_blank = |octet: &u8| matches!(octet, b' ' | b'\t' | b',');
        for word in words.split(is_blank).filter(|word| !word.is_empty()) {
            if reply.word(word).is_none() {
                reply.unknown.push(printable(word));
            }
        }
        reply
    }

    /// Takes a word; `None` if it means nothing.
    fn word(&mut self, word: &[u8]) -> Option<()> {
        let word = core::str::from_utf8(word).ok()?.to_ascii_lowercase();
        match word.as_str() {
            "up" => self.health = Some(AgentHealth::Up),
            "down" | "fail" | "failed" | "stopped" => self.health = Some(AgentHealth::Down),
            "ready" => self.admin = Some(AgentAdmin::Ready),
            "drain" => self.admin = Some(AgentAdmin::Drain),
            "maint" => self.admin = Some(AgentAdmin::Maintenance),
            other => match (other.strip_suffix('%'), other.strip_prefix("maxconn:")) {
                (Some(percent), _) => self.percent = Some(u8::try_from(number(percent)?).unwrap_or(u8::MAX)),
                (None, Some(count)) => self.max_connections = Some(number(count)?),
                (None, None) => return None,
            },
        }
        Some(())
    }

    /// Whether it says anything that we understand.
    #[must_use]
    pub const fn is_meaningful(&self) -> bool {
        self.health.is_some()
            || self.admin.is_some()
            || self.percent.is_some()
            || self.max_connections.is_some()
    }

    /// This reply, with what it leaves out taken from the `previous` one: what an agent does not
    /// speak of stays as it was.
    #[must_use]
    pub fn after(mut self, previous: &Self) -> Self {
        self.health = self.health.or(previous.health);
        self.admin = self.admin.or(previous.admin);
        self.percent = self.percent.or(previous.percent);
        self.max_connections = self.max_connections.or(previous.max_connections);
        self
    }

    /// What it asks for, for [`Weighing::agent`](crate::Weighing::agent). `down` and `maint`
    /// outrank `drain`, and it `ready` and `up`.
    #[must_use]
    pub const fn agent(&self) -> Agent {
        let state = match (self.health, self.admin) {
            (Some(AgentHealth::Down), _) | (_, Some(AgentAdmin::Maintenance)) => AgentState::Down,
            (_, Some(AgentAdmin::Drain)) => AgentState::Drain,
            (Some(AgentHealth::Up) | None, Some(AgentAdmin::Ready) | None) => AgentState::Ready,
        };
        Agent { state, percent: self.percent }
    }
}

/// A number in digits and nothing else; one that is too big is the biggest.
fn number(digits: &str) -> Option<u32> {
    let all = !digits.is_empty() && digits.bytes().all(|octet| octet.is_ascii_digit());
    all.then(|| digits.parse().unwrap_or(u32::MAX))
}

/// Why an agent could not be understood.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AgentFailure {
    /// It closed without a word.
    #[error("no data received")]
    Empty,
    /// It closed before the end of its line, which may mean something else than it would have.
    #[error("the agent's line is cut off")]
    Truncated,
    /// A line of more than [`MAX_AGENT_LINE_LEN`] octets.
    #[error("the agent's line is longer than {MAX_AGENT_LINE_LEN} octets")]
    LineTooLong,
    /// No word of its line means anything to us.
    #[error("no word that an agent can say")]
    Meaningless,
}

impl AgentFailure {
    /// What the check was doing.
    #[must_use]
    pub const fn phase(self) -> Phase {
        match self {
            Self::Empty | Self::Truncated | Self::LineTooLong => Phase::Receive,
            Self::Meaningless => Phase::Status,
        }
    }
}

/// Reads an agent's line.
///
/// It succeeds when the line can be understood, whatever it says: a reply of `down` is
/// [`reply`](Self::reply)'s, not a failure of the check. As HAProxy does, ignore an agent that
/// fails and keep its last word.
#[derive(Clone, Debug)]
pub struct AgentExchange {
    outgoing: Outgoing,
    line: Line,
    reply: Option<AgentReply>,
    result: Option<Result<(), Failure>>,
}

impl AgentExchange {
    /// A dialogue that has not begun. `send` is HAProxy's `agent-send`, most often empty.
    #[must_use]
    pub fn new(send: &[u8]) -> Self {
        let mut outgoing = Outgoing::default();
        outgoing.push(send);
        Self { outgoing, line: Line::new(MAX_AGENT_LINE_LEN), reply: None, result: None }
    }

    /// What the agent said, once its line is complete.
    #[must_use]
    pub const fn reply(&self) -> Option<&AgentReply> {
        self.reply.as_ref()
    }

    fn fail(&mut self, failure: AgentFailure) -> Step {
        self.done(Err(Failure::Agent(failure)))
    }

    fn done(&mut self, result: Result<(), Failure>) -> Step {
        self.result = Some(result);
        Step::Done(result)
    }
}

impl Exchange for AgentExchange {
    fn to_send(&self) -> &[u8] {
        self.outgoing.to_send()
    }

    fn sent(&mut self, count: usize) {
        self.outgoing.sent(count);
    }

    fn received(&mut self, octets: &[u8]) -> Step {
        if let Some(result) = self.result {
            return Step::Done(result);
        }
        match self.line.take(octets, |octet| matches!(octet, b'\r' | b'\n')) {
            Err(_) => return self.fail(AgentFailure::LineTooLong),
            Ok(None) => return Step::Continue,
            Ok(Some(_)) => {}
        }
        let reply = AgentReply::parse(self.line.octets());
        let meaningful = reply.is_meaningful();
        self.reply = Some(reply);
        if meaningful { self.done(Ok(())) } else { self.fail(AgentFailure::Meaningless) }
    }

    fn closed(&mut self) -> Step {
        match self.result {
            Some(result) => Step::Done(result),
            None if self.line.octets().is_empty() => self.fail(AgentFailure::Empty),
            None => self.fail(AgentFailure::Truncated),
        }
    }
}
