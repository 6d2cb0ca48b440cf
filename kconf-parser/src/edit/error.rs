//! Why a change cannot be made.

use core::fmt;

use crate::Diagnostic;

/// Why a change cannot be made. What was asked for first is still there; an edit that failed is not for use.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The file has no such block.
    #[error("there is no block '{block}'")]
    NoBlock {
        /// Its path.
        block: String,
    },
    /// More than one block goes by this path.
    #[error("'{block}' could be the block in line {}", numbers(.lines))]
    Ambiguous {
        /// The path.
        block: String,
        /// Where the blocks begin.
        lines: Vec<u32>,
    },
    /// The block has no such line.
    #[error("there is no '{keyword}' in '{block}'")]
    NoLine {
        /// Path of the block.
        block: String,
        /// Keyword, or first word of the entry.
        keyword: String,
    },
    /// What should be added is there.
    #[error("'{what}' is already there, in line {line}")]
    AlreadyThere {
        /// What should be added.
        what: String,
        /// Where it is.
        line: u32,
    },
    /// A line that has to change is not simply written in this file.
    #[error("{file}:{line} would have to change, which is {made_by}")]
    NotPlain {
        /// The file.
        file: String,
        /// Its line, from 1.
        line: u32,
        /// Why it is not plain.
        made_by: MadeBy,
    },
    /// What should be written is not one statement: it has a brace, a comment, a line end, a `$` or an open quote
    /// in it, or is too long.
    #[error("this cannot be written as one plain line")]
    Unwritable,
    /// Two changes of one edit meet. Make the first, and the second in the text that comes of it.
    #[error("two changes concern the same place")]
    Conflict,
    /// The braces around the place do not match, or keepalived takes them for others: those behind a keyword that has no
    /// block.
    #[error("keepalived does not take the brace in line {line} for what it looks like")]
    Unbalanced {
        /// Where the brace is.
        line: u32,
    },
    /// The new text would have a mistake that the old one does not have.
    #[error("it would be a mistake: {rendered}")]
    NewFinding {
        /// The mistake.
        finding: Box<Diagnostic>,
        /// The same for people, with its place in the new text.
        rendered: String,
    },
}

/// What makes a line other than plain.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum MadeBy {
    /// An included file.
    Include,
    /// `$NAME`, or a line of its definition.
    Definition,
    /// `@id`
    Condition,
    /// `~SEQ` or `~LST`
    Sequence,
    /// A part of the line has no effect: an open quote, a NUL, too many octets.
    BrokenLine,
}

impl fmt::Display for MadeBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Include => "in an included file",
            Self::Definition => "made by a definition",
            Self::Condition => "under a condition",
            Self::Sequence => "made by a sequence",
            Self::BrokenLine => "a line that keepalived loses a part of",
        })
    }
}

fn numbers(lines: &[u32]) -> String {
    lines.iter().map(u32::to_string).collect::<Vec<_>>().join(" or ")
}
