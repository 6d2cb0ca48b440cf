//! `vrrp_script`: so many results in a row decide.

use core::num::NonZeroU32;

/// keepalived's counter behind a `vrrp_script`: `rise` successes in a row make it good, `fall`
/// failures in a row make it bad.
///
/// The counter runs from 0 to `rise + fall − 1`; at `rise` and above the script is good. Each
/// crossing puts it at the far end, so the opposite verdict needs the full count again.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct ScriptTracker {
    rise: u32,
    fall: u32,
    count: u32,
    seen: bool,
}

/// What a result changed.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Verdict {
    /// The script is good now and was not before, or this is the first thing known about it.
    Good,
    /// The script is bad now and was not before, or this is the first thing known about it.
    Bad,
}

impl ScriptTracker {
    /// A tracker without a result. At the start one result decides, either way, unless
    /// `init_fail` says that the script counts as bad until it has risen.
    #[must_use]
    pub const fn new(rise: NonZeroU32, fall: NonZeroU32, init_fail: bool) -> Self {
        let (rise, fall) = (rise.get(), fall.get());
        Self { rise, fall, count: if init_fail { 0 } else { rise - 1 }, seen: init_fail }
    }

    /// Whether the script counts as good.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        self.count >= self.rise
    }

    /// Whether anything is known: a result, or `init_fail`.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        self.seen
    }

    /// Takes one result; tells what it changed, if anything.
    pub fn record(&mut self, success: bool) -> Option<Verdict> {
        let first = !self.seen;
        self.seen = true;
        let was_good = self.is_good();
        let top = self.rise.saturating_add(self.fall - 1);
        if success {
            self.count = if self.count < self.rise { self.count + 1 } else { top };
            if self.count == self.rise {
                self.count = top;
            }
        } else {
            self.count = if self.count > self.rise { self.count - 1 } else { 0 };
        }
        match (was_good, self.is_good()) {
            (false, true) => Some(Verdict::Good),
            (true, false) => Some(Verdict::Bad),
            (false, false) if first => {
                self.count = 0;
                Some(Verdict::Bad)
            }
            (false, false) | (true, true) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tracker(rise: u32, fall: u32, init_fail: bool) -> ScriptTracker {
        ScriptTracker::new(NonZeroU32::new(rise).unwrap(), NonZeroU32::new(fall).unwrap(), init_fail)
    }

    #[test]
    fn the_first_result_decides() {
        assert_eq!(tracker(3, 3, false).record(true), Some(Verdict::Good));
        assert_eq!(tracker(3, 3, false).record(false), Some(Verdict::Bad));
    }

    #[test]
    fn init_fail_needs_all_of_rise() {
        let mut script = tracker(2, 1, true);
        assert!(script.is_known() && !script.is_good());
        assert_eq!(script.record(true), None);
        assert_eq!(script.record(true), Some(Verdict::Good));
    }

    #[test]
    fn fall_and_rise_count_in_a_row() {
        let mut script = tracker(2, 3, false);
        assert_eq!(script.record(true), Some(Verdict::Good));
        assert_eq!(script.record(false), None);
        assert_eq!(script.record(false), None);
        assert_eq!(script.record(true), None, "a success starts the count of failures again");
        assert_eq!([script.record(false), script.record(false)], [None, None]);
        assert_eq!(script.record(false), Some(Verdict::Bad));
        assert_eq!(script.record(true), None);
        assert_eq!(script.record(false), None, "a failure starts the count of successes again");
        assert_eq!(script.record(true), None);
        assert_eq!(script.record(true), Some(Verdict::Good));
    }

    #[test]
    fn after_a_bad_first_result_rise_is_needed() {
        let mut script = tracker(2, 1, false);
        assert_eq!(script.record(false), Some(Verdict::Bad));
        assert_eq!(script.record(true), None);
        assert_eq!(script.record(true), Some(Verdict::Good));
    }
}
