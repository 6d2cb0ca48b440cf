//! The link thread: addresses on interfaces, and their announcement.
//!
//! Route-netlink requests run inside the caller's `send` under a kernel-wide lock, so the vrrp
//! thread never makes them: it says what it wants on the [`Board`] and goes on.

use core::net::Ipv4Addr;
use core::time::Duration;
use std::collections::BTreeMap;
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{AddressFamily, MsgFlags, SockFlag, SockType, bind, send, socket};
use vrrp_fsm::{AnnouncePacer, Instant};
use vrrp_proto::gratuitous_arp;

use crate::board::Board;
use crate::clock;
use crate::interface::{self, Interface, Placement, batches, link_address};
use crate::netlink::{Batch, RouteSocket};
use crate::queue::{QueueReceiver, QueueSender};
use crate::record::Record;
use crate::vrrp::engine::Command;

/// What the link thread is asked to do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum LinkJob {
    /// Make the instance's addresses be where the board wants them.
    Settle {
        /// Position of the instance.
        instance: usize,
    },
    /// Announce each address of an instance that holds them.
    Announce {
        /// Position of the instance.
        instance: usize,
        /// Announcements per address.
        repeat: u8,
    },
    /// The kernel says that an address of the instance went: tell the vrrp thread if the instance
    /// should hold it.
    Verify {
        /// Position of the instance.
        instance: usize,
        /// Interface and address.
        address: (u32, Ipv4Addr),
    },
    /// Nothing more will come.
    Stop,
}

/// The addresses of one instance, with everything made ready.
#[derive(Debug)]
pub(crate) struct Addresses {
    name: String,
    placements: Vec<Placement>,
    add: Batch,
    delete: Batch,
    /// Socket and frame of each announcement.
    frames: Vec<(usize, [u8; 42])>,
    /// Between two announcements on an interface (`garp_interval`).
    pause: Duration,
    /// The router owns these addresses (priority 255): those that were there before us stay
    /// when we go.
    owner: bool,
}

/// The sockets that announcements leave through, one an interface.
#[derive(Debug, Default)]
pub(crate) struct Announcers {
    sockets: Vec<(u32, OwnedFd)>,
    /// What waits for its time: by socket and pause, instances and their frames.
    paced: BTreeMap<(usize, Duration), AnnouncePacer<(usize, usize)>>,
}

impl Announcers {
    /// The socket of an interface, made when it is first asked for.
    fn socket_of(&mut self, index: u32) -> io::Result<usize> {
        if let Some(position) = self.sockets.iter().position(|(own, _)| *own == index) {
            return Ok(position);
        }
        let address = link_address(index).ok_or(Errno::ENODEV)?;
        // Protocol 0: it sends, and hears nothing.
        let socket = socket(AddressFamily::Packet, SockType::Raw, SockFlag::SOCK_CLOEXEC, None)?;
        bind(socket.as_raw_fd(), &address)?;
        self.sockets.push((index, socket));
        Ok(self.sockets.len() - 1)
    }

    fn send(&self, socket: usize, frame: &[u8]) -> nix::Result<()> {
        let Some((_, socket)) = self.sockets.get(socket) else { return Ok(()) };
        send(socket.as_raw_fd(), frame, MsgFlags::MSG_DONTWAIT).map(drop)
    }

    /// When something that waits may be sent.
    fn next(&self) -> Option<Instant> {
        self.paced.values().filter_map(AnnouncePacer::poll_timeout).min()
    }
}

impl Addresses {
    /// Makes the requests and frames of an instance ready.
    ///
    /// # Errors
    ///
    /// When no packet socket can be had for one of its interfaces.
    pub(crate) fn prepare(
        name: &str,
        placements: Vec<Placement>,
        owner: bool,
        pause: Duration,
        interfaces: &[Interface],
        announcers: &mut Announcers,
    ) -> io::Result<Self> {
        let (add, delete) = batches(&placements);
        let mut frames = Vec::new();
        for placement in &placements {
            let carrier = interfaces.iter().find(|interface| interface.index == placement.index);
            // An interface without an Ethernet address (lo, tun) has nobody to tell.
            let Some(mac) = carrier.and_then(|interface| interface.mac).filter(|mac| *mac != [0; 6]) else {
                continue;
            };
            frames.push((announcers.socket_of(placement.index)?, gratuitous_arp(mac, placement.address)));
        }
        Ok(Self { name: name.to_owned(), placements, add, delete, frames, pause, owner })
    }

