//! What the first octets of an input choose.

use core::net::IpAddr;

use vrrp_proto::{
    AddressFamily, AddressMismatch, AhCheck, AhCoverage, AhWindow, AntiReplay, Credentials, HmacCheck,
    HmacMode, HmacSequence, IpFacts, Mode, Policy, UnicastPeer, V3Checksum, VRRP_MULTICAST_V4,
    VRRP_MULTICAST_V6, Version,
};

use crate::hosts::{AH_KEY, HMAC_KEYS, PASSWORD, PEER_V4, PEER_V6, SEQUENCE, SOURCES_V4, SOURCES_V6};

/// Octets before the message.
pub(super) const LEN: usize = 13;

/// The number of the packets with an authentication header that we write.
pub(super) const AH_NUMBER: u32 = 1000;

/// What is done with the rest of an input.
pub(super) enum Part {
    /// It is received as it is, or with its checksum and code written anew.
    Heard,
    /// A twin of ours, configured alike, sends it.
    Twin,
    /// It is a list of numbers for the guards against replay.
    History,
}

/// The choices; each bit is one.
pub(super) struct Situation {
    /// Bits 0, 1: part; 5: we are of the other family; 6: the rest begins with the IP header of a packet with an
    /// authentication header; 7: the code is written anew.
    part: u8,
    /// Bit 0: IPv6; 1: unicast expected; 2: source checked; 3: other source; 4: sent to a
    /// peer; 5: source is a peer; 6: which has a smallest TTL; 7: and a greatest.
    road: u8,
    /// Bits 0, 1: preset or address mismatch; 2 to 7: the rest of a [`Policy`].
    policy: u8,
    ttl: u8,
    min_ttl: u8,
    max_ttl: u8,
    /// Bits 0, 1: method; 2, 3: mode of the trailer; 4: monotonic; 5: sliding; 6: the TTL is
    /// covered; 7: something was accepted before.
    credentials: u8,
    window: u8,
    /// Seconds by which we are ahead.
    clock: i8,
    /// What was accepted before, less what is received now.
    last: i8,
    /// The bit that is changed on the way.
    pub(super) flip: u16,
    /// How our configuration differs from the sender's: bit 0: version; 1: VRID; 2: interval;
    /// 3: order of addresses; 4: one less; 5: another. Bits 6, 7: what the checksum covers, if
    /// it is written anew.
    pub(super) own: u8,
}

impl Situation {
    pub(super) fn read(octets: &[u8]) -> Option<(Self, &[u8])> {
        let (choices, rest) = octets.split_first_chunk::<LEN>()?;
        let [part, road, policy, ttl, min_ttl, max_ttl, credentials, window, clock, last, hi, lo, own] =
            *choices;
        let (clock, last) = (clock.cast_signed(), last.cast_signed());
        let flip = u16::from_be_bytes([hi, lo]);
        let situation =
            Self { part, road, policy, ttl, min_ttl, max_ttl, credentials, window, clock, last, flip, own };
        Some((situation, rest))
    }

    pub(super) fn part(&self) -> Part {
        match self.part & 3 {
            0 => Part::Twin,
            1 => Part::History,
            _ => Part::Heard,
        }
    }

    pub(super) fn is_other_family(&self) -> bool {
        bit(self.part, 5)
    }

    pub(super) fn is_whole_packet(&self) -> bool {
        bit(self.part, 6)
    }

    pub(super) fn is_signed_anew(&self) -> bool {
        bit(self.part, 7)
    }

    pub(super) fn family(&self) -> AddressFamily {
        if bit(self.road, 0) { AddressFamily::V6 } else { AddressFamily::V4 }
    }

    /// What an IP header without authentication header says.
    pub(super) fn facts(&self) -> IpFacts {
        let (other, to_peer) = (usize::from(bit(self.road, 3)), bit(self.road, 4));
        match self.family() {
            AddressFamily::V4 => {
                let destination = if to_peer { PEER_V4 } else { VRRP_MULTICAST_V4 };
                IpFacts::v4(SOURCES_V4[other], destination, self.ttl)
            }
            AddressFamily::V6 => {
                let destination = if to_peer { PEER_V6 } else { VRRP_MULTICAST_V6 };
                IpFacts::v6(SOURCES_V6[other], destination, self.ttl)
            }
        }
    }

