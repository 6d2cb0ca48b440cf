//! Every keyword of keepalived, block by block.
//!
//! One table serves lowering, suggestions, completion, help and whatever else needs to know the language. It has the
//! keywords of all releases up to [`Version::NEWEST`] and of what is written for the one after it. Which release
//! brought or dropped a keyword was read from the sources of each; how a missing argument is taken was measured with
//! keepalived 2.2.7.

mod build;
mod checkers;
mod entries;
mod global_defs;
mod instance;
mod root;
mod show;
mod small;
mod suggest;
mod takes;
mod trackers;
mod version;
mod virtual_server;

pub use root::ROOT;
pub use show::occurrences;
pub(crate) use suggest::{Hints, near};
pub use suggest::{closest, gone, homes};
pub use takes::{Entry, Takes, Unit};
pub use version::{InvalidVersion, Version};

/// A block and the keywords that may stand in it.
#[derive(Debug)]
pub struct Block {
    /// The keyword that opens it; empty for the file itself.
    pub name: &'static str,
    /// The keywords that open it and the blocks around it, outermost first, such as `virtual_server/real_server`.
    pub path: &'static str,
    /// The release that brought it; `None` if it was there before 1.0.1.
    pub since: Option<Version>,
    /// Its keywords, sorted by name.
    pub keywords: &'static [Keyword],
    /// Keywords that it had once.
    pub gone: &'static [Keyword],
}

/// One keyword in one block, or one word of an [`Entry`].
#[derive(Clone, Copy, Debug)]
pub struct Keyword {
    /// As written.
    pub name: &'static str,
    /// Whether something must follow on the line.
    pub argument: Argument,
    /// What that is.
    pub takes: Takes,
    /// What follows in braces.
    pub content: Content,
    /// What holds where the keyword is not written, for people.
    pub default: Option<&'static str>,
    /// The release that brought it; `None` if it was there before 1.0.1. [`Block::since_of`] looks at the block, too.
    pub since: Option<Version>,
    /// The last release that had it, if one has dropped it.
    pub until: Option<Version>,
    /// The keyword to write nowadays, if it is another one.
    pub instead: Option<&'static str>,
    /// keepalived complains about it, and what to write instead.
    pub deprecated: Option<&'static str>,
    help: &'static str,
}

/// What a keyword wants on its own line.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Argument {
    /// Nothing; keepalived does not look at what follows.
    None,
    /// It means something without, or keepalived says nothing about its absence.
    Optional,
    /// Without it keepalived complains and ignores the line.
    Wanted,
    /// Without it keepalived 2.2.7 stops reading and exits.
    Required,
}

/// What a keyword opens.
#[derive(Clone, Copy, Debug)]
pub enum Content {
    /// No block.
    Line,
    /// A block of entries that are not keywords.
    List(&'static Entry),
    /// A block of keywords.
    Block(&'static Block),
}

impl Block {
    /// The keyword called `name`.
    pub fn keyword(&self, name: &[u8]) -> Option<&'static Keyword> {
        find(self.keywords, name)
    }

    /// The keyword called `name` that no release has any more.
    pub fn gone(&self, name: &[u8]) -> Option<&'static Keyword> {
        self.gone.iter().find(|keyword| keyword.name.as_bytes() == name)
    }

    /// The release that brought `keyword` into this block; `None` if it was there before 1.0.1.
    pub fn since_of(&self, keyword: &Keyword) -> Option<Version> {
        keyword.since.max(self.since)
    }
}

impl Keyword {
    /// What it does, in one line.
    pub const fn help(&self) -> &'static str {
        self.help
    }

    /// The block that the keyword opens, if it is one of keywords.
    pub const fn block(&self) -> Option<&'static Block> {
        match self.content {
            Content::Block(block) => Some(block),
            Content::Line | Content::List(_) => None,
        }
    }

    /// The entries of the block that the keyword opens, or the words that can follow on its line.
    pub const fn entry(&self) -> Option<&'static Entry> {
        match (self.content, self.takes) {
            (Content::List(entry), _) => Some(entry),
            (_, Takes::Entry(entry)) => Some(entry),
            (Content::Line | Content::Block(_), _) => None,
        }
    }
}

fn find(table: &'static [Keyword], name: &[u8]) -> Option<&'static Keyword> {
    let index = table.binary_search_by(|keyword| keyword.name.as_bytes().cmp(name)).ok()?;
    table.get(index)
}

/// Every block there is, the file itself first.
pub static BLOCKS: &[&Block] = &[
    &ROOT,
    &global_defs::GLOBAL_DEFS,
    &trackers::VRRP_SCRIPT,
    &instance::VRRP_INSTANCE,
    &instance::AUTHENTICATION,
    &instance::AUTH_HMAC,
    &trackers::VRRP_SYNC_GROUP,
    &trackers::VRRP_TRACK_PROCESS,
    &trackers::TRACK_FILE,
    &small::GARP_GROUP,
    &small::TRACK_GROUP,
    &small::SSL,
    &small::BFD_INSTANCE,
    &virtual_server::VIRTUAL_SERVER,
    &virtual_server::REAL_SERVER,
    &checkers::TCP_CHECK,
    &checkers::HTTP_GET,
    &checkers::URL,
    &checkers::SSL_GET,
    &checkers::SSL_URL,
    &checkers::SMTP_CHECK,
    &checkers::SMTP_HOST,
    &checkers::DNS_CHECK,
    &checkers::MISC_CHECK,
    &checkers::UDP_CHECK,
    &checkers::PING_CHECK,
    &checkers::BFD_CHECK,
    &checkers::FILE_CHECK,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn tables() -> impl Iterator<Item = (&'static str, &'static [Keyword])> {
        let entries = BLOCKS.iter().flat_map(|block| block.keywords).filter_map(Keyword::entry);
        BLOCKS
            .iter()
            .map(|block| (block.name, block.keywords))
            .chain(entries.map(|entry| ("list", entry.words)))
    }

    #[test]
    fn tables_are_sorted_and_without_duplicates() {
        for (name, keywords) in tables() {
            for pair in keywords.windows(2) {
                assert!(pair[0].name < pair[1].name, "{name}: {} {}", pair[0].name, pair[1].name);
            }
        }
    }

    #[test]
    fn every_block_that_a_keyword_opens_is_listed() {
        for inner in BLOCKS.iter().flat_map(|block| block.keywords).filter_map(Keyword::block) {
            assert!(BLOCKS.iter().any(|block| core::ptr::eq(*block, inner)), "{}", inner.name);
        }
    }

    #[test]
    fn every_word_has_one_line_of_help() {
        for (name, keywords) in tables() {
            for keyword in keywords {
                let help = keyword.help();
                assert!(
                    help.len() > 3 && !help.contains('\n') && help.ends_with('.'),
                    "{name}: {}",
                    keyword.name
                );
            }
        }
    }
}
