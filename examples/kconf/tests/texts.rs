//! `kconf fmt`, `dump` and `diff`, as they are called.

#![expect(clippy::unwrap_used, reason = "what is not there is a failed test")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const OLD: &str = "vrrp_instance V {\n  interface eth0\n  virtual_router_id 5\n  authentication {\n    auth_type PASS\n    auth_pass old-one\n  }\n  virtual_ipaddress { 192.0.2.1 }\n}\n";

fn kconf(args: &[&str], directory: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kconf")).args(args).current_dir(directory).output().unwrap()
}

/// The same with something on standard input.
fn fed(args: &[&str], directory: &Path, input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kconf"));
    command
        .args(args)
        .current_dir(directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // Whoever reads no input closes it early.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn text(octets: &[u8]) -> String {
    String::from_utf8(octets.to_vec()).unwrap()
}

fn with(files: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    for (name, content) in files {
        std::fs::write(directory.path().join(name), content).unwrap();
    }
    let path = directory.path().to_owned();
    (directory, path)
}

#[test]
fn fmt_changes_a_file_once_and_check_changes_none() {
    let (_keep, at) = with(&[("a.conf", OLD), ("b.conf", "a {\n    b\n}\n")]);
    let check = kconf(&["fmt", "--check", "a.conf", "b.conf"], &at);
    assert_eq!((check.status.code(), text(&check.stdout)), (Some(1), "a.conf\n".to_owned()));
    assert_eq!(std::fs::read_to_string(at.join("a.conf")).unwrap(), OLD);
    assert_eq!(kconf(&["fmt", "a.conf", "b.conf"], &at).status.code(), Some(0));
    let once = std::fs::read_to_string(at.join("a.conf")).unwrap();
    assert!(once.contains("    virtual_ipaddress {\n        192.0.2.1\n    }\n}\n"), "{once}");
    assert_eq!(kconf(&["fmt", "--check", "a.conf", "b.conf"], &at).status.code(), Some(0));
    assert_eq!(kconf(&["diff", "a.conf", "a.conf"], &at).status.code(), Some(0));
}

#[test]
fn dump_is_json_without_secrets() {
    let (_keep, at) = with(&[("a.conf", OLD)]);
    let dump = kconf(&["dump", "a.conf"], &at);
    assert_eq!(dump.status.code(), Some(0));
    let value: serde_json::Value = serde_json::from_slice(&dump.stdout).unwrap();
    let instance = &value["instances"][0];
    assert_eq!(instance["name"], "V");
    assert_eq!(instance["advert_interval"], 1);
    assert_eq!(instance["authentication"]["auth_pass"], "********");
    assert!(!text(&dump.stdout).contains("old-one"));
}

#[test]
fn diff_tells_what_changes_and_exits_like_diff() {
    let new = OLD.replace("old-one", "new-one").replace("interface eth0", "interface eth0\n  priority 7");
    let (_keep, at) = with(&[("old", OLD), ("new", &new), ("empty", "")]);
    let human = kconf(&["diff", "old", "new"], &at);
    let want = "~ vrrp_instance V\n    priority: 100 -> 7\n    auth_pass: changed\n";
    assert_eq!((human.status.code(), text(&human.stdout)), (Some(1), want.to_owned()));
    let json = kconf(&["diff", "--format", "json", "old", "new"], &at);
    let value: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(value[0]["settings"][0]["new"], 7);
    assert_eq!(value[0]["settings"][1]["new"], "********");
    let gone = kconf(&["diff", "old", "empty"], &at);
    assert!(text(&gone.stdout).contains("- vrrp_instance V\n"));
    assert_eq!(kconf(&["diff", "old", "nowhere"], &at).status.code(), Some(64));
}

/// As a tool needs it that checks a file before it is in its place.
#[test]
fn every_text_can_come_from_standard_input_and_be_meant_for_another_place() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    std::fs::create_dir(at.join("etc")).unwrap();
    std::fs::write(at.join("etc/common.conf"), "global_defs {\n    router_id there\n}\n").unwrap();
    let includes = "include common.conf\n";
    std::fs::write(at.join("etc/keepalived.conf"), includes).unwrap();
    let place = "etc/keepalived.conf";

    let dump = fed(&["dump", "--as", place, "-"], at, includes);
    let value: serde_json::Value = serde_json::from_slice(&dump.stdout).unwrap();
    assert_eq!(value["globals"]["router_id"], "there");
    std::fs::write(at.join("new.conf"), includes).unwrap();
    let dump = kconf(&["dump", "--as", place, "new.conf"], at);
    let value: serde_json::Value = serde_json::from_slice(&dump.stdout).unwrap();
    assert_eq!(value["globals"]["router_id"], "there");

    assert_eq!(fed(&["diff", "--as", place, place, "-"], at, includes).status.code(), Some(0));
    let changed = fed(&["diff", "--as", place, place, "-"], at, &format!("{includes}instance x\n"));
    assert_eq!((changed.status.code(), text(&changed.stdout).contains("instance")), (Some(1), true));
    assert_eq!(fed(&["diff", "-", place], at, "").status.code(), Some(1));

    let check = fed(&["fmt", "--check", "--as", place, "-"], at, OLD);
    assert_eq!((check.status.code(), text(&check.stdout)), (Some(1), format!("{place}\n")));
    assert!(text(&fed(&["fmt", "--as", place, "-"], at, OLD).stdout).contains("        192.0.2.1\n"));
}

#[test]
fn standard_input_is_read_once_and_a_place_is_for_one_text() {
    let (_keep, at) = with(&[("a", OLD), ("b", OLD)]);
    let wrong: &[&[&str]] = &[
        &["diff", "-", "-"],
        &["fmt", "-", "-"],
        &["check", "-", "-"],
        &["check", "--pair", "-", "-"],
        &["check", "--as", "k.conf", "a", "b"],
        &["fmt", "--as", "k.conf", "a", "b"],
    ];
    for words in wrong {
        assert_eq!(fed(words, &at, OLD).status.code(), Some(64), "{words:?}");
    }
    assert_eq!(std::fs::read_to_string(at.join("a")).unwrap(), OLD);
}
