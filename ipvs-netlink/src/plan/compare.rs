//! One service against what is wanted of it, and commands in their order.

use core::cmp::Reverse;
use std::collections::BTreeMap;

use super::join::join;
use crate::destination::{Destination, DestinationKey};
use crate::request::Command;
use crate::scope::Fields;
use crate::service::ServiceKey;
use crate::table::Entry;

/// Commands by importance, each kind by itself.
#[derive(Debug, Default)]
pub(crate) struct Sequence {
    groups: BTreeMap<Reverse<u8>, Group>,
}

/// The commands of services of one importance.
#[derive(Debug, Default)]
pub(crate) struct Group {
    /// New services, each followed by its destinations.
    added: Vec<Command>,
    changed_services: Vec<Command>,
    changed_destinations: Vec<Command>,
    removed_destinations: Vec<Command>,
    removed_services: Vec<Command>,
}

impl Sequence {
    pub(crate) fn group(&mut self, importance: u8) -> &mut Group {
        self.groups.entry(Reverse(importance)).or_default()
    }

    /// Additions and changes of all, then removals of all.
    pub(crate) fn into_commands(self) -> Vec<Command> {
        let mut commands = Vec::new();
        let mut removals = Vec::new();
        for group in self.groups.into_values() {
            commands.extend(group.added);
            commands.extend(group.changed_services);
            commands.extend(group.changed_destinations);
            removals.extend(group.removed_destinations);
            removals.extend(group.removed_services);
        }
        commands.append(&mut removals);
        commands
    }
}

impl Group {
    /// Moves over what `other` has.
    pub(crate) fn append(&mut self, mut other: Self) {
        self.added.append(&mut other.added);
        self.changed_services.append(&mut other.changed_services);
        self.changed_destinations.append(&mut other.changed_destinations);
        self.removed_destinations.append(&mut other.removed_destinations);
        self.removed_services.append(&mut other.removed_services);
    }

    /// Drops what does not pass.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&Command) -> bool) {
        for kind in [
            &mut self.added,
            &mut self.changed_services,
            &mut self.changed_destinations,
            &mut self.removed_destinations,
            &mut self.removed_services,
        ] {
            kind.retain(&mut keep);
        }
    }

    /// How many commands take something away.
    pub(crate) fn removals(&self) -> usize {
        self.removed_destinations.len() + self.removed_services.len()
    }

    /// Leaves at most so many removals.
    pub(crate) fn truncate_removals(&mut self, most: usize) {
        self.removed_destinations.truncate(most);
        self.removed_services.truncate(most.saturating_sub(self.removed_destinations.len()));
    }

    /// How many commands there are.
    pub(crate) fn len(&self) -> usize {
        self.added.len() + self.changed_services.len() + self.changed_destinations.len() + self.removals()
    }
}

/// Adds to `group` what makes the service `now` into `then`.
///
/// `target` says what should be in the place of a destination, from what is there and what
/// is wanted. While it wants to keep any, a service that nobody wants stays for them.
pub(crate) fn compare(
    key: &ServiceKey,
    now: Option<&Entry>,
    then: Option<&Entry>,
    keep: Fields,
    target: impl Fn(&DestinationKey, Option<&Destination>, Option<&Destination>) -> Option<Destination>,
    group: &mut Group,
) {
    let nothing = BTreeMap::new();
    let service = *key;
    let destinations = join(
        now.map_or(&nothing, |entry| &entry.destinations),
        then.map_or(&nothing, |entry| &entry.destinations),
    );
    match (now, then) {
        (None, None) => return,
        (None, Some(entry)) => {
            group.added.push(Command::NewService { key: service, service: entry.service.clone() });
        }
        (Some(now), Some(then)) => {
            let wanted = keep.of_service(&then.service, &now.service);
            if now.service != *wanted {
                let changed = Command::SetService { key: service, service: wanted.into_owned() };
                group.changed_services.push(changed);
            }
        }
        (Some(now), None) => {
            if now.destinations.iter().all(|(key, there)| target(key, Some(there), None).is_none()) {
                group.removed_services.push(Command::DeleteService { key: service });
                return;
            }
        }
    }
    let added = if now.is_some() { &mut group.changed_destinations } else { &mut group.added };
    for (&key, there, wanted) in destinations {
        match (there, target(&key, there, wanted)) {
            (None, Some(destination)) => {
                added.push(Command::NewDestination { service, key, destination });
            }
            (Some(there), Some(destination)) if *there != destination => {
                added.push(Command::SetDestination { service, key, destination });
            }
            (Some(_), None) => {
                group.removed_destinations.push(Command::DeleteDestination { service, key });
            }
            (Some(_), Some(_)) | (None, None) => {}
        }
    }
}
