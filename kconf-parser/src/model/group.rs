//! `virtual_server_group`, and the services that a virtual server stands for.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use core::num::NonZeroU32;

use super::{AddressFamily, RealServer, ServiceProtocol};
use crate::Span;
use crate::describe::{Describe, Value, describe};

/// A `virtual_server_group` block: services that share one set of real servers and checks.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct VirtualServerGroup {
    /// The line that opens the block.
    pub span: Span,
    /// What `virtual_server group NAME` calls it.
    pub name: String,
    /// At least one entry, in the order of the file. Entries may overlap.
    pub entries: Vec<GroupEntry>,
}

describe!(VirtualServerGroup { name, entries; span });

/// One line of a `virtual_server_group`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum GroupEntry {
    /// `ADDRESS [PORT]`; port 0 is every port, and needs persistence.
    Address(SocketAddr),
    /// `FIRST-LAST [PORT]` or `NETWORK/LENGTH [PORT]`: every address of the range with this port.
    Range {
        /// The addresses.
        addresses: AddressRange,
        /// Port 0 is every port, and needs persistence.
        port: u16,
    },
    /// `fwmark N [inet|inet6]`.
    FirewallMark {
        /// The mark.
        mark: NonZeroU32,
        /// The family if it is written, else that of the virtual server.
        family: Option<AddressFamily>,
    },
}

impl GroupEntry {
    /// The family, if the entry alone tells.
    pub const fn family(&self) -> Option<AddressFamily> {
        match self {
            Self::Address(address) if address.is_ipv4() => Some(AddressFamily::V4),
            Self::Address(_) => Some(AddressFamily::V6),
            Self::Range { addresses, .. } => Some(addresses.family()),
            Self::FirewallMark { family, .. } => *family,
        }
    }

    /// The port, unless the entry is a firewall mark.
    pub const fn port(&self) -> Option<u16> {
        match self {
            Self::Address(address) => Some(address.port()),
            Self::Range { port, .. } => Some(*port),
            Self::FirewallMark { .. } => None,
        }
    }

    /// The services of this entry for a virtual server with `protocol`, whose own family is `family`.
    pub(super) fn services(
        self,
        protocol: ServiceProtocol,
        family: AddressFamily,
    ) -> impl Iterator<Item = VirtualService> {
        let (mark, addresses, port) = match self {
            Self::Address(address) => (None, Some(AddressRange::single(address.ip())), address.port()),
            Self::Range { addresses, port } => (None, Some(addresses), port),
            Self::FirewallMark { mark, family: own } => {
                let family = own.unwrap_or(family);
                (Some(VirtualService::FirewallMark { mark, family }), None, 0)
            }
        };
        let addresses = addresses.into_iter().flat_map(|range| range.iter());
        let addresses = addresses.map(move |address| SocketAddr::new(address, port));
        mark.into_iter().chain(addresses.map(move |address| VirtualService::Address { protocol, address }))
    }
}

/// Consecutive addresses of one family, 1..=65 536 of them.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct AddressRange {
    first: IpAddr,
    count: u32,
}

impl AddressRange {
    /// Most addresses of a range: each becomes a service of its own in the kernel. An IPv6 range whose end is written
    /// as its last group reaches this.
    pub const MAX_ADDRESSES: u32 = 65_536;

