//! The text, lossless, in lines.

use crate::Sources;

/// A parsed configuration: every octet of it, and where its lines begin and end.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    pub(crate) sources: Sources,
}

impl Tree {
    /// The texts that spans in this tree and in its diagnostics point into.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }
}
