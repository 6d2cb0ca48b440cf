//! Every real server: one process that accepts on every address, and counts.

use core::{
    net::{Ipv4Addr, SocketAddr},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};
use std::{
    io::{self, BufRead as _, BufReader, Write as _},
    net::TcpListener,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::Arc,
    thread,
};

use nix::sys::socket::{AddressFamily, Backlog, SockFlag, SockType, SockaddrStorage, bind, listen, socket};

use super::SERVER;
use crate::failure::Failure;

/// Where all of them listen.
pub(super) const PORT: u16 = 80;

/// Between two looks at the queue, which must not run full meanwhile.
const PAUSE: Duration = Duration::from_millis(20);

/// Accepts for ever; for each line of its input prints how many connections there were.
pub(super) fn run() -> Result<(), Failure> {
    let listener = listener().map_err(Failure::file("listen for", "checks"))?;
    let accepted = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&accepted);
    thread::spawn(move || {
        loop {
            // Not one by one as they come: on the guest's only CPU each would interrupt the daemon
            // that is measured, which no server on another host does.
            thread::sleep(PAUSE);
            // A check that is over before it was accepted counts as well.
            while !listener.accept().is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock) {
                count.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    let mut output = io::stdout();
    for line in io::stdin().lines() {
        let done = line.and_then(|_| {
            writeln!(output, "{}", accepted.load(Ordering::Relaxed))?;
            output.flush()
        });
        done.map_err(Failure::file("talk about", "checks"))?;
    }
    Ok(())
}

/// With a long queue: checks come in bursts, and one that is not accepted in time fails.
fn listener() -> io::Result<TcpListener> {
    let socket = socket(AddressFamily::Inet, SockType::Stream, SockFlag::SOCK_CLOEXEC, None)?;
    let any = SockaddrStorage::from(SocketAddr::from((Ipv4Addr::UNSPECIFIED, PORT)));
    bind(std::os::fd::AsRawFd::as_raw_fd(&socket), &any)?;
    listen(&socket, Backlog::new(4096)?)?;
    let listener = TcpListener::from(socket);
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// The process; it ends with this value.
#[derive(Debug)]
pub(super) struct Server {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Server {
    /// Starts it and waits until it listens.
    pub(super) fn start() -> Result<Self, Failure> {
        let mut command = Command::new("/proc/self/exe");
        command.arg(SERVER).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().map_err(Failure::file("start", "/proc/self/exe"))?;
        let (Some(input), Some(output)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(Failure::Untrue("a process without pipes".into()));
        };
        let mut server = Self { process, input, output: BufReader::new(output) };
        server.accepted()?;
        Ok(server)
    }

    /// Connections so far.
    pub(super) fn accepted(&mut self) -> Result<u32, Failure> {
        let mut line = String::new();
        let asked = writeln!(self.input).and_then(|()| self.output.read_line(&mut line));
        asked.map_err(Failure::file("ask", "the server"))?;
        line.trim().parse().map_err(|_| Failure::Untrue(format!("the server said {line:?}")))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nothing is lost with it.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
