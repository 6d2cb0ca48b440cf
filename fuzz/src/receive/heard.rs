//! A message is received as it stands in the input, or with its checksum and code repaired, so
//! that what is behind them can be reached.

use core::net::Ipv4Addr;

use vrrp_proto::{
    AH_LEN, AddressFamily, AddressList, Addresses, AdvertInterval, AhError, ChecksumScope, Credentials,
    Expectation, HMAC_TRAILER_LEN, HmacSequence, IP_PROTOCOL_AH, IpFacts, VRRP_MULTICAST_V4, Version, Vrid,
    checksum, peek_vrid, receive,
};

use super::situation::{AH_NUMBER, Situation, bit};
use super::{flip, laws};
use crate::hosts::{AH_KEY, PEER_V4, SOURCES_V4};

/// Octets of an IPv4 header without options.
const IPV4_LEN: usize = 20;

pub(super) fn run(situation: &Situation, rest: &[u8]) {
    let packet = repaired(situation, rest);
    let (facts, message) = match open(situation, &packet) {
        Ok(opened) => opened,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    let Some(vrid) = peek_vrid(message) else { return };
    let addresses = own_addresses(situation, message);
    let peers = situation.peers(facts.source());
    let version = if message[0] >> 4 == 2 { Version::V2 } else { Version::V3 };
    let expect = Expectation {
        version: situation.own_version(version),
        vrid: if bit(situation.own, 1) { vrid_after(vrid) } else { vrid },
        interval: own_interval(situation, version, message),
        credentials: credentials(situation, &facts, message),
        mode: situation.mode(&peers),
        addresses: match (situation.is_other_family(), facts.family()) {
            (false, _) => addresses.as_addresses(),
            (true, AddressFamily::V4) => Addresses::V6(&[]),
            (true, AddressFamily::V6) => Addresses::V4(&[]),
        },
        policy: situation.policy(),
    };
    hidden(expect.credentials);
    let judged = receive(message, &facts, &expect);
    assert_eq!(judged, receive(message, &facts, &expect), "nothing is remembered");
    match judged {
        Ok(received) => {
            laws::accepted(message, &facts, &expect, &received);
            laws::once(message, &facts, &expect, &received);
            flip::changed(situation, &packet, &expect, &received);
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// No secret is printed.
fn hidden(credentials: Credentials<'_>) {
    let shown = format!("{credentials:?}");
    assert_eq!(shown.contains("***"), !matches!(credentials, Credentials::None), "{shown}");
    assert!(!shown.contains("s3cr3t") && !shown.contains("115, 51"));
}

/// What the IP layer makes of a packet: facts and message.
pub(super) fn open<'a>(situation: &Situation, packet: &'a [u8]) -> Result<(IpFacts, &'a [u8]), AhError> {
    if !situation.is_whole_packet() {
        return Ok((situation.facts(), packet));
    }
    let (header, payload) = packet.split_at_checked(IPV4_LEN).unwrap_or((packet, &[]));
    IpFacts::v4_authenticated(header, payload)
}

/// The numbers are those of the packet, so that window and order are near them.
fn credentials(situation: &Situation, facts: &IpFacts, message: &[u8]) -> Credentials<'static> {
    let trailer = message.last_chunk::<HMAC_TRAILER_LEN>();
    let sequence = trailer.map(|[_, _, _, _, a, b, c, d, e, f, g, h, ..]| {
        HmacSequence::new(u64::from_be_bytes([*a, *b, *c, *d, *e, *f, *g, *h]))
    });
    let number = facts.authentication_header().map(vrrp_proto::AuthenticationHeader::sequence);
    situation.credentials(sequence.unwrap_or(situation.sequence()), number.unwrap_or(AH_NUMBER))
}

/// The input with the checksum and the code that it is told to have.
fn repaired(situation: &Situation, rest: &[u8]) -> Vec<u8> {
    let whole = situation.is_whole_packet();
    let mut message = if whole { rest.get(IPV4_LEN + AH_LEN..).unwrap_or_default() } else { rest }.to_vec();
    if !situation.is_signed_anew() {
        sum_anew(situation, &mut message, 0);
        let front = if whole { rest.get(..IPV4_LEN + AH_LEN).unwrap_or(rest) } else { &[] };
        return [front, &message].concat();
    }
    if whole {
        sum_anew(situation, &mut message, 0);
        return with_header(situation, &message);
    }
    let trailer = situation.hmac_key().sign(situation.facts().source(), situation.sequence(), &message);
    message.extend_from_slice(&trailer);
    sum_anew(situation, &mut message, HMAC_TRAILER_LEN);
    message
}

/// An authentication header and the IP header before it.
pub(super) fn with_header(situation: &Situation, message: &[u8]) -> Vec<u8> {
    let facts = situation.facts();
    let to_group = facts.destination().is_multicast();
    let destination = if to_group { VRRP_MULTICAST_V4 } else { PEER_V4 };
    let [hi, lo] = u16::try_from(IPV4_LEN + AH_LEN + message.len()).unwrap_or(u16::MAX).to_be_bytes();
    let mut header =
        [0x45, 0xc0, hi, lo, 0, 1, 0, 0, facts.ttl(), IP_PROTOCOL_AH, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    header[12..16].copy_from_slice(&Ipv4Addr::octets(&SOURCES_V4[0]));
    header[16..].copy_from_slice(&destination.octets());
    let authentication = AH_KEY.sign(&header, AH_NUMBER, message, situation.coverage());
    [&header[..], &authentication, message].concat()
}

/// Writes the checksum of a message with `trailer` octets behind it.
fn sum_anew(situation: &Situation, octets: &mut [u8], trailer: usize) {
    let facts = situation.facts();
    let scope = match (situation.own >> 6, facts.source()) {
        (0, _) => return,
        (1, _) => ChecksumScope::Message,
        (2, _) => facts.pseudo_header(),
        (_, std::net::IpAddr::V4(src)) => ChecksumScope::PseudoV4 { src, dst: VRRP_MULTICAST_V4 },
        (_, std::net::IpAddr::V6(_)) => facts.pseudo_header(),
    };
    let summed = match situation.family() {
        AddressFamily::V4 => octets.len() - trailer,
        AddressFamily::V6 => octets.len(),
    };
    let sum = checksum(&octets[..summed], scope);
    if let Some(field) = octets.get_mut(6..8) {
        field.copy_from_slice(&sum.to_be_bytes());
    }
}

fn vrid_after(vrid: Vrid) -> Vrid {
    Vrid::new(vrid.get().wrapping_add(1)).unwrap_or(vrid)
}

fn own_interval(situation: &Situation, version: Version, message: &[u8]) -> AdvertInterval {
    let field = match (version, message.get(4..6)) {
        (Version::V2, Some([_, seconds])) => u16::from(*seconds) * 100,
        (Version::V3, Some([hi, lo])) => u16::from_be_bytes([hi & 0x0f, *lo]),
        _ => 0,
    };
    let other = if bit(situation.own, 2) { field + 100 } else { field };
    AdvertInterval::from_centis(other).unwrap_or(AdvertInterval::DEFAULT)
}

/// The addresses of the message, or something near them.
fn own_addresses(situation: &Situation, message: &[u8]) -> AddressList {
    fn near<A: Copy>(situation: &Situation, mut list: Vec<A>, other: A) -> Vec<A> {
        if bit(situation.own, 3) {
            list.reverse();
        }
        if bit(situation.own, 4) {
            list.pop();
        }
        if let (true, Some(first)) = (bit(situation.own, 5), list.first_mut()) {
            *first = other;
        }
        list
    }
    let count = message.get(3).map_or(0, |count| usize::from(*count));
    let octets = message.get(8..).unwrap_or_default();
    match situation.family() {
        AddressFamily::V4 => {
            let (all, _) = octets.as_chunks::<4>();
            let list = all.iter().take(count).map(|address| (*address).into()).collect();
            AddressList::V4(near(situation, list, PEER_V4))
        }
        AddressFamily::V6 => {
            let (all, _) = octets.as_chunks::<16>();
            let list = all.iter().take(count).map(|address| (*address).into()).collect();
            AddressList::V6(near(situation, list, crate::hosts::PEER_V6))
        }
    }
}
