//! Every rule of RFC 3768, 5798 and 9568 that binds a codec, by its number in
//! `docs/requirements.tsv`: that it holds, and that its opposite is refused.
//!
//! Octets are captured or written down from the RFCs' layouts; sums are made here, in words of 16
//! bits, with none of the crate's code.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "outside a test function; a panic fails the test"
)]

#[path = "../captures/mod.rs"]
mod captures;
mod ipv6;
mod limits;
mod v2;
mod v3;

use core::net::Ipv4Addr;

use vrrp_proto::{
    Addresses, AdvertInterval, AdvertisementFields, Authentication, Credentials, Expectation, IpFacts, Mode,
    Policy, Priority, VRRP_MULTICAST_V4, Version, Vrid,
};

const SENDER: Ipv4Addr = Ipv4Addr::new(10, 9, 0, 1);
const A: Ipv4Addr = Ipv4Addr::new(10, 9, 0, 100);
const B: Ipv4Addr = Ipv4Addr::new(10, 9, 0, 101);
const C: Ipv4Addr = Ipv4Addr::new(10, 9, 0, 102);
const FACTS: IpFacts = IpFacts::v4(SENDER, VRRP_MULTICAST_V4, 255);

/// What the router that keepalived's captured messages are for expects, by the letter of the RFCs.
fn strict(version: Version, centis: u16, addresses: Addresses<'_>) -> Expectation<'_> {
    Expectation {
        version,
        vrid: Vrid::new(51).unwrap(),
        interval: AdvertInterval::from_centis(centis).unwrap(),
        credentials: Credentials::None,
        mode: Mode::Multicast { group: VRRP_MULTICAST_V4.into() },
        addresses,
        policy: Policy::STRICT,
    }
}

fn fields(version: Version, centis: u16, addresses: Addresses<'_>) -> AdvertisementFields<'_> {
    AdvertisementFields {
        version,
        vrid: Vrid::new(51).unwrap(),
        priority: Priority::new(200),
        interval: AdvertInterval::from_centis(centis).unwrap(),
        addresses,
        authentication: Authentication::None,
    }
}

/// The message with some octets replaced and its sum over `before` and itself put right.
fn resummed(message: &[u8], edits: &[(usize, u8)], before: &[u8]) -> Vec<u8> {
    let mut octets = message.to_vec();
    for (at, octet) in edits {
        octets[*at] = *octet;
    }
    octets[6..8].fill(0);
    let sum = !ones_complement_sum(&[before, &octets].concat());
    octets[6..8].copy_from_slice(&sum.to_be_bytes());
    octets
}

fn ones_complement_sum(octets: &[u8]) -> u16 {
    let words = octets.chunks(2).map(|word| u32::from(u16::from_be_bytes([word[0], word[1]])));
    let mut sum: u32 = words.sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    u16::try_from(sum).unwrap()
}

/// Source, destination, zero, protocol 112, length (RFC 793's, with VRRP's number).
fn pseudo_header_v4(len: usize) -> Vec<u8> {
    let len = u16::try_from(len).unwrap();
    [&SENDER.octets()[..], &VRRP_MULTICAST_V4.octets(), &[0, 112], &len.to_be_bytes()].concat()
}
