//! Reading, writing, other writers, refusals.

use core::time::Duration;

use ipvs_netlink::{
    Action, Command, Error, Event, Fields, Found, Object, ObservedTable, Operation, Reconciler,
    ReconcilerConfig, Scope, Table,
};

use super::kernel::*;

fn config() -> ReconcilerConfig {
    ReconcilerConfig::default()
}

const fn destination(host: u8) -> impl Fn() -> Object {
    move || Object::Destination { service: tcp(1), key: real(host) }
}

#[test]
fn the_first_read_adopts_what_is_there_and_plans_the_rest() {
    let mut there = table(tcp(1), "rr", &[(1, 1), (2, 1)]);
    there.extend([(tcp(2), service("rr"), vec![]), (tcp(9), service("rr"), vec![])]);
    let desired = table(tcp(1), "rr", &[(1, 1), (3, 1)]);
    let scope = Scope::nothing().with_service(tcp(1)).with_service(tcp(2));
    let mut rig = Rig::scoped(&there, &desired, scope, config());
    rig.run();
    assert_eq!(rig.commands(), ["+s1d3 1", "-s1d2", "-s2"]);
    assert_eq!(rig.events(), [Event::Adopted { services: 1, stale: 1, foreign: 1 }]);
    assert!(rig.reconciler.is_settled());
    assert_eq!((rig.reconciler.foreign(), rig.kernel.services.len()), (1, 2));
    assert_eq!(*rig.reconciler.known(), desired);
    assert_eq!(rig.reconciler.poll_timeout(), Some(at(60)));
}

#[test]
fn nothing_is_done_before_a_review() {
    let desired = table(tcp(1), "rr", &[(1, 1)]);
    let mut rig = Rig::new(&Table::new(), &desired, ReconcilerConfig { review: true, ..config() });
    rig.live_until(at(200));
    assert_eq!(rig.commands(), [""; 0]);
    let plan = rig.reconciler.preview(rig.now);
    assert_eq!(plan.commands.iter().map(words).collect::<Vec<_>>(), ["+s1", "+s1d1 1"]);
    rig.reconciler.approve();
    rig.run();
    assert_eq!(rig.commands(), ["+s1", "+s1d1 1"]);
    assert_eq!(rig.kernel.table(), desired);
}

#[test]
fn a_change_costs_its_command_and_one_read_of_its_service() {
    let mut desired = table(tcp(1), "rr", &[(1, 1), (2, 1)]);
    desired.extend((2..200).map(|host| (tcp(host), service("rr"), vec![(real(1), weighing(1))])));
    let mut rig = Rig::new(&desired, &desired, config());
    rig.run();
    assert_eq!((rig.commands().len(), rig.reads), (0, 1));
    rig.reconciler.want_destination(tcp(1), real(2), weighing(5));
    let action = rig.reconciler.poll_action(rig.now).expect("a command");
    let Action::Apply(commands) = action else { panic!("{action:?}") };
    assert_eq!(commands.iter().map(words).collect::<Vec<_>>(), ["=s1d2 5"]);
    assert_eq!(rig.reconciler.poll_action(rig.now), None, "one action at a time");
    assert_eq!(rig.reconciler.poll_timeout(), None);
    rig.kernel.set_weight(tcp(1), 2, 5);
    rig.reconciler.handle_results(rig.now, vec![Ok(())]);
    assert_eq!(rig.reconciler.poll_action(rig.now), Some(Action::ReadServices([tcp(1)].into())));
    rig.reconciler.handle_services(rig.now, Ok(rig.kernel.read(Some(&[tcp(1)]))));
    assert!(rig.reconciler.is_settled());
    // The same table again is no change.
    let same = rig.reconciler.desired().clone();
    rig.reconciler.set_desired(same);
    assert_eq!(rig.reconciler.poll_action(rig.now), None);
}

#[test]
fn what_was_reached_without_us_is_no_error() {
    let desired = table(tcp(1), "rr", &[(1, 1)]);
    let mut rig = Rig::new(&Table::new(), &desired, config());
    // Somebody does all of it between the read and the commands.
    let Some(Action::ReadTable) = rig.reconciler.poll_action(rig.now) else { panic!("a read comes first") };
    rig.reconciler.handle_table(rig.now, Ok(rig.kernel.read(None)));
    rig.kernel = Kernel::with(&desired);
    rig.run();
    assert_eq!(rig.commands(), ["+s1", "+s1d1 1"]);
    rig.kernel = Kernel::default();
    rig.reconciler.release(&tcp(1));
    rig.run();
    assert_eq!(rig.commands(), ["-s1"]);
    assert_eq!(rig.events().len(), 1, "adoption only");
    assert!(rig.reconciler.is_settled());
}

