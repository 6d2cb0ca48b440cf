//! What a virtual router expects of its peers, and the choices that RFCs and releases leave.

use core::net::IpAddr;

use crate::{Addresses, AdvertInterval, Credentials, Version, Vrid};

/// What a virtual router expects of its peers' messages.
#[derive(Clone, Copy, Debug)]
pub struct Expectation<'a> {
    /// The version it speaks (`vrrp_version`, `version`).
    pub version: Version,
    /// Its identifier (`virtual_router_id`).
    pub vrid: Vrid,
    /// Its own interval (`advert_int`).
    pub interval: AdvertInterval,
    /// Its method and what checks it (`authentication`, `auth_hmac`).
    pub credentials: Credentials<'a>,
    /// Multicast or unicast.
    pub mode: Mode<'a>,
    /// Its own protected addresses (`virtual_ipaddress`).
    pub addresses: Addresses<'a>,
    /// What the RFCs and keepalived see differently.
    pub policy: Policy,
}

/// How the messages of a virtual router travel.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mode<'a> {
    /// To a group: the TTL must be 255 and the destination the group.
    Multicast {
        /// [`VRRP_MULTICAST_V4`](crate::VRRP_MULTICAST_V4), [`VRRP_MULTICAST_V6`](crate::VRRP_MULTICAST_V6) or another
        /// (`vrrp_mcast_group4`).
        group: IpAddr,
    },
    /// To each peer: the destination must not be a multicast group.
    Unicast {
        /// The peers (`unicast_peer`).
        peers: &'a [UnicastPeer],
        /// Whether the source must be one of them (`check_unicast_src`).
        check_source: bool,
    },
}

/// One entry of `unicast_peer`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct UnicastPeer {
    /// The source of its packets.
    pub address: IpAddr,
    /// Smallest TTL that its packets may arrive with (`min_ttl`).
    pub min_ttl: Option<u8>,
    /// Greatest TTL that its packets may arrive with (`max_ttl`).
    pub max_ttl: Option<u8>,
}

/// The choices where the RFCs and the releases of keepalived differ.
///
/// Start from a preset: `Policy { old_unicast_checksum: false, ..Policy::KEEPALIVED }`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Policy {
    /// What happens to a message whose address list is not ours. keepalived's
    /// `skip_check_adv_addr` is [`Accept`](AddressMismatch::Accept) for the current Master.
    pub address_mismatch: AddressMismatch,
    /// Whether a unicast VRRPv3 message over IPv4 may have been summed with 224.0.0.18 as its
    /// destination, as keepalived before 1.3.7 did (`old_unicast_checksum`).
    pub old_unicast_checksum: bool,
    /// Over what a VRRPv3 message over IPv4 may have been summed.
    pub v3_checksum: V3Checksum,
    /// Whether a unicast peer without `min_ttl` and `max_ttl` must be on this link, TTL 255
    /// (RFC 9568 §7.1 makes no exception for unicast, keepalived does).
    pub unicast_ttl_255: bool,
    /// Whether the first IPv6 address must be link-local (erratum 8300 of RFC 9568).
    pub link_local_first: bool,
    /// Whether a message without any address counts, as in keepalived (RFC 9568 §5.2.5 demands
    /// one, erratum 8299).
    pub empty_list: bool,
}

impl Policy {
    /// keepalived 2.3.3 and later. The default.
    pub const KEEPALIVED: Self = Self {
        address_mismatch: AddressMismatch::Accept,
        old_unicast_checksum: true,
        v3_checksum: V3Checksum::Either,
        unicast_ttl_255: false,
        link_local_first: false,
        empty_list: true,
    };
    /// keepalived before 2.3.3, Debian 12's 2.2.7 among them.
    pub const KEEPALIVED_BEFORE_2_3_3: Self =
        Self { address_mismatch: AddressMismatch::Drop, ..Self::KEEPALIVED };
    /// RFC 3768 for VRRPv2, RFC 9568 with its errata for VRRPv3; over IPv4 a VRRPv3 checksum may
    /// still be RFC 5798's, which peers send, unless `v3_checksum` says otherwise.
    pub const STRICT: Self = Self {
        address_mismatch: AddressMismatch::AsRfc,
        old_unicast_checksum: false,
        v3_checksum: V3Checksum::Either,
        unicast_ttl_255: true,
        link_local_first: true,
        empty_list: false,
    };
}

impl Default for Policy {
    fn default() -> Self {
        Self::KEEPALIVED
    }
}

/// Over what a VRRPv3 message over IPv4 may have been summed, when it is received.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum V3Checksum {
    /// With its pseudo-header or without: [`Received::checksum_scope`](crate::Received::checksum_scope) tells.
    Either,
    /// With it only: RFC 5798 §5.2.8 read literally, keepalived's and FRR's default.
    PseudoHeader,
    /// The message alone: RFC 9568 §5.2.8, keepalived's `v3_checksum_as_v2`.
    Message,
}

/// What happens to a message whose address list differs from ours.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AddressMismatch {
    /// It counts; [`Received::addresses_match`](crate::Received::addresses_match) tells.
    Accept,
    /// It is dropped.
    Drop,
    /// VRRPv2 drops it unless the sender owns the addresses (RFC 3768 §7.1), VRRPv3 accepts it
    /// (RFC 9568 §7.1).
    AsRfc,
}
