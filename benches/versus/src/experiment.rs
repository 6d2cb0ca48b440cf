//! Something that fills rows, and taking turns.

use std::path::PathBuf;

use crate::{
    failure::Failure,
    row::{Row, Side},
};

/// After this many failed runs of an experiment the rest is not tried.
const MAX_FAILURES: usize = 2;

/// What every experiment works with.
#[derive(Debug)]
pub(crate) struct Bench {
    /// keepalived's program file.
    pub(crate) theirs: PathBuf,
    /// Our daemon's.
    pub(crate) ours: PathBuf,
    /// For files of any kind; daemons see it too.
    pub(crate) folder: PathBuf,
}

impl Bench {
    /// The daemon of one side.
    pub(crate) fn daemon(&self, side: Side) -> &PathBuf {
        match side {
            Side::Theirs => &self.theirs,
            Side::Ours => &self.ours,
        }
    }
}

/// Something that fills one row or several at once. To add rows to the table, write one of these
/// and name it in `main.rs`.
pub(crate) trait Experiment {
    /// For messages.
    fn name(&self) -> String;

    /// Its rows, not measured.
    fn rows(&self) -> Vec<Row>;

    /// Rounds that are enough for a stable median; in a round each side runs once.
    fn rounds(&self) -> u32;

    /// Measures `rounds` rounds into `rows`, which are those of [`rows`](Self::rows). What goes
    /// wrong ends up in [`Row::failures`].
    fn run(&self, bench: &Bench, rounds: u32, rows: &mut [Row]);
}

/// Lets both sides run in turn. `measure` gives one value for each of `rows`, in their order.
pub(crate) fn take_turns(
    name: &str,
    rounds: u32,
    rows: &mut [Row],
    mut measure: impl FnMut(Side) -> Result<Vec<f64>, Failure>,
) {
    let mut failures = 0;
    for round in 0..rounds {
        for side in Side::order(round) {
            match measure(side) {
                Ok(values) => {
                    let told: Vec<String> = values.iter().map(|value| format!("{value:.3}")).collect();
                    eprintln!("{name}, round {}, {}: {}", round + 1, side.word(), told.join(" "));
                    rows.iter_mut().zip(values).for_each(|(row, value)| row.add(side, round, value));
                }
                Err(failure) => {
                    fail(rows, &format!("round {}, {}: {failure}", round + 1, side.word()));
                    eprintln!("{name}, round {}, {}: FAILED: {failure}", round + 1, side.word());
                    failures += 1;
                }
            }
            if failures >= MAX_FAILURES {
                fail(rows, &format!("given up in round {} of {rounds}", round + 1));
                return;
            }
        }
    }
}

/// Notes a failure in every row.
pub(crate) fn fail(rows: &mut [Row], why: &str) {
    rows.iter_mut().for_each(|row| row.failures.push(why.to_owned()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::{Goal, Unit};

    fn rows() -> Vec<Row> {
        ["a", "b"].map(|id| Row::new(id, id, Unit::Seconds, Goal::NONE)).to_vec()
    }

    #[test]
    fn values_go_to_the_rows_in_their_order() {
        let mut rows = rows();
        let mut turns = Vec::new();
        take_turns("test", 2, &mut rows, |side| {
            turns.push(side);
            Ok(vec![1.0, 2.0])
        });
        assert_eq!(turns, [Side::Theirs, Side::Ours, Side::Ours, Side::Theirs]);
        let values = |row: &Row| row.ours.iter().map(|sample| sample.value).collect::<Vec<_>>();
        assert_eq!([values(&rows[0]), values(&rows[1])], [[1.0, 1.0], [2.0, 2.0]]);
        assert!(rows.iter().all(|row| !row.failed()));
    }

    #[test]
    fn a_failed_run_is_told_in_every_row_and_the_others_still_run() {
        let (mut rows, mut runs) = (rows(), 0);
        take_turns("test", 2, &mut rows, |_| {
            runs += 1;
            if runs == 2 { Err(Failure::Untrue("no".into())) } else { Ok(vec![1.0, 2.0]) }
        });
        for row in &rows {
            assert_eq!(row.failures, ["round 1, ours: no"]);
            assert_eq!((row.theirs.len(), row.ours.len()), (2, 1));
        }
    }

    #[test]
    fn what_fails_again_is_given_up() {
        let (mut rows, mut runs) = (rows(), 0);
        take_turns("test", 9, &mut rows, |_| {
            runs += 1;
            Err(Failure::Untrue("no".into()))
        });
        assert_eq!(runs, MAX_FAILURES);
        assert_eq!(rows[0].failures.last().unwrap(), "given up in round 1 of 9");
    }
}
