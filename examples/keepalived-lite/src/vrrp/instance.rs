//! One `vrrp_instance` while it runs.

use core::net::{IpAddr, Ipv4Addr};

use healthcheck::FileRule;
use vrrp_fsm::Weight;
use vrrp_proto::{Addresses, Expectation, Mode, Policy, Priority, ReceiveError, UnicastPeer};

use super::net::Net;
use super::stats::Stats;
use super::wire::Wire;

/// Everything the vrrp thread holds of an instance, but for its [state machine](super::machine).
#[derive(Debug)]
pub(crate) struct Instance {
    /// Name in the file.
    pub name: String,
    /// Which of the thread's sockets it uses.
    pub port: usize,
    /// Packets to send.
    pub wire: Wire,
    /// What it wants to hear.
    pub hearing: Hearing,
    /// Counters.
    pub stats: Stats,
    /// Scripts that it follows: position in the engine's list, and what they do to it.
    pub scripts: Vec<(usize, Weight)>,
    /// Files that it follows: position in the engine's list, and what their numbers do to it.
    pub files: Vec<(usize, FileRule)>,
    /// Interfaces that it follows.
    pub interfaces: Vec<TrackedInterface>,
    /// What its machine, which comes from before a reload, is to go on with.
    pub fresh: Option<Box<vrrp_fsm::Config>>,
    /// A reload that removes it is told as DELETED (`notify_deleted`), not as FAULT.
    pub notify_deleted: bool,
    /// Changes of its priority are told to FIFOs (`notify_priority_changes`).
    pub notify_priority: bool,
    /// The last refusal that was logged: once per kind until the state changes, as keepalived.
    pub logged_refusal: Option<ReceiveError>,
    /// Whether a master of another address list was logged.
    pub logged_addresses: bool,
}

/// An interface that moves an instance's priority, or whose loss is a fault.
#[derive(Clone, Debug)]
pub(crate) struct TrackedInterface {
    /// The kernel's number.
    pub index: u32,
    /// What its loss does.
    pub weight: Weight,
    /// Whether it has a carrier.
    pub running: bool,
    /// The number under which its loss is a fault of the router; the own interface has none.
    pub fault: vrrp_fsm::Fault,
}

/// The receive side's expectation, in owned form.
#[derive(Debug)]
pub(crate) struct Hearing {
    /// Peers; empty for multicast.
    pub peers: Vec<UnicastPeer>,
    /// Drop what does not come from a peer.
    pub check_source: bool,
    /// Multicast group.
    pub group: Ipv4Addr,
    /// Release of keepalived to follow, or the RFC.
    pub policy: Policy,
}

impl Instance {
    /// Sends an advertisement to whom it concerns, and counts it.
    pub(crate) fn advertise(&mut self, priority: Priority, net: &mut impl Net) {
        self.stats.sent += 1;
        if priority == Priority::RELEASE {
            self.stats.priority_zero_sent += 1;
        }
        // The content was accepted when the instance was made.
        if let Ok(packets) = self.wire.packets(priority) {
            for (destination, packet) in packets {
                net.send(self.port, *destination, packet);
            }
        }
    }

    /// What [`vrrp_proto::receive`] is to hold a message against.
    #[must_use]
    pub(crate) fn expectation(&self) -> Expectation<'_> {
        let content = self.wire.content();
        let mode = if self.hearing.peers.is_empty() {
            Mode::Multicast { group: IpAddr::V4(self.hearing.group) }
        } else {
            Mode::Unicast { peers: &self.hearing.peers, check_source: self.hearing.check_source }
        };
        Expectation {
            version: content.version,
            vrid: content.vrid,
            interval: content.interval,
            // No instance has a method with a key: the file's `AH` is named as unsupported.
            credentials: content.authentication.credentials().unwrap_or_default(),
            mode,
            addresses: Addresses::V4(&content.addresses),
            policy: self.hearing.policy,
        }
    }
}
