//! Text to tree.

use crate::{Diagnostic, Tree};

/// What [`parse`] and [`expand`](crate::expand::expand) give.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// The tree, whatever the text was.
    pub tree: Tree,
    /// What was wrong with its lines.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads `octets` as a configuration file called `source_name`. Never fails.
///
/// Includes, conditions and definitions stay as they are written.
pub fn parse(source_name: &str, octets: &[u8]) -> Parsed {
    let mut tree = Tree::default();
    tree.sources.add(source_name, octets.to_vec());
    Parsed { tree, diagnostics: Vec::new() }
}
