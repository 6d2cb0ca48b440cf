//! `UDP_CHECK`: what a reply, silence or an ICMP error says about a server.

use alloc::vec::Vec;

use crate::{Failure, NetworkError, Outcome, Phase};

/// What is sent without a `payload`: keepalived's 32 octets.
pub const DEFAULT_UDP_PAYLOAD: [u8; 32] = *b"keepalived check - keepalived ch";

/// What must come back after one datagram.
///
/// An ICMP error (port, host or network unreachable) fails the check in each case.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub enum UdpExpect {
    /// Nothing has to: silence is a success, and so is any datagram. A server that is switched off
    /// therefore passes if nobody answers in its place.
    #[default]
    NoError,
    /// `require_reply` without a pattern: any datagram. keepalived looks at no length then.
    AnyReply,
    /// `require_reply` with a pattern.
    Reply(UdpReply),
}

/// A reply that is judged by its length and its first octets.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct UdpReply {
    /// How it begins. A shorter reply is compared as far as it goes, as keepalived does: demand
    /// the length with `min_len`. Empty if only the length matters.
    pub pattern: Vec<PatternOctet>,
    /// `min_reply_length` in octets.
    pub min_len: u16,
    /// `max_reply_length` in octets.
    pub max_len: u16,
}

impl UdpReply {
    /// `pattern` with keepalived's lengths of 0 to 255 octets.
    #[must_use]
    pub const fn new(pattern: Vec<PatternOctet>) -> Self {
        Self { pattern, min_len: 0, max_len: 255 }
    }

    fn judge(&self, reply: &[u8]) -> Result<(), UdpFailure> {
        let length = u16::try_from(reply.len()).unwrap_or(u16::MAX);
        if !(self.min_len..=self.max_len).contains(&length) {
            return Err(UdpFailure::Length(length));
        }
        match self.pattern.iter().zip(reply).position(|(want, octet)| !want.matches(*octet)) {
            Some(at) => Err(UdpFailure::Mismatch { at: u16::try_from(at).unwrap_or(u16::MAX) }),
            None => Ok(()),
        }
    }
}

/// An octet of a reply, written in `require_reply` as two hexadecimal digits, each of which may be
/// the wildcard `x`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct PatternOctet {
    /// What is expected.
    pub value: u8,
    /// The bits that count: `0xff` without a wildcard, `0xf0` for `1x`.
    pub mask: u8,
}

impl PatternOctet {
    /// This octet and no other.
    #[must_use]
    pub const fn exactly(value: u8) -> Self {
        Self { value, mask: 0xff }
    }

    /// Whether `octet` is as expected.
    #[must_use]
    pub const fn matches(self, octet: u8) -> bool {
        (octet ^ self.value) & self.mask == 0
    }
}

/// Why a datagram was not the one we want.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum UdpFailure {
    /// The reply is shorter than [`UdpReply::min_len`] or longer than [`UdpReply::max_len`]; what
    /// was received of it, in octets.
    #[error("a reply of {0} octets")]
    Length(u16),
    /// An octet differs.
    #[error("the reply differs in octet {at}")]
    Mismatch {
        /// Its place, from 0.
        at: u16,
    },
}

impl UdpFailure {
    /// What the check was doing.
    #[must_use]
    pub const fn phase(self) -> Phase {
        match self {
            Self::Length(_) | Self::Mismatch { .. } => Phase::Body,
        }
    }
}

/// What followed a datagram that was sent.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum UdpEvent<'a> {
    /// The first datagram from the server, which may be empty.
    Reply(&'a [u8]),
    /// Nothing until the end of `connect_timeout`.
    Silence,
    /// ICMP said that the datagram did not arrive.
    IcmpError(NetworkError),
}

impl UdpExpect {
    /// Octets of a reply that have to be received for judging it. A longer reply may be cut off
    /// there.
    #[must_use]
    pub fn buffer_len(&self) -> usize {
        match self {
            Self::NoError | Self::AnyReply => 1,
            Self::Reply(reply) => usize::from(reply.max_len).saturating_add(1),
        }
    }

    /// What the first thing to happen after sending says about the server.
    #[must_use]
    pub fn judge(&self, event: UdpEvent<'_>) -> Outcome {
        let phase = Phase::Receive;
        match (self, event) {
            (_, UdpEvent::IcmpError(reason)) => Outcome::Failure(Failure::Network { phase, reason }),
            (Self::NoError, UdpEvent::Reply(_) | UdpEvent::Silence)
            | (Self::AnyReply, UdpEvent::Reply(_)) => Outcome::Success,
            (Self::AnyReply | Self::Reply(_), UdpEvent::Silence) => {
                Outcome::Failure(Failure::TimedOut { phase })
            }
            (Self::Reply(reply), UdpEvent::Reply(octets)) => match reply.judge(octets) {
                Ok(()) => Outcome::Success,
                Err(failure) => Outcome::Failure(Failure::Udp(failure)),
            },
        }
    }
}
