//! The address list: how many, how long each, of which family, which one first.

use core::iter;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use hex_literal::hex;
use vrrp_proto::{
    AddressFamily, AddressMismatch, Addresses, AdvertisementFields, AdvertisementView, ChecksumScope,
    DecodeError, EncodeError, Policy, ReceiveError, Version,
};

use crate::router::{POLICIES, Router, routers, v2, v3, v3_ipv6};

/// Address number `index` of a list: 10.0.0.`index` or fe80::`index`.
fn v4(index: u8) -> Ipv4Addr {
    Ipv4Addr::new(10, 0, 0, index)
}

fn v6(index: u8) -> Ipv6Addr {
    Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, u16::from(index))
}

/// A message with the addresses 1 to `listed`, which says that they are `count`.
fn listing(router: &Router, count: u8, listed: u8) -> Vec<u8> {
    let mut octets = router.message[..8].to_vec();
    octets[3] = count;
    for index in 1..=listed {
        match router.facts.family() {
            AddressFamily::V4 => octets.extend([10, 0, 0, index]),
            AddressFamily::V6 => {
                octets.extend(hex!("fe80 0000000000000000000000000000"));
                *octets.last_mut().unwrap() = index;
            }
        }
    }
    if router.expect.version == Version::V2 {
        octets.extend([0; 8]);
    }
    router.sealed(&octets)
}

/// Judged without regard to which addresses they are.
fn judge(router: &Router, octets: &[u8], policy: Policy) -> Result<Vec<IpAddr>, ReceiveError> {
    let policy = Policy { address_mismatch: AddressMismatch::Accept, ..policy };
    router.judge(octets, policy).map(|received| received.view.addresses().collect())
}

fn lists_of_each_length_are_read_and_written(router: &Router) {
    for count in [1, 2, 3, 254, 255] {
        let octets = listing(router, count, count);
        let (list_v4, list_v6): (Vec<_>, Vec<_>) =
            ((1..=count).map(v4).collect(), (1..=count).map(v6).collect());
        let (addresses, want): (_, Vec<IpAddr>) = match router.facts.family() {
            AddressFamily::V4 => (Addresses::V4(&list_v4), list_v4.iter().copied().map(IpAddr::V4).collect()),
            AddressFamily::V6 => (Addresses::V6(&list_v6), list_v6.iter().copied().map(IpAddr::V6).collect()),
        };
        for policy in POLICIES {
            assert_eq!(judge(router, &octets, policy).as_ref(), Ok(&want), "{} {count}", router.name);
        }
        let written = router.written(AdvertisementFields { addresses, ..router.fields() });
        // The sums may be of different scopes.
        assert_eq!((&written[..6], &written[8..]), (&octets[..6], &octets[8..]), "{} {count}", router.name);
    }
}

/// Holds: 3768-5.3.5-1, 3768-5.3.9-1
#[test]
fn version_2_counts_addresses_of_four_octets() {
    lists_of_each_length_are_read_and_written(&v2());
}

/// Holds: 5798-5.2.5-1, 9568-5.2.5-1, 9568-5.2.5-2, 9568-7.1-8
#[test]
fn version_3_counts_addresses_of_either_family() {
    lists_of_each_length_are_read_and_written(&v3());
    lists_of_each_length_are_read_and_written(&v3_ipv6());
}

