//! Every kind of check beside keepalived: both daemons watch the same real servers with the same file
//! while these run, fail and are back.

use core::{fmt::Write, net::IpAddr, net::Ipv4Addr, time::Duration};
use std::{fs, thread, time::Instant};

use netlab::Lan;
use tempfile::TempDir;

use crate::{
    Program,
    daemon::Daemon,
    peers::{Daemonised, Echo},
    table::Ipvs,
};

const DIRECTORS: [u8; 2] = [1, 2];
const MAIL: u8 = 11;
const NAMES: u8 = 12;
/// Datagrams: port 7 echoes, 9 is silent (RFC 862, RFC 863), nobody listens at 8.
const DATAGRAMS: u8 = 13;
/// Only pinged.
const QUIET: u8 = 14;

/// The services are at this address, which no director has.
const VIRTUAL: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
/// Both directors get this one when the servers fail.
const LATER: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 2);

/// For everything on a slow machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// Two periods of every check, its second look and its time-out.
const REST: Duration = Duration::from_secs(3);

const STEPS: [&str; 3] = ["all run", "all fail", "all are back"];

/// A service with one real server.
struct Case {
    /// Host and port of the real server.
    server: (u8, u16),
    /// Lines of the virtual server, with semicolons between them.
    service: &'static str,
    /// Lines of the real server; `@` is a file with the number of an exit status.
    lines: &'static str,
    /// Its weight after each step; `None` is not there.
    weights: [Option<u32>; 3],
}

const LIVES: [Option<u32>; 3] = [Some(1), None, Some(1)];
const NEVER: [Option<u32>; 3] = [None; 3];

/// How quick every check is.
const QUICK: &str = "connect_timeout 2;retry 1;delay_before_retry 0.2;warmup 0";
/// For a server that works hard for each answer.
const PATIENT: &str = "connect_timeout 20;retry 1;delay_before_retry 0.2;delay_loop 3;warmup 0";

#[rustfmt::skip]
const CASES: &[Case] = &[
    Case { server: (MAIL, 25), service: "", lines: "SMTP_CHECK {;helo_name probe.example.org;~;}", weights: LIVES },
    Case { server: (MAIL, 2525), service: "", lines: "SMTP_CHECK {;host {;connect_port 25;connect_timeout 20;};host {;connect_ip 10.77.0.11;connect_port 25;connect_timeout 20;};retry 1;delay_before_retry 0.2;delay_loop 3;warmup 0;}", weights: LIVES },
    Case { server: (MAIL, 2525), service: "", lines: "SMTP_CHECK {;host {;connect_port 25;connect_timeout 20;};host {;connect_port 26;connect_timeout 20;};retry 1;delay_before_retry 0.2;delay_loop 9;warmup 0;}", weights: NEVER },
    Case { server: (MAIL, 25), service: "", lines: "SMTP_CHECK {;connect_port 26;#;}", weights: NEVER },
    // It waits for a question, we for its greeting.
    Case { server: (NAMES, 53), service: "", lines: "SMTP_CHECK {;connect_timeout 1;retry 0;warmup 0;}", weights: NEVER },
    Case { server: (NAMES, 53), service: "", lines: "DNS_CHECK {;type A;name there.test;#;}", weights: LIVES },
    Case { server: (NAMES, 53), service: "", lines: "weight 7;inhibit_on_failure;DNS_CHECK {;type A;name there.test;#;}", weights: [Some(7), Some(0), Some(7)] },
    // No record of the type is no error.
    Case { server: (NAMES, 53), service: "", lines: "DNS_CHECK {;type MX;name there.test;#;}", weights: LIVES },
    // NXDOMAIN, and the root, which is refused.
    Case { server: (NAMES, 53), service: "", lines: "DNS_CHECK {;type A;name gone.test;#;}", weights: NEVER },
    Case { server: (NAMES, 53), service: "", lines: "DNS_CHECK {;#;}", weights: NEVER },
    Case { server: (DATAGRAMS, 7), service: "", lines: "UDP_CHECK {;#;}", weights: LIVES },
    Case { server: (DATAGRAMS, 9), service: "", lines: "UDP_CHECK {;connect_timeout 1;retry 1;delay_before_retry 0.2;warmup 0;}", weights: LIVES },
    Case { server: (DATAGRAMS, 8), service: "", lines: "UDP_CHECK {;#;}", weights: NEVER },
    Case { server: (DATAGRAMS, 7), service: "", lines: "UDP_CHECK {;payload 0a0b0c;require_reply 0a xb;#;}", weights: LIVES },
    Case { server: (DATAGRAMS, 7), service: "", lines: "UDP_CHECK {;payload 0a0b0c;require_reply;min_reply_length 9;#;}", weights: LIVES },
    Case { server: (DATAGRAMS, 7), service: "", lines: "UDP_CHECK {;payload 0a0b0c;require_reply 0a;min_reply_length 4;#;}", weights: NEVER },
    Case { server: (DATAGRAMS, 7), service: "", lines: "UDP_CHECK {;payload 0a0b0c;require_reply 0a;max_reply_length 2;#;}", weights: NEVER },
    Case { server: (DATAGRAMS, 7), service: "", lines: "UDP_CHECK {;payload 0a0b0c;require_reply 0a0c;#;}", weights: NEVER },
    Case { server: (DATAGRAMS, 9), service: "", lines: "UDP_CHECK {;require_reply;connect_timeout 1;retry 0;warmup 0;}", weights: NEVER },
    Case { server: (QUIET, 1), service: "", lines: "PING_CHECK {;#;}", weights: LIVES },
    // Both must succeed.
    Case { server: (DATAGRAMS, 7), service: "", lines: "PING_CHECK {;#;};UDP_CHECK {;#;}", weights: LIVES },
    Case { server: (QUIET, 1), service: "alpha", lines: "PING_CHECK {;#;}", weights: LIVES },
    // The exit status is the weight + 2, and 0 is the weight of the file: nothing accumulates.
    Case { server: (QUIET, 2), service: "", lines: "weight 4;MISC_CHECK {;misc_path \"/bin/sh @\";misc_dynamic;misc_timeout 60;delay_loop 2;warmup 0;}", weights: [Some(4), Some(10), Some(4)] },
    // Checked only from when the address is there.
    Case { server: (DATAGRAMS, 8), service: "ha_suspend", lines: "UDP_CHECK {;#;}", weights: [Some(1), None, None] },
];

