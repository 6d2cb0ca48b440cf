//! Findings as text for people.

use super::excerpt::Excerpt;
use super::{Diagnostic, Related, Severity};
use crate::{Sources, Span};

/// A part of a finding's text, for whoever gives it colours.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Piece {
    /// What it is.
    pub role: Role,
    /// The text; line ends are in it.
    pub text: String,
}

/// What a [`Piece`] is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Role {
    /// `file:line:column: `
    Place,
    /// How bad it is, and the code.
    Severity(Severity),
    /// What is wrong.
    Message,
    /// Line numbers and the line beside them.
    Gutter,
    /// A line of the configuration.
    Source,
    /// The mark below what is meant.
    Mark(Severity),
    /// The mark below another place.
    RelatedMark,
    /// Advice and notes.
    Advice,
}

/// Files around one another that are named; a file that includes itself has no end of them.
const MAX_INCLUDES: usize = 4;

impl Diagnostic {
    /// `file:line:column: severity[code]: message`, the line with a mark below the part that is meant, other places,
    /// what the line became by expansion, and advice. Without colours.
    ///
    /// Secrets are masked; see [`mask`](super::mask).
    pub fn render(&self, sources: &Sources) -> String {
        self.pieces(sources).into_iter().map(|piece| piece.text).collect()
    }

    /// The text of [`render`](Self::render) in parts.
    pub fn pieces(&self, sources: &Sources) -> Vec<Piece> {
        let mut page = Page { pieces: Vec::new(), gutter: self.gutter(sources), sources };
        let span = sources.written_at(self.span);
        page.push(Role::Place, format!("{}: ", place(sources, span)));
        page.push(Role::Severity(self.severity), format!("{}[{}]", self.severity, self.code()));
        page.push(Role::Message, format!(": {}\n", printable(&self.problem.to_string())));
        page.blank(" |\n");
        page.line(span, '^', Role::Mark(self.severity));
        let line = sources.line_around(span);
        let (near, far): (Vec<_>, Vec<_>) =
            self.related.iter().partition(|related| sources.line_around(related.span) == line);
        for related in near {
            page.beside(related, line);
        }
        if span != self.span {
            page.expanded(self.span, self.severity);
        }
        for related in far {
            page.related(related);
        }
        page.included_from(span);
        if let Some(suggestion) = &self.suggestion {
            page.advice("help", &printable(suggestion));
        }
        page.pieces
    }

    /// Digits of the largest line number that is shown.
    fn gutter(&self, sources: &Sources) -> usize {
        let spans = self.related.iter().map(|related| related.span).chain([self.span]);
        spans.map(|span| sources.position(span).line.to_string().len()).max().unwrap_or(1)
    }
}

/// `file:line:column` of what was written.
fn place(sources: &Sources, span: Span) -> String {
    let position = sources.position(span);
    format!("{}:{}:{}", printable(sources.name(span.source)), position.line, position.column)
}

/// A name of a file cannot drive the terminal either.
fn printable(name: &str) -> String {
    name.chars().map(|sign| if sign.is_control() { char::REPLACEMENT_CHARACTER } else { sign }).collect()
}

struct Page<'s> {
    pieces: Vec<Piece>,
    gutter: usize,
    sources: &'s Sources,
}

impl Page<'_> {
    fn push(&mut self, role: Role, text: String) {
        self.pieces.push(Piece { role, text });
    }

    fn blank(&mut self, text: &str) {
        self.push(Role::Gutter, format!("{:width$}{text}", "", width = self.gutter));
    }

    /// The line of a span with its number and a mark.
    fn line(&mut self, span: Span, mark: char, role: Role) {
        let number = self.sources.position(span).line;
        self.push(Role::Gutter, format!("{number:>width$} | ", width = self.gutter));
        self.marked(self.sources.line_around(span), span, mark, role);
    }

    /// Another place on the line that has just been shown.
    fn beside(&mut self, related: &Related, line: Span) {
        let span = self.sources.written_at(related.span);
        let from = |at: u32| at.clamp(line.start, line.end).saturating_sub(line.start) as usize;
        let excerpt = Excerpt::new(self.sources.text(line), from(span.start)..from(span.end.max(span.start)));
        let marks: String = core::iter::repeat_n('-', excerpt.width).collect();
        self.blank(" | ");
        self.push(Role::RelatedMark, format!("{:indent$}{marks} ", "", indent = excerpt.indent));
        self.push(Role::Advice, format!("{}\n", printable(&related.text)));
    }

    fn marked(&mut self, line: Span, span: Span, mark: char, role: Role) {
        let from = |at: u32| at.clamp(line.start, line.end).saturating_sub(line.start) as usize;
        // What ends before the line ends on another one: the mark goes to the end of this one.
        let end = if span.end < span.start { span.start } else { span.end };
        let excerpt = Excerpt::new(self.sources.text(line), from(span.start)..from(end));
        self.push(Role::Source, format!("{}\n", excerpt.text.trim_end()));
        self.blank(" | ");
        let marks: String = core::iter::repeat_n(mark, excerpt.width).collect();
        self.push(role, format!("{:indent$}{marks}\n", "", indent = excerpt.indent));
    }

    /// What the line became, with the mark below the very part that is meant.
    fn expanded(&mut self, span: Span, severity: Severity) {
        let octets = self.sources.octets(span.source);
        let (before, after) = octets.split_at_checked(span.start as usize).unwrap_or((octets, &[]));
        let start = before.iter().rposition(|octet| *octet == b'\n').map_or(0, |at| at + 1);
        let len = after.iter().position(|octet| *octet == b'\n').unwrap_or(after.len());
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let line = Span::new(span.source, offset(start), offset(before.len() + len));
        self.blank(" = ");
        self.push(Role::Advice, "after expansion:\n".to_owned());
        self.blank(" | ");
        self.marked(line, span, '^', Role::Mark(severity));
    }

    /// The lines that brought the file in, the nearest first.
    fn included_from(&mut self, span: Span) {
        let mut source = span.source;
        for _ in 0..MAX_INCLUDES {
            let Some(at) = self.sources.included_at(source) else { return };
            let at = self.sources.written_at(at);
            self.advice("included from", &place(self.sources, at));
            source = at.source;
        }
    }

    fn related(&mut self, related: &Related) {
        let span = self.sources.written_at(related.span);
        let text = format!("::: {}: {}\n", place(self.sources, span), printable(&related.text));
        self.blank(" ");
        self.push(Role::Advice, text);
        self.line(span, '-', Role::RelatedMark);
    }

    fn advice(&mut self, label: &str, text: &str) {
        self.blank(" = ");
        self.push(Role::Advice, format!("{label}: {text}\n"));
    }
}
