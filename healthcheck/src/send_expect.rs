//! Send this, expect that, as often as needed.

use alloc::vec::Vec;

use crate::outgoing::Outgoing;
use crate::{Exchange, Failure, Phase, Step};

/// What has to arrive before a script goes on.
///
/// The server's octets are one stream: each expectation begins where the one before it ended, so
/// how they were cut into packets never matters.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Expected {
    /// These octets and no others come next.
    Octets(Vec<u8>),
    /// These octets come sooner or later; all before them is skipped.
    Contains(Vec<u8>),
    /// The next line begins with these octets; it is taken to its line feed.
    Line(Vec<u8>),
    /// An octet, whichever.
    Any,
    /// The end of the stream.
    Close,
}

/// One turn: send, then expect. Nothing to send is the server's turn.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct SendExpectStep {
    /// Octets to send.
    pub send: Vec<u8>,
    /// What has to arrive then.
    pub expect: Expected,
}

/// A script of one turn or more.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct SendExpectScript {
    steps: Vec<SendExpectStep>,
    max_reply: u64,
}

/// A script that cannot be run.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidScript {
    /// There is no step in it.
    #[error("a script without steps")]
    Empty,
    /// No octets to look for; [`Expected::Any`] says that anything will do.
    #[error("step {step} looks for no octets")]
    EmptyPattern {
        /// Counted from 0.
        step: usize,
    },
    /// Nothing can arrive after the end of the stream.
    #[error("step {step} comes after the end of the stream")]
    AfterClose {
        /// Counted from 0.
        step: usize,
    },
}

impl SendExpectScript {
    /// A script that takes up to 64 KiB from the server.
    ///
    /// # Errors
    ///
    /// [`InvalidScript`] names the step that cannot be run.
    pub fn new(steps: Vec<SendExpectStep>) -> Result<Self, InvalidScript> {
        let mut closed = false;
        for (step, SendExpectStep { expect, .. }) in steps.iter().enumerate() {
            if closed {
                return Err(InvalidScript::AfterClose { step });
            }
            match expect {
                Expected::Octets(pattern) | Expected::Contains(pattern) | Expected::Line(pattern) => {
                    if pattern.is_empty() {
                        return Err(InvalidScript::EmptyPattern { step });
                    }
                }
                Expected::Any => {}
                Expected::Close => closed = true,
            }
        }
        if steps.is_empty() {
            return Err(InvalidScript::Empty);
        }
        Ok(Self { steps, max_reply: 64 << 10 })
    }

    /// Takes up to `octets` from the server in all, before the script must have ended.
    #[must_use]
    pub fn with_max_reply(mut self, octets: u64) -> Self {
        self.max_reply = octets;
        self
    }
}

/// Where a script failed. Steps are counted from 0.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SendExpectFailure {
    /// Something else than expected arrived.
    #[error("step {step}: not the octets that were expected")]
    Mismatch {
        /// Of the script.
        step: usize,
    },
    /// The server closed before the expected octets were there.
    #[error("step {step}: the server closed")]
    Closed {
        /// Of the script.
        step: usize,
    },
    /// More octets than the script takes.
    #[error("step {step}: too many octets")]
    TooMuch {
        /// Of the script.
        step: usize,
    },
}

impl SendExpectFailure {
    /// What the check was doing.
    #[must_use]
    pub const fn phase(self) -> Phase {
        match self {
            Self::Closed { .. } => Phase::Receive,
            Self::Mismatch { .. } | Self::TooMuch { .. } => Phase::Body,
        }
    }
}

/// Runs a [`SendExpectScript`]. It keeps none of the server's octets.
///
/// ```
/// use healthcheck::{Exchange, Expected, SendExpectExchange, SendExpectScript, SendExpectStep, Step};
///
/// let script = SendExpectScript::new(vec![
///     SendExpectStep { send: Vec::new(), expect: Expected::Line(b"+OK".to_vec()) },
///     SendExpectStep { send: b"QUIT\r\n".to_vec(), expect: Expected::Close },
/// ])?;
/// let mut pop3 = SendExpectExchange::new(script);
/// // Over a socket `ExchangeProbe` does this.
/// assert_eq!(pop3.received(b"+OK mail.example.org\r\n"), Step::Continue);
/// assert_eq!(pop3.to_send(), b"QUIT\r\n");
/// pop3.sent(6);
/// assert_eq!(pop3.closed(), Step::Done(Ok(())));
/// # Ok::<(), healthcheck::InvalidScript>(())
/// ```
#[derive(Clone, Debug)]
pub struct SendExpectExchange {
    script: SendExpectScript,
    outgoing: Outgoing,
    /// The step whose octets are awaited, from 0.
    step: usize,
    progress: Progress,
    received: u64,
    result: Option<Result<(), Failure>>,
}

