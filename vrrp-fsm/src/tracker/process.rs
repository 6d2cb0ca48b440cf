//! `vrrp_track_process`: how many of a process there are.

use core::num::NonZeroU32;

/// Bounds for the number of processes (`quorum`, `quorum_max`).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct ProcessQuorum {
    /// At least so many.
    min: NonZeroU32,
    /// At most so many; `None` for no limit.
    max: Option<u32>,
}

impl ProcessQuorum {
    /// At least `min`, at most `max`. `None` if no number would do.
    #[must_use]
    pub const fn new(min: NonZeroU32, max: Option<u32>) -> Option<Self> {
        match max {
            Some(max) if max < min.get() => None,
            _ => Some(Self { min, max }),
        }
    }

    /// Whether so many processes are right.
    #[must_use]
    pub const fn is_met(self, count: u32) -> bool {
        let within = match self.max {
            Some(max) => count <= max,
            None => true,
        };
        count >= self.min.get() && within
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_within_both_bounds_is_right() {
        let two = NonZeroU32::new(2).unwrap();
        let quorum = ProcessQuorum::new(two, Some(3)).unwrap();
        assert_eq!([1, 2, 3, 4].map(|count| quorum.is_met(count)), [false, true, true, false]);
        assert!(ProcessQuorum::new(two, None).unwrap().is_met(u32::MAX));
        assert_eq!(ProcessQuorum::new(two, Some(1)), None);
    }
}
