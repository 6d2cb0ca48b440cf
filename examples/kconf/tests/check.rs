//! `kconf check` and `kconf explain`, run as programs.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// Runs kconf in `folder` with `input` on its standard input.
fn kconf_in(folder: &Path, words: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kconf"));
    command.args(words).current_dir(folder).env_remove("NO_COLOR");
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Whoever reads no input closes it early.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn kconf(words: &[&str], input: &str) -> (i32, String) {
    let output = kconf_in(Path::new("."), words, input);
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

const CLEAN: &str = "global_defs {\n    router_id lb1\n}\n";
const TYPO: &str = "global_defs {\n    router_di lb1\n}\n";
const BROKEN: &str = "vrrp_instance VI_1 {\n    virtual_router_id 51\n    virtual_ipaddress {\n        192.0.2.1/24\n    }\n}\n";
const SECRET: &str = "vrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n    authentication {\n        auth_type PASS\n        auth_pass correct-horse\n    }\n    virtual_ipaddress {\n        192.0.2.1/24\n    }\n}\n";

#[test]
fn the_exit_status_is_the_worst_finding() {
    let cases: &[(&[&str], &str, i32)] = &[
        (&["check", "-"], CLEAN, 0),
        (&["check", "-"], TYPO, 1),
        (&["check", "--strict", "-"], TYPO, 2),
        (&["check", "-"], BROKEN, 2),
        (&["check", "--format", "json", "-"], BROKEN, 2),
        (&["check"], CLEAN, 64),
        (&["check", "/no/such/file"], CLEAN, 64),
        (&["check", "--format", "xml", "-"], CLEAN, 64),
        (&["check", "--fix", "-"], TYPO, 64),
        (&["explain", "unknown-keyword"], "", 0),
        (&["explain", "priority"], "", 0),
        (&["explain", "priorty"], "", 64),
        (&["--help"], "", 0),
    ];
    for (words, input, want) in cases {
        assert_eq!(kconf(words, input).0, *want, "{words:?}");
    }
}

#[test]
fn json_has_the_fields_that_scripts_rely_on() {
    let (_, text) = kconf(&["check", "--format", "json", "--as", "etc/keepalived.conf", "-"], TYPO);
    let want = serde_json::json!([{
        "file": "etc/keepalived.conf", "line": 2, "column": 5, "end_line": 2, "end_column": 14,
        "severity": "warning", "code": "unknown-keyword",
        "message": "unknown keyword 'router_di' in 'global_defs'",
        "help": "did you mean 'router_id'?",
    }]);
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), want);
    assert_eq!(kconf(&["check", "--format", "json", "-"], CLEAN).1, "[]\n");
}

#[test]
fn sarif_has_what_its_schema_requires() {
    let (_, text) = kconf(&["check", "--format", "sarif", "--as", "my conf/中.conf", "-"], TYPO);
    let log: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let result = &run["results"][0];
    let rule =
        &run["tool"]["driver"]["rules"][usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
    assert_eq!((&rule["id"], &result["ruleId"]), (&Value::from("unknown-keyword"), &rule["id"]));
    assert!(result["message"]["text"].as_str().unwrap().starts_with("unknown keyword"));
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "my%20conf/%E4%B8%AD.conf");
    assert_eq!(
        place["region"],
        serde_json::json!({"startLine": 2, "startColumn": 5, "endLine": 2, "endColumn": 14})
    );
    let change = &result["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(change["insertedContent"]["text"], "router_id");
}

#[test]
fn annotations_are_in_the_form_that_workflows_read() {
    let (_, text) = kconf(&["check", "--format", "github", "--as", "a,b:c%.conf", "-"], TYPO);
    assert_eq!(
        text,
        "::warning file=a%2Cb%3Ac%25.conf,line=2,endLine=2,col=5,endColumn=14,title=unknown-keyword::\
         unknown keyword 'router_di' in 'global_defs'%0Adid you mean 'router_id'?\n"
    );
}

#[test]
fn people_get_the_line_and_colours_only_where_they_are_wanted() {
    let (_, plain) = kconf(&["check", "--as", "k.conf", "-"], TYPO);
    let want = "k.conf:2:5: warning[unknown-keyword]: unknown keyword 'router_di' in 'global_defs'\n  |\n2 |     router_di lb1\n  |     ^^^^^^^^^\n  = help: did you mean 'router_id'?\n1 warning\n";
    assert_eq!(plain, want);
    let (_, colored) = kconf(&["check", "--color", "always", "--as", "k.conf", "-"], TYPO);
    assert!(colored.contains("\u{1b}["));
    let mut without = String::new();
    for part in colored.split("\u{1b}[") {
        without.push_str(if without.is_empty() && !colored.starts_with('\u{1b}') {
            part
        } else {
            part.split_once('m').map_or(part, |(_, rest)| rest)
        });
    }
    assert_eq!(without, want);
}

#[test]
fn no_format_shows_a_secret() {
    for format in ["human", "json", "sarif", "github"] {
        let (status, text) = kconf(&["check", "--format", format, "-"], SECRET);
        assert_eq!(status, 1, "{text}");
        assert!(text.contains("auth_pass") && !text.contains("horse"), "{text}");
    }
}

#[test]
fn a_fix_is_made_in_place_or_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("k.conf");
    let text = "global_defs {\n    router_di lb1\n}\n}\nvvrp_script s {\n    script \"/bin/true\"\n    intervall 2s\n";
    std::fs::write(&path, text).unwrap();
    let shown = kconf_in(folder.path(), &["check", "--fix", "--dry-run", "k.conf"], "");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.contains("-    router_di lb1\n+    router_id lb1\n"), "{shown}");

    let done = kconf_in(folder.path(), &["check", "--fix", "k.conf"], "");
    let mended = std::fs::read_to_string(&path).unwrap();
    let want = "global_defs {\n    router_id lb1\n}\n\nvrrp_script s {\n    script \"/bin/true\"\n    interval 2\n}\n";
    assert_eq!(mended, want, "{}", String::from_utf8_lossy(&done.stdout));
}

