//! What can stand behind a keyword.

use core::fmt;

use super::Keyword;

/// The grammar of what stands behind a keyword on its line.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Takes {
    /// Nothing.
    Nothing,
    /// `on`, `true`, `yes` or `off`, `false`, `no`; without one of them it is on.
    Switch,
    /// A whole number.
    Integer {
        /// Smallest valid number.
        min: i64,
        /// Largest valid number.
        max: i64,
        /// What it counts.
        unit: Unit,
    },
    /// Decimal seconds.
    Time {
        /// Shortest valid time, in microseconds.
        min: u64,
        /// Longest valid time, in microseconds.
        max: u64,
    },
    /// An IPv4 or IPv6 address.
    Address,
    /// The name of a network interface.
    Interface,
    /// Anything; the word in capitals says what it stands for.
    Text(&'static str),
    /// The name that another block gives itself, such as `vrrp_script`.
    Reference(&'static str),
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A command, and who runs it.
    Script,
    /// Something, and words behind it in any order.
    Entry(&'static Entry),
    /// What the others cannot say; as manual pages write it.
    Special(&'static str),
}

/// A line of a block that is not one of keywords, or a line on which more words can follow.
#[derive(Debug)]
pub struct Entry {
    /// What the line begins with.
    pub lead: Takes,
    /// The words that can follow, sorted by name. `argument` says whether they take one of their own.
    pub words: &'static [Keyword],
}

/// What a number counts.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Unit {
    /// Just a number.
    Count,
    /// Whole seconds.
    Seconds,
    /// Milliseconds.
    Milliseconds,
    /// Microseconds.
    Microseconds,
    /// Octets.
    Octets,
}

impl Entry {
    /// The word `name` of this line.
    pub fn word(&self, name: &[u8]) -> Option<&'static Keyword> {
        super::find(self.words, name)
    }
}

impl Unit {
    /// The unit as written behind a number; empty for [`Count`](Self::Count).
    pub const fn name(self) -> &'static str {
        match self {
            Self::Count => "",
            Self::Seconds => "seconds",
            Self::Milliseconds => "milliseconds",
            Self::Microseconds => "microseconds",
            Self::Octets => "octets",
        }
    }
}

impl Takes {
    /// What is counted, if it is a number of something.
    pub const fn unit(&self) -> Option<Unit> {
        if let Self::Entry(entry) = self {
            return entry.lead.unit();
        }
        if let Self::Time { .. } = self {
            return Some(Unit::Seconds);
        }
        if let Self::Integer { unit, .. } = self
            && !matches!(unit, Unit::Count)
        {
            return Some(*unit);
        }
        None
    }

    /// The valid numbers, such as `1 to 255` or `at least 1`; `None` if it is no number or every one is valid.
    pub fn range(&self) -> Option<String> {
        let (min, max, any_min, any_max) = match *self {
            Self::Entry(entry) => return entry.lead.range(),
            Self::Integer { min, max, .. } => {
                (min.to_string(), max.to_string(), min <= i64::from(i32::MIN), max >= i64::from(i32::MAX))
            }
            Self::Time { min, max } => {
                (Decimal(min).to_string(), Decimal(max).to_string(), min == 0, max >= FOREVER)
            }
            Self::Nothing
            | Self::Switch
            | Self::Address
            | Self::Interface
            | Self::Text(_)
            | Self::Reference(_)
            | Self::OneOf(_)
            | Self::Script
            | Self::Special(_) => return None,
        };
        match (any_min, any_max) {
            (true, true) => None,
            (false, true) => Some(format!("at least {min}")),
            (_, false) => Some(format!("{min} to {max}")),
        }
    }
}

/// The longest time that keepalived can hold in 32 bits of microseconds; as good as no limit.
pub(super) const FOREVER: u64 = 4_294_000_000;

/// Seconds, from microseconds.
struct Decimal(u64);

impl fmt::Display for Decimal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.0 / 1_000_000, self.0 % 1_000_000);
        if fraction == 0 {
            return write!(out, "{whole}");
        }
        let digits = format!("{fraction:06}");
        write!(out, "{whole}.{}", digits.trim_end_matches('0'))
    }
}

/// As manual pages write it: capitals stand for something, brackets for what can be left out.
impl fmt::Display for Takes {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => Ok(()),
            Self::Switch => out.write_str("on|off"),
            Self::Integer { unit, .. } => out.write_str(match unit {
                Unit::Count => "NUMBER",
                Unit::Seconds => "SECONDS",
                Unit::Milliseconds => "MILLISECONDS",
                Unit::Microseconds => "MICROSECONDS",
                Unit::Octets => "OCTETS",
            }),
            Self::Time { .. } => out.write_str("SECONDS"),
            Self::Address => out.write_str("ADDRESS"),
            Self::Interface => out.write_str("INTERFACE"),
            Self::Text(what) | Self::Special(what) => out.write_str(what),
            Self::Reference(_) => out.write_str("NAME"),
            Self::OneOf(words) => out.write_str(&words.join("|")),
            Self::Script => out.write_str("COMMAND [USER [GROUP]]"),
            Self::Entry(entry) => write!(out, "{entry}"),
        }
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.lead)?;
        // More would not be read; `words` has them with their help.
        if self.words.len() > 12 {
            return out.write_str(" WORD…");
        }
        self.words.iter().try_for_each(|word| write!(out, " [{}]", word.usage()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_written_for_people() {
        let whole = |min, max| Takes::Integer { min, max, unit: Unit::Count }.range();
        assert_eq!(whole(1, 255).as_deref(), Some("1 to 255"));
        assert_eq!(whole(1, i64::from(u32::MAX)).as_deref(), Some("at least 1"));
        assert_eq!(whole(i64::from(i32::MIN), i64::from(i32::MAX)), None);
        let time = |min, max| Takes::Time { min, max }.range();
        assert_eq!(time(10_000, 255_000_000).as_deref(), Some("0.01 to 255"));
        assert_eq!(time(1, FOREVER).as_deref(), Some("at least 0.000001"));
        assert_eq!(time(0, FOREVER), None);
    }
}
