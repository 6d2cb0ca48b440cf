//! Routes and rules, and what keepalived 2.2.7 says about each line.

use kconf_parser::model::{Config, ScriptCommand, ScriptUser};
use kconf_parser::{Diagnostic, Facts, RoutingNames, RoutingNumber, ScriptStatus, config_test, lower, parse};

/// A host with two interfaces and the files that iproute2 brings.
struct Host;

impl Facts for Host {
    fn interface_exists(&self, name: &str) -> bool {
        ["eth0", "eth1", "vrf1"].contains(&name)
    }

    fn user_exists(&self, _user: &str) -> bool {
        true
    }

    fn group_exists(&self, _group: &str) -> bool {
        true
    }

    fn script(&self, _command: &ScriptCommand, _user: Option<&ScriptUser>) -> ScriptStatus {
        ScriptStatus::Ok
    }

    fn routing_number(&self, names: RoutingNames, name: &str) -> RoutingNumber {
        let number = match (names, name) {
            (RoutingNames::DsField, "AF11") => 0x28,
            (RoutingNames::Realm, "cosmos") | (RoutingNames::Group, "default") => 0,
            (RoutingNames::Protocol, "keepalived") => 18,
            (RoutingNames::Protocol, "bgp") => 186,
            (RoutingNames::IpProtocol, "tcp" | "TCP") => 6,
            (RoutingNames::IpProtocol, "sctp") => 132,
            _ => return RoutingNumber::Undefined,
        };
        RoutingNumber::Is(number)
    }
}

/// The entry in its block, and what is found in its line.
fn read(block: &str, entry: &str) -> (Config, Vec<Diagnostic>) {
    let text = format!("track_group TG {{\ngroup {{\nV\n}}\n}}\n{block} {{\n{entry}\n}}\n");
    let parsed = parse("f", text.as_bytes());
    let lowered = lower(&parsed.tree, &Host);
    let mut findings = parsed.diagnostics;
    findings.extend(lowered.diagnostics);
    findings.retain(|finding| parsed.tree.sources().position(finding.span).line == 7);
    (lowered.config, findings)
}

