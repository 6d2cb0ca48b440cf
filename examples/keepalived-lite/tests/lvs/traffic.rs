//! What a client sees of a service while its servers fail, return and fail together.

use core::{net::SocketAddr, time::Duration};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::Path,
    thread,
    time::Instant,
};

use ipvs_netlink::ServiceKey;

use crate::{
    Program,
    daemon::Daemon,
    server::{DIGEST, HEALTH, Server},
    site::{Method, PORT, Site, VIRTUAL, answers, ask_often},
    table::Ipvs,
};

/// A check notices within its period, a second look and the time-outs, 3 s together; the rest is for
/// a slow machine.
const CHECK: Duration = Duration::from_secs(60);
/// When no script has run for so long, none is on its way that should not be.
const REST: Duration = Duration::from_secs(1);

/// What somebody else has in the table, which is none of the daemon's business.
const FOREIGN: [&str; 2] = ["-A -t 203.0.113.1:80 -s wlc", "-a -t 203.0.113.1:80 -r 198.51.100.7:80 -m -w 3"];

/// What was seen at rest after a step.
#[derive(Debug, Eq, PartialEq)]
struct Seen {
    step: &'static str,
    /// `ipvsadm -Sn`.
    saved: Vec<String>,
}

/// Forwarding with `method`: first what a client sees of each daemon, then the one beside the other.
pub(crate) fn compare(method: Method) {
    let [theirs, ours] = thread::scope(|scope| {
        [Program::Keepalived, Program::Ours]
            .map(|program| scope.spawn(move || scenario(program, method)))
            .map(|run| run.join().unwrap())
    });
    for (theirs, ours) in theirs.iter().zip(&ours) {
        assert_eq!(theirs, ours, "{}: keepalived on the left", method.keyword());
    }
}

fn scenario(program: Program, method: Method) -> Vec<Seen> {
    let site = Site::new(method);
    let servers = site.start_servers();
    // From here on, this thread is the client.
    site.client().run(|| Scenario::start(program, method, &site, servers).play()).unwrap()
}

struct Scenario<'site> {
    // First, so that nobody checks servers that are gone.
    daemon: Daemon,
    title: String,
    method: Method,
    site: &'site Site,
    servers: [Server<'site>; 3],
    ipvs: Ipvs<'site>,
    seen: Vec<Seen>,
}

impl<'site> Scenario<'site> {
    fn start(program: Program, method: Method, site: &'site Site, servers: [Server<'site>; 3]) -> Self {
        let ipvs = Ipvs::of(site.director());
        for line in FOREIGN {
            ipvs.ipvsadm(&line.split_whitespace().collect::<Vec<_>>());
        }
        let (script, events) = (site.folder().join("record"), site.folder().join("events"));
        fs::write(&script, format!("#!/bin/sh\necho \"$@\" >>{}\n", events.display())).unwrap();
        fs::set_permissions(&script, Permissions::from_mode(0o755)).unwrap();
        let text = configuration(method, site, "1", &["one", "two"]);
        let daemon = Daemon::start(program, site.director(), site.folder(), &text, &[]);
        let title = format!("{} {:<15}", method.keyword(), program.name());
        Self { daemon, title, method, site, servers, ipvs, seen: Vec::new() }
    }

    fn play(mut self) -> Vec<Seen> {
        self.await_weights("start", ["1", "1", ""], &["quorum up"]);
        self.assert_alternating(&["one", "two"]);

        self.servers[0].fail();
        self.await_weights("one fails", [self.of_a_failed(0), "1", ""], &["one down"]);
        self.assert_alternating(&["two"]);

        self.servers[0].revive();
        self.await_weights("one is back", ["1", "1", ""], &["one up"]);
        self.assert_alternating(&["one", "two"]);
        let two = self.site.server(1).into();
        let counted = self.ipvs.has_counted(&ServiceKey::tcp((VIRTUAL, PORT).into()), two);
        assert!(counted, "{}: traffic moves the counters", self.title);

        self.servers[..2].iter_mut().for_each(Server::fail);
        self.await_weights(
            "both fail",
            [self.of_a_failed(0), self.of_a_failed(1), "1"],
            &["one down", "quorum down", "two down"],
        );
        self.assert_alternating(&["sorry"]);

        self.servers[1].revive();
        self.await_weights("two is back", [self.of_a_failed(0), "1", ""], &["quorum up", "two up"]);
        self.assert_alternating(&["two"]);

        self.servers[0].revive();
        self.await_weights("one is back too", ["1", "1", ""], &["one up"]);

        self.daemon.reload(&configuration(self.method, self.site, "1", &["one"]));
        self.await_weights("two is not in the file", ["1", "", ""], &["two down"]);
        self.assert_alternating(&["one"]);

        self.daemon.reload(&configuration(self.method, self.site, "7", &["one", "two"]));
        self.await_weights("two is again, one has a weight", ["7", "1", ""], &[]);
        self.assert_alternating(&["one", "two"]);

        assert!(self.daemon.stop().success(), "{}: stops in order", self.title);
        self.rest("stop", &[]);
        assert_eq!(self.ipvs.saved(), FOREIGN, "{}: only what is somebody else's stays", self.title);
        self.seen
    }

    /// The weight of a server that failed; nothing if it is removed.
    fn of_a_failed(&self, number: usize) -> &'static str {
        if inhibits(self.method, number) { "0" } else { "" }
    }

    /// Waits until both real servers and the one of last resort have these weights, asking all the
    /// time, then until `scripts` have run, and remembers what there is then.
    fn await_weights(&mut self, step: &'static str, weights: [&str; 3], scripts: &[&str]) {
        let began = Instant::now();
        let wanted: BTreeMap<SocketAddr, u32> = weights
            .iter()
            .enumerate()
            .filter_map(|(number, weight)| Some((self.site.server(number), weight.parse().ok()?)))
            .collect();
        let service = ServiceKey::tcp((VIRTUAL, PORT).into());
        let mut failures = 0;
        let found = self.ipvs.wait(CHECK, |table| {
            failures += usize::from(!answers());
            let weights =
                table.destinations(&service).map(|(key, destination)| (key.address(), destination.weight));
            weights.collect::<BTreeMap<_, _>>() == wanted
        });
        assert!(found.is_ok(), "{}, {step}: {wanted:?} within {CHECK:?}: {found:?}", self.title);
        let took = began.elapsed().as_secs_f64();
        println!("{} {step:<30} {took:>7.2} s, {failures} questions without answer meanwhile", self.title);
        self.rest(step, scripts);
    }

    /// Waits until the scripts have run that keepalived runs in this step, then for those that nobody
    /// should run, and remembers what there is.
    fn rest(&mut self, step: &'static str, expected: &[&str]) {
        let events = self.site.folder().join("events");
        let began = Instant::now();
        let (mut scripts, mut since) = (recorded(&events), began);
        while since.elapsed() < REST || (scripts.len() < expected.len() && began.elapsed() < CHECK) {
            thread::sleep(REST / 20);
            let now = recorded(&events);
            if now != scripts {
                (scripts, since) = (now, Instant::now());
            }
        }
        assert_eq!(scripts, expected, "{}, {step}: scripts", self.title);
        // Not there before the first.
        let _ = fs::remove_file(&events);
        let saved = self.ipvs.saved();
        let foreign = FOREIGN.iter().filter(|line| saved.iter().any(|found| found == *line));
        assert_eq!(foreign.count(), FOREIGN.len(), "{}: {saved:#?}", self.title);
        self.seen.push(Seen { step, saved });
    }

    /// Every question is answered, by these in turn.
    fn assert_alternating(&self, names: &[&str]) {
        let answers = ask_often(6 * names.len(), &self.title);
        let answering: BTreeSet<&str> = answers.iter().map(String::as_str).collect();
        assert_eq!(answering, names.iter().copied().collect(), "{}: {answers:?}", self.title);
        let again = answers.iter().zip(answers.iter().skip(1)).any(|(one, next)| one == next);
        assert!(names.len() == 1 || !again, "{}: not in turn: {answers:?}", self.title);
    }
}

