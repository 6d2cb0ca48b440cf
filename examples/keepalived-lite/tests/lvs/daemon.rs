//! One of the daemons in a network namespace.

use core::time::Duration;
use std::{
    fs::{self, File},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    thread,
};

use netlab::{Isolation, Namespace, Node};
use nix::sys::signal::Signal;

use crate::{Program, foreground::in_foreground};

/// How long a daemon may take to end: scripts get a second, and everything is slow.
const END: Duration = Duration::from_secs(60);

/// A daemon with its file and its log.
#[derive(Debug)]
pub(crate) struct Daemon {
    program: Program,
    node: Node,
    configuration: PathBuf,
    log: PathBuf,
}

impl Daemon {
    /// Starts `program` in `namespace` on `configuration`, with `options` more, and with its files
    /// in `folder`, which it also sees.
    pub(crate) fn start(
        program: Program,
        namespace: &Namespace,
        folder: &Path,
        configuration: &str,
        options: &[&str],
    ) -> Self {
        let (file, log) = (folder.join("keepalived.conf"), folder.join("log"));
        fs::write(&file, configuration).unwrap();
        let output = File::options().create(true).append(true).open(&log).unwrap();
        let mut command = in_foreground(program, &file);
        // When an orphan of a node ends while another node of the same group is frozen, the kernel hangs
        // the whole group up (POSIX, orphaned process groups), and that must not be ours.
        command.process_group(0);
        command.args(options).stdin(Stdio::null()).stdout(output.try_clone().unwrap()).stderr(output);
        let isolation = Isolation::own_tmp().keep(folder);
        let node = namespace.spawn(&mut command, &isolation).unwrap();
        Self { program, node, configuration: file, log }
    }

    /// Which daemon it is.
    pub(crate) fn name(&self) -> &'static str {
        self.program.name()
    }

    /// Replaces the file and tells the daemon.
    pub(crate) fn reload(&mut self, configuration: &str) {
        fs::write(&self.configuration, configuration).unwrap();
        self.node.signal(Signal::SIGHUP).unwrap();
    }

    /// Asks it to stop and waits until it has.
    pub(crate) fn stop(&mut self) -> ExitStatus {
        self.node.signal(Signal::SIGTERM).unwrap();
        let ended = self.node.wait(END).unwrap();
        ended.unwrap_or_else(|| panic!("{} goes on after SIGTERM:\n{}", self.program.name(), self.log()))
    }

    /// Ends all of its processes at once.
    pub(crate) fn kill(&mut self) {
        self.node.crash().unwrap();
    }

    /// What it logged so far.
    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if thread::panicking() {
            println!("--- log of {}\n{}", self.program.name(), self.log());
        }
    }
}
