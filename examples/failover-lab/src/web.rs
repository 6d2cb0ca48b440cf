//! Two real servers behind the virtual address, and somebody who asks it.

use core::{
    net::{Ipv4Addr, SocketAddr},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use std::{
    io::{self, Read, Write},
    net::TcpListener,
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
};

use netlab::{Lan, Namespace};

use crate::failure::Failure;

/// The service's TCP port.
const PORT: u16 = 80;
/// Time between two connections.
const PERIOD: Duration = Duration::from_millis(50);
/// What does not answer in this time does not answer.
const PATIENCE: Duration = Duration::from_millis(250);

/// Takes connections and says its name.
#[derive(Debug)]
pub(crate) struct Server {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves on every address of `namespace`.
    pub(crate) fn start(namespace: &Namespace, name: &'static str) -> Result<Self, Failure> {
        let step = |source| Failure::Step { step: "serve in a real server", source };
        let listener = namespace.run(|| TcpListener::bind(("0.0.0.0", PORT)))?.map_err(step)?;
        listener.set_nonblocking(true).map_err(step)?;
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let serve = move || {
            while !stopped.load(Ordering::Relaxed) {
                match listener.accept() {
                    Ok((mut stream, _)) => {
                        // A check closes without a word; so what.
                        let _ = stream.write_all(name.as_bytes());
                    }
                    Err(_) => thread::sleep(Duration::from_millis(2)),
                }
            }
        };
        let thread = thread::Builder::new().name(name.to_owned()).spawn(serve).map_err(step)?;
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What became of one connection.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Attempt {
    /// When it was tried, since the epoch.
    pub(crate) time: Duration,
    /// Who answered, if anybody did.
    pub(crate) answer: Option<String>,
}

/// Connects to the virtual address again and again.
#[derive(Debug)]
pub(crate) struct Visitor {
    attempts: Arc<Mutex<Vec<Attempt>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Visitor {
    /// Starts asking from the machine `host` of `lan`.
    pub(crate) fn start(lan: Arc<Lan>, host: u8, address: Ipv4Addr) -> Result<Self, Failure> {
        let attempts = Arc::new(Mutex::new(Vec::new()));
        let stop = Arc::new(AtomicBool::new(false));
        let (written, stopped) = (Arc::clone(&attempts), Arc::clone(&stop));
        let visit = move || {
            // Then nobody answers, which the demonstration notices.
            let inside = lan.node(host).is_ok_and(|machine| machine.enter().is_ok());
            while inside && !stopped.load(Ordering::Relaxed) {
                let time = netlab::now();
                let answer = ask(address).ok();
                written.lock().unwrap_or_else(PoisonError::into_inner).push(Attempt { time, answer });
                thread::sleep(PERIOD.saturating_sub(netlab::now().saturating_sub(time)));
            }
        };
        let step = |source| Failure::Step { step: "ask from the client", source };
        let thread = thread::Builder::new().name("client".to_owned()).spawn(visit).map_err(step)?;
        Ok(Self { attempts, stop, thread: Some(thread) })
    }

    /// What was tried from `from` on and before `to`, oldest first.
    pub(crate) fn attempts(&self, from: Duration, to: Duration) -> Vec<Attempt> {
        let all = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().filter(|attempt| (from..to).contains(&attempt.time)).cloned().collect()
    }
}

impl Drop for Visitor {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn ask(address: Ipv4Addr) -> io::Result<String> {
    let mut stream = netlab::connect_anew(SocketAddr::from((address, PORT)), PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut name = String::new();
    stream.read_to_string(&mut name)?;
    if name.is_empty() { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(name) }
}
