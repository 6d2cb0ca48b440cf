//! NAT, direct routing and tunnels with real servers that fail and return: what the kernel's table
//! holds, whom a client meets and which scripts run, step by step, with both daemons.

use core::{
    fmt::Write as _,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};
use std::{collections::BTreeSet, fs, path::Path, thread};

use netlab::{Lan, Namespace};
use tempfile::TempDir;

use crate::{
    Program,
    client::ask,
    daemon::Daemon,
    server::{DIGEST, HEALTH, Server},
    table::Table,
};

const VIRTUAL: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 100);
const DIRECTOR: u8 = 1;
const CLIENT: u8 = 10;
/// Two real servers and the sorry server.
const SERVERS: [(&str, u8); 3] = [("one", 21), ("two", 22), ("sorry", 23)];

/// Checks come once a second, and everything is slow.
const PATIENCE: Duration = Duration::from_secs(25);
/// Connections of the client in each step.
const QUESTIONS: usize = 8;

/// How packets reach the real servers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Method {
    /// The servers lie behind the director, which checks that they take connections.
    Nat,
    /// All on one LAN; checked by the status and digest of a page; failed servers stay with weight 0.
    DirectRouting,
    /// All on one LAN, in packets of their own; checked by a script.
    Tunnel,
}

/// The laboratory.
struct Lab {
    method: Method,
    front: Lan,
    /// Where the servers are.
    back: Option<Lan>,
}

impl Lab {
    fn new(method: Method) -> Self {
        let hosts = SERVERS.map(|(_, host)| host);
        if method == Method::Nat {
            let front = Lan::with_hosts("eth0", &[DIRECTOR, CLIENT]).unwrap();
            let back = Lan::in_network([10, 78, 0], "eth0", &hosts).unwrap();
            let director = front.node(DIRECTOR).unwrap();
            back.join(DIRECTOR, director, "eth1").unwrap();
            director.sysctl("ipv4.ip_forward", "1").unwrap();
            for host in hosts {
                back.node(host).unwrap().add_default_route(back.address_of(DIRECTOR).into()).unwrap();
            }
            director.add_address("eth0", VIRTUAL.into(), 32).unwrap();
            return Self { method, front, back: Some(back) };
        }
        let front = Lan::with_hosts("eth0", &[&[DIRECTOR, CLIENT], &hosts[..]].concat()).unwrap();
        for host in hosts {
            let server = front.node(host).unwrap();
            server.add_silent_address(VIRTUAL).unwrap();
            if method == Method::Tunnel {
                server.add_ipip("ipip1", front.address_of(host)).unwrap();
            }
        }
        front.node(DIRECTOR).unwrap().add_address("eth0", VIRTUAL.into(), 32).unwrap();
        Self { method, front, back: None }
    }

    fn director(&self) -> &Namespace {
        self.front.node(DIRECTOR).unwrap()
    }

    fn servers(&self) -> &Lan {
        self.back.as_ref().unwrap_or(&self.front)
    }

    fn address(&self, server: usize) -> Ipv4Addr {
        self.servers().address_of(SERVERS[server].1)
    }

    /// The file: `weight` of server one, and whether server two is in it.
    fn configuration(&self, folder: &Path, weight: u32, two: bool) -> String {
        let (method, settings) = match self.method {
            Method::Nat => ("NAT", ""),
            Method::DirectRouting => ("DR", "inhibit_on_failure\n"),
            Method::Tunnel => ("TUN", ""),
        };
        let notes = folder.join("notes");
        let note = |word: &str| format!("\"/bin/sh -c 'echo {word} >>{}'\"", notes.display());
        let mut text = format!(
            "global_defs {{\nscript_user root\nenable_script_security\n}}\nvirtual_server {VIRTUAL} 80 {{\n\
             delay_loop 1\nlvs_sched rr\nlvs_method {method}\nprotocol TCP\n{settings}\
             quorum_up {}\nquorum_down {}\nsorry_server {} 80\n",
            note("gained"),
            note("lost"),
            self.address(2),
        );
        let real = SERVERS.iter().zip([weight, 1]).enumerate().take(if two { 2 } else { 1 });
        for (place, ((name, _), weight)) in real {
            let retry = "retry 1\ndelay_before_retry 0.5\n";
            let check = match self.method {
                Method::Nat => format!("TCP_CHECK {{\nconnect_timeout 1\n{retry}}}"),
                Method::DirectRouting => format!(
                    "HTTP_GET {{\nurl {{\npath {HEALTH}\nstatus_code 200\ndigest {DIGEST}\n}}\nconnect_timeout 1\n{retry}}}"
                ),
                Method::Tunnel => {
                    format!(
                        "MISC_CHECK {{\nmisc_path \"/usr/bin/test -f {}\"\n}}",
                        folder.join(name).display()
                    )
                }
            };
            let (up, down) = (note(&format!("{name}-up")), note(&format!("{name}-down")));
            write!(
                text,
                "real_server {} 80 {{\nweight {weight}\nnotify_up {up}\nnotify_down {down}\n{check}\n}}\n",
                self.address(place),
            )
            .unwrap();
        }
        text + "}\n"
    }
}

/// What was seen after one step.
#[derive(Debug, Eq, PartialEq)]
struct Seen {
    step: &'static str,
    table: Vec<String>,
    notes: Vec<String>,
}

struct Story<'lab> {
    lab: &'lab Lab,
    folder: &'lab Path,
    table: Table<'lab>,
    seen: Vec<Seen>,
}

