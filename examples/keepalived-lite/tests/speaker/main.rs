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

#[test]
fn a_third_router_hears_from_us_what_it_hears_from_keepalived() {
    if !keepalived_runs_scripts("a_third_router_hears_from_us_what_it_hears_from_keepalived") {
        return;
    }
    with_namespaces(|| {
        let all = situations::all();
        let seen: Vec<[Vec<Seen>; 2]> = thread::scope(|scope| {
            let running: Vec<_> = all
                .iter()
                .map(|situation| {
                    [Program::Keepalived, Program::Ours]
                        .map(|program| scope.spawn(move || Subject::new(program, situation).play()))
                })
                .collect();
            running.into_iter().map(|pair| pair.map(|run| run.join().unwrap())).collect()
        });
        let wrong: Vec<&str> = all
            .iter()
            .zip(&seen)
            .filter(|(situation, seen)| !judge(situation, seen))
            .map(|(s, _)| s.name)
            .collect();
        println!("{} situations", all.len());
        assert!(wrong.is_empty(), "not as keepalived: {wrong:?}");
    });
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
