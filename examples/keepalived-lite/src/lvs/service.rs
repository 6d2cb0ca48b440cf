//! From a `virtual_server` block to what the kernel and the judge are given.

use core::net::SocketAddr;
use core::num::NonZeroU16;
use std::collections::HashSet;
use std::sync::Arc;

use healthcheck::{QuorumConfig, ServerConfig, SorryConfig};
use ipvs_netlink::{
    AddressFamily, Destination, DestinationKey, ForwardMethod, Granularity, Persistence, Protocol, Scheduler,
    SchedulerFlags, Service, ServiceKey, Tunnel, TunnelFlags,
};
use kconf_parser::model::{
    self, Config, PersistenceGranularity, RealServer, ScriptCommand, ServiceProtocol, VirtualServer,
    VirtualServerKey, VirtualService,
};

use super::check::{self, Check};
use super::kinds::Means;
use crate::notify::UpDown;

/// A virtual server, ready to run.
#[derive(Debug)]
pub(crate) struct Virtual {
    /// As keepalived's log has it: `[192.0.2.1]:tcp:80`, `FWM 7`, or the group's name.
    pub name: String,
    /// `tcp`, `udp` or `sctp`; a mark knows none.
    pub protocol: &'static str,
    /// The services of the kernel that make it up: more than one for a group.
    pub keys: Vec<ServiceKey>,
    /// What all of them are.
    pub service: Service,
    /// The real servers, in the order of the file.
    pub servers: Vec<Real>,
    /// The sorry server.
    pub sorry: Option<Member>,
    /// For the judge, who takes the servers out of it.
    pub quorum: QuorumConfig,
    /// `ha_suspend`: its servers are checked only while this host has its address.
    pub ha_suspend: bool,
    /// `omega`: down scripts run when stopping.
    pub omega: bool,
    /// `rs_init_notifies`: up scripts run for servers that start as up.
    pub notify_at_start: bool,
    /// Of the virtual server itself, if it has any.
    pub scripts: Option<Arc<UpDown>>,
}

/// Something that the kernel forwards to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Member {
    address: SocketAddr,
    /// With weight 0.
    destination: Destination,
}

/// A real server, ready to run. There may be thousands: nothing is kept that follows from the rest.
#[derive(Debug)]
pub(crate) struct Real {
    /// What the kernel is told.
    pub member: Member,
    /// `weight`, before any script changes it.
    pub weight: u32,
    /// Whether its failure is weight 0 instead of removal.
    pub inhibit: bool,
    /// Its checks; never more than can be made.
    pub checks: Box<[Arc<Check>]>,
    /// If it has any.
    pub scripts: Option<Arc<UpDown>>,
}

impl Member {
    /// What `service` calls it. Only NAT can change the port; marks have none.
    #[must_use]
    pub(crate) fn key(&self, service: &ServiceKey) -> DestinationKey {
        let mut address = self.address;
        if self.destination.forward != ForwardMethod::Masquerade {
            address.set_port(match service {
                ServiceKey::Address { address, .. } => address.port(),
                ServiceKey::FirewallMark { .. } => 0,
            });
        }
        DestinationKey::new(address)
    }

    /// What the kernel is told when its weight is `weight`.
    #[must_use]
    pub(crate) const fn with_weight(&self, weight: u32) -> Destination {
        Destination { weight, ..self.destination }
    }

