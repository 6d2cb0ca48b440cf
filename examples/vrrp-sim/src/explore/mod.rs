//! Random search: seeds make faults, every quiet time is judged, a violation becomes a scenario.

use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::run::{Failure, RunError, first_failure};
use crate::scenario::Scenario;

mod faults;
mod group;
mod quiet;
mod shrink;

/// What to search.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ExploreOptions {
    /// The first seed.
    pub first_seed: u64,
    /// How many seeds.
    pub seeds: u64,
    /// From 2 up to so many routers, at most 50.
    pub most_routers: u8,
    /// From 1 up to so many VRIDs, each on every router.
    pub most_vrids: u8,
    /// Simulated hours of each seed, at least.
    pub hours: u16,
    /// Every interval is one second.
    pub one_second: bool,
    /// Make the scenario of a violation small.
    pub shrink: bool,
    /// Threads to search with; they change nothing about the result.
    pub threads: usize,
}

/// What a search found.
#[derive(Clone, Debug)]
pub struct Exploration {
    /// Seeds that were run, as far as they were.
    pub seeds: u64,
    /// Time on the virtual clocks.
    pub simulated: Duration,
    /// The same times the virtual routers that lived through it.
    pub router_time: Duration,
    /// Things that were done to hosts and LANs, once for each VRID.
    pub actions: u64,
    /// Things that machines were told.
    pub events: u64,
    /// How long it took.
    pub elapsed: Duration,
    /// The violation of the lowest seed.
    pub violation: Option<Violation>,
}

/// A rule that did not hold.
#[derive(Clone, Debug)]
pub struct Violation {
    /// The seed that found it.
    pub seed: u64,
    /// What did not hold.
    pub failure: Failure,
    /// A scenario that shows it.
    pub scenario: Scenario,
}

#[derive(Default)]
struct Totals {
    seeds: u64,
    simulated: Duration,
    router_time: Duration,
    actions: u64,
    events: u64,
    violation: Option<Violation>,
}

impl Totals {
    fn add(&mut self, other: Self) {
        self.seeds += other.seeds;
        self.simulated += other.simulated;
        self.router_time += other.router_time;
        self.actions += other.actions;
        self.events += other.events;
        let seed = |violation: &Option<Violation>| violation.as_ref().map_or(u64::MAX, |found| found.seed);
        if seed(&other.violation) < seed(&self.violation) {
            self.violation = other.violation;
        }
    }
}

/// Searches. Every VRID of a seed is simulated on its own: nothing that happens to one reaches
/// another, but for the faults, and those come from the seed.
///
/// # Errors
///
/// [`RunError`] would be a mistake in the generator.
pub fn explore(options: &ExploreOptions) -> Result<Exploration, RunError> {
    let began = Instant::now();
    let next = AtomicU64::new(options.first_seed);
    let end = options.first_seed.saturating_add(options.seeds);
    // No seed above the lowest one with a violation matters.
    let bound = AtomicU64::new(end);
    let totals = Mutex::new(Ok(Totals::default()));
    std::thread::scope(|scope| {
        for _ in 0..options.threads.max(1) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= bound.load(Ordering::Relaxed) {
                        return;
                    }
                    let found = search(seed, options);
                    if !matches!(&found, Ok(totals) if totals.violation.is_none()) {
                        bound.fetch_min(seed, Ordering::Relaxed);
                    }
                    let mut all = totals.lock().unwrap_or_else(PoisonError::into_inner);
                    match (&mut *all, found) {
                        (Ok(all), Ok(found)) => all.add(found),
                        (Ok(_), Err(error)) => *all = Err(error),
                        (Err(_), _) => {}
                    }
                }
            });
        }
    });
    let totals = totals.into_inner().unwrap_or_else(PoisonError::into_inner)?;
    let mut violation = totals.violation;
    if let (Some(found), true) = (&mut violation, options.shrink) {
        shrink::shrink(found)?;
    }
    Ok(Exploration {
        seeds: totals.seeds,
        simulated: totals.simulated,
        router_time: totals.router_time,
        actions: totals.actions,
        events: totals.events,
        elapsed: began.elapsed(),
        violation,
    })
}

