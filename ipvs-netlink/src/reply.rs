//! The kernel's messages as values. Unknown attributes are skipped, missing ones named.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use core::num::NonZeroU32;

use crate::attr::{Attribute, Attributes};
use crate::destination::{Destination, DestinationKey, ObservedDestination};
use crate::error::DecodeError;
use crate::forward::{ForwardMethod, Tunnel};
use crate::request::FamilyId;
use crate::service::{
    Engine, Granularity, ObservedService, Persistence, Scheduler, SchedulerFlags, Service, ServiceKey,
};
use crate::stats::Stats;
use crate::sync_daemon::{InterfaceName, SyncDaemon, SyncRole};
use crate::timeouts::Timeouts;
use crate::uapi::{self, AddressFamily, Protocol, daemon, dest, flag, info, stats, svc, top};

/// What the kernel says of its IPVS (`IPVS_CMD_GET_INFO`).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Info {
    /// Major, minor and patch of IPVS, 1.2.1 since 2005.
    pub version: (u8, u8, u8),
    /// Buckets of the connection table.
    pub connection_table_size: u32,
}

type Found<'a> = Option<Attribute<'a>>;

fn need<'a>(found: Found<'a>, name: &'static str) -> Result<Attribute<'a>, DecodeError> {
    found.ok_or(DecodeError::Missing(name))
}

/// The octets after `struct nlmsghdr`, without `struct genlmsghdr`.
fn attributes(payload: &[u8]) -> Result<Attributes<'_>, DecodeError> {
    match payload.split_first_chunk::<4>() {
        Some((_, rest)) => Ok(Attributes::new(rest)),
        None => Err(DecodeError::Truncated { needed: 4, got: payload.len() }),
    }
}

pub(crate) fn family(payload: &[u8]) -> Result<FamilyId, DecodeError> {
    let id = attributes(payload)?.find(uapi::CTRL_ATTR_FAMILY_ID)?;
    need(id, "CTRL_ATTR_FAMILY_ID")?.u16().map(FamilyId)
}

pub(crate) fn info(payload: &[u8]) -> Result<Info, DecodeError> {
    let attributes = attributes(payload)?;
    let version = need(attributes.find(info::VERSION)?, "IPVS_INFO_ATTR_VERSION")?.u32()?;
    let size = need(attributes.find(info::CONN_TAB_SIZE)?, "IPVS_INFO_ATTR_CONN_TAB_SIZE")?;
    let [_, major, minor, patch] = version.to_be_bytes();
    Ok(Info { version: (major, minor, patch), connection_table_size: size.u32()? })
}

/// Each is missing where the kernel is built without its protocol.
pub(crate) fn timeouts(payload: &[u8]) -> Result<Timeouts, DecodeError> {
    let attributes = attributes(payload)?;
    let seconds = |kind| attributes.find(kind)?.map(|found| found.u32()).transpose();
    Ok(Timeouts {
        tcp_s: seconds(top::TIMEOUT_TCP)?,
        tcp_fin_s: seconds(top::TIMEOUT_TCP_FIN)?,
        udp_s: seconds(top::TIMEOUT_UDP)?,
    })
}

