//! A network namespace held by an open file, without a name in the file system.

use std::{
    fs::File,
    io::{self, Write},
    os::fd::{AsFd, BorrowedFd},
    os::unix::{fs::MetadataExt, process::CommandExt},
    panic::resume_unwind,
    process::{Command, Output},
    sync::{Mutex, MutexGuard},
    thread,
};

use nix::{
    sched::{CloneFlags, setns, unshare},
    unistd::Pid,
};

use crate::{Isolation, LabError, Node, netlink::Netlink, node};

/// A network namespace. It lives as long as this value, or a process or socket in it.
#[derive(Debug)]
pub struct Namespace {
    file: File,
    netlink: Mutex<Netlink>,
}

/// What tells two namespaces apart: device and inode of the file that stands for them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Identity {
    device: u64,
    inode: u64,
}

impl Namespace {
    /// A fresh namespace whose loopback interface is up.
    ///
    /// # Errors
    ///
    /// [`LabError::Step`] where the process may not make namespaces, see
    /// [`enter_user_namespace`](crate::enter_user_namespace).
    pub fn new() -> Result<Self, LabError> {
        let namespace = in_thread(|| {
            unshare(CloneFlags::CLONE_NEWNET).map_err(LabError::step("make a network namespace"))?;
            Self::of_this_thread()
        })?;
        namespace.set_up("lo")?;
        Ok(namespace)
    }

    /// The namespace that the calling thread is in.
    ///
    /// # Errors
    ///
    /// [`LabError::Path`] if `/proc` is not mounted, [`LabError::Step`] without a netlink socket.
    pub fn of_this_thread() -> Result<Self, LabError> {
        let path = "/proc/thread-self/ns/net";
        let file = File::open(path).map_err(LabError::path("open", path))?;
        let netlink = Netlink::open().map_err(LabError::step("open a netlink socket"))?;
        Ok(Self { file, netlink: Mutex::new(netlink) })
    }

    /// Runs `work` in a fresh thread inside the namespace and waits for it. A panic of `work`
    /// goes on in the caller.
    ///
    /// # Errors
    ///
    /// [`LabError::Step`] if the namespace cannot be entered; `work` has then not run.
    pub fn run<T: Send>(&self, work: impl FnOnce() -> T + Send) -> Result<T, LabError> {
        in_thread(|| {
            self.enter()?;
            Ok(work())
        })
    }

    /// Moves the calling thread into the namespace for good.
    ///
    /// # Errors
    ///
    /// [`LabError::Step`] without the right to do so.
    pub fn enter(&self) -> Result<(), LabError> {
        setns(&self.file, CloneFlags::CLONE_NEWNET).map_err(LabError::step("enter the network namespace"))
    }

    /// Starts `command` inside the namespace. What it starts belongs to the same [`Node`].
    ///
    /// # Errors
    ///
    /// [`LabError`] names the step that failed; no process is then left.
    pub fn spawn(&self, command: &mut Command, isolation: &Isolation) -> Result<Node, LabError> {
        let identity = self.identity()?;
        // A group whose leader is the first process's child counts as orphaned, and the kernel sends
        // it SIGHUP when one of it ends while another is stopped: freezing a node would end us.
        if Pid::parent().as_raw() == 1 {
            command.process_group(0);
        }
        let child = in_thread(|| {
            self.enter()?;
            isolation.apply(command.get_program())?;
            let started = command.spawn();
            started.map_err(LabError::path("start", command.get_program()))
        })?;
        Ok(Node::new(child, identity))
    }

    /// Runs `command` to its end inside the namespace.
    ///
    /// # Errors
    ///
    /// [`LabError::Path`] if it cannot be started.
    pub fn output(&self, command: &mut Command) -> Result<Output, LabError> {
        in_thread(|| {
            self.enter()?;
            let ended = command.output();
            ended.map_err(LabError::path("start", command.get_program()))
        })
    }

    /// Sets a value below `/proc/sys/net`, for example `ipv4.conf.all.arp_ignore`. A name with a
    /// dot in it (an interface like `eth0.5`) is written with slashes instead.
    ///
    /// # Errors
    ///
    /// [`LabError::Path`] with the file that could not be written.
    pub fn sysctl(&self, name: &str, value: &str) -> Result<(), LabError> {
        let name = if name.contains('/') { name.to_owned() } else { name.replace('.', "/") };
        let path = format!("/proc/sys/net/{name}");
        self.run(|| File::create(&path).and_then(|mut file| file.write_all(value.as_bytes())))?
            .map_err(LabError::path("write", path))
    }

    /// Identifiers of all processes inside, this one excepted.
    ///
    /// # Errors
    ///
    /// [`LabError::Path`] if `/proc` cannot be read.
    pub fn processes(&self) -> Result<Vec<u32>, LabError> {
        Ok(node::processes_in(self.identity()?)?.into_iter().map(|pid| pid.as_raw().unsigned_abs()).collect())
    }

    pub(crate) fn identity(&self) -> Result<Identity, LabError> {
        Identity::of(self.file.metadata()).map_err(LabError::step("identify the network namespace"))
    }

    /// The socket through which links are made and addresses read.
    pub(crate) fn netlink(&self) -> Result<MutexGuard<'_, Netlink>, LabError> {
        self.netlink.lock().map_err(|_| LabError::Poisoned)
    }
}

impl AsFd for Namespace {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

impl Identity {
    pub(crate) fn of(metadata: io::Result<std::fs::Metadata>) -> io::Result<Self> {
        metadata.map(|metadata| Self { device: metadata.dev(), inode: metadata.ino() })
    }
}

/// Namespaces belong to threads: whatever changes them happens in a thread that ends afterwards.
fn in_thread<T: Send>(work: impl FnOnce() -> Result<T, LabError> + Send) -> Result<T, LabError> {
    thread::scope(|scope| scope.spawn(work).join().unwrap_or_else(|panic| resume_unwind(panic)))
}
