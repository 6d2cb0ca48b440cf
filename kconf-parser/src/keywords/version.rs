//! Versions of keepalived.

use core::fmt;
use core::str::FromStr;

/// A release of keepalived, such as 2.2.7.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Version {
    /// The 2 of 2.4.3.
    pub major: u16,
    /// The 4 of 2.4.3.
    pub minor: u16,
    /// The 3 of 2.4.3.
    pub patch: u16,
}

/// Text that is not a version.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, thiserror::Error)]
#[error("not a version of keepalived; write it like 2.2.7")]
pub struct InvalidVersion;

impl Version {
    /// The newest release that the tables were made from.
    pub const NEWEST: Self = Self::new(2, 4, 3);

    /// `major.minor.patch`.
    pub const fn new(major: u16, minor: u16, patch: u16) -> Self {
        Self { major, minor, patch }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// `2.2.7`, `v2.2.7` as in keepalived's own output, and `2.2` for 2.2.0.
impl FromStr for Version {
    type Err = InvalidVersion;

    fn from_str(text: &str) -> Result<Self, InvalidVersion> {
        let mut parts = text.strip_prefix('v').unwrap_or(text).split('.');
        let mut part = || parts.next().map(number).transpose();
        let (Some(major), Some(minor)) = (part()?, part()?) else { return Err(InvalidVersion) };
        let patch = part()?.unwrap_or(0);
        if part()?.is_some() { Err(InvalidVersion) } else { Ok(Self { major, minor, patch }) }
    }
}

fn number(text: &str) -> Result<u16, InvalidVersion> {
    let digits = text.bytes().all(|octet| octet.is_ascii_digit());
    if digits { text.parse().map_err(|_| InvalidVersion) } else { Err(InvalidVersion) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_written_and_ordered_by_number() {
        for text in ["2.2.7", "v2.2.7"] {
            assert_eq!(text.parse(), Ok(Version::new(2, 2, 7)), "{text}");
        }
        assert_eq!("2.4".parse(), Ok(Version::new(2, 4, 0)));
        for text in ["", "2", "2.", "2.2.7.1", "2.2.x", "2.+2", "latest", "2.99999"] {
            assert_eq!(text.parse::<Version>(), Err(InvalidVersion), "{text}");
        }
        assert!(Version::new(2, 0, 20) > Version::new(2, 0, 9));
        assert_eq!(Version::new(1, 3, 0).to_string(), "1.3.0");
    }
}
