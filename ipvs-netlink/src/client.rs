//! IPVS over any transport.

use crate::batch::Batch;
use crate::change::{Change, DestinationChange, ServiceChange};
use crate::conversation::{Conversation, Fault, Session};
use crate::destination::{DestinationKey, ObservedDestination};
use crate::error::{DecodeError, Error, Reason};
use crate::listing::Listing;
use crate::read_table::{ObservedEntry, ReadEntries, ReadTable};
use crate::records::Records;
use crate::reply::Info;
use crate::request::{Command, FamilyId};
use crate::service::{ObservedService, ServiceKey};
use crate::sync_daemon::SyncDaemon;
use crate::table::Table;
use crate::timeouts::Timeouts;

/// Moves octets to and from a kernel, a recording, or something that plays the kernel.
pub trait Transport {
    /// Sends one request as a whole.
    ///
    /// # Errors
    ///
    /// [`Error`] if nothing of it left.
    fn send(&mut self, request: &[u8]) -> Result<(), Error>;

    /// The next datagram.
    ///
    /// # Errors
    ///
    /// [`Error`] if none comes, now or at all. It must not wait without end.
    fn receive(&mut self) -> Result<&[u8], Error>;

    /// Reads away what is left of a conversation that was given up, without waiting.
    fn discard(&mut self) {}

    /// What is known of the rights of this process, to explain a refusal.
    fn rights(&self) -> Option<crate::Rights> {
        None
    }
}

/// IPVS, one conversation after the other.
///
/// `Client::open` (feature `sync`) talks to the kernel; [`Client::over`] takes any transport.
/// Reading needs the same right as writing: `CAP_NET_ADMIN`, on many kernels in the first user
/// namespace. The client never loads a module.
#[derive(Debug)]
pub struct Client<T> {
    transport: T,
    session: Session,
    request: Vec<u8>,
    /// A conversation was given up, so datagrams of it may wait.
    unread: bool,
}

impl<T: Transport> Client<T> {
    /// Asks for the number of the family, once.
    ///
    /// # Errors
    ///
    /// [`Reason::NoIpvs`] if the module is not loaded, [`Error::Socket`] if the transport
    /// fails.
    pub fn over(transport: T) -> Result<Self, Error> {
        let session = Session::new(FamilyId(0));
        let mut client = Self { transport, session, request: Vec::new(), unread: false };
        let family = client.one(Listing::family(), "CTRL_ATTR_FAMILY_ID")?;
        client.session.set_family(family);
        Ok(client)
    }

    /// Leads a conversation to its end.
    pub fn run<C: Conversation>(&mut self, mut conversation: C) -> C::Answer {
        if core::mem::take(&mut self.unread) {
            self.transport.discard();
        }
        loop {
            self.request.clear();
            if !conversation.ask(&mut self.session, &mut self.request) {
                return conversation.answer();
            }
            if let Err(fault) = exchange(&mut self.transport, &self.request, &mut conversation) {
                self.unread = true;
                conversation.fail(fault);
                return conversation.answer();
            }
        }
    }

    /// Version of IPVS and size of its connection table.
    ///
    /// # Errors
    ///
    /// [`Error`] of the transport, the kernel or its answer.
    pub fn info(&mut self) -> Result<Info, Error> {
        self.one(Listing::info(), "IPVS_INFO_ATTR_VERSION")
    }

    /// The time-outs of connections.
    ///
    /// # Errors
    ///
    /// [`Error`] of the transport, the kernel or its answer.
    pub fn timeouts(&mut self) -> Result<Timeouts, Error> {
        self.one(Listing::timeouts(), "IPVS_CMD_ATTR_TIMEOUT_TCP")
    }

    /// The synchronization threads that run.
    ///
    /// # Errors
    ///
    /// [`Error`] of the transport, the kernel or its answer.
    pub fn daemons(&mut self) -> Result<Vec<SyncDaemon>, Error> {
        self.whole(Listing::daemons())
    }

    /// Every service; an empty table is an empty list.
    ///
    /// # Errors
    ///
    /// [`Error`] of the transport, the kernel or its answer.
    pub fn services(&mut self) -> Result<Vec<ObservedService>, Error> {
        self.whole(Listing::services())
    }

