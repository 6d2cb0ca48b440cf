//! Receive-side validation, in keepalived's order, with a typed reason per rule.

use core::net::IpAddr;

use crate::checksum::is_intact;
use crate::facts::Endpoints;
#[cfg(feature = "auth")]
use crate::trailer::Stamp;
use crate::view::Layout;
use crate::{
    AddressFamily, AddressMismatch, Addresses, AdvertisementView, ChecksumError, ChecksumScope, Credentials,
    DecodeError, Expectation, IpFacts, Mode, Policy, Priority, ReceiveError, ReceivedAuthentication,
    V3Checksum, VRRP_MULTICAST_V4, Version,
};
#[cfg(feature = "auth")]
use crate::{HmacError, HmacMode};

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
    /// What proved whose it is.
    pub proof: Proof,
}

/// What proved whose a message is, and the number to remember so that it cannot be sent again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Proof {
    /// Nothing, or a password that everybody on the link can read.
    None,
    /// An IP authentication header. Hand the number to
    /// [`AhWindow::accept`](crate::AhWindow::accept).
    #[cfg(feature = "auth")]
    Header {
        /// The packet's number.
        sequence: u32,
    },
    /// A trailer. Hand the number to [`ReplayGuard::accept`](crate::ReplayGuard::accept).
    #[cfg(feature = "auth")]
    Trailer {
        /// The message's number.
        sequence: crate::HmacSequence,
        /// Seconds by which the sender's clock is behind ours; negative if it is ahead.
        /// keepalived warns beyond half the window.
        skew: i32,
    },
    /// There is no trailer, and the mode lets that pass
    /// ([`HmacMode`](crate::HmacMode)).
    #[cfg(feature = "auth")]
    TrailerMissing,
}

/// Decides whether the message in `octets` counts for the virtual router that `expect`
/// describes.
///
/// `octets` is the payload of the IP packet, cut at the IP total length, behind the
/// authentication header if there is one. The checks run in keepalived's order: presence of an
/// authentication header, length, TTL of multicast, version, trailer, authentication, VRRPv2
/// interval, type, checksum, destination, addresses, unicast source and TTL. So of two faults
/// the same one is named. A wrong checksum is never accepted, unlike in keepalived with
/// `v3_checksum_as_v2`.
///
/// Not decided here, because it takes state: whether an owner listens at all
/// (`owner_ignore_adverts`), and what the message does to an election. What is remembered
/// against replay is read and not written: see [`Received::proof`].
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
    check_header_presence(facts, expect.credentials)?;
    let (layout, trailer) = Layout::split_front(octets, family)?;
    check_behind(octets.len(), trailer, expect.credentials)?;
    let vrid = layout.vrid()?;
    if vrid != expect.vrid {
        return Err(ReceiveError::Vrid { received: vrid, expected: expect.vrid });
    }
    check_multicast_ttl(facts, expect.mode)?;
    if layout.version != expect.version {
        return Err(ReceiveError::Version { received: layout.version, expected: expect.version });
    }
    let proof = check_trailer(trailer, &layout, facts, expect)?;
    let proof = match layout.version {
        Version::V2 => check_authentication(&layout, proof, facts, expect.credentials)?,
        // It has no method of its own; an authentication header that is demanded must be right.
        Version::V3 => check_header(&layout, proof, facts, expect.credentials)?,
    };
    let interval = layout.interval()?;
    let interval_matches = interval == expect.interval;
    if layout.version == Version::V2 && !interval_matches {
        return Err(ReceiveError::Interval { received: interval, expected: expect.interval });
    }
    layout.check_type()?;

    let view = AdvertisementView::from_checked(layout, vrid, interval);
    let checksum_scope = check_checksum(&view, octets, facts, expect)?;
    check_destination(facts, expect.mode)?;
    let addresses_match = same_addresses(&view, expect.addresses);
    check_addresses(&view, addresses_match, expect.policy)?;
    check_unicast_peer(facts, expect)?;
    Ok(Received { view, addresses_match, interval_matches, checksum_scope, proof })
}

#[cfg(feature = "auth")]
const fn check_header_presence(facts: &IpFacts, credentials: Credentials<'_>) -> Result<(), ReceiveError> {
    match (facts.authentication_header, credentials) {
        (Some(_), Credentials::Header(_))
        | (None, Credentials::None | Credentials::Password(_) | Credentials::Trailer(_)) => Ok(()),
        (None, Credentials::Header(_)) => Err(ReceiveError::HeaderMissing),
        (Some(_), Credentials::None | Credentials::Password(_) | Credentials::Trailer(_)) => {
            Err(ReceiveError::HeaderUnexpected)
        }
    }
}

/// Without keyed authentication [`IpFacts`] cannot tell of a header.
#[cfg(not(feature = "auth"))]
const fn check_header_presence(_: &IpFacts, _: Credentials<'_>) -> Result<(), ReceiveError> {
    Ok(())
}

/// Only a trailer may follow the message, and only where one is looked for.
fn check_behind(got: usize, behind: &[u8], credentials: Credentials<'_>) -> Result<(), DecodeError> {
    let may_be_trailer = match credentials {
        #[cfg(feature = "auth")]
        Credentials::Trailer(_) => behind.len() == crate::HMAC_TRAILER_LEN,
        #[cfg(feature = "auth")]
        Credentials::Header(_) => false,
        Credentials::None | Credentials::Password(_) => false,
    };
    if behind.is_empty() || may_be_trailer {
        return Ok(());
    }
    Err(DecodeError::Trailing { expected: got.saturating_sub(behind.len()), got })
}

