//! What stands on a line: statements, braces, a comment.

use crate::Tree;
use crate::lexer::TokenKind;
use crate::physical::Physical;
use crate::tree::Token;

/// One of the things on a line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Piece {
    /// A keyword and its arguments, blanks already in order.
    Statement(Vec<u8>),
    /// `{`
    Open,
    /// `}`
    Close,
    /// A comment without what trails it, and the column it begins in.
    Comment(Vec<u8>, usize),
}

impl Piece {
    /// How much deeper it is behind this.
    pub(super) fn braces(&self) -> i32 {
        match self {
            Self::Open => 1,
            Self::Close => -1,
            Self::Statement(_) | Self::Comment(..) => 0,
        }
    }
}

/// The pieces of a line, in order.
pub(super) fn of(tree: &Tree, line: &Physical) -> Vec<Piece> {
    let tokens = tree.tokens().get(line.tokens.clone()).unwrap_or(&[]);
    let mut pieces = Vec::new();
    let mut words: Vec<Token> = Vec::new();
    let is_word = |token: &Token| matches!(token.kind, TokenKind::Word | TokenKind::Quoted);
    for token in tokens {
        if is_word(token) {
            words.push(*token);
            continue;
        }
        pieces.extend(statement(tree, &core::mem::take(&mut words)));
        pieces.extend(match token.kind {
            TokenKind::Open => Some(Piece::Open),
            TokenKind::Close => Some(Piece::Close),
            TokenKind::Comment => {
                let text = tree.sources().text(token.span()).trim_ascii_end().to_vec();
                let line = tree.sources().text(line.span).get(..offset(token, line)).unwrap_or(&[]);
                Some(Piece::Comment(text, width(line, 0)))
            }
            TokenKind::Word | TokenKind::Quoted | TokenKind::Ignored => None,
        });
    }
    pieces.extend(statement(tree, &words));
    pieces
}

fn offset(token: &Token, line: &Physical) -> usize {
    token.span().range().start.saturating_sub(line.span.range().start)
}

/// Scripts are split by other rules than ordinary words, and these may stand for blanks that matter.
fn statement(tree: &Tree, words: &[Token]) -> Option<Piece> {
    let (first, last) = (words.first()?, words.last()?);
    let written = tree.sources().text(first.span().to(last.span()));
    if written.iter().any(|octet| matches!(octet, b'"' | b'\'' | b'\\')) {
        return Some(Piece::Statement(written.to_vec()));
    }
    let words: Vec<&[u8]> = words.iter().map(|word| tree.sources().text(word.span())).collect();
    Some(Piece::Statement(words.join(&b' ')))
}

/// The column behind `text` if it begins in `column`. Tabs go to every eighth.
pub(super) fn width(text: &[u8], column: usize) -> usize {
    let step = |column: usize, sign: char| if sign == '\t' { (column / 8 + 1) * 8 } else { column + 1 };
    text.utf8_chunks()
        .fold(column, |column, chunk| chunk.valid().chars().fold(column, step) + chunk.invalid().len())
}
