//! A real Redis in each state that has a name.

use core::net::SocketAddr;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::daemon::{Daemon, Directory, ask, unused};
use healthcheck::{Failure, Outcome, RedisAuth, RedisExchange, RedisFailure};

/// A server with `settings` and files in `directory`; `None` if it is not installed.
fn redis(directory: &Directory, settings: &str) -> Option<(Daemon, SocketAddr)> {
    let address = unused();
    let place = directory.path().display();
    let text = format!("bind 127.0.0.1\nport {}\ndir {place}\nsave \"\"\n{settings}", address.port());
    let file = directory.write("redis.conf", &text);
    let Some(daemon) = Daemon::start(&["redis-server"], &[&file.display().to_string()]) else {
        println!("skipped: redis-server is not installed");
        return None;
    };
    Some((daemon.listens(address), address))
}

fn failed(failure: RedisFailure) -> Outcome {
    Outcome::Failure(Failure::Redis(failure))
}

fn ping(address: SocketAddr) -> Outcome {
    ask(address, RedisExchange::new(None)).0
}

fn login(address: SocketAddr, user: Option<&str>, password: &str) -> Outcome {
    let auth = RedisAuth { user: user.map(Into::into), password: password.into() };
    ask(address, RedisExchange::new(Some(&auth))).0
}

#[test]
fn an_open_server_answers_and_refuses_a_password_that_it_does_not_have() {
    let directory = Directory::new("redis-open");
    let Some((_daemon, address)) = redis(&directory, "") else { return };
    let (outcome, exchange) = ask(address, RedisExchange::new(None));
    assert_eq!((outcome, exchange.reply().as_str()), (Outcome::Success, "+PONG"));
    assert_eq!(login(address, None, "s3cret"), failed(RedisFailure::AuthRefused));
}

#[test]
fn a_closed_server_wants_the_right_password() {
    let directory = Directory::new("redis-closed");
    let settings = "requirepass s3cret\nuser probe on >other +ping\nuser nobody on >other\n";
    let Some((_daemon, address)) = redis(&directory, settings) else { return };
    assert_eq!(ping(address), failed(RedisFailure::AuthRequired));
    assert_eq!(login(address, None, "s3cret"), Outcome::Success);
    assert_eq!(login(address, None, "wrong\r\n"), failed(RedisFailure::AuthRefused));
    assert_eq!(login(address, Some("probe"), "other"), Outcome::Success);
    assert_eq!(login(address, Some("probe"), "s3cret"), failed(RedisFailure::AuthRefused));
    assert_eq!(login(address, Some("nobody"), "other"), failed(RedisFailure::NoPermission));
}

#[test]
fn a_full_server_and_a_replica_without_its_master_say_so() {
    let directory = Directory::new("redis-full");
    let settings =
        format!("maxclients 1\nreplica-serve-stale-data no\nreplicaof 127.0.0.1 {}\n", unused().port());
    let Some((_daemon, address)) = redis(&directory, &settings) else { return };
    // The place of the connection that found it listening may be taken for a moment.
    let settled = (0..50).any(|_| ping(address) == failed(RedisFailure::MasterDown));
    assert!(settled, "{:?}", ping(address));
    let mut holder = TcpStream::connect(address).unwrap();
    holder.write_all(b"PING\r\n").unwrap();
    assert_ne!(holder.read(&mut [0; 100]).unwrap(), 0);
    assert_eq!(ping(address), failed(RedisFailure::Full));
}

#[test]
fn a_server_in_a_long_script_is_busy() {
    let directory = Directory::new("redis-busy");
    let Some((_daemon, address)) = redis(&directory, "lua-time-limit 50\n") else { return };
    let mut holder = TcpStream::connect(address).unwrap();
    holder.write_all(b"EVAL 'while true do end' 0\r\n").unwrap();
    // It answers nothing at all before the limit.
    let busy = (0..50).any(|_| ping(address) == failed(RedisFailure::Busy));
    TcpStream::connect(address).unwrap().write_all(b"SCRIPT KILL\r\n").unwrap();
    assert_ne!(holder.read(&mut [0; 100]).unwrap(), 0, "the script ends");
    assert!(busy);
}

#[test]
fn a_server_that_loads_its_data_is_not_ready() {
    let directory = Directory::new("redis-loading");
    let Some((daemon, address)) = redis(&directory, "") else { return };
    let mut filler = TcpStream::connect(address).unwrap();
    for key in 0..200 {
        filler.write_all(format!("SETRANGE key{key} 4000 x\r\n").as_bytes()).unwrap();
    }
    filler.write_all(b"SAVE\r\nQUIT\r\n").unwrap();
    filler.read_to_end(&mut Vec::new()).unwrap();
    drop(daemon);
    // Each key takes 50 ms, and clients are served every 1024 octets.
    let slow = "rdbcompression no\nkey-load-delay 50000\nloading-process-events-interval-bytes 1024\n";
    let Some((_daemon, address)) = redis(&directory, slow) else { return };
    assert_eq!(ping(address), failed(RedisFailure::Loading));
}
