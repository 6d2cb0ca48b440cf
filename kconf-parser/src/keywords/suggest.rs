//! What an unknown word may have been meant to be.

use super::{BLOCKS, Block};

/// The keyword of `block` that `word` is most likely a misspelling of.
pub fn closest(block: &Block, word: &str) -> Option<&'static str> {
    // One mistake in three characters, at most three mistakes: beyond that a guess misleads.
    let allowed = (word.chars().count() / 3).clamp(1, 3);
    block
        .keywords
        .iter()
        .map(|keyword| {
            (
                strsim::damerau_levenshtein(&word.to_ascii_lowercase(), &keyword.name.to_ascii_lowercase()),
                keyword.name,
            )
        })
        .filter(|(distance, name)| *distance <= allowed && *distance < name.len())
        .min()
        .map(|(_, name)| name)
}

/// The blocks in which `word` is a keyword. Empty name: the top level of the file.
pub fn homes(word: &str) -> Vec<&'static str> {
    BLOCKS.iter().filter(|block| block.keyword(word.as_bytes()).is_some()).map(|block| block.name).collect()
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
