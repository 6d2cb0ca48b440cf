//! Somebody who uses the virtual address and notices when nobody answers.

use core::{
    net::Ipv4Addr,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use std::{
    net::UdpSocket,
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::Instant,
};

use netlab::Namespace;

use crate::{failure::Failure, responder::PORT};

/// Time between two questions.
pub(crate) const PERIOD: Duration = Duration::from_millis(20);

/// One answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Answer {
    /// When it came, since the epoch.
    pub(crate) time: Duration,
    /// The name of the one who answered.
    pub(crate) who: String,
}

/// Asks the virtual address every 20 ms over UDP.
#[derive(Debug)]
pub(crate) struct Client {
    answers: Arc<Mutex<Vec<Answer>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Client {
    /// Starts asking `address` from `namespace`.
    pub(crate) fn start(namespace: &Namespace, address: Ipv4Addr) -> Result<Self, Failure> {
        let step = |source| Failure::Step { step: "ask from the client", source };
        let connect = || -> std::io::Result<UdpSocket> {
            let socket = UdpSocket::bind("0.0.0.0:0")?;
            socket.connect((address, PORT))?;
            Ok(socket)
        };
        let socket = namespace.run(connect)?.map_err(step)?;
        let answers = Arc::new(Mutex::new(Vec::new()));
        let stop = Arc::new(AtomicBool::new(false));
        let (written, stopped) = (Arc::clone(&answers), Arc::clone(&stop));
        let thread = thread::Builder::new()
            .name("client".to_owned())
            .spawn(move || {
                let mut number: u64 = 0;
                while !stopped.load(Ordering::Relaxed) {
                    number = number.wrapping_add(1);
                    ask(&socket, number, &written);
                }
            })
            .map_err(step)?;
        Ok(Self { answers, stop, thread: Some(thread) })
    }

    /// All answers from `time` on, oldest first, and the last one before it.
    pub(crate) fn answers_around(&self, time: Duration) -> Vec<Answer> {
        let all = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let from = all.partition_point(|answer| answer.time < time).saturating_sub(1);
        all.get(from..).unwrap_or_default().to_vec()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Sends question `number` and takes answers until it is time for the next.
fn ask(socket: &UdpSocket, number: u64, answers: &Mutex<Vec<Answer>>) {
    let next = Instant::now() + PERIOD;
    // Refused while nobody has the address: silence is what we measure.
    let _ = socket.send(&number.to_be_bytes());
    let mut octets = [0; 64];
    while let Some(left) = next.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
        if socket.set_read_timeout(Some(left)).is_err() {
            thread::sleep(left);
            return;
        }
        let Ok(length) = socket.recv(&mut octets) else { continue };
        let answer = octets.get(..length).unwrap_or_default();
        let Some((asked, who)) = answer.split_first_chunk() else { continue };
        if u64::from_be_bytes(*asked) == number {
            let answer = Answer { time: netlab::now(), who: String::from_utf8_lossy(who).into_owned() };
            answers.lock().unwrap_or_else(PoisonError::into_inner).push(answer);
        }
    }
}
