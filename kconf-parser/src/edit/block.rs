//! What is to be written.

use super::EditError;
use crate::parse;
use crate::parse::MAX_LINE;
use crate::physical::Kind;
use crate::tree::{LineKind, TokenKind};

/// Room that is left for indentation on a new line.
const MARGIN: usize = 256;

/// A block to add, or a single line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NewBlock {
    statement: String,
    /// `None` for a line.
    content: Option<Vec<NewBlock>>,
}

impl NewBlock {
    /// An empty block: its keyword and what follows that on the line.
    pub fn new(statement: impl Into<String>) -> Self {
        Self { statement: statement.into(), content: Some(Vec::new()) }
    }

    /// The same with one more line.
    #[must_use]
    pub fn line(mut self, statement: impl Into<String>) -> Self {
        self.content.get_or_insert_default().push(Self::line_only(statement.into()));
        self
    }

    /// The same with one more block inside.
    #[must_use]
    pub fn block(mut self, block: Self) -> Self {
        self.content.get_or_insert_default().push(block);
        self
    }

    pub(super) fn line_only(statement: String) -> Self {
        Self { statement, content: None }
    }

    pub(super) fn is_block(&self) -> bool {
        self.content.is_some()
    }

    pub(super) fn check(&self) -> Result<(), EditError> {
        check_statement(&self.statement)?;
        self.content.iter().flatten().try_for_each(Self::check)
    }

    /// The lines of it.
    pub(super) fn print(&self, indent: &[u8], unit: &[u8], line_ending: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(indent);
        out.extend_from_slice(self.statement.as_bytes());
        if let Some(content) = &self.content {
            out.extend_from_slice(b" {");
            out.extend_from_slice(line_ending);
            let inner = [indent, unit].concat();
            content.iter().for_each(|line| line.print(&inner, unit, line_ending, out));
            out.extend_from_slice(indent);
            out.push(b'}');
        }
        out.extend_from_slice(line_ending);
    }
}

/// Whether this is one statement and nothing else, wherever it stands on a line.
pub(super) fn check_statement(text: &str) -> Result<(), EditError> {
    let parsed = parse("", text.as_bytes());
    let lines = parsed.tree.physical_lines();
    let words = |kind| matches!(kind, TokenKind::Word | TokenKind::Quoted);
    let whole = text.trim_ascii() == text
        && text.len() + MARGIN <= MAX_LINE
        && parsed.diagnostics.is_empty()
        && matches!(parsed.tree.lines(), [line] if line.kind == LineKind::Statement)
        && matches!(lines.as_slice(), [line] if matches!(line.kind, Kind::Plain | Kind::Escaped))
        && parsed.tree.tokens().iter().all(|token| words(token.kind))
        && !text.contains('\n');
    if whole { Ok(()) } else { Err(EditError::Unwritable) }
}
