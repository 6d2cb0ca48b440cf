//! The lines of a tree, by place and by keyword.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::keywords::near;
use crate::tree::{Line, LineKind};
use crate::{SourceId, Span, Tree};

/// Most places that are related to a finding because it mentions them.
const MAX_MENTIONED: usize = 3;

/// Finds lines again that a finding is about.
pub(super) struct Lines<'t> {
    pub(super) tree: &'t Tree,
    /// The line that begins at, or has a word that begins at, a place.
    by_start: HashMap<(SourceId, u32), usize>,
    /// Of each line, the brace of the block that it stands in.
    parents: Vec<Option<usize>>,
}

impl<'t> Lines<'t> {
    pub(super) fn new(tree: &'t Tree) -> Self {
        let mut lines = Self { tree, by_start: HashMap::new(), parents: Vec::new() };
        let mut open = Vec::new();
        for (index, line) in tree.lines().iter().enumerate() {
            if line.kind == LineKind::Close {
                open.pop();
            }
            lines.parents.push(open.last().copied());
            if line.kind == LineKind::Open {
                open.push(index);
            }
            for token in tree.words(line) {
                lines.by_start.insert((token.span.source, token.span.start), index);
            }
        }
        lines
    }

    fn line(&self, index: usize) -> Option<&'t Line> {
        self.tree.lines().get(index)
    }

    /// The line that `span` begins on.
    pub(super) fn at(&self, span: Span) -> Option<usize> {
        self.by_start.get(&(span.source, span.start)).copied()
    }

    pub(super) fn word(&self, index: usize, word: usize) -> Option<Cow<'t, [u8]>> {
        let line = self.line(index).filter(|line| line.kind == LineKind::Statement)?;
        self.tree.words(line).get(word).map(|token| self.tree.text(token))
    }

    pub(super) fn span(&self, index: usize) -> Option<Span> {
        let words = self.tree.words(self.line(index)?);
        Some(words.first()?.span.to(words.last()?.span))
    }

    /// The line with the keyword of the block that the brace `open` opens.
    pub(super) fn header(&self, open: usize) -> Option<usize> {
        let before = open.checked_sub(1)?;
        self.line(before).filter(|line| line.kind == LineKind::Statement).map(|_| before)
    }

    /// The header of the block that `span` stands in.
    pub(super) fn header_around(&self, span: Span) -> Option<Span> {
        let open = self.parents.get(self.at(span)?).copied().flatten()?;
        self.span(self.header(open).unwrap_or(open))
    }

    fn children(&self, open: Option<usize>) -> impl Iterator<Item = usize> {
        let lines = self.parents.iter().enumerate();
        lines.filter(move |(_, parent)| **parent == open).map(|(index, _)| index)
    }

    /// The first line of the top level with this keyword.
    pub(super) fn root(&self, keyword: &str) -> Option<Span> {
        let found =
            self.children(None).find(|index| self.word(*index, 0).as_deref() == Some(keyword.as_bytes()));
        self.span(found?)
    }

    /// The line of a block called `keyword`: in the block of the top level in which `span` stands, else at the top level.
    pub(super) fn near(&self, keyword: &str, span: Span) -> Option<Span> {
        let mut outermost = self.at(span).and_then(|line| self.parents.get(line).copied().flatten());
        while let Some(next) = outermost.and_then(|open| self.parents.get(open).copied().flatten()) {
            outermost = Some(next);
        }
        let inside = outermost.and_then(|open| {
            let end = self.tree.closing(open).unwrap_or(self.tree.lines().len());
            (open..end).find(|index| self.word(*index, 0).as_deref() == Some(keyword.as_bytes()))
        });
        inside.and_then(|index| self.span(index)).or_else(|| self.root(keyword))
    }

    /// The first block `kind name`, or the first entry `name` of the list in which `other` stands.
    pub(super) fn first_of(&self, kind: &str, name: &str, other: Span) -> Option<Span> {
        let is = |index: usize, word: usize, text: &str| {
            self.word(index, word).as_deref() == Some(text.as_bytes())
        };
        let at = self.at(other);
        let block = self.children(None).find(|index| is(*index, 0, kind) && is(*index, 1, name));
        let entry = || {
            let parent = at.and_then(|index| self.parents.get(index).copied())?;
            parent?;
            self.children(parent).find(|index| is(*index, 0, name))
        };
        let found = block.or_else(entry).filter(|index| Some(*index) != at)?;
        self.span(found)
    }

    /// The line before `at`, in the same block, that has the same keyword.
    fn before(&self, at: usize) -> Vec<(Span, String)> {
        let (Some(parent), Some(keyword)) = (self.parents.get(at).copied(), self.word(at, 0)) else {
            return Vec::new();
        };
        let name = String::from_utf8_lossy(&keyword).into_owned();
        let first = self
            .children(parent)
            .take_while(|index| *index < at)
            .find(|index| parent.is_some() && self.word(*index, 0).as_deref() == Some(&*keyword));
        first.and_then(|index| self.span(index)).map(|span| (span, name)).into_iter().collect()
    }

    /// The name of a block `kind` that is spelt almost like `name`.
    pub(super) fn near_name(&self, kind: &str, name: &str) -> Option<String> {
        let blocks =
            self.children(None).filter(|index| self.word(*index, 0).as_deref() == Some(kind.as_bytes()));
        let names = blocks.filter_map(|index| self.word(index, 1));
        let names: Vec<String> = names.map(|word| String::from_utf8_lossy(&word).into_owned()).collect();
        near(names.iter().map(String::as_str), name).map(str::to_owned)
    }

    /// Lines of the block headed by `header` whose keywords `text` mentions.
    pub(super) fn mentioned(&self, header: Span, text: &str) -> Vec<(Span, String)> {
        let Some(at) = self.at(header) else { return Vec::new() };
        let open = at + 1;
        if self.line(open).is_none_or(|line| line.kind != LineKind::Open) {
            return self.before(at);
        }
        let names: Vec<&str> =
            text.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_').collect();
        let mut found: Vec<(Span, String)> = Vec::new();
        for index in self.children(Some(open)) {
            let Some(word) = self.word(index, 0).map(|word| String::from_utf8_lossy(&word).into_owned())
            else {
                continue;
            };
            if found.len() < MAX_MENTIONED && names.contains(&word.as_str()) {
                found.extend(self.span(index).map(|span| (span, word)));
            }
        }
        found
    }
}
