//! Whole tables of lines with the exit code of `keepalived -t` 2.2.7, measured line by line.
//!
//! A row is the exit code, a tab, and lines with `|` between them. They stand in the place that the table's first rows,
//! those that begin with `<`, leave open.

#![expect(clippy::expect_used, reason = "what is not there is a failed test")]

use kconf_parser::model::{ScriptCommand, ScriptUser};
use kconf_parser::{Facts, Problem, ScriptStatus, config_test, lower, parse};

/// A host with the user root, every interface, and every program whose name does not say otherwise.
struct Host;

impl Facts for Host {
    fn interface_exists(&self, _name: &str) -> bool {
        true
    }

    fn user_exists(&self, user: &str) -> bool {
        user == "root"
    }

    fn group_exists(&self, group: &str) -> bool {
        group == "root"
    }

    fn script(&self, command: &ScriptCommand, _user: Option<&ScriptUser>) -> ScriptStatus {
        let missing = command.args.first().is_some_and(|program| program == "/nonexist");
        if missing { ScriptStatus::NotFound } else { ScriptStatus::Ok }
    }
}

const NOTHING: &str = "keepalived says nothing about the missing word";

/// Rows for which the exit code differs, and why.
const KNOWN: &[(&str, &str)] = &[
    ("vrrp_iptables", "Debian's keepalived is built without iptables"),
    ("umask IRWXU", "2.2.7 does not know this name yet"),
    ("url {|path /|status_code|}", NOTHING),
    ("url {|path /|regex|}", NOTHING),
    ("url {|path /|regex a|regex_options|}", NOTHING),
    ("url {|path /|regex a|regex_min_offset|}", NOTHING),
    ("FILE_CHECK {|track_file|}", "keepalived stops reading; the finding is milder"),
];

/// Keywords of the surroundings that are not what these tables are about.
const ELSEWHERE: &[&str] = &["track_file", "bfd_instance"];

fn check(table: &str) {
    let (places, rows): (Vec<_>, Vec<_>) = table.lines().partition(|row| row.starts_with('<'));
    let place: String = places.iter().map(|row| row.trim_start_matches('<').to_owned() + "\n").collect();
    let (before, after) = place.split_once("%\n").expect("a place");
    let mut wrong = Vec::new();
    for row in rows.into_iter().filter(|row| !row.is_empty()) {
        let (exit, lines) = row.split_once('\t').expect("a tab");
        let text = format!("{before}{}\n{after}", lines.replace('|', "\n"));
        let parsed = parse("f", text.as_bytes());
        let mut findings = parsed.diagnostics;
        findings.extend(lower(&parsed.tree, &Host).diagnostics);
        let ours = config_test(&findings).exit_code().to_string();
        let left = |problem: &Problem| matches!(problem, Problem::NotSupported { keyword } if !ELSEWHERE.contains(&keyword.as_str()));
        let taken = !findings.iter().any(|finding| left(&finding.problem));
        let known = KNOWN.iter().any(|(line, _)| lines.contains(line));
        if (ours != exit || !taken) && !known {
            let found: Vec<_> = findings.iter().map(|finding| finding.problem.to_string()).collect();
            wrong.push(format!("{lines}: keepalived {exit}, ours {ours}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn global_defs_are_judged_as_by_keepalived() {
    check(include_str!("verdicts/global_defs.tsv"));
}

#[test]
fn checks_and_real_servers_are_judged_as_by_keepalived() {
    check(include_str!("verdicts/real_server.tsv"));
}

#[test]
fn virtual_servers_and_the_top_level_are_judged_as_by_keepalived() {
    check(include_str!("verdicts/top_level.tsv"));
}
