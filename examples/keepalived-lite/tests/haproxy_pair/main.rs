//! Two load balancers that give up their address when their HAProxy dies, seen by a client.
//!
//! The same scenario with both daemons at the same time; how long the client hears nothing is
//! printed, not judged.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod client;
mod director;
#[path = "../common/foreground.rs"]
mod foreground;
#[path = "../common/program.rs"]
mod program;
#[path = "../common/rights.rs"]
mod rights;

use core::time::Duration;
use std::{path::Path, thread};

use client::{Client, Step};
use director::Director;
use netlab::{Lan, with_namespaces};
use program::Program;
use tempfile::TempDir;

/// The service that fails, and where it comes from in Debian.
const HAPROXY: &str = "/usr/sbin/haproxy";
/// How long a step may take: the script's period, `Master_Down`, and a slow machine.
const BOUND: Duration = Duration::from_secs(20);
/// How long each step is watched when it is over.
const AFTERWARDS: Duration = Duration::from_secs(2);

#[test]
fn an_address_follows_the_haproxy_that_lives() {
    for program in [HAPROXY, "/usr/bin/killall"] {
        if !Path::new(program).exists() {
            println!("SKIPPED an_address_follows_the_haproxy_that_lives: no {program}");
            return;
        }
    }
    with_namespaces(|| {
        if let Err(reason) = Director::possible() {
            println!("SKIPPED an_address_follows_the_haproxy_that_lives: {reason}");
            return;
        }
        let mut programs = vec![Program::Ours];
        if rights::keepalived_runs_scripts("the comparison with keepalived") {
            programs.push(Program::Keepalived);
        }
        // Both spend their time waiting.
        let results: Vec<(Program, Vec<Step>)> = thread::scope(|scope| {
            let runs: Vec<_> =
                programs.iter().map(|program| scope.spawn(|| (*program, scenario(*program)))).collect();
            runs.into_iter().map(|run| run.join().unwrap()).collect()
        });
        print(&results);
    });
}

fn scenario(program: Program) -> Vec<Step> {
    let folder = TempDir::new().unwrap();
    let lan = Lan::new(3).unwrap();
    let mut first = Director::start(&lan, 1, program, folder.path());
    let second = Director::start(&lan, 2, program, folder.path());
    let client = Client::new();
    let owners = || [1, 2].map(|host| lan.node(host).unwrap().owns(director::VIRTUAL.into()).unwrap());
    let steps = thread::scope(|scope| {
        scope.spawn(|| lan.node(3).unwrap().run(|| client.ask_until_stopped()).unwrap());
        // Also when an assertion below fails: the scope waits for the thread.
        let _stop = client.stopper();
        let mut steps = Vec::new();
        let mut step = |name, director: &Director| {
            let step = client.await_answer_of(&director.name(), name, BOUND, AFTERWARDS);
            let step = step.unwrap_or_else(|| {
                panic!("{}: {name}: no answer of {} in {BOUND:?}", program.name(), director.name())
            });
            assert_eq!(owners(), [director.host() == 1, director.host() == 2], "{}: {name}", program.name());
            steps.push(step);
        };
        step("both start", &first);
        step("nothing happens", &first);
        first.kill_haproxy();
        step("haproxy dies on the master", &second);
        first.start_haproxy();
        step("haproxy is started again", &first);
        steps
    });
    drop((first, second));
    steps
}

fn print(results: &[(Program, Vec<Step>)]) {
    for (program, steps) in results {
        println!("{:<32} {:>14} {:>16}", program.name(), "moved after", "longest silence");
        for step in steps {
            let (moved, silence) = (step.moved.as_secs_f64(), step.silence.as_secs_f64());
            println!("  {:<30} {moved:>12.3} s {silence:>14.3} s", step.name);
        }
    }
}