    /// Where the addresses go.
    #[must_use]
    pub(crate) fn placements(&self) -> &[Placement] {
        &self.placements
    }
}

/// The state of the link thread.
#[derive(Debug)]
pub(crate) struct Link {
    socket: RouteSocket,
    instances: Vec<Addresses>,
    announcers: Announcers,
    board: Board,
    vrrp: QueueSender<Command>,
    record: Record,
    /// Leave the addresses where they are when stopping (`-V`).
    keep: bool,
}

impl Link {
    /// Takes over the addresses of all instances.
    ///
    /// # Errors
    ///
    /// When there is no netlink socket to be had.
    pub(crate) fn new(
        instances: Vec<Addresses>,
        announcers: Announcers,
        board: Board,
        vrrp: QueueSender<Command>,
        record: Record,
        keep: bool,
    ) -> io::Result<Self> {
        Ok(Self { socket: RouteSocket::open(0)?, instances, announcers, board, vrrp, record, keep })
    }

    /// Removes what an earlier life left on the interfaces, but nothing of a Master that goes on
    /// after a reload, and nothing of an owner: its addresses are its own.
    pub(crate) fn clean_up(&mut self) {
        for position in 0..self.instances.len() {
            let owner = self.instances.get(position).is_some_and(|instance| instance.owner);
            if !owner && !self.board.wanted(position) {
                self.release(position);
            }
        }
    }

    /// Works until [`LinkJob::Stop`]; gives back what it looked after.
    pub(crate) fn run(mut self, jobs: &QueueReceiver<LinkJob>) -> Vec<Addresses> {
        loop {
            let timeout = self.announcers.next().map_or(PollTimeout::NONE, |due| {
                let wait = due.saturating_since(clock::now()).as_millis().saturating_add(1);
                PollTimeout::try_from(wait).unwrap_or(PollTimeout::MAX)
            });
            let mut fds = [PollFd::new(jobs.as_fd(), PollFlags::POLLIN)];
            if poll(&mut fds, timeout).is_err() {
                continue;
            }
            self.announce_what_is_due();
            jobs.clear();
            while let Some(job) = jobs.try_recv() {
                match job {
                    LinkJob::Settle { instance } => self.settle(instance),
                    LinkJob::Announce { instance, repeat } => self.announce(instance, repeat),
                    LinkJob::Verify { instance, address } => self.verify(instance, address),
                    LinkJob::Stop => return self.instances,
                }
            }
        }
    }

    fn settle(&mut self, position: usize) {
        match (self.board.wanted(position), self.board.held(position)) {
            (true, false) => self.acquire(position),
            // What an owner has without us is its own.
            (false, false) if self.instances.get(position).is_some_and(|instance| instance.owner) => {}
            (false, _) if self.keep => self.board.hold(position, false),
            (false, _) => self.release(position),
            (true, true) => {}
        }
    }

    fn acquire(&mut self, position: usize) {
        let Some(instance) = self.instances.get_mut(position) else { return };
        // First the record: whoever cleans up after us must know.
        self.record.set(position, true);
        match self.socket.apply(&instance.add) {
            Ok(failed) => {
                let (there, bad): (Vec<_>, Vec<_>) =
                    failed.into_iter().partition(|(_, error)| is(error, Errno::EEXIST));
                for (index, error) in bad {
                    if let Some(placement) = instance.placements.get(index) {
                        tracing::error!("({}) cannot add {}: {error}", instance.name, describe(placement));
                    }
                }
                if instance.owner && !there.is_empty() {
                    let ours = instance.placements.iter().enumerate();
                    let ours = ours.filter(|(index, _)| there.iter().all(|(known, _)| known != index));
                    instance.delete =
                        batches(&ours.map(|(_, placement)| placement.clone()).collect::<Vec<_>>()).1;
                }
            }
            Err(error) => tracing::error!("({}) cannot add addresses: {error}", instance.name),
        }
        self.board.hold(position, true);
    }

