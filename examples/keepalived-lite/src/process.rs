//! Programs that the daemon runs: tracking scripts and notify scripts.

use core::time::Duration;
use std::ffi::OsString;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};

use kconf_parser::model::{ScriptCommand, ScriptUser};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::{Pid, Uid, User};
use rustix::process::{PidfdFlags, pidfd_open};
use vrrp_fsm::Instant;

use crate::{clock, script_helper};

/// After TERM a program has so long before it gets KILL, as with keepalived.
const TERM_TO_KILL: Duration = Duration::from_secs(2);

/// A program that is running, in a process group of its own.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    done: OwnedFd,
    deadline: Option<Instant>,
    signalled: bool,
}

/// Who runs what: the user at the command, else `script_user`, else keepalived's default.
#[must_use]
pub(crate) fn user_of<'a>(command: &'a ScriptCommand, default: Option<&'a ScriptUser>) -> Option<ScriptUser> {
    command.user.as_ref().or(default).cloned().or_else(|| {
        let fallback = "keepalived_script";
        matches!(User::from_name(fallback), Ok(Some(_)))
            .then(|| ScriptUser { user: fallback.to_owned(), group: None })
    })
}

impl Running {
    /// Starts `args` as `user` (us, if `None`) with `extra` arguments. After `timeout` it is
    /// stopped.
    ///
    /// # Errors
    ///
    /// When there is no such program or no process to be had.
    pub(crate) fn start(
        args: &[OsString],
        extra: &[String],
        user: Option<&ScriptUser>,
        timeout: Option<Duration>,
    ) -> io::Result<Self> {
        let mut command = match user.filter(|user| !is_ourselves(user)) {
            Some(user) => script_helper::command(user, args),
            None => {
                let (program, rest) = args.split_first().ok_or(io::ErrorKind::InvalidInput)?;
                let mut command = Command::new(program);
                command.args(rest);
                command
            }
        };
        let child = command
            .args(extra)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        let pid = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw);
        let done = pidfd_open(pid.ok_or(io::ErrorKind::InvalidData)?, PidfdFlags::NONBLOCK)?;
        let deadline = timeout.map(|timeout| clock::now() + timeout);
        Ok(Self { child, done, deadline, signalled: false })
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Whether it was stopped because it took too long.
    #[must_use]
    pub(crate) const fn timed_out(&self) -> bool {
        self.signalled
    }

    /// When to call [`enforce`](Self::enforce) next.
    #[must_use]
    pub(crate) const fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Stops a program whose time is over: TERM first, KILL two seconds later, to all of its group.
    pub(crate) fn enforce(&mut self, now: Instant) {
        if self.deadline.is_some_and(|deadline| deadline <= now) {
            self.signal(if self.signalled { Signal::SIGKILL } else { Signal::SIGTERM });
            self.deadline = Some(now + TERM_TO_KILL);
            self.signalled = true;
        }
    }

    /// Sends a signal to its whole group.
    pub(crate) fn signal(&self, signal: Signal) {
        if let Ok(pid) = i32::try_from(self.child.id()) {
            // It may have ended just now; then there is nobody to signal.
            let _ = killpg(Pid::from_raw(pid), signal);
        }
    }
}

impl AsFd for Running {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.done.as_fd()
    }
}

/// How a program ended, in words.
#[must_use]
pub(crate) fn describe(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exited with status {code}"),
        (None, Some(signal)) => format!("killed by signal {signal}"),
        (None, None) => status.to_string(),
    }
}

fn is_ourselves(user: &ScriptUser) -> bool {
    let Some(uid) = script_helper::user_id(&user.user) else { return false };
    uid == Uid::effective().as_raw() && user.group.is_none()
}
