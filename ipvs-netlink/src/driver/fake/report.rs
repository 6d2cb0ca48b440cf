//! What the fake kernel holds, as the kernel's replies tell it.

use crate::stats::Stats;
use crate::uapi::{daemon, dest, info, stats, svc, top};

use super::config::{Daemon, Group};
use super::kernel::{Kernel, Traits};
use super::numbers::STATS_PAD;
use super::table::{Dest, DestId, ServiceId, Svc};
use super::write::Reply;

/// `IP_VS_VERSION_CODE`: 1.2.1.
const VERSION: u32 = 0x0001_0201;

pub(super) fn service(reply: &mut Reply<'_>, traits: &Traits, id: &ServiceId, service: &Svc) {
    let (settings, pad) = (&service.settings, traits.pad(STATS_PAD));
    reply.nest(top::SERVICE, |reply| {
        reply.u16(svc::AF, id.family().number());
        match id {
            // A mark of 0 is none, and told like a service without one.
            ServiceId::Address { protocol, address, port, .. } => {
                reply.u16(svc::PROTOCOL, *protocol);
                reply.octets(svc::ADDR, address);
                reply.u16_be(svc::PORT, *port);
            }
            ServiceId::Mark { mark, .. } => reply.u32(svc::FWMARK, *mark),
        }
        reply.text(svc::SCHED_NAME, settings.scheduler.as_deref().unwrap_or("none"));
        if let Some(engine) = &settings.engine {
            reply.text(svc::PE_NAME, engine);
        }
        let [f0, f1, f2, f3] = settings.flags.to_ne_bytes();
        reply.octets(svc::FLAGS, &[f0, f1, f2, f3, 0xff, 0xff, 0xff, 0xff]);
        reply.u32(svc::TIMEOUT, settings.timeout_ticks / traits.ticks_per_second);
        reply.octets(svc::NETMASK, &settings.netmask);
        narrow(reply, svc::STATS, &service.stats, pad);
        if traits.stats64 {
            wide(reply, svc::STATS64, &service.stats, pad);
        }
    });
}

pub(super) fn destination(reply: &mut Reply<'_>, traits: &Traits, id: &DestId, found: &Dest) {
    let (settings, pad) = (&found.settings, traits.pad(STATS_PAD));
    reply.nest(top::DEST, |reply| {
        reply.octets(dest::ADDR, &id.address);
        reply.u16_be(dest::PORT, id.port);
        reply.u32(dest::FWD_METHOD, settings.method);
        reply.u32(dest::WEIGHT, settings.weight);
        if traits.tunnels {
            reply.u8(dest::TUN_TYPE, settings.tunnel_type);
            reply.u16_be(dest::TUN_PORT, settings.tunnel_port);
            reply.u16(dest::TUN_FLAGS, settings.tunnel_flags);
        }
        reply.u32(dest::U_THRESH, settings.upper);
        reply.u32(dest::L_THRESH, settings.lower);
        reply.u32(dest::ACTIVE_CONNS, found.connections.active);
        reply.u32(dest::INACT_CONNS, found.connections.inactive);
        reply.u32(dest::PERSIST_CONNS, found.connections.persistent);
        if traits.address_family {
            reply.u16(dest::ADDR_FAMILY, id.family.number());
        }
        narrow(reply, dest::STATS, &found.stats, pad);
        if traits.stats64 {
            wide(reply, dest::STATS64, &found.stats, pad);
        }
    });
}

pub(super) fn daemon(reply: &mut Reply<'_>, state: u32, found: &Daemon) {
    reply.nest(top::DAEMON, |reply| {
        reply.u32(daemon::STATE, state);
        let mut name = found.interface.clone();
        name.push(0);
        reply.octets(daemon::MCAST_IFN, &name);
        reply.u32(daemon::SYNC_ID, found.sync_id);
        reply.u16(daemon::SYNC_MAXLEN, found.max_len);
        // In the host's order, unlike every other port.
        reply.u16(daemon::MCAST_PORT, found.port);
        reply.u8(daemon::MCAST_TTL, found.ttl);
        match found.group {
            Group::V4(group) => reply.octets(daemon::MCAST_GROUP, &group),
            Group::V6(group) => reply.octets(daemon::MCAST_GROUP6, &group),
        }
    });
}

impl Kernel {
    pub(super) fn report_timeouts(&self, reply: &mut Reply<'_>) {
        reply.u32(top::TIMEOUT_TCP, self.timeouts.tcp);
        reply.u32(top::TIMEOUT_TCP_FIN, self.timeouts.tcp_fin);
        reply.u32(top::TIMEOUT_UDP, self.timeouts.udp);
    }

    pub(super) fn report_info(&self, reply: &mut Reply<'_>) {
        reply.u32(info::VERSION, VERSION);
        reply.u32(info::CONN_TAB_SIZE, self.traits.connection_table_size);
    }
}

fn counters(found: &Stats) -> [(u16, u64); 10] {
    [
        (stats::CONNS, found.connections),
        (stats::INPKTS, found.packets_in),
        (stats::OUTPKTS, found.packets_out),
        (stats::INBYTES, found.octets_in),
        (stats::OUTBYTES, found.octets_out),
        (stats::CPS, found.connections_per_s),
        (stats::INPPS, found.packets_in_per_s),
        (stats::OUTPPS, found.packets_out_per_s),
        (stats::INBPS, found.octets_in_per_s),
        (stats::OUTBPS, found.octets_out_per_s),
    ]
}

/// `IPVS_*_ATTR_STATS`: the low 32 bits of all but the two sums of octets.
fn narrow(reply: &mut Reply<'_>, kind: u16, found: &Stats, pad: Option<u16>) {
    reply.nest(kind, |reply| {
        for (kind, value) in counters(found) {
            if matches!(kind, stats::INBYTES | stats::OUTBYTES) {
                reply.u64(kind, value, pad);
            } else {
                let low = u32::try_from(value & u64::from(u32::MAX)).unwrap_or(u32::MAX);
                reply.u32(kind, low);
            }
        }
    });
}

/// `IPVS_*_ATTR_STATS64`.
fn wide(reply: &mut Reply<'_>, kind: u16, found: &Stats, pad: Option<u16>) {
    reply.nest(kind, |reply| {
        for (kind, value) in counters(found) {
            reply.u64(kind, value, pad);
        }
    });
}
