//! The lines of a tree, by place and by keyword.

use core::cell::OnceCell;
use std::borrow::Cow;
use std::collections::HashMap;

use crate::keywords::Hints;
use crate::tree::{Line, LineKind};
use crate::{SourceId, Span, Tree};

/// Most places that are related to a finding because it mentions them.
const MAX_MENTIONED: usize = 3;

type Text<'t> = Cow<'t, [u8]>;

/// Finds lines again that a finding is about.
pub(super) struct Lines<'t> {
    pub(super) tree: &'t Tree,
    /// The line that begins at, or has a word that begins at, a place.
    by_start: HashMap<(SourceId, u32), usize>,
    /// Of each line, the brace of the block that it stands in.
    parents: Vec<Option<usize>>,
    /// Of each keyword of the top level, the first line.
    roots: HashMap<Text<'t>, usize>,
    /// Of each keyword of the top level with a name, the first line.
    named: HashMap<(Text<'t>, Text<'t>), usize>,
    /// Of each first word in a block, the first line, by the block's brace; made when first asked for.
    children: OnceCell<HashMap<(usize, Text<'t>), usize>>,
    /// The same with all that is inside a block of the top level.
    inside: OnceCell<HashMap<(usize, Text<'t>), usize>>,
    /// Names of blocks, for suggestions.
    names: OnceCell<Vec<(Text<'t>, String)>>,
    hints: Hints,
}

impl<'t> Lines<'t> {
    pub(super) fn new(tree: &'t Tree) -> Self {
        let mut lines = Self {
            tree,
            by_start: HashMap::new(),
            parents: Vec::new(),
            roots: HashMap::new(),
            named: HashMap::new(),
            children: OnceCell::new(),
            inside: OnceCell::new(),
            names: OnceCell::new(),
            hints: Hints::default(),
        };
        let mut open = Vec::new();
        for (index, line) in tree.lines().iter().enumerate() {
            if line.kind == LineKind::Close {
                open.pop();
            }
            lines.parents.push(open.last().copied());
            if line.kind == LineKind::Open {
                open.push(index);
            }
            if line.kind == LineKind::Statement && open.is_empty() {
                lines.root_line(index);
            }
            for token in tree.words(line) {
                lines.by_start.insert((token.span().source, token.span().start), index);
            }
        }
        lines
    }

    fn root_line(&mut self, index: usize) {
        let Some(keyword) = self.word(index, 0) else { return };
        if let Some(name) = self.word(index, 1) {
            self.named.entry((keyword.clone(), name)).or_insert(index);
        }
        self.roots.entry(keyword).or_insert(index);
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
        Some(words.first()?.span().to(words.last()?.span()))
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

    /// The lines of the block that the brace `open` opens, without those of blocks inside.
    fn children(&self, open: usize) -> impl Iterator<Item = usize> {
        let end = self.tree.closing(open).unwrap_or(self.tree.lines().len());
        (open + 1..end).filter(move |index| self.parents.get(*index) == Some(&Some(open)))
    }

    /// The first line with this word in the block that the brace `open` opens, but not in blocks inside.
    fn child(&self, open: usize, word: &[u8]) -> Option<usize> {
        let parent = |index: usize| self.parents.get(index).copied().flatten();
        let index = self.children.get_or_init(|| self.by_word(parent));
        index.get(&(open, Cow::Borrowed(word))).copied()
    }

    /// The same, also in blocks inside; `open` is a brace of the top level.
    fn anywhere(&self, open: usize, word: &[u8]) -> Option<usize> {
        let mut outermost = Vec::with_capacity(self.parents.len());
        let index = self.inside.get_or_init(|| {
            for parent in &self.parents {
                // A brace comes before what is in its block.
                let around = parent.and_then(|open| outermost.get(open).copied().flatten());
                outermost.push(around.or(*parent));
            }
            self.by_word(|index| outermost.get(index).copied().flatten())
        });
        index.get(&(open, Cow::Borrowed(word))).copied()
    }

    /// The first line of each word in each block; `block` gives a line's.
    fn by_word(&self, block: impl Fn(usize) -> Option<usize>) -> HashMap<(usize, Text<'t>), usize> {
        let mut first = HashMap::new();
        for index in 0..self.tree.lines().len() {
            if let (Some(open), Some(word)) = (block(index), self.word(index, 0)) {
                first.entry((open, word)).or_insert(index);
            }
        }
        first
    }

    /// The first line of the top level with this keyword.
    pub(super) fn root(&self, keyword: &str) -> Option<Span> {
        self.span(*self.roots.get(keyword.as_bytes())?)
    }

    /// The line of a block called `keyword`: in the block of the top level in which `span` stands, else at the top level.
    pub(super) fn near(&self, keyword: &str, span: Span) -> Option<Span> {
        let mut outermost = self.at(span).and_then(|line| self.parents.get(line).copied().flatten());
        while let Some(next) = outermost.and_then(|open| self.parents.get(open).copied().flatten()) {
            outermost = Some(next);
        }
        let inside = outermost.and_then(|open| self.anywhere(open, keyword.as_bytes()));
        inside.and_then(|index| self.span(index)).or_else(|| self.root(keyword))
    }

    /// The first block `kind name`, or the first entry `name` of the list in which `other` stands.
    pub(super) fn first_of(&self, kind: &str, name: &str, other: Span) -> Option<Span> {
        let at = self.at(other);
        let key = (Cow::Owned(kind.as_bytes().to_vec()), Cow::Owned(name.as_bytes().to_vec()));
        let block = self.named.get(&key).copied();
        let entry = || {
            let parent = at.and_then(|index| self.parents.get(index).copied()).flatten()?;
            self.child(parent, name.as_bytes())
        };
        let found = block.or_else(entry).filter(|index| Some(*index) != at)?;
        self.span(found)
    }

    /// The line before `at`, in the same block, that has the same keyword.
    fn before(&self, at: usize) -> Vec<(Span, String)> {
        let parent = self.parents.get(at).copied().flatten();
        let (Some(parent), Some(keyword)) = (parent, self.word(at, 0)) else { return Vec::new() };
        let name = String::from_utf8_lossy(&keyword).into_owned();
        let first = self.child(parent, &keyword).filter(|index| *index < at);
        first.and_then(|index| self.span(index)).map(|span| (span, name)).into_iter().collect()
    }

    /// The name of a block `kind` that is spelt almost like `name`.
    pub(super) fn near_name(&self, kind: &str, name: &str) -> Option<String> {
        let named = || {
            let text = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
            self.named.keys().map(|(keyword, name)| (keyword.clone(), text(name))).collect()
        };
        let names = self.names.get_or_init(named).iter();
        let of_kind = names.filter(|(keyword, _)| **keyword == *kind.as_bytes());
        self.hints.near(of_kind.map(|(_, name)| name.as_str()), name).map(str::to_owned)
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
        for index in self.children(open) {
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
