//! The command line.

use core::time::Duration;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::{fs, thread};

use clap::{Args, Parser, Subcommand};
use vrrp_proto::Version;

use crate::check::{Faults, Law, check_mutants, explore_all, find, mutant_report, plans};
use crate::explore::{Exploration, ExploreOptions, explore};
use crate::run::{Outcome, run};
use crate::scenario::Scenario;
use crate::time::{Seconds, Time};

/// Exit status of a command line that makes no sense, as sysexits(3) has it.
const USAGE: u8 = 64;
/// Exit status of a scenario that cannot be read or run, or a picture that cannot be written.
const UNUSABLE: u8 = 2;

/// Simulates VRRP failover on the shipped state machine, under virtual time.
#[derive(Debug, Parser)]
#[command(name = "vrrp-sim", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a scenario, print its timeline, check what it expects.
    ///
    /// Exit status 0 if everything was as expected, 1 if not, 2 if the scenario cannot be used.
    Run(RunArguments),
    /// Search random faults for a violation.
    ///
    /// Every simulated minute has at least one fault, then quiet; after Master_Down each VRID must
    /// have exactly one master, the one that the rules name, and nothing may change any more. Exit
    /// status 0 if that was so, 1 with a scenario to replay if not.
    Explore(ExploreArguments),
    /// Try every order of events on a small LAN.
    ///
    /// Routers that may preempt, that may not, and both; packets that are lost, overtaken and
    /// doubled; crashes, restarts, freezes, changed priorities, partitions; sync groups. Exit status
    /// 0 if every law holds in every state, 1 with the shortest way to a state where one does not.
    Check(CheckArguments),
}

#[derive(Args, Debug)]
struct RunArguments {
    /// The scenario file
    scenario: PathBuf,
    /// Use this seed instead of the scenario's own
    #[arg(long)]
    seed: Option<u64>,
    /// Print JSON, one object a line, instead of text
    #[arg(long)]
    json: bool,
    /// Draw the timeline into this file
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

#[derive(Args, Debug)]
struct ExploreArguments {
    /// How many seeds to try
    #[arg(long, default_value_t = 100)]
    seeds: u64,
    /// The first seed
    #[arg(long, value_name = "FIRST", default_value_t = 1)]
    seed: u64,
    /// Each seed has from 2 up to so many routers
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(2..=50))]
    routers: u8,
    /// Each seed has from 1 up to so many VRIDs, each on every router
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=255))]
    vrids: u8,
    /// Simulated hours of each seed
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1000))]
    hours: u16,
    /// Every advertisement interval is 1 s (otherwise from 0.1 s to 3 s)
    #[arg(long)]
    one_second: bool,
    /// Make the scenario of a violation as small as it gets
    #[arg(long)]
    shrink: bool,
    /// Write the scenario of a violation here instead of printing it
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Threads; the processors of this machine if it is not given. The result is the same
    #[arg(long)]
    jobs: Option<usize>,
}

#[derive(Args, Debug)]
struct CheckArguments {
    /// Routers on the LAN
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(2..=5))]
    routers: u8,
    /// Packets that are lost for one receiver
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(0..=9))]
    drops: u8,
    /// Routers that crash and start again at any later time
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(0..=9))]
    crashes: u8,
    /// Other faults, on up to three routers with one drop and one crash, and on sync groups
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(0..=9))]
    others: u8,
    /// Version of the protocol
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(2..=3))]
    version: u8,
    /// Look for wrong machines, too: each must break one law and no other
    #[arg(long)]
    mutants: bool,
    /// Threads; the processors of this machine if it is not given. The result is the same
    #[arg(long)]
    jobs: Option<usize>,
}

/// Runs the program with these arguments, the first of them its name.
pub fn main<T: Into<OsString> + Clone>(arguments: impl IntoIterator<Item = T>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(told) => {
            // Nobody is left to tell if even that cannot be printed.
            let _ = told.print();
            return if told.use_stderr() { ExitCode::from(USAGE) } else { ExitCode::SUCCESS };
        }
    };
    let result = match arguments.command {
        Command::Run(arguments) => run_scenario(&arguments),
        Command::Explore(arguments) => search(&arguments),
        Command::Check(arguments) => check(&arguments),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("vrrp-sim: {problem}");
            ExitCode::from(UNUSABLE)
        }
    }
}

