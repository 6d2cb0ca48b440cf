//! What checks cost: thousands of them on one thread, against a server of their own host.
//!
//! `cargo bench -p benches --bench checks` runs every scenario; words after `--` choose one: kind (tcp, http),
//! number of checks, interval in milliseconds, seconds of measuring. Each scenario is a process of its own, and so is
//! the server, whose time is not counted; what the kernel does for loopback traffic within our own calls is.
//!
//! A check is late by the time from when it was due to when its probe began. Memory is what the process grew by for all
//! checks together, once each has been made.

mod measure;
mod server;

use std::env;
use std::process::ExitCode;

use measure::{Kind, Scenario};

/// Hidden first words: the other processes.
const SERVER: &str = "checks-server";
const CHILD: &str = "checks-child";

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).filter(|word| word != "--bench").collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        [SERVER, kind] => Kind::from_word(kind).ok_or_else(usage).and_then(server::run),
        [CHILD, port, rest @ ..] => match (port.parse(), Scenario::from_words(rest)) {
            (Ok(port), Some(scenario)) => measure::run(&scenario, port),
            _ => Err(usage()),
        },
        [] => usual().iter().try_for_each(one),
        rest => Scenario::from_words(rest).ok_or_else(usage).and_then(|scenario| one(&scenario)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("checks: {error}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> measure::Problem {
    "words: tcp|http CHECKS INTERVAL_MS SECONDS".into()
}

/// One check a second each, as far as two cores can serve that, and the big number more slowly.
fn usual() -> Vec<Scenario> {
    let counts = [(1_000, 1_000), (10_000, 1_000), (50_000, 5_000)];
    let scenario =
        |kind| counts.map(|(count, interval_ms)| Scenario { kind, count, interval_ms, seconds: 10 });
    [scenario(Kind::Tcp), scenario(Kind::Http)].concat()
}

/// Starts a server and a process that checks.
fn one(scenario: &Scenario) -> Result<(), measure::Problem> {
    let server = server::Child::start(scenario.kind)?;
    let mut command = std::process::Command::new("/proc/self/exe");
    command.arg(CHILD).arg(server.port().to_string()).args(scenario.words());
    match command.status()? {
        status if status.success() => Ok(()),
        status => Err(format!("{scenario} ended with {status}").into()),
    }
}
