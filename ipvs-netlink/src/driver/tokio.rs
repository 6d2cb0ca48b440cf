//! IPVS on tokio.

use ::tokio::io::unix::AsyncFd;
use ::tokio::task::coop;
use ::tokio::time::timeout;
use core::time::Duration;
use nix::errno::Errno;

use crate::batch::Batch;
use crate::change::{Change, DestinationChange, ServiceChange};
use crate::client::Transport;
use crate::conversation::{Conversation, Fault, Session};
use crate::destination::{DestinationKey, ObservedDestination};
use crate::driver::socket::{Socket, failed};
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

/// An answer that does not come in this time is lost.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// IPVS on a tokio runtime, one conversation after the other.
///
/// Every method may be cancelled: a request is sent as a whole or not at all, what was sent has
/// happened, and the next conversation reads away the answers to a cancelled one.
#[derive(Debug)]
pub struct AsyncClient {
    socket: AsyncFd<Socket>,
    session: Session,
    request: Vec<u8>,
    /// A conversation is under way, or was when its future was dropped.
    unread: bool,
}

impl AsyncClient {
    /// IPVS of the calling thread's network namespace.
    ///
    /// # Errors
    ///
    /// [`Reason::NoIpvs`] if the module is not loaded, [`Error::Socket`] if a system call
    /// fails or there is no runtime with I/O.
    pub async fn open() -> Result<Self, Error> {
        Self::over(Socket::open()?).await
    }

