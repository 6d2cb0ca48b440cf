//! What an operator reads about mistakes of the kinds that people make.
//!
//! Each snapshot is a page of them: the configuration's mistakes, in the order in which they are named here. Read one
//! as somebody would who has ten minutes until the reload.

mod braces;
mod expansion;
mod host;
mod instances;
mod routing;
mod scripts;
mod servers;
mod spaces;
mod values;
mod words;

use kconf_parser::{AssumePresent, Diagnostic, ExpandOptions, Facts, Loader, NoFiles, Tree, expand, lower};

/// A mistake and a small file with it.
type Case<'a> = (&'a str, &'a str);

/// What is found in a file.
fn findings(text: &str, loader: &dyn Loader, facts: &dyn Facts) -> (Tree, Vec<Diagnostic>) {
    let options = ExpandOptions { config_id: "lb1".to_owned(), ..ExpandOptions::default() };
    let parsed = expand("keepalived.conf", text.as_bytes(), loader, &options);
    let lowered = lower(&parsed.tree, facts);
    let mut findings = parsed.diagnostics;
    findings.extend(lowered.diagnostics);
    (parsed.tree, findings)
}

/// Every mistake with what is said about it.
fn page(cases: &[Case<'_>]) -> String {
    page_on(cases, &NoFiles, &AssumePresent)
}

fn page_on(cases: &[Case<'_>], loader: &dyn Loader, facts: &dyn Facts) -> String {
    let mut page = String::new();
    for (name, text) in cases {
        let (tree, findings) = findings(text, loader, facts);
        page.push_str(&format!("## {name}\n"));
        for finding in &findings {
            page.push_str(&finding.render(tree.sources()));
        }
        assert!(!findings.is_empty(), "nothing is found: {name}");
    }
    page
}

/// Compares a page with the one that was read and found good.
fn snapshot(name: &str, page: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_snapshot_path("messages/snapshots");
    settings.bind(|| insta::assert_snapshot!(name, page));
}

/// An instance that lacks nothing, with some more lines.
fn instance(lines: &str) -> String {
    format!(
        "vrrp_instance VI_1 {{\n    interface eth0\n    virtual_router_id 51\n{}    virtual_ipaddress {{\n        192.0.2.1/24\n    }}\n}}\n",
        indented(lines)
    )
}

/// A virtual server that lacks nothing, with some more lines in its real server.
fn server(lines: &str) -> String {
    format!(
        "virtual_server 192.0.2.1 80 {{\n    lb_algo rr\n    lb_kind NAT\n    protocol TCP\n    real_server 10.0.0.1 80 {{\n{}    }}\n}}\n",
        indented(lines)
    )
}

fn indented(lines: &str) -> String {
    lines.lines().map(|line| format!("    {line}\n")).collect()
}
