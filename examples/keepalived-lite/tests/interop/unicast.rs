//! Routers that write to each other instead of the group.

use netlab::with_namespaces;

use crate::common::{Pair, Program, Side, Timing};

fn unicast(a: Program, b: Program) {
    let title = format!("unicast, {} / {}", a.name(), b.name());
    if !Program::keepalived_is_installed(&title) {
        return;
    }
    with_namespaces(|| {
        let mut pair = Pair::new(&title, a, b, Timing::V3);
        pair.configure(|side, configuration| {
            let (own, peer) = (side.host(), side.other().host());
            configuration.more = format!(
                "    unicast_src_ip 10.77.0.{own}\n    unicast_peer {{\n        10.77.0.{peer}\n    }}\n"
            );
        });
        pair.start(Side::A);
        pair.start(Side::B);
        pair.assert_master(Side::A, "both started");
        pair.resign(Side::A, "A stopped");
        pair.assert_master(Side::B, "A stopped");
        pair.start(Side::A);
        pair.assert_master(Side::A, "A returned");
        pair.assert_both_heard();
        pair.hearing.assert_unicast();
    });
}

#[test]
fn ours_then_keepalived_by_unicast() {
    unicast(Program::Ours, Program::Keepalived);
}

#[test]
fn keepalived_then_ours_by_unicast() {
    unicast(Program::Keepalived, Program::Ours);
}
