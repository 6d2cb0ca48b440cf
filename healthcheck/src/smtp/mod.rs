//! `SMTP_CHECK`: a mail server greets, answers our greeting and says good-bye.

mod reply;

use alloc::string::String;

use crate::lines::printable;
use crate::outgoing::Outgoing;
use crate::{Exchange, Failure, Phase, Step};
pub use reply::{MAX_SMTP_LINE_LEN, MAX_SMTP_REPLY_LEN, SmtpReplies};
use reply::{Reply, Taken};

/// What is talked about after the server's greeting.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum SmtpDialogue {
    /// `HELO`, as keepalived.
    #[default]
    Helo,
    /// `EHLO` (RFC 5321 §4.1.1.1).
    Ehlo,
    /// `EHLO`, `STARTTLS`, then `EHLO` once more over TLS (RFC 3207). The driver is told by
    /// [`Step::StartTls`] when to switch.
    StartTls,
}

/// What a check says to a mail server, and what it takes for an answer.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct SmtpRequest {
    dialogue: SmtpDialogue,
    replies: SmtpReplies,
    name: String,
}

/// A name that cannot stand in `HELO`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidHelo {
    /// No name.
    #[error("empty name")]
    Empty,
    /// More than 255 octets (RFC 5321 §4.5.3.1.2).
    #[error("name longer than 255 octets")]
    TooLong,
    /// A blank or control character would end it early.
    #[error("blank or control character in the name")]
    Character,
    /// keepalived's way to read replies takes one line only, and `EHLO` is answered by several.
    #[error("EHLO needs replies of several lines")]
    SingleLine,
}

impl SmtpRequest {
    /// A dialogue in which we call ourselves `name` (`helo_name`).
    ///
    /// # Errors
    ///
    /// [`InvalidHelo`] names what does not work.
    pub fn new(dialogue: SmtpDialogue, replies: SmtpReplies, name: &str) -> Result<Self, InvalidHelo> {
        if name.is_empty() {
            return Err(InvalidHelo::Empty);
        }
        if name.len() > 255 {
            return Err(InvalidHelo::TooLong);
        }
        if name.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(InvalidHelo::Character);
        }
        match (dialogue, replies) {
            (SmtpDialogue::Ehlo | SmtpDialogue::StartTls, SmtpReplies::Keepalived) => {
                Err(InvalidHelo::SingleLine)
            }
            (SmtpDialogue::Helo, _) | (_, SmtpReplies::Rfc5321) => {
                Ok(Self { dialogue, replies, name: name.into() })
            }
        }
    }
}

/// What a reply answers.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
pub enum SmtpStep {
    /// The connection: 220 is wanted.
    #[error("banner")]
    Banner,
    /// `HELO` or `EHLO`: 250.
    #[error("HELO")]
    Hello,
    /// `STARTTLS`: 220.
    #[error("STARTTLS")]
    StartTls,
    /// `QUIT`: 221.
    #[error("QUIT")]
    Quit,
}

impl SmtpStep {
    const fn wanted(self) -> u16 {
        match self {
            Self::Banner | Self::StartTls => 220,
            Self::Hello => 250,
            Self::Quit => 221,
        }
    }
}

/// Why a mail server failed.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SmtpFailure {
    /// The server closed before its reply was complete.
    #[error("{step}: the server closed before its reply")]
    Closed {
        /// The reply that is missing.
        step: SmtpStep,
    },
    /// A line over [`MAX_SMTP_LINE_LEN`] octets or a reply over [`MAX_SMTP_REPLY_LEN`].
    #[error("{step}: reply too long")]
    TooLong {
        /// The reply that is.
        step: SmtpStep,
    },
    /// No line of three digits and a text, or lines with different codes.
    #[error("{step}: not a reply of a mail server")]
    Malformed {
        /// The reply that is.
        step: SmtpStep,
    },
    /// Several lines where [`SmtpReplies::Keepalived`] takes one.
    #[error("{step}: a reply of several lines")]
    SeveralLines {
        /// The reply that has them.
        step: SmtpStep,
    },
    /// Another code than the step wants.
    #[error("{step}: code {code}")]
    Code {
        /// The reply that has it.
        step: SmtpStep,
        /// Three digits.
        code: u16,
    },
    /// The server does not offer `STARTTLS`.
    #[error("STARTTLS is not offered")]
    NoStartTls,
    /// Octets came between the reply to `STARTTLS` and TLS. Anybody on the way may have put them
    /// there, so they must not be taken for what comes over TLS (CVE-2011-0411).
    #[error("clear text after the reply to STARTTLS")]
    ClearText,
}

