//! What routes and rules mean. Values are those that keepalived 2.2.7 shows in its dump of the configuration.

use core::time::Duration;

use kconf_parser::model::{
    Config, IpName, Lockable, Route, RouteAddresses, RouteInsert, RouteTable, RouteType, Rule, RuleAction,
    Tracking,
};
use kconf_parser::{
    AssumePresent, Diagnostic, Facts, RoutingNames, RoutingNumber, ScriptStatus, lower, parse,
};

fn read_on(text: &str, facts: &dyn Facts) -> (Config, Vec<Diagnostic>) {
    let lowered = lower(&parse("f", text.as_bytes()).tree, facts);
    (lowered.config, lowered.diagnostics)
}

fn read(text: &str) -> (Config, Vec<Diagnostic>) {
    read_on(text, &AssumePresent)
}

fn route(entry: &str) -> Option<Route> {
    read(&format!("static_routes {{\n{entry}\n}}\n")).0.static_routes.pop()
}

fn rule(entry: &str) -> Option<Rule> {
    read(&format!("static_rules {{\n{entry}\n}}\n")).0.static_rules.pop()
}

#[test]
fn entries_are_printed_in_the_form_that_keepalived_reads() {
    #[rustfmt::skip]
    let routes: &[(&str, &str)] = &[
        ("default via 192.0.2.5 dev eth0",                "0.0.0.0/0 via 192.0.2.5 dev eth0"),
        ("default6 dev eth0",                             "::/0 dev eth0"),
        ("default via fe80::1 dev eth0",                  "::/0 via fe80::1 dev eth0"),
        ("src 10.0.0.1 to 10.0.0.0/8 oif eth0",           "10.0.0.0/8 src 10.0.0.1 dev eth0"),
        ("inet6 to 2001:db8::/32 dev eth0",               "2001:db8::/32 dev eth0"),
        ("brd 10.255.255.255 dev eth0 table local",       "broadcast 10.255.255.255/32 dev eth0 table 255"),
        ("4 10.0.0.0/9 dev eth0",                         "anycast 10.0.0.0/9 dev eth0"),
        ("77 10.0.0.0/9 dev eth0",                        "77 10.0.0.0/9 dev eth0"),
        ("unicast 10.0.0.0/8 dev eth0 prepend",           "10.0.0.0/8 dev eth0"),
        ("10.0.0.0/33 dev eth0",                          "10.0.0.0/32 dev eth0"),
        ("10.0.0.0/8x dev eth0",                          "10.0.0.0/8 dev eth0"),
        ("10.0.0.0/x dev eth0",                           "10.0.0.0/0 dev eth0"),
        ("10.0.0.0/8 10.1.0.0/16 dev eth0",               "10.1.0.0/16 dev eth0"),
        ("10.0.0.0/8 dev eth0 protocol bird",             "10.0.0.0/8 dev eth0"),
        ("10.0.0.0/8 protocol bird no_track",             "10.0.0.0/8 no_track protocol 12"),
        ("10.0.0.0/8 dev eth0 rtt 0.5555s",               "10.0.0.0/8 dev eth0 rtt 4448"),
        ("10.0.0.0/8 dev eth0 rttvar lock 5000",          "10.0.0.0/8 dev eth0 rttvar lock 5000"),
        ("10.0.0.0/8 dev eth0 rto_min 108",               "10.0.0.0/8 dev eth0 rto_min 200"),
        ("10.0.0.0/8 dev eth0 rtt 130s",                  "10.0.0.0/8 dev eth0 rtt 960000"),
        ("10.0.0.0/8 dev eth0 realms cosmos/0x14",        "10.0.0.0/8 realms 20 dev eth0"),
        ("10.0.0.0/8 dev eth0 realms 3/4",                "10.0.0.0/8 realms 3/4 dev eth0"),
        ("10.0.0.0/8 dev eth0 tos 0",                     "10.0.0.0/8 dev eth0"),
        ("10.0.0.0/8 dev eth0 realms 0",                  "10.0.0.0/8 dev eth0"),
        ("10.0.0.0/8 via 10.0.0.1 or 10.0.0.2 dev eth0",  "10.0.0.0/8 dev eth0 nexthop via 10.0.0.1 nexthop via 10.0.0.2"),
        ("10.0.0.0/8 via 10.0.0.1 or fe80::1 dev eth0",   "10.0.0.0/8 via 10.0.0.1 or fe80::1 dev eth0"),
        ("10.0.0.0/8 dev eth0 nexthop via 10.0.0.1 weight 256 nexthop via foo", "10.0.0.0/8 dev eth0 nexthop via 10.0.0.1 weight 256"),
        ("10.0.0.0/8 nexthop via 10.0.0.1 metric 5",      "10.0.0.0/8 nexthop via 10.0.0.1"),
        ("10.0.0.0/8 dev eth0 encap ip ttl 5 src 10.0.0.1", "10.0.0.0/8 dev eth0 encap ip ttl 5"),
        ("10.0.0.0/8 dev eth0 encap foo bar metric 3",    "10.0.0.0/8 dev eth0 metric 3"),
        ("2001::/64 dev eth0 encap ila 1:2:a:4",          "2001::/64 dev eth0 encap ila 1:2:a:4"),
        ("2001::/16 dev eth0 ttl-propagate on",           "2001::/16 dev eth0 ttl-propagate disabled"),
        ("10.0.0.0/8 dev eth0 ttl-propagate enabled ttl-propagate x", "10.0.0.0/8 dev eth0 ttl-propagate enabled"),
        ("10.0.0.0/8 dev eth0 mtu lock 9 mtu 7",          "10.0.0.0/8 dev eth0 mtu lock 7"),
        ("10.0.0.0/8 vrf red table 5 dev eth0",           "10.0.0.0/8 dev eth0 table 5"),
        ("10.0.0.0/8 table 5 vrf red dev eth0",           "10.0.0.0/8 dev eth0 vrf red"),
        ("10.0.0.0/8 dev eth0 tos 0x10 scope link metric 5 append", "10.0.0.0/8 dev eth0 tos 16 scope link metric 5 append"),
        ("2001::/16 from 2002::/16 dev eth0 pref low expires 60", "2001::/16 from 2002::/16 expires 60 pref low dev eth0"),
    ];
    for (written, printed) in routes {
        let route = route(written).map(|route| route.to_string());
        assert_eq!(route.as_deref(), Some(*printed), "{written}");
    }
    #[rustfmt::skip]
    let rules: &[(&str, &str)] = &[
        ("from all lookup main priority 7",               "preference 7 table 254"),
        ("inet6 inet6 table 28 order 7",                  "preference 7 from ::/0 table 28"),
        ("to default from 10.0.0.0/8 table 5 preference 1", "preference 1 from 10.0.0.0/8 table 5"),
        ("from 10.0.0.0/8 6 preference 1",                "preference 1 from 10.0.0.0/8 blackhole"),
        ("type prohibit to 2001::/16 order 0x10 not",     "preference 16 not from ::/0 to 2001::/16 prohibit"),
        ("table 5 fwmark 5/ preference 4",                "preference 4 fwmark 0x5/0x0 table 5"),
        ("table 5 fwmark 0x17/0x10 preference 4",         "preference 4 fwmark 0x17/0x10 table 5"),
        ("table 5 fwmark 24 preference 4",                "preference 4 fwmark 0x18 table 5"),
        ("l3mdev realms 3 preference 4",                  "preference 4 l3mdev realms 3"),
        ("table 5 sup_pl 4 suppress_ifgroup default preference 4", "preference 4 table 5 suppress_prefixlength 4 suppress_ifgroup 0"),
        ("table 5 sport 80 dport 1-2 preference 4",       "preference 4 dport 1-2 table 5"),
        ("table 5 ipproto SCTP preference 4",             "preference 4 ipproto sctp table 5"),
        ("table 5 ipproto 132 preference 4",              "preference 4 table 5"),
        ("table 5 uidrange 5-9x preference 4 tunnel-id 5000000000", "preference 4 tunnel-id 5000000000 uidrange 5-9 table 5"),
        ("table 5 protocol 9 preference 4",               "preference 4 table 5"),
        ("table 5 protocol 9 preference 4 no_track",      "preference 4 table 5 no_track protocol 9"),
        ("goto 9 dev eth0 oif eth1 tos AF11 preference 4", "preference 4 tos 40 iif eth0 oif eth1 goto 9"),
    ];
    for (written, printed) in rules {
        let rule = rule(written).map(|rule| rule.to_string());
        assert_eq!(rule.as_deref(), Some(*printed), "{written}");
    }
}

