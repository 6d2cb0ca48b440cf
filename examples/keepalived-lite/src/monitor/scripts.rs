//! Tracking scripts: run on time, stopped in time, judged by their exit status.

use core::time::Duration;
use std::fs::File;
use std::process::ExitStatus;

use kconf_parser::model::{ScriptUser, VrrpScriptCommand};
use nix::sys::signal::Signal;
use vrrp_fsm::Instant;

use crate::process::{Running, describe};
use crate::queue::QueueSender;
use crate::vrrp::engine::Command;

/// A `vrrp_script` as the monitor runs it.
#[derive(Clone, Debug)]
pub(crate) struct ScriptJob {
    /// Name in the file.
    pub name: String,
    /// What to do.
    pub command: VrrpScriptCommand,
    /// As whom.
    pub user: Option<ScriptUser>,
    /// Time between two starts.
    pub interval: Duration,
    /// How long it may take.
    pub timeout: Duration,
}

/// All tracking scripts.
#[derive(Debug)]
pub(crate) struct Scripts {
    entries: Vec<Entry>,
    vrrp: QueueSender<Command>,
}

#[derive(Debug)]
struct Entry {
    job: ScriptJob,
    next: Instant,
    running: Option<Running>,
    /// A script that cannot be started is reported in the log once.
    start_failed: bool,
}

impl Scripts {
    /// Scripts whose first run is due at `now`.
    #[must_use]
    pub(crate) fn new(jobs: Vec<ScriptJob>, now: Instant, vrrp: QueueSender<Command>) -> Self {
        let entries = jobs
            .into_iter()
            .map(|job| Entry { job, next: now, running: None, start_failed: false })
            .collect();
        Self { entries, vrrp }
    }

    /// Reports what ended, stops what takes too long, starts what is due.
    pub(crate) fn advance(&mut self, now: Instant) {
        for (position, entry) in self.entries.iter_mut().enumerate() {
            if let Some((success, how)) = entry.advance(now) {
                self.vrrp.send(Command::ScriptResult { script: position, success, how });
            }
        }
    }

    /// When to call [`advance`](Self::advance) next, if no script ends before.
    #[must_use]
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.entries.iter().flat_map(Entry::deadlines).min()
    }

    /// The scripts that are running.
    pub(crate) fn running(&self) -> impl Iterator<Item = &Running> {
        self.entries.iter().filter_map(|entry| entry.running.as_ref())
    }

    /// Tells all running scripts to end.
    pub(crate) fn terminate(&self) {
        self.running().for_each(|running| running.signal(Signal::SIGTERM));
    }
}

impl Entry {
    fn deadlines(&self) -> impl Iterator<Item = Instant> {
        // While a script runs its next start waits for it.
        let own = self.running.as_ref().map_or(Some(self.next), Running::deadline);
        own.into_iter()
    }

    fn advance(&mut self, now: Instant) -> Option<(bool, String)> {
        let mut result = None;
        if let Some(running) = &mut self.running {
            running.enforce(now);
            if let Some(status) = running.ended() {
                result = Some(judge(status, running.timed_out()));
                self.running = None;
            }
        }
        if self.running.is_none() && self.next <= now {
            // A script that took longer than its interval skips the periods it missed.
            while self.next <= now {
                self.next = self.next + self.job.interval.max(Duration::from_millis(1));
            }
            let started = self.start();
            result = result.or(started);
        }
        result
    }

    fn start(&mut self) -> Option<(bool, String)> {
        let command = match &self.job.command {
            VrrpScriptCommand::OpenFile(path) => {
                let opened = File::open(path).map_err(|error| error.to_string());
                return Some((opened.is_ok(), opened.err().unwrap_or_default()));
            }
            VrrpScriptCommand::Run(command) => command,
        };
        match Running::start(&command.args, &[], self.job.user.as_ref(), Some(self.job.timeout)) {
            Ok(running) => {
                self.running = Some(running);
                self.start_failed = false;
                None
            }
            Err(error) => {
                if !self.start_failed {
                    tracing::error!("cannot run vrrp_script {}: {error}", self.job.name);
                }
                self.start_failed = true;
                Some((false, format!("could not be started: {error}")))
            }
        }
    }
}

fn judge(status: ExitStatus, timed_out: bool) -> (bool, String) {
    if timed_out { (false, "timed out".to_owned()) } else { (status.success(), describe(status)) }
}
