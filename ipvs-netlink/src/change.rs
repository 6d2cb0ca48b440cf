//! Changing some fields of what is there. The kernel has no partial update: what a command
//! does not carry is cleared, so the rest is read first.

use crate::batch::Batch;
use crate::conversation::{Conversation, Fault, Session};
use crate::destination::{Destination, DestinationKey, ObservedDestination};
use crate::error::{Error, Object, Reason};
use crate::forward::ForwardMethod;
use crate::listing::Listing;
use crate::request::Command;
use crate::service::{Engine, ObservedService, Persistence, Scheduler, SchedulerFlags, Service, ServiceKey};

/// What is to be different of a service; `None` keeps what is there.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ServiceChange {
    /// Another scheduler.
    pub scheduler: Option<Scheduler>,
    /// Other options of the scheduler.
    pub scheduler_flags: Option<SchedulerFlags>,
    /// Another persistence; `Some(None)` ends it.
    pub persistence: Option<Option<Persistence>>,
    /// Whether every packet is scheduled on its own.
    pub one_packet: Option<bool>,
    /// Another engine; `Some(None)` takes it away.
    pub engine: Option<Option<Engine>>,
}

impl ServiceChange {
    /// The service with the changes.
    #[must_use]
    pub fn apply(&self, service: &Service) -> Service {
        Service {
            scheduler: self.scheduler.clone().unwrap_or_else(|| service.scheduler.clone()),
            scheduler_flags: self.scheduler_flags.unwrap_or(service.scheduler_flags),
            persistence: self.persistence.unwrap_or(service.persistence),
            one_packet: self.one_packet.unwrap_or(service.one_packet),
            engine: self.engine.clone().unwrap_or_else(|| service.engine.clone()),
        }
    }
}

/// What is to be different of a destination; `None` keeps what is there.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct DestinationChange {
    /// Another way to it.
    pub forward: Option<ForwardMethod>,
    /// Another share of new connections.
    pub weight: Option<u32>,
    /// Another upper threshold.
    pub upper_threshold: Option<u32>,
    /// Another lower threshold.
    pub lower_threshold: Option<u32>,
}

impl DestinationChange {
    /// The destination with the changes.
    #[must_use]
    pub fn apply(&self, destination: &Destination) -> Destination {
        Destination {
            forward: self.forward.unwrap_or(destination.forward),
            weight: self.weight.unwrap_or(destination.weight),
            upper_threshold: self.upper_threshold.unwrap_or(destination.upper_threshold),
            lower_threshold: self.lower_threshold.unwrap_or(destination.lower_threshold),
        }
    }
}

/// Reads one object, changes it, and writes it back. Between the two somebody else may have
/// changed it, too; what they changed is then undone.
#[derive(Debug)]
pub struct Change {
    object: Object,
    stage: Stage,
    end: Option<Result<(), Error>>,
}

#[derive(Debug)]
enum Stage {
    Service(Listing<ObservedService>, ServiceChange),
    Destination(Listing<ObservedDestination>, DestinationChange),
    Write(Batch<Vec<Command>>),
    Over,
}

impl Change {
    /// Of a service.
    #[must_use]
    pub const fn service(key: ServiceKey, change: ServiceChange) -> Self {
        let stage = Stage::Service(Listing::service(key), change);
        Self { object: Object::Service(key), stage, end: None }
    }

    /// Of a destination.
    #[must_use]
    pub const fn destination(service: ServiceKey, key: DestinationKey, change: DestinationChange) -> Self {
        let stage = Stage::Destination(Listing::destinations(service), change);
        Self { object: Object::Destination { service, key }, stage, end: None }
    }

    fn advance(&mut self) {
        let next = match core::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Service(listing, change) => listing
                .answer()
                .and_then(|records| records.whole())
                .map(|found| found.into_iter().next().map(|found| self.set_service(&found, &change))),
            Stage::Destination(listing, change) => listing
                .answer()
                .and_then(|records| records.whole())
                .map(|found| found.iter().find_map(|found| self.set_destination(found, change))),
            Stage::Write(batch) => {
                self.end = batch.answer().into_iter().next();
                return;
            }
            Stage::Over => return,
        };
        match next {
            Ok(Some(command)) => self.stage = Stage::Write(Batch::new(vec![command])),
            Ok(None) => self.end = Some(Err(Error::Absent { object: self.object })),
            Err(error) if error.reason() == Some(Reason::NoSuchService) => {
                self.end = Some(Err(Error::Absent { object: self.object }));
            }
            Err(error) => self.end = Some(Err(error)),
        }
    }

    fn set_service(&self, found: &ObservedService, change: &ServiceChange) -> Command {
        Command::SetService { key: found.key, service: change.apply(&found.service) }
    }

    fn set_destination(&self, found: &ObservedDestination, change: DestinationChange) -> Option<Command> {
        let Object::Destination { service, key } = self.object else { return None };
        let destination = change.apply(&found.destination);
        (key == found.key).then_some(Command::SetDestination { service, key, destination })
    }
}

impl Conversation for Change {
    type Answer = Result<(), Error>;

    fn ask(&mut self, session: &mut Session, out: &mut Vec<u8>) -> bool {
        while self.end.is_none() {
            let asked = match &mut self.stage {
                Stage::Service(listing, _) => listing.ask(session, out),
                Stage::Destination(listing, _) => listing.ask(session, out),
                Stage::Write(batch) => batch.ask(session, out),
                Stage::Over => return false,
            };
            if asked {
                return true;
            }
            self.advance();
        }
        false
    }

    fn feed(&mut self, datagram: &[u8]) -> bool {
        match &mut self.stage {
            Stage::Service(listing, _) => listing.feed(datagram),
            Stage::Destination(listing, _) => listing.feed(datagram),
            Stage::Write(batch) => batch.feed(datagram),
            Stage::Over => true,
        }
    }

    fn fail(&mut self, fault: Fault) {
        if let Stage::Write(batch) = &mut self.stage {
            batch.fail(fault);
            self.advance();
        } else {
            self.end.get_or_insert(Err(fault.into_error()));
        }
    }

    fn answer(self) -> Self::Answer {
        self.end.unwrap_or(Err(Error::Absent { object: self.object }))
    }
}