/// All VRIDs of one seed, up to the first violation.
fn search(seed: u64, options: &ExploreOptions) -> Result<Totals, RunError> {
    let hosts = group::host_count(seed, options);
    let faults = faults::plan(seed, hosts, options);
    let mut totals = Totals { seeds: 1, simulated: faults.length, ..Totals::default() };
    for vrid in 1..=group::vrid_count(seed, options) {
        let scenario = group::scenario(seed, vrid, hosts, &faults, options);
        let (failure, events) = first_failure(&scenario)?;
        totals.events += events;
        totals.actions += faults.actions();
        totals.router_time += faults.length * u32::from(hosts);
        if let Some(failure) = failure {
            totals.violation = Some(Violation { seed, failure, scenario });
            break;
        }
    }
    Ok(totals)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::Action;
    use crate::expect::Expectation;
    use crate::scenario::What;

    const SMALL: ExploreOptions = ExploreOptions {
        first_seed: 1,
        seeds: 6,
        most_routers: 5,
        most_vrids: 2,
        hours: 1,
        one_second: false,
        shrink: true,
        threads: 2,
    };

    #[test]
    fn the_shipped_machine_keeps_every_rule_in_a_quick_search() {
        let found = explore(&SMALL).unwrap();
        let violation = found.violation.map(|found| (found.failure, found.scenario.to_toml()));
        assert_eq!(violation, None);
        assert_eq!(found.seeds, 6);
        assert!(found.simulated >= Duration::from_secs(6 * 3600) && found.router_time > found.simulated);
    }

    #[test]
    fn threads_do_not_change_what_is_found() {
        let few = ExploreOptions { seeds: 3, ..SMALL };
        let one = explore(&ExploreOptions { threads: 1, ..few }).unwrap();
        let two = explore(&few).unwrap();
        assert_eq!((one.events, one.actions, one.router_time), (two.events, two.actions, two.router_time));
    }

    #[test]
    fn every_scenario_has_a_fault_each_minute_and_judges_only_quiet_times() {
        for (seed, one_second) in [(1, false), (2, true), (3, false), (4, true)] {
            let options = ExploreOptions { one_second, ..SMALL };
            let hosts = group::host_count(seed, &options);
            let faults = faults::plan(seed, hosts, &options);
            let scenario = group::scenario(seed, 1, hosts, &faults, &options);
            assert!(quiet::judges_only_quiet_times(&scenario), "seed {seed}");
            let times = scenario.steps.iter().filter(|step| matches!(step.what, What::Do(_)));
            let mut times: Vec<_> = times.map(|step| step.at.since_start()).collect();
            times.insert(0, Duration::ZERO);
            times.push(scenario.length);
            let longest = times.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).max();
            assert!(longest <= Some(Duration::from_secs(60)), "seed {seed}: {longest:?}");
        }
    }

    /// A router that hears nobody, in a time that is taken for quiet: the rule is broken, it is
    /// found, and the scenario shrinks to that.
    #[test]
    fn a_router_that_nobody_hears_is_reported_when_that_counts_as_quiet() {
        let hosts = 4;
        let options = ExploreOptions { one_second: true, ..SMALL };
        let faults = faults::plan(7, hosts, &options);
        let mut scenario = group::scenario(7, 1, hosts, &faults, &options);
        for router in &mut scenario.routers {
            router.config.priority = vrrp_proto::Priority::new(100);
            router.config.preempt = true;
        }
        scenario.steps.retain(|step| match &step.what {
            // It stays deaf for ever.
            What::Do(action) => !matches!(action, Action::Heal | Action::Partition(_) | Action::Unblock(..)),
            What::Expect(_) => true,
        });
        for from in ["r1", "r2", "r3"] {
            let what = What::Do(Action::Block(from.to_owned(), "r4".to_owned()));
            scenario.steps.insert(0, crate::scenario::Step { at: crate::Time::START, line: 0, what });
        }
        let (failure, _) = first_failure(&scenario).unwrap();
        let failure = failure.expect("two masters in a time without faults");
        assert!(failure.actual.contains("masters at once"), "{failure}");

        let mut violation = Violation { seed: 7, failure, scenario };
        shrink::shrink_unchecked(&mut violation).unwrap();
        let small = &violation.scenario;
        assert!(small.routers.len() <= 2 && small.steps.len() <= 3, "{}", small.to_toml());
        let again = Scenario::parse(&small.to_toml()).unwrap();
        let outcome = crate::run(&again, None).unwrap();
        assert_eq!(outcome.failures[0].expected, violation.failure.expected);
        assert!(matches!(small.steps.last().unwrap().what, What::Expect(Expectation::Settled)));
    }
}
