//! Includes, conditions, definitions and sequences.

use std::io;
use std::path::{Path, PathBuf};

use kconf_parser::{ExpandOptions, Loader, Sources, expand, parse};

use super::rendered;

/// Lines of one input after expansion: time goes into text, not into repeating it.
const LINES: usize = 500;
/// What separates the files of an input.
const SEPARATOR: &[u8] = b"=== ";

/// Runs one input.
///
/// # Panics
///
/// When one of the laws below does not hold.
pub fn run(octets: &[u8]) {
    let files = Files::split(octets);
    let Some((_, main)) = files.0.first() else { return };
    let options =
        ExpandOptions { config_id: "fuzz".to_owned(), max_lines: LINES, ..ExpandOptions::default() };
    let expanded = expand("fuzz.conf", main, &files, &options);
    let sources = expanded.tree.sources();
    rendered(sources, &expanded.diagnostics);
    traces(sources, &expanded.tree);
    let again = expand("fuzz.conf", main, &files, &options);
    assert_eq!(expanded.tree.print(), again.tree.print(), "the same text, the same lines");

    if files.0.len() == 1 {
        let count = |text: &[u8]| text.iter().filter(|octet| **octet == b'\n').count();
        assert!(count(&expanded.tree.print()) <= count(main) + LINES + 1, "more than it may make");
    }
    let special = main.iter().any(|octet| matches!(octet, b'$' | b'@' | b'~'));
    if !special && !main.windows(7).any(|window| window == b"include") {
        assert_eq!(expanded.tree.print(), *main, "there is nothing to expand");
        assert_eq!(expanded.diagnostics, parse("fuzz.conf", main).diagnostics);
    }
}

/// Every word knows where it was written, and what that became holds the word.
fn traces(sources: &Sources, tree: &kconf_parser::Tree) {
    for token in tree.tokens() {
        let at = sources.written_at(token.span());
        assert!(at.range().end <= sources.octets(at.source).len());
        assert!(sources.became(at).is_none(), "what is written was not made by expansion");
        if let Some(line) = sources.became(token.span()) {
            let word = sources.text(token.span());
            assert!(line.windows(word.len()).any(|part| part == word));
        }
        // A chain of includes ends at the first file.
        let chain = core::iter::successors(Some(at), |at| {
            sources.included_at(at.source).map(|at| sources.written_at(at))
        });
        let mut names: Vec<&str> = chain.map(|at| sources.name(at.source)).collect();
        let files = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), files, "a file does not include itself");
    }
}

/// The files of an input, by name; the first one is the one to read.
struct Files<'o>(Vec<(String, &'o [u8])>);

impl<'o> Files<'o> {
    fn split(octets: &'o [u8]) -> Self {
        let mut files = Vec::new();
        let (mut name, mut start) = ("fuzz.conf".to_owned(), 0);
        let mut at = 0;
        for line in octets.split_inclusive(|octet| *octet == b'\n') {
            if let Some(next) = line.strip_prefix(SEPARATOR) {
                files.push((name, octets.get(start..at).unwrap_or(&[])));
                name = String::from_utf8_lossy(next.trim_ascii()).into_owned();
                start = at + line.len();
            }
            at += line.len();
        }
        files.push((name, octets.get(start..).unwrap_or(&[])));
        Self(files)
    }
}

impl Loader for Files<'_> {
    fn find(&self, _directory: &Path, pattern: &str) -> Vec<PathBuf> {
        let prefix = pattern.strip_suffix('*');
        let names = self.0.iter().map(|(name, _)| name.as_str());
        let matches = |name: &&str| prefix.map_or(*name == pattern, |prefix| name.starts_with(prefix));
        names.filter(matches).map(PathBuf::from).collect()
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let found = self.0.iter().find(|(name, _)| Path::new(name) == path);
        found.map(|(_, octets)| octets.to_vec()).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn environment(&self, name: &str) -> Option<Vec<u8>> {
        (name == "SET").then(|| b"value".to_vec())
    }
}
