//! Makes the scenario of a violation small: fewer steps, fewer routers, less time.

use super::Violation;
use super::quiet::judges_only_quiet_times;
use crate::run::{Failure, RunError, first_failure};
use crate::scenario::{Scenario, What};
use crate::time::Time;

/// Runs that may be spent.
const MOST_RUNS: u32 = 3000;

/// Shrinks as long as the smaller scenario still fails and still judges only quiet times.
pub(super) fn shrink(violation: &mut Violation) -> Result<(), RunError> {
    Shrinking { violation, fair: judges_only_quiet_times, runs: 0 }.all()
}

/// The same for a scenario that judges other times too.
#[cfg(test)]
pub(super) fn shrink_unchecked(violation: &mut Violation) -> Result<(), RunError> {
    Shrinking { violation, fair: |_| true, runs: 0 }.all()
}

struct Shrinking<'a> {
    violation: &'a mut Violation,
    fair: fn(&Scenario) -> bool,
    runs: u32,
}

impl Shrinking<'_> {
    fn all(mut self) -> Result<(), RunError> {
        self.end_at_the_failure()?;
        let mut before = usize::MAX;
        while self.size() < before && self.runs < MOST_RUNS {
            before = self.size();
            self.fewer_routers()?;
            self.fewer_steps()?;
            // With less in the way it may fail earlier.
            self.end_at_the_failure()?;
        }
        self.less_time()?;
        self.violation.scenario.title =
            format!("seed {}: {}", self.violation.seed, self.violation.failure.expected);
        self.violation.scenario.about = self.violation.failure.to_string();
        Ok(())
    }

    const fn size(&self) -> usize {
        self.violation.scenario.steps.len() + self.violation.scenario.routers.len()
    }

    /// Takes `candidate` if it still shows the failure.
    fn offer(&mut self, candidate: Scenario) -> Result<bool, RunError> {
        self.runs += 1;
        if self.runs > MOST_RUNS || !(self.fair)(&candidate) {
            return Ok(false);
        }
        let (failure, _) = first_failure(&candidate)?;
        let same = |failure: &Failure| kind(failure) == kind(&self.violation.failure);
        let Some(failure) = failure.filter(same) else { return Ok(false) };
        self.violation.failure = failure;
        self.violation.scenario = candidate;
        Ok(true)
    }

    fn end_at_the_failure(&mut self) -> Result<(), RunError> {
        let mut candidate = self.violation.scenario.clone();
        let end = self.violation.failure.at;
        candidate.steps.retain(|step| step.at <= end);
        candidate.length = end.since_start();
        self.offer(candidate).map(|_| ())
    }

    fn fewer_routers(&mut self) -> Result<(), RunError> {
        let names: Vec<String> =
            self.violation.scenario.routers.iter().map(|router| router.name.clone()).collect();
        for name in names {
            let mut candidate = self.violation.scenario.clone();
            candidate.routers.retain(|router| router.name != name);
            candidate.steps.retain(|step| match &step.what {
                What::Do(action) => !action.names().contains(&name.as_str()),
                What::Expect(_) => true,
            });
            self.offer(candidate)?;
        }
        Ok(())
    }

    /// Leaves out ever smaller parts of the steps.
    fn fewer_steps(&mut self) -> Result<(), RunError> {
        let mut part = self.violation.scenario.steps.len().div_ceil(2);
        while part > 0 && self.runs < MOST_RUNS {
            let mut from = 0;
            while from < self.violation.scenario.steps.len() {
                let mut candidate = self.violation.scenario.clone();
                let to = (from + part).min(candidate.steps.len());
                candidate.steps.drain(from..to);
                if !self.offer(candidate)? {
                    from += part;
                }
            }
            part /= 2;
        }
        Ok(())
    }

    /// Lets everything happen earlier, as far as it goes.
    fn less_time(&mut self) -> Result<(), RunError> {
        for divisor in [1, 2, 4, 8, 16] {
            let first = self.violation.scenario.steps.first().map_or(0, |step| step.at.as_nanos());
            let earlier = first / divisor;
            let mut candidate = self.violation.scenario.clone();
            for step in &mut candidate.steps {
                step.at = Time::from_nanos(step.at.as_nanos().saturating_sub(earlier));
            }
            candidate.length = candidate.length.saturating_sub(core::time::Duration::from_nanos(earlier));
            self.offer(candidate)?;
        }
        Ok(())
    }
}

/// What is to stay the same: the expectation without its numbers.
fn kind(failure: &Failure) -> Option<&str> {
    failure.expected.split(' ').next()
}
