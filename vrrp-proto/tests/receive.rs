//! Receive-side validation: one rule a line, keepalived's order, and the policies.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "outside a test function; a panic fails the test"
)]

mod captures;

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use captures::message;
use hex_literal::hex;
use vrrp_proto::{
    AddressFamily, AddressMismatch, Addresses, AdvertInterval, AdvertisementFields, Authentication,
    AuthenticationKind, ChecksumScope, Credentials, DecodeError, Expectation, IpFacts, Mode, Password,
    Policy, Priority, ReceiveError, UnicastPeer, V3Checksum, VRRP_MULTICAST_V4, VRRP_MULTICAST_V6, Version,
    Vrid, checksum, receive,
};

const SENDER: Ipv4Addr = Ipv4Addr::new(10, 9, 0, 1);
const OWN: Ipv4Addr = Ipv4Addr::new(10, 9, 0, 2);
const A: Ipv4Addr = Ipv4Addr::new(10, 9, 0, 100);
const B: Ipv4Addr = Ipv4Addr::new(10, 9, 0, 101);
const C: Ipv4Addr = Ipv4Addr::new(10, 9, 0, 102);
const MULTICAST: Mode<'static> = Mode::Multicast { group: IpAddr::V4(VRRP_MULTICAST_V4) };
const BY_GROUP: IpFacts = IpFacts::v4(SENDER, VRRP_MULTICAST_V4, 255);
const BY_UNICAST: IpFacts = IpFacts::v4(SENDER, OWN, 255);

fn expectation(version: Version, vrid: u8, centis: u16, addresses: &[Ipv4Addr]) -> Expectation<'_> {
    Expectation {
        version,
        vrid: Vrid::new(vrid).unwrap(),
        interval: AdvertInterval::from_centis(centis).unwrap(),
        credentials: Credentials::None,
        mode: MULTICAST,
        addresses: Addresses::V4(addresses),
        policy: Policy::KEEPALIVED,
    }
}

fn password(text: &[u8]) -> Credentials<'static> {
    Credentials::Password(Box::leak(Box::new(Password::new(text).unwrap())))
}

/// What the router behind "v2 pass" would expect of a peer.
fn v2_pass() -> Expectation<'static> {
    Expectation { credentials: password(b"s3cr3t"), ..expectation(Version::V2, 7, 200, &[A]) }
}

fn v2() -> Expectation<'static> {
    expectation(Version::V2, 51, 100, &[A, B])
}

fn v3() -> Expectation<'static> {
    expectation(Version::V3, 51, 25, &[A, B])
}

fn v3_unicast(peers: &[UnicastPeer], check_source: bool) -> Expectation<'_> {
    let mode = Mode::Unicast { peers, check_source };
    Expectation { mode, ..expectation(Version::V3, 53, 25, &[A]) }
}

const fn peer(address: Ipv4Addr) -> UnicastPeer {
    UnicastPeer { address: IpAddr::V4(address), min_ttl: None, max_ttl: None }
}

/// A captured message with some octets replaced and the checksum of `scope` put right.
fn edited(name: &str, edits: &[(usize, u8)], scope: ChecksumScope) -> Vec<u8> {
    let mut octets = message(name).to_vec();
    for (at, octet) in edits {
        octets[*at] = *octet;
    }
    let sum = checksum(&octets, scope);
    octets[6..8].copy_from_slice(&sum.to_be_bytes());
    octets
}

