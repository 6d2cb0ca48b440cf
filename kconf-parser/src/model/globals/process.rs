//! How the system schedules and names the processes.

use core::time::Duration;

use crate::describe::describe;

/// One of keepalived's processes: VRRP, checkers or BFD.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ProcessSettings {
    /// `*_process_name`, at most 15 octets.
    pub name: Option<String>,
    /// `*_priority`: nice value, −20..=19.
    pub nice: Option<i8>,
    /// `*_rt_priority`: `SCHED_RR` priority, 1..=99.
    pub rt_priority: Option<u8>,
    /// `*_rlimit_rttime` (old: `*_rlimit_rtime`), microseconds, at least 2. keepalived's default, 10 000, counts only for a
    /// process with a real-time priority.
    pub rlimit_rttime_us: Option<u64>,
    /// `*_no_swap`: lock the pages in memory.
    pub no_swap: bool,
    /// `*_cpu_affinity`: numbers of the processors to run on, ascending; empty means any.
    pub cpu_affinity: Vec<u16>,
}

describe!(ProcessSettings { name, nice, rt_priority, rlimit_rttime_us, no_swap, cpu_affinity });

/// A real-time priority that rises by itself when timers come late.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AutoPriority {
    /// `max_auto_priority`: the highest priority, 1..=99; 0 never raises it, −1 neither raises it nor says so at the start.
    pub max: i8,
    /// `min_auto_priority_delay`: how late a timer must be, 1 µs..=10 s, default 1 s.
    pub min_delay: Duration,
}

describe!(AutoPriority { max, min_delay });

impl Default for AutoPriority {
    fn default() -> Self {
        Self { max: 0, min_delay: Duration::from_secs(1) }
    }
}
