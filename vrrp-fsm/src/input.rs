//! What happens to a virtual router.

use core::fmt;
use core::net::IpAddr;

use vrrp_proto::{AdvertInterval, Priority};

/// One thing that happened. Exhaustive on purpose: a new kind should stop the caller's build.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Input {
    /// The RFCs' Startup event: leave Initialize.
    Startup,
    /// The RFCs' Shutdown event: give up and go back to Initialize.
    Shutdown,
    /// A valid advertisement for this virtual router (`vrrp_proto::receive` decides what is
    /// valid). Pass the time at which it *arrived*: otherwise a packet that waited in a queue
    /// prolongs the reign of a dead Master.
    Advertisement {
        /// Priority in the packet; 0 says that its Master leaves.
        priority: Priority,
        /// Interval in the packet. VRRPv3 learns it, VRRPv2 never does.
        interval: AdvertInterval,
        /// IP source address of the packet.
        source: IpAddr,
    },
    /// The effective priority changed (a tracker fired). An owner ignores it.
    Priority(Priority),
    /// The primary address of the interface changed: tie-break and packets change together.
    PrimaryAddress(IpAddr),
    /// A protected address was removed by somebody else while we hold it.
    AddressLost,
    /// Something makes this router unfit to be Master.
    FaultRaised(Fault),
    /// That reason is gone. When none is left, the router takes part again.
    FaultCleared(Fault),
    /// Planned work begins (`true`) or is over. While it lasts the router competes with priority 1
    /// and never preempts, so it is Master only if nobody else is there. A Master hands over with
    /// one priority 0; then [`Event::HandedOver`](crate::Event::HandedOver) tells who took over and
    /// how long that took, or [`Cause::NobodyTookOver`](crate::Cause::NobodyTookOver) that it is
    /// Master again. Afterwards it competes as before: one that preempts takes its place back.
    Maintenance(bool),
}

/// A reason why a router must not be Master. keepalived calls the resulting state FAULT.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Fault {
    /// The interface is down or gone.
    Interface,
    /// The interface has no address to send from.
    SourceAddress,
    /// A unicast router has no peer to send to. Never a reason to speak to a group instead.
    NoPeers,
    /// Another member of its [`SyncGroup`](crate::SyncGroup) has a fault.
    SyncGroup,
    /// A tracker without a weight failed, or has no result yet. The number is the caller's.
    Tracker(u16),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interface => f.write_str("interface down"),
            Self::SourceAddress => f.write_str("no address to send from"),
            Self::NoPeers => f.write_str("no unicast peer"),
            Self::SyncGroup => f.write_str("another member of the sync group has a fault"),
            Self::Tracker(number) => write!(f, "tracker {number} failed or has no result"),
        }
    }
}
