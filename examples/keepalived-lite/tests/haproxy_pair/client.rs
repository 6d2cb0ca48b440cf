//! A client that asks for the virtual service all the time.

use core::{
    net::SocketAddr,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use std::{
    io::{self, Read, Write},
    net::TcpStream,
    sync::{Mutex, PoisonError},
    thread,
    time::Instant,
};

use crate::director::{PORT, VIRTUAL};

/// Between two questions.
const PERIOD: Duration = Duration::from_millis(50);
/// Longer than any answer takes on a LAN.
const TIMEOUT: Duration = Duration::from_millis(100);

/// What became of the service during a step of the scenario.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    /// What was done.
    pub(crate) name: &'static str,
    /// From then until the expected director answered.
    pub(crate) moved: Duration,
    /// Longest time between two answers, whoever gave them.
    pub(crate) silence: Duration,
}

/// Who answered when. One thread asks, another looks.
#[derive(Debug, Default)]
pub(crate) struct Client {
    answers: Mutex<Vec<(Instant, String)>>,
    stop: AtomicBool,
}

/// Stops the client when it is dropped.
#[derive(Debug)]
pub(crate) struct Stopper<'client>(&'client Client);

impl Client {
    /// It has not asked yet.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Asks from the calling thread's network, again and again.
    pub(crate) fn ask_until_stopped(&self) {
        while !self.stop.load(Ordering::Relaxed) {
            let asked = Instant::now();
            // Nobody there is an answer too, which the gap tells.
            if let Ok(name) = ask() {
                self.answers.lock().unwrap_or_else(PoisonError::into_inner).push((Instant::now(), name));
            }
            thread::sleep(PERIOD.saturating_sub(asked.elapsed()));
        }
    }

    /// What ends [`ask_until_stopped`](Self::ask_until_stopped).
    pub(crate) fn stopper(&self) -> Stopper<'_> {
        Stopper(self)
    }

    /// Waits until `director` has the last word, at most for `bound`, and watches on for
    /// `afterwards`; nothing if it never answers, or if another one answers afterwards.
    pub(crate) fn await_answer_of(
        &self,
        director: &str,
        name: &'static str,
        bound: Duration,
        afterwards: Duration,
    ) -> Option<Step> {
        let began = Instant::now();
        while began.elapsed() < bound {
            thread::sleep(PERIOD);
            let moved = self.settled_since(began, director);
            if let Some(moved) = moved.filter(|moved| moved.elapsed() >= afterwards) {
                return Some(Step { name, moved: moved - began, silence: self.silence_since(began) });
            }
        }
        None
    }

    /// Since when `director` alone has answered, not before `began`.
    fn settled_since(&self, began: Instant, director: &str) -> Option<Instant> {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let last = answers.iter().rev().take_while(|(time, by)| *time >= began && by == director);
        last.last().map(|(time, _)| *time)
    }

    fn silence_since(&self, began: Instant) -> Duration {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let times: Vec<Instant> = answers.iter().map(|(time, _)| *time).collect();
        let pairs = times.iter().zip(times.iter().skip(1)).filter(|(_, later)| **later >= began);
        pairs.map(|(earlier, later)| *later - *earlier).max().unwrap_or_default()
    }
}

impl Drop for Stopper<'_> {
    fn drop(&mut self) {
        self.0.stop.store(true, Ordering::Relaxed);
    }
}

/// The name in the answer.
fn ask() -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&SocketAddr::from((VIRTUAL, PORT)), TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.write_all(b"GET / HTTP/1.0\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body.trim().to_owned());
    body.ok_or_else(|| io::ErrorKind::InvalidData.into())
}
