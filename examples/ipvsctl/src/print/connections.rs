//! Connections, from `/proc/net/ip_vs_conn`: the netlink interface has none.

use core::fmt::Write as _;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ipvs_netlink::Protocol;

use super::endpoint::endpoint;
use crate::names::Names;

/// One line of `/proc/net/ip_vs_conn`.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Connection {
    /// The kernel's word for the protocol.
    pub protocol: String,
    /// Who connected; port 0 in a template of persistence.
    pub client: SocketAddr,
    /// To what.
    pub service: SocketAddr,
    /// Where it was sent.
    pub destination: SocketAddr,
    /// State of the protocol.
    pub state: String,
    /// Seconds until it is forgotten.
    pub expires_s: u32,
    /// Name and value of what a persistence engine found in the payload.
    pub engine: Option<(String, String)>,
}

/// A line that is no connection.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("cannot read line {line} of /proc/net/ip_vs_conn: {text}")]
pub struct ConnectionError {
    /// Counted from 1.
    pub line: usize,
    /// What it is.
    pub text: String,
}

impl Connection {
    /// Reads the file, its first line being titles. Lines that cannot be read are told beside
    /// the others.
    #[must_use]
    pub fn parse_all(text: &str) -> (Vec<Self>, Vec<ConnectionError>) {
        let (mut connections, mut errors) = (Vec::new(), Vec::new());
        for (index, line) in text.lines().enumerate().skip(1) {
            match Self::parse(line) {
                Some(connection) => connections.push(connection),
                None => errors.push(ConnectionError { line: index + 1, text: line.to_owned() }),
            }
        }
        (connections, errors)
    }

    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split_ascii_whitespace();
        let protocol = words.next()?.to_owned();
        let mut socket = || Some(SocketAddr::new(address(words.next()?)?, hexadecimal(words.next()?)?));
        let (client, service, destination) = (socket()?, socket()?, socket()?);
        let state = words.next()?.to_owned();
        let expires_s = words.next()?.parse().ok()?;
        let engine = match (words.next(), words.next()) {
            (Some(name), Some(data)) => Some((name.to_owned(), data.to_owned())),
            (_, _) => None,
        };
        Some(Self { protocol, client, service, destination, state, expires_s, engine })
    }
}

/// `0A000001`, or an address of IPv6 in full.
fn address(text: &str) -> Option<IpAddr> {
    match text.parse::<Ipv6Addr>() {
        Ok(address) => Some(address.into()),
        Err(_) if text.len() == 8 => {
            u32::from_str_radix(text, 16).ok().map(|bits| Ipv4Addr::from(bits).into())
        }
        Err(_) => None,
    }
}

fn hexadecimal(text: &str) -> Option<u16> {
    u16::from_str_radix(text, 16).ok()
}

/// `-L -c`; with `engine` also what persistence engines know.
pub fn connections(out: &mut String, connections: &[Connection], engine: bool, names: &dyn Names) {
    let (state, source, service, destination) = ("state", "source", "virtual", "destination");
    let _ = write!(out, "IPVS connection entries\npro expire {state:<11} {source:<18} {service:<18} ");
    let _ = match engine {
        true => writeln!(out, "{destination:<18} {:<16} pe_data", "pe name"),
        false => writeln!(out, "{destination}"),
    };
    for found in connections {
        let protocol = match found.protocol.as_str() {
            "TCP" => Some(Protocol::Tcp),
            "UDP" => Some(Protocol::Udp),
            "SCTP" => Some(Protocol::Sctp),
            _ => None,
        };
        let [client, service, destination] = [found.client, found.service, found.destination].map(|of| {
            let mut name = String::new();
            endpoint(&mut name, of, protocol, names);
            name
        });
        let expires = format!("{:02}:{:02}", found.expires_s / 60, found.expires_s % 60);
        let (protocol, state) = (&found.protocol, &found.state);
        let _ = write!(out, "{protocol:<3} {expires:<6} {state:<11} {client:<18} {service:<18} ");
        let _ = match found.engine.as_ref().filter(|_| engine) {
            Some((name, data)) => writeln!(out, "{destination:<16} {name:<18} {data}"),
            None => writeln!(out, "{destination}"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::NoNames;

    /// Read from a kernel 6.1, and what ipvsadm 1.31 made of it.
    const FILE: &str = "\
Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData
UDP 0A000002 0000 0A000002 13C4 7F000001 13C4 NONE             59 sip abcdef@host
UDP 0A000002 C6D2 0A000002 13C4 7F000001 13C4 UDP             299
TCP 2001:0db8:0000:0000:0000:0000:0000:0001 BC8E 2001:0db8:0000:0000:0000:0000:0000:0001 0050 0000:0000:0000:0000:0000:0000:0000:0001 1F90 CLOSE             9
";
    const PRINTED: &str = "\
IPVS connection entries
pro expire state       source             virtual            destination        pe name          pe_data
UDP 00:59  NONE        10.0.0.2:0         10.0.0.2:5060      127.0.0.1:5060   sip                abcdef@host
UDP 04:59  UDP         10.0.0.2:50898     10.0.0.2:5060      127.0.0.1:5060
TCP 00:09  CLOSE       [2001:db8::1]:48270 [2001:db8::1]:80   [::1]:8080
";

    #[test]
    fn connections_look_as_ipvsadm_prints_them() {
        let (found, errors) = Connection::parse_all(FILE);
        assert_eq!(errors, []);
        let mut out = String::new();
        connections(&mut out, &found, true, &NoNames);
        assert_eq!(out, PRINTED);
    }

    #[test]
    fn a_bad_line_is_told_beside_the_others() {
        let (found, errors) = Connection::parse_all(&format!("{FILE}UDP nonsense\n"));
        assert_eq!(found.len(), 3);
        assert_eq!(errors, [ConnectionError { line: 5, text: "UDP nonsense".to_owned() }]);
    }
}
