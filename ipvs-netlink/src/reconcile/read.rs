//! What was read.

use core::time::Duration;
use std::sync::Arc;

use super::job::{Leaving, Undone};
use super::{Action, Event, Flight, Found, ObservedTable, Read, Reconciler};
use crate::destination::{Destination, DestinationKey};
use crate::drain::DrainEnd;
use crate::error::{Error, Object};
use crate::plan::join::join;
use crate::service::ServiceKey;
use crate::table::{Entry, Table};

impl Reconciler {
    /// So often a service is read at once to see a difference twice; then the last counts.
    const LOOKS: u32 = 5;

    /// Takes the answer to [`Action::ReadTable`]. Give what was read as a whole, or the error.
    pub fn handle_table(&mut self, now: Duration, read: Result<ObservedTable, Error>) {
        if !matches!(self.flight, Flight::Table) {
            return;
        }
        self.flight = Flight::Idle;
        let Some(observed) = self.was_read(now, read) else { return };
        self.audit_at = self.config.audit.map(|interval| now.saturating_add(interval));
        self.foreign = observed.table().outside(&self.scope).count();
        if self.adopting {
            self.adopt(now, &observed);
        } else {
            for key in self.worth_a_look(&observed) {
                self.take(key, &observed, now);
            }
        }
    }

    /// Takes the answer to [`Action::ReadServices`]: those of them that exist.
    pub fn handle_services(&mut self, now: Duration, read: Result<ObservedTable, Error>) {
        let Flight::Services(keys) = &self.flight else { return };
        let keys = Arc::clone(keys);
        self.flight = Flight::Idle;
        let Some(observed) = self.was_read(now, read) else { return };
        for key in keys.iter() {
            self.take(*key, &observed, now);
        }
    }

    pub(super) fn read_table(&mut self) -> Action {
        self.flight = Flight::Table;
        Action::ReadTable
    }

    pub(super) fn read_services(&mut self) -> Action {
        // Beyond that, one dump of all is less work for the kernel than one question each.
        if self.reads.len() > 64 && self.reads.len() * 2 > self.known.len() + self.foreign {
            return self.read_table();
        }
        let keys: Arc<[ServiceKey]> = self.reads.keys().take(Self::SERVICES).copied().collect();
        self.flight = Flight::Services(Arc::clone(&keys));
        Action::ReadServices(keys)
    }

    fn was_read(&mut self, now: Duration, read: Result<ObservedTable, Error>) -> Option<ObservedTable> {
        match read {
            Ok(observed) => {
                self.reading = super::Backoff::default();
                Some(observed)
            }
            Err(error) => {
                let pause = self.reading.hold(now, &self.config);
                self.events.push(Event::ReadFailed { error, pause });
                None
            }
        }
    }

    /// Takes the table as it is.
    fn adopt(&mut self, now: Duration, observed: &ObservedTable) {
        self.known = Table::new();
        for (key, entry) in observed.table().entries().iter().filter(|(key, _)| self.scope.contains(key)) {
            self.known.replace(*key, Some(Arc::clone(entry)));
        }
        self.adopting = false;
        self.plans.clear();
        self.reads.clear();
        for key in self.jobs.keys().copied().collect::<Vec<_>>() {
            if self.scope.contains(&key) {
                self.look_at_drains(key, observed, now);
                self.mark(key);
                self.settle(key, now);
            } else {
                self.jobs.remove(&key);
                self.timers.set(key, None);
            }
        }
        let (mut services, mut stale, mut different) = (0, 0, Vec::new());
        for (key, now, then) in join(self.known.entries(), self.desired.entries()) {
            services += usize::from(now.is_some() && then.is_some());
            stale += usize::from(now.is_some() && then.is_none());
            if now != then {
                different.push(*key);
            }
        }
        for key in different {
            // What is deleted as empty or as stale was seen so twice.
            if self.wanted(&key).is_none() && self.known.contains(&key) {
                self.reads.insert(key, Read::Unknown);
            }
            self.mark(key);
        }
        self.events.push(Event::Adopted { services, stale, foreign: self.foreign });
    }