#[test]
fn what_keepalived_sends_is_received() {
    let ours = [peer(SENDER)];
    let v2_unicast = Expectation {
        mode: Mode::Unicast { peers: &ours, check_source: true },
        ..expectation(Version::V2, 52, 100, &[A])
    };
    #[rustfmt::skip]
    let cases = [
        ("v2",                 BY_GROUP,   v2(),                     ChecksumScope::Message),
        ("v2 release",         BY_GROUP,   v2(),                     ChecksumScope::Message),
        ("v2 pass",            BY_GROUP,   v2_pass(),                ChecksumScope::Message),
        ("v2 unicast",         BY_UNICAST, v2_unicast,               ChecksumScope::Message),
        ("v3",                 BY_GROUP,   v3(),                     BY_GROUP.pseudo_header()),
        ("v3 release",         BY_GROUP,   v3(),                     BY_GROUP.pseudo_header()),
        ("v3 unicast",         BY_UNICAST, v3_unicast(&ours, true),  BY_UNICAST.pseudo_header()),
        ("v3 unicast release", BY_UNICAST, v3_unicast(&ours, false), BY_UNICAST.pseudo_header()),
    ];
    for (name, facts, expect, scope) in cases {
        for policy in [Policy::KEEPALIVED, Policy::KEEPALIVED_BEFORE_2_3_3, Policy::STRICT] {
            let received = receive(message(name), &facts, &Expectation { policy, ..expect }).unwrap();
            assert!(received.addresses_match && received.interval_matches, "{name}");
            assert_eq!(received.checksum_scope, scope, "{name}");
            assert_eq!(received.view.as_octets(), message(name), "{name}");
        }
    }
}

/// Refuses: 3768-5.2.3-2, 3768-5.3.2-2, 3768-5.3.3-1, 3768-5.3.6-2, 3768-7.1-2, 3768-7.1-3, 3768-7.1-7
/// Refuses: 5798-5.1.1.3-2, 5798-7.1-2
/// Refuses: 9568-5.1.1.3-2, 9568-7.1-2, 9568-7.1-3, 9568-7.1-10
#[test]
fn the_broken_rule_is_named() {
    use ReceiveError::{AuthenticationMismatch, AuthenticationType, Decode, Destination, Interval, Ttl};
    let group_254 = IpFacts::v4(SENDER, VRRP_MULTICAST_V4, 254);
    let vrid = |vrid| Vrid::new(vrid).unwrap();
    let secs = |secs| AdvertInterval::from_secs(secs).unwrap();
    let mismatch = |received, expected| AuthenticationMismatch { received, expected };
    let v2_as_v3 = expectation(Version::V3, 51, 100, &[A, B]);
    let v3_as_v2 = expectation(Version::V2, 51, 100, &[A, B]);
    let wrong_password = Expectation { credentials: password(b"s3cr3T"), ..v2_pass() };
    let no_password = Expectation { credentials: Credentials::None, ..v2_pass() };
    let needs_password = Expectation { credentials: password(b"s3cr3t"), ..v2() };
    let message = |name: &str| message(name).to_vec();
    let edit = |name, at, octet| edited(name, &[(at, octet)], ChecksumScope::Message);
    #[rustfmt::skip]
    let cases = [
        ("3768-7.1-3",     message("v2")[..23].to_vec(),     BY_GROUP,   v2(),           Decode(DecodeError::Truncated { needed: 24, got: 23 })),
        ("9568-7.1-4",     edit("v3", 3, 0),                 BY_GROUP,   v3(),           Decode(DecodeError::Trailing { expected: 8, got: 16 })),
        ("3768-5.3.3-1",   edit("v2", 1, 0),                 BY_GROUP,   v2(),           Decode(DecodeError::Vrid)),
        ("3768-7.1-5",     edit("v2", 1, 52),                BY_GROUP,   v2(),           ReceiveError::Vrid { received: vrid(52), expected: vrid(51) }),
        ("3768-5.2.3-2",   message("v2"),                    group_254,  v2(),           Ttl(254)),
        ("9568-5.1.1.3-2", message("v3"),                    group_254,  v3(),           Ttl(254)),
        ("3768-7.1-2",     message("v3"),                    BY_GROUP,   v3_as_v2,       ReceiveError::Version { received: Version::V3, expected: Version::V2 }),
        ("9568-7.1-2",     message("v2"),                    BY_GROUP,   v2_as_v3,       ReceiveError::Version { received: Version::V2, expected: Version::V3 }),
        ("3768-5.3.6-2 unknown", edit("v2", 4, 3),           BY_GROUP,   v2(),           AuthenticationType(3)),
        ("3768-5.3.6-2 AH",      edit("v2", 4, 2),           BY_GROUP,   v2(),           mismatch(AuthenticationKind::Header, AuthenticationKind::None)),
        ("3768-5.3.6-2 theirs",  message("v2 pass"),         BY_GROUP,   no_password,    mismatch(AuthenticationKind::Password, AuthenticationKind::None)),
        ("3768-5.3.6-2 ours",    message("v2"),              BY_GROUP,   needs_password, mismatch(AuthenticationKind::None, AuthenticationKind::Password)),
        ("3768-7.1-7",     message("v2 pass"),               BY_GROUP,   wrong_password, ReceiveError::Password),
        ("v2 interval",    edit("v2", 5, 2),                 BY_GROUP,   v2(),           Interval { received: secs(2), expected: secs(1) }),
        ("v2 interval 0",  edit("v2", 5, 0),                 BY_GROUP,   v2(),           Decode(DecodeError::Interval)),
        ("9568-7.1-10",    edit("v3", 5, 0),                 BY_GROUP,   v3(),           Decode(DecodeError::Interval)),
        ("3768-5.3.2-2",   edit("v2", 0, 0x22),              BY_GROUP,   v2(),           Decode(DecodeError::Type(2))),
        ("9568-7.1-3",     edit("v3", 0, 0x30),              BY_GROUP,   v3(),           Decode(DecodeError::Type(0))),
        ("unicast to a multicast router", message("v2"),     BY_UNICAST, v2(),           Destination(OWN.into())),
    ];
    for (name, octets, facts, expect, want) in cases {
        for policy in [Policy::KEEPALIVED, Policy::STRICT] {
            assert_eq!(receive(&octets, &facts, &Expectation { policy, ..expect }), Err(want), "{name}");
        }
    }
}

