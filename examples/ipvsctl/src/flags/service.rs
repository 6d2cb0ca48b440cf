//! A virtual service: its name and what is wanted of it.

use core::net::{IpAddr, SocketAddr};
use core::num::NonZeroU32;

use ipvs_netlink::{
    AddressFamily, Engine, Granularity, Persistence, Protocol, Scheduler, SchedulerFlags, Service, ServiceKey,
};

use super::build::persistence_timeout;
use super::flag::Flag;
use super::words::Given;
use super::{Note, UsageError};
use crate::address::{address, host_and_port};
use crate::names::Names;

/// Seconds of `-p` without a value.
const PERSISTENCE_S: u32 = 360;

const ADDRESS: &str = "ADDRESS[:PORT], an address of IPv6 in brackets";

/// The service that `-t`, `-u`, `--sctp-service` or `-f` names.
pub(super) fn key(given: &Given<'_>, names: &dyn Names) -> Result<Option<ServiceKey>, UsageError> {
    use Flag::{FwmarkService, Ipv6, SctpService, TcpService, UdpService};
    let flag = given.one_of(&[TcpService, UdpService, SctpService, FwmarkService])?;
    let ipv6 = given.has(Ipv6);
    let (Some(flag), Some(value)) = (flag, flag.and_then(|flag| given.value(flag))) else {
        return if ipv6 { Err(UsageError::Wanted { command: Ipv6, missing: "-f" }) } else { Ok(None) };
    };
    if flag == FwmarkService {
        return mark(value, ipv6).map(Some);
    }
    let protocols = [(UdpService, Protocol::Udp), (SctpService, Protocol::Sctp)];
    let protocol = protocols.into_iter().find(|(of, _)| *of == flag).map_or(Protocol::Tcp, |(_, is)| is);
    if ipv6 {
        return Err(UsageError::OutOfPlace(Ipv6, flag));
    }
    let wrong = || UsageError::Value { flag, value: value.to_owned(), wanted: ADDRESS };
    let (address, port) = host_and_port(value, protocol, names).ok_or_else(wrong)?;
    Ok(Some(ServiceKey::Address { protocol, address: SocketAddr::new(address, port.unwrap_or(0)) }))
}

fn mark(value: &str, ipv6: bool) -> Result<ServiceKey, UsageError> {
    let family = if ipv6 { AddressFamily::V6 } else { AddressFamily::V4 };
    match value.trim_start().parse::<u32>().ok().and_then(NonZeroU32::new) {
        Some(mark) => Ok(ServiceKey::FirewallMark { mark, family }),
        None => {
            let wanted = "a number from 1 to 4294967295";
            Err(UsageError::Value { flag: Flag::FwmarkService, value: value.to_owned(), wanted })
        }
    }
}

/// What `-A` and `-E` want of it.
pub(super) fn service(
    key: &ServiceKey,
    given: &Given<'_>,
    names: &dyn Names,
    notes: &mut Vec<Note>,
) -> Result<Service, UsageError> {
    let scheduler = match given.value(Flag::Scheduler) {
        None | Some("") => "wlc",
        Some(name) => name,
    };
    let persistence = persistence(key, given, names, notes)?;
    let one_packet = given.has(Flag::Ops);
    if let ServiceKey::Address { protocol, address } = key {
        if address.port() == 0 && persistence.is_none() {
            return Err(UsageError::PortZero);
        }
        if one_packet && *protocol != Protocol::Udp {
            return Err(UsageError::OnePacket);
        }
    }
    Ok(Service {
        scheduler: name(Flag::Scheduler, scheduler, Scheduler::new)?,
        scheduler_flags: scheduler_flags(scheduler, given.value(Flag::SchedFlags).unwrap_or_default())?,
        persistence,
        one_packet,
        engine: given.value(Flag::Engine).map(|text| name(Flag::Engine, text, Engine::new)).transpose()?,
    })
}

/// A name that the kernel can hold.
pub(super) fn name<T, E>(
    flag: Flag,
    value: &str,
    new: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, UsageError> {
    let wanted = "a name of 1 to 15 octets";
    new(value).map_err(|_| UsageError::Value { flag, value: value.to_owned(), wanted })
}

fn persistence(
    key: &ServiceKey,
    given: &Given<'_>,
    names: &dyn Names,
    notes: &mut Vec<Note>,
) -> Result<Option<Persistence>, UsageError> {
    let granularity = match given.value(Flag::Netmask) {
        Some(text) => granularity(key.family(), text, names)?,
        None => Granularity::Host,
    };
    if !given.has(Flag::Persistent) {
        notes.extend(given.has(Flag::Netmask).then_some(Note::IdleNetmask));
        return Ok(None);
    }
    let timeout_s = given.value(Flag::Persistent).map_or(Ok(PERSISTENCE_S), persistence_timeout)?;
    Ok(Some(Persistence { timeout_s, granularity }))
}

/// `-M`: a mask for IPv4, a prefix length for IPv6.
fn granularity(family: AddressFamily, text: &str, names: &dyn Names) -> Result<Granularity, UsageError> {
    let wrong = |wanted| UsageError::Value { flag: Flag::Netmask, value: text.to_owned(), wanted };
    match family {
        AddressFamily::V4 => match address(text, names) {
            Some(IpAddr::V4(mask)) if mask.is_broadcast() => Ok(Granularity::Host),
            Some(IpAddr::V4(mask)) => Ok(Granularity::V4(mask)),
            Some(IpAddr::V6(_)) | None => Err(wrong("a mask like 255.255.255.0")),
        },
        AddressFamily::V6 => match text.parse() {
            Ok(128) => Ok(Granularity::Host),
            Ok(length @ 1..=127) => Ok(Granularity::V6(length)),
            Ok(_) | Err(_) => Err(wrong("a prefix length from 1 to 128")),
        },
    }
}

/// `-b`: names separated by commas, those of another scheduler refused.
fn scheduler_flags(scheduler: &str, text: &str) -> Result<SchedulerFlags, UsageError> {
    let mut flags = SchedulerFlags::NONE;
    for name in text.split(',').filter(|name| !name.is_empty()) {
        let (owner, flag) = match name {
            "sh-fallback" => (Some("sh"), SchedulerFlags::SH_FALLBACK),
            "sh-port" => (Some("sh"), SchedulerFlags::SH_PORT),
            "mh-fallback" => (Some("mh"), SchedulerFlags::MH_FALLBACK),
            "mh-port" => (Some("mh"), SchedulerFlags::MH_PORT),
            // The bits behind them, for whatever scheduler.
            "flag-1" => (None, SchedulerFlags::SH_FALLBACK),
            "flag-2" => (None, SchedulerFlags::SH_PORT),
            "flag-3" => (None, SchedulerFlags::SCHED3),
            _ => {
                let wanted = "sh-fallback, sh-port, mh-fallback, mh-port, flag-1, flag-2 or flag-3";
                return Err(UsageError::Value { flag: Flag::SchedFlags, value: name.to_owned(), wanted });
            }
        };
        if let Some(owner) = owner.filter(|owner| *owner != scheduler) {
            return Err(UsageError::ForeignFlag { flag: name.to_owned(), owner });
        }
        flags = flags.union(flag);
    }
    Ok(flags)
}
