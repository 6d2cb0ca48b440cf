//! Policy rules: `virtual_rules` and `static_rules`.

mod print;

use core::net::{Ipv4Addr, Ipv6Addr};
use core::num::NonZeroU64;

use super::AddressFamily;
use super::route::{IpName, Prefix, Realms, Tracking};
use crate::describe::{Describe, Value, describe};

/// A rule: which packets use which routing table. `Display` writes it the way keepalived reads it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rule {
    /// `from` and `to`, and the family.
    pub addresses: RuleAddresses,
    /// `preference`, `order` or `priority`: the lowest comes first. Without one, keepalived counts down from 16384.
    pub preference: u32,
    /// `not`: the packets that do not match.
    pub invert: bool,
    /// `tos` or `dsfield`; `None` is 0, any.
    pub ds_field: Option<IpName<u8>>,
    /// `fwmark`.
    pub mark: Option<RuleMark>,
    /// `iif` or `dev`: where a packet comes in.
    pub input: Option<String>,
    /// `oif`: the interface that the sending socket is bound to.
    pub output: Option<String>,
    /// `tunnel-id`.
    pub tunnel_id: Option<NonZeroU64>,
    /// `uidrange`: user of the sending socket.
    pub users: Option<UserRange>,
    /// `ipproto`.
    pub ip_protocol: Option<IpName<u8>>,
    /// `sport`.
    pub source_ports: Option<PortRange>,
    /// `dport`.
    pub destination_ports: Option<PortRange>,
    /// What is done with a packet that matches.
    pub action: RuleAction,
    /// Whether keepalived puts it back when it is lost, and as whose rule it is marked.
    pub tracking: Tracking<u8>,
    /// `track_group` (static rules with `iif` only): instances that are in fault while the rule cannot be restored.
    pub track_group: Option<String>,
}

describe!(Rule {
    addresses,
    preference,
    invert,
    ds_field,
    mark,
    input,
    output,
    tunnel_id,
    users,
    ip_protocol,
    source_ports,
    destination_ports,
    action,
    tracking,
    track_group
});

/// What depends on the family of a rule. [`Prefix::ALL`] matches every packet.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RuleAddresses {
    /// A rule for IPv4.
    V4 {
        /// `from`: source addresses.
        from: Prefix<Ipv4Addr>,
        /// `to`: destination addresses.
        to: Prefix<Ipv4Addr>,
    },
    /// A rule for IPv6.
    V6 {
        /// `from`: source addresses.
        from: Prefix<Ipv6Addr>,
        /// `to`: destination addresses.
        to: Prefix<Ipv6Addr>,
    },
}

/// What is done with a packet.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RuleAction {
    /// `table` or `l3mdev`: it is looked up in a routing table.
    Lookup(RuleLookup),
    /// `goto`: the search goes on at the rule of this preference.
    Goto(u32),
    /// `nop`: the search goes on.
    Nop,
    /// `blackhole`: it is dropped.
    Blackhole,
    /// `unreachable`: it is answered with "network unreachable".
    Unreachable,
    /// `prohibit`: it is answered with "administratively prohibited".
    Prohibit,
}

/// Where a route is searched, and which one does not count.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RuleLookup {
    /// The table; `None` is `l3mdev`, the table of the packet's VRF.
    pub table: Option<IpName<u32>>,
    /// `suppress_prefixlength`: routes of this prefix length or less do not count, 0..=2147483647.
    pub suppress_prefix_len: Option<u32>,
    /// `suppress_ifgroup`: routes over interfaces of this group do not count.
    pub suppress_group: Option<IpName<u32>>,
    /// `realms` (IPv4 only).
    pub realms: Option<Realms>,
}

describe!(RuleLookup { table, suppress_prefix_len, suppress_group, realms });

/// `fwmark VALUE[/MASK]`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct RuleMark {
    /// The mark.
    pub value: u32,
    /// The bits that are compared. Nothing written is all of them, or none for mark 0.
    pub mask: u32,
}

describe!(RuleMark { value, mask });

/// `uidrange`: user numbers, first to last.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct UserRange {
    first: u32,
    last: u32,
}

describe!(UserRange { first, last });

/// `sport` and `dport`: ports from 1 on, first to last.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct PortRange {
    first: u16,
    last: u16,
}

describe!(PortRange { first, last });

impl Rule {
    /// Preference of the first rule of a family that is written without one. The next one gets the number below.
    pub const FIRST_PREFERENCE: u32 = 16384;

    /// A rule for all packets between `addresses`, with every other option at its default.
    pub const fn new(addresses: RuleAddresses, preference: u32, action: RuleAction) -> Self {
        Self {
            addresses,
            preference,
            invert: false,
            ds_field: None,
            mark: None,
            input: None,
            output: None,
            tunnel_id: None,
            users: None,
            ip_protocol: None,
            source_ports: None,
            destination_ports: None,
            action,
            tracking: Tracking::Tracked,
            track_group: None,
        }
    }

    /// The family of the rule.
    pub const fn family(&self) -> AddressFamily {
        match self.addresses {
            RuleAddresses::V4 { .. } => AddressFamily::V4,
            RuleAddresses::V6 { .. } => AddressFamily::V6,
        }
    }
}

impl RuleLookup {
    /// A search in `table`, or in that of the VRF, in which every route counts.
    pub const fn new(table: Option<IpName<u32>>) -> Self {
        Self { table, suppress_prefix_len: None, suppress_group: None, realms: None }
    }
}

impl RuleMark {
    /// The mark with the mask that the kernel uses if none is given.
    pub const fn new(value: u32) -> Self {
        Self { value, mask: if value == 0 { 0 } else { u32::MAX } }
    }
}

impl UserRange {
    /// The range, unless it ends before it begins: the kernel refuses that.
    pub const fn new(first: u32, last: u32) -> Option<Self> {
        if first > last { None } else { Some(Self { first, last }) }
    }

    /// The lowest user number.
    pub const fn first(self) -> u32 {
        self.first
    }

    /// The highest user number.
    pub const fn last(self) -> u32 {
        self.last
    }
}

impl PortRange {
    /// The range, unless it begins at 0 or ends before it begins: the kernel refuses that.
    pub const fn new(first: u16, last: u16) -> Option<Self> {
        if first == 0 || first > last { None } else { Some(Self { first, last }) }
    }

    /// The lowest port.
    pub const fn first(self) -> u16 {
        self.first
    }

    /// The highest port.
    pub const fn last(self) -> u16 {
        self.last
    }
}

impl Describe for NonZeroU64 {
    fn describe(&self) -> Value {
        Value::Text(self.to_string())
    }
}

impl Describe for RuleAddresses {
    fn describe(&self) -> Value {
        let (family, from, to) = match self {
            Self::V4 { from, to } => (AddressFamily::V4, from.describe(), to.describe()),
            Self::V6 { from, to } => (AddressFamily::V6, from.describe(), to.describe()),
        };
        Value::Map(vec![("family", family.describe()), ("from", from), ("to", to)])
    }
}

impl Describe for RuleAction {
    fn describe(&self) -> Value {
        let word = match self {
            Self::Lookup(lookup) => return Value::Map(vec![("lookup", lookup.describe())]),
            Self::Goto(preference) => return Value::Map(vec![("goto", preference.describe())]),
            Self::Nop => "nop",
            Self::Blackhole => "blackhole",
            Self::Unreachable => "unreachable",
            Self::Prohibit => "prohibit",
        };
        Value::Text(word.to_owned())
    }
}
