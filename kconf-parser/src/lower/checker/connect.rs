//! Where a check connects to, and from where.

use core::net::{IpAddr, SocketAddr};
use core::time::Duration;

use super::super::reader::{Reader, Statement};
use super::super::real_server::{MAX_CONNECT, MIN_TIME};
use super::super::value::IGNORED;
use crate::Problem;
use crate::model::{AddressFamily, ConnectTo};

/// Longest name of a network interface.
const MAX_INTERFACE: usize = 15;

/// `connect_ip`, `bindto` and their like, as far as they are written.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct ConnectDraft {
    ip: Option<IpAddr>,
    port: Option<u16>,
    bind_address: Option<IpAddr>,
    bind_port: u16,
    bind_interface: Option<String>,
    fwmark: u32,
    timeout: Option<Duration>,
}

impl ConnectDraft {
    /// Takes a keyword. `server` is the address that the check has without `connect_ip`, if that is known by now.
    pub(super) fn keyword(
        &mut self,
        reader: &mut Reader<'_>,
        server: Option<IpAddr>,
        name: &str,
        line: &Statement<'_>,
    ) -> bool {
        match name {
            "connect_ip" => {
                let other = self.bind_address;
                self.ip = same_family(reader, line, other, "of the address family of bindto").or(self.ip);
            }
            "connect_port" => self.port = reader.number(line, 1, 65_535).or(self.port),
            "bindto" => {
                let other = self.ip.or(server);
                let expected = "of the address family that is connected to";
                self.bind_address = same_family(reader, line, other, expected).or(self.bind_address);
            }
            "bind_port" => self.bind_port = reader.number(line, 1, 65_535).unwrap_or(self.bind_port),
            "bind_if" => {
                let Some(word) = line.arg(1) else { return true };
                if word.text.len() > MAX_INTERFACE {
                    reader.invalid(&word, "an interface name of at most 15 characters", IGNORED);
                } else {
                    self.bind_interface = Some(word.string());
                }
            }
            "fwmark" => self.fwmark = reader.number(line, 0, i64::from(u32::MAX)).unwrap_or(self.fwmark),
            "connect_timeout" => self.timeout = reader.timer(line, MIN_TIME, MAX_CONNECT).or(self.timeout),
            _ => return false,
        }
        true
    }

    /// Whether nothing at all is written.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What is missing: an address of one link means nothing without the link.
    pub(super) fn missing(&self, server: IpAddr) -> Option<&'static str> {
        let link_local = match self.ip.unwrap_or(server) {
            IpAddr::V4(_) => false,
            IpAddr::V6(address) => address.is_unicast_link_local(),
        };
        (link_local && self.bind_interface.is_none()).then_some("bind_if, which a link-local address needs")
    }

    /// The same with defaults.
    pub(super) fn complete(self, server: SocketAddr, timeout: Option<Duration>) -> ConnectTo {
        ConnectTo {
            address: SocketAddr::new(self.ip.unwrap_or(server.ip()), self.port.unwrap_or(server.port())),
            bind_address: self.bind_address,
            bind_port: self.bind_port,
            bind_interface: self.bind_interface,
            fwmark: self.fwmark,
            timeout: self.timeout.or(timeout).unwrap_or(Duration::from_secs(5)),
        }
    }
}

fn same_family(
    reader: &mut Reader<'_>,
    line: &Statement<'_>,
    other: Option<IpAddr>,
    expected: &'static str,
) -> Option<IpAddr> {
    let word = line.arg(1)?;
    let address: IpAddr = reader.address_word(&word, "an IP address")?;
    if other.is_some_and(|other| AddressFamily::from(other) != AddressFamily::from(address)) {
        reader.report(word.span, Problem::InvalidAddress { value: word.string(), expected });
        return None;
    }
    Some(address)
}