    /// One service, `None` if there is none of that key.
    ///
    /// # Errors
    ///
    /// [`Error`] of the transport, the kernel or its answer.
    pub fn service(&mut self, key: &ServiceKey) -> Result<Option<ObservedService>, Error> {
        match self.whole(Listing::service(*key)) {
            Ok(found) => Ok(found.into_iter().next()),
            Err(error) if error.reason() == Some(Reason::NoSuchService) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The destinations of a service. For a service that does not exist the kernel answers
    /// with an empty list, not with an error.
    ///
    /// # Errors
    ///
    /// [`Error`] of the transport, the kernel or its answer.
    pub fn destinations(&mut self, service: &ServiceKey) -> Result<Vec<ObservedDestination>, Error> {
        self.whole(Listing::destinations(*service))
    }

    /// Everything with its counters, once, as it comes, and beside it what could not be read.
    ///
    /// # Errors
    ///
    /// [`Error`] of the transport or the kernel.
    pub fn entries(&mut self) -> Result<Records<ObservedEntry>, Error> {
        let mut read = self.run(ReadEntries::all());
        self.explain(&mut read);
        read
    }

    /// Everything as a table, read until two readings agree.
    ///
    /// # Errors
    ///
    /// [`Error::Changing`] if it does not hold still; [`Error`] of the transport, the kernel or
    /// its answer.
    pub fn table(&mut self) -> Result<Table, Error> {
        let mut read = self.run(ReadTable::new());
        self.explain(&mut read);
        read
    }

    /// Applies one command.
    ///
    /// # Errors
    ///
    /// [`Error::Rejected`] with the kernel's reason, and the others of [`Error`].
    pub fn apply(&mut self, command: &Command) -> Result<(), Error> {
        let lost = Error::Lost { operation: command.operation(), object: command.object() };
        self.apply_all(core::slice::from_ref(command)).into_iter().next().unwrap_or(Err(lost))
    }

    /// Applies commands in their order, many with each request, and gives one result for each:
    /// see [`Batch`].
    pub fn apply_all(&mut self, commands: &[Command]) -> Vec<Result<(), Error>> {
        let mut results = self.run(Batch::new(commands));
        for result in &mut results {
            self.explain(result);
        }
        results
    }

    /// Changes some fields of a service and keeps the others: it reads first.
    ///
    /// # Errors
    ///
    /// [`Error::Absent`] if there is no such service, and the others of [`Error`].
    pub fn change_service(&mut self, key: ServiceKey, change: ServiceChange) -> Result<(), Error> {
        let mut result = self.run(Change::service(key, change));
        self.explain(&mut result);
        result
    }

    /// Changes some fields of a destination and keeps the others: it reads first.
    ///
    /// # Errors
    ///
    /// [`Error::Absent`] if there is no such destination, and the others of [`Error`].
    pub fn change_destination(
        &mut self,
        service: ServiceKey,
        key: DestinationKey,
        change: DestinationChange,
    ) -> Result<(), Error> {
        let mut result = self.run(Change::destination(service, key, change));
        self.explain(&mut result);
        result
    }

    /// The transport, to look at it.
    pub const fn transport(&self) -> &T {
        &self.transport
    }

    /// The transport, to change what it does.
    pub const fn transport_mut(&mut self) -> &mut T {
        &mut self.transport
    }

    /// Sends the next request of a conversation; `false` if there is none.
    #[cfg(all(feature = "sync", target_os = "linux"))]
    pub(crate) fn send_next(&mut self, conversation: &mut impl Conversation) -> Result<bool, Error> {
        self.request.clear();
        if !conversation.ask(&mut self.session, &mut self.request) {
            return Ok(false);
        }
        // Until it is over, which the caller need not tell.
        self.unread = true;
        self.transport.send(&self.request).map(|()| true)
    }

    fn whole<R>(&mut self, listing: Listing<R>) -> Result<Vec<R>, Error> {
        let mut read = self.run(listing);
        self.explain(&mut read);
        read?.whole()
    }

    fn one<R>(&mut self, listing: Listing<R>, name: &'static str) -> Result<R, Error> {
        let missing = Error::Decode(DecodeError::Missing(name));
        self.whole(listing)?.into_iter().next().ok_or(missing)
    }

    /// Says which right is missing.
    fn explain<R>(&self, result: &mut Result<R, Error>) {
        if let Err(Error::Rejected(rejected)) = result
            && rejected.reason() == Reason::NotPermitted
            && let Some(rights) = self.transport.rights()
        {
            rejected.set_rights(rights);
        }
    }
}

fn exchange<T: Transport>(
    transport: &mut T,
    request: &[u8],
    conversation: &mut impl Conversation,
) -> Result<(), Fault> {
    transport.send(request).map_err(Fault::Send)?;
    while !conversation.feed(transport.receive().map_err(Fault::Receive)?) {}
    Ok(())
}
