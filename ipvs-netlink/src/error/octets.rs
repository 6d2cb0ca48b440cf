//! Octets that cannot be read, commands that cannot be written.

use crate::service::ServiceKey;

/// Why octets from the kernel were not usable.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The octets end before the message or attribute that they begin.
    #[error("message too short: {needed} octets needed, {got} present")]
    Truncated {
        /// Octets that the header announces.
        needed: usize,
        /// Octets that there are.
        got: usize,
    },
    /// An attribute is shorter than its type.
    #[error("attribute {attribute} has {got} octets, {needed} needed")]
    AttributeLength {
        /// Its number within its level.
        attribute: u16,
        /// Octets of its type.
        needed: usize,
        /// Octets that there are.
        got: usize,
    },
    /// A name is not UTF-8.
    #[error("attribute {attribute} is not text")]
    Text {
        /// Its number within its level.
        attribute: u16,
    },
    /// An attribute that every reply has is not there.
    #[error("the reply has no {0}")]
    Missing(
        /// Its name in `linux/ip_vs.h`.
        &'static str,
    ),
    /// A value outside of what the attribute can mean.
    #[error("{attribute} cannot be {value}")]
    Value {
        /// Its name in `linux/ip_vs.h`.
        attribute: &'static str,
        /// What it was.
        value: u32,
    },
}

/// Why a command has no octets.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// A mask for a service of IPv6, or a prefix length for one of IPv4.
    #[error("the granularity of persistence is for the other family: {key} is {}", key.family())]
    Granularity {
        /// The service.
        key: ServiceKey,
    },
}
