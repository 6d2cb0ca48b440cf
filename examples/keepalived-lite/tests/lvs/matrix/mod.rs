//! The kernel's table after each step of a server's life, as keepalived makes it and as we do.
//!
//! What is right is what Debian's keepalived makes the kernel hold, told by `ipvsadm`. Starting a
//! process takes long in User-Mode Linux, so one daemon has all configurations in one file.

mod cases;

use core::{
    fmt::Write,
    net::{IpAddr, SocketAddr},
    time::Duration,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    thread,
    time::Instant,
};

use cases::{CASES, PORT, number_of, service_of};
use ipvs_netlink::Table;
use netlab::Namespace;
use tempfile::TempDir;

use crate::{Program, daemon::Daemon, server::Server, table::Ipvs};

/// Every check has noticed everything within this on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// When the table has not changed for so long, no check is still about to change it: they look
/// every second or two, and once more after 0.2 s.
const REST: Duration = Duration::from_secs(3);

/// Cases where keepalived's table is wrong, with the reason; ours must differ there.
const KEEPALIVED_IS_WRONG: &[(&str, &str)] = &[];

/// Cases that need what ours does not support, with the words in which it says so; ours must differ
/// there.
const NOT_SUPPORTED: &[(&str, &str)] = &[];

/// What is done, in this order.
const STEPS: [&str; 6] = ["start", "one fails", "one is back", "both fail", "both are back", "stop"];

/// What `ipvsadm` tells of each case, by its number.
type Told = BTreeMap<usize, Vec<String>>;

/// A glance at the service of each case, by its number.
type Glance = BTreeMap<usize, Vec<String>>;

/// The whole comparison.
pub(crate) fn compare() {
    let began = Instant::now();
    let labs = [Lab::new(), Lab::new()];
    let [mut theirs, mut ours] = [(Program::Keepalived, &labs[0]), (Program::Ours, &labs[1])]
        .map(|(program, lab)| Life::start(program, lab));
    let mut different = BTreeMap::new();
    let mut unserved: BTreeSet<usize> = (0..CASES.len()).collect();
    for step in STEPS {
        for life in [&mut theirs, &mut ours] {
            life.step(step);
        }
        theirs.rest(step);
        // On a slow machine the rest was only a pause: what theirs holds is looked at again each time.
        let _ = ours.wait(|glance| comparable(glance) == comparable(theirs.glance()));
        // It must also stay so.
        thread::sleep(REST / 4);
        let (theirs, ours) = (theirs.told(), ours.told());
        unserved.retain(|number| !theirs.contains_key(number));
        for (name, words) in differing(&theirs, &ours, step) {
            different.entry(name).or_insert(words);
        }
    }
    for number in unserved {
        println!("keepalived makes no service of {:?}", CASES[number].name);
    }
    println!("{} configurations in {:.1} s", CASES.len(), began.elapsed().as_secs_f64());
    let log = ours.daemon.log();
    for (name, words) in NOT_SUPPORTED {
        assert!(log.contains(words), "{name}: not a word about it");
    }
    for name in excused() {
        assert!(different.remove(name).is_some(), "{name}: there is no difference any more");
    }
    let words: Vec<String> = different.into_values().collect();
    assert!(words.is_empty(), "{} tables differ from keepalived's:\n{}", words.len(), words.join("\n"));
}

/// Names of the cases in which a difference is expected.
fn excused() -> impl Iterator<Item = &'static str> {
    KEEPALIVED_IS_WRONG.iter().chain(NOT_SUPPORTED).map(|(name, _)| *name)
}

fn comparable(mut glance: Glance) -> Glance {
    glance.retain(|number, _| !excused().any(|name| name == CASES[*number].name));
    glance
}

/// Names of the cases in which the tables differ, with an explanation.
fn differing(theirs: &Told, ours: &Told, step: &str) -> Vec<(&'static str, String)> {
    let numbers: BTreeSet<usize> = theirs.keys().chain(ours.keys()).copied().collect();
    let different = numbers.into_iter().filter(|number| theirs.get(number) != ours.get(number));
    different
        .map(|number| {
            let case = CASES.get(number).expect("a service of one of the cases");
            let [theirs, ours] = [theirs, ours].map(|told| told.get(&number).cloned().unwrap_or_default());
            let text = case.text(number, "FOLDER");
            let words =
                format!("{}, {step}: keepalived {theirs:#?}\nours {ours:#?}\nwith\n{text}", case.name);
            (case.name, words)
        })
        .collect()
}

