//! The wait between weight 0 and the end.

use core::fmt;
use core::time::Duration;

use super::{Drain, Traffic};
use crate::destination::ObservedDestination;

/// What a destination serves, as last counted.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Connections {
    /// Connections that carry traffic.
    pub active: u32,
    /// Connections that are being closed, and those of UDP.
    pub inactive: u32,
    /// Templates of persistence.
    pub persistent: u32,
}

impl From<&ObservedDestination> for Connections {
    fn from(observed: &ObservedDestination) -> Self {
        Self {
            active: observed.active_connections,
            inactive: observed.inactive_connections,
            persistent: observed.persistent_connections,
        }
    }
}

/// How a drain ended.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum DrainEnd {
    /// Everything that was waited for had ended by itself.
    Empty,
    /// Time was up: the cap, or the grace of traffic that has no connections.
    Deadline,
    /// There was nothing to wait for: see [`Drain::is_immediate`].
    Immediate,
    /// The destination is wanted again, before it was deleted.
    Returned,
    /// Somebody else deleted it.
    Gone,
}

impl fmt::Display for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} active and {} inactive connections", self.active, self.inactive)
    }
}

impl fmt::Display for DrainEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "it is empty",
            Self::Deadline => "its time was up",
            Self::Immediate => "there was nothing to wait for",
            Self::Returned => "it is wanted again",
            Self::Gone => "somebody else deleted it",
        })
    }
}

/// One destination on its way out. It reads no clock: times count from any origin, the same
/// in every call.
///
/// # Examples
///
/// ```
/// use core::time::Duration;
/// use ipvs_netlink::{Connections, Drain, DrainEnd, Draining, Traffic};
///
/// let at = Duration::from_secs;
/// let traffic = Traffic { connections: true, persistent: false };
/// let mut draining = Draining::start(Drain::default(), traffic, at(0));
/// // Write weight 0, then read the counters.
/// draining.observe(at(0), 0, Connections { active: 1, ..Connections::default() });
/// assert_eq!(draining.end(at(0)), None);
/// assert_eq!(draining.poll_timeout(), at(1)); // read them again
/// draining.observe(at(1), 0, Connections { inactive: 1, ..Connections::default() });
/// assert_eq!(draining.end(at(1)), Some(DrainEnd::Empty)); // delete it
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Draining {
    policy: Drain,
    traffic: Traffic,
    since: Duration,
    /// When counters were last read, and whether the destination was then empty at weight 0.
    looked: Option<(Duration, bool)>,
    counted: Option<Connections>,
}

impl Draining {
    /// Begins at `now`, when the destination is no longer wanted.
    #[must_use]
    pub const fn start(policy: Drain, traffic: Traffic, now: Duration) -> Self {
        Self { policy, traffic, since: now, looked: None, counted: None }
    }

    /// Takes the counters as read at `now`, with the weight that was read beside them. At
    /// another weight than 0 new connections come: such an observation ends nothing.
    pub fn observe(&mut self, now: Duration, weight: u32, connections: Connections) {
        let drain = &self.policy;
        let empty = weight == 0
            && (connections.active == 0 || !self.traffic.connections)
            && (connections.inactive == 0 || !drain.inactive)
            && (connections.persistent == 0 || !drain.waits_for_templates(self.traffic));
        self.looked = Some((now, empty));
        self.counted = Some(connections);
    }

    /// Why the destination may be deleted at `now`; `None` while it may not. That it was
    /// empty counts only as long as the look at it is not older than two intervals.
    #[must_use]
    pub fn end(&self, now: Duration) -> Option<DrainEnd> {
        if self.policy.is_immediate(self.traffic) {
            return Some(DrainEnd::Immediate);
        }
        if now >= self.deadline() {
            return Some(DrainEnd::Deadline);
        }
        let fresh = |at: Duration| now <= at.saturating_add(self.policy.interval().saturating_mul(2));
        let empty = self.looked.is_some_and(|(at, empty)| empty && fresh(at));
        (empty && now >= self.earliest()).then_some(DrainEnd::Empty)
    }

    /// When it goes at the latest.
    #[must_use]
    pub fn deadline(&self) -> Duration {
        let (policy, traffic) = (&self.policy, self.traffic);
        let longest = match policy.waits_for_counters(traffic) {
            true => policy.cap,
            false => policy.cap.min(policy.packet_grace),
        };
        self.since.saturating_add(longest)
    }

    /// When to read the counters next, or the deadline if that comes first.
    #[must_use]
    pub fn poll_timeout(&self) -> Duration {
        self.next_look().unwrap_or_else(|| self.deadline())
    }

    /// When to read the counters next; `None` if only the deadline counts.
    pub(crate) fn next_look(&self) -> Option<Duration> {
        let next = self.looked.map_or(self.since, |(at, _)| at.saturating_add(self.policy.interval()));
        let counters = self.policy.waits_for_counters(self.traffic);
        Some(next.max(self.earliest())).filter(|next| counters && *next < self.deadline())
    }

    /// What was last counted: what is cut if the destination is deleted. `None` if nobody
    /// looked.
    #[must_use]
    pub const fn connections(&self) -> Option<Connections> {
        self.counted
    }

