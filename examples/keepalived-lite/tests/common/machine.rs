//! A machine on the LAN that runs one of the daemons.

use core::{net::Ipv4Addr, time::Duration};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Stdio,
    thread,
    time::Instant,
};

use netlab::{Isolation, Lan, Namespace, Node, now};
use nix::sys::signal::Signal;

use crate::common::{Program, Statistics, in_foreground};

/// The address that routers want.
pub(crate) const VIRTUAL: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 100);

/// How long a daemon may take for what has no timer of the protocol.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A host of a [`Lan`] with a daemon, which may be off.
#[derive(Debug)]
pub(crate) struct Machine {
    program: Program,
    host: u8,
    folder: PathBuf,
    node: Option<Node>,
    started: Duration,
}

impl Machine {
    /// Host `host`, with its files in `folder`.
    pub(crate) fn new(program: Program, host: u8, folder: &Path) -> Self {
        Self { program, host, folder: folder.to_owned(), node: None, started: Duration::ZERO }
    }

    /// Which daemon it runs.
    pub(crate) fn name(&self) -> &'static str {
        self.program.name()
    }

    /// When its daemon was last started, by the sniffer's clock.
    pub(crate) fn started(&self) -> Duration {
        self.started
    }

    /// Replaces the configuration, for the next start.
    pub(crate) fn configure(&self, configuration: impl ToString) {
        fs::write(self.file("conf"), configuration.to_string()).unwrap();
    }

    /// Starts the daemon.
    pub(crate) fn start(&mut self, lan: &Lan) {
        assert!(self.node.is_none(), "a machine runs one daemon");
        let log = File::options().create(true).append(true).open(self.file("log")).unwrap();
        let mut command = in_foreground(self.program, &self.file("conf"));
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        let isolation = Isolation::own_tmp().keep(&self.folder);
        self.started = now();
        self.node = Some(self.namespace(lan).spawn(&mut command, &isolation).unwrap());
    }

    /// Waits until somebody has a socket for VRRP.
    pub(crate) fn await_socket(&self, lan: &Lan) {
        // The protocol, 112, stands where a port would.
        let has =
            || fs::read_to_string("/proc/thread-self/net/raw").is_ok_and(|list| list.contains(":0070 "));
        let ready = wait_until(PATIENCE, || self.namespace(lan).run(has).unwrap().then_some(()));
        ready.unwrap_or_else(|| panic!("{} has no socket:\n{}", self.name(), self.log()));
    }

    /// Asks the daemon to stop and waits until it has, which must be in order.
    pub(crate) fn stop(&mut self) {
        let mut node = self.node.take().expect("it runs");
        node.signal(Signal::SIGTERM).unwrap();
        let status = node.wait(PATIENCE).unwrap().expect("SIGTERM ends the daemon");
        assert!(status.success(), "{} ends with {status}", self.program.name());
        assert!(node.processes().unwrap().is_empty(), "all its processes are gone");
    }

    /// Ends every process at once and pulls the cable; the kernel, which lives on, is made to
    /// forget the virtual address, as a machine does that lost its power.
    pub(crate) fn lose_power(&mut self, lan: &Lan) {
        let mut node = self.node.take().expect("it runs");
        node.freeze().unwrap();
        lan.unplug(self.host).unwrap();
        node.crash().unwrap();
        if self.owns(lan) {
            self.namespace(lan).delete_address(lan.interface(), VIRTUAL.into(), 24).unwrap();
        }
    }

    /// Puts the cable back and starts the daemon.
    pub(crate) fn regain_power(&mut self, lan: &Lan) {
        lan.plug(self.host).unwrap();
        self.start(lan);
    }

    /// Whether the kernel has the virtual address on an interface.
    pub(crate) fn owns(&self, lan: &Lan) -> bool {
        self.namespace(lan).owns(VIRTUAL.into()).unwrap()
    }

    /// The daemon and what it started.
    pub(crate) fn node(&mut self) -> &mut Node {
        self.node.as_mut().expect("it runs")
    }

    /// Asks the daemon for its counters.
    pub(crate) fn statistics(&mut self) -> Statistics {
        let node = self.node.as_mut().expect("it runs");
        // The daemon's /tmp is its own; this is the way in from outside.
        let file = PathBuf::from(format!("/proc/{}/root/tmp/keepalived.stats", node.id()));
        // Not there before the first time.
        let _ = fs::remove_file(&file);
        node.signal(Signal::SIGUSR2).unwrap();
        let read = || Statistics::complete(fs::read_to_string(&file).ok()?);
        wait_until(PATIENCE, read).expect("SIGUSR2 makes the daemon write its counters")
    }

    /// What the daemon logged, over all its lives.
    pub(crate) fn log(&self) -> String {
        let octets = fs::read(self.file("log")).unwrap_or_default();
        String::from_utf8_lossy(&octets).into_owned()
    }

    /// Its network.
    pub(crate) fn namespace<'lan>(&self, lan: &'lan Lan) -> &'lan Namespace {
        lan.node(self.host).unwrap()
    }

    fn file(&self, extension: &str) -> PathBuf {
        self.folder.join(format!("host{}.{extension}", self.host))
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        if thread::panicking() {
            println!("--- log of {} on host {}\n{}", self.program.name(), self.host, self.log());
        }
    }
}

/// Asks `find` again and again until it answers, at most for `timeout`.
pub(crate) fn wait_until<T>(timeout: Duration, mut find: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + timeout;
    loop {
        if let Some(found) = find() {
            return Some(found);
        }
        if Instant::now() >= deadline {
            return None;
        }
        thread::sleep(Duration::from_millis(3));
    }
}
