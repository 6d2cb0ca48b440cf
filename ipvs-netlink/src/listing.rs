//! Reading from the kernel: one question, its datagrams, the records.

use crate::attr::{Message, Messages};
use crate::batch::verdict;
use crate::destination::ObservedDestination;
use crate::error::{DecodeError, Error, Rejected};
use crate::reply::{self, Info};
use crate::request::{FamilyId, Question};
use crate::service::{ObservedService, ServiceKey};
use crate::uapi::{self, AddressFamily};

/// One question on its way: octets to send, datagrams to feed, records to take.
///
/// The kernel keeps one dump at a time for a socket (`EBUSY` otherwise): ask the next
/// question when this one [is complete](Self::is_complete). A dump is read in pieces and not
/// frozen; the table may change between two of them.
#[derive(Debug)]
pub struct Listing<T> {
    question: Question,
    sequence: u32,
    family: AddressFamily,
    decode: fn(&[u8], AddressFamily) -> Result<T, DecodeError>,
    records: Vec<T>,
    complete: bool,
}

impl Listing<FamilyId> {
    /// Asks the generic netlink controller for the number of the family `IPVS`.
    #[must_use]
    pub const fn family(sequence: u32) -> Self {
        Self::new(Question::Family, sequence, AddressFamily::V4, |octets, _| reply::family(octets))
    }
}

impl Listing<Info> {
    /// Asks for version and size of the connection table.
    #[must_use]
    pub const fn info(sequence: u32) -> Self {
        Self::new(Question::Info, sequence, AddressFamily::V4, |octets, _| reply::info(octets))
    }
}

impl Listing<ObservedService> {
    /// Asks for every service; none is an empty list.
    #[must_use]
    pub const fn services(sequence: u32) -> Self {
        Self::new(Question::Services, sequence, AddressFamily::V4, |octets, _| reply::service(octets))
    }

    /// Asks for one service; if there is none, feeding gives
    /// [`Reason::NoSuchService`](crate::Reason::NoSuchService).
    #[must_use]
    pub const fn service(key: ServiceKey, sequence: u32) -> Self {
        Self::new(Question::Service(key), sequence, AddressFamily::V4, |octets, _| reply::service(octets))
    }
}

impl Listing<ObservedDestination> {
    /// Asks for the destinations of a service. The kernel answers for a service that does
    /// not exist as for one without destinations.
    #[must_use]
    pub const fn destinations(service: ServiceKey, sequence: u32) -> Self {
        Self::new(Question::Destinations(service), sequence, service.family(), reply::destination)
    }
}

impl<T> Listing<T> {
    const fn new(
        question: Question,
        sequence: u32,
        family: AddressFamily,
        decode: fn(&[u8], AddressFamily) -> Result<T, DecodeError>,
    ) -> Self {
        Self { question, sequence, family, decode, records: Vec::new(), complete: false }
    }

    /// Appends the request to `out`. `ipvs` is not used when asking for the family itself.
    pub fn encode(&self, ipvs: FamilyId, out: &mut Vec<u8>) {
        self.question.encode(ipvs, self.sequence, out);
    }

    /// Takes one datagram from the kernel. Messages that answer something else are skipped.
    ///
    /// # Errors
    ///
    /// [`Error::Rejected`] is the kernel's no, after which nothing more comes.
    /// [`Error::Decode`] and [`Error::Interrupted`] leave datagrams to come; those are
    /// skipped by whoever asks next with another sequence number.
    pub fn feed(&mut self, datagram: &[u8]) -> Result<(), Error> {
        for message in Messages::new(datagram) {
            let message = message?;
            if message.sequence == self.sequence {
                self.take(&message)?;
            }
        }
        Ok(())
    }

    fn take(&mut self, message: &Message<'_>) -> Result<(), Error> {
        if message.flags & uapi::NLM_F_DUMP_INTR != 0 {
            return Err(Error::Interrupted);
        }
        match message.kind {
            uapi::NLMSG_ERROR => self.end(verdict(message)?.unwrap_or(0)),
            // The end of a dump carries the error that ended it, if one did.
            uapi::NLMSG_DONE => {
                let code = message.payload.first_chunk().map_or(0, |octets| i32::from_ne_bytes(*octets));
                self.end(code.checked_neg().unwrap_or(i32::MAX).max(0))
            }
            uapi::NLMSG_OVERRUN => {
                Err(Error::Lost { operation: self.question.operation(), object: self.question.object() })
            }
            uapi::NLMSG_NOOP => Ok(()),
            _ => {
                self.records.push((self.decode)(message.payload, self.family)?);
                Ok(())
            }
        }
    }

    fn end(&mut self, errno: i32) -> Result<(), Error> {
        self.complete = true;
        match errno {
            0 => Ok(()),
            errno => {
                let (operation, object) = (self.question.operation(), self.question.object());
                Err(Rejected { operation, object, errno }.into())
            }
        }
    }

    /// Whether everything has arrived.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.complete
    }

    /// The records so far, in the kernel's order.
    #[must_use]
    pub fn finish(self) -> Vec<T> {
        self.records
    }
}