fn run_scenario(arguments: &RunArguments) -> Result<bool, String> {
    let path = arguments.scenario.display();
    let text = fs::read_to_string(&arguments.scenario).map_err(|error| format!("{path}: {error}"))?;
    let scenario = Scenario::parse(&text).map_err(|error| format!("{path}: {error}"))?;
    let outcome = run(&scenario, arguments.seed).map_err(|error| format!("{path}: {error}"))?;
    if let Some(path) = &arguments.svg {
        fs::write(path, outcome.timeline.to_svg()).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    let text = if arguments.json { outcome.timeline.to_json_lines() } else { report(&scenario, &outcome) };
    print(&text)?;
    for failure in &outcome.failures {
        eprintln!("vrrp-sim: {path}: {failure}");
    }
    Ok(outcome.is_as_expected())
}

fn report(scenario: &Scenario, outcome: &Outcome) -> String {
    let end = Time::START + scenario.length;
    let about = scenario.about.trim();
    let head = if about.is_empty() { scenario.title.clone() } else { format!("{}\n{about}", scenario.title) };
    let (outage, overlap) = (outcome.ledger.longest_outage(end), outcome.ledger.longest_overlap(end));
    let verdict = match outcome.failures.len() {
        0 => "everything as expected".to_owned(),
        1 => "1 thing not as expected".to_owned(),
        count => format!("{count} things not as expected"),
    };
    format!(
        "{head}\n\n{}\nseed {}: {verdict}; longest outage {}, two masters for at most {}\n",
        outcome.timeline.to_text(),
        outcome.seed,
        short(outage),
        short(overlap)
    )
}

/// Seconds, or milliseconds of less than one.
fn short(duration: Duration) -> String {
    if duration < Duration::from_secs(1) && !duration.is_zero() {
        return format!("{} ms", Seconds(duration * 1000));
    }
    format!("{} s", Seconds(duration))
}

fn search(arguments: &ExploreArguments) -> Result<bool, String> {
    let options = ExploreOptions {
        first_seed: arguments.seed,
        seeds: arguments.seeds,
        most_routers: arguments.routers,
        most_vrids: arguments.vrids,
        hours: arguments.hours,
        one_second: arguments.one_second,
        shrink: arguments.shrink,
        threads: arguments.jobs.unwrap_or_else(processors),
    };
    let exploration = explore(&options).map_err(|error| error.to_string())?;
    print(&summary(&exploration))?;
    let Some(violation) = exploration.violation else { return Ok(true) };
    let scenario = violation.scenario.to_toml();
    match &arguments.output {
        Some(path) => {
            fs::write(path, scenario).map_err(|error| format!("{}: {error}", path.display()))?;
            print(&format!("Replay it: vrrp-sim run {}\n", path.display()))?;
        }
        None => print(&format!("\n# Replay it with `vrrp-sim run FILE`:\n{scenario}"))?,
    }
    Ok(false)
}

fn processors() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

fn check(arguments: &CheckArguments) -> Result<bool, String> {
    let CheckArguments { routers, drops, crashes, others, .. } = *arguments;
    let threads = arguments.jobs.unwrap_or_else(processors);
    let version = if arguments.version == 2 { Version::V2 } else { Version::V3 };
    let (mut parts, mut findings) = (Vec::new(), Vec::new());
    let faults = Faults { drops, crashes, others };
    for plan in plans(version, routers, faults) {
        let part = explore_all(plan, None, threads);
        let found = |law: &Law| find(plan, None, *law);
        findings.extend(part.broken.iter().filter_map(found));
        parts.push(part);
    }
    print(&crate::check::report(&parts, &findings))?;
    let mut is_fine = parts.iter().all(|part| part.broken.is_empty());
    if arguments.mutants {
        let rows = check_mutants(version, faults, threads);
        print(&format!("\n{}", mutant_report(&rows)))?;
        is_fine &= rows.iter().all(|row| row.is_as_expected());
    }
    Ok(is_fine)
}

fn summary(exploration: &Exploration) -> String {
    let seconds = exploration.elapsed.as_secs_f64().max(1e-9);
    // Precise enough for people.
    let events = exploration.events;
    let rate = u128::from(events) * 1_000_000_000 / exploration.elapsed.as_nanos().max(1);
    let mut text = format!(
        "{} seeds, {} simulated hours, {} router-hours, {} actions, {events} events in {seconds:.1} s: \
         {rate} events per second\n",
        exploration.seeds,
        hours(exploration.simulated),
        hours(exploration.router_time),
        exploration.actions
    );
    if let Some(violation) = &exploration.violation {
        text += &format!("seed {}: {}\n", violation.seed, violation.failure);
    }
    text
}

/// Whole hours, rounded down.
const fn hours(duration: Duration) -> u64 {
    duration.as_secs() / 3600
}

/// Prints, and does not mind if nobody reads on.
fn print(text: &str) -> Result<(), String> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("standard output: {error}")),
        Err(_) | Ok(()) => Ok(()),
    }
}