impl SmtpFailure {
    /// What the check was doing.
    #[must_use]
    pub const fn phase(self) -> Phase {
        match self {
            Self::Closed { .. } | Self::TooLong { .. } => Phase::Receive,
            Self::Malformed { .. } | Self::SeveralLines { .. } | Self::Code { .. } | Self::NoStartTls => {
                Phase::Status
            }
            Self::ClearText => Phase::Tls,
        }
    }
}

/// One conversation with a mail server, without mail.
#[derive(Clone, Debug)]
pub struct SmtpExchange {
    request: SmtpRequest,
    outgoing: Outgoing,
    reply: Reply,
    state: State,
    secure: bool,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Awaiting(SmtpStep),
    Done(Result<(), Failure>),
}

impl SmtpExchange {
    /// A dialogue that has not begun. The server speaks first.
    #[must_use]
    pub fn new(request: SmtpRequest) -> Self {
        Self {
            reply: Reply::new(request.replies),
            request,
            outgoing: Outgoing::default(),
            state: State::Awaiting(SmtpStep::Banner),
            secure: false,
        }
    }

    /// The last line that the server sent, made safe for a log.
    #[must_use]
    pub fn reply(&self) -> String {
        printable(self.reply.line())
    }

    /// Takes a reply with `code`; `rest` is what came after it.
    fn reply_complete(&mut self, step: SmtpStep, code: u16, rest: &[u8]) -> Step {
        if code != step.wanted() && !self.any_line_does(step) {
            return self.fail(SmtpFailure::Code { step, code });
        }
        match step {
            SmtpStep::Banner => self.say_hello(),
            SmtpStep::Hello if self.request.dialogue == SmtpDialogue::StartTls && !self.secure => {
                if !self.reply.offers_starttls() {
                    return self.fail(SmtpFailure::NoStartTls);
                }
                self.say(SmtpStep::StartTls, b"STARTTLS\r\n")
            }
            SmtpStep::Hello => self.say(SmtpStep::Quit, b"QUIT\r\n"),
            SmtpStep::StartTls if !rest.is_empty() => self.fail(SmtpFailure::ClearText),
            SmtpStep::StartTls => {
                self.secure = true;
                // What was said in clear text counts no more (RFC 3207 §4.2).
                self.say_hello();
                Step::StartTls
            }
            SmtpStep::Quit => self.done(Ok(())),
        }
    }

    /// keepalived waits for an answer to QUIT and does not read it.
    fn any_line_does(&self, step: SmtpStep) -> bool {
        step == SmtpStep::Quit && self.request.replies == SmtpReplies::Keepalived
    }

    fn say_hello(&mut self) -> Step {
        let verb = match self.request.dialogue {
            SmtpDialogue::Helo => "HELO ",
            SmtpDialogue::Ehlo | SmtpDialogue::StartTls => "EHLO ",
        };
        let command = [verb, &self.request.name, "\r\n"].concat();
        self.say(SmtpStep::Hello, command.as_bytes())
    }

    fn say(&mut self, step: SmtpStep, command: &[u8]) -> Step {
        self.outgoing.push(command);
        self.state = State::Awaiting(step);
        Step::Continue
    }

    fn fail(&mut self, failure: SmtpFailure) -> Step {
        self.done(Err(Failure::Smtp(failure)))
    }

    fn done(&mut self, result: Result<(), Failure>) -> Step {
        self.state = State::Done(result);
        Step::Done(result)
    }
}

impl Exchange for SmtpExchange {
    fn to_send(&self) -> &[u8] {
        self.outgoing.to_send()
    }

    fn sent(&mut self, count: usize) {
        self.outgoing.sent(count);
    }

    fn received(&mut self, mut octets: &[u8]) -> Step {
        loop {
            let step = match self.state {
                State::Done(result) => return Step::Done(result),
                State::Awaiting(step) => step,
            };
            let (next, rest) = match self.reply.take(octets) {
                Taken::More => return Step::Continue,
                Taken::TooLong => (self.fail(SmtpFailure::TooLong { step }), octets),
                Taken::SeveralLines | Taken::Malformed(_) if self.any_line_does(step) => {
                    (self.done(Ok(())), octets)
                }
                Taken::SeveralLines => (self.fail(SmtpFailure::SeveralLines { step }), octets),
                Taken::Malformed(rest) => (self.fail(SmtpFailure::Malformed { step }), rest),
                Taken::Code(code, rest) => (self.reply_complete(step, code, rest), rest),
            };
            match next {
                Step::Continue => octets = rest,
                Step::StartTls | Step::Done(_) => return next,
            }
        }
    }

    fn closed(&mut self) -> Step {
        match self.state {
            State::Done(result) => Step::Done(result),
            State::Awaiting(step) => self.fail(SmtpFailure::Closed { step }),
        }
    }
}
