//! Balancing: real servers are checked, and the kernel's IPVS table follows.
//!
//! - [`service`]: from `virtual_server` blocks to what the kernel and the judges are given.
//! - [`check`]: from checker blocks to probes, which are made in [`kinds`]; [`secure`]: over TLS,
//!   [`files`]: by files; [`pattern`]: what a page's text must be.
//! - [`checks`]: the thread that probes and judges. [`prober`] is one check in it, [`judge`] one
//!   virtual server; [`presence`]: whether its address is here; [`report`]: what `SIGUSR1` asks for.
//! - [`table`]: the thread that writes to the kernel, and what it knows of the table. [`whole`]:
//!   what it tells the kernel besides; [`hints`]: what it tells the user of it.
//!
//! Both threads run only when the file has virtual servers, or connections are synchronized.

mod check;
mod checks;
mod files;
mod hints;
mod judge;
mod kinds;
mod pattern;
mod presence;
mod prober;
mod report;
mod secure;
mod service;
mod table;
mod whole;

use std::io;
use std::thread::{Builder, JoinHandle};

use ipvs_netlink::Reason;
use kconf_parser::model::{Config, LvsFlushOnStop, ProcessSettings};

use crate::notify::{News, UpDown};
use crate::queue::{QueueSender, queue};
use crate::schedule;
pub(crate) use check::unsupported as unsupported_check;
use checks::{Checks, Command};
pub(crate) use pattern::regex;
pub(crate) use service::{Virtual, build};
pub(crate) use table::Ipvs;
use table::Order;
pub(crate) use whole::{Settings, needs_ipvs};

/// tokio's drivers and one probe deep; nothing recurses.
const STACK: usize = 512 * 1024;

/// Why balancing cannot begin.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LvsError {
    /// The kernel has none, and it could not be loaded.
    #[error("cannot balance: {0}")]
    NoIpvs(ipvs_netlink::Error),
    /// Its table cannot be read or emptied.
    #[error("cannot balance: {0}")]
    Ipvs(ipvs_netlink::Error),
    /// No thread or no descriptor.
    #[error("cannot start the checks: {0}")]
    Io(#[from] io::Error),
}

/// What to do with the table in special moments.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Policy {
    /// `lvs_flush`: empty it at the start.
    pub flush_at_start: bool,
    /// `lvs_flush_on_stop`: empty it when stopping.
    pub flush_on_stop: bool,
    /// `-I`: leave it as it is when stopping.
    pub keep: bool,
}

impl Policy {
    /// What `config` and `-I` say.
    #[must_use]
    pub(crate) fn new(config: &Config, keep: bool) -> Self {
        Self {
            flush_at_start: config.globals.lvs_flush,
            flush_on_stop: config.globals.lvs_flush_on_stop == LvsFlushOnStop::Table,
            keep,
        }
    }
}

/// The scripts of all real and virtual servers, for the notify thread.
pub(crate) fn scripts(servers: &[Virtual]) -> impl Iterator<Item = UpDown> {
    servers.iter().flat_map(Virtual::scripts)
}

/// The kernel's table, opened; nothing in it is touched yet.
///
/// # Errors
///
/// When the kernel does not balance, or not for us.
pub(crate) fn open() -> Result<Ipvs, LvsError> {
    Ipvs::open().map_err(|error| match error.reason() {
        Some(Reason::NoIpvs) => LvsError::NoIpvs(error),
        _ => LvsError::Ipvs(error),
    })
}

/// The instance that decides who sends connections to whom.
#[derive(Clone, Debug)]
pub(crate) struct Leader {
    position: usize,
    orders: QueueSender<Order>,
}

impl Leader {
    /// An instance became master, or no longer is.
    pub(crate) fn changed(&self, instance: usize, master: bool) {
        if instance == self.position {
            self.orders.send(Order::Lead(master));
        }
    }
}

/// The running threads.
#[derive(Debug)]
pub(crate) struct Lvs {
    checks: tokio::sync::mpsc::UnboundedSender<Command>,
    table: QueueSender<Order>,
    checks_thread: JoinHandle<()>,
    table_thread: JoinHandle<()>,
}

impl Lvs {
    /// Brings the table of `ipvs` to where `servers` begin and begins to probe; `news` leads to
    /// the notify thread.
    ///
    /// # Errors
    ///
    /// When the table cannot be emptied, or no thread can be had.
    pub(crate) fn start(
        mut ipvs: Ipvs,
        servers: Vec<Virtual>,
        settings: ProcessSettings,
        policy: Policy,
        news: QueueSender<News>,
    ) -> Result<Self, LvsError> {
        if policy.flush_at_start {
            ipvs.flush().map_err(LvsError::Ipvs)?;
        }
        let (orders, order_queue) = queue()?;
        let (commands, command_queue) = tokio::sync::mpsc::unbounded_channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let checks = Checks::new(orders.clone());
        let table_thread = spawn("lvs", settings.clone(), move || ipvs.run(&order_queue, news))?;
        // The receiver is the thread that is started next.
        let _ = commands.send(Command::Replace(servers));
        let checks_thread = spawn("checks", settings, move || runtime.block_on(checks.run(command_queue)))?;
        Ok(Self { checks: commands, table: orders, checks_thread, table_thread })
    }

    /// Goes over to `servers`: what is the same keeps its state and its counters.
    pub(crate) fn reload(&self, servers: Vec<Virtual>, news: QueueSender<News>) {
        self.table.send(Order::Outlet(news));
        let _ = self.checks.send(Command::Replace(servers));
    }

    /// Wants `settings` of all of IPVS; `master`: the instance that decides about it is.
    pub(crate) fn want(&self, settings: Settings, master: bool) {
        self.table.send(Order::Whole(Box::new(settings), master));
    }

    /// For the vrrp thread: the instance at `position` decides about synchronization.
    #[must_use]
    pub(crate) fn leader(&self, position: usize) -> Leader {
        Leader { position, orders: self.table.clone() }
    }

    /// Writes [`report::FILE`].
    pub(crate) fn report(&self) {
        // Its receiver lives as long as the thread, which ends only when told to.
        let _ = self.checks.send(Command::Report);
    }

    /// Ends the probes, then takes what is ours out of the kernel's table, as `policy` has it.
    pub(crate) fn stop(self, policy: Policy) {
        let _ = self.checks.send(Command::Stop);
        // A thread that panicked has aborted the process long ago.
        let _ = self.checks_thread.join();
        self.table.send(Order::Stop(policy));
        let _ = self.table_thread.join();
    }
}

fn spawn(
    name: &str,
    settings: ProcessSettings,
    body: impl FnOnce() + Send + 'static,
) -> io::Result<JoinHandle<()>> {
    Builder::new().name(name.to_owned()).stack_size(STACK).spawn(move || {
        schedule::prepare_thread("checker", &settings);
        body();
    })
}
