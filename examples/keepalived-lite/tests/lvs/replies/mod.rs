//! Odd replies: both daemons check the same servers, each of which always says the same, and each verdict
//! must be the one that is written beside the reply. Where ours is another one the table says why; an entry
//! that no longer holds fails like any other.

mod case;
mod http;
mod served;
mod smtp;

use core::{fmt::Write, net::Ipv4Addr, time::Duration};
use std::{collections::BTreeMap, sync::Arc, thread, time::Instant};

use case::{Case, port};
use ipvs_netlink::{ServiceKey, Table};
use netlab::Lan;
use served::Callers;
use tempfile::TempDir;
use tokio::sync::oneshot;

use crate::{Program, daemon::Daemon, table::Ipvs};

const PROGRAMS: [Program; 2] = [Program::Keepalived, Program::Ours];
const DIRECTORS: [u8; 2] = [1, 2];
const SERVERS: u8 = 11;
/// The services are at this address, which no director has.
const VIRTUAL: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);

/// Whole checks of a server before its verdict is looked at.
const ROUNDS: usize = 2;
/// How long those may take on a slow machine.
const PATIENCE: Duration = Duration::from_secs(180);
/// How long a verdict may then be another one, as a busy machine lets time-outs run out.
const DOUBT: Duration = Duration::from_secs(30);
/// An interval of the checks and their time-out.
const REST: Duration = Duration::from_secs(4);

/// All of them, in the order of their ports.
fn cases() -> impl Iterator<Item = &'static Case> {
    http::CASES.iter().chain(smtp::CASES)
}

/// The whole comparison.
pub(crate) fn compare() {
    let began = Instant::now();
    let lan = Lan::with_hosts("eth0", &[DIRECTORS[0], DIRECTORS[1], SERVERS]).unwrap();
    let callers = Arc::new(Callers::new(DIRECTORS.map(|host| lan.address_of(host)), cases().count()));
    // The sockets stay in the namespace where they are made.
    let listeners = lan.node(SERVERS).unwrap().run(|| served::listeners(lan.address_of(SERVERS))).unwrap();
    let (tell, told) = oneshot::channel();
    thread::scope(|scope| {
        scope.spawn(|| served::serve(listeners, &callers, told));
        // However this ends, the servers end too.
        let _tell = tell;
        watch(&lan, &callers);
    });
    println!("{} replies beside keepalived in {:.1} s", cases().count(), began.elapsed().as_secs_f64());
}

/// Lets both daemons check until their verdicts are in, and judges these.
fn watch(lan: &Lan, callers: &Callers) {
    let folders = DIRECTORS.map(|_| TempDir::new().unwrap());
    let text = configuration(lan);
    let pairs = PROGRAMS.into_iter().zip(DIRECTORS).zip(&folders);
    let mut daemons: Vec<Daemon> = pairs
        .map(|((program, host), folder)| {
            Daemon::start(program, lan.node(host).unwrap(), folder.path(), &text, &["-C"])
        })
        .collect();
    let mut tables = DIRECTORS.map(|host| Ipvs::of(lan.node(host).unwrap()));
    let began = Instant::now();
    while let Some(name) = unprobed(callers) {
        assert!(began.elapsed() < PATIENCE, "{name}: not checked often enough within {PATIENCE:?}");
        thread::sleep(Duration::from_millis(200));
    }
    let doubted = Instant::now();
    for (table, program) in tables.iter_mut().zip(PROGRAMS) {
        let left = DOUBT.saturating_sub(doubted.elapsed());
        // What is wrong is said below.
        let _ = table.wait(left, |table| alive(table) == wanted(program));
    }
    thread::sleep(REST);
    let found = [alive(&tables[0].glance()), alive(&tables[1].glance())];
    judge(&found);
    for daemon in &mut daemons {
        assert!(daemon.stop().success());
    }
}

/// The first server that one of the daemons has not yet checked often enough.
fn unprobed(callers: &Callers) -> Option<&'static str> {
    let few = |(number, case): (usize, &'static Case)| {
        let enough = ROUNDS * case.connections();
        // With one more come, those before have had their effect.
        (callers.fewest(number) <= enough).then_some(case.name)
    };
    cases().enumerate().find_map(few)
}

/// Prints all verdicts, and fails if one is not as it is written.
fn judge([theirs, ours]: &[BTreeMap<u16, bool>; 2]) {
    let mut wrong = Vec::new();
    println!("{:<44} {:<10} {:<16}", "", PROGRAMS[0].name(), PROGRAMS[1].name());
    for (number, case) in cases().enumerate() {
        let verdicts = [theirs, ours].map(|found| found.get(&port(number)).copied());
        let [said, ours] = verdicts.map(|up| match up {
            Some(true) => "up",
            Some(false) => "down",
            None => "no service",
        });
        let reason = case.verdict.reason().unwrap_or_default();
        println!("{:<44} {said:<10} {ours:<16} {reason}", case.name);
        if verdicts != PROGRAMS.map(|program| Some(case.verdict.is_up(program))) {
            wrong.push(format!("{}: {said}, ours {ours}, not {:?}", case.name, case.verdict));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A service for each reply, at the port of its server.
fn configuration(lan: &Lan) -> String {
    let mut text = String::from("global_defs {\n    script_user root\n}\n");
    for (number, case) in cases().enumerate() {
        let (port, server) = (port(number), lan.address_of(SERVERS));
        let check = case.check();
        write!(
            text,
            "virtual_server {VIRTUAL} {port} {{\nlb_algo rr\nlb_kind NAT\nprotocol TCP\n\
             real_server {server} {port} {{\n{check}}}\n}}\n",
        )
        .unwrap();
    }
    text
}

/// The port of each service, and whether it has its server.
fn alive(table: &Table) -> BTreeMap<u16, bool> {
    let of = |key: &ServiceKey| match key {
        ServiceKey::Address { address, .. } => {
            Some((address.port(), table.destinations(key).next().is_some()))
        }
        ServiceKey::FirewallMark { .. } => None,
    };
    table.services().filter_map(|(key, _)| of(key)).collect()
}

fn wanted(program: Program) -> BTreeMap<u16, bool> {
    cases().enumerate().map(|(number, case)| (port(number), case.verdict.is_up(program))).collect()
}
