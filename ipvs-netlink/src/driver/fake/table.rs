//! What the fake kernel holds: services, their destinations, and those that were deleted.

use core::cmp::Reverse;
use core::net::IpAddr;
use std::collections::{BTreeMap, HashMap};

use crate::destination::DestinationKey;
use crate::drain::Connections;
use crate::service::ServiceKey;
use crate::stats::Stats;
use crate::uapi::AddressFamily;

/// What names a service; a mark of 0 is none.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum ServiceId {
    Address { family: AddressFamily, protocol: u16, address: [u8; 16], port: u16 },
    Mark { family: AddressFamily, mark: u32 },
}

impl ServiceId {
    pub(super) const fn family(&self) -> AddressFamily {
        match self {
            Self::Address { family, .. } | Self::Mark { family, .. } => *family,
        }
    }
}

impl From<&ServiceKey> for ServiceId {
    fn from(key: &ServiceKey) -> Self {
        let family = key.family();
        match key {
            ServiceKey::Address { protocol, address } => Self::Address {
                family,
                protocol: protocol.number(),
                address: octets(address.ip()),
                port: address.port(),
            },
            ServiceKey::FirewallMark { mark, .. } => Self::Mark { family, mark: mark.get() },
        }
    }
}

/// What names a destination within its service.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct DestId {
    pub(super) family: AddressFamily,
    pub(super) address: [u8; 16],
    pub(super) port: u16,
}

impl From<&DestinationKey> for DestId {
    fn from(key: &DestinationKey) -> Self {
        let address = key.address();
        Self { family: key.family(), address: octets(address.ip()), port: address.port() }
    }
}

fn octets(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(address) => {
            let [a, b, c, d] = address.octets();
            [a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        }
        IpAddr::V6(address) => address.octets(),
    }
}

#[derive(Clone, Debug)]
pub(super) struct Svc {
    /// Tells it from an earlier service of the same name.
    pub(super) serial: u64,
    pub(super) settings: Settings,
    pub(super) stats: Stats,
    pub(super) dests: Ordered<DestId, Reverse<u64>, Dest>,
}

/// What a request says of a service.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Settings {
    /// `None` is "none".
    pub(super) scheduler: Option<Box<str>>,
    pub(super) engine: Option<Box<str>>,
    pub(super) flags: u32,
    pub(super) timeout_ticks: u32,
    pub(super) netmask: [u8; 4],
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Dest {
    pub(super) settings: DestSettings,
    pub(super) connections: Connections,
    pub(super) stats: Stats,
}

/// What a request says of a destination.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct DestSettings {
    pub(super) method: u32,
    pub(super) weight: u32,
    pub(super) upper: u32,
    pub(super) lower: u32,
    pub(super) tunnel_type: u8,
    pub(super) tunnel_port: u16,
    pub(super) tunnel_flags: u16,
}

/// Where a dump comes upon a service: marks last, by hash bucket, the newest first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Place {
    marked: bool,
    bucket: u32,
    newest_first: Reverse<u64>,
}

impl Place {
    /// The kernel has 256 buckets of each kind. It also mixes in a number that differs from
    /// boot to boot; ours is 0.
    fn of(id: &ServiceId, serial: u64) -> Self {
        let (marked, hash) = match id {
            ServiceId::Mark { mark, .. } => (true, *mark),
            ServiceId::Address { family, protocol, address, port } => {
                let (words, _) = address.as_chunks::<4>();
                let wanted = match family {
                    AddressFamily::V4 => 1,
                    AddressFamily::V6 => 4,
                };
                let folded =
                    words.iter().take(wanted).fold(0, |folded, word| folded ^ u32::from_be_bytes(*word));
                let port = u32::from(*port);
                (false, u32::from(*protocol) ^ folded ^ (port >> 8) ^ port)
            }
        };
        Self { marked, bucket: hash & 0xff, newest_first: Reverse(serial) }
    }
}

/// Values found by their names and listed by their places.
#[derive(Clone, Debug)]
pub(super) struct Ordered<K, P, V> {
    places: HashMap<K, P>,
    values: BTreeMap<P, (K, V)>,
}

