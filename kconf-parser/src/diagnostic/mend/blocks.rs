//! Braces: where one is likely missing, by the indentation of the lines around.

use super::lines::Lines;
use super::relate;
use crate::diagnostic::{Diagnostic, Fix};
use crate::{Span, Tree};

/// `{` that is never closed: the block that it belongs to, and where its `}` is missing.
pub(super) fn missing_close(lines: &Lines<'_>, finding: &mut Diagnostic) {
    let tree = lines.tree;
    let Some(open) = lines.at(finding.span) else { return };
    let sources = tree.sources();
    if let Some(header) = lines.header(open).and_then(|header| lines.span(header))
        && sources.line_around(header) != sources.line_around(finding.span)
    {
        relate(finding, header, "the block begins here");
    }
    if let Some(before) = tree.should_end(open).and_then(|end| lines.span(end)) {
        finding.suggestion.get_or_insert_with(|| "add a '}' there".to_owned());
        if tree.sources().written_at(before) == before {
            let place = tree.sources().line_around(before);
            let own = lines.header(open).and_then(|header| lines.span(header));
            let indent = own.and_then(|header| indentation(tree, header)).unwrap_or_default();
            insert(tree, finding, place.start, &format!("{}}}\n", String::from_utf8_lossy(indent)));
        }
        return;
    }
    finding.suggestion.get_or_insert_with(|| "add a '}' at the end of the block".to_owned());
    let octets = tree.sources().octets(finding.span.source);
    let end = u32::try_from(octets.len()).unwrap_or(u32::MAX);
    let text = if octets.last().is_none_or(|last| *last == b'\n') { "}\n" } else { "\n}\n" };
    insert(tree, finding, end, text);
}

/// A block without `{`.
pub(super) fn missing_open(lines: &Lines<'_>, finding: &mut Diagnostic) {
    let Some(line) = lines.at(finding.span).and_then(|line| lines.span(line)) else { return };
    finding.suggestion.get_or_insert_with(|| "put a '{' at the end of the line".to_owned());
    if lines.tree.sources().written_at(line) == line {
        let span = Span { start: line.end, ..line };
        finding.fix = Some(Fix { span, replacement: " {".to_owned() });
    }
}

/// `}` that closes nothing. Without it keepalived reads the same.
pub(super) fn extra_close(lines: &Lines<'_>, finding: &mut Diagnostic) {
    let sources = lines.tree.sources();
    if sources.written_at(finding.span) != finding.span {
        return;
    }
    finding.suggestion.get_or_insert_with(|| "remove it".to_owned());
    finding.fix = Some(Fix { span: finding.span, replacement: String::new() });
}

/// `{` after a keyword that has none.
pub(super) fn unexpected_open(lines: &Lines<'_>, finding: &mut Diagnostic) {
    if let Some(header) = lines.header_around(finding.span) {
        relate(finding, header, "the block around begins here");
    }
    finding.suggestion.get_or_insert_with(|| "remove the braces".to_owned());
}

/// The blanks before `span`, if it is the first on its line as written.
fn indentation(tree: &Tree, span: Span) -> Option<&[u8]> {
    let sources = tree.sources();
    if sources.written_at(span) != span {
        return None;
    }
    let line = sources.line_around(span);
    let before = sources.text(Span { end: span.start, ..line });
    before.iter().all(u8::is_ascii_whitespace).then_some(before)
}

fn insert(tree: &Tree, finding: &mut Diagnostic, at: u32, text: &str) {
    let span = Span::new(finding.span.source, at, at);
    if tree.sources().written_at(finding.span) == finding.span {
        finding.fix = Some(Fix { span, replacement: text.to_owned() });
    }
}
