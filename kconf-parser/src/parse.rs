//! Text to tree.

pub(crate) mod braces;

use crate::diagnostic::mend;
use crate::lexer::{LineFaults, Signs, TokenKind, first_line, plain_line, tokens};
use crate::tree::{LineKind, Token};
use crate::{Diagnostic, Problem, SourceId, Span, Tree};
use braces::Surplus;

/// What [`parse`] and [`expand`](crate::expand()) give.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// The tree, whatever the text was.
    pub tree: Tree,
    /// What was wrong with its lines.
    pub diagnostics: Vec<Diagnostic>,
}

/// Octets of a line that keepalived can hold, without the line feed (`MAXBUF` is 1024).
pub(crate) const MAX_LINE: usize = 1022;

/// Octets of a file that are read. A configuration of a million lines has 25 MiB.
pub(crate) const MAX_FILE: usize = 64 << 20;

/// Braces inside one another that are still told apart. keepalived's language needs five.
const MAX_DEPTH: u16 = 64;

/// Reads `octets` as a configuration file called `source_name`. Never fails.
///
/// Includes, conditions and definitions stay as they are written, so [`Tree::print`] gives `octets` back.
pub fn parse(source_name: &str, octets: &[u8]) -> Parsed {
    let mut builder = Builder::default();
    let source = builder.tree.sources.add(source_name, octets.to_vec());
    if !builder.is_too_large(source, octets.len()) {
        let mut lines = PhysicalLines::new(source, octets);
        while let Some(line) = builder.next_special(&mut lines) {
            builder.line(line.span, line.text, line.signs);
        }
    }
    builder.finish()
}

/// A line as it is written.
pub(crate) struct PhysicalLine<'o> {
    /// Its place, line feed included.
    pub(crate) span: Span,
    /// Its text, line feed included.
    pub(crate) text: &'o [u8],
    pub(crate) signs: Signs,
}

/// The lines of a source.
pub(crate) struct PhysicalLines<'o> {
    source: SourceId,
    /// Where `rest` begins.
    at: u32,
    rest: &'o [u8],
}

impl<'o> PhysicalLines<'o> {
    pub(crate) const fn new(source: SourceId, octets: &'o [u8]) -> Self {
        Self { source, at: 0, rest: octets }
    }

    /// Goes on behind the next `len` octets, and gives their place.
    fn take(&mut self, len: usize) -> Span {
        let start = self.at;
        self.at = u32::try_from(len).map_or(u32::MAX, |len| start.saturating_add(len));
        self.rest = self.rest.get(len..).unwrap_or(&[]);
        Span::new(self.source, start, self.at)
    }
}

impl<'o> Iterator for PhysicalLines<'o> {
    type Item = PhysicalLine<'o>;

    fn next(&mut self) -> Option<Self::Item> {
        let (text, signs) = first_line(self.rest);
        (!text.is_empty()).then(|| PhysicalLine { span: self.take(text.len()), text, signs })
    }
}

/// Builds a tree from physical lines, in the order in which keepalived reads them.
#[derive(Default)]
pub(crate) struct Builder {
    pub(crate) tree: Tree,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Lines that opened the blocks we are in.
    open: Vec<usize>,
    /// Closing braces outside of all blocks.
    extra: Vec<usize>,
}

impl Builder {
    pub(crate) fn report(&mut self, span: Span, problem: Problem) {
        self.diagnostics.push(Diagnostic::new(span, problem));
    }

    /// Whether a source is so large that nothing of it is read. It is reported then, and ignored as a whole.
    pub(crate) fn is_too_large(&mut self, source: SourceId, octets: usize) -> bool {
        if octets <= MAX_FILE {
            return false;
        }
        let whole = Span::new(source, 0, u32::try_from(octets).unwrap_or(u32::MAX));
        self.tree.push_text(whole);
        self.tree.tokens.push(Token::new(TokenKind::Ignored, whole));
        self.report(whole.part(0, 1), Problem::FileTooLarge { octets, max: MAX_FILE });
        true
    }

