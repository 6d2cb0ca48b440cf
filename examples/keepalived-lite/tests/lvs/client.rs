//! Somebody who asks the virtual address over HTTP, a connection for each question.

use core::{
    net::SocketAddr,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use std::{
    io::{self, Read, Write},
    net::TcpStream,
    sync::Mutex,
    thread,
};

use netlab::{Namespace, now};

/// What has not answered in this time does not answer.
const PATIENCE: Duration = Duration::from_millis(500);

/// What became of one question.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    /// When it was asked, since the epoch.
    pub(crate) time: Duration,
    /// The name of the one who answered, or why nobody did.
    pub(crate) answer: Result<String, io::ErrorKind>,
}

/// Asks `count` times in a row from `namespace`.
pub(crate) fn ask(namespace: &Namespace, address: SocketAddr, count: usize) -> Vec<Attempt> {
    namespace.run(|| (0..count).map(|_| attempt(address)).collect()).unwrap()
}

/// Asks every `period` from `namespace` while `meanwhile` runs.
pub(crate) fn ask_while<T>(
    namespace: &Namespace,
    address: SocketAddr,
    period: Duration,
    meanwhile: impl FnOnce() -> T,
) -> (Vec<Attempt>, T) {
    let (attempts, over) = (Mutex::new(Vec::new()), AtomicBool::new(false));
    let done = thread::scope(|scope| {
        scope.spawn(|| {
            namespace.enter().unwrap();
            while !over.load(Ordering::Relaxed) {
                let attempt = attempt(address);
                thread::sleep(period.saturating_sub(now().saturating_sub(attempt.time)));
                attempts.lock().unwrap().push(attempt);
            }
        });
        let done = meanwhile();
        over.store(true, Ordering::Relaxed);
        done
    });
    (attempts.into_inner().unwrap(), done)
}

fn attempt(address: SocketAddr) -> Attempt {
    let time = now();
    Attempt { time, answer: question(address).map_err(|error| error.kind()) }
}

fn question(address: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(b"GET / HTTP/1.0\r\n\r\n")?;
    let mut reply = String::new();
    stream.read_to_string(&mut reply)?;
    let (_, name) = reply.split_once("\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
    Ok(name.to_owned())
}
