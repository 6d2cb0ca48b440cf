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
    let own = letters(word);
    // Much cheaper than the distance, which is never less than these: one mistake makes a word longer or shorter by
    // one, and brings one letter that was not in it, or takes one out.
    let hopeless = |name: &&str| {
        let other = letters(name);
        let differ = (own & !other).count_ones().max((other & !own).count_ones());
        name.chars().count().abs_diff(length) > allowed || usize::try_from(differ).is_ok_and(|n| n > allowed)
    };
    names
        .filter(|name| !hopeless(name))
        .map(|name| (strsim::damerau_levenshtein(&lower, &name.to_ascii_lowercase()), name))
        .filter(|(distance, name)| *distance <= allowed && *distance < name.len())
        .min()
        .map(|(_, name)| name)
}

/// The letters that are in a word; some share a bit.
fn letters(word: &str) -> u64 {
    word.chars().fold(0, |set, letter| set | 1 << (u32::from(letter.to_ascii_lowercase()) % 64))
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
    fn what_is_not_compared_could_not_be_near() {
        let names = || BLOCKS.iter().flat_map(|block| block.keywords).map(|keyword| keyword.name);
        let exhaustive = |word: &str| {
            let allowed = (word.chars().count() / 3).clamp(1, 3);
            let distance = |name: &str| {
                strsim::damerau_levenshtein(&word.to_ascii_lowercase(), &name.to_ascii_lowercase())
            };
            let all = names().map(|name| (distance(name), name));
            all.filter(|(distance, name)| *distance <= allowed && *distance < name.len()).min()
        };
        for (at, name) in names().enumerate().step_by(7) {
            let cut = at % name.len();
            let (before, after) = name.split_at(cut);
            let swapped: String = after.chars().rev().chain(before.chars()).collect();
            let words = [format!("{before}X\u{e9}{after}"), format!("{before}{}", &after[1..]), swapped];
            for word in words {
                assert_eq!(near(names(), &word), exhaustive(&word).map(|(_, name)| name), "{word}");
            }
        }
    }

    #[test]
    fn suggestions_end_after_many_comparisons() {
        let hints = Hints::default();
        let names: Vec<String> = (0..1_000).map(|number| format!("name{number}")).collect();
        let asked = |word: &str| hints.near(names.iter().map(String::as_str), word).is_some();
        assert!(asked("nam1"));
        assert!((0..1_000).any(|_| !asked("nam1")));
    }

    #[test]
    fn misspelt_keywords_are_recognised() {
        assert_eq!(closest(&ROOT, "vvrp_script"), Some("vrrp_script"));
        assert_eq!(closest(&ROOT, "vrrp_sctipt"), Some("vrrp_script"));
        assert_eq!(closest(&ROOT, "hello"), None);
        assert_eq!(homes("virtual_router_id"), ["vrrp_instance"]);
    }
}
