//! Routes and rules. What the kernel refuses was seen with Linux 6.18 and `ip route prepend`, which is what keepalived does.

use kconf_parser::{FactsTable, LintOptions, lint};

use super::{Addresses, codes, host, instance, node};

/// Codes of what is found in an instance with these routes, and these blocks around.
fn with_routes(routes: &str, around: &str) -> Vec<&'static str> {
    of_routing(&format!("{around}\n{}", instance(&format!("virtual_routes {{\n {routes}\n}}"))))
}

fn of_routing(text: &str) -> Vec<&'static str> {
    let mut codes = codes(text, None, &[]);
    codes.retain(|code| *code != "unused");
    codes
}

#[test]
fn routes_that_the_kernel_refuses_are_named() {
    #[rustfmt::skip]
    let cases: &[(&str, bool)] = &[
        ("blackhole 10.1.0.0/16 no_track via 192.0.2.9", true),
        ("blackhole 10.1.0.0/16 dev eth0", true),
        ("blackhole 10.1.0.0/16 no_track", false),
        ("unreachable 10.2.0.0/16 dev eth0", true),
        ("prohibit 10.3.0.0/16 dev eth0", true),
        ("throw 10.4.0.0/16 dev eth0", true),
        ("blackhole 10.9.0.0/16 no_track nexthop via 192.0.2.9", true),
        ("blackhole 2001:db8:1::/64 no_track via 2001:db8::9", false),
        ("blackhole 2001:db8:2::/64 dev eth0", false),
        ("10.5.0.0/16 no_track", true),
        ("2001:db8:3::/64 no_track", true),
        ("default no_track metric 10", true),
        ("multicast 224.0.0.0/4 no_track", true),
        ("10.6.0.0/16 dev eth0 via 192.0.2.9 scope link", true),
        ("10.6.0.0/16 dev eth0 via 192.0.2.9 scope host", true),
        ("10.6.0.0/16 dev eth0 via 192.0.2.9 scope site", false),
        ("10.6.1.0/24 dev eth0 scope host", false),
        ("2001:db8:77::/64 dev eth0 via 2001:db8::9 scope link", false),
        ("10.9.1.0/24 no_track scope link nexthop via 192.0.2.9", true),
        ("local 10.7.0.1/32 dev eth0", true),
        ("local 10.7.0.2/32 dev eth0 scope host", false),
        ("local 2001:db8:7::1/128 dev eth0", false),
        ("broadcast 10.7.0.3/32 dev eth0", true),
        ("broadcast 10.7.0.4/32 dev eth0 scope link", false),
        ("anycast 10.7.0.5/32 dev eth0", true),
        ("multicast 10.7.0.6/32 dev eth0", false),
        ("10.9.0.0/16 no_track via 203.0.113.1 onlink", true),
        ("10.9.0.0/16 dev eth0 via 203.0.113.1 onlink", false),
        ("10.9.0.0/16 no_track nexthop via 192.0.2.9 onlink", true),
        ("2001:db8:79::/64 no_track via 2001:db8::9 onlink", true),
        ("2001:db8:9::/64 no_track via fe80::1", true),
        ("2001:db8:9::/64 dev eth0 via fe80::1", false),
        ("2001:db8:9::/64 no_track nexthop via fe80::1 dev eth0 nexthop via fe80::2", true),
        ("10.31.0.0/16 no_track nexthop via 192.0.2.9 weight 1 nexthop via 192.0.2.10", false),
    ];
    for (route, refused) in cases {
        assert_eq!(with_routes(route, ""), vec!["route-refused"; usize::from(*refused)], "{route}");
    }
}

