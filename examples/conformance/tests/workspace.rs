//! This workspace meets its table, and the checker reports what it is for.
#![expect(clippy::unwrap_used, reason = "outside a test function; a panic fails the test")]

use std::fs;
use std::path::{Path, PathBuf};

use conformance::{Citation, Problem, Unattached, citations, document, problems, requirements};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The citations of all crates that the table names.
fn cited(crates: &[&str]) -> (Vec<Citation>, Vec<Unattached>) {
    let mut all = (Vec::new(), Vec::new());
    for krate in crates {
        let mut files = Vec::new();
        for folder in ["src", "tests"] {
            sources(&root().join(krate).join(folder), &mut files);
        }
        files.sort();
        for file in files {
            let name = file.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
            let (found, unattached) = citations(&name, &fs::read_to_string(&file).unwrap());
            all.0.extend(found);
            all.1.extend(unattached);
        }
    }
    all
}

fn sources(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

#[test]
fn every_requirement_is_shown_and_the_document_says_by_whom() {
    let table = requirements(&fs::read_to_string(root().join("docs/requirements.tsv")).unwrap()).unwrap();
    let mut crates: Vec<&str> = table.iter().map(|row| row.krate.as_str()).collect();
    crates.sort_unstable();
    crates.dedup();
    let (cited, unattached) = cited(&crates);
    let found: Vec<String> = problems(&table, &cited, &unattached).iter().map(Problem::to_string).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));

    let (path, now) = (root().join("docs/conformance.md"), document(&table, &cited));
    if std::env::var_os("UPDATE_CONFORMANCE").is_some() {
        fs::write(&path, &now).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == now,
        "docs/conformance.md is old: run UPDATE_CONFORMANCE=1 cargo test -p conformance"
    );
}

#[test]
fn each_kind_of_problem_is_reported() {
    let table =
        requirements("1-1-1\tMUST\tx\t2\tshown\n1-1-2\tMUST\tx\t2\tnot refused\n1-1-3\tDEF\tx\t1\tnot shown")
            .unwrap();
    let source = "\
        /// Holds: 1-1-1, 1-1-2, 9-9-9\n\
        /// Refuses: 1-1-1, 1-1-3\n\
        #[test]\n\
        fn one() {}\n\
        /// Holds: 1-1-3\n\
        fn no_test() {}\n";
    let (cited, unattached) = citations("x/tests/a.rs", source);
    let found: Vec<String> = problems(&table, &cited, &unattached).iter().map(Problem::to_string).collect();
    assert_eq!(
        found,
        [
            "1-1-3: no test says `Holds: 1-1-3`",
            "1-1-2: no test says `Refuses: 1-1-2`",
            "x/tests/a.rs: one cites 9-9-9, which is no requirement",
            "x/tests/a.rs: one refuses the opposite of 1-1-3, which has one side",
            "x/tests/a.rs:5: a citation above no test",
        ]
    );
    let text = document(&table, &cited);
    assert!(text.contains("| 1-1-1 | MUST | x | shown | `tests/a.rs` one | `tests/a.rs` one |"), "{text}");
}
