//! Why an operation failed: one enum per operation, to be matched, counted or printed.

use core::net::IpAddr;

#[cfg(feature = "auth")]
use crate::HmacSequence;
use crate::{AddressFamily, AdvertInterval, AuthenticationKind, ChecksumScope, Version, Vrid};

/// Why a received message was not a usable advertisement.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The buffer ends before the structure it claims to hold (RFC 3768 §7.1, RFC 9568 §7.1).
    #[error("message too short: {needed} octets needed, {got} present")]
    Truncated {
        /// Octets that the header asks for.
        needed: usize,
        /// Octets in the buffer.
        got: usize,
    },
    /// Octets follow the message. The caller trims by the IP length first, so these are not
    /// Ethernet padding.
    #[error("message too long: {expected} octets expected, {got} present")]
    Trailing {
        /// Octets that the header asks for.
        expected: usize,
        /// Octets in the buffer.
        got: usize,
    },
    /// The version nibble is neither 2 nor 3.
    #[error("unsupported VRRP version {0}")]
    Version(u8),
    /// VRRPv2 in an IPv6 packet: RFC 3768 knows IPv4 only.
    #[error("VRRP version 2 over IPv6")]
    Version2OverIpv6,
    /// The type nibble is not 1, ADVERTISEMENT (RFC 3768 §5.3.2, RFC 9568 §5.2.2).
    #[error("unknown VRRP packet type {0}")]
    Type(u8),
    /// VRID 0.
    #[error("VRID 0 is reserved")]
    Vrid,
    /// The interval is 0 (erratum 8301 of RFC 9568). keepalived has no such rule.
    #[error("advertisement interval 0")]
    Interval,
    /// The VRRPv2 authentication type is one that an owned `Advertisement` cannot hold.
    #[error("unsupported authentication type {0}")]
    AuthenticationType(u8),
}

/// Why an advertisement could not be written. The buffer is then untouched.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// `out` is too short.
    #[error("buffer too small: {needed} octets needed, {available} available")]
    BufferTooSmall {
        /// Octets of the message.
        needed: usize,
        /// Octets in the buffer.
        available: usize,
    },
    /// The count field is one octet wide.
    #[error("{count} addresses, at most 255 fit")]
    TooManyAddresses {
        /// Addresses in the list.
        count: usize,
    },
    /// VRRPv2 carries `1..=255` whole seconds, VRRPv3 `1..=4095` centiseconds.
    #[error("version {version:?} cannot carry an interval of {interval}")]
    Interval {
        /// The version that was asked for.
        version: Version,
        /// The interval that it cannot carry.
        interval: AdvertInterval,
    },
    /// VRRPv3 has no authentication (RFC 9568 §9).
    #[error("VRRP version 3 has no authentication")]
    AuthenticationInVersion3,
    /// A trailer (`auth_hmac`) and another method at once.
    #[cfg(feature = "auth")]
    #[error("a trailer goes with no other authentication")]
    TwoAuthentications,
    /// VRRPv2 carries IPv4 addresses only.
    #[error("VRRP version 2 over IPv6")]
    Version2OverIpv6,
    /// VRRPv2 sums the message alone, IPv6 always adds its pseudo-header, and a pseudo-header
    /// is of the family of the addresses.
    #[error("checksum scope does not fit version and address family")]
    ChecksumScope,
}

/// The checksum in a message is not the one that its octets give.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("checksum {received:#06x} received, {computed:#06x} computed{}", hint(*.right_under))]
#[non_exhaustive]
pub struct ChecksumError {
    /// The checksum field.
    pub received: u16,
    /// What the sender should have written there.
    pub computed: u16,
    /// Another scope, in which the received one is right: the sender sums other octets than
    /// were expected of it. The message is intact.
    pub right_under: Option<ChecksumScope>,
}

const fn hint(right_under: Option<ChecksumScope>) -> &'static str {
    match right_under {
        None => "",
        Some(ChecksumScope::Message) => "; it is right without pseudo-header",
        Some(ChecksumScope::PseudoV4 { .. } | ChecksumScope::PseudoV6 { .. }) => {
            "; it is right with a pseudo-header"
        }
    }
}

