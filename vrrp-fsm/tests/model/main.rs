//! Every order of events on a small LAN, tried out on the shipped machine.
//!
//! The model checker's state holds real [`VirtualRouter`](vrrp_fsm::VirtualRouter)s. Time is exact:
//! it moves from deadline to deadline, and what is on the wire arrives, in any order, before it
//! moves on; only then is something lost, or a router crashes, freezes or starts again, while the
//! budget lasts.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "outside a test function; a panic fails the test"
)]

mod lan;
mod law;
mod mutant;

use lan::{Budget, Lan, Plan};
use mutant::Mutant;
use stateright::{Checker, Model};
use vrrp_proto::Version;

/// Checks all of `lan`; the number of states, and the laws that were broken.
fn explore(lan: Lan) -> (usize, Vec<&'static str>) {
    let checker = lan.checker().threads(2).spawn_bfs().join();
    let mut broken: Vec<&'static str> = checker.discoveries().into_keys().collect();
    broken.sort_unstable();
    (checker.unique_state_count(), broken)
}

fn plan(version: Version, routers: usize, drops: u8, crashes: u8) -> Plan {
    Plan { version, routers, preempt: true, budget: Budget { drops, crashes, freezes: 0 } }
}

/// Three routers take a minute without optimisation: then two, and three in release.
fn routers() -> usize {
    if cfg!(debug_assertions) { 2 } else { 3 }
}

#[test]
fn routers_agree_whatever_is_lost_and_whoever_crashes() {
    for version in [Version::V2, Version::V3] {
        let (states, broken) = explore(Lan::new(plan(version, routers(), 1, 1), Mutant::None));
        println!("{version:?}: {states} states");
        assert_eq!(broken, [""; 0]);
        assert!(states > 1000, "{states}");
    }
}

#[test]
fn three_routers_agree_whoever_crashes() {
    let (states, broken) = explore(Lan::new(plan(Version::V3, 3, 0, 1), Mutant::None));
    println!("{states} states");
    assert_eq!(broken, [""; 0]);
}

#[test]
fn without_preemption_whoever_is_master_stays() {
    let plan = Plan { preempt: false, ..plan(Version::V3, routers(), 1, 1) };
    let (states, broken) = explore(Lan::new(plan, Mutant::None));
    println!("{states} states");
    assert_eq!(broken, [""; 0]);
}

#[test]
fn a_router_that_stood_still_does_no_harm_for_long() {
    for preempt in [true, false] {
        let budget = Budget { drops: 0, crashes: 0, freezes: 1 };
        let plan = Plan { preempt, budget, ..plan(Version::V3, 3, 0, 0) };
        let (states, broken) = explore(Lan::new(plan, Mutant::None));
        println!("{states} states");
        assert_eq!(broken, [""; 0], "preempt {preempt}");
    }
}

/// A law that no wrong machine breaks would look at nothing.
#[test]
fn each_law_is_broken_by_a_wrong_machine() {
    let cases = [
        (Mutant::NeverMaster, true, law::ONE_MASTER),
        (Mutant::Late, true, law::NO_PAST),
        (Mutant::Chatty, true, law::FEW_OUTPUTS),
        (Mutant::PreemptsAnyway, false, law::NO_PREEMPTION),
        (Mutant::DeafMaster, true, law::NO_TWO_MASTERS),
    ];
    for (mutant, preempt, law) in cases {
        let plan = Plan { preempt, ..plan(Version::V3, 2, 0, 1) };
        let (_, broken) = explore(Lan::new(plan, mutant));
        println!("{mutant:?}: {broken:?}");
        assert!(broken.contains(&law), "{mutant:?}: {broken:?}");
    }
}
