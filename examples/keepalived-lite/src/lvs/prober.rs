//! One check in the daemon: what it is, and what its results mean for the judge and the log.

use std::sync::Arc;

use healthcheck::{Checker, Entry, Event, Health, LocalProblem, Scheduled, Transition};

use super::check::Check;

/// Which check of which real server of which virtual server.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
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

/// One check that is made.
#[derive(Debug)]
pub(crate) struct Prober {
    /// What is done.
    pub check: Arc<Check>,
    /// Whom it speaks for.
    pub place: Place,
    /// Why the last probe could not be made, as the log has it already.
    problem: Option<LocalProblem>,
    /// The weight that it asked for last, once it has.
    asked: Option<Found>,
}

impl Prober {
    /// A check that has not said anything yet.
    pub(crate) const fn new(check: Arc<Check>, place: Place) -> Self {
        Self { check, place, problem: None, asked: None }
    }

    /// The check for the scheduler; `known` is what an earlier one has found. `None` if it has no probes.
    pub(crate) fn entry(&self, known: Option<Health>) -> Option<Entry> {
        let config = self.check.config();
        let checker = match known {
            Some(health) => Checker::resumed(config, health),
            None => Checker::new(config),
        };
        Entry::with_targets(checker, self.check.probes())
    }

    /// Logs what happened, where somebody wants to read it; `names` are those of the real and the virtual server.
    pub(crate) fn heard(&mut self, what: Scheduled, names: impl FnOnce() -> String) -> Option<Found> {
        match what {
            Scheduled::Probed { report, .. } => {
                if !report.outcome.is_success() {
                    return None;
                }
                self.problem = None;
                let asks = Found::Weight(report.weight);
                (self.asked.replace(asks) != Some(asks)).then_some(asks)
            }
            Scheduled::Transition(Transition::Up { .. }) => {
                tracing::info!("{} on {} succeeded", self.check.word(), names());
                Some(Found::Health(Health::Up))
            }
            Scheduled::Transition(Transition::Down { cause, failures }) => {
                let (word, why) = (self.check.word(), self.check.explain(cause));
                let retries = match failures.saturating_sub(1) {
                    0 => String::new(),
                    retries => format!(" after {retries} retries"),
                };
                tracing::info!("{word} on {} failed{retries}: {why}", names());
                // It counts no more.
                self.asked = None;
                Some(Found::Health(Health::Down))
            }
            Scheduled::Event(Event::Confirmed(health)) => Some(Found::Health(health)),
            Scheduled::Event(event) => {
                self.event(event, names);
                None
            }
        }
    }

    fn event(&mut self, event: Event, names: impl FnOnce() -> String) {
        match event {
            Event::ProbeFailed { cause, .. } if self.check.log_all_failures() => {
                let (word, why) = (self.check.word(), self.check.explain(cause));
                tracing::info!("{word} on {}: probe failed: {why}", names());
            }
            Event::ProbeFailed { retries_left: None, .. } => {}
            Event::ProbeFailed { cause, retries_left: Some(_) } => {
                let (word, why) = (self.check.word(), self.check.explain(cause));
                tracing::debug!("{word} on {}: probe failed: {why}", names());
            }
            Event::NotProbed(problem) => {
                // Once, not each time.
                if self.problem.replace(problem) != Some(problem) {
                    tracing::error!("{} on {} cannot be made: {problem}", self.check.word(), names());
                }
            }
            Event::Overrun { missed } => {
                let word = self.check.word();
                tracing::debug!("{word} on {} took so long that {missed} were left out", names());
            }
            other @ (Event::Confirmed(_) | Event::UnexpectedResult | _) => {
                tracing::debug!("{} on {}: {other:?}", self.check.word(), names());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lvs::judge::tests::server;

    #[test]
    fn checks_over_plain_tcp_are_made_by_the_scheduler_itself() {
        let cases = [
            ("TCP_CHECK {\n}", true),
            ("HTTP_GET {\n url {\n path /\n}\n}", true),
            ("SMTP_CHECK {\n}", true),
            ("SSL_GET {\n url {\n path /\n}\n}", false),
            ("MISC_CHECK {\n misc_path /bin/true\n}", false),
            ("DNS_CHECK {\n}", false),
        ];
        for (lines, want) in cases {
            let server = server(&format!(
                "virtual_server 192.0.2.1 80 {{\n lvs_sched rr\n lvs_method NAT\n protocol TCP\n \
                 real_server 198.51.100.1 80 {{\n{lines}\n}}\n}}\n"
            ));
            let check = Arc::clone(&server.servers[0].checks[0]);
            let probe = check.probes().into_iter().next().unwrap();
            assert_eq!(probe.over_tcp().is_some(), want, "{lines}");
        }
    }
}
