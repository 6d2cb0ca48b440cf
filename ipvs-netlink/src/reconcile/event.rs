//! What a reconciler tells.

use core::fmt;
use core::time::Duration;
use std::collections::VecDeque;

use crate::destination::DestinationKey;
use crate::drain::{Connections, DrainEnd};
use crate::error::{Error, Object};
use crate::service::ServiceKey;

/// Something that a person or a metric may want to know. Nothing has to be done about it.
/// Printed, it is a line for a log.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// The table was read for the first time, or for the first time with this scope.
    Adopted {
        /// Services of ours that exist and are wanted: they are kept and, where they differ,
        /// changed.
        services: usize,
        /// Services of ours that exist and are not wanted: they go.
        stale: usize,
        /// Services of others: they are never touched.
        foreign: usize,
    },
    /// Somebody else changed what is ours. It is repaired at once.
    Drifted {
        /// What was changed.
        key: Object,
        /// In which way.
        found: Found,
    },
    /// Somebody else keeps changing the same key, or the kernel does not keep what it
    /// accepts. It is still repaired, but ever less often.
    Contended {
        /// What is fought over.
        key: Object,
        /// How often it was undone.
        times: u32,
    },
    /// Nobody touched the key any more for [`quiet`](crate::ReconcilerConfig::quiet).
    ContentionEnded {
        /// What was fought over.
        key: Object,
    },
    /// The kernel refused a command, or it cannot be put in octets. It will be tried again,
    /// at once if something else is wanted of its key.
    Refused {
        /// What was to be changed.
        key: Object,
        /// Why it was not.
        error: Error,
        /// How often in a row, from 1.
        attempts: u32,
        /// How long until the next attempt.
        pause: Duration,
    },
    /// Whether commands were done is not known. Their services are read before anything else
    /// is done to them.
    Unanswered {
        /// How many commands.
        commands: usize,
        /// Why the first has no answer.
        error: Option<Error>,
        /// How long until the next commands.
        pause: Duration,
    },
    /// The table could not be read. It will be tried again.
    ReadFailed {
        /// Why.
        error: Error,
        /// How long until the next attempt.
        pause: Duration,
    },
    /// A destination begins to drain: it gets weight 0.
    Draining {
        /// Its service.
        service: ServiceKey,
        /// The destination within it.
        key: DestinationKey,
        /// When it goes at the latest, counted as the caller counts time.
        deadline: Duration,
    },
    /// A drain is over.
    Drained {
        /// Its service.
        service: ServiceKey,
        /// The destination within it.
        key: DestinationKey,
        /// Why.
        reason: DrainEnd,
        /// What it served when counted last: what was cut, unless it was returned. `None` if
        /// nobody counted.
        cut: Option<Connections>,
    },
    /// Nobody took the events, and there was no room for more.
    Missed {
        /// How many are missing here.
        events: u64,
    },
}

/// In which way something is not what it should be.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Found {
    /// It should exist.
    Missing,
    /// It should have other values.
    Changed,
    /// It should not exist.
    Extra,
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Adopted { services, stale, foreign } => write!(
                f,
                "adopted the table: {services} wanted services exist, {stale} stale ones go, {foreign} of \
                 others stay untouched"
            ),
            Self::Drifted { key, found } => write!(f, "somebody else {found} {key}; repairing it"),
            Self::Contended { key, times } => {
                write!(f, "somebody else undid {key} {times} times; repairing it ever less often")
            }
            Self::ContentionEnded { key } => write!(f, "nobody fights over {key} any more"),
            Self::Refused { error, attempts, pause, .. } => {
                write!(f, "{error}; attempt {attempts}, the next in {pause:?}")
            }
            Self::Unanswered { commands, error, pause } => {
                write!(f, "{commands} commands have no answer")?;
                if let Some(error) = error {
                    write!(f, " ({error})")?;
                }
                write!(f, "; reading what came of them, going on in {pause:?}")
            }
            Self::ReadFailed { error, pause } => write!(f, "{error}; reading again in {pause:?}"),
            Self::Draining { service, key, .. } => {
                write!(f, "{} drains", Object::Destination { service: *service, key: *key })
            }
            Self::Drained { service, key, reason, cut } => {
                let destination = Object::Destination { service: *service, key: *key };
                write!(f, "{destination} drains no longer: {reason}")?;
                let cut = cut.filter(|_| matches!(reason, DrainEnd::Deadline | DrainEnd::Gone));
                cut.map_or(Ok(()), |cut| write!(f, ", {cut} were cut"))
            }
            Self::Missed { events } => write!(f, "{events} events are lost, as nobody took them"),
        }
    }
}

/// What somebody did.
impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "deleted",
            Self::Changed => "changed",
            Self::Extra => "added",
        })
    }
}

/// Events that wait to be taken.
#[derive(Debug, Default)]
pub(super) struct Events {
    waiting: VecDeque<Event>,
    missed: u64,
}

impl Events {
    /// More is not kept for a caller who never looks.
    const ROOM: usize = 16_384;

    pub(super) fn push(&mut self, event: Event) {
        if self.waiting.len() < Self::ROOM {
            self.waiting.push_back(event);
        } else {
            self.missed = self.missed.saturating_add(1);
        }
    }

    pub(super) fn pop(&mut self) -> Option<Event> {
        self.waiting.pop_front().or_else(|| match core::mem::take(&mut self.missed) {
            0 => None,
            events => Some(Event::Missed { events }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_a_line_for_a_log() {
        let (service, key) = (
            ServiceKey::tcp("192.0.2.1:80".parse().unwrap()),
            DestinationKey::new("198.51.100.1:80".parse().unwrap()),
        );
        let destination = Object::Destination { service, key };
        let cut = Some(Connections { active: 3, inactive: 1, persistent: 0 });
        #[rustfmt::skip]
        let cases = [
            (Event::Drifted { key: Object::Service(service), found: Found::Missing },
                "somebody else deleted service TCP 192.0.2.1:80; repairing it"),
            (Event::Contended { key: destination, times: 4 },
                "somebody else undid destination 198.51.100.1:80 of service TCP 192.0.2.1:80 4 times; \
                 repairing it ever less often"),
            (Event::Drained { service, key, reason: DrainEnd::Deadline, cut },
                "destination 198.51.100.1:80 of service TCP 192.0.2.1:80 drains no longer: its time was up, \
                 3 active and 1 inactive connections were cut"),
            (Event::Drained { service, key, reason: DrainEnd::Returned, cut },
                "destination 198.51.100.1:80 of service TCP 192.0.2.1:80 drains no longer: it is wanted again"),
            (Event::Unanswered { commands: 2, error: None, pause: Duration::from_secs(1) },
                "2 commands have no answer; reading what came of them, going on in 1s"),
        ];
        for (event, line) in cases {
            assert_eq!(event.to_string(), line);
        }
    }

    #[test]
    fn events_that_nobody_takes_are_counted_instead_of_kept() {
        let mut events = Events::default();
        for _ in 0..Events::ROOM + 3 {
            events.push(Event::Adopted { services: 0, stale: 0, foreign: 0 });
        }
        assert_eq!((0..Events::ROOM).filter(|_| events.pop().is_some()).count(), Events::ROOM);
        assert_eq!(events.pop(), Some(Event::Missed { events: 3 }));
        assert_eq!(events.pop(), None);
    }
}
