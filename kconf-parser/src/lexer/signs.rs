//! Which lines need more than being split at blanks.

/// What occurs in a line. Most lines have none of it, and then the steps that look for it are left out.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Signs(u8);

impl Signs {
    /// A NUL.
    pub(crate) const NUL: Self = Self(1);
    /// A backslash.
    pub(crate) const BACKSLASH: Self = Self(1 << 1);
    /// `"`, `#` or `!`.
    const QUOTE_OR_COMMENT: Self = Self(1 << 2);
    /// `@`, `$` or `~`: only expansion cares.
    pub(crate) const EXPANSION: Self = Self(1 << 3);
    /// What decides where a comment begins.
    pub(crate) const LOOK: Self = Self(Self::BACKSLASH.0 | Self::QUOTE_OR_COMMENT.0);
    /// All of them: for a line that nobody has looked at.
    pub(crate) const ALL: Self = Self(u8::MAX);
    const LINE_FEED: Self = Self(1 << 7);

    /// Whether anything of `other` occurs.
    pub(crate) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    const fn of(octet: u8) -> Self {
        match octet {
            0 => Self::NUL,
            b'\\' => Self::BACKSLASH,
            b'"' | b'#' | b'!' => Self::QUOTE_OR_COMMENT,
            b'@' | b'$' | b'~' => Self::EXPANSION,
            b'\n' => Self::LINE_FEED,
            _ => Self(0),
        }
    }
}

/// [`Signs::of`] every octet: this is asked of each octet of a file.
static SIGNS: [Signs; 256] = {
    let mut table = [Signs(0); 256];
    let mut octet: u8 = 0;
    let mut rest: &mut [Signs] = &mut table;
    while let Some((first, others)) = rest.split_first_mut() {
        *first = Signs::of(octet);
        octet = octet.wrapping_add(1);
        rest = others;
    }
    table
};

/// The line that `octets` begin with, its line feed included, and what occurs in it.
pub(crate) fn first_line(octets: &[u8]) -> (&[u8], Signs) {
    let mut seen = Signs(0);
    for (at, octet) in octets.iter().enumerate() {
        let sign = SIGNS.get(usize::from(*octet)).copied().unwrap_or_default();
        seen.0 |= sign.0;
        if sign == Signs::LINE_FEED {
            return (octets.get(..=at).unwrap_or(octets), seen);
        }
    }
    (octets, seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_those_of_the_first_line() {
        let (line, signs) = first_line(b"a\\b\n$c");
        assert_eq!((line, signs.has(Signs::BACKSLASH)), (&b"a\\b\n"[..], true));
        assert!(!signs.has(Signs::EXPANSION) && !signs.has(Signs::NUL));
        let (line, signs) = first_line(b"~\0");
        assert_eq!((line, signs.has(Signs::EXPANSION), signs.has(Signs::NUL)), (&b"~\0"[..], true, true));
    }
}
