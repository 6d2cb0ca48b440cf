//! What sockets share: the table and what this kernel is like.

use super::config::{Daemons, Seconds};
use super::table::Table;

/// What differs from one kernel to another.
#[derive(Clone, Debug)]
pub(super) struct Traits {
    /// Whether `ip_vs` is loaded.
    pub(super) loaded: bool,
    /// Whether it is about to go.
    pub(super) unloading: bool,
    pub(super) permitted: bool,
    pub(super) ipv6: bool,
    pub(super) stats64: bool,
    pub(super) tunnels: bool,
    pub(super) address_family: bool,
    /// Whether numbers of 64 bits stand on boundaries.
    pub(super) padding: bool,
    pub(super) schedulers: Vec<Box<str>>,
    pub(super) engines: Vec<Box<str>>,
    /// Names and MTUs.
    pub(super) interfaces: Vec<(Box<str>, u32)>,
    /// At least 1.
    pub(super) ticks_per_second: u32,
    pub(super) connection_table_size: u32,
    /// Octets of a dump's datagram.
    pub(super) dump_len: usize,
}

/// Modules `ip_vs_*` of Linux 6.1, without the prefix.
const SCHEDULERS: [&str; 14] =
    ["rr", "wrr", "lc", "wlc", "fo", "ovf", "lblc", "lblcr", "dh", "sh", "mh", "sed", "nq", "twos"];

impl Traits {
    /// Of the attribute that moves a number of 64 bits.
    pub(super) fn pad(&self, kind: u16) -> Option<u16> {
        self.padding.then_some(kind)
    }
}

impl Default for Traits {
    fn default() -> Self {
        Self {
            loaded: true,
            unloading: false,
            permitted: true,
            ipv6: true,
            stats64: true,
            tunnels: true,
            address_family: true,
            padding: true,
            schedulers: SCHEDULERS.map(Box::from).to_vec(),
            engines: vec!["sip".into()],
            interfaces: vec![("lo".into(), 65_536), ("eth0".into(), 1500)],
            // Debian's and most others'.
            ticks_per_second: 250,
            connection_table_size: 4096,
            // 32 KiB without what the kernel keeps beside the data.
            dump_len: 32_448,
        }
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Kernel {
    pub(super) traits: Traits,
    pub(super) table: Table,
    pub(super) daemons: Daemons,
    pub(super) timeouts: Seconds,
}
