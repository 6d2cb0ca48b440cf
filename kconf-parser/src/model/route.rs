//! Routes: `virtual_routes` and `static_routes`.

mod encap;
mod metrics;
mod names;
mod print;

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub use encap::{Encap, MplsLabel, MplsLabels, TunnelKey};
pub use metrics::{Lockable, RouteMetrics};
pub use names::{IpName, Prefix, Realms};

pub(super) use encap::write_option;
pub(super) use names::Quoted;

use super::{AddressFamily, AddressScope};
use crate::describe::{Describe, Value, describe};

/// A route. `Display` writes it the way keepalived reads it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Route {
    /// Where it leads to, and what one family only has.
    pub addresses: RouteAddresses,
    /// `unicast`, `blackhole` and so on.
    pub kind: RouteType,
    /// `table` or `vrf`; `main` if nothing is written.
    pub table: RouteTable,
    /// `tos` or `dsfield`; `None` is 0.
    pub ds_field: Option<IpName<u8>>,
    /// `scope`. `None` is global, and does not matter for removing the route.
    pub scope: Option<IpName<AddressScope>>,
    /// `metric`, `priority` or `preference`: of two routes the lower one counts. `None` leaves it to the kernel.
    pub metric: Option<u32>,
    /// `via`, `dev`, `onlink` and `encap`.
    pub hop: Hop,
    /// `nexthop`, or the gateways around `or`; packets are spread over them.
    pub next_hops: Vec<NextHop>,
    /// What TCP is told.
    pub metrics: RouteMetrics,
    /// `ttl-propagate`: the hop count of an MPLS packet comes from the packet inside.
    pub ttl_propagate: Option<bool>,
    /// `add`, `append` or `prepend`.
    pub insert: RouteInsert,
    /// Whether keepalived puts it back when it is lost, and as whose route it is marked.
    pub tracking: Tracking<IpName<u8>>,
    /// `track_group` (static routes with `dev` only): instances that are in fault while the route cannot be restored.
    pub track_group: Option<String>,
}

describe!(Route {
    addresses,
    kind,
    table,
    ds_field,
    scope,
    metric,
    hop,
    next_hops,
    metrics,
    ttl_propagate,
    insert,
    tracking,
    track_group
});

/// What depends on the family of a route.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RouteAddresses {
    /// An IPv4 route.
    V4 {
        /// Where it leads to.
        destination: Prefix<Ipv4Addr>,
        /// `src`: source address of what is sent over it (`RTA_PREFSRC`).
        source: Option<Ipv4Addr>,
        /// `realms`.
        realms: Option<Realms>,
    },
    /// An IPv6 route.
    V6 {
        /// Where it leads to.
        destination: Prefix<Ipv6Addr>,
        /// `from`: packets that it is for (`RTA_SRC`).
        from: Option<Prefix<Ipv6Addr>>,
        /// `src`: source address of what is sent over it (`RTA_PREFSRC`).
        source: Option<Ipv6Addr>,
        /// `expires`, in seconds.
        expires_s: Option<u32>,
        /// `pref`.
        preference: Option<RouterPreference>,
    },
}

/// The next router or network on the way.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Hop {
    /// `via`. Of the route's family; only the second gateway of `or` may be of the other one (`RTA_VIA`).
    pub via: Option<IpAddr>,
    /// `dev` or `oif`: interface name.
    pub dev: Option<String>,
    /// `onlink` (`RTNH_F_ONLINK`): the gateway is reachable whatever the addresses of the interface.
    pub onlink: bool,
    /// `encap`.
    pub encap: Option<Encap>,
}

describe!(Hop { via, dev, onlink, encap });

/// One of several next hops.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct NextHop {
    /// Where it is.
    pub hop: Hop,
    /// `weight`, 1..=256, minus 1 as the kernel counts it (`rtnh_hops`); nothing written is 0.
    pub weight_minus_1: u8,
    /// `realms` (IPv4 only).
    pub realms: Option<Realms>,
}

describe!(NextHop { hop, weight_minus_1, realms });

/// The type of a route (`rtm_type`).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum RouteType {
    /// An ordinary route, `RTN_UNICAST`.
    #[default]
    Unicast,
    /// `RTN_LOCAL`.
    Local,
    /// `broadcast` or `brd`, `RTN_BROADCAST`.
    Broadcast,
    /// `RTN_ANYCAST`.
    Anycast,
    /// `RTN_MULTICAST`.
    Multicast,
    /// Packets are dropped, `RTN_BLACKHOLE`.
    Blackhole,
    /// Packets are answered with "host unreachable", `RTN_UNREACHABLE`.
    Unreachable,
    /// Packets are answered with "administratively prohibited", `RTN_PROHIBIT`.
    Prohibit,
    /// The search goes on in the next table, `RTN_THROW`.
    Throw,
    /// `RTN_NAT`, no longer in the kernel.
    Nat,
    /// `RTN_XRESOLVE`, not in the kernel.
    ExternalResolve,
    /// A number without a name.
    Other(u8),
}

/// The table that a route is put into.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum RouteTable {
    /// `table`.
    Table(IpName<u32>),
    /// `vrf`: the table of this VRF interface.
    Vrf(String),
}

