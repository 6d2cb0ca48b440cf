//! What is accepted re-verifies.

use std::collections::BTreeSet;
use std::net::IpAddr;

use vrrp_proto::{
    AddressMismatch, Addresses, Advertisement, AdvertisementView, AhError, ChecksumScope, Credentials,
    Expectation, HMAC_TRAILER_LEN, HmacCheck, HmacError, HmacMode, HmacSequence, IpFacts, Mode, Proof,
    ReceiveError, Received, ReceivedAuthentication, ReplayGuard, V3Checksum, VRRP_MULTICAST_V4, Version,
    checksum, receive,
};

use crate::planted;

pub(super) fn accepted(octets: &[u8], facts: &IpFacts, expect: &Expectation<'_>, received: &Received<'_>) {
    let view = received.view;
    assert_eq!((view.family(), view.version(), view.vrid()), (facts.family(), expect.version, expect.vrid));
    assert_eq!(AdvertisementView::parse(view.as_octets(), view.family()), Ok(view));
    let owned = Advertisement::try_from(view).expect("an owned form of what counts");
    assert_eq!(received.interval_matches, owned.interval == expect.interval);
    assert!(received.interval_matches || view.version() == Version::V3);

    assert!(octets.starts_with(view.as_octets()));
    let behind = octets.len() - view.as_octets().len();
    assert_eq!(behind, if matches!(received.proof, Proof::Trailer { .. }) { HMAC_TRAILER_LEN } else { 0 });
    proven(facts, expect, received);
    summed(octets, facts, expect, received);
    listed(expect, received, &owned);
    travelled(facts, expect);
    planted::in_receive(received);
}

/// Proof and method go together.
fn proven(facts: &IpFacts, expect: &Expectation<'_>, received: &Received<'_>) {
    let version = received.view.version();
    let in_message = received.view.authentication();
    match (expect.credentials, received.proof) {
        (Credentials::Header(check), Proof::Header { sequence }) => {
            let header = facts.authentication_header().expect("a header");
            assert_eq!((version, header.sequence()), (Version::V2, sequence));
            assert_eq!(IpAddr::from(header.spi().to_be_bytes()), facts.source());
            assert_eq!(check.window.check(sequence), Ok(()));
            assert_eq!(in_message, ReceivedAuthentication::Header);
        }
        // The header must be there, but VRRPv3 has no method that would look at it.
        (Credentials::Header(_), Proof::None) => {
            assert!(version == Version::V3 && facts.authentication_header().is_some());
        }
        (Credentials::Trailer(check), Proof::Trailer { sequence, skew }) => {
            assert_eq!(sequence.behind(check.now), skew);
            assert_eq!(in_message, ReceivedAuthentication::None);
        }
        (Credentials::Trailer(check), Proof::TrailerMissing) => assert_ne!(check.mode, HmacMode::Enforce),
        (Credentials::Password(ours), Proof::None) => match in_message {
            ReceivedAuthentication::Password(theirs) => assert_eq!((version, theirs), (Version::V2, *ours)),
            other => assert_eq!((version, other), (Version::V3, ReceivedAuthentication::None)),
        },
        (Credentials::None, Proof::None) => assert_eq!(in_message, ReceivedAuthentication::None),
        (credentials, proof) => panic!("{credentials:?} gave {proof:?}"),
    }
}

/// The checksum fits a scope that is permitted.
fn summed(octets: &[u8], facts: &IpFacts, expect: &Expectation<'_>, received: &Received<'_>) {
    let (view, scope) = (received.view, received.checksum_scope);
    let covered = if facts.source().is_ipv4() { view.as_octets() } else { octets };
    let sum = checksum(covered, scope);
    assert!(view.checksum() == sum || (view.checksum(), sum) == (0xffff, 0));

    let pseudo = facts.pseudo_header();
    let old = match facts.source() {
        IpAddr::V4(src) => ChecksumScope::PseudoV4 { src, dst: VRRP_MULTICAST_V4 },
        IpAddr::V6(_) => pseudo,
    };
    let may_be_old = expect.policy.old_unicast_checksum && matches!(expect.mode, Mode::Unicast { .. });
    let permitted = match (view.version(), facts.source().is_ipv4(), expect.policy.v3_checksum) {
        (Version::V2, ..) => scope == ChecksumScope::Message,
        (Version::V3, false, _) => scope == pseudo,
        (Version::V3, true, V3Checksum::Either) => {
            scope == pseudo || scope == ChecksumScope::Message || may_be_old && scope == old
        }
        (Version::V3, true, V3Checksum::PseudoHeader) => scope == pseudo || may_be_old && scope == old,
        (Version::V3, true, V3Checksum::Message) => {
            scope == ChecksumScope::Message || may_be_old && scope == old
        }
    };
    assert!(permitted, "{scope:?}");
}

