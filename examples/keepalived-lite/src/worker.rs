//! The worker: the process that does the work, in threads by duty.

use std::io::{self, BufRead};
use std::thread::{Builder, JoinHandle};

use kconf_parser::model::Config;

use crate::board::Board;
use crate::cli::Options;
use crate::clock;
use crate::config_file;
use crate::dump::Kind;
use crate::exit::Exit;
use crate::interface;
use crate::link::{Link, LinkJob};
use crate::monitor::{self, Kernel, Scripts};
use crate::netlink::RouteSocket;
use crate::notify::Notifier;
use crate::queue::{QueueSender, queue};
use crate::record::{Paths, Record};
use crate::setup::{self, Setup, SetupError};
use crate::vrrp::engine::{Command, Engine};
use crate::vrrp::run::{self, Outlets};

/// Threads here need little; the default of 2 MiB each would be paid for with `mlockall`.
const STACK: usize = 256 * 1024;

/// Runs until the parent says stop, or is gone.
#[must_use]
pub(crate) fn run(options: &Options) -> Exit {
    let loaded = match config_file::load(&options.config_file, options.config_id.as_deref()) {
        Ok(loaded) => loaded,
        Err(error) => {
            tracing::error!("cannot read {}: {error}", options.config_file.display());
            return Exit::NoConfig;
        }
    };
    if loaded.cannot_run() {
        return Exit::Config;
    }
    match Threads::start(&loaded.config, options) {
        Ok(threads) => {
            obey(&threads);
            threads.stop();
            Exit::Ok
        }
        Err(error) => {
            tracing::error!("{error}");
            let denied = matches!(&error, StartError::Setup(SetupError::Socket(_, why)) | StartError::Io(why)
                if why.kind() == io::ErrorKind::PermissionDenied);
            if denied { Exit::Permission } else { Exit::Fatal }
        }
    }
}

/// Carries out what the parent writes, a word a line, until it says stop or its end is closed.
fn obey(threads: &Threads) {
    for line in io::stdin().lock().lines() {
        let Ok(word) = line else { return };
        match word.as_str() {
            "stop" => return,
            "data" => threads.vrrp.send(Command::Dump(Kind::Data)),
            "stats" => threads.vrrp.send(Command::Dump(Kind::Stats)),
            "json" => threads.vrrp.send(Command::Dump(Kind::Json)),
            other => tracing::warn!("the parent said {other:?}, which means nothing to this version"),
        }
    }
}

/// Why the worker cannot start.
#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error("{0}")]
    Setup(#[from] SetupError),
    #[error("cannot start: {0}")]
    Io(#[from] io::Error),
}

struct Threads {
    vrrp: QueueSender<Command>,
    link: QueueSender<LinkJob>,
    stop_monitor: QueueSender<()>,
    stop_notify: QueueSender<()>,
    vrrp_thread: JoinHandle<io::Result<()>>,
    link_thread: JoinHandle<()>,
    monitor_thread: JoinHandle<()>,
    notify_thread: JoinHandle<()>,
}

impl Threads {
    fn start(config: &Config, options: &Options) -> Result<Self, StartError> {
        let interfaces = interface::list(&mut RouteSocket::open(0)?)?;
        let Setup {
            instances, scripts, ports, addresses, announcers, watched, jobs, notify, entries, ..
        } = setup::build(config, &interfaces)?;
        let (vrrp, commands) = queue()?;
        let (link, link_jobs) = queue()?;
        let (notices, notice_queue) = queue()?;
        let (stop_monitor, monitor_stopped) = queue()?;
        let (stop_notify, notify_stopped) = queue()?;

        let board = Board::new(instances.len());
        let record = Record::create(&Paths::beside(&options.pid_file), entries)?;
        let mut linker = Link::new(addresses, announcers, board.clone(), record, options.keep_addresses)?;
        linker.clean_up();
        let kernel =
            Kernel::new(watched, board.clone(), vrrp.clone(), link.clone(), options.address_monitoring)?;
        let tracking = Scripts::new(jobs, clock::now(), vrrp.clone());
        let notifier = Notifier::new(notify, config.globals.script_user.clone());
        let engine = Engine::new(instances, scripts, ports.len());
        let outlets = Outlets { link: link.clone(), notify: notices, board };

        let link_thread = spawn("link", move || linker.run(&link_jobs))?;
        let notify_thread = spawn("notify", move || notifier.run(&notice_queue, &notify_stopped))?;
        let vrrp_thread = spawn("vrrp", move || run::run(engine, ports, &commands, outlets))?;
        let monitor_thread = spawn("monitor", move || monitor::run(kernel, tracking, &monitor_stopped))?;
        Ok(Self {
            vrrp,
            link,
            stop_monitor,
            stop_notify,
            vrrp_thread,
            link_thread,
            monitor_thread,
            notify_thread,
        })
    }

    /// Priority 0, addresses away, STOP scripts, in this order.
    fn stop(self) {
        self.stop_monitor.send(());
        self.vrrp.send(Command::Stop);
        if let Ok(Err(error)) = self.vrrp_thread.join() {
            tracing::error!("the vrrp thread failed: {error}");
        }
        self.link.send(LinkJob::Stop);
        self.stop_notify.send(());
        // A thread that panicked has aborted the process long ago.
        let _ = (self.link_thread.join(), self.notify_thread.join(), self.monitor_thread.join());
    }
}

fn spawn<T: Send + 'static>(
    name: &str,
    body: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    Builder::new().name(name.to_owned()).stack_size(STACK).spawn(body)
}
