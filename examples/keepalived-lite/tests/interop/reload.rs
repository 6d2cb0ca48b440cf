//! `SIGHUP`: what did not change goes on, what cannot run changes nothing.

use core::{net::Ipv4Addr, time::Duration};

use netlab::{now, with_namespaces};
use nix::sys::signal::Signal;

use crate::common::{Configuration, PATIENCE, Program, Pulse, Solo, Timing, wait_until};
use crate::sync::grouped;

/// A master that is told to reload after `change`, and has said `words` in its log; then `test`
/// with the time of the signal.
fn reloaded(title: &str, change: impl FnOnce(&Solo), words: &str, test: impl FnOnce(&mut Solo, Duration)) {
    with_namespaces(|| {
        let mut solo = Solo::new(title, Program::Ours);
        solo.become_master();
        change(&solo);
        let asked = now();
        solo.machine.node().signal(Signal::SIGHUP).unwrap();
        let said = wait_until(PATIENCE, || solo.machine.log().contains(words).then(now));
        solo.hearing.tell(said.expect("the log tells of the reload"), words);
        test(&mut solo, asked);
        solo.machine.stop();
    });
}

/// Nothing but the master's ordinary advertisements for ten intervals, and none of them missing.
fn goes_on(solo: &mut Solo, from: Duration) {
    let interval = Timing::V3.interval;
    std::thread::sleep(interval * 10);
    let heard = solo.hearing.since(from);
    assert!(heard.iter().all(|heard| heard.priority != 0), "no resignation: {heard:?}");
    let own = heard.iter().filter(|heard| heard.priority == Solo::PRIORITY);
    let times: Vec<Duration> = core::iter::once(from).chain(own.map(|heard| heard.time)).collect();
    let longest = times.iter().zip(times.iter().skip(1)).map(|(one, next)| next.saturating_sub(*one)).max();
    // Two missing would be a gap of three, and late is whatever runs on a busy machine.
    let bearable = interval * 5 / 2 + Pulse::start().lateness(interval * 10);
    assert!(longest.is_some_and(|gap| gap < bearable), "silent for {longest:?}");
    assert!(solo.machine.owns(&solo.lan));
    assert_eq!(solo.machine.statistics().counter("Advertisements", "Became master"), 1);
}

#[test]
fn a_reload_of_the_same_file_is_not_noticed_on_the_wire() {
    reloaded("reload, same", |_| {}, "1 of 1 instances go on unchanged", goes_on);
}

#[test]
fn an_instance_that_is_added_does_not_disturb_the_others() {
    let second = "vrrp_instance VI_2 {\n interface eth0\n virtual_router_id 77\n priority 77\n version 3\n advert_int 0.2\n \
                  virtual_ipaddress {\n 10.77.0.177\n }\n}\n";
    let change = |solo: &Solo| solo.configure(|configuration| configuration.before.push_str(second));
    reloaded("reload, one more", change, "1 of 2 instances go on unchanged", |solo, asked| {
        goes_on(solo, asked);
        let new = solo.hearing.first(asked, PATIENCE, "the new instance", |heard| heard.priority == 77);
        solo.hearing.tell(new.time, "the new instance is master");
    });
}

#[test]
fn a_master_gets_and_loses_addresses_and_stays_master() {
    let second: Ipv4Addr = [10, 77, 0, 101].into();
    let more = " virtual_ipaddress_excluded {\n 10.77.0.101/24\n }\n";
    with_namespaces(|| {
        let mut solo = Solo::new("reload, addresses", Program::Ours);
        solo.become_master();
        let owns = |solo: &Solo| solo.machine.namespace(&solo.lan).owns(second.into()).unwrap();
        for (lines, there) in [(more, true), ("", false), (more, true)] {
            let asked = now();
            solo.configure(|configuration| configuration.more.push_str(lines));
            solo.machine.node().signal(Signal::SIGHUP).unwrap();
            let found = wait_until(PATIENCE, || (owns(&solo) == there).then_some(()));
            assert!(found.is_some(), "the second address: {there}");
            if there {
                let _ = solo.hearing.announcements(1, PATIENCE, second);
            }
            goes_on(&mut solo, asked);
        }
        solo.machine.stop();
        assert!(!owns(&solo) && !solo.machine.owns(&solo.lan), "both go when it stops");
    });
}

#[test]
fn a_new_priority_and_a_new_check_count_without_a_takeover() {
    with_namespaces(|| {
        let mut solo = Solo::new("reload, priority", Program::Ours);
        solo.become_master();
        let asked = now();
        solo.configure(|configuration| {
            configuration.priority = 190;
            // Its first result comes later than ten intervals.
            configuration.before =
                "vrrp_script slow {\n script \"/bin/sleep 20\"\n interval 30\n}\n".to_owned();
            configuration.more = "    track_script {\n        slow\n    }\n".to_owned();
        });
        solo.machine.node().signal(Signal::SIGHUP).unwrap();
        solo.hearing.first(asked, PATIENCE, "the new priority", |heard| heard.priority == 190);
        std::thread::sleep(Timing::V3.interval * 5);
        let heard = solo.hearing.since(asked);
        assert!(heard.iter().all(|heard| [Solo::PRIORITY, 190].contains(&heard.priority)), "{heard:?}");
        assert!(solo.machine.owns(&solo.lan));
        assert_eq!(solo.machine.statistics().counter("Advertisements", "Became master"), 1);
        solo.machine.stop();
    });
}

#[test]
fn an_instance_that_is_removed_resigns() {
    let change = |solo: &Solo| solo.machine.configure("global_defs {\n router_id empty\n}\n");
    reloaded("reload, removed", change, "0 of 0 instances go on", |solo, asked| {
        solo.hearing.first(asked, PATIENCE, "priority 0", |heard| heard.priority == 0);
        solo.await_address(false, "its address is gone");
    });
}

#[test]
fn a_file_that_cannot_run_changes_nothing() {
    let change = |solo: &Solo| {
        let mut configuration = Configuration::new(Solo::TIMING, Solo::PRIORITY).to_string();
        configuration = configuration.replace("interface eth0", "interface nowhere");
        solo.machine.configure(configuration);
    };
    reloaded("reload, refused", change, "reload refused", goes_on);
}

#[test]
fn a_group_goes_on_as_a_whole() {
    with_namespaces(|| {
        let mut solo = Solo::new("reload, group", Program::Ours);
        solo.configure(|configuration| grouped(configuration, "", ""));
        solo.become_master();
        let reload = |solo: &mut Solo, second: &str, group: &str, words: &str| {
            solo.configure(|configuration| grouped(configuration, second, group));
            solo.machine.node().signal(Signal::SIGHUP).unwrap();
            let said = wait_until(PATIENCE, || solo.machine.log().contains(words).then_some(()));
            assert!(said.is_some(), "{words}");
        };
        let asked = now();
        reload(&mut solo, "", "notify_master /bin/true\n", "2 of 2 instances go on unchanged");
        goes_on(&mut solo, asked);
        let asked = now();
        reload(&mut solo, "nopreempt\n", "", "1 of 2 instances go on unchanged, 1 go on changed");
        goes_on(&mut solo, asked);
        let asked = now();
        solo.configure(|_| {});
        solo.machine.node().signal(Signal::SIGHUP).unwrap();
        solo.hearing.first(asked, PATIENCE, "a member without its group", |heard| heard.priority == 0);
        solo.await_address(true, "it is master again");
        solo.machine.stop();
    });
}