    /// The services of ours that differ from what is known, or that somebody waits for.
    fn worth_a_look(&self, observed: &ObservedTable) -> Vec<ServiceKey> {
        let entries = observed.table().entries();
        let known = self.known.entries();
        let neither = |key: &ServiceKey| !known.contains_key(key) && !entries.contains_key(key);
        let mut keys: Vec<_> = self.reads.keys().filter(|key| neither(key)).copied().collect();
        for (key, known, seen) in join(known, entries) {
            let waited_for = || self.reads.contains_key(key) || self.jobs.contains_key(key);
            if (known != seen || waited_for()) && self.scope.contains(key) {
                keys.push(*key);
            }
        }
        keys
    }

    /// Takes what was read of one service.
    fn take(&mut self, key: ServiceKey, observed: &ObservedTable, now: Duration) {
        let seen = observed.table().entry(&key).cloned();
        let known = self.known.entry(&key).cloned();
        let (before, attempts) = match self.reads.remove(&key) {
            _ if seen == known => (None, 0),
            Some(Read::Again { seen: before, attempts }) => (Some(before), attempts),
            Some(Read::Check | Read::Unknown) | None => {
                self.reads.insert(key, Read::Again { seen, attempts: 1 });
                return;
            }
        };
        if let Some(before) = before {
            if lacks(seen.as_deref(), before.as_deref()) && attempts < Self::LOOKS {
                self.reads.insert(key, Read::Again { seen, attempts: attempts + 1 });
                return;
            }
            self.believe(key, known.as_deref(), seen, now);
            self.mark(key);
        }
        self.look_at_drains(key, observed, now);
        self.end_contentions(key, now);
        self.settle(key, now);
    }

    /// Makes what was seen twice what is known, and tells what of it was not our doing.
    fn believe(&mut self, key: ServiceKey, old: Option<&Entry>, new: Option<Arc<Entry>>, now: Duration) {
        let wanted = self.wanted(&key).cloned();
        let mut undone: Vec<(Option<DestinationKey>, Found)> = Vec::new();
        match (old, new.as_deref()) {
            (None, None) => {}
            (None, Some(_)) if wanted.is_none() => undone.push((None, Found::Extra)),
            (None, Some(_)) => {}
            (Some(_), None) if wanted.is_some() => undone.push((None, Found::Missing)),
            (Some(_), None) => {}
            (Some(old), Some(new)) => {
                let keep = self.scope.kept();
                if let Some(wanted) = &wanted
                    && *keep.of_service(&wanted.service, &old.service) == old.service
                    && *keep.of_service(&wanted.service, &new.service) != new.service
                {
                    undone.push((None, Found::Changed));
                }
                for (to, before, after) in join(&old.destinations, &new.destinations) {
                    let wanted = wanted.as_ref().and_then(|entry| entry.destinations.get(to));
                    let satisfied = |there: Option<&Destination>| {
                        self.target((&key, &old.service), to, there, wanted, now).as_ref() == there
                    };
                    if satisfied(before) && !satisfied(after) {
                        undone.push((Some(*to), found(before, after)));
                    }
                }
            }
        }
        self.known.replace(key, new);
        for (to, found) in undone {
            self.undone(key, to, found, now);
        }
    }

    /// Somebody else undid what we did: counts it, tells it, and makes the next repair wait if
    /// it was too often.
    pub(super) fn undone(
        &mut self,
        service: ServiceKey,
        to: Option<DestinationKey>,
        found: Found,
        now: Duration,
    ) {
        let key = to.map_or(Object::Service(service), |key| Object::Destination { service, key });
        let quiet = self.config.peace();
        let trouble = self.jobs.entry(service).or_default().trouble(to);
        let undone = trouble.undone.get_or_insert(Undone { times: 0, last: now, backoff: None });
        if undone.backoff.is_none() && undone.last.saturating_add(quiet) <= now {
            undone.times = 0;
        }
        undone.times = undone.times.saturating_add(1);
        undone.last = now;
        if undone.times < self.config.patience {
            self.events.push(Event::Drifted { key, found });
        } else {
            undone.backoff.get_or_insert_default().hold(now, &self.config);
            self.events.push(Event::Contended { key, times: undone.times });
        }
    }

