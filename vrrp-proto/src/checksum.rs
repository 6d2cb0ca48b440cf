//! The Internet checksum, with the scope as an argument.

use core::net::{Ipv4Addr, Ipv6Addr};

use crate::IP_PROTOCOL;

/// Octets that the checksum covers besides the message.
///
/// RFC 3768 sums the message alone. For VRRPv3 over IPv4, RFC 9568 §5.2.8 does the same,
/// while RFC 5798 read literally puts the pseudo-header in, which is what keepalived and FRR
/// send by default. IPv6 always has its pseudo-header.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum ChecksumScope {
    /// The message alone.
    Message,
    /// The message after the classic pseudo-header of 12 octets.
    PseudoV4 {
        /// Source address of the packet.
        src: Ipv4Addr,
        /// Destination address of the packet.
        dst: Ipv4Addr,
    },
    /// The message after the pseudo-header of RFC 8200 §8.1.
    PseudoV6 {
        /// Source address of the packet.
        src: Ipv6Addr,
        /// Destination address of the packet.
        dst: Ipv6Addr,
    },
}

/// What belongs in the checksum field of the message `octets`.
///
/// The field itself (octets 6 and 7) counts as zero, whatever it holds.
#[must_use]
pub fn checksum(octets: &[u8], scope: ChecksumScope) -> u16 {
    let message = match octets.split_first_chunk::<8>() {
        Some(([a, b, c, d, e, f, _, _], rest)) => words(&[*a, *b, *c, *d, *e, *f]) + words(rest),
        None => words(octets),
    };
    !fold(pseudo_header(octets.len(), scope) + message)
}

/// Whether the checksum field agrees with the rest: the sum over everything, field included,
/// is all ones.
pub(crate) fn is_intact(octets: &[u8], scope: ChecksumScope) -> bool {
    fold(pseudo_header(octets.len(), scope) + words(octets)) == 0xffff
}

/// Sum of the pseudo-header for a message of `len` octets.
fn pseudo_header(len: usize, scope: ChecksumScope) -> u64 {
    // `as` widens. An IP packet is shorter than 64 KiB, so the word for the length is the
    // length, in both families.
    let protocol_and_len = u64::from(IP_PROTOCOL) + len as u64;
    match scope {
        ChecksumScope::Message => 0,
        ChecksumScope::PseudoV4 { src, dst } => {
            words(&src.octets()) + words(&dst.octets()) + protocol_and_len
        }
        ChecksumScope::PseudoV6 { src, dst } => {
            words(&src.octets()) + words(&dst.octets()) + protocol_and_len
        }
    }
}

/// The checksum of an ICMPv6 `message`, whose own field is zero (RFC 4443 §2.3).
pub(crate) fn icmpv6_checksum(src: Ipv6Addr, dst: Ipv6Addr, message: &[u8]) -> u16 {
    const ICMPV6: u64 = 58;
    // `as` widens.
    let pseudo_header = words(&src.octets()) + words(&dst.octets()) + ICMPV6 + message.len() as u64;
    !fold(pseudo_header + words(message))
}

/// Sum of `octets` as big-endian words, an odd end padded with zero.
///
/// Taken 32 bits at a time: 2¹⁶ ≡ 1 modulo 0xffff, so folding later gives the same.
fn words(octets: &[u8]) -> u64 {
    let (chunks, rest) = octets.as_chunks::<4>();
    let mut last = [0; 4];
    for (to, from) in last.iter_mut().zip(rest) {
        *to = *from;
    }
    let sum: u64 = chunks.iter().map(|chunk| u64::from(u32::from_be_bytes(*chunk))).sum();
    sum + u64::from(u32::from_be_bytes(last))
}

/// Folds the carries into 16 bits.
fn fold(mut sum: u64) -> u16 {
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    let [.., hi, lo] = sum.to_be_bytes();
    u16::from_be_bytes([hi, lo])
}

#[cfg(test)]
mod tests {
    use super::*;
    use hex_literal::hex;

    #[test]
    fn sums_the_example_of_rfc_1071() {
        // RFC 1071 §3: 0001 f203 f4f5 f6f7 give ddf2.
        assert_eq!(fold(words(&hex!("0001 f203 f4f5 f6f7"))), 0xddf2);
    }

    #[test]
    fn an_odd_octet_is_the_high_half_of_a_word() {
        assert_eq!(fold(words(&hex!("0102 03"))), 0x0402);
        assert_eq!(fold(words(&hex!("01"))), 0x0100);
    }

    #[test]
    fn the_field_counts_as_zero_whatever_it_holds() {
        let zero = hex!("21 33 64 01 0001 0000 c0000201 00000000 00000000");
        let filled = hex!("21 33 64 01 0001 a5a5 c0000201 00000000 00000000");
        assert_eq!(checksum(&zero, ChecksumScope::Message), checksum(&filled, ChecksumScope::Message));
    }

    #[test]
    fn a_buffer_too_short_for_the_field_is_summed_as_it_is() {
        assert_eq!(checksum(&[], ChecksumScope::Message), 0xffff);
        assert_eq!(checksum(&hex!("0001"), ChecksumScope::Message), 0xfffe);
    }
}
