//! The timeline as lines for people.

use core::fmt::{self, Write as _};

use vrrp_proto::Priority;

use crate::machine::{cause_words, event_words, state_word};
use crate::time::{Seconds, Time};
use crate::timeline::{Happening, Timeline};

/// The same thing of one router, again and again.
struct Run {
    router: usize,
    words: String,
    first: Time,
    last: Time,
    count: u32,
}

impl Timeline {
    /// The timeline as lines: time, router, what it did and why. What a router repeats between
    /// two changes of state stands in one line, at the time of the first.
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
            let Some((who, words)) = self.words(&record.what) else { continue };
            if let (Some(router), true) = (who, is_repeatable(&record.what)) {
                match runs.iter_mut().find(|run| run.router == router && run.words == words) {
                    Some(run) => (run.last, run.count) = (record.at, run.count + 1),
                    None => runs.push(Run { router, words, first: record.at, last: record.at, count: 1 }),
                }
                continue;
            }
            self.flush(out, &mut runs, width)?;
            match who {
                Some(router) => line(out, record.at, self.name(router), width, &words)?,
                None => writeln!(out, "{:>11}  {words}", record.at.to_string())?,
            }
        }
        self.flush(out, &mut runs, width)?;
        if self.omitted > 0 {
            writeln!(out, "{} more things happened than are kept", self.omitted)?;
        }
        Ok(())
    }

    fn flush(&self, out: &mut String, runs: &mut Vec<Run>, width: usize) -> fmt::Result {
        for Run { router, mut words, first, last, count } in runs.drain(..) {
            if count > 1 {
                write!(words, ", {count} times until {} s", Seconds(last.since_start()))?;
            }
            line(out, first, self.name(router), width, &words)?;
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
            Happening::Sent { router, priority: Priority::RELEASE } => {
                Some((Some(*router), "says goodbye (advertises priority 0)".to_owned()))
            }
            Happening::Sent { router, priority } => {
                Some((Some(*router), format!("advertises priority {priority}")))
            }
            // The transition or the action says it already.
            Happening::Power { .. } | Happening::Addresses { .. } | Happening::Announced { .. } => None,
        }
    }
}

const fn is_repeatable(what: &Happening) -> bool {
    match what {
        Happening::Sent { .. } | Happening::Told { .. } | Happening::Refused { .. } => true,
        Happening::Done(_)
        | Happening::Power { .. }
        | Happening::Changed { .. }
        | Happening::Addresses { .. }
        | Happening::Announced { .. }
        | Happening::Broke { .. }
        | Happening::Failed(_) => false,
    }
}

/// One line of it, about one router.
pub(crate) fn line(out: &mut String, at: Time, name: &str, width: usize, what: &str) -> fmt::Result {
    writeln!(out, "{:>11}  {name:width$}  {what}", at.to_string())
}
