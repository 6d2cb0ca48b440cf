//! The one clock of the daemon.

use core::time::Duration;

use nix::time::{ClockId, clock_gettime};
use vrrp_fsm::Instant;

/// Now, on `CLOCK_BOOTTIME`: it goes on while the machine sleeps, so that a Backup that slept
/// knows it, and it never steps.
#[must_use]
pub(crate) fn now() -> Instant {
    Instant::from_origin(read(ClockId::CLOCK_BOOTTIME))
}

/// Now as the kernel stamps packets: `CLOCK_REALTIME` since the epoch.
#[must_use]
pub(crate) fn wall() -> Duration {
    read(ClockId::CLOCK_REALTIME)
}

fn read(clock: ClockId) -> Duration {
    // These two clocks exist on every Linux this runs on; a failure reads as the origin.
    clock_gettime(clock).map_or(Duration::ZERO, Duration::from)
}
