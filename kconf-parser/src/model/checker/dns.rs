//! `DNS_CHECK`.

use super::ConnectTo;
use crate::describe::describe;

/// `DNS_CHECK`: the server answers a query.
#[derive(Clone, Debug, PartialEq)]
pub struct DnsCheck {
    /// Where to send the query.
    pub connect: ConnectTo,
    /// `type`, default SOA.
    pub record: DnsType,
    /// `name`, default `.`, the root. No label is empty.
    pub name: String,
}

describe!(DnsCheck { connect, record, name });

/// `type` of a `DNS_CHECK`.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum DnsType {
    /// `A`.
    A,
    /// `NS`.
    Ns,
    /// `CNAME`.
    Cname,
    /// `SOA`.
    #[default]
    Soa,
    /// `MX`.
    Mx,
    /// `TXT`.
    Txt,
    /// `AAAA`.
    Aaaa,
    /// `RRSIG`.
    Rrsig,
    /// `DNSKEY`.
    Dnskey,
}

impl DnsType {
    /// The number that stands for it in a query (RFC 1035 §3.2.2, RFC 3596 §2.1, RFC 4034 §2, §3).
    pub const fn number(self) -> u16 {
        match self {
            Self::A => 1,
            Self::Ns => 2,
            Self::Cname => 5,
            Self::Soa => 6,
            Self::Mx => 15,
            Self::Txt => 16,
            Self::Aaaa => 28,
            Self::Rrsig => 46,
            Self::Dnskey => 48,
        }
    }
}

describe!(DnsType = A "A", Ns "NS", Cname "CNAME", Soa "SOA", Mx "MX", Txt "TXT", Aaaa "AAAA", Rrsig "RRSIG", Dnskey "DNSKEY");
