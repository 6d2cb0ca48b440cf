//! What has a name, and where it is defined.

use kconf_parser::tree::LineKind;
use kconf_parser::{Span, Tree};

/// Blocks whose name others use.
const NAMED: &[&str] = &[
    "vrrp_script",
    "vrrp_instance",
    "vrrp_sync_group",
    "track_file",
    "vrrp_track_file",
    "vrrp_track_process",
    "bfd_instance",
    "virtual_server_group",
    "track_group",
];

/// Something with a name.
#[derive(Clone, Debug)]
pub(super) struct Name {
    /// The keyword of its block.
    pub(super) kind: &'static str,
    pub(super) name: String,
    /// Where it is defined.
    pub(super) span: Span,
}

/// Everything with a name in a configuration after expansion.
pub(super) fn of(tree: &Tree) -> Vec<Name> {
    let lines = tree.lines().iter().filter(|line| line.kind == LineKind::Statement && line.depth == 0);
    let name = |words: &[kconf_parser::tree::Token]| {
        let (keyword, name) = (words.first()?, words.get(1)?);
        let text = tree.text(keyword);
        let kind = NAMED.iter().find(|kind| kind.as_bytes() == &*text)?;
        // They are two keywords for one thing.
        let kind = if *kind == "vrrp_track_file" { "track_file" } else { kind };
        let span = tree.sources().written_at(name.span());
        Some(Name { kind, name: String::from_utf8_lossy(&tree.text(name)).into_owned(), span })
    };
    lines.filter_map(|line| name(tree.words(line))).collect()
}

/// `$NAME=VALUE` in a text: each name, its octets and its value.
pub(super) fn definitions(text: &str) -> Vec<(String, core::ops::Range<usize>, String)> {
    let mut at = 0;
    let mut found = Vec::new();
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let trimmed = line.trim_start();
        let Some(rest) = trimmed.strip_prefix('$') else { continue };
        let is_name = |character: char| character.is_ascii_alphanumeric() || character == '_';
        let Some((name, value)) = rest.split_once('=') else { continue };
        if !name.is_empty() && name.chars().all(is_name) {
            let begin = start + line.len() - trimmed.len();
            found.push((name.to_owned(), begin..begin + 1 + name.len(), value.trim().to_owned()));
        }
    }
    found
}
