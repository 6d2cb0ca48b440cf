//! A kernel in memory: takes the octets of requests, answers with those that Linux's IPVS
//! answers. No module, no rights, no root.

mod change;
mod config;
mod generic;
mod kernel;
mod numbers;
mod policy;
mod report;
mod socket;
mod table;
mod write;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use crate::client::Transport;
use crate::destination::DestinationKey;
use crate::drain::Connections;
use crate::error::Error;
use crate::request::FamilyId;
use crate::service::ServiceKey;
use crate::stats::Stats;

use kernel::Kernel;
use numbers::{EAGAIN, ENOBUFS};
use socket::{Socket, Taken};

/// The number under which the fake kernel registered its family.
const FAMILY: u16 = 0x1c;

/// An IPVS in memory and one netlink socket to it.
///
/// It answers as Linux 6.1 does, octet for octet: the same checks in the same order, the same
/// error numbers, dumps in pieces that are not frozen, one dump at a time, acknowledgements
/// only where they are asked for. A daemon that is stopped by the request that started it has
/// not begun to run, and then Linux does not answer the stop at all: neither does this. What is
/// left out: packets and with them connections and
/// counters (tests set those), time, notifications (IPVS has none), the controller's other
/// commands, the address checks that need a routing table: its host has the addresses of `lo`
/// and no others. The order of a dump is close to the kernel's, and as little to be relied on.
///
/// # Examples
///
/// ```
/// use ipvs_netlink::{Client, Command, FakeKernel, Reason, Service, ServiceKey};
///
/// let mut client = Client::over(FakeKernel::new().without_module("ip_vs_mh"))?;
/// let key = ServiceKey::tcp("192.0.2.1:80".parse()?);
/// let new = |name: &str| Command::NewService { key, service: Service::new(name.parse().unwrap()) };
/// let error = client.apply(&new("mh")).unwrap_err();
/// assert_eq!(error.reason(), Some(Reason::NoSuchModule));
/// client.apply(&new("wlc"))?;
/// assert_eq!(client.services()?.len(), 1);
///
/// // Somebody else deletes it.
/// let mut octets = Vec::new();
/// let delete = Command::DeleteService { key };
/// delete.encode(FakeKernel::FAMILY, 1, false, &mut octets)?;
/// client.transport_mut().handle(&octets);
/// assert_eq!(client.service(&key)?, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct FakeKernel {
    kernel: Kernel,
    socket: Socket,
    faults: Faults,
    /// What was received last.
    last: Vec<u8>,
}

/// What goes wrong next.
#[derive(Clone, Debug, Default)]
struct Faults {
    lose: usize,
    withhold: usize,
    refuse: VecDeque<i32>,
    changes: VecDeque<Vec<u8>>,
}

/// What this kernel is like.
impl FakeKernel {
    /// The number under which it registered `IPVS`.
    pub const FAMILY: FamilyId = FamilyId(FAMILY);

