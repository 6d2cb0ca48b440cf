//! The IP authentication header before a VRRPv2 message (RFC 2402, `auth_type AH`).

use core::fmt;
use core::net::Ipv4Addr;

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;

use crate::{AhError, IP_PROTOCOL, Password};

/// IP protocol number of the authentication header.
pub const IP_PROTOCOL_AH: u8 = 51;

/// Octets of the header as VRRP uses it: twelve fixed ones and a check value of 96 bits.
pub const AH_LEN: usize = 24;

/// Octets of an IPv4 header without options, the only one that is understood here.
const IPV4_LEN: usize = 20;
/// Octets before the check value.
const PREFIX_LEN: usize = 12;
/// Octets of the check value: HMAC-MD5 cut to 96 bits (RFC 2403).
const ICV_LEN: usize = 12;
/// The header's own length, in words, less two (RFC 2402 §2.2).
const LENGTH_FIELD: u8 = 4;

/// What of a packet the check value covers besides the message: the IPv4 header, and the
/// authentication header itself.
///
/// Made by [`IpFacts::v4_authenticated`](crate::IpFacts::v4_authenticated).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AuthenticationHeader {
    /// The IP header with what routers may change set to zero, but for the TTL.
    covered: [u8; IPV4_LEN],
    prefix: [u8; PREFIX_LEN],
    icv: [u8; ICV_LEN],
}

impl AuthenticationHeader {
    /// Takes the header off `payload`, which follows `ip_header` in the packet.
    pub(crate) fn split<'a>(ip_header: &[u8], payload: &'a [u8]) -> Result<(Self, &'a [u8]), AhError> {
        let ip_header: &[u8; IPV4_LEN] = ip_header.try_into().map_err(|_| AhError::IpHeader)?;
        let [0x45, _, hi, lo, ..] = *ip_header else { return Err(AhError::IpHeader) };
        let (total, needed) = (usize::from(u16::from_be_bytes([hi, lo])), IPV4_LEN + payload.len());
        if total != needed {
            return Err(AhError::IpHeader);
        }
        let truncated = AhError::Truncated(payload.len());
        let (prefix, rest) = payload.split_first_chunk::<PREFIX_LEN>().ok_or(truncated)?;
        let [next_header, length, ..] = *prefix;
        if next_header != IP_PROTOCOL {
            return Err(AhError::NextHeader(next_header));
        }
        if length != LENGTH_FIELD {
            return Err(AhError::Length(length));
        }
        let (icv, message) = rest.split_first_chunk::<ICV_LEN>().ok_or(truncated)?;
        Ok((Self { covered: immutable(*ip_header), prefix: *prefix, icv: *icv }, message))
    }

    pub(crate) const fn source(&self) -> Ipv4Addr {
        let [.., a, b, c, d, _, _, _, _] = self.covered;
        Ipv4Addr::new(a, b, c, d)
    }

    pub(crate) const fn destination(&self) -> Ipv4Addr {
        let [.., a, b, c, d] = self.covered;
        Ipv4Addr::new(a, b, c, d)
    }

    pub(crate) const fn ttl(&self) -> u8 {
        let [_, _, _, _, _, _, _, _, ttl, ..] = self.covered;
        ttl
    }

    /// Security parameters index. keepalived writes the packet's source address here.
    #[must_use]
    pub const fn spi(&self) -> u32 {
        let [_, _, _, _, a, b, c, d, ..] = self.prefix;
        u32::from_be_bytes([a, b, c, d])
    }

    /// Number of the packet. 0 is never sent (RFC 2402 §3.3.2).
    #[must_use]
    pub const fn sequence(&self) -> u32 {
        let [.., a, b, c, d] = self.prefix;
        u32::from_be_bytes([a, b, c, d])
    }
}

/// The IP header with type of service, flags, fragment offset and checksum set to zero
/// (RFC 2402 §3.3.3.1.1.1); the TTL, which belongs to them, is left.
const fn immutable(header: [u8; IPV4_LEN]) -> [u8; IPV4_LEN] {
    let [version, _, l0, l1, i0, i1, _, _, ttl, protocol, _, _, s0, s1, s2, s3, d0, d1, d2, d3] = header;
    [version, 0, l0, l1, i0, i1, 0, 0, ttl, protocol, 0, 0, s0, s1, s2, s3, d0, d1, d2, d3]
}

