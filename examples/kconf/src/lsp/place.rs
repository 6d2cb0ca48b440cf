//! What the text is about at one place.

use kconf_parser::Tree;
use kconf_parser::keywords::{Block, Content, Keyword, ROOT};
use kconf_parser::tree::{Line, LineKind, Token, TokenKind};

/// What the text is about at one place.
#[derive(Debug)]
pub(super) struct Place<'t> {
    /// Keywords of the blocks around it, outermost first.
    pub(super) around: Vec<String>,
    /// What may stand here; `None` in a list and where nothing is known.
    pub(super) table: Option<&'static Block>,
    /// The words of its statement. The last one may be yet to come.
    pub(super) words: Vec<&'t Token>,
    /// Which of them it is.
    pub(super) word: usize,
}

/// A block that is open.
struct Frame {
    keyword: String,
    table: Option<&'static Block>,
}

impl<'t> Place<'t> {
    /// The place in front of octet `at`; a word that ends there counts. `None` in a comment.
    pub(super) fn at(tree: &'t Tree, at: usize) -> Option<Self> {
        let in_comment = |token: &Token| {
            token.kind == TokenKind::Comment
                && (token.span().range().start..=token.span().range().end).contains(&at)
        };
        if tree.tokens().iter().any(in_comment) {
            return None;
        }
        let mut frames: Vec<Frame> = Vec::new();
        let mut statement: Option<&Line> = None;
        for line in tree.lines() {
            let Some(first) = tree.words(line).first().filter(|first| first.span().range().start < at) else {
                break;
            };
            match line.kind {
                LineKind::Statement => statement = Some(line),
                LineKind::Open if first.span().range().end <= at => {
                    let keyword = statement.take().map(|line| keyword_of(tree, line)).unwrap_or_default();
                    let table = frames.last().map_or(Some(&ROOT), |frame| frame.table);
                    let table = table.and_then(|table| table.keyword(keyword.as_bytes())?.block());
                    frames.push(Frame { keyword, table });
                }
                LineKind::Close if first.span().range().end <= at => {
                    frames.pop();
                    statement = None;
                }
                LineKind::Open | LineKind::Close => break,
            }
        }
        let words: Vec<&Token> = statement.map_or_else(Vec::new, |line| tree.words(line).iter().collect());
        let words = if on_line_of(tree, &words, at) { words } else { Vec::new() };
        let word = words.iter().take_while(|word| word.span().range().end < at).count();
        let table = frames.last().map_or(Some(&ROOT), |frame| frame.table);
        let around = frames.into_iter().map(|frame| frame.keyword).collect();
        Some(Self { around, table, words, word })
    }

    /// The token that the place is in.
    pub(super) fn token(&self) -> Option<&'t Token> {
        self.words.get(self.word).copied()
    }

    /// The keyword of the statement.
    pub(super) fn keyword(&self, tree: &Tree) -> Option<&'static Keyword> {
        self.table?.keyword(&tree.text(self.words.first()?))
    }

    /// The block that defines what is named here, by its keyword.
    pub(super) fn refers_to(&self, tree: &Tree) -> Option<&'static str> {
        let list = self.around.last().map_or("", String::as_str);
        let inside = self.around.len() > 1;
        let kind = match list {
            "track_script" => "vrrp_script",
            "track_file" if inside => "track_file",
            "track_process" => "vrrp_track_process",
            "track_bfd" => "bfd_instance",
            "group" if inside => return Some("vrrp_instance"),
            _ => return self.names_on_line(tree),
        };
        (self.word == 0).then_some(kind)
    }

    fn names_on_line(&self, tree: &Tree) -> Option<&'static str> {
        let word =
            |index: usize| self.words.get(index).map(|word| tree.text(word).into_owned()).unwrap_or_default();
        let before = self.word.checked_sub(1).map(word).unwrap_or_default();
        match (&*word(0), &*before, self.word) {
            (b"virtual_server", b"group", 2) if self.around.is_empty() => Some("virtual_server_group"),
            (b"lvs_sync_daemon", _, 2 | 3) => Some("vrrp_instance"),
            (_, b"track_group", _) => Some("track_group"),
            _ => None,
        }
    }

    /// The keyword of the block of entries that it is in.
    pub(super) fn list(&self) -> Option<&'static Keyword> {
        let (list, outer) = self.around.split_last()?;
        let mut table = &ROOT;
        for keyword in outer {
            table = table.keyword(keyword.as_bytes())?.block()?;
        }
        let keyword = table.keyword(list.as_bytes())?;
        matches!(keyword.content, Content::List(_)).then_some(keyword)
    }
}

fn keyword_of(tree: &Tree, line: &Line) -> String {
    let first = tree.words(line).first();
    first.map(|first| String::from_utf8_lossy(&tree.text(first)).into_owned()).unwrap_or_default()
}

/// Whether no line ends between the statement and `at`.
fn on_line_of(tree: &Tree, words: &[&Token], at: usize) -> bool {
    let Some(last) = words.last() else { return false };
    let octets = tree.sources().octets(last.span().source);
    at <= last.span().range().end
        || octets.get(last.span().range().end..at).is_some_and(|between| !between.contains(&b'\n'))
}