pub(crate) fn daemon(payload: &[u8]) -> Result<SyncDaemon, DecodeError> {
    let nest = need(attributes(payload)?.find(top::DAEMON)?, "IPVS_CMD_ATTR_DAEMON")?.nested();
    let value = need(nest.find(daemon::STATE)?, "IPVS_DAEMON_ATTR_STATE")?.u32()?;
    let unknown = DecodeError::Value { attribute: "IPVS_DAEMON_ATTR_STATE", value };
    let role = SyncRole::from_number(value).ok_or(unknown)?;
    let name = need(nest.find(daemon::MCAST_IFN)?, "IPVS_DAEMON_ATTR_MCAST_IFN")?;
    let interface = InterfaceName::new(name.text()?);
    let value = need(nest.find(daemon::SYNC_ID)?, "IPVS_DAEMON_ATTR_SYNC_ID")?.u32()?;
    let too_large = DecodeError::Value { attribute: "IPVS_DAEMON_ATTR_SYNC_ID", value };
    let group = match (nest.find(daemon::MCAST_GROUP)?, nest.find(daemon::MCAST_GROUP6)?) {
        (Some(group), _) => Some(ip_address(group, AddressFamily::V4)?),
        (None, Some(group)) => Some(ip_address(group, AddressFamily::V6)?),
        (None, None) => None,
    };
    Ok(SyncDaemon {
        role,
        interface: interface.map_err(|_| DecodeError::Text { attribute: name.kind })?,
        sync_id: u8::try_from(value).map_err(|_| too_large)?,
        max_len: nest.find(daemon::SYNC_MAXLEN)?.map(|found| found.u16()).transpose()?,
        group,
        // In the host's order, unlike every other port.
        port: nest.find(daemon::MCAST_PORT)?.map(|found| found.u16()).transpose()?,
        ttl: nest.find(daemon::MCAST_TTL)?.map(|found| found.u8()).transpose()?,
    })
}

#[derive(Default)]
struct ServiceAttributes<'a> {
    family: Found<'a>,
    protocol: Found<'a>,
    address: Found<'a>,
    port: Found<'a>,
    mark: Found<'a>,
    scheduler: Found<'a>,
    flags: Found<'a>,
    timeout: Found<'a>,
    netmask: Found<'a>,
    engine: Found<'a>,
    stats: Found<'a>,
    stats64: Found<'a>,
}

pub(crate) fn service(payload: &[u8]) -> Result<ObservedService, DecodeError> {
    let nest = need(attributes(payload)?.find(top::SERVICE)?, "IPVS_CMD_ATTR_SERVICE")?;
    let mut found = ServiceAttributes::default();
    for attribute in nest.nested() {
        let attribute = attribute?;
        let slot = match attribute.kind {
            svc::AF => &mut found.family,
            svc::PROTOCOL => &mut found.protocol,
            svc::ADDR => &mut found.address,
            svc::PORT => &mut found.port,
            svc::FWMARK => &mut found.mark,
            svc::SCHED_NAME => &mut found.scheduler,
            svc::FLAGS => &mut found.flags,
            svc::TIMEOUT => &mut found.timeout,
            svc::NETMASK => &mut found.netmask,
            svc::PE_NAME => &mut found.engine,
            svc::STATS => &mut found.stats,
            svc::STATS64 => &mut found.stats64,
            _ => continue,
        };
        *slot = Some(attribute);
    }
    let key = service_key(&found)?;
    let flags = need(found.flags, "IPVS_SVC_ATTR_FLAGS")?.u32()?;
    Ok(ObservedService {
        key,
        service: Service {
            scheduler: scheduler(found.scheduler)?,
            scheduler_flags: SchedulerFlags::from_bits(flags),
            persistence: persistence(&found, key.family(), flags)?,
            one_packet: flags & flag::ONEPACKET != 0,
            engine: engine(found.engine)?,
        },
        flags,
        stats: counters(found.stats64, found.stats, "IPVS_SVC_ATTR_STATS64")?,
        wide_counters: found.stats64.is_some(),
    })
}

fn service_key(found: &ServiceAttributes<'_>) -> Result<ServiceKey, DecodeError> {
    let family = address_family(need(found.family, "IPVS_SVC_ATTR_AF")?, "IPVS_SVC_ATTR_AF")?;
    if let Some(mark) = found.mark {
        let value = mark.u32()?;
        let mark =
            NonZeroU32::new(value).ok_or(DecodeError::Value { attribute: "IPVS_SVC_ATTR_FWMARK", value })?;
        return Ok(ServiceKey::FirewallMark { mark, family });
    }
    let protocol = Protocol::from(need(found.protocol, "IPVS_SVC_ATTR_PROTOCOL")?.u16()?);
    let address = ip_address(need(found.address, "IPVS_SVC_ATTR_ADDR")?, family)?;
    let port = need(found.port, "IPVS_SVC_ATTR_PORT")?.u16_be()?;
    Ok(ServiceKey::Address { protocol, address: SocketAddr::new(address, port) })
}

