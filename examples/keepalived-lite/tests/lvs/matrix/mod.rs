//! The kernel's table after each step of a server's life, as keepalived makes it and as we do.
//!
//! What is right is what Debian's keepalived makes the kernel hold, told by `ipvsadm`. Starting a
//! process takes long in User-Mode Linux, so one daemon has all configurations in one file.

mod cases;

use core::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    thread,
    time::Instant,
};

use cases::{CASES, Case, PORT, number_of};
use netlab::Namespace;
use tempfile::TempDir;

use crate::{Program, daemon::Daemon, server::Server, table::Table};

/// Every check has noticed everything within this on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(20);
/// When the table has not changed for so long, no check is still about to change it: they look
/// every second, and once more after 0.2 s.
const REST: Duration = Duration::from_millis(2500);

/// Cases where keepalived's table is wrong, with the reason; ours must differ there.
const KEEPALIVED_IS_WRONG: &[(&str, &str)] = &[];

/// Until ours can.
const OURS: Program = Program::Keepalived;

/// What is done, in this order.
const STEPS: [&str; 6] = ["start", "one fails", "one is back", "both fail", "both are back", "stop"];

/// What `ipvsadm` tells of each case, by its number.
type Told = BTreeMap<usize, Vec<String>>;

/// The whole comparison.
pub(crate) fn compare() {
    let began = Instant::now();
    let labs = [Lab::new(), Lab::new()];
    println!("labs {:?}", began.elapsed());
    let [theirs, ours] = [(Program::Keepalived, &labs[0]), (OURS, &labs[1])];
    let [mut theirs, mut ours] = [theirs, ours].map(|(program, lab)| Life::start(program, lab));
    println!("lives {:?}", began.elapsed());
    let mut wrong = BTreeSet::new();
    let mut unserved: BTreeSet<usize> = (0..CASES.len()).collect();
    for step in STEPS {
        for life in [&mut theirs, &mut ours] {
            life.step(step);
            println!("stepped {:?}", began.elapsed());
        }
        let wanted = theirs.rest(step);
        if let Err(last) = ours.table.wait(Duration::from_secs(1), |glance| *glance == wanted) {
            for (a, b) in last.iter().zip(&wanted) {
                if a != b {
                    println!("{a} | {b}");
                }
            }
            println!("{} {}", last.len(), wanted.len());
        }
        println!("ours too {:?}", began.elapsed());
        // It must also stay so.
        thread::sleep(REST / 4);
        let (theirs, ours) = (theirs.told(), ours.told());
        println!("told {:?}", began.elapsed());
        unserved.retain(|number| !theirs.contains_key(number));
        wrong.extend(differing(&theirs, &ours, step));
    }
    for number in unserved {
        println!("keepalived makes no service of {:?}", CASES[number].name);
    }
    let excused: BTreeSet<_> = KEEPALIVED_IS_WRONG.iter().map(|(name, _)| *name).collect();
    println!("{} configurations in {:.1} s", CASES.len(), began.elapsed().as_secs_f64());
    assert_eq!(wrong, excused, "configurations where ours makes another table than keepalived");
}

/// Names of the cases in which the tables differ, with an explanation on the console.
fn differing(theirs: &Told, ours: &Told, step: &str) -> BTreeSet<&'static str> {
    let numbers: BTreeSet<usize> = theirs.keys().chain(ours.keys()).copied().collect();
    let different = numbers.into_iter().filter(|number| theirs.get(number) != ours.get(number));
    different
        .map(|number| {
            let case = CASES.get(number).expect("a service of one of the cases");
            let [theirs, ours] = [theirs, ours].map(|told| told.get(&number).cloned().unwrap_or_default());
            let text = case.text(number, "FOLDER");
            println!("{}, {step}: keepalived {theirs:#?}\nours {ours:#?}\n{text}", case.name);
            case.name
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
    table: Table<'lab>,
    namespace: &'lab Namespace,
    ones: Vec<Server<'lab>>,
    twos: Vec<Server<'lab>>,
    /// What the table was before the last step.
    before: Vec<String>,
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
        let mut table = Table::of(&lab.namespace);
        let before = table.glance();
        // Nobody needs the part for VRRP.
        let daemon = Daemon::start(program, &lab.namespace, folder, &text, &["-C"]);
        Self { daemon, table, namespace: &lab.namespace, ones, twos, before }
    }

    fn step(&mut self, step: &str) {
        self.before = self.table.glance();
        let (ones, twos) = (self.ones.iter_mut(), self.twos.iter_mut());
        match step {
            "start" => self.before.clear(),
            "one fails" => ones.for_each(Server::fail),
            "one is back" => self.namespace.run(|| ones.for_each(Server::revive_here)).unwrap(),
            "both fail" => ones.chain(twos).for_each(Server::fail),
            "both are back" => self.namespace.run(|| ones.chain(twos).for_each(Server::revive_here)).unwrap(),
            "stop" => assert!(self.daemon.stop().success()),
            other => panic!("no step {other}"),
        }
    }

    /// What a glance sees when the last step has had its effect and nothing more happens.
    fn rest(&mut self, step: &str) -> Vec<String> {
        let began = Instant::now();
        let before = &self.before;
        if step != "stop" && self.table.wait(PATIENCE, |glance| glance != before).is_err() {
            panic!("{step}: nothing happens");
        }
        let rest = self.table.settle(REST, PATIENCE);
        println!("{step}: at rest after {:.1} s", began.elapsed().as_secs_f64());
        rest
    }

    /// What `ipvsadm` tells now.
    fn told(&self) -> Told {
        let mut told = Told::new();
        let services = |line: &String| line.split_whitespace().nth(1).map(str::to_owned);
        let saved = self
            .table
            .saved()
            .into_iter()
            .map(|line| (line.split_whitespace().nth(2).unwrap().to_owned(), line));
        let limits = self.table.thresholds().into_iter().map(|line| (services(&line).unwrap(), line));
        for (service, line) in saved.chain(limits) {
            let number = number_of(&service).unwrap_or_else(|| panic!("of no case: {line}"));
            told.entry(number).or_default().push(line);
        }
        told
    }
}
