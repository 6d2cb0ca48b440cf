//! Lints: each against its own page, and tables of what has the mistake and what nearly has it.

#![expect(clippy::unwrap_used, reason = "what is not there is a failed test")]

mod corpus;
mod election;
mod facts;
mod other_node;
mod pages;
mod routing;
mod scripts;
mod services;
mod unicast;

use kconf_parser::lint::Example;
use kconf_parser::{
    AssumePresent, Diagnostic, FactsTable, HostAddress, LintOptions, Lowered, Pair, Parsed, Severity, lint,
    lower, parse,
};

/// Interfaces and addresses of a host.
type Addresses<'a> = &'a [(&'a str, &'a str)];

/// A configuration that was read.
struct Node {
    parsed: Parsed,
    lowered: Lowered,
}

fn node(text: &str) -> Node {
    let parsed = parse("keepalived.conf", text.as_bytes());
    let lowered = lower(&parsed.tree, &AssumePresent);
    Node { parsed, lowered }
}

fn host(addresses: Addresses<'_>) -> FactsTable {
    let address = |(interface, address): &(&str, &str)| {
        let (ip, len) = address.split_once('/').unwrap();
        HostAddress {
            interface: (*interface).to_owned(),
            address: ip.parse().unwrap(),
            prefix_len: len.parse().unwrap(),
        }
    };
    let addresses = (!addresses.is_empty()).then(|| addresses.iter().map(address).collect());
    FactsTable { addresses, ..FactsTable::default() }
}

fn findings(example: &Example) -> Vec<Diagnostic> {
    let own = node(example.text);
    let other = example.other_node.map(node);
    let facts = host(example.host);
    let pair = other.as_ref().map(|other| Pair { tree: &other.parsed.tree, config: &other.lowered.config });
    lint(&own.parsed.tree, &own.lowered.config, &LintOptions { facts: &facts, pair })
}

/// Codes of what is found in `own`, beside the other node's configuration and on a host, in the order of the text.
fn codes(own: &str, other_node: Option<&str>, addresses: Addresses<'_>) -> Vec<&'static str> {
    let (own, other) = (node(own), other_node.map(node));
    let facts = host(addresses);
    let pair = other.as_ref().map(|other| Pair { tree: &other.parsed.tree, config: &other.lowered.config });
    let found = lint(&own.parsed.tree, &own.lowered.config, &LintOptions { facts: &facts, pair });
    found.iter().map(Diagnostic::code).collect()
}

/// An instance with some more lines.
fn instance(lines: &str) -> String {
    format!(
        "vrrp_script chk {{\n script /bin/true\n interval 2\n}}\nvrrp_script chk2 {{\n script /bin/true\n interval 2\n}}\n\
         vrrp_instance VI {{\n interface eth0\n virtual_router_id 5\n {lines}\n virtual_ipaddress {{ 192.0.2.1/24 }}\n}}\n"
    )
}

/// What is found in an instance with these lines, but what most of them would have.
fn in_instance(lines: &str) -> Vec<&'static str> {
    of_interest(codes(&instance(lines), None, &[]))
}

/// The same beside another node.
fn in_pair(lines: &str, other: &str) -> Vec<&'static str> {
    of_interest(codes(&instance(lines), Some(&instance(other)), &[]))
}

/// These have tests of their own, and would be in the way elsewhere.
const ELSEWHERE: &[&str] = &["unused", "unicast-unguarded", "fast-adverts-unprivileged", "pair-tracking"];

fn of_interest(mut codes: Vec<&'static str>) -> Vec<&'static str> {
    codes.retain(|code| !ELSEWHERE.contains(code));
    codes
}
