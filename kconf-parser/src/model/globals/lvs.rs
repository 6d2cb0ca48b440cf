//! Settings of IPVS.

use core::net::IpAddr;
use core::time::Duration;

use crate::describe::describe;

/// `lvs_flush_on_stop` (old: `lvs_flush_onstop`).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum LvsFlushOnStop {
    /// Nothing is written: real servers and services are removed one by one.
    #[default]
    Entries,
    /// `VS`: services are removed, and with each its real servers.
    Services,
    /// Without a word: the whole IPVS table, entries of others included.
    Table,
}

describe!(LvsFlushOnStop = Entries "entries", Services "VS", Table "table");

/// `lvs_sync_daemon`: the kernel tells other directors of its connections. `None` is the kernel's default.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LvsSyncDaemon {
    /// The interface, at most 15 octets.
    pub interface: String,
    /// `inst`: the kernel sends while this instance is master, and listens otherwise. Without one it does both.
    pub instance: Option<String>,
    /// `id`, else the instance's virtual router id, else 0.
    pub id: u8,
    /// `maxlen`: longest message in octets, 1..=65 507.
    pub max_length: Option<u16>,
    /// `port`, default 8848.
    pub port: Option<u16>,
    /// `ttl`, at least 1, default 1.
    pub ttl: Option<u8>,
    /// `group`: a multicast address, default 224.0.0.81.
    pub group: Option<IpAddr>,
}

describe!(LvsSyncDaemon { interface, instance, id, max_length, port, ttl, group });

/// `lvs_timeouts`: whole seconds, at most 31 days. `None` and zero leave the kernel's value as it is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct LvsTimeouts {
    /// `tcp`: connections without traffic.
    pub tcp: Option<Duration>,
    /// `tcpfin`: connections that were closed.
    pub tcp_fin: Option<Duration>,
    /// `udp`: time after the last packet.
    pub udp: Option<Duration>,
}

describe!(LvsTimeouts { tcp, tcp_fin, udp });
