//! The same over the octets of a fake kernel, as a user drives it.

use core::time::Duration;
use std::sync::{Arc, Mutex};

use ipvs_netlink::{
    Client, Command, Connections, Drain, DrainEnd, DrainRules, Event, FakeKernel, FakeSocket, Object,
    Reconciler, ReconcilerConfig, Scope, Table, Transport,
};

use super::kernel::*;

fn step<T: Transport>(reconciler: &mut Reconciler, client: &mut Client<T>, now: Duration) -> Vec<Event> {
    while let Some(action) = reconciler.poll_action(now) {
        let answer = client.run(action.errand());
        reconciler.handle(now, answer);
    }
    core::iter::from_fn(|| reconciler.poll_event()).collect()
}

fn big() -> Table {
    let keys = (0..100).flat_map(|host| (80..90).map(move |port| ([192, 0, 2, host], port)));
    let reals = || (0..10).map(|host| (real(host), weighing(1)));
    Table::from_iter(
        keys.map(|address| (ipvs_netlink::ServiceKey::tcp(address.into()), service("wlc"), reals())),
    )
}

#[test]
fn a_thousand_services_are_restored_verified_and_taken_away_again() {
    let mut client = Client::over(FakeKernel::new()).expect("a family");
    let mut reconciler = Reconciler::new(Scope::everything(), ReconcilerConfig::default());
    reconciler.set_desired(big());
    let events = step(&mut reconciler, &mut client, at(0));
    assert_eq!(events, [Event::Adopted { services: 0, stale: 0, foreign: 0 }]);
    assert!(reconciler.is_settled());
    assert_eq!(client.table(), Ok(big()));
    reconciler.set_desired(Table::new());
    assert_eq!(step(&mut reconciler, &mut client, at(1)), []);
    assert_eq!(client.table(), Ok(Table::new()));
}

#[test]
fn answers_that_overran_the_socket_are_made_up_for_by_reading() {
    let mut client = Client::over(FakeKernel::new()).expect("a family");
    let mut reconciler = Reconciler::new(Scope::everything(), ReconcilerConfig::default());
    reconciler.set_desired(table(tcp(1), "rr", &[(1, 1), (2, 2)]));
    let Some(action) = reconciler.poll_action(at(0)) else { panic!("a read") };
    reconciler.handle(at(0), client.run(action.errand()));
    client.transport_mut().lose_answers(1);
    let events = step(&mut reconciler, &mut client, at(0));
    assert!(
        matches!(events[..], [Event::Adopted { .. }, Event::Unanswered { commands: 3, .. }]),
        "{events:?}"
    );
    assert_eq!(step(&mut reconciler, &mut client, at(1)), []);
    assert!(reconciler.is_settled());
    assert_eq!(client.table().as_ref(), Ok(reconciler.desired()));
}

#[test]
fn a_refusal_of_the_kernel_arrives_with_its_reason() {
    let mut client = Client::over(FakeKernel::new().without_module("ip_vs_mh")).expect("a family");
    let mut reconciler = Reconciler::new(Scope::everything(), ReconcilerConfig::default());
    reconciler.set_desired(table(tcp(1), "mh", &[(1, 1)]));
    let events = step(&mut reconciler, &mut client, at(0));
    let [Event::Adopted { .. }, Event::Refused { key, error, attempts: 1, .. }] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!((*key, error.reason()), (Object::Service(tcp(1)), Some(ipvs_netlink::Reason::NoSuchModule)));
}

#[test]
fn two_clients_of_one_kernel_fight_and_drain() {
    let kernel = Arc::new(Mutex::new(FakeKernel::new()));
    let mut client = Client::over(FakeSocket::open(&kernel)).expect("a family");
    let mut other = Client::over(FakeSocket::open(&kernel)).expect("a family");
    let drains = DrainRules::all(Drain::default());
    let config = ReconcilerConfig { drains, ..ReconcilerConfig::default() };
    let mut reconciler = Reconciler::new(Scope::everything(), config);
    reconciler.set_desired(table(tcp(1), "rr", &[(1, 1), (2, 1)]));
    step(&mut reconciler, &mut client, at(0));
    let mut told = Vec::new();
    for audit in 1..=3 {
        let destination = weighing(9);
        let taken = Command::SetDestination { service: tcp(1), key: real(1), destination };
        other.apply(&taken).expect("it exists");
        told.extend(step(&mut reconciler, &mut client, at(audit * 60)));
    }
    assert!(matches!(
        told[..],
        [Event::Drifted { .. }, Event::Drifted { .. }, Event::Contended { times: 3, .. }]
    ));

    let serving = Connections { active: 1, ..Connections::default() };
    let serve = |connections| {
        let mut kernel = kernel.lock().expect("no panic before");
        assert!(kernel.set_connections(&tcp(1), &real(2), connections));
    };
    serve(serving);
    reconciler.release_destination(&tcp(1), &real(2));
    let begun = step(&mut reconciler, &mut client, at(200));
    assert!(begun.iter().any(|event| matches!(event, Event::Draining { .. })), "{begun:?}");
    assert_eq!(other.table().expect("a table").destination(&tcp(1), &real(2)), Some(&weighing(0)));
    serve(Connections::default());
    let ended = step(&mut reconciler, &mut client, at(201));
    assert!(
        ended.iter().any(|event| matches!(event, Event::Drained { reason: DrainEnd::Empty, .. })),
        "{ended:?}"
    );
    assert_eq!(other.table().as_ref(), Ok(reconciler.desired()));
}
