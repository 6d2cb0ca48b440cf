//! Includes, conditions, definitions and sequences.
//!
//! keepalived does all of this line by line before it looks at words, so this does, too: what comes out is a tree of the
//! lines that keepalived reads in the end. Each of them still knows the line that it was written on
//! ([`Sources::written_at`](crate::Sources::written_at)), what became of that
//! ([`Sources::became`](crate::Sources::became)), and where its file was included
//! ([`Sources::included_at`](crate::Sources::included_at)).

mod builtin;
mod definitions;
mod files;
mod include;
mod line;
mod random;
mod sequence;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::parse::Builder;
use crate::{Parsed, Problem, SourceId, Span};

use definitions::Definitions;
use include::Insist;
#[cfg(feature = "host")]
pub(crate) use include::alternatives;
use random::Random;

/// Finds the files that a configuration includes, and what else expansion asks of the world.
pub trait Loader {
    /// The files and folders that `pattern` (a path with `*`, `?` and `[…]`; braces have been taken apart) names, in the order to
    /// read them. A relative pattern is relative to `directory`. Empty if there are none.
    fn find(&self, directory: &Path, pattern: &str) -> Vec<PathBuf>;

    /// The content of one of these files. keepalived reads only ordinary files that nobody may execute.
    ///
    /// # Errors
    ///
    /// Why it cannot be read.
    fn read(&self, path: &Path) -> std::io::Result<Vec<u8>>;

    /// The environment variable `name`, for `${_ENV name}`. `None`, here always, if it is not set.
    fn environment(&self, _name: &str) -> Option<Vec<u8>> {
        None
    }
}

/// A loader for a place without files: every include finds nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFiles;

impl Loader for NoFiles {
    fn find(&self, _directory: &Path, _pattern: &str) -> Vec<PathBuf> {
        Vec::new()
    }

    fn read(&self, _path: &Path) -> std::io::Result<Vec<u8>> {
        Err(std::io::ErrorKind::NotFound.into())
    }
}

/// What expansion depends on besides the text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ExpandOptions {
    /// `-i`: what `@id` lines and `${_INSTANCE}` compare with; the short host name by default in keepalived.
    pub config_id: String,
    /// Lines that expansion may make, and steps it may take for them; 500,000 by default. A few
    /// octets of `~SEQ` ask for any number, so something has to say no.
    pub max_lines: usize,
    /// What `${_RANDOM}` begins with, unless `random_seed` stands above it. keepalived takes the time of day.
    pub seed: u32,
    /// `-e`: every include must find all that it names, as if `include_check` stood above.
    pub all_includes: bool,
}

impl Default for ExpandOptions {
    fn default() -> Self {
        Self { config_id: String::new(), max_lines: 500_000, seed: 1, all_includes: false }
    }
}

/// Reads a file with its includes, conditions, definitions and sequences. Never fails.
///
/// `source_name` is also the path that relative includes start from.
pub fn expand(source_name: &str, octets: &[u8], loader: &dyn Loader, options: &ExpandOptions) -> Parsed {
    expand_owned(source_name, octets.to_vec(), loader, options)
}

/// [`expand`] for a text that nobody else needs, which is then not copied.
pub fn expand_owned(
    source_name: &str,
    octets: Vec<u8>,
    loader: &dyn Loader,
    options: &ExpandOptions,
) -> Parsed {
    let mut builder = Builder::default();
    let source = builder.tree.sources.add(source_name, octets);
    let generated = builder.tree.sources.add("(expanded)", Vec::new());
    let mut expander = Expander {
        builder,
        loader,
        options,
        generated,
        definitions: Definitions::default(),
        open: None,
        random: None,
        insist: if options.all_includes { Insist::ALL } else { Insist::default() },
        reading: Vec::new(),
        doubted: HashSet::new(),
        level: 0,
        lines: 0,
        files: 0,
        full: false,
    };
    expander.file(PathBuf::from(source_name), source);
    expander.builder.finish()
}

struct Expander<'a> {
    builder: Builder,
    loader: &'a dyn Loader,
    options: &'a ExpandOptions,
    /// Holds the lines that are not as they were written.
    generated: SourceId,
    definitions: Definitions,
    /// A definition whose last line so far ended in a backslash.
    open: Option<(Vec<u8>, Vec<u8>)>,
    random: Option<Random>,
    /// What includes must find, as `include_check` has it.
    insist: Insist,
    /// The files that include one another, down to the one we are in.
    reading: Vec<PathBuf>,
    /// References that were wondered about: a sequence comes by the same one many times.
    doubted: HashSet<(Span, String)>,
    level: usize,
    lines: usize,
    files: usize,
    /// A limit was exceeded: nothing more is expanded.
    full: bool,
}

impl Expander<'_> {
    fn report(&mut self, at: Span, problem: Problem) {
        self.builder.report(at, problem);
    }

    fn too_many(&mut self, at: Span, what: &'static str, max: usize) {
        let problem = Problem::TooManyLevels { what, max };
        if !self.builder.diagnostics.iter().any(|finding| finding.problem == problem) {
            self.report(at, problem);
        }
    }

    /// The folder that includes start from.
    fn directory(&self) -> &Path {
        self.reading.last().and_then(|path| path.parent()).unwrap_or(Path::new(""))
    }
}

#[cfg(test)]
mod tests;
