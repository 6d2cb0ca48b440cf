//! Tree to meaning.

use crate::model::Config;
use crate::{Diagnostic, Facts, Tree};

/// What [`lower`] gives.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lowered {
    /// What remains after keepalived's rules dropped or replaced what they drop or replace.
    pub config: Config,
    /// What was wrong, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// Gives the configuration its meaning, with the defaults, ranges and fall-backs of keepalived. Never fails.
pub fn lower(_tree: &Tree, _facts: &dyn Facts) -> Lowered {
    Lowered::default()
}
