//! `--fix`: mends what a tool can mend.
//!
//! A change stays only if it mends what it is for and brings nothing new.

use std::collections::HashSet;
use std::path::Path;

use kconf_parser::diagnostic::mask;
use kconf_parser::{Diagnostic, Fix, Lint, Severity, SourceId, Span};

use super::{Arguments, Checker, Report};
use crate::failure::{Failure, write};

/// Changes that are tried in one file; each is a reading of it.
const MAX_TRIES: usize = 2_000;

/// Mends the files, or says what would change.
pub(super) fn run(arguments: &Arguments, checker: &Checker<'_>) -> Result<(), Failure> {
    for path in &arguments.files {
        if path.as_os_str() == "-" {
            return Err(Failure::Usage("--fix changes files; standard input is none".to_owned()));
        }
        let octets = std::fs::read(path).map_err(Failure::file("read", path))?;
        let (mended, changes) = mend(checker, path, octets);
        if changes.is_empty() {
            continue;
        }
        if !arguments.dry_run {
            std::fs::write(path, mended).map_err(Failure::file("write", path))?;
        }
        let done = if arguments.dry_run { "would be" } else { "is" };
        let heading = format!("{} {done} changed:\n", path.display());
        // What machines read is not mixed with this.
        if arguments.dry_run { write(&(heading + &changes))? } else { eprint!("{heading}{changes}") }
    }
    Ok(())
}

fn mend(checker: &Checker<'_>, path: &Path, mut octets: Vec<u8>) -> (Vec<u8>, String) {
    let check = |octets: &[u8]| checker.report(checker.read_text(path, octets));
    let mut changes = String::new();
    let mut tried = HashSet::new();
    let mut report = check(&octets);
    for _ in 0..MAX_TRIES {
        let Some((finding, fix)) = next(&report, &mut tried) else { break };
        let candidate = fix.apply(&octets);
        let after = check(&candidate);
        if is_better(&finding, &report.findings, &after.findings) {
            changes.push_str(&change(&report, &fix));
            octets = candidate;
            report = after;
            // What could not be mended may be now.
            tried.clear();
        }
    }
    (octets, changes)
}

/// The first finding of the file itself whose change has not been tried, and the change. A missing brace comes first:
/// much else follows from it.
fn next(report: &Report, tried: &mut HashSet<(Span, String)>) -> Option<(Diagnostic, Fix)> {
    let root = SourceId::default();
    let braces = |finding: &&Diagnostic| finding.code().starts_with("missing-");
    let findings = report.findings.iter().filter(braces).chain(&report.findings);
    let mut fixes = findings.filter_map(|finding| Some((finding, finding.fix.as_ref()?)));
    let (finding, fix) = fixes
        .find(|(_, fix)| fix.span.source == root && tried.insert((fix.span, fix.replacement.clone())))?;
    Some((finding.clone(), fix.clone()))
}

/// What follows from the wrong braces.
const BRACES: &[&str] = &["extra-close", "missing-close", "missing-open", "unexpected-open"];

/// Whether the change mended what it was for and did no harm.
///
/// A keyword that is known now can have mistakes of its own, and so can all that is in its block: these were there before.
fn is_better(mended: &Diagnostic, before: &[Diagnostic], after: &[Diagnostic]) -> bool {
    let count =
        |findings: &[Diagnostic], code: &str| findings.iter().filter(|found| found.code() == code).count();
    if BRACES.iter().any(|code| count(after, code) > count(before, code)) {
        return false;
    }
    if matches!(mended.code(), "unknown-keyword" | "strange-space") {
        let there =
            |found: &Diagnostic| found.code() == mended.code() && found.span.start == mended.span.start;
        return !after.iter().any(there);
    }
    let minds =
        |found: &&Diagnostic| found.severity > Severity::Note && Lint::by_code(found.code()).is_none();
    let new = |found: &Diagnostic| count(after, found.code()) > count(before, found.code());
    let fewer = after.iter().filter(minds).count() < before.iter().filter(minds).count();
    fewer && !after.iter().filter(minds).any(new)
}

/// The line before and after a change, secrets masked.
fn change(report: &Report, fix: &Fix) -> String {
    let octets = report.sources.octets(fix.span.source);
    let (before, after) = octets.split_at_checked(fix.span.start as usize).unwrap_or((octets, &[]));
    let start = before.iter().rposition(|octet| *octet == b'\n').map_or(0, |at| at + 1);
    let tail = octets.get(fix.span.end as usize..).unwrap_or(&[]);
    let end = tail.iter().position(|octet| *octet == b'\n').unwrap_or(tail.len());
    let removed = after.len() - tail.len() + end;
    let old = octets.get(start..before.len() + removed).unwrap_or(&[]);
    let head = before.get(start..).unwrap_or(&[]);
    let new = [head, fix.replacement.as_bytes(), tail.get(..end).unwrap_or(&[])].concat();
    let lines = |sign: char, text: &[u8]| -> String {
        let lines = text.split(|octet| *octet == b'\n').map(mask);
        lines.map(|line| format!("{sign}{}\n", String::from_utf8_lossy(&line))).collect()
    };
    let line = report.sources.position(fix.span).line;
    format!("@@ {line} @@\n{}{}", lines('-', old), lines('+', &new))
}