impl Story<'_> {
    /// Waits until the table has exactly these destinations, as `SERVER WEIGHT`, then asks: every
    /// question must be answered, in turn by those who have a weight.
    fn expect(&mut self, step: &'static str, destinations: &[(usize, u32)]) {
        let wanted: BTreeSet<(String, String)> = destinations
            .iter()
            .map(|&(server, weight)| (in_hexadecimal(self.lab.address(server), 80), weight.to_string()))
            .collect();
        let service = format!("TCP {}", in_hexadecimal(VIRTUAL, 80));
        let held = |glance: &[String]| -> BTreeSet<(String, String)> {
            let ours = glance.iter().filter(|line| line.starts_with(&service) && line.contains("->"));
            ours.map(|line| {
                let words: Vec<&str> = line.split_whitespace().rev().collect();
                (words[2].to_owned(), words[0].to_owned())
            })
            .collect()
        };
        let found = self.table.wait(PATIENCE, |glance| held(glance) == wanted);
        if let Err(glance) = found {
            panic!("{step}: expected {wanted:?}, the table is {glance:#?}");
        }
        let client = self.lab.front.node(CLIENT).unwrap();
        let attempts = ask(client, SocketAddr::new(IpAddr::V4(VIRTUAL), 80), QUESTIONS);
        let alive = destinations.iter().filter(|(_, weight)| *weight > 0);
        let alive: BTreeSet<&str> = alive.map(|(server, _)| SERVERS[*server].0).collect();
        let names: Vec<String> = attempts
            .iter()
            .map(|attempt| match &attempt.answer {
                Ok(name) => name.clone(),
                Err(error) => panic!("{step}: a request fails with {error}: {attempts:?}"),
            })
            .collect();
        let turns = names.chunks(alive.len()).map(|turn| turn.iter().map(String::as_str).collect());
        let turns: Vec<BTreeSet<&str>> = turns.collect();
        assert!(turns.iter().all(|turn| *turn == alive), "{step}: in turn {alive:?}: {names:?}");
        self.note(step);
    }

    /// Writes down what there is, once the scripts have had their say.
    fn note(&mut self, step: &'static str) {
        thread::sleep(Duration::from_millis(1200));
        let notes = fs::read_to_string(self.folder.join("notes")).unwrap_or_default();
        let _ = fs::remove_file(self.folder.join("notes"));
        let mut notes: Vec<String> = notes.lines().map(str::to_owned).collect();
        // Different scripts run beside each other.
        notes.sort();
        self.seen.push(Seen { step, table: self.table.saved(), notes });
    }
}

/// As the kernel's table has it.
fn in_hexadecimal(address: Ipv4Addr, port: u16) -> String {
    format!("{:08X}:{port:04X}", address.to_bits())
}

/// The whole story with one daemon.
fn tell(method: Method, program: Program) -> Vec<Seen> {
    let folder = TempDir::new().unwrap();
    let lab = Lab::new(method);
    let any = SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), 80);
    let [mut one, mut two, sorry] = SERVERS
        .map(|(name, host)| Server::start(lab.servers().node(host).unwrap(), name, any, folder.path()));
    let table = Table::of(lab.director());
    table.ipvsadm(&["-A", "-t", "10.9.9.9:99", "-s", "wlc", "-p", "77"]);
    table.ipvsadm(&["-a", "-t", "10.9.9.9:99", "-r", "10.9.9.8:9", "-g", "-w", "5"]);
    let by_hand = table.saved();

    let file = lab.configuration(folder.path(), 1, true);
    let mut daemon = Daemon::start(program, lab.director(), folder.path(), &file, &["-c", "/run/c.pid"]);
    let mut story = Story { lab: &lab, folder: folder.path(), table, seen: Vec::new() };
    let gone = |server| if method == Method::DirectRouting { vec![(server, 0)] } else { Vec::new() };
    let with = |one: &[(usize, u32)], more: Vec<(usize, u32)>| [one, &more].concat();

    story.expect("both are up", &[(0, 1), (1, 1)]);
    two.fail();
    story.expect("server two has failed", &with(&[(0, 1)], gone(1)));
    two.revive();
    story.expect("server two is back", &[(0, 1), (1, 1)]);
    one.fail();
    two.fail();
    story.expect("both have failed", &with(&with(&[(2, 1)], gone(0)), gone(1)));
    one.revive();
    story.expect("server one is back", &with(&[(0, 1)], gone(1)));
    two.revive();
    story.expect("both are back", &[(0, 1), (1, 1)]);

    daemon.reload(&lab.configuration(folder.path(), 1, false));
    story.expect("server two is out of the file", &[(0, 1)]);
    daemon.reload(&lab.configuration(folder.path(), 7, true));
    story.expect("server two is in it again, server one has another weight", &[(0, 7), (1, 1)]);

    assert!(daemon.stop().success());
    story.note("stopped");
    assert_eq!(story.table.saved(), by_hand, "only what the daemon made is gone");
    drop(sorry);
    story.seen
}

/// Both daemons tell the same story.
pub(crate) fn compare(method: Method) {
    let theirs = tell(method, Program::Keepalived);
    let ours = tell(method, Program::Ours);
    for (ours, theirs) in ours.iter().zip(&theirs) {
        assert_eq!(ours, theirs, "{method:?}");
    }
    assert_eq!(ours.len(), theirs.len());
    for seen in &ours {
        println!("{method:?}: {}: {} lines, scripts {:?}", seen.step, seen.table.len(), seen.notes);
    }
}
