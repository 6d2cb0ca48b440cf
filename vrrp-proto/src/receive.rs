//! Receive-side validation, in keepalived's order, with a typed reason per rule.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::view::Layout;
use crate::{
    AddressFamily, Addresses, AdvertInterval, AdvertisementView, Authentication, ChecksumError,
    ChecksumScope, Password, Priority, ReceiveError, ReceivedAuthentication, VRRP_MULTICAST_V4, Version,
    Vrid,
};

/// What the IP header of a received message said.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct IpFacts {
    endpoints: Endpoints,
    ttl: u8,
}

/// Source and destination of one family.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Endpoints {
    V4 { source: Ipv4Addr, destination: Ipv4Addr },
    V6 { source: Ipv6Addr, destination: Ipv6Addr },
}

impl IpFacts {
    /// From an IPv4 header.
    #[must_use]
    pub const fn v4(source: Ipv4Addr, destination: Ipv4Addr, ttl: u8) -> Self {
        Self { endpoints: Endpoints::V4 { source, destination }, ttl }
    }

    /// From an IPv6 header. Where the kernel did not say the hop limit, drop the packet: a
    /// missing value is a failure of RFC 9568 §7.1, not a pass.
    #[must_use]
    pub const fn v6(source: Ipv6Addr, destination: Ipv6Addr, hop_limit: u8) -> Self {
        Self { endpoints: Endpoints::V6 { source, destination }, ttl: hop_limit }
    }

    /// Who sent the packet; the operand of the tie-break.
    #[must_use]
    pub const fn source(&self) -> IpAddr {
        match self.endpoints {
            Endpoints::V4 { source, .. } => IpAddr::V4(source),
            Endpoints::V6 { source, .. } => IpAddr::V6(source),
        }
    }

    /// Where the packet went: a multicast group or an own address.
    #[must_use]
    pub const fn destination(&self) -> IpAddr {
        match self.endpoints {
            Endpoints::V4 { destination, .. } => IpAddr::V4(destination),
            Endpoints::V6 { destination, .. } => IpAddr::V6(destination),
        }
    }

    /// IPv4 TTL or IPv6 hop limit.
    #[must_use]
    pub const fn ttl(&self) -> u8 {
        self.ttl
    }

    /// The family of the header.
    #[must_use]
    pub const fn family(&self) -> AddressFamily {
        match self.endpoints {
            Endpoints::V4 { .. } => AddressFamily::V4,
            Endpoints::V6 { .. } => AddressFamily::V6,
        }
    }

    /// The pseudo-header of this packet.
    #[must_use]
    pub const fn pseudo_header(&self) -> ChecksumScope {
        match self.endpoints {
            Endpoints::V4 { source, destination } => {
                ChecksumScope::PseudoV4 { src: source, dst: destination }
            }
            Endpoints::V6 { source, destination } => {
                ChecksumScope::PseudoV6 { src: source, dst: destination }
            }
        }
    }
}

/// What a virtual router expects of its peers' messages.
#[derive(Clone, Copy, Debug)]
pub struct Expectation<'a> {
    /// The version it speaks (`vrrp_version`, `version`).
    pub version: Version,
    /// Its identifier (`virtual_router_id`).
    pub vrid: Vrid,
    /// Its own interval (`advert_int`).
    pub interval: AdvertInterval,
    /// Its method (`authentication`); compared in VRRPv2 only.
    pub authentication: Authentication,
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
        /// [`VRRP_MULTICAST_V4`], [`VRRP_MULTICAST_V6`](crate::VRRP_MULTICAST_V6) or another
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
        unicast_ttl_255: false,
        link_local_first: false,
        empty_list: true,
    };
    /// keepalived before 2.3.3, Debian 12's 2.2.7 among them.
    pub const KEEPALIVED_BEFORE_2_3_3: Self =
        Self { address_mismatch: AddressMismatch::Drop, ..Self::KEEPALIVED };
    /// RFC 3768 for VRRPv2, RFC 9568 with its errata for VRRPv3.
    pub const STRICT: Self = Self {
        address_mismatch: AddressMismatch::AsRfc,
        old_unicast_checksum: false,
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

/// What happens to a message whose address list differs from ours.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AddressMismatch {
    /// It counts; [`Received::addresses_match`] tells.
    Accept,
    /// It is dropped.
    Drop,
    /// VRRPv2 drops it unless the sender owns the addresses (RFC 3768 §7.1), VRRPv3 accepts it
    /// (RFC 9568 §7.1).
    AsRfc,
}