    /// Why it was deleted, told afterwards.
    pub(crate) fn reason(&self) -> DrainEnd {
        match self.looked {
            _ if self.policy.is_immediate(self.traffic) => DrainEnd::Immediate,
            Some((_, true)) => DrainEnd::Empty,
            Some((_, false)) | None => DrainEnd::Deadline,
        }
    }

    fn earliest(&self) -> Duration {
        self.since.saturating_add(self.policy.shortest(self.traffic))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Affinity;
    use super::*;

    const TCP: Traffic = Traffic { connections: true, persistent: false };
    const UDP: Traffic = Traffic { connections: false, persistent: false };
    const STICKY_TCP: Traffic = Traffic { persistent: true, ..TCP };
    const STICKY_UDP: Traffic = Traffic { persistent: true, ..UDP };

    const fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    const fn counted(active: u32, inactive: u32, persistent: u32) -> Connections {
        Connections { active, inactive, persistent }
    }

    #[test]
    fn what_is_waited_for_depends_on_protocol_and_policy() {
        use DrainEnd::{Empty, Immediate};
        let keep = Drain { cap: at(100), ..Drain::default() };
        let strict = Drain { inactive: true, ..keep };
        let breaking = Drain { affinity: Affinity::Break, ..keep };
        #[rustfmt::skip]
        let cases = [
            ("TCP, active",                  keep,     TCP,        counted(1, 0, 0), None),
            ("TCP, closing",                 keep,     TCP,        counted(0, 1, 0), Some(Empty)),
            ("TCP, closing, strict",         strict,   TCP,        counted(0, 1, 0), None),
            ("TCP, nothing, strict",         strict,   TCP,        counted(0, 0, 0), Some(Empty)),
            ("templates that do not count",  keep,     TCP,        counted(0, 0, 1), Some(Empty)),
            ("sticky TCP, template",         keep,     STICKY_TCP, counted(0, 0, 1), None),
            ("sticky TCP, template, break",  breaking, STICKY_TCP, counted(0, 0, 1), Some(Empty)),
            ("sticky TCP, active, break",    breaking, STICKY_TCP, counted(1, 0, 1), None),
            ("UDP",                          keep,     UDP,        counted(0, 9, 0), Some(Immediate)),
            ("UDP, strict",                  strict,   UDP,        counted(0, 9, 0), Some(Immediate)),
            ("sticky UDP, template",         keep,     STICKY_UDP, counted(0, 9, 1), None),
            ("sticky UDP, no template",      keep,     STICKY_UDP, counted(0, 9, 0), Some(Empty)),
            ("sticky UDP, template, break",  breaking, STICKY_UDP, counted(0, 9, 1), Some(Immediate)),
        ];
        for (name, policy, traffic, connections, end) in cases {
            let mut draining = Draining::start(policy, traffic, at(0));
            draining.observe(at(1), 0, connections);
            assert_eq!(draining.end(at(1)), end, "{name}");
            let capped = if end == Some(Immediate) { Immediate } else { DrainEnd::Deadline };
            assert_eq!(draining.end(at(100)), Some(capped), "{name}");
        }
    }

    #[test]
    fn nothing_ends_before_its_grace_and_nothing_is_read_before() {
        let policy = Drain { grace: at(10), cap: at(100), ..Drain::default() };
        let mut draining = Draining::start(policy, TCP, at(5));
        assert_eq!((draining.poll_timeout(), draining.deadline()), (at(15), at(105)));
        draining.observe(at(14), 0, counted(0, 0, 0));
        assert_eq!(draining.end(at(14)), None);
        assert_eq!(draining.end(at(15)), Some(DrainEnd::Empty));
    }

    #[test]
    fn packets_get_their_grace_and_no_look_at_counters() {
        let policy = Drain { packet_grace: at(10), ..Drain::default() };
        let draining = Draining::start(policy, UDP, at(0));
        assert_eq!((draining.poll_timeout(), draining.end(at(9))), (at(10), None));
        assert_eq!(draining.end(at(10)), Some(DrainEnd::Deadline));
    }

    #[test]
    fn an_old_look_or_one_at_another_weight_ends_nothing() {
        let mut draining = Draining::start(Drain::default(), TCP, at(0));
        draining.observe(at(1), 1, counted(0, 0, 0));
        assert_eq!(draining.end(at(1)), None);
        draining.observe(at(2), 0, counted(0, 0, 0));
        assert_eq!((draining.end(at(4)), draining.end(at(5))), (Some(DrainEnd::Empty), None));
    }

    #[test]
    fn times_at_the_end_of_time_do_not_overflow() {
        let policy =
            Drain { grace: Duration::MAX, cap: Duration::MAX, poll: Duration::MAX, ..Drain::default() };
        let mut draining = Draining::start(policy, TCP, Duration::MAX);
        draining.observe(Duration::MAX, 0, counted(1, 0, 0));
        assert_eq!(draining.poll_timeout(), Duration::MAX);
    }

    #[test]
    fn counters_are_never_read_without_a_pause() {
        let mut draining = Draining::start(Drain { poll: Duration::ZERO, ..Drain::default() }, TCP, at(0));
        draining.observe(at(1), 0, counted(1, 0, 0));
        assert_eq!(draining.poll_timeout(), at(1) + Duration::from_millis(10));
    }
}
