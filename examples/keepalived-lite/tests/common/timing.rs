//! The protocol's timers, computed apart from the code under test.

use core::time::Duration;

use crate::common::Pulse;

/// What two routers agree on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    /// 2 or 3.
    pub(crate) version: u8,
    /// Between two advertisements.
    pub(crate) interval: Duration,
}

impl Timing {
    /// VRRPv2 at one second, the shortest that it can carry.
    pub(crate) const V2: Self = Self { version: 2, interval: Duration::from_secs(1) };
    /// VRRPv3, quick.
    pub(crate) const V3: Self = Self { version: 3, interval: Duration::from_millis(200) };

    /// What a timer may be late on a machine that is not.
    pub(crate) const LATENESS: Duration = Duration::from_millis(500);
    /// What a timer may seem early: who sends starts the timer before the kernel stamps what was
    /// sent.
    const EARLINESS: Duration = Duration::from_millis(5);

    /// How long a backup of `priority` waits after priority 0: a fraction of one second in
    /// version 2 (RFC 3768 §6.1), of the interval in version 3 (RFC 9568 §6.1).
    pub(crate) fn skew(self, priority: u8) -> Duration {
        let unit = if self.version == 2 { Duration::from_secs(1) } else { self.interval };
        unit * (256 - u32::from(priority)) / 256
    }

    /// How long a backup of `priority` waits for a silent master.
    pub(crate) fn master_down(self, priority: u8) -> Duration {
        3 * self.interval + self.skew(priority)
    }

    /// `waited`, which has just ended, must be `due`, as exactly as the machine allows: by how much a
    /// thread that only sleeps was late meanwhile, the daemon may be late, too.
    pub(crate) fn assert_due(waited: Duration, due: Duration, what: &str) {
        assert!(waited + Self::EARLINESS >= due, "{what} after {waited:?}, before its time: {due:?}");
        let late = Pulse::start().lateness(waited + Self::LATENESS);
        let latest = due + Self::LATENESS + late;
        assert!(
            waited <= latest,
            "{what} after {waited:?}, too late for {due:?} on a machine late by {late:?}"
        );
    }
}
