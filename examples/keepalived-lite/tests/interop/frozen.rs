//! A master that was stopped in its tracks, as a virtual machine is during a migration.

use core::time::Duration;

use netlab::{now, with_namespaces};

use crate::common::{Pair, Program, Side, Timing};

/// B is master because A, of higher priority, does not preempt; B is frozen until A has taken
/// over. When it wakes up it must hear that before it speaks.
fn freeze(a: Program) {
    let title = format!("frozen, {} / {}", a.name(), Program::Ours.name());
    if !Program::keepalived_is_installed(&title) {
        return;
    }
    with_namespaces(|| {
        let mut pair = Pair::new(&title, a, Program::Ours, Timing::V3);
        pair.configure(|_, configuration| configuration.more = "    nopreempt\n".to_owned());
        pair.start(Side::B);
        pair.assert_master(Side::B, "B started");
        pair.start(Side::A);
        pair.sleep_past_master_down(Side::A);
        pair.assert_master(Side::B, "A started");
        pair.freeze(Side::B, "B is frozen");
        let thawed = now();
        pair.split(Side::B).0.node().thaw().unwrap();
        pair.assert_master(Side::A, "B woke up");
        let spoken: Vec<_> =
            pair.hearing.since(thawed).into_iter().filter(|heard| heard.host == Side::B.host()).collect();
        assert!(spoken.is_empty(), "{title}: B hears the new master before it speaks: {spoken:?}");
    });
}

#[test]
fn a_frozen_backup_hears_its_master_before_it_speaks() {
    with_namespaces(|| {
        let mut pair = Pair::new("frozen backup", Program::Ours, Program::Ours, Timing::V3);
        pair.configure(|_, _| {});
        pair.start(Side::A);
        pair.start(Side::B);
        pair.assert_master(Side::A, "both started");
        pair.split(Side::B).0.node().freeze().unwrap();
        // Three intervals are long over when it wakes up.
        pair.sleep_past_master_down(Side::B);
        pair.split(Side::B).0.node().thaw().unwrap();
        pair.assert_master(Side::A, "B woke up");
        let spoken: Vec<_> = pair.hearing.since(Duration::ZERO);
        assert!(spoken.iter().all(|heard| heard.host == Side::A.host()), "B has nothing to say: {spoken:?}");
    });
}

#[test]
fn a_frozen_master_hears_its_successor_before_it_speaks() {
    freeze(Program::Ours);
}

#[test]
fn a_frozen_master_hears_keepalived_before_it_speaks() {
    freeze(Program::Keepalived);
}