fn scheduler(found: Found<'_>) -> Result<Scheduler, DecodeError> {
    let attribute = need(found, "IPVS_SVC_ATTR_SCHED_NAME")?;
    Scheduler::new(attribute.text()?).map_err(|_| DecodeError::Text { attribute: attribute.kind })
}

/// An empty name is none.
fn engine(found: Found<'_>) -> Result<Option<Engine>, DecodeError> {
    let Some(attribute) = found else { return Ok(None) };
    match attribute.text()? {
        "" => Ok(None),
        name => Engine::new(name).map(Some).map_err(|_| DecodeError::Text { attribute: attribute.kind }),
    }
}

/// Time-out and netmask mean nothing without the flag.
fn persistence(
    found: &ServiceAttributes<'_>,
    family: AddressFamily,
    flags: u32,
) -> Result<Option<Persistence>, DecodeError> {
    let timeout_s = need(found.timeout, "IPVS_SVC_ATTR_TIMEOUT")?.u32()?;
    let netmask = need(found.netmask, "IPVS_SVC_ATTR_NETMASK")?;
    if flags & flag::PERSISTENT == 0 {
        return Ok(None);
    }
    let granularity = match family {
        AddressFamily::V4 => Granularity::V4(Ipv4Addr::from(netmask.octets::<4>()?)),
        AddressFamily::V6 => {
            let value = netmask.u32()?;
            let error = DecodeError::Value { attribute: "IPVS_SVC_ATTR_NETMASK", value };
            Granularity::V6(u8::try_from(value).map_err(|_| error)?)
        }
    };
    Ok(Some(Persistence { timeout_s, granularity: granularity.normalized() }))
}

#[derive(Default)]
struct DestinationAttributes<'a> {
    address: Found<'a>,
    port: Found<'a>,
    family: Found<'a>,
    forward: Found<'a>,
    weight: Found<'a>,
    upper: Found<'a>,
    lower: Found<'a>,
    active: Found<'a>,
    inactive: Found<'a>,
    persistent: Found<'a>,
    tunnel_type: Found<'a>,
    tunnel_port: Found<'a>,
    tunnel_flags: Found<'a>,
    stats: Found<'a>,
    stats64: Found<'a>,
}

/// Kernels before 3.18 do not say the family: it is that of the service.
pub(crate) fn destination(
    payload: &[u8],
    service: AddressFamily,
) -> Result<ObservedDestination, DecodeError> {
    let nest = need(attributes(payload)?.find(top::DEST)?, "IPVS_CMD_ATTR_DEST")?;
    let mut found = DestinationAttributes::default();
    for attribute in nest.nested() {
        let attribute = attribute?;
        let slot = match attribute.kind {
            dest::ADDR => &mut found.address,
            dest::PORT => &mut found.port,
            dest::ADDR_FAMILY => &mut found.family,
            dest::FWD_METHOD => &mut found.forward,
            dest::WEIGHT => &mut found.weight,
            dest::U_THRESH => &mut found.upper,
            dest::L_THRESH => &mut found.lower,
            dest::ACTIVE_CONNS => &mut found.active,
            dest::INACT_CONNS => &mut found.inactive,
            dest::PERSIST_CONNS => &mut found.persistent,
            dest::TUN_TYPE => &mut found.tunnel_type,
            dest::TUN_PORT => &mut found.tunnel_port,
            dest::TUN_FLAGS => &mut found.tunnel_flags,
            dest::STATS => &mut found.stats,
            dest::STATS64 => &mut found.stats64,
            _ => continue,
        };
        *slot = Some(attribute);
    }
    Ok(ObservedDestination {
        key: destination_key(&found, service)?,
        destination: Destination {
            forward: forward(&found)?,
            weight: need(found.weight, "IPVS_DEST_ATTR_WEIGHT")?.u32()?,
            upper_threshold: need(found.upper, "IPVS_DEST_ATTR_U_THRESH")?.u32()?,
            lower_threshold: need(found.lower, "IPVS_DEST_ATTR_L_THRESH")?.u32()?,
        },
        active_connections: need(found.active, "IPVS_DEST_ATTR_ACTIVE_CONNS")?.u32()?,
        inactive_connections: need(found.inactive, "IPVS_DEST_ATTR_INACT_CONNS")?.u32()?,
        persistent_connections: need(found.persistent, "IPVS_DEST_ATTR_PERSIST_CONNS")?.u32()?,
        stats: counters(found.stats64, found.stats, "IPVS_DEST_ATTR_STATS64")?,
    })
}

