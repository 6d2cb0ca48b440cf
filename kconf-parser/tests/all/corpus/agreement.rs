//! Line by line: what keepalived 2.2.7 complains about and what we do.
//!
//! `only-keepalived.tsv` has every line that only keepalived complains about, with the reason; `accepted.tsv` every
//! warning about a file that keepalived accepts without a word. Both are exact: what is new fails, and what is stale
//! fails. `UPDATE_CORPUS=1` writes them anew, with `?` where a reason is missing, which fails, too.

use core::fmt::Write as _;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use kconf_parser::{AssumePresent, LintOptions, Severity, lint};

use super::{Case, cases, folder, read};

/// Reasons why only keepalived complains about a line.
const REASONS: &[(&str, &str)] = &[
    (
        "cascade",
        "an earlier mistake made keepalived read on in another block; only the cause is reported here",
    ),
    (
        "closing-line",
        "keepalived names the line that closes the block, here it is the line at fault or the one that opens it",
    ),
    ("build", "Debian's keepalived is built without iptables and ipsets, and complains about their keywords"),
    ("host", "keepalived looked at the host: name service, interfaces, scripts"),
];

type Key = (String, u32);

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/all/corpus").join(name)
}

/// A table of lines `FILE\tLINE\tWORD`.
fn table(name: &str) -> BTreeMap<Key, BTreeSet<String>> {
    let text = std::fs::read_to_string(file(name)).unwrap_or_default();
    let mut rows: BTreeMap<Key, BTreeSet<String>> = BTreeMap::new();
    for row in text.lines() {
        let mut columns = row.split('\t');
        let (file, line, word) =
            (columns.next().unwrap(), columns.next().unwrap().parse().unwrap(), columns.next().unwrap());
        rows.entry((file.to_owned(), line)).or_default().insert(word.to_owned());
    }
    rows
}

fn compare(name: &str, found: &BTreeMap<Key, BTreeSet<String>>) {
    if std::env::var_os("UPDATE_CORPUS").is_some() {
        let mut text = String::new();
        for ((file, line), words) in found {
            words.iter().for_each(|word| writeln!(text, "{file}\t{line}\t{word}").unwrap());
        }
        std::fs::write(file(name), text).unwrap();
    }
    let known = table(name);
    let new: Vec<_> = found.iter().filter(|(key, words)| known.get(*key) != Some(*words)).collect();
    let stale: Vec<_> = known.iter().filter(|(key, words)| found.get(*key) != Some(*words)).collect();
    assert!(new.is_empty() && stale.is_empty(), "{name}: new {new:#?}, stale {stale:#?}");
}

/// Lines that we complain about.
fn ours(case: &Case) -> BTreeSet<u32> {
    let (tree, _, findings) = read(&case.octets);
    // A finding of a repeated line stands at the line that is written; places that belong to it count, too.
    findings
        .iter()
        .flat_map(|finding| {
            let related = finding.related.iter().map(|related| related.span);
            core::iter::once(finding.span)
                .chain(related)
                .map(|span| tree.sources().position(span).line)
                .collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn every_line_that_only_keepalived_complains_about_is_known_with_its_reason() {
    let Some(root) = folder() else { return };
    let known = table("only-keepalived.tsv");
    let mut found: BTreeMap<Key, BTreeSet<String>> = BTreeMap::new();
    let (mut both, mut only_we) = (0, 0);
    for case in cases(&root) {
        let ours = ours(&case);
        both += case.lines.intersection(&ours).count();
        only_we += ours.difference(&case.lines).count();
        for line in case.lines.difference(&ours) {
            let key = (case.name.clone(), *line);
            let reason =
                known.get(&key).cloned().unwrap_or_else(|| [format!("?{}", case.messages_of(*line))].into());
            found.insert(key, reason);
        }
    }
    println!("both complain: {both} lines, only keepalived: {}, only we: {only_we}", found.len());
    compare("only-keepalived.tsv", &found);
    for ((file, line), reasons) in &found {
        let understood = reasons.iter().all(|reason| REASONS.iter().any(|(name, _)| name == reason));
        assert!(understood, "{file}:{line}: {reasons:?}");
    }
}

#[test]
fn files_that_keepalived_accepts_without_a_word_have_no_error_and_known_warnings() {
    let Some(root) = folder() else { return };
    let mut found: BTreeMap<Key, BTreeSet<String>> = BTreeMap::new();
    let (mut files, mut notes) = (0, 0);
    for case in cases(&root).into_iter().filter(Case::is_accepted) {
        files += 1;
        let (tree, config, mut findings) = read(&case.octets);
        findings.extend(lint(&tree, &config, &LintOptions { facts: &AssumePresent, pair: None }));
        for finding in findings {
            let line = tree.sources().position(finding.span).line;
            assert!(finding.severity < Severity::Error, "{}:{line}: {finding:?}", case.name);
            if finding.severity == Severity::Note {
                notes += 1;
                continue;
            }
            let key = (case.name.clone(), line);
            found.entry(key).or_default().insert(finding.code().to_owned());
        }
    }
    println!("{files} files accepted without a word: {} lines with warnings, {notes} notes", found.len());
    compare("accepted.tsv", &found);
}
