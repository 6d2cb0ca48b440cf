//! The parent: keeps a worker alive, passes signals on, cleans up after a worker that died.

use core::time::Duration;
use std::ffi::OsString;
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;

use nix::libc::SIGRTMIN;
use nix::sys::signal::kill;
use nix::unistd::Pid;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2};
use signal_hook::iterator::Signals;

use crate::cli::Options;
use crate::exit::Exit;
use crate::process;
use crate::record::Paths;
use crate::{PROGRAM, WORKER_ROLE};

/// Longest pause before a dead worker is replaced.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Environment variable of the worker, not of its scripts.
pub(crate) const HEAPS: &str = "MALLOC_ARENA_MAX";
/// A worker that lived so long starts the pauses anew.
const HEALTHY: Duration = Duration::from_secs(60);

/// Numbers of the signals with keepalived's names, for `--signum`.
#[must_use]
pub(crate) fn signal_number(name: &str) -> Option<i32> {
    match name {
        "STOP" => Some(SIGTERM),
        "RELOAD" => Some(SIGHUP),
        "DATA" => Some(SIGUSR1),
        "STATS" => Some(SIGUSR2),
        "JSON" => Some(SIGRTMIN() + 2),
        _ => None,
    }
}

enum News {
    Signal(i32),
    Died(ExitStatus),
}

struct Worker {
    pid: u32,
    control: UnixStream,
    started: std::time::Instant,
}

/// Whether the pid file names a daemon that is alive.
#[must_use]
pub(crate) fn already_running(pid_file: &Path) -> Option<i32> {
    let pid: i32 = std::fs::read_to_string(pid_file).ok()?.trim().parse().ok()?;
    // Another process may have the number by now; keepalived takes the same risk.
    kill(Pid::from_raw(pid), None).is_ok().then_some(pid)
}

/// Runs until told to stop. `args` are the arguments that the worker is to be given, `patience`
/// (`child_wait_time`) is how long it may take to stop before it is killed.
#[must_use]
pub(crate) fn run(options: &Options, args: &[OsString], patience: Duration) -> Exit {
    if let Err(error) = write_pid(&options.pid_file, std::process::id()) {
        tracing::error!("cannot write pid file {}: {error}", options.pid_file.display());
        return Exit::Fatal;
    }
    let exit = supervise(options, args, patience).unwrap_or_else(|error| {
        tracing::error!("cannot supervise: {error}");
        Exit::Fatal
    });
    for file in [&options.pid_file, &options.vrrp_pid_file] {
        // Not there: that is what we want.
        let _ = std::fs::remove_file(file);
    }
    Paths::beside(&options.pid_file).remove();
    exit
}

fn supervise(options: &Options, args: &[OsString], patience: Duration) -> io::Result<Exit> {
    let record = Paths::beside(&options.pid_file);
    // Both halves of an earlier life may have died: clean up after them.
    record.clean_up();
    let (sender, news) = channel();
    listen(sender.clone())?;
    let mut pause = Duration::ZERO;
    let mut worker = Some(start(options, args, &sender)?);
    let mut stopping = false;
    loop {
        let limit = if stopping { Some(patience) } else { worker.is_none().then_some(pause) };
        let event = match limit {
            Some(limit) => news.recv_timeout(limit),
            None => news.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match event {
            Ok(News::Signal(SIGTERM | SIGINT)) if worker.is_none() => return Ok(Exit::Ok),
            Ok(News::Signal(SIGTERM | SIGINT)) => {
                stopping = true;
                say(worker.as_mut(), "stop");
            }
            Ok(News::Signal(SIGHUP)) => say(worker.as_mut(), "reload"),
            Ok(News::Signal(SIGUSR1)) => say(worker.as_mut(), "data"),
            Ok(News::Signal(SIGUSR2)) => say(worker.as_mut(), "stats"),
            Ok(News::Signal(_)) => say(worker.as_mut(), "json"),
            Ok(News::Died(status)) => {
                let lived = worker.take().map_or(Duration::ZERO, |worker| worker.started.elapsed());
                if stopping && status.success() {
                    return Ok(Exit::Ok);
                }
                tracing::error!("the worker {}", process::describe(status));
                record.clean_up();
                if stopping || options.dont_respawn || !Exit::worth_a_respawn(status.code()) {
                    return Ok(exit_of(status));
                }
                pause = next_pause(pause, lived);
                tracing::info!("starting a new worker in {pause:?}");
            }
            Err(RecvTimeoutError::Timeout) if stopping => {
                tracing::error!("the worker does not stop; killing it");
                if let Some(worker) = &worker {
                    let pid = Pid::from_raw(i32::try_from(worker.pid).unwrap_or(0));
                    // It may have ended just now.
                    let _ = kill(pid, nix::sys::signal::Signal::SIGKILL);
                }
            }
            Err(RecvTimeoutError::Timeout) => worker = Some(start(options, args, &sender)?),
            Err(RecvTimeoutError::Disconnected) => return Ok(Exit::Fatal),
        }
    }
}

/// 1, 2, 4 … 60 s.
fn next_pause(last: Duration, lived: Duration) -> Duration {
    if lived >= HEALTHY || last.is_zero() { Duration::from_secs(1) } else { (last * 2).min(LONGEST_PAUSE) }
}

fn exit_of(status: ExitStatus) -> Exit {
    match status.code() {
        Some(0) => Exit::Ok,
        Some(2) => Exit::Config,
        Some(4) => Exit::Permission,
        Some(6) => Exit::NoConfig,
        _ => Exit::Fatal,
    }
}

fn start(options: &Options, args: &[OsString], news: &Sender<News>) -> io::Result<Worker> {
    let (ours, theirs) = UnixStream::pair()?;
    let mut child = Command::new(PROGRAM)
        .arg(WORKER_ROLE)
        .args(args)
        // Of the C library: one heap for all threads, so that what reading the file took is used
        // again by them. With 10,000 checks this is a quarter of the worker's memory.
        .env(HEAPS, "1")
        // The worker's standard input is its line to us: end of file is our death.
        .stdin(Stdio::from(OwnedFd::from(theirs)))
        .spawn()?;
    let pid = child.id();
    if let Err(error) = write_pid(&options.vrrp_pid_file, pid) {
        tracing::warn!("cannot write pid file {}: {error}", options.vrrp_pid_file.display());
    }
    let news = news.clone();
    thread::Builder::new()
        .name("wait".to_owned())
        .stack_size(64 * 1024)
        .spawn(move || await_death(&mut child, &news))?;
    Ok(Worker { pid, control: ours, started: std::time::Instant::now() })
}

fn await_death(child: &mut Child, news: &Sender<News>) {
    if let Ok(status) = child.wait() {
        // The receiver is gone only when the parent itself ends.
        let _ = news.send(News::Died(status));
    }
}

fn say(worker: Option<&mut Worker>, word: &str) {
    if let Some(worker) = worker {
        // A worker that is gone cannot be told anything; its death is news by itself.
        let _ = worker.control.write_all(format!("{word}\n").as_bytes());
    }
}

fn listen(news: Sender<News>) -> io::Result<()> {
    let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGRTMIN() + 2])?;
    thread::Builder::new().name("signals".to_owned()).stack_size(64 * 1024).spawn(move || {
        for signal in signals.forever() {
            if news.send(News::Signal(signal)).is_err() {
                return;
            }
        }
    })?;
    Ok(())
}

fn write_pid(path: &Path, pid: u32) -> io::Result<()> {
    std::fs::write(path, format!("{pid}\n"))
}