impl<K, P, V> Default for Ordered<K, P, V> {
    fn default() -> Self {
        Self { places: HashMap::new(), values: BTreeMap::new() }
    }
}

impl<K: Copy + Eq + core::hash::Hash, P: Copy + Ord, V> Ordered<K, P, V> {
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.values.get(self.places.get(key)?).map(|(_, value)| value)
    }

    pub(super) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.values.get_mut(self.places.get(key)?).map(|(_, value)| value)
    }

    pub(super) fn insert(&mut self, key: K, place: P, value: V) {
        self.places.insert(key, place);
        self.values.insert(place, (key, value));
    }

    pub(super) fn remove(&mut self, key: &K) -> Option<V> {
        let place = self.places.remove(key)?;
        self.values.remove(&place).map(|(_, value)| value)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.values.values().map(|(key, value)| (key, value))
    }

    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.values.values_mut().map(|(_, value)| value)
    }
}

/// Deleted destinations that connections still belong to. Added again, a destination has them
/// back, and its counters too if its service was not deleted.
#[derive(Clone, Debug, Default)]
struct Trash {
    dests: HashMap<(ServiceId, DestId), (u64, Dest)>,
}

impl Trash {
    /// The kernel frees what has no connections after a while; nothing here grows with that.
    const MOST: usize = 65_536;

    fn put(&mut self, service: ServiceId, serial: u64, id: DestId, dest: Dest) {
        let nothing = dest.connections == Connections::default() && dest.stats == Stats::default();
        if !nothing && self.dests.len() < Self::MOST {
            self.dests.insert((service, id), (serial, dest));
        }
    }
}

/// Services and destinations.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    pub(super) services: Ordered<ServiceId, Place, Svc>,
    trash: Trash,
    serial: u64,
}

impl Table {
    pub(super) fn add_service(&mut self, id: ServiceId, settings: Settings) {
        self.serial += 1;
        let serial = self.serial;
        let stats = Stats::default();
        let service = Svc { serial, settings, stats, dests: Ordered::default() };
        self.services.insert(id, Place::of(&id, serial), service);
    }

    pub(super) fn delete_service(&mut self, id: &ServiceId) {
        let Some(service) = self.services.remove(id) else { return };
        for (dest_id, dest) in service.dests.iter() {
            self.trash.put(*id, service.serial, *dest_id, *dest);
        }
    }

    /// Adds a destination to a service that is there.
    pub(super) fn add_dest(&mut self, service: &ServiceId, id: DestId, settings: DestSettings) {
        self.serial += 1;
        let serial = self.serial;
        let Some(found) = self.services.get_mut(service) else { return };
        let mut dest = Dest { settings, connections: Connections::default(), stats: Stats::default() };
        if let Some((of, deleted)) = self.trash.dests.remove(&(*service, id)) {
            dest.connections = deleted.connections;
            if of == found.serial {
                dest.stats = deleted.stats;
            }
        }
        found.dests.insert(id, Reverse(serial), dest);
    }

    pub(super) fn delete_dest(&mut self, service: &ServiceId, id: &DestId) {
        let Some(found) = self.services.get_mut(service) else { return };
        let serial = found.serial;
        if let Some(dest) = found.dests.remove(id) {
            self.trash.put(*service, serial, *id, dest);
        }
    }

    /// Deletes every service.
    pub(super) fn flush(&mut self) {
        let all: Vec<_> = self.services.iter().map(|(id, _)| *id).collect();
        for id in all {
            self.delete_service(&id);
        }
    }

    /// Counters of one service with its destinations, or of all.
    pub(super) fn zero(&mut self, only: Option<&ServiceId>) {
        let zero = |service: &mut Svc| {
            service.stats = Stats::default();
            service.dests.values_mut().for_each(|dest| dest.stats = Stats::default());
        };
        match only {
            Some(id) => {
                if let Some(service) = self.services.get_mut(id) {
                    zero(service);
                }
            }
            None => self.services.values_mut().for_each(zero),
        }
    }

    /// Whether a destination is of another family than its service.
    pub(super) fn is_mixed(&self) -> bool {
        self.services
            .iter()
            .any(|(id, service)| service.dests.iter().any(|(dest, _)| dest.family != id.family()))
    }
}
