//! No octets panic; a plan reaches its goal and touches nothing else.
#![cfg(target_endian = "little")]
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test may panic")]

mod captures;

use core::net::{IpAddr, SocketAddr};
use core::num::NonZeroU32;

use ipvs_netlink::{
    AddressFamily, Batch, Change, Command, Conversation, Destination, DestinationChange, DestinationKey,
    FamilyId, Fields, ForwardMethod, Granularity, Listing, Object, Persistence, ReadTable, Scope, Service,
    ServiceChange, ServiceKey, Session, Table, Tunnel, plan,
};
use proptest::collection::vec;
use proptest::prelude::*;

/// Few keys, so that tables overlap.
fn key() -> impl Strategy<Value = ServiceKey> {
    prop_oneof![
        (0..4_u8, 80..82_u16).prop_map(|(host, port)| ServiceKey::tcp(([192, 0, 2, host], port).into())),
        (0..3_u16)
            .prop_map(|host| ServiceKey::udp((IpAddr::from([0x2001, 0, 0, 0, 0, 0, 0, host]), 53).into())),
        (1..4_u32, any::<bool>()).prop_map(|(mark, v4)| ServiceKey::FirewallMark {
            mark: NonZeroU32::new(mark).expect("not 0"),
            family: if v4 { AddressFamily::V4 } else { AddressFamily::V6 },
        }),
    ]
}

fn service() -> impl Strategy<Value = Service> {
    let persistence = proptest::option::of(1..3_u32);
    (prop_oneof![Just("rr"), Just("wlc")], persistence, any::<bool>()).prop_map(
        |(name, timeout, one_packet)| {
            let persistence =
                timeout.map(|timeout_s| Persistence { timeout_s, granularity: Granularity::Host });
            Service { persistence, one_packet, ..Service::new(name.parse().expect("a short name")) }
        },
    )
}

fn destination() -> impl Strategy<Value = (DestinationKey, Destination)> {
    let forward = prop_oneof![
        Just(ForwardMethod::Masquerade),
        Just(ForwardMethod::DirectRoute),
        Just(ForwardMethod::Tunnel(Tunnel::Ipip)),
    ];
    (0..5_u8, forward, 0..3_u32).prop_map(|(host, forward, weight)| {
        let address = SocketAddr::from(([198, 51, 100, host], 80));
        (address.into(), Destination { weight, ..Destination::new(forward) })
    })
}

prop_compose! {
    fn table()(entries in vec((key(), service(), vec(destination(), 0..5)), 0..8)) -> Table {
        let mut table = Table::new();
        for (key, service, destinations) in entries {
            table.insert(key, service);
            for (to, destination) in destinations {
                table.insert_destination(key, to, destination);
            }
        }
        table
    }
}

prop_compose! {
    fn scope()(all in prop::bool::weighted(0.2), prefix in 28..=32_u8, marks in 0..4_u32, keys in vec(key(), 0..3)) -> Scope {
        let scope = if all { Scope::everything() } else { Scope::nothing() };
        let scope = scope.with_prefix([192, 0, 2, 1].into(), prefix).with_marks(1..=marks);
        keys.into_iter().fold(scope, Scope::with_service)
    }
}

type Entry = (ServiceKey, Service, Vec<(DestinationKey, Destination)>);
type Flat = Vec<Entry>;

/// A table as plain lists, with only those services that `keep` wants.
fn flat(table: &Table, keep: impl Fn(&ServiceKey) -> bool) -> Flat {
    let kept = table.services().filter(|(key, _)| keep(key));
    kept.map(|(key, service)| {
        let destinations = table.destinations(key).map(|(to, destination)| (*to, *destination)).collect();
        (*key, service.clone(), destinations)
    })
    .collect()
}

