//! A failover daemon that takes keepalived's own file and flags.
//!
//! This crate composes the workspace's libraries with sockets, clocks, threads and processes; it
//! is the only place where they meet. [`run`] is the whole program. Parent, worker and script
//! helper are one binary that re-executes `/proc/self/exe` with a hidden first argument, so a
//! program that embeds the daemon passes every first argument for which [`is_ours`] holds on
//! to [`run`].

/// The README's example compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// Those of the workspace's README compile, and the assertions in them hold: here, because this
/// crate has all the libraries.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct WorkspaceReadme;

mod board;
mod cli;
mod clock;
mod config_file;
mod config_test;
mod dump;
mod exit;
mod fifo;
mod genhash;
mod interface;
mod limits;
mod link;
mod logging;
mod lvs;
mod monitor;
mod netlink;
mod notify;
mod parent;
mod process;
mod queue;
mod record;
mod reload;
mod schedule;
mod script_helper;
mod setup;
mod threads;
mod tracked_file;
mod unsupported;
mod vrrp;
mod without_effect;
mod worker;

use core::time::Duration;
use std::ffi::{OsStr, OsString};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::ExitCode;

use cli::Options;
use config_file::Loaded;
use exit::Exit;
use logging::Targets;

/// The program that is running, whatever became of its file: after a package upgrade
/// `current_exe` ends in " (deleted)", the link still works.
const PROGRAM: &str = "/proc/self/exe";
/// First argument of the parent after it has judged the file, followed by `child_wait_time`.
const PARENT_ROLE: &str = "keepalived-lite:parent";
/// First argument of the worker.
const WORKER_ROLE: &str = "keepalived-lite:worker";
/// First argument of the process that becomes another user and then a script.
const SCRIPT_ROLE: &str = "keepalived-lite:script";

/// Whether a program's first argument says that it was started by this daemon.
#[must_use]
pub fn is_ours(first_argument: &OsStr) -> bool {
    [PARENT_ROLE, WORKER_ROLE, SCRIPT_ROLE].iter().any(|role| first_argument == *role)
}

/// Runs the daemon with the arguments after the program's name.
pub fn run<I: IntoIterator<Item = OsString>>(args: I) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    match args.split_first() {
        Some((role, rest)) if role == SCRIPT_ROLE => ExitCode::from(script_helper::run(rest)),
        Some((role, rest)) if role == WORKER_ROLE => as_worker(rest).into(),
        Some((role, rest)) if role == PARENT_ROLE => as_supervisor(rest).into(),
        // As keepalived has it, and as people say it.
        Some((first, rest)) if ["-T", "--genhash", "genhash"].iter().any(|name| first == *name) => {
            genhash::run(rest)
        }
        _ => as_parent(&args).into(),
    }
}

/// The parent's second life, in which nothing of the configuration is left.
fn as_supervisor(args: &[OsString]) -> Exit {
    let Some((patience, args)) = args.split_first() else { return Exit::Usage };
    let patience = patience.to_str().and_then(|text| text.parse().ok()).map(Duration::from_millis);
    let (Some(patience), Ok(options)) = (patience, Options::read(args)) else { return Exit::Usage };
    set_process_name();
    if let Err(problem) = logging::start(&targets(&options), "Keepalived") {
        tracing::warn!("{problem}");
    }
    parent::run(&options, args, patience)
}

/// What `ps` and `pidof` show: without this the "exe" of [`PROGRAM`].
fn set_process_name() {
    // Only for people; there is nothing to do about a failure.
    let _ = rustix::thread::set_name(c"keepalived-lite");
}

fn as_worker(args: &[OsString]) -> Exit {
    let Ok(options) = Options::read(args) else { return Exit::Usage };
    set_process_name();
    if let Err(problem) = logging::start(&targets(&options), "Keepalived_vrrp") {
        tracing::warn!("{problem}");
    }
    ignore_signals();
    worker::run(&options)
}

/// The parent decides when to stop and says so; a terminal's Ctrl-C goes to the whole group.
fn ignore_signals() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2};
    for signal in [SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2] {
        let unread = std::sync::Arc::new(core::sync::atomic::AtomicBool::new(false));
        // Fails only for signals that cannot be caught, and these can.
        let _ = signal_hook::flag::register(signal, unread);
    }
}

fn as_parent(args: &[OsString]) -> Exit {
    let options = match Options::read(args) {
        Ok(options) => options,
        Err(error) => {
            // Help goes to stdout and is no mistake.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage } else { Exit::Ok };
        }
    };
    if let Some(exit) = answer(&options) {
        return exit;
    }
    let entered = options.namespace.as_deref().map_or(Ok(()), enter_namespace);
    if let Err(exit) = entered.and_then(|()| set_umask(&options)) {
        return exit;
    }
    if let Some(log) = &options.config_test {
        return config_test::run(&options, log.as_deref());
    }
    start_daemon(&options, args)
}

