//! `UDP_CHECK`.

use super::ConnectTo;
use crate::describe::{Describe, Value, describe};

/// `UDP_CHECK`: the port is not reported closed or, with `require_reply`, something comes back.
#[derive(Clone, Debug, PartialEq)]
pub struct UdpCheck {
    /// Where to send to.
    pub connect: ConnectTo,
    /// `payload`: what is sent, never empty. What is sent without one is up to the implementation.
    pub payload: Option<Vec<u8>>,
    /// `require_reply`: what must come back.
    pub reply: Option<UdpReply>,
}

/// `require_reply` and the lengths.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UdpReply {
    /// What the reply begins with; empty if any reply will do. A shorter reply is compared as far as it goes.
    pub pattern: Vec<PatternOctet>,
    /// `min_reply_length` in octets, default 0. keepalived looks at it only where there is a pattern.
    pub min_length: u16,
    /// `max_reply_length` in octets, default 255. keepalived looks at it only where there is a pattern.
    pub max_length: u16,
}

describe!(UdpReply { pattern, min_length, max_length });

/// An octet of a reply, written as two hexadecimal digits of which each may be `x`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct PatternOctet {
    /// What is expected; bits that do not count are 0.
    pub value: u8,
    /// The bits that count.
    pub mask: u8,
}

impl PatternOctet {
    /// Whether `octet` is as expected.
    pub const fn matches(self, octet: u8) -> bool {
        octet & self.mask == self.value
    }
}

impl Describe for UdpCheck {
    fn describe(&self) -> Value {
        let Self { connect, payload, reply } = self;
        let payload = payload.as_ref().map_or(Value::Absent, |octets| {
            Value::Text(octets.iter().map(|octet| format!("{octet:02x}")).collect::<Vec<_>>().join(" "))
        });
        let parts = vec![("connect", connect.describe()), ("payload", payload), ("reply", reply.describe())];
        Value::Map(parts)
    }
}

impl Describe for PatternOctet {
    fn describe(&self) -> Value {
        let digit = |value: u8, mask: u8| if mask == 0 { "x".to_owned() } else { format!("{value:x}") };
        Value::Text(digit(self.value >> 4, self.mask >> 4) + &digit(self.value & 15, self.mask & 15))
    }
}
