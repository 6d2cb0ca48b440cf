//! The servers.

use core::{
    net::{IpAddr, Ipv4Addr},
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};
use std::{io, net, sync::Arc};

use socket2::SockRef;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    runtime::Builder,
    sync::oneshot,
    task::JoinSet,
    time::sleep,
};

use super::{
    case::{Case, Said, Then, port},
    cases,
};

/// Longer than it takes to have read what came before it.
const PAUSE: Duration = Duration::from_millis(60);

/// Who has called which server, and how often.
#[derive(Debug)]
pub(super) struct Callers {
    known: [Ipv4Addr; 2],
    counts: Vec<[AtomicUsize; 2]>,
}

impl Callers {
    pub(super) fn new(known: [Ipv4Addr; 2], servers: usize) -> Self {
        let counts = (0..servers).map(|_| [AtomicUsize::new(0), AtomicUsize::new(0)]).collect();
        Self { known, counts }
    }

    fn note(&self, number: usize, caller: IpAddr) {
        let place = self.known.iter().position(|known| *known == caller);
        self.counts[number][place.expect("one of the daemons")].fetch_add(1, Ordering::Relaxed);
    }

    /// Calls of the one who called less.
    pub(super) fn fewest(&self, number: usize) -> usize {
        self.counts[number].iter().map(|count| count.load(Ordering::Relaxed)).min().unwrap()
    }
}

/// One for each case, in the calling thread's network.
pub(super) fn listeners(address: Ipv4Addr) -> Vec<net::TcpListener> {
    let listen = |number| {
        let listener = net::TcpListener::bind((address, port(number))).unwrap();
        listener.set_nonblocking(true).unwrap();
        listener
    };
    (0..cases().count()).map(listen).collect()
}

/// Runs all of them in the calling thread until `told` is, or nobody is left who could tell.
pub(super) fn serve(listeners: Vec<net::TcpListener>, callers: &Arc<Callers>, told: oneshot::Receiver<()>) {
    // One thread for all: they are dear in User-Mode Linux.
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut servers = JoinSet::new();
        for (number, listener) in listeners.into_iter().enumerate() {
            servers.spawn(live(TcpListener::from_std(listener).unwrap(), number, Arc::clone(callers)));
        }
        let _ = told.await;
    });
}

async fn live(listener: TcpListener, number: usize, callers: Arc<Callers>) {
    let case = cases().nth(number).unwrap();
    let mut conversations = JoinSet::new();
    loop {
        let (caller, from) = listener.accept().await.unwrap();
        callers.note(number, from.ip());
        // Whoever hangs up does not want to hear the rest.
        conversations.spawn(converse(caller, case));
        while conversations.try_join_next().is_some() {}
    }
}

async fn converse(mut caller: TcpStream, case: &'static Case) -> io::Result<()> {
    caller.set_nodelay(true)?;
    match case.said {
        Said::Page(page) => {
            let request = hear(&mut caller, b"\r\n\r\n").await?;
            let known = String::from_utf8_lossy(&request).contains(case.wants);
            say(&mut caller, if known { page } else { "HTTP/1.0 400 Bad Request\r\n\r\n" }).await?;
        }
        Said::Dialogue(replies) => {
            for (number, reply) in replies.iter().enumerate() {
                if number > 0 {
                    hear(&mut caller, b"\n").await?;
                }
                say(&mut caller, reply).await?;
            }
        }
    }
    match case.then {
        Then::Closes => caller.shutdown().await?,
        Then::Holds => {}
        Then::Resets => {
            sleep(PAUSE).await;
            return SockRef::from(&caller).set_linger(Some(Duration::ZERO));
        }
    }
    let mut rest = [0; 512];
    while caller.read(&mut rest).await? > 0 {}
    Ok(())
}

/// What comes up to `end`. Nobody says more than that before there is an answer.
async fn hear(caller: &mut TcpStream, end: &[u8]) -> io::Result<Vec<u8>> {
    let (mut heard, mut part) = (Vec::new(), [0; 512]);
    while !heard.ends_with(end) {
        match caller.read(&mut part).await? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            length => heard.extend_from_slice(&part[..length]),
        }
    }
    Ok(heard)
}

async fn say(caller: &mut TcpStream, text: &str) -> io::Result<()> {
    for (number, piece) in text.split('~').enumerate() {
        if number > 0 {
            sleep(PAUSE).await;
        }
        caller.write_all(written(piece).as_bytes()).await?;
    }
    Ok(())
}

/// The text with what the first `<N>` in it stands for.
fn written(text: &str) -> String {
    let around = text.split_once('<').and_then(|(before, rest)| Some((before, rest.split_once('>')?)));
    let Some((before, (digits, after))) = around else { return text.to_owned() };
    let long = "x".repeat(digits.parse().unwrap());
    [before, &long, after].concat()
}
