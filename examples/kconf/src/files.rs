//! Included files come from the file system.

use std::io;
use std::path::{Path, PathBuf};

use kconf_parser::Loader;

/// Finds and reads files the way keepalived does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Files;

impl Loader for Files {
    fn find(&self, directory: &Path, pattern: &str) -> Vec<PathBuf> {
        let pattern = directory.join(pattern);
        let Some(pattern) = pattern.to_str() else { return Vec::new() };
        // Unreadable directories and bad patterns match nothing, as with keepalived.
        alternatives(pattern)
            .iter()
            .filter_map(|pattern| glob::glob(pattern).ok())
            .flatten()
            .flatten()
            .collect()
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        std::fs::read(path)
    }
}

/// Most patterns that the braces of one pattern may stand for.
const MAX_ALTERNATIVES: usize = 1000;

/// `a{b,c}d` is `abd`, `acd`, as in a shell; from the left, the inner ones too.
fn alternatives(pattern: &str) -> Vec<String> {
    let mut done = Vec::new();
    let mut open = vec![pattern.to_owned()];
    while let Some(pattern) = open.pop() {
        match choices(&pattern) {
            Some(choices) if open.len() + choices.len() + done.len() <= MAX_ALTERNATIVES => {
                open.extend(choices.into_iter().rev());
            }
            Some(_) | None => done.push(pattern),
        }
    }
    done
}

/// What the first complete brace with a comma in it stands for.
fn choices(pattern: &str) -> Option<Vec<String>> {
    for (start, _) in pattern.match_indices('{') {
        let (before, inside) = (pattern.get(..start)?, pattern.get(start + 1..)?);
        let mut depth = 0_u32;
        let mut commas = Vec::new();
        for (at, sign) in inside.char_indices() {
            match sign {
                '{' => depth += 1,
                ',' if depth == 0 => commas.push(at),
                '}' if depth == 0 => {
                    if commas.is_empty() {
                        break;
                    }
                    let after = inside.get(at + 1..)?;
                    let starts = core::iter::once(0).chain(commas.iter().map(|comma| comma + 1));
                    let ends = commas.iter().copied().chain(core::iter::once(at));
                    let parts = starts.zip(ends).filter_map(|(start, end)| inside.get(start..end));
                    return Some(parts.map(|part| format!("{before}{part}{after}")).collect());
                }
                '}' => depth -= 1,
                _ => {}
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_are_what_a_shell_makes_of_them() {
        #[rustfmt::skip]
        let cases: &[(&str, &[&str])] = &[
            ("a.conf", &["a.conf"]),
            ("{a,b}.conf", &["a.conf", "b.conf"]),
            ("x{a,b{1,2}}y", &["xay", "xb1y", "xb2y"]),
            ("{a}{b,c}", &["{a}b", "{a}c"]),
            ("{a,b", &["{a,b"]),
        ];
        for (pattern, want) in cases {
            assert_eq!(alternatives(pattern), *want, "{pattern}");
        }
    }
}
