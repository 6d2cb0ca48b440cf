//! One line of the table: what is measured, what is wanted, what came out.

use crate::statistics::Spread;

/// Whose daemon.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Side {
    /// keepalived, and ipvsadm.
    Theirs,
    /// The workspace's.
    Ours,
}

impl Side {
    /// Whose turn it is within round `round`: each side is first in every other round, so that
    /// neither always runs in what the other left warm.
    pub(crate) const fn order(round: u32) -> [Self; 2] {
        if round.is_multiple_of(2) { [Self::Theirs, Self::Ours] } else { [Self::Ours, Self::Theirs] }
    }

    /// In messages and in the protocol with the guest.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Theirs => "theirs",
            Self::Ours => "ours",
        }
    }

    /// The side of that [`word`](Self::word).
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        [Self::Theirs, Self::Ours].into_iter().find(|side| side.word() == word)
    }
}

/// What the numbers of a row count. Less is better in all of them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Unit {
    Milliseconds,
    Seconds,
    /// Hundredths of one core's time.
    Percent,
    Mebibytes,
}

impl Unit {
    /// As it is printed.
    pub(crate) const fn symbol(self) -> &'static str {
        match self {
            Self::Milliseconds => "ms",
            Self::Seconds => "s",
            Self::Percent => "% of a core",
            Self::Mebibytes => "MiB",
        }
    }
}

/// What our side shall reach: upper limits, each of which may be absent.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Goal {
    /// Our median over theirs.
    pub(crate) ratio: Option<f64>,
    /// Our median, in the row's unit.
    pub(crate) median: Option<f64>,
    /// Our worst run, in the row's unit.
    pub(crate) worst: Option<f64>,
}

impl Goal {
    /// Nothing in particular.
    pub(crate) const NONE: Self = Self { ratio: None, median: None, worst: None };

    /// Our median is at most `ratio` times theirs.
    pub(crate) const fn ratio(ratio: f64) -> Self {
        Self { ratio: Some(ratio), ..Self::NONE }
    }

    /// Our median is at most `median`.
    pub(crate) const fn median(median: f64) -> Self {
        Self { median: Some(median), ..Self::NONE }
    }

    /// And no run of ours is above `worst`.
    pub(crate) const fn and_worst(self, worst: f64) -> Self {
        Self { worst: Some(worst), ..self }
    }
}

/// How our side stands to its goal.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Verdict {
    /// There is no goal.
    NoGoal,
    /// A number that the goal speaks of is missing.
    Unknown,
    /// Every limit is kept.
    Met,
    /// These limits are not: `ratio`, `median`, `worst`.
    Behind(Vec<&'static str>),
}

/// One run of one side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sample {
    /// In which round, from 0; the other side ran in the same round, just before or after.
    pub(crate) round: u32,
    /// In the row's unit.
    pub(crate) value: f64,
}

/// One line of the table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    /// What `--only` and the JSON file call it; slashes separate its parts.
    pub(crate) id: String,
    /// For people.
    pub(crate) what: String,
    /// Of its numbers.
    pub(crate) unit: Unit,
    /// What our side shall reach.
    pub(crate) goal: Goal,
    /// Every run of theirs.
    pub(crate) theirs: Vec<Sample>,
    /// Every run of ours.
    pub(crate) ours: Vec<Sample>,
    /// Why runs are missing.
    pub(crate) failures: Vec<String>,
}

impl Row {
    /// A row that has not been measured.
    pub(crate) fn new(id: impl Into<String>, what: impl Into<String>, unit: Unit, goal: Goal) -> Self {
        let (id, what) = (id.into(), what.into());
        Self { id, what, unit, goal, theirs: Vec::new(), ours: Vec::new(), failures: Vec::new() }
    }

    /// Adds a run.
    pub(crate) fn add(&mut self, side: Side, round: u32, value: f64) {
        let samples = match side {
            Side::Theirs => &mut self.theirs,
            Side::Ours => &mut self.ours,
        };
        samples.push(Sample { round, value });
    }

    /// The runs of one side.
    pub(crate) fn samples(&self, side: Side) -> &[Sample] {
        match side {
            Side::Theirs => &self.theirs,
            Side::Ours => &self.ours,
        }
    }

    /// What the runs of one side say together.
    pub(crate) fn spread(&self, side: Side) -> Option<Spread> {
        Spread::of(self.samples(side).iter().map(|sample| sample.value))
    }

    /// Our median over theirs; `None` where theirs is not positive.
    pub(crate) fn ratio(&self) -> Option<f64> {
        quotient(self.spread(Side::Ours)?.median, self.spread(Side::Theirs)?.median)
    }