#[test]
fn of_routes_that_are_alike_one_counts() {
    let via = "10.11.0.0/16 dev eth0 via";
    #[rustfmt::skip]
    let cases: &[(String, usize)] = &[
        (format!("{via} 192.0.2.9\n{via} 192.0.2.9"), 1),
        (format!("{via} 192.0.2.9\n{via} 192.0.2.10"), 1),
        (format!("{via} 192.0.2.9\n{via} 192.0.2.9 mtu 1400"), 1),
        (format!("{via} 192.0.2.9\n{via} 192.0.2.10 append"), 1),
        (format!("{via} 192.0.2.9\n{via} 192.0.2.10 add"), 1),
        (format!("{via} 192.0.2.9\nblackhole 10.11.0.0/16 no_track"), 1),
        (format!("{via} 192.0.2.9\n{via} 192.0.2.9 metric 0"), 1),
        (format!("{via} 192.0.2.9\n{via} 192.0.2.9 table main"), 1),
        (format!("{via} 192.0.2.9\n{via} 192.0.2.10\n{via} 192.0.2.11"), 2),
        (format!("{via} 192.0.2.9\n{via} 192.0.2.10 metric 5"), 0),
        (format!("{via} 192.0.2.9\n{via} 192.0.2.10 table 7"), 0),
        (format!("{via} 192.0.2.9\n{via} 192.0.2.10 tos 0x20"), 0),
        (format!("{via} 192.0.2.9\n10.11.0.0/17 dev eth0 via 192.0.2.9"), 0),
        // Several gateways of one IPv6 destination are one route with several ways.
        ("2001:db8:c::/64 dev eth0 via 2001:db8::9\n2001:db8:c::/64 dev eth0 via 2001:db8::10".to_owned(), 0),
        ("2001:db8:c::/64 dev eth0 via 2001:db8::9\n2001:db8:c::/64 dev eth0 via 2001:db8::9".to_owned(), 1),
        ("2001:db8:c::/64 dev eth0 via 2001:db8::9\n2001:db8:c::/64 dev eth0 via 2001:db8::9 metric 1024".to_owned(), 1),
    ];
    for (routes, times) in cases {
        assert_eq!(with_routes(routes, ""), vec!["route-twice"; *times], "{routes}");
    }
}

/// An instance with these routes and rules.
fn named(name: &str, vrid: u8, routes: &str, rules: &str) -> String {
    format!(
        "vrrp_instance {name} {{\n interface eth0\n virtual_router_id {vrid}\n virtual_ipaddress {{ 192.0.2.{vrid}/24 }}\n \
         virtual_routes {{\n {routes}\n }}\n virtual_rules {{\n {rules}\n }}\n}}\n"
    )
}

/// Seen with keepalived 2.2.7: when the one goes to FAULT, the other stays master, with its address and without the route.
#[test]
fn a_route_that_two_have_is_taken_from_one_of_them() {
    let (route, other) = ("10.0.0.0/8 dev eth0 via 192.0.2.254", "10.0.0.0/8 dev eth0 via 192.0.2.253");
    let fixed = |route: &str| format!("static_routes {{\n {route}\n}}\n");
    let group = "vrrp_sync_group G {\n group {\n A\n B\n }\n}\n";
    #[rustfmt::skip]
    let cases: &[(String, &[&str])] = &[
        (named("A", 5, route, "") + &named("B", 6, route, ""), &["route-twice"]),
        (named("A", 5, route, "") + &named("B", 6, other, ""), &["route-twice"]),
        // They are master together, and the kernel takes the second for the first.
        (format!("{group}{}{}", named("A", 5, route, ""), named("B", 6, route, "")), &[]),
        (format!("{group}{}{}", named("A", 5, route, ""), named("B", 6, other, "")), &["route-twice"]),
        (fixed(route) + &named("A", 5, route, ""), &["route-twice"]),
        // While it is there it is used, and the static one otherwise.
        (fixed(route) + &named("A", 5, other, ""), &[]),
        (fixed(route) + &named("A", 5, &format!("{other} append"), ""), &["route-twice"]),
    ];
    for (text, want) in cases {
        assert_eq!(of_routing(text), *want, "{text}");
    }
}

