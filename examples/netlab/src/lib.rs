//! Network namespaces, links, processes in them and a sniffer with kernel timestamps.
//!
//! For tests and demonstrations against the real kernel: no other program is called to build
//! a network, nothing outside the process is named or left behind, and where the user is not
//! root everything happens in a user namespace.
//!
//! - [`enter_user_namespace`] or, in a `#[test]`, [`with_namespaces`]: get the rights.
//! - [`Lan`]: a bridge and its hosts in one call; [`Namespace`]: one of them by itself.
//!   Addresses, routes, tunnels and settings are its methods.
//! - [`Namespace::spawn`] starts a [`Node`], a program that thinks it has the machine.
//! - [`connect_anew`]: a client that IPVS has not seen before.
//! - [`Sniffer`]: who said what on the bridge, and when the kernel heard it.
//! - [`uml`]: a kernel with ip_vs that runs as an ordinary process, where the host's has none.
//!
//! ```no_run
//! use std::{process::Command, time::Duration};
//! use netlab::{Isolation, Lan, Sniffer};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! netlab::enter_user_namespace()?;
//! let lan = Lan::new(2)?;
//! let sniffer = lan.sniffer()?;
//! let mut daemon = Command::new("/usr/sbin/keepalived");
//! let node = lan.node(1)?.spawn(daemon.args(["-n", "-f", "/etc/one.conf"]), &Isolation::own_tmp())?;
//! let advert = sniffer.wait_for(Duration::from_secs(5), |events| {
//!     events.iter().find_map(|event| event.advert().cloned())
//! });
//! assert!(lan.node(1)?.owns("10.77.0.100".parse()?)?);
//! # Ok(()) }
//! ```

mod client;
mod enter;
mod error;
mod harness;
mod isolation;
mod lan;
mod link;
mod lvs;
mod namespace;
mod netlink;
mod node;
mod packet;
mod route;
mod sniffer;
pub mod uml;

pub use client::connect_anew;
pub use enter::{Entered, NamespaceRefused, Rule, enter_user_namespace};
pub use error::LabError;
pub use harness::with_namespaces;
pub use isolation::Isolation;
pub use lan::Lan;
pub use link::{InterfaceAddress, Link};
pub use namespace::Namespace;
pub use node::Node;
pub use packet::{Advert, Arp, EventKind, Mac, NeighborAdvert};
pub use sniffer::{Event, Sniffer, now};
