//! One mistake, one finding: braces that are missing or too many, quotes that stay open.

use kconf_parser::{Diagnostic, Problem};

use crate::common::{check, expanded};

/// Code, line and lines of related places of every finding.
fn told(text: &str) -> Vec<(&'static str, u32, Vec<u32>)> {
    let (tree, findings) = check(text.as_bytes());
    let line = |span| tree.sources().position(span).line;
    let related = |finding: &Diagnostic| finding.related.iter().map(|place| line(place.span)).collect();
    findings.iter().map(|finding| (finding.code(), line(finding.span), related(finding))).collect()
}

const SECOND: &str = "vrrp_instance B {
    interface eth0
    virtual_router_id 2
    virtual_ipaddress {
        192.0.2.2
    }
}
";

#[test]
fn an_instance_that_is_never_closed_is_named() {
    let first = "vrrp_instance A {
    interface eth0
    virtual_router_id 1
    virtual_ipaddress {
        192.0.2.1
    }
";
    assert_eq!(told(&format!("{first}{SECOND}")), [("missing-close", 1, vec![7])]);
    assert_eq!(told(first), [("missing-close", 1, vec![])]);
    // What it means stays what keepalived makes of it: one instance, which has the second one's number.
    let (_, config, _) = expanded(format!("{first}{SECOND}").as_bytes(), "");
    assert_eq!((config.instances.len(), config.instances[0].vrid), (1, 2));
}

#[test]
fn a_list_that_is_never_closed_is_named_by_the_keyword_that_follows() {
    let text = "vrrp_instance A {
    interface eth0
    virtual_router_id 1
    virtual_ipaddress {
        192.0.2.1
    track_interface {
        eth1
    }
}
";
    assert_eq!(told(&format!("{text}{SECOND}")), [("missing-close", 4, vec![6])]);
}

#[test]
fn a_block_that_is_never_closed_is_named_by_the_brace_that_is_further_out() {
    let text = "vrrp_instance A {
    interface eth0
    virtual_router_id 1
    virtual_ipaddress {
        192.0.2.1
}
";
    assert_eq!(told(&format!("{text}{SECOND}")), [("missing-close", 4, vec![6])]);
}

#[test]
fn a_brace_too_many_is_named_where_it_stands() {
    let text = "vrrp_instance A {
    interface eth0
    virtual_ipaddress {
        192.0.2.1
    }
    }
    virtual_router_id 1
}
";
    let found = told(text);
    assert_eq!(found[0], ("extra-close", 6, vec![8]));
    // Without its number the instance stops keepalived, so that is said, too.
    assert_eq!(found[1..].iter().map(|one| one.0).collect::<Vec<_>>(), ["broken-instance"]);
    assert_eq!(told("global_defs {\n}\n}\n"), [("extra-close", 3, vec![])]);
}

#[test]
fn a_quote_that_stays_open_is_named_where_it_opens() {
    let (tree, findings) = check(b"global_defs {\n    router_id \"my node\n}\n");
    assert_eq!(findings[0].problem, Problem::UnterminatedQuote);
    let position = tree.sources().position(findings[0].span);
    assert_eq!((position.line, position.column), (2, 15));
}

#[test]
fn what_follows_an_unknown_block_is_not_reported_as_well() {
    let text = format!("vrrp_sript check {{\n    script /bin/true\n    interval 2\n}}\n{SECOND}");
    assert_eq!(told(&text), [("unknown-keyword", 1, vec![])]);
}

#[test]
fn a_file_beyond_all_bounds_is_one_finding_and_still_printed() {
    let octets = vec![b'{'; (64 << 20) + 1];
    let parsed = kconf_parser::parse("f", &octets);
    assert_eq!(parsed.diagnostics.len(), 1);
    assert_eq!(parsed.diagnostics[0].code(), "file-too-large");
    assert!(parsed.tree.lines().is_empty());
    assert!(parsed.tree.print() == octets);
}
