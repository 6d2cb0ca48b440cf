//! A router configured as we are sends the message, and nothing is changed on the way: whether
//! it counts is known before.

use std::net::IpAddr;

use vrrp_proto::{
    Addresses, Advertisement, AdvertisementView, AntiReplay, Authentication, ChecksumScope, Credentials,
    Expectation, IpFacts, Mode, V3Checksum, Version, receive,
};

use super::situation::{AH_NUMBER, Situation};
use super::{flip, heard, laws};
use crate::hosts::PASSWORD;

pub(super) fn run(situation: &Situation, message: &[u8]) {
    let credentials = situation.credentials(situation.sequence(), AH_NUMBER);
    let by_header = matches!(credentials, Credentials::Header(_));
    let Ok(view) = AdvertisementView::parse(message, situation.family()) else { return };
    let Ok(mut owned) = Advertisement::try_from(view) else { return };
    if by_header != situation.is_whole_packet() || by_header && owned.version == Version::V3 {
        return;
    }
    owned.authentication = match (credentials, owned.version) {
        (Credentials::Password(_), Version::V2) => Authentication::Password(PASSWORD),
        (Credentials::Header(_), Version::V2) => Authentication::Header,
        _ => Authentication::None,
    };
    let packet = sent(situation, &owned, credentials);
    let (facts, message) = heard::open(situation, &packet).expect("what was written is read");
    let peers = situation.peers(facts.source());
    let expect = Expectation {
        version: owned.version,
        vrid: owned.vrid,
        interval: owned.interval,
        credentials,
        mode: situation.mode(&peers),
        addresses: owned.addresses.as_addresses(),
        policy: situation.policy(),
    };
    match receive(message, &facts, &expect) {
        Ok(received) => {
            assert!(counts(situation, &facts, &expect), "{received:?}");
            assert!(received.addresses_match && received.interval_matches);
            laws::accepted(message, &facts, &expect, &received);
            laws::once(message, &facts, &expect, &received);
            flip::changed(situation, &packet, &expect, &received);
        }
        Err(error) => assert!(!counts(situation, &facts, &expect), "{error}"),
    }
}

/// The packet, from the IP header on if it has an authentication header.
fn sent(situation: &Situation, owned: &Advertisement, credentials: Credentials<'_>) -> Vec<u8> {
    let facts = situation.facts();
    let scope = match (owned.version, situation.policy().v3_checksum, facts.source()) {
        (Version::V2, ..) | (Version::V3, V3Checksum::Message, IpAddr::V4(_)) => ChecksumScope::Message,
        (Version::V3, ..) => facts.pseudo_header(),
    };
    let fields = owned.fields();
    if let Credentials::Trailer(_) = credentials {
        let mut out = vec![0xa5; fields.signed_len()];
        let sequence = situation.sequence();
        let len = fields.encode_signed(scope, situation.hmac_key(), facts.source(), sequence, &mut out);
        assert_eq!(len, Ok(out.len()));
        return out;
    }
    let mut out = vec![0xa5; fields.encoded_len()];
    assert_eq!(fields.encode(scope, &mut out), Ok(out.len()));
    if situation.is_whole_packet() { heard::with_header(situation, &out) } else { out }
}

/// Whether the message of a twin counts.
fn counts(situation: &Situation, facts: &IpFacts, expect: &Expectation<'_>) -> bool {
    proven(situation, facts, expect) && travels(facts, expect) && listed(expect)
}

fn listed(expect: &Expectation<'_>) -> bool {
    let link_local_first = match expect.addresses {
        Addresses::V6([first, ..]) => first.is_unicast_link_local(),
        Addresses::V4(_) | Addresses::V6([]) => true,
    };
    (!expect.addresses.is_empty() || expect.policy.empty_list)
        && (link_local_first || !expect.policy.link_local_first)
}

fn travels(facts: &IpFacts, expect: &Expectation<'_>) -> bool {
    let ttl = facts.ttl();
    let Mode::Unicast { peers, check_source } = expect.mode else {
        return ttl == 255 && facts.destination().is_multicast();
    };
    let strict = if expect.policy.unicast_ttl_255 { 255 } else { 0 };
    let in_limits = match peers.first() {
        Some(peer) if peer.min_ttl.or(peer.max_ttl).is_some() => {
            peer.min_ttl.is_none_or(|min| ttl >= min) && peer.max_ttl.is_none_or(|max| ttl <= max)
        }
        Some(_) | None => ttl >= strict,
    };
    !facts.destination().is_multicast() && in_limits && !(check_source && peers.is_empty())
}

/// Whether the number is new, and the sender one that a trailer is taken from.
fn proven(situation: &Situation, facts: &IpFacts, expect: &Expectation<'_>) -> bool {
    match expect.credentials {
        Credentials::Header(check) => {
            let highest = check.window.highest();
            AH_NUMBER > highest || situation.is_sliding() && highest != AH_NUMBER && highest - AH_NUMBER < 64
        }
        Credentials::Trailer(check) => {
            if let Mode::Unicast { peers: [], .. } = expect.mode {
                return false;
            }
            let near = |secs: u32| match check.anti_replay {
                AntiReplay::Time { window } => check.now.abs_diff(secs) <= window.into(),
                AntiReplay::Monotonic => true,
            };
            let grows = check
                .last
                .filter(|last| near(last.secs()))
                .is_none_or(|last| situation.sequence().get() > last.get());
            near(situation.sequence().secs()) && grows
        }
        Credentials::None | Credentials::Password(_) => facts.authentication_header().is_none(),
        _ => false,
    }
}
