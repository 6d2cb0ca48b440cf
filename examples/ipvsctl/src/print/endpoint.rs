//! Addresses and the small words of a listing.

use core::fmt::Write as _;
use core::net::{IpAddr, Ipv4Addr, SocketAddr};

use ipvs_netlink::{AddressFamily, ForwardMethod, Granularity, Protocol, ServiceKey};

use crate::names::Names;

/// Appends `ADDRESS:PORT` or `NAME:NAME`, what is of IPv6 in brackets.
///
/// Behind a firewall mark there is no protocol, so ports have no names there.
pub(super) fn endpoint(out: &mut String, of: SocketAddr, protocol: Option<Protocol>, names: &dyn Names) {
    let (open, close) = if of.is_ipv6() { ("[", "]") } else { ("", "") };
    out.push_str(open);
    match names.host_of(of.ip()) {
        Some(name) => out.push_str(&name),
        None => number(out, of.ip()),
    }
    out.push_str(close);
    let name = protocol.and_then(|protocol| names.service_of(of.port(), protocol));
    // Writing to a string cannot fail, here and below.
    let _ = match name {
        Some(name) => write!(out, ":{name}"),
        None => write!(out, ":{}", of.port()),
    };
}

/// An address as inet_ntop(3) writes it: `::192.0.2.1`, an IPv4-compatible one, ends in dots.
fn number(out: &mut String, address: IpAddr) {
    let _ = match address {
        IpAddr::V4(address) => write!(out, "{address}"),
        IpAddr::V6(address) => match address.segments() {
            [0, 0, 0, 0, 0, 0, high, low] if high != 0 => {
                let low = u32::from(high) << 16 | u32::from(low);
                write!(out, "::{}", Ipv4Addr::from(low))
            }
            _ => write!(out, "{address}"),
        },
    };
}

/// The protocol that gives ports their names.
pub(super) const fn protocol_of(key: &ServiceKey) -> Option<Protocol> {
    match key {
        ServiceKey::Address { protocol, .. } => Some(*protocol),
        ServiceKey::FirewallMark { .. } => None,
    }
}

/// What a listing calls a way to forward.
pub(super) const fn forward_word(method: ForwardMethod) -> &'static str {
    match method {
        ForwardMethod::Masquerade => "Masq",
        ForwardMethod::LocalNode => "Local",
        ForwardMethod::Tunnel(_) => "Tunnel",
        ForwardMethod::DirectRoute => "Route",
        ForwardMethod::Bypass => "Bypass",
        ForwardMethod::Unknown(_) | _ => "Unknown",
    }
}

/// A granularity that is not the default, as `-M` takes it.
pub(super) fn mask_text(granularity: Granularity, family: AddressFamily) -> Option<String> {
    match (granularity, family) {
        (Granularity::V4(mask), AddressFamily::V4) if !mask.is_broadcast() => Some(mask.to_string()),
        (Granularity::V6(length), AddressFamily::V6) if length != 128 => Some(length.to_string()),
        (Granularity::Host | Granularity::V4(_) | Granularity::V6(_), _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::NoNames;

    #[test]
    fn addresses_look_as_inet_ntop_writes_them() {
        let cases = [
            "192.0.2.1:80",
            "[2001:db8::1]:80",
            "[::1]:0",
            "[::]:1",
            "[::1:0:0]:1",
            "[::ffff:192.0.2.1]:1",
            "[::192.0.2.1]:1",
            "[2001:db8:0:1:1:1:1:1]:1",
            "[2001:0:0:1::1]:1",
        ];
        for text in cases {
            let mut out = String::new();
            endpoint(&mut out, text.parse().unwrap(), Some(Protocol::Tcp), &NoNames);
            assert_eq!(out, text);
        }
    }
}
