//! The keywords of a block, ready to be asked for on each line of a long file.

use crate::keywords::{Block, Keyword};

/// Keywords are told apart by a few of their octets before they are compared.
const BUCKETS: usize = 64;

/// A keyword, and what the program at hand does with it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) keyword: &'static Keyword,
    /// Named in [`LowerOptions::without_effect`](super::LowerOptions).
    pub(super) without_effect: bool,
}

/// The keywords of one block.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) block: &'static Block,
    buckets: Vec<Vec<Entry>>,
}

impl Table {
    pub(super) fn new(block: &'static Block, without_effect: &[(&str, &str)]) -> Self {
        let mut buckets = vec![Vec::new(); BUCKETS];
        for keyword in block.keywords {
            let without_effect = without_effect.contains(&(block.name, keyword.name));
            if let Some(bucket) = buckets.get_mut(bucket(keyword.name.as_bytes())) {
                bucket.push(Entry { keyword, without_effect });
            }
        }
        Self { block, buckets }
    }

    /// The keyword that `word` is.
    pub(super) fn find(&self, word: &[u8]) -> Option<Entry> {
        let entries = self.buckets.get(bucket(word))?;
        entries.iter().find(|entry| entry.keyword.name.as_bytes() == word).copied()
    }
}

fn bucket(word: &[u8]) -> usize {
    let octet = |found: Option<&u8>| found.copied().map_or(0, usize::from);
    // The middle tells "garp_master_delay" from "garp_master_refresh_repeat"; the ends are often alike.
    let middle = octet(word.get(word.len() / 2));
    (word.len() * 7 + octet(word.first()) * 3 + middle * 5 + octet(word.last())) % BUCKETS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keywords::BLOCKS;

    #[test]
    fn every_keyword_is_found_and_nothing_else() {
        for block in BLOCKS {
            let table = Table::new(block, &[("vrrp_instance", "state")]);
            for keyword in block.keywords {
                let found = table.find(keyword.name.as_bytes()).unwrap();
                assert!(core::ptr::eq(found.keyword, keyword), "{}", keyword.name);
                assert_eq!(found.without_effect, (block.name, keyword.name) == ("vrrp_instance", "state"));
                assert!(table.find(format!("{}_", keyword.name).as_bytes()).is_none());
            }
            assert!(table.find(b"").is_none());
        }
    }

    #[test]
    fn no_bucket_is_crowded() {
        for block in BLOCKS {
            let table = Table::new(block, &[]);
            let most = table.buckets.iter().map(Vec::len).max().unwrap_or_default();
            assert!(most <= 8, "{}: {most}", block.name);
        }
    }
}
