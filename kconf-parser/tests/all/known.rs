//! Findings that are known: allowed by a comment, or listed in a baseline. And the pages about all of them.

use std::io;
use std::path::{Path, PathBuf};

use kconf_parser::diagnostic::{Baseline, BaselineError, Waived, pages, waive};
use kconf_parser::keywords::Version;
use kconf_parser::model::{ScriptCommand, ScriptUser};
use kconf_parser::{
    AssumePresent, Diagnostic, ExpandOptions, Facts, Lint, Loader, LowerOptions, NoFiles, ScriptStatus, Tree,
    expand, lower_with,
};

use crate::common::codes;

fn check_on(
    text: &str,
    loader: &dyn Loader,
    facts: &dyn Facts,
    options: &LowerOptions<'_>,
) -> (Tree, Vec<Diagnostic>) {
    let parsed = expand("keepalived.conf", text.as_bytes(), loader, &ExpandOptions::default());
    let lowered = lower_with(&parsed.tree, facts, options);
    let mut findings = parsed.diagnostics;
    findings.extend(lowered.diagnostics);
    (parsed.tree, findings)
}

fn check(text: &str) -> (Tree, Vec<Diagnostic>) {
    check_on(text, &NoFiles, &AssumePresent, &LowerOptions::default())
}

fn waived(text: &str) -> Waived {
    let (tree, findings) = check(text);
    waive(&tree, findings)
}

#[test]
fn a_comment_allows_what_is_on_its_line_or_below() {
    #[rustfmt::skip]
    let cases: &[(&str, &[&str], usize)] = &[
        ("intervall 2 # kconf: allow(unknown-keyword) a note", &[], 1),
        ("intervall 2 ! kconf: allow(unknown-keyword) a note", &[], 1),
        ("# kconf: allow(unknown-keyword) a note\nintervall 2", &[], 1),
        ("## kconf:allow(unknown-keyword): a note\n\n# more\nintervall 2", &[], 1),
        ("# kconf: allow(unknown-keyword) a note\n# kconf: allow(invalid-number) b\nintervall 2\n", &["waiver-unused"], 1),
        ("# kconf: allow(unknown-keyword) a note\nrise 2\nintervall 2", &["waiver-unused", "unknown-keyword"], 0),
        ("# kconf: allow(unknown-keyword)\nintervall 2", &["waiver-without-reason", "unknown-keyword"], 0),
        ("# kconf: allow(unknown-keyword) -\nintervall 2", &["waiver-without-reason", "unknown-keyword"], 0),
        ("# kconf: allow(unknown) why\nintervall 2", &["waiver-unknown-code", "unknown-keyword"], 0),
        ("# kconf: allow(unknown-keyword, invalid-number) why\nintervall 2 # kconf: allow(adjusted) why", &["waiver-unused", "waiver-unused"], 1),
        ("# kconf: allow-file(unknown-keyword) why\nintervall 2\ninterval2 3", &[], 2),
        ("intervall \"# kconf: allow(unknown-keyword) why\"", &["unknown-keyword"], 0),
        ("~SEQ(i, 1, 2) intervall $i # kconf: allow(unknown-keyword) why", &[], 1),
    ];
    for (lines, want, allowed) in cases {
        let result = waived(&format!("vrrp_script s {{\nscript \"/bin/true\"\n{lines}\n}}\n"));
        assert_eq!((codes(&result.findings).as_slice(), result.allowed.len()), (*want, *allowed), "{lines}");
    }
}

#[test]
fn a_baseline_hides_what_it_lists_wherever_it_moves_to() {
    let text = "vrrp_script s {\n script \"/bin/true\"\n intervall 2\n intervall 2\n}\n";
    let (tree, findings) = check(text);
    let mut written = Baseline::default();
    written.add(&findings, tree.sources());
    let written = written.to_string();
    assert_eq!(
        written,
        "# kconf baseline 1\n\
         keepalived.conf\tunknown-keyword\tintervall 2\n\
         keepalived.conf\tunknown-keyword\tintervall 2\n"
    );

    let moved =
        text.replace(" intervall 2\n intervall", "# a line more\n   intervall  2\n rise x\n  iintervall");
    let (tree, findings) = check(&moved);
    let mut baseline = Baseline::parse("baseline.tsv", &written).expect("a baseline");
    let new = baseline.subtract(findings, tree.sources());
    assert_eq!(codes(&new), ["invalid-number", "unknown-keyword"]);
    let stale = baseline.stale();
    assert_eq!(codes(&stale), ["baseline-stale"]);
    let rendered = stale.first().map(|finding| finding.render(baseline.sources())).unwrap_or_default();
    assert!(rendered.starts_with("baseline.tsv:2:1: note[baseline-stale]"), "{rendered}");
}

#[test]
fn a_baseline_holds_no_secret() {
    let (tree, findings) = check("vrrp_instance V {\n auth_pass hunter2\n}\n");
    let mut baseline = Baseline::default();
    baseline.add(&findings, tree.sources());
    assert!(!findings.is_empty() && !baseline.to_string().contains("hunter2"));
}

#[test]
fn what_is_no_baseline_is_named() {
    assert_eq!(Baseline::parse("b", "").err(), Some(BaselineError::Header));
    assert_eq!(Baseline::parse("b", "# kconf baseline 1\na\tb\n").err(), Some(BaselineError::Line(2)));
}

/// The host of the pages: neither a user for scripts nor a script at /missing.
struct Host;

impl Facts for Host {
    fn interface_exists(&self, name: &str) -> bool {
        name != "nowhere0"
    }

    fn user_exists(&self, user: &str) -> bool {
        user == "root"
    }

    fn group_exists(&self, _group: &str) -> bool {
        true
    }

    fn script(&self, command: &ScriptCommand, _user: Option<&ScriptUser>) -> ScriptStatus {
        let missing = command.args.first().is_some_and(|program| program == "/missing");
        if missing { ScriptStatus::NotFound } else { ScriptStatus::Ok }
    }
}

impl Loader for Host {
    fn find(&self, directory: &Path, pattern: &str) -> Vec<PathBuf> {
        let known = matches!(pattern, "unreadable.conf" | "circle.conf");
        if known { vec![directory.join(pattern)] } else { Vec::new() }
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        if path.ends_with("circle.conf") {
            return Ok(b"include circle.conf\n".to_vec());
        }
        Err(io::ErrorKind::PermissionDenied.into())
    }
}

fn without_effect<'a>(keywords: &'a [(&'a str, &'a str)]) -> LowerOptions<'a> {
    let defaults = LowerOptions::default;
    let mut options = defaults();
    options.without_effect = keywords;
    options
}

#[test]
fn the_example_of_each_page_has_what_the_page_is_about() {
    let target = Some(Version::new(2, 2, 7));
    let options = LowerOptions { target, ..without_effect(&[("vrrp_script", "init_fail")]) };
    // Lints have their examples beside them, and tests of those.
    for page in pages().filter(|page| Lint::by_code(page.code).is_none()) {
        if page.code == "file-too-large" {
            continue; // too large to be shown
        }
        let text = page.example.replace('…', &"x".repeat(2000)).replace('␀', "\0");
        let (tree, findings) = check_on(&text, &Host, &Host, &options);
        let mut found = codes(&waive(&tree, findings).findings);
        if page.code == "baseline-stale" {
            let text = "# kconf baseline 1\nkeepalived.conf\tadjusted\tstate MASTER\n";
            found = codes(&Baseline::parse("b", text).expect("a baseline").stale());
        }
        assert!(found.contains(&page.code), "{}: {found:?}", page.code);
    }
}
