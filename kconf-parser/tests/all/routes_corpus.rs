//! Lines of routes and rules from the wild: we complain about those that keepalived 2.2.7 complains about, and no others.
//!
//! The corpus is not part of the project. Without it this test says so and passes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use kconf_parser::tree::{LineKind, Tree};
use kconf_parser::{AssumePresent, ConfigTest, ExpandOptions, NoFiles, expand, lower};

const BLOCKS: [&[u8]; 4] = [b"virtual_routes", b"virtual_rules", b"static_routes", b"static_rules"];

fn corpus() -> Option<PathBuf> {
    let given = std::env::var_os("KCONF_CORPUS").map(PathBuf::from);
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let root = given.unwrap_or_else(|| workspace.join("shared").join("corpus"));
    if root.is_dir() {
        return Some(root);
    }
    println!("skipped: no corpus at {} (set KCONF_CORPUS)", root.display());
    None
}

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
    let Some(root) = corpus() else { return };
    let (mut wrong, mut looked_at) = (Vec::new(), 0);
    for file in
        ["seeds", "public"].into_iter().flat_map(|folder| std::fs::read_dir(root.join(folder)).unwrap())
    {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let verdict = std::fs::read(root.join("verdicts").join(format!("{name}.txt"))).unwrap();
        let verdict = String::from_utf8_lossy(&verdict).into_owned();
        // A cascade, or no daemon for the namespace that the file names: keepalived has not read these blocks.
        if verdict.contains("Unexpected '{'") || verdict.starts_with("exit: 2") {
            continue;
        }
        let options = ExpandOptions { config_id: "corpus".to_owned(), ..ExpandOptions::default() };
        let parsed = expand("keepalived.conf", &std::fs::read(&path).unwrap(), &NoFiles, &options);
        let entries = entries(&parsed.tree);
        let number = |line: &str| line.split_once("Line ")?.1.split_once(')')?.0.parse::<u32>().ok();
        let theirs: BTreeSet<u32> =
            verdict.lines().filter_map(number).filter(|line| entries.contains(line)).collect();
        let sources = parsed.tree.sources();
        let ours = lower(&parsed.tree, &AssumePresent).diagnostics.into_iter();
        let ours = ours.filter(|finding| finding.problem.class() != ConfigTest::Accepted);
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
