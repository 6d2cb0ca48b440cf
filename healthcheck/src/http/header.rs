//! Conditions on the headers of a reply.

use alloc::string::String;

use super::head::fields;
use super::regex::{RegexPattern, Trouble};

/// A condition on one header of the final head.
///
/// Where a header stands several times, one of its values is enough. Names are compared without
/// regard to case, values as they are, without the blanks around them and unfolded (RFC 9112 §5).
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct HttpHeader {
    /// Such as `Content-Type`.
    pub name: String,
    /// What must hold.
    pub condition: HeaderCondition,
}

/// What must hold for a header.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum HeaderCondition {
    /// It is there.
    Present,
    /// It is not.
    Absent,
    /// Its value is this.
    Equals(String),
    /// Its value contains this.
    Contains(String),
    /// The pattern matches somewhere in its value. Needs the feature `regex`.
    Matches(RegexPattern),
}

impl HttpHeader {
    /// Whether it holds for this head.
    pub(super) fn holds(&self, head: &[u8]) -> Result<bool, Trouble> {
        let mut values = fields(head)
            .filter(|(name, _)| name.eq_ignore_ascii_case(self.name.as_bytes()))
            .map(|(_, value)| value);
        match &self.condition {
            HeaderCondition::Present => Ok(values.next().is_some()),
            HeaderCondition::Absent => Ok(values.next().is_none()),
            HeaderCondition::Equals(want) => Ok(values.any(|value| *value == *want.as_bytes())),
            HeaderCondition::Contains(want) => Ok(values.any(|value| contains(&value, want.as_bytes()))),
            HeaderCondition::Matches(pattern) => {
                for value in values {
                    if pattern.is_in(&value)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
        }
    }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    part.is_empty() || text.windows(part.len()).any(|window| window == part)
}
