//! `-t` of both daemons on every configuration of the corpus, side by side.
//!
//! The corpus is not part of the project. Without it the tests say so and pass.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its files has failed")]

mod differences;
mod interfaces;
mod judge;
#[path = "../common/program.rs"]
mod program;

use core::num::NonZero;
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Mutex,
    thread,
};

use differences::KNOWN;
use judge::{Judge, Verdict};
use netlab::with_namespaces;
use program::Program;

/// One file as both see it.
struct Case {
    name: String,
    ours: Verdict,
    keepalived: Verdict,
}

#[test]
fn what_keepalived_accepts_is_accepted_and_nothing_else() {
    let Some(corpus) = corpus() else { return };
    if !Program::keepalived_is_installed("what_keepalived_accepts_is_accepted_and_nothing_else") {
        return;
    }
    with_namespaces(|| {
        let files: Vec<PathBuf> =
            ["seeds", "public"].iter().flat_map(|folder| files(&corpus.join(folder))).collect();
        let cases = in_parallel(&files, |judge, file| {
            let name = file.file_stem().unwrap().to_string_lossy().into_owned();
            let ours = judge.ask(Program::Ours, file);
            ours.assert_sane(&name);
            Case { name, ours, keepalived: judge.ask(Program::Keepalived, file) }
        });
        compare(cases);
    });
}

#[test]
fn a_template_is_judged_like_any_other_text() {
    let Some(corpus) = corpus() else { return };
    with_namespaces(|| {
        let files = files(&corpus.join("templates"));
        let verdicts = in_parallel(&files, |judge, file| {
            judge.ask(Program::Ours, file).assert_sane(&file.to_string_lossy());
        });
        println!("{} templates", verdicts.len());
    });
}

fn compare(mut cases: Vec<Case>) {
    cases.sort_by(|one, other| one.name.cmp(&other.name));
    let (mut same, mut surprises) = (0, Vec::new());
    for Case { name, ours, keepalived } in &cases {
        let codes =
            format!("{name}: {} {keepalived}, {} {ours}", Program::Keepalived.name(), Program::Ours.name());
        if ours.code() == keepalived.code() {
            same += 1;
        } else {
            println!("{codes}");
        }
        let known = KNOWN.iter().any(|(listed, _)| listed == name);
        match (ours.accepted() == keepalived.accepted(), known) {
            (true, true) => surprises.push(format!("{codes}; it is listed, but does not differ any more")),
            (false, false) => surprises.push(format!(
                "{codes}\n--- keepalived\n{}--- ours\n{}",
                keepalived.words(),
                ours.words()
            )),
            (true, false) | (false, true) => {}
        }
    }
    println!("{} files, the same exit code for {same}", cases.len());
    for (listed, _) in KNOWN {
        assert!(cases.iter().any(|case| case.name == *listed), "{listed} is listed, but not in the corpus");
    }
    assert!(surprises.is_empty(), "{} surprises:\n{}", surprises.len(), surprises.join("\n"));
}

/// Asks about every file, each judge in a network of its own.
fn in_parallel<T: Send>(files: &[PathBuf], ask: impl Fn(&Judge, &Path) -> T + Sync) -> Vec<T> {
    let names = interfaces::named_in(files);
    let (queue, results) = (Mutex::new(files.iter()), Mutex::new(Vec::new()));
    let next = || queue.lock().unwrap().next();
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(|| {
                let judge = Judge::new(&names);
                while let Some(file) = next() {
                    let result = ask(&judge, file);
                    results.lock().unwrap().push(result);
                }
            });
        }
    });
    results.into_inner().unwrap()
}

fn corpus() -> Option<PathBuf> {
    let given = std::env::var_os("KCONF_CORPUS").map(PathBuf::from);
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let root = given.unwrap_or_else(|| workspace.join("shared").join("corpus"));
    if let Ok(root) = root.canonicalize() {
        return Some(root);
    }
    println!("SKIPPED config_verdicts: no corpus at {} (set KCONF_CORPUS)", root.display());
    None
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}
