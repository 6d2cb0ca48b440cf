//! How the kernel schedules the threads that must be on time (`vrrp_rt_priority` and its like).

use std::io;

use kconf_parser::model::ProcessSettings;
use nix::sys::mman::{MlockAllFlags, mlockall};
use nix::sys::resource::{Resource, setrlimit};
use thread_priority::{
    RealtimeThreadSchedulePolicy, ThreadPriority, ThreadPriorityValue, ThreadSchedulePolicy,
    set_thread_priority_and_policy, thread_native_id,
};

/// What concerns the whole process: `vrrp_no_swap`, `vrrp_rlimit_rttime`. Before threads start.
pub(crate) fn prepare_process(settings: &ProcessSettings) {
    if settings.no_swap {
        report(
            "vrrp_no_swap",
            mlockall(MlockAllFlags::MCL_CURRENT | MlockAllFlags::MCL_FUTURE).map_err(io::Error::from),
        );
    }
    if let Some(limit) = settings.rlimit_rttime_us {
        report(
            "vrrp_rlimit_rttime",
            setrlimit(Resource::RLIMIT_RTTIME, limit, limit).map_err(io::Error::from),
        );
    }
}

/// What concerns the calling thread: `vrrp_rt_priority`, or `vrrp_priority` without it; or
/// another half's. Notify and tracking scripts are started by other threads and are not affected; those of `MISC_CHECK`
/// inherit what the checks have, where keepalived takes it back.
pub(crate) fn prepare_thread(half: &str, settings: &ProcessSettings) {
    if let Some(priority) = settings.rt_priority {
        report(&format!("{half}_rt_priority"), round_robin(priority));
    } else if let Some(nice) = settings.nice {
        let set = rustix::process::setpriority_process(None, i32::from(nice));
        report(&format!("{half}_priority"), set.map_err(io::Error::from));
    }
}

fn round_robin(priority: u8) -> io::Result<()> {
    let value = ThreadPriorityValue::try_from(priority).map_err(io::Error::other)?;
    let policy = ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::RoundRobin);
    set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Crossplatform(value), policy)
        .map_err(|error| io::Error::other(format!("{error:?}")))
}

/// A setting that the kernel refuses (no CAP_SYS_NICE, a user namespace) is a line in the log:
/// failover without it is better than none.
fn report(keyword: &str, result: io::Result<()>) {
    if let Err(error) = result {
        tracing::warn!("{keyword} is without effect: {error}");
    }
}
