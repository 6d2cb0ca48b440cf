//! Braces: where one is likely missing, by the indentation of the lines around.

use super::lines::Lines;
use super::relate;
use crate::diagnostic::{Diagnostic, Fix};
use crate::tree::LineKind;
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
    if let Some(guess) = inner(lines, open).or_else(|| dedent(lines, open)) {
        let place = tree.sources().line_around(guess.before);
        if guess.open != open
            && let Some(header) = lines.header(guess.open).and_then(|header| lines.span(header))
        {
            relate(finding, header, "by its indentation this is the block that is not closed");
        }
        relate(finding, guess.before, "its '}' is probably missing above this line");
        finding.suggestion.get_or_insert_with(|| "add a '}' there".to_owned());
        insert(tree, finding, place.start, &format!("{}}}\n", guess.indent));
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
    let early = lines.at(finding.span).and_then(|line| early_close(lines, line));
    if let Some(early) = early {
        relate(finding, early, "this '}' closes the block; is it one too many?");
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

/// Where a `}` is missing.
struct Guess {
    /// The brace that has no partner.
    open: usize,
    /// The line above which the partner is missing.
    before: Span,
    indent: String,
}

/// A block inside whose `}` stands further left than the block: it was meant for the block around.
fn inner(lines: &Lines<'_>, open: usize) -> Option<Guess> {
    let tree = lines.tree;
    let all = tree.lines().iter().enumerate().skip(open + 1);
    for (index, _) in all.filter(|(_, line)| line.kind == LineKind::Open) {
        let (Some(header), Some(close)) = (lines.header(index), tree.closing(index)) else { continue };
        let (Some(header), Some(close)) = (lines.span(header), lines.span(close)) else { continue };
        let (Some(own), Some(closing)) = (indentation(tree, header), indentation(tree, close)) else {
            continue;
        };
        if header.source == close.source && columns(closing) < columns(own) {
            let indent = String::from_utf8_lossy(own).into_owned();
            return Some(Guess { open: index, before: close, indent });
        }
    }
    None
}

/// A line inside that stands no further right than the block: it was meant to be outside.
fn dedent(lines: &Lines<'_>, open: usize) -> Option<Guess> {
    let tree = lines.tree;
    let header = lines.span(lines.header(open)?)?;
    let own = indentation(tree, header)?;
    for (index, line) in tree.lines().iter().enumerate().skip(open + 1) {
        if line.kind != LineKind::Statement {
            continue;
        }
        let Some(span) = lines.span(index).filter(|span| span.source == header.source) else { continue };
        let Some(indent) = indentation(tree, span) else { continue };
        if columns(indent) <= columns(own) {
            let indent = String::from_utf8_lossy(own).into_owned();
            return Some(Guess { open, before: span, indent });
        }
    }
    None
}

/// Of the block before a surplus `}`: its own `}`, if that stands further right than the block's header.
fn early_close(lines: &Lines<'_>, extra: usize) -> Option<Span> {
    let tree = lines.tree;
    for index in (0..extra).rev() {
        let line = tree.lines().get(index)?;
        if line.kind != LineKind::Close || line.depth > 0 {
            continue;
        }
        let open = line.partner.map(|partner| partner as usize)?;
        let (header, close) = (lines.span(lines.header(open)?)?, lines.span(index)?);
        let further = columns(indentation(tree, close)?) > columns(indentation(tree, header)?);
        return further.then_some(close);
    }
    None
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

fn columns(indent: &[u8]) -> usize {
    indent.iter().map(|octet| if *octet == b'\t' { 8 } else { 1 }).sum()
}

fn insert(tree: &Tree, finding: &mut Diagnostic, at: u32, text: &str) {
    let span = Span::new(finding.span.source, at, at);
    if tree.sources().written_at(finding.span) == finding.span {
        finding.fix = Some(Fix { span, replacement: text.to_owned() });
    }
}
