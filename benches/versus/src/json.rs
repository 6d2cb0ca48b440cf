//! The same for programs.

use std::{fs, path::Path};

use serde::Serialize;

use crate::{
    about::About,
    failure::Failure,
    row::{Row, Side, Verdict},
    statistics::Spread,
};

#[derive(Serialize)]
struct Document<'a> {
    about: &'a About,
    rows: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    what: &'a str,
    unit: &'static str,
    theirs: Runs,
    ours: Runs,
    ratio: Option<f64>,
    ratio_range: Option<(f64, f64)>,
    goal: Limits,
    /// `met`, `behind`, `unknown`; nothing without a goal.
    verdict: Option<&'static str>,
    behind: Vec<&'static str>,
    failures: &'a [String],
}

#[derive(Serialize)]
struct Limits {
    ratio: Option<f64>,
    median: Option<f64>,
    worst: Option<f64>,
}

#[derive(Serialize)]
struct Runs {
    median: Option<f64>,
    min: Option<f64>,
    max: Option<f64>,
    /// In the order of the rounds.
    samples: Vec<Run>,
}

#[derive(Serialize)]
struct Run {
    round: u32,
    value: f64,
}

/// Writes everything that was measured to `path`.
pub(crate) fn write(path: &Path, about: &About, rows: &[Row]) -> Result<(), Failure> {
    let document = Document { about, rows: rows.iter().map(entry).collect() };
    let text = serde_json::to_string_pretty(&document)
        .map_err(|error| Failure::file("write", path)(std::io::Error::from(error)))?;
    fs::write(path, text + "\n").map_err(Failure::file("write", path))
}

fn entry(row: &Row) -> Entry<'_> {
    let (verdict, behind) = match row.verdict() {
        Verdict::NoGoal => (None, Vec::new()),
        Verdict::Unknown => (Some("unknown"), Vec::new()),
        Verdict::Met => (Some("met"), Vec::new()),
        Verdict::Behind(limits) => (Some("behind"), limits),
    };
    Entry {
        id: &row.id,
        what: &row.what,
        unit: row.unit.symbol(),
        theirs: runs(row, Side::Theirs),
        ours: runs(row, Side::Ours),
        ratio: row.ratio(),
        ratio_range: row.ratio_range(),
        goal: Limits { ratio: row.goal.ratio, median: row.goal.median, worst: row.goal.worst },
        verdict,
        behind,
        failures: &row.failures,
    }
}

fn runs(row: &Row, side: Side) -> Runs {
    let spread = row.spread(side);
    let samples = row.samples(side).iter();
    Runs {
        median: spread.map(|Spread { median, .. }| median),
        min: spread.map(|Spread { min, .. }| min),
        max: spread.map(|Spread { max, .. }| max),
        samples: samples.map(|sample| Run { round: sample.round + 1, value: sample.value }).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::{Goal, Unit};

    #[test]
    fn every_run_is_in_it_with_its_round() {
        let mut row = Row::new("a/b", "what", Unit::Seconds, Goal::ratio(0.5));
        row.add(Side::Theirs, 0, 2.0);
        row.add(Side::Ours, 0, 0.5);
        let value = serde_json::to_value(entry(&row)).unwrap();
        assert_eq!(value["ours"]["samples"], serde_json::json!([{"round": 1, "value": 0.5}]));
        assert_eq!((&value["verdict"], &value["ratio"]), (&"met".into(), &0.25.into()));
    }
}
