//! What an unknown word may have been meant to be.

use core::cell::Cell;

use super::{BLOCKS, Block, Keyword, occurrences};

/// Comparisons for suggestions among names that a file defines.
const MAX_COMPARISONS: usize = 250_000;

/// The keyword of `block` that `word` is most likely a misspelling of.
pub fn closest(block: &Block, word: &str) -> Option<&'static str> {
    near(block.keywords.iter().map(|keyword| keyword.name), word)
}

/// The one of `names` that `word` is most likely a misspelling of.
///
/// One mistake in three characters, at most three mistakes: beyond that a guess misleads.
pub(crate) fn near<'n>(names: impl Iterator<Item = &'n str>, word: &str) -> Option<&'n str> {
    let length = word.chars().count();
    let allowed = (length / 3).clamp(1, 3);
    let lower = word.to_ascii_lowercase();
    names
        // Much cheaper than the distance, which is never less than this.
        .filter(|name| name.chars().count().abs_diff(length) <= allowed)
        .map(|name| (strsim::damerau_levenshtein(&lower, &name.to_ascii_lowercase()), name))
        .filter(|(distance, name)| *distance <= allowed && *distance < name.len())
        .min()
        .map(|(_, name)| name)
}

/// [`near`] among the names that a file defines.
///
/// Thousands of names that nothing defines beside thousands that are defined are not compared one by one: after some
/// time there are no more suggestions.
#[derive(Clone, Debug)]
pub(crate) struct Hints {
    left: Cell<usize>,
}

impl Default for Hints {
    fn default() -> Self {
        Self { left: Cell::new(MAX_COMPARISONS) }
    }
}

impl Hints {
    /// The one of `names` that `word` is most likely a misspelling of.
    pub(crate) fn near<'n>(&self, names: impl Iterator<Item = &'n str>, word: &str) -> Option<&'n str> {
        if self.left.get() == 0 {
            return None;
        }
        let counted = names.inspect(|_| self.left.set(self.left.get().saturating_sub(1)));
        near(counted, word)
    }
}

/// The blocks in which `word` is a keyword. Empty name: the top level of the file.
pub fn homes(word: &str) -> Vec<&'static str> {
    let mut homes: Vec<_> = occurrences(word).into_iter().map(|(block, _)| block.name).collect();
    // Several blocks have the same name, 'url' for one.
    homes.dedup();
    homes
}

/// The keyword `word` that keepalived had once, in whatever block.
pub fn gone(word: &str) -> Option<&'static Keyword> {
    BLOCKS.iter().find_map(|block| block.gone(word.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keywords::ROOT;

    #[test]
    fn misspelt_keywords_are_recognised() {
        assert_eq!(closest(&ROOT, "vvrp_script"), Some("vrrp_script"));
        assert_eq!(closest(&ROOT, "vrrp_sctipt"), Some("vrrp_script"));
        assert_eq!(closest(&ROOT, "hello"), None);
        assert_eq!(homes("virtual_router_id"), ["vrrp_instance"]);
    }
}