    /// The least and the greatest ratio within one round. `None` unless every run has its partner.
    pub(crate) fn ratio_range(&self) -> Option<(f64, f64)> {
        let partner = |ours: &Sample| {
            let theirs = self.theirs.iter().find(|theirs| theirs.round == ours.round)?;
            quotient(ours.value, theirs.value)
        };
        let ratios: Option<Vec<f64>> = self.ours.iter().map(partner).collect();
        let spread = Spread::of(ratios?).filter(|spread| spread.runs == self.theirs.len())?;
        Some((spread.min, spread.max))
    }

    /// Whether our side reaches its goal.
    pub(crate) fn verdict(&self) -> Verdict {
        if self.goal == Goal::NONE {
            return Verdict::NoGoal;
        }
        let Some(ours) = self.spread(Side::Ours) else { return Verdict::Unknown };
        let limits = [
            ("ratio", self.goal.ratio, self.ratio()),
            ("median", self.goal.median, Some(ours.median)),
            ("worst", self.goal.worst, Some(ours.max)),
        ];
        let mut behind = Vec::new();
        for (name, limit, reached) in limits {
            match (limit, reached) {
                (None, _) => {}
                (Some(_), None) => return Verdict::Unknown,
                (Some(limit), Some(reached)) if reached <= limit => {}
                (Some(_), Some(_)) => behind.push(name),
            }
        }
        if behind.is_empty() { Verdict::Met } else { Verdict::Behind(behind) }
    }

    /// Whether something of it is missing.
    pub(crate) fn failed(&self) -> bool {
        !self.failures.is_empty() || self.theirs.is_empty() || self.ours.is_empty()
    }
}

fn quotient(ours: f64, theirs: f64) -> Option<f64> {
    (theirs > 0.0).then_some(ours / theirs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(goal: Goal, theirs: &[f64], ours: &[f64]) -> Row {
        let mut row = Row::new("a/b", "something", Unit::Milliseconds, goal);
        for (side, values) in [(Side::Theirs, theirs), (Side::Ours, ours)] {
            (0..).zip(values).for_each(|(round, value)| row.add(side, round, *value));
        }
        row
    }

    #[test]
    fn the_ratio_is_that_of_the_medians_and_its_range_that_of_the_rounds() {
        let row = row(Goal::NONE, &[10.0, 20.0, 40.0], &[5.0, 5.0, 40.0]);
        assert_eq!(row.ratio(), Some(0.25));
        assert_eq!(row.ratio_range(), Some((0.25, 1.0)));
    }

    #[test]
    fn a_run_without_its_partner_leaves_no_range() {
        assert_eq!(row(Goal::NONE, &[10.0, 20.0], &[5.0]).ratio_range(), None);
        assert_eq!(row(Goal::NONE, &[10.0], &[5.0, 5.0]).ratio_range(), None);
    }

    #[test]
    fn nothing_is_divided_by_what_is_not_positive() {
        let row = row(Goal::ratio(0.5), &[-0.1, 0.0, 0.0], &[1.0, 1.0, 1.0]);
        assert_eq!((row.ratio(), row.ratio_range()), (None, None));
        assert_eq!(row.verdict(), Verdict::Unknown);
    }

    #[test]
    fn every_limit_of_a_goal_counts() {
        let goal = Goal { median: Some(2.0), ..Goal::ratio(0.2) }.and_worst(3.0);
        let cases: &[(&[f64], Verdict)] = &[
            (&[1.0, 2.0, 3.0], Verdict::Met),
            (&[1.0, 2.0, 3.5], Verdict::Behind(vec!["worst"])),
            (&[1.0, 2.5, 2.5], Verdict::Behind(vec!["ratio", "median"])),
            (&[], Verdict::Unknown),
        ];
        for (ours, verdict) in cases {
            assert_eq!(row(goal, &[10.0, 10.0, 10.0], ours).verdict(), *verdict, "{ours:?}");
        }
        assert_eq!(row(Goal::NONE, &[1.0], &[9.0]).verdict(), Verdict::NoGoal);
    }

    #[test]
    fn a_row_fails_when_a_run_or_a_side_is_missing() {
        let mut row = row(Goal::NONE, &[1.0], &[1.0]);
        assert!(!row.failed());
        row.failures.push("why".into());
        assert!(row.failed());
        assert!(Row::new("a", "b", Unit::Seconds, Goal::NONE).failed());
    }

    #[test]
    fn each_side_is_first_in_turn() {
        assert_eq!(Side::order(0), [Side::Theirs, Side::Ours]);
        assert_eq!(Side::order(1), [Side::Ours, Side::Theirs]);
    }
}
