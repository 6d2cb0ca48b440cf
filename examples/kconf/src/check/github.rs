//! Findings as annotations: commands that a workflow of GitHub's reads from standard output.

use kconf_parser::{Diagnostic, Severity};

use super::Report;
use super::format::Place;

pub(super) fn print(reports: &[Report]) -> String {
    let findings =
        reports.iter().flat_map(|report| report.findings.iter().map(|finding| line(finding, report)));
    findings.collect()
}

fn line(finding: &Diagnostic, report: &Report) -> String {
    let Place { file, start, end } = Place::of(finding, &report.sources);
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    // Columns are taken only within one line.
    let columns = if start.line == end.line {
        format!(",col={},endColumn={}", start.column, end.column)
    } else {
        String::new()
    };
    let help = finding.suggestion.as_deref().map_or_else(String::new, |help| format!("\n{help}"));
    format!(
        "::{command} file={},line={},endLine={}{columns},title={}::{}\n",
        property(&file),
        start.line,
        end.line,
        property(finding.code()),
        data(&format!("{}{help}", finding.problem)),
    )
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
