//! What notify scripts are told.

use std::{fs, os::unix::fs::PermissionsExt};

use netlab::with_namespaces;

use crate::common::{PATIENCE, Program, Solo, keepalived_runs_scripts, wait_until};

/// The arguments of each run of a notify script in a daemon's life: elected, address deleted by
/// hand, elected again, stopped.
fn told(program: Program) -> Vec<String> {
    let mut solo = Solo::new(&format!("notify, {}", program.name()), program);
    let (script, record) = (solo.file("notify"), solo.file("told"));
    let text = format!("#!/bin/sh\necho \"$@\" >> {}\n", record.display());
    fs::write(&script, text).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    solo.configure(|configuration| {
        configuration.more = format!(
            "    notify \"{0}\"\n    notify_master \"{0} to master\"\n    notify_backup \"{0} to backup\"\n",
            script.display()
        );
    });
    let lines = || -> Vec<String> {
        fs::read_to_string(&record).unwrap_or_default().lines().map(str::to_owned).collect()
    };
    let await_lines = |count| {
        let all = wait_until(PATIENCE, || Some(lines()).filter(|lines| lines.len() >= count));
        assert!(all.is_some(), "{count} lines, not {:?}", lines());
    };
    solo.become_master();
    await_lines(4);
    solo.machine.stop();
    await_lines(5);
    let all = lines();
    println!("{}: {all:?}", program.name());
    all
}

/// The scripts of one event run side by side, so that their order is anybody's; the order of
/// events is what counts.
fn by_event(mut lines: Vec<String>) -> Vec<String> {
    for event in lines.chunks_mut(2) {
        event.sort();
    }
    lines
}

#[test]
fn a_notify_script_is_told_every_state_in_order() {
    with_namespaces(|| {
        let ours = by_event(told(Program::Ours));
        let expected = [
            "INSTANCE VI_1 BACKUP 150",
            "to backup",
            "INSTANCE VI_1 MASTER 150",
            "to master",
            "INSTANCE VI_1 STOP 150",
        ];
        assert_eq!(ours, expected);
        if keepalived_runs_scripts("the same with keepalived") {
            assert_eq!(by_event(told(Program::Keepalived)), ours);
        }
    });
}
