//! A new name, where a thing is defined and where it is used.

use super::{Edit, EditError};
use crate::physical::Kind;
use crate::tree::{LineKind, Token};

/// What has a name that other blocks use.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Named {
    /// `vrrp_instance`: used by the `group` lists of sync groups and track groups, and by `lvs_sync_daemon`.
    Instance,
    /// `vrrp_script`: used by `track_script`.
    Script,
    /// `track_file` and `vrrp_track_file`: used by `track_file` lists.
    TrackFile,
    /// `vrrp_track_process`: used by `track_process`.
    TrackProcess,
    /// `bfd_instance`: used by `track_bfd` and `BFD_CHECK`.
    Bfd,
    /// `virtual_server_group`: used by `virtual_server group`.
    ServerGroup,
}

impl Named {
    /// Keywords of the blocks that define it.
    fn definitions(self) -> &'static [&'static str] {
        match self {
            Self::Instance => &["vrrp_instance"],
            Self::Script => &["vrrp_script"],
            Self::TrackFile => &["track_file", "vrrp_track_file"],
            Self::TrackProcess => &["vrrp_track_process"],
            Self::Bfd => &["bfd_instance"],
            Self::ServerGroup => &["virtual_server_group"],
        }
    }

    /// The words of a statement that are its name. `around`: keywords of the blocks that it stands in, from outside.
    fn words(self, around: &[Vec<u8>], keyword: &[u8], count: usize) -> core::ops::Range<usize> {
        let inside = |block: &[u8]| around.last().is_some_and(|last| last == block);
        let top = around.is_empty();
        let definition = top && self.definitions().iter().any(|word| word.as_bytes() == keyword);
        // An entry of a list is its own first word.
        let uses = match self {
            Self::Instance if keyword == b"lvs_sync_daemon" => 2..count.min(4),
            Self::Instance => 0..if inside(b"group") { count } else { 0 },
            Self::Script => 0..usize::from(inside(b"track_script")),
            Self::TrackFile => 0..usize::from(inside(b"track_file") && around.len() > 1),
            Self::TrackProcess => 0..usize::from(inside(b"track_process")),
            Self::Bfd if inside(b"BFD_CHECK") && keyword == b"name" => 1..2,
            Self::Bfd => 0..usize::from(inside(b"track_bfd")),
            Self::ServerGroup if top && keyword == b"virtual_server" => 2..count.min(3),
            Self::ServerGroup => 0..0,
        };
        if definition { 1..2 } else { uses }
    }
}

impl Edit<'_> {
    /// Gives a thing another name, in its own block and wherever it is used.
    ///
    /// # Errors
    ///
    /// There is no such thing, there is already one of the new name, the name is more than one word, or a line that
    /// has it is not plain.
    pub fn rename(&mut self, kind: Named, old: &str, new: &str) -> Result<&mut Self, EditError> {
        super::block::check_statement(new)?;
        if new.split_ascii_whitespace().count() != 1 || new.contains('"') {
            return Err(EditError::Unwritable);
        }
        let found = self.uses(kind, old);
        let defined = |uses: &[Use]| uses.iter().find(|found| found.top).map(|found| found.line);
        if let Some(line) = defined(&self.uses(kind, new)) {
            return Err(EditError::AlreadyThere { what: new.to_owned(), line: self.line_number(line) });
        }
        if defined(&found).is_none() {
            let keyword = kind.definitions().first().unwrap_or(&"");
            return Err(EditError::NoBlock { block: format!("{keyword} {old}") });
        }
        for Use { line, word, .. } in found {
            self.plain(line)?;
            self.set_word(line, word, new)?;
        }
        Ok(self)
    }

    fn uses(&self, kind: Named, name: &str) -> Vec<Use> {
        let mut around: Vec<Vec<u8>> = Vec::new();
        let mut previous = Vec::new();
        let mut found = Vec::new();
        for (line, logical) in self.tree.lines().iter().enumerate() {
            match logical.kind {
                LineKind::Open => around.push(core::mem::take(&mut previous)),
                LineKind::Close => drop(around.pop()),
                LineKind::Statement => {
                    let words = self.tree.words(logical);
                    // What is under a condition or in a definition is found to be refused.
                    let condition = matches!(self.kind(line), Kind::Condition)
                        && self.text_of(words.first()).starts_with(b"@");
                    let skip = usize::from(condition);
                    let words = words.get(skip..).unwrap_or(&[]);
                    previous = self.text_of(words.first());
                    let here = kind.words(&around, &previous, words.len());
                    let top = around.is_empty()
                        && kind.definitions().iter().any(|word| word.as_bytes() == previous);
                    let is_name = |word: &usize| self.text_of(words.get(*word)) == name.as_bytes();
                    found.extend(here.filter(is_name).map(|word| Use { line, word: word + skip, top }));
                }
            }
        }
        found
    }

    fn text_of(&self, token: Option<&Token>) -> Vec<u8> {
        token.map(|token| self.tree.text(token).into_owned()).unwrap_or_default()
    }
}

/// Where a name is.
struct Use {
    line: usize,
    word: usize,
    /// Where the thing itself is defined.
    top: bool,
}
