//! Addresses as people type them: `ADDRESS[:PORT]`, by number or by name.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipvs_netlink::{AddressFamily, Protocol};

use crate::names::Names;

/// What `host[:port]` says; without a port `None`.
///
/// An address of IPv6 with a port wants brackets; a bare one has no port, however its last
/// group looks. An address of IPv4 may have one to four parts, decimal, octal (`010`) or
/// hexadecimal (`0x0a`), as inet_aton(3) reads them. A name is looked up as IPv4 first, in
/// brackets as IPv6.
#[must_use]
pub fn host_and_port(text: &str, protocol: Protocol, names: &dyn Names) -> Option<(IpAddr, Option<u16>)> {
    if let Some(inside) = text.strip_prefix('[') {
        let (host, rest) = inside.split_once(']')?;
        let address = match host.parse::<Ipv6Addr>() {
            Ok(address) => IpAddr::V6(address),
            Err(_) => names.address_of(host, AddressFamily::V6)?,
        };
        return match rest.strip_prefix(':') {
            Some(text) => Some((address, Some(port(text, protocol, names)?))),
            None if rest.is_empty() => Some((address, None)),
            None => None,
        };
    }
    if let Ok(address) = text.parse::<Ipv6Addr>() {
        return Some((IpAddr::V6(address), None));
    }
    let (host, number) = match text.rsplit_once(':') {
        Some((host, text)) => (host, Some(port(text, protocol, names)?)),
        None => (text, None),
    };
    // A lone number is a port without its address, or a firewall mark; never 0.0.48.57.
    if number.is_none() && host.bytes().all(|octet| octet.is_ascii_digit()) {
        return None;
    }
    Some((address(host, names)?, number))
}

/// An address of IPv4 by number, or of a name.
pub(crate) fn address(host: &str, names: &dyn Names) -> Option<IpAddr> {
    if let Some(address) = ipv4(host) {
        return Some(address.into());
    }
    let family = |family| names.address_of(host, family);
    family(AddressFamily::V4).or_else(|| family(AddressFamily::V6))
}

/// A port by number or by name.
fn port(text: &str, protocol: Protocol, names: &dyn Names) -> Option<u16> {
    match text.trim_start().parse() {
        Ok(port) => Some(port),
        Err(_) => names.port_of(text, protocol),
    }
}

/// inet_aton(3): the last of one to four parts fills what the others leave.
pub(crate) fn ipv4(text: &str) -> Option<Ipv4Addr> {
    if let Ok(address) = text.parse() {
        return Some(address);
    }
    let mut parts = [0_u32; 4];
    let mut count = 0_usize;
    for part in text.split('.') {
        *parts.get_mut(count)? = part_of_address(part)?;
        count += 1;
    }
    let last_bits = 8 * (5_u32.checked_sub(u32::try_from(count).ok()?)?);
    let (last, first) = parts.get(..count)?.split_last()?;
    if u64::from(*last) >> last_bits != 0 || first.iter().any(|part| *part > 255) {
        return None;
    }
    let high = first.iter().fold(0_u64, |sum, part| sum << 8 | u64::from(*part));
    u32::try_from(high << last_bits | u64::from(*last)).ok().map(Ipv4Addr::from)
}

fn part_of_address(text: &str) -> Option<u32> {
    if text.starts_with('+') {
        return None;
    }
    if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        return u32::from_str_radix(digits, 16).ok();
    }
    match text.strip_prefix('0') {
        Some(digits) if !digits.is_empty() => u32::from_str_radix(digits, 8).ok(),
        _ => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::NoNames;

    /// Knows one host and one service.
    struct Few;

    impl Names for Few {
        fn address_of(&self, host: &str, family: AddressFamily) -> Option<IpAddr> {
            match (host, family) {
                ("www.example.com", AddressFamily::V4) => Some([192, 0, 2, 9].into()),
                ("six.example.com", AddressFamily::V6) => "2001:db8::6".parse().ok(),
                _ => None,
            }
        }

        fn port_of(&self, service: &str, protocol: Protocol) -> Option<u16> {
            (service == "http" && protocol == Protocol::Tcp).then_some(80)
        }

        fn host_of(&self, _address: IpAddr) -> Option<String> {
            None
        }

        fn service_of(&self, _port: u16, _protocol: Protocol) -> Option<String> {
            None
        }
    }

    #[test]
    fn hosts_and_ports_are_read_as_ipvsadm_does() {
        type Case = (&'static str, Option<(&'static str, Option<u16>)>);
        #[rustfmt::skip]
        let cases: &[Case] = &[
            ("192.0.2.1:80",         Some(("192.0.2.1", Some(80)))),
            ("192.0.2.1",            Some(("192.0.2.1", None))),
            ("192.0.2.1:http",       Some(("192.0.2.1", Some(80)))),
            ("192.0.2.1: 91",        Some(("192.0.2.1", Some(91)))),
            ("192.0.2.1:+92",        Some(("192.0.2.1", Some(92)))),
            ("192.0.2.1:080",        Some(("192.0.2.1", Some(80)))),
            ("10.1:80",              Some(("10.0.0.1", Some(80)))),
            ("10.1.258",             Some(("10.1.1.2", None))),
            ("0x0a000005:80",        Some(("10.0.0.5", Some(80)))),
            ("010.0.0.2:89",         Some(("8.0.0.2", Some(89)))),
            ("[2001:db8::1]:80",     Some(("2001:db8::1", Some(80)))),
            ("[2001:db8::1]",        Some(("2001:db8::1", None))),
            ("2001:db8::1",          Some(("2001:db8::1", None))),
            ("2001:db8::1:80",       Some(("2001:db8::1:80", None))),
            ("www.example.com:http", Some(("192.0.2.9", Some(80)))),
            ("six.example.com:http", Some(("2001:db8::6", Some(80)))),
            ("[six.example.com]:80", Some(("2001:db8::6", Some(80)))),
            ("",                     None),
            ("12345",                None),
            ("192.0.2.1:",           None),
            ("192.0.2.1:-1",         None),
            ("192.0.2.1:65536",      None),
            ("192.0.2.1:0x50",       None),
            ("192.0.2.1:HTTP",       None),
            ("256.0.0.1:80",         None),
            ("1.2.3.4.5:80",         None),
            ("[192.0.2.1]:80",       None),
            ("[2001:db8::1:80",      None),
            ("[2001:db8::1]80",      None),
            ("nosuch.example:80",    None),
        ];
        for (text, want) in cases {
            let want = want.map(|(address, port)| (address.parse().unwrap(), port));
            assert_eq!(host_and_port(text, Protocol::Tcp, &Few), want, "{text}");
        }
        assert_eq!(host_and_port("192.0.2.1:http", Protocol::Tcp, &NoNames), None);
    }
}
