//! Putting text in and taking text out, with the blanks around it.

use core::ops::Range;

use super::{Edit, EditError, NewBlock};
use crate::physical::{Kind, special};
use crate::tree::{LineKind, Token, TokenKind};

/// A list that an edit makes.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    place: Option<usize>,
    list: String,
    entries: Vec<String>,
    /// Which change writes it.
    change: usize,
}

impl Edit<'_> {
    /// Replaces what stands behind the keyword.
    pub(super) fn set_argument(&mut self, line: usize, argument: &str) -> Result<(), EditError> {
        let words = self.words(line);
        let (Some(keyword), arguments) = (words.first(), words.get(1..).unwrap_or(&[])) else {
            return Ok(());
        };
        // Many people write comments as in C, and keepalived does not look that far.
        let is_comment = |word: &Token| self.tree.sources().text(word.span()).starts_with(b"//");
        let end = arguments.iter().position(is_comment).unwrap_or(arguments.len());
        let arguments = arguments.get(..end).unwrap_or(arguments);
        let (range, text) = match arguments {
            [] if argument.is_empty() => return Ok(()),
            [] => {
                let end = keyword.span().range().end;
                (end..end, format!(" {argument}"))
            }
            [.., last] if argument.is_empty() => {
                (keyword.span().range().end..last.span().range().end, String::new())
            }
            [only] => (only.span().range(), quoted_as(only.kind, argument)),
            [first, .., last] => (first.span().to(last.span()).range(), argument.to_owned()),
        };
        self.replace(range, text.into_bytes()).map(drop)
    }

    /// Replaces one word, and leaves its quotes.
    pub(super) fn set_word(&mut self, line: usize, word: usize, text: &str) -> Result<(), EditError> {
        let Some(token) = self.words(line).get(word) else { return Ok(()) };
        let (range, text) = (token.span().range(), quoted_as(token.kind, text));
        self.replace(range, text.into_bytes()).map(drop)
    }

    /// Takes out a statement with its block. Lines that hold nothing else go as a whole, comments included.
    pub(super) fn cut(&mut self, line: usize) -> Result<(), EditError> {
        let last = match self.tree.lines().get(line + 1).map(|next| next.kind) {
            Some(LineKind::Open) => self.opening(line).map(|open| self.tree.closing(open).unwrap_or(open))?,
            Some(LineKind::Close | LineKind::Statement) | None => line,
        };
        let start = self.span(line).range().start;
        let end = self.words(last).last().map_or(start, |token| token.span().range().end);
        let first_line = self.line_range(start);
        let last_line = self.line_range(end.saturating_sub(1));
        let begins = self.text(first_line.start..start).trim_ascii().is_empty();
        let ends = self.only_comment(end);
        let mut range = start..end;
        if begins && !ends {
            self.may_break(end)?;
        }
        if begins && ends {
            range = first_line.start..last_line.end;
            // Of two blank lines around it one goes, too.
            let above = first_line.start.checked_sub(1).map(|at| self.line_range(at));
            let blank = |range: Option<Range<usize>>| {
                range.is_none_or(|range| self.text(range).trim_ascii().is_empty())
            };
            let below = self.line_range(last_line.end);
            if last > line && blank(above) && !below.is_empty() && blank(Some(below.clone())) {
                range.end = below.end;
            }
        }
        self.replace(range, Vec::new()).map(drop)
    }

    /// Writes `block` behind the octet `at`, into the block that `place` opens.
    pub(super) fn insert(
        &mut self,
        place: Option<usize>,
        at: usize,
        block: &NewBlock,
    ) -> Result<usize, EditError> {
        let indent = self.indent(place);
        let line_ending = self.line_ending(at);
        let mut text = Vec::new();
        let last = self.lines.last().map_or(&[][..], |line| self.text(line.span.range()));
        if place.is_none() && block.is_block() && !last.trim_ascii().is_empty() {
            text.extend_from_slice(line_ending);
        }
        block.print(&indent, &self.unit(), line_ending, &mut text);
        let line = self.line_range(at.saturating_sub(1));
        if at == 0 {
            return self.replace(0..0, text);
        }
        if !self.only_comment(at) {
            self.may_break(at)?;
            // Something follows on the line: it gets a line of its own.
            let outer = place.map_or_else(Vec::new, |open| self.blanks_before(open.saturating_sub(1)));
            let text = [line_ending, &text, &outer].concat();
            return self.replace(at..at, text);
        }
        if self.text(line.clone()).ends_with(b"\n") {
            return self.replace(line.end..line.end, text);
        }
        let bare = text.strip_suffix(line_ending).unwrap_or(&text);
        let text = [line_ending, bare].concat();
        // Another change may have come here first, and lines must stay apart.
        self.replace(line.end..line.end, text)
    }

    /// Adds an entry to a list that the file does not have.
    pub(super) fn add_to_new_list(
        &mut self,
        place: Option<usize>,
        list: &str,
        entry: &str,
    ) -> Result<(), EditError> {
        let known = self.pending.iter().position(|pending| pending.place == place && pending.list == list);
        let mut pending = match known {
            Some(known) => {
                let pending = self.pending.remove(known);
                if pending.entries.iter().any(|known| known == entry) {
                    return Err(EditError::Conflict);
                }
                // Nothing comes between: the change is made anew, in its old place.
                pending
            }
            None => Pending { place, list: list.to_owned(), entries: Vec::new(), change: usize::MAX },
        };
        pending.entries.push(entry.to_owned());
        let block =
            pending.entries.iter().fold(NewBlock::new(list), |block, entry| block.line(entry.clone()));
        let at = self.end_of_block(place);
        let change = self.insert(place, at, &block)?;
        if known.is_some() {
            // The new one took the last place among the changes; it belongs where the old one was.
            self.changes.swap_remove(pending.change);
        } else {
            pending.change = change;
        }
        self.pending.push(pending);
        Ok(())
    }

    /// Behind the last setting of a block that is one line, so that settings stay together.
    pub(super) fn end_of_settings(&self, place: Option<usize>) -> usize {
        let simple = |line: &usize| {
            self.plain(*line).is_ok()
                && self.tree.lines().get(line + 1).is_none_or(|next| next.kind != LineKind::Open)
        };
        let last = self.children(place).filter(simple).last();
        last.map_or_else(|| self.behind_open(place), |line| self.end(line))
    }

    /// Behind the last entry of a list.
    pub(super) fn end_of_entries(&self, open: usize) -> usize {
        let last = self.children(Some(open)).filter(|line| self.plain(*line).is_ok()).last();
        last.map_or_else(|| self.behind_open(Some(open)), |line| self.end(line))
    }

    /// Behind everything in a block, or behind the last line of the file.
    pub(super) fn end_of_block(&self, place: Option<usize>) -> usize {
        let Some(open) = place else {
            return self.lines.last().map_or(0, |line| line.span.range().end);
        };
        let close = self.tree.closing(open).unwrap_or(open);
        let close_at = self.span(close).range().start;
        // Comments at the end of the block stay in front.
        let line = self.line_range(close_at);
        let alone = self.text(line.start..close_at).trim_ascii().is_empty();
        if alone && line.start > self.end(open) { line.start } else { self.end(close.saturating_sub(1)) }
    }

    fn behind_open(&self, place: Option<usize>) -> usize {
        place.map_or(0, |open| self.end(open))
    }

    fn end(&self, line: usize) -> usize {
        self.words(line).last().map_or(0, |token| token.span().range().end)
    }

    fn text(&self, range: Range<usize>) -> &[u8] {
        self.tree.sources().octets(crate::SourceId::default()).get(range).unwrap_or(&[])
    }

    /// The line that holds an octet; empty behind the last one.
    fn line_range(&self, at: usize) -> Range<usize> {
        let line = self.lines.get(self.physical(at)).map_or(0..0, |line| line.span.range());
        if line.contains(&at) { line } else { line.end..line.end }
    }

    /// Whether what follows on a line means the same at the start of one.
    fn may_break(&self, at: usize) -> Result<(), EditError> {
        let line = self.line_range(at.saturating_sub(1));
        let kind = self.lines.get(self.physical(at.saturating_sub(1))).map_or(Kind::Plain, |line| line.kind);
        let rest = special(self.text(at..line.end).trim_ascii());
        if kind == Kind::Plain && rest == Kind::Plain { Ok(()) } else { Err(EditError::Unwritable) }
    }

    /// Whether nothing but a comment follows on the line.
    fn only_comment(&self, at: usize) -> bool {
        let Some(line) = self.lines.get(self.physical(at.saturating_sub(1))) else { return true };
        let tokens = self.tree.tokens().get(line.tokens.clone()).unwrap_or(&[]);
        tokens
            .iter()
            .filter(|token| token.span().range().start >= at)
            .all(|token| token.kind == TokenKind::Comment)
    }

    /// What a line of the text begins with, if `line` is the first thing on it.
    fn own_indent(&self, line: usize) -> Option<Vec<u8>> {
        let start = self.span(line).range().start;
        let before = self.text(self.line_range(start).start..start);
        before.trim_ascii().is_empty().then(|| before.to_vec())
    }

    /// The blanks at the start of the line of the text that `line` stands on.
    fn blanks_before(&self, line: usize) -> Vec<u8> {
        let text = self.text(self.line_range(self.span(line).range().start));
        let blanks = text.len() - text.trim_ascii_start().len();
        let blanks = text.get(..blanks).unwrap_or(&[]);
        blanks.iter().copied().filter(|octet| matches!(octet, b' ' | b'\t')).collect()
    }

    /// How lines in a block are indented.
    fn indent(&self, place: Option<usize>) -> Vec<u8> {
        let Some(open) = place else { return Vec::new() };
        let child =
            self.children(place).find_map(|line| self.own_indent(line).filter(|_| self.plain(line).is_ok()));
        child.unwrap_or_else(|| [self.blanks_before(open.saturating_sub(1)), self.unit()].concat())
    }

    /// How much deeper the lines of a block are.
    fn unit(&self) -> Vec<u8> {
        let opens = (0..self.tree.lines().len()).filter(|line| self.tree.closing(*line).is_some());
        let deeper = |open: usize| {
            let outer = self.own_indent(open.saturating_sub(1))?;
            let inner = self.children(Some(open)).find_map(|line| self.own_indent(line))?;
            inner.strip_prefix(outer.as_slice()).filter(|rest| !rest.is_empty()).map(<[u8]>::to_vec)
        };
        opens.filter_map(deeper).next().unwrap_or_else(|| b"    ".to_vec())
    }

    fn line_ending(&self, at: usize) -> &'static [u8] {
        let here = self.text(self.line_range(at.saturating_sub(1)));
        let text = if here.ends_with(b"\n") { here } else { self.text(self.line_range(0)) };
        if text.ends_with(b"\r\n") { b"\r\n" } else { b"\n" }
    }
}

/// A word that was in quotes stays in quotes.
fn quoted_as(kind: TokenKind, word: &str) -> String {
    let quote = kind == TokenKind::Quoted && !word.contains('"');
    if quote { format!("\"{word}\"") } else { word.to_owned() }
}
