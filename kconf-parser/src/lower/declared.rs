//! Blocks of other processes that checks refer to by name. A check knows those that are written before it.

use crate::keywords::Hints;
use crate::model::TrackedFile;
use crate::tree::{Line, LineKind};
use crate::{Span, Tree};

/// The `track_file` and `bfd_instance` blocks of a file.
pub(super) struct Declared<'t> {
    tree: &'t Tree,
    files: Vec<TrackedFile>,
    sessions: Vec<Session>,
    hints: Hints,
}

/// A `bfd_instance`, whether or not the BFD process can run it.
struct Session {
    name: Vec<u8>,
    at: Span,
    /// `checker` or `vrrp` is written.
    listeners: bool,
    /// `checker` is written.
    checker: bool,
}

impl<'t> Declared<'t> {
    pub(super) fn of(tree: &'t Tree, files: &[TrackedFile]) -> Self {
        let mut declared =
            Self { tree, files: files.to_vec(), sessions: Vec::new(), hints: Hints::default() };
        for (place, line) in tree.lines().iter().enumerate() {
            if line.depth == 0 && line.kind == LineKind::Statement {
                declared.block(place, line);
            }
        }
        declared
    }

    fn block(&mut self, place: usize, line: &Line) {
        if let [keyword, name, ..] = self.tree.words(line)
            && *self.tree.text(keyword) == *b"bfd_instance"
        {
            let inside = self.inside(place);
            let has =
                |word: &[u8]| inside.iter().any(|words| words.first().is_some_and(|first| first == word));
            let checker = has(b"checker");
            let session = Session {
                name: self.tree.text(name).into_owned(),
                at: keyword.span(),
                listeners: checker || has(b"vrrp"),
                checker,
            };
            self.sessions.push(session);
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
    pub(super) fn file(&self, name: &[u8], at: Span) -> Option<&TrackedFile> {
        self.files.iter().find(|file| file.name.as_bytes() == name && self.is_before(file.span, at))
    }

    /// Whether there is a BFD session `name` that tells the checkers, defined before `at`.
    pub(super) fn session(&self, name: &[u8], at: Span) -> bool {
        let tells = |session: &Session| session.checker || !session.listeners;
        self.sessions
            .iter()
            .any(|session| session.name == name && tells(session) && self.is_before(session.at, at))
    }

    /// The tracked file, wherever it is defined, whose name is spelt almost like `name`.
    pub(super) fn near_file(&self, name: &str) -> Option<&str> {
        self.hints.near(self.files.iter().map(|file| file.name.as_str()), name)
    }

    /// The same with BFD sessions.
    pub(super) fn near_session(&self, name: &str) -> Option<&str> {
        let names = self.sessions.iter().filter_map(|session| core::str::from_utf8(&session.name).ok());
        self.hints.near(names, name)
    }
}
