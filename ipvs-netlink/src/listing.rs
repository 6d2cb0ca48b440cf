//! Reading from the kernel: one question, its datagrams, the records.

use crate::attr::{Message, Messages};
use crate::batch::refusal;
use crate::conversation::{Conversation, Fault, Session};
use crate::destination::ObservedDestination;
use crate::error::{DecodeError, Error, Rejected};
use crate::records::Records;
use crate::reply::{self, Info};
use crate::request::{FamilyId, Question};
use crate::service::{ObservedService, ServiceKey};
use crate::sync_daemon::SyncDaemon;
use crate::timeouts::Timeouts;
use crate::uapi::{self, AddressFamily};

/// One question and the records that answer it.
///
/// A record that cannot be read is a fault beside the others. A dump is read in pieces and not
/// frozen, and IPVS does not mark one that was changed meanwhile: [`Table`](crate::Table)s come
/// from [`ReadTable`](crate::ReadTable), which looks twice.
#[derive(Debug)]
pub struct Listing<T> {
    question: Question,
    family: AddressFamily,
    decode: fn(&[u8], AddressFamily) -> Result<T, DecodeError>,
    /// Once asked.
    sequence: Option<u32>,
    records: Records<T>,
    end: Option<Result<(), Error>>,
}

impl Listing<FamilyId> {
    /// The number of the family `IPVS`, from the generic netlink controller.
    #[must_use]
    pub const fn family() -> Self {
        Self::new(Question::Family, AddressFamily::V4, |octets, _| reply::family(octets))
    }
}

impl Listing<Info> {
    /// Version and size of the connection table.
    #[must_use]
    pub const fn info() -> Self {
        Self::new(Question::Info, AddressFamily::V4, |octets, _| reply::info(octets))
    }
}

impl Listing<Timeouts> {
    /// The time-outs of connections.
    #[must_use]
    pub const fn timeouts() -> Self {
        Self::new(Question::Timeouts, AddressFamily::V4, |octets, _| reply::timeouts(octets))
    }
}

impl Listing<SyncDaemon> {
    /// The synchronization threads that run, two at most.
    #[must_use]
    pub const fn daemons() -> Self {
        Self::new(Question::Daemons, AddressFamily::V4, |octets, _| reply::daemon(octets))
    }
}

impl Listing<ObservedService> {
    /// Every service; none is an empty list.
    #[must_use]
    pub const fn services() -> Self {
        Self::new(Question::Services, AddressFamily::V4, |octets, _| reply::service(octets))
    }

    /// One service; if there is none, the answer is
    /// [`Reason::NoSuchService`](crate::Reason::NoSuchService).
    #[must_use]
    pub const fn service(key: ServiceKey) -> Self {
        Self::new(Question::Service(key), AddressFamily::V4, |octets, _| reply::service(octets))
    }
}

impl Listing<ObservedDestination> {
    /// The destinations of a service. The kernel answers for a service that does not exist as
    /// for one without destinations.
    #[must_use]
    pub const fn destinations(service: ServiceKey) -> Self {
        Self::new(Question::Destinations(service), service.family(), reply::destination)
    }
}

impl<T> Listing<T> {
    const fn new(
        question: Question,
        family: AddressFamily,
        decode: fn(&[u8], AddressFamily) -> Result<T, DecodeError>,
    ) -> Self {
        Self { question, family, decode, sequence: None, records: Records::new(), end: None }
    }

    /// The records that have come since the last call, for who would not keep a large table in
    /// memory; they are missing in the answer then.
    pub fn drain(&mut self) -> impl Iterator<Item = T> {
        self.records.entries.drain(..)
    }

    fn take(&mut self, message: &Message<'_>) {
        self.records.interrupted |= message.flags & uapi::NLM_F_DUMP_INTR != 0;
        match message.kind {
            uapi::NLMSG_ERROR => self.finish(message),
            // The end of a dump carries the error that ended it, if one did.
            uapi::NLMSG_DONE => self.finish(message),
            uapi::NLMSG_OVERRUN => self.end = Some(Err(self.lost())),
            uapi::NLMSG_NOOP => {}
            _ => match (self.decode)(message.payload, self.family) {
                Ok(record) => self.records.entries.push(record),
                Err(fault) => self.records.faults.push(fault),
            },
        }
    }

    fn finish(&mut self, message: &Message<'_>) {
        let (operation, object) = (self.question.operation(), self.question.object());
        self.end = Some(match refusal(message) {
            Err(fault) => Err(fault.into()),
            Ok(None) => Ok(()),
            Ok(Some((errno, text))) => {
                let mut rejected = Rejected::new(operation, object, errno);
                text.into_iter().for_each(|text| rejected.set_message(text));
                Err(rejected.into())
            }
        });
    }

    fn lost(&self) -> Error {
        Error::Lost { operation: self.question.operation(), object: self.question.object() }
    }
}

impl<T> Conversation for Listing<T> {
    type Answer = Result<Records<T>, Error>;

    fn ask(&mut self, session: &mut Session, out: &mut Vec<u8>) -> bool {
        if self.sequence.is_some() || self.end.is_some() {
            return false;
        }
        let sequence = session.sequences(1);
        self.sequence = Some(sequence);
        self.question.encode(session.family(), sequence, out);
        true
    }

    fn feed(&mut self, datagram: &[u8]) -> bool {
        for message in Messages::new(datagram) {
            match message {
                // What follows the end is not ours.
                Ok(message) if Some(message.sequence) == self.sequence && self.end.is_none() => {
                    self.take(&message);
                }
                Ok(_) => {}
                Err(fault) => {
                    self.end.get_or_insert(Err(fault.into()));
                }
            }
        }
        self.end.is_some()
    }

    fn fail(&mut self, fault: Fault) {
        self.end.get_or_insert(Err(fault.into_error()));
    }

    fn answer(self) -> Self::Answer {
        let lost = self.lost();
        self.end.unwrap_or(Err(lost))?;
        Ok(self.records)
    }
}