/// A keepalived without `virtual_ipaddress` sends
/// messages without addresses, and hears them; the RFCs refuse them.
///
/// Refuses: 3768-5.3.9-1, 5798-5.2.5-1, 9568-5.2.5-1, 9568-5.2.5-2, 9568-7.1-8
#[test]
fn a_message_without_addresses_counts_for_keepalived_and_not_for_the_rfcs() {
    // VRRPv2 as keepalived 2.2.7 sent it, without `virtual_ipaddress`; it refuses to run VRRPv3 like that.
    for (version, octets) in [
        (Version::V2, hex!("21 33 64 00 00 01 7acb 0000000000000000").as_slice()),
        (Version::V3, hex!("31 33 64 00 0064 6a68").as_slice()),
    ] {
        let expect = expectation(version, 51, 100, &[]);
        let received = receive(octets, &BY_GROUP, &expect).unwrap();
        assert!(received.addresses_match && received.view.count() == 0);
        let strict = Expectation { policy: Policy::STRICT, ..expect };
        assert_eq!(receive(octets, &BY_GROUP, &strict), Err(ReceiveError::NoAddresses));
        let mut out = [0xa5; 16];
        let fields = AdvertisementFields {
            version,
            vrid: expect.vrid,
            priority: Priority::new(100),
            interval: expect.interval,
            addresses: expect.addresses,
            authentication: Authentication::None,
        };
        let len = fields.encode(ChecksumScope::Message, &mut out).unwrap();
        assert_eq!(&out[..len], octets);
    }
}

/// No policy lets it through.
///
/// Refuses: 3768-7.1-4, 5798-7.1-4, 9568-7.1-5
#[test]
fn a_wrong_checksum_is_never_accepted() {
    let unicast = v3_unicast(&[], false);
    let cases = [("v2", BY_GROUP, v2()), ("v3", BY_GROUP, v3()), ("v3 unicast", BY_UNICAST, unicast)];
    for (name, facts, expect) in cases {
        for policy in [Policy::KEEPALIVED, Policy::KEEPALIVED_BEFORE_2_3_3, Policy::STRICT] {
            let mut octets = message(name).to_vec();
            octets[7] ^= 1;
            let result = receive(&octets, &facts, &Expectation { policy, ..expect });
            assert!(matches!(result, Err(ReceiveError::Checksum(_))), "{name}: {result:?}");
            octets[6..8].copy_from_slice(&[0, 0]);
            let result = receive(&octets, &facts, &Expectation { policy, ..expect });
            assert!(matches!(result, Err(ReceiveError::Checksum(_))), "{name}: {result:?}");
        }
    }
}

