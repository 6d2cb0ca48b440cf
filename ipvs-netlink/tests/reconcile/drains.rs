//! Destinations on their way out.

use core::time::Duration;

use ipvs_netlink::{
    Affinity, Connections, Drain, DrainEnd, DrainRules, Event, Fields, Granularity, Persistence,
    ReconcilerConfig, Scope, Service, ServiceKey, Table,
};

use super::kernel::*;

fn config() -> ReconcilerConfig {
    let drain = Drain { cap: at(100), ..Drain::default() };
    ReconcilerConfig { drains: DrainRules::all(drain), ..ReconcilerConfig::default() }
}

fn counted(active: u32) -> Option<Connections> {
    Some(Connections { active, ..Connections::default() })
}

fn drained(host: u8, reason: DrainEnd, cut: Option<Connections>) -> Event {
    Event::Drained { service: tcp(1), key: real(host), reason, cut }
}

/// Two destinations are adopted, then the second is released.
fn released(active: u32) -> Rig {
    let desired = table(tcp(1), "rr", &[(1, 1), (2, 1)]);
    let mut rig = Rig::new(&desired, &desired, config());
    rig.run();
    rig.kernel.serve(tcp(1), 2, active, 0);
    rig.reconciler.release_destination(&tcp(1), &real(2));
    rig.run();
    rig.events.remove(0);
    rig
}

#[test]
fn it_gets_weight_0_and_goes_when_its_last_connection_has_ended() {
    let mut rig = released(2);
    assert_eq!(rig.commands(), ["=s1d2 0"]);
    let begun = Event::Draining { service: tcp(1), key: real(2), deadline: at(100) };
    assert_eq!(rig.events(), [begun]);
    rig.live_until(at(30));
    assert_eq!((rig.commands().len(), rig.kernel.weight(tcp(1), 2)), (0, Some(0)));
    assert_eq!(rig.reconciler.draining().count(), 1);
    rig.kernel.serve(tcp(1), 2, 0, 0);
    rig.live_until(at(31));
    assert_eq!(rig.commands(), ["-s1d2"]);
    assert_eq!(rig.events(), [drained(2, DrainEnd::Empty, counted(0))]);
    assert_eq!(rig.reconciler.draining().count(), 0);
    assert_eq!(rig.reconciler.poll_timeout(), Some(at(60)));
}

#[test]
fn the_cap_ends_it_and_tells_what_it_cut() {
    let mut rig = released(3);
    rig.live_until(at(99));
    assert_eq!(rig.kernel.weight(tcp(1), 2), Some(0));
    rig.live_until(at(100));
    assert_eq!(rig.kernel.weight(tcp(1), 2), None);
    assert_eq!(rig.events().last(), Some(&drained(2, DrainEnd::Deadline, counted(3))));
}

#[test]
fn wanted_again_it_gets_its_weight_back_at_once() {
    let mut rig = released(3);
    rig.live_until(at(10));
    rig.commands();
    rig.reconciler.want_destination(tcp(1), real(2), weighing(7));
    rig.run();
    assert_eq!(rig.commands(), ["=s1d2 7"]);
    assert_eq!(rig.events().last(), Some(&drained(2, DrainEnd::Returned, counted(3))));
    rig.live_until(at(300));
    assert_eq!(rig.commands(), [""; 0]);
    assert!(rig.reconciler.is_settled());
}

#[test]
fn wanted_again_it_gets_the_operators_weight_back_where_that_is_kept() {
    let desired = table(tcp(1), "rr", &[(1, 1)]);
    let scope = Scope::everything().keeping(Fields::WEIGHT);
    let mut rig = Rig::scoped(&table(tcp(1), "rr", &[(1, 42)]), &desired, scope, config());
    rig.run();
    rig.kernel.serve(tcp(1), 1, 1, 0);
    rig.reconciler.release_destination(&tcp(1), &real(1));
    rig.live_until(at(5));
    rig.reconciler.want_destination(tcp(1), real(1), weighing(1));
    rig.live_until(at(10));
    assert_eq!(rig.commands(), ["=s1d1 0", "=s1d1 42"]);
    // From then on it is the operator's again, 0 included.
    rig.kernel.set_weight(tcp(1), 1, 0);
    rig.live_until(at(200));
    assert_eq!(rig.commands(), [""; 0]);
    assert_eq!(rig.kernel.weight(tcp(1), 1), Some(0));
}

