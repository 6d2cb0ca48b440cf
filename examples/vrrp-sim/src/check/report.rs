//! What a check found, for people.

use core::fmt::{self, Write as _};
use core::time::Duration;

use super::{Explored, Finding, Law, MutantFinding};

/// The LANs, the laws, and for each law that does not hold the way there.
#[must_use]
pub fn report(parts: &[Explored], findings: &[Finding]) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write_report(&mut out, parts, findings);
    out
}

/// The table of wrong machines, and the longest of the shortest ways to what the laws forbid.
#[must_use]
pub fn mutant_report(rows: &[MutantFinding]) -> String {
    let mut out = String::new();
    let _ = write_mutants(&mut out, rows);
    out
}

fn write_report(out: &mut String, parts: &[Explored], findings: &[Finding]) -> fmt::Result {
    let width = parts.iter().map(|part| part.plan.words().len()).max().unwrap_or(0).max(TOGETHER.len());
    writeln!(out, "{:width$}  unique states  seconds", "every order of events")?;
    for part in parts {
        row(out, &part.plan.words(), width, part.states, part.elapsed)?;
    }
    if parts.len() > 1 {
        let states = parts.iter().map(|part| part.states).sum();
        row(out, TOGETHER, width, states, parts.iter().map(|part| part.elapsed).sum())?;
    }
    writeln!(out)?;
    for law in Law::ALL {
        let about = parts.iter().filter(|part| law.is_about(&part.plan));
        let states: usize = about.clone().map(|part| part.states).sum();
        if about.clone().any(|part| part.broken.contains(&law)) {
            writeln!(out, "BROKEN       {law}")?;
        } else if states == 0 {
            writeln!(out, "not checked  {law}")?;
        } else {
            writeln!(out, "holds        {law} ({states} states)")?;
        }
    }
    for finding in findings {
        writeln!(out, "\n{}: {}\n{}", finding.plan.words(), finding.law, finding.timeline)?;
    }
    Ok(())
}

const TOGETHER: &str = "together";

fn row(out: &mut String, what: &str, width: usize, states: usize, elapsed: Duration) -> fmt::Result {
    writeln!(out, "{what:width$}  {states:>13}  {:>7.1}", elapsed.as_secs_f64())
}

fn write_mutants(out: &mut String, rows: &[MutantFinding]) -> fmt::Result {
    let width = rows.iter().map(|row| row.mutant.words().len()).max().unwrap_or(0);
    writeln!(out, "{:width$}  {:>6}  {:>5}  breaks, and only that", "wrong machine", "states", "steps")?;
    for row in rows {
        let (mutant, must) = (row.mutant.words(), row.mutant.breaks());
        match &row.found {
            Some(found) => write!(out, "{mutant:width$}  {:>6}  {:>5}  {must}", found.states, found.steps)?,
            None => write!(out, "{mutant:width$}  {:>6}  {:>5}  NOT FOUND: {must}", "-", "-")?,
        }
        for law in &row.others {
            write!(out, "; BUT ALSO: {law}")?;
        }
        writeln!(out)?;
    }
    let told = rows.iter().filter_map(|row| row.found.as_ref().map(|found| (row.mutant, found)));
    if let Some((mutant, found)) = told.max_by_key(|(_, found)| found.steps) {
        let plan = found.plan.words();
        writeln!(out, "\nhow it was found that {} ({plan}):\n\n{}", mutant.words(), found.timeline)?;
    }
    Ok(())
}
