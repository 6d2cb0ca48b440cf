//! What the lints say about configurations from the wild.
//!
//! The corpus is not part of the project. Without it these tests say so and pass.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kconf_parser::model::Config;
use kconf_parser::{LintOptions, Pair, Tree, lint};

use super::Severity;
use crate::common::corpus::{files, folder, name, verdict};
use crate::common::expanded;

fn read(path: &Path) -> (Tree, Config) {
    let (tree, config, _) = expanded(&std::fs::read(path).unwrap(), "corpus");
    (tree, config)
}

/// With `LINT_SURVEY` in the environment every finding is printed.
#[test]
fn no_lint_fails_on_any_file_and_none_is_an_error() {
    let Some(root) = folder() else { return };
    let survey = std::env::var_os("LINT_SURVEY").is_some();
    let mut counts: BTreeMap<(&str, Severity), usize> = BTreeMap::new();
    for path in files(&root, &["seeds", "public", "templates"]) {
        let name = name(&path);
        let (tree, config) = read(&path);
        let accepted = verdict(&root, &name).starts_with("exit: 0");
        for (index, finding) in lint(&tree, &config, &LintOptions::default()).iter().enumerate() {
            assert!(finding.severity < Severity::Error, "{name}: {finding:?}");
            let rendered =
                if survey || index < 50 { finding.render(tree.sources()) } else { "-\n".repeat(4) };
            assert!(rendered.lines().count() >= 4, "{name}: {finding:?}");
            *counts.entry((finding.code(), finding.severity)).or_default() += 1;
            if survey {
                println!("{} {name} {rendered}", if accepted { "ACCEPTED" } else { "other" });
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
    let Some(root) = folder() else { return };
    let survey = std::env::var_os("LINT_SURVEY").is_some();
    let mut origins: BTreeMap<String, Vec<(String, PathBuf)>> = BTreeMap::new();
    for path in files(&root, &["public"]) {
        let name = name(&path);
        // Test files of one developer are no pairs, and some have thousands of instances.
        if let Some((origin, _)) = name.split_once("__").filter(|(origin, _)| *origin != "pqdev") {
            origins.entry(origin.to_owned()).or_default().push((name.clone(), path));
        }
    }
    for mut files in origins.into_values().filter(|files| files.len() < 6) {
        files.sort();
        for (name, path) in &files {
            let (tree, config) = read(path);
            for (other_name, other) in &files {
                let (other_tree, other_config) = read(other);
                let pair = Pair { tree: &other_tree, config: &other_config };
                let options = LintOptions { pair: Some(pair), ..LintOptions::default() };
                for finding in lint(&tree, &config, &options) {
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
                        println!("PAIR {}", finding.render(tree.sources()));
                    }
                }
            }
        }
    }
}