/// Why a received message does not count for a virtual router.
///
/// The variants stand in the order of the checks, which is keepalived's; where keepalived
/// keeps a counter, its name in the statistics dump is given.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiveError {
    /// The message came in a packet of the other family than the router's addresses.
    #[error("received over {received:?}, the virtual router is {expected:?}")]
    Family {
        /// Family of the IP header.
        received: AddressFamily,
        /// Family of the virtual router.
        expected: AddressFamily,
    },
    /// The packet has no IP authentication header, which our method demands
    /// (`authtype_mismatch`).
    #[error("no IP authentication header")]
    HeaderMissing,
    /// The packet has an IP authentication header, which is not our method
    /// (`authtype_mismatch`).
    #[error("unexpected IP authentication header")]
    HeaderUnexpected,
    /// A length, type, count, VRID or interval is wrong (`packet_len_err`,
    /// `invalid_type_rcvd`).
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The message is for another virtual router.
    #[error("VRID {received} received, {expected} expected")]
    Vrid {
        /// In the message.
        received: Vrid,
        /// Configured.
        expected: Vrid,
    },
    /// A multicast packet crossed a router: its TTL or hop limit is not 255 (`ip_ttl_err`).
    #[error("TTL {0} received, 255 expected")]
    Ttl(u8),
    /// The message is of the other version (`vers_err`).
    #[error("version {received:?} received, {expected:?} expected")]
    Version {
        /// In the message.
        received: Version,
        /// Configured.
        expected: Version,
    },
    /// The trailer (`auth_hmac`) is missing or refused (`auth_ext_*`).
    #[cfg(feature = "auth")]
    #[error(transparent)]
    Trailer(#[from] HmacError),
    /// A VRRPv2 authentication type that nobody defined (`invalid_authtype`).
    #[error("unknown authentication type {0}")]
    AuthenticationType(u8),
    /// The authentication method is not ours (`authtype_mismatch`).
    #[error("authentication {received} received, {expected} expected")]
    AuthenticationMismatch {
        /// In the message.
        received: AuthenticationKind,
        /// Configured.
        expected: AuthenticationKind,
    },
    /// The password is wrong (`auth_failure`).
    #[error("wrong password")]
    Password,
    /// The IP authentication header is refused (`auth_failure`).
    #[cfg(feature = "auth")]
    #[error(transparent)]
    Header(#[from] AhError),
    /// VRRPv2 peers must agree on the interval (RFC 3768 §7.1; keepalived drops too, its
    /// `advert_interval_err` stays 0).
    #[error("interval {received} received, {expected} expected")]
    Interval {
        /// In the message.
        received: AdvertInterval,
        /// Configured.
        expected: AdvertInterval,
    },
    /// No permitted scope gives the received checksum (`chk_err`).
    #[error(transparent)]
    Checksum(#[from] ChecksumError),
    /// Multicast for a unicast router, or the reverse (`addr_list_err`).
    #[error("unexpected destination {0}")]
    Destination(IpAddr),
    /// The list of protected addresses is not ours, and the policy minds (`addr_list_err`).
    #[error("address list differs")]
    Addresses,
    /// The count octet is 0 where the policy wants an address (RFC 9568 §5.2.5, erratum 8299).
    /// keepalived has no such rule.
    #[error("no addresses")]
    NoAddresses,
    /// The first IPv6 address is not link-local, and the policy minds (erratum 8300 of
    /// RFC 9568).
    #[error("first address {0} is not link-local")]
    FirstAddress(IpAddr),
    /// A unicast packet from an address that is no peer, while the source is checked or a
    /// trailer (`auth_hmac`) wants to know whose it is.
    #[error("{0} is not a peer")]
    Source(IpAddr),
    /// A unicast peer's packet came over fewer or more hops than allowed.
    #[error("TTL {received} received, {min}..={max} expected")]
    UnicastTtl {
        /// In the IP header.
        received: u8,
        /// Smallest allowed.
        min: u8,
        /// Greatest allowed.
        max: u8,
    },
}

/// Why an IP authentication header is not accepted (RFC 2402).
#[cfg(feature = "auth")]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AhError {
    /// Before it stands no IPv4 header of 20 octets whose total length is that of the packet.
    /// Options are not understood.
    #[error("no plain IPv4 header of this packet before the authentication header")]
    IpHeader,
    /// The packet ends within the header.
    #[error("authentication header too short: {0} octets")]
    Truncated(usize),
    /// Another protocol than VRRP follows.
    #[error("protocol {0} behind the authentication header, not VRRP")]
    NextHeader(u8),
    /// The header is of another length than one with a check value of 96 bits.
    #[error("authentication header of {} octets, 24 expected", (u16::from(*.0) + 2) * 4)]
    Length(u8),
    /// The check value is wrong: another key, or octets were changed.
    #[error("wrong check value")]
    CheckValue,
    /// The security parameters index is not the source address.
    #[error("security parameters index {received:#010x} received, {expected:#010x} expected")]
    Spi {
        /// In the header.
        received: u32,
        /// The source address.
        expected: u32,
    },
    /// The packet's number is not new.
    #[error("number {sequence} is not new, {highest} was seen")]
    Replayed {
        /// In the header.
        sequence: u32,
        /// The greatest that was accepted.
        highest: u32,
    },
}

/// Why an authentication trailer is not accepted (keepalived's `auth_hmac`).
#[cfg(feature = "auth")]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum HmacError {
    /// There is none, and the mode demands one (`auth_ext_missing`).
    #[error("no authentication trailer")]
    Missing,
    /// It is of a type that nobody defined (`auth_ext_malformed`).
    #[error("unknown type {0} of authentication trailer")]
    Type(u8),
    /// Octets that must be zero are not (`auth_ext_malformed`).
    #[error("reserved octets {0:#06x} of authentication trailer are not zero")]
    Reserved(u16),
    /// The sender's clock is too far from ours (`auth_ext_stale`).
    #[error("authentication trailer is {skew} s behind our clock")]
    Stale {
        /// Seconds by which it is behind; negative if it is ahead.
        skew: i32,
    },
    /// It was made with a key that we have not (`auth_ext_unknown_key`).
    #[error("unknown key {0} of authentication trailer")]
    UnknownKey(u8),
    /// The code is wrong: another key, or octets were changed (`auth_ext_invalid_hmac`).
    #[error("wrong code in authentication trailer")]
    Code,
    /// The number is not above the last one of this sender (`auth_ext_replay`).
    #[error("number {:#x} of authentication trailer is not after {:#x}", .sequence.get(), .last.get())]
    Replayed {
        /// In the trailer.
        sequence: HmacSequence,
        /// The last one that was accepted.
        last: HmacSequence,
    },
}

