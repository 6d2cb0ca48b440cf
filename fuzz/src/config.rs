//! Configurations: text to tree to meaning.
//!
//! An input is a file as it is. It includes nothing, because the loader finds nothing.

use kconf_parser::{
    AssumePresent, Diagnostic, ExpandOptions, NoFiles, Sources, config_test, expand, lower, parse,
};

/// Lines of one input after expansion: time goes into text, not into repeating it.
const LINES: usize = 2_000;
/// Findings of one input that are rendered: rendering counts lines from the start of the file.
const RENDERED: usize = 50;

/// Runs one input.
///
/// # Panics
///
/// When one of the laws below does not hold.
pub fn run(octets: &[u8]) {
    let parsed = parse("fuzz.conf", octets);
    assert_eq!(parsed.tree.print(), octets, "nothing is lost");
    rendered(parsed.tree.sources(), &parsed.diagnostics);

    let options = ExpandOptions { config_id: "fuzz".to_owned(), max_lines: LINES };
    let expanded = expand("fuzz.conf", octets, &NoFiles, &options);
    let lowered = lower(&expanded.tree, &AssumePresent);
    rendered(expanded.tree.sources(), &expanded.diagnostics);
    rendered(expanded.tree.sources(), &lowered.diagnostics);
    config_test(&lowered.diagnostics);

    if !octets.iter().any(|octet| matches!(octet, b'$' | b'@' | b'~'))
        && !octets.windows(7).any(|window| window == b"include")
    {
        assert_eq!(expanded.tree.print(), octets, "there is nothing to expand");
    }
    for instance in &lowered.config.instances {
        assert!(instance.vrid > 0 && instance.priority > 0 && !instance.advert_interval.is_zero());
        let known = |name: &str| lowered.config.script(name).is_some();
        assert!(instance.track_scripts.iter().all(|track| known(&track.name)));
    }
    for server in &lowered.config.virtual_servers {
        assert!(!server.real_servers.is_empty());
    }
}

/// Every finding can be shown, and what it points to is in its source.
fn rendered(sources: &Sources, findings: &[Diagnostic]) {
    for finding in findings.iter().take(RENDERED) {
        let at = sources.written_at(finding.span);
        assert!(at.start <= at.end && at.range().end <= sources.octets(at.source).len());
        assert!(finding.render(sources).lines().count() >= 4);
    }
}
