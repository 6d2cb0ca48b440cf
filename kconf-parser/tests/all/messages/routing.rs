//! Routes and rules that are accepted and do something else.

use core::fmt::Write as _;

use kconf_parser::{FactsTable, HostAddress, LintOptions, lint, lower, parse};

use super::{instance, snapshot};

/// An instance with these routes and rules.
fn with(routes: &str, rules: &str) -> String {
    let list = |name: &str, lines: &str| {
        let lines: String = lines.lines().map(|line| format!("    {line}\n")).collect();
        if lines.is_empty() { lines } else { format!("{name} {{\n{lines}}}\n") }
    };
    instance(&(list("virtual_routes", routes) + &list("virtual_rules", rules)))
}

#[test]
fn routes_and_rules_that_are_not_what_they_seem() {
    let twice = with("default via 192.0.2.253 dev eth0\ndefault via 192.0.2.254 dev eth0", "");
    let two = with("198.51.100.0/24 via 192.0.2.254 dev eth0", "");
    let two = format!(
        "{two}{}",
        two.replace("VI_1", "VI_2").replace(" 51", " 52").replace("192.0.2.1/", "192.0.2.2/")
    );
    let source = format!(
        "static_routes {{\n    198.51.100.0/24 via 192.0.2.254 dev eth0 src 192.0.2.1\n}}\n{}",
        instance("priority 100")
    );
    let host = HostAddress { interface: "eth0".to_owned(), address: [203, 0, 113, 2].into(), prefix_len: 24 };
    let host = FactsTable { addresses: Some(vec![host]), ..FactsTable::default() };
    let nobody = FactsTable::default();
    let rule = "from 192.0.2.1 table 100 preference 1000";
    let cases: &[(&str, &str, &FactsTable)] = &[
        ("two default routes", &twice, &nobody),
        ("one route of two instances", &two, &nobody),
        ("a source that is not there at the start", &source, &nobody),
        ("a blackhole on an interface", &with("blackhole 198.51.100.0/24 dev eth0", ""), &nobody),
        ("a route to nowhere", &with("198.51.100.0/24 no_track", ""), &nobody),
        ("a gateway that is oneself", &with("198.51.100.0/24 via 192.0.2.1 dev eth0", ""), &nobody),
        ("a gateway out of reach", &with("198.51.100.0/24 via 10.9.9.9 dev eth0", ""), &host),
        ("a rule for everything", &with("", "table 100 preference 1000"), &nobody),
        ("a rule for nothing", &with("", "not table 100 preference 1000"), &nobody),
        ("a rule for a whole network", &with("", "from 192.0.2.1/24 table 100 preference 1000"), &nobody),
        ("a rule that is there already", &with("", &format!("{rule}\n{rule}")), &nobody),
    ];
    let mut page = String::new();
    for (name, text, facts) in cases {
        let tree = parse("keepalived.conf", text.as_bytes()).tree;
        let lowered = lower(&tree, *facts);
        assert!(lowered.diagnostics.is_empty(), "{name}: {:?}", lowered.diagnostics);
        writeln!(page, "## {name}").unwrap();
        let found = lint(&tree, &lowered.config, &LintOptions { facts: *facts, pair: None });
        let found: Vec<_> = found.iter().filter(|finding| finding.code() != "address-off-network").collect();
        assert!(!found.is_empty(), "{name}");
        found.iter().for_each(|finding| page.push_str(&finding.render(tree.sources())));
    }
    snapshot("routing", &page);
}
