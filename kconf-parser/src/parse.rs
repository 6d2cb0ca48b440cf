//! Text to tree.

use crate::diagnostic::mend;
use crate::lexer::{Lexeme, LineFaults, TokenKind, tokens};
use crate::tree::{LineKind, Token};
use crate::{Diagnostic, Problem, SourceId, Span, Tree};

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

/// Braces inside one another that are still told apart. keepalived's language needs five.
const MAX_DEPTH: u32 = 64;

/// Reads `octets` as a configuration file called `source_name`. Never fails.
///
/// Includes, conditions and definitions stay as they are written, so [`Tree::print`] gives `octets` back.
pub fn parse(source_name: &str, octets: &[u8]) -> Parsed {
    let mut builder = Builder::default();
    let source = builder.tree.sources.add(source_name, octets.to_vec());
    for span in physical_lines(source, octets) {
        builder.line(span);
    }
    builder.finish()
}

/// The lines of a source, each with its line feed.
pub(crate) fn physical_lines(source: SourceId, octets: &[u8]) -> impl Iterator<Item = Span> {
    let mut at = 0;
    octets.split_inclusive(|octet| *octet == b'\n').map(move |line| {
        let start = at;
        at = u32::try_from(line.len()).map_or(u32::MAX, |len| start.saturating_add(len));
        Span::new(source, start, at)
    })
}

/// Builds a tree from physical lines, in the order in which keepalived reads them.
#[derive(Default)]
pub(crate) struct Builder {
    pub(crate) tree: Tree,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Lines that opened the blocks we are in.
    open: Vec<usize>,
    /// Kept so that not every line allocates.
    lexemes: Vec<Lexeme>,
}

impl Builder {
    pub(crate) fn report(&mut self, span: Span, problem: Problem) {
        self.diagnostics.push(Diagnostic::new(span, problem));
    }

    /// Takes a physical line, with or without its line feed.
    pub(crate) fn line(&mut self, span: Span) {
        self.tree.physical.push(span);
        let text = self.tree.sources.text(span);
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        let whole = sub(span, 0, text.len());
        if text.len() > MAX_LINE {
            self.tree.tokens.push(Token { kind: TokenKind::Ignored, span: whole, escaped: false });
            self.report(whole, Problem::LineTooLong { octets: text.len(), max: MAX_LINE });
            return;
        }
        let mut found = core::mem::take(&mut self.lexemes);
        found.clear();
        let faults = tokens(text, |lexeme| found.push(lexeme));
        let mut first = self.tree.tokens.len();
        for lexeme in &found {
            self.token(lexeme, span, &mut first);
        }
        self.end_statement(first);
        self.report_faults(faults, whole);
        self.lexemes = found;
    }

    fn report_faults(&mut self, faults: LineFaults, line: Span) {
        let from = |at: usize| Span::new(line.source, sub(line, at, at).start, line.end);
        if let Some(at) = faults.unterminated_quote {
            self.report(from(at), Problem::UnterminatedQuote);
        }
        if let Some(at) = faults.nul {
            self.report(from(at), Problem::NulOctet);
        }
    }

    fn token(&mut self, lexeme: &Lexeme, line: Span, first: &mut usize) {
        let span = sub(line, lexeme.range.start, lexeme.range.end);
        let token = Token { kind: lexeme.kind, span, escaped: lexeme.escaped };
        match lexeme.kind {
            TokenKind::Word | TokenKind::Quoted => self.tree.tokens.push(token),
            TokenKind::Comment | TokenKind::Ignored => {
                self.end_statement(*first);
                self.tree.tokens.push(token);
                *first = self.tree.tokens.len();
            }
            TokenKind::Open | TokenKind::Close => {
                self.end_statement(*first);
                let at = self.tree.tokens.len();
                self.tree.tokens.push(token);
                self.brace(token, at);
                *first = self.tree.tokens.len();
            }
        }
    }

    fn end_statement(&mut self, first: usize) {
        if first < self.tree.tokens.len() {
            self.tree.push_line(LineKind::Statement, self.depth(), first);
        }
    }

    fn depth(&self) -> u32 {
        u32::try_from(self.open.len()).unwrap_or(u32::MAX)
    }

    fn brace(&mut self, token: Token, at: usize) {
        let index = self.tree.lines.len();
        if token.kind == TokenKind::Open {
            self.tree.push_line(LineKind::Open, self.depth(), at);
            if self.depth() == MAX_DEPTH {
                self.report(token.span, Problem::TooDeep { max: MAX_DEPTH });
            }
            self.open.push(index);
            return;
        }
        let opened = self.open.pop();
        self.tree.push_line(LineKind::Close, self.depth(), at);
        let Some(opened) = opened else {
            self.report(token.span, Problem::ExtraClose);
            return;
        };
        if let Some(line) = self.tree.lines.get_mut(opened) {
            line.partner = u32::try_from(index).ok();
        }
        if let Some(line) = self.tree.lines.last_mut() {
            line.partner = u32::try_from(opened).ok();
        }
    }

    pub(crate) fn finish(mut self) -> Parsed {
        for index in core::mem::take(&mut self.open) {
            let brace = self.tree.lines.get(index).and_then(|line| self.tree.words(line).first());
            if let Some(span) = brace.map(|token| token.span) {
                self.report(span, Problem::MissingClose);
            }
        }
        mend(&self.tree, &mut self.diagnostics);
        Parsed { tree: self.tree, diagnostics: self.diagnostics }
    }
}

/// Part of a line.
fn sub(line: Span, start: usize, end: usize) -> Span {
    let at =
        |offset: usize| u32::try_from(offset).map_or(line.end, |offset| line.start.saturating_add(offset));
    Span::new(line.source, at(start), at(end))
}
