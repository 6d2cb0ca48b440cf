//! From a block of the configuration back to its lines in the text.
//!
//! The values of [`model`](crate::model) know where their block begins and no more. What a lint says about one line
//! of the block is looked for here, and only when there is something to say. keepalived can read a block with a
//! mistake in it as longer or shorter than its braces; the place is then that of the block.

use core::net::IpAddr;
use std::borrow::Cow;
use std::collections::HashMap;

use crate::tree::{Line, LineKind, Token};
use crate::{SourceId, Span, Tree};

/// Every block of a text, by the place where it begins.
#[derive(Debug)]
pub(super) struct Places<'t> {
    tree: &'t Tree,
    blocks: HashMap<(SourceId, u32), usize>,
    /// Statements outside of every block.
    top: Vec<usize>,
}

impl<'t> Places<'t> {
    pub(super) fn new(tree: &'t Tree) -> Self {
        let mut places = Self { tree, blocks: HashMap::new(), top: Vec::new() };
        for (index, line) in tree.lines().iter().enumerate() {
            if line.kind != LineKind::Statement {
                continue;
            }
            if line.depth == 0 {
                places.top.push(index);
            }
            if tree.lines().get(index + 1).is_some_and(|next| next.kind == LineKind::Open)
                && let Some(first) = tree.words(line).first()
            {
                places.blocks.insert((first.span.source, first.span.start), index);
            }
        }
        places
    }

    /// The block that begins at `header`.
    pub(super) fn block(&self, header: Span) -> Block<'t> {
        let index = self.blocks.get(&(header.source, header.start)).copied();
        let opener = index.and_then(|index| self.tree.lines().get(index));
        let lines = index.map_or(&[][..], |index| self.inside(index));
        Block { tree: self.tree, header, opener, lines }
    }

    /// Every block outside of other blocks that `keyword` opens.
    pub(super) fn top<'s>(&'s self, keyword: &'s str) -> impl Iterator<Item = Block<'t>> + 's {
        let lines = self.top.iter().filter_map(|index| self.tree.lines().get(*index));
        lines.filter_map(move |line| {
            let words = self.tree.words(line);
            let named = words.first().is_some_and(|word| *self.tree.text(word) == *keyword.as_bytes());
            named.then(|| self.block(span_of(words)))
        })
    }

    fn inside(&self, opener: usize) -> &'t [Line] {
        let lines = self.tree.lines();
        let end = self.tree.closing(opener + 1).unwrap_or(lines.len());
        lines.get(opener + 2..end).unwrap_or(&[])
    }
}

/// The lines of a block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block<'t> {
    tree: &'t Tree,
    header: Span,
    opener: Option<&'t Line>,
    lines: &'t [Line],
}

/// A line of a block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'t> {
    tree: &'t Tree,
    words: &'t [Token],
}

impl<'t> Block<'t> {
    /// The line that opens the block.
    pub(super) const fn header(&self) -> Span {
        self.header
    }

    /// Word `index` of the line that opens it; the keyword is 0.
    pub(super) fn header_word(&self, index: usize) -> Option<String> {
        self.opener.and_then(|line| Entry { tree: self.tree, words: self.tree.words(line) }.text(index))
    }

    /// Lines with `keyword`, not those of blocks inside.
    pub(super) fn lines(self, keyword: &str) -> impl Iterator<Item = Entry<'t>> {
        self.every_line().filter(move |entry| entry.word(0).as_deref() == Some(keyword.as_bytes()))
    }

    /// The last line with `keyword`, for the last one counts.
    pub(super) fn line(self, keyword: &str) -> Option<Entry<'t>> {
        self.lines(keyword).last()
    }

    /// Where `keyword` is written, else where the block begins.
    pub(super) fn at(self, keyword: &str) -> Span {
        self.line(keyword).map_or(self.header, |line| line.span())
    }

    /// The lines inside the blocks that `keyword` opens.
    pub(super) fn entries(self, keyword: &str) -> impl Iterator<Item = Entry<'t>> {
        let depth = self.lines.first().map_or(0, |line| line.depth);
        let mut inside = false;
        self.lines.iter().filter_map(move |line| {
            let entry = Entry { tree: self.tree, words: self.tree.words(line) };
            match line.kind {
                LineKind::Statement if line.depth == depth => {
                    inside = entry.word(0).as_deref() == Some(keyword.as_bytes());
                    None
                }
                LineKind::Statement => inside.then_some(entry),
                LineKind::Open | LineKind::Close => None,
            }
        })
    }

    /// Every line of the block itself.
    pub(super) fn every_line(self) -> impl Iterator<Item = Entry<'t>> {
        let depth = self.lines.first().map_or(0, |line| line.depth);
        let lines =
            self.lines.iter().filter(move |line| line.depth == depth && line.kind == LineKind::Statement);
        lines.map(move |line| Entry { tree: self.tree, words: self.tree.words(line) })
    }

    /// Where `keyword value` is written inside the blocks that `list` opens, else where the block begins.
    pub(super) fn entry_with(self, list: &str, keyword: &str, value: &str) -> Span {
        let mut entries = self.entries(list);
        let entry = entries.find(|entry| {
            entry.word(0).as_deref() == Some(keyword.as_bytes())
                && entry.word(1).as_deref() == Some(value.as_bytes())
        });
        entry.map_or(self.header, |entry| entry.span())
    }

    /// Where `name` is an entry of the list `keyword`, else where the list or the block begins.
    pub(super) fn entry(self, keyword: &str, name: &str) -> Span {
        self.find_entry(keyword, name).unwrap_or_else(|| self.at(keyword))
    }

    /// Where `name` is an entry of the list `keyword`.
    pub(super) fn find_entry(self, keyword: &str, name: &str) -> Option<Span> {
        let mut entries = self.entries(keyword);
        let entry = entries.find(|entry| entry.word(0).as_deref() == Some(name.as_bytes()));
        entry.map(|entry| entry.span())
    }

    /// The entries of the list `keyword` that begin with `address`, whatever prefix length they have.
    pub(super) fn addresses(self, keyword: &str, address: IpAddr) -> Vec<Span> {
        let entries = self.entries(keyword).filter(|entry| entry.address() == Some(address));
        entries.map(|entry| entry.span()).collect()
    }

    /// The first of them, else where the list or the block begins.
    pub(super) fn address(self, keyword: &str, address: IpAddr) -> Span {
        self.addresses(keyword, address).first().copied().unwrap_or_else(|| self.at(keyword))
    }
}

impl<'t> Entry<'t> {
    /// The whole line.
    pub(super) fn span(&self) -> Span {
        span_of(self.words)
    }

    /// Word `index`; the keyword is 0.
    pub(super) fn word(&self, index: usize) -> Option<Cow<'t, [u8]>> {
        self.words.get(index).map(|word| self.tree.text(word))
    }

    /// Word `index` as text.
    pub(super) fn text(&self, index: usize) -> Option<String> {
        self.word(index).map(|word| String::from_utf8_lossy(&word).into_owned())
    }

    /// The address that the line begins with.
    pub(super) fn address(&self) -> Option<IpAddr> {
        let word = self.word(0)?;
        let bare = word.split(|octet| *octet == b'/').next()?;
        core::str::from_utf8(bare).ok()?.parse().ok()
    }
}

fn span_of(words: &[Token]) -> Span {
    match (words.first(), words.last()) {
        (Some(first), Some(last)) => first.span.to(last.span),
        _ => Span::default(),
    }
}
