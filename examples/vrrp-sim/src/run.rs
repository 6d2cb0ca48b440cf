//! Runs a scenario and checks what it expects.

use crate::law::BrokenLaw;
use crate::ledger::Ledger;
use crate::observer::{Note, Observer};
use crate::router::group_numbers;
use crate::scenario::{Scenario, What};
use crate::simulation::{SetupError, Simulation, UnknownName};
use crate::time::Time;
use crate::timeline::Timeline;

/// How a run went.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What happened.
    pub timeline: Timeline,
    /// What was not as expected, in order of time.
    pub failures: Vec<Failure>,
    /// What expectations look back on.
    pub ledger: Ledger,
    /// Things that machines were told.
    pub steps: u64,
    /// The seed that was used.
    pub seed: u64,
}

impl Outcome {
    /// Whether every expectation held and no machine broke a law.
    #[must_use]
    pub const fn is_as_expected(&self) -> bool {
        self.failures.is_empty()
    }
}

/// Something that was not as it must be.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Failure {
    /// When.
    pub at: Time,
    /// Line of the file that expects it; 0 if there is none.
    pub line: usize,
    /// What was expected.
    pub expected: String,
    /// What is so instead.
    pub actual: String,
}

impl core::fmt::Display for Failure {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "at {} expected: {}; but {}", self.at, self.expected, self.actual)?;
        if self.line > 0 {
            write!(f, " (line {})", self.line)?;
        }
        Ok(())
    }
}

/// Why a scenario could not be run.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// Its routers do not fit together.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// An action is about nobody.
    #[error(transparent)]
    Name(#[from] UnknownName),
}

/// Runs `scenario` with its own seed or another, to its end, whatever fails.
///
/// # Errors
///
/// [`RunError`]: it does not make sense. That an expectation fails is no error but an
/// [`Outcome`].
pub fn run(scenario: &Scenario, seed: Option<u64>) -> Result<Outcome, RunError> {
    let seed = seed.unwrap_or(scenario.seed);
    let (mut failures, mut timeline) = (Vec::new(), Timeline::of(scenario));
    let (watch, steps) = play(scenario, seed, Some(&mut timeline), |failure| {
        failures.push(failure);
        true
    })?;
    timeline.finish(&failures);
    Ok(Outcome { timeline, failures, ledger: watch, steps, seed })
}

/// As [`run`], without a timeline and only to the first failure.
pub(crate) fn first_failure(scenario: &Scenario) -> Result<(Option<Failure>, u64), RunError> {
    let mut first = None;
    let (_, steps) = play(scenario, scenario.seed, None, |failure| {
        first = Some(failure);
        false
    })?;
    Ok((first, steps))
}

/// Runs until the end, or until `failed` returns false.
fn play(
    scenario: &Scenario,
    seed: u64,
    timeline: Option<&mut Timeline>,
    mut failed: impl FnMut(Failure) -> bool,
) -> Result<(Ledger, u64), RunError> {
    let groups = group_numbers(&scenario.routers);
    let watch = Watch { ledger: Ledger::of_groups(groups), timeline, broken: None };
    let mut simulation = Simulation::new(&scenario.routers, scenario.network, seed, watch)?;
    for step in &scenario.steps {
        simulation.run_until(step.at);
        if let Some(failure) = broken(&mut simulation)
            && !failed(failure)
        {
            break;
        }
        match &step.what {
            What::Do(action) => simulation.apply(action)?,
            What::Expect(expectation) => {
                let views: Vec<_> = simulation.routers().collect();
                let checked = expectation.check(simulation.now(), &views, &simulation.observer().ledger);
                if let Err(actual) = checked {
                    let (at, line, expected) = (simulation.now(), step.line, expectation.to_string());
                    if !failed(Failure { at, line, expected, actual }) {
                        return Ok((simulation.observer().ledger.clone(), simulation.steps()));
                    }
                }
            }
        }
    }
    simulation.run_until(Time::START + scenario.length);
    if let Some(failure) = broken(&mut simulation) {
        failed(failure);
    }
    let steps = simulation.steps();
    Ok((simulation.into_observer().ledger, steps))
}

fn broken(simulation: &mut Simulation<Watch<'_>>) -> Option<Failure> {
    let (at, router, law) = simulation.observer_mut().broken.take()?;
    let name = simulation.routers().nth(router).map_or_else(String::new, |view| view.name.to_owned());
    let expected = format!("router {name} keeps the laws of the machine");
    Some(Failure { at, line: 0, expected, actual: law.to_string() })
}

/// What a run looks at.
struct Watch<'a> {
    ledger: Ledger,
    timeline: Option<&'a mut Timeline>,
    /// The first law that was broken since the last look.
    broken: Option<(Time, usize, BrokenLaw)>,
}

impl Observer for Watch<'_> {
    fn note(&mut self, at: Time, note: Note<'_>) {
        if let Note::Broke { router, law } = note {
            self.broken.get_or_insert((at, router, law));
        }
        self.ledger.note(at, note);
        if let Some(timeline) = &mut self.timeline {
            timeline.note(at, note);
        }
    }
}
