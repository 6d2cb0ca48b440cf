//! The timeline as lines for people.

use core::fmt::{self, Write as _};

use vrrp_proto::Priority;

use crate::machine::{cause_words, event_words, state_word};
use crate::time::{Seconds, Time};
use crate::timeline::{Happening, Timeline};

/// Advertisements of one router with one priority, one after the other.
struct Run {
    router: usize,
    priority: Priority,
    first: Time,
    last: Time,
    count: u32,
}

impl Timeline {
    /// The timeline as lines: time, router, what it did and why. Advertisements of the same
    /// priority stand in one line, at the time of the first.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        // Writing to a string cannot fail.
        let _ = self.write_text(&mut out);
        out
    }

    fn write_text(&self, out: &mut String) -> fmt::Result {
        let width = self.lanes.iter().map(|lane| lane.name.len()).max().unwrap_or(0);
        let mut runs: Vec<Run> = Vec::new();
        for record in &self.records {
            if let Happening::Sent { router, priority } = record.what {
                match runs.iter_mut().find(|run| run.router == router && run.priority == priority) {
                    Some(run) => (run.last, run.count) = (record.at, run.count + 1),
                    None => {
                        runs.push(Run { router, priority, first: record.at, last: record.at, count: 1 });
                    }
                }
                continue;
            }
            let Some((who, what)) = self.words(&record.what) else { continue };
            self.flush(out, &mut runs, width)?;
            match who {
                Some(router) => line(out, record.at, self.name(router), width, &what)?,
                None => writeln!(out, "{:>11}  {what}", record.at.to_string())?,
            }
        }
        self.flush(out, &mut runs, width)?;
        if self.omitted > 0 {
            writeln!(out, "{} more things happened than are kept", self.omitted)?;
        }
        Ok(())
    }

    fn flush(&self, out: &mut String, runs: &mut Vec<Run>, width: usize) -> fmt::Result {
        for run in runs.drain(..) {
            let what = match (run.priority, run.count) {
                (Priority::RELEASE, _) => "says goodbye (advertises priority 0)".to_owned(),
                (priority, 1) => format!("advertises priority {priority}"),
                (priority, count) => {
                    let last = Seconds(run.last.since_start());
                    format!("advertises priority {priority}, {count} times until {last} s")
                }
            };
            line(out, run.first, self.name(run.router), width, &what)?;
        }
        Ok(())
    }

    /// Whose line it is and what it says; `None` for what people need not be told.
    pub(crate) fn words(&self, what: &Happening) -> Option<(Option<usize>, String)> {
        match what {
            Happening::Done(action) => Some((None, format!("=== {action}"))),
            Happening::Changed { router, transition } => {
                let cause = cause_words(&transition.cause, |address| self.name_of(*router, address));
                let (from, to) = (state_word(transition.from), state_word(transition.to));
                Some((Some(*router), format!("{from} → {}: {cause}", to.to_uppercase())))
            }
            Happening::Told { router, event } => {
                Some((Some(*router), event_words(event, |address| self.name_of(*router, address))))
            }
            Happening::Refused { router, reason } => {
                Some((Some(*router), format!("refuses an advertisement: {reason}")))
            }
            Happening::Broke { router, law } => Some((Some(*router), format!("!!! {law}"))),
            Happening::Failed(failure) => {
                let line = if failure.line > 0 { format!(" (line {})", failure.line) } else { String::new() };
                let (expected, actual) = (&failure.expected, &failure.actual);
                Some((None, format!("!!! expected: {expected}; but {actual}{line}")))
            }
            // The transition or the action says it already.
            Happening::Power { .. }
            | Happening::Addresses { .. }
            | Happening::Announced { .. }
            | Happening::Sent { .. } => None,
        }
    }
}

fn line(out: &mut String, at: Time, name: &str, width: usize, what: &str) -> fmt::Result {
    writeln!(out, "{:>11}  {name:width$}  {what}", at.to_string())
}
