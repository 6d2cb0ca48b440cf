//! VRRP messages: reading, judging, writing again.
//!
//! An input is a message, as it stands behind the IP header. It is also tried as an IPv4 packet
//! and as an Ethernet frame.

use core::net::{Ipv4Addr, Ipv6Addr};

use vrrp_proto::{
    AddressFamily, Advertisement, AdvertisementView, Authentication, ChecksumScope, EthernetFrame,
    Expectation, IpFacts, Ipv4Frame, Mode, Policy, ReceivedAuthentication, UnicastPeer, VRRP_MULTICAST_V4,
    VRRP_MULTICAST_V6, Version, checksum, receive,
};

const SOURCE_V4: Ipv4Addr = Ipv4Addr::new(10, 9, 0, 1);
const SOURCE_V6: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0xf01d, 0x28ff, 0xfe7a, 0xf983);
const POLICIES: [Policy; 3] = [Policy::KEEPALIVED, Policy::KEEPALIVED_BEFORE_2_3_3, Policy::STRICT];

/// Runs one input.
///
/// # Panics
///
/// When one of the laws below does not hold.
pub fn run(octets: &[u8]) {
    let v4 = IpFacts::v4(SOURCE_V4, VRRP_MULTICAST_V4, 255);
    let v6 = IpFacts::v6(SOURCE_V6, VRRP_MULTICAST_V6, 255);
    message(octets, &v4);
    message(octets, &v6);
    packet(octets);
    if let Ok(frame) = EthernetFrame::parse(octets) {
        packet(frame.payload);
    }
}

/// An IPv4 packet: what is inside is no longer than its outside.
fn packet(octets: &[u8]) {
    if let Ok(frame) = Ipv4Frame::parse(octets) {
        assert!(frame.payload().len() + 20 <= octets.len());
        message(frame.payload(), &frame.facts());
    }
}

fn message(octets: &[u8], facts: &IpFacts) {
    let Ok(view) = AdvertisementView::parse(octets, facts.family()) else {
        assert_refused(octets, facts);
        return;
    };
    assert_eq!(view.as_octets(), octets);
    assert_eq!(view.addresses().count(), usize::from(view.count()));
    assert_eq!(view.addresses().len(), usize::from(view.count()));
    assert!(!view.to_string().is_empty() && !format!("{view:?}").is_empty());

    let Ok(owned) = Advertisement::try_from(view) else {
        let kind = view.authentication();
        assert!(matches!(kind, ReceivedAuthentication::Header | ReceivedAuthentication::Unknown(_)));
        assert_refused(octets, facts);
        return;
    };
    for scope in scopes(view.version(), facts) {
        written_again(&view, &owned, scope);
        received(octets, &owned, facts, scope);
    }
}

/// The scopes that a sender of this version may use.
fn scopes(version: Version, facts: &IpFacts) -> Vec<ChecksumScope> {
    match (version, facts.family()) {
        (Version::V2, _) => vec![ChecksumScope::Message],
        (Version::V3, AddressFamily::V4) => vec![facts.pseudo_header(), ChecksumScope::Message],
        (Version::V3, AddressFamily::V6) => vec![facts.pseudo_header()],
    }
}

/// Writing what was read gives the same message; the same octets, if nothing that a reader
/// ignores was in them.
fn written_again(view: &AdvertisementView<'_>, owned: &Advertisement, scope: ChecksumScope) {
    let octets = view.as_octets();
    let mut out = vec![0xa5; owned.encoded_len()];
    assert_eq!(owned.encode(scope, &mut out), Ok(octets.len()));
    let again = AdvertisementView::parse(&out, view.family()).expect("what was written is read");
    assert_eq!(again.verify_checksum(scope), Ok(()));
    assert_eq!(Advertisement::try_from(again).as_ref(), Ok(owned));

    if without_ignored_parts(view) == octets {
        assert_eq!(out[..6], octets[..6]);
        assert_eq!(out[8..], octets[8..]);
        // One's complement has two zeros: 0xffff is as good as 0x0000.
        if view.verify_checksum(scope).is_ok() && view.checksum() != 0xffff {
            assert_eq!(out, octets);
        }
    }
}

/// The message with VRRPv3's reserved bits, and VRRPv2's data of type 0, as zeros.
fn without_ignored_parts(view: &AdvertisementView<'_>) -> Vec<u8> {
    let mut octets = view.as_octets().to_vec();
    match (view.version(), view.authentication()) {
        (Version::V2, ReceivedAuthentication::None) => {
            if let Some(data) = octets.last_chunk_mut::<8>() {
                *data = [0; 8];
            }
        }
        (Version::V2, _) => {}
        (Version::V3, _) => octets[4] &= 0x0f,
    }
    octets
}

/// A router configured as the sender is hears it if, and only if, the checksum fits a scope.
fn received(octets: &[u8], owned: &Advertisement, facts: &IpFacts, scope: ChecksumScope) {
    let mut sound = octets.to_vec();
    sound[6..8].copy_from_slice(&checksum(octets, scope).to_be_bytes());
    for expect in expectations(owned, facts) {
        // Nothing but the destination or the policy may refuse a sound message of a twin.
        let judged = receive(&sound, facts, &expect);
        if matches!(expect.policy, Policy::KEEPALIVED) && matches!(expect.mode, Mode::Multicast { .. }) {
            assert_eq!(facts.ttl() == 255, judged.is_ok());
        }
        for octets in [&sound, octets] {
            if let Ok(received) = receive(octets, facts, &expect) {
                assert_eq!(received.view.verify_checksum(received.checksum_scope), Ok(()));
                assert!(received.addresses_match && received.interval_matches);
                assert_eq!(received.view.as_octets(), octets);
            }
        }
    }
}

/// What twins of the sender would expect, by multicast and by unicast.
fn expectations<'a>(owned: &'a Advertisement, facts: &IpFacts) -> Vec<Expectation<'a>> {
    const PEERS: &[UnicastPeer] = &[];
    let multicast = Mode::Multicast { group: facts.destination() };
    let unicast = Mode::Unicast { peers: PEERS, check_source: false };
    let of = |mode, policy| Expectation {
        version: owned.version,
        vrid: owned.vrid,
        interval: owned.interval,
        credentials: owned.authentication.credentials().unwrap_or_default(),
        mode,
        addresses: owned.addresses.as_addresses(),
        policy,
    };
    POLICIES.iter().flat_map(|policy| [of(multicast, *policy), of(unicast, *policy)]).collect()
}

/// What a view cannot be made of, or an owned form not hold, is received by nobody.
fn assert_refused(octets: &[u8], facts: &IpFacts) {
    let Some(vrid) = vrrp_proto::peek_vrid(octets) else { return };
    for version in [Version::V2, Version::V3] {
        let expect = Expectation {
            version,
            vrid,
            interval: vrrp_proto::AdvertInterval::DEFAULT,
            credentials: Credentials::None,
            mode: Mode::Multicast { group: facts.destination() },
            addresses: match facts.family() {
                AddressFamily::V4 => vrrp_proto::Addresses::V4(&[]),
                AddressFamily::V6 => vrrp_proto::Addresses::V6(&[]),
            },
            policy: Policy::KEEPALIVED,
        };
        assert!(receive(octets, facts, &expect).is_err());
    }
}
