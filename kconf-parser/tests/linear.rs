//! A file of twice the length takes about twice the time, whatever is wrong with it.

use core::hint::black_box;
use core::time::Duration;
use std::time::Instant;

use kconf_parser::diagnostic::{Baseline, waive};
use kconf_parser::{
    AssumePresent, ExpandOptions, FormatOptions, LintOptions, NoFiles, Pair, diff, expand, format, lint,
    lower, parse,
};

/// Lines of the shorter file; the longer one has four times as many.
const LINES: usize = 800;

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

fn instance(inside: &str) -> String {
    format!(
        "vrrp_instance V {{\n interface eth0\n virtual_router_id 1\n virtual_ipaddress {{ 192.0.2.1 }}\n{inside}}}\n"
    )
}

fn list(name: &str, entries: &str) -> String {
    instance(&format!(" {name} {{\n{entries} }}\n"))
}

fn host(number: usize) -> String {
    format!("10.0.{}.{}", number / 250, number % 250 + 1)
}

type Case = (&'static str, fn(usize) -> String);

const CASES: &[Case] = &[
    ("unknown keywords", |n| lines(n, |at| format!("unknwn{at} x\n"))),
    ("keywords of another block", |n| instance(&lines(n, |_| " connect_timeout 3\n".to_owned()))),
    ("braces that close nothing", |n| "}\n".repeat(n)),
    ("braces that nothing closes", |n| "virtual_ipaddress {\n".repeat(n)),
    ("one long line", |n| "vrrp_instance V { interface eth0 } ".repeat(n)),
    ("blank lines", |n| "\n".repeat(8 * n)),
    ("the same address", |n| list("virtual_ipaddress_excluded", &"  10.0.0.1\n".repeat(n))),
    ("the same peer", |n| list("unicast_peer", &"  10.0.0.1\n".repeat(n))),
    ("unusable addresses", |n| {
        list("virtual_ipaddress_excluded", &lines(n, |at| format!("  127.0.{}.{}\n", at / 250, at % 250)))
    }),
    ("the same real server", |n| {
        let servers = "real_server 10.0.0.1 80 {\n TCP_CHECK {\n }\n}\n".repeat(n / 4);
        format!("virtual_server 192.0.2.1 80 {{\n protocol TCP\n{servers}}}\n")
    }),
    ("scripts that nothing defines", |n| list("track_script", &lines(n, |at| format!("  nothing{at}\n")))),
    ("files that nothing defines beside others", |n| {
        let files = lines(n / 4, |at| format!("track_file f{at} {{\n file /run/f\n}}\n"));
        files + &list("track_file", &lines(n / 4, |at| format!("  g{at}\n")))
    }),
    ("definitions that nothing defines beside others", |n| {
        lines(n / 2, |at| format!("$D{at}=value\n")) + &lines(n / 2, |at| format!("router_id $E{at}\n"))
    }),
    ("sequences", |n| format!("~SEQ(A,1,{n}) unknwn$A x\n")),
    ("waivers", |n| lines(n, |at| format!("unknwn{at} x # kconf: allow(unknown-keyword) why\n"))),
    ("waivers of many codes", |n| format!("# kconf: allow({}) why\n", lines(n, |at| format!("c{at},")))),
    ("instances", |n| {
        let one = |at: usize| {
            let body = instance("").replace("V {", &format!("V{at} {{")).replace("192.0.2.1", &host(at));
            body.replace("eth0", &format!("eth{at}"))
        };
        lines(n / 5, one)
    }),
    ("virtual servers", |n| {
        let server =
            |at| format!("virtual_server {} 80 {{\n real_server 192.0.2.1 80 {{\n}}\n}}\n", host(at));
        lines(n / 4, server)
    }),
];

/// Everything that is done with a text.
fn time(text: &str) -> Duration {
    let start = Instant::now();
    let plain = parse("f", text.as_bytes());
    let parsed = expand("f", text.as_bytes(), &NoFiles, &ExpandOptions::default());
    let (tree, lowered) = (&parsed.tree, lower(&parsed.tree, &AssumePresent));
    let pair = Some(Pair { tree, config: &lowered.config });
    let mut findings = lint(tree, &lowered.config, &LintOptions { pair, ..LintOptions::default() });
    findings.extend(parsed.diagnostics.iter().chain(&lowered.diagnostics).cloned());
    for finding in &findings {
        black_box(finding.render(tree.sources()));
    }
    let mut baseline = Baseline::default();
    baseline.add(&findings, tree.sources());
    black_box(baseline.to_string());
    black_box(waive(tree, findings));
    black_box(format(&plain.tree, &FormatOptions::default()));
    black_box(diff(&lowered.config, &lowered.config));
    start.elapsed()
}

#[test]
fn four_times_the_lines_take_no_sixteen_times_the_time() {
    for (name, text) in CASES {
        let (short, long) = (text(LINES), text(4 * LINES));
        // Another process may have the processor for a while.
        let shown = (0..4)
            .map(|_| (time(&short), time(&long)))
            .find(|(short, long)| *long < *short * 9 + Duration::from_millis(50));
        assert!(shown.is_some(), "{name}");
    }
}
