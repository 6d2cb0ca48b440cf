//! Services with their destinations, as wanted or as read.

use core::fmt;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::destination::{Destination, DestinationKey, ObservedDestination};
use crate::forward::{ForwardMethod, Tunnel};
use crate::request::Command;
use crate::scope::Scope;
use crate::service::{ObservedService, Persistence, Service, ServiceKey};

/// Services and their destinations, as wanted or as read; without counters.
///
/// Keys and values are kept as the kernel would report them, so that two tables compare.
/// A clone shares what neither side changes afterwards: comparing it with its original costs
/// one comparison a service, however many destinations there are.
///
/// # Examples
///
/// ```
/// use ipvs_netlink::{Destination, ForwardMethod, Service, ServiceKey, Table};
///
/// let web = ServiceKey::tcp("192.0.2.1:80".parse()?);
/// let real: std::net::SocketAddr = "198.51.100.1:80".parse()?;
/// let direct = Destination::new(ForwardMethod::DirectRoute);
/// let table: Table = [(web, Service::new("wlc".parse()?), vec![(real.into(), direct)])].into_iter().collect();
/// assert_eq!(table.len(), 1);
/// assert_eq!(table.destination(&web, &real.into()), Some(&direct));
/// assert_eq!(table.to_string(), "TCP 192.0.2.1:80 wlc\n  -> 198.51.100.1:80 DirectRoute weight 1\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Table {
    services: BTreeMap<ServiceKey, Arc<Entry>>,
}

/// A service with its destinations.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Entry {
    pub(crate) service: Service,
    pub(crate) destinations: BTreeMap<DestinationKey, Destination>,
}

impl Table {
    /// No services.
    #[must_use]
    pub const fn new() -> Self {
        Self { services: BTreeMap::new() }
    }

    /// Adds a service, or changes it and keeps its destinations.
    pub fn insert(&mut self, key: ServiceKey, service: Service) {
        let service = normalized_service(service);
        match self.services.get_mut(&key.normalized()) {
            Some(entry) => Arc::make_mut(entry).service = service,
            None => {
                let entry = Entry { service, destinations: BTreeMap::new() };
                self.services.insert(key.normalized(), Arc::new(entry));
            }
        }
    }

    /// Adds or changes a destination; `false` if there is no such service.
    pub fn insert_destination(
        &mut self,
        service: ServiceKey,
        key: DestinationKey,
        destination: Destination,
    ) -> bool {
        let Some(entry) = self.services.get_mut(&service.normalized()) else { return false };
        Arc::make_mut(entry).destinations.insert(key, normalized_destination(destination));
        true
    }

    /// Adds what was read from the kernel.
    pub fn insert_observed(&mut self, service: &ObservedService, destinations: &[ObservedDestination]) {
        self.insert(service.key, service.service.clone());
        for found in destinations {
            self.insert_destination(service.key, found.key, found.destination);
        }
    }

    /// Takes out a service with its destinations; `None` if it was not there.
    pub fn remove(&mut self, key: &ServiceKey) -> Option<Service> {
        self.services.remove(&key.normalized()).map(|entry| Arc::unwrap_or_clone(entry).service)
    }

    /// Takes out a destination; `None` if it was not there.
    pub fn remove_destination(&mut self, service: &ServiceKey, key: &DestinationKey) -> Option<Destination> {
        let entry = self.services.get_mut(&service.normalized())?;
        // Not to copy a shared entry for nothing.
        entry.destinations.contains_key(key).then(|| Arc::make_mut(entry).destinations.remove(key))?
    }

    /// How many services there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.services.len()
    }

    /// Whether there is no service.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.services.is_empty()
    }

    /// How many destinations all services have together.
    #[must_use]
    pub fn destination_count(&self) -> usize {
        self.services.values().map(|entry| entry.destinations.len()).sum()
    }

    /// Whether there is a service of this key.
    #[must_use]
    pub fn contains(&self, key: &ServiceKey) -> bool {
        self.services.contains_key(&key.normalized())
    }

    /// The service of this key.
    #[must_use]
    pub fn get(&self, key: &ServiceKey) -> Option<&Service> {
        self.entry(key).map(|entry| &entry.service)
    }

    /// The destination of this key in that service.
    #[must_use]
    pub fn destination(&self, service: &ServiceKey, key: &DestinationKey) -> Option<&Destination> {
        self.entry(service)?.destinations.get(key)
    }

    /// The services in the order of their keys.
    pub fn services(&self) -> impl Iterator<Item = (&ServiceKey, &Service)> {
        self.services.iter().map(|(key, entry)| (key, &entry.service))
    }

    /// The destinations of a service in the order of their keys; none for an unknown one.
    pub fn destinations(
        &self,
        service: &ServiceKey,
    ) -> impl Iterator<Item = (&DestinationKey, &Destination)> {
        self.entry(service).into_iter().flat_map(|entry| &entry.destinations)
    }

    /// The services that [`plan`](crate::plan) would not touch.
    pub fn outside<'a>(&'a self, scope: &'a Scope) -> impl Iterator<Item = &'a ServiceKey> {
        self.services.keys().filter(|key| !scope.contains(key))
    }

    pub(crate) const fn entries(&self) -> &BTreeMap<ServiceKey, Arc<Entry>> {
        &self.services
    }

    pub(crate) fn entry(&self, key: &ServiceKey) -> Option<&Arc<Entry>> {
        self.services.get(&key.normalized())
    }

    /// Puts a whole service in the place of what is there; `None` takes it out.
    pub(crate) fn replace(&mut self, key: ServiceKey, entry: Option<Arc<Entry>>) {
        match entry {
            Some(entry) => self.services.insert(key, entry),
            None => self.services.remove(&key),
        };
    }

    /// Does what the kernel does when it accepts `command`.
    pub(crate) fn record(&mut self, command: &Command) {
        if let Command::NewService { key, service } | Command::SetService { key, service } = command {
            self.insert(*key, service.clone());
        } else if let Command::DeleteService { key } = command {
            self.remove(key);
        } else if let Command::NewDestination { service, key, destination }
        | Command::SetDestination { service, key, destination } = command
        {
            self.insert_destination(*service, *key, *destination);
        } else if let Command::DeleteDestination { service, key } = command {
            self.remove_destination(service, key);
        } else if *command == Command::Flush {
            self.services.clear();
        }
    }
}

