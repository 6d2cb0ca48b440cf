//! Interfaces that keepalived makes: `use_vmac` and `use_ipvlan`.

use core::fmt;
use core::net::IpAddr;

use crate::describe::{Describe, Value, describe};

/// `use_vmac`: a macvlan with the virtual MAC address sends adverts and carries the addresses.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Vmac {
    /// Name of the interface, at most 15 octets; keepalived makes one of the prefix and the VRID if absent.
    pub name: Option<String>,
    /// MAC address; 00:00:5e:00:01:VRID or, for IPv6, 00:00:5e:00:02:VRID if absent.
    pub mac: Option<MacAddress>,
    /// `vmac_xmit_base`: adverts leave through the interface below.
    pub transmit_on_base: bool,
    /// `netlink_notify_msg`: announce the addresses through netlink messages of the kernel.
    pub netlink_notify: bool,
    /// `group`: number or name of the interface group.
    pub group: Option<String>,
}

describe!(Vmac { name, mac, transmit_on_base, netlink_notify, group });

/// A unicast MAC address. Written in hexadecimal digits with colons.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct MacAddress([u8; 6]);

impl MacAddress {
    /// `None` for a multicast address (lowest bit of the first octet).
    pub const fn new(octets: [u8; 6]) -> Option<Self> {
        if octets[0] & 1 == 1 { None } else { Some(Self(octets)) }
    }

    /// The octets in the order of transmission.
    pub const fn octets(&self) -> [u8; 6] {
        self.0
    }
}

impl fmt::Display for MacAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

impl Describe for MacAddress {
    fn describe(&self) -> Value {
        Value::Text(self.to_string())
    }
}

/// `use_ipvlan`: an ipvlan in layer-2 mode with an address of its own.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Ipvlan {
    /// Name of the interface, at most 15 octets; keepalived makes one of the prefix and the VRID if absent.
    pub name: Option<String>,
    /// `bridge`, `private` or `vepa`.
    pub mode: IpvlanMode,
    /// Address of the interface and its prefix length. Without one an IPv4 instance stays in FAULT.
    pub address: Option<(IpAddr, u8)>,
}

describe!(Ipvlan { name, mode, address });

/// How ipvlan interfaces of one parent reach one another.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum IpvlanMode {
    /// Directly.
    #[default]
    Bridge,
    /// Not at all.
    Private,
    /// Through the switch outside.
    Vepa,
}

describe!(IpvlanMode = Bridge "bridge", Private "private", Vepa "vepa");
