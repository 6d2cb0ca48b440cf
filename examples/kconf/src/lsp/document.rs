//! A text as the editor has it. Its positions count UTF-16 units.

use core::ops::Range;

use lsp_types::Position;

/// A text with its lines.
#[derive(Clone, Debug)]
pub(super) struct Document {
    text: String,
    /// Where each line begins.
    starts: Vec<usize>,
}

impl Document {
    pub(super) fn new(text: String) -> Self {
        let octets = text.as_bytes();
        // To an editor a lone carriage return ends a line, too.
        let ends = |index: &usize| match octets.get(*index) {
            Some(b'\n') => true,
            Some(b'\r') => octets.get(index + 1) != Some(&b'\n'),
            _ => false,
        };
        let starts =
            core::iter::once(0).chain((0..octets.len()).filter(ends).map(|index| index + 1)).collect();
        Self { text, starts }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The position of an octet. Inside a character: of the character.
    pub(super) fn position(&self, at: usize) -> Position {
        let mut at = at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        let line = self.starts.partition_point(|start| *start <= at).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(0);
        let units = self.text.get(start..at).unwrap_or("").encode_utf16().count();
        Position::new(u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(units).unwrap_or(u32::MAX))
    }

    /// The octet at a position. Behind the end of a line: its end.
    pub(super) fn offset(&self, position: Position) -> usize {
        let line = usize::try_from(position.line).unwrap_or(usize::MAX);
        let Some(start) = self.starts.get(line).copied() else { return self.text.len() };
        let end = self.starts.get(line + 1).copied().unwrap_or(self.text.len());
        let text = self.text.get(start..end).unwrap_or("").trim_end_matches(['\n', '\r']);
        let mut units = usize::try_from(position.character).unwrap_or(usize::MAX);
        for (index, character) in text.char_indices() {
            if units < character.len_utf16() {
                return start + index;
            }
            units -= character.len_utf16();
        }
        start + text.len()
    }

    pub(super) fn range(&self, range: Range<usize>) -> lsp_types::Range {
        lsp_types::Range::new(self.position(range.start), self.position(range.end))
    }

    /// All of it.
    pub(super) fn whole(&self) -> lsp_types::Range {
        self.range(0..self.text.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_utf16_units() {
        let document = Document::new("a\n中文𝄞x\r\nz\ry".to_owned());
        let cases = [
            (0, (0, 0)),
            (2, (1, 0)),
            (5, (1, 1)),
            (8, (1, 2)),
            (12, (1, 4)),
            (13, (1, 5)),
            (15, (2, 0)),
            (17, (3, 0)),
            (18, (3, 1)),
        ];
        for (offset, (line, character)) in cases {
            assert_eq!(document.position(offset), Position::new(line, character), "{offset}");
            assert_eq!(document.offset(Position::new(line, character)), offset);
        }
        assert_eq!(document.position(6), Position::new(1, 1), "inside a character");
        assert_eq!(document.offset(Position::new(1, 3)), 8, "inside a pair");
        assert_eq!(document.offset(Position::new(1, 99)), 13, "before the line end");
        assert_eq!(document.offset(Position::new(99, 0)), 18);
    }
}
