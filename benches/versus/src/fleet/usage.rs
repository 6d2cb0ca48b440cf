//! What a daemon takes of the machine, over all of its processes.

use core::time::Duration;
use std::{
    collections::BTreeMap,
    fs, io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use crate::failure::{Failure, check};

/// CPU time of every thread of a daemon so far.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct CpuTime {
    /// By the thread's folder.
    threads: BTreeMap<PathBuf, Duration>,
}

impl CpuTime {
    /// Reads `/proc/PID/task/TID/schedstat`, which counts nanoseconds; the same time in
    /// `/proc/PID/stat` is cut to ticks of 10 ms, more than a small daemon uses in the window.
    pub(crate) fn of(processes: &[u32]) -> Result<Self, Failure> {
        let mut threads = BTreeMap::new();
        for process in processes {
            let folder = PathBuf::from(format!("/proc/{process}/task"));
            let entries = fs::read_dir(&folder).map_err(Failure::file("read", &folder))?;
            for entry in entries {
                let path = entry.map_err(Failure::file("read", &folder))?.path();
                let file = path.join("schedstat");
                let text = match fs::read_to_string(&file) {
                    // It has ended since the folder was read.
                    Err(error) if is_gone(&error) => continue,
                    other => other.map_err(Failure::file("read", &file))?,
                };
                threads.insert(path, on_cpu(&text).ok_or_else(|| misread(&file))?);
            }
        }
        check(!threads.is_empty(), || "the daemon has no process".into())?;
        Ok(Self { threads })
    }

    /// What was used since `earlier`. A thread that came or went would take its time along, so
    /// that is refused.
    pub(crate) fn since(&self, earlier: &Self) -> Result<Duration, Failure> {
        check(self.threads.keys().eq(earlier.threads.keys()), || {
            "threads of the daemon came or went while its CPU time was measured".into()
        })?;
        let sum = |time: &Self| time.threads.values().sum::<Duration>();
        Ok(sum(self).saturating_sub(sum(earlier)))
    }
}

impl CpuTime {
    /// What was used since `earlier` by all that are here now; those that ended meanwhile are left out.
    pub(crate) fn grown_since(&self, earlier: &Self) -> Duration {
        let before = |path| earlier.threads.get(path).copied().unwrap_or_default();
        self.threads.iter().map(|(path, used)| used.saturating_sub(before(path))).sum()
    }
}

/// The daemon's proportional set size, in MiB: memory shared with others counts by its share.
pub(crate) fn pss_mib(processes: &[u32]) -> Result<f64, Failure> {
    check(!processes.is_empty(), || "the daemon has no process".into())?;
    let mut sum_kib = 0;
    for process in processes {
        let path = PathBuf::from(format!("/proc/{process}/smaps_rollup"));
        let text = fs::read_to_string(&path).map_err(Failure::file("read", &path))?;
        sum_kib += pss_kib(&text).ok_or_else(|| misread(&path))?;
    }
    Ok(f64::from(sum_kib) / 1024.0)
}

/// Processes outside the daemon that run the same program file: they share its memory, and their
/// share would be taken off the daemon's.
pub(crate) fn sharers(program: &Path, daemon: &[u32]) -> Result<Vec<u32>, Failure> {
    let file = |path: &Path| fs::metadata(path).map(|found| (found.dev(), found.ino()));
    let own = file(program).map_err(Failure::file("inspect", program))?;
    let table = fs::read_dir("/proc").map_err(Failure::file("read", "/proc"))?;
    let numbers = table.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    let others = numbers.filter(|number| !daemon.contains(number));
    // One that has ended meanwhile, or that we may not look at, is taken for another program.
    let shares = |number: &u32| file(&PathBuf::from(format!("/proc/{number}/exe"))).is_ok_and(|it| it == own);
    Ok(others.filter(shares).collect())
}

/// No such file, or no such process, where the thread ended while its file was open.
fn is_gone(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound || error.raw_os_error() == Some(nix::errno::Errno::ESRCH as i32)
}

fn on_cpu(schedstat: &str) -> Option<Duration> {
    schedstat.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

fn pss_kib(rollup: &str) -> Option<u32> {
    let rest = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    rest.split_whitespace().next()?.parse().ok()
}

fn misread(path: &Path) -> Failure {
    Failure::file("understand", path)(io::Error::from(io::ErrorKind::InvalidData))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_files_are_understood() {
        assert_eq!(on_cpu("119633 112090 2\n"), Some(Duration::from_nanos(119_633)));
        let rollup = "5-7 ---p 00000000 00:00 0 [rollup]\nRss: 1204 kB\nPss:      312 kB\nPss_Dirty: 96 kB\n";
        assert_eq!(pss_kib(rollup), Some(312));
    }

    #[test]
    fn this_process_uses_time_and_memory() {
        let own = [std::process::id()];
        let before = CpuTime::of(&own).unwrap();
        assert!(pss_mib(&own).unwrap() > 0.1);
        assert!(before.threads.values().any(|time| !time.is_zero()));
    }

    #[test]
    fn only_others_share() {
        let (this, own) = (std::env::current_exe().unwrap(), std::process::id());
        assert!(sharers(&this, &[]).unwrap().contains(&own));
        assert!(!sharers(&this, &[own]).unwrap().contains(&own));
    }

    #[test]
    fn a_thread_that_went_is_told() {
        let earlier = CpuTime { threads: [("a".into(), Duration::ZERO)].into() };
        assert!(CpuTime { threads: BTreeMap::new() }.since(&earlier).is_err());
    }
}
