//! Servers that come back get their weight little by little.

use core::time::Duration;

use crate::Instant;

/// How a server's weight grows after it came up.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct SlowStart {
    /// From the first connection to the whole weight.
    pub duration: Duration,
    /// Steps on the way, 1..=100: the kernel hears of each, so this bounds the rate of changes.
    pub steps: u8,
}

/// One server's ramp: a share of its weight that begins with `100 / (steps + 1)` percent and grows by as much with each
/// step.
///
/// Begin one when a server comes up, never at the start of the process and never for a change of weight alone; a
/// flap begins it anew. That the only live server is not ramped is [`Quorum`](crate::Quorum)'s rule, since only it
/// knows the others.
///
/// ```
/// use core::time::Duration;
/// use healthcheck::{Instant, QuorumInput, Ramp, SlowStart};
///
/// let now = Instant::from_origin(Duration::from_secs(100)); // the server came up
/// let ramp = Ramp::begin(SlowStart { duration: Duration::from_secs(40), steps: 4 }, now).unwrap();
/// let mut told = Vec::new();
/// let mut next = Some(now);
/// while let Some(now) = next {
///     // Yours: sleep until then; a quorum takes each share.
///     told.push(QuorumInput::Ramp { server: 0, percent: ramp.percent(now) });
///     next = ramp.next_change(now);
/// }
/// let shares = [20, 40, 60, 80, 100].map(|percent| QuorumInput::Ramp { server: 0, percent });
/// assert_eq!(told, shares);
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Ramp {
    since: Instant,
    config: SlowStart,
}

impl Ramp {
    /// A ramp that begins at `now`. `None` if `config` means none.
    #[must_use]
    pub const fn begin(config: SlowStart, now: Instant) -> Option<Self> {
        if config.duration.is_zero() || config.steps == 0 || config.steps > 100 {
            return None;
        }
        Some(Self { since: now, config })
    }

    /// The share in percent at `now`, 1..=100.
    #[must_use]
    pub fn percent(&self, now: Instant) -> u8 {
        let done = self.steps_done(now).min(self.config.steps.into());
        let percent = (done + 1).saturating_mul(100) / (u128::from(self.config.steps) + 1);
        let percent = if done == u128::from(self.config.steps) { 100 } else { percent.max(1) };
        u8::try_from(percent).unwrap_or(100)
    }

    /// When the share changes next; `None` once it is everything.
    #[must_use]
    pub fn next_change(&self, now: Instant) -> Option<Instant> {
        let next = u32::try_from(self.steps_done(now) + 1).ok()?;
        let steps = u32::from(self.config.steps);
        (next <= steps).then(|| {
            // Rounded up, so that at that time the step is done.
            let nanos = self.config.duration.as_nanos().saturating_mul(next.into()).div_ceil(steps.into());
            self.since + Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
        })
    }

    fn steps_done(&self, now: Instant) -> u128 {
        let passed = now.saturating_since(self.since).as_nanos();
        passed.saturating_mul(self.config.steps.into()) / self.config.duration.as_nanos().max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_grows_in_equal_steps_and_ends_at_all_of_it() {
        let at = |secs| Instant::from_origin(Duration::from_secs(secs));
        let config = SlowStart { duration: Duration::from_secs(40), steps: 4 };
        let ramp = Ramp::begin(config, at(100)).unwrap();
        let shares: Vec<u8> =
            [100, 109, 110, 120, 130, 139, 140, 9999].map(|secs| ramp.percent(at(secs))).to_vec();
        assert_eq!(shares, [20, 20, 40, 60, 80, 80, 100, 100]);
        assert_eq!(ramp.next_change(at(100)), Some(at(110)));
        assert_eq!(ramp.next_change(at(110)), Some(at(120)));
        assert_eq!(ramp.next_change(at(139)), Some(at(140)));
        assert_eq!(ramp.next_change(at(140)), None);
        assert_eq!(Ramp::begin(SlowStart { steps: 0, ..config }, at(0)), None);
    }
}
