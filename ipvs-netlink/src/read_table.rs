//! Reading everything, and reading it until it holds still.

use crate::conversation::{Conversation, Fault, Session};
use crate::destination::ObservedDestination;
use crate::error::{DecodeError, Error, Reason};
use crate::listing::Listing;
use crate::records::Records;
use crate::service::{ObservedService, ServiceKey};
use crate::table::Table;

/// A service with its destinations and all counters.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ObservedEntry {
    /// The service.
    pub service: ObservedService,
    /// Its destinations, in the kernel's order.
    pub destinations: Vec<ObservedDestination>,
}

impl Table {
    /// What was asked of the services that were read, without counters.
    #[must_use]
    pub fn from_observed(entries: &[ObservedEntry]) -> Self {
        let mut table = Self::new();
        for entry in entries {
            table.insert_observed(&entry.service, &entry.destinations);
        }
        table
    }
}

/// Reads services, and then the destinations of each: once, as it comes.
///
/// What others change meanwhile may be in it or not; one service's destinations may even be
/// missed or told twice. For a list that people read that is good enough.
#[derive(Debug)]
pub struct ReadEntries {
    stage: Stage,
    /// Services that are still to be asked for, last first: by their key …
    keys: Vec<ServiceKey>,
    /// … or only for their destinations.
    waiting: Vec<ObservedService>,
    read: Records<ObservedEntry>,
    error: Option<Error>,
}

#[derive(Debug)]
enum Stage {
    Services(Listing<ObservedService>),
    Service(Listing<ObservedService>),
    Destinations(Box<(ObservedService, Listing<ObservedDestination>)>),
    Over,
}

impl ReadEntries {
    /// Every service.
    #[must_use]
    pub const fn all() -> Self {
        Self::new(Stage::Services(Listing::services()), Vec::new())
    }

    /// These services, as far as there are such.
    #[must_use]
    pub fn of(keys: &[ServiceKey]) -> Self {
        let mut reading = Self::new(Stage::Over, keys.iter().rev().copied().collect());
        reading.next_service();
        reading
    }

    const fn new(stage: Stage, keys: Vec<ServiceKey>) -> Self {
        Self { stage, keys, waiting: Vec::new(), read: Records::new(), error: None }
    }

    /// After an answered request: keeps what it brought and chooses the next.
    fn advance(&mut self) {
        let done = match core::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Services(listing) => listing.answer().map(|records| {
                self.waiting = self.read.absorb(records);
                self.waiting.reverse();
            }),
            Stage::Service(listing) => match listing.answer() {
                Ok(records) => {
                    self.waiting = self.read.absorb(records);
                    Ok(())
                }
                Err(error) if error.reason() == Some(Reason::NoSuchService) => Ok(()),
                Err(error) => Err(error),
            },
            Stage::Destinations(boxed) => {
                let (service, listing) = *boxed;
                listing.answer().map(|records| {
                    let destinations = self.read.absorb(records);
                    self.read.entries.push(ObservedEntry { service, destinations });
                })
            }
            Stage::Over => Ok(()),
        };
        match done {
            Ok(()) => self.next_service(),
            Err(error) => self.error = Some(error),
        }
    }

    fn next_service(&mut self) {
        if let Some(service) = self.waiting.pop() {
            let listing = Listing::destinations(service.key);
            self.stage = Stage::Destinations(Box::new((service, listing)));
        } else if let Some(key) = self.keys.pop() {
            self.stage = Stage::Service(Listing::service(key));
        }
    }
}

impl Conversation for ReadEntries {
    type Answer = Result<Records<ObservedEntry>, Error>;

    fn ask(&mut self, session: &mut Session, out: &mut Vec<u8>) -> bool {
        match &mut self.stage {
            Stage::Services(listing) | Stage::Service(listing) => listing.ask(session, out),
            Stage::Destinations(boxed) => boxed.1.ask(session, out),
            Stage::Over => false,
        }
    }

    fn feed(&mut self, datagram: &[u8]) -> bool {
        let answered = match &mut self.stage {
            Stage::Services(listing) | Stage::Service(listing) => listing.feed(datagram),
            Stage::Destinations(boxed) => boxed.1.feed(datagram),
            Stage::Over => return true,
        };
        if answered {
            self.advance();
        }
        answered
    }

    fn fail(&mut self, fault: Fault) {
        self.stage = Stage::Over;
        self.error.get_or_insert(fault.into_error());
    }

    fn answer(self) -> Self::Answer {
        match self.error {
            Some(error) => Err(error),
            None => Ok(self.read),
        }
    }
}

/// Reads everything until two readings agree: a table that a plan may rest on.
///
/// The kernel's dumps are positional and carry no mark of an interruption, so one reading may
/// lack a service that is there, and a plan would add it or delete its neighbours. Counters may
/// differ; what was asked of services and destinations must not.
#[derive(Debug)]
pub struct ReadTable {
    reading: ReadEntries,
    before: Option<Table>,
    attempts: u32,
    end: Option<Result<Table, Error>>,
    /// Only these services.
    keys: Option<Box<[ServiceKey]>>,
}

impl Default for ReadTable {
    fn default() -> Self {
        Self::new()
    }
}

impl ReadTable {
    /// After so many readings of which no two neighbours agree, [`Error::Changing`].
    pub const MAX_ATTEMPTS: u32 = 5;

    /// Everything.
    #[must_use]
    pub const fn new() -> Self {
        Self { reading: ReadEntries::all(), before: None, attempts: 0, end: None, keys: None }
    }

    /// Only these services, as far as there are such.
    #[must_use]
    pub fn of(keys: &[ServiceKey]) -> Self {
        Self { reading: ReadEntries::of(keys), keys: Some(keys.into()), ..Self::new() }
    }

    fn advance(&mut self) {
        let again = self.keys.as_deref().map_or_else(ReadEntries::all, ReadEntries::of);
        let reading = core::mem::replace(&mut self.reading, again);
        let table = match reading.answer() {
            Ok(records) if records.interrupted => None,
            Ok(records) => match records.whole() {
                Ok(entries) => Some(Table::from_observed(&entries)),
                Err(error) => return self.end = Some(Err(error)),
            },
            Err(error) => return self.end = Some(Err(error)),
        };
        self.attempts += 1;
        match table {
            Some(table) if self.before.as_ref() == Some(&table) => self.end = Some(Ok(table)),
            _ if self.attempts >= Self::MAX_ATTEMPTS => {
                self.end = Some(Err(Error::Changing { attempts: self.attempts }));
            }
            table => self.before = table,
        }
    }
}

impl Conversation for ReadTable {
    type Answer = Result<Table, Error>;

    fn ask(&mut self, session: &mut Session, out: &mut Vec<u8>) -> bool {
        while self.end.is_none() {
            if self.reading.ask(session, out) {
                return true;
            }
            self.advance();
        }
        false
    }

    fn feed(&mut self, datagram: &[u8]) -> bool {
        self.end.is_some() || self.reading.feed(datagram)
    }

    fn fail(&mut self, fault: Fault) {
        self.end.get_or_insert(Err(fault.into_error()));
    }

    fn answer(self) -> Self::Answer {
        let unread = Err(Error::Decode(DecodeError::Missing("end of the table")));
        self.end.unwrap_or(unread)
    }
}
