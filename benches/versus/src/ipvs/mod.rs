//! A big IPVS table: restoring and listing it, whole processes, in a kernel that has ip_vs.
//!
//! Our side is `ipvsctl`, with the same flags as `ipvsadm`.

mod guest;
mod rules;

use core::time::Duration;
use std::{
    env,
    process::{Command, ExitCode},
};

use netlab::uml::Uml;

use crate::{
    experiment::{Bench, Experiment, fail},
    failure::{Failure, check},
    options::{beside, in_path},
    row::{Goal, Row, Side, Unit},
};

/// Hidden first argument: times both sides, inside the guest.
const GUEST: &str = "ipvs-guest";

/// In the place of a side: both values are ours.
const PLAN: &str = "plan";

/// Booting and the uncounted round.
const BOOT: Duration = Duration::from_secs(90);
/// A few seconds, on a busy machine half a minute.
const ROUND: Duration = Duration::from_secs(40);

/// Restores and lists 1,000 services with 10 destinations each.
#[derive(Debug)]
pub(crate) struct RestoreAndList;

/// Plays the part that this process was started for, if it was.
pub(crate) fn hidden_role() -> Option<ExitCode> {
    let words: Vec<String> = env::args().skip(1).take(4).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let [GUEST, ipvsadm, ipvsctl, rounds] = *words.as_slice() else { return None };
    Some(match guest::run(ipvsadm, ipvsctl, rounds.parse().ok()?) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    })
}

impl Experiment for RestoreAndList {
    fn name(&self) -> String {
        "ipvs".into()
    }

    fn rounds(&self) -> u32 {
        5
    }

    fn rows(&self) -> Vec<Row> {
        let (services, each) = (rules::SERVICES, rules::DESTINATIONS);
        let table = format!("{services} services × {each} destinations, whole process (UML)");
        let row = |id, what: &str, goal| Row::new(id, format!("{what} {table}"), Unit::Milliseconds, goal);
        vec![
            row("ipvs/restore", "ipvsadm -R: restore", Goal::ratio(0.06)),
            row("ipvs/list", "ipvsadm -Ln: list", Goal::ratio(0.4)),
            Row::new(
                "ipvs/plan",
                format!(
                    "plan of one change among {services} services × {each}; in place of theirs: our restore (UML)"
                ),
                Unit::Milliseconds,
                Goal::ratio(0.01),
            ),
        ]
    }

    fn run(&self, bench: &Bench, rounds: u32, rows: &mut [Row]) {
        if let Err(failure) = measure(bench, rounds, rows) {
            eprintln!("ipvs: FAILED: {failure}");
            fail(rows, &failure.to_string());
        }
    }
}

/// Both sides run in one boot of the guest.
fn measure(bench: &Bench, rounds: u32, rows: &mut [Row]) -> Result<(), Failure> {
    let ipvsadm = in_path("ipvsadm");
    let ipvsadm = ipvsadm.ok_or_else(|| Failure::Untrue("no ipvsadm in PATH: install it".into()))?;
    let ipvsctl = beside("ipvsctl")?;
    check(ipvsctl.is_file(), || format!("no {}: cargo build --release -p ipvsctl", ipvsctl.display()))?;
    let this = env::current_exe().map_err(Failure::file("find", "versus"))?;
    let mut command = Command::new(this);
    command.arg(GUEST).arg(ipvsadm).arg(ipvsctl).arg(rounds.to_string()).current_dir(&bench.folder);
    eprintln!("ipvs: {rounds} rounds in a User-Mode Linux guest");
    let output = Uml::new().timeout(BOOT + ROUND * rounds).run(&command)?;
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        eprintln!("ipvs: {line}");
        let run = understand(line).ok_or_else(|| Failure::Untrue(format!("cannot read {line:?}")))?;
        let (round, side, values) = run;
        match (side, &mut *rows) {
            (Some(side), rows) => {
                rows.iter_mut().zip(values).for_each(|(row, value)| row.add(side, round, value));
            }
            (None, [_, _, plan]) => {
                Side::order(0).into_iter().zip(values).for_each(|(side, value)| plan.add(side, round, value));
            }
            (None, _) => {}
        }
    }
    check(output.status.success(), || String::from_utf8_lossy(&output.stderr).trim().to_owned())
}

/// Round, side (none is [`PLAN`]) and two values in a line of the guest.
fn understand(line: &str) -> Option<(u32, Option<Side>, [f64; 2])> {
    let mut words = line.split(' ');
    let round = words.next()?.parse().ok()?;
    let side = match words.next()? {
        PLAN => None,
        word => Some(Side::from_word(word)?),
    };
    Some((round, side, [words.next()?.parse().ok()?, words.next()?.parse().ok()?]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guests_lines_are_understood() {
        assert_eq!(understand("3 ours 41.5 55"), Some((3, Some(Side::Ours), [41.5, 55.0])));
        assert_eq!(understand("3 plan 41.5 0.2"), Some((3, None, [41.5, 0.2])));
        for line in ["", "3 ours 41.5", "3 mine 41.5 55"] {
            assert_eq!(understand(line), None, "{line:?}");
        }
    }
}
