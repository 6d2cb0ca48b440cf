//! `bfd_instance`.

use core::net::IpAddr;
use core::time::Duration;

use crate::Span;
use crate::describe::describe;

/// A `bfd_instance` block: a BFD session (RFC 5880) that instances and checkers can track.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BfdInstance {
    /// Name of the block, at most 31 octets.
    pub name: String,
    /// The line that opens the block.
    pub span: Span,
    /// `neighbor_ip` or `neighbour_ip`.
    pub neighbor: IpAddr,
    /// `source_ip`, of the neighbor's family.
    pub source: Option<IpAddr>,
    /// `min_rx`, written in milliseconds, 1..=4 294 967, default 10: shortest interval that it can receive in.
    pub min_rx: Duration,
    /// `min_tx`, as `min_rx`: shortest interval that it wants to send in.
    pub min_tx: Duration,
    /// `idle_tx`, written in milliseconds, 1000..=4 294 967, default 1000: interval while the session is down.
    pub idle_tx: Duration,
    /// `multiplier`, 1..=255, default 5: packets missed before the session is down.
    pub multiplier: u8,
    /// `passive`: waits for the neighbor to begin.
    pub passive: bool,
    /// `ttl` or `hoplimit`, 1..=255; 255 for IPv4, 64 for IPv6 if nothing is written.
    pub ttl: u8,
    /// `max_hops`, 0..=255, default 0: hops that a packet may have made; 255 is any. `None` is written −1.
    pub max_hops: Option<u8>,
    /// `multihop`: port 4784 (RFC 5883), not 3784 (RFC 5881).
    pub multihop: bool,
    /// `weight`, −253..=253, default 0: what `track_bfd` without a weight means.
    pub weight: i16,
    /// `weight … reverse`.
    pub reverse: bool,
    /// Instances hear of it: `vrrp`, or neither `vrrp` nor `checker`.
    pub vrrp: bool,
    /// Checkers hear of it: `checker`, or neither `vrrp` nor `checker`.
    pub checker: bool,
}

describe!(BfdInstance { name, neighbor, source, min_rx, min_tx, idle_tx, multiplier, passive, ttl, max_hops, multihop, weight, reverse, vrrp, checker; span });
