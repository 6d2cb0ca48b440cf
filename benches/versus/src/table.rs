//! The table as Markdown.

use core::fmt::{self, Write as _};

use crate::{
    about::About,
    row::{Goal, Row, Side, Verdict},
    statistics::Spread,
};

/// Everything that was measured, for people.
#[derive(Debug)]
pub(crate) struct Table<'a> {
    pub(crate) about: &'a About,
    pub(crate) rows: &'a [Row],
}

impl fmt::Display for Table<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}\n", self.about)?;
        writeln!(
            out,
            "| what | unit | runs | theirs, median [min–max] | ours, median [min–max] | ours / theirs [of one round] | goal | |"
        )?;
        writeln!(out, "|---|---|---|---|---|---|---|---|")?;
        self.rows.iter().try_for_each(|row| line(row, out))
    }
}

fn line(row: &Row, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (theirs, ours) = (row.spread(Side::Theirs), row.spread(Side::Ours));
    let runs = |spread: Option<Spread>| spread.map_or(0, |spread| spread.runs);
    let runs = match (runs(theirs), runs(ours)) {
        (theirs, ours) if theirs == ours => theirs.to_string(),
        (theirs, ours) => format!("{theirs}, {ours}"),
    };
    writeln!(
        out,
        "| {} | {} | {runs} | {} | {} | {} | {} | {} |",
        cell(&row.what),
        row.unit.symbol(),
        spread(theirs),
        spread(ours),
        ratio(row),
        goal(row.goal, row.unit.symbol()),
        cell(&outcome(row)),
    )
}

fn spread(spread: Option<Spread>) -> String {
    let Some(Spread { median, min, max, .. }) = spread else { return "—".into() };
    format!("{} [{}–{}]", number(median), number(min), number(max))
}

fn ratio(row: &Row) -> String {
    let Some(ratio) = row.ratio() else { return "—".into() };
    match row.ratio_range() {
        Some((min, max)) => format!("**{}** [{}–{}]", number(ratio), number(min), number(max)),
        None => format!("**{}**", number(ratio)),
    }
}

fn goal(goal: Goal, unit: &str) -> String {
    let limits = [
        goal.ratio.map(|limit| format!("≤ {limit} ×")),
        goal.median.map(|limit| format!("≤ {limit} {unit}")),
        goal.worst.map(|limit| format!("worst ≤ {limit} {unit}")),
    ];
    limits.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Whether the goal is met, and what is missing.
fn outcome(row: &Row) -> String {
    let mut text = match row.verdict() {
        Verdict::NoGoal => String::new(),
        Verdict::Unknown => "unknown".into(),
        Verdict::Met => "met".into(),
        Verdict::Behind(limits) => format!("behind ({})", limits.join(", ")),
    };
    if row.failed() {
        if !text.is_empty() {
            text.push_str("; ");
        }
        // Writing to a string cannot fail.
        let _ = write!(text, "FAILED: {}", row.failures.join("; "));
    }
    text
}

/// Text that does not break the table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Three significant digits, no more than four after the point.
fn number(value: f64) -> String {
    let digits = [(100.0, 0), (10.0, 1), (1.0, 2), (0.1, 3)];
    let places = digits.iter().find(|(limit, _)| value.abs() >= *limit).map_or(4, |(_, places)| *places);
    format!("{value:.places$}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::Unit;

    fn row() -> Row {
        let goal = Goal::ratio(0.2).and_worst(0.3);
        let mut row = Row::new("takeover", "last | first", Unit::Milliseconds, goal);
        for (round, (theirs, ours)) in (0..).zip([(0.5, 0.05), (0.6, 0.06), (1.2, 0.4)]) {
            row.add(Side::Theirs, round, theirs);
            row.add(Side::Ours, round, ours);
        }
        row
    }

    fn printed(row: &Row) -> String {
        struct Line<'a>(&'a Row);
        impl fmt::Display for Line<'_> {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                line(self.0, out)
            }
        }
        Line(row).to_string()
    }

    #[test]
    fn numbers_have_three_digits() {
        let cases = [
            (1234.5, "1234"),
            (123.4, "123"),
            (12.34, "12.3"),
            (1.234, "1.23"),
            (0.1234, "0.123"),
            (0.01234, "0.0123"),
            (0.0, "0.0000"),
            (-0.5, "-0.500"),
        ];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn a_line_tells_medians_spreads_ratio_goal_and_verdict() {
        let expected = "| last \\| first | ms | 3 | 0.600 [0.500–1.20] | 0.0600 [0.0500–0.400] | \
                        **0.100** [0.100–0.333] | ≤ 0.2 ×, worst ≤ 0.3 ms | behind (worst) |\n";
        assert_eq!(printed(&row()), expected);
    }

    #[test]
    fn a_failed_row_says_why_on_its_line() {
        let mut row = row();
        row.ours.clear();
        row.failures.push("no\nanswer".into());
        let line = printed(&row);
        assert!(line.contains("| 3, 0 |") && line.contains("unknown; FAILED: no answer |"), "{line}");
        assert_eq!(line.lines().count(), 1);
    }
}