    /// What it is reached by.
    #[must_use]
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Virtual {
    /// One of its real servers as keepalived's log has it.
    #[must_use]
    pub(crate) fn name_of(&self, real: &Real) -> String {
        trio(real.member.address, self.protocol)
    }
}

/// All virtual servers that the kernel can be told of; they are taken out of `config`, so that what is written and what
/// is made of it are not in memory at the same time. A value the kernel could never hold is logged.
#[must_use]
pub(crate) fn build(config: &mut Config) -> Vec<Virtual> {
    let blocks = core::mem::take(&mut config.virtual_servers);
    let config = &*config;
    let means = Means::new(config);
    let made = blocks.into_iter().filter_map(|block| {
        let name = name(&block);
        let made = virtual_server(block, name, config, &means);
        made.map_err(|(name, problem)| tracing::error!("virtual server {name} is not balanced: {problem}"))
            .ok()
    });
    made.collect()
}

/// Or its name and why not.
fn virtual_server(
    mut block: VirtualServer,
    name: String,
    config: &Config,
    means: &Means<'_>,
) -> Result<Virtual, (String, String)> {
    let service = match service(&block) {
        Ok(service) => service,
        Err(problem) => return Err((name, problem)),
    };
    let protocol = match block.key {
        VirtualServerKey::FirewallMark(_) => "none",
        VirtualServerKey::Address(_) | VirtualServerKey::Group(_) => word(block.protocol),
    };
    // A group may be there once for each protocol.
    let subject = match block.key {
        VirtualServerKey::Group(_) => format!("VS {name} ({protocol})"),
        VirtualServerKey::Address(_) | VirtualServerKey::FirewallMark(_) => format!("VS {name}"),
    };
    let blocks = core::mem::take(&mut block.real_servers).into_iter();
    let mut servers: Vec<Real> = blocks.map(|server| real(server, (&subject, protocol), means)).collect();
    servers.shrink_to_fit();
    let sorry = block.sorry_server.as_ref().map(|sorry| Member {
        address: sorry.address,
        destination: Destination { weight: 0, ..Destination::new(forward(sorry.forward_method)) },
    });
    let same_as = |sorry: &Member| servers.iter().position(|server| server.member.address == sorry.address);
    let quorum = QuorumConfig {
        quorum: block.quorum,
        hysteresis: block.hysteresis,
        servers: servers.iter().map(Real::quorum).collect(),
        sorry: sorry
            .as_ref()
            .zip(block.sorry_server.as_ref())
            .map(|(member, written)| SorryConfig { inhibit: written.inhibit, same_as: same_as(member) }),
        fail_open_below: None,
    };
    Ok(Virtual {
        keys: keys(&block, config),
        service,
        servers,
        sorry,
        quorum,
        // keepalived: without effect for groups and marks.
        ha_suspend: block.ha_suspend && matches!(block.key, VirtualServerKey::Address(_)),
        omega: block.omega,
        notify_at_start: config.globals.rs_init_notifies,
        scripts: scripts(subject, block.quorum_up, block.quorum_down),
        protocol,
        name,
    })
}

impl Real {
    fn quorum(&self) -> ServerConfig {
        let start = |check: &Arc<Check>| check.start().health;
        ServerConfig {
            weight: self.weight,
            inhibit_on_failure: self.inhibit,
            checkers: self.checks.iter().map(start).collect(),
        }
    }
}

fn real(block: RealServer, (service, protocol): (&str, &str), means: &Means<'_>) -> Real {
    let destination = Destination {
        weight: 0,
        upper_threshold: block.upper_threshold,
        lower_threshold: block.lower_threshold,
        ..Destination::new(forward(block.forward_method))
    };
    Real {
        member: Member { address: block.address, destination },
        weight: block.weight,
        inhibit: block.inhibit_on_failure,
        checks: block.checkers.into_iter().filter_map(|one| check::build(one, means).map(Arc::new)).collect(),
        scripts: if block.notify_up.is_some() || block.notify_down.is_some() {
            let subject = format!("{} of {service}", trio(block.address, protocol));
            scripts(subject, block.notify_up, block.notify_down)
        } else {
            None
        },
    }
}

fn scripts(
    name: String,
    up: Option<Box<ScriptCommand>>,
    down: Option<Box<ScriptCommand>>,
) -> Option<Arc<UpDown>> {
    (up.is_some() || down.is_some()).then(|| Arc::new(UpDown { name, up, down }))
}

/// keepalived's names of servers.
fn trio(address: SocketAddr, protocol: &str) -> String {
    format!("[{}]:{protocol}:{}", address.ip(), address.port())
}

const fn word(protocol: ServiceProtocol) -> &'static str {
    match protocol {
        ServiceProtocol::Tcp => "tcp",
        ServiceProtocol::Udp => "udp",
        ServiceProtocol::Sctp => "sctp",
    }
}