/// Refuses: 3768-5.3.5-1, 5798-5.2.5-1, 9568-5.2.5-1
#[test]
fn a_count_that_is_not_the_number_of_addresses_is_refused() {
    for router in routers() {
        for count in (0..=255).filter(|count| *count != 2) {
            let octets = listing(&router, count, 2);
            for policy in POLICIES {
                let result = judge(&router, &octets, policy);
                let got = octets.len();
                let expected = got - 2 * router.facts.family().address_len()
                    + usize::from(count) * router.facts.family().address_len();
                let want = match count {
                    0..2 => DecodeError::Trailing { expected, got },
                    _ => DecodeError::Truncated { needed: expected, got },
                };
                assert_eq!(result, Err(want.into()), "{} {count}", router.name);
            }
        }
    }
    // The octet ends at 255.
    let many: Vec<_> = iter::repeat_n(v4(1), 256).collect();
    for router in [v2(), v3()] {
        let fields = AdvertisementFields { addresses: Addresses::V4(&many), ..router.fields() };
        let refused = Err(EncodeError::TooManyAddresses { count: 256 });
        assert_eq!(fields.encode(router.scope(), &mut [0; 2048]), refused, "{}", router.name);
    }
    let many: Vec<_> = iter::repeat_n(v6(1), 256).collect();
    let fields = AdvertisementFields { addresses: Addresses::V6(&many), ..v3_ipv6().fields() };
    let refused = Err(EncodeError::TooManyAddresses { count: 256 });
    assert_eq!(fields.encode(v3_ipv6().scope(), &mut [0; 8192]), refused);
}

/// By the strict policy; keepalived sends and hears such messages.
///
/// Refuses: 3768-5.3.9-1, 5798-5.2.5-1, 9568-5.2.5-1, 9568-5.2.5-2, 9568-7.1-8
#[test]
fn a_message_without_addresses_is_refused_by_the_strict_policy() {
    for router in routers() {
        let octets = listing(&router, 0, 0);
        assert_eq!(
            judge(&router, &octets, Policy::STRICT),
            Err(ReceiveError::NoAddresses),
            "{}",
            router.name
        );
        assert_eq!(judge(&router, &octets, Policy::KEEPALIVED), Ok(vec![]), "{}", router.name);
    }
}

/// Refuses: 3768-5.3.9-1
#[test]
fn version_2_has_no_ipv6_addresses_and_none_of_other_lengths() {
    let list = [v6(1)];
    let fields = AdvertisementFields { addresses: Addresses::V6(&list), ..v2().fields() };
    let refused = Err(EncodeError::Version2OverIpv6);
    assert_eq!(fields.encode(ChecksumScope::Message, &mut [0; 64]), refused);
    assert_eq!(fields.encode(v3_ipv6().scope(), &mut [0; 64]), refused);
    let over_ipv6 = AdvertisementView::parse(v2().message, AddressFamily::V6);
    assert_eq!(over_ipv6, Err(DecodeError::Version2OverIpv6));
    // One address of any other length, with the authentication data behind it.
    for len in (0..=16).filter(|len| *len != 4) {
        let octets = v2().sealed(&[&v2().message[..8], &vec![10; len], &[0; 8]].concat());
        assert!(AdvertisementView::parse(&octets, AddressFamily::V4).is_err(), "{len}");
    }
}

/// Holds: 5798-5.2.9-1, 9568-5.2.9-1
#[test]
fn the_same_sixteen_octets_are_one_ipv6_address_or_four_of_ipv4() {
    let octets = |count: u8| {
        let head = [0x31, 51, 100, count, 0, 100, 0, 0];
        [&head[..], &hex!("fe800000 00000000 0a000002 0a000001")].concat()
    };
    let read = |octets: &[u8], family| -> Vec<String> {
        let view = AdvertisementView::parse(octets, family).unwrap();
        view.addresses().map(|address| address.to_string()).collect()
    };
    assert_eq!(read(&octets(1), AddressFamily::V6), ["fe80::a00:2:a00:1"]);
    assert_eq!(read(&octets(4), AddressFamily::V4), ["254.128.0.0", "0.0.0.0", "10.0.0.2", "10.0.0.1"]);
}

/// Refuses: 5798-5.2.9-1, 9568-5.2.9-1
#[test]
fn an_address_of_the_other_family_s_length_is_refused() {
    let (four, sixteen) = (v3().with(&[]), v3_ipv6().with(&[]));
    let long = DecodeError::Trailing { expected: 12, got: 24 };
    let short = DecodeError::Truncated { needed: 24, got: 12 };
    for policy in POLICIES {
        assert_eq!(v3().judge(&v3().sealed(&sixteen), policy), Err(long.into()));
        assert_eq!(v3_ipv6().judge(&v3_ipv6().sealed(&four), policy), Err(short.into()));
    }
}

