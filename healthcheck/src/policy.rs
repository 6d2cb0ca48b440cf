//! When to probe again.

use core::num::NonZeroU16;
use core::time::Duration;

/// keepalived's probing policy (`delay_loop`, `retry`, `delay_before_retry`).
///
/// A server that is up is probed every `delay_loop`. After a failed probe the next one comes
/// after `delay_before_retry`, and only the failure number `retry + 1` in a row takes it down.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Policy {
    /// Between two probes of a server whose state is settled.
    pub delay_loop: Duration,
    /// Further attempts after the first failure of a server that is up.
    pub retry: u32,
    /// Between two attempts while failing.
    pub delay_before_retry: Duration,
}

impl Policy {
    /// When the next probe starts, counted from the end of one that failed, for a server that
    /// is still up and has now failed `failures` times in a row; `None` when that was once too
    /// often and the server is down.
    #[must_use]
    pub fn after_failure(&self, failures: u32) -> Option<Duration> {
        (failures <= self.retry).then_some(self.delay_before_retry)
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
    // SplitMix64's finalizer: neighbouring seeds give unrelated delays.
    let mut bits = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^= bits >> 31;
    let part = u128::from(bits >> 32);
    let nanos = warmup.as_nanos().saturating_mul(part) / u128::from(u32::MAX);
    // At most `warmup`; only a warm-up above 584 years is cut.
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_goes_down_with_the_failure_after_the_last_retry() {
        let policy = Policy {
            delay_loop: Duration::from_secs(6),
            retry: 1,
            delay_before_retry: Duration::from_secs(1),
        };
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
