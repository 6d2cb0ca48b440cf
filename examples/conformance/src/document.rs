//! `docs/conformance.md`.

use core::fmt::Write;

use crate::{Citation, Requirement, Side, Sides};

const HEAD: &str = "\
# Conformance

Every rule of the VRRP RFCs that binds a library, who shows that it is met, and where a default departs
from it. Generated from `requirements.tsv` and from what the tests cite, by
`UPDATE_CONFORMANCE=1 cargo test -p conformance`; without the variable that test fails on a rule that no
test shows and on a citation of a rule that is not there.

A rule that can be broken has two sides: a test that shows it hold, and one that shows its opposite
refused; one that cannot has a dash there. STEP is a step of the state machine, DEF a number or a format. A number is RFC, section, running number.
";

/// The whole document.
#[must_use]
pub fn document(table: &[Requirement], cited: &[Citation]) -> String {
    let mut text = HEAD.to_owned();
    deviations(&mut text, table);
    not_built(&mut text, table);
    let mut rfcs: Vec<&str> = table.iter().map(Requirement::rfc).collect();
    rfcs.dedup();
    for rfc in rfcs {
        let rows: Vec<&Requirement> = table.iter().filter(|row| row.rfc() == rfc).collect();
        // Writing to a String cannot fail.
        let _ = write!(text, "\n## RFC {rfc}\n\n{} rules.\n\n", rows.len());
        text.push_str("| rule | level | crate | demands | holds | refuses |\n|---|---|---|---|---|---|\n");
        for row in rows {
            let by = |side| tests(cited, &row.id, side);
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {} | {} |",
                row.id,
                row.level,
                row.krate,
                row.text,
                if row.sides == Sides::NotBuilt { "not built".to_owned() } else { by(Side::Holds) },
                if row.sides == Sides::Both { by(Side::Refuses) } else { "–".to_owned() },
            );
        }
    }
    text
}

fn deviations(text: &mut String, table: &[Requirement]) {
    text.push_str("\n## Where the default departs, and why\n\n");
    for row in table.iter().filter(|row| !row.deviation.is_empty() && row.sides != Sides::NotBuilt) {
        let _ = writeln!(text, "- **{}** ({}): {}", row.id, row.level, row.deviation);
    }
}

fn not_built(text: &mut String, table: &[Requirement]) {
    text.push_str("\n## What is not built, and why\n\n");
    for row in table.iter().filter(|row| row.sides == Sides::NotBuilt) {
        let _ = writeln!(text, "- **{}** ({}): {}", row.id, row.level, row.deviation);
    }
}

/// The tests, with the part of the path that tells them apart.
fn tests(cited: &[Citation], id: &str, side: Side) -> String {
    let mut names: Vec<String> = cited
        .iter()
        .filter(|citation| citation.id == id && citation.side == side)
        .map(|citation| {
            let file = citation.file.split_once('/').map_or(citation.file.as_str(), |(_, rest)| rest);
            format!("`{file}` {}", citation.test.replace('_', " "))
        })
        .collect();
    names.sort();
    names.join("; ")
}
