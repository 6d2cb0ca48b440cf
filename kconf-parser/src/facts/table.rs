//! Facts that somebody wrote down.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::{Facts, HostAddress, ScriptStatus};
use crate::model::{ScriptCommand, ScriptUser};
use crate::routing_names::{RoutingNames, RoutingNumber};

/// Facts as plain data, for instance from an inventory.
///
/// A part that is `None` is unknown: of it everything is taken to exist.
///
/// ```
/// use kconf_parser::{Facts, FactsTable};
///
/// let facts = FactsTable {
///     interfaces: Some(["eth0".to_owned()].into()),
///     ..FactsTable::default()
/// };
/// assert!(facts.interface_exists("eth0") && !facts.interface_exists("eth1"));
/// assert!(facts.user_exists("anybody"));
/// assert_eq!(facts.addresses(), None);
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct FactsTable {
    /// Names of the network interfaces.
    pub interfaces: Option<BTreeSet<String>>,
    /// Addresses of the host without those that VRRP puts there.
    pub addresses: Option<Vec<HostAddress>>,
    /// Users by name or number.
    pub users: Option<BTreeSet<String>>,
    /// Groups by name or number.
    pub groups: Option<BTreeSet<String>>,
    /// Programs by path. A command whose program is not among them does not exist; one without a `/` is looked for
    /// in `/usr/local/sbin`, `/usr/local/bin`, `/usr/sbin`, `/usr/bin`, `/sbin` and `/bin`.
    pub scripts: Option<BTreeMap<PathBuf, ScriptStatus>>,
    /// Names of routing with their numbers. A kind that is missing is unknown.
    pub routing: BTreeMap<RoutingNames, BTreeMap<String, u32>>,
}

/// Where a program without a path is looked for.
const SEARCH_PATH: &[&str] = &["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

fn known(names: Option<&BTreeSet<String>>, name: &str) -> bool {
    names.is_none_or(|names| names.contains(name))
}

impl Facts for FactsTable {
    fn interface_exists(&self, name: &str) -> bool {
        known(self.interfaces.as_ref(), name)
    }

    fn user_exists(&self, user: &str) -> bool {
        known(self.users.as_ref(), user)
    }

    fn group_exists(&self, group: &str) -> bool {
        known(self.groups.as_ref(), group)
    }

    fn script(&self, command: &ScriptCommand, _user: Option<&ScriptUser>) -> ScriptStatus {
        let Some(scripts) = &self.scripts else { return ScriptStatus::Ok };
        let Some(program) = command.args.first().map(PathBuf::from) else { return ScriptStatus::NotFound };
        let found = if program.components().count() > 1 {
            scripts.get(&program)
        } else {
            SEARCH_PATH.iter().find_map(|folder| scripts.get(&PathBuf::from(folder).join(&program)))
        };
        found.copied().unwrap_or(ScriptStatus::NotFound)
    }

    fn routing_number(&self, names: RoutingNames, name: &str) -> RoutingNumber {
        let Some(numbers) = self.routing.get(&names) else { return RoutingNumber::Unchecked };
        numbers.get(name).map_or(RoutingNumber::Undefined, |number| RoutingNumber::Is(*number))
    }

    fn addresses(&self) -> Option<&[HostAddress]> {
        self.addresses.as_deref()
    }
}
