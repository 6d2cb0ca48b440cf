//! `stats`: counters and rates of every service and server in one line each.

use core::fmt::Write as _;
use core::net::SocketAddr;

use ipvs_netlink::{ObservedEntry, Stats};
use serde::Serialize;

use crate::json::{Counters, Key};

const TITLES: [&str; 10] =
    ["Conns", "InPkts", "OutPkts", "InBytes", "OutBytes", "CPS", "InPPS", "OutPPS", "InBPS", "OutBPS"];

/// Exact numbers, columns as wide as their widest.
pub(crate) fn text(entries: &[ObservedEntry]) -> String {
    let mut rows = vec![("Service".to_owned(), TITLES.map(str::to_owned))];
    for entry in entries {
        rows.push((entry.service.key.to_string(), numbers(&entry.service.stats)));
        for found in &entry.destinations {
            rows.push((format!("  -> {}", found.key), numbers(&found.stats)));
        }
    }
    let name_width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let mut widths = [0; 10];
    for (_, numbers) in &rows {
        for (width, number) in widths.iter_mut().zip(numbers) {
            *width = number.len().max(*width);
        }
    }
    let mut out = String::new();
    for (name, numbers) in rows {
        let _ = write!(out, "{name:<name_width$}");
        for (number, width) in numbers.iter().zip(widths) {
            let _ = write!(out, " {number:>width$}");
        }
        out.push('\n');
    }
    out
}

fn numbers(stats: &Stats) -> [String; 10] {
    [
        stats.connections,
        stats.packets_in,
        stats.packets_out,
        stats.octets_in,
        stats.octets_out,
        stats.connections_per_s,
        stats.packets_in_per_s,
        stats.packets_out_per_s,
        stats.octets_in_per_s,
        stats.octets_out_per_s,
    ]
    .map(|number| number.to_string())
}

/// `stats --json`: one object for each service, followed by those of its servers.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    service: Key,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination: Option<SocketAddr>,
    #[serde(flatten)]
    counters: Counters,
}

pub(crate) fn rows(entries: &[ObservedEntry]) -> Vec<Row> {
    let mut rows = Vec::new();
    for entry in entries {
        let service = Key::new(&entry.service.key);
        let counters = Counters::new(&entry.service.stats);
        rows.push(Row { service: service.clone(), destination: None, counters });
        rows.extend(entry.destinations.iter().map(|found| Row {
            service: service.clone(),
            destination: Some(found.key.address()),
            counters: Counters::new(&found.stats),
        }));
    }
    rows
}