    pub(super) fn peers(&self, source: IpAddr) -> Vec<UnicastPeer> {
        if !bit(self.road, 5) {
            return Vec::new();
        }
        let min_ttl = bit(self.road, 6).then_some(self.min_ttl);
        let max_ttl = bit(self.road, 7).then_some(self.max_ttl);
        vec![UnicastPeer { address: source, min_ttl, max_ttl }]
    }

    pub(super) fn mode<'a>(&self, peers: &'a [UnicastPeer]) -> Mode<'a> {
        if bit(self.road, 1) {
            return Mode::Unicast { peers, check_source: bit(self.road, 2) };
        }
        let group = match self.family() {
            AddressFamily::V4 => VRRP_MULTICAST_V4.into(),
            AddressFamily::V6 => VRRP_MULTICAST_V6.into(),
        };
        Mode::Multicast { group }
    }

    /// A preset if no other bit is set.
    pub(super) fn policy(&self) -> Policy {
        let address_mismatch = match self.policy & 3 {
            0 => AddressMismatch::Accept,
            1 => AddressMismatch::Drop,
            _ => AddressMismatch::AsRfc,
        };
        let v3_checksum = match self.policy >> 3 & 3 {
            1 => V3Checksum::PseudoHeader,
            2 => V3Checksum::Message,
            _ => V3Checksum::Either,
        };
        match self.policy {
            0 => Policy::KEEPALIVED,
            1 => Policy::KEEPALIVED_BEFORE_2_3_3,
            2 => Policy::STRICT,
            _ => Policy {
                address_mismatch,
                old_unicast_checksum: bit(self.policy, 2),
                v3_checksum,
                unicast_ttl_255: bit(self.policy, 5),
                link_local_first: bit(self.policy, 6),
                empty_list: bit(self.policy, 7),
            },
        }
    }

    /// How a message with the trailer's number `sequence`, or with the authentication header's
    /// `number`, is looked at.
    pub(super) fn credentials(&self, sequence: HmacSequence, number: u32) -> Credentials<'static> {
        match self.credentials & 3 {
            0 => Credentials::None,
            1 => Credentials::Password(&PASSWORD),
            2 => Credentials::Header(AhCheck {
                key: &AH_KEY,
                coverage: self.coverage(),
                window: self.ah_window(number),
            }),
            _ => Credentials::Trailer(HmacCheck {
                keys: &HMAC_KEYS,
                mode: match self.credentials >> 2 & 3 {
                    0 => HmacMode::Enforce,
                    1 => HmacMode::Permissive,
                    _ => HmacMode::ReceiveOnly,
                },
                anti_replay: self.anti_replay(),
                last: bit(self.credentials, 7)
                    .then(|| HmacSequence::new(sequence.get().wrapping_add_signed(self.last.into()))),
                now: sequence.secs().wrapping_add_signed(self.clock.into()),
            }),
        }
    }

    pub(super) fn coverage(&self) -> AhCoverage {
        if bit(self.credentials, 6) { AhCoverage::WithTtl } else { AhCoverage::WithoutTtl }
    }

    pub(super) fn is_sliding(&self) -> bool {
        bit(self.credentials, 5)
    }

    pub(super) fn anti_replay(&self) -> AntiReplay {
        if bit(self.credentials, 4) {
            AntiReplay::Monotonic
        } else {
            AntiReplay::Time { window: self.window.into() }
        }
    }

    fn ah_window(&self, number: u32) -> AhWindow {
        let mut window = if self.is_sliding() { AhWindow::sliding() } else { AhWindow::growing() };
        if bit(self.credentials, 7) {
            window.accept(number.saturating_add_signed(self.last.into()));
        }
        window
    }

    /// The one of our keys that signs.
    pub(super) fn hmac_key(&self) -> &'static vrrp_proto::HmacKey {
        &HMAC_KEYS[usize::from(bit(self.window, 7))]
    }

    /// The version that is not `version`, if we are configured so.
    pub(super) fn own_version(&self, version: Version) -> Version {
        match (bit(self.own, 0), version) {
            (true, Version::V3) | (false, Version::V2) => Version::V2,
            (true, Version::V2) | (false, Version::V3) => Version::V3,
        }
    }

    pub(super) fn sequence(&self) -> HmacSequence {
        SEQUENCE
    }
}

pub(super) fn bit(octet: u8, index: u8) -> bool {
    octet >> index & 1 == 1
}
