//! `PING_CHECK`: ICMP echo as octets.

use alloc::vec::Vec;
use core::net::IpAddr;

/// What an echo request carries: keepalived's 128 octets.
pub const DEFAULT_ECHO_PAYLOAD: [u8; 128] = *b"keepalived check - keepalived check - keepalived check - \
keepalived check - keepalived check - keepalived check - keepalived che";

/// The socket that carries an echo, which decides what it hands us.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum EchoSocket {
    /// `SOCK_DGRAM`: the kernel sets the identifier, hands us replies to it only and no IP header.
    Datagram,
    /// `SOCK_RAW`: all ICMP of this host, for IPv4 with the IP header.
    Raw,
}

/// One echo request and its reply (RFC 792, RFC 4443 §4).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Echo {
    ipv6: bool,
    identifier: u16,
    sequence: u16,
}

impl Echo {
    /// A request to `server`. On raw sockets the two numbers tell our replies from others'.
    #[must_use]
    pub const fn new(server: IpAddr, identifier: u16, sequence: u16) -> Self {
        Self { ipv6: server.is_ipv6(), identifier, sequence }
    }

    /// The request from its ICMP header on. The kernel fills in ICMPv6's checksum, which covers
    /// addresses.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let kind = if self.ipv6 { 128 } else { 8 };
        let mut octets: Vec<u8> = [kind, 0, 0, 0].into();
        octets.extend(self.identifier.to_be_bytes());
        octets.extend(self.sequence.to_be_bytes());
        octets.extend(DEFAULT_ECHO_PAYLOAD);
        if !self.ipv6 {
            let sum = checksum(&octets).to_be_bytes();
            if let Some(field) = octets.get_mut(2..4) {
                field.copy_from_slice(&sum);
            }
        }
        octets
    }

    /// Whether `octets`, received on `socket`, are the reply. keepalived fails the check at
    /// anything else; wait on instead, as it may be a late reply to an earlier request.
    #[must_use]
    pub fn is_reply(&self, socket: EchoSocket, octets: &[u8]) -> bool {
        let icmp = match (socket, self.ipv6) {
            (EchoSocket::Datagram, _) | (EchoSocket::Raw, true) => Some(octets),
            (EchoSocket::Raw, false) => without_ipv4_header(octets),
        };
        let Some([kind, code, _, _, id_high, id_low, sequence_high, sequence_low]) =
            icmp.and_then(|icmp| icmp.first_chunk())
        else {
            return false;
        };
        let reply = if self.ipv6 { 129 } else { 0 };
        let ours = match socket {
            EchoSocket::Datagram => true,
            EchoSocket::Raw => u16::from_be_bytes([*id_high, *id_low]) == self.identifier,
        };
        let sequence = u16::from_be_bytes([*sequence_high, *sequence_low]);
        (*kind, *code) == (reply, 0) && ours && sequence == self.sequence
    }
}

/// The header's length is its low nibble in words of four octets (RFC 791 §3.1).
fn without_ipv4_header(packet: &[u8]) -> Option<&[u8]> {
    let length = usize::from(packet.first()? & 0x0f).checked_mul(4)?;
    packet.get(length.max(20)..)
}

/// The Internet checksum (RFC 1071) of an even number of octets.
fn checksum(octets: &[u8]) -> u16 {
    let (words, _) = octets.as_chunks::<2>();
    // End-around carry after each step keeps the sum in 16 bits.
    let sum = words.iter().fold(0_u16, |sum, word| {
        let (sum, carry) = sum.overflowing_add(u16::from_be_bytes(*word));
        sum.wrapping_add(u16::from(carry))
    });
    !sum
}