/// Options that only ask something.
fn answer(options: &Options) -> Option<Exit> {
    if options.version {
        println!("keepalived-lite {}", env!("CARGO_PKG_VERSION"));
        return Some(Exit::Ok);
    }
    if options.genhash {
        eprintln!("-T: must be the first option");
        return Some(Exit::Usage);
    }
    let name = options.signum.as_ref()?;
    if let Some(number) = parent::signal_number(name) {
        println!("{number}");
        Some(Exit::Ok)
    } else {
        eprintln!("--signum: there is no {name}; the names are STOP, RELOAD, DATA, STATS and JSON");
        Some(Exit::Usage)
    }
}

/// `-s`, else `net_namespace` of the file: before any thread starts, so that all are in it.
fn enter_namespace(name: &str) -> Result<(), Exit> {
    let path = Path::new("/run/netns").join(name);
    let entered = std::fs::File::open(&path)
        .and_then(|file| Ok(nix::sched::setns(file, nix::sched::CloneFlags::CLONE_NEWNET)?));
    entered.map_err(|error| {
        eprintln!("cannot enter network namespace {}: {error}", path.display());
        Exit::Fatal
    })
}

/// Reads the configuration in the namespace that it is for: it asks about interfaces.
fn load(options: &Options) -> Result<Loaded, Exit> {
    let read = || {
        config_file::load(options).map_err(|error| {
            eprintln!("cannot read {}: {error}", options.config_file.display());
            Exit::NoConfig
        })
    };
    let loaded = read()?;
    match (&options.namespace, &loaded.config.globals.net_namespace) {
        (None, Some(name)) => enter_namespace(name).and_then(|()| read()),
        (Some(_), _) | (None, None) => Ok(loaded),
    }
}

fn set_umask(options: &Options) -> Result<(), Exit> {
    let Some(text) = &options.umask else { return Ok(()) };
    let bits = u32::from_str_radix(text, 8).ok().filter(|bits| *bits <= 0o777);
    let Some(bits) = bits else {
        eprintln!("-u: {text} is not an octal mask");
        return Err(Exit::Usage);
    };
    nix::sys::stat::umask(nix::sys::stat::Mode::from_bits_truncate(bits));
    Ok(())
}

fn start_daemon(options: &Options, args: &[OsString]) -> Exit {
    let loaded = match load(options) {
        Ok(loaded) => loaded,
        Err(exit) => return exit,
    };
    if loaded.cannot_run() {
        // A closed stderr changes nothing about the verdict.
        let _ = loaded.write(&mut std::io::stderr().lock());
        return Exit::Config;
    }
    if let Some(pid) = parent::already_running(&options.pid_file) {
        eprintln!("daemon is already running with process {pid} ({})", options.pid_file.display());
        return Exit::Fatal;
    }
    // Before any thread: a fork keeps only the one that calls it.
    if !options.dont_fork
        && let Err(error) = nix::unistd::daemon(true, false)
    {
        eprintln!("cannot go to the background: {error}");
        return Exit::Fatal;
    }
    if let Err(problem) = logging::start(&targets(options), "Keepalived") {
        tracing::warn!("{problem}");
    }
    tracing::info!(
        "Starting keepalived-lite {} on {}",
        env!("CARGO_PKG_VERSION"),
        options.config_file.display()
    );
    log_findings(options, &loaded);
    begin_anew(loaded.config.globals.child_wait_time, args)
}

/// The same process with an empty heap: the parent holds no configuration, and what reading one
/// took would never go back to the system. Returns only when that failed.
fn begin_anew(patience: Duration, args: &[OsString]) -> Exit {
    let name = std::env::args_os().next().unwrap_or_else(|| OsString::from(PROGRAM));
    let patience = patience.as_millis().to_string();
    let error =
        std::process::Command::new(PROGRAM).arg0(name).args([PARENT_ROLE, &patience]).args(args).exec();
    tracing::error!("cannot execute {PROGRAM}: {error}");
    Exit::Fatal
}

fn log_findings(options: &Options, loaded: &Loaded) {
    for words in options.without_effect() {
        tracing::info!("option without effect: {words}");
    }
    loaded.log(&options.config_file);
    if options.dump_config {
        tracing::info!("configuration as understood: {:?}", loaded.config);
    }
}

fn targets(options: &Options) -> Targets {
    let syslog = !options.no_syslog && !options.log_console;
    Targets {
        console: options.log_console,
        syslog: syslog.then(|| options.log_facility.clone().unwrap_or_else(|| "daemon".to_owned())),
        file: options.log_file.clone(),
        detail: options.log_detail,
    }
}
