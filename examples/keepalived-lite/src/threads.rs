//! The worker's threads: started together, stopped in order, exchanged by a reload.

use core::time::Duration;
use std::collections::HashMap;
use std::io;
use std::thread::{Builder, JoinHandle};

use kconf_parser::model::Config;
use tokio::sync::oneshot;

use crate::board::Board;
use crate::cli::Options;
use crate::clock;
use crate::dump::Kind;
use crate::interface::{self, Interface};
use crate::link::{Addresses, Link, LinkJob};
use crate::lvs::{self, Ipvs, Lvs, LvsError};
use crate::monitor::{self, Kernel, Scripts};
use crate::netlink::RouteSocket;
use crate::notify::{self, Notifier};
use crate::queue::{QueueSender, queue};
use crate::record::{Paths, Record};
use crate::reload;
use crate::schedule;
use crate::setup::{self, Origin, Setup, SetupError};
use crate::tracked_file;
use crate::vrrp::engine::{Command, Engine};
use crate::vrrp::run::{self, Outlets};

/// Threads here need little; the default of 2 MiB each would be paid for with `mlockall`.
const STACK: usize = 256 * 1024;

/// Why the threads cannot be started.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    /// Something of the configuration.
    #[error("{0}")]
    Setup(#[from] SetupError),
    /// Something of the system.
    #[error("cannot start: {0}")]
    Io(#[from] io::Error),
    /// Something of IPVS.
    #[error("{0}")]
    Lvs(#[from] LvsError),
}

/// A running daemon.
#[derive(Debug)]
pub(crate) struct Threads {
    vrrp: QueueSender<Command>,
    link: QueueSender<LinkJob>,
    stop_monitor: QueueSender<()>,
    stop_notify: QueueSender<()>,
    vrrp_thread: JoinHandle<io::Result<Engine>>,
    link_thread: JoinHandle<Vec<Addresses>>,
    monitor_thread: JoinHandle<()>,
    /// Only where an instance follows a file.
    files_thread: Option<JoinHandle<io::Result<()>>>,
    /// The files thread ends when this is gone.
    files_stop: oneshot::Sender<()>,
    notify_thread: JoinHandle<()>,
    /// Only where there are virtual servers.
    lvs: Option<Lvs>,
    lvs_policy: lvs::Policy,
    board: Board,
    /// What all this was made of, without the virtual servers.
    config: Config,
    /// What the instances were made of.
    origins: Vec<Origin>,
}

/// What goes on from before a reload.
#[derive(Default)]
struct Earlier {
    /// What it has to tell comes first.
    notify: Option<JoinHandle<()>>,
    lvs: Option<Lvs>,
}

impl Threads {
    /// Starts everything that `config` asks for.
    pub(crate) fn start(config: Config, options: &Options) -> Result<Self, StartError> {
        let ipvs = ipvs(&config, None)?;
        tracked_file::prepare(&config, true);
        let setup = setup::build(&config, &interfaces()?)?;
        let board = Board::new(setup.instances.len());
        Self::assemble(setup, board, config, options, ipvs, None)
    }

    /// Passes a command to the vrrp thread.
    pub(crate) fn tell(&self, command: Command) {
        if let (Command::Dump(Kind::Data), Some(lvs)) = (&command, &self.lvs) {
            lvs.report();
        }
        self.vrrp.send(command);
    }

    /// Exchanges what `config` changes. Instances go on where they are, with their state, timers and
    /// counters, also if their blocks say something else now; those that are another virtual router,
    /// or gone, are given up.
    ///
    /// If the new configuration cannot be made ready, nothing has happened.
    pub(crate) fn reload(self, config: Config, options: &Options) -> Result<Self, StartError> {
        let ready = || Ok((ipvs(&config, self.lvs.as_ref())?, setup::build(&config, &interfaces()?)?));
        let (ipvs, mut setup) = match ready() {
            Ok(ready) => ready,
            Err::<_, StartError>(error) => {
                tracing::error!("reload refused, the old configuration stays: {error}");
                return Ok(self);
            }
        };
        tracked_file::prepare(&config, false);
        let twins = reload::twins(&setup, &config, &self.origins, &self.config);
        let keep: Vec<usize> = twins.iter().flatten().map(|twin| twin.old).collect();
        reload::log(&twins, &self.config, &config);

        self.stop_monitor.send(());
        drop(self.files_stop);
        self.vrrp.send(Command::Leave { keep, reload: true });
        let engine = self.vrrp_thread.join().map_err(|_| io::Error::other("the vrrp thread is gone"))??;
        self.link.send(LinkJob::Stop);
        self.stop_notify.send(());
        // A thread that panicked has aborted the process long ago.
        let (addresses, _) = (self.link_thread.join().unwrap_or_default(), self.monitor_thread.join());
        end(self.files_thread);

        let board = reload::board(&setup, &self.board, &addresses, &twins);
        reload::inherit(&mut setup, engine, &twins, &config, &self.config);
        let earlier = Earlier { notify: Some(self.notify_thread), lvs: self.lvs };
        Self::assemble(setup, board, config, options, ipvs, Some(earlier))
    }

    /// `ipvs` is there if balancing begins, `earlier` if this is a reload.
    fn assemble(
        setup: Setup,
        board: Board,
        mut config: Config,
        options: &Options,
        ipvs: Option<Ipvs>,
        earlier: Option<Earlier>,
    ) -> Result<Self, StartError> {
        let Setup {
            instances,
            machines,
            scripts,
            files,
            paths,
            ports,
            addresses,
            announcers,
            watched,
            jobs,
            notify,
            entries,
            origins,
        } = setup;
        let (vrrp, commands) = queue()?;
        let (link, link_jobs) = queue()?;
        let (notices, notice_queue) = queue()?;
        let (stop_monitor, monitor_stopped) = queue()?;
        let (stop_notify, notify_stopped) = queue()?;

        let wanted = !paths.is_empty();
        let masters: Vec<bool> = (0..instances.len()).map(|position| board.wanted(position)).collect();
        let record = Record::create(&Paths::beside(&options.pid_file), entries, &masters)?;
        let mut linker =
            Link::new(addresses, announcers, board.clone(), vrrp.clone(), record, options.keep_addresses)?;
        linker.clean_up();
        let kernel =
            Kernel::new(watched, board.clone(), vrrp.clone(), link.clone(), options.address_monitoring)?;
        let tracking = Scripts::new(jobs, clock::now(), vrrp.clone());
        let servers = lvs::build(&config);
        // Not looked at again: the judges know what they were made of.
        config.virtual_servers = Vec::new();
        let groups = config.sync_groups.iter().map(notify::Scripts::group);
        let notifier = Notifier::new(notify, groups, lvs::scripts(&servers), &config.globals);
        let engine = Engine::new(instances, machines, (scripts, files), ports.len());

        let settings = config.globals.vrrp_process.clone();
        // A delay of the start, not of a reload.
        let delay = if earlier.is_some() { Duration::ZERO } else { config.globals.vrrp_startup_delay };
        let Earlier { notify: earlier, lvs: balancing } = earlier.unwrap_or_default();
        schedule::prepare_process(&settings);
        let link_settings = settings.clone();
        let link_thread = spawn("link", move || {
            schedule::prepare_thread("vrrp", &link_settings);
            linker.run(&link_jobs)
        })?;
        let notify_thread = spawn("notify", move || {
            // It ends within its second of grace.
            let _ = earlier.map(JoinHandle::join);
            notifier.run(&notice_queue, &notify_stopped);
        })?;
        let lvs_policy = lvs::Policy::new(&config, options.keep_ipvs);
        let whole = lvs::Settings::new(&config);
        let lvs = match (ipvs, balancing) {
            (Some(ipvs), _) => {
                let settings = config.globals.checker_process.clone();
                Some(Lvs::start(ipvs, servers, settings, lvs_policy, notices.clone())?)
            }
            (None, Some(lvs)) if servers.is_empty() && !lvs::needs_ipvs(&config) => {
                // Neither `-I` nor lvs_flush_on_stop: the daemon goes on.
                lvs.stop(lvs::Policy::default());
                None
            }
            (None, Some(lvs)) => {
                lvs.reload(servers, notices.clone());
                Some(lvs)
            }
            (None, None) => None,
        };
        let leader = whole.leader().and_then(|name| position(&origins, &config, name));
        if let Some(lvs) = &lvs {
            lvs.want(whole, leader.is_some_and(|leader| board.wanted(leader)));
        }
        let leader = leader.and_then(|leader| lvs.as_ref().map(|lvs| lvs.leader(leader)));
        let outlets = Outlets { link: link.clone(), notify: notices, board: board.clone(), leader };
        let vrrp_thread = spawn("vrrp", move || {
            schedule::prepare_thread("vrrp", &settings);
            run::run(engine, ports, &commands, outlets, delay)
        })?;
        let (files_stop, files_stopped) = oneshot::channel();
        let numbers = vrrp.clone();
        let follow = move || monitor::files::run(paths, &numbers, files_stopped);
        let files_thread = wanted.then(|| spawn("files", follow)).transpose()?;
        let monitor_thread = spawn("monitor", move || monitor::run(kernel, tracking, &monitor_stopped))?;
        Ok(Self {
            vrrp,
            link,
            stop_monitor,
            stop_notify,
            vrrp_thread,
            link_thread,
            monitor_thread,
            files_thread,
            files_stop,
            notify_thread,
            lvs,
            lvs_policy,
            board,
            config,
            origins,
        })
    }

    /// Priority 0, addresses away, STOP scripts, in this order.
    pub(crate) fn stop(self) {
        self.stop_monitor.send(());
        drop(self.files_stop);
        self.vrrp.send(Command::Leave { keep: Vec::new(), reload: false });
        if let Ok(Err(error)) = self.vrrp_thread.join() {
            tracing::error!("the vrrp thread failed: {error}");
        }
        self.link.send(LinkJob::Stop);
        if let Some(lvs) = self.lvs {
            lvs.stop(self.lvs_policy);
        }
        self.stop_notify.send(());
        // A thread that panicked has aborted the process long ago.
        let _ = (self.link_thread.join(), self.monitor_thread.join(), self.notify_thread.join());
        end(self.files_thread);
    }
}

/// Waits for the files thread, which was told to end.
fn end(files: Option<JoinHandle<io::Result<()>>>) {
    if let Some(Ok(Err(error))) = files.map(JoinHandle::join) {
        tracing::error!("the files thread failed: {error}");
    }
}

/// The kernel's IPVS where balancing is about to begin.
fn ipvs(config: &Config, running: Option<&Lvs>) -> Result<Option<Ipvs>, LvsError> {
    let needed = !config.virtual_servers.is_empty() || lvs::needs_ipvs(config);
    let begins = running.is_none() && needed;
    begins.then(lvs::open).transpose()
}

/// Of an instance among those that run.
fn position(origins: &[Origin], config: &Config, name: &str) -> Option<usize> {
    let named = |origin: &Origin| config.instances.get(origin.block).is_some_and(|block| block.name == name);
    origins.iter().position(named)
}

fn interfaces() -> Result<HashMap<String, Interface>, StartError> {
    Ok(interface::list(&mut RouteSocket::open(0)?)?)
}

fn spawn<T: Send + 'static>(
    name: &str,
    body: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    Builder::new().name(name.to_owned()).stack_size(STACK).spawn(body)
}