#[test]
fn a_mistake_that_keepalived_drops_the_entry_for_drops_it_here() {
    let routes = [
        "via 192.0.2.5 default dev eth0",
        "inet 10.0.0.0/8 dev eth0",
        "10.0.0.0/8 via 2001::1",
        "10.0.0.0/8 metrik 5",
        "10.0.0.0/8 metric x",
        "10.0.0.0/8 scope lnk",
        "10.0.0.0/8 encap mpls 100/200/300",
        "10.0.0.0/8 encap ip dst 2001::1",
        "10.0.0.0/8 via 10.0.0.1 or 10.0.0.2 nexthop via 10.0.0.4",
        "nexthop via 10.0.0.1",
        "2001::/16 realms 3",
        "10.0.0.0/8 expires 60",
        "10.0.0.0/8 pref low",
    ];
    for entry in routes {
        assert_eq!(route(entry), None, "{entry}");
    }
    let rules = [
        "from 10.0.0.0/8 preference 1",
        "table 0 preference 1",
        "table 5 nop preference 1",
        "goto 5 preference 7",
        "goto 7 preference 7",
        "goto 5",
        "nop realms 4 preference 4",
        "from 10.0.0.0/8 to 2001::/16 table 5",
        "from 10.0.0.0/8 to default table 5",
        "from 2001::/16 table 5 realms 4",
        "table 5 uidrange 9-5",
        "table 5 sport 0-5",
        "5 preference 4",
    ];
    for entry in rules {
        assert_eq!(rule(entry), None, "{entry}");
    }
}

