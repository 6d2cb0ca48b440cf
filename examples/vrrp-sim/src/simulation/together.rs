//! Which routers of a simulation are Master together, and their machines.

use crate::machine::Group;
use crate::router::RouterSpec;

/// A sync group of a host.
#[derive(Clone, Debug)]
pub(crate) struct Together {
    /// The shipped machine.
    pub(crate) group: Group,
    /// The positions of its members, in the group's order.
    pub(crate) members: Vec<usize>,
}

impl Together {
    /// All of them: members have the host and the name of the group in common.
    pub(crate) fn all(specs: &[RouterSpec]) -> Vec<Self> {
        let mut keys = Vec::new();
        let mut all: Vec<Self> = Vec::new();
        for (position, spec) in specs.iter().enumerate() {
            let Some(name) = &spec.sync_group else { continue };
            let key = (&spec.host, name);
            let found = keys.iter().position(|known| *known == key);
            if let Some(known) = found.and_then(|found| all.get_mut(found)) {
                known.members.push(position);
            } else {
                keys.push(key);
                all.push(Self { group: Group::new([]), members: vec![position] });
            }
        }
        for together in &mut all {
            let members = together.members.iter().filter_map(|member| specs.get(*member));
            together.group = Group::new(members.map(|spec| spec.config.clone()));
        }
        all
    }

    /// Where a router stands in the group.
    pub(crate) fn place(&self, position: usize) -> Option<usize> {
        self.members.iter().position(|member| *member == position)
    }

    /// The member that stands for the group; there is no group without one.
    pub(crate) fn first(&self) -> usize {
        self.members.first().copied().unwrap_or_default()
    }

    /// The last member.
    pub(crate) fn last(&self) -> usize {
        self.members.last().copied().unwrap_or_default()
    }
}
