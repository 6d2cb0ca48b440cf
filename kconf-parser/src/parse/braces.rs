//! Which brace is missing, and which is one too many.
//!
//! Counting only tells that something is wrong by the end of the file. People indent, and most keywords have one home;
//! so the block that was never closed can usually be named. This decides about messages alone: what a file means is
//! decided by counting, as keepalived does.

use crate::Tree;
use crate::keywords::{Block, ROOT};
use crate::tree::{Line, LineKind};

/// Blocks around one that are asked whether a line is theirs; keepalived's language nests five.
const LOOK_AROUND: usize = 64;

/// A block without an end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Unclosed {
    /// The line that opens it.
    pub(crate) open: usize,
    /// The line before which it should have ended.
    pub(crate) resume: Option<usize>,
}

/// A block that ends too early.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Surplus {
    /// The brace that is one too many.
    pub(crate) brace: usize,
    /// The brace that closes nothing any more; the same one if nothing better is known.
    pub(crate) noticed: usize,
}

/// A block that is open.
struct Opened {
    line: usize,
    /// Blanks before the line it began on; unknown when it did not begin a line.
    indent: Option<usize>,
    /// What may stand in it; nothing is known of lists and of what has no table.
    table: Option<&'static Block>,
}

/// Finds `count` blocks that lack their end, and those that counting therefore ends elsewhere than they should.
pub(super) fn unclosed(tree: &Tree, count: usize) -> (Vec<Unclosed>, Vec<(usize, usize)>) {
    let mut found = Vec::new();
    let mut displaced = Vec::new();
    let mut open: Vec<Opened> = Vec::new();
    for (index, line) in tree.lines().iter().enumerate() {
        let indent = indent(tree, line);
        while found.len() < count
            && let Some(inner) = open.last()
            && should_have_ended(tree, line, indent, inner, &open)
        {
            found.push(Unclosed { open: inner.line, resume: Some(index) });
            open.pop();
        }
        match line.kind {
            LineKind::Open => open.push(opened(tree, index, &open)),
            LineKind::Close => {
                let block = open.pop();
                displaced.extend(
                    block
                        .filter(|block| tree.closing(block.line) != Some(index))
                        .map(|block| (block.line, index)),
                );
            }
            LineKind::Statement => {}
        }
    }
    let rest = count - found.len();
    found.extend(open.iter().take(rest).map(|block| Unclosed { open: block.line, resume: None }));
    found.sort_by_key(|block| block.open);
    displaced.sort_unstable();
    (found, displaced)
}

/// Finds the brace on account of which the one on line `noticed` closes nothing.
pub(super) fn surplus(tree: &Tree, noticed: usize) -> Surplus {
    let mut open: Vec<Option<usize>> = Vec::new();
    for (index, line) in tree.lines().iter().enumerate().take(noticed) {
        match line.kind {
            LineKind::Open => open.push(opened(tree, index, &[]).indent),
            LineKind::Close => {
                let opener = open.pop().flatten();
                if let (Some(opener), Some(indent)) = (opener, indent(tree, line))
                    && indent > opener
                {
                    return Surplus { brace: index, noticed };
                }
            }
            LineKind::Statement => {}
        }
    }
    Surplus { brace: noticed, noticed }
}

/// Whether a line belongs to a block around the innermost one, `inner`.
fn should_have_ended(
    tree: &Tree,
    line: &Line,
    indent: Option<usize>,
    inner: &Opened,
    open: &[Opened],
) -> bool {
    let (Some(indent), Some(inner_indent)) = (indent, inner.indent) else { return false };
    let around = || open.iter().rev().skip(1).take(LOOK_AROUND);
    match line.kind {
        LineKind::Statement => {
            let Some(word) = tree.words(line).first().map(|token| tree.text(token)) else { return false };
            let knows =
                |table: Option<&'static Block>| table.is_some_and(|table| table.keyword(&word).is_some());
            let known_around = || around().map(|block| block.table).chain([Some(&ROOT)]).any(knows);
            indent <= inner_indent && !knows(inner.table) && known_around()
        }
        LineKind::Close => indent < inner_indent && around().any(|block| block.indent == Some(indent)),
        LineKind::Open => false,
    }
}

/// The block that the brace on line `index` opens inside of `around`.
fn opened(tree: &Tree, index: usize, around: &[Opened]) -> Opened {
    let before = index.checked_sub(1).and_then(|before| tree.lines().get(before));
    let Some(opener) = before.filter(|line| line.kind == LineKind::Statement) else {
        let brace = tree.lines().get(index);
        return Opened { line: index, indent: brace.and_then(|line| indent(tree, line)), table: None };
    };
    let word = tree.words(opener).first().map(|token| tree.text(token)).unwrap_or_default();
    let outer = around.last().map_or(Some(&ROOT), |block| block.table);
    let table = outer.and_then(|table| table.keyword(&word)?.block());
    Opened { line: index, indent: indent(tree, opener), table }
}

/// Octets before a line that begins a line of the text; `None` for one that stands behind another.
fn indent(tree: &Tree, line: &Line) -> Option<usize> {
    let start = tree.words(line).first()?.span();
    // Of what expansion made, the place where it was written tells more than the made-up line.
    let start = tree.sources().written_at(start);
    let before = tree.sources().octets(start.source).get(..start.start as usize)?;
    let blanks = before.iter().rev().take_while(|octet| matches!(octet, b' ' | b'\t')).count();
    let begins = before.len() == blanks || before.get(before.len() - blanks - 1) == Some(&b'\n');
    begins.then_some(blanks)
}
