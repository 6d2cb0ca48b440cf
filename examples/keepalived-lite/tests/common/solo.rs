//! One router by itself, with a witness.

use std::path::PathBuf;

use netlab::{Lan, now};
use tempfile::TempDir;

use crate::common::{Configuration, Hearing, Machine, PATIENCE, Program, Timing, VIRTUAL, wait_until};

/// A machine that nobody competes with.
#[derive(Debug)]
pub(crate) struct Solo {
    // In this order: processes end before their network does.
    /// The machine, host 1.
    pub(crate) machine: Machine,
    /// The witness.
    pub(crate) hearing: Hearing,
    /// Its network.
    pub(crate) lan: Lan,
    /// Files that the daemon sees too.
    folder: TempDir,
}

impl Solo {
    /// Priority of the router.
    pub(crate) const PRIORITY: u8 = 150;
    /// The interval is short.
    pub(crate) const TIMING: Timing = Timing::V3;

    /// Nothing runs yet; [`Configuration::new`] is its file.
    pub(crate) fn new(title: &str, program: Program) -> Self {
        let folder = TempDir::new().unwrap();
        let lan = Lan::new(1).unwrap();
        let machine = Machine::new(program, 1, folder.path());
        let solo = Self { hearing: Hearing::start(&lan, title), machine, lan, folder };
        solo.configure(|_| {});
        solo
    }

    /// Writes the file: the simplest, then whatever `change` makes of it.
    pub(crate) fn configure(&self, change: impl FnOnce(&mut Configuration)) {
        let mut configuration = Configuration::new(Self::TIMING, Self::PRIORITY);
        change(&mut configuration);
        self.machine.configure(configuration);
    }

    /// A file or folder that the daemon sees too.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Starts the daemon.
    pub(crate) fn start(&mut self) {
        self.machine.start(&self.lan);
    }

    /// Starts the daemon and waits until it has its address.
    pub(crate) fn become_master(&mut self) {
        self.start();
        self.await_address(true, "the only router becomes master");
    }

    /// Waits until the kernel has the virtual address, or no longer.
    pub(crate) fn await_address(&self, there: bool, what: &str) {
        let found = wait_until(PATIENCE, || (self.machine.owns(&self.lan) == there).then(now));
        let time = found.unwrap_or_else(|| panic!("{what}: {VIRTUAL} there: {}", !there));
        self.hearing.tell(time, what);
    }
}