    /// An empty table, every module of Linux 6.1, the interfaces `lo` and `eth0`.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Only these schedulers are there. `none` always is.
    #[must_use]
    pub fn with_schedulers<N: Into<Box<str>>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.kernel.traits.schedulers = names.into_iter().map(Into::into).collect();
        self
    }

    /// A module that is not there: `ip_vs`, a scheduler such as `ip_vs_mh`, or the engine
    /// `ip_vs_pe_sip`.
    #[must_use]
    pub fn without_module(mut self, name: &str) -> Self {
        let traits = &mut self.kernel.traits;
        if name == "ip_vs" {
            traits.loaded = false;
        } else if let Some(engine) = name.strip_prefix("ip_vs_pe_") {
            traits.engines.retain(|known| **known != *engine);
        } else if let Some(scheduler) = name.strip_prefix("ip_vs_") {
            traits.schedulers.retain(|known| **known != *scheduler);
        }
        self
    }

    /// Only these interfaces are there, for synchronization daemons; each with its MTU.
    #[must_use]
    pub fn with_interfaces<N: Into<Box<str>>>(mut self, all: impl IntoIterator<Item = (N, u32)>) -> Self {
        self.kernel.traits.interfaces = all.into_iter().map(|(name, mtu)| (name.into(), mtu)).collect();
        self
    }

    /// `CONFIG_HZ`, 250 unless set: how long a time-out can be. 0 counts as 1.
    #[must_use]
    pub const fn with_ticks_per_second(mut self, ticks: u32) -> Self {
        self.kernel.traits.ticks_per_second = if ticks == 0 { 1 } else { ticks };
        self
    }

    /// Buckets of the connection table, 4096 unless set.
    #[must_use]
    pub const fn with_connection_table_size(mut self, buckets: u32) -> Self {
        self.kernel.traits.connection_table_size = buckets;
        self
    }

    /// As before Linux 4.1: counters of 32 bits only.
    #[must_use]
    pub const fn without_stats64(mut self) -> Self {
        self.kernel.traits.stats64 = false;
        self
    }

    /// As before Linux 5.2: what a request says of tunnels is skipped, every tunnel is IPIP.
    #[must_use]
    pub const fn without_tunnel_attributes(mut self) -> Self {
        self.kernel.traits.tunnels = false;
        self
    }

    /// As before Linux 3.18: a destination has the family of its service.
    #[must_use]
    pub const fn without_mixed_families(mut self) -> Self {
        self.kernel.traits.address_family = false;
        self
    }

    /// As without IPv6: `EAFNOSUPPORT`.
    #[must_use]
    pub const fn without_ipv6(mut self) -> Self {
        self.kernel.traits.ipv6 = false;
        self
    }

    /// As on processors that read 64 bits at any address, x86 among them: nothing moves counters
    /// to boundaries.
    #[must_use]
    pub const fn without_padding(mut self) -> Self {
        self.kernel.traits.padding = false;
        self
    }

    /// Octets of one datagram of a dump, 32,448 unless set; at least one record is in each.
    #[must_use]
    pub const fn with_dump_datagram(mut self, octets: usize) -> Self {
        self.kernel.traits.dump_len = octets;
        self
    }

    /// Answers that have room in the socket, any number unless set. Those beyond it are lost,
    /// and the next receive says `ENOBUFS`.
    #[must_use]
    pub const fn with_receive_room(mut self, answers: usize) -> Self {
        self.socket.room = Some(answers);
        self
    }

    /// The socket's options `NETLINK_CAP_ACK` and `NETLINK_EXT_ACK`. Both are on, as in our own
    /// drivers; a socket as it is opened has both off.
    #[must_use]
    pub const fn with_socket_options(mut self, cap_ack: bool, ext_ack: bool) -> Self {
        self.socket.cap_ack = cap_ack;
        self.socket.ext_ack = ext_ack;
        self
    }
}

/// What happens to it.
impl FakeKernel {
    /// Whether the caller has `CAP_NET_ADMIN`; if not, every command is `EPERM`.
    pub const fn set_permitted(&mut self, permitted: bool) {
        self.kernel.traits.permitted = permitted;
    }

    /// Whether `ip_vs` is about to be unloaded: new services and daemons are `ENOPROTOOPT`.
    pub const fn set_unloading(&mut self, unloading: bool) {
        self.kernel.traits.unloading = unloading;
    }

    /// Sets the counters of a service; `false` if there is none.
    pub fn set_service_stats(&mut self, service: &ServiceKey, stats: Stats) -> bool {
        let found = self.kernel.table.services.get_mut(&service.into());
        found.map(|found| found.stats = stats).is_some()
    }

    /// Sets the counters of a destination; `false` if there is none.
    pub fn set_destination_stats(
        &mut self,
        service: &ServiceKey,
        key: &DestinationKey,
        stats: Stats,
    ) -> bool {
        self.dest(service, key).map(|found| found.stats = stats).is_some()
    }

    /// Sets the connections of a destination; `false` if there is none.
    pub fn set_connections(
        &mut self,
        service: &ServiceKey,
        key: &DestinationKey,
        connections: Connections,
    ) -> bool {
        self.dest(service, key).map(|found| found.connections = connections).is_some()
    }

    fn dest(&mut self, service: &ServiceKey, key: &DestinationKey) -> Option<&mut table::Dest> {
        self.kernel.table.services.get_mut(&service.into())?.dests.get_mut(&key.into())
    }

    /// The next `count` answers are lost, as if the receive buffer were full. What they answer
    /// is done nevertheless.
    pub const fn lose_answers(&mut self, count: usize) {
        self.faults.lose = count;
    }