/// A network with the servers of all cases on its loopback interface.
struct Lab {
    folder: TempDir,
    namespace: Namespace,
}

impl Lab {
    fn new() -> Self {
        let namespace = Namespace::new().unwrap();
        for (number, case) in CASES.iter().enumerate() {
            for address in BTreeSet::from(case.addresses(number)) {
                let prefix_len = if address.is_ipv4() { 32 } else { 128 };
                namespace.add_address("lo", address, prefix_len).unwrap();
            }
        }
        Self { folder: TempDir::new().unwrap(), namespace }
    }
}

/// A daemon with its servers.
struct Life<'lab> {
    // First, so that nobody checks servers that are gone.
    daemon: Daemon,
    ipvs: Ipvs<'lab>,
    namespace: &'lab Namespace,
    ones: Vec<Server<'lab>>,
    twos: Vec<Server<'lab>>,
    /// What the table was before the last step.
    before: Glance,
}

impl<'lab> Life<'lab> {
    fn start(program: Program, lab: &'lab Lab) -> Self {
        let folder = lab.folder.path();
        let (mut ones, mut twos) = (Vec::new(), Vec::new());
        let mut text = String::from("global_defs {\n    script_user root\n}\n");
        for (number, case) in CASES.iter().enumerate() {
            text.write_str(&case.text(number, &folder.display().to_string())).unwrap();
            let start = |name: &str, address: IpAddr| {
                let name = format!("{name}{number}");
                let start = if case.talks() { Server::start } else { Server::start_silent };
                start(&lab.namespace, name, SocketAddr::new(address, PORT), folder)
            };
            let [one, two] = case.addresses(number);
            ones.push(start("one", one));
            // One of the cases has the same server twice.
            twos.extend((two != one).then(|| start("two", two)));
        }
        let ipvs = Ipvs::of(&lab.namespace);
        // Nobody needs the part for VRRP.
        let daemon = Daemon::start(program, &lab.namespace, folder, &text, &["-C"]);
        Self { daemon, ipvs, namespace: &lab.namespace, ones, twos, before: Glance::new() }
    }

    fn step(&mut self, step: &str) {
        self.before = if step == "start" { Glance::new() } else { self.glance() };
        let (ones, twos) = (self.ones.iter_mut(), self.twos.iter_mut());
        match step {
            "start" => {}
            "one fails" => ones.for_each(Server::fail),
            "one is back" => self.namespace.run(|| ones.for_each(Server::revive_here)).unwrap(),
            "both fail" => ones.chain(twos).for_each(Server::fail),
            "both are back" => self.namespace.run(|| ones.chain(twos).for_each(Server::revive_here)).unwrap(),
            "stop" => assert!(self.daemon.stop().success()),
            other => panic!("no step {other}"),
        }
    }

    /// What a glance sees when the last step has had its effect and nothing more happens.
    fn rest(&mut self, step: &str) {
        let began = Instant::now();
        let before = self.before.clone();
        assert!(step == "stop" || self.wait(|glance| glance != before).is_ok(), "{step}: nothing happens");
        self.ipvs.settle(REST, PATIENCE);
        println!("{step}: at rest after {:.1} s", began.elapsed().as_secs_f64());
    }

    fn glance(&mut self) -> Glance {
        glance(&self.ipvs.glance())
    }

    fn wait(&mut self, mut wanted: impl FnMut(Glance) -> bool) -> Result<Table, Table> {
        self.ipvs.wait(PATIENCE, |table| wanted(glance(table)))
    }

    /// What `ipvsadm` tells now.
    fn told(&self) -> Told {
        let mut told = Told::new();
        for line in self.ipvs.saved().into_iter().chain(self.ipvs.thresholds()) {
            told.entry(number_of(&service_of(&line))).or_default().push(line);
        }
        told
    }
}

fn glance(table: &Table) -> Glance {
    let mut glance = Glance::new();
    for (key, service) in table.services() {
        let destinations: Vec<_> = table.destinations(key).collect();
        let words = format!("{key:?} {service:?} {destinations:?}");
        glance.entry(number_of(key)).or_default().push(words);
    }
    glance
}
