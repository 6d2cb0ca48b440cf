//! What the daemon answers to a third router's words, packet by packet, beside Debian's keepalived.
//!
//! Each situation plays twice, on two LANs of its own at the same time: once keepalived is the subject
//! of it, once the daemon. What the subject sends after each step, in which order, and whether it has the
//! virtual address in the end must be the same. Where it is not, [`situations`] says so, with the section
//! of the RFC that says who is right.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "helpers of tests")]

#[expect(dead_code, unused_imports, reason = "what other tests need")]
#[path = "../common/mod.rs"]
mod common;
mod situations;
mod speaker;
mod subject;

use core::fmt::Write;
use std::thread;

use common::{Program, keepalived_runs_scripts};
use netlab::with_namespaces;
use situations::Situation;
use subject::{Seen, Subject};

/// A real difference shows each time; where one of the two was late on a busy machine, the next time
/// differs from that.
const ATTEMPTS: u32 = 3;

#[test]
fn a_third_router_hears_from_us_what_it_hears_from_keepalived() {
    if !keepalived_runs_scripts("a_third_router_hears_from_us_what_it_hears_from_keepalived") {
        return;
    }
    with_namespaces(|| {
        let all = situations::all();
        let mut left: Vec<&Situation> = all.iter().collect();
        for attempt in 1..=ATTEMPTS {
            let seen = play(&left);
            let as_it_should = left.iter().zip(&seen).map(|(situation, seen)| judge(situation, seen));
            let wrong: Vec<bool> = as_it_should.map(|right| !right).collect();
            left = left
                .into_iter()
                .zip(wrong)
                .filter_map(|(situation, wrong)| wrong.then_some(situation))
                .collect();
            let names: Vec<&str> = left.iter().map(|situation| situation.name).collect();
            println!(
                "attempt {attempt}: {} of {} situations not as they should be: {names:?}",
                left.len(),
                all.len()
            );
            if left.is_empty() {
                return;
            }
        }
        panic!("not as keepalived, {ATTEMPTS} times");
    });
}

/// All at the same time: what keepalived was seen to do in each, then what the daemon was.
fn play(situations: &[&Situation]) -> Vec<[Vec<Seen>; 2]> {
    thread::scope(|scope| {
        let start = |situation| {
            [Program::Keepalived, Program::Ours]
                .map(|program| scope.spawn(move || Subject::new(program, situation).play()))
        };
        let running: Vec<_> = situations.iter().map(|situation| start(*situation)).collect();
        running.into_iter().map(|pair| pair.map(|run| run.join().unwrap())).collect()
    })
}

/// Prints what was seen; whether it is as it should be.
fn judge(situation: &Situation, [theirs, ours]: &[Vec<Seen>; 2]) -> bool {
    println!("{}", situation.name);
    for ((step, theirs), ours) in situation.steps.iter().zip(theirs).zip(ours) {
        let mut line = format!("    {:<44} {theirs}", step.name);
        if theirs != ours {
            write!(line, "\n    {:<44} {ours}", "        but ours").unwrap();
        }
        println!("{line}");
    }
    match situation.difference {
        None => theirs == ours,
        Some(difference) => {
            println!("    differs as it should: {difference}");
            theirs != ours
        }
    }
}
