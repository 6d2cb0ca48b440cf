//! The keyword tables against keepalived: its sources say which keywords there are, its verdicts what they take.

#![expect(clippy::unwrap_used, reason = "outside a test function; a panic fails the test")]

mod places;

use std::collections::BTreeSet;

use kconf_parser::keywords::{BLOCKS, Block, Keyword, Takes, Version, closest, homes, occurrences};
use kconf_parser::model::{ScriptCommand, ScriptUser};
use kconf_parser::{
    Diagnostic, Facts, LowerOptions, NoFiles, Problem, ScriptStatus, config_test, expand, lower_with,
};
use places::{place, text};

/// A line that keepalived takes and one that it does not, for each keyword in each block.
const VERDICTS: &str = include_str!("keywords/verdicts.tsv");

/// Every keyword in the sources, with the first and the last release that has it.
const NAMES: &str = include_str!("keywords/names.tsv");

/// Numbers just outside and just inside of each range that keepalived 2.4.3 complains about, or does not.
const EDGES: &str = include_str!("keywords/edges.tsv");

/// Words in the lines of lists and behind keywords.
const WORDS: &str = include_str!("keywords/words.tsv");

/// Numbers with something behind them, signs behind backslashes, quotes and braces without partners.
const MISTAKES: &str = include_str!("keywords/mistakes.tsv");

/// Where we do not judge as 2.2.7 does: both may be fractions of a second, as in 2.4.
const AS_IN_2_4: &[&str] = &["vrrp_script interval 0.001: 0, not 5", "vrrp_script timeout 0.001: 0, not 5"];

/// The machine on which the verdicts were made.
struct Host;

impl Facts for Host {
    fn interface_exists(&self, name: &str) -> bool {
        ["lo", "eth0", "eth1", "eth2"].contains(&name)
    }

    fn user_exists(&self, user: &str) -> bool {
        user == "root"
    }

    fn group_exists(&self, group: &str) -> bool {
        group == "root"
    }

    fn script(&self, command: &ScriptCommand, _user: Option<&ScriptUser>) -> ScriptStatus {
        let there = command.args.first().is_some_and(|program| program == "/usr/bin/true");
        if there { ScriptStatus::Ok } else { ScriptStatus::NotFound }
    }
}

fn findings(text: &str, target: Option<Version>) -> Vec<Diagnostic> {
    let parsed = expand("f", text.as_bytes(), &NoFiles, &Default::default());
    let options = LowerOptions { target, ..LowerOptions::default() };
    let mut findings = parsed.diagnostics;
    findings.extend(lower_with(&parsed.tree, &Host, &options).diagnostics);
    findings
}

/// keepalived's exit code: of 2.2.7, unless that does not know the keyword, was built without it, or crashes.
fn wanted(old: &str, new: &str) -> u8 {
    let unfit = ["5 unknown-keyword", "5 not-built", "crash"].contains(&old);
    let verdict = if unfit { new } else { old };
    verdict.split(' ').next().unwrap().parse().unwrap_or_else(|_| panic!("{verdict}"))
}

/// What we say about `line` in `block`, as an exit code; nothing if we do not support it.
fn ours(block: &str, line: &str) -> Option<u8> {
    let (block, line) = place(block, line);
    let findings = findings(&text(block, &line), None);
    let unsupported = |finding: &Diagnostic| matches!(finding.problem, Problem::NotSupported { .. });
    (!findings.iter().any(unsupported)).then(|| config_test(&findings).exit_code())
}

fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().skip(1).map(|line| line.split('\t').collect())
}

/// A difference between our verdict and keepalived's, in words.
fn difference(block: &str, line: &str, old: &str, new: &str) -> Option<String> {
    let theirs = wanted(old, new);
    match ours(block, line) {
        Some(ours) if ours == theirs => None,
        Some(ours) => Some(format!("{block} {line}: {ours}, not {theirs}")),
        None => Some(format!("{block} {line}: not supported")),
    }
}

