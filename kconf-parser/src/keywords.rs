//! Every keyword of keepalived 2.2.7 and 2.4.3, block by block.
//!
//! One table serves lowering, suggestions and whatever else needs to know the language. How a missing argument is
//! taken was measured with keepalived 2.2.7.

mod checkers;
mod global_defs;
mod small;
mod suggest;
mod virtual_server;
mod vrrp;

pub(crate) use suggest::near;
pub use suggest::{closest, homes};

/// A block and the keywords that may stand in it.
#[derive(Debug)]
pub struct Block {
    /// The keyword that opens it; empty for the file itself.
    pub name: &'static str,
    /// Its keywords, sorted by name.
    pub keywords: &'static [Keyword],
}

/// One keyword in one block.
#[derive(Clone, Copy, Debug)]
pub struct Keyword {
    /// As written.
    pub name: &'static str,
    /// What must follow on the line.
    pub argument: Argument,
    /// What follows in braces.
    pub content: Content,
    /// keepalived 2.2.7 does not know it.
    pub newer_than_2_2_7: bool,
    /// keepalived complains about it, and what to write instead.
    pub deprecated: Option<&'static str>,
}

/// What a keyword wants on its own line.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Argument {
    /// Nothing; keepalived does not look at what follows.
    None,
    /// It means something with and without.
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
    List,
    /// A block of keywords.
    Block(&'static Block),
}

impl Block {
    /// The keyword called `name`.
    pub fn keyword(&self, name: &[u8]) -> Option<&'static Keyword> {
        let index = self.keywords.binary_search_by(|keyword| keyword.name.as_bytes().cmp(name)).ok()?;
        self.keywords.get(index)
    }
}

impl Keyword {
    /// The block that the keyword opens, if it is one of keywords.
    pub const fn block(&self) -> Option<&'static Block> {
        match self.content {
            Content::Block(block) => Some(block),
            Content::Line | Content::List => None,
        }
    }

    const fn newer(mut self) -> Self {
        self.newer_than_2_2_7 = true;
        self
    }

    const fn deprecated(mut self, instead: &'static str) -> Self {
        self.deprecated = Some(instead);
        self
    }
}

const fn keyword(name: &'static str, argument: Argument, content: Content) -> Keyword {
    Keyword { name, argument, content, newer_than_2_2_7: false, deprecated: None }
}

const fn flag(name: &'static str) -> Keyword {
    keyword(name, Argument::None, Content::Line)
}

const fn optional(name: &'static str) -> Keyword {
    keyword(name, Argument::Optional, Content::Line)
}

const fn wanted(name: &'static str) -> Keyword {
    keyword(name, Argument::Wanted, Content::Line)
}

const fn required(name: &'static str) -> Keyword {
    keyword(name, Argument::Required, Content::Line)
}

const fn list(name: &'static str) -> Keyword {
    keyword(name, Argument::Optional, Content::List)
}

const fn block(name: &'static str, block: &'static Block) -> Keyword {
    keyword(name, Argument::Optional, Content::Block(block))
}

/// The file itself.
pub static ROOT: Block = small::ROOT;

/// Every block there is, the file itself first.
pub static BLOCKS: &[&Block] = &[
    &ROOT,
    &global_defs::GLOBAL_DEFS,
    &vrrp::VRRP_SCRIPT,
    &vrrp::VRRP_INSTANCE,
    &vrrp::AUTHENTICATION,
    &vrrp::AUTH_HMAC,
    &vrrp::VRRP_SYNC_GROUP,
    &vrrp::VRRP_TRACK_PROCESS,
    &vrrp::TRACK_FILE,
    &small::GARP_GROUP,
    &small::TRACK_GROUP,
    &small::SSL,
    &small::BFD_INSTANCE,
    &virtual_server::VIRTUAL_SERVER,
    &virtual_server::REAL_SERVER,
    &checkers::TCP_CHECK,
    &checkers::HTTP_GET,
    &checkers::SSL_GET,
    &checkers::URL,
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

    #[test]
    fn tables_are_sorted_and_without_duplicates() {
        for block in BLOCKS {
            for pair in block.keywords.windows(2) {
                assert!(pair[0].name < pair[1].name, "{}: {} {}", block.name, pair[0].name, pair[1].name);
            }
        }
    }

    #[test]
    fn every_block_that_a_keyword_opens_is_listed() {
        for inner in BLOCKS.iter().flat_map(|block| block.keywords).filter_map(Keyword::block) {
            assert!(BLOCKS.iter().any(|block| core::ptr::eq(*block, inner)), "{}", inner.name);
        }
    }
}
