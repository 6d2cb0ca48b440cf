//! The VRRP state machine, sans-IO: time and packets in, actions and deadlines out.
//!
//! [`VirtualRouter`] is RFC 3768 §6.4 (VRRPv2) and RFC 9568 §6.4 (VRRPv3) with keepalived's
//! extensions as named options in [`Config`]. We say Master as RFC 5798 and `keepalived.conf`
//! do; RFC 9568 says Active.
//!
//! This crate never reads a clock, opens a socket, spawns a thread, logs or touches a global.
//! It is `no_std` and needs `alloc` for its queue of outputs. Counters and history are not kept
//! here: fold them from the outputs, counters with [`Statistics`]. Two routers that will
//! behave alike compare equal, so a model checker can hold the real machine as its state;
//! [`VirtualRouter::rebase`] takes the time that has passed out of it.
//!
//! What is about packets and links rather than about the election stays with the caller: links and
//! sockets, which packets are valid, how an address is put on an interface, the announcement of a
//! unicast router's own source address when it leaves Fault, keepalived's `garp_extra_if`, and what
//! [`Config::strict`] says that it leaves out. [`AnnouncePacer`] keeps the distance between
//! announcements that a link wants.
//!
//! # The run loop
//!
//! The driver is always the same: feed one input, drain the outputs, ask for the deadline, sleep.
//!
//! ```
//! use core::time::Duration;
//! use vrrp_fsm::{Config, Input, Instant, Output, StateKind, VirtualRouter};
//! use vrrp_proto::{Version, Vrid};
//!
//! let vrid = Vrid::new(51).ok_or("VRID 0")?;
//! let mut router = VirtualRouter::new(Config::new(Version::V3, vrid, [192, 0, 2, 1].into()));
//!
//! let mut now = Instant::from_origin(Duration::ZERO); // yours: any monotonic clock
//! router.handle_input(now, Input::Startup);
//! for _ in 0..2 {
//!     while let Some(output) = router.poll_output() {
//!         match output {
//!             Output::SendAdvertisement { priority } => println!("{now} send priority {priority}"),
//!             Output::AcquireAddresses => println!("{now} add the addresses"),
//!             Output::ReleaseAddresses => println!("{now} remove the addresses"),
//!             Output::Announce { repeat } => println!("{now} {repeat} gratuitous ARP"),
//!             Output::Transition(change) => println!("{now} {:?} by {:?}", change.to, change.cause),
//!             Output::Event(event) => println!("{now} {event:?}"),
//!         }
//!     }
//!     let Some(deadline) = router.poll_timeout() else { break };
//!     now = deadline; // yours: sleep until then, or until a packet arrives for handle_input
//!     router.handle_timeout(now);
//! }
//! // Nobody else spoke for 3 × 1 s + (256 − 100) / 256 s.
//! assert_eq!(router.state(), StateKind::Master);
//! # Ok::<(), &str>(())
//! ```
#![no_std]

extern crate alloc;

mod config;
mod group;
mod input;
mod instant;
mod output;
mod pacing;
mod router;
mod state;
mod statistics;
mod tracker;
mod words;

pub use config::{AddressLoss, AnnounceSchedule, Config};
pub use group::{GroupOutput, SyncGroup};
pub use input::{Fault, Input};
pub use instant::Instant;
pub use output::{Cause, Event, Output, StateKind, Transition};
pub use pacing::AnnouncePacer;
pub use router::VirtualRouter;
pub use statistics::{PacketError, Statistics};
pub use tracker::{
    BfdState, Effect, PrioritySum, ProcessQuorum, ScriptTracker, Verdict, Weight, effective_priority,
    file_effect,
};
pub use words::Notification;
