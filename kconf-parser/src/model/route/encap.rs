//! What a route wraps packets in.

use core::fmt;
use core::net::{Ipv4Addr, Ipv6Addr};

use super::names::IpName;
use crate::describe::{Describe, Value};

/// `encap` (`RTA_ENCAP`).
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Encap {
    /// `encap mpls`: labels to push.
    Mpls(MplsLabels),
    /// `encap ip`: an IPv4 tunnel.
    Ip(TunnelKey<Ipv4Addr>),
    /// `encap ip6`: an IPv6 tunnel.
    Ip6(TunnelKey<Ipv6Addr>),
    /// `encap ila`: the locator that takes the place of the upper 64 bits of the address.
    Ila(u64),
}

/// One or two labels, the outer one first.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct MplsLabels {
    /// The label to push, or the outer of two.
    pub outer: MplsLabel,
    /// The inner one.
    pub inner: Option<MplsLabel>,
}

/// A label of 20 bits (RFC 3032 §2.1).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct MplsLabel(u32);

impl MplsLabel {
    /// The label, 0..=0xfffff.
    pub const fn new(label: u32) -> Option<Self> {
        if label > 0xf_ffff { None } else { Some(Self(label)) }
    }

    /// Its number.
    pub const fn number(self) -> u32 {
        self.0
    }
}

/// What a light-weight tunnel puts around packets. keepalived complains if neither `id` nor `dst` is written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TunnelKey<A> {
    /// `id` of the tunnel.
    pub id: Option<u64>,
    /// `dst`: outer destination.
    pub destination: Option<A>,
    /// `src`: outer source.
    pub source: Option<A>,
    /// `tos` (IPv4) or `tc` (IPv6): outer DS field.
    pub ds_field: Option<IpName<u8>>,
    /// `ttl` (IPv4) or `hoplimit` (IPv6).
    pub hop_limit: Option<u8>,
    /// `flags`, `TUNNEL_*` of the kernel.
    pub flags: Option<u16>,
}

impl<A> Default for TunnelKey<A> {
    fn default() -> Self {
        Self { id: None, destination: None, source: None, ds_field: None, hop_limit: None, flags: None }
    }
}

impl fmt::Display for Encap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mpls(MplsLabels { outer, inner: None }) => write!(f, "encap mpls {}", outer.0),
            Self::Mpls(MplsLabels { outer, inner: Some(inner) }) => {
                write!(f, "encap mpls {}/{}", outer.0, inner.0)
            }
            Self::Ip(key) => {
                f.write_str("encap ip")?;
                key.write(f, "tos", "ttl")
            }
            Self::Ip6(key) => {
                f.write_str("encap ip6")?;
                key.write(f, "tc", "hoplimit")
            }
            Self::Ila(locator) => {
                let [a, b, c, d] =
                    [locator >> 48, locator >> 32, locator >> 16, *locator].map(|part| part & 0xffff);
                write!(f, "encap ila {a:x}:{b:x}:{c:x}:{d:x}")
            }
        }
    }
}

impl<A: fmt::Display> TunnelKey<A> {
    fn write(&self, f: &mut fmt::Formatter<'_>, ds_field: &str, hop_limit: &str) -> fmt::Result {
        write_option(f, "id", self.id.as_ref())?;
        write_option(f, "dst", self.destination.as_ref())?;
        write_option(f, "src", self.source.as_ref())?;
        write_option(f, ds_field, self.ds_field.as_ref())?;
        write_option(f, hop_limit, self.hop_limit.as_ref())?;
        write_option(f, "flags", self.flags.as_ref())
    }
}

/// ` WORD VALUE`, if there is a value.
pub(in crate::model) fn write_option<T: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    word: &str,
    value: Option<&T>,
) -> fmt::Result {
    match value {
        Some(value) => write!(f, " {word} {value}"),
        None => Ok(()),
    }
}

impl Describe for Encap {
    fn describe(&self) -> Value {
        Value::Text(self.to_string())
    }
}