/// Holds: 5798-5.2.8-2, 9568-5.2.8-2
#[test]
fn either_checksum_scope_of_v3_over_ipv4_is_accepted_and_named() {
    let rfc = edited("v3", &[], ChecksumScope::Message);
    assert_eq!(rfc[6..8], [0xf1, 0xd5]);
    let received = receive(&rfc, &BY_GROUP, &v3()).unwrap();
    assert_eq!(received.checksum_scope, ChecksumScope::Message);
    let received = receive(message("v3"), &BY_GROUP, &v3()).unwrap();
    assert_eq!(received.checksum_scope, BY_GROUP.pseudo_header());
}

#[test]
fn a_unicast_sum_over_the_multicast_address_is_keepalived_s_before_1_3_7() {
    let old_scope = BY_GROUP.pseudo_header();
    let old = edited("v3 unicast", &[], old_scope);
    let expect = v3_unicast(&[], false);
    assert_eq!(receive(&old, &BY_UNICAST, &expect).unwrap().checksum_scope, old_scope);
    let strict = Expectation { policy: Policy { unicast_ttl_255: false, ..Policy::STRICT }, ..expect };
    assert!(matches!(receive(&old, &BY_UNICAST, &strict), Err(ReceiveError::Checksum(_))));
}

/// The pseudo-header of v3 does not leak into v2.
///
/// Refuses: 3768-5.3.8-1
#[test]
fn a_v2_message_with_a_pseudo_header_in_its_sum_is_refused() {
    let octets = edited("v2", &[], BY_GROUP.pseudo_header());
    assert!(matches!(receive(&octets, &BY_GROUP, &v2()), Err(ReceiveError::Checksum(_))));
}

#[test]
fn a_v3_interval_is_reported_never_refused() {
    let octets = edited("v3", &[(5, 26)], ChecksumScope::Message);
    for policy in [Policy::KEEPALIVED, Policy::STRICT] {
        let received = receive(&octets, &BY_GROUP, &Expectation { policy, ..v3() }).unwrap();
        assert!(!received.interval_matches);
        assert_eq!(received.view.interval().as_centis(), 26);
    }
}

/// As sets, order is not fixed.
///
/// Holds: 3768-7.1-11
/// Refuses: 3768-7.1-11
#[test]
fn addresses_are_compared_as_sets() {
    let sets: [(&[Ipv4Addr], bool); 6] = [
        (&[A, B], true),
        (&[B, A], true),
        (&[A], false),
        (&[A, B, C], false),
        (&[A, C], false),
        (&[A, A], false),
    ];
    for (ours, matches) in sets {
        let expect = Expectation { addresses: Addresses::V4(ours), ..v3() };
        let accept = receive(message("v3"), &BY_GROUP, &expect).unwrap();
        assert_eq!(accept.addresses_match, matches, "{ours:?}");
        let policy = Policy { address_mismatch: AddressMismatch::Drop, ..Policy::KEEPALIVED };
        let drop = receive(message("v3"), &BY_GROUP, &Expectation { policy, ..expect });
        assert_eq!(drop.map(|_| ()), if matches { Ok(()) } else { Err(ReceiveError::Addresses) });
    }
    // The same address twice in the message is not two of ours.
    let twice = edited("v3", &[(15, 100)], ChecksumScope::Message);
    assert!(!receive(&twice, &BY_GROUP, &v3()).unwrap().addresses_match);
}

/// Holds: 3768-7.1-13, 5798-7.1-10, 9568-7.1-15
/// Refuses: 3768-7.1-13
#[test]
fn an_address_mismatch_is_treated_by_version_and_policy() {
    use AddressMismatch::*;
    let owner = edited("v2", &[(2, 255)], ChecksumScope::Message);
    let v2_octets = message("v2");
    let refused = Err(ReceiveError::Addresses);
    #[rustfmt::skip]
    let cases = [
        ("v2",       v2_octets,     v2(), Accept, Ok(false)),
        ("v2",       v2_octets,     v2(), Drop,   refused),
        ("v2",       v2_octets,     v2(), AsRfc,  refused),
        ("v2 owner", &owner,        v2(), Drop,   refused),
        ("v2 owner", &owner,        v2(), AsRfc,  Ok(false)),
        ("v3",       message("v3"), v3(), Accept, Ok(false)),
        ("v3",       message("v3"), v3(), Drop,   refused),
        ("v3",       message("v3"), v3(), AsRfc,  Ok(false)),
    ];
    for (name, octets, expect, address_mismatch, want) in cases {
        let policy = Policy { address_mismatch, ..Policy::KEEPALIVED };
        let expect = Expectation { addresses: Addresses::V4(&[A, C]), policy, ..expect };
        let result = receive(octets, &BY_GROUP, &expect).map(|received| received.addresses_match);
        assert_eq!(result, want, "{name} {address_mismatch:?}");
    }
}

