//! From a block of the configuration back to its lines in the text.
//!
//! The values of [`model`](crate::model) know where their block begins and no more. What a lint says about one line
//! of the block is looked for here, and only when there is something to say. keepalived can read a block with a
//! mistake in it as longer or shorter than its braces; the place is then that of the block.

use core::cell::OnceCell;
use core::net::IpAddr;
use std::borrow::Cow;
use std::collections::HashMap;

use crate::tree::{Line, LineKind, Token};
use crate::{SourceId, Span, Tree};

/// Every block of a text, by the place where it begins.
#[derive(Debug)]
pub(super) struct Places<'t> {
    tree: &'t Tree,
    blocks: HashMap<(SourceId, u32), Place>,
    /// Statements outside of every block.
    top: Vec<usize>,
}

/// Where a block is.
#[derive(Debug)]
struct Place {
    opener: usize,
    /// Made when something is looked for in it first.
    index: OnceCell<Box<Index>>,
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
                let place = Place { opener: index, index: OnceCell::new() };
                places.blocks.insert((first.span().source, first.span().start), place);
            }
        }
        places
    }

    /// The block that begins at `header`.
    pub(super) fn block(&self, header: Span) -> Block<'_> {
        let place = self.blocks.get(&(header.source, header.start));
        let opener = place.and_then(|place| self.tree.lines().get(place.opener));
        let lines = place.map_or(&[][..], |place| self.inside(place.opener));
        Block { tree: self.tree, header, opener, lines, index: place.map(|place| &place.index) }
    }

    /// Every block outside of other blocks that `keyword` opens.
    pub(super) fn top<'s>(&'s self, keyword: &'s str) -> impl Iterator<Item = Block<'s>> + 's {
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
    index: Option<&'t OnceCell<Box<Index>>>,
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

    /// The last line with `keyword`, for the last one counts.
    pub(super) fn line(self, keyword: &str) -> Option<Entry<'t>> {
        let line = *self.index()?.last.get(keyword.as_bytes())?;
        self.lines.get(line).map(|line| Entry { tree: self.tree, words: self.tree.words(line) })
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

    /// The lines of the block itself.
    pub(super) fn statements(self) -> impl Iterator<Item = Entry<'t>> {
        let depth = self.lines.first().map_or(0, |line| line.depth);
        let own =
            self.lines.iter().filter(move |line| line.kind == LineKind::Statement && line.depth == depth);
        own.map(move |line| Entry { tree: self.tree, words: self.tree.words(line) })
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
        let list = self.index()?.lists.get(keyword.as_bytes())?;
        self.span(*list.words.get(name.as_bytes())?)
    }

    /// The entries of the list `keyword` that begin with `address`, whatever prefix length they have.
    pub(super) fn addresses(self, keyword: &str, address: IpAddr) -> impl DoubleEndedIterator<Item = Span> {
        let list = self.index().and_then(|index| index.lists.get(keyword.as_bytes()));
        let lines = list.and_then(|list| list.addresses.get(&address)).map_or(&[][..], Vec::as_slice);
        lines.iter().filter_map(move |line| self.span(*line))
    }

    /// The first of them, else where the list or the block begins.
    pub(super) fn address(self, keyword: &str, address: IpAddr) -> Span {
        self.addresses(keyword, address).next().unwrap_or_else(|| self.at(keyword))
    }

    fn span(&self, line: usize) -> Option<Span> {
        self.lines.get(line).map(|line| span_of(self.tree.words(line)))
    }

    fn index(&self) -> Option<&'t Index> {
        self.index.map(|index| &**index.get_or_init(|| Box::new(Index::of(self))))
    }
}

/// The lines of a block by what they begin with, so that thousands of findings in one block need not read it thousands
/// of times. Lines are counted from the block's first.
#[derive(Debug, Default)]
struct Index {
    /// The last line of each keyword.
    last: HashMap<Vec<u8>, usize>,
    lists: HashMap<Vec<u8>, List>,
}

/// What is inside the blocks that a keyword opens.
#[derive(Debug, Default)]
struct List {
    /// The first entry of each word.
    words: HashMap<Vec<u8>, usize>,
    addresses: HashMap<IpAddr, Vec<usize>>,
}

impl Index {
    fn of(block: &Block<'_>) -> Self {
        let mut index = Self::default();
        let depth = block.lines.first().map_or(0, |line| line.depth);
        let mut around: Option<Vec<u8>> = None;
        for (number, line) in block.lines.iter().enumerate() {
            if line.kind != LineKind::Statement {
                continue;
            }
            let entry = Entry { tree: block.tree, words: block.tree.words(line) };
            let word = entry.word(0).map(Cow::into_owned);
            if line.depth == depth {
                index.last.extend(word.clone().map(|word| (word, number)));
                around = word;
                continue;
            }
            let (Some(keyword), Some(word)) = (&around, word) else { continue };
            if !index.lists.contains_key(keyword) {
                index.lists.insert(keyword.clone(), List::default());
            }
            let Some(list) = index.lists.get_mut(keyword) else { continue };
            list.words.entry(word).or_insert(number);
            if let Some(address) = entry.address() {
                list.addresses.entry(address).or_default().push(number);
            }
        }
        index
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

    /// Whether one of its words is this network, as routes and rules have it.
    pub(super) fn names(&self, (address, len): &(IpAddr, u8)) -> bool {
        let whole = if address.is_ipv4() { 32 } else { 128 };
        self.words.iter().any(|word| {
            let text = self.tree.text(word);
            let Ok(text) = core::str::from_utf8(&text) else { return false };
            if *len == 0 && ["default", "any", "all", "default6"].contains(&text) {
                return true;
            }
            let (bare, prefix) = text.split_once('/').unwrap_or((text, ""));
            let written = if prefix.is_empty() { Some(whole) } else { prefix.parse().ok() };
            bare.parse() == Ok(*address) && written.is_none_or(|written: u8| written == *len)
        })
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
        (Some(first), Some(last)) => first.span().to(last.span()),
        _ => Span::default(),
    }
}
