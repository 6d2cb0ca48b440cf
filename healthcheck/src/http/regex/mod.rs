//! `regex`: what is searched for in a body or a header.

#[cfg(feature = "regex")]
mod options;
#[cfg(feature = "regex")]
mod pattern;
#[cfg(all(test, feature = "regex"))]
mod pcre;
#[cfg(feature = "regex")]
mod translate;
mod window;

#[cfg(feature = "regex")]
pub use options::RegexOption;
#[cfg(feature = "regex")]
pub use pattern::{MAX_PATTERN_LEN, RegexError, RegexPattern};
pub(super) use window::Search;
pub use window::{MAX_MATCH_LEN, SEARCH_WINDOW};

/// Without the feature `regex` there are no patterns.
#[cfg(not(feature = "regex"))]
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct RegexPattern(core::convert::Infallible);

#[cfg(not(feature = "regex"))]
impl RegexPattern {
    fn find(&self, _: &[u8], _: usize, _: window::Edges) -> Result<Option<core::ops::Range<usize>>, Trouble> {
        match self.0 {}
    }

    pub(super) fn is_in(&self, _: &[u8]) -> Result<bool, Trouble> {
        match self.0 {}
    }
}

/// `regex` and what belongs to it: what the body must contain.
///
/// keepalived searches what each `read` happened to return, at most 4095 octets of it at a time;
/// so what it finds can depend on how the network cut the reply. Here it does not: a body of up
/// to [`SEARCH_WINDOW`] octets is searched as a whole, and in a longer one a match is found, with
/// all it looks ahead or behind for, if it is not longer than [`MAX_MATCH_LEN`], which is what
/// keepalived can find at best. Patterns that need the end of the body (`$`) work.
///
/// Where a `read` returns the end of the head with the beginning of the body, keepalived searches the head as well and
/// counts offsets from its beginning. Here only the body is searched; for headers there is
/// [`HeaderCondition::Matches`](crate::HeaderCondition::Matches).
///
/// `regex_stack` has no meaning here: the work of one search is bounded by its number of steps.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct HttpRegex {
    /// `regex` with `regex_options`.
    pub pattern: RegexPattern,
    /// `regex_no_match`: the body must not contain it.
    pub no_match: bool,
    /// `regex_min_offset`: octets of the body before which a match does not count.
    pub min_offset: u64,
    /// `regex_max_offset`: the last octet at which a match may begin.
    pub max_offset: Option<u64>,
}

impl HttpRegex {
    /// Anywhere in the body.
    #[must_use]
    pub const fn new(pattern: RegexPattern) -> Self {
        Self { pattern, no_match: false, min_offset: 0, max_offset: None }
    }
}

/// Why a search has no answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[cfg_attr(not(feature = "regex"), expect(dead_code, reason = "only patterns have trouble"))]
pub(super) enum Trouble {
    /// Too many steps.
    Limit,
    /// A match longer than the bound, or none: the rest of the body would have to tell.
    Length,
    /// Not UTF-8, which the option `utf` promises.
    Text,
}
