//! Where something stands: octet ranges in named sources.

use core::ops::Range;
use std::sync::{Arc, OnceLock};

/// One source among those of a [`Sources`] table.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SourceId(u16);

/// A range of octets in one source. Line and column are computed only when something is printed.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Span {
    /// The source.
    pub source: SourceId,
    /// First octet.
    pub start: u32,
    /// One past the last octet.
    pub end: u32,
}

impl Span {
    /// The octets `start..end` of `source`.
    pub const fn new(source: SourceId, start: u32, end: u32) -> Self {
        Self { source, start, end }
    }

    /// The range as indices.
    pub const fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Octets `start..end` of the text at `self`, as far as it goes.
    pub(crate) fn part(self, start: usize, end: usize) -> Self {
        let at = |offset: usize| {
            u32::try_from(offset).map_or(self.end, |offset| self.start.saturating_add(offset).min(self.end))
        };
        Self { start: at(start), end: at(end), ..self }
    }

    /// From the start of `self` to the end of `other`; just `self` when they are in different sources.
    pub fn to(self, other: Self) -> Self {
        if self.source == other.source { Self { end: other.end.max(self.end), ..self } } else { self }
    }
}

/// A place as people count it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1. A tab is one character.
    pub column: u32,
}

/// The texts that spans point into.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    list: Vec<Source>,
}

/// One text.
#[derive(Clone, Debug)]
struct Source {
    name: String,
    /// Shared by the copies of a table, and with who reads a file while the table grows.
    octets: Arc<Vec<u8>>,
    /// For text that expansion made: where each piece of it was written, by first octet.
    origins: Vec<(u32, Span)>,
    /// The include line that asked for this file.
    included_at: Option<Span>,
    /// Where lines after the first begin, once somebody has asked: thousands of findings in one
    /// file must not count its lines a thousand times.
    line_starts: OnceLock<Vec<usize>>,
}

impl Source {
    fn line_starts(&self) -> &[usize] {
        let starts = || {
            let ends = self.octets.iter().enumerate().filter(|(_, octet)| **octet == b'\n');
            ends.map(|(index, _)| index + 1).collect()
        };
        self.line_starts.get_or_init(starts)
    }
}

impl Sources {
    /// Adds a text under the name that messages will show.
    ///
    /// Texts above 4 GiB − 1 are cut there, because spans count in 32 bits. Of more than 65,535 texts the last ones are
    /// left out: what points to them points to nothing.
    pub fn add(&mut self, name: &str, mut octets: Vec<u8>) -> SourceId {
        octets.truncate(u32::MAX as usize);
        let id = SourceId(u16::try_from(self.list.len()).unwrap_or(u16::MAX));
        if id.0 == u16::MAX {
            return id;
        }
        self.list.push(Source {
            name: name.to_owned(),
            octets: Arc::new(octets),
            origins: Vec::new(),
            included_at: None,
            line_starts: OnceLock::new(),
        });
        id
    }

    /// Adds the text of a file that is included at `at`.
    pub(crate) fn add_included(&mut self, name: &str, octets: Vec<u8>, at: Span) -> SourceId {
        let id = self.add(name, octets);
        if let Some(entry) = self.list.get_mut(usize::from(id.0)) {
            entry.included_at = Some(at);
        }
        id
    }

    /// Appends to a generated text a piece that was written at `origin`.
    pub(crate) fn append(&mut self, source: SourceId, octets: &[u8], origin: Span) -> Span {
        let Some(entry) = self.list.get_mut(usize::from(source.0)) else { return origin };
        let start = u32::try_from(entry.octets.len()).unwrap_or(u32::MAX);
        let Some(end) = u32::try_from(octets.len()).ok().and_then(|len| start.checked_add(len)) else {
            return origin;
        };
        entry.line_starts.take();
        entry.origins.push((start, origin));
        Arc::make_mut(&mut entry.octets).extend_from_slice(octets);
        Span::new(source, start, end)
    }

    /// Every source, in the order of reading.
    pub(crate) fn ids(&self) -> impl Iterator<Item = SourceId> {
        (0..u16::try_from(self.list.len()).unwrap_or(u16::MAX)).map(SourceId)
    }

    /// Name of a source, as given to [`add`](Self::add).
    pub fn name(&self, source: SourceId) -> &str {
        self.list.get(usize::from(source.0)).map_or("", |entry| &entry.name)
    }

    /// All octets of a source.
    pub fn octets(&self, source: SourceId) -> &[u8] {
        self.list.get(usize::from(source.0)).map_or(&[], |entry| &entry.octets)
    }

    /// The same, to keep while sources are added.
    pub(crate) fn shared(&self, source: SourceId) -> Arc<Vec<u8>> {
        self.list.get(usize::from(source.0)).map(|entry| Arc::clone(&entry.octets)).unwrap_or_default()
    }