#[test]
fn an_addition_that_exists_with_other_values_is_corrected() {
    let desired = table(tcp(1), "rr", &[(1, 1)]);
    let mut rig = Rig::new(&Table::new(), &desired, config());
    let _first = rig.reconciler.poll_action(rig.now);
    rig.reconciler.handle_table(rig.now, Ok(ObservedTable::new()));
    rig.kernel = Kernel::with(&table(tcp(1), "lc", &[(1, 7)]));
    rig.run();
    assert_eq!(rig.commands(), ["+s1", "+s1d1 1", "=s1 rr", "=s1d1 1"]);
    assert_eq!(rig.kernel.table(), desired);
}

#[test]
fn drift_is_found_by_the_audit_told_by_key_and_repaired() {
    let desired = table(tcp(1), "rr", &[(1, 1), (2, 1), (3, 1)]);
    let mut rig = Rig::new(&desired, &desired, config());
    rig.run();
    rig.kernel.set_weight(tcp(1), 1, 9);
    rig.kernel.services.get_mut(&tcp(1)).expect("it").1.remove(&real(2));
    rig.kernel.apply(&Command::NewService { key: tcp(7), service: service("rr") }).expect("room");
    rig.live_until(at(60));
    let drifted = |key, found| Event::Drifted { key, found };
    let events = rig.events();
    assert_eq!(
        events.get(1..).expect("adoption first"),
        [
            drifted(destination(1)(), Found::Changed),
            drifted(destination(2)(), Found::Missing),
            drifted(Object::Service(tcp(7)), Found::Extra),
        ]
    );
    assert_eq!(rig.commands(), ["=s1d1 1", "+s1d2 1", "-s7"]);
    assert_eq!(rig.kernel.table(), desired);
}

#[test]
fn what_one_read_alone_misses_is_neither_told_nor_repaired() {
    let desired = table(tcp(1), "rr", &[(1, 1), (2, 1)]);
    let mut rig = Rig::new(&desired, &desired, config());
    rig.run();
    rig.now = at(60);
    assert_eq!(rig.reconciler.poll_action(rig.now), Some(Action::ReadTable));
    let disturbed = table(tcp(1), "rr", &[(2, 1)]);
    rig.reconciler.handle_table(rig.now, Ok(disturbed.into()));
    rig.run();
    assert_eq!(rig.commands(), [""; 0]);
    assert_eq!((rig.reads, rig.events().len()), (2, 1));
    assert!(rig.reconciler.is_settled());
}

#[test]
fn an_operators_weight_is_adopted_and_everything_else_is_ours() {
    let desired = table(tcp(1), "rr", &[(1, 1)]);
    let scope = Scope::everything().keeping(Fields::WEIGHT);
    let mut rig = Rig::scoped(&desired, &desired, scope, config());
    rig.run();
    rig.kernel.set_weight(tcp(1), 1, 50);
    rig.kernel.services.get_mut(&tcp(1)).expect("it").0 = service("lc");
    rig.live_until(at(60));
    assert_eq!(rig.commands(), ["=s1 rr"]);
    assert_eq!(rig.kernel.weight(tcp(1), 1), Some(50));
    assert_eq!(rig.events().len(), 2, "adoption, and drift of the service");
}

#[test]
fn a_fight_is_told_and_slowed_down_and_its_end_is_told() {
    let desired = table(tcp(1), "rr", &[(1, 1)]);
    let mut rig = Rig::new(&desired, &desired, config());
    for second in 0..3600 {
        rig.live_until(at(second));
        rig.kernel.set_weight(tcp(1), 1, 9);
    }
    // 3 audits until patience ends, then 1, 2, 4 … 300 s: each found by the next audit.
    let commands = rig.commands().len();
    assert!((12..=30).contains(&commands), "{commands} in an hour");
    let events = rig.events();
    let times: Vec<u32> = events
        .iter()
        .filter_map(|event| match event {
            Event::Contended { key, times } if *key == destination(1)() => Some(*times),
            _ => None,
        })
        .collect();
    assert_eq!(times.first(), Some(&3));
    assert!(times.is_sorted() && times.len() < 30, "{times:?}");
    // The other one stops.
    rig.live_until(at(3600 + 300 + 120 + 60));
    assert_eq!(rig.kernel.table(), desired);
    assert_eq!(rig.events().last(), Some(&Event::ContentionEnded { key: destination(1)() }));
    // Later trouble starts with patience again.
    rig.kernel.set_weight(tcp(1), 1, 9);
    rig.live_until(at(4200));
    assert!(matches!(rig.events()[..], [Event::Drifted { .. }]));
}