fn check_multicast_ttl(facts: &IpFacts, mode: Mode<'_>) -> Result<(), ReceiveError> {
    match (mode, facts.ttl) {
        (Mode::Multicast { .. }, 255) | (Mode::Unicast { .. }, _) => Ok(()),
        (Mode::Multicast { .. }, other) => Err(ReceiveError::Ttl(other)),
    }
}

#[cfg(feature = "auth")]
fn check_trailer(
    trailer: &[u8],
    layout: &Layout<'_>,
    facts: &IpFacts,
    expect: &Expectation<'_>,
) -> Result<Proof, ReceiveError> {
    let Credentials::Trailer(check) = expect.credentials else { return Ok(Proof::None) };
    let Ok(trailer) = trailer.try_into() else {
        return match check.mode {
            HmacMode::Enforce => Err(HmacError::Missing.into()),
            HmacMode::Permissive | HmacMode::ReceiveOnly => Ok(Proof::TrailerMissing),
        };
    };
    let source = facts.source();
    if let Mode::Unicast { peers, .. } = expect.mode
        && !peers.iter().any(|peer| peer.address == source)
    {
        return Err(ReceiveError::Source(source));
    }
    let Stamp { sequence, skew } = check.verify(source, layout.octets, trailer)?;
    Ok(Proof::Trailer { sequence, skew })
}

/// Without keyed authentication there are no trailers.
#[cfg(not(feature = "auth"))]
const fn check_trailer(
    _: &[u8],
    _: &Layout<'_>,
    _: &IpFacts,
    _: &Expectation<'_>,
) -> Result<Proof, ReceiveError> {
    Ok(Proof::None)
}

/// The method of a VRRPv2 message; returns what is proven now.
fn check_authentication(
    layout: &Layout<'_>,
    proof: Proof,
    facts: &IpFacts,
    credentials: Credentials<'_>,
) -> Result<Proof, ReceiveError> {
    let received = layout.authentication();
    let (theirs, ours) = (received.kind(), credentials.kind());
    if let ReceivedAuthentication::Unknown(kind) = received {
        return Err(ReceiveError::AuthenticationType(kind));
    }
    if theirs != ours {
        return Err(ReceiveError::AuthenticationMismatch { received: theirs, expected: ours });
    }
    match (received, credentials) {
        (ReceivedAuthentication::Password(theirs), Credentials::Password(ours)) if theirs != *ours => {
            Err(ReceiveError::Password)
        }
        _ => check_header(layout, proof, facts, credentials),
    }
}

/// The authentication header, where it is the method; returns what is proven now.
#[cfg(feature = "auth")]
fn check_header(
    layout: &Layout<'_>,
    proof: Proof,
    facts: &IpFacts,
    credentials: Credentials<'_>,
) -> Result<Proof, ReceiveError> {
    let Credentials::Header(check) = credentials else { return Ok(proof) };
    let header = facts.authentication_header().ok_or(ReceiveError::HeaderMissing)?;
    let sequence = check.verify(header, header.source(), layout.octets)?;
    Ok(Proof::Header { sequence })
}

/// Without keyed authentication there is nothing to prove.
#[cfg(not(feature = "auth"))]
const fn check_header(
    _: &Layout<'_>,
    proof: Proof,
    _: &IpFacts,
    _: Credentials<'_>,
) -> Result<Proof, ReceiveError> {
    Ok(proof)
}

/// Tries the scopes, the one that keepalived sends first, and returns the one that fits and is
/// permitted.
fn check_checksum(
    view: &AdvertisementView<'_>,
    octets: &[u8],
    facts: &IpFacts,
    expect: &Expectation<'_>,
) -> Result<ChecksumScope, ChecksumError> {
    let pseudo = facts.pseudo_header();
    let (usual, other) = match (view.version(), expect.policy.v3_checksum) {
        (Version::V2, _) => (ChecksumScope::Message, pseudo),
        (Version::V3, V3Checksum::Message) if facts.family() == AddressFamily::V4 => {
            (ChecksumScope::Message, pseudo)
        }
        (Version::V3, _) => (pseudo, ChecksumScope::Message),
    };
    // Over IPv6 it is the kernel's sum over the whole payload, trailer included.
    let summed = match facts.family() {
        AddressFamily::V4 => view.as_octets(),
        AddressFamily::V6 => octets,
    };
    if is_intact(summed, usual) {
        return Ok(usual);
    }
    let right_under = is_intact(summed, other).then_some(other);
    let Endpoints::V4 { source, .. } = facts.endpoints else {
        return Err(view.checksum_error(summed, usual, right_under));
    };
    if view.version() == Version::V3 {
        if let (Some(scope), V3Checksum::Either) = (right_under, expect.policy.v3_checksum) {
            return Ok(scope);
        }
        let old = ChecksumScope::PseudoV4 { src: source, dst: VRRP_MULTICAST_V4 };
        let may_be_old = expect.policy.old_unicast_checksum && matches!(expect.mode, Mode::Unicast { .. });
        if may_be_old && is_intact(summed, old) {
            return Ok(old);
        }
    }
    Err(view.checksum_error(summed, usual, right_under))
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
