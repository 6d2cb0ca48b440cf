//! Rules are read as they are written.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use core::num::{NonZeroU16, NonZeroU32};

use ipvs_netlink::{
    AddressFamily, Command, Destination, DestinationKey, ForwardMethod, Granularity, InterfaceName,
    Persistence, Protocol, SchedulerFlags, Service, ServiceKey, SyncDaemon, SyncRole, Timeouts, Tunnel,
    TunnelFlags,
};
use ipvsctl::{Dialect, NoNames, Operation, Rules, rules};
use proptest::prelude::*;

fn address() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        any::<u32>().prop_map(|bits| Ipv4Addr::from(bits).into()),
        any::<u128>().prop_map(|bits| Ipv6Addr::from(bits).into()),
        // The ones whose text is special: compressed, IPv4-compatible, IPv4-mapped.
        (any::<u32>(), prop_oneof![Just(0_u128), Just(0xffff_u128 << 32), Just(1 << 96)])
            .prop_map(|(low, high)| Ipv6Addr::from(high | u128::from(low)).into()),
    ]
}

fn socket() -> impl Strategy<Value = SocketAddr> {
    (address(), any::<u16>()).prop_map(|(address, port)| SocketAddr::new(address, port))
}

fn key() -> impl Strategy<Value = ServiceKey> {
    let protocol = prop_oneof![Just(Protocol::Tcp), Just(Protocol::Udp), Just(Protocol::Sctp)];
    let family = prop_oneof![Just(AddressFamily::V4), Just(AddressFamily::V6)];
    prop_oneof![
        (protocol, socket()).prop_map(|(protocol, address)| ServiceKey::Address { protocol, address }),
        (any::<NonZeroU32>(), family).prop_map(|(mark, family)| ServiceKey::FirewallMark { mark, family }),
    ]
}

/// A service that the kernel could hold under this key.
fn service(key: ServiceKey) -> impl Strategy<Value = Service> {
    let granularity = match key.family() {
        AddressFamily::V4 => any::<u32>().prop_map(|mask| Granularity::V4(mask.into())).boxed(),
        AddressFamily::V6 => (1..128_u8).prop_map(Granularity::V6).boxed(),
    };
    let granularity = prop_oneof![Just(Granularity::Host), granularity];
    let persistence = (1..=2_678_400_u32, granularity).prop_map(|(timeout_s, granularity)| Persistence {
        timeout_s,
        granularity: match granularity {
            Granularity::V4(Ipv4Addr::BROADCAST) => Granularity::Host,
            Granularity::Host | Granularity::V4(_) | Granularity::V6(_) => granularity,
        },
    });
    let scheduler = prop_oneof![Just("rr"), Just("sh"), Just("mh"), Just("none"), Just("fifteen-octets-")];
    let engine = proptest::option::of(Just("sip"));
    let (needs_persistence, may_be_one_packet) = match key {
        ServiceKey::Address { protocol, address } => (address.port() == 0, protocol == Protocol::Udp),
        ServiceKey::FirewallMark { .. } => (false, true),
    };
    (scheduler, 0..64_u32, proptest::option::of(persistence), any::<bool>(), engine).prop_map(
        move |(scheduler, flags, persistence, one_packet, engine)| {
            let anyhow = Persistence { timeout_s: 1, granularity: Granularity::Host };
            Service {
                scheduler_flags: SchedulerFlags::from_bits(flags),
                persistence: persistence.or(needs_persistence.then_some(anyhow)),
                one_packet: one_packet && may_be_one_packet,
                engine: engine.map(|engine| engine.parse().unwrap()),
                ..Service::new(scheduler.parse().unwrap())
            }
        },
    )
}

fn forward() -> impl Strategy<Value = ForwardMethod> {
    let checksum = 0..3_u16;
    prop_oneof![
        Just(ForwardMethod::Masquerade),
        Just(ForwardMethod::DirectRoute),
        Just(ForwardMethod::Tunnel(Tunnel::Ipip)),
        (any::<NonZeroU16>(), checksum.clone()).prop_map(|(port, flags)| {
            ForwardMethod::Tunnel(Tunnel::Gue { port, checksum: TunnelFlags(flags) })
        }),
        (0..2_u16).prop_map(|flags| ForwardMethod::Tunnel(Tunnel::Gre { checksum: TunnelFlags(flags) })),
    ]
}

/// A server that ipvsadm would take behind this service.
fn server(service: ServiceKey) -> impl Strategy<Value = (DestinationKey, Destination)> {
    let number = 0..=i32::MAX.unsigned_abs();
    (socket(), forward(), number.clone(), number.clone(), number).prop_map(
        move |(address, forward, weight, upper_threshold, lower_threshold)| {
            let other_family = AddressFamily::of(&address) != service.family();
            let forward = match other_family && !matches!(forward, ForwardMethod::Tunnel(_)) {
                true => ForwardMethod::Tunnel(Tunnel::Ipip),
                false => forward,
            };
            let port = match service {
                ServiceKey::Address { address: own, .. } if forward != ForwardMethod::Masquerade => {
                    own.port()
                }
                ServiceKey::Address { .. } | ServiceKey::FirewallMark { .. } => address.port(),
            };
            let destination = Destination { forward, weight, upper_threshold, lower_threshold };
            (SocketAddr::new(address.ip(), port).into(), destination)
        },
    )
}

