//! Tables by chance: what is planned and applied is what ipvsadm then prints.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use core::num::{NonZeroU16, NonZeroU32};

use ipvs_netlink::{
    AddressFamily, Client, Destination, DestinationKey, ForwardMethod, Granularity, Persistence, Protocol,
    SchedulerFlags, Scope, Service, ServiceKey, Table, Tunnel, TunnelFlags, plan,
};
use ipvsctl::{NoNames, desired};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::lab::{Lab, ipvsadm, one_in};

/// Few, so that tables overlap.
fn key() -> impl Strategy<Value = ServiceKey> {
    let protocol = prop_oneof![Just(Protocol::Tcp), Just(Protocol::Udp), Just(Protocol::Sctp)];
    let address = (any::<bool>(), 1..5_u8, prop_oneof![Just(0_u16), Just(80), Just(65_535)]).prop_map(
        |(v4, host, port)| {
            let ip: IpAddr = match v4 {
                true => Ipv4Addr::new(192, 0, 2, host).into(),
                false => Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, host.into()).into(),
            };
            SocketAddr::new(ip, port)
        },
    );
    prop_oneof![
        (protocol, address).prop_map(|(protocol, address)| ServiceKey::Address { protocol, address }),
        (1..4_u32, any::<bool>()).prop_map(|(mark, v4)| ServiceKey::FirewallMark {
            mark: NonZeroU32::new(mark).unwrap(),
            family: if v4 { AddressFamily::V4 } else { AddressFamily::V6 },
        }),
    ]
}

const SCHEDULERS: [&str; 13] =
    ["rr", "wrr", "lc", "wlc", "fo", "ovf", "lblc", "lblcr", "dh", "sh", "mh", "sed", "nq"];

/// Port 0 wants persistence; so it always gets one.
fn service(key: ServiceKey) -> impl Strategy<Value = Service> {
    let any_port = matches!(key, ServiceKey::Address { address, .. } if address.port() == 0);
    let bits = 1..=32_u32;
    let persistence = (1..100_000_u32, bits).prop_map(move |(timeout_s, bits)| {
        let granularity = match key.family() {
            AddressFamily::V4 => Granularity::V4(Ipv4Addr::from_bits(u32::MAX << (32 - bits))),
            AddressFamily::V6 => Granularity::V6(u8::try_from(bits * 4).unwrap()),
        };
        Persistence { timeout_s, granularity }
    });
    let flags = prop_oneof![
        Just(SchedulerFlags::NONE),
        Just(SchedulerFlags::SH_FALLBACK),
        Just(SchedulerFlags::SH_PORT),
        Just(SchedulerFlags::MH_FALLBACK.union(SchedulerFlags::MH_PORT)),
    ];
    let persistence = match any_port {
        true => persistence.prop_map(Some).boxed(),
        false => proptest::option::weighted(0.4, persistence).boxed(),
    };
    let scheduler = prop::sample::select(&SCHEDULERS[..]);
    (scheduler, persistence, any::<bool>(), flags).prop_map(move |(name, persistence, one_packet, flags)| {
        Service {
            persistence,
            // ipvsadm's own rule: for UDP and marks.
            one_packet: one_packet
                && !matches!(key, ServiceKey::Address { protocol: Protocol::Tcp | Protocol::Sctp, .. }),
            scheduler_flags: if matches!(name, "sh" | "mh") { flags } else { SchedulerFlags::NONE },
            ..Service::new(name.parse().unwrap())
        }
    })
}