#[test]
fn after_a_restart_the_table_tells_what_was_draining() {
    let there = table(tcp(1), "rr", &[(1, 0), (2, 0), (3, 5)]);
    let desired = table(tcp(1), "rr", &[(1, 4)]);
    let mut rig = Rig::new(&there, &desired, config());
    rig.now = at(1000);
    rig.kernel.serve(tcp(1), 2, 1, 0);
    rig.kernel.serve(tcp(1), 3, 1, 0);
    rig.run();
    assert_eq!(rig.commands(), ["=s1d1 4", "=s1d3 0"], "the wanted one is restored, the stale ones drain");
    rig.live_until(at(1099));
    assert_eq!(rig.commands(), [""; 0]);
    rig.live_until(at(1100));
    assert_eq!(rig.commands(), ["-s1d2", "-s1d3"], "with a fresh deadline");
}

#[test]
fn a_service_goes_after_its_destinations() {
    let there = table(tcp(1), "rr", &[(1, 1), (2, 1)]);
    let mut rig = Rig::new(&there, &there, config());
    rig.run();
    rig.kernel.serve(tcp(1), 1, 1, 0);
    rig.kernel.serve(tcp(1), 2, 1, 0);
    rig.reconciler.release(&tcp(1));
    rig.live_until(at(10));
    assert_eq!(rig.commands(), ["=s1d1 0", "=s1d2 0"]);
    rig.kernel.serve(tcp(1), 1, 0, 0);
    rig.live_until(at(20));
    assert_eq!(rig.commands(), ["-s1d1"]);
    rig.kernel.serve(tcp(1), 2, 0, 0);
    rig.live_until(at(30));
    assert_eq!(rig.commands(), ["-s1"]);
    let ends: Vec<_> =
        rig.events().into_iter().filter(|event| matches!(event, Event::Drained { .. })).collect();
    assert_eq!(ends, [drained(1, DrainEnd::Empty, counted(0)), drained(2, DrainEnd::Empty, counted(0))]);
    assert!(rig.kernel.services.is_empty() && rig.reconciler.is_settled());
}

#[test]
fn what_has_no_connections_goes_at_once() {
    let one_packet = Service { one_packet: true, ..service("rr") };
    let there = Table::from_iter([
        (udp(1), service("rr"), vec![(real(1), weighing(1))]),
        (tcp(2), one_packet, vec![(real(1), weighing(1))]),
    ]);
    let mut rig = Rig::new(&there, &there, config());
    rig.run();
    rig.reconciler.set_desired(Table::new());
    rig.run();
    assert_eq!(rig.commands(), ["-s2", "-s1"]);
    let immediate = |service: ServiceKey| Event::Drained {
        service,
        key: real(1),
        reason: DrainEnd::Immediate,
        cut: None,
    };
    assert_eq!(rig.events().get(1..), Some(&[immediate(tcp(2)), immediate(udp(1))][..]));
}

#[test]
fn packets_can_have_a_grace() {
    let there = Table::from_iter([(udp(1), service("rr"), vec![(real(1), weighing(1))])]);
    let drain = Drain { packet_grace: at(8), ..Drain::default() };
    let config = ReconcilerConfig { drains: DrainRules::all(drain), ..config() };
    let mut rig = Rig::new(&there, &there, config);
    rig.run();
    rig.reconciler.release_destination(&udp(1), &real(1));
    rig.live_until(at(7));
    assert_eq!(rig.commands(), ["=s1d1 0"]);
    rig.live_until(at(8));
    assert_eq!(rig.commands(), ["-s1d1"]);
}

#[test]
fn persistence_is_waited_for_or_broken() {
    let persistence = Some(Persistence { timeout_s: 300, granularity: Granularity::Host });
    let sticky = Service { persistence, ..service("rr") };
    let there = Table::from_iter([(tcp(1), sticky, vec![(real(1), weighing(1))])]);
    for (affinity, still_there) in [(Affinity::Keep, true), (Affinity::Break, false)] {
        let drain = Drain { affinity, cap: at(1000), ..Drain::default() };
        let config = ReconcilerConfig { drains: DrainRules::all(drain), ..config() };
        let mut rig = Rig::new(&there, &there, config);
        rig.run();
        rig.kernel.serve(tcp(1), 1, 0, 1);
        rig.reconciler.release_destination(&tcp(1), &real(1));
        rig.live_until(at(50));
        assert_eq!(rig.kernel.weight(tcp(1), 1).is_some(), still_there, "{affinity:?}");
        if still_there {
            rig.kernel.serve(tcp(1), 1, 0, 0);
        }
        rig.live_until(at(52));
        assert_eq!(rig.kernel.weight(tcp(1), 1), None, "{affinity:?}");
    }
}

#[test]
fn deleted_by_somebody_else_it_is_gone() {
    let mut rig = released(3);
    rig.live_until(at(5));
    rig.events();
    rig.kernel.services.get_mut(&tcp(1)).expect("it").1.remove(&real(2));
    rig.live_until(at(7));
    assert_eq!(rig.events(), [drained(2, DrainEnd::Gone, counted(3))]);
    assert!(rig.reconciler.is_settled());
}

