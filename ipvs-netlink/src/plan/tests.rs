use super::*;
use crate::destination::{Destination, DestinationKey};
use crate::forward::ForwardMethod;
use crate::scope::Fields;
use crate::service::{Service, ServiceKey};

fn service(host: u8) -> ServiceKey {
    ServiceKey::tcp(([192, 0, 2, host], 80).into())
}

fn real(host: u8) -> DestinationKey {
    DestinationKey::new(([198, 51, 100, host], 80).into())
}

fn weighing(weight: u32) -> Destination {
    Destination { weight, ..Destination::new(ForwardMethod::DirectRoute) }
}

/// Services by their host, each with destinations by host and weight.
type Services<'a> = &'a [(u8, &'a str, &'a [(u8, u32)])];

fn table(services: Services<'_>) -> Table {
    let entries = services.iter().map(|(host, scheduler, destinations)| {
        let destinations: Vec<_> =
            destinations.iter().map(|&(host, weight)| (real(host), weighing(weight))).collect();
        (service(*host), Service::new(scheduler.parse().unwrap()), destinations)
    });
    entries.collect()
}

/// The commands in words.
fn told(plan: &Plan) -> Vec<String> {
    let words = plan.to_string().replace("TCP 192.0.2.", "").replace("198.51.100.", "");
    words.lines().map(|line| line.replace(":80", "").replace("destination ", "")).collect()
}

#[test]
fn each_difference_costs_one_command() {
    #[rustfmt::skip]
    let cases: &[(&str, Services, Services, &[&str])] = &[
        ("equal", &[(1, "rr", &[(1, 1)])], &[(1, "rr", &[(1, 1)])], &[]),
        ("new service", &[], &[(1, "rr", &[(1, 1)])], &["add service 1", "add 1 of service 1"]),
        ("other scheduler", &[(1, "rr", &[(1, 1)])], &[(1, "lc", &[(1, 1)])], &["change service 1"]),
        ("weight", &[(1, "rr", &[(1, 1)])], &[(1, "rr", &[(1, 0)])], &["change 1 of service 1"]),
        ("swap", &[(1, "rr", &[(1, 1)])], &[(1, "rr", &[(2, 1)])], &["add 2 of service 1", "delete 1 of service 1"]),
        ("a service goes with all", &[(1, "rr", &[(1, 1), (2, 0)])], &[], &["delete service 1"]),
        ("additions of all come before removals of all",
            &[(1, "rr", &[(1, 1)]), (2, "rr", &[])], &[(1, "rr", &[]), (3, "rr", &[])],
            &["add service 3", "delete 1 of service 1", "delete service 2"]),
    ];
    for (name, current, desired, commands) in cases {
        let (current, desired) = (table(current), table(desired));
        let mut found = told(&Plan::between(&current, &desired, &Scope::everything()));
        found.pop();
        assert_eq!(found, *commands, "{name}");
    }
}

#[test]
fn the_important_come_first_and_removals_still_last() {
    let current = table(&[(1, "rr", &[(1, 1)]), (2, "rr", &[(1, 1)]), (4, "rr", &[])]);
    let desired = table(&[(1, "rr", &[(2, 1)]), (2, "rr", &[(2, 1)]), (3, "rr", &[])]);
    let scope = Scope::everything()
        .with_importance(service(2), 5)
        .with_importance(service(3), 9)
        .with_importance(service(4), 1);
    let mut found = told(&Plan::between(&current, &desired, &scope));
    found.pop();
    assert_eq!(
        found,
        [
            "add service 3",
            "add 2 of service 2",
            "add 2 of service 1",
            "delete 1 of service 2",
            "delete service 4",
            "delete 1 of service 1",
        ]
    );
}

#[test]
fn kept_fields_are_written_for_the_new_only() {
    let current = table(&[(1, "rr", &[(1, 7)])]);
    let desired = table(&[(1, "lc", &[(1, 1), (2, 3)])]);
    let scope = Scope::everything().keeping(Fields::WEIGHT | Fields::SCHEDULER);
    let commands = plan(&current, &desired, &scope);
    let added = Command::NewDestination { service: service(1), key: real(2), destination: weighing(3) };
    assert_eq!(commands, [added]);
}

#[test]
fn a_change_beside_a_kept_field_writes_the_kept_value() {
    let current = table(&[(1, "rr", &[(1, 7)])]);
    let mut desired = table(&[(1, "rr", &[])]);
    let wanted = Destination { upper_threshold: 100, ..weighing(1) };
    desired.insert_destination(service(1), real(1), wanted);
    let commands = plan(&current, &desired, &Scope::everything().keeping(Fields::WEIGHT));
    let destination = Destination { weight: 7, ..wanted };
    assert_eq!(commands, [Command::SetDestination { service: service(1), key: real(1), destination }]);
}

#[test]
fn what_is_not_ours_is_counted_and_left_alone() {
    let current = table(&[(1, "rr", &[(1, 1)]), (2, "rr", &[(1, 1)])]);
    let desired = table(&[(2, "lc", &[]), (3, "lc", &[])]);
    let found = Plan::between(&current, &desired, &Scope::nothing().with_service(service(1)));
    assert_eq!((found.foreign, found.beyond_scope, found.is_empty()), (1, 2, false));
    assert_eq!(
        told(&found),
        ["delete service 1", "1 command, 1 service of others untouched, 2 wanted outside of the scope"]
    );
}