#[test]
fn a_fix_shows_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("k.conf"), SECRET).unwrap();
    let shown = kconf_in(folder.path(), &["check", "--fix", "--dry-run", "k.conf"], "");
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(
        shown.contains("auth_pass ****") && !shown.contains("horse") && !shown.contains("correct"),
        "{shown}"
    );
    let done = kconf_in(folder.path(), &["check", "--fix", "k.conf"], "");
    assert_eq!(done.status.code(), Some(0));
    assert!(std::fs::read_to_string(folder.path().join("k.conf")).unwrap().contains("auth_pass correct-\n"));
}

#[test]
fn a_baseline_hides_what_was_there_and_reports_what_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let file = |text: &str| std::fs::write(folder.path().join("k.conf"), text).unwrap();
    let check = |words: &[&str]| {
        let output = kconf_in(folder.path(), words, "");
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    file(TYPO);
    assert_eq!(check(&["check", "--write-baseline", "known.tsv", "k.conf"]), (0, String::new()));
    assert_eq!(check(&["check", "--baseline", "known.tsv", "k.conf"]), (0, String::new()));
    file(&format!("# more\n{}", TYPO.replace("}", "    smtp_hello x\n}")));
    let (status, text) = check(&["check", "--baseline", "known.tsv", "k.conf"]);
    assert!(status == 1 && text.contains("smtp_hello") && !text.contains("router_di"), "{text}");
    file(CLEAN);
    let (status, text) = check(&["check", "--baseline", "known.tsv", "k.conf"]);
    assert!(status == 0 && text.contains("known.tsv:2:1: note[baseline-stale]"), "{text}");
    std::fs::write(folder.path().join("known.tsv"), "[]").unwrap();
    assert_eq!(check(&["check", "--baseline", "known.tsv", "k.conf"]).0, 64);
}

#[test]
fn includes_are_found_from_where_the_text_is_meant_to_be() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("etc")).unwrap();
    std::fs::write(folder.path().join("etc/a.conf"), TYPO).unwrap();
    std::fs::write(folder.path().join("etc/b.conf"), CLEAN).unwrap();
    let words = ["check", "--as", "etc/keepalived.conf", "-"];
    let output = kconf_in(folder.path(), &words, "include {a,b}.conf\n");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("etc/a.conf:2:5: warning[unknown-keyword]"), "{text}");
}

/// Seen with keepalived 2.2.7, which takes glob(3)'s word, and skips what may be executed.
#[test]
fn includes_are_the_files_that_keepalived_reads() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("conf.d")).unwrap();
    for name in ["a.conf", ".a.conf.swp", "run.conf"] {
        std::fs::write(folder.path().join("conf.d").join(name), TYPO).unwrap();
    }
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(folder.path().join("conf.d/run.conf"), mode).unwrap();
    let output =
        kconf_in(folder.path(), &["check", "--format", "json", "--as", "k.conf", "-"], "include conf.d/*\n");
    let found: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let typos = found.iter().filter(|finding| finding["code"] == "unknown-keyword");
    assert_eq!(typos.map(|finding| &finding["file"]).collect::<Vec<_>>(), ["conf.d/a.conf"]);
}

#[test]
fn names_of_routing_tables_are_facts() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("facts.json"), r#"{"routing": {"rt_tables": {"uplink": 100}}}"#)
        .unwrap();
    let routes = |table: &str| format!("static_routes {{\n    192.0.2.0/24 dev eth0 table {table}\n}}\n");
    for (table, status) in [("uplink", 0), ("downlink", 1), ("main", 0)] {
        let output = kconf_in(folder.path(), &["check", "--facts", "facts.json", "-"], &routes(table));
        assert_eq!(
            output.status.code(),
            Some(status),
            "{table}: {}",
            String::from_utf8_lossy(&output.stdout)
        );
    }
    assert_eq!(kconf(&["check", "-"], &routes("downlink")).0, 0);
}