fn daemon() -> impl Strategy<Value = SyncDaemon> {
    let role = prop_oneof![Just(SyncRole::Master), Just(SyncRole::Backup)];
    let group = prop_oneof![Just("224.0.0.90"), Just("ff02::5")];
    (
        role,
        any::<u8>(),
        proptest::option::of(1..=65_507_u16),
        proptest::option::of(group),
        proptest::option::of(1..=u16::MAX),
        proptest::option::of(1..=u8::MAX),
    )
        .prop_map(|(role, sync_id, max_len, group, port, ttl)| SyncDaemon {
            sync_id,
            max_len,
            group: group.map(|group| group.parse().unwrap()),
            port,
            ttl,
            ..SyncDaemon::new(role, InterfaceName::new("eth0.7").unwrap())
        })
}

fn command() -> impl Strategy<Value = Command> {
    let with_service = || key().prop_flat_map(|key| (Just(key), service(key)));
    let with_server = || key().prop_flat_map(|key| (Just(key), server(key)));
    let seconds = || proptest::option::of(1..=2_678_400_u32);
    prop_oneof![
        with_service().prop_map(|(key, service)| Command::NewService { key, service }),
        with_service().prop_map(|(key, service)| Command::SetService { key, service }),
        key().prop_map(|key| Command::DeleteService { key }),
        with_server().prop_map(|(service, (key, destination))| Command::NewDestination {
            service,
            key,
            destination
        }),
        with_server().prop_map(|(service, (key, destination))| Command::SetDestination {
            service,
            key,
            destination
        }),
        with_server().prop_map(|(service, (key, _))| Command::DeleteDestination { service, key }),
        key().prop_map(|key| Command::ZeroService { key }),
        Just(Command::Zero),
        Just(Command::Flush),
        (seconds(), seconds(), seconds())
            .prop_map(|(tcp_s, tcp_fin_s, udp_s)| Command::SetTimeouts(Timeouts { tcp_s, tcp_fin_s, udp_s })),
        daemon().prop_map(Command::StartSync),
        Just(Command::StopSync(SyncRole::Backup)),
    ]
}

proptest! {
    #[test]
    fn every_change_comes_back_from_its_rule(command in command()) {
        let mut text = String::new();
        Rules::new(Dialect::Lossless, &NoNames).command(&mut text, &command).unwrap();
        prop_assert_eq!(text.lines().count(), 1);
        let read = rules(&text, &NoNames).map(|rule| rule.unwrap()).collect::<Vec<_>>();
        prop_assert_eq!(&read[0].command, &command, "{}", text);
        prop_assert_eq!(read[0].notes.len(), 0);
    }

    #[test]
    fn no_line_makes_the_reader_panic(words in proptest::collection::vec(r"-{0,2}[A-Za-z0-9:.,\[\]=-]{0,12}", 0..8)) {
        let _ = Operation::parse(words.iter().map(String::as_str), &NoNames);
    }
}

#[test]
fn the_dialect_of_ipvsadm_leaves_out_what_ipvsadm_does() {
    let both = |command: &Command| {
        [Dialect::Ipvsadm, Dialect::Lossless].map(|dialect| {
            let mut text = String::new();
            Rules::new(dialect, &NoNames).command(&mut text, command).unwrap();
            text
        })
    };
    let key =
        ServiceKey::FirewallMark { mark: NonZeroU32::new(u32::MAX).unwrap(), family: AddressFamily::V4 };
    let flags = SchedulerFlags::SH_PORT.union(SchedulerFlags::SCHED3);
    let service = Service { scheduler_flags: flags, ..Service::new("sh".parse().unwrap()) };
    assert_eq!(
        both(&Command::NewService { key, service }),
        ["-A -f -1 -s sh -b sh-port\n", "-A -f 4294967295 -s sh -b sh-port,flag-3\n"]
    );
    let service = ServiceKey::tcp("192.0.2.1:80".parse().unwrap());
    let key = DestinationKey::new("10.0.0.1:80".parse().unwrap());
    let destination = Destination {
        upper_threshold: 9,
        lower_threshold: 3,
        ..Destination::new(ForwardMethod::Tunnel(Tunnel::Ipip))
    };
    assert_eq!(
        both(&Command::NewDestination { service, key, destination }),
        [
            "-a -t 192.0.2.1:80 -r 10.0.0.1:80 -i -w 1 --tun-type ipip\n",
            "-a -t 192.0.2.1:80 -r 10.0.0.1:80 -i -w 1 -x 9 -y 3 --tun-type ipip\n",
        ]
    );
}
