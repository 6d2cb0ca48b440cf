//! Typed client of the kernel's IPVS (`linux/ip_vs.h`) over generic netlink.
//!
//! Say what you want as a [`Table`], read what there is, let [`plan`] find the fewest
//! [`Command`]s between them within your [`Scope`], and apply them. What is wanted
//! ([`Service`], [`Destination`]) and what is observed ([`ObservedService`],
//! [`ObservedDestination`]) are different types; deleting takes a key.
//!
//! To keep it that way while others write to the same table, there is the [`Reconciler`]: it
//! says what to read and to write and when, repairs what others change, does not fight for
//! ever, and lets connections end before their destination goes ([`Drain`]).
//!
//! The core is octets in, octets out: a [`Batch`] of commands and a [`Listing`] write requests,
//! take the kernel's datagrams and hand out typed results, over any transport, without a
//! kernel. `Client` (feature `sync`) moves the octets over a netlink socket.
//!
//! ```
//! use ipvs_netlink::{
//!     Batch, Command, Conversation, Destination, FamilyId, ForwardMethod, Scope, Service, ServiceKey,
//!     Session, Table, plan,
//! };
//!
//! // What there is: one service of ours with an old server, one of somebody else.
//! let ours = ServiceKey::tcp("192.0.2.1:80".parse()?);
//! let theirs = ServiceKey::tcp("203.0.113.1:443".parse()?);
//! let [old, new] = ["198.51.100.1:80", "198.51.100.2:80"].map(|text| text.parse::<std::net::SocketAddr>());
//! let (old, new) = (old?, new?);
//! let mut current = Table::new();
//! current.insert(ours, Service::new("wlc".parse()?));
//! current.insert_destination(ours, old.into(), Destination::new(ForwardMethod::DirectRoute));
//! current.insert(theirs, Service::new("rr".parse()?));
//!
//! // What we want.
//! let mut desired = Table::new();
//! desired.insert(ours, Service::new("wlc".parse()?));
//! desired.insert_destination(ours, new.into(), Destination::new(ForwardMethod::DirectRoute));
//!
//! // The new server first, then the old one goes; nothing else.
//! let commands = plan(&current, &desired, &Scope::nothing().with_prefix([192, 0, 2, 0].into(), 24));
//! assert!(matches!(commands[..], [Command::NewDestination { .. }, Command::DeleteDestination { .. }]));
//!
//! // As octets for any socket; answers go into `batch.feed`, results come out of `batch.answer`.
//! let (mut session, mut octets) = (Session::new(FamilyId(28)), Vec::new());
//! let mut batch = Batch::new(commands);
//! assert!(batch.ask(&mut session, &mut octets));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where to begin
//!
//! | you want to | take |
//! |---|---|
//! | do one thing | `Client` (`sync`) or `AsyncClient` (`tokio`), [`Command`], [`ServiceChange`] |
//! | make the table be what you want, once | [`plan`] between two [`Table`]s within a [`Scope`] |
//! | keep it so, while others write, and drain what goes | [`Reconciler`], [`Drain`] |
//! | know what the kernel can do, and which setting will hurt | [`Capabilities`], [`advise`] |
//! | move the octets yourself | a [`Conversation`]: [`Batch`], [`Listing`], [`ReadTable`], [`Change`] |
//! | test without a kernel | `FakeKernel` (`fake`), [`Recording`] |
//!
//! # Features
//!
//! All off by default; without them the crate opens no socket and depends on thiserror only.
//!
//! - `sync`: `Client::open`, a blocking client (Linux, brings nix along), in another network
//!   namespace if wanted; `Client::submit` for an event loop of your own.
//! - `tokio`: the same on a tokio runtime; every method may be cancelled.
//! - `fake`: `FakeKernel`, which answers octets as Linux 6.1 does, for tests that have neither
//!   the module nor root.
//!
//! # What it never does
//!
//! Load a kernel module, read a clock, print, or flush a table unless told to by
//! [`Command::Flush`]; spawn a thread, but for the one that enters another network namespace
//! to open a socket there and ends. No octets from the kernel can make it panic; unknown
//! attributes are skipped, missing ones are named.
//!
//! # Why not a netlink library
//!
//! IPVS needs five kinds of attributes, two of them in network order, and reads octets that
//! must not panic: that is smaller (`attr.rs`) than the derive types it would take with neli,
//! whose decoder trusts length fields and whose socket has no time-out.

mod advice;
mod attr;
mod batch;
mod capabilities;
mod change;
mod client;
mod conversation;
mod destination;
mod drain;
mod driver;
mod error;
mod forward;
mod listing;
mod name;
mod plan;
mod read_table;
mod reconcile;
mod records;
mod reply;
mod request;
mod rights;
mod scope;
mod service;
mod stats;
mod sync_daemon;
mod table;
mod timeouts;
mod uapi;

pub use advice::{Advice, Facts, Settings, advise};
pub use batch::Batch;
pub use capabilities::{Capabilities, Module};
pub use change::{Change, DestinationChange, ServiceChange};
pub use client::{Client, Transport};
pub use conversation::{Conversation, Fault, Session};
pub use destination::{Destination, DestinationKey, ObservedDestination};
pub use drain::{Affinity, Connections, Drain, DrainEnd, DrainRules, Draining, Traffic};
#[cfg(feature = "fake")]
pub use driver::fake::{FakeKernel, FakeSocket};
#[cfg(all(feature = "sync", target_os = "linux"))]
pub use driver::pending::{Pending, Progress};
pub use driver::recorded::{Recorder, Recording, RecordingError, Replay};
#[cfg(all(feature = "sync", target_os = "linux"))]
pub use driver::socket::Socket;
#[cfg(all(feature = "tokio", target_os = "linux"))]
pub use driver::tokio::AsyncClient;
pub use error::{DecodeError, EncodeError, Error, Object, Operation, Reason, Rejected};
pub use forward::{ForwardMethod, Tunnel, TunnelFlags};
pub use listing::Listing;
pub use name::NameError;
pub use plan::{Plan, plan};
pub use read_table::{ObservedEntry, ReadEntries, ReadTable};
pub use reconcile::{Action, Answer, Errand, Event, Found, ObservedTable, Reconciler, ReconcilerConfig};
pub use records::Records;
pub use reply::Info;
pub use request::{Command, FamilyId};
pub use rights::Rights;
pub use scope::{Fields, Scope};
pub use service::{
    Engine, Granularity, ObservedService, Persistence, Scheduler, SchedulerFlags, Service, ServiceKey,
};
pub use stats::Stats;
pub use sync_daemon::{InterfaceName, SyncDaemon, SyncRole};
pub use table::Table;
pub use timeouts::Timeouts;
pub use uapi::{AddressFamily, Protocol};
