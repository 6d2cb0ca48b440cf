//! `virtual_server` and `real_server`.

use core::net::SocketAddr;
use core::num::NonZeroU32;
use core::time::Duration;

use super::{AddressFamily, Checker, ScriptCommand};
use crate::Span;
use crate::describe::{Describe, Value, describe};

/// A `virtual_server` block.
#[derive(Clone, Debug, PartialEq)]
pub struct VirtualServer {
    /// The line that opens the block.
    pub span: Span,
    /// What the service is known by.
    pub key: VirtualServerKey,
    /// `ip_family`, or the family of the addresses. A group may have services of both families, and this is then IPv4:
    /// ask each [`VirtualService`](super::VirtualService).
    pub family: AddressFamily,
    /// `protocol`.
    pub protocol: ServiceProtocol,
    /// `lvs_sched` or `lb_algo`: the kernel's name of the scheduler, default `wlc`.
    pub scheduler: String,
    /// `flag-1`..`flag-3` and their scheduler names (`sh-fallback`, `sh-port`, `mh-fallback`, `mh-port`):
    /// bits 0..=2 of the scheduler's own flags.
    pub scheduler_flags: u8,
    /// `hashed`. The kernel sets this flag by itself: writing it changes nothing.
    pub hashed: bool,
    /// `ops`: one-packet scheduling (UDP only).
    pub one_packet: bool,
    /// `lvs_method` or `lb_kind`: default for real servers.
    pub forward_method: ForwardMethod,
    /// `delay_loop`: time between two probes, default 60 s.
    pub delay_loop: Duration,
    /// `persistence_timeout`, whole seconds.
    pub persistence_timeout: Option<Duration>,
    /// `persistence_granularity`.
    pub persistence_granularity: Option<PersistenceGranularity>,
    /// `persistence_engine`, for instance `sip`; at most 15 octets.
    pub persistence_engine: Option<String>,
    /// `ha_suspend`: probe only while the service's address is on this host.
    pub ha_suspend: bool,
    /// `alpha`: real servers start as down.
    pub alpha: bool,
    /// `omega`: run the down scripts when stopping.
    pub omega: bool,
    /// `quorum`: sum of live weights that the service needs, at least 1.
    pub quorum: u32,
    /// `hysteresis`: distance from the quorum for a change of state.
    pub hysteresis: u32,
    /// `quorum_up`.
    pub quorum_up: Option<Box<ScriptCommand>>,
    /// `quorum_down`.
    pub quorum_down: Option<Box<ScriptCommand>>,
    /// `sorry_server`.
    pub sorry_server: Option<SorryServer>,
    /// `virtualhost`: default `Host` of HTTP checks.
    pub virtualhost: Option<String>,
    /// `inhibit_on_failure`: a failed real server gets weight 0 rather than being removed.
    pub inhibit_on_failure: bool,
    /// `smtp_alert`.
    pub smtp_alert: bool,
    /// `snmp_name`.
    pub snmp_name: Option<String>,
    /// `weight`: default for real servers.
    pub weight: u32,
    /// `real_server` blocks that can run, in the order of the file.
    pub real_servers: Vec<RealServer>,
}

describe!(VirtualServer { key, family, protocol, scheduler, scheduler_flags, hashed, one_packet, forward_method, delay_loop, persistence_timeout, persistence_granularity, persistence_engine, ha_suspend, alpha, omega, quorum, hysteresis, quorum_up, quorum_down, sorry_server, virtualhost, inhibit_on_failure, smtp_alert, snmp_name, weight, real_servers; span });

/// What identifies a virtual service.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum VirtualServerKey {
    /// `virtual_server ADDRESS PORT`; port 0 is every port, and needs persistence.
    Address(SocketAddr),
    /// `virtual_server fwmark N`.
    FirewallMark(NonZeroU32),
    /// `virtual_server group NAME`; the group is there. [`Config::services`](super::Config::services) takes it apart.
    Group(String),
}

/// `protocol`.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum ServiceProtocol {
    /// `TCP`.
    #[default]
    Tcp,
    /// `UDP`, also where nothing is written.
    Udp,
    /// `SCTP`.
    Sctp,
}

/// `lvs_method` or `lb_kind`: how packets reach a real server.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum ForwardMethod {
    /// `NAT`: rewrite addresses.
    #[default]
    Masquerade,
    /// `DR`: rewrite the MAC only.
    DirectRoute,
    /// `TUN`: wrap in IPIP.
    Tunnel,
    /// `TUN type gue port N`: wrap in GUE to this UDP port.
    TunnelGue {
        /// UDP port of the decapsulator.
        port: u16,
        /// `nocsum`, `csum` or `remcsum`.
        checksum: TunnelChecksum,
    },
    /// `TUN type gre`: wrap in GRE.
    TunnelGre {
        /// `nocsum` or `csum`.
        checksum: TunnelChecksum,
    },
}

