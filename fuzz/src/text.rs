//! Configurations: text to tree to meaning, a target for each step.
//!
//! An input is a file as it is; for [`expand`] several of them, each behind a line `=== NAME`.

pub mod expand;
pub mod lower;
pub mod parse;

use kconf_parser::{Diagnostic, Sources};

/// Findings of one input that are rendered: rendering counts lines from the start of the file.
const RENDERED: usize = 50;

/// Every finding can be shown, and what it points to is in its source.
fn rendered(sources: &Sources, findings: &[Diagnostic]) {
    for finding in findings.iter().take(RENDERED) {
        for span in core::iter::once(finding.span).chain(finding.related.iter().map(|place| place.span)) {
            let at = sources.written_at(span);
            assert!(at.start <= at.end && at.range().end <= sources.octets(at.source).len());
        }
        assert!(finding.render(sources).lines().count() >= 4);
    }
}
