//! `vrrp_sync_group`: two instances on each router, master of both or of none.

use core::net::Ipv4Addr;
use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use netlab::with_namespaces;

use crate::common::{
    Configuration, PATIENCE, Pair, Program, Side, Solo, Timing, VIRTUAL, keepalived_runs_scripts, wait_until,
};

/// The second instance's address.
const SECOND: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 101);

/// A second instance, and a group of it and the first, with more lines for each.
fn group(timing: Timing, priority: u8, second: &str, group: &str) -> String {
    let interval = timing.interval.as_secs_f64();
    format!(
        "vrrp_sync_group G {{\n group {{\n VI_1\n VI_2\n }}\n{group}}}\nvrrp_instance VI_2 {{\n interface eth0\n \
         virtual_router_id 52\n priority {priority}\n advert_int {interval}\n virtual_ipaddress {{\n {SECOND}/24\n }}\n\
         {second}}}\n"
    )
}

/// Writes a shell script.
pub(crate) fn executable(file: &Path, body: &str) {
    fs::write(file, format!("#!/bin/sh\n{body}\n")).unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Waits until this router has both addresses and the other has none.
fn await_both(pair: &Pair, side: Side, what: &str) {
    let holds = |side, address: Ipv4Addr| pair.namespace(side).owns(address.into()).unwrap();
    let held = || [side, side.other()].map(|side| [VIRTUAL, SECOND].map(|address| holds(side, address)));
    let found = wait_until(PATIENCE, || (held() == [[true; 2], [false; 2]]).then_some(()));
    assert!(found.is_some(), "{what}: {:?}", held());
}

/// The second instance of router A loses its script: both instances move to B, and return.
fn one_fails(a: Program, b: Program) {
    let mut pair = Pair::new(&format!("sync group, {} and {}", a.name(), b.name()), a, b, Timing::V3);
    let (check, bad) = (pair.file("check"), pair.file("bad"));
    executable(&check, &format!("test ! -e {}", bad.display()));
    pair.configure(|side, configuration| {
        let (timing, priority) = (configuration.timing, configuration.priority);
        let (script, second) = match side {
            Side::A => (
                format!("vrrp_script check {{\n script {}\n interval 1\n}}\n", check.display()),
                "track_script {\n check\n }\n",
            ),
            Side::B => (String::new(), ""),
        };
        configuration.before = script + &group(timing, priority, second, "");
    });
    pair.start(Side::A);
    pair.start(Side::B);
    await_both(&pair, Side::A, "the better router begins");
    fs::write(&bad, "").unwrap();
    await_both(&pair, Side::B, "one of its instances fails, both go");
    fs::remove_file(&bad).unwrap();
    await_both(&pair, Side::A, "all is well again");
    pair.stop(Side::A);
    await_both(&pair, Side::B, "it is stopped");
    pair.stop(Side::B);
}

#[test]
fn a_group_moves_as_a_whole_between_us_and_keepalived() {
    with_namespaces(|| one_fails(Program::Ours, Program::Keepalived));
}

#[test]
fn a_group_moves_as_a_whole_between_keepalived_and_us() {
    with_namespaces(|| {
        if keepalived_runs_scripts("keepalived's group loses a script") {
            one_fails(Program::Keepalived, Program::Ours);
        }
    });
}

/// What the scripts of a group and of its members are told by a router that becomes master and is
/// stopped. Those of one event run side by side: each event's lines are sorted.
fn told(program: Program) -> Vec<String> {
    let mut solo = Solo::new(&format!("group's scripts, {}", program.name()), program);
    let (script, record) = (solo.file("notify"), solo.file("told"));
    executable(&script, &format!("echo \"$@\" >> {}", record.display()));
    let script = script.display();
    solo.configure(|configuration| {
        let notify = format!("notify \"{script}\"\n");
        let states = format!(
            "notify_master \"{script} group master\"\nnotify_backup \"{script} group backup\"\n\
             notify_stop \"{script} group stop\"\n"
        );
        configuration.before = group(Solo::TIMING, Solo::PRIORITY, &notify, &(notify.clone() + &states));
        configuration.more.push_str(&notify);
    });
    let lines = || -> Vec<String> {
        fs::read_to_string(&record).unwrap_or_default().lines().map(str::to_owned).collect()
    };
    let await_lines = |count| {
        let all = wait_until(PATIENCE, || Some(lines()).filter(|lines| lines.len() >= count));
        assert!(all.is_some(), "{count} lines, not {:?}", lines());
    };
    solo.start();
    await_lines(8);
    solo.machine.stop();
    await_lines(12);
    let mut all = lines();
    println!("{}: {all:?}", program.name());
    all.chunks_mut(4).for_each(<[String]>::sort);
    all
}

#[test]
fn the_scripts_of_a_group_are_told_beside_those_of_its_members() {
    let expected = [
        "GROUP G BACKUP 0",
        "INSTANCE VI_1 BACKUP 150",
        "INSTANCE VI_2 BACKUP 150",
        "group backup",
        "GROUP G MASTER 0",
        "INSTANCE VI_1 MASTER 150",
        "INSTANCE VI_2 MASTER 150",
        "group master",
        "GROUP G STOP 0",
        "INSTANCE VI_1 STOP 150",
        "INSTANCE VI_2 STOP 150",
        "group stop",
    ];
    with_namespaces(|| {
        assert_eq!(told(Program::Ours), expected);
        if keepalived_runs_scripts("the same with keepalived") {
            assert_eq!(told(Program::Keepalived), expected);
        }
    });
}

/// The daemon's file with a group.
pub(crate) fn grouped(configuration: &mut Configuration, second: &str, lines: &str) {
    configuration.before = group(Solo::TIMING, Solo::PRIORITY, second, lines);
}