#[test]
fn a_source_address_is_there_before_its_route() {
    let route = |source: &str| format!("10.0.0.0/8 dev eth0 via 192.0.2.254 src {source}");
    let fixed = |source: &str| format!("static_routes {{\n {}\n}}\n", route(source));
    let group = "vrrp_sync_group G {\n group {\n A\n B\n }\n}\n";
    let owner = |text: String| {
        text.replace("virtual_router_id 5", "virtual_router_id 5\n priority 255\n state MASTER")
    };
    let held = "static_ipaddress {\n 192.0.2.5/24 dev eth0\n}\n";
    #[rustfmt::skip]
    let cases: &[(String, &[&str])] = &[
        (named("A", 5, &route("192.0.2.5"), ""), &[]),
        (named("A", 5, &route("192.0.2.77"), ""), &[]),
        (named("A", 5, "", "") + &named("B", 6, &route("192.0.2.5"), ""), &["route-source-not-held"]),
        (format!("{group}{}{}", named("A", 5, "", ""), named("B", 6, &route("192.0.2.5"), "")), &[]),
        (fixed("192.0.2.5") + &named("A", 5, "", ""), &["route-source-not-held"]),
        (fixed("192.0.2.77") + &named("A", 5, "", ""), &[]),
        (fixed("192.0.2.5") + &owner(named("A", 5, "", "")), &[]),
        (format!("{held}{}", fixed("192.0.2.5")) + &named("A", 5, "", "").replace("192.0.2.5/24", "192.0.2.8/24"), &[]),
    ];
    for (text, want) in cases {
        assert_eq!(of_routing(text), *want, "{text}");
    }
    // Somebody has said what the host has.
    let text = named("A", 5, &route("192.0.2.77"), "");
    assert_eq!(codes(&text, None, &[("eth0", "192.0.2.77/24")]), [""; 0]);
    assert_eq!(codes(&text, None, &[("eth0", "192.0.2.78/24")]), ["route-source-not-held"]);
}

