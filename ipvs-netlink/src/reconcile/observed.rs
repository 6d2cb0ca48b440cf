//! What was read, with the counters that drains need.

use std::collections::BTreeMap;

use crate::destination::{Destination, DestinationKey, ObservedDestination};
use crate::drain::Connections;
use crate::read_table::ObservedEntry;
use crate::service::{ObservedService, Service, ServiceKey};
use crate::table::Table;

/// Services and destinations as read from the kernel, with what they serve.
///
/// # Examples
///
/// ```
/// use ipvs_netlink::{Connections, Destination, ForwardMethod, ObservedTable, Service, ServiceKey};
///
/// let web = ServiceKey::tcp("192.0.2.1:80".parse()?);
/// let real: std::net::SocketAddr = "198.51.100.1:80".parse()?;
/// let mut observed = ObservedTable::new();
/// observed.insert(web, Service::new("wlc".parse()?));
/// let serving = Connections { active: 3, ..Connections::default() };
/// observed.insert_destination(web, real.into(), Destination::new(ForwardMethod::Masquerade), serving);
/// assert_eq!(observed.connections(&web, &real.into()).active, 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ObservedTable {
    table: Table,
    /// Only of those that serve anything.
    connections: BTreeMap<(ServiceKey, DestinationKey), Connections>,
}

impl ObservedTable {
    /// No services.
    #[must_use]
    pub const fn new() -> Self {
        Self { table: Table::new(), connections: BTreeMap::new() }
    }

    /// Adds a service, or changes it and keeps its destinations.
    pub fn insert(&mut self, key: ServiceKey, service: Service) {
        self.table.insert(key, service);
    }

    /// Adds or changes a destination; `false` if there is no such service.
    pub fn insert_destination(
        &mut self,
        service: ServiceKey,
        key: DestinationKey,
        destination: Destination,
        connections: Connections,
    ) -> bool {
        if connections != Connections::default() {
            self.connections.insert((service.normalized(), key), connections);
        }
        self.table.insert_destination(service, key, destination)
    }

    /// What [`ReadEntries`](crate::ReadEntries) read.
    #[must_use]
    pub fn from_observed(entries: &[ObservedEntry]) -> Self {
        let mut observed = Self::new();
        for entry in entries {
            observed.insert_observed(&entry.service, &entry.destinations);
        }
        observed
    }

    /// Adds what a client read.
    pub fn insert_observed(&mut self, service: &ObservedService, destinations: &[ObservedDestination]) {
        self.insert(service.key, service.service.clone());
        for found in destinations {
            self.insert_destination(service.key, found.key, found.destination, found.into());
        }
    }

    /// What was read, without what it serves.
    #[must_use]
    pub const fn table(&self) -> &Table {
        &self.table
    }

    /// What a destination serves; nothing if it was not read.
    #[must_use]
    pub fn connections(&self, service: &ServiceKey, key: &DestinationKey) -> Connections {
        self.connections.get(&(service.normalized(), *key)).copied().unwrap_or_default()
    }
}

/// Without counters everything seems to serve nothing: for a reconciler that drains nothing.
impl From<Table> for ObservedTable {
    fn from(table: Table) -> Self {
        Self { table, connections: BTreeMap::new() }
    }
}
