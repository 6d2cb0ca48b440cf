//! Numbers that may have names, and prefixes.

use core::fmt;
use core::net::{Ipv4Addr, Ipv6Addr};

use crate::describe::{Describe, Value, describe};

/// A number, or a name for one that only the host can tell.
///
/// A name is left only where [`Facts`](crate::Facts) did not look; whoever answers there never meets one.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum IpName<T> {
    /// The number.
    Number(T),
    /// A name that is not well known, from a file of iproute2.
    Name(String),
}

/// A network: an address and the length of its prefix in bits. Host bits are kept.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Prefix<A> {
    address: A,
    len: u8,
}

/// `realms [SOURCE/]DESTINATION` (`RTA_FLOW`, `FRA_FLOW`), 0..=255 each.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Realms {
    /// The source realm; `None` is 0.
    pub source: Option<IpName<u8>>,
    /// The destination realm.
    pub destination: IpName<u8>,
}

describe!(Realms { source, destination });

impl<A: Copy> Prefix<A> {
    /// The address as written.
    pub const fn address(self) -> A {
        self.address
    }

    /// Length of the prefix in bits.
    pub const fn prefix_len(self) -> u8 {
        self.len
    }

    /// Whether every address is in it: `default`, `all`, or a length of 0.
    pub const fn is_default(self) -> bool {
        self.len == 0
    }
}

impl Prefix<Ipv4Addr> {
    /// `default`: every IPv4 address.
    pub const ALL: Self = Self { address: Ipv4Addr::UNSPECIFIED, len: 0 };

    /// A network of `len` bits, at most 32.
    pub const fn new(address: Ipv4Addr, len: u8) -> Option<Self> {
        if len > 32 { None } else { Some(Self { address, len }) }
    }

    /// Whether an address bit beyond the prefix is set. The kernel refuses IPv4 routes to such a network.
    pub const fn has_host_bits(self) -> bool {
        match self.address.to_bits().checked_shl(self.len as u32) {
            Some(bits) => bits != 0,
            None => false,
        }
    }
}

impl Prefix<Ipv6Addr> {
    /// `default`: every IPv6 address.
    pub const ALL: Self = Self { address: Ipv6Addr::UNSPECIFIED, len: 0 };

    /// A network of `len` bits, at most 128.
    pub const fn new(address: Ipv6Addr, len: u8) -> Option<Self> {
        if len > 128 { None } else { Some(Self { address, len }) }
    }
}

impl<A: fmt::Display> fmt::Display for Prefix<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.len)
    }
}

impl<A: fmt::Display> Describe for Prefix<A> {
    fn describe(&self) -> Value {
        Value::Text(self.to_string())
    }
}

impl<T: fmt::Display> fmt::Display for IpName<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Name(name) => Quoted(name).fmt(f),
        }
    }
}

impl<T: Describe> Describe for IpName<T> {
    fn describe(&self) -> Value {
        match self {
            Self::Number(number) => number.describe(),
            Self::Name(name) => name.describe(),
        }
    }
}

impl<T: fmt::Display> IpName<T> {
    fn text(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Name(name) => name.clone(),
        }
    }
}

impl fmt::Display for Realms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = self.source.as_ref().map_or_else(String::new, |source| format!("{}/", source.text()));
        Quoted(&format!("{source}{}", self.destination.text())).fmt(f)
    }
}

/// A word as it must be written to stay one word.
pub(in crate::model) struct Quoted<'a>(pub(in crate::model) &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let special = |octet: u8| octet.is_ascii_whitespace() || b"\x0b{}#!\\\"".contains(&octet);
        if self.0.is_empty() || self.0.bytes().any(special) {
            write!(f, "\"{}\"", self.0)
        } else {
            f.write_str(self.0)
        }
    }
}