/// A message that counts, and what is worth a log line about it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Received<'a> {
    /// The message.
    pub view: AdvertisementView<'a>,
    /// Whether it carries exactly our addresses, in any order.
    pub addresses_match: bool,
    /// Whether its interval is ours. Always so in VRRPv2; a VRRPv3 Backup adopts the Master's
    /// (RFC 9568 §6.4.2).
    pub interval_matches: bool,
    /// The scope that its checksum agreed with.
    pub checksum_scope: ChecksumScope,
}

/// Decides whether the message in `octets` counts for the virtual router that `expect`
/// describes.
///
/// `octets` is the payload of the IP packet, cut at the IP total length. The checks run in
/// keepalived's order: length, TTL of multicast, version, authentication, VRRPv2 interval,
/// type, checksum, destination, addresses, unicast source and TTL. So of two faults the same
/// one is named. A wrong checksum is never accepted, unlike in keepalived with
/// `v3_checksum_as_v2`; for VRRPv3 over IPv4 either scope of [`ChecksumScope`] will do.
///
/// Not decided here, because it takes state: whether an owner listens at all
/// (`owner_ignore_adverts`), and what the message does to an election.
///
/// # Errors
///
/// [`ReceiveError`] names the first rule that fails. A refused message must change no state
/// and no timer.
pub fn receive<'a>(
    octets: &'a [u8],
    facts: &IpFacts,
    expect: &Expectation<'_>,
) -> Result<Received<'a>, ReceiveError> {
    let family = facts.family();
    if family != expect.addresses.family() {
        return Err(ReceiveError::Family { received: family, expected: expect.addresses.family() });
    }
    let layout = Layout::split(octets, family)?;
    let vrid = layout.vrid()?;
    if vrid != expect.vrid {
        return Err(ReceiveError::Vrid { received: vrid, expected: expect.vrid });
    }
    check_multicast_ttl(facts, expect.mode)?;
    if layout.version != expect.version {
        return Err(ReceiveError::Version { received: layout.version, expected: expect.version });
    }
    check_authentication(layout.authentication(), expect.authentication)?;
    let interval = layout.interval()?;
    let interval_matches = interval == expect.interval;
    if layout.version == Version::V2 && !interval_matches {
        return Err(ReceiveError::Interval { received: interval, expected: expect.interval });
    }
    layout.check_type()?;

    let view = AdvertisementView::from_checked(layout, vrid, interval);
    let checksum_scope = check_checksum(&view, facts, expect)?;
    check_destination(facts, expect.mode)?;
    let addresses_match = same_addresses(&view, expect.addresses);
    check_addresses(&view, addresses_match, expect.policy)?;
    check_unicast_peer(facts, expect)?;
    Ok(Received { view, addresses_match, interval_matches, checksum_scope })
}

fn check_multicast_ttl(facts: &IpFacts, mode: Mode<'_>) -> Result<(), ReceiveError> {
    match (mode, facts.ttl) {
        (Mode::Multicast { .. }, 255) | (Mode::Unicast { .. }, _) => Ok(()),
        (Mode::Multicast { .. }, other) => Err(ReceiveError::Ttl(other)),
    }
}

fn check_authentication(received: ReceivedAuthentication, ours: Authentication) -> Result<(), ReceiveError> {
    match (received, ours) {
        (ReceivedAuthentication::Unknown(kind), _) => Err(ReceiveError::AuthenticationType(kind)),
        (ReceivedAuthentication::None, Authentication::None) => Ok(()),
        (ReceivedAuthentication::Password(theirs), Authentication::Password(ours)) => {
            check_password(theirs, ours)
        }
        (
            ReceivedAuthentication::None
            | ReceivedAuthentication::Password(_)
            | ReceivedAuthentication::Header,
            Authentication::None | Authentication::Password(_),
        ) => Err(ReceiveError::AuthenticationMismatch { received: received.kind(), expected: ours.kind() }),
    }
}

fn check_password(theirs: Password, ours: Password) -> Result<(), ReceiveError> {
    if theirs == ours { Ok(()) } else { Err(ReceiveError::Password) }
}

