//! Who held the addresses when, and which router was in which state when: segments to draw.

use crate::machine::StateKind;
use crate::router::Power;
use crate::time::Time;
use crate::timeline::{Happening, Timeline};

/// From when to when something was the same.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Segment<T> {
    pub(crate) from: Time,
    pub(crate) to: Time,
    pub(crate) what: T,
}

/// Something that changes, with what it was so far.
struct Track<T> {
    segments: Vec<Segment<T>>,
    since: Time,
    current: T,
}

impl<T: Clone + PartialEq> Track<T> {
    const fn new(current: T) -> Self {
        Self { segments: Vec::new(), since: Time::START, current }
    }

    fn set(&mut self, at: Time, next: T) {
        if next != self.current {
            let what = core::mem::replace(&mut self.current, next);
            if at > self.since {
                self.segments.push(Segment { from: self.since, to: at, what });
            }
            self.since = at;
        }
    }

    fn end(mut self, at: Time) -> Vec<Segment<T>> {
        self.segments.push(Segment { from: self.since, to: at, what: self.current });
        self.segments
    }
}

/// State and power of a router over time.
pub(crate) fn states(timeline: &Timeline, lane: usize) -> Vec<Segment<(Power, StateKind)>> {
    let mut track = Track::new((Power::Off, StateKind::Initialize));
    for record in &timeline.records {
        let next = match &record.what {
            Happening::Power { router, power, state } if *router == lane => Some((*power, *state)),
            Happening::Changed { router, transition } if *router == lane => {
                Some((track.current.0, transition.to))
            }
            Happening::Power { .. }
            | Happening::Changed { .. }
            | Happening::Done(_)
            | Happening::Sent { .. }
            | Happening::Addresses { .. }
            | Happening::Announced { .. }
            | Happening::Told { .. }
            | Happening::Refused { .. }
            | Happening::Broke { .. }
            | Happening::Failed(_) => None,
        };
        if let Some(next) = next {
            track.set(record.at, next);
        }
    }
    track.end(timeline.end)
}

/// Who holds the addresses of a group over time, by position, and whether it is frozen.
pub(crate) fn holders(timeline: &Timeline, group: usize) -> Vec<Segment<Vec<(usize, bool)>>> {
    let ours = |router: usize| timeline.lanes.get(router).is_some_and(|lane| lane.group == group);
    let mut track: Track<Vec<(usize, bool)>> = Track::new(Vec::new());
    for record in &timeline.records {
        let mut next = track.current.clone();
        if let Happening::Addresses { router, held } = record.what
            && ours(router)
        {
            next.retain(|(holder, _)| *holder != router);
            if held {
                next.push((router, false));
            }
        } else if let Happening::Power { router, power, .. } = record.what {
            next.retain(|(holder, _)| *holder != router || power != Power::Off);
            for holder in next.iter_mut().filter(|(holder, _)| *holder == router) {
                holder.1 = power == Power::Frozen;
            }
        } else {
            continue;
        }
        next.sort_unstable();
        track.set(record.at, next);
    }
    track.end(timeline.end)
}