    /// Ends the drains of what is no longer there, and passes the counters on to the others.
    fn look_at_drains(&mut self, key: ServiceKey, observed: &ObservedTable, now: Duration) {
        self.end_gone(key);
        let Some(job) = self.jobs.get_mut(&key) else { return };
        let mut ready = false;
        for (to, leaving) in &mut job.drains {
            if let (Leaving::Waiting { draining, .. }, Some(there)) =
                (leaving, self.known.destination(&key, to))
            {
                draining.observe(now, there.weight, observed.connections(&key, to));
                ready |= draining.end(now).is_some();
            }
        }
        if ready {
            self.mark(key);
        }
    }

    /// Ends the drains of what is no longer there.
    pub(super) fn end_gone(&mut self, service: ServiceKey) {
        let Some(job) = self.jobs.get_mut(&service) else { return };
        job.drains.retain(|key, leaving| match (leaving, self.known.destination(&service, key)) {
            (Leaving::Waiting { .. }, Some(_)) => true,
            (Leaving::Waiting { draining, deleting, .. }, None) => {
                let reason = if *deleting { draining.reason() } else { DrainEnd::Gone };
                let cut = draining.connections();
                self.events.push(Event::Drained { service, key: *key, reason, cut });
                false
            }
            (Leaving::Restoring(_), there) => there.is_some_and(|there| there.weight == 0),
        });
    }

    /// Ends what was contended and is as it should be since long enough.
    fn end_contentions(&mut self, service: ServiceKey, now: Duration) {
        let quiet = self.config.peace();
        let Some(job) = self.jobs.get(&service) else { return };
        let over = |to: &Option<DestinationKey>| {
            let contention = job.troubles.get(to).and_then(|trouble| trouble.undone.as_ref());
            contention
                .is_some_and(|undone| undone.backoff.is_some() && undone.last.saturating_add(quiet) <= now)
        };
        let ended: Vec<_> = job
            .troubles
            .keys()
            .filter(|to| over(to) && self.is_satisfied(service, **to, now))
            .copied()
            .collect();
        for to in ended {
            if let Some(trouble) = self.jobs.get_mut(&service).and_then(|job| job.troubles.get_mut(&to)) {
                trouble.undone = None;
            }
            let key = to.map_or(Object::Service(service), |key| Object::Destination { service, key });
            self.events.push(Event::ContentionEnded { key });
        }
    }

    /// Whether a key is, as far as known, what it should be.
    fn is_satisfied(&self, service: ServiceKey, to: Option<DestinationKey>, now: Duration) -> bool {
        let known = self.known.entry(&service).map(Arc::as_ref);
        let wanted = self.wanted(&service).map(Arc::as_ref);
        match (to, known, wanted) {
            (None, Some(known), Some(wanted)) => {
                *self.scope.kept().of_service(&wanted.service, &known.service) == known.service
            }
            (None, known, wanted) => known.is_none() && wanted.is_none(),
            (Some(to), Some(known), wanted) => {
                let there = known.destinations.get(&to);
                let wanted = wanted.and_then(|entry| entry.destinations.get(&to));
                self.target((&service, &known.service), &to, there, wanted, now).as_ref() == there
            }
            (Some(to), None, wanted) => wanted.is_none_or(|entry| !entry.destinations.contains_key(&to)),
        }
    }
}

/// Whether something that was there `before` is missing `now`.
fn lacks(now: Option<&Entry>, before: Option<&Entry>) -> bool {
    match (now, before) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(now), Some(before)) => {
            before.destinations.keys().any(|key| !now.destinations.contains_key(key))
        }
    }
}

const fn found(before: Option<&Destination>, after: Option<&Destination>) -> Found {
    match (before, after) {
        (_, None) => Found::Missing,
        (None, Some(_)) => Found::Extra,
        (Some(_), Some(_)) => Found::Changed,
    }
}