#[test]
fn the_end_of_a_fight_is_looked_for_even_without_audits() {
    let desired = table(tcp(1), "rr", &[(1, 1)]);
    let mut rig = Rig::new(&desired, &desired, ReconcilerConfig { audit: None, ..config() });
    rig.run();
    rig.reconciler.want_destination(tcp(1), real(1), weighing(2));
    // Somebody is there right after each of four writes.
    let mut left = 4;
    while left > 0 {
        match rig.reconciler.poll_action(rig.now) {
            Some(Action::Apply(commands)) => {
                left -= 1;
                rig.reconciler.handle_results(rig.now, commands.iter().map(|_| Ok(())).collect());
                rig.kernel.set_weight(tcp(1), 1, 9);
            }
            Some(_) => rig.reconciler.handle_services(rig.now, Ok(rig.kernel.read(None))),
            None => rig.now = rig.reconciler.poll_timeout().expect("a repair"),
        }
    }
    rig.live_until(rig.now + at(2));
    let repaired = rig.now;
    assert_eq!(rig.kernel.weight(tcp(1), 1), Some(2));
    rig.live_until(repaired + at(119));
    assert!(!rig.events().iter().any(|event| matches!(event, Event::ContentionEnded { .. })));
    rig.live_until(repaired + at(120));
    assert_eq!(rig.events(), [Event::ContentionEnded { key: destination(1)() }]);
    assert_eq!(rig.reconciler.poll_timeout(), None, "nothing is left to wait for");
}

#[test]
fn a_kernel_that_accepts_and_never_keeps_does_not_make_us_spin() {
    let mut reconciler = Reconciler::new(Scope::everything(), config());
    reconciler.set_desired(table(tcp(1), "rr", &[(1, 1)]));
    let (mut now, mut batches, mut contended) = (Duration::ZERO, 0, 0);
    while now < at(3600) {
        while let Some(action) = reconciler.poll_action(now) {
            match action {
                Action::ReadTable => reconciler.handle_table(now, Ok(ObservedTable::new())),
                Action::ReadServices(_) => reconciler.handle_services(now, Ok(ObservedTable::new())),
                Action::Apply(commands) => {
                    batches += 1;
                    reconciler.handle_results(now, vec![Ok(()); commands.len()]);
                }
            }
        }
        while let Some(event) = reconciler.poll_event() {
            contended += i32::from(matches!(event, Event::Contended { key: Object::Service(_), .. }));
        }
        now = reconciler.poll_timeout().expect("it goes on").max(now);
    }
    // At once twice, after 1, 2, 4 … 256 s, then every 300.
    assert!((12..25).contains(&batches), "{batches} in an hour");
    assert_eq!(contended, batches - 2);
}

#[test]
fn a_new_wish_for_a_contended_key_is_tried_at_once() {
    let desired = table(tcp(1), "rr", &[(1, 1)]);
    let mut rig = Rig::new(&desired, &desired, config());
    for second in 0..1000 {
        rig.live_until(at(second));
        rig.kernel.set_weight(tcp(1), 1, 9);
    }
    rig.commands();
    rig.reconciler.want_destination(tcp(1), real(1), weighing(0));
    rig.run();
    assert_eq!(rig.commands(), ["=s1d1 0"]);
}

#[test]
fn what_is_wrong_already_is_not_undone_once_more() {
    let desired = table(tcp(1), "rr", &[(1, 1)]);
    let mut rig = Rig::new(&desired, &desired, config());
    for second in 0..860 {
        rig.live_until(at(second));
        rig.kernel.set_weight(tcp(1), 1, 9);
    }
    // Seen by the audit of 840 s, it waits 256 s; somebody sets it to something else meanwhile.
    rig.events();
    rig.commands();
    rig.kernel.set_weight(tcp(1), 1, 8);
    rig.live_until(at(1095));
    assert_eq!(rig.reconciler.known().destination(&tcp(1), &real(1)), Some(&weighing(8)));
    assert_eq!((rig.events(), rig.commands()), (vec![], vec![]));
    rig.live_until(at(1096));
    assert_eq!(rig.commands(), ["=s1d1 1"]);
}