/// What is seen of both daemons after each step must be the same, and as written above.
pub(crate) fn compare() {
    let began = Instant::now();
    let hosts = [DIRECTORS[0], DIRECTORS[1], MAIL, NAMES, DATAGRAMS, QUIET];
    let lan = Lan::with_hosts("eth0", &hosts).unwrap();
    let node = |host| lan.node(host).unwrap();
    let folders = [TempDir::new().unwrap(), TempDir::new().unwrap(), TempDir::new().unwrap()];
    // Otherwise the kernel leaves some questions to a closed port without an answer.
    node(DATAGRAMS).sysctl("ipv4.icmp_ratelimit", "0").unwrap();
    // A daemon sees its own folder only.
    let script = |one: usize| folders[one].path().join("status");
    let exit_with =
        |status: u8| (0..2).for_each(|one| fs::write(script(one), format!("exit {status}\n")).unwrap());
    exit_with(0);
    let mut mail = Daemonised::mail(node(MAIL), lan.address_of(MAIL), folders[2].path());
    let mut names = Daemonised::names(node(NAMES), lan.address_of(NAMES));
    let mut echo = Echo::start(node(DATAGRAMS), 7, false);
    let mut silent = Echo::start(node(DATAGRAMS), 9, true);

    let programs = [Program::Keepalived, Program::Ours];
    let mut daemons: Vec<Daemon> = (0..2)
        .map(|one| {
            let text = configuration(&lan, &script(one).display().to_string());
            Daemon::start(programs[one], node(DIRECTORS[one]), folders[one].path(), &text, &["-C"])
        })
        .collect();
    let tables = DIRECTORS.map(|host| Ipvs::of(node(host)));
    for (number, step) in STEPS.into_iter().enumerate() {
        match number {
            0 => {}
            1 => {
                mail.fail();
                names.fail();
                echo.fail();
                silent.fail();
                exit_with(12);
                lan.unplug(QUIET).unwrap();
                for host in DIRECTORS {
                    node(host).add_address("lo", IpAddr::V4(LATER), 32).unwrap();
                }
            }
            _ => {
                mail.revive();
                names.revive();
                echo.revive();
                silent.revive();
                exit_with(0);
                lan.plug(QUIET).unwrap();
            }
        }
        let wanted = saved(&lan, number);
        for (table, daemon) in tables.iter().zip(&daemons) {
            table.wait_saved(PATIENCE, &format!("{}, {step}", daemon.name()), |saved| saved == wanted);
        }
        thread::sleep(REST);
        for (table, daemon) in tables.iter().zip(&daemons) {
            assert_eq!(table.saved(), wanted, "{}, {step}: it stays so", daemon.name());
        }
        println!("{step}: {:.1} s", began.elapsed().as_secs_f64());
    }
    for daemon in &mut daemons {
        assert!(daemon.stop().success());
    }
    println!("{} checks beside keepalived in {:.1} s", CASES.len(), began.elapsed().as_secs_f64());
}

/// The port of a case's service.
fn port(number: usize) -> usize {
    1000 + number
}

fn virtual_address(case: &Case) -> Ipv4Addr {
    if case.service == "ha_suspend" { LATER } else { VIRTUAL }
}

fn configuration(lan: &Lan, script: &str) -> String {
    let mut text = String::from("global_defs {\n    script_user root\n}\n");
    for (number, case) in CASES.iter().enumerate() {
        let (host, server_port) = case.server;
        let (address, server) = (virtual_address(case), lan.address_of(host));
        let lines =
            case.lines.replace('#', QUICK).replace('~', PATIENT).replace('@', script).replace(';', "\n");
        let service = case.service;
        write!(
            text,
            "virtual_server {address} {} {{\ndelay_loop 1\nlb_algo rr\nlb_kind NAT\nprotocol TCP\n{service}\n\
             real_server {server} {server_port} {{\n{lines}\n}}\n}}\n",
            port(number),
        )
        .unwrap();
    }
    text
}

/// What `ipvsadm -Sn` should print after a step, sorted.
fn saved(lan: &Lan, step: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for (number, case) in CASES.iter().enumerate() {
        let (address, port) = (virtual_address(case), port(number));
        let ((host, server_port), weight) = (case.server, case.weights[step]);
        lines.push(format!("-A -t {address}:{port} -s rr"));
        lines.extend(weight.map(|weight| {
            format!("-a -t {address}:{port} -r {}:{server_port} -m -w {weight}", lan.address_of(host))
        }));
    }
    lines.sort();
    lines
}
