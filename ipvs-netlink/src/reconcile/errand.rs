//! An action as a conversation, for any client.

use core::time::Duration;
use std::sync::Arc;

use super::{Action, ObservedTable, Reconciler};
use crate::batch::Batch;
use crate::conversation::{Conversation, Fault, Session};
use crate::error::Error;
use crate::read_table::{ObservedEntry, ReadEntries};
use crate::records::Records;
use crate::request::Command;

/// An [`Action`] as a conversation: `client.run(action.errand())` carries it out, blocking or
/// asynchronous, and its answer goes to [`Reconciler::handle`].
#[derive(Debug)]
pub struct Errand(Stage);

#[derive(Debug)]
enum Stage {
    Table(ReadEntries),
    Services(ReadEntries),
    Commands(Batch<Arc<[Command]>>),
}

/// What came of an [`Action`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Answer {
    /// For [`handle_table`](Reconciler::handle_table).
    Table(Result<ObservedTable, Error>),
    /// For [`handle_services`](Reconciler::handle_services).
    Services(Result<ObservedTable, Error>),
    /// For [`handle_results`](Reconciler::handle_results).
    Results(Vec<Result<(), Error>>),
}

impl Action {
    /// The conversation that carries it out.
    #[must_use]
    pub fn errand(self) -> Errand {
        Errand(match self {
            Self::ReadTable => Stage::Table(ReadEntries::all()),
            Self::ReadServices(keys) => Stage::Services(ReadEntries::of(&keys)),
            Self::Apply(commands) => Stage::Commands(Batch::new(commands)),
        })
    }
}

impl Conversation for Errand {
    type Answer = Answer;

    fn ask(&mut self, session: &mut Session, out: &mut Vec<u8>) -> bool {
        match &mut self.0 {
            Stage::Table(reading) | Stage::Services(reading) => reading.ask(session, out),
            Stage::Commands(batch) => batch.ask(session, out),
        }
    }

    fn feed(&mut self, datagram: &[u8]) -> bool {
        match &mut self.0 {
            Stage::Table(reading) | Stage::Services(reading) => reading.feed(datagram),
            Stage::Commands(batch) => batch.feed(datagram),
        }
    }

    fn fail(&mut self, fault: Fault) {
        match &mut self.0 {
            Stage::Table(reading) | Stage::Services(reading) => reading.fail(fault),
            Stage::Commands(batch) => batch.fail(fault),
        }
    }

    fn answer(self) -> Answer {
        // A service that could not be read would be taken for one that does not exist.
        let observed =
            |read: Result<Records<ObservedEntry>, Error>| Ok(ObservedTable::from_observed(&read?.whole()?));
        match self.0 {
            Stage::Table(reading) => Answer::Table(observed(reading.answer())),
            Stage::Services(reading) => Answer::Services(observed(reading.answer())),
            Stage::Commands(batch) => Answer::Results(batch.answer()),
        }
    }
}

impl Reconciler {
    /// Takes the answer of an [`Errand`].
    pub fn handle(&mut self, now: Duration, answer: Answer) {
        match answer {
            Answer::Table(read) => self.handle_table(now, read),
            Answer::Services(read) => self.handle_services(now, read),
            Answer::Results(results) => self.handle_results(now, results),
        }
    }
}