#[test]
fn every_option_of_a_route_has_its_place() {
    let text = "192.168.200.0/24 dev eth1 table 6909 tos 0x04 scope link priority 12 mtu 1000 hoplimit 100 advmss 101 \
        rtt 0.5s rttvar 250ms reordering 104 window 105 cwnd 106 ssthresh lock 107 rto_min 1s initcwnd 109 initrwnd \
        110 features ecn quickack 1 congctl lock cubic ttl-propagate enabled fastopen_no_cookie 0 add onlink";
    let route = route(text).expect("a route");
    let metrics = &route.metrics;
    let free = |value| Some(Lockable { value, locked: false });
    let time = |ms| Some(Lockable { value: Duration::from_millis(ms), locked: false });
    assert_eq!((metrics.mtu, metrics.hop_limit, metrics.advertised_mss), (free(1000), Some(100), free(101)));
    assert_eq!((metrics.rtt, metrics.rtt_variance, metrics.rto_min), (time(500), time(250), time(1000)));
    assert_eq!(
        (metrics.reordering, metrics.window, metrics.congestion_window),
        (free(104), Some(105), free(106))
    );
    assert_eq!(metrics.slow_start_threshold, Some(Lockable { value: 107, locked: true }));
    assert_eq!((metrics.initial_congestion_window, metrics.initial_receive_window), (Some(109), Some(110)));
    assert_eq!(
        (metrics.ecn, metrics.quick_ack, metrics.fast_open_no_cookie),
        (true, Some(true), Some(false))
    );
    assert_eq!(metrics.congestion_control, Some(Lockable { value: "cubic".to_owned(), locked: true }));
    assert_eq!(route.table, RouteTable::Table(IpName::Number(6909)));
    assert_eq!((route.ds_field, route.metric), (Some(IpName::Number(4)), Some(12)));
    assert_eq!(
        (route.kind, route.insert, route.ttl_propagate),
        (RouteType::Unicast, RouteInsert::Add, Some(true))
    );
    assert_eq!((route.hop.onlink, route.tracking), (true, Tracking::Tracked));
}

