//! What the lints say about configurations from the wild.
//!
//! The corpus is not part of the project. Without it these tests say so and pass.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kconf_parser::{
    AssumePresent, ExpandOptions, LintOptions, Lowered, NoFiles, Pair, Parsed, expand, lint, lower,
};

use super::Severity;

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

fn read(name: &str, path: &Path) -> (Parsed, Lowered) {
    let options = ExpandOptions { config_id: "corpus".to_owned(), ..ExpandOptions::default() };
    let parsed = expand(name, &std::fs::read(path).unwrap(), &NoFiles, &options);
    let lowered = lower(&parsed.tree, &AssumePresent);
    (parsed, lowered)
}

/// With `LINT_SURVEY` in the environment every finding is printed.
#[test]
fn no_lint_fails_on_any_file_and_none_is_an_error() {
    let Some(root) = corpus() else { return };
    let survey = std::env::var_os("LINT_SURVEY").is_some();
    let mut counts: BTreeMap<(&str, Severity), usize> = BTreeMap::new();
    for folder in ["seeds", "public", "templates"] {
        let mut files: Vec<_> =
            std::fs::read_dir(root.join(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        for path in files {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let (parsed, lowered) = read(&name, &path);
            let verdict =
                std::fs::read(root.join("verdicts").join(format!("{name}.txt"))).unwrap_or_default();
            let accepted = verdict.starts_with(b"exit: 0");
            for (index, finding) in
                lint(&parsed.tree, &lowered.config, &LintOptions::default()).iter().enumerate()
            {
                assert!(finding.severity < Severity::Error, "{name}: {finding:?}");
                let rendered = if survey || index < 50 {
                    finding.render(parsed.tree.sources())
                } else {
                    "-\n".repeat(4)
                };
                assert!(rendered.lines().count() >= 4, "{name}: {finding:?}");
                *counts.entry((finding.code(), finding.severity)).or_default() += 1;
                if survey {
                    println!("{} {rendered}", if accepted { "ACCEPTED" } else { "other" });
                }
            }
        }
    }
    for ((code, severity), count) in counts {
        println!("{count:5} {severity:?} {code}");
    }
}

/// Files of one origin are often the two nodes of a pair. A node compared with itself has the same lists.
#[test]
fn files_of_one_origin_can_be_compared_with_each_other() {
    let Some(root) = corpus() else { return };
    let survey = std::env::var_os("LINT_SURVEY").is_some();
    let mut origins: BTreeMap<String, Vec<(String, PathBuf)>> = BTreeMap::new();
    for path in std::fs::read_dir(root.join("public")).unwrap().map(|entry| entry.unwrap().path()) {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        // Test files of one developer are no pairs, and some have thousands of instances.
        if let Some((origin, _)) = name.split_once("__").filter(|(origin, _)| *origin != "pqdev") {
            origins.entry(origin.to_owned()).or_default().push((name.clone(), path));
        }
    }
    for mut files in origins.into_values().filter(|files| files.len() < 6) {
        files.sort();
        for (name, path) in &files {
            let (parsed, lowered) = read(name, path);
            for (other_name, other) in &files {
                let (other_parsed, other_lowered) = read(other_name, other);
                let pair = Pair { tree: &other_parsed.tree, config: &other_lowered.config };
                let options = LintOptions { pair: Some(pair), ..LintOptions::default() };
                for finding in lint(&parsed.tree, &lowered.config, &options) {
                    let compares_lists = [
                        "pair-addresses",
                        "pair-authentication",
                        "pair-interval",
                        "pair-missing",
                        "pair-vrid",
                    ]
                    .contains(&finding.code());
                    assert!(name != other_name || !compares_lists, "{name}: {finding:?}");
                    if survey && name != other_name {
                        println!("PAIR {}", finding.render(parsed.tree.sources()));
                    }
                }
            }
        }
    }
}
