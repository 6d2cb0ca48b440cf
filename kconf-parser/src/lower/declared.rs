//! Blocks of other processes that checks refer to by name. A check knows those that are written before it.

use super::value::parse;
use crate::tree::{Line, LineKind};
use crate::{Span, Tree};

/// The `track_file` and `bfd_instance` blocks of a file.
pub(super) struct Declared<'t> {
    tree: &'t Tree,
    files: Vec<File>,
    sessions: Vec<Session>,
}

/// A `track_file` block, as a `FILE_CHECK` sees it.
pub(super) struct File {
    name: Vec<u8>,
    at: Span,
    pub(super) weight: i32,
    pub(super) reverse: bool,
}

struct Session {
    name: Vec<u8>,
    at: Span,
    /// `checker` or `vrrp` is written.
    listeners: bool,
    /// `checker` is written.
    checker: bool,
}

impl<'t> Declared<'t> {
    pub(super) fn of(tree: &'t Tree) -> Self {
        let mut declared = Self { tree, files: Vec::new(), sessions: Vec::new() };
        for (place, line) in tree.lines().iter().enumerate() {
            if line.depth == 0 && line.kind == LineKind::Statement {
                declared.block(place, line);
            }
        }
        declared
    }

    fn block(&mut self, place: usize, line: &Line) {
        let words = self.words(line);
        let at = self.tree.words(line).first().map_or_else(Span::default, |token| token.span);
        let (Some(keyword), Some(name)) = (words.first(), words.get(1)) else { return };
        let name = name.clone();
        match keyword.as_slice() {
            b"track_file" | b"vrrp_track_file" => {
                let mut file = File { name, at, weight: 1, reverse: false };
                for words in self.inside(place) {
                    file.line(&words);
                }
                self.files.push(file);
            }
            b"bfd_instance" => {
                let inside = self.inside(place);
                let has =
                    |word: &[u8]| inside.iter().any(|words| words.first().is_some_and(|first| first == word));
                let checker = has(b"checker");
                let session = Session { name, at, listeners: checker || has(b"vrrp"), checker };
                self.sessions.push(session);
            }
            _ => {}
        }
    }

    fn words(&self, line: &Line) -> Vec<Vec<u8>> {
        self.tree.words(line).iter().map(|token| self.tree.text(token).to_vec()).collect()
    }

    /// The lines of the block behind the line at `place`.
    fn inside(&self, place: usize) -> Vec<Vec<Vec<u8>>> {
        let lines = self
            .tree
            .lines()
            .iter()
            .skip(place + 1)
            .take_while(|line| line.depth > 0 || line.kind == LineKind::Open);
        lines.filter(|line| line.kind == LineKind::Statement).map(|line| self.words(line)).collect()
    }

    fn is_before(&self, one: Span, other: Span) -> bool {
        let place = |span: Span| (self.tree.sources().written_at(span), span);
        place(one) < place(other)
    }

    /// The tracked file `name`, if it is defined before `at`.
    pub(super) fn file(&self, name: &[u8], at: Span) -> Option<&File> {
        self.files.iter().find(|file| file.name == name && self.is_before(file.at, at))
    }

    /// Whether there is a BFD session `name` that tells the checkers, defined before `at`.
    pub(super) fn session(&self, name: &[u8], at: Span) -> bool {
        let tells = |session: &Session| session.checker || !session.listeners;
        self.sessions
            .iter()
            .any(|session| session.name == name && tells(session) && self.is_before(session.at, at))
    }

    /// Names of tracked files.
    pub(super) fn file_names(&self) -> Vec<String> {
        self.files.iter().map(|file| String::from_utf8_lossy(&file.name).into_owned()).collect()
    }

    /// Names of BFD sessions.
    pub(super) fn session_names(&self) -> Vec<String> {
        self.sessions.iter().map(|session| String::from_utf8_lossy(&session.name).into_owned()).collect()
    }
}

impl File {
    /// What is wrong with the line is found where the block is read.
    fn line(&mut self, words: &[Vec<u8>]) {
        let [keyword, weight, rest @ ..] = words else { return };
        if keyword == b"weight" {
            let weight = parse::<i32>(weight).filter(|weight| (-254..=254).contains(weight));
            self.weight = weight.unwrap_or(1);
            self.reverse |= rest.first().is_some_and(|word| word == b"reverse");
        }
    }
}
