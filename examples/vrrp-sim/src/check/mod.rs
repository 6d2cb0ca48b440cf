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
        let f = Faults { drops: 1, crashes: 1, ..Faults::default() };
        let b = Plan { version: Version::V3, hosts: 3, vrids: 1, preempt: true, faults: f };
        let mut plans = vec![b];
        for i in 0..9 {
            let mut f = f;
            *[&mut f.drops, &mut f.duplicates, &mut f.delays, &mut f.crashes, &mut f.stops, &mut f.freezes, &mut f.priorities, &mut f.partitions, &mut f.failures][i] += 1;
            for preempt in [true, false] { plans.push(Plan { faults: f, preempt, ..b }); }
        }
        for n in [2, 3] {
        for preempt in [true, false] {
            for f in [Faults{ drops: 1, ..Faults::default()}, Faults{crashes:1, ..Faults::default()}, Faults{failures:1, ..Faults::default()}, Faults{partitions:1, ..Faults::default()},Faults{freezes:1, ..Faults::default()}, Faults{drops:1,failures:1, ..Faults::default()}] {
                plans.push(Plan { hosts: n, faults: f, vrids: 2, preempt, ..b });
            }
        }
        }
        for plan in plans {
                let e = explore_all(plan, None, 2);
                println!("{}: {} states, depth {}, {:?} {:?}", plan.words(), e.states, e.depth, e.elapsed, e.broken);
        }
    }
}
