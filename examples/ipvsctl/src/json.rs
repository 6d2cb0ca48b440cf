//! The table as JSON, for programs. README.md documents it; fields are only ever added.

use core::net::IpAddr;

use ipvs_netlink::{
    ForwardMethod, Granularity, Info, ObservedDestination, ObservedEntry, Protocol, ServiceKey, Stats,
    Tunnel, TunnelFlags,
};
use serde::Serialize;

use crate::print::{Dialect, scheduler_flag_names};

/// `list --json`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Listing {
    version: String,
    connection_table_size: u32,
    services: Vec<Service>,
}

impl Listing {
    pub(crate) fn new(info: &Info, entries: &[ObservedEntry]) -> Self {
        let (major, minor, patch) = info.version;
        Self {
            version: format!("{major}.{minor}.{patch}"),
            connection_table_size: info.connection_table_size,
            services: entries.iter().map(Service::new).collect(),
        }
    }
}

#[derive(Clone, Debug, Serialize)]
struct Service {
    #[serde(flatten)]
    key: Key,
    scheduler: String,
    scheduler_flags: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    persistence: Option<Persistence>,
    #[serde(skip_serializing_if = "Option::is_none")]
    engine: Option<String>,
    one_packet: bool,
    stats: Counters,
    destinations: Vec<Destination>,
}

/// What names a service.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Key {
    Address { protocol: String, address: IpAddr, port: u16 },
    Mark { firewall_mark: u32, family: &'static str },
}

impl Key {
    pub(crate) fn new(key: &ServiceKey) -> Self {
        match key {
            ServiceKey::Address { protocol, address } => Self::Address {
                protocol: if let Protocol::Unknown(number) = protocol {
                    number.to_string()
                } else {
                    protocol.to_string().to_lowercase()
                },
                address: address.ip(),
                port: address.port(),
            },
            ServiceKey::FirewallMark { mark, family } => Self::Mark {
                firewall_mark: mark.get(),
                family: match family {
                    ipvs_netlink::AddressFamily::V4 => "ipv4",
                    ipvs_netlink::AddressFamily::V6 => "ipv6",
                },
            },
        }
    }
}

#[derive(Clone, Debug, Serialize)]
struct Persistence {
    timeout_s: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    mask: Option<IpAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prefix_length: Option<u8>,
}

impl Service {
    fn new(entry: &ObservedEntry) -> Self {
        let (found, service) = (&entry.service, &entry.service.service);
        let scheduler = service.scheduler.to_string();
        let flags = scheduler_flag_names(&scheduler, service.scheduler_flags, Dialect::Lossless);
        let persistence = service.persistence.map(|persistence| Persistence {
            timeout_s: persistence.timeout_s,
            mask: match persistence.granularity {
                Granularity::V4(mask) => Some(mask.into()),
                Granularity::Host | Granularity::V6(_) => None,
            },
            prefix_length: match persistence.granularity {
                Granularity::V6(length) => Some(length),
                Granularity::Host | Granularity::V4(_) => None,
            },
        });
        Self {
            key: Key::new(&found.key),
            scheduler,
            scheduler_flags: flags,
            persistence,
            engine: service.engine.as_ref().map(ToString::to_string),
            one_packet: service.one_packet,
            stats: Counters::new(&found.stats),
            destinations: entry.destinations.iter().map(Destination::new).collect(),
        }
    }
}

#[derive(Clone, Debug, Serialize)]
struct Destination {
    address: IpAddr,
    port: u16,
    forward: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tunnel: Option<TunnelFields>,
    weight: u32,
    upper_threshold: u32,
    lower_threshold: u32,
    active_connections: u32,
    inactive_connections: u32,
    persistent_connections: u32,
    stats: Counters,
}

impl Destination {
    fn new(found: &ObservedDestination) -> Self {
        let (address, wanted) = (found.key.address(), &found.destination);
        Self {
            address: address.ip(),
            port: address.port(),
            forward: forward(wanted.forward),
            tunnel: if let ForwardMethod::Tunnel(tunnel) = wanted.forward {
                Some(TunnelFields::new(tunnel))
            } else {
                None
            },
            weight: wanted.weight,
            upper_threshold: wanted.upper_threshold,
            lower_threshold: wanted.lower_threshold,
            active_connections: found.active_connections,
            inactive_connections: found.inactive_connections,
            persistent_connections: found.persistent_connections,
            stats: Counters::new(&found.stats),
        }
    }
}

const fn forward(method: ForwardMethod) -> &'static str {
    match method {
        ForwardMethod::Masquerade => "masquerade",
        ForwardMethod::LocalNode => "local",
        ForwardMethod::Tunnel(_) => "tunnel",
        ForwardMethod::DirectRoute => "direct-route",
        ForwardMethod::Bypass => "bypass",
        ForwardMethod::Unknown(_) | _ => "unknown",
    }
}

#[derive(Clone, Debug, Serialize)]
struct TunnelFields {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    checksum: Option<&'static str>,
}

impl TunnelFields {
    fn new(tunnel: Tunnel) -> Self {
        let checksum = |TunnelFlags(flags)| {
            Some(match flags {
                flags if flags & TunnelFlags::CHECKSUM.0 != 0 => "full",
                flags if flags & TunnelFlags::REMOTE_CHECKSUM.0 != 0 => "remote",
                _ => "none",
            })
        };
        match tunnel {
            Tunnel::Ipip => Self { kind: "ipip", port: None, checksum: None },
            Tunnel::Gue { port, checksum: flags } => {
                Self { kind: "gue", port: Some(port.get()), checksum: checksum(flags) }
            }
            Tunnel::Gre { checksum: flags } => Self { kind: "gre", port: None, checksum: checksum(flags) },
            Tunnel::Unknown { .. } | _ => Self { kind: "unknown", port: None, checksum: None },
        }
    }
}

/// Counters since the object was made or zeroed, and the kernel's moving averages.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Counters {
    connections: u64,
    packets_in: u64,
    packets_out: u64,
    octets_in: u64,
    octets_out: u64,
    connections_per_s: u64,
    packets_in_per_s: u64,
    packets_out_per_s: u64,
    octets_in_per_s: u64,
    octets_out_per_s: u64,
}

impl Counters {
    pub(crate) const fn new(stats: &Stats) -> Self {
        Self {
            connections: stats.connections,
            packets_in: stats.packets_in,
            packets_out: stats.packets_out,
            octets_in: stats.octets_in,
            octets_out: stats.octets_out,
            connections_per_s: stats.connections_per_s,
            packets_in_per_s: stats.packets_in_per_s,
            packets_out_per_s: stats.packets_out_per_s,
            octets_in_per_s: stats.octets_in_per_s,
            octets_out_per_s: stats.octets_out_per_s,
        }
    }
}