#[test]
fn others_keys_go_on_while_one_is_contended() {
    let desired = table(tcp(1), "rr", &[(1, 1), (2, 1)]);
    let mut rig = Rig::new(&desired, &desired, config());
    for second in 0..1000 {
        rig.live_until(at(second));
        rig.kernel.set_weight(tcp(1), 1, 9);
    }
    rig.commands();
    rig.reconciler.want_destination(tcp(1), real(2), weighing(3));
    rig.run();
    assert_eq!(rig.commands(), ["=s1d2 3"]);
}

#[test]
fn a_refusal_is_told_by_key_and_tried_again_ever_less_often() {
    let desired = table(tcp(1), "rr", &[(1, 1), (2, 1)]);
    let mut rig = Rig::new(&Table::new(), &desired, ReconcilerConfig { audit: None, ..config() });
    rig.refuse = |command| words(command).contains("d2").then_some(22);
    rig.live_until(at(100));
    let tries: Vec<u64> =
        rig.log.iter().filter(|(_, c)| words(c) == "+s1d2 1").map(|(at, _)| at.as_secs()).collect();
    assert_eq!(tries, [0, 1, 3, 7, 15, 31, 63]);
    let refused = rig.events().into_iter().filter_map(|event| match event {
        Event::Refused { key, attempts, pause, .. } if key == destination(2)() => {
            Some((attempts, pause.as_secs()))
        }
        _ => None,
    });
    assert_eq!(refused.collect::<Vec<_>>(), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 32), (7, 64)]);
    assert!(!rig.reconciler.is_settled());
    assert_eq!(rig.kernel.weight(tcp(1), 1), Some(1), "the rest is done");
    rig.refuse = |_| None;
    rig.live_until(at(127));
    assert!(rig.reconciler.is_settled());
}

#[test]
fn a_refused_service_is_one_refusal_and_not_one_for_each_destination() {
    let desired = table(tcp(1), "mh", &[(1, 1), (2, 1), (3, 1)]);
    let mut rig = Rig::new(&Table::new(), &desired, config());
    rig.refuse = |command| (command.operation() == Operation::NewService).then_some(2);
    rig.run();
    let events = rig.events();
    assert!(matches!(events[..], [Event::Adopted { .. }, Event::Refused { attempts: 1, .. }]), "{events:?}");
    rig.commands();
    rig.refuse = |_| None;
    rig.live_until(at(1));
    assert_eq!(rig.commands(), ["+s1", "+s1d1 1", "+s1d2 1", "+s1d3 1"]);
}

#[test]
fn a_new_wish_for_a_refused_key_is_tried_at_once() {
    let mut rig = Rig::new(&Table::new(), &table(tcp(1), "mh", &[]), config());
    rig.refuse = |command| (words(command) == "+s1").then_some(2);
    rig.run();
    rig.refuse = |_| None;
    rig.commands();
    rig.reconciler.set_desired(table(tcp(1), "rr", &[]));
    rig.run();
    assert_eq!(rig.commands(), ["+s1"]);
    assert!(rig.reconciler.is_settled());
}

#[test]
fn a_lost_answer_means_read_first_then_only_what_is_missing() {
    let desired = table(tcp(1), "rr", &[(1, 1), (2, 1)]);
    let mut rig = Rig::new(&Table::new(), &desired, config());
    let _read = rig.reconciler.poll_action(rig.now);
    rig.reconciler.handle_table(rig.now, Ok(ObservedTable::new()));
    let Some(Action::Apply(commands)) = rig.reconciler.poll_action(rig.now) else { panic!("commands") };
    // The kernel did two of three and the answers were lost.
    let lost =
        |command: &Command| Err(Error::Lost { operation: command.operation(), object: command.object() });
    for command in commands.iter().take(2) {
        rig.kernel.apply(command).expect("room");
    }
    rig.reconciler.handle_results(rig.now, commands.iter().map(lost).collect());
    assert!(matches!(rig.reconciler.poll_action(rig.now), Some(Action::ReadServices(_))));
    rig.reconciler.abandon(rig.now);
    rig.live_until(at(1));
    assert_eq!(rig.commands(), ["+s1d2 1"]);
    let events = rig.events();
    assert!(
        matches!(events[..], [Event::Adopted { .. }, Event::Unanswered { commands: 3, .. }]),
        "{events:?}"
    );
    assert!(rig.reconciler.is_settled());
}

