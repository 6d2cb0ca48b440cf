//! When to probe again.

use core::num::NonZeroU16;
use core::time::Duration;

use crate::Instant;

/// How often to probe, and how many results in a row decide.
///
/// The first three are keepalived's; the others do nothing by [`Default`] and
/// [`keepalived`](Self::keepalived).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Policy {
    /// `delay_loop`: from the end of a check to the next one.
    pub delay_loop: Duration,
    /// `retry`: failures that are endured before one more takes the check down.
    pub retry: u32,
    /// `delay_before_retry`: from a failure to the next try while the check is up.
    pub delay_before_retry: Duration,
    /// Successful checks in a row that bring it up; 0 counts as 1. keepalived: 1. The first check ever needs no
    /// more than one.
    pub rise: u32,
    /// Instead of `delay_loop` while it is down and has succeeded, but not often enough.
    pub rising_interval: Option<Duration>,
    /// Instead of `delay_loop` while it is down.
    pub down_interval: Option<Duration>,
    /// Failures that decide about the first state; 0 counts as 1. keepalived: 1. One success decides, too.
    pub initial_failures: u32,
    /// Each wait is up to this much shorter or longer, in percent, so that checks do not march in step. Above 100
    /// counts as 100.
    pub jitter_percent: u8,
    /// From where a wait is counted.
    pub pace: Pace,
}

impl Default for Policy {
    /// `TCP_CHECK`'s defaults: every minute, one retry after a second.
    fn default() -> Self {
        Self::keepalived(Duration::from_secs(60), 1, Duration::from_secs(1))
    }
}

/// From where the wait for the next probe is counted.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Pace {
    /// From the end of the last one, as keepalived does: a slow server is probed less often.
    #[default]
    AfterResult,
    /// From its start: probes keep their rhythm. There is still never more than one under way; those that would
    /// have begun meanwhile are left out and counted ([`Event::Overrun`](crate::Event::Overrun)).
    FromStart,
}

impl Pace {
    /// When to probe next, and how many probes were left out.
    pub(crate) fn next(self, since: Instant, now: Instant, delay: Duration) -> (Instant, u64) {
        let due = since + delay;
        if self == Self::AfterResult || delay.is_zero() {
            return (now + delay, 0);
        }
        if due >= now {
            return (due, 0);
        }
        let missed = now.saturating_since(due).as_nanos() / delay.as_nanos() + 1;
        let whole = u32::try_from(missed).unwrap_or(u32::MAX);
        (due + delay.saturating_mul(whole), u64::try_from(missed).unwrap_or(u64::MAX))
    }
}

/// Where a check stands between two probes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Stage {
    Up,
    Down,
    Rising,
}

impl Policy {
    /// keepalived's policy.
    #[must_use]
    pub const fn keepalived(delay_loop: Duration, retry: u32, delay_before_retry: Duration) -> Self {
        Self {
            delay_loop,
            retry,
            delay_before_retry,
            rise: 1,
            rising_interval: None,
            down_interval: None,
            initial_failures: 1,
            jitter_percent: 0,
            pace: Pace::AfterResult,
        }
    }

    /// What to do after `failures` failures in a row while up: try again after this, or `None`
    /// for down.
    #[must_use]
    pub fn after_failure(&self, failures: u32) -> Option<Duration> {
        (failures <= self.retry).then_some(self.delay_before_retry)
    }

    pub(crate) fn interval(&self, stage: Stage) -> Duration {
        let special = match stage {
            Stage::Up => None,
            Stage::Down => self.down_interval,
            Stage::Rising => self.rising_interval,
        };
        special.unwrap_or(self.delay_loop)
    }

    /// The wait with its jitter. `draws` counts those that were drawn.
    pub(crate) fn vary(&self, delay: Duration, seed: u64, draws: &mut u64) -> Duration {
        let percent = self.jitter_percent.min(100);
        if percent == 0 {
            return delay;
        }
        *draws = draws.wrapping_add(1);
        let range = delay.saturating_mul(percent.into()) / 100;
        let shift = spread(seed ^ draws.wrapping_mul(0xd6e8_feb8_6659_fd93), range.saturating_mul(2));
        delay.saturating_sub(range).saturating_add(shift)
    }
}

/// What makes one check: one probe, or one of each target in turn.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Sequence {
    /// Each probe decides (`TCP_CHECK` and every other kind with a single target).
    Single,
    /// keepalived's `HTTP_GET` and `SSL_GET`: one `url` each `delay_loop`, in turn.
    ///
    /// Every target must succeed for the check to come up. A target that took the check down is
    /// tried alone until it succeeds; then all of them are checked again from the first. So even
    /// a single URL needs two successes to come back.
    Rotation {
        /// How many; the one to probe is in
        /// [`Output::StartProbe`](crate::Output::StartProbe), counted from 0.
        targets: NonZeroU16,
        /// `fast_recovery`: no delay between successful probes of a check that is not up yet.
        fast_recovery: bool,
    },
}

/// A delay in `0..=warmup` that depends only on `seed`, for
/// [`Input::Start`](crate::Input::Start).
///
/// keepalived starts each check after a random part of `warmup` (default: `delay_loop`), so that
/// checks of many servers do not come in bursts. Give each check its own seed; the resolution is
/// `warmup` / 2³².
///
/// ```
/// use core::time::Duration;
///
/// let warmup = Duration::from_secs(60);
/// let delays = [1, 2, 3].map(|seed| healthcheck::spread(seed, warmup));
/// assert!(delays.iter().all(|delay| *delay <= warmup));
/// assert_ne!(delays[0], delays[1]);
/// assert_eq!(healthcheck::spread(7, Duration::ZERO), Duration::ZERO);
/// ```
#[must_use]
pub fn spread(seed: u64, warmup: Duration) -> Duration {
    let bits = mix(seed);
    let part = u128::from(bits >> 32);
    let nanos = warmup.as_nanos().saturating_mul(part) / u128::from(u32::MAX);
    // At most `warmup`; only a warm-up above 584 years is cut.
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

/// SplitMix64's finalizer: neighbouring seeds give unrelated numbers.
pub(crate) const fn mix(seed: u64) -> u64 {
    let mut bits = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_goes_down_with_the_failure_after_the_last_retry() {
        let policy = Policy::keepalived(Duration::from_secs(6), 1, Duration::from_secs(1));
        assert_eq!(policy.after_failure(1), Some(Duration::from_secs(1)));
        assert_eq!(policy.after_failure(2), None);
    }

    #[test]
    fn warm_up_delays_fill_their_range_evenly() {
        let warmup = Duration::from_secs(8);
        let mut eighths = [0_u32; 8];
        for seed in 0..8000 {
            let delay = spread(seed, warmup);
            assert!(delay <= warmup);
            let slot = usize::try_from(delay.as_secs()).unwrap().min(7);
            eighths[slot] += 1;
        }
        assert!(eighths.iter().all(|count| (850..1150).contains(count)), "{eighths:?}");
    }
}
