//! A compiled pattern.

use alloc::borrow::Cow;
use alloc::string::{String, ToString as _};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::ops::Range;

use fancy_regex::{Regex, RegexBuilder};

use super::translate::{Settings, character, translate};
use super::window::Edges;
use super::{RegexOption, Trouble};

/// Octets of a pattern; longer ones are refused.
pub const MAX_PATTERN_LEN: usize = 4096;

/// Steps back that one search may make; a pattern and a body that need more fail the check.
const MAX_STEPS: usize = 1_000_000;
/// Octets of the tables of one part of a pattern that needs no steps back, about.
const MAX_TABLES: usize = 1 << 20;

/// A pattern of PCRE2, which is what keepalived's `regex` takes.
///
/// Look-around, back references, atomic groups and possessive quantifiers work. Recursion,
/// verbs, callouts, `\G` and `\X` do not; [`RegexError::Unsupported`] names them.
#[derive(Clone)]
pub struct RegexPattern {
    pattern: Arc<str>,
    options: Vec<RegexOption>,
    utf: bool,
    /// Its clones share the tables.
    compiled: Arc<Regex>,
}

/// Why a pattern is refused.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RegexError {
    /// Longer than [`MAX_PATTERN_LEN`].
    #[error("pattern longer than {MAX_PATTERN_LEN} octets")]
    TooLong,
    /// A bracket, brace or parenthesis that is not closed, or closed without need.
    #[error("unbalanced brackets in the pattern")]
    Unclosed,
    /// Something that PCRE2 may know and this crate does not.
    #[error("{what} is not supported, before character {at} of the pattern")]
    Unsupported {
        /// Octets of the pattern up to its end; characters with `utf`.
        at: usize,
        /// What it is.
        what: &'static str,
    },
    /// An option that is not supported, or not beside the others.
    #[error("option '{}' is not supported here", .0.word())]
    Option(RegexOption),
    /// A word that is no option.
    #[error("no such option")]
    UnknownOption,
    /// No proper pattern, or too big a one; with the words of the engine.
    #[error("{0}")]
    Invalid(String),
}

impl RegexPattern {
    /// Compiles `regex` with `regex_options`.
    ///
    /// # Errors
    ///
    /// [`RegexError`] names what cannot be understood.
    pub fn new(pattern: &str, options: &[RegexOption]) -> Result<Self, RegexError> {
        if pattern.len() > MAX_PATTERN_LEN {
            return Err(RegexError::TooLong);
        }
        let settings = Settings::of(options)?;
        let mut options = options.to_vec();
        options.sort_unstable();
        options.dedup();
        let compiled = RegexBuilder::new(&translate(pattern, settings)?)
            .backtrack_limit(MAX_STEPS)
            .delegate_size_limit(MAX_TABLES)
            .delegate_dfa_size_limit(MAX_TABLES)
            .build()
            .map_err(|error| RegexError::Invalid(error.to_string()))?;
        Ok(Self { pattern: pattern.into(), options, utf: settings.utf, compiled: Arc::new(compiled) })
    }

    /// As it was written.
    #[must_use]
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// Each once, in the order of PCRE2's documentation.
    #[must_use]
    pub fn options(&self) -> &[RegexOption] {
        &self.options
    }

    /// Whether it matches anywhere in `octets`.
    pub(in crate::http) fn is_in(&self, octets: &[u8]) -> Result<bool, Trouble> {
        Ok(self.find(octets, 0, Edges { first: true, last: true })?.is_some())
    }

    /// The first match in `octets` that begins at `from` or behind.
    pub(super) fn find(
        &self,
        octets: &[u8],
        from: usize,
        edges: Edges,
    ) -> Result<Option<Range<usize>>, Trouble> {
        if from > octets.len() {
            return Ok(None);
        }
        if self.utf {
            return self.find_in_utf(octets, from, edges);
        }
        let text = text_of(octets);
        let high = |octet: &u8| !octet.is_ascii();
        // A character for an octet above 127 takes three octets.
        let before = octets.iter().take(from).filter(|octet| high(octet)).count();
        let Some(found) = self.run(&text, from + 2 * before)? else { return Ok(None) };
        let back = |place: usize| text.get(..place).map_or(place, |text| text.chars().count());
        Ok(Some(back(found.start)..back(found.end)))
    }

    /// A character that is cut by an edge is left to the next window.
    fn find_in_utf(&self, octets: &[u8], from: usize, edges: Edges) -> Result<Option<Range<usize>>, Trouble> {
        let continues = |octet: &&u8| (0x80..0xc0).contains(*octet);
        let cut = match edges.first {
            true => 0,
            false => octets.iter().take(3).take_while(continues).count(),
        };
        let whole = octets.get(cut..).unwrap_or(&[]);
        let text = match core::str::from_utf8(whole) {
            Ok(text) => text,
            Err(error) if error.error_len().is_none() && !edges.last => whole
                .get(..error.valid_up_to())
                .and_then(|whole| core::str::from_utf8(whole).ok())
                .ok_or(Trouble::Text)?,
            Err(_) => return Err(Trouble::Text),
        };
        let mut from = from.saturating_sub(cut).min(text.len());
        while !text.is_char_boundary(from) {
            from += 1;
        }
        let found = self.run(text, from)?;
        // What touches the end of the text touches the edge.
        let end = |place: usize| if place == text.len() { octets.len() } else { place + cut };
        Ok(found.map(|found| found.start + cut..end(found.end)))
    }

    fn run(&self, text: &str, from: usize) -> Result<Option<Range<usize>>, Trouble> {
        match self.compiled.find_from_pos(text, from) {
            Ok(found) => Ok(found.map(|found| found.range())),
            // The number of steps, or of places to go back to.
            Err(_) => Err(Trouble::Limit),
        }
    }
}

fn text_of(octets: &[u8]) -> Cow<'_, str> {
    match core::str::from_utf8(octets) {
        Ok(text) if text.is_ascii() => Cow::Borrowed(text),
        _ => Cow::Owned(octets.iter().copied().map(character).collect()),
    }
}

impl PartialEq for RegexPattern {
    fn eq(&self, other: &Self) -> bool {
        (&self.pattern, &self.options) == (&other.pattern, &other.options)
    }
}

impl Eq for RegexPattern {}

impl Hash for RegexPattern {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.pattern, &self.options).hash(state);
    }
}

impl fmt::Debug for RegexPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegexPattern")
            .field("pattern", &self.pattern)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
