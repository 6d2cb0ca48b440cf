//! Reading the table, one service at a time: a large one needs no more memory than a small one.

use ipvs_netlink::{Client, Listing, ObservedEntry, Records, ServiceKey, Transport};

use crate::failure::Failure;
use crate::print;
use crate::run::report;

/// Which part of the table, and in which order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    /// Only this service.
    pub(crate) only: Option<ServiceKey>,
    /// In ipvsadm's order instead of the kernel's.
    pub(crate) sort: bool,
}

/// Gives each service with its servers to `take`. Gives back how many entries could not be read;
/// they were told on standard error.
///
/// It is no snapshot: what others change meanwhile is there or not.
pub(crate) fn each_entry<T: Transport>(
    client: &mut Client<T>,
    part: Part,
    mut take: impl FnMut(&ObservedEntry) -> Result<(), Failure>,
) -> Result<usize, Failure> {
    let listing = part.only.map_or_else(Listing::services, Listing::service);
    let mut faults = 0;
    let mut services = told(client.run(listing)?, &mut faults);
    if part.sort {
        print::sort_services(&mut services);
    }
    for service in services {
        let mut destinations = told(client.run(Listing::destinations(service.key))?, &mut faults);
        if part.sort {
            print::sort_destinations(&mut destinations);
        }
        take(&ObservedEntry { service, destinations })?;
    }
    Ok(faults)
}

/// Everything at once, in ipvsadm's order.
pub(crate) fn all_entries<T: Transport>(
    client: &mut Client<T>,
) -> Result<(Vec<ObservedEntry>, usize), Failure> {
    let mut entries = Vec::new();
    let faults = each_entry(client, Part { only: None, sort: true }, |entry| {
        entries.push(entry.clone());
        Ok(())
    })?;
    Ok((entries, faults))
}

fn told<R>(records: Records<R>, faults: &mut usize) -> Vec<R> {
    for fault in &records.faults {
        report(&format_args!("an entry is missing here, it could not be read: {fault}"));
    }
    *faults += records.faults.len();
    records.entries
}
