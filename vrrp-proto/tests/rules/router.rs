//! Three virtual routers, an intact message of a peer of each, and a checksum of our own.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use hex_literal::hex;
use vrrp_proto::{
    Addresses, AdvertInterval, AdvertisementFields, Authentication, ChecksumScope, Credentials, Expectation,
    IpFacts, Mode, Policy, Priority, ReceiveError, Received, UnicastPeer, VRRP_MULTICAST_V4,
    VRRP_MULTICAST_V6, Version, Vrid, receive,
};

pub(crate) const POLICIES: [Policy; 3] =
    [Policy::KEEPALIVED, Policy::KEEPALIVED_BEFORE_2_3_3, Policy::STRICT];

pub(crate) const SENDER: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 1);
pub(crate) const OWN: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 2);
pub(crate) const SENDER_V6: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1);
pub(crate) const OWN_V6: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 2);

/// VRID 51, priority 100, one second, 192.0.2.1 or fe80::100. The sums are by hand:
/// ~(2133 + 6401 + 0001 + c000 + 0201), carries folded.
pub(crate) const V2: [u8; 20] = hex!("21 33 64 01 00 01 b8c8 c0000201 0000000000000000");
/// ~(pseudo-header + 3133 + 6401 + 0064 + c000 + 0201).
pub(crate) const V3: [u8; 12] = hex!("31 33 64 01 0064 9da1 c0000201");
/// The same without a pseudo-header.
pub(crate) const V3_BARE: [u8; 12] = hex!("31 33 64 01 0064 a865 c0000201");
/// ~(pseudo-header + 3133 + 6401 + 0064 + fe80 + 0100).
pub(crate) const V3_IPV6: [u8; 24] = hex!("31 33 64 01 0064 6cc7 fe800000000000000000000000000100");

/// From 198.51.100.1 to 224.0.0.18, protocol 112, 12 octets.
pub(crate) const PSEUDO: [u8; 12] = hex!("c6336401 e0000012 00 70 000c");
/// From fe80::1 to ff02::12, 24 octets, next header 112 (RFC 8200 §8.1).
pub(crate) const PSEUDO_V6: [u8; 40] =
    hex!("fe800000000000000000000000000001 ff020000000000000000000000000012 00000018 000000 70");

/// A virtual router, the IP header of its peer's packets, and one of the peer's messages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Router {
    pub(crate) name: &'static str,
    pub(crate) message: &'static [u8],
    pub(crate) facts: IpFacts,
    pub(crate) expect: Expectation<'static>,
}

