//! The canonical layout.

use kconf_parser::tree::TokenKind;
use kconf_parser::{FormatOptions, Lowered, Parsed, Tree, format, parse};

/// Formatting changes the layout, once, and nothing else.
pub(super) fn laws(octets: &[u8], parsed: &Parsed, lowered: &Lowered) {
    let options = FormatOptions::default();
    let before = parse("fuzz.conf", octets).tree;
    let once = format(&before, &options);
    let tree = parse("fuzz.conf", &once).tree;
    assert_eq!(comments(&tree), comments(&before), "no comment is lost");
    assert_eq!(format(&tree, &options), once, "the layout is canonical");
    if once == octets {
        return;
    }
    let (_, after) = super::read(&once);
    // What is repeated beyond the limit is cut, wherever that falls.
    if parsed.tree.lines().len() < super::LINES {
        assert_eq!(after.config.describe(), lowered.config.describe(), "it means the same");
    }
}

/// What is written in comments, in order.
fn comments(tree: &Tree) -> Vec<&[u8]> {
    let comments = tree.tokens().iter().filter(|token| token.kind == TokenKind::Comment);
    comments.map(|token| tree.sources().text(token.span()).trim_ascii_end()).collect()
}
