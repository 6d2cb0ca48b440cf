//! What became of commands.

use core::time::Duration;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::job::{Job, Leaving, deletes, destination_of};
use super::{Event, Flight, Found, Read, Reconciler};
use crate::error::{Error, Object, Operation, Reason};
use crate::request::Command;
use crate::service::ServiceKey;

/// What a result means for what the kernel holds.
enum Outcome {
    /// It is as the command wants it.
    Reached,
    /// What the command was to change is not there; or its service is not.
    Absent,
    /// It is as before.
    Refused(Error),
    /// Nobody knows.
    Unknown(Option<Error>),
}

impl Reconciler {
    /// Takes the answer to [`Action::Apply`](super::Action::Apply): one result for each
    /// command, in their order. Commands beyond the last result have an unknown one.
    pub fn handle_results(&mut self, now: Duration, results: Vec<Result<(), Error>>) {
        let Flight::Commands(commands) = &self.flight else { return };
        let commands = Arc::clone(commands);
        self.flight = Flight::Idle;
        let mut results = results.into_iter();
        let mut batch = Results::default();
        for command in commands.iter() {
            let (Object::Service(service) | Object::Destination { service, .. }) = command.object() else {
                continue;
            };
            batch.touched.insert(service);
            match outcome(command, results.next()) {
                Outcome::Reached => self.reached(service, command, now),
                Outcome::Absent => self.absent(service, command, now),
                Outcome::Refused(error) => self.refused(service, command, error, now),
                Outcome::Unknown(error) => {
                    batch.lost(service, error);
                    self.unsure(service, command);
                }
            }
        }
        self.after_results(batch, now);
    }

    fn after_results(&mut self, batch: Results, now: Duration) {
        if batch.lost_commands == 0 {
            self.applying = super::Backoff::default();
        } else {
            let pause = self.applying.hold(now, &self.config);
            let (commands, error) = (batch.lost_commands, batch.error);
            self.events.push(Event::Unanswered { commands, error, pause });
        }
        for key in batch.touched {
            let read = if batch.unknown.contains(&key) { Read::Unknown } else { Read::Check };
            self.reads.insert(key, read);
            self.settle(key, now);
        }
    }

    fn reached(&mut self, service: ServiceKey, command: &Command, now: Duration) {
        self.known.record(command);
        let Some(job) = self.jobs.get_mut(&service) else { return };
        let to = destination_of(command);
        job.done(to, now);
        let gone: Vec<_> = match to {
            _ if !deletes(command) => Vec::new(),
            Some(to) => job.drains.remove_entry(&to).into_iter().collect(),
            None => core::mem::take(&mut job.drains).into_iter().collect(),
        };
        for (key, leaving) in gone {
            if let Leaving::Waiting { draining, .. } = leaving {
                let (reason, cut) = (draining.reason(), draining.connections());
                self.events.push(Event::Drained { service, key, reason, cut });
            }
        }
        if let Some(to) = to
            && matches!(job.drains.get(&to), Some(Leaving::Restoring(_)))
        {
            job.drains.remove(&to);
        }
    }

    /// Somebody deleted what we wanted to change, or the service in which we wanted to add; or
    /// that service was refused a moment ago and never known.
    fn absent(&mut self, service: ServiceKey, command: &Command, now: Duration) {
        let to = destination_of(command).filter(|_| command.operation() == Operation::SetDestination);
        let known = match to {
            Some(to) => self.known.remove_destination(&service, &to).is_some(),
            None => self.known.remove(&service).is_some(),
        };
        if known {
            self.end_gone(service);
            let wanted = self.wanted(&service);
            let is_wanted = to.map_or(wanted.is_some(), |to| {
                wanted.is_some_and(|entry| entry.destinations.contains_key(&to))
            });
            if is_wanted {
                self.undone(service, to, Found::Missing, now);
            }
        }
        self.mark(service);
    }

    fn refused(&mut self, service: ServiceKey, command: &Command, error: Error, now: Duration) {
        let trouble = self.jobs.entry(service).or_default().trouble(destination_of(command));
        let (attempts, backoff) = trouble.refused.get_or_insert_default();
        *attempts = attempts.saturating_add(1);
        let attempts = *attempts;
        let pause = backoff.hold(now, &self.config);
        self.events.push(Event::Refused { key: command.object(), error, attempts, pause });
    }

    /// Remembers that a drained destination that vanishes now was deleted by us.
    fn unsure(&mut self, service: ServiceKey, command: &Command) {
        let leaving = |job: &mut Job| {
            let to = destination_of(command);
            for (key, leaving) in &mut job.drains {
                if let Leaving::Waiting { deleting, .. } = leaving {
                    *deleting |= deletes(command) && to.is_none_or(|to| to == *key);
                }
            }
        };
        self.jobs.get_mut(&service).into_iter().for_each(leaving);
    }
}

/// What is gathered over the results of one action.
#[derive(Default)]
struct Results {
    touched: BTreeSet<ServiceKey>,
    unknown: BTreeSet<ServiceKey>,
    lost_commands: usize,
    error: Option<Error>,
}

impl Results {
    fn lost(&mut self, service: ServiceKey, error: Option<Error>) {
        self.unknown.insert(service);
        self.lost_commands += 1;
        self.error = self.error.take().or(error);
    }
}

fn outcome(command: &Command, result: Option<Result<(), Error>>) -> Outcome {
    use Operation::{
        DeleteDestination, DeleteService, NewDestination, NewService, SetDestination, SetService,
    };
    use Reason::{DestinationExists, NoSuchDestination, NoSuchService, ServiceExists};
    let error = match result {
        Some(Ok(())) => return Outcome::Reached,
        Some(Err(error)) => error,
        None => return Outcome::Unknown(None),
    };
    match (command.operation(), error.reason()) {
        (NewService, Some(ServiceExists))
        | (NewDestination, Some(DestinationExists))
        | (DeleteService, Some(NoSuchService))
        | (DeleteDestination, Some(NoSuchDestination | NoSuchService)) => Outcome::Reached,
        (SetService | NewDestination, Some(NoSuchService))
        | (SetDestination, Some(NoSuchDestination | NoSuchService)) => Outcome::Absent,
        (_, Some(_)) => Outcome::Refused(error),
        (_, None) if matches!(error, Error::Encode(_)) => Outcome::Refused(error),
        (_, None) => Outcome::Unknown(Some(error)),
    }
}
