//! What a simulation tells about itself.

use vrrp_proto::{Priority, ReceiveError};

use crate::action::Action;
use crate::law::BrokenLaw;
use crate::machine::{Event, StateKind, Transition};
use crate::router::Power;
use crate::time::Time;

/// One thing that happened. Numbers of routers are positions in the list that the simulation
/// was made from.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Note<'a> {
    /// Something was done from outside; what follows from it comes after it.
    Acted(&'a Action),
    /// The host of a router started, stopped or froze.
    Power {
        /// The router.
        router: usize,
        /// What its host does now.
        power: Power,
        /// The state that its machine is in then.
        state: StateKind,
    },
    /// The state of a router changed.
    Changed {
        /// The router.
        router: usize,
        /// From where to where, and why.
        transition: Transition,
    },
    /// An advertisement was sent. Whether it arrives is another matter.
    Sent {
        /// The sender.
        router: usize,
        /// The priority in it.
        priority: Priority,
    },
    /// The virtual addresses came onto an interface or left it.
    Addresses {
        /// The router.
        router: usize,
        /// Whether it holds them now.
        held: bool,
    },
    /// Gratuitous ARP or unsolicited NA was sent.
    Announced {
        /// The router.
        router: usize,
        /// Announcements per address.
        repeat: u8,
    },
    /// Something that the machine thinks worth a line.
    Told {
        /// The router.
        router: usize,
        /// What it is.
        event: Event,
    },
    /// A received message did not count.
    Refused {
        /// The receiver.
        router: usize,
        /// Why.
        reason: ReceiveError,
    },
    /// The machine broke a law.
    Broke {
        /// The router.
        router: usize,
        /// The law.
        law: BrokenLaw,
    },
}

/// Whoever wants to know what happens.
pub trait Observer {
    /// Something happened at `at`.
    fn note(&mut self, at: Time, note: Note<'_>);
}

/// Nobody.
impl Observer for () {
    fn note(&mut self, _: Time, _: Note<'_>) {}
}
