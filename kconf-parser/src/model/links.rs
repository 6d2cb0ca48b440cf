//! What belongs to interfaces and not to an instance: static addresses, pacing, link detection.

use core::time::Duration;

use super::VirtualAddress;
use crate::Span;
use crate::describe::describe;

/// An entry of `static_ipaddress`: an address that is there as long as keepalived runs.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StaticAddress {
    /// The address. [`dev`](VirtualAddress::dev) is always there: `default_interface`, else `eth0` if nothing is
    /// written.
    pub address: VirtualAddress,
    /// `track_group`: name of a group in [`Config::track_groups`](super::Config::track_groups) whose instances go to
    /// FAULT while the address cannot be there.
    pub track_group: Option<String>,
}

describe!(StaticAddress { address, track_group });

/// A `track_group` block with at least one member.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TrackGroup {
    /// Name of the block.
    pub name: String,
    /// The line that opens the block.
    pub span: Span,
    /// `group`: names of instances.
    pub members: Vec<String>,
}

describe!(TrackGroup { name, members; span });

/// A `garp_group` block: announcements on its interfaces share one queue.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct GarpGroup {
    /// The line that opens the block.
    pub span: Span,
    /// `interface` and `interfaces`, each in one group only.
    pub interfaces: Vec<String>,
    /// `garp_interval`, 0..=2147.483647 s: pause between two gratuitous ARPs.
    pub garp_interval: Option<Duration>,
    /// `gna_interval`, 0..=2147.483647 s: pause between two neighbour advertisements.
    pub gna_interval: Option<Duration>,
}

describe!(GarpGroup { interfaces, garp_interval, gna_interval; span });

/// `linkbeat_use_polling` and `linkbeat_interfaces`: links whose state is asked for, not reported by the kernel.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Linkbeat {
    /// `linkbeat_use_polling` of the top level: the interface of every instance.
    pub all: bool,
    /// `linkbeat_interfaces`, each once, and those of instances with `linkbeat_use_polling`.
    pub interfaces: Vec<LinkbeatInterface>,
}

describe!(Linkbeat { all, interfaces });

/// An entry of `linkbeat_interfaces`.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct LinkbeatInterface {
    /// Interface name.
    pub name: String,
    /// How to ask; the best that works if absent.
    pub method: Option<LinkbeatMethod>,
}

describe!(LinkbeatInterface { name, method });

/// A way to ask for the state of a link.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum LinkbeatMethod {
    /// `MII`: `SIOCGMIIREG`.
    Mii,
    /// `ETHTOOL`: `ETHTOOL_GLINK`.
    Ethtool,
    /// `IOCTL`: `SIOCGIFFLAGS`.
    Ioctl,
}

describe!(LinkbeatMethod = Mii "MII", Ethtool "ETHTOOL", Ioctl "IOCTL");

/// An entry of `interface_up_down_delays`: a change of the link counts only after it has lasted this long.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct InterfaceDelays {
    /// Interface name.
    pub name: String,
    /// Time until a lost link counts, 0..=255 s.
    pub down: Duration,
    /// Time until a link that is back counts, 0..=255 s, default 0.
    pub up: Duration,
}

describe!(InterfaceDelays { name, down, up });