#[test]
fn multicast_to_a_unicast_router_is_refused() {
    let octets = edited("v3 unicast", &[], BY_GROUP.pseudo_header());
    let want = Err(ReceiveError::Destination(VRRP_MULTICAST_V4.into()));
    assert_eq!(receive(&octets, &BY_GROUP, &v3_unicast(&[peer(SENDER)], true)), want);
}

#[test]
fn another_group_is_followed_and_the_usual_one_then_refused() {
    let group = Ipv4Addr::new(224, 0, 0, 19);
    let expect = Expectation { mode: Mode::Multicast { group: group.into() }, ..v2() };
    assert!(receive(message("v2"), &IpFacts::v4(SENDER, group, 255), &expect).is_ok());
    let want = Err(ReceiveError::Destination(VRRP_MULTICAST_V4.into()));
    assert_eq!(receive(message("v2"), &BY_GROUP, &expect), want);
}

#[test]
fn a_stranger_is_refused_only_where_the_source_is_checked() {
    let peers = [peer(Ipv4Addr::new(10, 9, 0, 9))];
    let checked = receive(message("v3 unicast"), &BY_UNICAST, &v3_unicast(&peers, true));
    assert_eq!(checked, Err(ReceiveError::Source(SENDER.into())));
    assert!(receive(message("v3 unicast"), &BY_UNICAST, &v3_unicast(&peers, false)).is_ok());
}

/// Refuses: 5798-5.1.1.3-2, 5798-7.1-1, 9568-5.1.1.3-2, 9568-7.1-1
#[test]
fn a_unicast_ttl_counts_only_where_limits_are_given_or_the_policy_is_strict() {
    let limits = |min_ttl, max_ttl| [UnicastPeer { min_ttl, max_ttl, ..peer(SENDER) }];
    #[rustfmt::skip]
    let cases = [
        (None,      None,      Policy::KEEPALIVED, 1,   None),
        (None,      None,      Policy::STRICT,     255, None),
        (None,      None,      Policy::STRICT,     254, Some((255, 255))),
        (Some(250), None,      Policy::KEEPALIVED, 249, Some((250, 255))),
        (Some(250), None,      Policy::KEEPALIVED, 250, None),
        (None,      Some(64),  Policy::KEEPALIVED, 64,  None),
        (None,      Some(64),  Policy::KEEPALIVED, 65,  Some((0, 64))),
        (Some(250), Some(252), Policy::STRICT,     251, None),
        (Some(250), Some(252), Policy::STRICT,     253, Some((250, 252))),
    ];
    for (min_ttl, max_ttl, policy, ttl, refused) in cases {
        let peers = limits(min_ttl, max_ttl);
        for check_source in [false, true] {
            let expect = Expectation { policy, ..v3_unicast(&peers, check_source) };
            let result = receive(message("v3 unicast"), &IpFacts::v4(SENDER, OWN, ttl), &expect);
            let want = refused.map(|(min, max)| ReceiveError::UnicastTtl { received: ttl, min, max });
            assert_eq!(result.err(), want, "{min_ttl:?}..={max_ttl:?} {ttl}");
        }
    }
    // A stranger has no limits of its own; strict wants it on the link.
    let far = IpFacts::v4(SENDER, OWN, 9);
    let strict = Expectation { policy: Policy::STRICT, ..v3_unicast(&[], false) };
    assert_eq!(
        receive(message("v3 unicast"), &far, &strict),
        Err(ReceiveError::UnicastTtl { received: 9, min: 255, max: 255 })
    );
}

