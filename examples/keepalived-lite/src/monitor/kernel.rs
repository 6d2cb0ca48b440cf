//! Links and addresses as the kernel reports them.

use core::net::{IpAddr, Ipv4Addr};
use std::collections::HashMap;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};

use netlink_packet_route::RouteNetlinkMessage;

use crate::board::Board;
use crate::interface::{self, from_link, local_address};
use crate::link::LinkJob;
use crate::netlink::{GROUP_IPV4_ADDRESS, GROUP_LINK, RouteSocket};
use crate::queue::QueueSender;
use crate::vrrp::engine::Command;

/// What the monitor knows of an instance.
#[derive(Clone, Debug)]
pub(crate) struct Watched {
    /// Interface of its adverts.
    pub index: u32,
    /// Its addresses with their interfaces, without those that nobody needs to track.
    pub tracked: Vec<(u32, Ipv4Addr)>,
    /// All its addresses: none of them is one to send from.
    pub all: Vec<IpAddr>,
    /// The configuration names the source address.
    pub fixed_source: bool,
    /// The address it sends from, as of now.
    pub source: Option<Ipv4Addr>,
}

/// The socket and what to tell whom.
#[derive(Debug)]
pub(crate) struct Kernel {
    events: RouteSocket,
    questions: RouteSocket,
    instances: Vec<Watched>,
    /// Instances by interface and tracked address.
    owners: HashMap<(u32, Ipv4Addr), Vec<usize>>,
    board: Board,
    vrrp: QueueSender<Command>,
    link: QueueSender<LinkJob>,
    log_addresses: bool,
}

impl Kernel {
    /// Starts to listen.
    ///
    /// # Errors
    ///
    /// When there is no netlink socket to be had.
    pub(crate) fn new(
        instances: Vec<Watched>,
        board: Board,
        vrrp: QueueSender<Command>,
        link: QueueSender<LinkJob>,
        log_addresses: bool,
    ) -> io::Result<Self> {
        let events = RouteSocket::open(GROUP_LINK | GROUP_IPV4_ADDRESS)?;
        let questions = RouteSocket::open(0)?;
        let mut owners: HashMap<_, Vec<usize>> = HashMap::new();
        for (position, instance) in instances.iter().enumerate() {
            for place in &instance.tracked {
                owners.entry(*place).or_default().push(position);
            }
        }
        Ok(Self { events, questions, instances, owners, board, vrrp, link, log_addresses })
    }

    /// Reads what is waiting.
    pub(crate) fn read(&mut self) {
        match self.events.notifications() {
            Ok(messages) => messages.iter().for_each(|message| self.notice(message)),
            Err(error) => {
                // ENOBUFS: some were lost. Look at everything once.
                tracing::warn!(
                    "kernel notifications were lost ({error}); looking at all links and addresses"
                );
                self.look_at_everything();
            }
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "only these four groups of messages were asked for")]
    fn notice(&mut self, message: &RouteNetlinkMessage) {
        match message {
            RouteNetlinkMessage::NewLink(link) => {
                if let Some(interface) = from_link(link) {
                    self.vrrp.send(Command::Link { index: interface.index, running: interface.running });
                }
            }
            RouteNetlinkMessage::DelLink(link) => {
                self.vrrp.send(Command::Link { index: link.header.index, running: false });
            }
            RouteNetlinkMessage::NewAddress(message) => {
                if let Some((index, address, _)) = local_address(message) {
                    self.appeared(index, address);
                }
            }
            RouteNetlinkMessage::DelAddress(message) => {
                if let Some((index, address, _)) = local_address(message) {
                    self.went(index, address);
                }
            }
            _ => {}
        }
    }

    fn appeared(&mut self, index: u32, address: Ipv4Addr) {
        if self.log_addresses {
            tracing::info!("address {address} appeared on interface {index}");
        }
        let Some(owners) = self.owners.get(&(index, address)) else { return self.check_sources(index) };
        // An address of ours in any state but Master goes again, whoever put it there.
        for &instance in owners.iter().filter(|instance| !self.board.wanted(**instance)) {
            self.link.send(LinkJob::Settle { instance });
        }
    }

    fn went(&mut self, index: u32, address: Ipv4Addr) {
        if self.log_addresses {
            tracing::info!("address {address} went from interface {index}");
        }
        let Some(owners) = self.owners.get(&(index, address)).cloned() else {
            return self.check_sources(index);
        };
        // The notification may be of our own doing, some changes ago. Only the link thread, which
        // makes those changes, can tell: asked while it adds addresses, it answers when it has.
        for instance in owners {
            self.link.send(LinkJob::Verify { instance, address: (index, address) });
        }
    }

    /// The address to send from is the first of the interface that is not virtual.
    fn check_sources(&mut self, index: u32) {
        if !self.instances.iter().any(|instance| instance.index == index && !instance.fixed_source) {
            return;
        }
        let Ok(all) = interface::addresses(&mut self.questions) else { return };
        for (position, instance) in self.instances.iter_mut().enumerate() {
            if instance.index != index || instance.fixed_source {
                continue;
            }
            let mut own = all.iter().filter(|(on, ..)| *on == index).map(|(_, address, _)| *address);
            let address = own.find(|address| !instance.all.contains(&IpAddr::V4(*address)));
            if address != instance.source {
                instance.source = address;
                self.vrrp.send(Command::SourceAddress { instance: position, address });
            }
        }
    }

    /// Reports the state of every link and address, as if all of it were news.
    pub(crate) fn look_at_everything(&mut self) {
        let Ok(interfaces) = interface::list(&mut self.questions) else { return };
        for interface in interfaces.values() {
            self.vrrp.send(Command::Link { index: interface.index, running: interface.running });
        }
        let there: Vec<(u32, Ipv4Addr)> = interfaces
            .values()
            .flat_map(|interface| interface.addresses.iter().map(|(address, _)| (interface.index, *address)))
            .collect();
        let tracked: Vec<(u32, Ipv4Addr)> =
            self.instances.iter().flat_map(|instance| instance.tracked.iter().copied()).collect();
        for (index, address) in tracked {
            if there.contains(&(index, address)) {
                self.appeared(index, address);
            } else {
                self.went(index, address);
            }
        }
    }
}

impl AsFd for Kernel {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.events.as_fd()
    }
}
