//! From what is to what should be, by the fewest commands.

use std::collections::{BTreeMap, BTreeSet};

use core::net::IpAddr;
use core::ops::RangeInclusive;

use crate::destination::{Destination, DestinationKey, ObservedDestination};
use crate::forward::{ForwardMethod, Tunnel};
use crate::request::Command;
use crate::service::{ObservedService, Persistence, Service, ServiceKey};

/// Services and their destinations, as wanted or as read; without counters.
///
/// Keys and values are kept as the kernel would report them, so that two tables compare.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Table {
    services: BTreeMap<ServiceKey, Entry>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct Entry {
    service: Service,
    destinations: BTreeMap<DestinationKey, Destination>,
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
        let destinations = self.services.remove(&key.normalized()).map(|entry| entry.destinations);
        let entry = Entry { service, destinations: destinations.unwrap_or_default() };
        self.services.insert(key.normalized(), entry);
    }

    /// Adds or changes a destination; `false` if there is no such service.
    pub fn insert_destination(
        &mut self,
        service: ServiceKey,
        key: DestinationKey,
        destination: Destination,
    ) -> bool {
        let Some(entry) = self.services.get_mut(&service.normalized()) else { return false };
        entry.destinations.insert(key, normalized_destination(destination));
        true
    }

    /// Adds what was read from the kernel.
    pub fn insert_observed(&mut self, service: &ObservedService, destinations: &[ObservedDestination]) {
        self.insert(service.key, service.service.clone());
        for found in destinations {
            self.insert_destination(service.key, found.key, found.destination);
        }
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
        self.services.get(&service.normalized()).into_iter().flat_map(|entry| &entry.destinations)
    }

    /// The services that [`plan`] would not touch.
    pub fn outside<'a>(&'a self, scope: &'a Scope) -> impl Iterator<Item = &'a ServiceKey> {
        self.services.keys().filter(|key| !scope.contains(key))
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

/// Which services are ours. What is in no part of it is never touched.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Scope {
    everything: bool,
    prefixes: Vec<(IpAddr, u8)>,
    marks: Vec<RangeInclusive<u32>>,
    services: BTreeSet<ServiceKey>,
}

impl Scope {
    /// Nothing is ours; add to it.
    #[must_use]
    pub fn nothing() -> Self {
        Self::default()
    }

    /// The whole table is ours: what is not wanted goes.
    #[must_use]
    pub fn everything() -> Self {
        Self { everything: true, ..Self::default() }
    }

    /// Services whose address agrees with `address` in its `length` leading bits. A length
    /// beyond the address is the address itself.
    #[must_use]
    pub fn with_prefix(mut self, address: IpAddr, length: u8) -> Self {
        self.prefixes.push((address, length));
        self
    }

    /// Services of these firewall marks, in both families.
    #[must_use]
    pub fn with_marks(mut self, marks: RangeInclusive<u32>) -> Self {
        self.marks.push(marks);
        self
    }

    /// One service.
    #[must_use]
    pub fn with_service(mut self, key: ServiceKey) -> Self {
        self.services.insert(key.normalized());
        self
    }

    /// Whether a service is ours.
    #[must_use]
    pub fn contains(&self, key: &ServiceKey) -> bool {
        let by_kind = match key {
            ServiceKey::Address { address, .. } => {
                self.prefixes.iter().any(|(prefix, length)| agree(address.ip(), *prefix, *length))
            }
            ServiceKey::FirewallMark { mark, .. } => {
                self.marks.iter().any(|marks| marks.contains(&mark.get()))
            }
        };
        self.everything || by_kind || self.services.contains(&key.normalized())
    }
}

fn agree(left: IpAddr, right: IpAddr, length: u8) -> bool {
    let (differing, width) = match (left, right) {
        (IpAddr::V4(left), IpAddr::V4(right)) => (u128::from(left.to_bits() ^ right.to_bits()) << 96, 32),
        (IpAddr::V6(left), IpAddr::V6(right)) => (left.to_bits() ^ right.to_bits(), 128),
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => return false,
    };
    differing.leading_zeros() >= u32::from(length).min(width)
}

/// The commands that make `current` into `desired` within `scope`, and nothing more.
///
/// In this order: new services, each with its destinations; changed services; new and
/// changed destinations; then removals. So no service is without destinations between two
/// that it should have. A service that goes takes its destinations along. The table is never
/// flushed. Wanted services outside of `scope` get no command:
/// [`Table::outside`] tells them.
///
/// # Examples
///
/// ```
/// use ipvs_netlink::{Command, Destination, ForwardMethod, Scope, Service, ServiceKey, Table, plan};
///
/// let key = ServiceKey::tcp("192.0.2.1:80".parse().unwrap());
/// let real: std::net::SocketAddr = "198.51.100.1:80".parse().unwrap();
/// let mut desired = Table::new();
/// desired.insert(key, Service::new("wlc".parse().unwrap()));
/// desired.insert_destination(key, real.into(), Destination::new(ForwardMethod::DirectRoute));
///
/// let commands = plan(&Table::new(), &desired, &Scope::nothing().with_service(key));
/// assert!(matches!(commands[..], [Command::NewService { .. }, Command::NewDestination { .. }]));
/// ```
#[must_use]
pub fn plan(current: &Table, desired: &Table, scope: &Scope) -> Vec<Command> {
    let mut added = Vec::new();
    let mut changed_services = Vec::new();
    let mut changed_destinations = Vec::new();
    let mut removed_destinations = Vec::new();
    for (&key, entry) in desired.services.iter().filter(|(key, _)| scope.contains(key)) {
        let service = entry.service.clone();
        let Some(now) = current.services.get(&key) else {
            added.push(Command::NewService { key, service });
            added.extend(entry.destinations.iter().map(|(&destination_key, &destination)| {
                Command::NewDestination { service: key, key: destination_key, destination }
            }));
            continue;
        };
        if now.service != entry.service {
            changed_services.push(Command::SetService { key, service });
        }
        let service = key;
        for (&key, &destination) in &entry.destinations {
            match now.destinations.get(&key) {
                None => changed_destinations.push(Command::NewDestination { service, key, destination }),
                Some(now) if *now == destination => {}
                Some(_) => changed_destinations.push(Command::SetDestination { service, key, destination }),
            }
        }
        let gone = now.destinations.keys().filter(|key| !entry.destinations.contains_key(key));
        removed_destinations.extend(gone.map(|&key| Command::DeleteDestination { service, key }));
    }
    let gone =
        current.services.keys().filter(|key| scope.contains(key) && !desired.services.contains_key(key));
    let removed_services = gone.map(|&key| Command::DeleteService { key });
    added
        .into_iter()
        .chain(changed_services)
        .chain(changed_destinations)
        .chain(removed_destinations)
        .chain(removed_services)
        .collect()
}
