//! `MISC_CHECK`: a script's exit status says whether a server works.

use core::time::Duration;
use std::ffi::OsString;
use std::os::fd::AsFd;
use std::process::ExitStatus;
use std::thread;

use healthcheck::{Failure, LocalProblem, Outcome, Phase, Probe, ProbeReport};
use kconf_parser::model::ScriptUser;
use nix::sys::signal::Signal;
use tokio::io::unix::AsyncFd;
use tokio::time::Instant;

use crate::clock;
use crate::process::Running;

/// Exit statuses are below this; what is added to it is the signal that ended a script.
const SIGNALLED: i32 = 256;

/// As a shell has it.
const NOT_RUN: i32 = 127;

/// Runs a script and judges its exit status.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct ScriptProbe {
    /// Program and arguments.
    pub args: Vec<OsString>,
    /// As whom; us, if `None`.
    pub user: Option<ScriptUser>,
    /// `misc_timeout`: it is stopped after this, which is a failure.
    pub timeout: Duration,
    /// `misc_dynamic`: exit status 2 to 255 is success with that weight plus 2.
    pub dynamic: bool,
}

#[async_trait::async_trait]
impl Probe for ScriptProbe {
    async fn probe(&self) -> ProbeReport {
        let start = Instant::now();
        let (outcome, weight) = self.attempt().await;
        ProbeReport { weight, ..ProbeReport::new(outcome, start.elapsed()) }
    }
}

impl ScriptProbe {
    async fn attempt(&self) -> (Outcome, Option<u32>) {
        let lost =
            |error: std::io::Error| (Outcome::NotProbed(LocalProblem::Socket(error.raw_os_error())), None);
        let running = match Running::start(&self.args, &[], self.user.as_ref(), Some(self.timeout)) {
            Ok(running) => running,
            // Not there, or not executable: keepalived counts that as a failure, too.
            Err(_) => return (Outcome::Failure(Failure::Custom(NOT_RUN)), None),
        };
        let mut running = Guard(Some(running));
        match running.ended().await {
            Ok((_, true)) => (Outcome::Failure(Failure::TimedOut { phase: Phase::Receive }), None),
            Ok((status, false)) => judge(status, self.dynamic),
            Err(error) => lost(error),
        }
    }
}

/// The judgement of an exit status, and the weight that it asks for.
fn judge(status: ExitStatus, dynamic: bool) -> (Outcome, Option<u32>) {
    use std::os::unix::process::ExitStatusExt as _;
    match status.code() {
        Some(0) => (Outcome::Success, None),
        Some(code @ 2..) if dynamic => (Outcome::Success, u32::try_from(code - 2).ok()),
        Some(code) => (Outcome::Failure(Failure::Custom(code)), None),
        None => {
            let signal = status.signal().unwrap_or_default();
            (Outcome::Failure(Failure::Custom(SIGNALLED.saturating_add(signal))), None)
        }
    }
}

/// How a script failed, in words.
#[must_use]
pub(crate) fn describe(cause: Failure) -> String {
    match cause {
        Failure::TimedOut { .. } => "timed out".to_owned(),
        Failure::Custom(NOT_RUN) => "could not be run (status 127)".to_owned(),
        Failure::Custom(code) if code >= SIGNALLED => format!("killed by signal {}", code - SIGNALLED),
        Failure::Custom(code) => format!("exited with status {code}"),
        other @ (Failure::Network { .. } | Failure::Http(_) | _) => other.to_string(),
    }
}

/// A running script that is not left behind when its probe is given up.
struct Guard(Option<Running>);