fn name(block: &VirtualServer) -> String {
    match &block.key {
        VirtualServerKey::Address(address) => trio(*address, word(block.protocol)),
        VirtualServerKey::FirewallMark(mark) => format!("FWM {mark}"),
        VirtualServerKey::Group(name) => name.clone(),
    }
}

/// The kernel's services, each once: the entries of a group may overlap.
fn keys(block: &VirtualServer, config: &Config) -> Vec<ServiceKey> {
    let mut known = HashSet::new();
    let all = config.services(block).map(|service| match service {
        VirtualService::Address { protocol: kind, address } => {
            ServiceKey::Address { protocol: protocol(kind), address }
        }
        VirtualService::FirewallMark { mark, family: kind } => {
            ServiceKey::FirewallMark { mark, family: family(kind) }
        }
    });
    all.filter(|key| known.insert(*key)).collect()
}

const fn protocol(protocol: ServiceProtocol) -> Protocol {
    match protocol {
        ServiceProtocol::Tcp => Protocol::Tcp,
        ServiceProtocol::Udp => Protocol::Udp,
        ServiceProtocol::Sctp => Protocol::Sctp,
    }
}

const fn family(family: model::AddressFamily) -> AddressFamily {
    match family {
        model::AddressFamily::V4 => AddressFamily::V4,
        model::AddressFamily::V6 => AddressFamily::V6,
    }
}

fn service(block: &VirtualServer) -> Result<Service, String> {
    let scheduler = Scheduler::new(&block.scheduler)
        .map_err(|error| format!("scheduler {}: {error}", block.scheduler))?;
    let engine = block.persistence_engine.as_deref().map(str::parse).transpose();
    let granularity = match block.persistence_granularity {
        None => Granularity::Host,
        Some(PersistenceGranularity::Netmask(mask)) => Granularity::V4(mask),
        Some(PersistenceGranularity::PrefixLen(bits)) => Granularity::V6(bits),
    };
    let persistence = block.persistence_timeout.map(|timeout| Persistence {
        timeout_s: u32::try_from(timeout.as_secs()).unwrap_or(u32::MAX),
        granularity,
    });
    Ok(Service {
        scheduler_flags: SchedulerFlags::from_bits(u32::from(block.scheduler_flags) << 3),
        persistence,
        one_packet: block.one_packet,
        engine: engine.map_err(|error| format!("persistence_engine: {error}"))?,
        ..Service::new(scheduler)
    })
}

fn forward(method: model::ForwardMethod) -> ForwardMethod {
    match method {
        model::ForwardMethod::Masquerade => ForwardMethod::Masquerade,
        model::ForwardMethod::DirectRoute => ForwardMethod::DirectRoute,
        model::ForwardMethod::Tunnel => ForwardMethod::Tunnel(Tunnel::Ipip),
        model::ForwardMethod::TunnelGue { port, checksum } => {
            let checksum = tunnel_flags(checksum);
            let gue = |port| ForwardMethod::Tunnel(Tunnel::Gue { port, checksum });
            NonZeroU16::new(port).map_or(ForwardMethod::Tunnel(Tunnel::Ipip), gue)
        }
        model::ForwardMethod::TunnelGre { checksum } => {
            ForwardMethod::Tunnel(Tunnel::Gre { checksum: tunnel_flags(checksum) })
        }
    }
}

const fn tunnel_flags(checksum: model::TunnelChecksum) -> TunnelFlags {
    match checksum {
        model::TunnelChecksum::None => TunnelFlags::NONE,
        model::TunnelChecksum::Full => TunnelFlags::CHECKSUM,
        model::TunnelChecksum::Remote => TunnelFlags::REMOTE_CHECKSUM,
    }
}
