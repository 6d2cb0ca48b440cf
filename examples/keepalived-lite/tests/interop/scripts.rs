//! What notify scripts are told.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Command};

use netlab::with_namespaces;

use crate::common::{PATIENCE, Program, Solo, keepalived_runs_scripts, wait_until};

/// The arguments of each run of a notify script in the life of a daemon that becomes master, or
/// does not, and is stopped; `count` runs before that, and one for it.
///
/// The scripts of one event run side by side, so that their order is anybody's; the order of
/// events is what counts.
fn told(program: Program, count: usize, tracking: Option<&str>) -> Vec<String> {
    let mut solo = Solo::new(&format!("notify, {}", program.name()), program);
    let (script, record) = (solo.file("notify"), solo.file("told"));
    write_script(&script, &format!("echo \"$@\" >> {}", record.display()));
    solo.configure(|configuration| {
        configuration.more = format!("    notify \"{}\"\n", script.display());
        if let Some(body) = tracking {
            let check = solo.file("check");
            write_script(&check, body);
            configuration.before =
                format!("vrrp_script check {{\n    script {}\n    interval 1\n}}\n", check.display());
            configuration.more.push_str("    track_script {\n        check\n    }\n");
        } else {
            let states = format!(
                "    notify_master \"{0} to master\"\n    notify_backup \"{0} to backup\"\n",
                script.display()
            );
            configuration.more.push_str(&states);
        }
    });
    let lines = || -> Vec<String> {
        fs::read_to_string(&record).unwrap_or_default().lines().map(str::to_owned).collect()
    };
    let await_lines = |count| {
        let all = wait_until(PATIENCE, || Some(lines()).filter(|lines| lines.len() >= count));
        assert!(all.is_some(), "{count} lines, not {:?}", lines());
    };
    solo.start();
    await_lines(count);
    solo.machine.stop();
    await_lines(count + 1);
    let mut all = lines();
    println!("{}: {all:?}", program.name());
    if tracking.is_none() {
        all.chunks_mut(2).for_each(<[String]>::sort);
    }
    all
}

fn write_script(file: &Path, body: &str) {
    fs::write(file, format!("#!/bin/sh\n{body}\n")).unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Ours is told `expected`, and so is keepalived.
fn assert_told(tracking: Option<&str>, expected: &[&str]) {
    with_namespaces(|| {
        let count = expected.len() - 1;
        assert_eq!(told(Program::Ours, count, tracking), expected);
        if keepalived_runs_scripts("the same with keepalived") {
            assert_eq!(told(Program::Keepalived, count, tracking), expected);
        }
    });
}

#[test]
fn a_notify_script_is_told_every_state_in_order() {
    let expected = [
        "INSTANCE VI_1 BACKUP 150",
        "to backup",
        "INSTANCE VI_1 MASTER 150",
        "to master",
        "INSTANCE VI_1 STOP 150",
    ];
    assert_told(None, &expected);
}

#[test]
fn a_router_waits_in_silence_for_the_first_result_of_its_script() {
    let expected = ["INSTANCE VI_1 BACKUP 150", "INSTANCE VI_1 MASTER 150", "INSTANCE VI_1 STOP 150"];
    assert_told(Some("sleep 0.3"), &expected);
}

#[test]
fn a_first_result_that_is_bad_is_a_fault() {
    assert_told(Some("exit 1"), &["INSTANCE VI_1 FAULT 150", "INSTANCE VI_1 STOP 150"]);
}

/// keepalived: `signal_handler_script`.
#[test]
fn a_script_of_another_user_can_die_of_a_closed_pipe() {
    let ids = [nix::unistd::getuid().to_string(), nix::unistd::getgid().to_string()];
    let output = Command::new(env!("CARGO_BIN_EXE_keepalived-lite"))
        .arg("keepalived-lite:script")
        .args(ids)
        .args(["grep", "SigIgn", "/proc/self/status"])
        .output()
        .unwrap();
    if output.status.code() == Some(126) {
        println!("skipped: {}run as root", String::from_utf8_lossy(&output.stderr));
        return;
    }
    let text = String::from_utf8(output.stdout).unwrap();
    let ignored = text.split_whitespace().last().map(|word| u64::from_str_radix(word, 16).unwrap());
    let pipe = 1 << (nix::libc::SIGPIPE - 1);
    assert_eq!(ignored.map(|ignored| ignored & pipe), Some(0), "{text}");
}