/// Checksums in the outer header of a tunnel.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum TunnelChecksum {
    /// `nocsum`.
    #[default]
    None,
    /// `csum`.
    Full,
    /// `remcsum`: the receiver computes the inner one (GUE only).
    Remote,
}

impl TunnelChecksum {
    /// As it is written.
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "nocsum",
            Self::Full => "csum",
            Self::Remote => "remcsum",
        }
    }
}

impl ForwardMethod {
    /// Whether packets are wrapped, so that a real server may be of another family than the service.
    pub const fn is_tunnel(self) -> bool {
        match self {
            Self::Tunnel | Self::TunnelGue { .. } | Self::TunnelGre { .. } => true,
            Self::Masquerade | Self::DirectRoute => false,
        }
    }
}

/// `persistence_granularity`: clients that share this prefix share a real server.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum PersistenceGranularity {
    /// IPv4 netmask.
    Netmask(core::net::Ipv4Addr),
    /// IPv6 prefix length, 1..=128.
    PrefixLen(u8),
}

/// `sorry_server`: takes the connections while the quorum is lost.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SorryServer {
    /// Address and port; with direct routing and tunnels the port is the service's.
    /// For a group it is as written: see [`VirtualService::seen_from`](super::VirtualService::seen_from).
    pub address: SocketAddr,
    /// `sorry_server_inhibit`.
    pub inhibit: bool,
    /// `sorry_server_lvs_method`, else the service's.
    pub forward_method: ForwardMethod,
}

describe!(SorryServer { address, inhibit, forward_method });

/// A `real_server` block.
#[derive(Clone, Debug, PartialEq)]
pub struct RealServer {
    /// The line that opens the block.
    pub span: Span,
    /// Address and port; with direct routing and tunnels the port is the service's.
    /// For a group it is as written: see [`VirtualService::destination`](super::VirtualService::destination).
    pub address: SocketAddr,
    /// `weight`, 0..=2³¹−1, else the service's.
    pub weight: u32,
    /// `lvs_method`, else the service's.
    pub forward_method: ForwardMethod,
    /// `uthreshold`: no new connections above this many; 0 is no limit.
    pub upper_threshold: u32,
    /// `lthreshold`: new connections again below this many.
    pub lower_threshold: u32,
    /// `inhibit_on_failure`, else the service's.
    pub inhibit_on_failure: bool,
    /// `alpha`, else the service's.
    pub alpha: bool,
    /// `virtualhost`, else the service's.
    pub virtualhost: Option<String>,
    /// `notify_up`.
    pub notify_up: Option<Box<ScriptCommand>>,
    /// `notify_down`.
    pub notify_down: Option<Box<ScriptCommand>>,
    /// `smtp_alert`.
    pub smtp_alert: bool,
    /// `snmp_name`.
    pub snmp_name: Option<String>,
    /// Checkers; the server is up while none of them fails.
    pub checkers: Vec<Checker>,
}

describe!(RealServer { address, weight, forward_method, upper_threshold, lower_threshold, inhibit_on_failure, alpha, virtualhost, notify_up, notify_down, smtp_alert, snmp_name, checkers; span });

describe!(ServiceProtocol = Tcp "TCP", Udp "UDP", Sctp "SCTP");

impl Describe for VirtualServerKey {
    fn describe(&self) -> Value {
        match self {
            Self::Address(address) => address.describe(),
            Self::FirewallMark(mark) => Value::Text(format!("fwmark {mark}")),
            Self::Group(name) => Value::Text(format!("group {name}")),
        }
    }
}

impl Describe for ForwardMethod {
    fn describe(&self) -> Value {
        Value::Text(match self {
            Self::Masquerade => "NAT".to_owned(),
            Self::DirectRoute => "DR".to_owned(),
            Self::Tunnel => "TUN".to_owned(),
            Self::TunnelGue { port, checksum } => format!("TUN type gue port {port} {}", checksum.word()),
            Self::TunnelGre { checksum } => format!("TUN type gre {}", checksum.word()),
        })
    }
}

impl Describe for PersistenceGranularity {
    fn describe(&self) -> Value {
        match self {
            Self::Netmask(mask) => mask.describe(),
            Self::PrefixLen(len) => len.describe(),
        }
    }
}
