//! Everything that a kernel holds, comparable and printable.

use ipvs_netlink::{
    ForwardMethod, Granularity, ObservedDestination, ObservedEntry, ObservedService, SyncDaemon, Timeouts,
};

use crate::wire::Kernel;

#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct State {
    /// Sorted by their keys, as dumps promise no order.
    entries: Vec<ObservedEntry>,
    daemons: Vec<SyncDaemon>,
    timeouts: Timeouts,
}

impl State {
    pub(crate) fn read(kernel: &mut Kernel) -> Self {
        kernel.client(|client| {
            let mut entries = client.entries()?.whole()?;
            entries.sort_by_key(|entry| entry.service.key);
            for entry in &mut entries {
                entry.destinations.sort_by_key(|found| found.key);
            }
            Ok(Self { entries, daemons: client.daemons()?, timeouts: client.timeouts()? })
        })
    }

    /// Services and destinations, a line for each.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for entry in &self.entries {
            lines.push(service_line(&entry.service));
            lines.extend(entry.destinations.iter().map(destination_line));
        }
        lines
    }
}

fn service_line(found: &ObservedService) -> String {
    let mut line = format!("{} {}", found.key, found.service.scheduler);
    if let Some(engine) = &found.service.engine {
        line += &format!(" pe {engine}");
    }
    if let Some(persistence) = found.service.persistence {
        line += &format!(" {} s", persistence.timeout_s);
        match persistence.granularity {
            Granularity::Host => {}
            Granularity::V4(mask) => line += &format!(" /{mask}"),
            Granularity::V6(length) => line += &format!(" /{length}"),
        }
    }
    line + &format!(" {:#x}", found.flags)
}

fn destination_line(found: &ObservedDestination) -> String {
    let wanted = found.destination;
    let forward = match wanted.forward {
        ForwardMethod::Masquerade => "masq".to_owned(),
        ForwardMethod::LocalNode => "local".to_owned(),
        ForwardMethod::DirectRoute => "route".to_owned(),
        ForwardMethod::Bypass => "bypass".to_owned(),
        ForwardMethod::Tunnel(tunnel) => format!("{tunnel:?}"),
        other @ (ForwardMethod::Unknown(_) | _) => format!("{other:?}"),
    };
    let mut line = format!("  {} {forward} {}", found.key, wanted.weight);
    if (wanted.upper_threshold, wanted.lower_threshold) != (0, 0) {
        line += &format!(" {}..{}", wanted.lower_threshold, wanted.upper_threshold);
    }
    line
}
