//! Checks that flap are not believed when they are up.

use core::time::Duration;

use crate::Instant;

/// When a check that goes up and down again and again is held down.
///
/// As BGP damps routes (RFC 2439): each time it goes down it earns a penalty, which halves every `half_life`. Above
/// `suppress` the check stays down whatever its probes say, until the penalty has fallen to `reuse`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Damping {
    /// What going down once costs.
    pub penalty: u32,
    /// At and above this the check is held down.
    pub suppress: u32,
    /// At and below this it is believed again; less than `suppress`.
    pub reuse: u32,
    /// Time in which a penalty halves.
    pub half_life: Duration,
    /// The penalty never exceeds this, so a check is held down for a bounded time.
    pub ceiling: u32,
}

/// A penalty that decays.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Penalty {
    /// In thousandths, as of `at`.
    milli: u64,
    at: Instant,
    held: bool,
}

impl Penalty {
    pub(crate) const NONE: Self = Self { milli: 0, at: Instant::from_origin(Duration::ZERO), held: false };

    /// Whether the check is held down at `now`.
    pub(crate) fn holds(&mut self, config: &Damping, now: Instant) -> bool {
        if self.held && self.decayed(config, now) <= u64::from(config.reuse) * 1000 {
            self.held = false;
        }
        self.held
    }

    /// The check went down.
    pub(crate) fn add(&mut self, config: &Damping, now: Instant) {
        let before = self.decayed(config, now);
        let ceiling = u64::from(config.ceiling.max(config.suppress)) * 1000;
        self.milli = before.saturating_add(u64::from(config.penalty) * 1000).min(ceiling);
        self.at = now;
        self.held |= self.milli >= u64::from(config.suppress) * 1000;
    }

    /// Halves once per half-life, and within one falls in a straight line between: integers compute the same
    /// everywhere, and the error is below 6 %. Counted from the last penalty, so that asking often changes nothing.
    fn decayed(&self, config: &Damping, now: Instant) -> u64 {
        let half = config.half_life.as_nanos();
        let passed = now.saturating_since(self.at).as_nanos();
        if half == 0 {
            return 0;
        }
        let halvings = u32::try_from(passed / half).unwrap_or(u32::MAX);
        let whole = self.milli.checked_shr(halvings).unwrap_or(0);
        let rest = u128::from(whole).saturating_mul(passed % half) / (2 * half);
        whole.saturating_sub(u64::try_from(rest).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: Damping = Damping {
        penalty: 1000,
        suppress: 2500,
        reuse: 1000,
        half_life: Duration::from_secs(60),
        ceiling: 4000,
    };

    fn at(secs: u64) -> Instant {
        Instant::from_origin(Duration::from_secs(secs))
    }

    #[test]
    fn three_falls_within_a_short_time_hold_a_check_until_the_penalty_is_gone() {
        let mut penalty = Penalty::NONE;
        penalty.add(&CONFIG, at(0));
        penalty.add(&CONFIG, at(1));
        assert!(!penalty.holds(&CONFIG, at(2)));
        penalty.add(&CONFIG, at(2));
        assert!(penalty.holds(&CONFIG, at(2)));
        assert!(penalty.holds(&CONFIG, at(60)));
        // From about 2,975 to 1,000 it takes a little more than one and a half half-lives.
        assert!(!penalty.holds(&CONFIG, at(110)));
    }

    #[test]
    fn slow_flaps_are_believed() {
        let mut penalty = Penalty::NONE;
        for hour in 0..100 {
            penalty.add(&CONFIG, at(hour * 3600));
            assert!(!penalty.holds(&CONFIG, at(hour * 3600)));
        }
    }

    #[test]
    fn a_check_is_held_for_a_bounded_time_however_much_it_flapped() {
        let mut penalty = Penalty::NONE;
        for second in 0..1000 {
            penalty.add(&CONFIG, at(second));
        }
        assert!(penalty.holds(&CONFIG, at(1000)));
        // Two half-lives from the ceiling to the level of reuse.
        assert!(!penalty.holds(&CONFIG, at(1000 + 120)));
    }
}