    /// The next `count` answers do not come, and nothing says so. What they answer is done
    /// nevertheless.
    pub const fn withhold_answers(&mut self, count: usize) {
        self.faults.withhold = count;
    }

    /// The next command of IPVS is refused with this error number (positive), such as `ENOMEM`.
    /// Called more often, the commands after it are too.
    pub fn refuse_next(&mut self, errno: i32) {
        self.faults.refuse.push_back(errno);
    }

    /// Somebody else sends `request` while the next dump runs, after its first datagram.
    /// Called more often, each dump has one.
    pub fn change_during_dump(&mut self, request: &[u8]) {
        self.faults.changes.push_back(request.to_vec());
    }
}

impl FakeKernel {
    /// Takes one request and gives every datagram that answers it, after those that still
    /// waited; lost answers are missing. Somebody who wants them one by one uses it as a
    /// [`Transport`].
    pub fn handle(&mut self, request: &[u8]) -> Vec<Vec<u8>> {
        self.process(request);
        let mut answers = Vec::new();
        loop {
            match self.take() {
                Taken::Datagram(datagram) => answers.push(datagram),
                Taken::Overrun => {}
                Taken::Nothing => return answers,
            }
        }
    }

    fn receive_into(&mut self, last: &mut Vec<u8>) -> Result<(), Error> {
        let doing = "receive from the fake kernel";
        match self.take() {
            Taken::Datagram(datagram) => {
                *last = datagram;
                Ok(())
            }
            Taken::Overrun => Err(Error::Socket { doing, errno: ENOBUFS }),
            Taken::Nothing => Err(Error::Socket { doing, errno: EAGAIN }),
        }
    }

    fn read_away(&mut self) {
        while self.take() != Taken::Nothing {}
    }
}

/// The work is done when a request was sent, but for dumps: they go on with each receive.
/// Where a receive would wait for ever, it fails with `EAGAIN` at once; after answers were
/// lost, once with `ENOBUFS`.
impl Transport for FakeKernel {
    fn send(&mut self, request: &[u8]) -> Result<(), Error> {
        self.process(request);
        Ok(())
    }

    fn receive(&mut self) -> Result<&[u8], Error> {
        let mut last = core::mem::take(&mut self.last);
        let received = self.receive_into(&mut last);
        self.last = last;
        received.map(|()| self.last.as_slice())
    }

    fn discard(&mut self) {
        self.read_away();
    }
}

/// Another socket to a fake kernel that several clients share.
#[derive(Clone, Debug)]
pub struct FakeSocket {
    kernel: Arc<Mutex<FakeKernel>>,
    socket: Socket,
    /// What was received last.
    last: Vec<u8>,
}

impl FakeSocket {
    /// Opens a socket, with the options and the room of the kernel's first.
    #[must_use]
    pub fn open(kernel: &Arc<Mutex<FakeKernel>>) -> Self {
        let guard = kernel.lock().unwrap_or_else(PoisonError::into_inner);
        let socket = guard.socket.another();
        Self { kernel: Arc::clone(kernel), socket, last: Vec::new() }
    }

    /// As [`FakeKernel::handle`].
    pub fn handle(&mut self, request: &[u8]) -> Vec<Vec<u8>> {
        self.with(|kernel| kernel.handle(request))
    }

    fn with<T>(&mut self, act: impl FnOnce(&mut FakeKernel) -> T) -> T {
        let mut kernel = self.kernel.lock().unwrap_or_else(PoisonError::into_inner);
        core::mem::swap(&mut kernel.socket, &mut self.socket);
        let result = act(&mut kernel);
        core::mem::swap(&mut kernel.socket, &mut self.socket);
        result
    }
}

/// As [`FakeKernel`].
impl Transport for FakeSocket {
    fn send(&mut self, request: &[u8]) -> Result<(), Error> {
        self.with(|kernel| kernel.process(request));
        Ok(())
    }

    fn receive(&mut self) -> Result<&[u8], Error> {
        let mut last = core::mem::take(&mut self.last);
        let received = self.with(|kernel| kernel.receive_into(&mut last));
        self.last = last;
        received.map(|()| self.last.as_slice())
    }

    fn discard(&mut self) {
        self.with(FakeKernel::read_away);
    }
}
