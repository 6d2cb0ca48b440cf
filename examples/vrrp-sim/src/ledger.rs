//! Who was Master how long: what expectations look back on.

use core::time::Duration;

use crate::machine::StateKind;
use crate::observer::{Note, Observer};
use crate::router::Power;
use crate::time::Time;

/// Times without a Master and with two, of each group, folded from the notes of a simulation.
///
/// A Master counts while it can act: not while it is frozen. Before the first one nothing counts.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    groups: Vec<Tenure>,
    routers: Vec<Standing>,
}

#[derive(Clone, Copy, Debug)]
struct Standing {
    group: usize,
    power: Power,
    state: StateKind,
}

impl Standing {
    fn is_acting_master(self) -> bool {
        self.power == Power::On && self.state == StateKind::Master
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Tenure {
    acting: usize,
    had_master: bool,
    /// Since when there is no Master, one, or more than one.
    since: Time,
    longest_outage: Duration,
    longest_overlap: Duration,
    last_change: Time,
}

impl Tenure {
    /// Outage and overlap so far, the current one included.
    fn worst(&self, now: Time) -> (Duration, Duration) {
        let current = now.saturating_since(self.since);
        match self.acting {
            0 if self.had_master => (self.longest_outage.max(current), self.longest_overlap),
            0 | 1 => (self.longest_outage, self.longest_overlap),
            _ => (self.longest_outage, self.longest_overlap.max(current)),
        }
    }

    fn set_acting(&mut self, now: Time, acting: usize) {
        if acting.min(2) != self.acting.min(2) {
            (self.longest_outage, self.longest_overlap) = self.worst(now);
            self.since = now;
        }
        self.acting = acting;
        self.had_master |= acting > 0;
    }
}

impl Ledger {
    /// The longest time without a Master until `now`, in any group.
    #[must_use]
    pub fn longest_outage(&self, now: Time) -> Duration {
        self.groups.iter().map(|group| group.worst(now).0).max().unwrap_or_default()
    }

    /// The longest time with two Masters or more until `now`, in any group.
    #[must_use]
    pub fn longest_overlap(&self, now: Time) -> Duration {
        self.groups.iter().map(|group| group.worst(now).1).max().unwrap_or_default()
    }

    /// How long no router has changed its state, at `now`.
    #[must_use]
    pub fn quiet_for(&self, now: Time) -> Duration {
        let last = self.groups.iter().map(|group| group.last_change).max().unwrap_or_default();
        now.saturating_since(last)
    }

    /// Makes room for routers of these groups, in order. Without it nothing is counted.
    pub(crate) fn of_groups(groups: impl IntoIterator<Item = usize>) -> Self {
        let standing = |group| Standing { group, power: Power::Off, state: StateKind::Initialize };
        let routers: Vec<_> = groups.into_iter().map(standing).collect();
        let count = routers.iter().map(|router| router.group + 1).max().unwrap_or(0);
        Self { groups: vec![Tenure::default(); count], routers }
    }

    fn update(&mut self, now: Time, router: usize, power: Option<Power>, state: StateKind) {
        let Some(standing) = self.routers.get_mut(router) else { return };
        let before = standing.is_acting_master();
        *standing = Standing { power: power.unwrap_or(standing.power), state, ..*standing };
        let after = standing.is_acting_master();
        let Some(group) = self.groups.get_mut(standing.group) else { return };
        if power.is_none() {
            group.last_change = now;
        }
        match (before, after) {
            (false, true) => group.set_acting(now, group.acting + 1),
            (true, false) => group.set_acting(now, group.acting.saturating_sub(1)),
            (false, false) | (true, true) => {}
        }
    }
}

impl Observer for Ledger {
    fn note(&mut self, at: Time, note: Note<'_>) {
        match note {
            Note::Power { router, power, state } => self.update(at, router, Some(power), state),
            Note::Changed { router, transition } => self.update(at, router, None, transition.to),
            Note::Acted(_)
            | Note::Sent { .. }
            | Note::Addresses { .. }
            | Note::Announced { .. }
            | Note::Told { .. }
            | Note::Refused { .. }
            | Note::Broke { .. } => {}
        }
    }
}
