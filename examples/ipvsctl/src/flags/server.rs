//! A real server: its name within the service and what is wanted of it.

use core::net::{IpAddr, SocketAddr};
use core::num::NonZeroU16;

use ipvs_netlink::{Destination, DestinationKey, ForwardMethod, Protocol, ServiceKey, Tunnel, TunnelFlags};

use super::build::number;
use super::flag::Flag;
use super::words::Given;
use super::{Note, UsageError};
use crate::address::host_and_port;
use crate::names::Names;

/// The highest weight and threshold, 2³¹−1.
const MAX: u32 = i32::MAX.unsigned_abs();

/// The server of `-d`, by its name alone.
pub(super) fn key(
    command: Flag,
    service: &ServiceKey,
    given: &Given<'_>,
    names: &dyn Names,
) -> Result<DestinationKey, UsageError> {
    let (address, port) = host(command, service, given, names)?;
    Ok(SocketAddr::new(address, port.unwrap_or_else(|| service_port(service).unwrap_or(0))).into())
}

/// The server of `-a` and `-e`.
pub(super) fn server(
    command: Flag,
    service: &ServiceKey,
    given: &Given<'_>,
    names: &dyn Names,
    notes: &mut Vec<Note>,
) -> Result<(DestinationKey, Destination), UsageError> {
    let (address, port) = host(command, service, given, names)?;
    let forward = forward(given)?;
    let other_family = address.is_ipv4() != matches!(service.family(), ipvs_netlink::AddressFamily::V4);
    if other_family && !matches!(forward, ForwardMethod::Tunnel(_)) {
        return Err(UsageError::OtherFamily);
    }
    let port = match (service_port(service), port) {
        // Nothing but masquerading rewrites the port of a packet.
        (Some(becomes), given) if forward != ForwardMethod::Masquerade => {
            if let Some(given) = given.filter(|given| *given != becomes) {
                notes.push(Note::Port { given, becomes });
            }
            becomes
        }
        (of_service, given) => given.or(of_service).unwrap_or(0),
    };
    let value = |flag, unset| match given.value(flag) {
        Some(text) => number(flag, text, 0..=MAX, "a number from 0 to 2147483647"),
        None => Ok(unset),
    };
    let destination = Destination {
        weight: value(Flag::Weight, 1)?,
        upper_threshold: value(Flag::UThreshold, 0)?,
        lower_threshold: value(Flag::LThreshold, 0)?,
        ..Destination::new(forward)
    };
    Ok((SocketAddr::new(address, port).into(), destination))
}

/// Behind a firewall mark there is none.
const fn service_port(service: &ServiceKey) -> Option<u16> {
    match service {
        ServiceKey::Address { address, .. } => Some(address.port()),
        ServiceKey::FirewallMark { .. } => None,
    }
}

fn host(
    command: Flag,
    service: &ServiceKey,
    given: &Given<'_>,
    names: &dyn Names,
) -> Result<(IpAddr, Option<u16>), UsageError> {
    let protocol = match service {
        ServiceKey::Address { protocol, .. } => *protocol,
        ServiceKey::FirewallMark { .. } => Protocol::Tcp,
    };
    let Some(value) = given.value(Flag::RealServer) else {
        return Err(UsageError::Wanted { command, missing: "a server: -r" });
    };
    let wanted = "ADDRESS[:PORT], an address of IPv6 in brackets";
    host_and_port(value, protocol, names).ok_or_else(|| UsageError::Value {
        flag: Flag::RealServer,
        value: value.to_owned(),
        wanted,
    })
}

/// `-m`, `-g`, or `-i` with what describes the tunnel. Direct routing unless said otherwise.
fn forward(given: &Given<'_>) -> Result<ForwardMethod, UsageError> {
    let method = given.one_of(&[Flag::Masquerading, Flag::Ipip, Flag::Gatewaying])?;
    if method == Some(Flag::Ipip) {
        return tunnel(given).map(ForwardMethod::Tunnel);
    }
    let of_tunnels = [Flag::TunType, Flag::TunPort, Flag::TunNocsum, Flag::TunCsum, Flag::TunRemcsum];
    match given.flags().find(|flag| of_tunnels.contains(flag)) {
        Some(stray) => Err(UsageError::Tunnel(stray, "it is for tunnels, add -i")),
        None if method == Some(Flag::Masquerading) => Ok(ForwardMethod::Masquerade),
        None => Ok(ForwardMethod::DirectRoute),
    }
}

fn tunnel(given: &Given<'_>) -> Result<Tunnel, UsageError> {
    let checksum_flag = given.one_of(&[Flag::TunNocsum, Flag::TunCsum, Flag::TunRemcsum])?;
    let checksum = match checksum_flag {
        Some(Flag::TunCsum) => TunnelFlags::CHECKSUM,
        Some(Flag::TunRemcsum) => TunnelFlags::REMOTE_CHECKSUM,
        _ => TunnelFlags::NONE,
    };
    let port_flag = given.has(Flag::TunPort).then_some(Flag::TunPort);
    let kind = given.value(Flag::TunType).unwrap_or("ipip");
    match kind {
        "gue" => Ok(Tunnel::Gue { port: tunnel_port(given)?, checksum }),
        "gre" => match port_flag.or(checksum_flag.filter(|flag| *flag == Flag::TunRemcsum)) {
            Some(stray) => Err(UsageError::Tunnel(stray, "it is for tunnels of type gue")),
            None => Ok(Tunnel::Gre { checksum }),
        },
        "ipip" => match port_flag.or(checksum_flag) {
            Some(stray) => Err(UsageError::Tunnel(stray, "tunnels of type ipip have none")),
            None => Ok(Tunnel::Ipip),
        },
        other => {
            let wanted = "ipip, gue or gre";
            Err(UsageError::Value { flag: Flag::TunType, value: other.to_owned(), wanted })
        }
    }
}

fn tunnel_port(given: &Given<'_>) -> Result<NonZeroU16, UsageError> {
    let Some(text) = given.value(Flag::TunPort) else {
        return Err(UsageError::Tunnel(Flag::TunType, "gue wants a port, add --tun-port"));
    };
    text.trim_start().parse().map_err(|_| UsageError::Value {
        flag: Flag::TunPort,
        value: text.to_owned(),
        wanted: "a port from 1 to 65535",
    })
}
