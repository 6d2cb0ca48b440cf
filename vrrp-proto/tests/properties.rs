//! Laws that hold for every message.
#![cfg(feature = "alloc")]

use core::net::{Ipv4Addr, Ipv6Addr};

use proptest::array::uniform8;
use proptest::collection::vec;
use proptest::prelude::*;
use vrrp_proto::{
    AddressFamily, AddressList, AdvertInterval, Advertisement, AdvertisementView, Authentication,
    ChecksumScope, Expectation, IpFacts, Mode, Password, Policy, Priority, VRRP_MULTICAST_V4,
    VRRP_MULTICAST_V6, Version, Vrid, checksum, receive,
};

fn vrid() -> impl Strategy<Value = Vrid> {
    any::<u8>().prop_filter_map("VRID 0", Vrid::new)
}

prop_compose! {
    fn v2()(
        vrid in vrid(),
        priority: u8,
        interval in any::<u8>().prop_filter_map("interval 0", AdvertInterval::from_secs),
        addresses in vec(any::<Ipv4Addr>(), 0..=255),
        password in proptest::option::of(uniform8(any::<u8>())),
    ) -> Advertisement {
        Advertisement {
            version: Version::V2,
            vrid,
            priority: Priority::new(priority),
            interval,
            addresses: AddressList::V4(addresses),
            authentication: password
                .map_or(Authentication::None, |octets| Authentication::Password(Password::from_octets(octets))),
        }
    }
}

fn list() -> impl Strategy<Value = AddressList> {
    prop_oneof![
        vec(any::<Ipv4Addr>(), 0..=255).prop_map(AddressList::V4),
        vec(any::<Ipv6Addr>(), 0..=255).prop_map(AddressList::V6),
    ]
}

prop_compose! {
    fn v3()(
        vrid in vrid(),
        priority: u8,
        interval in (1..=4095u16).prop_filter_map("interval 0", AdvertInterval::from_centis),
        addresses in list(),
    ) -> Advertisement {
        Advertisement {
            version: Version::V3,
            vrid,
            priority: Priority::new(priority),
            interval,
            addresses,
            authentication: Authentication::None,
        }
    }
}

/// The packet that a message travels in: multicast from any source.
fn facts() -> impl Strategy<Value = (IpFacts, IpFacts)> {
    (any::<Ipv4Addr>(), any::<Ipv6Addr>()).prop_map(|(v4, v6)| {
        (IpFacts::v4(v4, VRRP_MULTICAST_V4, 255), IpFacts::v6(v6, VRRP_MULTICAST_V6, 255))
    })
}

/// A message, its packet, a scope that fits both.
fn sent() -> impl Strategy<Value = (Advertisement, IpFacts, ChecksumScope)> {
    (prop_oneof![v2(), v3()], facts(), any::<bool>()).prop_map(|(message, (v4, v6), pseudo)| {
        match (message.version, message.addresses.as_addresses().family()) {
            (Version::V2, _) => (message, v4, ChecksumScope::Message),
            (Version::V3, AddressFamily::V4) if pseudo => (message, v4, v4.pseudo_header()),
            (Version::V3, AddressFamily::V4) => (message, v4, ChecksumScope::Message),
            (Version::V3, AddressFamily::V6) => (message, v6, v6.pseudo_header()),
        }
    })
}

fn encoded(message: &Advertisement, scope: ChecksumScope) -> Vec<u8> {
    let mut out = vec![0xa5; message.encoded_len()];
    assert_eq!(message.encode(scope, &mut out), Ok(out.len()));
    out
}

/// What a router configured as the sender is would expect.
fn expectation<'a>(message: &'a Advertisement, facts: &IpFacts) -> Expectation<'a> {
    Expectation {
        version: message.version,
        vrid: message.vrid,
        interval: message.interval,
        credentials: message.authentication.credentials().unwrap_or_default(),
        mode: Mode::Multicast { group: facts.destination() },
        addresses: message.addresses.as_addresses(),
        policy: Policy::KEEPALIVED_BEFORE_2_3_3,
    }
}

proptest! {
    #[test]
    fn decoding_undoes_encoding((message, facts, scope) in sent()) {
        let octets = encoded(&message, scope);
        let view = AdvertisementView::parse(&octets, facts.family()).unwrap();
        prop_assert_eq!(view.verify_checksum(scope), Ok(()));
        prop_assert_eq!(view.checksum(), checksum(&octets, scope));
        prop_assert_eq!(Advertisement::try_from(view).unwrap(), message);
    }

    #[test]
    fn a_twin_receives_what_is_sent((message, facts, scope) in sent()) {
        let octets = encoded(&message, scope);
        let received = receive(&octets, &facts, &expectation(&message, &facts)).unwrap();
        prop_assert!(received.addresses_match && received.interval_matches);
        // The two scopes agree where the pseudo-header sums to zero.
        prop_assert_eq!(checksum(&octets, received.checksum_scope), checksum(&octets, scope));
    }

    /// Refuses: 3768-5.3.8-1, 5798-5.2.8-1, 9568-5.2.8-1
    #[test]
    fn a_flipped_bit_is_caught((message, facts, scope) in sent(), at: prop::sample::Index) {
        let mut octets = encoded(&message, scope);
        let bit = at.index(octets.len() * 8);
        octets[bit / 8] ^= 1 << (bit % 8);
        if let Ok(view) = AdvertisementView::parse(&octets, facts.family()) {
            prop_assert!(view.verify_checksum(scope).is_err());
        }
    }

    #[test]
    fn any_order_of_the_addresses_matches((message, facts, scope) in sent(), by: prop::sample::Index) {
        let mut shuffled = message.clone();
        match &mut shuffled.addresses {
            AddressList::V4(list) => { let by = by.index(list.len() + 1); list.rotate_left(by); list.reverse(); }
            AddressList::V6(list) => { let by = by.index(list.len() + 1); list.rotate_left(by); list.reverse(); }
        }
        let octets = encoded(&shuffled, scope);
        prop_assert!(receive(&octets, &facts, &expectation(&message, &facts)).unwrap().addresses_match);
    }

    #[test]
    fn no_octets_panic(octets in vec(any::<u8>(), 0..64), start in 0x20..=0x3fu8, (v4, v6) in facts()) {
        // Half of the inputs begin like a message, or they would all end at the version.
        let mut likely = octets.clone();
        if let Some(first) = likely.first_mut() {
            *first = start;
        }
        for octets in [&octets, &likely] {
            for facts in [v4, v6] {
                if let Ok(view) = AdvertisementView::parse(octets, facts.family()) {
                    let _ = (view.to_string(), format!("{view:?}"), view.verify_checksum(facts.pseudo_header()));
                    if let Ok(owned) = Advertisement::try_from(view) {
                        let _ = receive(octets, &facts, &expectation(&owned, &facts));
                    }
                }
            }
        }
    }
}
