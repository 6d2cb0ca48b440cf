//! Everything that is said about one request, as octets: what a driver needs to know.

use crate::error::Error;
use crate::request::FamilyId;

/// What a conversation needs to write a request: the family's number, and sequence numbers
/// that no earlier request of this socket had.
///
/// Answers to what was given up carry other numbers; conversations skip them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Session {
    family: FamilyId,
    sequence: u32,
}

impl Session {
    /// A session whose first request gets the sequence number 1.
    #[must_use]
    pub const fn new(family: FamilyId) -> Self {
        Self { family, sequence: 0 }
    }

    /// The number of the family `IPVS`.
    #[must_use]
    pub const fn family(&self) -> FamilyId {
        self.family
    }

    pub(crate) const fn set_family(&mut self, family: FamilyId) {
        self.family = family;
    }

    /// The first of `count` sequence numbers that are now used up. They wrap.
    pub fn sequences(&mut self, count: usize) -> u32 {
        let first = self.sequence.wrapping_add(1);
        self.sequence = self.sequence.wrapping_add(u32::try_from(count).unwrap_or(u32::MAX));
        first
    }
}

/// What a driver could not do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Fault {
    /// The request did not leave: nothing of it has happened.
    Send(Error),
    /// Answers are missing: what was asked may have happened.
    Receive(Error),
}

impl Fault {
    /// Why.
    #[must_use]
    pub fn into_error(self) -> Error {
        match self {
            Self::Send(error) | Self::Receive(error) => error,
        }
    }
}

/// One or more requests and their answers: a value that says which octets to send, takes the
/// datagrams that come, and ends with its answer. It does no I/O.
///
/// A driver does this, and every conversation ends after a bounded number of rounds:
///
/// ```
/// use ipvs_netlink::{Conversation, Error, Fault, Session};
///
/// fn run<C: Conversation>(
///     mut conversation: C,
///     session: &mut Session,
///     mut send: impl FnMut(&[u8]) -> Result<(), Error>,
///     mut receive: impl FnMut() -> Result<Vec<u8>, Error>,
/// ) -> C::Answer {
///     let mut octets = Vec::new();
///     while conversation.ask(session, &mut octets) {
///         if let Err(error) = send(&octets) {
///             conversation.fail(Fault::Send(error));
///             break;
///         }
///         loop {
///             match receive() {
///                 Ok(datagram) if conversation.feed(&datagram) => break,
///                 Ok(_) => {}
///                 Err(error) => {
///                     conversation.fail(Fault::Receive(error));
///                     return conversation.answer();
///                 }
///             }
///         }
///         octets.clear();
///     }
///     conversation.answer()
/// }
/// ```
///
/// The kernel does its work within the call that sends, and keeps one dump at a time for a
/// socket (`EBUSY` otherwise): send the next request when this one is answered.
pub trait Conversation {
    /// What it ends with.
    type Answer;

    /// Appends the next request to `out`; `false` if there is nothing more to ask. To be
    /// called at the start and when the request before is answered.
    #[must_use = "`true` wants the octets to be sent"]
    fn ask(&mut self, session: &mut Session, out: &mut Vec<u8>) -> bool;

    /// Takes one datagram of the kernel. `true`: the request is answered.
    #[must_use = "`true` wants the next question"]
    fn feed(&mut self, datagram: &[u8]) -> bool;

    /// The driver gives up; what has no answer yet says so. Nothing more is asked.
    fn fail(&mut self, fault: Fault);

    /// The answer. Of a conversation that is not over, what it knows.
    fn answer(self) -> Self::Answer;
}
