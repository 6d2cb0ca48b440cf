//! Entries of `virtual_ipaddress` and `virtual_ipaddress_excluded`.

use core::net::{IpAddr, Ipv4Addr};

use crate::describe::{Describe, Value, describe};

/// An address that the master carries.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct VirtualAddress {
    /// The address.
    pub address: IpAddr,
    /// Prefix length in bits; 32 or 128 where none is written.
    pub prefix_len: u8,
    /// `dev`: interface that gets the address; the instance's interface if absent.
    pub dev: Option<String>,
    /// `brd`.
    pub broadcast: Broadcast,
    /// `scope`.
    pub scope: AddressScope,
    /// `label` (IPv4 only), at most 15 octets.
    pub label: Option<String>,
    /// `peer`: the other end of a point-to-point address, with its prefix length.
    pub peer: Option<(IpAddr, u8)>,
    /// `home` (`IFA_F_HOMEADDRESS`, IPv6 only).
    pub home: bool,
    /// `-nodad`: duplicate address detection is done. It is not (`IFA_F_NODAD`) for any other IPv6 address here.
    pub detect_duplicates: bool,
    /// `mngtmpaddr` (`IFA_F_MANAGETEMPADDR`).
    pub manage_temporary: bool,
    /// `noprefixroute` (`IFA_F_NOPREFIXROUTE`).
    pub no_prefix_route: bool,
    /// `autojoin` (`IFA_F_MCAUTOJOIN`).
    pub auto_join: bool,
    /// `preferred_lft` in seconds; `None` is forever, 0 deprecated.
    pub preferred_lifetime_s: Option<u32>,
    /// `no_track`: losing the address does not make the master step down.
    pub no_track: bool,
    /// `use_vmac`: the address gets a virtual MAC although the instance, or `use_vmac_addr`, does not give it one.
    pub use_vmac: bool,
}

describe!(VirtualAddress {
    address,
    prefix_len,
    dev,
    broadcast,
    scope,
    label,
    peer,
    home,
    detect_duplicates,
    manage_temporary,
    no_prefix_route,
    auto_join,
    preferred_lifetime_s,
    no_track,
    use_vmac
});

impl VirtualAddress {
    /// An address with a host prefix and every option at its default.
    pub const fn new(address: IpAddr) -> Self {
        let prefix_len = if address.is_ipv4() { 32 } else { 128 };
        Self {
            address,
            prefix_len,
            dev: None,
            broadcast: Broadcast::None,
            scope: AddressScope::Global,
            label: None,
            peer: None,
            home: false,
            detect_duplicates: false,
            manage_temporary: false,
            no_prefix_route: false,
            auto_join: false,
            preferred_lifetime_s: None,
            no_track: false,
            use_vmac: false,
        }
    }
}

/// `brd`: the broadcast address of a virtual address.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Broadcast {
    /// Nothing written: no broadcast address is set.
    #[default]
    None,
    /// `brd +`: all host bits set.
    HostBitsSet,
    /// `brd -`: all host bits clear.
    HostBitsClear,
    /// `brd ADDRESS`.
    Address(Ipv4Addr),
}

/// `scope`, as the kernel counts it (`rt_scope_t`).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum AddressScope {
    /// `RT_SCOPE_UNIVERSE`, 0.
    #[default]
    Global,
    /// `RT_SCOPE_SITE`, 200.
    Site,
    /// `RT_SCOPE_LINK`, 253.
    Link,
    /// `RT_SCOPE_HOST`, 254.
    Host,
    /// `RT_SCOPE_NOWHERE`, 255.
    Nowhere,
    /// A number without a name.
    Other(u8),
}

impl AddressScope {
    /// The kernel's number.
    pub const fn number(self) -> u8 {
        match self {
            Self::Global => 0,
            Self::Site => 200,
            Self::Link => 253,
            Self::Host => 254,
            Self::Nowhere => 255,
            Self::Other(number) => number,
        }
    }

    /// The scope with the kernel's number `number`.
    pub const fn from_number(number: u8) -> Self {
        match number {
            0 => Self::Global,
            200 => Self::Site,
            253 => Self::Link,
            254 => Self::Host,
            255 => Self::Nowhere,
            other => Self::Other(other),
        }
    }
}

impl Describe for Broadcast {
    fn describe(&self) -> Value {
        match self {
            Self::None => Value::Absent,
            Self::HostBitsSet => Value::Text("+".to_owned()),
            Self::HostBitsClear => Value::Text("-".to_owned()),
            Self::Address(address) => address.describe(),
        }
    }
}

impl Describe for AddressScope {
    fn describe(&self) -> Value {
        let word = match self {
            Self::Global => "global",
            Self::Site => "site",
            Self::Link => "link",
            Self::Host => "host",
            Self::Nowhere => "nowhere",
            Self::Other(number) => return number.describe(),
        };
        Value::Text(word.to_owned())
    }
}