impl Guard {
    /// Waits for its end, stops it when its time is over; tells whether that was so.
    async fn ended(&mut self) -> std::io::Result<(ExitStatus, bool)> {
        let Some(running) = &mut self.0 else { return Err(std::io::ErrorKind::NotFound.into()) };
        #[expect(deprecated, reason = "sound for a descriptor that is owned; what replaces it is unsafe")]
        let done = AsyncFd::new(running.as_fd().try_clone_to_owned()?)?;
        loop {
            if let Some(status) = running.ended() {
                let timed_out = running.timed_out();
                self.0 = None;
                return Ok((status, timed_out));
            }
            let now = clock::now();
            running.enforce(now);
            let wait = running.deadline().map_or(Duration::MAX, |due| due.saturating_since(now));
            // Readable is what a process becomes that has ended; a time-out is dealt with above.
            let _ = tokio::time::timeout(wait, done.readable()).await;
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let Some(mut running) = self.0.take() else { return };
        running.signal(Signal::SIGTERM);
        // Whoever gave the probe up cannot wait; somebody has to, or a zombie stays.
        let reaper = move || {
            let patience = Duration::from_millis(20);
            for _ in 0..100 {
                if running.ended().is_some() {
                    return;
                }
                thread::sleep(patience);
            }
            running.signal(Signal::SIGKILL);
            while running.ended().is_none() {
                thread::sleep(patience);
            }
        };
        // Without a thread to be had it stays a zombie until we end.
        let _ = thread::Builder::new().name("reaper".to_owned()).stack_size(64 * 1024).spawn(reaper);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn probe(line: &str, timeout_ms: u64, dynamic: bool) -> (Outcome, Option<u32>) {
        let probe = ScriptProbe {
            args: ["sh", "-c", line].map(OsString::from).to_vec(),
            user: None,
            timeout: Duration::from_millis(timeout_ms),
            dynamic,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let report = runtime.block_on(probe.probe());
        (report.outcome, report.weight)
    }

    fn failed(code: i32) -> (Outcome, Option<u32>) {
        (Outcome::Failure(Failure::Custom(code)), None)
    }

    #[test]
    fn exit_statuses_mean_what_keepalived_makes_of_them() {
        assert_eq!(probe("exit 0", 5000, false), (Outcome::Success, None));
        assert_eq!(probe("exit 0", 5000, true), (Outcome::Success, None));
        assert_eq!(probe("exit 1", 5000, true), failed(1));
        assert_eq!(probe("exit 2", 5000, true), (Outcome::Success, Some(0)));
        assert_eq!(probe("exit 255", 5000, true), (Outcome::Success, Some(253)));
        assert_eq!(probe("exit 2", 5000, false), failed(2));
        assert_eq!(probe("kill -9 $$", 5000, false), failed(SIGNALLED + 9));
    }

    #[test]
    fn a_script_that_takes_too_long_has_failed() {
        let (outcome, _) = probe("sleep 100", 30, false);
        assert_eq!(outcome, Outcome::Failure(Failure::TimedOut { phase: Phase::Receive }));
    }

    #[test]
    fn a_script_that_is_not_there_has_failed() {
        let probe = ScriptProbe {
            args: vec!["/nonexistent/program".into()],
            user: None,
            timeout: Duration::from_secs(5),
            dynamic: false,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        assert_eq!(runtime.block_on(probe.probe()).outcome, Outcome::Failure(Failure::Custom(NOT_RUN)));
    }

    #[test]
    fn a_script_whose_probe_is_given_up_is_told_to_end() {
        let directory = tempfile::tempdir().unwrap();
        let [begun, told] = ["begun", "told"].map(|name| directory.path().join(name));
        let line = format!(
            "trap 'touch {told}; exit' TERM; touch {begun}; while :; do sleep 0.02; done",
            told = told.display(),
            begun = begun.display()
        );
        let probe = ScriptProbe {
            args: ["sh", "-c", &line].map(OsString::from).to_vec(),
            user: None,
            timeout: Duration::from_secs(60),
            dynamic: false,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let run = tokio::spawn(async move { probe.probe().await });
            while !begun.exists() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            run.abort();
            assert!(run.await.unwrap_err().is_cancelled());
        });
        while !told.exists() {
            thread::sleep(Duration::from_millis(5));
        }
    }
}