impl Default for RouteTable {
    fn default() -> Self {
        Self::Table(IpName::Number(254))
    }
}

/// Where a route goes among those that are alike.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum RouteInsert {
    /// `prepend`: before them (`NLM_F_CREATE`).
    #[default]
    Prepend,
    /// `append`: behind them (`NLM_F_APPEND`).
    Append,
    /// `add`: not at all if there is one (`NLM_F_EXCL`).
    Add,
}

describe!(RouteInsert = Prepend "prepend", Append "append", Add "add");

/// Whether keepalived looks after a route or rule. It knows its own by their protocol, so a tracked one has no other.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub enum Tracking<P> {
    /// It is put back when it is lost. Its protocol is `RTPROT_KEEPALIVED`, 18.
    #[default]
    Tracked,
    /// `no_track`.
    Untracked {
        /// `protocol`; 18 for routes and 0 for rules if nothing is written.
        protocol: P,
    },
}

/// `pref` (RFC 4191 §2.1).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum RouterPreference {
    /// 3.
    Low,
    /// 0, and every number without a name.
    #[default]
    Medium,
    /// 1.
    High,
}

describe!(RouterPreference = Low "low", Medium "medium", High "high");

impl Route {
    /// `RTPROT_KEEPALIVED`.
    pub const PROTOCOL: u8 = 18;

    /// A route to `addresses` with every option at its default.
    pub fn new(addresses: RouteAddresses) -> Self {
        Self {
            addresses,
            kind: RouteType::default(),
            table: RouteTable::default(),
            ds_field: None,
            scope: None,
            metric: None,
            hop: Hop::default(),
            next_hops: Vec::new(),
            metrics: RouteMetrics::default(),
            ttl_propagate: None,
            insert: RouteInsert::default(),
            tracking: Tracking::default(),
            track_group: None,
        }
    }

    /// The family of the route.
    pub const fn family(&self) -> AddressFamily {
        match self.addresses {
            RouteAddresses::V4 { .. } => AddressFamily::V4,
            RouteAddresses::V6 { .. } => AddressFamily::V6,
        }
    }
}

impl RouteType {
    const NAMED: &[(Self, &'static str, u8)] = &[
        (Self::Unicast, "unicast", 1),
        (Self::Local, "local", 2),
        (Self::Broadcast, "broadcast", 3),
        (Self::Anycast, "anycast", 4),
        (Self::Multicast, "multicast", 5),
        (Self::Blackhole, "blackhole", 6),
        (Self::Unreachable, "unreachable", 7),
        (Self::Prohibit, "prohibit", 8),
        (Self::Throw, "throw", 9),
        (Self::Nat, "nat", 10),
        (Self::ExternalResolve, "xresolve", 11),
    ];

    /// The type that `name` stands for, `brd` included.
    pub fn from_name(name: &str) -> Option<Self> {
        let name = if name == "brd" { "broadcast" } else { name };
        Self::NAMED.iter().find(|(_, named, _)| *named == name).map(|(kind, ..)| *kind)
    }

    /// The type with the kernel's number `number`.
    pub fn from_number(number: u8) -> Self {
        let named = Self::NAMED.iter().find(|(.., named)| *named == number);
        named.map_or(Self::Other(number), |(kind, ..)| *kind)
    }

    /// Its name, if it has one.
    pub fn name(self) -> Option<&'static str> {
        Self::NAMED.iter().find(|(kind, ..)| *kind == self).map(|(_, name, _)| *name)
    }

    /// The kernel's number.
    pub fn number(self) -> u8 {
        if let Self::Other(number) = self {
            return number;
        }
        Self::NAMED.iter().find(|(kind, ..)| *kind == self).map_or(0, |(.., number)| *number)
    }
}

impl Describe for RouteType {
    fn describe(&self) -> Value {
        self.name().map_or_else(|| self.number().describe(), |name| name.describe())
    }
}

impl Describe for RouteTable {
    fn describe(&self) -> Value {
        match self {
            Self::Table(table) => table.describe(),
            Self::Vrf(name) => Value::Text(format!("vrf {name}")),
        }
    }
}

impl<P: Describe> Describe for Tracking<P> {
    fn describe(&self) -> Value {
        let (tracked, protocol) = match self {
            Self::Tracked => (true, Route::PROTOCOL.describe()),
            Self::Untracked { protocol } => (false, protocol.describe()),
        };
        Value::Map(vec![("tracked", tracked.describe()), ("protocol", protocol)])
    }
}

impl Describe for RouteAddresses {
    fn describe(&self) -> Value {
        Value::Map(match self {
            Self::V4 { destination, source, realms } => vec![
                ("family", AddressFamily::V4.describe()),
                ("destination", destination.describe()),
                ("source", source.describe()),
                ("realms", realms.describe()),
            ],
            Self::V6 { destination, from, source, expires_s, preference } => vec![
                ("family", AddressFamily::V6.describe()),
                ("destination", destination.describe()),
                ("from", from.describe()),
                ("source", source.describe()),
                ("expires_s", expires_s.describe()),
                ("preference", preference.describe()),
            ],
        })
    }
}