    /// The octets of a span; empty when it does not fit its source.
    pub fn text(&self, span: Span) -> &[u8] {
        self.octets(span.source).get(span.range()).unwrap_or(&[])
    }

    /// Where the text of `span` was written: for text that expansion made, the line it was made from.
    pub fn written_at(&self, span: Span) -> Span {
        let Some(entry) = self.list.get(usize::from(span.source.0)) else { return span };
        let after = entry.origins.partition_point(|(start, _)| *start <= span.start);
        after.checked_sub(1).and_then(|index| entry.origins.get(index)).map_or(span, |(_, origin)| *origin)
    }

    /// For text that expansion made: the line that `span` is a part of, as expansion left it. `None` where nothing was
    /// changed, so that [`text`](Self::text) is what is written.
    pub fn became(&self, span: Span) -> Option<&[u8]> {
        let entry = self.list.get(usize::from(span.source.0)).filter(|entry| !entry.origins.is_empty())?;
        let (before, after) = entry.octets.split_at_checked(span.start as usize)?;
        let start = before.iter().rposition(|octet| *octet == b'\n').map_or(0, |index| index + 1);
        let len = after.iter().position(|octet| *octet == b'\n').unwrap_or(after.len());
        entry.octets.get(start..before.len() + len)
    }

    /// The include line that asked for a file; `None` for the file that everything began with. The line may stand in a
    /// file that is included itself.
    pub fn included_at(&self, source: SourceId) -> Option<Span> {
        self.list.get(usize::from(source.0))?.included_at
    }

    /// Line and column of the start of `span`, where it was written.
    pub fn position(&self, span: Span) -> Position {
        let span = self.written_at(span);
        let starts = self.list.get(usize::from(span.source.0)).map_or(&[][..], Source::line_starts);
        let lines_before = starts.partition_point(|start| *start <= span.start as usize);
        let line_start =
            lines_before.checked_sub(1).and_then(|index| starts.get(index)).copied().unwrap_or(0);
        let before = self.octets(span.source).get(line_start..span.start as usize).unwrap_or(&[]);
        let line = 1 + lines_before;
        let column = 1 + characters(before);
        Position {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(column).unwrap_or(u32::MAX),
        }
    }

    /// The line that `span` starts on, where it was written, without its line end.
    pub(crate) fn line_around(&self, span: Span) -> Span {
        let span = self.written_at(span);
        let octets = self.octets(span.source);
        let (before, after) = octets.split_at_checked(span.start as usize).unwrap_or((octets, &[]));
        let start = before.iter().rposition(|octet| *octet == b'\n').map_or(0, |index| index + 1);
        let len = after.iter().position(|octet| *octet == b'\n').unwrap_or(after.len());
        let end = before.len() + len;
        let end = if octets.get(end.wrapping_sub(1)) == Some(&b'\r') && end > start { end - 1 } else { end };
        Span::new(
            span.source,
            u32::try_from(start).unwrap_or(u32::MAX),
            u32::try_from(end).unwrap_or(u32::MAX),
        )
    }
}

/// Characters in `octets`; an octet that is no UTF-8 counts as one.
pub(crate) fn characters(octets: &[u8]) -> usize {
    octets.utf8_chunks().map(|chunk| chunk.valid().chars().count() + chunk.invalid().len()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_stray_octets() {
        let mut sources = Sources::default();
        let id = sources.add("f", b"a\n\xe4\xb8\xad\xff x\r\n".to_vec());
        let at = |start| sources.position(Span::new(id, start, start + 1));
        assert_eq!(at(0), Position { line: 1, column: 1 });
        assert_eq!(at(7), Position { line: 2, column: 4 });
        assert_eq!(sources.text(sources.line_around(Span::new(id, 7, 8))), b"\xe4\xb8\xad\xff x");
    }

    #[test]
    fn generated_text_points_to_where_it_was_written() {
        let mut sources = Sources::default();
        let file = sources.add("f", b"one\ntwo\n".to_vec());
        let made = sources.add("(expanded)", Vec::new());
        let first = sources.append(made, b"eins", Span::new(file, 0, 3));
        let second = sources.append(made, b"zwei", Span::new(file, 4, 7));
        assert_eq!(sources.written_at(first), Span::new(file, 0, 3));
        let inner = Span::new(made, second.start + 1, second.end);
        assert_eq!(sources.position(inner), Position { line: 2, column: 1 });
        // What is appended after the first question is counted too.
        let third = sources.append(made, b"\nx", Span::new(made, 0, 0));
        assert_eq!(sources.position(third), Position { line: 1, column: 1 });
        let id = sources.add("g", b"\n\n".to_vec());
        let lines = (0..3).map(|start| sources.position(Span::new(id, start, start)).line);
        assert_eq!(lines.collect::<Vec<_>>(), [1, 2, 3]);
    }
}
