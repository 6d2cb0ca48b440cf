//! Rates between two readings.

use core::net::SocketAddr;
use core::time::Duration;
use std::collections::HashMap;
use std::time::Instant;

use ipvs_netlink::{ObservedEntry, ServiceKey, Stats};

use super::Column;

type Name = (ServiceKey, Option<SocketAddr>);

/// The counters of one moment.
#[derive(Debug)]
pub(super) struct Snapshot {
    at: Instant,
    rows: Vec<(Name, Stats, [u32; 2], bool)>,
}

/// What one service or server does.
#[derive(Clone, Debug)]
pub(super) struct Rate {
    service: ServiceKey,
    pub(super) destination: Option<SocketAddr>,
    /// A service without servers.
    pub(super) is_alone: bool,
    /// Active and inactive connections.
    connections: [u32; 2],
    /// Connections, packets in and out, octets in and out, each second.
    each_second: [u64; 5],
}

impl Snapshot {
    pub(super) fn new(at: Instant, entries: &[ObservedEntry]) -> Self {
        let mut rows = Vec::new();
        for entry in entries {
            let key = entry.service.key;
            let sum = |of: fn(&ipvs_netlink::ObservedDestination) -> u32| {
                entry.destinations.iter().map(of).fold(0, u32::saturating_add)
            };
            let all = [sum(|found| found.active_connections), sum(|found| found.inactive_connections)];
            rows.push(((key, None), entry.service.stats, all, entry.destinations.is_empty()));
            rows.extend(entry.destinations.iter().map(|found| {
                let connections = [found.active_connections, found.inactive_connections];
                ((key, Some(found.key.address())), found.stats, connections, false)
            }));
        }
        Self { at, rows }
    }

    /// What happened since `before`; where that knows nothing, the kernel's moving averages.
    pub(super) fn rates(&self, before: Option<&Self>) -> Vec<Rate> {
        let known: HashMap<Name, &Stats> = before
            .map(|before| before.rows.iter().map(|(name, stats, ..)| (*name, stats)).collect())
            .unwrap_or_default();
        let elapsed = before.map_or(Duration::ZERO, |before| self.at.saturating_duration_since(before.at));
        let rate = |(name, stats, connections, is_alone): &(Name, Stats, [u32; 2], bool)| Rate {
            service: name.0,
            destination: name.1,
            is_alone: *is_alone,
            connections: *connections,
            each_second: between(known.get(name).copied(), stats, elapsed),
        };
        self.rows.iter().map(rate).collect()
    }
}

fn between(before: Option<&Stats>, now: &Stats, elapsed: Duration) -> [u64; 5] {
    let averages = [
        now.connections_per_s,
        now.packets_in_per_s,
        now.packets_out_per_s,
        now.octets_in_per_s,
        now.octets_out_per_s,
    ];
    let counters = |stats: &Stats| {
        [stats.connections, stats.packets_in, stats.packets_out, stats.octets_in, stats.octets_out]
    };
    let millis = elapsed.as_millis();
    let Some(before) = before.filter(|_| millis > 0) else { return averages };
    let mut rates = averages;
    for ((rate, new), old) in rates.iter_mut().zip(counters(now)).zip(counters(before)) {
        // Zeroed counters go back.
        let more = u128::from(new.saturating_sub(old));
        *rate = u64::try_from((more * 1000 + millis / 2) / millis).unwrap_or(u64::MAX);
    }
    rates
}

impl Rate {
    pub(super) fn value(&self, column: Column) -> u64 {
        let [active, inactive] = self.connections.map(u64::from);
        let [cps, in_pps, out_pps, in_bps, out_bps] = self.each_second;
        match column {
            Column::Cps => cps,
            Column::Inpps => in_pps,
            Column::Outpps => out_pps,
            Column::Inbps => in_bps,
            Column::Outbps => out_bps,
            Column::Active => active,
            Column::Inactive => inactive,
            Column::Name => 0,
        }
    }
}

impl Rate {
    /// Service, server, and the numbers from [`Column::Active`] on.
    pub(super) fn cells(&self) -> (String, String, [String; 7]) {
        let server = self.destination.map_or_else(|| "all".to_owned(), |address| address.to_string());
        let [active, inactive] = self.connections.map(u64::from);
        let [cps, in_pps, out_pps, in_bps, out_bps] = self.each_second;
        let numbers = [active, inactive, cps, in_pps, out_pps, in_bps, out_bps];
        (self.service.to_string(), server, numbers.map(|number| number.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stats(counter: u64, average: u64) -> Stats {
        let mut stats = Stats::default();
        stats.octets_in = counter;
        stats.octets_in_per_s = average;
        stats
    }

    #[test]
    fn rates_are_differences_and_before_the_first_the_kernels() {
        let octets = |rates: [u64; 5]| rates[3];
        let second = Duration::from_secs(1);
        assert_eq!(octets(between(None, &stats(1000, 7), second)), 7);
        assert_eq!(octets(between(Some(&stats(400, 7)), &stats(1000, 7), second)), 600);
        assert_eq!(octets(between(Some(&stats(400, 7)), &stats(1000, 7), second / 2)), 1200);
        assert_eq!(octets(between(Some(&stats(400, 7)), &stats(1000, 7), Duration::ZERO)), 7);
        // Somebody zeroed them.
        assert_eq!(octets(between(Some(&stats(4000, 7)), &stats(10, 7), second)), 0);
    }
}