/// Whether the check value covers the TTL.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum AhCoverage {
    /// The TTL counts as zero: RFC 2402 §3.3.3.1.1.1, and keepalived between unicast peers.
    WithoutTtl,
    /// The TTL counts as it was sent: keepalived by multicast, where it is always 255.
    #[default]
    WithTtl,
}

/// A key for the authentication header, made ready for use. `Debug` prints nothing of it.
///
/// HMAC-MD5 stops mistakes and casual forgers; do not take it for more.
#[derive(Clone)]
pub struct AhKey {
    mac: Hmac<Md5>,
}

impl AhKey {
    /// The key that keepalived makes of `auth_pass`: its eight octets, zeros included.
    #[must_use]
    pub fn new(password: Password) -> Self {
        Self { mac: mac(password.as_octets()) }
    }

    /// A key of any length (RFC 2403 wants 16 octets).
    #[must_use]
    pub fn from_octets(key: &[u8]) -> Self {
        Self { mac: mac(key) }
    }

    /// The authentication header for `message` behind `ip_header`, which must already be as it
    /// will be sent: protocol 51, total length [`AH_LEN`] more than message and header. Only its
    /// type of service, flags and checksum may change later.
    ///
    /// The security parameters index is the source address, as keepalived demands.
    #[must_use]
    pub fn sign(
        &self,
        ip_header: &[u8; 20],
        sequence: u32,
        message: &[u8],
        coverage: AhCoverage,
    ) -> [u8; AH_LEN] {
        let [.., s0, s1, s2, s3, _, _, _, _] = *ip_header;
        let [n0, n1, n2, n3] = sequence.to_be_bytes();
        let prefix = [IP_PROTOCOL, LENGTH_FIELD, 0, 0, s0, s1, s2, s3, n0, n1, n2, n3];
        let mac = self.covering(immutable(*ip_header), &prefix, message, coverage);
        let icv = mac.finalize().into_bytes();
        let mut header = [0; AH_LEN];
        for (to, from) in header.iter_mut().zip(prefix.iter().chain(icv.iter())) {
            *to = *from;
        }
        header
    }

    /// Whether the check value is right for `message`. Takes the same time wherever the first
    /// difference is.
    #[must_use]
    fn fits(&self, header: &AuthenticationHeader, message: &[u8], coverage: AhCoverage) -> bool {
        let mac = self.covering(header.covered, &header.prefix, message, coverage);
        mac.verify_truncated_left(&header.icv).is_ok()
    }

    fn covering(
        &self,
        mut ip_header: [u8; IPV4_LEN],
        prefix: &[u8; PREFIX_LEN],
        message: &[u8],
        coverage: AhCoverage,
    ) -> Hmac<Md5> {
        if coverage == AhCoverage::WithoutTtl {
            let [_, _, _, _, _, _, _, _, ttl, ..] = &mut ip_header;
            *ttl = 0;
        }
        let mut mac = self.mac.clone();
        mac.update(&ip_header);
        mac.update(prefix);
        mac.update(&[0; ICV_LEN]);
        mac.update(message);
        mac
    }
}

impl fmt::Debug for AhKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AhKey(***)")
    }
}

fn mac(key: &[u8]) -> Hmac<Md5> {
    // HMAC takes keys of any length; the other arm is never reached.
    Hmac::new_from_slice(key).unwrap_or_else(|_| Hmac::new(&Default::default()))
}

/// What it takes to check the authentication header of a received packet.
#[derive(Clone, Copy, Debug)]
pub struct AhCheck<'a> {
    /// The key (`auth_pass`).
    pub key: &'a AhKey,
    /// Whether the sender had the TTL covered. keepalived: [`WithTtl`](AhCoverage::WithTtl) by
    /// multicast, [`WithoutTtl`](AhCoverage::WithoutTtl) by unicast.
    pub coverage: AhCoverage,
    /// Which packets were accepted already. Once [`receive`](crate::receive) has accepted one,
    /// hand its number to [`AhWindow::accept`].
    pub window: AhWindow,
}

impl AhCheck<'_> {
    /// Check value, then index, then number, as keepalived.
    pub(crate) fn verify(
        &self,
        header: &AuthenticationHeader,
        source: Ipv4Addr,
        message: &[u8],
    ) -> Result<u32, AhError> {
        if !self.key.fits(header, message, self.coverage) {
            return Err(AhError::CheckValue);
        }
        let expected = u32::from(source);
        if header.spi() != expected {
            return Err(AhError::Spi { received: header.spi(), expected });
        }
        self.window.check(header.sequence())?;
        Ok(header.sequence())
    }
}

