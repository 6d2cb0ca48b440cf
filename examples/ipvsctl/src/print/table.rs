//! Listings as `ipvsadm -L` prints them.

use core::fmt::Write as _;

use ipvs_netlink::{
    AddressFamily, ForwardMethod, Info, ObservedDestination, ObservedEntry, ObservedService, ServiceKey,
    Stats, SyncDaemon, SyncRole, Timeouts, Tunnel, TunnelFlags,
};

use super::endpoint::{endpoint, forward_word, mask_text, protocol_of};
use super::rule::{Dialect, scheduler_flag_names};
use crate::flags::{Columns, View};
use crate::names::Names;

/// Where ipvsadm cuts the name of a service or server that is not of IPv6.
const NAME_LEN: usize = 28;

/// The first line of a listing of everything.
pub fn head(out: &mut String, info: &Info) {
    let (major, minor, patch) = info.version;
    let size = info.connection_table_size;
    let _ = writeln!(out, "IP Virtual Server version {major}.{minor}.{patch} (size={size})");
}

/// Column titles, services, servers.
pub fn table(out: &mut String, entries: &[ObservedEntry], view: View, names: &dyn Names) {
    title(out, view.columns);
    for found in entries {
        entry(out, found, view, names);
    }
}

/// One service and its servers.
pub(crate) fn entry(out: &mut String, entry: &ObservedEntry, view: View, names: &dyn Names) {
    let mut name = String::new();
    service(out, &mut name, &entry.service, view, names);
    for found in &entry.destinations {
        server(out, &mut name, &entry.service.key, found, view, names);
    }
}

/// `-L --timeout`.
pub fn timeouts(out: &mut String, timeouts: &Timeouts) {
    let Timeouts { tcp_s, tcp_fin_s, udp_s } = timeouts;
    let [tcp, fin, udp] = [tcp_s, tcp_fin_s, udp_s].map(|seconds| seconds.unwrap_or(0));
    let _ = writeln!(out, "Timeout (tcp tcpfin udp): {tcp} {fin} {udp}");
}

/// `-L --daemon`: the master first.
pub fn daemons(out: &mut String, daemons: &[SyncDaemon]) {
    for role in [SyncRole::Master, SyncRole::Backup] {
        for daemon in daemons.iter().filter(|daemon| daemon.role == role) {
            let _ = write!(out, "{role} sync daemon (mcast={}, syncid={}", daemon.interface, daemon.sync_id);
            if let Some(length) = daemon.max_len {
                let _ = write!(out, ", maxlen={length}");
            }
            if let Some(group) = daemon.group {
                let _ = write!(out, ", group={group}");
            }
            if let Some(port) = daemon.port {
                let _ = write!(out, ", port={port}");
            }
            if let Some(ttl) = daemon.ttl {
                let _ = write!(out, ", ttl={ttl}");
            }
            out.push_str(")\n");
        }
    }
}

/// The lines above the services.
pub(crate) fn title(out: &mut String, columns: Columns) {
    let first = "Prot LocalAddress:Port";
    let second = "  -> RemoteAddress:Port";
    let _ = match columns {
        Columns::Stats => writeln!(
            out,
            "{first:<33} {:>8} {:>8} {:>8} {:>8} {:>8}\n{second}",
            "Conns", "InPkts", "OutPkts", "InBytes", "OutBytes"
        ),
        Columns::Rate => writeln!(
            out,
            "{first:<33} {:>8} {:>8} {:>8} {:>8} {:>8}\n{second}",
            "CPS", "InPPS", "OutPPS", "InBPS", "OutBPS"
        ),
        Columns::Thresholds => writeln!(
            out,
            "{first:<33} {:<10} {:<10} {:<10} {:<10}\n{second}",
            "Uthreshold", "Lthreshold", "ActiveConn", "InActConn"
        ),
        Columns::Persistent => writeln!(
            out,
            "{first:<33} {:<9} {:<11} {:<10} {:<10}\n{second}",
            "Weight", "PersistConn", "ActiveConn", "InActConn"
        ),
        Columns::Tunnel => writeln!(
            out,
            "{first} Scheduler Flags\n{second}           Forward TunnelInfo    Weight ActiveConn InActConn"
        ),
        Columns::Connections => {
            writeln!(out, "{first} Scheduler Flags\n{second}           Forward Weight ActiveConn InActConn")
        }
    };
}

fn service(out: &mut String, name: &mut String, found: &ObservedService, view: View, names: &dyn Names) {
    service_name(name, &found.key, names);
    match view.columns {
        Columns::Stats | Columns::Rate => {
            let _ = write!(out, "{name:<33}");
            counters(out, &found.stats, view);
            out.push('\n');
        }
        Columns::Thresholds | Columns::Persistent | Columns::Tunnel | Columns::Connections => {
            out.push_str(name);
            wishes(out, found);
        }
    }
}

/// Protocol and address, or the mark. ipvsadm prints marks as signed numbers.
fn service_name(name: &mut String, key: &ServiceKey, names: &dyn Names) {
    name.clear();
    match key {
        ServiceKey::Address { protocol, address } => {
            let _ = write!(name, "{:<5}", protocol.to_string());
            endpoint(name, *address, Some(*protocol), names);
            if address.is_ipv4() {
                cut(name, 5 + NAME_LEN);
            }
        }
        ServiceKey::FirewallMark { mark, family } => {
            let six = if *family == AddressFamily::V6 { " IPv6" } else { "" };
            let _ = write!(name, "FWM  {}{six}", mark.get().cast_signed());
        }
    }
}