#[test]
fn a_gateway_is_another_host_on_a_known_network() {
    let route = |words: &str| named("A", 5, words, "").replace("192.0.2.5/24", "192.0.2.5");
    #[rustfmt::skip]
    let cases: &[(&str, Addresses<'_>, &[&str])] = &[
        ("10.0.0.0/8 dev eth0 via 192.0.2.5", &[], &["gateway-is-self"]),
        ("10.0.0.0/8 no_track nexthop via 192.0.2.5 nexthop via 192.0.2.9", &[], &["gateway-is-self"]),
        ("10.0.0.0/8 dev eth0 via 192.0.2.254", &[], &[]),
        ("10.0.0.0/8 dev eth0 via 192.0.2.254", &[("eth0", "192.0.2.2/24")], &[]),
        ("10.0.0.0/8 dev eth0 via 192.0.2.2", &[("eth0", "192.0.2.2/24")], &["gateway-is-self"]),
        ("10.0.0.0/8 dev eth0 via 192.0.2.254", &[("eth0", "192.0.2.2/25")], &["gateway-off-network"]),
        ("10.0.0.0/8 no_track via 192.0.2.254", &[("eth1", "192.0.2.2/24")], &[]),
        ("10.0.0.0/8 dev eth1 via 203.0.113.1", &[("eth1", "198.51.100.2/24")], &["gateway-off-network"]),
        // Nobody knows what is on eth2.
        ("10.0.0.0/8 dev eth2 via 203.0.113.1", &[("eth1", "198.51.100.2/24")], &[]),
        ("10.0.0.0/8 dev eth1 via 203.0.113.1 onlink", &[("eth1", "198.51.100.2/24")], &[]),
        ("203.0.113.0/24 dev eth1\n10.0.0.0/8 dev eth1 via 203.0.113.1", &[("eth1", "198.51.100.2/24")], &[]),
        ("2001:db8::/32 dev eth0 via fe80::1", &[("eth0", "2001:db9::1/64")], &[]),
    ];
    for (words, host, want) in cases {
        let mut found = codes(&route(words), None, host);
        // The virtual address itself is another matter.
        found.retain(|code| *code != "address-off-network");
        assert_eq!(found, *want, "{words}");
    }
}

#[test]
fn rules_say_which_packets_they_are_for() {
    #[rustfmt::skip]
    let cases: &[(&str, &[&str])] = &[
        ("table 100 preference 1000", &["rule-without-selector"]),
        ("from all table 100 preference 1000", &["rule-without-selector"]),
        ("prohibit preference 1000", &["rule-without-selector"]),
        ("not table 100 preference 1000", &["rule-without-selector"]),
        ("fwmark 0 table 100 preference 1000", &["rule-without-selector"]),
        ("not from 192.0.2.0/24 table 100 preference 1000", &[]),
        ("fwmark 1 table 100 preference 1000", &[]),
        ("iif eth0 table 100 preference 1000", &[]),
        ("uidrange 0-0 table 100 preference 1000", &[]),
        // Common on purpose: what every host has, what passes over the default route, what comes last.
        ("table main preference 1000", &[]),
        ("table 100 suppress_prefixlength 0 preference 1000", &[]),
        ("l3mdev preference 1000", &[]),
        ("unreachable preference 40000", &[]),
        ("from 192.0.2.5/24 table 100 preference 1000", &["rule-host-bits"]),
        ("to 192.0.2.5/24 from 192.0.2.5 table 100 preference 1000", &["rule-host-bits"]),
        ("from 192.0.2.5 table 100 preference 1000", &[]),
        ("from 2001:db8::5/64 table 100 preference 1000", &["rule-host-bits"]),
        ("from 192.0.2.5 table 100 preference 1000\nfrom 192.0.2.5 table 100 preference 1000", &["rule-twice"]),
        ("from 192.0.2.5 table 100 preference 1000\nfrom 192.0.2.5 table 100 preference 1001", &[]),
        ("from 192.0.2.5 table 100 preference 1000\nfrom 192.0.2.5 table 101 preference 1000", &[]),
    ];
    for (rules, want) in cases {
        assert_eq!(of_routing(&named("A", 5, "", rules)), *want, "{rules}");
    }
    let rule = "from 192.0.2.5 table 100 preference 1000";
    let group = "vrrp_sync_group G {\n group {\n A\n B\n }\n}\n";
    let two = named("A", 5, "", rule) + &named("B", 6, "", rule);
    assert_eq!(of_routing(&two), ["rule-twice"]);
    assert_eq!(of_routing(&format!("{group}{two}")), [""; 0]);
    assert_eq!(
        of_routing(&format!("static_rules {{\n {rule}\n}}\n{}", named("A", 5, "", rule))),
        ["rule-twice"]
    );
}

#[test]
fn routes_and_rules_are_on_both_nodes() {
    let (route, rule) = ("10.0.0.0/8 dev eth0 via 192.0.2.254", "from 192.0.2.5 table 7 preference 5");
    let own = named("A", 5, route, rule).replace("virtual_router_id", "priority 150\n virtual_router_id");
    #[rustfmt::skip]
    let cases: &[(&str, &str, usize)] = &[
        (route, rule, 0),
        ("10.0.0.0/8 dev eth9 via 192.0.2.253 metric 7", "from 192.0.2.5 table 7 preference 9", 0),
        ("", rule, 1),
        ("10.0.0.0/8 dev eth0 via 192.0.2.254 table 9", rule, 1),
        (&format!("{route}\n11.0.0.0/8 dev eth0 via 192.0.2.254"), rule, 1),
        (route, "", 1),
        (route, "from 192.0.2.5 table 8 preference 5", 1),
        ("", "", 2),
    ];
    for (routes, rules, times) in cases {
        let other = named("A", 5, routes, rules);
        assert_eq!(codes(&own, Some(&other), &[]), vec!["pair-routes"; *times], "{routes} / {rules}");
    }
}

/// The line that a finding names, with lines before it that mean nothing.
#[test]
fn a_finding_points_at_its_own_line() {
    let text = "static_routes {\n nonsense\n 10.0.0.0/8 dev eth0 via 192.0.2.9\n}\nstatic_routes {\n 10.1.0.0/16 no_track\n \
                10.0.0.0/8 dev eth0 via 192.0.2.10\n}\n";
    let own = node(text);
    let facts: FactsTable = host(&[]);
    let found = lint(&own.parsed.tree, &own.lowered.config, &LintOptions { facts: &facts, pair: None });
    let line = |span| own.parsed.tree.sources().position(span).line;
    let found: Vec<_> = found
        .iter()
        .map(|finding| {
            (finding.code(), line(finding.span), finding.related.first().map(|related| line(related.span)))
        })
        .collect();
    assert_eq!(found, [("route-refused", 6, None), ("route-twice", 7, Some(3))]);
}
