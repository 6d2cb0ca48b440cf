//! Thousands of TCP checks a second, and the daemon's CPU and memory, in a kernel that has ip_vs.

mod guest;
mod server;

use core::time::Duration;
use std::{
    env,
    process::{Command, ExitCode},
};

use netlab::uml::Uml;

use crate::{
    experiment::{Bench, Experiment, fail},
    failure::{Failure, check},
    row::{Goal, Row, Side, Unit},
};

/// Hidden first arguments: measures both sides, inside the guest; accepts what they check.
const GUEST: &str = "checks-guest";
const SERVER: &str = "checks-server";

/// Real servers, each with a check a second.
const SERVERS: u32 = 4000;

/// Booting.
const BOOT: Duration = Duration::from_secs(90);
/// Both sides, on a busy machine.
const ROUND: Duration = Duration::from_secs(120);
/// For 4,000 connections at once, both ends, and both daemons.
const MEMORY_MIB: u32 = 768;

/// 4,000 TCP checks a second.
#[derive(Debug)]
pub(crate) struct TcpChecks;

/// Plays the part that this process was started for, if it was.
pub(crate) fn hidden_role() -> Option<ExitCode> {
    let words: Vec<String> = env::args().skip(1).take(4).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        [SERVER] => server::run(),
        [GUEST, theirs, ours, rounds] => guest::run(theirs, ours, rounds.parse().ok()?),
        _ => return None,
    };
    Some(match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    })
}

impl Experiment for TcpChecks {
    fn name(&self) -> String {
        "checks".into()
    }

    fn rounds(&self) -> u32 {
        3
    }

    fn rows(&self) -> Vec<Row> {
        let what = format!("{SERVERS} TCP checks, one a second each (UML)");
        vec![
            Row::new("checks/cpu", what.clone(), Unit::Percent, Goal::ratio(2.0 / 3.0)),
            Row::new("checks/pss", format!("memory of {what}"), Unit::Mebibytes, Goal::NONE),
        ]
    }

    fn run(&self, bench: &Bench, rounds: u32, rows: &mut [Row]) {
        if let Err(failure) = measure(bench, rounds, rows) {
            eprintln!("checks: FAILED: {failure}");
            fail(rows, &failure.to_string());
        }
    }
}

/// Both sides run in one boot of the guest.
fn measure(bench: &Bench, rounds: u32, rows: &mut [Row]) -> Result<(), Failure> {
    let this = env::current_exe().map_err(Failure::file("find", "versus"))?;
    let mut command = Command::new(this);
    command.arg(GUEST).args([&bench.theirs, &bench.ours]).arg(rounds.to_string());
    command.current_dir(&bench.folder);
    eprintln!("checks: {rounds} rounds in a User-Mode Linux guest");
    let output = Uml::new().mem(MEMORY_MIB).timeout(BOOT + ROUND * rounds).run(&command)?;
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        eprintln!("checks: {line}");
        let run = understand(line).ok_or_else(|| Failure::Untrue(format!("cannot read {line:?}")))?;
        let (round, side, values) = run;
        rows.iter_mut().zip(values).for_each(|(row, value)| row.add(side, round, value));
    }
    check(output.status.success(), || String::from_utf8_lossy(&output.stderr).trim().to_owned())
}

/// Round, side and two values in a line of the guest.
fn understand(line: &str) -> Option<(u32, Side, [f64; 2])> {
    let mut words = line.split(' ');
    let round = words.next()?.parse().ok()?;
    let side = Side::from_word(words.next()?)?;
    Some((round, side, [words.next()?.parse().ok()?, words.next()?.parse().ok()?]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guests_lines_are_understood() {
        assert_eq!(understand("3 ours 41.5 8"), Some((3, Side::Ours, [41.5, 8.0])));
        for line in ["", "3 ours 41.5", "3 mine 41.5 8"] {
            assert_eq!(understand(line), None, "{line:?}");
        }
    }
}
