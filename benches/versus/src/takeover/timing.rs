//! The protocol's timers, computed apart from the daemons.

use core::time::Duration;

/// Priority of both routers: an equal priority never preempts.
pub(super) const PRIORITY: u8 = 100;

/// Version and interval of a pair.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timing {
    pub(super) name: &'static str,
    pub(super) version: u8,
    pub(super) interval: Duration,
}

impl Timing {
    /// Version 2 at its shortest.
    pub(super) const V2: Self = Self { name: "v2-1s", version: 2, interval: Duration::from_secs(1) };
    /// Version 3, as it is set up where quickness counts.
    pub(super) const V3: Self = Self { name: "v3-100ms", version: 3, interval: Duration::from_millis(100) };
    /// Version 3 at its shortest.
    pub(super) const V3_SHORT: Self =
        Self { name: "v3-10ms", version: 3, interval: Duration::from_millis(10) };

    /// What a backup waits after priority 0: a fraction of a second in version 2 (RFC 3768 §6.1),
    /// of the interval in version 3 (RFC 9568 §6.1).
    pub(super) fn skew(self) -> Duration {
        let unit = if self.version == 2 { Duration::from_secs(1) } else { self.interval };
        unit * (256 - u32::from(PRIORITY)) / 256
    }

    /// What a backup waits for a silent master.
    pub(super) fn master_down(self) -> Duration {
        3 * self.interval + self.skew()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timers_are_those_of_the_rfcs() {
        let millis = |time: Duration| time.as_secs_f64() * 1e3;
        assert_eq!(millis(Timing::V2.master_down()), 3609.375);
        assert_eq!(millis(Timing::V2.skew()), 609.375);
        assert_eq!(millis(Timing::V3_SHORT.master_down()), 36.09375);
        assert_eq!(millis(Timing::V3_SHORT.skew()), 6.09375);
    }
}
