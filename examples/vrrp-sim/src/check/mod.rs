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
mod step;

use core::time::Duration;
use std::time::Instant;

use stateright::{Checker, Model};

use lan::Lan;

pub use law::Law;
pub use mutant::Mutant;
pub use plan::{Faults, Plan};

/// What came of exploring one LAN.
#[derive(Clone, Debug)]
pub struct Explored {
    /// What was explored.
    pub plan: Plan,
    /// Different states.
    pub states: usize,
    /// Steps from the first state to the farthest.
    pub depth: usize,
    /// How long it took.
    pub elapsed: Duration,
    /// The laws that do not hold.
    pub broken: Vec<Law>,
}

/// Explores all of `plan`.
#[must_use]
pub fn explore_all(plan: Plan, mutant: Option<Mutant>, threads: usize) -> Explored {
    let began = Instant::now();
    let checker = Lan::new(plan, mutant).checker().threads(threads).spawn_bfs().join();
    let found = checker.discoveries();
    Explored {
        plan,
        states: checker.unique_state_count(),
        depth: checker.max_depth(),
        elapsed: began.elapsed(),
        broken: Law::ALL.into_iter().filter(|law| found.contains_key(law.name())).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vrrp_proto::Version;

    #[test]
    fn probe() {
        let plan = |hosts, vrids, drops, crashes, others| Plan { version: Version::V3, hosts, vrids, faults: Faults { drops, crashes, others } };
        for plan in [plan(2, 1, 1, 1, 1), plan(2, 2, 0, 0, 1), plan(2, 2, 1, 1, 1), plan(3, 1, 1, 1, 1), plan(4, 1, 2, 2, 0), plan(3, 2, 0, 0, 1)] {
            let e = explore_all(plan, None, 2);
            println!("{}: {} states, depth {}, {:?} {:?}", plan.words(), e.states, e.depth, e.elapsed, e.broken);
        }
        for mutant in Mutant::ALL {
            for plan in [plan(2, 1, 1, 1, 1), plan(2, 2, 0, 0, 1)] {
                let e = explore_all(plan, Some(mutant), 2);
                println!("{mutant:?} {}: {} states, depth {}, {:?} {:?}", plan.words(), e.states, e.depth, e.elapsed, e.broken);
            }
        }
    }
}
