//! How a destination is drained.

use core::time::Duration;

use crate::service::{Service, ServiceKey};
use crate::uapi::Protocol;

/// How a destination is drained once it is no longer wanted.
///
/// By default: it may go when its active count is 0 and nobody is bound to it by persistence,
/// and goes after 15 minutes whatever it serves; what has no connections (UDP, one-packet)
/// and no persistence goes at once.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Drain {
    /// What becomes of clients that persistence binds to the destination.
    pub affinity: Affinity,
    /// Whether to wait for the inactive count, too: TCP connections that are being closed
    /// (for up to two minutes by default), UDP flows of the last five. For UDP only together
    /// with `packet_grace`.
    pub inactive: bool,
    /// Time at weight 0 at least, for TCP and SCTP. Counters are not looked at before.
    pub grace: Duration,
    /// The same for traffic without connections, whose active count is always 0: it says
    /// nothing about the sender, so only time can. 0 deletes at once.
    pub packet_grace: Duration,
    /// Time at weight 0 at most; then the destination goes, and its connections are cut.
    pub cap: Duration,
    /// Time between two looks at the counters; below 10 ms it is 10 ms.
    pub poll: Duration,
}

impl Default for Drain {
    fn default() -> Self {
        Self {
            affinity: Affinity::Keep,
            inactive: false,
            grace: Duration::ZERO,
            packet_grace: Duration::ZERO,
            cap: Duration::from_secs(15 * 60),
            poll: Duration::from_secs(1),
        }
    }
}

/// What becomes of clients that persistence binds to a destination at weight 0.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Affinity {
    /// They stay until the last template expired: the kernel keeps giving them new
    /// connections, and the drain waits for them.
    #[default]
    Keep,
    /// They are not waited for. New connections of theirs go elsewhere only if
    /// `net.ipv4.vs.expire_quiescent_template` is 1; if it is 0, they are cut at the end.
    Break,
}

/// What the counters of a destination can tell, by its service.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Traffic {
    /// Whether there are connections with an active count: TCP and SCTP. A firewall mark can
    /// mean either and is taken for TCP.
    pub connections: bool,
    /// Whether persistence binds clients to their destination.
    pub persistent: bool,
}

impl Traffic {
    /// What the service `key` carries.
    #[must_use]
    pub const fn of(key: &ServiceKey, service: &Service) -> Self {
        let packets =
            service.one_packet || matches!(key, ServiceKey::Address { protocol: Protocol::Udp, .. });
        Self { connections: !packets, persistent: service.persistence.is_some() }
    }
}

impl Drain {
    /// More often than this counters are never read.
    const SHORTEST_POLL: Duration = Duration::from_millis(10);

    /// Whether there is nothing to wait for.
    #[must_use]
    pub fn is_immediate(&self, traffic: Traffic) -> bool {
        !traffic.connections && self.packet_grace.is_zero() && !self.waits_for_templates(traffic)
    }

    pub(super) fn interval(&self) -> Duration {
        self.poll.max(Self::SHORTEST_POLL)
    }

    pub(super) const fn shortest(&self, traffic: Traffic) -> Duration {
        if traffic.connections { self.grace } else { self.packet_grace }
    }

    pub(super) const fn waits_for_templates(&self, traffic: Traffic) -> bool {
        traffic.persistent && matches!(self.affinity, Affinity::Keep)
    }

    /// Whether the counters have a say: else only time counts.
    pub(super) const fn waits_for_counters(&self, traffic: Traffic) -> bool {
        traffic.connections || self.inactive || self.waits_for_templates(traffic)
    }
}
