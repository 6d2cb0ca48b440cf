//! From what is to what should be, by the fewest commands.

mod compare;
pub(crate) mod join;

use core::fmt;
use std::sync::Arc;

pub(crate) use compare::{Group, Sequence, compare};
use join::join;

use crate::request::Command;
use crate::scope::Scope;
use crate::table::Table;

/// The commands that make `current` into `desired` within `scope`, and nothing more.
///
/// In this order: new services, each with its destinations; changed services; new and
/// changed destinations; then removals. So no service is without destinations between two
/// that it should have. Among additions and changes, and again among removals, services of
/// more [importance](Scope::with_importance) come first; else the order is that of the keys,
/// so the same question has the same answer. A service that goes takes its destinations
/// along. The table is never flushed. Wanted services outside of `scope` get no command:
/// [`Table::outside`] tells them. Fields that the scope [keeps](Scope::keeping) stay.
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
    Plan::between(current, desired, scope).commands
}

/// What [`plan`] found, with a count of what it leaves alone. Printed, it is a list for
/// people to look at before it is done.
///
/// # Examples
///
/// ```
/// use ipvs_netlink::{Plan, Scope, Service, ServiceKey, Table};
///
/// let [ours, theirs] = ["192.0.2.1:80", "203.0.113.1:80"].map(|text| ServiceKey::tcp(text.parse().unwrap()));
/// let mut current = Table::new();
/// current.insert(ours, Service::new("wlc".parse().unwrap()));
/// current.insert(theirs, Service::new("wlc".parse().unwrap()));
/// let plan = Plan::between(&current, &Table::new(), &Scope::nothing().with_service(ours));
/// assert_eq!(plan.to_string(), "delete service TCP 192.0.2.1:80\n1 command, 1 service of others untouched\n");
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Plan {
    /// The commands in the order of [`plan`].
    pub commands: Vec<Command>,
    /// Services that exist and are not ours: none of them is touched.
    pub foreign: usize,
    /// Services that are wanted and not ours: they get no command.
    pub beyond_scope: usize,
}

impl Plan {
    /// What it takes to make `current` into `desired` within `scope`: see [`plan`].
    #[must_use]
    pub fn between(current: &Table, desired: &Table, scope: &Scope) -> Self {
        let mut sequence = Sequence::default();
        let mut report = Self::default();
        let keep = scope.kept();
        for (key, now, then) in join(current.entries(), desired.entries()) {
            if !scope.contains(key) {
                report.foreign += usize::from(now.is_some());
                report.beyond_scope += usize::from(then.is_some());
            } else if now != then {
                // Of what is shared, that took one look at two pointers.
                let group = sequence.group(scope.importance(key));
                let target = |_: &_, now: Option<&_>, then: Option<&_>| {
                    let wanted = *then?;
                    Some(now.map_or(wanted, |now| keep.of_destination(wanted, now)))
                };
                compare(key, now.map(Arc::as_ref), then.map(Arc::as_ref), keep, target, group);
            }
        }
        report.commands = sequence.into_commands();
        report
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.commands.is_empty()
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for command in &self.commands {
            writeln!(f, "{} {}", command.operation(), command.object())?;
        }
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        let (count, foreign) = (self.commands.len(), self.foreign);
        write!(f, "{count} command{}, {foreign} service{}", plural(count), plural(foreign))?;
        f.write_str(" of others untouched")?;
        if self.beyond_scope > 0 {
            write!(f, ", {} wanted outside of the scope", self.beyond_scope)?;
        }
        writeln!(f)
    }
}

#[cfg(test)]
mod tests;