/// Tries the permitted scopes, the one that keepalived sends first, and returns the one that
/// fits.
fn check_checksum(
    view: &AdvertisementView<'_>,
    facts: &IpFacts,
    expect: &Expectation<'_>,
) -> Result<ChecksumScope, ChecksumError> {
    let usual = match view.version() {
        Version::V2 => ChecksumScope::Message,
        Version::V3 => facts.pseudo_header(),
    };
    let Err(error) = view.verify_checksum(usual) else {
        return Ok(usual);
    };
    let (Version::V3, Endpoints::V4 { source, .. }) = (view.version(), facts.endpoints) else {
        return Err(error);
    };
    if view.verify_checksum(ChecksumScope::Message).is_ok() {
        return Ok(ChecksumScope::Message);
    }
    let old = ChecksumScope::PseudoV4 { src: source, dst: VRRP_MULTICAST_V4 };
    let may_be_old = expect.policy.old_unicast_checksum && matches!(expect.mode, Mode::Unicast { .. });
    if may_be_old && view.verify_checksum(old).is_ok() {
        return Ok(old);
    }
    Err(error)
}

fn check_destination(facts: &IpFacts, mode: Mode<'_>) -> Result<(), ReceiveError> {
    let destination = facts.destination();
    let expected = match mode {
        Mode::Multicast { group } => destination == group,
        Mode::Unicast { .. } => !destination.is_multicast(),
    };
    if expected { Ok(()) } else { Err(ReceiveError::Destination(destination)) }
}

/// Whether both lists hold the same set. The usual case, the same order, takes one pass; the
/// worst, 255 addresses in another order, 255 × 255 comparisons twice.
fn same_addresses(view: &AdvertisementView<'_>, ours: Addresses<'_>) -> bool {
    if usize::from(view.count()) != ours.len() {
        return false;
    }
    let mut indexed = view.addresses().enumerate();
    if indexed.all(|(index, address)| ours.get(index) == Some(address)) {
        return true;
    }
    let ours_in_theirs =
        || (0..ours.len()).filter_map(|index| ours.get(index)).all(|own| view.addresses().any(|a| a == own));
    view.addresses().all(|address| ours.contains(address)) && ours_in_theirs()
}

fn check_addresses(
    view: &AdvertisementView<'_>,
    addresses_match: bool,
    policy: Policy,
) -> Result<(), ReceiveError> {
    if view.count() == 0 && !policy.empty_list {
        return Err(ReceiveError::NoAddresses);
    }
    let drop_mismatch = match (policy.address_mismatch, view.version()) {
        (AddressMismatch::Drop, Version::V2 | Version::V3) => true,
        (AddressMismatch::AsRfc, Version::V2) => view.priority() != Priority::OWNER,
        (AddressMismatch::AsRfc, Version::V3) | (AddressMismatch::Accept, Version::V2 | Version::V3) => false,
    };
    if drop_mismatch && !addresses_match {
        return Err(ReceiveError::Addresses);
    }
    match view.addresses().next() {
        Some(first @ IpAddr::V6(address)) if policy.link_local_first && !address.is_unicast_link_local() => {
            Err(ReceiveError::FirstAddress(first))
        }
        Some(_) | None => Ok(()),
    }
}

/// Checks the source only where asked, the TTL only of a peer that has limits or where the
/// policy gives it some.
fn check_unicast_peer(facts: &IpFacts, expect: &Expectation<'_>) -> Result<(), ReceiveError> {
    let Mode::Unicast { peers, check_source } = expect.mode else {
        return Ok(());
    };
    let peer = peers.iter().find(|peer| peer.address == facts.source());
    if check_source && peer.is_none() {
        return Err(ReceiveError::Source(facts.source()));
    }
    let (min, max) = match peer.map(|peer| (peer.min_ttl, peer.max_ttl)) {
        Some((None, None)) | None if expect.policy.unicast_ttl_255 => (255, 255),
        Some((min, max)) => (min.unwrap_or(0), max.unwrap_or(255)),
        None => (0, 255),
    };
    if (min..=max).contains(&facts.ttl) {
        Ok(())
    } else {
        Err(ReceiveError::UnicastTtl { received: facts.ttl, min, max })
    }
}
