//! Braces that are read only under a condition.

use std::collections::HashMap;

/// Follows the braces of lines with conditions through a text.
///
/// Two lines, one with `@id` and one with `@^id`, may begin or end one block together. Any other brace under a condition
/// needs its partner under the same one. Otherwise the braces match for some hosts only.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    /// The line before, if it has a condition and is not the second of two.
    before: Option<(Vec<u8>, i32)>,
    /// Braces that are open under each condition.
    open: HashMap<Vec<u8>, i32>,
}

impl Conditions {
    /// Takes a line that is not blank: its condition, if it has one, and how many more braces it opens than closes.
    /// Whether it is the other half of the line before.
    pub(super) fn line(&mut self, condition: Option<&[u8]>, braces: i32) -> bool {
        let before = self.before.take();
        let Some(condition) = condition.filter(|_| braces != 0) else { return false };
        if let Some((other, _)) = before.filter(|(other, same)| *same == braces && negates(other, condition))
        {
            *self.open.entry(other).or_default() -= braces;
            return true;
        }
        *self.open.entry(condition.to_vec()).or_default() += braces;
        self.before = Some((condition.to_vec(), braces));
        false
    }

    /// Whether the braces match whatever holds.
    pub(super) fn is_sound(&self) -> bool {
        self.open.values().all(|braces| *braces == 0)
    }
}

/// `@id` and `@^id`, in any order.
fn negates(one: &[u8], other: &[u8]) -> bool {
    let negation = |text: &[u8]| text.strip_prefix(b"@^").map(<[u8]>::to_vec);
    let plain = |text: &[u8]| text.strip_prefix(b"@").map(<[u8]>::to_vec);
    let pair = |one: &[u8], other: &[u8]| !one.starts_with(b"@^") && plain(one) == negation(other);
    pair(one, other) || pair(other, one)
}