/// The list is ours or need not be.
fn listed(expect: &Expectation<'_>, received: &Received<'_>, owned: &Advertisement) {
    let (ours, theirs) = (set(expect.addresses), set(owned.addresses.as_addresses()));
    let same = ours == theirs && expect.addresses.len() == owned.addresses.as_addresses().len();
    assert_eq!(received.addresses_match, same);
    match expect.policy.address_mismatch {
        AddressMismatch::Accept => {}
        AddressMismatch::Drop => assert!(same),
        AddressMismatch::AsRfc => {
            assert!(same || owned.version == Version::V3 || owned.priority.is_owner());
        }
    }
    assert!(expect.policy.empty_list || received.view.count() > 0);
    if let (true, Some(IpAddr::V6(first))) =
        (expect.policy.link_local_first, received.view.addresses().next())
    {
        assert!(first.is_unicast_link_local());
    }
}

fn set(list: Addresses<'_>) -> BTreeSet<IpAddr> {
    match list {
        Addresses::V4(list) => list.iter().copied().map(IpAddr::V4).collect(),
        Addresses::V6(list) => list.iter().copied().map(IpAddr::V6).collect(),
    }
}

/// It came to where it should, over no more hops than allowed.
fn travelled(facts: &IpFacts, expect: &Expectation<'_>) {
    match expect.mode {
        Mode::Multicast { group } => assert_eq!((facts.destination(), facts.ttl()), (group, 255)),
        Mode::Unicast { peers, check_source } => {
            assert!(!facts.destination().is_multicast());
            let peer = peers.iter().find(|peer| peer.address == facts.source());
            assert!(peer.is_some() || !check_source);
            let (min, max) = peer.map_or((None, None), |peer| (peer.min_ttl, peer.max_ttl));
            assert!(facts.ttl() >= min.unwrap_or(0) && facts.ttl() <= max.unwrap_or(255));
            assert!(!expect.policy.unicast_ttl_255 || min.or(max).is_some() || facts.ttl() == 255);
        }
    }
}

/// What was accepted and remembered is not accepted again.
pub(super) fn once(octets: &[u8], facts: &IpFacts, expect: &Expectation<'_>, received: &Received<'_>) {
    match (expect.credentials, received.proof) {
        (Credentials::Header(mut check), Proof::Header { sequence }) => {
            check.window.accept(sequence);
            let again = Expectation { credentials: Credentials::Header(check), ..*expect };
            let highest = check.window.highest();
            let replayed = AhError::Replayed { sequence, highest };
            assert_eq!(receive(octets, facts, &again), Err(ReceiveError::Header(replayed)));
        }
        (Credentials::Trailer(check), Proof::Trailer { sequence, .. }) => {
            let mut guard = ReplayGuard::<2>::new();
            guard.accept(facts.source(), sequence);
            let last = guard.last(facts.source());
            let credentials = Credentials::Trailer(HmacCheck { last, ..check });
            let again = Expectation { credentials, ..*expect };
            let replayed = HmacError::Replayed { sequence, last: sequence };
            assert_eq!(receive(octets, facts, &again), Err(ReceiveError::Trailer(replayed)));
            // The next one would count.
            let next = HmacSequence::next(Some(sequence), sequence, check.anti_replay);
            assert!(next.is_after(sequence));
        }
        _ => {}
    }
}