#[test]
fn rules_without_a_preference_count_down_for_each_family_through_the_whole_file() {
    let instance =
        "vrrp_instance V {\ninterface eth0\nvirtual_router_id 5\nvirtual_ipaddress { 192.0.2.1 }\n";
    let rules = "from 10.0.0.1 table 5\nfrom ::1 table 5\nfrom 10.0.0.2 table x no\nfrom 10.0.0.3 table 5\n";
    let text = format!(
        "static_rules {{\n{rules}}}\n{instance}virtual_rules {{\n{rules}}}\n}}\nstatic_rules {{\nfrom ::2 nop\n}}\n"
    );
    let (config, _) = read(&text);
    let preferences = |rules: &[Rule]| rules.iter().map(|rule| rule.preference).collect::<Vec<_>>();
    assert_eq!(preferences(&config.static_rules), [16384, 16384, 16383, 16382]);
    assert_eq!(preferences(&config.instances[0].virtual_rules), [16382, 16383, 16381]);
}

#[test]
fn track_groups_belong_to_static_entries_with_a_device_and_must_come_before() {
    let group = "track_group TG {\ngroup {\nV\n}\n}\n";
    let both = |device: &str| {
        format!(
            "static_routes {{\n10.0.0.0/8 {device} track_group TG\n}}\nstatic_rules {{\ntable 5 {device} track_group TG\n}}\n"
        )
    };
    let groups = |text: String| {
        let config = read(&text).0;
        (config.static_routes[0].track_group.clone(), config.static_rules[0].track_group.clone())
    };
    let here = Some("TG".to_owned());
    assert_eq!(groups(format!("{group}{}", both("dev eth0"))), (here.clone(), here));
    assert_eq!(groups(format!("{group}{}", both(""))), (None, None));
    assert_eq!(groups(format!("{}{group}", both("dev eth0"))), (None, None));
    // One that is not defined does not count.
    let again = format!("{group}{}", both("dev eth0 track_group other"));
    assert_eq!(groups(again), (Some("TG".to_owned()), Some("TG".to_owned())));

    let instance =
        "vrrp_instance V {\ninterface eth0\nvirtual_router_id 5\nvirtual_ipaddress { 192.0.2.1 }\n";
    let (config, _) = read(&format!(
        "{group}{instance}virtual_routes {{\n10.0.0.0/8 dev eth0 track_group TG\n10.1.0.0/16 dev eth0\n}}\n\
        virtual_rules {{\nnop preference 1 dev eth0 track_group TG\nnop preference 1\n}}\n}}\n"
    ));
    let instance = &config.instances[0];
    let entries = (instance.virtual_routes.len(), instance.virtual_rules.len());
    assert_eq!(entries, (1, 1), "virtual entries have no track_group");
}

/// A host with one routing table of its own.
struct Host;

impl Facts for Host {
    fn interface_exists(&self, _name: &str) -> bool {
        true
    }

    fn user_exists(&self, _user: &str) -> bool {
        true
    }

    fn group_exists(&self, _group: &str) -> bool {
        true
    }

    fn script(
        &self,
        _command: &kconf_parser::model::ScriptCommand,
        _user: Option<&kconf_parser::model::ScriptUser>,
    ) -> ScriptStatus {
        ScriptStatus::Ok
    }

    fn routing_number(&self, names: RoutingNames, name: &str) -> RoutingNumber {
        if (names, name) == (RoutingNames::Table, "uplink") {
            RoutingNumber::Is(200)
        } else {
            RoutingNumber::Undefined
        }
    }
}

#[test]
fn names_are_asked_from_the_host_and_left_where_nobody_looked() {
    let table = |name: &str, facts: &dyn Facts| {
        let (config, findings) = read_on(&format!("static_rules {{\ntable {name} preference 1\n}}\n"), facts);
        let table = config.static_rules.into_iter().next().map(|rule| rule.action);
        let table = table
            .and_then(|action| if let RuleAction::Lookup(lookup) = action { lookup.table } else { None });
        (table, findings.len())
    };
    let named = |name: &str| Some(IpName::Name(name.to_owned()));
    let number = |number| Some(IpName::Number(number));
    assert_eq!(table("uplink", &Host), (number(200), 0));
    assert_eq!(table("main", &Host), (number(254), 0));
    assert_eq!(table("downlink", &Host), (None, 1));
    assert_eq!(table("main", &AssumePresent), (number(254), 0));
    assert_eq!(table("downlink", &AssumePresent), (named("downlink"), 0));
    assert_eq!(table("mian", &AssumePresent), (named("mian"), 1), "looks like a misspelling of main");
}