/// Each step adds the fault that is checked before the ones already there.
#[test]
fn of_many_faults_the_one_that_keepalived_checks_first_is_named() {
    let peers = [UnicastPeer { min_ttl: Some(255), ..peer(OWN) }];
    let policy = Policy { address_mismatch: AddressMismatch::Drop, ..Policy::KEEPALIVED };
    let mode = Mode::Unicast { peers: &peers, check_source: true };
    let mut expect = Expectation { mode, policy, ..v2() };
    let mut octets = message("v2").to_vec();
    let mut facts = IpFacts::v4(SENDER, OWN, 254);
    let sum = |octets: &mut Vec<u8>| {
        let sum = checksum(octets, ChecksumScope::Message);
        octets[6..8].copy_from_slice(&sum.to_be_bytes());
    };

    assert!(matches!(receive(&octets, &facts, &expect), Err(ReceiveError::Source(_))));
    expect.addresses = Addresses::V4(&[A, C]);
    assert_eq!(receive(&octets, &facts, &expect), Err(ReceiveError::Addresses));
    facts = IpFacts::v4(SENDER, VRRP_MULTICAST_V4, 254);
    assert!(matches!(receive(&octets, &facts, &expect), Err(ReceiveError::Destination(_))));
    octets[7] ^= 1;
    assert!(matches!(receive(&octets, &facts, &expect), Err(ReceiveError::Checksum(_))));
    octets[0] = 0x22;
    sum(&mut octets);
    assert_eq!(receive(&octets, &facts, &expect), Err(DecodeError::Type(2).into()));
    octets[5] = 9;
    assert!(matches!(receive(&octets, &facts, &expect), Err(ReceiveError::Interval { .. })));
    expect.credentials = password(b"secret");
    let result = receive(&octets, &facts, &expect);
    assert!(matches!(result, Err(ReceiveError::AuthenticationMismatch { .. })));
    octets[4] = 7;
    assert_eq!(receive(&octets, &facts, &expect), Err(ReceiveError::AuthenticationType(7)));
    expect.version = Version::V3;
    assert!(matches!(receive(&octets, &facts, &expect), Err(ReceiveError::Version { .. })));
    expect.mode = MULTICAST;
    assert_eq!(receive(&octets, &facts, &expect), Err(ReceiveError::Ttl(254)));
    expect.vrid = Vrid::new(1).unwrap();
    assert!(matches!(receive(&octets, &facts, &expect), Err(ReceiveError::Vrid { .. })));
    octets.pop();
    let truncated = DecodeError::Truncated { needed: 24, got: 23 };
    assert_eq!(receive(&octets, &facts, &expect), Err(truncated.into()));
    expect.addresses = Addresses::V6(&[]);
    let family = ReceiveError::Family { received: AddressFamily::V4, expected: AddressFamily::V6 };
    assert_eq!(receive(&octets, &facts, &expect), Err(family));
}

const SENDER_V6: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0xf01d, 0x28ff, 0xfe7a, 0xf983);
const LINK_LOCAL: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 9, 0x100);
const GLOBAL: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 9, 0, 0, 0, 0, 0x100);

fn v3_ipv6(policy: Policy) -> Expectation<'static> {
    Expectation {
        version: Version::V3,
        vrid: Vrid::new(54).unwrap(),
        interval: AdvertInterval::from_centis(25).unwrap(),
        credentials: Credentials::None,
        mode: Mode::Multicast { group: VRRP_MULTICAST_V6.into() },
        addresses: Addresses::V6(&[LINK_LOCAL, GLOBAL]),
        policy,
    }
}

/// Holds: 5798-5.1.2.3-2, 9568-5.1.2.3-2, 9568-5.2.8-3
/// Refuses: 5798-5.1.2.3-2, 9568-5.1.2.3-2, 9568-5.2.8-3
#[test]
fn an_ipv6_message_needs_hop_limit_255_and_its_pseudo_header() {
    let facts = IpFacts::v6(SENDER_V6, VRRP_MULTICAST_V6, 255);
    let received = receive(message("v3 ipv6"), &facts, &v3_ipv6(Policy::STRICT)).unwrap();
    assert!(received.addresses_match && received.interval_matches);
    assert_eq!(received.checksum_scope, facts.pseudo_header());
    let far = IpFacts::v6(SENDER_V6, VRRP_MULTICAST_V6, 64);
    assert_eq!(receive(message("v3 ipv6"), &far, &v3_ipv6(Policy::STRICT)), Err(ReceiveError::Ttl(64)));
    let bare = edited("v3 ipv6", &[], ChecksumScope::Message);
    assert!(matches!(receive(&bare, &facts, &v3_ipv6(Policy::KEEPALIVED)), Err(ReceiveError::Checksum(_))));
}

