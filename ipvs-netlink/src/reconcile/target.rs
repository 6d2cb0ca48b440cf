//! What should be in the place of what is there, drains included.

use core::cmp::Reverse;
use core::time::Duration;
use std::sync::Arc;

use super::job::{Job, Leaving};
use super::{Event, Read, Reconciler};
use crate::destination::{Destination, DestinationKey};
use crate::drain::{DrainEnd, Draining, Traffic};
use crate::plan::{Group, Sequence, compare};
use crate::request::Command;
use crate::scope::Fields;
use crate::service::{Service, ServiceKey};
use crate::table::Entry;

impl Reconciler {
    /// What is wanted of a service of ours.
    pub(super) fn wanted(&self, key: &ServiceKey) -> Option<&Arc<Entry>> {
        self.desired.entry(key).filter(|_| self.scope.contains(key))
    }

    /// What should be in the place of a destination that is `there`, in a service that is (or
    /// was) `service`. `None` if nothing should.
    pub(super) fn target(
        &self,
        service: (&ServiceKey, &Service),
        key: &DestinationKey,
        there: Option<&Destination>,
        wanted: Option<&Destination>,
        now: Duration,
    ) -> Option<Destination> {
        let leaving = self.jobs.get(service.0).and_then(|job| job.drains.get(key));
        let Some(there) = there else { return wanted.copied() };
        if let Some(wanted) = wanted {
            let mut target = self.scope.kept().of_destination(*wanted, there);
            if let (Some(Leaving::Restoring(weight)), 0) = (leaving, there.weight) {
                target.weight = *weight;
            }
            return Some(target);
        }
        let ends = match leaving {
            Some(Leaving::Waiting { draining, .. }) => draining.end(now).is_some(),
            Some(Leaving::Restoring(_)) | None => {
                let drain = self.config.drains.of(service.0, key);
                drain.is_none_or(|drain| drain.is_immediate(Traffic::of(service.0, service.1)))
            }
        };
        (!ends).then_some(Destination { weight: 0, ..*there })
    }

    /// The commands for one service at `now`, and whether others have to wait.
    pub(super) fn steps(&self, key: &ServiceKey, now: Duration) -> (Group, bool) {
        let mut group = Group::default();
        let known = self.known.entry(key).map(Arc::as_ref);
        let wanted = self.wanted(key).map(Arc::as_ref);
        let Some(service) = known.or(wanted).map(|entry| &entry.service) else { return (group, false) };
        let target = |to: &DestinationKey, there: Option<&Destination>, then: Option<&Destination>| {
            self.target((key, service), to, there, then, now)
        };
        compare(key, known, wanted, self.scope.kept(), target, &mut group);
        let all = group.len();
        if let Some(job) = self.jobs.get(key) {
            let whole = known.is_none() || wanted.is_none();
            group.retain(|command| !job.holds(command, now, whole));
        }
        let held = group.len() < all;
        (group, held)
    }

    /// The next commands: additions and changes of all services before the first removal.
    pub(super) fn next_commands(&mut self, now: Duration) -> Option<Arc<[Command]>> {
        let mut sequence = Sequence::default();
        let (mut additions, mut removals) = (0, 0);
        let mut after = None;
        while additions < Self::COMMANDS
            && let Some((importance, key)) = self.next_plan(after)
        {
            after = Some((importance, key));
            if matches!(self.reads.get(&key), Some(Read::Unknown | Read::Again { .. })) {
                continue;
            }
            self.turn_drains(key, now);
            let (mut group, held) = self.steps(&key, now);
            if let Some(job) = self.jobs.get_mut(&key) {
                job.held = held;
            }
            if group.len() == 0 {
                self.plans.remove(&(importance, key));
                self.settle(key, now);
                continue;
            }
            let room = Self::COMMANDS.saturating_sub(removals);
            group.truncate_removals(room);
            removals += group.removals();
            additions += group.len() - group.removals();
            sequence.group(importance.0).append(group);
        }
        let mut commands = sequence.into_commands();
        // Additions lead. If they alone are too many, no removal is among those that stay.
        commands.truncate(Self::COMMANDS);
        (!commands.is_empty()).then(|| commands.into())
    }

    fn next_plan(&self, after: Option<(Reverse<u8>, ServiceKey)>) -> Option<(Reverse<u8>, ServiceKey)> {
        use core::ops::Bound::{Excluded, Unbounded};
        self.plans.range((after.map_or(Unbounded, Excluded), Unbounded)).next().copied()
    }

    /// Ends the drains of what is wanted again, and begins those of what is not any more.
    fn turn_drains(&mut self, key: ServiceKey, now: Duration) {
        let Some(known) = self.known.entry(&key).cloned() else { return };
        let wanted = self.wanted(&key).cloned();
        let is_wanted =
            |to: &DestinationKey| wanted.as_ref().is_some_and(|entry| entry.destinations.contains_key(to));
        if let Some(job) = self.jobs.get_mut(&key) {
            let keeps_weight = self.scope.kept().contains(Fields::WEIGHT);
            for event in return_wanted(job, key, keeps_weight, is_wanted) {
                self.events.push(event);
            }
        }
        let traffic = Traffic::of(&key, &known.service);
        for (to, there) in known.destinations.iter().filter(|(to, _)| !is_wanted(to)) {
            let Some(policy) = self.config.drains.of(&key, to) else { continue };
            let job = self.jobs.entry(key).or_default();
            let before = match job.drains.get(to) {
                Some(Leaving::Waiting { .. }) => continue,
                Some(Leaving::Restoring(weight)) if there.weight == 0 => Some(*weight),
                Some(Leaving::Restoring(_)) | None => Some(there.weight).filter(|weight| *weight > 0),
            };
            let draining = Draining::start(policy, traffic, now);
            if !policy.is_immediate(traffic) {
                let deadline = draining.deadline();
                self.events.push(Event::Draining { service: key, key: *to, deadline });
            }
            job.drains.insert(*to, Leaving::Waiting { draining, before, deleting: false });
        }
    }
}

/// Turns the drains of what is wanted again.
fn return_wanted(
    job: &mut Job,
    service: ServiceKey,
    keeps_weight: bool,
    is_wanted: impl Fn(&DestinationKey) -> bool,
) -> Vec<Event> {
    let mut events = Vec::new();
    job.drains.retain(|key, leaving| {
        let Leaving::Waiting { draining, before, .. } = leaving else { return true };
        if !is_wanted(key) {
            return true;
        }
        let cut = draining.connections();
        events.push(Event::Drained { service, key: *key, reason: DrainEnd::Returned, cut });
        match before {
            Some(weight) if keeps_weight => {
                *leaving = Leaving::Restoring(*weight);
                true
            }
            Some(_) | None => false,
        }
    });
    events
}
