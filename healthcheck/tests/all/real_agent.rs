//! What HAProxy makes of an agent's lines, and what we make of them.

use core::fmt::Write as _;
use core::net::{Ipv4Addr, SocketAddr};
use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use crate::daemon::{Daemon, Directory, ask, unused};
use healthcheck::{Agent, AgentExchange, AgentState, Outcome};

const LINES: &[&str] = &[
    "up\n",
    "ready\n",
    "drain\n",
    "maint\n",
    "down\n",
    "fail\n",
    "stopped # for now\n",
    "75%\n",
    "UP,50%\r\n",
    "0%\n",
    "up down up\n",
    "drain ready\n",
    "ready down 10% 20%\n",
    "up drain\n",
    "hello up\n",
    "maxconn:30 40%\n",
];

/// An agent that says `line` to everyone, and how often it was asked.
fn agent(line: &'static str) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    // It ends with the test's process.
    thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            // Who asks may be gone already.
            let _ = stream.write_all(line.as_bytes());
            count.fetch_add(1, Ordering::Relaxed);
        }
    });
    (address, asked)
}

/// What HAProxy thinks of each server, in their order.
fn states(socket: &Path) -> Vec<Agent> {
    let mut stream = UnixStream::connect(socket).unwrap();
    stream.write_all(b"show servers state\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let servers = text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit()));
    // The first line is the version of the format; then back end, name, number, name, address,
    // operational state, administrative state, weight.
    let state = |line: &str| {
        let number = |column: usize| line.split(' ').nth(column).unwrap().parse::<u8>().unwrap();
        let (operational, admin, weight) = (number(5), number(6), number(7));
        let state = match (operational, admin) {
            (0, _) => AgentState::Down,
            (_, admin) if admin & 0x01 != 0 => AgentState::Down,
            (_, admin) if admin & 0x08 != 0 => AgentState::Drain,
            (_, _) => AgentState::Ready,
        };
        Agent { state, percent: Some(weight) }
    };
    servers.filter(|line| line.contains(' ')).map(state).collect()
}

#[test]
fn we_understand_an_agent_as_haproxy_does() {
    let directory = Directory::new("agent");
    let socket = directory.path().join("socket");
    let agents: Vec<_> = LINES.iter().map(|line| agent(line)).collect();
    let front = unused();
    let mut text = format!(
        "global\n stats socket {}\ndefaults\n mode tcp\n timeout connect 5s\n timeout client 5s\n timeout server 5s\nlisten test\n bind {front}\n",
        socket.display()
    );
    for (index, (address, _)) in agents.iter().enumerate() {
        let port = address.port();
        writeln!(
            text,
            " server s{index} {address} weight 100 agent-check agent-port {port} agent-inter 200ms"
        )
        .unwrap();
    }
    let file = directory.write("haproxy.cfg", &text);
    let arguments = ["-db", "-f", &file.display().to_string()];
    let Some(daemon) = Daemon::start(&["haproxy", "/usr/sbin/haproxy"], &arguments) else {
        println!("skipped: haproxy is not installed");
        return;
    };
    let _daemon = daemon.listens(front);
    let heard = (0..100).any(|_| {
        thread::sleep(Duration::from_millis(100));
        agents.iter().all(|(_, asked)| asked.load(Ordering::Relaxed) >= 3)
    });
    assert!(heard, "HAProxy asks every agent within 10 s");
    let theirs = states(&socket);
    assert_eq!(theirs.len(), LINES.len());
    for ((line, (address, _)), theirs) in LINES.iter().zip(&agents).zip(theirs) {
        let (outcome, exchange) = ask(*address, AgentExchange::new(b""));
        assert_eq!(outcome, Outcome::Success, "{line:?}");
        let ours = exchange.reply().unwrap().agent();
        assert_eq!(Agent { percent: ours.percent.or(Some(100)), ..ours }, theirs, "{line:?}");
    }
}