#[test]
fn raised_by_somebody_else_it_is_lowered_again_and_not_deleted_as_empty() {
    let mut rig = released(1);
    rig.live_until(at(5));
    rig.commands();
    rig.kernel.set_weight(tcp(1), 2, 1);
    rig.kernel.serve(tcp(1), 2, 0, 0);
    rig.live_until(at(6));
    assert_eq!(rig.commands(), ["=s1d2 0", "-s1d2"]);
    assert!(matches!(rig.events()[..], [_, Event::Drifted { .. }, Event::Drained { .. }]));
}

#[test]
fn a_destination_without_a_rule_goes_at_once_beside_one_that_drains() {
    let there = table(tcp(1), "rr", &[(1, 1), (2, 1)]);
    let drains = config().drains.with_destination(tcp(1), real(1), None);
    let mut rig = Rig::new(&there, &there, ReconcilerConfig { drains, ..config() });
    rig.run();
    rig.kernel.serve(tcp(1), 2, 1, 0);
    rig.reconciler.release(&tcp(1));
    rig.run();
    assert_eq!(rig.commands(), ["=s1d2 0", "-s1d1"]);
}

#[test]
fn a_deletion_whose_answer_was_lost_keeps_its_reason() {
    let mut rig = released(1);
    rig.kernel.serve(tcp(1), 2, 0, 0);
    rig.now = at(1);
    let read = rig.reconciler.poll_action(rig.now);
    assert!(matches!(read, Some(ipvs_netlink::Action::ReadServices(_))));
    rig.reconciler.handle_services(rig.now, Ok(rig.kernel.read(None)));
    let Some(ipvs_netlink::Action::Apply(commands)) = rig.reconciler.poll_action(rig.now) else {
        panic!("a deletion")
    };
    rig.kernel.apply(&commands[0]).expect("it is there");
    rig.reconciler.handle_results(rig.now, Vec::new());
    rig.live_until(at(3));
    assert_eq!(rig.events().last(), Some(&drained(2, DrainEnd::Empty, counted(0))));
}

#[test]
fn a_thousand_drains_cost_one_read_an_interval() {
    let reals = (0..250).map(|host| (real(host), weighing(1))).collect::<Vec<_>>();
    let there = Table::from_iter((1..5).map(|host| (tcp(host), service("rr"), reals.clone())));
    let mut rig = Rig::new(&there, &there, config());
    rig.run();
    for host in 1..5 {
        (0..250).for_each(|to| rig.kernel.serve(tcp(host), to, 1, 0));
    }
    rig.reconciler.set_desired(Table::new());
    rig.run();
    assert_eq!(rig.reconciler.draining().count(), 1000);
    let before = rig.reads;
    rig.live_until(at(50) + Duration::from_millis(1));
    assert!((50..=52).contains(&(rig.reads - before)), "{}", rig.reads - before);
    rig.live_until(at(101));
    assert!(rig.kernel.services.is_empty());
}

#[test]
fn a_service_is_not_deleted_as_empty_because_one_read_missed_its_destination() {
    let there = table(tcp(1), "rr", &[(1, 0)]);
    let mut rig = Rig::new(&there, &Table::new(), config());
    rig.kernel.serve(tcp(1), 1, 1, 0);
    // The first read leaves it out; so does the first of two looks at a difference.
    let missed = || Ok(table(tcp(1), "rr", &[]).into());
    assert_eq!(rig.reconciler.poll_action(rig.now), Some(ipvs_netlink::Action::ReadTable));
    rig.reconciler.handle_table(rig.now, missed());
    rig.run();
    assert_eq!(rig.commands(), [""; 0]);
    rig.now = at(1);
    let _look = rig.reconciler.poll_action(rig.now).expect("the counters");
    rig.kernel.set_weight(tcp(1), 1, 5);
    rig.reconciler.handle_services(rig.now, Ok(rig.kernel.read(None)));
    let _again = rig.reconciler.poll_action(rig.now).expect("a second look");
    rig.reconciler.handle_services(rig.now, missed());
    rig.run();
    assert_eq!(rig.commands(), ["=s1d1 0"]);
}

#[test]
fn one_destination_that_vanished_says_nothing_about_its_neighbours() {
    let there = table(tcp(1), "rr", &[(1, 1), (2, 1)]);
    let mut rig = Rig::new(&there, &there, config());
    rig.run();
    rig.kernel.serve(tcp(1), 1, 1, 0);
    rig.kernel.services.get_mut(&tcp(1)).expect("it").1.remove(&real(2));
    rig.reconciler.release_destination(&tcp(1), &real(1));
    rig.reconciler.release_destination(&tcp(1), &real(2));
    rig.live_until(at(50));
    assert_eq!(rig.commands(), ["=s1d1 0", "=s1d2 0"]);
    assert_eq!(rig.kernel.weight(tcp(1), 1), Some(0));
}
