//! A program in a namespace and everything that it started: one machine.

use core::time::Duration;
use std::{
    fs, io,
    path::Path,
    process::{Child, ExitStatus},
    thread,
    time::Instant,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::{LabError, namespace::Identity};

/// How often [`Node::wait`] looks.
const POLL: Duration = Duration::from_millis(2);

/// A process that forks while it is being stopped needs another round; a node that still grows
/// after this many is a fork bomb.
const ROUNDS: usize = 100;

/// A program running in a namespace. Dropping it kills every process in that namespace, whoever
/// started it, so a namespace holds one node at a time.
#[derive(Debug)]
pub struct Node {
    child: Child,
    namespace: Identity,
}

impl Node {
    pub(crate) fn new(child: Child, namespace: Identity) -> Self {
        Self { child, namespace }
    }

    /// Identifier of the program that was started.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The program that was started, for its pipes.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Identifiers of all processes of the node.
    ///
    /// # Errors
    ///
    /// [`LabError::Path`] if `/proc` cannot be read.
    pub fn processes(&self) -> Result<Vec<u32>, LabError> {
        Ok(processes_in(self.namespace)?.into_iter().map(|pid| pid.as_raw().unsigned_abs()).collect())
    }

    /// Sends `signal` to the program that was started, not to its children. A program that has
    /// ended gets nothing.
    ///
    /// # Errors
    ///
    /// [`LabError::Step`] if the kernel refuses.
    pub fn signal(&mut self, signal: Signal) -> Result<(), LabError> {
        if self.try_wait()?.is_some() {
            return Ok(());
        }
        send(pid(self.child.id()), signal)
    }

    /// The program's exit status if it has ended.
    ///
    /// # Errors
    ///
    /// [`LabError::Step`] if the kernel does not know the child.
    pub fn try_wait(&mut self) -> Result<Option<ExitStatus>, LabError> {
        self.child.try_wait().map_err(LabError::step("wait for a node"))
    }

    /// Waits up to `timeout` for the program to end.
    ///
    /// # Errors
    ///
    /// As [`try_wait`](Self::try_wait).
    pub fn wait(&mut self, timeout: Duration) -> Result<Option<ExitStatus>, LabError> {
        let deadline = Instant::now() + timeout;
        loop {
            let status = self.try_wait()?;
            if status.is_some() || Instant::now() >= deadline {
                return Ok(status);
            }
            thread::sleep(POLL);
        }
    }

    /// Stops every process of the node where it stands (`SIGSTOP`).
    ///
    /// # Errors
    ///
    /// [`LabError::Step`] if a process cannot be signalled.
    pub fn freeze(&self) -> Result<(), LabError> {
        let mut stopped: Vec<Pid> = Vec::new();
        for _ in 0..ROUNDS {
            let mut all = processes_in(self.namespace)?;
            all.retain(|pid| !stopped.contains(pid));
            if all.is_empty() {
                break;
            }
            for pid in all {
                send(pid, Signal::SIGSTOP)?;
                stopped.push(pid);
            }
        }
        Ok(())
    }

    /// Lets a frozen node go on (`SIGCONT`).
    ///
    /// # Errors
    ///
    /// [`LabError::Step`] if a process cannot be signalled.
    pub fn thaw(&self) -> Result<(), LabError> {
        processes_in(self.namespace)?.into_iter().try_for_each(|pid| send(pid, Signal::SIGCONT))
    }

    /// Ends every process of the node at once, as a power failure does: all are frozen before the
    /// first is killed, so that none lives to notice and to say good-bye for another.
    ///
    /// The kernel lives on. It keeps the node's addresses and answers for them; see
    /// [`Lan::unplug`](crate::Lan::unplug).
    ///
    /// # Errors
    ///
    /// [`LabError::Step`] if a process cannot be signalled.
    pub fn crash(&mut self) -> Result<(), LabError> {
        self.freeze()?;
        let first = pid(self.child.id());
        let mut others = processes_in(self.namespace)?;
        others.retain(|pid| *pid != first);
        // The program that was started comes last: when it ends, its process group may become an
        // orphan, whose frozen processes the kernel hangs up and *continues*.
        others.into_iter().try_for_each(|pid| send(pid, Signal::SIGKILL))?;
        // Killed even where it left the namespace.
        self.child.kill().map_err(LabError::step("kill a node"))?;
        for _ in 0..ROUNDS {
            let all = processes_in(self.namespace)?;
            if all.is_empty() {
                break;
            }
            all.into_iter().try_for_each(|pid| send(pid, Signal::SIGKILL))?;
            self.try_wait()?;
            thread::sleep(POLL);
        }
        self.child.wait().map_err(LabError::step("wait for a node")).map(|_| ())
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // Nobody is left to tell; the child at least is reaped.
        if self.crash().is_err() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// All processes whose network namespace is `namespace`, this process excepted. Processes that have
/// ended, or that we may not look at, are not in it.
pub(crate) fn processes_in(namespace: Identity) -> Result<Vec<Pid>, LabError> {
    let table = fs::read_dir("/proc").map_err(LabError::path("read", "/proc"))?;
    let numbers = table.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok());
    let inside = |number: &i32| {
        let file = Path::new("/proc").join(number.to_string()).join("ns/net");
        Identity::of(fs::metadata(file)).is_ok_and(|found| found == namespace)
    };
    let own = Pid::this();
    Ok(numbers.filter(inside).map(Pid::from_raw).filter(|pid| *pid != own).collect())
}

fn send(pid: Pid, signal: Signal) -> Result<(), LabError> {
    match kill(pid, signal) {
        // Ended meanwhile.
        Ok(()) | Err(nix::errno::Errno::ESRCH) => Ok(()),
        Err(errno) => {
            Err(LabError::Step { step: "signal a process of a node", source: io::Error::from(errno) })
        }
    }
}

fn pid(id: u32) -> Pid {
    // Linux keeps process identifiers below 2²².
    Pid::from_raw(i32::try_from(id).unwrap_or(i32::MAX))
}