    /// IPVS of the network namespace in which the socket was opened.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub async fn over(socket: Socket) -> Result<Self, Error> {
        #[expect(
            deprecated,
            reason = "its successor is `unsafe`; a `Socket` keeps its descriptor, so this is sound"
        )]
        let registered = AsyncFd::try_new(socket).map_err(|error| {
            let (_, source) = error.into_parts();
            failed("register a socket with tokio", Errno::from_raw(source.raw_os_error().unwrap_or_default()))
        })?;
        let session = Session::new(FamilyId(0));
        let mut client = Self { socket: registered, session, request: Vec::new(), unread: false };
        let family = client.one(Listing::family(), "CTRL_ATTR_FAMILY_ID").await?;
        client.session.set_family(family);
        Ok(client)
    }

    /// Leads a conversation to its end.
    pub async fn run<C: Conversation>(&mut self, mut conversation: C) -> C::Answer {
        if core::mem::replace(&mut self.unread, true) {
            self.socket.get_mut().discard();
        }
        loop {
            self.request.clear();
            if !conversation.ask(&mut self.session, &mut self.request) {
                self.unread = false;
                return conversation.answer();
            }
            // A long table is read without ever waiting: others must get their turn.
            coop::consume_budget().await;
            // The kernel takes a request at once or not at all: this does not block.
            if let Err(error) = self.socket.get_mut().send(&self.request) {
                conversation.fail(Fault::Send(error));
                return conversation.answer();
            }
            if let Err(error) = self.listen(&mut conversation).await {
                conversation.fail(Fault::Receive(error));
                return conversation.answer();
            }
        }
    }

    async fn listen(&mut self, conversation: &mut impl Conversation) -> Result<(), Error> {
        let late = Error::Socket { doing: "receive from the kernel", errno: Errno::ETIMEDOUT as i32 };
        loop {
            // The answer is nearly always there.
            while let Some(datagram) = self.socket.get_mut().receive_now()? {
                if conversation.feed(datagram) {
                    return Ok(());
                }
            }
            let ready = timeout(ANSWER_TIMEOUT, self.socket.readable_mut()).await;
            let mut guard = match ready {
                Ok(Ok(guard)) => guard,
                Ok(Err(_)) | Err(_) => return Err(late),
            };
            let answered = guard.try_io(|socket| match socket.get_mut().receive_now() {
                Ok(Some(datagram)) => Ok(Ok(conversation.feed(datagram))),
                Ok(None) => Err(std::io::ErrorKind::WouldBlock.into()),
                Err(error) => Ok(Err(error)),
            });
            match answered {
                Ok(Ok(Ok(true))) => return Ok(()),
                Ok(Ok(Err(error))) => return Err(error),
                Ok(Ok(Ok(false)) | Err(_)) | Err(_) => {}
            }
        }
    }

    /// Version of IPVS and size of its connection table.
    ///
    /// # Errors
    ///
    /// [`Error`] of the socket, the kernel or its answer.
    pub async fn info(&mut self) -> Result<Info, Error> {
        self.one(Listing::info(), "IPVS_INFO_ATTR_VERSION").await
    }

    /// The time-outs of connections.
    ///
    /// # Errors
    ///
    /// [`Error`] of the socket, the kernel or its answer.
    pub async fn timeouts(&mut self) -> Result<Timeouts, Error> {
        self.one(Listing::timeouts(), "IPVS_CMD_ATTR_TIMEOUT_TCP").await
    }

    /// The synchronization threads that run.
    ///
    /// # Errors
    ///
    /// [`Error`] of the socket, the kernel or its answer.
    pub async fn daemons(&mut self) -> Result<Vec<SyncDaemon>, Error> {
        self.whole(Listing::daemons()).await
    }

    /// Every service; an empty table is an empty list.
    ///
    /// # Errors
    ///
    /// [`Error`] of the socket, the kernel or its answer.
    pub async fn services(&mut self) -> Result<Vec<ObservedService>, Error> {
        self.whole(Listing::services()).await
    }

    /// One service, `None` if there is none of that key.
    ///
    /// # Errors
    ///
    /// [`Error`] of the socket, the kernel or its answer.
    pub async fn service(&mut self, key: &ServiceKey) -> Result<Option<ObservedService>, Error> {
        match self.whole(Listing::service(*key)).await {
            Ok(found) => Ok(found.into_iter().next()),
            Err(error) if error.reason() == Some(Reason::NoSuchService) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The destinations of a service; none for a service that does not exist.
    ///
    /// # Errors
    ///
    /// [`Error`] of the socket, the kernel or its answer.
    pub async fn destinations(&mut self, service: &ServiceKey) -> Result<Vec<ObservedDestination>, Error> {
        self.whole(Listing::destinations(*service)).await
    }

    /// Everything with its counters, once, as it comes, and beside it what could not be read.
    ///
    /// # Errors
    ///
    /// [`Error`] of the socket or the kernel.
    pub async fn entries(&mut self) -> Result<Records<ObservedEntry>, Error> {
        let mut read = self.run(ReadEntries::all()).await;
        self.explain(&mut read);
        read
    }

    /// Everything as a table, read until two readings agree.
    ///
    /// # Errors
    ///
    /// [`Error::Changing`] if it does not hold still, and the others of [`Error`].
    pub async fn table(&mut self) -> Result<Table, Error> {
        let mut read = self.run(ReadTable::new()).await;
        self.explain(&mut read);
        read
    }

    /// Applies one command.
    ///
    /// # Errors
    ///
    /// [`Error::Rejected`] with the kernel's reason, and the others of [`Error`].
    pub async fn apply(&mut self, command: &Command) -> Result<(), Error> {
        let lost = Error::Lost { operation: command.operation(), object: command.object() };
        let results = self.apply_all(core::slice::from_ref(command)).await;
        results.into_iter().next().unwrap_or(Err(lost))
    }

    /// Applies commands in their order, many with each request, and gives one result for each.
    /// If it is cancelled, those of the requests that were sent are done.
    pub async fn apply_all(&mut self, commands: &[Command]) -> Vec<Result<(), Error>> {
        let mut results = self.run(Batch::new(commands)).await;
        results.iter_mut().for_each(|result| self.explain(result));
        results
    }

    /// Changes some fields of a service and keeps the others: it reads first.
    ///
    /// # Errors
    ///
    /// [`Error::Absent`] if there is no such service, and the others of [`Error`].
    pub async fn change_service(&mut self, key: ServiceKey, change: ServiceChange) -> Result<(), Error> {
        let mut result = self.run(Change::service(key, change)).await;
        self.explain(&mut result);
        result
    }

    /// Changes some fields of a destination and keeps the others: it reads first.
    ///
    /// # Errors
    ///
    /// [`Error::Absent`] if there is no such destination, and the others of [`Error`].
    pub async fn change_destination(
        &mut self,
        service: ServiceKey,
        key: DestinationKey,
        change: DestinationChange,
    ) -> Result<(), Error> {
        let mut result = self.run(Change::destination(service, key, change)).await;
        self.explain(&mut result);
        result
    }

    async fn whole<R>(&mut self, listing: Listing<R>) -> Result<Vec<R>, Error> {
        let mut read = self.run(listing).await;
        self.explain(&mut read);
        read?.whole()
    }

    async fn one<R>(&mut self, listing: Listing<R>, name: &'static str) -> Result<R, Error> {
        let missing = Error::Decode(DecodeError::Missing(name));
        self.whole(listing).await?.into_iter().next().ok_or(missing)
    }

    fn explain<R>(&self, result: &mut Result<R, Error>) {
        if let Err(Error::Rejected(rejected)) = result
            && rejected.reason() == Reason::NotPermitted
            && let Some(rights) = self.socket.get_ref().rights()
        {
            rejected.set_rights(rights);
        }
    }
}