fn destination_key(
    found: &DestinationAttributes<'_>,
    service: AddressFamily,
) -> Result<DestinationKey, DecodeError> {
    let family = match found.family {
        Some(attribute) => address_family(attribute, "IPVS_DEST_ATTR_ADDR_FAMILY")?,
        None => service,
    };
    let address = ip_address(need(found.address, "IPVS_DEST_ATTR_ADDR")?, family)?;
    let port = need(found.port, "IPVS_DEST_ATTR_PORT")?.u16_be()?;
    Ok(DestinationKey::new(SocketAddr::new(address, port)))
}

/// Kernels before 5.2 have no tunnel attributes and mean IPIP.
fn forward(found: &DestinationAttributes<'_>) -> Result<ForwardMethod, DecodeError> {
    let kind = found.tunnel_type.map_or(Ok(0), |attribute| attribute.u8())?;
    let port = found.tunnel_port.map_or(Ok(0), |attribute| attribute.u16_be())?;
    let flags = found.tunnel_flags.map_or(Ok(0), |attribute| attribute.u16())?;
    let method = need(found.forward, "IPVS_DEST_ATTR_FWD_METHOD")?.u32()?;
    Ok(ForwardMethod::from_flags(method, Tunnel::from_parts(kind, port, flags)))
}

fn address_family(attribute: Attribute<'_>, name: &'static str) -> Result<AddressFamily, DecodeError> {
    let number = attribute.u16()?;
    AddressFamily::from_number(number).ok_or(DecodeError::Value { attribute: name, value: u32::from(number) })
}

fn ip_address(attribute: Attribute<'_>, family: AddressFamily) -> Result<IpAddr, DecodeError> {
    Ok(match family {
        AddressFamily::V4 => Ipv4Addr::from(attribute.octets::<4>()?).into(),
        AddressFamily::V6 => Ipv6Addr::from(attribute.octets::<16>()?).into(),
    })
}

fn counters(wide: Found<'_>, narrow: Found<'_>, name: &'static str) -> Result<Stats, DecodeError> {
    let mut read = Stats::default();
    for attribute in need(wide.or(narrow), name)?.nested() {
        let attribute = attribute?;
        let slot = match attribute.kind {
            stats::CONNS => &mut read.connections,
            stats::INPKTS => &mut read.packets_in,
            stats::OUTPKTS => &mut read.packets_out,
            stats::INBYTES => &mut read.octets_in,
            stats::OUTBYTES => &mut read.octets_out,
            stats::CPS => &mut read.connections_per_s,
            stats::INPPS => &mut read.packets_in_per_s,
            stats::OUTPPS => &mut read.packets_out_per_s,
            stats::INBPS => &mut read.octets_in_per_s,
            stats::OUTBPS => &mut read.octets_out_per_s,
            // Padding for alignment, and what is newer than this crate.
            _ => continue,
        };
        *slot = attribute.counter()?;
    }
    Ok(read)
}