/// What a kernel would do; every refusal fails the test.
fn apply(model: &mut Flat, command: &Command) {
    fn find<'a>(model: &'a mut Flat, key: &ServiceKey) -> Option<&'a mut Entry> {
        model.iter_mut().find(|entry| entry.0 == *key)
    }
    match command.clone() {
        Command::NewService { key, service } => {
            assert!(find(model, &key).is_none(), "EEXIST {key}");
            model.push((key, service, Vec::new()));
        }
        Command::SetService { key, service } => find(model, &key).expect("ESRCH").1 = service,
        Command::DeleteService { key } => {
            assert!(find(model, &key).is_some(), "ESRCH {key}");
            model.retain(|entry| entry.0 != key);
        }
        Command::NewDestination { service, key, destination } => {
            let entry = find(model, &service).expect("ESRCH");
            assert!(entry.2.iter().all(|(there, _)| *there != key), "EEXIST {key}");
            entry.2.push((key, destination));
        }
        Command::SetDestination { service, key, destination } => {
            let entry = find(model, &service).expect("ESRCH");
            entry.2.iter_mut().find(|(there, _)| *there == key).expect("ENOENT").1 = destination;
        }
        Command::DeleteDestination { service, key } => {
            let entry = find(model, &service).expect("ESRCH");
            assert!(entry.2.iter().any(|(there, _)| *there == key), "ENOENT {key}");
            entry.2.retain(|(there, _)| *there != key);
        }
        other @ (Command::Flush | _) => panic!("a plan never has {other:?}"),
    }
}

fn rebuilt(model: &Flat) -> Table {
    let mut table = Table::new();
    for (key, service, destinations) in model {
        table.insert(*key, service.clone());
        for (to, destination) in destinations {
            table.insert_destination(*key, *to, *destination);
        }
    }
    table
}

