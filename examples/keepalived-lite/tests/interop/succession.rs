//! A master that leaves, dies and returns.

use netlab::with_namespaces;

use crate::common::{Configuration, Pair, Program, Side, Timing};

/// With preemption: A leaves and returns, then dies and returns. Without: A leaves, and B keeps
/// what it took over.
fn succession(a: Program, b: Program, timing: Timing) {
    let title = format!("{} / {}", a.name(), b.name());
    if !Program::keepalived_is_installed(&title) {
        return;
    }
    with_namespaces(|| {
        let mut pair = Pair::new(&title, a, b, timing);
        let common = |configuration: &mut Configuration| {
            configuration.password = (timing.version == 2).then_some("secret12");
        };
        pair.configure(|side, configuration| {
            common(configuration);
            configuration.state = if side == Side::A { "MASTER" } else { "BACKUP" };
        });
        pair.start(Side::A);
        pair.start(Side::B);
        pair.assert_master(Side::A, "both started");
        pair.resign(Side::A, "A stopped");
        pair.assert_master(Side::B, "A stopped");
        pair.start(Side::A);
        pair.assert_master(Side::A, "A returned");
        pair.lose_power(Side::A, "A lost power");
        pair.assert_master(Side::B, "A lost power");
        pair.regain_power(Side::A);
        pair.assert_master(Side::A, "A got power again");
        pair.assert_both_heard();

        pair.stop(Side::B);
        pair.stop(Side::A);
        pair.configure(|_, configuration| {
            common(configuration);
            configuration.more = "    nopreempt\n".to_owned();
        });
        pair.start(Side::A);
        // Who is first keeps it, so A must be.
        pair.assert_master(Side::A, "nopreempt: A started");
        pair.start(Side::B);
        pair.assert_master(Side::A, "nopreempt: B started");
        pair.resign(Side::A, "nopreempt: A stopped");
        pair.assert_master(Side::B, "nopreempt: A stopped");
        pair.start(Side::A);
        pair.sleep_past_master_down(Side::A);
        pair.assert_master(Side::B, "nopreempt: A returned");
        pair.assert_heard(Side::A);
    });
}

#[test]
fn ours_then_keepalived_with_version_2_and_a_password() {
    succession(Program::Ours, Program::Keepalived, Timing::V2);
}

#[test]
fn keepalived_then_ours_with_version_2_and_a_password() {
    succession(Program::Keepalived, Program::Ours, Timing::V2);
}

#[test]
fn ours_then_keepalived_with_version_3() {
    succession(Program::Ours, Program::Keepalived, Timing::V3);
}

#[test]
fn keepalived_then_ours_with_version_3() {
    succession(Program::Keepalived, Program::Ours, Timing::V3);
}

#[test]
fn keepalived_with_itself_so_that_the_scenario_is_known_to_be_right() {
    succession(Program::Keepalived, Program::Keepalived, Timing::V3);
}

#[test]
fn ours_with_itself() {
    succession(Program::Ours, Program::Ours, Timing::V3);
}
