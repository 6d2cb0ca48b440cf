//! Exhaustive check of the shipped machine: every order of events on a small LAN.
//!
//! The model checker's states hold real [`VirtualRouter`](vrrp_fsm::VirtualRouter)s and
//! [`SyncGroup`](vrrp_fsm::SyncGroup)s. Time is exact: it moves from deadline to deadline, and what
//! is on the wire arrives, in any order, before it moves on. At any moment something else may
//! happen while its [`Faults`] last.

mod event;
mod lan;
mod law;
mod machine;
mod mutant;
mod plan;
mod report;
mod rows;
mod step;
mod story;

use core::time::Duration;
use std::time::Instant;

use stateright::{Checker, Model};
use vrrp_proto::Version;

use lan::Lan;

pub use law::Law;
pub use mutant::Mutant;
pub use plan::{Faults, Plan};
pub use report::{mutant_report, report};

/// What came of exploring one LAN.
#[derive(Clone, Debug)]
pub struct Explored {
    /// What was explored.
    pub plan: Plan,
    /// Different states.
    pub states: usize,
    /// How long it took.
    pub elapsed: Duration,
    /// The laws that do not hold.
    pub broken: Vec<Law>,
}

/// A state that a law forbids, and a shortest way there.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Where it was found.
    pub plan: Plan,
    /// The law.
    pub law: Law,
    /// Different states until it was found.
    pub states: usize,
    /// Events on the way there.
    pub steps: usize,
    /// The way, as lines.
    pub timeline: String,
}

/// What came of looking for a mutation of the machine.
#[derive(Clone, Debug)]
pub struct MutantFinding {
    /// The mutation.
    pub mutant: Mutant,
    /// Where the law that it must break was broken; `None` if nowhere.
    pub found: Option<Finding>,
    /// Other laws that it breaks: there must be none.
    pub others: Vec<Law>,
}

impl MutantFinding {
    /// Whether the mutation breaks the law that it must break, and no other.
    #[must_use]
    pub const fn is_as_expected(&self) -> bool {
        self.found.is_some() && self.others.is_empty()
    }
}

/// The LANs that a check explores: `hosts` routers with these drops and crashes, and if there are
/// other faults, up to three routers and sync groups of two with those.
#[must_use]
pub fn plans(version: Version, hosts: u8, faults: Faults) -> Vec<Plan> {
    let plan = |hosts, vrids, drops, crashes, others| {
        let faults = Faults { drops, crashes, others };
        Plan { version, hosts, vrids, faults }
    };
    let Faults { drops, crashes, others } = faults;
    let (drop, crash) = (drops.min(1), crashes.min(1));
    let mut plans = vec![plan(hosts, 1, drops, crashes, 0)];
    if others > 0 {
        plans.push(plan(hosts.min(3), 1, drop, crash, others));
        plans.push(plan(2, 2, drop, crash, others));
    }
    if others > 0 && hosts > 2 {
        plans.push(plan(3, 2, 0, 0, others));
    }
    plans
}

/// Explores all of `plan` with the shipped machine or a wrong one.
#[must_use]
pub fn explore_all(plan: Plan, mutant: Option<Mutant>, threads: usize) -> Explored {
    let began = Instant::now();
    let checker = Lan::new(plan, mutant).checker().threads(threads).spawn_bfs().join();
    let found = checker.discoveries();
    Explored {
        plan,
        states: checker.unique_state_count(),
        elapsed: began.elapsed(),
        broken: Law::ALL.into_iter().filter(|law| found.contains_key(law.name())).collect(),
    }
}

/// Explores `plan` until `law` is broken, by as few events as it takes.
#[must_use]
pub fn find(plan: Plan, mutant: Option<Mutant>, law: Law) -> Option<Finding> {
    let mut lan = Lan::new(plan, mutant);
    // With one law and one thread it ends at the first state that breaks it.
    lan.laws = vec![law];
    let checker = lan.clone().checker().spawn_bfs().join();
    let path = checker.discovery(law.name())?;
    let states = checker.unique_state_count();
    let steps = path.clone().into_actions().len();
    Some(Finding { plan, law, states, steps, timeline: story::tell(&lan, law, path) })
}

/// Looks for each mutation of the machine on two small LANs: two routers with at most one of these
/// drops, one of these crashes and one other fault, and two sync groups with one other fault.
#[must_use]
pub fn check_mutants(version: Version, faults: Faults, threads: usize) -> Vec<MutantFinding> {
    let Faults { drops, crashes, .. } = faults;
    let plan = |vrids, drops, crashes| {
        let faults = Faults { drops, crashes, others: 1 };
        Plan { version, hosts: 2, vrids, faults }
    };
    let plans = [plan(1, drops.min(1), crashes.min(1)), plan(2, 0, 0)];
    let look = |mutant: Mutant| {
        let must = mutant.breaks();
        let broken = plans.into_iter().flat_map(|plan| explore_all(plan, Some(mutant), threads).broken);
        let mut others: Vec<Law> = broken.filter(|law| *law != must).collect();
        others.sort_unstable();
        others.dedup();
        let about = plans.into_iter().filter(|plan| must.is_about(plan));
        let found = about.into_iter().find_map(|plan| find(plan, Some(mutant), must));
        MutantFinding { mutant, found, others }
    };
    Mutant::ALL.into_iter().map(look).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(drops: u8, crashes: u8, others: u8) -> Faults {
        Faults { drops, crashes, others }
    }

    #[test]
    fn every_law_holds_on_small_lans_of_either_version() {
        for version in [Version::V2, Version::V3] {
            let mut all = plans(version, 2, faults(0, 1, 1));
            all.push(Plan { version, hosts: 3, vrids: 1, faults: faults(1, 1, 0) });
            all.push(Plan { version, hosts: 3, vrids: 2, faults: faults(0, 1, 0) });
            let mut states = 0;
            for plan in all {
                let explored = explore_all(plan, None, 2);
                println!("{version:?}, {}: {} states, {:?}", plan.words(), explored.states, explored.elapsed);
                assert_eq!(explored.broken, [], "{version:?}, {}", plan.words());
                states += explored.states;
            }
            assert!(states > 20_000, "{states}");
        }
    }

    #[test]
    fn each_mutation_breaks_its_law_and_no_other() {
        let rows = check_mutants(Version::V3, faults(0, 1, 1), 2);
        println!("{}", mutant_report(&rows));
        for row in rows {
            assert!(row.is_as_expected(), "{row:?}");
        }
    }

    #[test]
    fn each_law_is_broken_by_a_mutation() {
        for law in Law::ALL {
            assert!(Mutant::ALL.iter().any(|mutant| mutant.breaks() == law), "{law}");
        }
    }
}
