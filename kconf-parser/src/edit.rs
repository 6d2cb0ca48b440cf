//! Changes of a configuration that leave everything else as it is, octet for octet.
//!
//! An [`Edit`] collects changes of one file and gives the new text, with a list of what was replaced. Spacing, comments,
//! line endings, indentation and the way a word is quoted are taken over from what is there.
//!
//! ```
//! use std::num::NonZeroU8;
//!
//! use kconf_parser::edit::Edit;
//! use kconf_parser::parse;
//!
//! let text = b"vrrp_instance VI_1 {\n\tpriority   100  # see the wiki\n\tinterface eth0\n}\n";
//! let tree = parse("keepalived.conf", text).tree;
//! let mut edit = Edit::of(&tree);
//! edit.set_priority("VI_1", NonZeroU8::new(150).unwrap())?;
//! edit.add_virtual_address("VI_1", "192.0.2.1".parse().unwrap(), 24, None)?;
//! assert_eq!(
//!     String::from_utf8_lossy(&edit.finish().octets),
//!     "vrrp_instance VI_1 {\n\tpriority   150  # see the wiki\n\tinterface eth0\n\
//!      \tvirtual_ipaddress {\n\t\t192.0.2.1/24\n\t}\n}\n"
//! );
//! # Ok::<(), kconf_parser::edit::EditError>(())
//! ```
//!
//! What is made by a definition, a condition, a sequence or an include is not in the file as a plain line. A change that
//! would need one of these names its place instead: [`EditError::NotPlain`].

mod block;
mod check;
mod error;
mod locate;
mod path;
mod place;
mod rename;
mod typed;

pub use block::NewBlock;
pub use check::Context;
pub use error::{EditError, MadeBy};
pub use path::BlockPath;
pub use rename::Named;
pub use typed::{NewCheck, NewRealServer};

use core::ops::Range;

use crate::Tree;
use crate::physical::Physical;

use place::Pending;

/// Changes of one file, not yet made. All of them refer to the file as it is.
#[derive(Debug)]
pub struct Edit<'t> {
    tree: &'t Tree,
    expanded: Option<&'t Tree>,
    lines: Vec<Physical>,
    changes: Vec<Replacement>,
    /// Lists that this edit makes, for more entries.
    pending: Vec<Pending>,
    /// Keywords that this edit writes into a block, by the line that opens it.
    written: Vec<(Option<usize>, String)>,
}

/// A part of the old text, and what stands there in the new one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Replacement {
    /// Octets of the old text; empty where something is inserted.
    pub range: Range<usize>,
    /// What takes their place.
    pub text: Vec<u8>,
}

/// What comes of an edit.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Edited {
    /// The new text.
    pub octets: Vec<u8>,
    /// What was replaced, in order and apart. Every other octet is the old one.
    pub replaced: Vec<Replacement>,
}

impl<'t> Edit<'t> {
    /// Changes of the file that [`parse`](crate::parse) gave `tree` for.
    pub fn of(tree: &'t Tree) -> Self {
        let lines = tree.physical_lines();
        Self { tree, expanded: None, lines, changes: Vec::new(), pending: Vec::new(), written: Vec::new() }
    }

    /// The same file after [`expand`](crate::expand()), so that errors can say where a line comes from that this file
    /// only includes or defines.
    #[must_use]
    pub fn with_expansion(mut self, expanded: &'t Tree) -> Self {
        self.expanded = Some(expanded);
        self
    }

    /// Gives `keyword` in a block this argument: everything behind the keyword, as it is written in a file. Where the
    /// line is missing it is added. An empty argument is for keywords that have none.
    ///
    /// Of several lines the last is changed, for it is the one that counts.
    ///
    /// # Errors
    ///
    /// There is no such block, or the line is not plain, or the argument is more than one line can hold.
    pub fn set(
        &mut self,
        block: impl Into<BlockPath>,
        keyword: &str,
        argument: &str,
    ) -> Result<&mut Self, EditError> {
        let statement =
            if argument.is_empty() { keyword.to_owned() } else { format!("{keyword} {argument}") };
        block::check_statement(&statement)?;
        let path = block.into();
        let place = self.block(&path)?;
        let plain = self.keyword(&path, place, keyword)?;
        match plain.last() {
            Some(line) => self.set_argument(*line, argument)?,
            None if self.written.contains(&(place, keyword.to_owned())) => return Err(EditError::Conflict),
            None => {
                self.written.push((place, keyword.to_owned()));
                let at = self.end_of_settings(place);
                self.insert(place, at, &NewBlock::line_only(statement))?;
            }
        }
        Ok(self)
    }

