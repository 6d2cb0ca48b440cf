//! What many tests do: reading a text, and looking at what was found.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "what is not there is a failed test")]

pub(crate) mod corpus;
mod texts;

use std::collections::BTreeSet;

use kconf_parser::model::Config;
use kconf_parser::tree::LineKind;
use kconf_parser::{
    AssumePresent, Diagnostic, ExpandOptions, Facts, NoFiles, Tree, Value, expand, lower, parse,
};

pub(crate) use texts::text;

/// What a text without includes and definitions means, and everything that is found.
pub(crate) fn read(text: &str) -> (Config, Vec<Diagnostic>) {
    read_on(text, &AssumePresent)
}

/// The same on a host.
pub(crate) fn read_on(text: &str, facts: &dyn Facts) -> (Config, Vec<Diagnostic>) {
    let parsed = parse("f", text.as_bytes());
    let lowered = lower(&parsed.tree, facts);
    let mut findings = parsed.diagnostics;
    findings.extend(lowered.diagnostics);
    (lowered.config, findings)
}

/// What a text with the right braces and quotes means, and the codes of what is found.
pub(crate) fn read_codes(text: &str) -> (Config, Vec<&'static str>) {
    let parsed = parse("f", text.as_bytes());
    assert!(parsed.diagnostics.is_empty(), "{text}");
    let lowered = lower(&parsed.tree, &AssumePresent);
    (lowered.config, codes(&lowered.diagnostics))
}

pub(crate) fn codes(findings: &[Diagnostic]) -> Vec<&'static str> {
    findings.iter().map(Diagnostic::code).collect()
}

/// The lines that keepalived would read, and what is found in them.
pub(crate) fn check(octets: &[u8]) -> (Tree, Vec<Diagnostic>) {
    let (tree, _, findings) = expanded(octets, "");
    (tree, findings)
}

/// The meaning of what keepalived would read on the node called `id`.
pub(crate) fn expanded(octets: &[u8], id: &str) -> (Tree, Config, Vec<Diagnostic>) {
    let options = ExpandOptions { config_id: id.to_owned(), ..ExpandOptions::default() };
    let parsed = expand("keepalived.conf", octets, &NoFiles, &options);
    let lowered = lower(&parsed.tree, &AssumePresent);
    let mut findings = parsed.diagnostics;
    findings.extend(lowered.diagnostics);
    (parsed.tree, lowered.config, findings)
}

/// What a text means: its configuration, and the codes of its findings.
pub(crate) fn meaning(octets: &[u8]) -> (Value, Vec<&'static str>) {
    let (_, config, findings) = expanded(octets, "id");
    let mut codes = codes(&findings);
    codes.sort_unstable();
    (config.describe(), codes)
}

/// The logical lines of a text: what they are, and their words.
pub(crate) fn words(octets: &[u8]) -> Vec<(LineKind, Vec<Vec<u8>>)> {
    let tree = parse("f", octets).tree;
    let words = |line| tree.words(line).iter().map(|token| tree.text(token).into_owned()).collect();
    tree.lines().iter().map(|line| (line.kind, words(line))).collect()
}

/// For a [`FactsTable`](kconf_parser::FactsTable): these, and no others.
pub(crate) fn only(names: &[&str]) -> Option<BTreeSet<String>> {
    Some(names.iter().map(|name| (*name).to_owned()).collect())
}

/// The old text with only the reported parts replaced.
pub(crate) fn rebuilt(old: &[u8], edited: &kconf_parser::edit::Edited) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    for change in &edited.replaced {
        assert!(at <= change.range.start && change.range.start <= change.range.end, "{:?}", edited.replaced);
        out.extend_from_slice(&old[at..change.range.start]);
        out.extend_from_slice(&change.text);
        at = change.range.end;
    }
    out.extend_from_slice(&old[at..]);
    out
}
