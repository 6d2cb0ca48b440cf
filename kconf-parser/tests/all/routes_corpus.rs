//! Lines of routes and rules from the wild: we complain about those that keepalived 2.2.7 complains about, and no others.
//!
//! The corpus is not part of the project. Without it this test says so and passes.

use std::collections::BTreeSet;

use kconf_parser::ConfigTest;
use kconf_parser::tree::{LineKind, Tree};

use crate::common::corpus::{files, folder, name, verdict};
use crate::common::expanded;

const BLOCKS: [&[u8]; 4] = [b"virtual_routes", b"virtual_rules", b"static_routes", b"static_rules"];

/// Numbers of the lines in blocks of routes and rules.
fn entries(tree: &Tree) -> BTreeSet<u32> {
    let mut lines = BTreeSet::new();
    for (index, pair) in tree.lines().windows(2).enumerate() {
        let [opener, open] = pair else { continue };
        let word = tree.words(opener).first().map(|word| tree.text(word).into_owned());
        if open.kind != LineKind::Open || !word.is_some_and(|word| BLOCKS.contains(&&*word)) {
            continue;
        }
        let end = tree.closing(index + 1).unwrap_or(tree.lines().len());
        let inside = tree.lines().get(index + 2..end).unwrap_or(&[]).iter();
        let spans = inside.filter_map(|line| tree.words(line).first().map(|word| word.span()));
        lines.extend(spans.map(|span| tree.sources().position(tree.sources().written_at(span)).line));
    }
    lines
}

#[test]
fn entries_from_the_wild_are_judged_as_keepalived_judges_them() {
    let Some(root) = folder() else { return };
    let (mut wrong, mut looked_at) = (Vec::new(), 0);
    for path in files(&root, &["seeds", "public"]) {
        let name = name(&path);
        let verdict = verdict(&root, &name);
        // A cascade, or no daemon for the namespace that the file names: keepalived has not read these blocks.
        if verdict.contains("Unexpected '{'") || verdict.starts_with("exit: 2") {
            continue;
        }
        let (tree, _, findings) = expanded(&std::fs::read(&path).unwrap(), "corpus");
        let entries = entries(&tree);
        let number = |line: &str| line.split_once("Line ")?.1.split_once(')')?.0.parse::<u32>().ok();
        let theirs: BTreeSet<u32> =
            verdict.lines().filter_map(number).filter(|line| entries.contains(line)).collect();
        let sources = tree.sources();
        let ours = findings.into_iter().filter(|finding| finding.problem.class() != ConfigTest::Accepted);
        let ours: BTreeSet<u32> = ours
            .map(|finding| sources.position(finding.span).line)
            .filter(|line| entries.contains(line))
            .collect();
        looked_at += entries.len();
        if ours != theirs {
            wrong.push(format!("{name}: keepalived {theirs:?}, ours {ours:?}"));
        }
    }
    assert!(wrong.is_empty() && looked_at > 50, "{looked_at} entries\n{}", wrong.join("\n"));
}
