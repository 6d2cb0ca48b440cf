//! What became of a server, change by change, and how two stories of it compare.

use core::{fmt::Write, ops::RangeInclusive, time::Duration};
use std::collections::BTreeMap;

/// A change that was seen.
#[derive(Clone, Debug)]
pub(super) struct Change {
    /// A weight, or the word that a script was given.
    pub(super) word: String,
    /// The step of the case in which that was.
    pub(super) step: usize,
    /// Since its beginning.
    pub(super) time: Duration,
    /// How often the server had been probed in this step, at the last look before and then.
    pub(super) probes: RangeInclusive<usize>,
}

/// The changes of every subject, in their order.
#[derive(Debug, Default)]
pub(super) struct Tracks {
    changes: BTreeMap<String, Vec<Change>>,
    last: BTreeMap<String, String>,
}

impl Tracks {
    /// What is taken for granted of a subject before anything is seen of it.
    pub(super) fn assume(&mut self, subject: &str, word: &str) {
        self.last.insert(subject.to_owned(), word.to_owned());
    }

    /// A subject is so, perhaps as it was before.
    pub(super) fn see(&mut self, subject: &str, change: Change) {
        if self.last.get(subject) != Some(&change.word) {
            self.last.insert(subject.to_owned(), change.word.clone());
            self.hear(subject, change);
        }
    }

    /// Something was told of a subject.
    pub(super) fn hear(&mut self, subject: &str, change: Change) {
        self.changes.entry(subject.to_owned()).or_default().push(change);
    }

    /// All there is of one subject.
    pub(super) fn of(&self, subject: &str) -> &[Change] {
        self.changes.get(subject).map_or(&[], Vec::as_slice)
    }
}

/// What happened, without when.
pub(super) fn words(changes: &[Change]) -> Vec<&str> {
    changes.iter().map(|change| change.word.as_str()).collect()
}

/// In a line: what, in which step, how long after its beginning, and after which probe.
pub(super) fn written(changes: &[Change]) -> String {
    let mut text = String::new();
    for Change { word, step, time, probes } in changes {
        write!(text, "{step}: {word} {:.1} s", time.as_secs_f64()).unwrap();
        match (*probes.start(), *probes.end()) {
            (_, 0) => {}
            (from, to) if from == to => write!(text, " #{to}").unwrap(),
            (from, to) => write!(text, " #{from}-{to}").unwrap(),
        }
        text.push_str("  ");
    }
    text
}

/// Whether each change of one story came in the same step as in the other, and no more than `probes` apart.
pub(super) fn in_step(theirs: &[Change], ours: &[Change], probes: usize) -> bool {
    let close = |one: &Change, other: &Change| {
        one.step == other.step
            && *one.probes.start() <= other.probes.end() + probes
            && *other.probes.start() <= one.probes.end() + probes
    };
    theirs.iter().zip(ours).all(|(one, other)| close(one, other))
}

/// The longest time between the same change in both.
pub(super) fn apart(theirs: &[Change], ours: &[Change]) -> Duration {
    let pairs = theirs.iter().zip(ours).filter(|(one, other)| one.step == other.step);
    pairs.map(|(one, other)| one.time.abs_diff(other.time)).max().unwrap_or_default()
}
