//! A crate's part of `docs/conformance.md`, between two lines that mark it.

use core::fmt::{Arguments, Write};
use std::collections::BTreeMap;

use super::table::Departure;
use super::{Citation, Proven, Row, Side, Subject};

/// What rewrites the part.
pub(crate) fn command(subject: &Subject) -> String {
    format!("{}=1 cargo test -p {} --test conformance", super::UPDATE, subject.package)
}

fn begin(subject: &Subject) -> String {
    format!("<!-- {}: do not edit up to its end; {} -->\n", subject.package, command(subject))
}

fn end(subject: &Subject) -> String {
    format!("<!-- end of {} -->\n", subject.package)
}

/// Puts `part` between the marks that stand in `document`.
pub(crate) fn splice(document: &str, subject: &Subject, part: &str) -> Result<String, String> {
    let (begin, end) = (begin(subject), end(subject));
    let marks = || format!("docs/conformance.md lacks these two lines:\n{begin}{end}");
    let (before, rest) = document.split_once(&begin).ok_or_else(marks)?;
    let (_, after) = rest.split_once(&end).ok_or_else(marks)?;
    Ok(format!("{before}{begin}{part}{end}{after}"))
}

/// The part of `subject`.
pub(crate) fn part(subject: &Subject, proven: &Proven) -> String {
    let mut rfcs: Vec<&str> = proven.rows.iter().map(Row::rfc).collect();
    rfcs.dedup();
    let of = |rfc: &str| -> Vec<&Row> { proven.rows.iter().filter(|row| row.rfc() == rfc).collect() };
    let two_sided = proven.rows.iter().filter(|row| row.two_sided).count();

    let mut out = format!("\n## {}\n\n", subject.title);
    let counts: Vec<_> = rfcs.iter().map(|rfc| format!("{} of RFC {rfc}", of(rfc).len())).collect();
    let (all, counts) = (proven.rows.len(), counts.join(", "));
    line(&mut out, format_args!("{all} requirements ({counts}), {two_sided} of them two-sided."));
    departures(&mut out, &proven.rows);
    for rfc in rfcs {
        line(&mut out, format_args!("\n### RFC {rfc}\n"));
        line(&mut out, format_args!("| id | level | demand | shown to hold | opposite refused |"));
        line(&mut out, format_args!("|---|---|---|---|---|"));
        for row in of(rfc) {
            let mark = if row.departure.is_some() { " *Departs, see above.*" } else { "" };
            let holds = tests(subject, proven, row, Side::Holds);
            let refuses = match row.two_sided {
                true => tests(subject, proven, row, Side::Refuses),
                false => "–".into(),
            };
            let Row { id, level, demand, .. } = row;
            line(&mut out, format_args!("| {id} | {level} | {demand}{mark} | {holds} | {refuses} |"));
        }
    }
    out.push('\n');
    out
}

/// Rows that depart for one reason share a line.
fn departures(out: &mut String, rows: &[Row]) {
    let mut by_reason: Vec<(&Departure, Vec<&str>)> = Vec::new();
    for (departure, id) in rows.iter().filter_map(|row| Some((row.departure.as_ref()?, row.id.as_str()))) {
        match by_reason.iter_mut().find(|(earlier, _)| *earlier == departure) {
            Some((_, ids)) => ids.push(id),
            None => by_reason.push((departure, vec![id])),
        }
    }
    if by_reason.is_empty() {
        return;
    }
    line(out, format_args!("\n### Departures on purpose\n"));
    line(out, format_args!("| requirement | why | the letter is kept by |"));
    line(out, format_args!("|---|---|---|"));
    for (Departure { reason, kept_by }, ids) in by_reason {
        line(out, format_args!("| {} | {reason} | {kept_by} |", ids.join(", ")));
    }
}

/// The tests of one side, file by file.
fn tests(subject: &Subject, proven: &Proven, row: &Row, side: Side) -> String {
    let mut by_file: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for Citation { file, test, .. } in proven.citations.iter().filter(|c| c.id == row.id && c.side == side) {
        by_file.entry(file).or_default().push(format!("`{test}`"));
    }
    // The document lies beside the folders of the crates.
    let folder = subject.folder.rsplit('/').next().unwrap_or_default();
    let files = by_file.into_iter().map(|(file, tests)| {
        let shown = file.strip_prefix("tests/").unwrap_or(file);
        format!("[{shown}](../{folder}/{file}): {}", tests.join(", "))
    });
    files.collect::<Vec<_>>().join("<br>")
}

fn line(out: &mut String, text: Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{text}");
}
