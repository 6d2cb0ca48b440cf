//! Real servers behind a virtual service.

use core::fmt;
use core::net::SocketAddr;

use crate::forward::ForwardMethod;
use crate::stats::Stats;
use crate::uapi::AddressFamily;

/// What identifies a destination within its service: address and port, without the flow
/// information and scope that the kernel does not keep.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct DestinationKey(SocketAddr);

impl DestinationKey {
    /// The port is that of the service unless packets are rewritten
    /// ([`ForwardMethod::Masquerade`]); 0 behind a firewall mark keeps the packet's.
    #[must_use]
    pub fn new(address: SocketAddr) -> Self {
        Self(SocketAddr::new(address.ip(), address.port()))
    }

    /// Address and port.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.0
    }

    /// Family of the address. One that is not the service's needs
    /// [`ForwardMethod::Tunnel`] and no connection synchronization (`EINVAL` otherwise).
    #[must_use]
    pub const fn family(&self) -> AddressFamily {
        AddressFamily::of(&self.0)
    }
}

impl From<SocketAddr> for DestinationKey {
    fn from(address: SocketAddr) -> Self {
        Self::new(address)
    }
}

impl fmt::Display for DestinationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What we want of a destination.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Destination {
    /// How packets reach it.
    pub forward: ForwardMethod,
    /// Share of new connections, 0 to 2,147,483,647; with 0 it gets none and keeps those
    /// that it has.
    pub weight: u32,
    /// Connections above which it gets no new ones; 0 is no limit.
    pub upper_threshold: u32,
    /// Connections below which it gets new ones again, at most `upper_threshold`; 0 is three
    /// quarters of that.
    pub lower_threshold: u32,
}

impl Destination {
    /// Weight 1, no thresholds.
    #[must_use]
    pub const fn new(forward: ForwardMethod) -> Self {
        Self { forward, weight: 1, upper_threshold: 0, lower_threshold: 0 }
    }
}

/// A destination as the kernel reports it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ObservedDestination {
    /// What names it within its service.
    pub key: DestinationKey,
    /// What was asked of it.
    pub destination: Destination,
    /// Connections that carry traffic.
    pub active_connections: u32,
    /// Connections that are being closed, and those of UDP.
    pub inactive_connections: u32,
    /// Templates of persistence.
    pub persistent_connections: u32,
    /// Counters since the destination was made or zeroed.
    pub stats: Stats,
}
