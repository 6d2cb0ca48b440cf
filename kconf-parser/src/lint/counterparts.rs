//! Which instance of the other node is the same virtual router.

use core::net::IpAddr;
use std::collections::HashMap;

use crate::model::{AddressFamily, VrrpInstance};

/// Instances of the other node by what they can be known by.
#[derive(Debug, Default)]
pub(super) struct Counterparts<'o> {
    by_number: HashMap<(u8, AddressFamily), Vec<&'o VrrpInstance>>,
    by_name: HashMap<&'o str, &'o VrrpInstance>,
    by_address: HashMap<IpAddr, &'o VrrpInstance>,
}

impl<'o> Counterparts<'o> {
    pub(super) fn new(others: &'o [VrrpInstance]) -> Self {
        let mut all = Self::default();
        for other in others {
            all.by_number.entry((other.vrid, other.family)).or_default().push(other);
            all.by_name.entry(&other.name).or_insert(other);
            for address in &other.virtual_addresses {
                all.by_address.entry(address.address).or_insert(other);
            }
        }
        all
    }

    /// The instance that `own` elects a master with: the one with its number, and its name or one of its addresses;
    /// else with its name; else with one of its addresses; else the only one with its number.
    pub(super) fn of(&self, own: &VrrpInstance) -> Option<&'o VrrpInstance> {
        let numbered = self.by_number.get(&(own.vrid, own.family)).map_or(&[][..], Vec::as_slice);
        let named = self.by_name.get(own.name.as_str()).filter(|other| other.family == own.family);
        let mut addressed =
            own.virtual_addresses.iter().filter_map(|address| self.by_address.get(&address.address));
        let related = numbered.iter().find(|other| other.name == own.name || shares_address(own, other));
        let alone = if let [only] = numbered { Some(only) } else { None };
        related.or(named).or_else(|| addressed.next()).or(alone).copied()
    }
}

fn shares_address(own: &VrrpInstance, other: &VrrpInstance) -> bool {
    own.virtual_addresses
        .iter()
        .any(|address| other.virtual_addresses.iter().any(|theirs| theirs.address == address.address))
}
