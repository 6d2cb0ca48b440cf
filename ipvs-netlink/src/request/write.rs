//! The attributes of what we send.

use core::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::attr::Writer;
use crate::destination::{Destination, DestinationKey};
use crate::error::EncodeError;
use crate::forward::ForwardMethod;
use crate::service::{Granularity, Service, ServiceKey};
use crate::sync_daemon::SyncDaemon;
use crate::timeouts::Timeouts;
use crate::uapi::{AddressFamily, daemon, dest, flag, svc, top};

/// The octets of `IPVS_SVC_ATTR_NETMASK`: a mask in network order for IPv4, a length in the
/// host's order for IPv6. Every full service needs one, persistent or not.
pub(super) fn netmask(key: &ServiceKey, service: &Service) -> Result<[u8; 4], EncodeError> {
    let granularity = service.persistence.map_or(Granularity::Host, |persistence| persistence.granularity);
    match (key.family(), granularity) {
        (AddressFamily::V4, Granularity::Host) => Ok(Ipv4Addr::BROADCAST.octets()),
        (AddressFamily::V4, Granularity::V4(mask)) => Ok(mask.octets()),
        (AddressFamily::V6, Granularity::Host) => Ok(128_u32.to_ne_bytes()),
        (AddressFamily::V6, Granularity::V6(length)) => Ok(u32::from(length).to_ne_bytes()),
        (AddressFamily::V4, Granularity::V6(_)) | (AddressFamily::V6, Granularity::V4(_)) => {
            Err(EncodeError::Granularity { key: *key })
        }
    }
}

pub(super) fn service_id(writer: &mut Writer<'_>, key: &ServiceKey) {
    writer.nest(top::SERVICE, |writer| write_service_key(writer, key));
}

fn write_service_key(writer: &mut Writer<'_>, key: &ServiceKey) {
    writer.u16(svc::AF, key.family().number());
    match key {
        ServiceKey::Address { protocol, address } => {
            writer.u16(svc::PROTOCOL, protocol.number());
            writer.octets(svc::ADDR, &address_octets(*address));
            writer.u16_be(svc::PORT, address.port());
        }
        ServiceKey::FirewallMark { mark, .. } => writer.u32(svc::FWMARK, mark.get()),
    }
}

pub(super) fn write_service(writer: &mut Writer<'_>, key: &ServiceKey, service: &Service, netmask: [u8; 4]) {
    write_service_key(writer, key);
    writer.text(svc::SCHED_NAME, service.scheduler.as_str());
    if let Some(engine) = &service.engine {
        writer.text(svc::PE_NAME, engine.as_str());
    }
    let persistent = if service.persistence.is_some() { flag::PERSISTENT } else { 0 };
    let one_packet = if service.one_packet { flag::ONEPACKET } else { 0 };
    let flags = persistent | one_packet | service.scheduler_flags.bits();
    // Flags and mask. With 4 octets the mask would be 0 and nothing would change, unsaid.
    let [f0, f1, f2, f3] = flags.to_ne_bytes();
    writer.octets(svc::FLAGS, &[f0, f1, f2, f3, 0xff, 0xff, 0xff, 0xff]);
    writer.u32(svc::TIMEOUT, service.persistence.map_or(0, |persistence| persistence.timeout_s));
    writer.octets(svc::NETMASK, &netmask);
}

pub(super) fn write_destination_key(writer: &mut Writer<'_>, key: DestinationKey) {
    writer.u16(dest::ADDR_FAMILY, key.family().number());
    writer.octets(dest::ADDR, &address_octets(key.address()));
    writer.u16_be(dest::PORT, key.address().port());
}

pub(super) fn write_destination(writer: &mut Writer<'_>, key: DestinationKey, destination: &Destination) {
    write_destination_key(writer, key);
    writer.u32(dest::FWD_METHOD, destination.forward.flags());
    writer.u32(dest::WEIGHT, destination.weight);
    // Written always, as ipvsadm does: kernels that do not know them skip them.
    let (kind, port, flags) = match destination.forward {
        ForwardMethod::Tunnel(tunnel) => tunnel.parts(),
        ForwardMethod::Masquerade
        | ForwardMethod::LocalNode
        | ForwardMethod::DirectRoute
        | ForwardMethod::Bypass
        | ForwardMethod::Unknown(_) => (0, 0, 0),
    };
    writer.u8(dest::TUN_TYPE, kind);
    writer.u16_be(dest::TUN_PORT, port);
    writer.u16(dest::TUN_FLAGS, flags);
    writer.u32(dest::U_THRESH, destination.upper_threshold);
    writer.u32(dest::L_THRESH, destination.lower_threshold);
}

/// Interface and number are compulsory; the rest, which Linux 4.3 brought, only if wanted.
pub(super) fn write_daemon(writer: &mut Writer<'_>, wanted: &SyncDaemon) {
    writer.u32(daemon::STATE, wanted.role.number());
    writer.text(daemon::MCAST_IFN, wanted.interface.as_str());
    writer.u32(daemon::SYNC_ID, u32::from(wanted.sync_id));
    if let Some(length) = wanted.max_len {
        writer.u16(daemon::SYNC_MAXLEN, length);
    }
    match wanted.group {
        Some(IpAddr::V4(group)) => writer.octets(daemon::MCAST_GROUP, &group.octets()),
        Some(IpAddr::V6(group)) => writer.octets(daemon::MCAST_GROUP6, &group.octets()),
        None => {}
    }
    if let Some(port) = wanted.port {
        // In the host's order, unlike every other port.
        writer.u16(daemon::MCAST_PORT, port);
    }
    if let Some(ttl) = wanted.ttl {
        writer.u8(daemon::MCAST_TTL, ttl);
    }
}

pub(super) fn write_timeouts(writer: &mut Writer<'_>, timeouts: &Timeouts) {
    let all = [
        (top::TIMEOUT_TCP, timeouts.tcp_s),
        (top::TIMEOUT_TCP_FIN, timeouts.tcp_fin_s),
        (top::TIMEOUT_UDP, timeouts.udp_s),
    ];
    for (attribute, seconds) in all {
        if let Some(seconds) = seconds {
            writer.u32(attribute, seconds);
        }
    }
}

/// `union nf_inet_addr`: 16 octets, IPv4 in the first four.
fn address_octets(address: SocketAddr) -> [u8; 16] {
    match address.ip() {
        IpAddr::V4(address) => {
            let [a, b, c, d] = address.octets();
            [a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        }
        IpAddr::V6(address) => address.octets(),
    }
}