/// Refuses: 9568-7.1-9
#[test]
fn a_first_ipv6_address_that_is_not_link_local_is_refused_by_the_strict_policy() {
    let facts = IpFacts::v6(SENDER_V6, VRRP_MULTICAST_V6, 255);
    let mut octets = message("v3 ipv6").to_vec();
    octets[8..].rotate_left(16);
    // A sum does not mind the order of words.
    let received = receive(&octets, &facts, &v3_ipv6(Policy::KEEPALIVED)).unwrap();
    assert!(received.addresses_match);
    let want = Err(ReceiveError::FirstAddress(GLOBAL.into()));
    assert_eq!(receive(&octets, &facts, &v3_ipv6(Policy::STRICT)), want);
}

/// Over what a VRRPv3 message over IPv4 may be summed is a choice, and a wrong choice says so.
///
/// Holds: 5798-5.2.8-2, 9568-5.2.8-2
/// Refuses: 5798-5.2.8-2, 9568-5.2.8-2
#[test]
fn a_sum_over_the_other_scope_is_told_as_such() {
    let captured = message("v3");
    let mut bare = captured.to_vec();
    let sum = checksum(captured, ChecksumScope::Message);
    bare[6..8].copy_from_slice(&sum.to_be_bytes());
    let pseudo = BY_GROUP.pseudo_header();
    let only = |v3_checksum| Expectation { policy: Policy { v3_checksum, ..Policy::KEEPALIVED }, ..v3() };
    let scope = |octets: &[u8], v3_checksum| {
        receive(octets, &BY_GROUP, &only(v3_checksum)).map(|received| received.checksum_scope)
    };
    assert_eq!(scope(captured, V3Checksum::Either), Ok(pseudo));
    assert_eq!(scope(&bare, V3Checksum::Either), Ok(ChecksumScope::Message));
    assert_eq!(scope(captured, V3Checksum::PseudoHeader), Ok(pseudo));
    assert_eq!(scope(&bare, V3Checksum::Message), Ok(ChecksumScope::Message));

    let refused = |octets: &[u8], v3_checksum| match scope(octets, v3_checksum) {
        Err(ReceiveError::Checksum(error)) => error,
        other => panic!("{other:?}"),
    };
    let error = refused(&bare, V3Checksum::PseudoHeader);
    assert_eq!(error.right_under, Some(ChecksumScope::Message));
    assert!(error.to_string().ends_with("it is right without pseudo-header"));
    let error = refused(captured, V3Checksum::Message);
    assert_eq!((error.right_under, error.computed), (Some(pseudo), sum));
    assert!(error.to_string().ends_with("it is right with a pseudo-header"));
    bare[7] ^= 1;
    assert_eq!(refused(&bare, V3Checksum::Either).right_under, None);

    // VRRPv2 has one scope; a sender that took the other is named.
    let mut v2_with_pseudo = message("v2").to_vec();
    let sum = checksum(message("v2"), pseudo);
    v2_with_pseudo[6..8].copy_from_slice(&sum.to_be_bytes());
    match receive(&v2_with_pseudo, &BY_GROUP, &v2()) {
        Err(ReceiveError::Checksum(error)) => assert_eq!(error.right_under, Some(pseudo)),
        other => panic!("{other:?}"),
    }
}

/// RFC 9568 §9: VRRPv3 has no authentication, so a password of the configuration is not asked for.
#[test]
fn a_password_is_not_looked_for_in_version_3() {
    let expect = Expectation { credentials: password(b"s3cr3t"), ..v3() };
    assert!(receive(message("v3"), &BY_GROUP, &expect).is_ok());
}
