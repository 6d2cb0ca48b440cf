//! Where a thing is defined.

use core::ops::Range;
use std::path::Path;

use kconf_parser::Loader as _;
use kconf_parser::host::HostFiles;
use lsp_types::{Location, Uri};

use super::analysis::Analysis;
use super::place::Place;
use super::{names, uri};

/// Places that define the word at octet `at`.
pub(super) fn at(analysis: &Analysis, own: &Uri, at: usize) -> Vec<Location> {
    let document = &analysis.document;
    if let Some((name, _)) = reference(document.text(), at) {
        let known = names::definitions(document.text()).into_iter().filter(|(known, ..)| *known == name);
        return known.map(|(_, range, _)| Location::new(own.clone(), document.range(range))).collect();
    }
    if let Some(pattern) = include(document.text(), at) {
        let directory = analysis.path.parent().unwrap_or(Path::new(""));
        let start = lsp_types::Range::default();
        let files = HostFiles::default().find(directory, pattern);
        return files.iter().filter_map(|path| Some(Location::new(uri::of(path)?, start))).collect();
    }
    // In front of a word the cursor is on it, too.
    let named = [at, at + 1].into_iter().find_map(|at| {
        let place = Place::at(&analysis.tree, at)?;
        Some((place.refers_to(&analysis.tree)?, place.token()?))
    });
    let Some((kind, token)) = named else { return Vec::new() };
    let text = analysis.tree.text(token);
    let known = analysis.names.iter().filter(|name| name.kind == kind && name.name.as_bytes() == &*text);
    known.filter_map(|name| analysis.location(own, name.span)).collect()
}

/// The line around an octet, and where it begins.
fn line(text: &str, at: usize) -> Option<(usize, &str)> {
    let start = text.get(..at)?.rfind('\n').map_or(0, |end| end + 1);
    let rest = text.get(start..)?;
    Some((start, rest.split('\n').next().unwrap_or(rest)))
}

/// `$NAME` or `${NAME}` around an octet: its name and octets.
pub(super) fn reference(text: &str, at: usize) -> Option<(String, Range<usize>)> {
    let (start, line) = line(text, at)?;
    let column = at - start;
    let found = line.match_indices('$').find_map(|(dollar, _)| {
        let rest = line.get(dollar + 1..)?;
        let inner = rest.strip_prefix('{').unwrap_or(rest);
        let is_name = |character: char| character.is_ascii_alphanumeric() || character == '_';
        let length = inner.find(|character| !is_name(character)).unwrap_or(inner.len());
        let end = dollar + 1 + (rest.len() - inner.len()) * 2 + length;
        let name = inner.get(..length).filter(|name| !name.is_empty())?;
        (dollar..=end).contains(&column).then(|| (name.to_owned(), dollar..end.min(line.len())))
    });
    found.map(|(name, range)| (name, start + range.start..start + range.end))
}

/// The pattern of the include line around an octet.
fn include(text: &str, at: usize) -> Option<&str> {
    let (_, line) = line(text, at)?;
    let (word, pattern) = line.trim().split_once(char::is_whitespace)?;
    let includes = matches!(word, "include" | "includea" | "includeb" | "includem" | "includer" | "includew");
    includes.then(|| pattern.trim())
}
