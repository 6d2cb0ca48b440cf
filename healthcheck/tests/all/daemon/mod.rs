//! A real server for the time of a test.

use core::net::{Ipv4Addr, SocketAddr};
use core::time::Duration;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::{env, fs, process, thread};

use healthcheck::{ConnectTo, Exchange, ExchangeProbe, Outcome};

/// A directory that goes with the test.
pub(crate) struct Directory(PathBuf);

impl Directory {
    pub(crate) fn new(name: &str) -> Self {
        let path = env::temp_dir().join(format!("healthcheck-{name}-{}", process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file and says where it is.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // A temporary file that stays is nobody's concern.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A server that ends with the test.
pub(crate) struct Daemon(Child);

impl Daemon {
    /// The first of `programs` that is installed; `None` if none is.
    pub(crate) fn start(programs: &[&str], arguments: &[&str]) -> Option<Self> {
        let quiet = |program: &&str| {
            let mut command = Command::new(program);
            command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            command.spawn().ok()
        };
        programs.iter().find_map(quiet).map(Self)
    }

    /// Waits until it listens at `address`.
    pub(crate) fn listens(self, address: SocketAddr) -> Self {
        let up = (0..200).any(|_| {
            thread::sleep(Duration::from_millis(50));
            TcpStream::connect(address).is_ok()
        });
        assert!(up, "the server listens within 10 s");
        self
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // By SIGTERM first, so that it takes its children with it.
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        for _ in 0..20 {
            if self.0.try_wait().is_ok_and(|status| status.is_some()) {
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An address where nobody listens yet.
pub(crate) fn unused() -> SocketAddr {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap()
}

/// One attempt of at most 5 s.
pub(crate) fn ask<E: Exchange + Clone + Send + Sync>(address: SocketAddr, exchange: E) -> (Outcome, E) {
    let probe =
        ExchangeProbe { connect: ConnectTo::new(address), exchange, deadline: Duration::from_secs(5) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (report, exchange) = runtime.block_on(probe.run());
    (report.outcome, exchange)
}
