//! What a route or rule prints is read as the same route or rule.

#![expect(clippy::expect_used, reason = "what is not there is a failed test")]

use core::fmt::Display;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::num::NonZeroU64;
use core::time::Duration;

use kconf_parser::model::{
    AddressScope, Config, Encap, Hop, IpName, Lockable, MplsLabel, MplsLabels, NextHop, PortRange, Prefix,
    Realms, Route, RouteAddresses, RouteInsert, RouteMetrics, RouteTable, RouteType, RouterPreference, Rule,
    RuleAction, RuleAddresses, RuleLookup, RuleMark, Tracking, TunnelKey, UserRange,
};
use kconf_parser::{AssumePresent, lower, parse};
use proptest::option::of;
use proptest::prelude::*;

fn read(routes: &[Route], rules: &[Rule]) -> Config {
    let lines =
        |entries: &[&dyn Display]| entries.iter().map(|entry| format!("{entry}\n")).collect::<String>();
    let routes: Vec<&dyn Display> = routes.iter().map(|route| route as &dyn Display).collect();
    let rules: Vec<&dyn Display> = rules.iter().map(|rule| rule as &dyn Display).collect();
    let text = format!(
        "track_group TG {{\ngroup {{\nV\n}}\n}}\nstatic_routes {{\n{}}}\nstatic_rules {{\n{}}}\n",
        lines(&routes),
        lines(&rules)
    );
    lower(&parse("f", text.as_bytes()).tree, &AssumePresent).config
}

fn name() -> impl Strategy<Value = String> {
    // What is a number, a well-known name or a keyword is something else.
    "zz[a-z0-9_.#! -]{0,8}"
}

fn named<T: core::fmt::Debug + Clone>(number: impl Strategy<Value = T>) -> impl Strategy<Value = IpName<T>> {
    prop_oneof![4 => number.prop_map(IpName::Number), 1 => name().prop_map(IpName::Name)]
}

/// Not 0, which is as good as nothing.
fn octet() -> impl Strategy<Value = IpName<u8>> {
    named(1..=255_u8)
}

fn network4() -> impl Strategy<Value = Prefix<Ipv4Addr>> {
    (any::<Ipv4Addr>(), 0..=32_u8)
        .prop_filter_map("at most 32", |(address, len)| Prefix::<Ipv4Addr>::new(address, len))
}

fn network6() -> impl Strategy<Value = Prefix<Ipv6Addr>> {
    (any::<Ipv6Addr>(), 0..=128_u8)
        .prop_filter_map("at most 128", |(address, len)| Prefix::<Ipv6Addr>::new(address, len))
}

fn realms() -> impl Strategy<Value = Realms> {
    (of(octet()), octet()).prop_map(|(source, destination)| Realms { source, destination })
}

fn addresses() -> impl Strategy<Value = RouteAddresses> {
    let preference =
        prop::sample::select(vec![RouterPreference::Low, RouterPreference::Medium, RouterPreference::High]);
    let v4 = (network4(), of(any::<Ipv4Addr>()), of(realms()))
        .prop_map(|(destination, source, realms)| RouteAddresses::V4 { destination, source, realms });
    let v6 = (network6(), of(network6()), of(any::<Ipv6Addr>()), of(any::<u32>()), of(preference)).prop_map(
        |(destination, from, source, expires_s, preference)| RouteAddresses::V6 {
            destination,
            from,
            source,
            expires_s,
            preference,
        },
    );
    prop_oneof![v4, v6]
}

fn tunnel<A: core::fmt::Debug>(address: fn() -> BoxedStrategy<A>) -> impl Strategy<Value = TunnelKey<A>> {
    let parts = (
        any::<u64>(),
        of(address()),
        of(address()),
        of(named(0..=255_u8)),
        of(any::<u8>()),
        of(any::<u16>()),
    );
    parts.prop_map(|(id, destination, source, ds_field, hop_limit, flags)| TunnelKey {
        id: Some(id),
        destination,
        source,
        ds_field,
        hop_limit,
        flags,
    })
}

fn encap() -> impl Strategy<Value = Encap> {
    let label = || (0..=0xf_ffff_u32).prop_filter_map("20 bits", MplsLabel::new);
    prop_oneof![
        (label(), of(label())).prop_map(|(outer, inner)| Encap::Mpls(MplsLabels { outer, inner })),
        tunnel(|| any::<Ipv4Addr>().boxed()).prop_map(Encap::Ip),
        tunnel(|| any::<Ipv6Addr>().boxed()).prop_map(Encap::Ip6),
        any::<u64>().prop_map(Encap::Ila),
    ]
}