/// Holds: 5798-5.2.9-2, 9568-5.2.9-2
#[test]
fn all_addresses_are_of_the_family_of_the_packet() {
    for router in [v3(), v3_ipv6()] {
        let octets = listing(&router, 3, 3);
        for policy in POLICIES {
            let addresses = judge(&router, &octets, policy).unwrap();
            let is_v4 = |address: &IpAddr| address.is_ipv4();
            assert_eq!(addresses.len(), 3);
            match router.facts.family() {
                AddressFamily::V4 => assert!(addresses.iter().all(is_v4)),
                AddressFamily::V6 => assert!(!addresses.iter().any(is_v4)),
            }
        }
    }
}

/// A mixed list cannot be written down; on the wire it has a length that no count explains.
///
/// Refuses: 5798-5.2.9-2, 9568-5.2.9-2
#[test]
fn a_list_of_two_families_or_of_the_other_one_is_refused() {
    let mixed = hex!("0a000001 fe800000000000000000000000000001");
    for router in [v3(), v3_ipv6()] {
        for octets in [mixed.to_vec(), [&mixed[4..], &mixed[..4]].concat()] {
            let octets = [&[0x31, 51, 100, 2, 0, 100, 0, 0][..], &octets].concat();
            for policy in POLICIES {
                let result = judge(&router, &router.sealed(&octets), policy);
                assert!(matches!(result, Err(ReceiveError::Decode(_))), "{}: {result:?}", router.name);
            }
        }
    }
    // A router of one family hears no packet of the other.
    for (ours, theirs) in [(v3(), v3_ipv6()), (v3_ipv6(), v3())] {
        let mixed = Router { facts: theirs.facts, ..ours };
        let (received, expected) = (theirs.facts.family(), ours.facts.family());
        for policy in POLICIES {
            let result = mixed.judge(theirs.message, policy);
            assert_eq!(result, Err(ReceiveError::Family { received, expected }));
        }
        // Nor does it write the other's addresses into a packet of its own.
        let fields = AdvertisementFields { addresses: theirs.expect.addresses, ..ours.fields() };
        let refused = Err(EncodeError::ChecksumScope);
        assert_eq!(fields.encode(ours.scope(), &mut [0; 64]), refused);
    }
}

/// A message over IPv6 whose first address is `first`, the other one global.
fn led_by(first: Ipv6Addr) -> Vec<u8> {
    let global = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);
    let mut octets = v3_ipv6().message[..8].to_vec();
    octets[3] = 2;
    octets.extend(first.octets());
    octets.extend(global.octets());
    v3_ipv6().sealed(&octets)
}

/// Holds: 9568-7.1-9
#[test]
fn a_first_ipv6_address_that_is_link_local_passes() {
    for first in ["fe80::", "fe80::1", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"] {
        for policy in [Policy::KEEPALIVED, Policy::STRICT] {
            let result = judge(&v3_ipv6(), &led_by(first.parse().unwrap()), policy);
            assert_eq!(result.map(|addresses| addresses.len()), Ok(2), "{first}");
        }
    }
    // IPv4 has no such rule.
    assert!(judge(&v3(), &listing(&v3(), 1, 1), Policy::STRICT).is_ok());
}

/// By the strict policy; keepalived does not look.
///
/// Refuses: 9568-7.1-9
#[test]
fn a_first_ipv6_address_outside_the_link_is_refused_by_the_strict_policy() {
    for first in ["fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fec0::", "2001:db8::2", "ff02::1", "::"] {
        let octets = led_by(first.parse().unwrap());
        let refused = ReceiveError::FirstAddress(first.parse().unwrap());
        assert_eq!(judge(&v3_ipv6(), &octets, Policy::STRICT), Err(refused), "{first}");
        assert!(judge(&v3_ipv6(), &octets, Policy::KEEPALIVED).is_ok(), "{first}");
    }
}
