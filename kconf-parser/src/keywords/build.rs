//! How the tables are written down.
//!
//! Tables come in parts, by topic or because several blocks share them; [`keywords!`] makes one sorted table of them
//! when the crate is compiled.

use super::takes::FOREVER;
use super::{Argument, Block, Content, Entry, Keyword, Takes, Unit, Version};

/// One sorted table from parts. Of two keywords of the same name the later one counts.
macro_rules! keywords {
    ($($part:expr),+ $(,)?) => {{
        const PARTS: &[&[$crate::keywords::Keyword]] = &[$($part),+];
        const ROOM: usize = $crate::keywords::build::room(PARTS);
        const MERGED: &([$crate::keywords::Keyword; ROOM], usize) = &$crate::keywords::build::merge(PARTS);
        MERGED.0.split_at(MERGED.1).0
    }};
}
pub(super) use keywords;

/// How many keywords there are at most.
pub(super) const fn room(mut parts: &[&[Keyword]]) -> usize {
    let mut room = 0;
    while let [part, rest @ ..] = parts {
        room += part.len();
        parts = rest;
    }
    room
}

/// The keywords of all parts, and how many of them.
#[expect(clippy::indexing_slicing, reason = "runs in the compiler, where a wrong index does not compile")]
pub(super) const fn merge<const ROOM: usize>(mut parts: &[&[Keyword]]) -> ([Keyword; ROOM], usize) {
    let mut table = [flag("", ""); ROOM];
    let mut len = 0;
    while let [part, rest @ ..] = parts {
        let mut part = *part;
        while let [keyword, others @ ..] = part {
            let mut place = len;
            while place > 0 && before(keyword.name, table[place - 1].name) {
                place -= 1;
            }
            if place > 0 && !before(table[place - 1].name, keyword.name) {
                table[place - 1] = *keyword;
            } else {
                let mut moved = len;
                while moved > place {
                    table[moved] = table[moved - 1];
                    moved -= 1;
                }
                table[place] = *keyword;
                len += 1;
            }
            part = others;
        }
        parts = rest;
    }
    (table, len)
}

/// Whether `a` comes before `b`, octet by octet.
const fn before(a: &str, b: &str) -> bool {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    loop {
        match (a, b) {
            ([x, ..], [y, ..]) if *x != *y => return *x < *y,
            ([_, rest_a @ ..], [_, rest_b @ ..]) => (a, b) = (rest_a, rest_b),
            ([], [_, ..]) => return true,
            (_, []) => return false,
        }
    }
}

pub(super) const fn keyword(
    name: &'static str,
    argument: Argument,
    takes: Takes,
    help: &'static str,
) -> Keyword {
    Keyword {
        name,
        argument,
        takes,
        content: Content::Line,
        default: None,
        since: None,
        until: None,
        instead: None,
        deprecated: None,
        help,
    }
}

/// keepalived does not look at what follows.
pub(super) const fn flag(name: &'static str, help: &'static str) -> Keyword {
    keyword(name, Argument::None, Takes::Nothing, help)
}

/// [`Argument::Optional`].
pub(super) const fn optional(name: &'static str, takes: Takes, help: &'static str) -> Keyword {
    keyword(name, Argument::Optional, takes, help)
}

/// On without an argument.
pub(super) const fn switch(name: &'static str, help: &'static str) -> Keyword {
    optional(name, Takes::Switch, help)
}

/// [`Argument::Wanted`].
pub(super) const fn wanted(name: &'static str, takes: Takes, help: &'static str) -> Keyword {
    keyword(name, Argument::Wanted, takes, help)
}

/// [`Argument::Required`].
pub(super) const fn required(name: &'static str, takes: Takes, help: &'static str) -> Keyword {
    keyword(name, Argument::Required, takes, help)
}

/// A block of entries.
pub(super) const fn list(name: &'static str, entry: &'static Entry, help: &'static str) -> Keyword {
    let mut keyword = keyword(name, Argument::Optional, Takes::Nothing, help);
    keyword.content = Content::List(entry);
    keyword
}

/// A block of keywords.
pub(super) const fn block(
    name: &'static str,
    takes: Takes,
    block: &'static Block,
    help: &'static str,
) -> Keyword {
    let mut keyword = keyword(name, Argument::Optional, takes, help);
    keyword.content = Content::Block(block);
    keyword
}

/// A number from `min` to `max`.
pub(super) const fn number(min: i64, max: i64) -> Takes {
    counted(min, max, Unit::Count)
}

/// A number of `unit`.
pub(super) const fn counted(min: i64, max: i64, unit: Unit) -> Takes {
    Takes::Integer { min, max, unit }
}

/// A number that has only a lower limit.
pub(super) const fn at_least(min: i64) -> Takes {
    number(min, MAX)
}

/// Decimal seconds; the limits are microseconds.
pub(super) const fn time(min: u64, max: u64) -> Takes {
    Takes::Time { min, max }
}

/// Decimal seconds with only a lower limit, in microseconds.
pub(super) const fn time_from(min: u64) -> Takes {
    time(min, FOREVER)
}

/// The block at `path`, which is called `name`.
pub(super) const fn within(path: &'static str, name: &'static str, keywords: &'static [Keyword]) -> Block {
    Block { name, path, since: None, keywords, gone: &[] }
}

impl Block {
    /// The release that brought it.
    pub(super) const fn since(mut self, major: u16, minor: u16, patch: u16) -> Self {
        self.since = Some(Version::new(major, minor, patch));
        self
    }

    /// What it had once.
    pub(super) const fn without(mut self, gone: &'static [Keyword]) -> Self {
        self.gone = gone;
        self
    }
}

/// As good as no limit.
pub(super) const MAX: i64 = u32::MAX as i64;

impl Keyword {
    /// A name that must stand between the keyword and its block; keepalived 2.2.7 exits without.
    pub(super) const fn named(mut self, takes: Takes) -> Self {
        self.argument = Argument::Required;
        self.takes = takes;
        self
    }

    /// What holds where it is not written.
    pub(super) const fn or(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    /// The release that brought it.
    pub(super) const fn since(mut self, major: u16, minor: u16, patch: u16) -> Self {
        self.since = Some(Version::new(major, minor, patch));
        self
    }

    /// The last release that had it.
    pub(super) const fn until(mut self, major: u16, minor: u16, patch: u16) -> Self {
        self.until = Some(Version::new(major, minor, patch));
        self
    }

    /// The keyword to write nowadays.
    pub(super) const fn instead(mut self, keyword: &'static str) -> Self {
        self.instead = Some(keyword);
        self
    }

    /// keepalived complains; what to do.
    pub(super) const fn deprecated(mut self, advice: &'static str) -> Self {
        self.deprecated = Some(advice);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_sorted_and_the_later_of_two_counts() {
        const TABLE: &[Keyword] =
            keywords!(&[flag("bb", "1"), flag("a", "2"), flag("b", "3")], &[flag("c", "4"), flag("b", "5")],);
        let seen: Vec<_> = TABLE.iter().map(|keyword| (keyword.name, keyword.help())).collect();
        assert_eq!(seen, [("a", "2"), ("b", "5"), ("bb", "1"), ("c", "4")]);
    }
}
