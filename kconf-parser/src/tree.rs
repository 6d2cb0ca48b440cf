//! The text in lines and blocks, without loss.

use std::borrow::Cow;

pub use crate::lexer::TokenKind;

use crate::lexer::{hidden_sign, unescape};
use crate::parse::braces::{Surplus, Unclosed};
use crate::{SourceId, Sources, Span};

/// A configuration as it is written: every octet of it, its tokens, and which braces belong together.
///
/// keepalived is line oriented, so this is a list of [`Line`]s in which a block is an [`Open`](LineKind::Open) line
/// that knows its [`Close`](LineKind::Close) line. Walking it needs no recursion, whatever the file nests.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    pub(crate) sources: Sources,
    /// What [`print`](Self::print) gives, in pieces as large as possible.
    written: Vec<Span>,
    pub(crate) tokens: Vec<Token>,
    pub(crate) lines: Vec<Line>,
    /// Blocks without an end, in order.
    pub(crate) unclosed: Vec<Unclosed>,
    /// Blocks that end elsewhere than they should, because another one has no end: their brace, and where they should.
    pub(crate) displaced: Vec<(usize, usize)>,
    /// Blocks with two.
    pub(crate) surplus: Vec<Surplus>,
}

/// A token and its place. What lies between tokens is blank.
///
/// Long files have hundreds of thousands of them, so it is as small as it can be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Token {
    start: u32,
    end: u32,
    source: SourceId,
    /// What it is.
    pub kind: TokenKind,
    escaped: bool,
}

impl Token {
    pub(crate) const fn new(kind: TokenKind, span: Span) -> Self {
        Self { start: span.start, end: span.end, source: span.source, kind, escaped: false }
    }

    /// The same with or without a backslash that hides a comment sign.
    pub(crate) const fn escaped(self, escaped: bool) -> Self {
        Self { escaped, ..self }
    }

    /// Where it is, quotes included.
    pub const fn span(&self) -> Span {
        Span::new(self.source, self.start, self.end)
    }
}

/// A logical line: a brace ends one and begins the next.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Line {
    /// Its first token.
    first: u32,
    /// Of a statement how many tokens it has. Of a brace, which is one, its partner's index and 1; 0 if it has none.
    more: u32,
    /// Braces that are open around it; a brace itself counts as outside of its block.
    pub depth: u16,
    /// What it is.
    pub kind: LineKind,
}

/// What a [`Line`] is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum LineKind {
    /// A keyword and its arguments.
    Statement,
    /// `{`
    Open,
    /// `}`
    Close,
}

impl Tree {
    /// The texts that spans in this tree and in its diagnostics point into.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// The logical lines, in order. Blank lines and comments are not among them.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Every token, comments included, in order.
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// The words of a statement, or the brace.
    pub fn words(&self, line: &Line) -> &[Token] {
        let first = line.first as usize;
        let len = if line.kind == LineKind::Statement { line.more as usize } else { 1 };
        self.tokens.get(first..first + len).unwrap_or(&[])
    }

    /// The text of a token as keepalived sees it: without its quotes, `\#` and `\!` replaced.
    pub fn text(&self, token: &Token) -> Cow<'_, [u8]> {
        let written = self.sources.text(token.span());
        match token.kind {
            TokenKind::Quoted => {
                let inner = written.strip_prefix(b"\"").unwrap_or(written);
                Cow::Borrowed(inner.strip_suffix(b"\"").unwrap_or(inner))
            }
            TokenKind::Word if token.escaped => Cow::Owned(unescape(written)),
            TokenKind::Word
            | TokenKind::Open
            | TokenKind::Close
            | TokenKind::Comment
            | TokenKind::Ignored => Cow::Borrowed(written),
        }
    }

    /// How many octets of a word stand before the first backslash that hides a comment sign.
    pub(crate) fn hidden_sign(&self, token: &Token) -> Option<usize> {
        if token.escaped { hidden_sign(self.sources.text(token.span())) } else { None }
    }

    /// Index of the line that closes the block which line `open` opens.
    pub fn closing(&self, open: usize) -> Option<usize> {
        let line = self.lines.get(open).filter(|line| line.kind == LineKind::Open)?;
        (line.more as usize).checked_sub(1)
    }

    /// The text, octet for octet. After expansion: the text that keepalived would read.
    pub fn print(&self) -> Vec<u8> {
        self.written.iter().flat_map(|span| self.sources.text(*span)).copied().collect()
    }

    /// Where the first word of a line, or the brace that it is, stands.
    pub(crate) fn brace(&self, line: usize) -> Span {
        let first = self.lines.get(line).and_then(|line| self.words(line).first());
        first.map_or_else(Span::default, Token::span)
    }

    /// Where the block that line `open` opens should have ended, if it is one without an end.
    pub(crate) fn should_end(&self, open: usize) -> Option<usize> {
        if let Ok(index) = self.displaced.binary_search_by_key(&open, |(brace, _)| *brace) {
            return self.displaced.get(index).map(|(_, end)| *end);
        }
        let index = self.unclosed.binary_search_by_key(&open, |block| block.open).ok()?;
        self.unclosed.get(index)?.resume
    }

    /// Whether a line is outside of its block because that ended too early.
    pub(crate) fn was_let_out(&self, line: usize) -> bool {
        // Of the others nothing better is known than where they were noticed.
        self.surplus.first().is_some_and(|block| (block.brace..block.noticed).contains(&line))
    }

    /// Notes that the text goes on with the octets at `span`.
    pub(crate) fn push_text(&mut self, span: Span) {
        match self.written.last_mut() {
            Some(last) if last.source == span.source && last.end == span.start => last.end = span.end,
            _ => self.written.push(span),
        }
    }

    /// Adds the line of the tokens from `first` to `end`, and gives its index.
    pub(crate) fn push_line(&mut self, kind: LineKind, depth: u16, first: usize, end: usize) -> usize {
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let more = if kind == LineKind::Statement { number(end.saturating_sub(first)) } else { 0 };
        self.lines.push(Line { first: number(first), more, depth, kind });
        self.lines.len() - 1
    }

    /// Notes that two braces belong together.
    pub(crate) fn pair(&mut self, open: usize, close: usize) {
        for (one, other) in [(open, close), (close, open)] {
            if let Some(line) = self.lines.get_mut(one) {
                line.more = u32::try_from(other + 1).unwrap_or_default();
            }
        }
    }
}