fn hop(v4: bool) -> impl Strategy<Value = Hop> {
    let via = if v4 {
        any::<Ipv4Addr>().prop_map(IpAddr::V4).boxed()
    } else {
        any::<Ipv6Addr>().prop_map(IpAddr::V6).boxed()
    };
    (of(via), of("e[a-z0-9.]{0,9}"), any::<bool>(), of(encap())).prop_map(|(via, dev, onlink, encap)| Hop {
        via,
        dev,
        onlink,
        encap,
    })
}

fn next_hops(v4: bool) -> impl Strategy<Value = Vec<NextHop>> {
    let next = (hop(v4), any::<u8>(), of(realms())).prop_map(move |(hop, weight_minus_1, realms)| NextHop {
        hop,
        weight_minus_1,
        realms: realms.filter(|_| v4),
    });
    prop::collection::vec(next, 0..3)
}

fn locked<T: core::fmt::Debug + Clone>(
    value: impl Strategy<Value = T>,
) -> impl Strategy<Value = Option<Lockable<T>>> {
    of((value, any::<bool>()).prop_map(|(value, locked)| Lockable { value, locked }))
}

fn time(unit_us: u32) -> impl Strategy<Value = Duration> {
    (200_000 / unit_us..=120_000_000 / unit_us)
        .prop_map(move |units| Duration::from_micros((units * unit_us).into()))
}

fn metrics() -> impl Strategy<Value = RouteMetrics> {
    let number = || locked(any::<u32>());
    let numbers = (number(), number(), number(), number(), number());
    let plain = (of(any::<u8>()), of(any::<u32>()), of(any::<u32>()), of(any::<u32>()));
    let times = (
        locked(time(RouteMetrics::RTT_UNIT_US)),
        locked(time(RouteMetrics::RTT_VARIANCE_UNIT_US)),
        locked(time(RouteMetrics::RTO_MIN_UNIT_US)),
    );
    let others = (any::<bool>(), of(any::<bool>()), locked(name()), of(any::<bool>()));
    (numbers, plain, times, others).prop_map(|(numbers, plain, times, others)| RouteMetrics {
        mtu: numbers.0,
        advertised_mss: numbers.1,
        reordering: numbers.2,
        congestion_window: numbers.3,
        slow_start_threshold: numbers.4,
        hop_limit: plain.0,
        window: plain.1,
        initial_congestion_window: plain.2,
        initial_receive_window: plain.3,
        rtt: times.0,
        rtt_variance: times.1,
        rto_min: times.2,
        ecn: others.0,
        quick_ack: others.1,
        congestion_control: others.2,
        fast_open_no_cookie: others.3,
    })
}

fn tracking<P: core::fmt::Debug + Clone + 'static>(
    protocol: BoxedStrategy<P>,
) -> impl Strategy<Value = Tracking<P>> {
    prop_oneof![Just(Tracking::Tracked), protocol.prop_map(|protocol| Tracking::Untracked { protocol })]
}

fn route() -> impl Strategy<Value = Route> {
    let table = prop_oneof![
        named(any::<u32>()).prop_map(RouteTable::Table),
        "v[a-z0-9]{0,9}".prop_map(RouteTable::Vrf)
    ];
    let insert = prop::sample::select(vec![RouteInsert::Prepend, RouteInsert::Append, RouteInsert::Add]);
    let scope = any::<u8>().prop_map(|number| IpName::Number(AddressScope::from_number(number)));
    let place =
        (any::<u8>().prop_map(RouteType::from_number), table, of(octet()), of(scope), of(any::<u32>()));
    let upkeep = (of(any::<bool>()), insert, tracking(named(any::<u8>()).boxed()), any::<bool>());
    (addresses(), place, metrics(), upkeep)
        .prop_flat_map(|parts| {
            let v4 = matches!(parts.0, RouteAddresses::V4 { .. });
            (Just(parts), hop(v4), next_hops(v4))
        })
        .prop_map(|((addresses, place, metrics, upkeep), hop, next_hops)| Route {
            track_group: (upkeep.3 && hop.dev.is_some()).then(|| "TG".to_owned()),
            kind: place.0,
            table: place.1,
            ds_field: place.2,
            scope: place.3,
            metric: place.4,
            hop,
            next_hops,
            metrics,
            ttl_propagate: upkeep.0,
            insert: upkeep.1,
            tracking: upkeep.2,
            addresses,
        })
}

fn action(v4: bool) -> impl Strategy<Value = RuleAction> {
    let lookup = (
        of(named(1..=u32::MAX)),
        of(0..=i32::MAX.unsigned_abs()),
        of(named(0..=i32::MAX.unsigned_abs())),
        of(realms()),
    );
    prop_oneof![
        4 => lookup.prop_map(move |(table, suppress_prefix_len, suppress_group, realms)| {
            let realms = realms.filter(|_| v4);
            RuleAction::Lookup(RuleLookup { table, suppress_prefix_len, suppress_group, realms })
        }),
        1 => Just(RuleAction::Goto(u32::MAX)),
        1 => prop::sample::select(vec![
            RuleAction::Nop,
            RuleAction::Blackhole,
            RuleAction::Unreachable,
            RuleAction::Prohibit,
        ]),
    ]
}