#[test]
fn mistakes_in_values_are_judged_as_by_keepalived() {
    let differ = rows(MISTAKES).filter_map(|row| {
        let [block, line, old, new] = *row else { panic!("{row:?}") };
        difference(block, line, old, new)
    });
    assert_eq!(differ.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn every_keyword_is_accepted_once_and_rejected_once() {
    let mut differ = Vec::new();
    for row in rows(VERDICTS) {
        let [block, _keyword, accepted, old_yes, new_yes, rejected, old_no, new_no] = *row else {
            panic!("{row:?}");
        };
        differ.extend(difference(block, accepted, old_yes, new_yes));
        differ.extend(difference(block, rejected, old_no, new_no));
    }
    for row in rows(EDGES) {
        let [block, _keyword, _value, line, old, new] = *row else { panic!("{row:?}") };
        differ.extend(difference(block, line, old, new));
    }
    for row in rows(WORDS) {
        let [block, _keyword, _word, line, old, new] = *row else { panic!("{row:?}") };
        differ.extend(difference(block, line, old, new));
    }
    assert_eq!(differ, AS_IN_2_4);
}

fn version(text: &str) -> Option<Version> {
    (text != "-").then(|| text.parse().unwrap())
}

#[test]
fn the_tables_have_the_keywords_of_the_sources_and_no_others() {
    type Row = (&'static str, &'static str, Option<Version>, Option<Version>);
    let theirs: BTreeSet<Row> =
        rows(NAMES).map(|row| (row[0], row[1], version(row[2]), version(row[3]))).collect();
    let row = |block: &'static Block, keyword: &'static Keyword| -> Row {
        (block.path, keyword.name, block.since_of(keyword), keyword.until)
    };
    let now = BLOCKS.iter().flat_map(|block| block.keywords.iter().map(|keyword| row(block, keyword)));
    let gone = BLOCKS.iter().flat_map(|block| {
        block.gone.iter().map(|keyword| (block.path, keyword.name, keyword.since, keyword.until))
    });
    let ours: BTreeSet<Row> = now.chain(gone).collect();
    let missing: Vec<_> = theirs.difference(&ours).collect();
    let invented: Vec<_> = ours.difference(&theirs).collect();
    assert!(missing.is_empty() && invented.is_empty(), "missing: {missing:#?}\ninvented: {invented:#?}");
}

/// Whether a number is in the range of the table.
fn in_range(takes: Takes, value: &str) -> bool {
    if let Takes::Entry(entry) = takes {
        return in_range(entry.lead, value);
    }
    if let Takes::Integer { min, max, .. } = takes {
        return (min..=max).contains(&value.parse().unwrap());
    }
    let Takes::Time { min, max } = takes else { panic!("{takes:?} is no number") };
    let micros = (value.parse::<f64>().unwrap() * 1e6).round();
    (min as f64..=max as f64).contains(&micros)
}

#[test]
fn ranges_end_where_keepalived_begins_to_complain() {
    for row in rows(EDGES) {
        let block = BLOCKS.iter().find(|block| block.path == row[0]).unwrap();
        let keyword = block.keyword(row[1].as_bytes()).unwrap();
        assert_eq!(in_range(keyword.takes, row[2]), row[5] == "0", "{row:?}");
    }
}

#[test]
fn lines_have_the_words_that_keepalived_takes_and_no_others() {
    // There is no VRF on the machine of the verdicts, and 'as to' is for MPLS, which it has not.
    let unmeasured = ["vrf", "as"];
    let mut measured = BTreeSet::new();
    for row in rows(WORDS) {
        let block = BLOCKS.iter().find(|block| block.path == row[0]).unwrap();
        let entry = block.keyword(row[1].as_bytes()).unwrap().entry().unwrap();
        let taken = row[5] == "0" || row[5] == "5 deprecated";
        let word = entry.word(row[2].as_bytes());
        assert_eq!(word.is_some(), taken, "{row:?}");
        assert_eq!(word.is_some_and(|word| word.deprecated.is_some()), row[5] == "5 deprecated", "{row:?}");
        measured.insert((core::ptr::from_ref(entry), row[2]));
    }
    for keyword in BLOCKS.iter().flat_map(|block| block.keywords) {
        let Some(entry) = keyword.entry() else { continue };
        let words = entry.words.iter().map(|word| word.name).filter(|word| !unmeasured.contains(word));
        let missing: Vec<_> = words.filter(|word| !measured.contains(&(entry, *word))).collect();
        assert!(missing.is_empty(), "{}: {missing:?}", keyword.name);
    }
}

#[test]
fn a_block_that_two_keywords_open_is_one_block() {
    let find = |name: &str| BLOCKS[0].keyword(name.as_bytes()).unwrap().block().unwrap();
    assert!(core::ptr::eq(find("track_file"), find("vrrp_track_file")));
}

/// From keepalived's change log up to 2.0.20, from its release notes afterwards.
#[test]
fn releases_are_those_of_the_release_notes() {
    #[rustfmt::skip]
    let cases = [
        ("vrrp_iptables",              (1, 2, 20)), ("promote_secondaries",   (1, 3, 0)),
        ("init_fail",                  (1, 3, 2)),  ("vrrp_track_file",       (2, 0, 0)),
        ("notify_master_rx_lower_pri", (2, 0, 6)),  ("vrrp_startup_delay",    (2, 0, 14)),
        ("fast_recovery",              (2, 0, 17)), ("use_ipvlan",            (2, 0, 17)),
        ("PING_CHECK",                 (2, 1, 0)),  ("multihop",              (2, 2, 8)),
        ("json_version",               (2, 2, 8)),  ("use_symlink_paths",     (2, 3, 0)),
        ("auth_hmac",                  (2, 4, 0)),  ("vrrp_delay_after_boot", (2, 4, 0)),
    ];
    for (name, (major, minor, patch)) in cases {
        let (block, keyword) = occurrences(name)[0];
        assert_eq!(block.since_of(keyword), Some(Version::new(major, minor, patch)), "{name}");
    }
    let router_id = BLOCKS[1].gone(b"lvs_id").unwrap();
    assert_eq!(router_id.instead, Some("router_id"));
}

/// How often each code is found in a file, for a version.
fn versions(text: &str, target: &str) -> Vec<String> {
    let about_versions =
        |finding: &Diagnostic| matches!(finding.problem, Problem::TooNew { .. } | Problem::Gone { .. });
    let findings = findings(text, Some(target.parse().unwrap()));
    findings
        .iter()
        .filter(|finding| about_versions(finding))
        .map(|finding| finding.problem.to_string())
        .collect()
}

#[test]
fn a_keyword_newer_than_the_target_is_named_once_with_both_versions() {
    let text = text("vrrp_instance", "no_virtual_ipaddress");
    let want = "'no_virtual_ipaddress' is new in keepalived 2.2.8; 2.2.7 does not know it";
    assert_eq!(versions(&text, "2.2.7"), [want]);
    assert!(versions(&text, "2.2.8").is_empty());
    assert!(versions(&text, "2.4.3").is_empty());
}

#[test]
fn the_keywords_of_a_block_that_is_too_new_are_not_named_one_by_one() {
    let line = "auth_hmac {\nkey 1 0123456789abcdef0123456789abcdef\nactive_key 1\n}";
    let want = "'auth_hmac' is new in keepalived 2.4.0; 2.3.4 does not know it";
    assert_eq!(versions(&text("vrrp_instance", line), "2.3.4"), [want]);
}

#[test]
fn a_keyword_that_the_target_has_no_more_is_named_with_its_last_release_and_successor() {
    let text = text("global_defs", "lvs_id LVS_1");
    let want = "keepalived had 'lvs_id' until 1.1.7; 2.2.7 does not know it";
    assert_eq!(versions(&text, "2.2.7"), [want]);
    assert!(!versions(&text, "1.1.7").iter().any(|problem| problem.contains("'lvs_id'")));
    let gone = findings(&text, Some(Version::NEWEST));
    assert!(
        gone.iter().any(|finding| finding.suggestion.as_deref() == Some("write 'router_id'")),
        "{gone:?}"
    );
}

#[test]
fn without_a_target_versions_do_not_matter() {
    let text = text("vrrp_instance", "no_virtual_ipaddress");
    let version =
        |finding: &Diagnostic| matches!(finding.problem, Problem::TooNew { .. } | Problem::Gone { .. });
    assert!(!findings(&text, None).iter().any(version));
}

#[test]
fn a_keyword_is_explained_with_place_range_default_and_release() {
    let (block, keyword) = occurrences("down_timer_adverts")[0];
    assert_eq!(
        keyword.explain(block),
        "\
down_timer_adverts NUMBER
    in vrrp_instance
    Adverts that must be missed before a backup takes over.
    range 1 to 100; default vrrp_down_timer_adverts; since keepalived 2.2.3
"
    );
}

#[test]
fn the_lines_of_a_list_have_words_too() {
    let (_, keyword) = occurrences("track_script")[0];
    let entry = keyword.entry().unwrap();
    assert_eq!(entry.word(b"weight").unwrap().takes.range().as_deref(), Some("-253 to 253"));
    assert_eq!(keyword.usage(), "track_script { NAME [noreverse] [reverse] [weight NUMBER] … }");
    let (_, addresses) = occurrences("virtual_ipaddress")[0];
    assert!(addresses.entry().unwrap().word(b"label").is_some());
    assert!(addresses.entry().unwrap().word(b"track_group").is_none());
}

#[test]
fn a_word_is_told_where_it_belongs_once_for_each_block() {
    assert_eq!(homes("path"), ["url"]);
    assert_eq!(closest(BLOCKS[0], "vrrp_instanse"), Some("vrrp_instance"));
}