/// A line for each service, and an indented one for each destination.
impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (key, entry) in &self.services {
            let service = &entry.service;
            write!(f, "{key} {}", service.scheduler)?;
            if let Some(persistence) = service.persistence {
                write!(f, " persistent {} s", persistence.timeout_s)?;
            }
            if service.one_packet {
                f.write_str(" one-packet")?;
            }
            if let Some(engine) = &service.engine {
                write!(f, " engine {engine}")?;
            }
            writeln!(f)?;
            for (key, destination) in &entry.destinations {
                writeln!(f, "  -> {key} {:?} weight {}", destination.forward, destination.weight)?;
            }
        }
        Ok(())
    }
}

impl<D> FromIterator<(ServiceKey, Service, D)> for Table
where
    D: IntoIterator<Item = (DestinationKey, Destination)>,
{
    fn from_iter<I: IntoIterator<Item = (ServiceKey, Service, D)>>(services: I) -> Self {
        let mut table = Self::new();
        table.extend(services);
        table
    }
}

impl<D> Extend<(ServiceKey, Service, D)> for Table
where
    D: IntoIterator<Item = (DestinationKey, Destination)>,
{
    fn extend<I: IntoIterator<Item = (ServiceKey, Service, D)>>(&mut self, services: I) {
        for (key, service, destinations) in services {
            self.insert(key, service);
            for (to, destination) in destinations {
                self.insert_destination(key, to, destination);
            }
        }
    }
}

fn normalized_service(mut service: Service) -> Service {
    let normal = |persistence: Persistence| Persistence {
        granularity: persistence.granularity.normalized(),
        ..persistence
    };
    service.persistence = service.persistence.map(normal);
    service
}

fn normalized_destination(destination: Destination) -> Destination {
    let ForwardMethod::Tunnel(tunnel) = destination.forward else { return destination };
    let (kind, port, flags) = tunnel.parts();
    let forward = ForwardMethod::Tunnel(Tunnel::from_parts(kind, port, flags));
    Destination { forward, ..destination }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn web() -> ServiceKey {
        ServiceKey::tcp("192.0.2.1:80".parse().unwrap())
    }

    fn real(host: u8) -> DestinationKey {
        DestinationKey::new(([198, 51, 100, host], 80).into())
    }

    fn sample() -> Table {
        let direct = Destination::new(ForwardMethod::DirectRoute);
        let service = Service::new("wlc".parse().unwrap());
        Table::from_iter([(web(), service, vec![(real(1), direct), (real(2), direct)])])
    }

    #[test]
    fn what_is_put_in_is_found_and_taken_out() {
        let mut table = sample();
        assert_eq!((table.len(), table.destination_count(), table.is_empty()), (1, 2, false));
        assert!(table.contains(&web()) && table.get(&web()).is_some());
        assert!(table.remove_destination(&web(), &real(1)).is_some());
        assert_eq!(table.remove_destination(&web(), &real(1)), None);
        assert_eq!(table.destination(&web(), &real(1)), None);
        assert_eq!(table.remove(&web()).unwrap().scheduler.as_str(), "wlc");
        assert_eq!(table, Table::new());
        assert!(!table.insert_destination(web(), real(1), Destination::new(ForwardMethod::Bypass)));
    }

    #[test]
    fn changing_a_service_keeps_its_destinations() {
        let mut table = sample();
        table.insert(web(), Service::new("rr".parse().unwrap()));
        assert_eq!(table.destination_count(), 2);
    }

    #[test]
    fn a_changed_clone_leaves_its_original_alone() {
        let original = sample();
        let mut changed = original.clone();
        changed.remove_destination(&web(), &real(1));
        assert_eq!((original.destination_count(), changed.destination_count()), (2, 1));
    }
}