fn rule() -> impl Strategy<Value = Rule> {
    let networks = prop_oneof![
        (network4(), network4()).prop_map(|(from, to)| RuleAddresses::V4 { from, to }),
        Just(RuleAddresses::V4 { from: Prefix::<Ipv4Addr>::ALL, to: Prefix::<Ipv4Addr>::ALL }),
        (network6(), network6()).prop_map(|(from, to)| RuleAddresses::V6 { from, to }),
        Just(RuleAddresses::V6 { from: Prefix::<Ipv6Addr>::ALL, to: Prefix::<Ipv6Addr>::ALL }),
    ];
    let mark = (any::<u32>(), of(any::<u32>()));
    let mark =
        mark.prop_map(|(value, mask)| mask.map_or(RuleMark::new(value), |mask| RuleMark { value, mask }));
    let ports = || {
        let ports = (any::<u16>(), any::<u16>());
        of(ports.prop_map(|(a, b)| PortRange::new(a.min(b).max(1), a.max(b).max(1)).expect("in order")))
    };
    let users =
        (any::<u32>(), any::<u32>()).prop_filter_map("in order", |(a, b)| UserRange::new(a.min(b), a.max(b)));
    let protocol = prop_oneof![named(0..=127_u8), Just(IpName::Number(132))];
    let device = || of("e[a-z0-9.]{0,9}");
    let selectors =
        (any::<bool>(), of(octet()), of(mark), device(), device(), of(any::<NonZeroU64>()), of(users));
    let transport = (of(protocol), ports(), ports());
    let upkeep = (0..u32::MAX, tracking(any::<u8>().boxed()), any::<bool>());
    (networks, selectors, transport, upkeep)
        .prop_flat_map(|parts| {
            let v4 = matches!(parts.0, RuleAddresses::V4 { .. });
            (Just(parts), action(v4))
        })
        .prop_map(|((addresses, selectors, transport, upkeep), action)| Rule {
            track_group: (upkeep.2 && selectors.3.is_some()).then(|| "TG".to_owned()),
            invert: selectors.0,
            ds_field: selectors.1,
            mark: selectors.2,
            input: selectors.3,
            output: selectors.4,
            tunnel_id: selectors.5,
            users: selectors.6,
            ip_protocol: transport.0,
            source_ports: transport.1,
            destination_ports: transport.2,
            tracking: upkeep.1,
            ..Rule::new(addresses, upkeep.0, action)
        })
}

/// Words of both grammars and values that they may or may not take.
const SOUP: &str = "inet inet6 to src as via gw from tos dsfield table protocol scope metric dev oif onlink encap expires \
    mtu hoplimit advmss rtt rttvar window cwnd lock realms rto_min features ecn quickack congctl cubic pref low \
    ttl-propagate enabled add append or nexthop weight no_track track_group TG vrf blackhole unicast default default6 \
    all 10.0.0.0/8 10.0.0.1 2001:db8::/32 fe80::1 10.0.0.0/99 ip ip6 mpls ila id dst ttl tc flags 5 0x10 7/8 100/200 \
    1:2:3:4 -1 0 256 99999999999 300ms 0.5s main link lookup not preference goto nop fwmark suppress_prefixlength \
    sup_group iif tunnel-id uidrange 5-9 9-5 l3mdev ipproto tcp sctp sport dport type prohibit eth0 what";

fn soup() -> impl Strategy<Value = String> {
    let words: Vec<&str> = SOUP.split_whitespace().collect();
    prop::collection::vec(prop::sample::select(words), 1..14).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_printed_route_is_read_as_the_same_route(route in route()) {
        let routes = vec![route];
        prop_assert_eq!(&read(&routes, &[]).static_routes, &routes, "{}", routes[0]);
    }

    #[test]
    fn a_printed_rule_is_read_as_the_same_rule(rule in rule()) {
        let rules = vec![rule];
        prop_assert_eq!(&read(&[], &rules).static_rules, &rules, "{}", rules[0]);
    }

    #[test]
    fn whatever_is_accepted_is_printed_and_read_again(tail in soup(), head in 0..3_usize) {
        let head = ["", "10.0.0.0/8 ", "2001:db8::/32 "][head];
        let text = format!(
            "track_group TG {{\ngroup {{\nV\n}}\n}}\nstatic_routes {{\n{head}{tail}\n}}\nstatic_rules {{\ntable 5 preference 7 {tail}\n{tail}\n}}\n"
        );
        let config = lower(&parse("f", text.as_bytes()).tree, &AssumePresent).config;
        let again = read(&config.static_routes, &config.static_rules);
        prop_assert_eq!(again.static_routes, config.static_routes);
        prop_assert_eq!(again.static_rules, config.static_rules);
    }
}
