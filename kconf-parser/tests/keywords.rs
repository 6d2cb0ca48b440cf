//! The keyword tables and what lowering does agree.

use kconf_parser::keywords::{BLOCKS, Block, Keyword};
use kconf_parser::{AssumePresent, Problem, lower, parse};

/// A block and the text around its lines.
const PLACES: &[(&str, &[&str])] = &[
    ("", &[]),
    ("global_defs", &["global_defs"]),
    ("vrrp_script", &["vrrp_script S"]),
    ("vrrp_instance", &["vrrp_instance V"]),
    ("authentication", &["vrrp_instance V", "authentication"]),
    ("virtual_server", &["virtual_server 192.0.2.1 80"]),
    ("real_server", &["virtual_server 192.0.2.1 80", "real_server 192.0.2.2 80"]),
    ("TCP_CHECK", &["virtual_server 192.0.2.1 80", "real_server 192.0.2.2 80", "TCP_CHECK"]),
    ("HTTP_GET", &["virtual_server 192.0.2.1 80", "real_server 192.0.2.2 80", "HTTP_GET"]),
    ("SSL_GET", &["virtual_server 192.0.2.1 80", "real_server 192.0.2.2 80", "SSL_GET"]),
    ("SMTP_CHECK", &["virtual_server 192.0.2.1 80", "real_server 192.0.2.2 80", "SMTP_CHECK"]),
    ("MISC_CHECK", &["virtual_server 192.0.2.1 80", "real_server 192.0.2.2 80", "MISC_CHECK"]),
    ("host", &["virtual_server 192.0.2.1 80", "real_server 192.0.2.2 80", "SMTP_CHECK", "host"]),
    ("url", &["virtual_server 192.0.2.1 80", "real_server 192.0.2.2 80", "HTTP_GET", "url"]),
];

fn findings(place: &[&str], line: &str) -> Vec<Problem> {
    let open: String = place.iter().map(|opener| format!("{opener} {{\n")).collect();
    let text = format!("{open}{line}\n{}", "}\n".repeat(place.len()));
    let parsed = parse("f", text.as_bytes());
    assert!(parsed.diagnostics.is_empty(), "{text}");
    // A supported keyword that no section takes trips a debug assertion in here.
    lower(&parsed.tree, &AssumePresent).diagnostics.into_iter().map(|finding| finding.problem).collect()
}

fn line(keyword: &Keyword) -> String {
    let block = keyword.block().is_some() || matches!(keyword.content, kconf_parser::keywords::Content::List);
    format!("{} 1{}", keyword.name, if block { " {\n}" } else { "" })
}

fn place(block: &Block) -> Option<&'static [&'static str]> {
    PLACES.iter().find(|(name, _)| *name == block.name).map(|(_, place)| *place)
}

#[test]
fn no_keyword_is_unknown_in_its_own_block() {
    for block in BLOCKS {
        let Some(place) = place(block) else { continue };
        for keyword in block.keywords {
            let unknown = |problem: &Problem| matches!(problem, Problem::UnknownKeyword { .. });
            assert!(
                !findings(place, &line(keyword)).iter().any(unknown),
                "{} in {}",
                keyword.name,
                block.name
            );
        }
    }
}