    fn release(&mut self, position: usize) {
        let Some(instance) = self.instances.get(position) else { return };
        self.board.hold(position, false);
        match self.socket.apply(&instance.delete) {
            Ok(failed) => {
                // Not there: that is what we want.
                for (index, error) in failed {
                    let expected = is(&error, Errno::EADDRNOTAVAIL) || is(&error, Errno::ENODEV);
                    if let (false, Some(placement)) = (expected, instance.placements.get(index)) {
                        tracing::error!("({}) cannot remove {}: {error}", instance.name, describe(placement));
                    }
                }
            }
            Err(error) => tracing::error!("({}) cannot remove addresses: {error}", instance.name),
        }
        self.record.set(position, false);
    }

    fn verify(&mut self, position: usize, (index, address): (u32, Ipv4Addr)) {
        if !self.board.held(position) {
            return;
        }
        // A dump that failed is no proof of anything.
        let Ok(all) = interface::addresses(&mut self.socket) else { return };
        if !all.iter().any(|&(on, there, _)| (on, there) == (index, address)) {
            self.board.hold(position, false);
            self.vrrp.send(Command::AddressLost { instance: position, address });
        }
    }

    fn announce(&mut self, position: usize, repeat: u8) {
        if !self.board.held(position) {
            return;
        }
        let Some(instance) = self.instances.get(position) else { return };
        if !instance.pause.is_zero() {
            for (number, (socket, _)) in instance.frames.iter().enumerate() {
                let pacer = self.announcers.paced.entry((*socket, instance.pause));
                let pacer = pacer.or_insert_with(|| AnnouncePacer::new(instance.pause));
                pacer.burst(clock::now(), [(position, number)], repeat);
            }
            self.announce_what_is_due();
            return;
        }
        for _ in 0..repeat {
            for (socket, frame) in &instance.frames {
                if let Err(error) = self.announcers.send(*socket, frame) {
                    tracing::warn!("({}) cannot send a gratuitous ARP: {error}", instance.name);
                    return;
                }
            }
        }
    }

    /// Announcements whose pause is over, as far as their instances still hold the addresses.
    fn announce_what_is_due(&mut self) {
        let now = clock::now();
        let (board, mut due) = (&self.board, Vec::new());
        for pacer in self.announcers.paced.values_mut() {
            pacer.cancel(|(position, _)| !board.held(*position));
            due.extend(core::iter::from_fn(|| pacer.poll_output(now)));
        }
        for (position, number) in due {
            let Some(instance) = self.instances.get(position) else { continue };
            let Some((socket, frame)) = instance.frames.get(number) else { continue };
            if let Err(error) = self.announcers.send(*socket, frame) {
                tracing::warn!("({}) cannot send a gratuitous ARP: {error}", instance.name);
            }
        }
    }
}

/// Removes what a Master that goes on after a reload had, and is not to have any more.
///
/// # Errors
///
/// When there is no netlink socket to be had.
pub(crate) fn give_up(old: &Addresses, new: &Addresses) -> io::Result<()> {
    let gone = old.placements.iter().filter(|placement| !new.placements.contains(placement));
    let gone: Vec<Placement> = gone.cloned().collect();
    if gone.is_empty() {
        return Ok(());
    }
    for (index, error) in RouteSocket::open(0)?.apply(&batches(&gone).1)? {
        if let (false, Some(placement)) = (is(&error, Errno::EADDRNOTAVAIL), gone.get(index)) {
            tracing::error!("({}) cannot remove {}: {error}", new.name, describe(placement));
        }
    }
    Ok(())
}

fn is(error: &io::Error, errno: Errno) -> bool {
    error.raw_os_error() == Some(errno as i32)
}

fn describe(placement: &Placement) -> String {
    format!("{}/{} on interface {}", placement.address, placement.prefix_len, placement.index)
}
