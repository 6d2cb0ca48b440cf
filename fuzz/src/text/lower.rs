//! Tree to meaning.

use kconf_parser::{AssumePresent, config_test, lower, parse};

use super::rendered;
use crate::planted;

/// Runs one input.
///
/// # Panics
///
/// When one of the laws below does not hold.
pub fn run(octets: &[u8]) {
    let parsed = parse("fuzz.conf", octets);
    let lowered = lower(&parsed.tree, &AssumePresent);
    rendered(parsed.tree.sources(), &lowered.diagnostics);
    config_test(&lowered.diagnostics);
    planted::in_lower(&lowered.config);
    for instance in &lowered.config.instances {
        assert!(instance.vrid > 0 && instance.priority > 0 && !instance.advert_interval.is_zero());
        let known = |name: &str| lowered.config.script(name).is_some();
        assert!(instance.track_scripts.iter().all(|track| known(&track.name)));
    }
    for server in &lowered.config.virtual_servers {
        assert!(!server.real_servers.is_empty());
    }
    assert_eq!(lowered, lower(&parsed.tree, &AssumePresent), "the same text, the same meaning");
}
