//! Counters of a service or destination.

/// `IPVS_*_ATTR_STATS64`; on kernels before 4.1 `IPVS_*_ATTR_STATS`, whose packet and
/// connection counters wrap at 32 bits.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Stats {
    /// Connections scheduled.
    pub connections: u64,
    /// Packets from clients.
    pub packets_in: u64,
    /// Packets to clients, as far as they come through the director.
    pub packets_out: u64,
    /// Octets from clients.
    pub octets_in: u64,
    /// Octets to clients, as far as they come through the director.
    pub octets_out: u64,
    /// Connections a second, the kernel's moving average.
    pub connections_per_s: u64,
    /// Packets a second from clients.
    pub packets_in_per_s: u64,
    /// Packets a second to clients.
    pub packets_out_per_s: u64,
    /// Octets a second from clients.
    pub octets_in_per_s: u64,
    /// Octets a second to clients.
    pub octets_out_per_s: u64,
}