/// A line for each script that ran, in any order: they run side by side.
fn recorded(events: &Path) -> Vec<String> {
    let text = fs::read_to_string(events).unwrap_or_default();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

/// Whether a server that fails keeps its place: one of those behind NAT, none with direct routing,
/// all in tunnels.
fn inhibits(method: Method, number: usize) -> bool {
    match method {
        Method::Nat => number == 1,
        Method::Dr => false,
        Method::Tun => true,
    }
}

/// The file with the real servers `names`, the first of which has `weight`.
fn configuration(method: Method, site: &Site, weight: &str, names: &[&str]) -> String {
    let folder = site.folder().display();
    let servers: String = names
        .iter()
        .enumerate()
        .map(|(number, name)| {
            let weight = if number == 0 { weight } else { "1" };
            let inhibit = if inhibits(method, number) { "inhibit_on_failure" } else { "" };
            let (address, port, check) = (site.server(number).ip(), method.port(), check(method, name, site));
            format!(
                "    real_server {address} {port} {{\n        weight {weight}\n        {inhibit}\n        \
                 notify_up \"{folder}/record {name} up\"\n        \
                 notify_down \"{folder}/record {name} down\"\n{check}    }}\n"
            )
        })
        .collect();
    format!(
        "global_defs {{\n    script_user root\n}}\nvirtual_server {VIRTUAL} {PORT} {{\n    delay_loop 1\n    \
         lb_algo rr\n    lb_kind {}\n    protocol TCP\n    quorum_up \"{folder}/record quorum up\"\n    \
         quorum_down \"{folder}/record quorum down\"\n    sorry_server {} {}\n{servers}}}\n",
        method.keyword(),
        site.server(2).ip(),
        method.port(),
    )
}

/// Another kind of check for each way to forward.
fn check(method: Method, name: &str, site: &Site) -> String {
    let folder = site.folder().display();
    let body = match (method, name) {
        (Method::Nat, _) => format!("TCP_CHECK {{\n            connect_port {}", method.port()),
        (Method::Dr, "one") => {
            format!("HTTP_GET {{\n            url {{\n path {HEALTH}\n status_code 200\n }}")
        }
        (Method::Dr, _) => format!("HTTP_GET {{\n            url {{\n path {HEALTH}\n digest {DIGEST}\n }}"),
        (Method::Tun, _) => {
            return format!(
                "        MISC_CHECK {{\n            misc_path \"/usr/bin/test -e {folder}/{name}\"\n            \
                 misc_timeout 60\n        }}\n"
            );
        }
    };
    format!(
        "        {body}\n            connect_timeout 20\n            retry 1\n            delay_before_retry 1\n        }}\n"
    )
}
