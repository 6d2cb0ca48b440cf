//! The part of this program that runs inside the guest and times both sides there.

use core::time::Duration;
use std::{
    collections::BTreeSet,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use ipvs_netlink::{Client, Destination, Scope, plan};

use super::{PLAN, rules};
use crate::{
    failure::{Failure, check},
    row::Side,
};

/// The guest's own memory.
const FOLDER: &str = "/run";

/// The kernel's own text about its table, read by neither side.
const TABLE: &str = "/proc/net/ip_vs";

/// What is compared, and with what.
#[derive(Debug)]
struct Contest {
    ipvsadm: PathBuf,
    ipvsctl: PathBuf,
    rules: PathBuf,
    listing: PathBuf,
    /// What the table held after the first restore; every other must be equal.
    table: Option<BTreeSet<String>>,
    /// What the first listing printed; every other must be the same, whoever printed it.
    printed: Option<String>,
}

/// Prints a line for each run: round, side, milliseconds to restore, milliseconds to list; and for
/// each of ours another one: round, "plan", milliseconds to restore, milliseconds to plan.
pub(super) fn run(ipvsadm: &str, ipvsctl: &str, rounds: u32) -> Result<(), Failure> {
    let folder = Path::new(FOLDER);
    let mut contest = Contest {
        ipvsadm: ipvsadm.into(),
        ipvsctl: ipvsctl.into(),
        rules: folder.join("rules"),
        listing: folder.join("listing"),
        table: None,
        printed: None,
    };
    fs::write(&contest.rules, rules::text()).map_err(Failure::file("write", &contest.rules))?;
    // Once each, so that program files and modules come out of memory; checked, but not counted.
    for side in [Side::Theirs, Side::Ours] {
        contest.turn(side)?;
    }
    for round in 0..rounds {
        for side in Side::order(round) {
            let [restore, list] = contest.turn(side)?.map(|time| time.as_secs_f64() * 1e3);
            println!("{round} {} {restore} {list}", side.word());
            if side == Side::Ours {
                println!("{round} {PLAN} {restore} {}", plan_one_change()?.as_secs_f64() * 1e3);
            }
        }
    }
    Ok(())
}

/// Finds the one command between the table that the kernel holds and the same with another
/// weight, both read anew, so that they share nothing.
fn plan_one_change() -> Result<Duration, Failure> {
    let mut client = Client::open()?;
    let (current, mut wanted) = (client.table()?, client.table()?);
    let key = current.services().map(|(key, _)| *key).nth(rules::SERVICES / 2);
    let changed = key.and_then(|key| {
        let (to, destination) = current.destinations(&key).next()?;
        let heavier = Destination { weight: destination.weight + 1, ..*destination };
        wanted.insert_destination(key, *to, heavier).then_some(())
    });
    check(changed.is_some(), || "the table has nothing to change".into())?;
    let began = Instant::now();
    let commands = plan(&current, &wanted, &Scope::everything());
    let took = began.elapsed();
    check(commands.len() == 1, || format!("{} commands for one change", commands.len()))?;
    Ok(took)
}

impl Contest {
    /// Restores into an empty table, then lists it.
    fn turn(&mut self, side: Side) -> Result<[Duration; 2], Failure> {
        timed(Command::new(&self.ipvsadm).arg("-C"))?;
        let left = count(&read(Path::new(TABLE))?);
        check(left == (0, 0), || format!("{left:?} services and destinations are left after clearing"))?;
        let rules = File::open(&self.rules).map_err(Failure::file("open", &self.rules))?;
        let restore = timed(self.program(side, "-R").stdin(rules))?;
        let table = read(Path::new(TABLE))?;
        all_there(&table, "the kernel holds", side)?;
        same(&mut self.table, &table, "the kernel's table", side)?;
        let listing = File::create(&self.listing).map_err(Failure::file("make", &self.listing))?;
        let list = timed(self.program(side, "-Ln").stdout(listing))?;
        let printed = read(&self.listing)?;
        all_there(&printed, "the listing has", side)?;
        let first = self.printed.get_or_insert_with(|| printed.clone());
        check(*first == printed, || format!("{}: the listing differs from the first one", side.word()))?;
        Ok([restore, list])
    }

    fn program(&self, side: Side, flag: &str) -> Command {
        let mut command = Command::new(match side {
            Side::Theirs => &self.ipvsadm,
            Side::Ours => &self.ipvsctl,
        });
        command.arg(flag);
        command
    }
}

/// From the start of a process to its end, which must be a success.
fn timed(command: &mut Command) -> Result<Duration, Failure> {
    if command.get_args().any(|argument| argument == "-C") {
        command.stdin(Stdio::null());
    }
    let began = Instant::now();
    let status = command.status().map_err(Failure::file("start", command.get_program()))?;
    let took = began.elapsed();
    check(status.success(), || format!("{command:?} ended with {status}"))?;
    Ok(took)
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(Failure::file("read", path))
}

fn all_there(text: &str, what: &str, side: Side) -> Result<(), Failure> {
    let wanted = (rules::SERVICES, rules::SERVICES * rules::DESTINATIONS);
    let found = count(text);
    check(found == wanted, || {
        format!("{}: {what} {found:?} services and destinations instead of {wanted:?}", side.word())
    })
}

/// Services and destinations in a listing.
fn count(text: &str) -> (usize, usize) {
    let services = text.lines().filter(|line| line.starts_with("TCP "));
    let destinations = text.lines().filter(|line| line.starts_with("  -> ") && !line.contains("Address"));
    (services.count(), destinations.count())
}

/// Compares with the first text. Each destination of [`rules`] has an address of its own, so the
/// lines as a set are the table; their order is that of the kernel's hash.
fn same(first: &mut Option<BTreeSet<String>>, text: &str, what: &str, side: Side) -> Result<(), Failure> {
    let lines: BTreeSet<String> = text.lines().map(|line| line.trim_end().to_owned()).collect();
    let Some(expected) = first else {
        *first = Some(lines);
        return Ok(());
    };
    let other = lines.symmetric_difference(expected).next();
    other.map_or(Ok(()), |line| {
        Err(Failure::Untrue(format!("{}: {what} differs from the first one: {line:?}", side.word())))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTING: &str = "IP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port Scheduler Flags\n  \
        -> RemoteAddress:Port Forward Weight ActiveConn InActConn\nTCP  10.1.0.1:80 wlc\n  -> 10.101.0.1:80  Route 1 0 0\n";

    #[test]
    fn headlines_are_not_counted() {
        assert_eq!(count(LISTING), (1, 1));
        assert_eq!(count(""), (0, 0));
    }

    #[test]
    fn a_difference_in_one_word_is_found() {
        let mut first = None;
        same(&mut first, LISTING, "it", Side::Theirs).unwrap();
        same(&mut first, &LISTING.replace("1 0 0\n", "1 0 0   \n"), "it", Side::Ours).unwrap();
        assert!(same(&mut first, &LISTING.replace("wlc", "rr"), "it", Side::Ours).is_err());
    }
}