/// Which packets of a virtual router have been seen, by number: the guard against replay
/// (RFC 2402 §3.4.3).
///
/// keepalived keeps one count for all senders of a virtual router and for itself, and accepts
/// growing numbers only. Do the same to be heard by it: one window for each virtual router,
/// [`accept`](Self::accept) what was received and take [`next`](Self::next) for what is sent.
///
/// Twelve octets, whatever is received.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct AhWindow {
    highest: u32,
    /// Bit n: `highest - n` was seen.
    seen: u64,
    tolerant: bool,
}

impl AhWindow {
    /// Only a number above all earlier ones is new, as keepalived has it.
    #[must_use]
    pub const fn growing() -> Self {
        Self { highest: 0, seen: 0, tolerant: false }
    }

    /// A number is new if it is above all earlier ones, or among the last 64 and not seen
    /// (RFC 2402 §3.4.3, its default size): packets may overtake each other.
    #[must_use]
    pub const fn sliding() -> Self {
        Self { highest: 0, seen: 0, tolerant: true }
    }

    /// The greatest number so far, 0 before the first.
    #[must_use]
    pub const fn highest(&self) -> u32 {
        self.highest
    }

    /// Whether `sequence` is new.
    ///
    /// # Errors
    ///
    /// [`AhError::Replayed`].
    pub const fn check(&self, sequence: u32) -> Result<(), AhError> {
        let replayed = Err(AhError::Replayed { sequence, highest: self.highest });
        if sequence > self.highest {
            return Ok(());
        }
        let age = self.highest - sequence;
        if !self.tolerant || sequence == 0 || age >= u64::BITS || self.seen & 1 << age != 0 {
            return replayed;
        }
        Ok(())
    }

    /// Remembers `sequence`, so that it is not new any more.
    pub const fn accept(&mut self, sequence: u32) {
        if sequence > self.highest {
            let step = sequence - self.highest;
            self.seen = if step < u64::BITS { self.seen << step } else { 0 } | 1;
            self.highest = sequence;
        } else if self.highest - sequence < u64::BITS {
            self.seen |= 1 << (self.highest - sequence);
        }
    }

    /// The number for the next packet of our own.
    ///
    /// `None` when all are used up: the count never starts over under one key (RFC 2402
    /// §3.3.2). At one packet a second that takes 136 years, unless somebody who knows the key
    /// sent a great number.
    #[must_use]
    pub const fn next(&mut self) -> Option<u32> {
        match self.highest.checked_add(1) {
            Some(next) => {
                self.accept(next);
                Some(next)
            }
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replayed(sequence: u32, highest: u32) -> Result<(), AhError> {
        Err(AhError::Replayed { sequence, highest })
    }

    #[test]
    fn a_growing_window_takes_each_number_above_the_last() {
        let mut window = AhWindow::growing();
        assert_eq!(window.check(0), replayed(0, 0));
        assert_eq!(window.check(5), Ok(()));
        window.accept(5);
        assert_eq!(window.check(4), replayed(4, 5));
        assert_eq!(window.check(5), replayed(5, 5));
        assert_eq!(window.check(6), Ok(()));
    }

    #[test]
    fn a_sliding_window_takes_each_of_the_last_64_once() {
        let mut window = AhWindow::sliding();
        window.accept(100);
        assert_eq!(window.check(37), Ok(()));
        assert_eq!(window.check(36), replayed(36, 100));
        window.accept(37);
        assert_eq!(window.check(37), replayed(37, 100));
        window.accept(101);
        assert_eq!(window.check(100), replayed(100, 101));
        assert_eq!(window.check(38), Ok(()));
        window.accept(1000);
        assert_eq!(window.check(999), Ok(()));
        assert_eq!(window.check(101), replayed(101, 1000));
    }

    #[test]
    fn number_0_is_never_new() {
        let mut window = AhWindow::sliding();
        window.accept(1);
        assert_eq!(window.check(0), replayed(0, 1));
    }

    #[test]
    fn our_own_numbers_follow_those_received_and_end_at_the_greatest() {
        let mut window = AhWindow::growing();
        assert_eq!(window.next(), Some(1));
        window.accept(7);
        assert_eq!(window.next(), Some(8));
        window.accept(u32::MAX);
        assert_eq!(window.next(), None);
    }

    #[test]
    fn a_key_is_not_printed() {
        assert_eq!(format!("{:?}", AhKey::from_octets(b"s3cr3t")), "AhKey(***)");
    }

    extern crate std;
    use std::format;
}
