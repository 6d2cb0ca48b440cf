//! `include` in all its variants, and what each insists on.

use core::ops::{BitOr, BitOrAssign};

/// More patterns than this from one are refused; `{a,b}` twenty times over makes a million.
const MAX_ALTERNATIVES: usize = 1024;

/// What must be true of an include, so that keepalived starts.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Insist(u8);

impl Insist {
    /// Every file can be read and is an ordinary one.
    pub(super) const READ: Self = Self(1);
    /// A path without wildcards names a file.
    pub(super) const MATCH: Self = Self(1 << 1);
    /// A pattern with wildcards finds one.
    pub(super) const WILDCARD: Self = Self(1 << 2);
    /// Each of several alternatives finds one.
    pub(super) const BRACE: Self = Self(1 << 3);
    /// `-e`, and `include_check` without words.
    pub(super) const ALL: Self = Self(Self::READ.0 | Self::MATCH.0 | Self::WILDCARD.0 | Self::BRACE.0);

    pub(super) const fn on(self, what: Self) -> bool {
        self.0 & what.0 != 0
    }

    /// What `include_check` with these words makes of it. Lowering reports words that mean nothing.
    pub(super) fn after_check<'w>(self, words: impl Iterator<Item = &'w [u8]>) -> Self {
        let mut insist = self;
        let mut words = words.enumerate().peekable();
        if words.peek().is_none() {
            return Self::ALL;
        }
        for (index, word) in words {
            let (sign, name) = match word.split_first() {
                Some((sign @ (b'+' | b'-'), name)) => (Some(*sign), name),
                _ => (None, word),
            };
            // Only the first word may begin anew.
            if sign.is_none() && index > 0 {
                continue;
            }
            let flag = match name {
                b"read" => Self::READ,
                b"match" => Self::MATCH,
                b"wildcard_match" => Self::WILDCARD,
                b"brace_match" => Self::BRACE,
                _ => Self::default(),
            };
            insist = match sign {
                Some(b'+') => insist | flag,
                Some(_) => Self(insist.0 & !flag.0),
                None if flag == Self::default() => flag,
                None => Self::READ | flag,
            };
        }
        insist
    }
}

impl BitOr for Insist {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Insist {
    fn bitor_assign(&mut self, other: Self) {
        *self = *self | other;
    }
}

/// The pattern of an include line, which is all the rest of it, and what its variant insists on.
pub(super) fn include(text: &[u8]) -> Option<(&[u8], Insist)> {
    let rest = text.strip_prefix(b"include")?;
    let (insist, rest) = match rest {
        [b'r', rest @ ..] => (Insist::READ, rest),
        [b'm', rest @ ..] => (Insist::READ | Insist::MATCH, rest),
        [b'w', rest @ ..] => (Insist::READ | Insist::MATCH | Insist::WILDCARD, rest),
        [b'b', rest @ ..] => (Insist::READ | Insist::BRACE, rest),
        [b'a', rest @ ..] => (Insist::ALL, rest),
        rest => (Insist::default(), rest),
    };
    let pattern = rest.trim_ascii();
    (rest.first().is_some_and(u8::is_ascii_whitespace) && !pattern.is_empty()).then_some((pattern, insist))
}

/// The words of an `include_check` line.
pub(super) fn include_check(text: &[u8]) -> Option<impl Iterator<Item = &[u8]>> {
    let rest = text.strip_prefix(b"include_check")?;
    let ends = rest.first().is_none_or(|octet| octet.is_ascii_whitespace());
    let words = rest.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    ends.then_some(words)
}

/// What makes a pattern stand for any number of files.
pub(super) const WILDCARDS: [char; 3] = ['*', '?', '['];

/// The patterns that `{a,b}` in `pattern` stand for, in the order of its braces; none if they are too many.
///
/// Braces nest. One without a partner, and `{}`, stand for themselves, as in glob(3).
pub(crate) fn alternatives(pattern: &str) -> Vec<String> {
    let (mut done, mut open) = (Vec::new(), vec![pattern.to_owned()]);
    while let Some(pattern) = open.pop() {
        if done.len() + open.len() >= MAX_ALTERNATIVES {
            return Vec::new();
        }
        match split(&pattern) {
            Some((before, inside, after)) => {
                let parts = at_top_level(inside);
                open.extend(parts.iter().rev().map(|part| format!("{before}{part}{after}")));
            }
            None => done.push(pattern),
        }
    }
    done
}

/// What stands before, in and after the first braces that have something in them.
fn split(pattern: &str) -> Option<(&str, &str, &str)> {
    let opening = pattern.match_indices('{').map(|(position, _)| position);
    let mut pairs = opening.filter_map(|start| {
        let (before, rest) = pattern.split_at_checked(start)?;
        let rest = rest.strip_prefix('{')?;
        let mut depth = 1_u32;
        let end = rest.find(|letter| {
            match letter {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            depth == 0
        })?;
        let (inside, after) = rest.split_at_checked(end)?;
        Some((before, inside, after.strip_prefix('}')?))
    });
    pairs.find(|(_, inside, _)| !inside.is_empty())
}

/// The parts between the commas that are in no inner braces.
fn at_top_level(inside: &str) -> Vec<&str> {
    let mut depth = 0_u32;
    let is_separator = |letter| {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        letter == ',' && depth == 0
    };
    inside.split(is_separator).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_stand_for_each_of_their_parts() {
        let cases: &[(&str, &[&str])] = &[
            ("/etc/a*.conf", &["/etc/a*.conf"]),
            ("/etc/{b,a}.conf", &["/etc/b.conf", "/etc/a.conf"]),
            ("{a,b}{1,2}", &["a1", "a2", "b1", "b2"]),
            ("x{a,b{1,2},}", &["xa", "xb1", "xb2", "x"]),
            ("{}", &["{}"]),
            ("a{b,c", &["a{b,c"]),
            ("{{a,b}", &["{a", "{b"]),
        ];
        for (pattern, expected) in cases {
            assert_eq!(alternatives(pattern), *expected, "{pattern}");
        }
        assert!(alternatives(&"{a,b}".repeat(60)).is_empty());
    }

    #[test]
    fn include_check_sets_adds_and_takes_away() {
        let after = |line: &'static str| Insist::MATCH.after_check(include_check(line.as_bytes()).unwrap());
        assert_eq!(after("include_check"), Insist::ALL);
        assert_eq!(after("include_check wildcard_match"), Insist::READ | Insist::WILDCARD);
        assert_eq!(after("include_check +read -match"), Insist::READ);
        assert_eq!(after("include_check bogus"), Insist::default());
        assert!(include_check(b"include_checks").is_none());
    }
}
