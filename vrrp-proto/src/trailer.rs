//! The authentication trailer behind a message (keepalived's `auth_hmac`, from 2.4 on).
//!
//! 28 octets behind a message of either version and family. The code of HMAC-SHA256, cut to
//! 128 bits, covers the sender's address, the version, the VRID, and the message with its
//! checksum taken as zero.

use core::fmt;
use core::net::IpAddr;
use core::num::NonZeroU8;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::{HmacError, HmacSequence};

/// Octets of the trailer.
pub const HMAC_TRAILER_LEN: usize = 28;

/// Octets before the code.
const PREFIX_LEN: usize = 12;
/// Octets of the code.
const CODE_LEN: usize = 16;
/// The first octet: HMAC-SHA256 cut to 128 bits.
const TYPE_SHA256: u8 = 1;
/// Where the checksum stands in a message.
const CHECKSUM_AT: usize = 6;

/// A key for the trailer with its number, made ready for use (`key ID SECRET`). `Debug` prints
/// the number only.
#[derive(Clone)]
pub struct HmacKey {
    id: NonZeroU8,
    mac: Hmac<Sha256>,
}

impl HmacKey {
    /// `None` unless `key` has 32 to 64 octets, as keepalived has it.
    #[must_use]
    pub fn new(id: NonZeroU8, key: &[u8]) -> Option<Self> {
        if !(32..=64).contains(&key.len()) {
            return None;
        }
        Some(Self { id, mac: Hmac::new_from_slice(key).ok()? })
    }

    /// Which key of several this is.
    #[must_use]
    pub const fn id(&self) -> NonZeroU8 {
        self.id
    }

    /// The trailer for `message` from `source`. The checksum of the message may be filled in
    /// later; over IPv6 it covers the trailer too.
    #[must_use]
    pub fn sign(&self, source: IpAddr, sequence: HmacSequence, message: &[u8]) -> [u8; HMAC_TRAILER_LEN] {
        let [s0, s1, s2, s3, s4, s5, s6, s7] = sequence.get().to_be_bytes();
        let prefix = [TYPE_SHA256, self.id.get(), 0, 0, s0, s1, s2, s3, s4, s5, s6, s7];
        let code = self.covering(source, message, &prefix).finalize().into_bytes();
        let mut trailer = [0; HMAC_TRAILER_LEN];
        for (to, from) in trailer.iter_mut().zip(prefix.iter().chain(code.iter())) {
            *to = *from;
        }
        trailer
    }

    /// The pseudo-header, the message with a checksum of zero, the prefix, and zeros for the
    /// code.
    fn covering(&self, source: IpAddr, message: &[u8], prefix: &[u8; PREFIX_LEN]) -> Hmac<Sha256> {
        let (head, tail) = message.split_at_checked(CHECKSUM_AT).unwrap_or((message, &[]));
        let [version_type, vrid] = *head.first_chunk().unwrap_or(&[0; 2]);
        let family = if source.is_ipv4() { 4 } else { 6 };
        let mut mac = self.mac.clone();
        mac.update(&[family, version_type >> 4, vrid, 0]);
        match source {
            IpAddr::V4(source) => {
                mac.update(&source.octets());
                mac.update(&[0; 12]);
            }
            IpAddr::V6(source) => mac.update(&source.octets()),
        }
        mac.update(head);
        mac.update(&[0; 2]);
        mac.update(tail.get(2..).unwrap_or_default());
        mac.update(prefix);
        mac.update(&[0; CODE_LEN]);
        mac
    }
}

impl fmt::Debug for HmacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HmacKey({}: ***)", self.id)
    }
}

/// What happens to messages without trailer (`mode`). One that is there is always checked.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum HmacMode {
    /// They count; we send none either (`receive-only`).
    ReceiveOnly,
    /// They count; we send one (`permissive`).
    Permissive,
    /// They are refused (`enforce`).
    #[default]
    Enforce,
}

/// What keeps old packets from being sent again by somebody else (`anti_replay`).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum AntiReplay {
    /// The sender's clock must be near ours, and its numbers grow (`time`).
    Time {
        /// How far the clocks may be apart, in seconds; keepalived takes 1 to 300.
        window: u16,
    },
    /// Its numbers grow, whatever the clocks say (`monotonic`).
    Monotonic,
}

impl AntiReplay {
    /// keepalived's default: three intervals, at least five seconds.
    #[must_use]
    pub fn default_for(interval: crate::AdvertInterval) -> Self {
        let seconds = (interval.as_centis().saturating_mul(3)).div_ceil(100);
        Self::Time { window: seconds.clamp(5, 300) }
    }
}

/// What it takes to check the trailer of a received message.
#[derive(Clone, Copy, Debug)]
pub struct HmacCheck<'a> {
    /// The keys, the active one among them.
    pub keys: &'a [HmacKey],
    /// What a message without trailer is worth.
    pub mode: HmacMode,
    /// What an old one is worth.
    pub anti_replay: AntiReplay,
    /// The number last accepted from this sender: [`ReplayGuard::last`](crate::ReplayGuard::last)
    /// of its address.
    pub last: Option<HmacSequence>,
    /// Seconds since 1970 by our clock, UTC. Only [`AntiReplay::Time`] looks at it.
    pub now: u32,
}

/// What a checked trailer says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Stamp {
    pub(crate) sequence: HmacSequence,
    pub(crate) skew: i32,
}

impl HmacCheck<'_> {
    /// In keepalived's order: the cheap checks first, so that a flood of old packets costs no
    /// digests, and the number last, so that forged packets never move it.
    pub(crate) fn verify(
        &self,
        source: IpAddr,
        message: &[u8],
        trailer: &[u8; HMAC_TRAILER_LEN],
    ) -> Result<Stamp, HmacError> {
        let (prefix, code) = trailer.split_first_chunk::<PREFIX_LEN>().ok_or(HmacError::Missing)?;
        let [kind, id, r0, r1, s0, s1, s2, s3, s4, s5, s6, s7] = *prefix;
        if kind != TYPE_SHA256 {
            return Err(HmacError::Type(kind));
        }
        if [r0, r1] != [0, 0] {
            return Err(HmacError::Reserved(u16::from_be_bytes([r0, r1])));
        }
        let sequence = HmacSequence::new(u64::from_be_bytes([s0, s1, s2, s3, s4, s5, s6, s7]));
        let skew = sequence.behind(self.now);
        if self.is_outside(skew) {
            return Err(HmacError::Stale { skew });
        }
        let key = self.keys.iter().find(|key| key.id.get() == id).ok_or(HmacError::UnknownKey(id))?;
        let mac = key.covering(source, message, prefix);
        mac.verify_truncated_left(code).map_err(|_| HmacError::Code)?;
        // A mark outside the window orders only what the window refuses already; forgetting it
        // lets a sender back in whose clock was set.
        let last = self.last.filter(|last| !self.is_outside(last.behind(self.now)));
        match last {
            Some(last) if !sequence.is_after(last) => Err(HmacError::Replayed { sequence, last }),
            Some(_) | None => Ok(Stamp { sequence, skew }),
        }
    }

    fn is_outside(&self, skew: i32) -> bool {
        match self.anti_replay {
            AntiReplay::Time { window } => skew.unsigned_abs() > u32::from(window),
            AntiReplay::Monotonic => false,
        }
    }
}
