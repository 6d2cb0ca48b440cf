//! Thousands of TCP checks a second, and the daemon's CPU and memory, in a kernel that has ip_vs.
//!
//! That kernel knows time in ticks of 10 ms, and whatever begins and ends between two of them is free: a daemon whose
//! timers are in step with the ticks seems to need nothing, or twice as much as it does. So the guest as a whole is
//! measured, by the host, less what it uses without a daemon. The other ends of the connections are part of it.

mod guest;
mod host;
mod server;

use core::time::Duration;
use std::{
    env,
    process::{Command, ExitCode},
    thread,
};

use netlab::uml::Uml;
use nix::{
    sched::{CpuSet, sched_getaffinity, sched_setaffinity},
    unistd::Pid,
};

use crate::{
    experiment::{Bench, Experiment, fail},
    failure::{Failure, check},
    row::{Goal, Row, Side, Unit},
};

/// Hidden first arguments: measures both sides, inside the guest; accepts what they check.
const GUEST: &str = "checks-guest";
const SERVER: &str = "checks-server";

/// What the guest tells the host while it runs, in the folder of the measurement.
const MARKS: &str = "checks.marks";
/// The time in which no daemon runs.
const IDLE: &str = "idle";

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
        let what = format!("{SERVERS} TCP checks, one a second each");
        vec![
            Row::new(
                "checks/cpu",
                format!("{what}, the servers' accepting included (UML, seen from the host)"),
                Unit::Percent,
                Goal::ratio(0.66),
            ),
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

/// Both sides run in one boot of the guest, and the host looks at what that uses.
fn measure(bench: &Bench, rounds: u32, rows: &mut [Row]) -> Result<(), Failure> {
    let this = env::current_exe().map_err(Failure::file("find", "versus"))?;
    let mut command = Command::new(this);
    command.arg(GUEST).args([&bench.theirs, &bench.ours]).arg(rounds.to_string());
    command.current_dir(&bench.folder);
    eprintln!("checks: {rounds} rounds in a User-Mode Linux guest");
    let uml = Uml::new().mem(MEMORY_MIB).timeout(BOOT + ROUND * rounds);
    let (output, spans) = thread::scope(|scope| {
        let guest = scope.spawn(|| {
            stay()?;
            uml.run(&command).map_err(Failure::from)
        });
        let spans = host::watch(&bench.folder.join(MARKS), || guest.is_finished());
        (guest.join(), spans)
    });
    let output = output.map_err(|_| Failure::Untrue("the guest's thread panicked".into()))??;
    let spans = spans?;
    let idle = spans.iter().find(|span| span.name == IDLE).map_or(0.0, |span| span.percent);
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let run = understand(line).ok_or_else(|| Failure::Untrue(format!("cannot read {line:?}")))?;
        let (round, side, memory) = run;
        let Some(span) = spans.iter().find(|span| line.starts_with(&format!("{} ", span.name))) else {
            return Err(Failure::Untrue(format!("nothing was seen of {line:?}")));
        };
        // For as many checks as there should have been: a side that makes fewer is not the better for it.
        let due = f64::from(SERVERS) * span.seconds;
        let cpu = (span.percent - idle) * due / f64::from(span.checks.max(1));
        eprintln!("checks: {line} MiB {cpu:.1} % with {} checks", span.checks);
        rows.iter_mut().zip([cpu, memory]).for_each(|(row, value)| row.add(side, round, value));
    }
    check(output.status.success(), || String::from_utf8_lossy(&output.stderr).trim().to_owned())
}

/// Keeps this thread and what it starts on one processor. A guest that is moved from one to another makes a
/// tenth of its system calls in the same time, or half of them, as it happens.
fn stay() -> Result<(), Failure> {
    let failed = |error| Failure::Untrue(format!("cannot stay on one processor: {error}"));
    let this = Pid::from_raw(0);
    let allowed = sched_getaffinity(this).map_err(failed)?;
    let last = (0..CpuSet::count()).rev().find(|cpu| allowed.is_set(*cpu).unwrap_or(false));
    let mut one = CpuSet::new();
    one.set(last.unwrap_or(0)).map_err(failed)?;
    sched_setaffinity(this, &one).map_err(failed)
}

/// Round, side and MiB in a line of the guest.
fn understand(line: &str) -> Option<(u32, Side, f64)> {
    let mut words = line.split(' ');
    let round = words.next()?.parse().ok()?;
    let side = Side::from_word(words.next()?)?;
    Some((round, side, words.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guests_lines_are_understood() {
        assert_eq!(understand("3 ours 8.5"), Some((3, Side::Ours, 8.5)));
        for line in ["", "3 ours", "3 mine 8.5"] {
            assert_eq!(understand(line), None, "{line:?}");
        }
    }
}