proptest! {
    #[test]
    fn a_plan_reaches_its_goal_and_touches_nothing_else(current in table(), desired in table(), scope in scope()) {
        let commands = plan(&current, &desired, &scope);
        let mut model = flat(&current, |_| true);
        for command in &commands {
            apply(&mut model, command);
        }
        let after = rebuilt(&model);
        let (ours, foreign) = (|key: &ServiceKey| scope.contains(key), |key: &ServiceKey| !scope.contains(key));
        prop_assert_eq!(flat(&after, ours), flat(&desired, ours));
        prop_assert_eq!(flat(&after, foreign), flat(&current, foreign));
        prop_assert_eq!(plan(&after, &desired, &scope), []);
        let removal = |command: &Command| {
            matches!(command, Command::DeleteService { .. } | Command::DeleteDestination { .. })
        };
        prop_assert!(commands.iter().map(removal).is_sorted(), "removals come last");
        // Equal by value or by being shared: the answer is the same.
        prop_assert_eq!(plan(&rebuilt(&flat(&current, |_| true)), &desired, &scope), commands);
        prop_assert_eq!(plan(&current, &current.clone(), &scope), []);
    }

    #[test]
    fn the_important_come_first_among_additions_and_among_removals(
        current in table(), desired in table(), important in vec((key(), 0..4_u8), 0..6),
    ) {
        let scope = Scope::everything();
        let scope = important.iter().fold(scope, |scope, (key, importance)| scope.with_importance(*key, *importance));
        let commands = plan(&current, &desired, &scope);
        let rank = |command: &Command| {
            let (Object::Service(key) | Object::Destination { service: key, .. }) = command.object() else {
                panic!("a plan is about services")
            };
            let removes =
                matches!(command, Command::DeleteService { .. } | Command::DeleteDestination { .. });
            (removes, core::cmp::Reverse(scope.importance(&key)))
        };
        prop_assert!(commands.iter().map(rank).is_sorted());
        let plain = plan(&current, &desired, &Scope::everything());
        prop_assert_eq!(commands.len(), plain.len());
        prop_assert!(plain.iter().all(|command| commands.contains(command)));
    }

    #[test]
    fn kept_fields_stay_and_all_others_become_as_wanted(
        current in table(), desired in table(),
        weight in any::<bool>(), forward in any::<bool>(), persistence in any::<bool>(),
    ) {
        let chosen = [(weight, Fields::WEIGHT), (forward, Fields::FORWARD), (persistence, Fields::PERSISTENCE)];
        let fields = chosen.iter().filter(|(kept, _)| *kept).fold(Fields::NONE, |all, (_, field)| all | *field);
        let scope = Scope::everything().keeping(fields);
        let mut model = flat(&current, |_| true);
        for command in &plan(&current, &desired, &scope) {
            apply(&mut model, command);
        }
        let after = rebuilt(&model);
        prop_assert_eq!(plan(&after, &desired, &scope), []);
        prop_assert_eq!(after.len(), desired.len());
        prop_assert_eq!(after.destination_count(), desired.destination_count());
        for (key, service) in desired.services() {
            let mut wanted = service.clone();
            if let Some(there) = current.get(key).filter(|_| persistence) {
                wanted.persistence = there.persistence;
            }
            prop_assert_eq!(after.get(key), Some(&wanted));
            for (to, destination) in desired.destinations(key) {
                let mut wanted = *destination;
                if let Some(there) = current.destination(key, to) {
                    wanted.weight = if weight { there.weight } else { wanted.weight };
                    wanted.forward = if forward { there.forward } else { wanted.forward };
                }
                prop_assert_eq!(after.destination(key, to), Some(&wanted));
            }
        }
    }

    #[test]
    fn no_octets_panic(octets in vec(any::<u8>(), 0..200)) {
        feed_everywhere(&octets);
    }

    #[test]
    fn no_changed_capture_panics(which in 0..21_usize, changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4), cut in any::<prop::sample::Index>()) {
        use captures::*;
        let captured = [
            GOT_TCP, GOT_UDP6, GOT_MARK, GOT_SIP, GOT_NAT, GOT_ROUTE, GOT_GUE, GOT_GRE, GOT_MIXED, GOT_COUNTED,
            NEW_TCP, NEW_UDP6, NEW_MARK, NEW_SIP, DEST_NAT, DEST_ROUTE, DEST_GUE, DEST_GRE, DEST_MIXED, DUMP_TCP, DUMP_MARK,
        ];
        let mut octets = message(0x1c, 1, captured.get(which).expect("21 captures"));
        for (place, value) in changes {
            if let Some(octet) = { let index = place.index(octets.len()); octets.get_mut(index) } {
                *octet = value;
            }
        }
        feed_everywhere(&octets);
        octets.truncate(cut.index(octets.len()));
        feed_everywhere(&octets);
    }
}

fn feed_everywhere(octets: &[u8]) {
    fn feed<C: Conversation>(mut conversation: C, datagrams: &[Vec<u8>]) {
        let mut session = Session::new(FamilyId(1));
        for datagram in datagrams {
            let _asked = conversation.ask(&mut session, &mut Vec::new());
            let _answered = conversation.feed(datagram);
        }
        let _answer = conversation.answer();
    }
    let key = ServiceKey::tcp(([192, 0, 2, 1], 80).into());
    let real = SocketAddr::from(([198, 51, 100, 1], 80)).into();
    let framed = [octets.to_vec(), captures::message(0x1c, 1, octets), captures::message(2, 1, octets)];
    for count in 1..=framed.len() {
        let datagrams = &framed[framed.len() - count..];
        feed(Batch::new(vec![Command::Flush; 2]), datagrams);
        feed(Listing::services(), datagrams);
        feed(Listing::service(key), datagrams);
        feed(Listing::destinations(key), datagrams);
        feed(Listing::info(), datagrams);
        feed(Listing::timeouts(), datagrams);
        feed(Listing::daemons(), datagrams);
        feed(Listing::family(), datagrams);
        feed(ReadTable::new(), datagrams);
        feed(ReadTable::of(&[key]), datagrams);
        feed(Change::service(key, ServiceChange::default()), datagrams);
        feed(Change::destination(key, real, DestinationChange::default()), datagrams);
    }
}