#[test]
fn what_is_unknown_is_not_written_before_it_could_be_read() {
    let mut rig = Rig::new(&Table::new(), &table(tcp(1), "rr", &[(1, 1)]), config());
    let _read = rig.reconciler.poll_action(rig.now);
    rig.reconciler.handle_table(rig.now, Ok(ObservedTable::new()));
    let Some(Action::Apply(_)) = rig.reconciler.poll_action(rig.now) else { panic!("commands") };
    rig.reconciler.abandon(rig.now);
    for second in [0, 1, 3] {
        rig.now = at(second);
        let action = rig.reconciler.poll_action(rig.now);
        assert_eq!(action, Some(Action::ReadServices([tcp(1)].into())));
        let broken = Error::Socket { doing: "receive", errno: 105 };
        rig.reconciler.handle_services(rig.now, Err(broken));
    }
    rig.live_until(at(7));
    assert_eq!(rig.commands(), ["+s1", "+s1d1 1"]);
}

#[test]
fn answers_that_never_come_and_reads_that_fail_are_paced() {
    let mut reconciler = Reconciler::new(Scope::everything(), config());
    reconciler.set_desired(table(tcp(1), "rr", &[]));
    let broken = || Error::Socket { doing: "receive", errno: 105 };
    let mut now = Duration::ZERO;
    let mut actions = 0;
    while now < at(3600) {
        while let Some(action) = reconciler.poll_action(now) {
            actions += 1;
            match action {
                Action::ReadTable if now > at(600) => reconciler.handle_table(now, Ok(Table::new().into())),
                Action::ReadServices(_) if now > at(600) => {
                    reconciler.handle_services(now, Ok(Table::new().into()));
                }
                Action::ReadTable => reconciler.handle_table(now, Err(broken())),
                Action::ReadServices(_) => reconciler.handle_services(now, Err(broken())),
                Action::Apply(_) => reconciler.handle_results(now, vec![Err(broken())]),
            }
        }
        now = reconciler.poll_timeout().expect("it goes on").max(now);
    }
    assert!(actions < 150, "{actions} in an hour");
}

#[test]
fn additions_of_all_services_come_before_removals_and_the_important_first() {
    let there =
        Table::from_iter((1..200).map(|host| (tcp(host), service("rr"), vec![(real(1), weighing(1))])));
    let reals = || (2..14).map(|host| (real(host), weighing(1)));
    let desired = Table::from_iter((1..200).map(|host| (tcp(host), service("rr"), reals())));
    let scope = Scope::everything().with_importance(tcp(150), 9);
    let mut rig = Rig::scoped(&there, &desired, scope, config());
    rig.run();
    let commands = rig.commands();
    assert_eq!(commands.len(), 199 * 13);
    assert!(commands.iter().map(|command| command.starts_with('-')).is_sorted());
    assert!(commands.iter().take(12).all(|command| command.starts_with("+s150d")));
    assert_eq!(commands.get(199 * 12).map(String::as_str), Some("-s150d1"));
    assert_eq!(rig.kernel.table(), desired);
}

#[test]
fn a_new_scope_adopts_and_what_leaves_it_stays() {
    let mut desired = table(tcp(1), "rr", &[(1, 1)]);
    desired.insert(tcp(2), service("rr"));
    let scope = |host| Scope::nothing().with_service(tcp(host));
    let mut rig = Rig::scoped(&Table::new(), &desired, scope(1), config());
    rig.run();
    rig.reconciler.set_scope(scope(2));
    rig.run();
    assert_eq!(rig.commands(), ["+s1", "+s1d1 1", "+s2"]);
    assert_eq!(rig.kernel.services.len(), 2);
    rig.reconciler.release(&tcp(1));
    rig.reconciler.release(&tcp(2));
    rig.run();
    assert_eq!(rig.commands(), ["-s2"]);
}

#[test]
fn a_desired_weight_of_0_is_never_written_as_another() {
    let desired = table(tcp(1), "rr", &[(1, 0)]);
    let mut rig = Rig::new(&Table::new(), &desired, config());
    rig.run();
    rig.kernel.set_weight(tcp(1), 1, 5);
    rig.live_until(at(60));
    assert_eq!(rig.commands(), ["+s1", "+s1d1 0", "=s1d1 0"]);
}
