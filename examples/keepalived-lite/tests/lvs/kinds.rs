//! Every kind of check beside keepalived: both daemons watch the same real servers with the same file
//! while these run, fail and are back.

use core::{fmt::Write, net::IpAddr, net::Ipv4Addr, time::Duration};
use std::{collections::BTreeMap, fs, thread, time::Instant};

use ipvs_netlink::{ServiceKey, Table};
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
const PAGES: u8 = 15;

/// The services are at this address, which no director has.
const VIRTUAL: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
/// Both directors get this one when the servers fail.
const LATER: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 2);

/// For everything on a slow machine.
const PATIENCE: Duration = Duration::from_secs(180);
/// Two periods of every check, its second look and its time-out.
const REST: Duration = Duration::from_secs(2);

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
/// A handshake takes long in User-Mode Linux.
const SECURE: &str = "connect_timeout 20;retry 1;delay_before_retry 0.2;delay_loop 2;warmup 0";
/// For a server that works hard for each answer.
const PATIENT: &str = "connect_timeout 20;retry 1;delay_before_retry 0.2;delay_loop 4;warmup 0";

#[rustfmt::skip]
const CASES: &[Case] = &[
    Case { server: (MAIL, 25), service: "", lines: "SMTP_CHECK {;helo_name probe.example.org;~;}", weights: LIVES },
    Case { server: (MAIL, 2525), service: "", lines: "SMTP_CHECK {;host {;connect_port 25;connect_timeout 20;};host {;connect_ip 10.77.0.11;connect_port 25;connect_timeout 20;};retry 1;delay_before_retry 0.2;delay_loop 4;warmup 0;}", weights: LIVES },
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
    // MD5 of `sni=one.test` and `sni=`, with line feeds, by `md5sum`.
    Case { server: (PAGES, 443), service: "", lines: "SSL_GET {;enable_sni;virtualhost one.test;url {;path /;digest d8c775a5a3cd2c22357726b046023d62;};^;}", weights: LIVES },
    Case { server: (PAGES, 443), service: "", lines: "SSL_GET {;virtualhost one.test;url {;path /;digest e0067c0b37a83a82f2e11552641bc822;};^;}", weights: LIVES },
    Case { server: (PAGES, 443), service: "", lines: "SSL_GET {;enable_sni;virtualhost two.test;url {;path /;digest d8c775a5a3cd2c22357726b046023d62;};^;}", weights: NEVER },
    // Only for those who show the certificate of the block `SSL`.
    Case { server: (PAGES, 8443), service: "", lines: "SSL_GET {;url {;path /;status_code 200;};^;}", weights: LIVES },
    Case { server: (PAGES, 80), service: "", lines: "SSL_GET {;url {;path /;};^;}", weights: NEVER },
    // The page is `clear`. keepalived searches the head, too, if both come at once: it has none of these.
    Case { server: (PAGES, 80), service: "", lines: "HTTP_GET {;url {;path /;regex CL.AR;regex_options caseless;};^;}", weights: LIVES },
    Case { server: (PAGES, 80), service: "", lines: "HTTP_GET {;url {;path /;regex CL.AR;};^;}", weights: NEVER },
    Case { server: (PAGES, 80), service: "", lines: "HTTP_GET {;url {;path /;regex (?<=cl)ear;};^;}", weights: LIVES },
    Case { server: (PAGES, 80), service: "", lines: "HTTP_GET {;url {;path /;regex clear;regex_min_offset 1000;};^;}", weights: NEVER },
    Case { server: (PAGES, 80), service: "", lines: "HTTP_GET {;url {;path /;regex cloudy;regex_no_match;};^;}", weights: LIVES },
    Case { server: (PAGES, 80), service: "", lines: "HTTP_GET {;url {;path /;regex clear;regex_no_match;};^;}", weights: NEVER },
    // The exit status is the weight + 2, and 0 is the weight of the file: nothing accumulates.
    Case { server: (QUIET, 2), service: "", lines: "weight 4;MISC_CHECK {;misc_path \"/bin/sh @\";misc_dynamic;misc_timeout 60;delay_loop 2;warmup 0;}", weights: [Some(4), Some(10), Some(4)] },
    // The number in the file is 3, then 9; then there is no file.
    Case { server: (QUIET, 3), service: "", lines: "weight 4;FILE_CHECK {;track_file number;}", weights: [Some(7), Some(13), Some(4)] },
    Case { server: (QUIET, 3), service: "", lines: "weight 20;FILE_CHECK {;track_file number;weight 2 reverse;}", weights: [Some(14), Some(2), Some(20)] },
    Case { server: (QUIET, 3), service: "", lines: "weight 4;FILE_CHECK {;track_file number;weight -2;}", weights: [Some(0), Some(0), Some(4)] },
    Case { server: (QUIET, 3), service: "", lines: "inhibit_on_failure;FILE_CHECK {;track_file number;weight 0;}", weights: [Some(0), Some(0), Some(1)] },
    // Checked only from when the address is there.
    Case { server: (DATAGRAMS, 8), service: "ha_suspend", lines: "UDP_CHECK {;#;}", weights: [Some(1), None, None] },
];

