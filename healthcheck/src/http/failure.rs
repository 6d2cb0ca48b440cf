//! Why a reply was not the one we want.

use super::MAX_HEAD_LEN;
use super::regex::Trouble;
use crate::Phase;

/// Why a reply was not the one we want.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum HttpFailure {
    /// The server closed without a word.
    #[error("no data received")]
    Empty,
    /// The server closed before the end of the head.
    #[error("the head of the reply is cut off")]
    HeadTruncated,
    /// More than [`MAX_HEAD_LEN`] octets and no end of the head.
    #[error("the head of the reply is longer than {MAX_HEAD_LEN} octets")]
    HeadTooLong,
    /// The first line of the reply is no status line: a word, and a status of three digits.
    #[error("not an HTTP reply")]
    StatusLine,
    /// The status is in none of the ranges.
    #[error("status {0}")]
    Status(u16),
    /// A chunk of the body without a proper length.
    #[error("broken chunk in the body")]
    Chunk,
    /// A condition on a header does not hold; the number is its place in
    /// [`HttpExpect::headers`](crate::HttpExpect::headers), from 0.
    #[error("header condition {0} does not hold")]
    Header(u16),
    /// The body is longer than [`HttpExpect::max_body`](crate::HttpExpect::max_body), and what is
    /// in it matters.
    #[error("the body is too long to be judged")]
    BodyTooLong,
    /// The MD5 digest is another one.
    #[error("digest {}", Hex(*got))]
    Digest {
        /// Of the body that was received.
        got: [u8; 16],
    },
    /// The SHA-256 digest is another one; [`HttpReport::sha256`](crate::HttpReport::sha256) has it.
    #[error("wrong SHA-256 digest")]
    Sha256,
    /// The body does not contain what `regex` wants.
    #[error("no match of the regex")]
    RegexNoMatch,
    /// The body contains what `regex_no_match` forbids.
    #[error("the regex matches")]
    RegexMatch,
    /// A search was given up after a million steps back. keepalived takes that for no match.
    #[error("the regex takes too many steps")]
    RegexLimit,
    /// What the regex matches goes on for more than [`MAX_MATCH_LEN`](crate::MAX_MATCH_LEN) octets,
    /// up to the end of what is searched at once. keepalived takes that for no match.
    #[error("the match of the regex is too long")]
    RegexLength,
    /// The body is not UTF-8, but the regex has the option `utf`.
    #[error("the body is not UTF-8")]
    RegexText,
}

impl From<Trouble> for HttpFailure {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Limit => Self::RegexLimit,
            Trouble::Length => Self::RegexLength,
            Trouble::Text => Self::RegexText,
        }
    }
}

impl HttpFailure {
    /// What the check was doing.
    #[must_use]
    pub const fn phase(self) -> Phase {
        match self {
            Self::Empty | Self::HeadTruncated | Self::HeadTooLong | Self::Chunk => Phase::Receive,
            Self::StatusLine | Self::Status(_) | Self::Header(_) => Phase::Status,
            Self::BodyTooLong
            | Self::Digest { .. }
            | Self::Sha256
            | Self::RegexNoMatch
            | Self::RegexMatch
            | Self::RegexLimit
            | Self::RegexLength
            | Self::RegexText => Phase::Body,
        }
    }
}

struct Hex([u8; 16]);

impl core::fmt::Display for Hex {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}
