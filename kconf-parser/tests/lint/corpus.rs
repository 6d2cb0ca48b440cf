//! What the lints say about configurations from the wild.
//!
//! The corpus is not part of the project. Without it these tests say so and pass.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kconf_parser::{AssumePresent, ExpandOptions, LintOptions, NoFiles, expand, lint, lower};

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
            let options = ExpandOptions { config_id: "corpus".to_owned(), ..ExpandOptions::default() };
            let parsed = expand(&name, &std::fs::read(&path).unwrap(), &NoFiles, &options);
            let lowered = lower(&parsed.tree, &AssumePresent);
            let verdict =
                std::fs::read(root.join("verdicts").join(format!("{name}.txt"))).unwrap_or_default();
            let accepted = verdict.starts_with(b"exit: 0");
            for finding in lint(&parsed.tree, &lowered.config, &LintOptions::default()) {
                assert!(finding.severity < Severity::Error, "{name}: {finding:?}");
                let rendered = finding.render(parsed.tree.sources());
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
