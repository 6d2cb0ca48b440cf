//! Text to tree.

use kconf_parser::tree::{LineKind, TokenKind};
use kconf_parser::{Tree, parse};

use super::rendered;
use crate::planted;

/// Runs one input.
///
/// # Panics
///
/// When one of the laws below does not hold.
pub fn run(octets: &[u8]) {
    let parsed = parse("fuzz.conf", octets);
    assert_eq!(parsed.tree.print(), octets, "nothing is lost");
    rendered(parsed.tree.sources(), &parsed.diagnostics);
    tokens(&parsed.tree, octets);
    lines(&parsed.tree);
    planted::in_parse(&parsed.tree);
    let again = parse("fuzz.conf", octets);
    assert_eq!(parsed.diagnostics, again.diagnostics, "the same text, the same findings");
}

/// Tokens stand in the text, in order and apart, and between them is nothing but blanks.
fn tokens(tree: &Tree, octets: &[u8]) {
    let mut at = 0;
    for token in tree.tokens() {
        let range = token.span().range();
        assert!(at <= range.start && range.start < range.end, "{token:?} after {at}");
        let between = octets.get(at..range.start).expect("a token in its source");
        assert!(between.iter().all(|octet| matches!(octet, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)));
        at = range.end;
    }
    assert!(at <= octets.len(), "a token beyond the text");
}

/// Braces pair up, and the depth changes with nothing else.
fn lines(tree: &Tree) {
    let mut depth = 0_u16;
    for (index, line) in tree.lines().iter().enumerate() {
        let words = tree.words(line);
        let brace = matches!(words, [token] if matches!(token.kind, TokenKind::Open | TokenKind::Close));
        assert_eq!(brace, line.kind != LineKind::Statement);
        if line.kind == LineKind::Close {
            depth = depth.saturating_sub(1);
        }
        assert_eq!(line.depth, depth);
        if line.kind == LineKind::Open {
            depth = depth.saturating_add(1);
            if let Some(close) = tree.closing(index) {
                let closing = tree.lines().get(close).expect("a line that exists");
                assert_eq!((closing.kind, closing.depth), (LineKind::Close, line.depth));
            }
        }
    }
}
