//! Findings as JSON: an array of objects, in the order of the text.

use kconf_parser::Diagnostic;
use serde::Serialize;

use super::Report;
use super::format::Place;

/// What scripts rely on.
#[derive(Serialize)]
struct Finding<'a> {
    file: String,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    severity: String,
    code: &'a str,
    message: String,
    help: Option<&'a str>,
}

pub(super) fn print(reports: &[Report]) -> String {
    let findings: Vec<Finding<'_>> = reports
        .iter()
        .flat_map(|report| report.findings.iter().map(|finding| row(finding, report)))
        .collect();
    let mut text = serde_json::to_string_pretty(&findings).unwrap_or_else(|_| "[]".to_owned());
    text.push('\n');
    text
}

fn row<'a>(finding: &'a Diagnostic, report: &Report) -> Finding<'a> {
    let Place { file, start, end } = Place::of(finding, &report.sources);
    Finding {
        file,
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        severity: finding.severity.to_string(),
        code: finding.code(),
        message: finding.problem.to_string(),
        help: finding.suggestion.as_deref(),
    }
}
