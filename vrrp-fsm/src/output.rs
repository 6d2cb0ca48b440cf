//! What a virtual router wants done.

use core::fmt;
use core::net::IpAddr;
use core::time::Duration;

use vrrp_proto::{AdvertInterval, Priority};

use crate::Fault;

/// One thing to do or to know. Exhaustive on purpose: what the caller must do should stop its
/// build when it is new.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Output {
    /// Send an advertisement with this priority, our interval and our addresses.
    SendAdvertisement {
        /// Effective priority, or [`Priority::RELEASE`] when leaving.
        priority: Priority,
    },
    /// Put the protected addresses on the interface.
    AcquireAddresses,
    /// Take the protected addresses away.
    ReleaseAddresses,
    /// Send so many gratuitous ARP or unsolicited NA for each protected address.
    Announce {
        /// Announcements per address, at least 1.
        repeat: u8,
    },
    /// The state changed; run notifications, write the log.
    Transition(Transition),
    /// Something worth a counter or a line in the log; nothing has to be done.
    Event(Event),
}

/// A change of state with its reason.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Transition {
    /// The state that was left.
    pub from: StateKind,
    /// The state that was entered.
    pub to: StateKind,
    /// Why.
    pub cause: Cause,
}

/// A state without its timers.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum StateKind {
    /// Not started, or shut down.
    Initialize,
    /// Unfit to be Master (keepalived's FAULT; the RFCs' Initialize).
    Fault,
    /// Watching a Master.
    Backup,
    /// Holding the addresses. RFC 9568 says Active.
    Master,
}

/// Why the state changed.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Cause {
    /// [`Input::Startup`](crate::Input::Startup) of a router that does not own the addresses.
    Startup,
    /// Startup of the owner (priority 255).
    Owner,
    /// No advertisement for `Master_Down_Interval`.
    MasterSilent {
        /// How long nothing was heard, as far as the machine's timer says.
        silence: Duration,
    },
    /// The Master announced that it leaves (priority 0), and nobody better spoke up.
    MasterReleased,
    /// Another Master wins the election.
    Beaten {
        /// Its priority.
        priority: Priority,
        /// Its address.
        source: IpAddr,
        /// Our effective priority.
        ours: Priority,
    },
    /// We were silent for so long (our process stood still) that this router took over, and we do
    /// not preempt.
    Overslept {
        /// From our last advertisement to its.
        silence: Duration,
        /// Its priority.
        priority: Priority,
        /// Its address.
        source: IpAddr,
    },
    /// We were silent for so long that somebody else may have taken over
    /// ([`Config::timer_expired_backup`](crate::Config::timer_expired_backup)).
    TimerExpired {
        /// Since our last advertisement.
        silence: Duration,
    },
    /// A protected address was removed by somebody else.
    AddressLost,
    /// Planned work begins ([`Input::Maintenance`](crate::Input::Maintenance)).
    Maintenance,
    /// It handed over, and no other router spoke for `Master_Down_Interval`.
    NobodyTookOver,
    /// Another member of its [`SyncGroup`](crate::SyncGroup) did so.
    SyncGroup,
    /// This fault was raised.
    Fault(Fault),
    /// The last fault was cleared.
    FaultsCleared,
    /// [`Input::Shutdown`](crate::Input::Shutdown).
    Shutdown,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Startup => f.write_str("init"),
            Self::Owner => f.write_str("owner of the addresses"),
            Self::MasterSilent { silence } => {
                write!(f, "master silent for {}.{:06} s", silence.as_secs(), silence.subsec_micros())
            }
            Self::MasterReleased => f.write_str("the master left with priority 0"),
            Self::Beaten { priority, source, ours } => {
                write!(f, "priority {priority} from {source} beats {ours}")
            }
            Self::Overslept { silence, priority, source } => {
                let (secs, micros) = (silence.as_secs(), silence.subsec_micros());
                write!(f, "silent for {secs}.{micros:06} s, {source} with priority {priority} took over")
            }
            Self::TimerExpired { silence } => {
                let (secs, micros) = (silence.as_secs(), silence.subsec_micros());
                write!(f, "silent for {secs}.{micros:06} s, somebody may have taken over")
            }
            Self::AddressLost => f.write_str("a virtual address was removed"),
            Self::Maintenance => f.write_str("maintenance"),
            Self::NobodyTookOver => f.write_str("nobody took over"),
            Self::SyncGroup => f.write_str("with its sync group"),
            Self::Fault(fault) => fmt::Display::fmt(fault, f),
            Self::FaultsCleared => f.write_str("no fault left"),
            Self::Shutdown => f.write_str("stop"),
        }
    }
}

/// Something the caller may count or log.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// As Master we heard a Master that loses against us.
    LosingMaster {
        /// Its priority.
        priority: Priority,
        /// Its address.
        source: IpAddr,
    },
    /// After a hand-over this router spoke first.
    HandedOver {
        /// Its address.
        source: IpAddr,
        /// Its priority.
        priority: Priority,
        /// From our priority 0 to its advertisement.
        after: Duration,
    },
    /// As owner we discarded an advertisement.
    IgnoredByOwner {
        /// Its priority.
        priority: Priority,
        /// Its address.
        source: IpAddr,
    },
    /// Same priority, same source address as ours: our own echo or a twin. Answering it would
    /// never end.
    AddressConflict {
        /// The address.
        source: IpAddr,
    },
    /// VRRPv3: the Master advertises at another interval than we do; we follow it.
    IntervalLearned {
        /// The Master's interval.
        interval: AdvertInterval,
    },
    /// VRRPv2: the Master advertises at another interval. It is not learned.
    IntervalMismatch {
        /// The Master's interval.
        interval: AdvertInterval,
    },
    /// The effective priority changed.
    PriorityChanged {
        /// Before.
        from: Priority,
        /// Now.
        to: Priority,
    },
    /// We follow this Master now; reported when it changes.
    MasterChanged {
        /// Its address.
        source: IpAddr,
        /// Its priority.
        priority: Priority,
    },
}
