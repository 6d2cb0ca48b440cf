//! The text in lines and blocks, without loss.

use std::borrow::Cow;

pub use crate::lexer::TokenKind;

use crate::lexer::unescape;
use crate::{Sources, Span};

/// A configuration as it is written: every octet of it, its tokens, and which braces belong together.
///
/// keepalived is line oriented, so this is a list of [`Line`]s in which a block is an [`Open`](LineKind::Open) line
/// that knows its [`Close`](LineKind::Close) line. Walking it needs no recursion, whatever the file nests.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    pub(crate) sources: Sources,
    pub(crate) physical: Vec<Span>,
    pub(crate) tokens: Vec<Token>,
    pub(crate) lines: Vec<Line>,
}

/// A token and its place. What lies between tokens is blank.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it is, quotes included.
    pub span: Span,
    pub(crate) escaped: bool,
}

/// A logical line: a brace ends one and begins the next.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Line {
    /// What it is.
    pub kind: LineKind,
    /// Braces that are open around it; a brace itself counts as outside of its block.
    pub depth: u32,
    first: u32,
    end: u32,
    pub(crate) partner: Option<u32>,
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
        self.tokens.get(line.first as usize..line.end as usize).unwrap_or(&[])
    }

    /// The text of a token as keepalived sees it: without its quotes, `\#` and `\!` replaced.
    pub fn text(&self, token: &Token) -> Cow<'_, [u8]> {
        let written = self.sources.text(token.span);
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

    /// Index of the line that closes the block which line `open` opens.
    pub fn closing(&self, open: usize) -> Option<usize> {
        let line = self.lines.get(open).filter(|line| line.kind == LineKind::Open)?;
        line.partner.map(|index| index as usize)
    }

    /// The text, octet for octet. After expansion: the text that keepalived would read.
    pub fn print(&self) -> Vec<u8> {
        self.physical.iter().flat_map(|span| self.sources.text(*span)).copied().collect()
    }

    pub(crate) fn push_line(&mut self, kind: LineKind, depth: u32, first: usize) {
        let index = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let end = index(self.tokens.len());
        self.lines.push(Line { kind, depth, first: index(first), end, partner: None });
    }
}
