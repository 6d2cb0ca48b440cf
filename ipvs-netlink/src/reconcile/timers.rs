//! One alarm for each service that waits for something.

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

use crate::service::ServiceKey;

/// Alarms by service, the earliest at hand.
#[derive(Debug, Default)]
pub(super) struct Timers {
    at: BTreeMap<ServiceKey, Duration>,
    queue: BTreeSet<(Duration, ServiceKey)>,
}

impl Timers {
    /// Sets the alarm of a service, or takes it away.
    pub(super) fn set(&mut self, key: ServiceKey, at: Option<Duration>) {
        let before = match at {
            Some(at) => self.at.insert(key, at),
            None => self.at.remove(&key),
        };
        if before == at {
            return;
        }
        if let Some(before) = before {
            self.queue.remove(&(before, key));
        }
        if let Some(at) = at {
            self.queue.insert((at, key));
        }
    }

    /// The earliest alarm.
    pub(super) fn next(&self) -> Option<Duration> {
        self.queue.first().map(|(at, _)| *at)
    }

    /// Takes a service whose alarm is due.
    pub(super) fn pop(&mut self, now: Duration) -> Option<ServiceKey> {
        let (_, key) = *self.queue.first().filter(|(at, _)| *at <= now)?;
        self.set(key, None);
        Some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_has_one_alarm_and_the_earliest_rings_first() {
        let [one, two] = [1, 2].map(|host| ServiceKey::tcp(([192, 0, 2, host], 80).into()));
        let at = Duration::from_secs;
        let mut timers = Timers::default();
        timers.set(one, Some(at(5)));
        timers.set(two, Some(at(3)));
        timers.set(one, Some(at(2)));
        assert_eq!((timers.next(), timers.pop(at(1))), (Some(at(2)), None));
        assert_eq!((timers.pop(at(9)), timers.pop(at(9)), timers.pop(at(9))), (Some(one), Some(two), None));
        timers.set(one, Some(at(5)));
        timers.set(one, None);
        assert_eq!(timers.next(), None);
    }
}
