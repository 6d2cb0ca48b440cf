//! What the log says of kernel settings that will hurt the services.

use std::collections::BTreeMap;
use std::collections::HashSet;

use ipvs_netlink::{Client, Facts, ServiceKey, Settings, SyncRole, Table, Transport, advise};

/// Gives each piece of advice once.
#[derive(Debug, Default)]
pub(super) struct Hints {
    given: HashSet<&'static str>,
    /// How many services there were when it was looked last.
    services: usize,
}

impl Hints {
    /// Looks at the kernel's settings if there are more services than before.
    pub(super) fn give<T: Transport>(
        &mut self,
        client: &mut Client<T>,
        wanted: &BTreeMap<ServiceKey, Table>,
        sync: &[SyncRole],
    ) {
        let services: usize = wanted.values().map(|table| table.services().count()).sum();
        let more = services > core::mem::replace(&mut self.services, services);
        if !more {
            return;
        }
        let table = all(wanted.values());
        let facts = Facts {
            settings: Settings::read(),
            kernel: kernel(),
            timeouts: client.timeouts().unwrap_or_default(),
            table: Some(&table),
            sync,
        };
        for advice in advise(&facts) {
            if self.given.insert(advice.setting) {
                tracing::info!("{advice}");
            }
        }
    }
}

fn all<'t>(tables: impl Iterator<Item = &'t Table>) -> Table {
    let mut all = Table::new();
    for table in tables {
        for (key, service) in table.services() {
            all.insert(*key, service.clone());
            for (destination, how) in table.destinations(key) {
                all.insert_destination(*key, *destination, *how);
            }
        }
    }
    all
}

/// Major and minor version of Linux.
fn kernel() -> Option<(u32, u32)> {
    let name = nix::sys::utsname::uname().ok()?;
    let mut numbers = name.release().to_str()?.split(|sign: char| !sign.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use ipvs_netlink::Service;

    use super::*;

    fn table(port: u16) -> Table {
        let mut table = Table::new();
        let service = Service::new("rr".parse().unwrap());
        table.insert(ServiceKey::udp(([192, 0, 2, 1], port).into()), service);
        table
    }

    #[test]
    fn all_services_are_judged_together() {
        assert_eq!(all([table(53), table(123)].iter()).services().count(), 2);
    }

    #[test]
    fn the_kernel_has_a_version() {
        assert!(kernel().is_some_and(|(major, _)| major >= 3));
    }
}
