//! `{a,b}` in file patterns, as glob(3) with GLOB_BRACE understands it.

/// More than this many patterns from one are refused; `{a,b}` twenty times over makes a million.
const MAX_ALTERNATIVES: usize = 1024;

/// The patterns that `pattern` stands for, in the order of its braces; none if they are too many.
///
/// Braces nest. One without a partner, and `{}`, stand for themselves.
#[must_use]
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
    use super::alternatives;

    #[test]
    fn braces_stand_for_each_of_their_parts() {
        let cases: &[(&str, &[&str])] = &[
            ("/etc/a*.conf", &["/etc/a*.conf"]),
            ("/etc/{b,a}.conf", &["/etc/b.conf", "/etc/a.conf"]),
            ("{a,b}{1,2}", &["a1", "a2", "b1", "b2"]),
            ("x{a,b{1,2},}", &["xa", "xb1", "xb2", "x"]),
            ("one{only}", &["oneonly"]),
            ("{}", &["{}"]),
            ("a{b,c", &["a{b,c"]),
            ("a}b{c,d}", &["a}bc", "a}bd"]),
            ("{{a,b}", &["{a", "{b"]),
        ];
        for (pattern, expected) in cases {
            assert_eq!(alternatives(pattern), *expected, "{pattern}");
        }
    }

    #[test]
    fn a_pattern_that_explodes_is_refused() {
        assert_eq!(alternatives(&"{a,b}".repeat(9)).len(), 512);
        assert!(alternatives(&"{a,b}".repeat(60)).is_empty());
    }
}
