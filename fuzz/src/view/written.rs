//! Writing what was read.

use vrrp_proto::{
    AddressFamily, AddressList, Addresses, Advertisement, AdvertisementFields, AdvertisementView,
    Authentication, ChecksumScope, EncodeError, IpFacts, ReceivedAuthentication, Version,
};

use crate::hosts::{PEER_V4, PEER_V6, SOURCES_V4, SOURCES_V6};

/// Writing what was read gives the same message; the same octets, if nothing that a reader
/// ignores was in them.
pub(super) fn again(view: &AdvertisementView<'_>, owned: &Advertisement, scope: ChecksumScope) {
    let octets = view.as_octets();
    let mut out = vec![0xa5; owned.encoded_len()];
    assert_eq!(owned.encode(scope, &mut out), Ok(octets.len()));
    let again = AdvertisementView::parse(&out, view.family()).expect("what was written is read");
    assert_eq!(again.verify_checksum(scope), Ok(()));
    assert_eq!(Advertisement::try_from(again).as_ref(), Ok(owned));

    let without = without_ignored_parts(view);
    assert_eq!(out[..6], without[..6]);
    assert_eq!(out[8..], without[8..]);
    // One's complement has two zeros: 0xffff is as good as 0x0000.
    if without == octets && view.verify_checksum(scope).is_ok() && view.checksum() != 0xffff {
        assert_eq!(out, octets);
    }
}

/// The message with VRRPv3's reserved bits, and VRRPv2's data of a type that has none, as
/// zeros.
fn without_ignored_parts(view: &AdvertisementView<'_>) -> Vec<u8> {
    let mut octets = view.as_octets().to_vec();
    match (view.version(), view.authentication()) {
        (Version::V2, ReceivedAuthentication::None | ReceivedAuthentication::Header) => {
            if let Some(data) = octets.last_chunk_mut::<8>() {
                *data = [0; 8];
            }
        }
        (Version::V2, _) => {}
        (Version::V3, _) => octets[4] &= 0x0f,
    }
    octets
}

/// The same in another version, scope or room: refused and nothing written, or read back as it
/// was meant.
pub(super) fn elsewhere(owned: &Advertisement, facts: &IpFacts) {
    let scopes = [
        ChecksumScope::Message,
        ChecksumScope::PseudoV4 { src: SOURCES_V4[0], dst: PEER_V4 },
        ChecksumScope::PseudoV6 { src: SOURCES_V6[0], dst: PEER_V6 },
    ];
    for version in [Version::V2, Version::V3] {
        for scope in scopes {
            one_way(&Advertisement { version, ..owned.clone() }, scope);
        }
    }
    if let Some(many) = doubled(&owned.addresses) {
        let addresses = many.as_addresses();
        let count = addresses.len();
        let fields = AdvertisementFields { addresses, ..owned.fields() };
        let mut out = vec![0xa5; fields.encoded_len()];
        let refused = fields.encode(crate::hosts::scopes(owned.version, facts)[0], &mut out);
        assert_eq!(refused, Err(EncodeError::TooManyAddresses { count }));
    }
}

fn one_way(owned: &Advertisement, scope: ChecksumScope) {
    let needed = owned.encoded_len();
    let mut out = vec![0xa5; needed + 1];
    let result = owned.encode(scope, &mut out);
    assert_eq!(result.is_ok(), carries(owned) && fits(owned, scope), "{owned:?} {scope:?}");
    match result {
        Ok(len) => {
            assert_eq!((len, out[len]), (needed, 0xa5));
            let read = AdvertisementView::parse(&out[..len], owned.addresses.as_addresses().family());
            assert_eq!(read.and_then(Advertisement::try_from).as_ref(), Ok(owned));
            let mut small = vec![0xa5; needed - 1];
            let too_small = EncodeError::BufferTooSmall { needed, available: needed - 1 };
            assert_eq!(owned.encode(scope, &mut small), Err(too_small));
            assert!(small.iter().all(|octet| *octet == 0xa5) && !too_small.to_string().is_empty());
        }
        Err(error) => {
            assert!(out.iter().all(|octet| *octet == 0xa5) && !error.to_string().is_empty());
        }
    }
}

/// Whether the version has room for the fields.
fn carries(owned: &Advertisement) -> bool {
    match owned.version {
        Version::V2 => owned.interval.v2_octet().is_some(),
        Version::V3 => owned.interval.v3_field().is_some() && owned.authentication == Authentication::None,
    }
}

/// Whether the version sums over this scope.
fn fits(owned: &Advertisement, scope: ChecksumScope) -> bool {
    match (owned.version, owned.addresses.as_addresses().family(), scope) {
        (Version::V2 | Version::V3, AddressFamily::V4, ChecksumScope::Message)
        | (Version::V3, AddressFamily::V4, ChecksumScope::PseudoV4 { .. })
        | (Version::V3, AddressFamily::V6, ChecksumScope::PseudoV6 { .. }) => true,
        (Version::V2 | Version::V3, ..) => false,
    }
}

/// The list twice, if that is more than a message can count.
fn doubled(list: &AddressList) -> Option<AddressList> {
    let twice = match list.as_addresses() {
        Addresses::V4(list) => AddressList::V4([list, list].concat()),
        Addresses::V6(list) => AddressList::V6([list, list].concat()),
    };
    (twice.as_addresses().len() > 255).then_some(twice)
}