fn forward() -> impl Strategy<Value = ForwardMethod> {
    let checksum = || prop_oneof![Just(TunnelFlags::NONE), Just(TunnelFlags::CHECKSUM)];
    let gue = (1..=u16::MAX, prop_oneof![checksum(), Just(TunnelFlags::REMOTE_CHECKSUM)])
        .prop_map(|(port, checksum)| Tunnel::Gue { port: NonZeroU16::new(port).unwrap(), checksum });
    prop_oneof![
        Just(ForwardMethod::Masquerade),
        Just(ForwardMethod::DirectRoute),
        Just(ForwardMethod::Tunnel(Tunnel::Ipip)),
        gue.prop_map(ForwardMethod::Tunnel),
        checksum().prop_map(|checksum| ForwardMethod::Tunnel(Tunnel::Gre { checksum })),
    ]
}

/// Of the service's family, or of the other one through a tunnel.
fn destination(key: ServiceKey) -> impl Strategy<Value = (DestinationKey, Destination)> {
    let weight = prop_oneof![Just(0_u32), 1..10_u32, Just(70_000), Just(i32::MAX.cast_unsigned())];
    (1..6_u8, any::<bool>(), forward(), weight, 0..3_u32, 0..3_u32).prop_map(
        move |(host, other, forward, weight, upper, lower)| {
            let other = other && matches!(forward, ForwardMethod::Tunnel(_));
            let v4 = (key.family() == AddressFamily::V4) != other;
            let ip: IpAddr = match v4 {
                true => Ipv4Addr::new(198, 51, 100, host).into(),
                false => Ipv6Addr::new(0x2001, 0xdb8, 1, 0, 0, 0, 0, host.into()).into(),
            };
            let port = match (key, forward) {
                (ServiceKey::FirewallMark { .. }, _) => 0,
                (ServiceKey::Address { .. }, ForwardMethod::Masquerade) => 8080,
                (ServiceKey::Address { address, .. }, _) => address.port(),
            };
            let lower_threshold = lower.min(upper);
            let wanted =
                Destination { weight, upper_threshold: upper, lower_threshold, ..Destination::new(forward) };
            (SocketAddr::new(ip, port).into(), wanted)
        },
    )
}

fn table() -> impl Strategy<Value = Table> {
    let entry = key().prop_flat_map(|key| (Just(key), service(key), vec(destination(key), 0..5)));
    vec(entry, 0..8).prop_map(|entries| {
        let mut table = Table::new();
        for (key, service, destinations) in entries {
            table.insert(key, service);
            for (to, destination) in destinations {
                table.insert_destination(key, to, destination);
            }
        }
        table
    })
}

/// Without thresholds, which `ipvsadm -Sn` does not print.
fn without_thresholds(table: &Table) -> Table {
    let mut plain = Table::new();
    for (key, service) in table.services() {
        plain.insert(*key, service.clone());
        for (to, destination) in table.destinations(key) {
            let unlimited = Destination { upper_threshold: 0, lower_threshold: 0, ..*destination };
            plain.insert_destination(*key, *to, unlimited);
        }
    }
    plain
}

#[test]
fn random_tables_are_what_ipvsadm_prints() {
    let Some(_lab) = Lab::enter() else { return };
    let mut runner = TestRunner::new(Config {
        cases: 60 / u32::try_from(one_in(3)).unwrap(),
        failure_persistence: None,
        ..Config::default()
    });
    // Each from the one before, not from nothing.
    let ran = runner.run(&table(), |wanted| {
        let mut client = Client::open().unwrap();
        let commands = plan(&client.table().unwrap(), &wanted, &Scope::everything());
        for (command, result) in commands.iter().zip(client.apply_all(&commands)) {
            prop_assert!(result.is_ok(), "{command:?}: {result:?}");
        }
        let text = ipvsadm("-Sn", "").out;
        let printed =
            desired(&text, &NoNames).map_err(|error| TestCaseError::fail(format!("{error}: {text}")))?;
        prop_assert_eq!(printed, without_thresholds(&wanted), "{}", text);
        prop_assert_eq!(client.table().unwrap(), wanted);
        Ok(())
    });
    ran.unwrap();
    Client::open().unwrap().apply(&ipvs_netlink::Command::Flush).unwrap();
}
