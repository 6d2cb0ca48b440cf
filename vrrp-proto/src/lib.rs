//! VRRP version 2 and 3 packet codec, `no_std` and sans-IO.
//!
//! Reads and writes the messages of RFC 3768 (VRRPv2), RFC 5798 and RFC 9568 (VRRPv3), and
//! decides what [`receive`] may let through: every rule of the RFCs and of keepalived as a
//! typed reason. The election itself is the crate `vrrp-fsm`.
//!
//! We say Master, as RFC 5798 and `keepalived.conf` do; RFC 9568 says Active.
//!
//! # What it never does
//!
//! - open a socket, read a clock, start a thread, print or touch a global: octets come in,
//!   values go out, and the reverse;
//! - panic on octets from the network;
//! - allocate, except to make an owned `Advertisement`;
//! - accept a wrong checksum, whatever the policy;
//! - read octet 4 of a VRRPv3 message as an authentication type;
//! - show a password: `Debug` and `Display` mask it;
//! - show a type of a dependency in its API.
//!
//! # Decode and encode
//!
//! ```
//! # #[cfg(feature = "alloc")] {
//! use vrrp_proto::{AddressFamily, Advertisement, AdvertisementView, ChecksumScope, Priority};
//!
//! // The payload of an IPv4 packet, cut at the IP total length.
//! let octets = [0x21, 51, 200, 1, 0, 1, 0x0c, 0x5d, 10, 9, 0, 100, 0, 0, 0, 0, 0, 0, 0, 0];
//! let view = AdvertisementView::parse(&octets, AddressFamily::V4)?;
//! view.verify_checksum(ChecksumScope::Message)?;
//! assert_eq!(view.priority(), Priority::new(200));
//! assert_eq!(
//!     view.to_string(),
//!     "VRRPv2, Advertisement, vrid 51, prio 200, authtype none, intvl 1s, length 20, addrs: 10.9.0.100"
//! );
//!
//! // Say that we leave: the same with priority 0.
//! let mut release = Advertisement::try_from(view)?;
//! release.priority = Priority::RELEASE;
//! let mut out = [0; 64];
//! let len = release.encode(ChecksumScope::Message, &mut out)?;
//! assert_eq!(out[..4], [0x21, 51, 0, 1]);
//! assert_eq!(len, octets.len());
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Receiving
//!
//! Find the virtual router by [`peek_vrid`], then ask [`receive`] with its [`Expectation`]:
//!
//! ```
//! use std::net::Ipv4Addr;
//! use vrrp_proto::{
//!     Addresses, AdvertInterval, Credentials, Expectation, IpFacts, Mode, Policy, ReceiveError,
//!     VRRP_MULTICAST_V4, Version, Vrid, receive,
//! };
//!
//! let expect = Expectation {
//!     version: Version::V2,
//!     vrid: Vrid::new(51).ok_or("VRID 0")?,
//!     interval: AdvertInterval::DEFAULT,
//!     credentials: Credentials::None,
//!     mode: Mode::Multicast { group: VRRP_MULTICAST_V4.into() },
//!     addresses: Addresses::V4(&[Ipv4Addr::new(10, 9, 0, 100)]),
//!     policy: Policy::KEEPALIVED,
//! };
//! let octets = [0x21, 51, 200, 1, 0, 1, 0x0c, 0x5d, 10, 9, 0, 100, 0, 0, 0, 0, 0, 0, 0, 0];
//! let from_link = IpFacts::v4(Ipv4Addr::new(10, 9, 0, 1), VRRP_MULTICAST_V4, 255);
//! assert!(receive(&octets, &from_link, &expect)?.addresses_match);
//!
//! let from_afar = IpFacts::v4(Ipv4Addr::new(10, 9, 0, 1), VRRP_MULTICAST_V4, 254);
//! assert_eq!(receive(&octets, &from_afar, &expect), Err(ReceiveError::Ttl(254)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Keyed authentication
//!
//! What was seen is read from [`Credentials`] and told in [`Proof`]; the caller keeps it, because
//! the caller knows whether the packet counted:
//!
//! ```
//! # #[cfg(all(feature = "auth", feature = "frame"))] {
//! use std::net::Ipv4Addr;
//! use std::num::NonZeroU16;
//! use vrrp_proto::{
//!     Addresses, AdvertInterval, AdvertisementFields, AhCheck, AhCoverage, AhKey, AhWindow, Authentication,
//!     Credentials, Expectation, Ipv4Frame, Ipv4Packet, Mode, Password, Policy, Priority, Proof,
//!     VRRP_MULTICAST_V4, Version, Vrid, receive,
//! };
//!
//! let key = AhKey::new(Password::new(b"s3cr3t").ok_or("too long")?);
//! let vrid = Vrid::new(51).ok_or("VRID 0")?;
//! let addresses = Addresses::V4(&[Ipv4Addr::new(192, 0, 2, 100)]);
//!
//! // One virtual router writes …
//! let fields = AdvertisementFields {
//!     version: Version::V2,
//!     vrid,
//!     priority: Priority::new(150),
//!     interval: AdvertInterval::DEFAULT,
//!     addresses,
//!     authentication: Authentication::Header,
//! };
//! let packet = Ipv4Packet {
//!     source: Ipv4Addr::new(192, 0, 2, 1),
//!     destination: VRRP_MULTICAST_V4,
//!     ttl: 255,
//!     identification: NonZeroU16::MIN,
//! };
//! let mut window = AhWindow::growing();
//! let number = window.next().ok_or("all numbers are used up")?;
//! let mut octets = [0; 128];
//! let len = packet.encode_authenticated(&fields, &key, AhCoverage::WithTtl, number, &mut octets)?;
//!
//! // … and its twin on another host reads.
//! let mut window = AhWindow::growing();
//! for accepted in [true, false] {
//!     let frame = Ipv4Frame::parse(&octets[..len])?;
//!     let expect = Expectation {
//!         version: Version::V2,
//!         vrid,
//!         interval: AdvertInterval::DEFAULT,
//!         credentials: Credentials::Header(AhCheck { key: &key, coverage: AhCoverage::WithTtl, window }),
//!         mode: Mode::Multicast { group: VRRP_MULTICAST_V4.into() },
//!         addresses,
//!         policy: Policy::KEEPALIVED,
//!     };
//!     let received = receive(frame.payload(), &frame.facts(), &expect);
//!     assert_eq!(received.is_ok(), accepted, "the same packet counts once");
//!     if let Ok(Proof::Header { sequence }) = received.map(|received| received.proof) {
//!         window.accept(sequence);
//!     }
//! }
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Credentials::Trailer`](Credentials) works alike for keepalived's `auth_hmac`, with a
//! `ReplayGuard` for the window and `AdvertisementFields::encode_signed` for writing.
//!
//! # Features
//!
//! - `std` (default): as `alloc`. The errors implement [`core::error::Error`] either way.
//! - `alloc`: the owned `Advertisement`. Without it: views, validation, and encoding from
//!   slices with [`AdvertisementFields`].
//! - `frame`: whole packets and frames around a message, and announcements read back. Without
//!   it the caller brings source, destination and TTL.
//! - `auth`: keyed authentication: the IP authentication header before a VRRPv2 message
//!   (`auth_type AH`), and the trailer behind a message of either version (`auth_hmac`).
//!   Without it a packet with such a header cannot be described and is dropped by the caller, a
//!   message with such a trailer is too long.
//!
//! # Not met on purpose
//!
//! - RFC 9568 §5.2.8 sums a VRRPv3 message over IPv4 without a pseudo-header. keepalived and
//!   FRR put one in by default, so [`receive`] accepts both and reports which one it was; the
//!   sender chooses by [`ChecksumScope`]. [`V3Checksum`] keeps to the letter of either RFC.
//! - RFC 3768 §7.1 drops a differing address list unless the sender is the owner; keepalived
//!   2.3.3 accepts it. [`Policy::STRICT`] is the RFC, [`Policy::KEEPALIVED`] the default.
//! - RFC 9568 §7.1 demands TTL 255 of every packet; unicast peers may be routers away, so
//!   only [`Policy::STRICT`] does.
//! - RFC 9568 §5.2.5 wants an address in every message, erratum 8300 a link-local one first over
//!   IPv6. keepalived looks for neither, and may send neither: again only [`Policy::STRICT`] does.
//! - RFC 2402 counts the TTL as zero in the check value of an authentication header; keepalived
//!   leaves it in by multicast. The key's user says which (`AhCoverage`).
//!
//! `docs/conformance.md` in the repository names, for each rule of the RFCs, the tests that prove it.
#![no_std]

#[cfg(feature = "alloc")]
extern crate alloc;

use core::net::{Ipv4Addr, Ipv6Addr};

mod advertisement;
#[cfg(feature = "auth")]
mod ah;
mod announce;
mod authentication;
mod checksum;
mod error;
mod expectation;
mod facts;
#[cfg(feature = "frame")]
mod frame;
mod receive;
#[cfg(feature = "auth")]
mod replay;
#[cfg(feature = "auth")]
mod trailer;
mod types;
mod view;

#[cfg(feature = "alloc")]
pub use advertisement::{AddressList, Advertisement};
pub use advertisement::{Addresses, AdvertisementFields};
#[cfg(feature = "auth")]
pub use ah::{AH_LEN, AhCheck, AhCoverage, AhKey, AhWindow, AuthenticationHeader, IP_PROTOCOL_AH};
pub use announce::{
    ARP_FRAME_LEN, NA_FRAME_LEN, gratuitous_arp, gratuitous_arp_reply, multicast_mac, solicited_node_group,
    unsolicited_neighbour_advertisement,
};
pub use authentication::{Authentication, AuthenticationKind, Credentials, Password};
pub use checksum::{ChecksumScope, checksum};
#[cfg(feature = "frame")]
pub use error::FrameError;
#[cfg(feature = "auth")]
pub use error::{AhError, HmacError};
pub use error::{ChecksumError, DecodeError, EncodeError, ReceiveError};
pub use expectation::{AddressMismatch, Expectation, Mode, Policy, UnicastPeer, V3Checksum};
pub use facts::IpFacts;
#[cfg(feature = "frame")]
pub use frame::{
    Announcement, EthernetFrame, IPV4_HEADER_LEN, IPV6_HEADER_LEN, Ipv4Frame, Ipv4Packet, Ipv6Frame,
    Ipv6Packet, write_ethernet_header,
};
pub use receive::{Proof, Received, receive};
#[cfg(feature = "auth")]
pub use replay::{HmacSequence, ReplayGuard};
#[cfg(feature = "auth")]
pub use trailer::{AntiReplay, HMAC_TRAILER_LEN, HmacCheck, HmacKey, HmacMode};
pub use types::{AddressFamily, AdvertInterval, Priority, Version, Vrid};
pub use view::{AddressIter, AdvertisementView, ReceivedAuthentication, peek_vrid};

/// IP protocol number, and IPv6 next header, of VRRP.
pub const IP_PROTOCOL: u8 = 112;

/// The group that every IPv4 VRRP router listens to (RFC 9568 §5.1.1.2).
pub const VRRP_MULTICAST_V4: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 18);

/// The group that every IPv6 VRRP router listens to (RFC 9568 §5.1.2.2).
pub const VRRP_MULTICAST_V6: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0x12);