#[test]
fn facts_of_a_file_stand_for_the_host() {
    let folder = tempfile::tempdir().unwrap();
    let facts = r#"{"interfaces": ["eth0"], "addresses": [{"interface": "eth0", "address": "192.0.2.7", "prefix_len": 24}], "users": ["root"], "groups": [], "paths": {"/bin/true": "ok"}}"#;
    std::fs::write(folder.path().join("facts.json"), facts).unwrap();
    let config = BROKEN.replace("virtual_router_id", "interface eth1\n    virtual_router_id");
    let words = ["check", "--facts", "facts.json", "-"];
    let output = kconf_in(folder.path(), &words, &config);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.code() == Some(2) && text.contains("[interface-missing]"), "{text}");
    assert_eq!(kconf_in(folder.path(), &words, &config.replace("eth1", "eth0")).status.code(), Some(0));
    std::fs::write(folder.path().join("facts.json"), r#"{"interface": ["eth0"]}"#).unwrap();
    assert_eq!(kconf_in(folder.path(), &words, CLEAN).status.code(), Some(64));
}

#[test]
fn this_host_is_asked_only_if_told_so() {
    let config = BROKEN.replace("virtual_router_id", "interface no-such-one\n    virtual_router_id");
    assert_eq!(kconf(&["check", "-"], &config).0, 0);
    let (status, text) = kconf(&["check", "--host", "-"], &config);
    assert!(status == 2 && text.contains("there is no interface 'no-such-one'"), "{text}");
}

#[test]
fn a_comment_allows_and_a_lint_finds() {
    let twice = "vrrp_script s {\n    script \"/bin/true\"\n    fall 2\n}\n";
    let (_, text) = kconf(&["check", "-"], twice);
    assert!(text.contains("[unused]"), "{text}");
    let (status, text) =
        kconf(&["check", "-"], &format!("# kconf: allow(unused) for the other node\n{twice}"));
    assert_eq!((status, text.as_str()), (0, ""), "{text}");
}

#[test]
fn a_keyword_is_judged_by_the_release_that_is_to_read_it() {
    let newer =
        "vrrp_instance V {\n    interface eth0\n    virtual_router_id 51\n    no_virtual_ipaddress\n}\n";
    let (status, text) = kconf(&["check", "--target", "2.2.7", "-"], newer);
    assert!(status == 1 && text.contains("[too-new]"), "{text}");
    let (status, text) = kconf(&["check", "--target", "2.4.3", "-"], newer);
    assert!(status == 0 && !text.contains("[too-new]"), "{text}");
    assert_eq!(kconf(&["check", "--target", "latest", "-"], newer).0, 64);
}

#[test]
fn every_keyword_is_listed_and_explained() {
    let (_, text) = kconf(&["keywords", "--json"], "");
    let rows: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert!(rows.len() > 400, "{}", rows.len());
    let priority =
        rows.iter().find(|row| row["block"] == "vrrp_instance" && row["keyword"] == "priority").unwrap();
    assert_eq!(priority["range"], "1 to 255");
    assert_eq!(kconf(&["keywords"], "").1.lines().count(), rows.len());
    let (_, text) = kconf(&["explain", "weight"], "");
    assert!(text.contains("vrrp_script") && text.contains("real_server"), "{text}");
}

#[test]
fn two_nodes_are_compared() {
    let folder = tempfile::tempdir().unwrap();
    let node = |priority: u8| {
        format!(
            "vrrp_instance V {{\n    interface eth0\n    virtual_router_id 51\n    priority {priority}\n    virtual_ipaddress {{\n        192.0.2.1/24\n    }}\n}}\n"
        )
    };
    std::fs::write(folder.path().join("other.conf"), node(100)).unwrap();
    let check = |priority: u8| {
        let output = kconf_in(folder.path(), &["check", "--pair", "other.conf", "-"], &node(priority));
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(check(100).contains("[equal-priorities]"));
    assert!(!check(150).contains("[equal-priorities]"));
}

#[test]
fn what_a_comment_allows_is_suppressed_in_sarif() {
    let text = format!("# kconf: allow-file(unknown-keyword) a plugin reads it\n{TYPO}");
    let (status, text) = kconf(&["check", "--format", "sarif", "-"], &text);
    let log: Value = serde_json::from_str(&text).unwrap();
    let result = &log["runs"][0]["results"][0];
    assert_eq!((status, &result["suppressions"][0]["kind"]), (0, &Value::from("inSource")));
}