/// Why a packet could not be taken apart, or its header not be written.
#[cfg(feature = "frame")]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FrameError {
    /// The buffer ends before the header, or before the length that the header claims.
    #[error("packet too short: {needed} octets needed, {got} present")]
    Truncated {
        /// Octets needed.
        needed: usize,
        /// Octets present.
        got: usize,
    },
    /// Not a header of the family: the version nibble is another, or the length of an IPv4
    /// header is below five words.
    #[error("not an IP header of this family")]
    Header,
    /// The total length does not cover the header.
    #[error("IP total length {0} is shorter than the header")]
    TotalLength(u16),
    /// A fragment. Advertisements are never fragmented, and half a message is none.
    #[error("IP fragment")]
    Fragment,
    /// The IP protocol, or the first next header of IPv6, is not 112.
    #[error("IP protocol {0}, not VRRP")]
    Protocol(u8),
    /// The packet has an IP authentication header that cannot be read.
    #[cfg(feature = "auth")]
    #[error(transparent)]
    AuthenticationHeader(#[from] AhError),
    /// Neither a gratuitous ARP nor an unsolicited neighbour advertisement.
    #[error("not an announcement")]
    Announcement,
    /// The message cannot be written.
    #[error(transparent)]
    Message(#[from] EncodeError),
    /// No VLAN identifier, which has 12 bits; 4095 is reserved.
    #[error("{0} is no VLAN identifier")]
    Vlan(u16),
    /// The payload does not fit the 16-bit total length.
    #[error("payload of {0} octets does not fit an IP packet")]
    PayloadTooLong(usize),
    /// The output buffer is too short.
    #[error("buffer too small: {needed} octets needed, {available} available")]
    BufferTooSmall {
        /// Octets of the header.
        needed: usize,
        /// Octets in the buffer.
        available: usize,
    },
}
