//! Who talks to whom, and their secrets: those of the captured packets and of the images in the
//! draft of the trailer, so that these are accepted.

use core::net::{Ipv4Addr, Ipv6Addr};
use core::num::NonZeroU8;
use std::sync::LazyLock;

use vrrp_proto::{AddressFamily, AhKey, ChecksumScope, HmacKey, HmacSequence, IpFacts, Password, Version};

pub(crate) const SOURCES_V4: [Ipv4Addr; 2] = [Ipv4Addr::new(10, 9, 0, 1), Ipv4Addr::new(198, 51, 100, 10)];
pub(crate) const PEER_V4: Ipv4Addr = Ipv4Addr::new(10, 9, 0, 2);
pub(crate) const SOURCES_V6: [Ipv6Addr; 2] = [
    Ipv6Addr::new(0xfe80, 0, 0, 0, 0xf01d, 0x28ff, 0xfe7a, 0xf983),
    Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0x10),
];
pub(crate) const PEER_V6: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0x20);

/// Also the key of the authentication header.
pub(crate) const PASSWORD: Password = Password::from_octets(*b"s3cr3t\0\0");

pub(crate) static AH_KEY: LazyLock<AhKey> = LazyLock::new(|| AhKey::new(PASSWORD));

/// Number 1 is the draft's.
pub(crate) static HMAC_KEYS: LazyLock<Vec<HmacKey>> = LazyLock::new(|| {
    let draft: Vec<u8> = (0..32).collect();
    let secrets = [(1, draft), (3, vec![7; 64])];
    secrets.iter().filter_map(|(id, secret)| HmacKey::new(NonZeroU8::new(*id)?, secret)).collect()
});

/// The number in the draft's images.
pub(crate) const SEQUENCE: HmacSequence = HmacSequence::new(0x6800_0000_8000_0000);

/// The scopes that a sender of this version may use, the one that keepalived uses first.
pub(crate) fn scopes(version: Version, facts: &IpFacts) -> Vec<ChecksumScope> {
    match (version, facts.family()) {
        (Version::V2, _) => vec![ChecksumScope::Message],
        (Version::V3, AddressFamily::V4) => vec![facts.pseudo_header(), ChecksumScope::Message],
        (Version::V3, AddressFamily::V6) => vec![facts.pseudo_header()],
    }
}