/// What is seen of both daemons after each step must be the same, and as written above.
pub(crate) fn compare() {
    let began = Instant::now();
    let hosts = [DIRECTORS[0], DIRECTORS[1], MAIL, NAMES, DATAGRAMS, QUIET, PAGES];
    let lan = Lan::with_hosts("eth0", &hosts).unwrap();
    let folders: Vec<TempDir> = (0..4).map(|_| TempDir::new().unwrap()).collect();
    let mut world = World::start(&lan, &folders);

    let mut daemons: Vec<Daemon> = [Program::Keepalived, Program::Ours]
        .into_iter()
        .zip(DIRECTORS)
        .zip(&folders)
        .map(|((program, director), folder)| {
            let text = configuration(&lan, &folder.path().display().to_string());
            Daemon::start(program, lan.node(director).unwrap(), folder.path(), &text, &["-C"])
        })
        .collect();
    let mut tables = DIRECTORS.map(|host| Ipvs::of(lan.node(host).unwrap()));
    for (number, step) in STEPS.into_iter().enumerate() {
        match number {
            0 => {}
            1 => world.fail(),
            _ => world.revive(),
        }
        let wanted = saved(&lan, number);
        for (table, daemon) in tables.iter_mut().zip(&daemons) {
            let found = table.wait(PATIENCE, |table| weights(table) == wanted_weights(number));
            assert!(found.is_ok(), "{}, {step}: {wanted:#?} within {PATIENCE:?}: {found:?}", daemon.name());
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

/// Everything that is checked.
struct World<'lab> {
    lan: &'lab Lan,
    /// A daemon sees its own one only; the servers have others.
    folders: &'lab [TempDir],
    daemonised: [Daemonised<'lab>; 3],
    echoes: [Echo<'lab>; 2],
}

impl<'lab> World<'lab> {
    fn start(lan: &'lab Lan, folders: &'lab [TempDir]) -> Self {
        let node = |host| lan.node(host).unwrap();
        // Otherwise the kernel leaves some questions to a closed port without an answer.
        node(DATAGRAMS).sysctl("ipv4.icmp_ratelimit", "0").unwrap();
        let [mail, pages] = [folders[2].path(), folders[3].path()];
        let daemonised = [
            Daemonised::mail(node(MAIL), lan.address_of(MAIL), mail),
            Daemonised::pages(node(PAGES), lan.address_of(PAGES), pages),
            Daemonised::names(node(NAMES), lan.address_of(NAMES)),
        ];
        let echoes = [(7, false), (9, true)].map(|(port, silent)| Echo::start(node(DATAGRAMS), port, silent));
        let world = Self { lan, folders, daemonised, echoes };
        for file in ["certificate", "key"] {
            world.write(file, &fs::read(pages.join(file)).unwrap());
        }
        world.write("status", b"exit 0\n");
        world.write("number", b"3");
        world
    }

    /// A file for each daemon.
    fn write(&self, name: &str, content: &[u8]) {
        self.folders[..2].iter().for_each(|folder| fs::write(folder.path().join(name), content).unwrap());
    }

    fn fail(&mut self) {
        self.daemonised.iter_mut().for_each(Daemonised::fail);
        self.echoes.iter_mut().for_each(Echo::fail);
        self.write("status", b"exit 12\n");
        self.write("number", b"9\n");
        self.lan.unplug(QUIET).unwrap();
        for host in DIRECTORS {
            self.lan.node(host).unwrap().add_address("lo", IpAddr::V4(LATER), 32).unwrap();
        }
    }

    fn revive(&mut self) {
        self.daemonised.iter_mut().for_each(Daemonised::revive);
        self.echoes.iter_mut().for_each(Echo::revive);
        self.write("status", b"exit 0\n");
        self.folders[..2].iter().for_each(|folder| fs::remove_file(folder.path().join("number")).unwrap());
        self.lan.plug(QUIET).unwrap();
    }
}

/// The port of a case's service.
fn port(number: usize) -> u16 {
    1000 + u16::try_from(number).unwrap()
}

fn virtual_address(case: &Case) -> Ipv4Addr {
    if case.service == "ha_suspend" { LATER } else { VIRTUAL }
}

fn configuration(lan: &Lan, folder: &str) -> String {
    let mut text = format!(
        "global_defs {{\n    script_user root\n}}\nSSL {{\n    certificate {folder}/certificate\n    \
         key {folder}/key\n}}\ntrack_file number {{\n    file {folder}/number\n}}\n"
    );
    let script = format!("{folder}/status");
    for (number, case) in CASES.iter().enumerate() {
        let (host, server_port) = case.server;
        let (address, server) = (virtual_address(case), lan.address_of(host));
        let lines = case
            .lines
            .replace('#', QUICK)
            .replace('^', SECURE)
            .replace('~', PATIENT)
            .replace('@', &script)
            .replace(';', "\n");
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

/// The port of each service, with the weight of its server.
fn weights(table: &Table) -> BTreeMap<u16, Option<u32>> {
    let weight = |key| table.destinations(key).next().map(|(_, destination)| destination.weight);
    let all = table.services().filter_map(|(key, _)| match key {
        ServiceKey::Address { address, .. } => Some((address.port(), weight(key))),
        ServiceKey::FirewallMark { .. } => None,
    });
    all.collect()
}

fn wanted_weights(step: usize) -> BTreeMap<u16, Option<u32>> {
    CASES.iter().enumerate().map(|(number, case)| (port(number), case.weights[step])).collect()
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