#[test]
fn messages_name_what_was_expected_and_what_was_probably_meant() {
    let message = |block: &str, entry: &str| {
        let (_, findings) = read(&format!("{block} {{\n{entry}\n}}\n"));
        let finding = findings.into_iter().next().expect("a finding");
        (finding.problem.to_string(), finding.suggestion.unwrap_or_default())
    };
    #[rustfmt::skip]
    let cases: &[(&str, &str, &str, &str)] = &[
        ("static_routes", "10.0.0.0/8 dev eth0 metrik 5",
         "'metrik' is not a destination or an option of a route; the route has no effect", "did you mean 'metric'?"),
        ("static_routes", "blackhol 10.0.0.0/8",
         "'blackhol' is not a destination or an option of a route; the route has no effect", "did you mean 'blackhole'?"),
        ("static_routes", "10.0.0.0/8 dev eth0 gw 10.0.0.1", "'gw' is deprecated", "write 'via'"),
        ("static_routes", "10.0.0.0/8 dev eth0 encap mlps 5",
         "'mlps' is not ip, ip6, mpls or ila; it and the next word have no effect", "did you mean 'mpls'?"),
        ("static_routes", "10.0.0.0/8 dev eth0 scope lnk",
         "'lnk' is not a scope: global, site, link, host, nowhere or a number from 0 to 255; the route has no effect",
         "did you mean 'link'?"),
        ("static_routes", "inet6 default ::/0 dev eth0",
         "keepalived skips the word behind 'inet6'; it has no effect",
         "leave 'inet6' out: an address tells the family, ::/0 if no other does"),
        ("static_routes", "10.0.0.0/8 dev eth0 nexthop via 10.0.0.1 wieght 5",
         "'wieght' is not an option of a next hop; options of the route come before them; from here on the line has no effect",
         "did you mean 'weight'?"),
        ("static_routes", "10.0.0.0/x dev eth0",
         "'x' is not a number from 0 to 32; the prefix length is 0", ""),
        ("static_routes", "10.0.0.0/9x dev eth0",
         "'9x' is not a number from 0 to 32; only the digits before count", ""),
        ("static_routes", "10.0.0.0/8",
         "a route without 'dev' is not tracked; keepalived 2.2.7 does not put it back when it is lost",
         "name the interface with 'dev', or write 'no_track'"),
        // With 'dev' the kernel refuses it.
        ("static_routes", "blackhole 10.0.0.0/8",
         "a route without 'dev' is not tracked; keepalived 2.2.7 does not put it back when it is lost",
         "write 'no_track'"),
        ("static_rules", "form 10.0.0.0/8 table 5",
         "'form' is not an option or action of a rule; the rule has no effect", "did you mean 'from'?"),
        ("static_rules", "table 5 sport 80 preference 1",
         "'80' is not a range of ports such as 80-80 or 8000-8999; the rule does not look at ports", "write '80-80'"),
        ("static_rules", "table 5",
         "the rule has no preference and gets 16384; which is probably not what is meant",
         "write 'preference NUMBER'; the lowest rule comes first"),
    ];
    for (block, entry, problem, advice) in cases {
        let (found, suggestion) = message(block, entry);
        assert_eq!((found.as_str(), suggestion.as_str()), (*problem, *advice), "{entry}");
    }
}

#[test]
fn the_family_decides_what_default_is() {
    let v6 = |entry: &str| {
        let route = route(entry).expect("a route");
        matches!(route.addresses, RouteAddresses::V6 { destination, .. } if destination.is_default())
    };
    assert!(v6("default via fe80::1 dev eth0"));
    assert!(v6("default dev eth0 pref high"));
    assert!(v6("default dev eth0 nexthop via fe80::1"));
    assert!(!v6("default dev eth0"));
}
