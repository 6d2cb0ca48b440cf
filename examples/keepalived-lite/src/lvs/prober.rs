//! One check that goes on for ever: sleeps, probes, says what it has found.

use core::future::pending;
use core::time::Duration;
use std::sync::Arc;

use healthcheck::{Checker, Event, Health, Input, Instant, LocalProblem, Output, Transition};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;
use tokio::time::sleep_until;

use super::check::Check;

/// Which check of which real server of which virtual server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// Of the virtual server.
    pub service: usize,
    /// Of the real server in it.
    pub server: usize,
    /// Of the check of that.
    pub checker: usize,
}

/// What a check has to say.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Found {
    /// The real server works, or not.
    Health(Health),
    /// It succeeded and asks for this weight, or for none.
    Weight(Option<u32>),
}

/// One check with its machine.
pub(crate) struct Prober {
    /// What to do.
    pub check: Arc<Check>,
    /// When to do it and what to believe.
    pub checker: Checker,
    /// Of the real and the virtual server, for the log.
    pub names: String,
    /// Of all times.
    pub origin: tokio::time::Instant,
    /// Whom it speaks for.
    pub place: Place,
    /// Whom it speaks to.
    pub tell: UnboundedSender<(Place, Found)>,
    /// Whether it is suspended, if it ever may be.
    pub rests: Option<watch::Receiver<bool>>,
    /// Why the last probe could not be made, as the log has it already.
    pub problem: Option<LocalProblem>,
    /// The weight that it asked for last, once it has.
    pub asked: Option<Found>,
}

impl Prober {
    /// Probes for ever; the first time after `delay`.
    pub(crate) async fn run(mut self, delay: Duration) {
        let now = self.now();
        self.checker.handle_input(now, Input::Start { delay });
        self.heed();
        while self.wait().await {
            let now = self.now();
            self.checker.handle_timeout(now);
            while let Some(output) = self.checker.poll_output() {
                match output {
                    Output::StartProbe { target } => self.probe(target).await,
                    Output::Transition(change) => self.changed(change),
                    Output::Event(event) => self.event(event),
                }
            }
        }
    }

    /// Sleeps until there is something to do; false if there never will be.
    async fn wait(&mut self) -> bool {
        let due = self.checker.poll_timeout().map(|due| self.origin + due.since_origin());
        let sleep = async {
            match due {
                Some(due) => sleep_until(due).await,
                None => pending().await,
            }
        };
        let Some(rests) = &mut self.rests else {
            if due.is_some() {
                sleep.await;
            }
            return due.is_some();
        };
        tokio::select! {
            () = sleep => true,
            changed = rests.changed() => {
                self.heed();
                // Without a sender there is nobody to resume us.
                changed.is_ok()
            }
        }
    }

    /// Rests or goes on, as it is told.
    fn heed(&mut self) {
        let Some(rests) = &mut self.rests else { return };
        let input = if *rests.borrow_and_update() { Input::Suspend } else { Input::Resume };
        let now = self.now();
        self.checker.handle_input(now, input);
    }

    fn now(&self) -> Instant {
        Instant::from_origin(self.origin.elapsed())
    }

    async fn probe(&mut self, target: u16) {
        let start = self.now();
        // Targets are counted by the probes there are.
        let Some(probe) = self.check.probes.get(usize::from(target)) else { return };
        let report = probe.probe().await;
        let end = if self.check.from_start { start } else { self.now() };
        if report.outcome.is_success() {
            self.problem = None;
            let asks = Found::Weight(report.weight);
            if self.asked.replace(asks) != Some(asks) {
                self.say(asks);
            }
        }
        self.checker.handle_input(end, Input::ProbeResult(report.outcome));
    }

    fn changed(&mut self, change: Transition) {
        let names = &self.names;
        match change {
            Transition::Up { .. } => {
                tracing::info!("check of {names} succeeds");
                self.say(Found::Health(Health::Up));
            }
            Transition::Down { cause, failures } => {
                let why = self.check.explain(cause);
                tracing::info!("check of {names} failed, {failures} in a row: {why}");
                self.say(Found::Health(Health::Down));
                // It counts no more.
                self.asked = None;
            }
        }
    }

    fn event(&mut self, event: Event) {
        let names = &self.names;
        match event {
            Event::ProbeFailed { cause, .. } if self.check.log_all_failures => {
                tracing::info!("check of {names} failed: {}", self.check.explain(cause));
            }
            Event::ProbeFailed { retries_left: None, .. } => {}
            Event::ProbeFailed { cause, retries_left: Some(_) } => {
                tracing::debug!("check of {names} failed: {}", self.check.explain(cause));
            }
            Event::Confirmed(health) => self.say(Found::Health(health)),
            Event::NotProbed(problem) => {
                // Once, not each time.
                if self.problem.replace(problem) != Some(problem) {
                    tracing::error!("check of {names} cannot be made: {problem}");
                }
            }
            other @ (Event::UnexpectedResult | _) => tracing::error!("{other:?} in the check of {names}"),
        }
    }

    fn say(&self, found: Found) {
        // The receiver is gone only when all probes end.
        let _ = self.tell.send((self.place, found));
    }
}
