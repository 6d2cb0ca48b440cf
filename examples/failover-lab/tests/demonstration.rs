//! The demonstration from outside.

use std::{path::Path, process::Command};

/// Runs the demonstration; standard output and exit status, or nothing where it cannot run.
fn demonstrate(arguments: &[&str]) -> Option<(String, Option<i32>)> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_failover-lab"));
    // What a failure keeps belongs to the build.
    let run = command.args(arguments).env("TMPDIR", env!("CARGO_TARGET_TMPDIR")).output().ok()?;
    let complaint = String::from_utf8_lossy(&run.stderr).into_owned();
    if complaint.contains("needs network namespaces") {
        println!("SKIPPED: {complaint}");
        return None;
    }
    Some((format!("{}{complaint}", String::from_utf8_lossy(&run.stdout)), run.status.code()))
}

/// The steps in the order in which they must be told.
fn assert_told(text: &str) {
    let steps = [
        "director1 is master",
        "answer, from director1",
        "POWER FAILURE",
        "director2 is master",
        "answer from director2",
        "director1 boots",
        "director1 is master",
        "director1 resigns",
        "director2 is master",
        "has ended",
        "beyond it",
    ];
    let mut rest = text;
    for step in steps {
        let Some((_, after)) = rest.split_once(step) else { panic!("{step:?} is missing in {text}") };
        rest = after;
    }
}

#[test]
fn our_daemons_fail_over_and_back() {
    if let Some((text, status)) = demonstrate(&[]) {
        assert_eq!(status, Some(0), "{text}");
        assert_told(&text);
    }
}

#[test]
fn keepalived_can_be_put_in_our_daemons_place() {
    let keepalived = "/usr/sbin/keepalived";
    if !Path::new(keepalived).exists() {
        println!("SKIPPED: no {keepalived}");
        return;
    }
    if let Some((text, status)) = demonstrate(&["--daemon", keepalived]) {
        assert_eq!(status, Some(0), "{text}");
        assert_told(&text);
    }
}

#[test]
fn a_daemon_that_does_not_start_is_reported() {
    if let Some((text, status)) = demonstrate(&["--daemon", "/bin/false"]) {
        assert_eq!(status, Some(1), "{text}");
        assert!(text.contains("ended by itself (exit status: 1)"), "{text}");
    }
}

#[test]
fn an_unknown_option_is_a_usage_error() {
    let run = Command::new(env!("CARGO_BIN_EXE_failover-lab")).arg("--bogus").output();
    assert_eq!(run.ok().and_then(|run| run.status.code()), Some(64));
}
