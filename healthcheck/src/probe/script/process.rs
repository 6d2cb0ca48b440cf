//! A script that is running.

use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus};

use rustix::process::{
    Pid, PidfdFlags, Resource, Rlimit, Signal, getrlimit, kill_process_group, pidfd_open, prlimit,
};
use tokio::net::unix::pipe::Receiver;

use super::reaper;

/// The leader of a process group. Dropped before its end, it is stopped and waited for elsewhere.
#[derive(Debug)]
pub(super) struct Process {
    /// Until it is reaped.
    child: Option<Child>,
    group: Pid,
    done: Receiver,
}

impl Process {
    pub(super) fn start(command: &mut Command) -> io::Result<Self> {
        let child = command.process_group(0).spawn()?;
        let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        // Every process has a positive number.
        let group = group.ok_or(io::ErrorKind::InvalidData)?;
        match watch(group) {
            Ok(done) => Ok(Self { child: Some(child), group, done }),
            Err(error) => {
                reaper::take(child, group);
                Err(error)
            }
        }
    }

    /// Until it has ended. It stays a zombie, so that its group keeps its number.
    pub(super) async fn ended(&self) -> io::Result<()> {
        self.done.readable().await
    }

    /// Sets its soft limit of open files.
    pub(super) fn may_open(&self, number: u64) {
        let own = getrlimit(Resource::Nofile);
        if own.current != Some(number) {
            let limit = Rlimit { current: Some(number), maximum: own.maximum };
            // It may have ended already, or be another user's that we have no rights over.
            let _ = prlimit(Some(self.group), Resource::Nofile, limit);
        }
    }

    /// To all of its group.
    pub(super) fn signal(&self, signal: Signal) {
        // Without rights over the script, or with nobody left, there is nothing to do.
        let _ = kill_process_group(self.group, signal);
    }

    /// How it ended, after [`ended`](Self::ended).
    pub(super) fn reap(mut self) -> io::Result<ExitStatus> {
        self.child.take().map_or(Err(io::ErrorKind::NotFound.into()), |mut child| child.wait())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(child) = self.child.take() {
            reaper::take(child, self.group);
        }
    }
}

/// A descriptor that becomes readable when the process has ended; tokio's type stands for anything
/// that does.
fn watch(process: Pid) -> io::Result<Receiver> {
    Receiver::from_owned_fd_unchecked(pidfd_open(process, PidfdFlags::NONBLOCK)?)
}
