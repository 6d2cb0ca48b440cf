//! The state machines that the engine drives: an instance by itself, or those of a `vrrp_sync_group`.

use vrrp_fsm::{
    Config, Fault, GroupOutput, Input, Instant, Output, StateKind, SyncGroup, Transition, VirtualRouter,
};
use vrrp_proto::Priority;

/// Instances that change together: one, or a group.
#[derive(Debug)]
pub(crate) struct Machine {
    /// Positions of the instances.
    members: Vec<usize>,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Alone(VirtualRouter),
    /// With its position among the groups and its name in the file.
    Group(usize, String, SyncGroup),
}

/// What a machine wants done, or known.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Wish {
    /// What the instance at this position wants.
    Instance(usize, Output),
    /// The group changed.
    Group(Transition),
}

impl Machine {
    /// The instance at `position`, by itself.
    #[must_use]
    pub(crate) fn alone(position: usize, router: VirtualRouter) -> Self {
        Self { members: vec![position], kind: Kind::Alone(router) }
    }

    /// The instances at these positions, as group number `group` of this name.
    #[must_use]
    pub(crate) fn group(
        group: usize,
        name: &str,
        members: impl IntoIterator<Item = (usize, VirtualRouter)>,
    ) -> Self {
        let (members, routers): (Vec<_>, Vec<_>) = members.into_iter().unzip();
        Self { members, kind: Kind::Group(group, name.to_owned(), SyncGroup::new(routers)) }
    }

    /// The same routers in the same states, each at the position that `moved` has for its old one, as the
    /// group that `new` is.
    #[must_use]
    pub(crate) fn goes_on_as(self, new: &Self, moved: impl Fn(usize) -> Option<usize>) -> Self {
        let kind = match (self.kind, &new.kind) {
            (Kind::Group(_, _, routers), Kind::Group(group, name, _)) => {
                Kind::Group(*group, name.clone(), routers)
            }
            (kind, _) => kind,
        };
        Self { members: self.members.into_iter().filter_map(moved).collect(), kind }
    }

    /// Positions of its instances.
    #[must_use]
    pub(crate) fn members(&self) -> &[usize] {
        &self.members
    }

    /// Position and name of the group, if it is one.
    #[must_use]
    pub(crate) fn as_group(&self) -> Option<(usize, &str)> {
        match &self.kind {
            Kind::Alone(_) => None,
            Kind::Group(group, name, _) => Some((*group, name)),
        }
    }

    /// Its routers, in the order of [`members`](Self::members).
    #[must_use]
    pub(crate) fn routers(&self) -> &[VirtualRouter] {
        match &self.kind {
            Kind::Alone(router) => core::slice::from_ref(router),
            Kind::Group(_, _, group) => group.members(),
        }
    }

    /// The state of the instance, or of the group.
    #[must_use]
    pub(crate) const fn state(&self) -> StateKind {
        match &self.kind {
            Kind::Alone(router) => router.state(),
            Kind::Group(_, _, group) => group.state(),
        }
    }

    /// For the `member`th of its routers.
    pub(crate) fn handle_input(&mut self, now: Instant, member: usize, input: Input) {
        match &mut self.kind {
            Kind::Alone(router) => router.handle_input(now, input),
            Kind::Group(_, _, group) => group.handle_input(now, member, input),
        }
    }

    /// The `member`th of its routers goes on with another configuration.
    pub(crate) fn reconfigure(
        &mut self,
        now: Instant,
        member: usize,
        config: Config,
        effective: Priority,
        faults: Vec<Fault>,
    ) {
        match &mut self.kind {
            Kind::Alone(router) => router.reconfigure(now, config, effective, faults),
            Kind::Group(_, _, group) => group.reconfigure(now, member, config, effective, faults),
        }
    }

    /// Runs what is due.
    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        match &mut self.kind {
            Kind::Alone(router) => router.handle_timeout(now),
            Kind::Group(_, _, group) => group.handle_timeout(now),
        }
    }

    /// When something is due next.
    #[must_use]
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        match &self.kind {
            Kind::Alone(router) => router.poll_timeout(),
            Kind::Group(_, _, group) => group.poll_timeout(),
        }
    }

    /// The oldest wish, until there is none.
    pub(crate) fn poll_output(&mut self) -> Option<Wish> {
        match &mut self.kind {
            Kind::Alone(router) => {
                let output = router.poll_output()?;
                self.members.first().map(|position| Wish::Instance(*position, output))
            }
            Kind::Group(_, _, group) => match group.poll_output()? {
                GroupOutput::Member { member, output } => {
                    self.members.get(member).map(|position| Wish::Instance(*position, output))
                }
                GroupOutput::Transition(change) => Some(Wish::Group(change)),
            },
        }
    }
}
