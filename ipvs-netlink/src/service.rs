//! Virtual services: what names one, what we want of it, what the kernel says of it.

use core::fmt;
use core::net::{Ipv4Addr, SocketAddr};
use core::num::NonZeroU32;

use crate::name::name;
use crate::stats::Stats;
use crate::uapi::{AddressFamily, Protocol};

/// What identifies a virtual service. The kernel takes one form or the other, never both,
/// so neither can we.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum ServiceKey {
    /// Packets of `protocol` to `address`.
    Address {
        /// Transport protocol.
        protocol: Protocol,
        /// Virtual address and port; port 0 means every port and wants persistence. The
        /// kernel keeps neither flow information nor scope of an IPv6 address:
        /// [`normalized`](ServiceKey::normalized) clears them.
        address: SocketAddr,
    },
    /// Packets that the firewall marked.
    FirewallMark {
        /// The mark; 0 is no mark.
        mark: NonZeroU32,
        /// Family of the packets: one mark can name a service in each.
        family: AddressFamily,
    },
}

impl ServiceKey {
    /// A TCP service.
    #[must_use]
    pub const fn tcp(address: SocketAddr) -> Self {
        Self::Address { protocol: Protocol::Tcp, address }
    }

    /// A UDP service.
    #[must_use]
    pub const fn udp(address: SocketAddr) -> Self {
        Self::Address { protocol: Protocol::Udp, address }
    }

    /// The family of the packets that the service takes.
    #[must_use]
    pub const fn family(&self) -> AddressFamily {
        match self {
            Self::Address { address, .. } => AddressFamily::of(address),
            Self::FirewallMark { family, .. } => *family,
        }
    }

    /// The key as the kernel would report it.
    #[must_use]
    pub fn normalized(self) -> Self {
        match self {
            Self::Address { protocol, address } => {
                Self::Address { protocol, address: SocketAddr::new(address.ip(), address.port()) }
            }
            Self::FirewallMark { .. } => self,
        }
    }
}

impl fmt::Display for ServiceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address { protocol, address } => write!(f, "{protocol} {address}"),
            Self::FirewallMark { mark, family } => write!(f, "firewall mark {mark} ({family})"),
        }
    }
}

/// What we want of a virtual service. Everything is written on every change: the kernel has
/// no partial update, and a missing engine would clear the one that is set.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Service {
    /// Picks the destination of a new connection (`IPVS_SVC_ATTR_SCHED_NAME`).
    pub scheduler: Scheduler,
    /// Options of the scheduler, such as [`SchedulerFlags::SH_FALLBACK`].
    pub scheduler_flags: SchedulerFlags,
    /// Whether a client stays with its destination.
    pub persistence: Option<Persistence>,
    /// `IP_VS_SVC_F_ONEPACKET`: schedule every UDP packet on its own.
    pub one_packet: bool,
    /// Persistence engine that finds the client inside the payload
    /// (`IPVS_SVC_ATTR_PE_NAME`), such as `sip`.
    pub engine: Option<Engine>,
}

impl Service {
    /// A service that is neither persistent nor one-packet.
    #[must_use]
    pub const fn new(scheduler: Scheduler) -> Self {
        Self {
            scheduler,
            scheduler_flags: SchedulerFlags::NONE,
            persistence: None,
            one_packet: false,
            engine: None,
        }
    }
}

/// A client's later connections go to the destination of its first one
/// (`IP_VS_SVC_F_PERSISTENT`).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Persistence {
    /// Seconds after the last connection (`IPVS_SVC_ATTR_TIMEOUT`). The kernel multiplies
    /// with its tick rate in 32 bits, so stay below 4,294,967 (49 days).
    pub timeout_s: u32,
    /// Which clients count as one.
    pub granularity: Granularity,
}

/// Which clients count as one (`IPVS_SVC_ATTR_NETMASK`: a mask for IPv4, a prefix length for
/// IPv6).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Granularity {
    /// Every address is a client of its own: 255.255.255.255 or 128.
    #[default]
    Host,
    /// Addresses that agree under a mask. For services of IPv4.
    V4(Ipv4Addr),
    /// Addresses that agree in so many leading bits, 1 to 128; the kernel refuses others.
    /// For services of IPv6.
    V6(u8),
}

impl Granularity {
    /// The one way to write what the two extremes mean.
    pub(crate) fn normalized(self) -> Self {
        match self {
            Self::V4(mask) if mask == Ipv4Addr::BROADCAST => Self::Host,
            Self::V6(128) => Self::Host,
            Self::Host | Self::V4(_) | Self::V6(_) => self,
        }
    }
}

/// `IP_VS_SVC_F_SCHED1` to `IP_VS_SVC_F_SCHED3`, whose meaning is the scheduler's.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct SchedulerFlags(u32);

impl SchedulerFlags {
    /// None set.
    pub const NONE: Self = Self(0);
    /// `IP_VS_SVC_F_SCHED_SH_FALLBACK` (SCHED1): `sh` skips destinations of weight 0.
    pub const SH_FALLBACK: Self = Self(0x8);
    /// `IP_VS_SVC_F_SCHED_SH_PORT` (SCHED2): `sh` hashes the source port too.
    pub const SH_PORT: Self = Self(0x10);
    /// `IP_VS_SVC_F_SCHED_MH_FALLBACK` (SCHED1): as `sh`'s, for `mh`.
    pub const MH_FALLBACK: Self = Self(0x8);
    /// `IP_VS_SVC_F_SCHED_MH_PORT` (SCHED2): as `sh`'s, for `mh`.
    pub const MH_PORT: Self = Self(0x10);
    /// `IP_VS_SVC_F_SCHED3`: no scheduler of Linux uses it yet.
    pub const SCHED3: Self = Self(0x20);

    /// The three bits of `IP_VS_SVC_F_*`; others are dropped.
    #[must_use]
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits & 0x38)
    }

    /// The bits of `IP_VS_SVC_F_*`.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Both sets together.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

name! {
    /// Name of a scheduler, such as `wlc`; `none` is the kernel's word for no scheduler.
    Scheduler
}
name! {
    /// Name of a persistence engine; Linux has `sip`.
    Engine
}

/// A service as the kernel reports it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ObservedService {
    /// What names it.
    pub key: ServiceKey,
    /// What was asked of it.
    pub service: Service,
    /// `IP_VS_SVC_F_*` as reported, with the bits that belong to the kernel.
    pub flags: u32,
    /// Counters since the service was made or zeroed.
    pub stats: Stats,
    /// Whether the kernel told them with 64 bits each (Linux 4.1).
    pub wide_counters: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_lose_what_the_kernel_does_not_keep() {
        let scoped = "[fe80::1%3]:80".parse().unwrap();
        let plain = "[fe80::1]:80".parse().unwrap();
        assert_ne!(ServiceKey::tcp(scoped), ServiceKey::tcp(plain));
        assert_eq!(ServiceKey::tcp(scoped).normalized(), ServiceKey::tcp(plain));
    }
}
