//! Tree to meaning, and what is made of both.

mod changes;
mod findings;
mod layout;

use kconf_parser::{
    AssumePresent, Diagnostic, ExpandOptions, LintOptions, Lowered, NoFiles, Pair, Parsed, config_test,
    expand, lint, lower,
};

use super::rendered;

/// Lines of one input after expansion: time goes into text, not into repeating it.
const LINES: usize = 300;

/// Runs one input.
///
/// # Panics
///
/// When one of the laws below does not hold.
pub fn run(octets: &[u8]) {
    let (parsed, lowered) = read(octets);
    let tree = &parsed.tree;
    rendered(tree.sources(), &lowered.diagnostics);
    config_test(&lowered.diagnostics);
    in_range(&lowered);
    assert_eq!(lowered, lower(tree, &AssumePresent), "the same text, the same meaning");

    let pair = Some(Pair { tree, config: &lowered.config });
    let alone = lint(tree, &lowered.config, &LintOptions::default());
    let paired = lint(tree, &lowered.config, &LintOptions { pair, ..LintOptions::default() });
    rendered(tree.sources(), &alone);
    rendered(tree.sources(), &paired);

    let all: Vec<Diagnostic> =
        [&parsed.diagnostics, &lowered.diagnostics, &alone].into_iter().flatten().cloned().collect();
    findings::laws(tree, octets, &all);
    layout::laws(octets, &parsed, &lowered);
    changes::laws(octets, &parsed, &lowered);
}

/// What keepalived would make of one file.
fn read(octets: &[u8]) -> (Parsed, Lowered) {
    let options =
        ExpandOptions { config_id: "fuzz".to_owned(), max_lines: LINES, ..ExpandOptions::default() };
    let parsed = expand("fuzz.conf", octets, &NoFiles, &options);
    let lowered = lower(&parsed.tree, &AssumePresent);
    (parsed, lowered)
}

/// What is accepted can be run.
fn in_range(lowered: &Lowered) {
    for instance in &lowered.config.instances {
        assert!(instance.vrid > 0 && instance.priority > 0 && !instance.advert_interval.is_zero());
        let known = |name: &str| lowered.config.script(name).is_some();
        assert!(instance.track_scripts.iter().all(|track| known(&track.name)));
    }
    for server in &lowered.config.virtual_servers {
        assert!(!server.real_servers.is_empty());
    }
}