    /// From `first` to `last`, both included. `None` if they are of two families, in the wrong order, or further
    /// apart than [`MAX_ADDRESSES`](Self::MAX_ADDRESSES).
    pub fn new(first: IpAddr, last: IpAddr) -> Option<Self> {
        let distance = match (first, last) {
            (IpAddr::V4(first), IpAddr::V4(last)) => last.to_bits().checked_sub(first.to_bits())?,
            (IpAddr::V6(first), IpAddr::V6(last)) => {
                u32::try_from(last.to_bits().checked_sub(first.to_bits())?).ok()?
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => return None,
        };
        (distance < Self::MAX_ADDRESSES).then_some(Self { first, count: distance + 1 })
    }

    const fn single(address: IpAddr) -> Self {
        Self { first: address, count: 1 }
    }

    /// The lowest address.
    pub const fn first(&self) -> IpAddr {
        self.first
    }

    /// The highest address.
    pub fn last(&self) -> IpAddr {
        nth(self.first, self.count - 1)
    }

    /// How many addresses there are, 1..=65 536.
    pub const fn count(&self) -> u32 {
        self.count
    }

    /// The family of all of them.
    pub const fn family(&self) -> AddressFamily {
        if self.first.is_ipv4() { AddressFamily::V4 } else { AddressFamily::V6 }
    }

    /// Every address, from the lowest to the highest. They are computed, not stored.
    pub fn iter(&self) -> impl Iterator<Item = IpAddr> + use<> {
        let Self { first, count } = *self;
        (0..count).map(move |step| nth(first, step))
    }
}

/// The address `step` above `first`. Ranges end before the family does, so nothing wraps.
fn nth(first: IpAddr, step: u32) -> IpAddr {
    match first {
        IpAddr::V4(first) => IpAddr::V4(Ipv4Addr::from_bits(first.to_bits().wrapping_add(step))),
        IpAddr::V6(first) => IpAddr::V6(Ipv6Addr::from_bits(first.to_bits().wrapping_add(u128::from(step)))),
    }
}

/// What the kernel knows as one virtual service.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum VirtualService {
    /// Packets to an address and port.
    Address {
        /// `protocol` of the virtual server.
        protocol: ServiceProtocol,
        /// Port 0 is every port.
        address: SocketAddr,
    },
    /// Packets with a firewall mark, whatever their protocol.
    FirewallMark {
        /// The mark.
        mark: NonZeroU32,
        /// Of the packets that are marked.
        family: AddressFamily,
    },
}

impl VirtualService {
    /// The family of the packets that the service takes.
    pub const fn family(&self) -> AddressFamily {
        match self {
            Self::Address { address, .. } if address.is_ipv4() => AddressFamily::V4,
            Self::Address { .. } => AddressFamily::V6,
            Self::FirewallMark { family, .. } => *family,
        }
    }

    /// Where `server` takes the packets of this service: with NAT at its own port, else at the service's, for only
    /// NAT can change the port. That is 0 for a firewall mark.
    pub const fn destination(&self, server: &RealServer) -> SocketAddr {
        self.seen_from(server.address, server.forward_method)
    }

    /// The same for any address, such as a sorry server's.
    pub const fn seen_from(&self, mut server: SocketAddr, method: super::ForwardMethod) -> SocketAddr {
        if !matches!(method, super::ForwardMethod::Masquerade) {
            server.set_port(match self {
                Self::Address { address, .. } => address.port(),
                Self::FirewallMark { .. } => 0,
            });
        }
        server
    }
}

impl Describe for GroupEntry {
    fn describe(&self) -> Value {
        match self {
            Self::Address(address) => address.describe(),
            Self::Range { addresses, port } => {
                Value::Text(format!("{}-{} {port}", addresses.first(), addresses.last()))
            }
            Self::FirewallMark { mark, family } => {
                Value::Map(vec![("fwmark", mark.describe()), ("family", family.describe())])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(first: &str, last: &str) -> Option<AddressRange> {
        AddressRange::new(first.parse().unwrap(), last.parse().unwrap())
    }

    #[test]
    fn a_range_has_a_direction_one_family_and_a_limit() {
        #[rustfmt::skip]
        let cases: &[(&str, &str, Option<u32>)] = &[
            ("192.0.2.1",       "192.0.2.10",      Some(10)),
            ("192.0.2.1",       "192.0.2.1",       Some(1)),
            ("192.0.2.2",       "192.0.2.1",       None),
            ("10.0.0.0",        "10.0.255.255",    Some(65_536)),
            ("10.0.0.0",        "10.1.0.0",        None),
            ("255.255.255.254", "255.255.255.255", Some(2)),
            ("2001:db8::",      "2001:db8::ffff",  Some(65_536)),
            ("2001:db8::",      "2001:db8:1::",    None),
            ("::",              "ffff::",          None),
            ("10.0.0.1",        "::a00:2",         None),
        ];
        for (first, last, want) in cases {
            let range = range(first, last);
            assert_eq!(range.map(|range| range.count()), *want, "{first}-{last}");
            if let Some(range) = range {
                assert_eq!(
                    (range.first().to_string(), range.last().to_string()),
                    ((*first).to_owned(), (*last).to_owned())
                );
            }
        }
    }

    #[test]
    fn a_range_goes_on_across_the_end_of_a_network() {
        let range = range("192.0.2.254", "192.0.3.1").unwrap();
        let addresses: Vec<String> = range.iter().map(|address| address.to_string()).collect();
        assert_eq!(addresses, ["192.0.2.254", "192.0.2.255", "192.0.3.0", "192.0.3.1"]);
    }
}
