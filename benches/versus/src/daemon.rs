//! A daemon of either side in its namespace.

use core::time::Duration;
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Instant,
};

use netlab::{Isolation, Namespace, Node};

use crate::failure::{Failure, check};

/// How long a daemon may take for what has no timer of the protocol.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// How often is looked where nothing else is going on.
pub(crate) const POLL: Duration = Duration::from_millis(3);

/// Octets of a log that are shown after a failure.
const LOG_TAIL: usize = 1500;

/// A running daemon. Dropping it kills every process of its namespace.
#[derive(Debug)]
pub(crate) struct Daemon {
    pub(crate) node: Node,
    log: PathBuf,
}

impl Daemon {
    /// Starts `program` in the foreground with the configuration `folder/NAME.conf`; its log is
    /// `folder/NAME.log`, made anew.
    pub(crate) fn start(
        program: &Path,
        namespace: &Namespace,
        folder: &Path,
        name: &str,
    ) -> Result<Self, Failure> {
        let path = folder.join(name).with_extension("log");
        let log = File::create(&path).map_err(Failure::file("make", &path))?;
        let same = log.try_clone().map_err(Failure::file("share", &path))?;
        let mut command = Command::new(program);
        command.args(["-n", "-l", "-p", "/run/keepalived.pid", "-r", "/run/vrrp.pid", "-f"]);
        command.arg(path.with_extension("conf"));
        command.stdin(Stdio::null()).stdout(log).stderr(same);
        let node = namespace.spawn(&mut command, &Isolation::own_tmp().keep(folder))?;
        Ok(Self { node, log: path })
    }

    /// Complains about a daemon that ended although nobody had asked it to.
    pub(crate) fn must_run(&mut self) -> Result<(), Failure> {
        let ended = self.node.try_wait()?;
        ended.map_or(Ok(()), |status| {
            Err(Failure::Untrue(format!("the daemon ended by itself with {status}")))
        })
    }

    /// Waits until the log has `words`.
    pub(crate) fn wait_for_log(&mut self, words: &str) -> Result<(), Failure> {
        let found = wait_until(PATIENCE, POLL, || {
            self.must_run()?;
            Ok(self.log().contains(words).then_some(()))
        })?;
        found.ok_or_else(|| Failure::Missed { what: format!("{words:?} in the log"), within: PATIENCE })
    }

    /// Waits for the end of a daemon that was asked to, in order and with all of its processes.
    pub(crate) fn wait_for_end(&mut self) -> Result<(), Failure> {
        let ended = self.node.wait(PATIENCE)?;
        let status =
            ended.ok_or_else(|| Failure::Missed { what: "the daemon's end".into(), within: PATIENCE })?;
        check(status.success(), || format!("the daemon ended with {status}"))?;
        let left = self.node.processes()?;
        check(left.is_empty(), || format!("processes of the daemon are left: {left:?}"))
    }

    /// What it logged last, for a failure's report.
    pub(crate) fn log_tail(&self) -> String {
        let log = fs::read(&self.log).unwrap_or_default();
        let tail = log.get(log.len().saturating_sub(LOG_TAIL)..).unwrap_or_default();
        String::from_utf8_lossy(tail).into_owned()
    }

    fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }
}

/// Asks `find` every `poll` until it answers; `None` after `timeout`.
pub(crate) fn wait_until<T>(
    timeout: Duration,
    poll: Duration,
    mut find: impl FnMut() -> Result<Option<T>, Failure>,
) -> Result<Option<T>, Failure> {
    let deadline = Instant::now() + timeout;
    loop {
        if let Some(found) = find()? {
            return Ok(Some(found));
        }
        if Instant::now() >= deadline {
            return Ok(None);
        }
        thread::sleep(poll);
    }
}
