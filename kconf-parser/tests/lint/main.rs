//! Lints: each against its own page, and tables of what has the mistake and what nearly has it.

#![expect(clippy::unwrap_used, reason = "what is not there is a failed test")]

mod corpus;
mod pages;

use kconf_parser::lint::Example;
use kconf_parser::{
    AssumePresent, Diagnostic, FactsTable, HostAddress, LintOptions, Lowered, Pair, Parsed, Severity, lint,
    lower, parse,
};

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

fn host(addresses: &[(&str, &str)]) -> FactsTable {
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