    /// Removes every line with `keyword` from a block; of a keyword with a block also that.
    ///
    /// # Errors
    ///
    /// There is no such block, no such line, or the line is not plain.
    pub fn remove(&mut self, block: impl Into<BlockPath>, keyword: &str) -> Result<&mut Self, EditError> {
        let path = block.into();
        let place = self.block(&path)?;
        let plain = self.keyword(&path, place, keyword)?;
        if plain.is_empty() {
            return Err(EditError::NoLine { block: path.to_string(), keyword: keyword.to_owned() });
        }
        for line in plain {
            self.cut(line)?;
        }
        Ok(self)
    }

    /// Adds an entry to a list such as `virtual_ipaddress`, behind those that are there. Where the list is missing it is
    /// added.
    ///
    /// # Errors
    ///
    /// There is no such block, the entry is there already (its first word decides), or it is more than one line can hold.
    pub fn add_entry(
        &mut self,
        block: impl Into<BlockPath>,
        list: &str,
        entry: &str,
    ) -> Result<&mut Self, EditError> {
        block::check_statement(entry)?;
        let path = block.into();
        let place = self.block(&path)?;
        let plain = self.lists(&path, place, list)?;
        let first = entry.split_ascii_whitespace().next().unwrap_or(entry);
        if let Some(line) = self.entries(&plain, first)?.first() {
            return Err(EditError::AlreadyThere { what: entry.to_owned(), line: self.line_number(*line) });
        }
        match plain.last() {
            Some(line) => {
                let open = self.opening(*line)?;
                let at = self.end_of_entries(open);
                self.insert(Some(open), at, &NewBlock::line_only(entry.to_owned()))?;
            }
            None => self.add_to_new_list(place, list, entry)?,
        }
        Ok(self)
    }

    /// Removes the entries of a list that begin with this word. Addresses are compared as addresses; without a prefix
    /// length any will do.
    ///
    /// # Errors
    ///
    /// There is no such block or entry, or its line is not plain.
    pub fn remove_entry(
        &mut self,
        block: impl Into<BlockPath>,
        list: &str,
        entry: &str,
    ) -> Result<&mut Self, EditError> {
        let path = block.into();
        let place = self.block(&path)?;
        let plain = self.lists(&path, place, list)?;
        let entries = self.entries(&plain, entry)?;
        if entries.is_empty() {
            let block = format!("{path} / {list}");
            return Err(EditError::NoLine { block, keyword: entry.to_owned() });
        }
        for line in entries {
            self.cut(line)?;
        }
        Ok(self)
    }

    /// Adds a block inside another, at its end. [`BlockPath::file`] is the file itself.
    ///
    /// # Errors
    ///
    /// There is no such block, or a line of the new one is more than one line can hold.
    pub fn add_block(
        &mut self,
        inside: impl Into<BlockPath>,
        block: &NewBlock,
    ) -> Result<&mut Self, EditError> {
        block.check()?;
        let place = self.block(&inside.into())?;
        let at = self.end_of_block(place);
        self.insert(place, at, block)?;
        Ok(self)
    }

    /// Removes a block with everything in it.
    ///
    /// # Errors
    ///
    /// There is no such block, or it is not plain.
    pub fn remove_block(&mut self, block: impl Into<BlockPath>) -> Result<&mut Self, EditError> {
        let path = block.into();
        let Some(open) = self.block(&path)? else {
            return Err(EditError::NoBlock { block: path.to_string() });
        };
        self.cut(open.saturating_sub(1))?;
        Ok(self)
    }

    /// Makes the changes, whatever comes of them. [`finish_checked`](Self::finish_checked) looks first.
    pub fn finish(mut self) -> Edited {
        // What is inserted in one place keeps the order in which it was asked for.
        self.changes.sort_by_key(|change| (change.range.start, change.range.end));
        let old = self.tree.print();
        let mut octets = Vec::with_capacity(old.len());
        let mut at = 0;
        for change in &self.changes {
            octets.extend_from_slice(old.get(at..change.range.start).unwrap_or(&[]));
            octets.extend_from_slice(&change.text);
            at = change.range.end;
        }
        octets.extend_from_slice(old.get(at..).unwrap_or(&[]));
        Edited { octets, replaced: self.changes }
    }

    fn replace(&mut self, range: Range<usize>, text: Vec<u8>) -> Result<usize, EditError> {
        let overlaps = |other: &Replacement| {
            let other = &other.range;
            // Two that insert in one place, or beside what goes, do not meet.
            let apart = range.end <= other.start || other.end <= range.start;
            !apart || (range == *other && !range.is_empty())
        };
        if self.changes.iter().any(overlaps) {
            return Err(EditError::Conflict);
        }
        self.changes.push(Replacement { range, text });
        Ok(self.changes.len() - 1)
    }
}
