//! A finding as the formats for machines have it.

use kconf_parser::{Diagnostic, Position, Sources, Span};

/// A range of characters in a file: `end` is behind the last one.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) file: String,
    pub(super) start: Position,
    pub(super) end: Position,
}

impl Place {
    /// Where `span` was written.
    pub(super) fn new(span: Span, sources: &Sources) -> Self {
        let written = sources.written_at(span);
        let start = sources.position(written);
        let end = sources.position(Span { start: written.end, ..written });
        Self { file: sources.name(written.source).to_owned(), start, end: end.max(start) }
    }

    pub(super) fn of(finding: &Diagnostic, sources: &Sources) -> Self {
        Self::new(finding.span, sources)
    }
}