/// The only place that knows all fields of an [`Expectation`].
fn expectation(version: Version, group: IpAddr, addresses: Addresses<'static>) -> Expectation<'static> {
    Expectation {
        version,
        vrid: vrid(51),
        interval: AdvertInterval::DEFAULT,
        credentials: Credentials::None,
        mode: Mode::Multicast { group },
        addresses,
        policy: Policy::STRICT,
    }
}

const ONE: Addresses<'_> = Addresses::V4(&[Ipv4Addr::new(192, 0, 2, 1)]);
const ONE_V6: Addresses<'_> = Addresses::V6(&[Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0x100)]);

pub(crate) fn v2() -> Router {
    Router {
        name: "VRRPv2",
        message: &V2,
        facts: IpFacts::v4(SENDER, VRRP_MULTICAST_V4, 255),
        expect: expectation(Version::V2, VRRP_MULTICAST_V4.into(), ONE),
    }
}

pub(crate) fn v3() -> Router {
    let expect = expectation(Version::V3, VRRP_MULTICAST_V4.into(), ONE);
    Router { name: "VRRPv3 over IPv4", message: &V3, expect, ..v2() }
}

pub(crate) fn v3_ipv6() -> Router {
    Router {
        name: "VRRPv3 over IPv6",
        message: &V3_IPV6,
        facts: IpFacts::v6(SENDER_V6, VRRP_MULTICAST_V6, 255),
        expect: expectation(Version::V3, VRRP_MULTICAST_V6.into(), ONE_V6),
    }
}

pub(crate) fn routers() -> [Router; 3] {
    [v2(), v3(), v3_ipv6()]
}

impl Router {
    /// What the router makes of a message of its peer.
    pub(crate) fn judge<'a>(&self, octets: &'a [u8], policy: Policy) -> Result<Received<'a>, ReceiveError> {
        receive(octets, &self.facts, &Expectation { policy, ..self.expect })
    }

    /// The same by unicast, from the same sender, with a checksum that fits.
    pub(crate) fn judge_unicast(&self, ttl: u8, policy: Policy) -> Result<(), ReceiveError> {
        const PEERS: [UnicastPeer; 2] = [
            UnicastPeer { address: IpAddr::V4(SENDER), min_ttl: None, max_ttl: None },
            UnicastPeer { address: IpAddr::V6(SENDER_V6), min_ttl: None, max_ttl: None },
        ];
        let mut octets = self.message.to_vec();
        let facts = match self.facts.source() {
            IpAddr::V4(source) => {
                seal(&mut octets, &[]);
                IpFacts::v4(source, OWN, ttl)
            }
            IpAddr::V6(source) => {
                let to = hex!("fe800000000000000000000000000002");
                seal(&mut octets, &[&PSEUDO_V6[..16], &to, &PSEUDO_V6[32..]].concat());
                IpFacts::v6(source, OWN_V6, ttl)
            }
        };
        let mode = Mode::Unicast { peers: &PEERS, check_source: true };
        receive(&octets, &facts, &Expectation { mode, policy, ..self.expect }).map(|_| ())
    }

    /// The message with some octets replaced and its checksum put right.
    pub(crate) fn with(&self, edits: &[(usize, u8)]) -> Vec<u8> {
        let mut octets = self.message.to_vec();
        for (at, octet) in edits {
            octets[*at] = *octet;
        }
        self.sealed(&octets)
    }

    /// `octets` with a checksum that fits the router's packets; over IPv4 without pseudo-header.
    pub(crate) fn sealed(&self, octets: &[u8]) -> Vec<u8> {
        let mut octets = octets.to_vec();
        let mut pseudo = PSEUDO_V6;
        let [hi, lo] = u16::try_from(octets.len()).unwrap().to_be_bytes();
        (pseudo[34], pseudo[35]) = (hi, lo);
        match self.facts.source() {
            IpAddr::V4(_) => seal(&mut octets, &[]),
            IpAddr::V6(_) => seal(&mut octets, &pseudo),
        }
        octets
    }

    /// What the peer is configured to say.
    pub(crate) fn fields(&self) -> AdvertisementFields<'static> {
        AdvertisementFields {
            version: self.expect.version,
            vrid: self.expect.vrid,
            priority: Priority::DEFAULT,
            interval: self.expect.interval,
            addresses: self.expect.addresses,
            authentication: Authentication::None,
        }
    }

    /// The scope of the checksum in its message.
    pub(crate) fn scope(&self) -> ChecksumScope {
        match self.expect.version {
            Version::V2 => ChecksumScope::Message,
            Version::V3 => self.facts.pseudo_header(),
        }
    }

    /// What we write for `fields`, in a buffer that was used before.
    pub(crate) fn written(&self, fields: AdvertisementFields<'_>) -> Vec<u8> {
        let mut out = vec![0xa5; fields.encoded_len()];
        assert_eq!(fields.encode(self.scope(), &mut out), Ok(out.len()), "{}", self.name);
        out
    }
}

pub(crate) fn vrid(vrid: u8) -> Vrid {
    Vrid::new(vrid).unwrap()
}

pub(crate) fn centis(centis: u16) -> AdvertInterval {
    AdvertInterval::from_centis(centis).unwrap()
}

/// The one's complement of the one's-complement sum, a word at a time as RFC 1071 §1 says it:
/// not the crate's, so that both cannot be wrong alike.
pub(crate) fn sum(octets: &[u8]) -> u16 {
    let sum = octets.chunks(2).fold(0_u16, |sum, word| {
        let word = u16::from_be_bytes([word[0], word.get(1).copied().unwrap_or(0)]);
        let (sum, carry) = sum.overflowing_add(word);
        sum + u16::from(carry)
    });
    !sum
}

/// Writes the sum over `before` and the message into the message.
pub(crate) fn seal(octets: &mut [u8], before: &[u8]) {
    octets[6..8].copy_from_slice(&[0, 0]);
    let sum = sum(&[before, octets].concat());
    octets[6..8].copy_from_slice(&sum.to_be_bytes());
}
