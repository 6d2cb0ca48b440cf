//! A line of a source as it is shown, and what stands where in it.

use core::ops::Range;

use unicode_width::UnicodeWidthChar;

use super::mask::{MASK, secrets};

/// Widest excerpt; of a longer line the part around the mark is shown.
const MAX_WIDTH: usize = 160;
/// What is shown before the mark of such a line.
const LEAD: usize = 40;
const TAB: &str = "    ";

/// A line, and a mark below it.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Excerpt {
    /// The line: secrets masked, tabs as four blanks, nothing in it that could drive a terminal.
    pub(super) text: String,
    /// Columns before the mark.
    pub(super) indent: usize,
    /// Columns of the mark, at least one.
    pub(super) width: usize,
}

impl Excerpt {
    /// `line` with a mark below its octets `marked`.
    pub(super) fn new(line: &[u8], marked: Range<usize>) -> Self {
        let mut canvas = Canvas { text: String::new(), width: 0, starts: Vec::new() };
        let mut at = 0;
        for secret in secrets(line) {
            canvas.octets(line.get(at..secret.start).unwrap_or(&[]), at);
            canvas.starts.push((secret.start, canvas.width, canvas.text.len()));
            canvas.push(MASK, MASK.len());
            at = secret.end;
        }
        canvas.octets(line.get(at..).unwrap_or(&[]), at);
        canvas.starts.push((line.len(), canvas.width, canvas.text.len()));
        let indent = canvas.column(marked.start);
        let end = canvas.end_column(marked.end);
        let whole = Self { text: canvas.text, indent, width: end.saturating_sub(indent).max(1) };
        whole.cropped(&canvas.starts)
    }

    fn cropped(self, starts: &[(usize, usize, usize)]) -> Self {
        let total = starts.last().map_or(0, |(_, column, _)| *column);
        if total <= MAX_WIDTH {
            return self;
        }
        let first = self.indent.saturating_sub(LEAD);
        let (_, from_column, from) =
            starts.iter().find(|(_, column, _)| *column >= first).copied().unwrap_or_default();
        let last = from_column + MAX_WIDTH;
        let behind = starts.iter().find(|(_, column, _)| *column > last);
        let to = behind.map_or(self.text.len(), |(_, _, at)| *at);
        let head = if from > 0 { "…" } else { "" };
        let tail = if to < self.text.len() { "…" } else { "" };
        let indent = self.indent - from_column + usize::from(from > 0);
        let room = (MAX_WIDTH + 1).saturating_sub(indent).max(1);
        let text = format!("{head}{}{tail}", self.text.get(from..to).unwrap_or(""));
        Self { text, indent, width: self.width.min(room) }
    }
}

struct Canvas {
    text: String,
    width: usize,
    /// Of each character: its octet in the line, its column, its octet in the text.
    starts: Vec<(usize, usize, usize)>,
}

impl Canvas {
    fn octets(&mut self, octets: &[u8], mut at: usize) {
        for chunk in octets.utf8_chunks() {
            for character in chunk.valid().chars() {
                self.starts.push((at, self.width, self.text.len()));
                self.character(character);
                at += character.len_utf8();
            }
            for _ in chunk.invalid() {
                self.starts.push((at, self.width, self.text.len()));
                self.push("\u{fffd}", 1);
                at += 1;
            }
        }
    }

    fn character(&mut self, character: char) {
        let width = character.width().unwrap_or(0);
        match character {
            '\t' => self.push(TAB, TAB.len()),
            _ if width == 0 || turns(character) => self.push("\u{fffd}", 1),
            _ => {
                self.text.push(character);
                self.width += width;
            }
        }
    }

    fn push(&mut self, text: &str, width: usize) {
        self.text.push_str(text);
        self.width += width;
    }

    /// The column of the character that octet `at` belongs to.
    fn column(&self, at: usize) -> usize {
        let after = self.starts.partition_point(|(octet, ..)| *octet <= at);
        after.checked_sub(1).and_then(|index| self.starts.get(index)).map_or(0, |(_, column, _)| *column)
    }

    /// The column behind the characters before octet `at`.
    fn end_column(&self, at: usize) -> usize {
        let first = self.starts.partition_point(|(octet, ..)| *octet < at);
        self.starts.get(first).map_or(self.width, |(_, column, _)| *column)
    }
}

/// Characters that change the direction of the text around them.
fn turns(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &str, marked: &str) -> String {
        let start = line.find(marked).unwrap();
        let excerpt = Excerpt::new(line.as_bytes(), start..start + marked.len());
        format!("{}\n{}{}", excerpt.text, " ".repeat(excerpt.indent), "^".repeat(excerpt.width))
    }

    #[test]
    fn marks_stand_below_what_they_mean() {
        #[rustfmt::skip]
        let cases: &[(&str, &str, &str)] = &[
            ("\tstate X",                 "X",     "    state X\n          ^"),
            ("中文 x",                     "x",     "中文 x\n     ^"),
            ("x 中文",                     "中文",  "x 中文\n  ^^^^"),
            ("\u{3000}state",             "state", "\u{3000}state\n  ^^^^^"),
            ("\u{feff}state",             "state", "\u{fffd}state\n ^^^^^"),
            ("a\u{1b}[31m b",             "b",     "a\u{fffd}[31m b\n       ^"),
            ("a\u{202e}b",                "b",     "a\u{fffd}b\n  ^"),
            ("auth_pass verylong }",      "}",     "auth_pass **** }\n               ^"),
            ("auth_pass verylong",        "verylong", "auth_pass ****\n          ^^^^"),
            ("auth_pass verylong",        "long",  "auth_pass ****\n          ^^^^"),
        ];
        for (line, marked, want) in cases {
            assert_eq!(shown(line, marked), *want, "{line:?}");
        }
    }

    #[test]
    fn a_long_line_is_shown_around_the_mark() {
        let line = format!("{} here {}", "a".repeat(500), "b".repeat(500));
        let shown = shown(&line, "here");
        let (text, mark) = shown.split_once('\n').unwrap();
        assert!(text.starts_with("…a") && text.ends_with("b…") && text.chars().count() < 170, "{shown}");
        assert_eq!(text.chars().position(|c| c == 'h'), mark.chars().position(|c| c == '^'));
    }
}