    /// Takes lines that mean what they say, and gives the first other one.
    pub(crate) fn next_special<'o>(&mut self, lines: &mut PhysicalLines<'o>) -> Option<PhysicalLine<'o>> {
        loop {
            let first = self.tree.tokens.len();
            let Some(line) = plain_line(lines.rest, (lines.source, lines.at), &mut self.tree.tokens) else {
                return lines.next();
            };
            self.tree.push_text(lines.take(line.len));
            if line.braces {
                self.logical_lines(first);
            } else {
                self.statement(first, self.tree.tokens.len() - usize::from(line.comment));
            }
        }
    }

    /// Takes a physical line, with or without its line feed.
    pub(crate) fn line(&mut self, span: Span, text: &[u8], signs: Signs) {
        self.tree.push_text(span);
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        let whole = span.part(0, text.len());
        let first = self.tree.tokens.len();
        if text.len() > MAX_LINE {
            self.tree.tokens.push(Token::new(TokenKind::Ignored, whole));
            self.report(whole, Problem::LineTooLong { octets: text.len(), max: MAX_LINE });
            return;
        }
        let faults = tokens(text, signs, whole, &mut self.tree.tokens);
        self.logical_lines(first);
        self.report_faults(faults, whole);
    }

    /// Makes lines of the tokens from `first` on: each brace is one of its own.
    fn logical_lines(&mut self, mut first: usize) {
        let mut at = first;
        while let Some(token) = self.tree.tokens.get(at).copied() {
            if !matches!(token.kind, TokenKind::Word | TokenKind::Quoted) {
                self.statement(first, at);
                self.brace(token, at);
                first = at + 1;
            }
            at += 1;
        }
        self.statement(first, at);
    }

    fn report_faults(&mut self, faults: LineFaults, line: Span) {
        if let Some(at) = faults.unterminated_quote {
            self.report(line.part(at, usize::MAX), Problem::UnterminatedQuote);
        }
        if let Some(at) = faults.nul {
            self.report(line.part(at, usize::MAX), Problem::NulOctet);
        }
    }

    fn statement(&mut self, first: usize, end: usize) {
        if first < end {
            self.tree.push_line(LineKind::Statement, self.depth(), first, end);
        }
    }

    fn depth(&self) -> u16 {
        u16::try_from(self.open.len()).unwrap_or(u16::MAX)
    }

    fn brace(&mut self, token: Token, at: usize) {
        match token.kind {
            TokenKind::Open => {
                let index = self.tree.push_line(LineKind::Open, self.depth(), at, at + 1);
                if self.depth() == MAX_DEPTH {
                    self.report(token.span(), Problem::TooDeep { max: u32::from(MAX_DEPTH) });
                }
                self.open.push(index);
            }
            TokenKind::Close => {
                let opened = self.open.pop();
                let index = self.tree.push_line(LineKind::Close, self.depth(), at, at + 1);
                match opened {
                    Some(opened) => self.tree.pair(opened, index),
                    None => self.extra.push(index),
                }
            }
            TokenKind::Word | TokenKind::Quoted | TokenKind::Comment | TokenKind::Ignored => {}
        }
    }

    pub(crate) fn finish(mut self) -> Parsed {
        if let Some((first, others)) = self.extra.split_first() {
            // After the first one everything is shifted, so nothing better is known of the others.
            self.tree.surplus.push(braces::surplus(&self.tree, *first));
            self.tree.surplus.extend(others.iter().map(|&brace| Surplus { brace, noticed: brace }));
        }
        if !self.open.is_empty() {
            (self.tree.unclosed, self.tree.displaced) = braces::unclosed(&self.tree, self.open.len());
        }
        self.report_surplus();
        self.report_unclosed();
        mend(&self.tree, &mut self.diagnostics);
        Parsed { tree: self.tree, diagnostics: self.diagnostics }
    }

    fn report_surplus(&mut self) {
        for found in &self.tree.surplus {
            let mut finding = Diagnostic::new(self.tree.brace(found.brace), Problem::ExtraClose);
            if found.brace != found.noticed {
                let text = "so this one, and what stands between them, is outside of the block";
                finding = finding.relate(self.tree.brace(found.noticed), text);
            }
            self.diagnostics.push(finding);
        }
    }

    fn report_unclosed(&mut self) {
        for found in &self.tree.unclosed {
            let mut finding = Diagnostic::new(self.tree.brace(found.open), Problem::MissingClose);
            if let Some(resume) = found.resume {
                finding = finding.relate(self.tree.brace(resume), "a '}' is missing before this");
            }
            self.diagnostics.push(finding);
        }
    }
}