/// Scheduler, its flags, and what else was asked of a service.
fn wishes(out: &mut String, found: &ObservedService) {
    let service = &found.service;
    let scheduler = service.scheduler.as_str();
    let _ = write!(out, " {scheduler}");
    let flags = scheduler_flag_names(scheduler, service.scheduler_flags, Dialect::Ipvsadm);
    if !flags.is_empty() {
        let _ = write!(out, " ({})", flags.join(","));
    }
    if let Some(persistence) = service.persistence {
        let _ = write!(out, " persistent {}", persistence.timeout_s);
        if let Some(mask) = mask_text(persistence.granularity, found.key.family()) {
            let _ = write!(out, " mask {mask}");
        }
    }
    if let Some(engine) = &service.engine {
        let _ = write!(out, " pe {engine}");
    }
    if service.one_packet {
        out.push_str(" ops");
    }
    out.push('\n');
}

fn server(
    out: &mut String,
    name: &mut String,
    service: &ServiceKey,
    found: &ObservedDestination,
    view: View,
    names: &dyn Names,
) {
    let address = found.key.address();
    name.clear();
    endpoint(name, address, protocol_of(service), names);
    if address.is_ipv4() {
        cut(name, NAME_LEN);
    }
    let _ = write!(out, "  -> {name:<28}");
    let wanted = &found.destination;
    let (active, inactive) = (found.active_connections, found.inactive_connections);
    let (weight, forward) = (wanted.weight, forward_word(wanted.forward));
    let _ = match view.columns {
        Columns::Stats | Columns::Rate => {
            counters(out, &found.stats, view);
            writeln!(out)
        }
        Columns::Thresholds => {
            let (upper, lower) = (wanted.upper_threshold, wanted.lower_threshold);
            writeln!(out, " {upper:<10} {lower:<10} {active:<10} {inactive:<10}")
        }
        Columns::Persistent => {
            let persistent = found.persistent_connections;
            writeln!(out, " {weight:<9} {persistent:<11} {active:<10} {inactive:<10}")
        }
        Columns::Tunnel => {
            let tunnel = tunnel_text(wanted.forward);
            writeln!(out, " {forward:<7} {tunnel:<13} {weight:<6} {active:<10} {inactive:<10}")
        }
        Columns::Connections => {
            writeln!(out, " {forward:<7} {weight:<6} {active:<10} {inactive:<10}")
        }
    };
}

fn tunnel_text(forward: ForwardMethod) -> String {
    let checksum = |flags: TunnelFlags| match flags {
        TunnelFlags(flags) if flags & TunnelFlags::CHECKSUM.0 != 0 => "+c",
        TunnelFlags(flags) if flags & TunnelFlags::REMOTE_CHECKSUM.0 != 0 => "r+c",
        TunnelFlags(_) => "-c",
    };
    let ForwardMethod::Tunnel(tunnel) = forward else { return "n/a".to_owned() };
    match tunnel {
        Tunnel::Ipip => "ipip".to_owned(),
        Tunnel::Gue { port, checksum: flags } => format!("gue:{port}:{}", checksum(flags)),
        Tunnel::Gre { checksum: flags } => format!("gre:{}", checksum(flags)),
        Tunnel::Unknown { .. } | _ => "unknown".to_owned(),
    }
}

fn counters(out: &mut String, stats: &Stats, view: View) {
    let values = match view.columns {
        Columns::Rate => [
            stats.connections_per_s,
            stats.packets_in_per_s,
            stats.packets_out_per_s,
            stats.octets_in_per_s,
            stats.octets_out_per_s,
        ],
        Columns::Stats
        | Columns::Thresholds
        | Columns::Persistent
        | Columns::Tunnel
        | Columns::Connections => {
            [stats.connections, stats.packets_in, stats.packets_out, stats.octets_in, stats.octets_out]
        }
    };
    for value in values {
        large_number(out, value, view.exact);
    }
}

/// Nine columns; from a hundred million on in thousands, from a thousand million on in millions.
fn large_number(out: &mut String, number: u64, exact: bool) {
    let _ = match number {
        _ if exact => write!(out, " {number:>8}"),
        0..100_000_000 => write!(out, "{number:>9}"),
        100_000_000..1_000_000_000 => write!(out, "{:>8}K", number / 1_000),
        1_000_000_000..100_000_000_000 => write!(out, "{:>8}M", number / 1_000_000),
        100_000_000_000..100_000_000_000_000 => write!(out, "{:>8}G", number / 1_000_000_000),
        _ => write!(out, "{:>8}T", number / 1_000_000_000_000),
    };
}

/// Names may be longer than their column.
fn cut(name: &mut String, length: usize) {
    if name.len() > length {
        let end = (0..=length).rev().find(|end| name.is_char_boundary(*end));
        name.truncate(end.unwrap_or(0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_are_shortened_unless_exact() {
        #[rustfmt::skip]
        let cases = [
            (0,                           "        0", "        0"),
            (99_999_999,                  " 99999999", " 99999999"),
            (100_000_000,                 "  100000K", " 100000000"),
            (999_999_999,                 "  999999K", " 999999999"),
            (1_000_000_000,               "    1000M", " 1000000000"),
            (100_000_000_000,             "     100G", " 100000000000"),
            (100_000_000_000_000,         "     100T", " 100000000000000"),
            (u64::MAX,                    "18446744T", " 18446744073709551615"),
        ];
        for (number, short, exact) in cases {
            let mut out = String::new();
            large_number(&mut out, number, false);
            assert_eq!(out, short);
            out.clear();
            large_number(&mut out, number, true);
            assert_eq!(out, exact);
        }
    }

    #[test]
    fn names_are_cut_between_characters() {
        let mut name = "größer".to_owned();
        cut(&mut name, 3);
        assert_eq!(name, "gr");
        cut(&mut name, 3);
        assert_eq!(name, "gr");
    }
}
