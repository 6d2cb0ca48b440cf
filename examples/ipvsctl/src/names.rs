//! Names of hosts and ports, where numbers were not asked for.

use core::cell::{OnceCell, RefCell};
use core::net::IpAddr;
use std::collections::HashMap;

use ipvs_netlink::{AddressFamily, Protocol};

/// Turns names into numbers and back.
pub trait Names {
    /// An address of a host.
    fn address_of(&self, host: &str, family: AddressFamily) -> Option<IpAddr>;

    /// The port of a service in `/etc/services`.
    fn port_of(&self, service: &str, protocol: Protocol) -> Option<u16>;

    /// The name of a host.
    fn host_of(&self, address: IpAddr) -> Option<String>;

    /// The name of a port. Protocols without a name of their own have none.
    fn service_of(&self, port: u16, protocol: Protocol) -> Option<String>;
}

/// Nothing has a name: `-n`, and text that a program wrote.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoNames;

impl Names for NoNames {
    fn address_of(&self, _host: &str, _family: AddressFamily) -> Option<IpAddr> {
        None
    }

    fn port_of(&self, _service: &str, _protocol: Protocol) -> Option<u16> {
        None
    }

    fn host_of(&self, _address: IpAddr) -> Option<String> {
        None
    }

    fn service_of(&self, _port: u16, _protocol: Protocol) -> Option<String> {
        None
    }
}

/// What this machine knows: its resolver, `/etc/hosts`, `/etc/services`. Each host is asked
/// for once, and nothing at all before the first name.
#[derive(Debug, Default)]
pub struct SystemNames {
    services: OnceCell<Services>,
    hosts: RefCell<HashMap<IpAddr, Option<String>>>,
}

impl SystemNames {
    fn services(&self) -> &Services {
        self.services
            .get_or_init(|| Services::parse(&std::fs::read_to_string("/etc/services").unwrap_or_default()))
    }
}

impl Names for SystemNames {
    fn address_of(&self, host: &str, family: AddressFamily) -> Option<IpAddr> {
        let found = dns_lookup::lookup_host(host).ok()?;
        found.into_iter().find(|address| match family {
            AddressFamily::V4 => address.is_ipv4(),
            AddressFamily::V6 => address.is_ipv6(),
        })
    }

    fn port_of(&self, service: &str, protocol: Protocol) -> Option<u16> {
        self.services().by_name.get(&(service.to_owned(), protocol)).copied()
    }

    fn host_of(&self, address: IpAddr) -> Option<String> {
        let look_up = || {
            // Without a name the system answers with the number.
            let name = dns_lookup::lookup_addr(&address).ok()?;
            name.parse::<IpAddr>().is_err().then_some(name)
        };
        self.hosts.borrow_mut().entry(address).or_insert_with(look_up).clone()
    }

    fn service_of(&self, port: u16, protocol: Protocol) -> Option<String> {
        self.services().by_port.get(&(port, protocol)).cloned()
    }
}

/// services(5): of several lines for a port the first one names it.
#[derive(Debug, Default)]
struct Services {
    by_name: HashMap<(String, Protocol), u16>,
    by_port: HashMap<(u16, Protocol), String>,
}

impl Services {
    fn parse(text: &str) -> Self {
        let mut services = Self::default();
        for line in text.lines() {
            let line = line.split('#').next().unwrap_or_default();
            let mut words = line.split_whitespace();
            if let (Some(name), Some(number)) = (words.next(), words.next()) {
                services.add(name, number, words);
            }
        }
        services
    }

    fn add<'a>(&mut self, name: &'a str, number: &str, aliases: impl Iterator<Item = &'a str>) {
        let Some((port, protocol)) = number.split_once('/') else { return };
        let (Ok(port), Some(protocol)) = (port.parse(), protocol_called(protocol)) else { return };
        self.by_port.entry((port, protocol)).or_insert_with(|| name.to_owned());
        for name in core::iter::once(name).chain(aliases) {
            self.by_name.entry((name.to_owned(), protocol)).or_insert(port);
        }
    }
}

fn protocol_called(name: &str) -> Option<Protocol> {
    match name {
        "tcp" => Some(Protocol::Tcp),
        "udp" => Some(Protocol::Udp),
        "sctp" => Some(Protocol::Sctp),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# services\nhttp\t\t80/tcp\twww # WorldWideWeb\ndomain 53/udp\nweb 80/tcp\nbad\n\
        worse x/tcp\namqp 5672/sctp\nlink 87/ddp\n";

    #[test]
    fn services_have_names_aliases_and_one_name_for_a_port() {
        let services = Services::parse(FILE);
        let port = |name: &str, protocol| services.by_name.get(&(name.to_owned(), protocol)).copied();
        assert_eq!(port("http", Protocol::Tcp), Some(80));
        assert_eq!(port("www", Protocol::Tcp), Some(80));
        assert_eq!(port("web", Protocol::Tcp), Some(80));
        assert_eq!(port("http", Protocol::Udp), None);
        assert_eq!(services.by_port.get(&(80, Protocol::Tcp)).map(String::as_str), Some("http"));
        assert_eq!(services.by_port.get(&(5672, Protocol::Sctp)).map(String::as_str), Some("amqp"));
        assert_eq!(services.by_port.len(), 3);
    }
}