/// How far one expectation has come.
#[derive(Clone, Debug, Default)]
struct Progress {
    /// Octets of the pattern that were seen.
    matched: usize,
    /// For each octet of a pattern to be searched: how many octets before and with it are also
    /// its beginning (Knuth, Morris, Pratt). So no octet of the server is looked at again.
    borders: Vec<usize>,
}

/// What one octet did for an expectation.
enum Advance {
    More,
    Met,
    Mismatch,
}

impl SendExpectExchange {
    /// A dialogue that has not begun.
    #[must_use]
    pub fn new(script: SendExpectScript) -> Self {
        let mut exchange = Self {
            script,
            outgoing: Outgoing::default(),
            step: 0,
            progress: Progress::default(),
            received: 0,
            result: None,
        };
        exchange.begin();
        exchange
    }

    /// Begins the current step; false if there is none.
    fn begin(&mut self) -> bool {
        let Some(SendExpectStep { send, expect }) = self.script.steps.get(self.step) else {
            return false;
        };
        self.outgoing.push(send);
        self.progress = Progress { matched: 0, borders: Vec::new() };
        if let Expected::Contains(pattern) = expect {
            self.progress.borders = borders(pattern);
        }
        true
    }

    fn octet(&mut self, octet: u8) -> Step {
        let step = self.step;
        let Some(SendExpectStep { expect, .. }) = self.script.steps.get(step) else {
            return self.done(Ok(()));
        };
        if self.received >= self.script.max_reply {
            return self.fail(SendExpectFailure::TooMuch { step });
        }
        self.received = self.received.saturating_add(1);
        match self.progress.advance(expect, octet) {
            Advance::More => Step::Continue,
            Advance::Mismatch => self.fail(SendExpectFailure::Mismatch { step }),
            Advance::Met => {
                self.step = step.saturating_add(1);
                if self.begin() { Step::Continue } else { self.done(Ok(())) }
            }
        }
    }

    fn fail(&mut self, failure: SendExpectFailure) -> Step {
        self.done(Err(Failure::SendExpect(failure)))
    }

    fn done(&mut self, result: Result<(), Failure>) -> Step {
        self.result = Some(result);
        Step::Done(result)
    }
}

impl Progress {
    fn advance(&mut self, expect: &Expected, octet: u8) -> Advance {
        let met = |met: bool| if met { Advance::Met } else { Advance::More };
        match expect {
            Expected::Any => Advance::Met,
            Expected::Close => Advance::Mismatch,
            Expected::Octets(pattern) => {
                if pattern.get(self.matched) != Some(&octet) {
                    return Advance::Mismatch;
                }
                self.matched = self.matched.saturating_add(1);
                met(self.matched == pattern.len())
            }
            Expected::Line(pattern) => match pattern.get(self.matched) {
                Some(wanted) if *wanted != octet => Advance::Mismatch,
                Some(_) => {
                    self.matched = self.matched.saturating_add(1);
                    // A pattern may bring its own line feed.
                    met(self.matched == pattern.len() && octet == b'\n')
                }
                None => met(octet == b'\n'),
            },
            Expected::Contains(pattern) => {
                self.matched = extend(pattern, &self.borders, self.matched, octet);
                met(self.matched == pattern.len())
            }
        }
    }
}

/// How much of `pattern` is matched when `octet` follows `matched` octets of it.
fn extend(pattern: &[u8], borders: &[usize], mut matched: usize, octet: u8) -> usize {
    loop {
        if pattern.get(matched) == Some(&octet) {
            return matched.saturating_add(1);
        }
        match matched.checked_sub(1).and_then(|last| borders.get(last)) {
            // Always less than `matched`, so the loop ends.
            Some(border) => matched = *border,
            None => return 0,
        }
    }
}

fn borders(pattern: &[u8]) -> Vec<usize> {
    let mut borders = Vec::with_capacity(pattern.len());
    let mut matched = 0;
    for (index, octet) in pattern.iter().enumerate() {
        matched = if index == 0 { 0 } else { extend(pattern, &borders, matched, *octet) };
        borders.push(matched);
    }
    borders
}

impl Exchange for SendExpectExchange {
    fn to_send(&self) -> &[u8] {
        self.outgoing.to_send()
    }

    fn sent(&mut self, count: usize) {
        self.outgoing.sent(count);
    }

    fn received(&mut self, octets: &[u8]) -> Step {
        for octet in octets {
            if let Some(result) = self.result {
                return Step::Done(result);
            }
            if let Step::Done(result) = self.octet(*octet) {
                return Step::Done(result);
            }
        }
        self.result.map_or(Step::Continue, Step::Done)
    }

    fn closed(&mut self) -> Step {
        let step = self.step;
        match (self.result, self.script.steps.get(step)) {
            (Some(result), _) => Step::Done(result),
            (None, Some(SendExpectStep { expect: Expected::Close, .. })) => self.done(Ok(())),
            (None, _) => self.fail(SendExpectFailure::Closed { step }),
        }
    }
}
