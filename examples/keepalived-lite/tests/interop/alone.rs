//! Our daemon by itself: what it leaves behind, and what becomes of it when parts of it die.

use core::time::Duration;
use std::{collections::BTreeSet, fs};

use netlab::{now, with_namespaces};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::common::{PATIENCE, Program, Solo, Timing, VIRTUAL, in_foreground, wait_until};

/// A router that is master, for `test`.
fn master(title: &str, test: impl FnOnce(&mut Solo)) {
    with_namespaces(|| {
        let mut solo = Solo::new(title, Program::Ours);
        solo.become_master();
        test(&mut solo);
    });
}

/// The daemon's worker, when it has one.
fn worker(solo: &mut Solo) -> Option<u32> {
    let processes = solo.machine.node().processes().unwrap();
    processes.into_iter().find(|process| {
        let line = fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).contains("keepalived-lite:worker")
    })
}

#[test]
fn a_daemon_that_is_told_to_stop_resigns_and_takes_its_address_along() {
    master("SIGTERM", |solo| {
        let asked = now();
        solo.machine.stop();
        assert!(!solo.machine.owns(&solo.lan), "the address is gone when the daemon is");
        let zero = solo.hearing.first(asked, PATIENCE, "priority 0", |heard| heard.priority == 0);
        solo.hearing.tell(zero.time, "priority 0");
        let later: Vec<_> =
            solo.hearing.since(zero.time).into_iter().filter(|heard| heard.priority != 0).collect();
        assert!(later.is_empty(), "nothing is said after the resignation: {later:?}");
    });
}

#[test]
fn the_parent_resigns_for_a_worker_that_was_killed_and_starts_another() {
    master("worker killed", |solo| {
        let first = worker(solo).expect("the daemon has a worker");
        let killed = now();
        kill(Pid::from_raw(first.try_into().unwrap()), Signal::SIGKILL).unwrap();
        let zero = solo.hearing.first(killed, PATIENCE, "priority 0", |heard| heard.priority == 0);
        solo.hearing.tell(zero.time, "priority 0 of the parent");
        solo.await_address(false, "the parent removed the address");
        let second = wait_until(PATIENCE, || worker(solo).filter(|pid| *pid != first));
        assert!(second.is_some(), "the parent starts another worker");
        solo.await_address(true, "the new worker is master");
        let own = solo.hearing.first(zero.time, PATIENCE, "the new worker", |heard| heard.priority != 0);
        assert_eq!(own.priority, Solo::PRIORITY);
        solo.machine.stop();
    });
}

#[test]
fn a_worker_whose_parent_was_killed_stops_in_order() {
    master("parent killed", |solo| {
        let killed = now();
        solo.machine.node().signal(Signal::SIGKILL).unwrap();
        let zero = solo.hearing.first(killed, PATIENCE, "priority 0", |heard| heard.priority == 0);
        solo.hearing.tell(zero.time, "priority 0 of the worker");
        solo.await_address(false, "the worker removed the address");
        let gone = wait_until(PATIENCE, || worker(solo).is_none().then_some(()));
        assert!(gone.is_some(), "a worker without a parent ends");
    });
}

#[test]
fn a_daemon_that_died_as_a_whole_leaves_nothing_to_the_next_one() {
    with_namespaces(|| {
        let mut solo = Solo::new("leftover", Program::Ours);
        // What a crash leaves: the address, and nobody who knows of it.
        solo.machine.namespace(&solo.lan).add_address("eth0", VIRTUAL.into(), 24).unwrap();
        let started = now();
        solo.start();
        solo.await_address(false, "the address of the earlier life is removed");
        assert_eq!(solo.hearing.since(started), [], "before the election, not through it");
        solo.await_address(true, "the daemon is master by election");
        let first = solo.hearing.first(started, PATIENCE, "an advertisement", |_| true);
        let waited = first.time.saturating_sub(started);
        assert!(waited >= Solo::TIMING.master_down(Solo::PRIORITY), "before its Master_Down: {waited:?}");
        solo.machine.stop();
    });
}

#[test]
fn a_master_whose_address_is_deleted_by_hand_resigns_and_comes_back() {
    master("deleted by hand", |solo| {
        let deleted = now();
        solo.machine.namespace(&solo.lan).delete_address("eth0", VIRTUAL.into(), 24).unwrap();
        let zero = solo.hearing.first(deleted, PATIENCE, "priority 0", |heard| heard.priority == 0);
        solo.hearing.tell(zero.time, "priority 0");
        solo.await_address(true, "the address is back");
        let again = solo.hearing.first(zero.time, PATIENCE, "master again", |heard| heard.priority != 0);
        let waited = again.time.saturating_sub(zero.time);
        // keepalived waits for its skew only.
        Timing::assert_due(waited, Solo::TIMING.skew(Solo::PRIORITY), "master again");
        solo.machine.stop();
    });
}

#[test]
fn a_second_daemon_on_the_same_pid_file_is_refused_and_changes_nothing() {
    master("second daemon", |solo| {
        let pid_file = format!("/proc/{}/root/run/keepalived.pid", solo.machine.node().id());
        let mut second = in_foreground(Program::Ours, &solo.file("host1.conf"));
        second.args(["-p", &pid_file]);
        let output = solo.machine.namespace(&solo.lan).output(&mut second).unwrap();
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && words.contains("already running"), "{}: {words}", output.status);
        assert!(solo.machine.owns(&solo.lan), "the first keeps its address");
        let priorities: BTreeSet<u8> =
            solo.hearing.since(Duration::ZERO).iter().map(|heard| heard.priority).collect();
        assert_eq!(priorities, BTreeSet::from([Solo::PRIORITY]), "and its mastership");
        solo.machine.stop();
    });
}
