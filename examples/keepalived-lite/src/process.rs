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

use crate::parent::HEAPS;
use crate::{clock, limits, script_helper};

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
    command.user.as_deref().or(default).cloned().or_else(|| {
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
        let child = match user.filter(|user| !is_ourselves(user)) {
            Some(user) => spawn(&mut script_helper::command(user, args), extra)?,
            None => {
                let (program, rest) = args.split_first().ok_or(io::ErrorKind::InvalidInput)?;
                match spawn(Command::new(program).args(rest), extra) {
                    // A script that names no interpreter, as a shell runs it.
                    Err(error) if error.raw_os_error() == Some(nix::libc::ENOEXEC) => {
                        spawn(Command::new("/bin/sh").args(args), extra)?
                    }
                    other => other?,
                }
            }
        };
        let pid = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw);
        let pid = pid.ok_or(io::ErrorKind::InvalidData)?;
        limits::reset(pid, limits::of_scripts());
        let done = pidfd_open(pid, PidfdFlags::NONBLOCK)?;
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

fn spawn(command: &mut Command, extra: &[String]) -> io::Result<Child> {
    command.args(extra).env_remove(HEAPS).process_group(0);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()
}

fn is_ourselves(user: &ScriptUser) -> bool {
    let Some(uid) = script_helper::user_id(&user.user) else { return false };
    uid == Uid::effective().as_raw() && user.group.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(line: &str, timeout: Option<Duration>) -> io::Result<Running> {
        let args: Vec<OsString> = ["sh", "-c", line].map(OsString::from).to_vec();
        Running::start(&args, &["extra".to_owned()], None, timeout)
    }

    fn wait(running: &mut Running) -> ExitStatus {
        loop {
            running.enforce(clock::now());
            if let Some(status) = running.ended() {
                return status;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn the_exit_status_and_the_extra_arguments_are_the_programs() {
        // `sh -c LINE extra` makes $0 of it.
        let mut running = start("[ \"$0\" = extra ] && exit 3", None).unwrap();
        let status = wait(&mut running);
        assert_eq!((describe(status).as_str(), running.timed_out()), ("exited with status 3", false));
    }

    #[test]
    fn a_program_that_takes_too_long_is_stopped_with_all_of_its_group() {
        let mut running = start("sleep 100 & wait", Some(Duration::from_millis(20))).unwrap();
        let group = i32::try_from(running.child.id()).unwrap();
        let status = wait(&mut running);
        assert!(running.timed_out());
        assert_eq!(describe(status), "killed by signal 15");
        // The child that it left behind was told as well; the kernel takes a moment to reap it.
        let gone = (0..400).any(|_| {
            std::thread::sleep(Duration::from_millis(5));
            killpg(Pid::from_raw(group), None).is_err()
        });
        assert!(gone, "its children live on");
    }

    #[test]
    fn a_program_that_ignores_term_is_killed() {
        let mut running =
            start("trap '' TERM; while :; do sleep 0.05; done", Some(Duration::from_millis(20))).unwrap();
        assert_eq!(describe(wait(&mut running)), "killed by signal 9");
    }

    #[test]
    fn a_script_that_names_no_interpreter_is_a_shells() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("script");
        std::fs::write(&script, "exit 3\n").unwrap();
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
        let mut running = Running::start(&[script.into()], &[], None, None).unwrap();
        assert_eq!(describe(wait(&mut running)), "exited with status 3");
    }

    #[test]
    fn a_limit_that_was_raised_for_us_is_not_the_programs() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let line = format!("sleep 0.5; ulimit -Sn > {}", file.path().display());
        let mut running = start(&line, None).unwrap();
        let pid = rustix::process::Pid::from_raw(i32::try_from(running.child.id()).unwrap()).unwrap();
        limits::reset(pid, 123);
        assert!(wait(&mut running).success());
        assert_eq!(std::fs::read_to_string(file.path()).unwrap().trim(), "123");
    }

    #[test]
    fn a_program_that_is_not_there_is_an_error() {
        let args = [OsString::from("/nonexistent/program")];
        assert_eq!(Running::start(&args, &[], None, None).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