fn check(block: &str, cases: &[(&str, u8, &[&str])]) {
    let mut wrong = Vec::new();
    for (entry, exit, codes) in cases {
        let (_, findings) = read(block, entry);
        let found: Vec<&str> = findings.iter().map(Diagnostic::code).collect();
        let ours = config_test(&findings).exit_code();
        if (ours, found.as_slice()) != (*exit, *codes) {
            wrong.push(format!("    ({entry:?}, {exit}, &{found:?}), // {ours}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// An entry, the exit code of `keepalived -t`, and what is found.
#[rustfmt::skip]
const ROUTES: &[(&str, u8, &[&str])] = &[
    ("default via 192.0.2.5 dev eth0", 0, &[]),
    ("via 192.0.2.5 default dev eth0", 5, &["invalid-value"]),
    ("inet default dev eth0", 5, &["adjusted", "adjusted"]),
    ("inet6 default dev eth0", 5, &["adjusted", "adjusted"]),
    ("inet6 to default dev eth0", 5, &["invalid-value"]),
    ("inet6 to default6 dev eth0", 0, &["adjusted"]),
    ("default6 dev eth0", 0, &["adjusted"]),
    ("::/0 dev eth0", 0, &[]),
    ("to 10.0.0.0/8 dev eth0", 0, &[]),
    ("blackhole 10.0.0.0/8 no_track", 0, &[]),
    ("to blackhole 10.0.0.0/8 no_track", 5, &["invalid-value"]),
    ("blackhole to 10.0.0.0/8 no_track", 5, &["invalid-value"]),
    ("type blackhole 10.0.0.0/8 no_track", 5, &["invalid-value"]),
    ("6 10.0.0.0/8 no_track", 0, &[]),
    ("blackhole", 2, &["missing-argument"]),
    ("to", 2, &["missing-argument"]),
    ("10.0.0.0/8 10.1.0.0/16 dev eth0", 0, &["adjusted"]),
    ("10.0.0.1/8 dev eth0", 0, &["adjusted"]),
    ("10.0.0.0/33 dev eth0", 5, &["invalid-number"]),
    ("10.0.0.0/8x dev eth0", 5, &["invalid-number"]),
    ("10.0.0/8 dev eth0", 5, &["invalid-value"]),
    ("10.0.0.0/8 via 2001::1 dev eth0", 5, &["invalid-value"]),
    ("10.0.0.0/8 via inet 10.0.0.1 dev eth0", 0, &[]),
    ("10.0.0.0/8 via inet6 fe80::1 dev eth0", 5, &["invalid-value"]),
    ("10.0.0.0/8 via 10.0.0.1/24 dev eth0", 5, &["invalid-value"]),
    ("10.0.0.0/8 gw 10.0.0.1 dev eth0", 5, &["deprecated"]),
    ("10.0.0.0/8 src 10.0.0.1 dev eth0", 0, &[]),
    ("10.0.0.0/8 src 2001::1 dev eth0", 5, &["invalid-value"]),
    ("10.0.0.0/8 src foo dev eth0", 5, &["invalid-value"]),
    ("10.0.0.0/8 from 10.0.0.1 dev eth0", 5, &["invalid-value"]),
    ("2001::/16 from 2002::/16 dev eth0", 0, &[]),
    ("2001::/16 from default dev eth0", 5, &["invalid-value"]),
    ("2001::/16 from default6 dev eth0", 0, &["adjusted"]),
    ("10.0.0.0/8 as to 10.0.0.1 dev eth0", 5, &["adjusted"]),
    ("10.0.0.0/8 dev eth0 as to", 5, &["adjusted"]),
    ("10.0.0.0/8 dev eth0 as", 2, &["missing-argument"]),
    ("10.0.0.0/8 tos 300 dev eth0", 5, &["invalid-value"]),
    ("10.0.0.0/8 tos AF11 dev eth0", 0, &[]),
    ("10.0.0.0/8 table foo dev eth0", 5, &["invalid-value"]),
    ("10.0.0.0/8 table main dev eth0", 0, &[]),
    ("10.0.0.0/8 table 0 dev eth0", 0, &[]),
    ("10.0.0.0/8 protocol bird dev eth0", 5, &["adjusted"]),
    ("10.0.0.0/8 protocol bird dev eth0 no_track", 0, &[]),
    ("10.0.0.0/8 protocol 300 dev eth0", 5, &["invalid-value"]),
    ("10.0.0.0/8 protocol keepalived dev eth0", 0, &[]),
    ("10.0.0.0/8 protocol bgp dev eth0 no_track", 0, &[]),
    ("10.0.0.0/8 scope link dev eth0", 0, &[]),
    ("10.0.0.0/8 scope lnk dev eth0", 5, &["invalid-value"]),
    ("10.0.0.0/8 scope 300 dev eth0", 5, &["invalid-value"]),
    ("10.0.0.0/8 metric 5 dev eth0", 0, &[]),
    ("10.0.0.0/8 metric x dev eth0", 5, &["invalid-number"]),
    ("10.0.0.0/8 metric 0x5 dev eth0", 5, &["invalid-number"]),
    ("10.0.0.0/8 metric -5 dev eth0", 5, &["invalid-number"]),
    ("10.0.0.0/8 metric 4294967296 dev eth0", 5, &["invalid-number"]),
    ("10.0.0.0/8 metrik 5 dev eth0", 5, &["invalid-value"]),
    ("10.0.0.0/8 dev eth0 metric", 2, &["missing-argument"]),
    ("10.0.0.0/8 oif eth0 onlink", 0, &[]),
    ("10.0.0.0/8 dev eth0 mtu 1400", 0, &[]),
    ("10.0.0.0/8 dev eth0 mtu lock 1400", 0, &[]),
    ("10.0.0.0/8 dev eth0 mtu lock", 2, &["missing-argument"]),
    ("10.0.0.0/8 dev eth0 mtu foo", 5, &["invalid-number"]),
    ("10.0.0.0/8 dev eth0 hoplimit 300", 5, &["invalid-number"]),
    ("10.0.0.0/8 dev eth0 advmss x", 5, &["invalid-number"]),
    ("10.0.0.0/8 dev eth0 rtt 102", 0, &["adjusted"]),
    ("10.0.0.0/8 dev eth0 rtt 102x", 5, &["invalid-value"]),
    ("10.0.0.0/8 dev eth0 rtt 500.5", 5, &["adjusted", "adjusted"]),
    ("10.0.0.0/8 dev eth0 rtt 0.5s", 0, &[]),
    ("10.0.0.0/8 dev eth0 rtt 0.5555s", 5, &["adjusted"]),
    ("10.0.0.0/8 dev eth0 rtt 300ms", 0, &[]),
    ("10.0.0.0/8 dev eth0 rtt 300.5ms", 5, &["adjusted"]),
    ("10.0.0.0/8 dev eth0 rtt 130s", 0, &["adjusted"]),
    ("10.0.0.0/8 dev eth0 rtt 2secs", 0, &[]),
    ("10.0.0.0/8 dev eth0 rtt s", 5, &["invalid-value"]),
    ("10.0.0.0/8 dev eth0 rtt 1e3", 5, &["invalid-value"]),
    ("10.0.0.0/8 dev eth0 rtt 960001", 5, &["invalid-value"]),
    ("10.0.0.0/8 dev eth0 rttvar lock 5000", 0, &[]),
    ("10.0.0.0/8 dev eth0 rto_min 130s", 5, &["invalid-value"]),
    ("10.0.0.0/8 dev eth0 rto_min 108", 0, &["adjusted"]),
    ("10.0.0.0/8 dev eth0 reordering 3 window 7 cwnd 9 ssthresh lock 4 initcwnd 4 initrwnd 5", 0, &[]),
    ("10.0.0.0/8 dev eth0 window lock 7", 5, &["invalid-number"]),
    ("10.0.0.0/8 dev eth0 initcwnd x", 5, &["invalid-number"]),
    ("10.0.0.0/8 dev eth0 realms 3/4", 0, &[]),
    ("10.0.0.0/8 dev eth0 realms cosmos/0x14", 0, &[]),
    ("10.0.0.0/8 dev eth0 realms foo", 5, &["invalid-value"]),
    ("2001::/16 dev eth0 realms 3", 5, &["invalid-value"]),
    ("10.0.0.0/8 dev eth0 features ecn", 0, &[]),
    ("10.0.0.0/8 dev eth0 features foo", 5, &["invalid-value"]),
    ("10.0.0.0/8 dev eth0 features", 2, &["missing-argument"]),
    ("10.0.0.0/8 dev eth0 quickack 1", 0, &[]),
    ("10.0.0.0/8 dev eth0 quickack 2", 5, &["invalid-number"]),
    ("10.0.0.0/8 dev eth0 congctl cubic", 0, &[]),
    ("10.0.0.0/8 dev eth0 congctl lock cubic", 0, &[]),
    ("10.0.0.0/8 dev eth0 congctl", 2, &["missing-argument"]),
    ("10.0.0.0/8 dev eth0 pref low", 5, &["invalid-value"]),
    ("2001::/16 dev eth0 pref low", 0, &[]),
    ("2001::/16 dev eth0 pref 7", 0, &["adjusted"]),
    ("2001::/16 dev eth0 pref lo", 5, &["invalid-value"]),
    ("2001::/16 dev eth0 ttl-propagate enabled", 0, &[]),
    ("2001::/16 dev eth0 ttl-propagate on", 5, &["invalid-value"]),
    ("2001::/16 dev eth0 fastopen_no_cookie 1", 0, &[]),
    ("2001::/16 dev eth0 fastopen_no_cookie 2", 5, &["invalid-number"]),
    ("2001::/16 dev eth0 expires 60", 0, &[]),
    ("10.0.0.0/8 dev eth0 expires 60", 5, &["invalid-value"]),
    ("10.0.0.0/8 dev eth0 add", 0, &[]),
    ("10.0.0.0/8 dev eth0 append", 0, &[]),
    ("10.0.0.0/8 dev eth0 prepend", 0, &[]),
    ("10.0.0.0/8 dev eth0 replace", 5, &["invalid-value"]),
    ("10.0.0.0/8 via 10.0.0.1 or 10.0.0.2 dev eth0", 5, &["deprecated"]),
    ("10.0.0.0/8 via 10.0.0.1 or fe80::1 dev eth0", 5, &["deprecated"]),
    ("10.0.0.0/8 via 10.0.0.1 or 10.0.0.2 or 10.0.0.3 dev eth0", 5, &["deprecated", "deprecated", "adjusted"]),
    ("10.0.0.0/8 via 10.0.0.1 or foo dev eth0", 5, &["deprecated", "invalid-value"]),
    ("10.0.0.0/8 via 10.0.0.1 or 10.0.0.2 dev eth0 nexthop via 10.0.0.4", 5, &["deprecated", "adjusted"]),
    ("10.0.0.0/8 dev eth0 no_track track_group TG", 0, &[]),
    ("10.0.0.0/8 dev eth0 track_group TG", 0, &[]),
    ("10.0.0.0/8 dev eth0 track_group NO", 5, &["undefined"]),
    ("10.0.0.0/8 dev eth0 track_group TG track_group TG", 5, &["adjusted"]),
    ("10.0.0.0/8 track_group TG", 5, &["adjusted", "adjusted"]),
    ("10.0.0.0/8 dev eth0 nexthop via 10.0.0.1 dev eth0 weight 5 onlink nexthop via 10.0.0.2 realms 4", 0, &[]),
    ("10.0.0.0/8 dev eth0 nexthop via 10.0.0.1 weight 0", 5, &["invalid-number"]),
    ("10.0.0.0/8 dev eth0 nexthop via 10.0.0.1 weight 257", 5, &["invalid-number"]),
    ("10.0.0.0/8 dev eth0 nexthop via 10.0.0.1 weight 256", 0, &[]),
    ("10.0.0.0/8 dev eth0 nexthop via foo", 5, &["invalid-value"]),
    ("10.0.0.0/8 dev eth0 nexthop via 2001::1", 5, &["invalid-value"]),
    ("10.0.0.0/8 dev eth0 nexthop via inet6 2001::1", 5, &["invalid-value"]),
    ("10.0.0.0/8 dev eth0 nexthop via inet 10.0.0.1", 0, &[]),
    ("10.0.0.0/8 dev eth0 nexthop via", 2, &["missing-argument"]),
    ("10.0.0.0/8 dev eth0 nexthop dev eth9", 5, &["interface-missing"]),
    ("10.0.0.0/8 dev eth0 nexthop via 10.0.0.1 metric 5", 5, &["invalid-value"]),
    ("10.0.0.0/8 dev eth0 nexthop", 0, &[]),
    ("10.0.0.0/8 dev eth0 nexthop via 10.0.0.1 as to 5", 5, &["adjusted"]),
    ("2001::/16 dev eth0 nexthop via 2001::1 realms 5", 5, &["invalid-value"]),
    ("10.0.0.0/8 dev eth0 nexthop via 10.0.0.1 realms foo", 5, &["invalid-value"]),
    ("10.0.0.0/8 dev eth0 nexthop via 10.0.0.1 encap ip id 5", 0, &[]),
    ("nexthop via 10.0.0.1 dev eth0", 5, &["adjusted"]),
    ("dev eth0", 5, &["adjusted"]),
    ("10.0.0.0/8 dev eth0 encap", 5, &["adjusted"]),
    ("10.0.0.0/8 dev eth0 encap foo", 5, &["invalid-value"]),
    ("10.0.0.0/8 dev eth0 encap foo bar", 5, &["invalid-value"]),
    ("10.0.0.0/8 dev eth0 encap foo bar baz", 5, &["invalid-value", "invalid-value"]),
    ("10.0.0.0/8 dev eth0 encap mpls 100", 0, &[]),
    ("10.0.0.0/8 dev eth0 encap mpls 100/200", 0, &[]),
    ("10.0.0.0/8 dev eth0 encap mpls 100/200/300", 5, &["invalid-value"]),
    ("10.0.0.0/8 dev eth0 encap mpls 1048576", 5, &["invalid-value"]),
    ("10.0.0.0/8 dev eth0 encap mpls x", 5, &["invalid-value"]),
    ("10.0.0.0/8 dev eth0 encap mpls", 5, &["adjusted"]),
    ("10.0.0.0/8 encap mpls dev eth0", 5, &["invalid-value"]),
    ("10.0.0.0/8 dev eth0 encap ip id 5 dst 10.0.0.1 src 10.0.0.2 tos 4 ttl 5 flags 6", 0, &[]),
    ("10.0.0.0/8 encap ip id 5 dst 10.0.0.1 dev eth0", 0, &[]),
    ("10.0.0.0/8 dev eth0 encap ip ttl 5", 5, &["adjusted"]),
    ("10.0.0.0/8 dev eth0 encap ip", 5, &["adjusted"]),
    ("10.0.0.0/8 dev eth0 encap ip dst", 5, &["adjusted", "invalid-value"]),
    ("10.0.0.0/8 dev eth0 encap ip dst foo", 5, &["invalid-value"]),
    ("10.0.0.0/8 dev eth0 encap ip dst 2001::1", 5, &["invalid-value"]),
    ("10.0.0.0/8 dev eth0 encap ip id x", 5, &["invalid-number"]),
    ("10.0.0.0/8 dev eth0 encap ip id 1 ttl 300", 5, &["invalid-number"]),
    ("10.0.0.0/8 dev eth0 encap ip id 1 flags 70000", 5, &["invalid-number"]),
    ("10.0.0.0/8 dev eth0 encap ip id 1 tos foo", 5, &["invalid-value"]),
    ("10.0.0.0/8 dev eth0 encap ip id 1 tc 5", 5, &["invalid-value"]),
    ("10.0.0.0/8 dev eth0 encap ip6 id 5 dst 2001::1 src 2001::2 tc 4 hoplimit 5 flags 6", 0, &[]),
    ("10.0.0.0/8 dev eth0 encap ip6 dst 10.0.0.1", 5, &["invalid-value"]),
    ("10.0.0.0/8 dev eth0 encap ip6 id 1 hoplimit 300", 5, &["invalid-number"]),
    ("10.0.0.0/8 dev eth0 encap ip6 id 1 ttl 30", 5, &["invalid-value"]),
    ("2001::/64 dev eth0 encap ila 1:2:3:4", 0, &[]),
    ("2001::/64 dev eth0 encap ila 1:2:3", 5, &["invalid-value"]),
    ("2001::/64 dev eth0 encap ila 1::3", 5, &["invalid-value"]),
    ("2001::/64 dev eth0 encap ila", 5, &["adjusted"]),
    ("10.0.0.0/8 vrf", 2, &["missing-argument"]),
    ("10.0.0.0/8 inet dev eth0", 5, &["adjusted", "invalid-value"]),
    ("10.0.0.0/8 dev eth0 inet", 0, &[]),
    ("10.0.0.0/8 dev eth0 inet6", 5, &["invalid-value"]),
    ("2001::/16 inet dev eth0", 5, &["invalid-value"]),
    ("10.0.0.0/8 unicast dev eth0", 5, &["invalid-value"]),
    ("10.0.0.0/8 dev eth0 track", 5, &["invalid-value"]),
    ("10.0.0.0/8 dev eth0 restore", 5, &["invalid-value"]),
    ("10.0.0.0/8 dev eth0 4 10.0.0.0/9", 0, &["adjusted"]),
    (r#"10.0.0.0/8 dev eth0 mtu " 5""#, 0, &[]),
    (r#"10.0.0.0/8 dev eth0 mtu """#, 0, &[]),
    (r#"10.0.0.0/8 dev eth0 """#, 2, &["missing-argument"]),
    ("10.0.0.0/8 dev eth0 tos 4294967297", 0, &["adjusted"]),
    ("10.0.0.0/8 dev eth0 seg6", 5, &["invalid-value"]),
];

/// The same for rules.
#[rustfmt::skip]
const RULES: &[(&str, u8, &[&str])] = &[
    ("from 10.0.0.0/8 table 5 preference 1", 0, &[]),
    ("from 10.0.0.0/8 table foo preference 1", 5, &["invalid-value"]),
    ("from 10.0.0.0/8 table 0 preference 1", 5, &["invalid-value"]),
    ("from 10.0.0.0/8 table", 2, &["missing-argument"]),
    ("from 10.0.0.0/8 table 5 preference", 2, &["missing-argument"]),
    ("inet6 fwmark 5 table 28 preference 7997", 5, &["adjusted", "invalid-value"]),
    ("inet6 inet6 table 28 preference 7997", 0, &[]),
    ("from ::/0 table 28 preference 7997", 0, &[]),
    ("from 10.0.0.0/8 to default table 5 preference 1", 5, &["invalid-value"]),
    ("to default from 10.0.0.0/8 table 5 preference 1", 0, &[]),
    ("from 10.0.0.0/8 6 preference 1", 0, &[]),
    ("from 10.0.0.0/8 5 preference 1", 5, &["invalid-value"]),
    ("from 10.0.0.0/8 type blackhole preference 1", 0, &[]),
    ("from 10.0.0.0/8 type preference 1", 5, &["invalid-value"]),
    ("from 10.0.0.0/8 blackhol preference 1", 5, &["invalid-value"]),
    ("from 10.0.0.0/8 preference 1", 5, &["adjusted"]),
    ("from 10.0.0.0/8 goto 5 preference 7", 5, &["adjusted"]),
    ("from 10.0.0.0/8 goto 5", 5, &["adjusted"]),
    ("from 10.0.0.0/8 goto 5 preference 4", 0, &[]),
    ("from 10.0.0.0/8 nop table 5 preference 4", 5, &["adjusted"]),
    ("from 10.0.0.0/8 nop realms 4 preference 4", 5, &["adjusted"]),
    ("from 10.0.0.0/8 table 5 realms 4/5 preference 4", 0, &[]),
    ("from 10.0.0.0/8 table 5 realms 4/foo preference 4", 5, &["invalid-value"]),
    ("from 10.0.0.0/8 table 5 realms 4/ preference 4", 5, &["invalid-value"]),
    ("from 10.0.0.0/8 table 5 realms 400 preference 4", 5, &["invalid-value"]),
    ("from 2001::/16 table 5 realms 4 preference 4", 5, &["invalid-value"]),
    ("from 10.0.0.0/8 table 5 sport 80 preference 4", 5, &["invalid-value"]),
    ("from 10.0.0.0/8 table 5 sport 80-90 dport 1-2 preference 4", 0, &[]),
    ("from 10.0.0.0/8 table 5 sport 90-80 preference 4", 0, &["adjusted"]),
    ("from 10.0.0.0/8 table 5 sport x preference 4", 5, &["invalid-value"]),
    ("from 10.0.0.0/8 table 5 ipproto tcp preference 4", 0, &[]),
    ("from 10.0.0.0/8 table 5 ipproto TCP preference 4", 0, &[]),
    ("from 10.0.0.0/8 table 5 ipproto sctp preference 4", 0, &[]),
    ("from 10.0.0.0/8 table 5 ipproto 132 preference 4", 5, &["invalid-value"]),
    ("from 10.0.0.0/8 table 5 ipproto foo preference 4", 5, &["invalid-value"]),
    ("from 10.0.0.0/8 table 5 protocol 5 preference 4", 5, &["adjusted"]),
    ("from 10.0.0.0/8 table 5 protocol 18 preference 4", 0, &[]),
    ("from 10.0.0.0/8 table 5 protocol 5 no_track preference 4", 0, &[]),
    ("from 10.0.0.0/8 table 5 protocol bird preference 4", 5, &["invalid-number"]),
    ("from 10.0.0.0/8 table 5 uidrange 5-9 preference 4", 0, &[]),
    ("from 10.0.0.0/8 table 5 uidrange 5 preference 4", 5, &["invalid-value"]),
    ("from 10.0.0.0/8 table 5 uidrange 9-5 preference 4", 0, &["adjusted"]),
    ("from 10.0.0.0/8 table 5 uidrange 5-9x preference 4", 0, &["adjusted"]),
    ("from 10.0.0.0/8 table 5 tunnel-id 5000000000 preference 4", 0, &[]),
    ("from 10.0.0.0/8 table 5 tunnel-id x preference 4", 5, &["invalid-number"]),
    ("from 10.0.0.0/8 l3mdev preference 4", 0, &[]),
    ("from 10.0.0.0/8 l3mdev table 5 preference 4", 5, &["adjusted"]),
    ("from 10.0.0.0/8 table 5 l3mdev preference 4", 5, &["adjusted"]),
    ("from 10.0.0.0/8 l3mdev realms 3 preference 4", 0, &[]),
    ("from 10.0.0.0/8 table 5 suppress_prefixlength 0 sup_group 4 preference 4", 0, &[]),
    ("from 10.0.0.0/8 table 5 suppress_prefixlength -1 preference 4", 5, &["invalid-number"]),
    ("from 10.0.0.0/8 table 5 sup_pl 4 suppress_ifgroup default preference 4", 0, &[]),
    ("from 10.0.0.0/8 table 5 suppress_ifgroup foo preference 4", 5, &["invalid-value"]),
    ("from 10.0.0.0/8 table 5 fwmark 5 preference 4", 0, &[]),
    ("from 10.0.0.0/8 table 5 fwmark 0x5/0x10 preference 4", 0, &[]),
    ("from 10.0.0.0/8 table 5 fwmark 5/ preference 4", 0, &[]),
    ("from 10.0.0.0/8 table 5 fwmark -5 preference 4", 5, &["invalid-value"]),
    ("from 10.0.0.0/8 table 5 fwmark 5x preference 4", 5, &["invalid-value"]),
    ("from 10.0.0.0/8 table 5 tos 0x10 preference 4", 0, &[]),
    ("from 10.0.0.0/8 table 5 tos 300 preference 4", 5, &["invalid-value"]),
    ("from 10.0.0.0/8 table 5 tos AF11 preference 4", 0, &[]),
    ("from 10.0.0.0/8 table 5 iif eth0 oif eth1 preference 4", 0, &[]),
    ("from 10.0.0.0/8 table 5 dev eth9 preference 4", 5, &["interface-missing"]),
    ("from 10.0.0.0/8 table 5 track_group TG preference 4", 5, &["adjusted"]),
    ("from 10.0.0.0/8 table 5 iif eth0 track_group TG preference 4", 0, &[]),
    ("from 10.0.0.0/8 table 5 iif eth0 track_group NO preference 4", 5, &["undefined"]),
    ("from 10.0.0.0/8 table 5 iif eth0 track_group TG track_group TG preference 4", 5, &["adjusted", "adjusted"]),
    ("from 10.0.0.0/8 table 5 iif eth0 track_group NO track_group TG preference 4", 5, &["undefined"]),
    ("from 10.0.0.0/33 table 5 preference 4", 5, &["invalid-number"]),
    ("from 10.0.0.0/8x table 5 preference 4", 5, &["invalid-number"]),
    ("from 10.0.0.300 table 5 preference 4", 5, &["invalid-value"]),
    ("from 10.0.0.0/8 to 2001::/16 table 5 preference 4", 5, &["invalid-value"]),
    ("inet from 2001::/16 table 5 preference 4", 5, &["adjusted", "invalid-value"]),
    ("inet inet 2001::/16 table 5 preference 4", 5, &["invalid-value"]),
    ("from 2001::/16 inet table 5 preference 4", 5, &["invalid-value"]),
    ("from 10.0.0.0/8 not table 5 order 0x10", 0, &[]),
    ("from 10.0.0.0/8 table 5", 5, &["adjusted"]),
    ("from default table 5 priority 5000000000", 5, &["invalid-number"]),
    ("from default6 table 5 priority 7", 0, &["adjusted"]),
    ("from all lookup main priority 7", 0, &[]),
    ("table -5 priority 7", 0, &["adjusted"]),
    ("table 4294967296 priority 7", 5, &["adjusted", "invalid-value"]),
    ("table 5 priority 7 uidrange 5-99999999999", 0, &["adjusted"]),
];

#[test]
fn routes_are_judged_as_keepalived_judges_them() {
    check("static_routes", ROUTES);
}

#[test]
fn rules_are_judged_as_keepalived_judges_them() {
    check("static_rules", RULES);
}
