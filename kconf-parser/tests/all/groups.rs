//! `virtual_server_group`. Exit codes were measured with keepalived 2.2.7.

#![expect(clippy::expect_used, reason = "what is not there is a failed test")]

use kconf_parser::model::{AddressFamily, Config, GroupEntry, VirtualService};
use kconf_parser::{Diagnostic, config_test};

use crate::common::read;

const NAT: &str = "lb_algo rr\nlb_kind NAT\nprotocol TCP\n";
const DR: &str = "lb_algo rr\nlb_kind DR\nprotocol TCP\n";
const TUN: &str = "lb_algo rr\nlb_kind TUN\nprotocol TCP\n";
/// For a group of marks, which knows no protocol.
const MARKED: &str = "lb_algo rr\nlb_kind NAT\n";
const MARKED_DR: &str = "lb_algo rr\nlb_kind DR\n";
const MARKED_TUN: &str = "lb_algo rr\nlb_kind TUN\n";

fn group(entries: &str) -> String {
    format!("virtual_server_group G {{\n{entries}\n}}\n")
}

fn server(lines: &str, real: &str) -> String {
    format!("virtual_server group G {{\n{lines}real_server {real} {{\n}}\n}}\n")
}

/// The group, used by a server with these lines and this real server.
fn used(entries: &str, lines: &str, real: &str) -> (Config, Vec<&'static str>, u8) {
    let (config, findings) = read(&(group(entries) + &server(lines, real)));
    (config, findings.iter().map(Diagnostic::code).collect(), config_test(&findings).exit_code())
}

/// The only server's services as text.
fn services(config: &Config) -> Vec<String> {
    let server = config.virtual_servers.first().expect("a virtual server");
    let text = |service| match service {
        VirtualService::Address { address, .. } => address.to_string(),
        VirtualService::FirewallMark { mark, family } => format!("{mark} {family:?}"),
    };
    config.services(server).map(text).collect()
}

#[test]
fn entries_stand_for_services() {
    const V4: &str = "10.0.0.1";
    const V6: &str = "2001:db8:1::1";
    #[rustfmt::skip]
    let cases: &[(&str, &str, &str, &[&str])] = &[
        ("192.0.2.1 80",             NAT,    V4, &["192.0.2.1:80"]),
        ("192.0.2.1 80\n192.0.2.2 81", NAT,  V4, &["192.0.2.1:80", "192.0.2.2:81"]),
        ("192.0.2.1-3 80",           NAT,    V4, &["192.0.2.1:80", "192.0.2.2:80", "192.0.2.3:80"]),
        ("192.0.2.1-010 80",         NAT,    V4, &["192.0.2.1:80", "192.0.2.2:80", "192.0.2.3:80", "192.0.2.4:80",
                                                   "192.0.2.5:80", "192.0.2.6:80", "192.0.2.7:80", "192.0.2.8:80",
                                                   "192.0.2.9:80", "192.0.2.10:80"]),
        ("192.0.2.255-192.0.3.0 80", NAT,    V4, &["192.0.2.255:80", "192.0.3.0:80"]),
        ("192.0.2.8/31 80",          NAT,    V4, &["192.0.2.8:80", "192.0.2.9:80"]),
        ("192.0.2.8-12/31 80", NAT, V4, &["192.0.2.8:80", "192.0.2.9:80"]),
        ("192.0.2.9/32 80",          NAT,    V4, &["192.0.2.9:80"]),
        ("2001:db8::9-a 80",         NAT,    V6, &["[2001:db8::9]:80", "[2001:db8::a]:80"]),
        ("2001:db8::9-0xa 80",       NAT,    V6, &["[2001:db8::9]:80", "[2001:db8::a]:80"]),
        ("2001:db8::ffff-2001:db8::1:0 80", NAT, V6, &["[2001:db8::ffff]:80", "[2001:db8::1:0]:80"]),
        ("2001:db8::/127 80",        NAT,    V6, &["[2001:db8::]:80", "[2001:db8::1]:80"]),
        ("fwmark 5",                 MARKED, V4, &["5 V4"]),
        ("fwmark 5",                 MARKED, V6, &["5 V6"]),
        ("fwmark +5 inet6",          MARKED, V6, &["5 V6"]),
        ("fwmark 5\n2001:db8::1 80", TUN,    V4, &["5 V6", "[2001:db8::1]:80"]),
        ("192.0.2.1 80\n2001:db8::1 80\nfwmark 5 inet6", TUN, V4,
                                                 &["192.0.2.1:80", "[2001:db8::1]:80", "5 V6"]),
    ];
    for (entries, lines, real, want) in cases {
        let (config, found, exit) = used(entries, lines, real);
        assert_eq!(
            (services(&config), found, exit),
            (want.iter().map(|one| (*one).to_owned()).collect(), vec![], 0),
            "{entries}"
        );
    }
}

#[test]
fn mistakes_in_an_entry_cost_the_entry() {
    const GONE: &[&str] = &["incomplete", "unusable-group"];
    #[rustfmt::skip]
    let cases: &[(&str, u8, &str)] = &[
        ("192.0.2.1 99999",          5, "invalid-number"),
        ("192.0.2.1 -1",             5, "invalid-number"),
        ("192.0.2.300 80",           5, "invalid-address"),
        ("FWMARK 5",                 5, "invalid-address"),
        ("192.0.2.10-1 80",          5, "invalid-address"),
        ("192.0.2.10-10 80",         5, "invalid-address"),
        ("192.0.2.10-256 80",        5, "invalid-address"),
        ("192.0.2.1-0x10 80",        5, "invalid-address"),
        ("192.0.2.1--5 80",          5, "invalid-address"),
        ("192.0.2.1- 80",            5, "invalid-address"),
        ("10.0.0.0-2001:db8::1 80",  5, "invalid-address"),
        ("2001:db8::a-1 80",         5, "invalid-address"),
        ("2001:db8::1-1ffff 80",     5, "invalid-address"),
        ("2001:db8::1--5 80",        5, "invalid-address"),
        ("192.0.2.9/29 80",          5, "invalid-address"),
        ("192.0.2.9-12/29 80",       5, "invalid-address"),
        ("192.0.2.9/33 80",          5, "invalid-address"),
        ("0.0.0.0/0 80",             5, "invalid-address"),
        ("192.0.2.8/x 80",           5, "invalid-address"),
        ("2001:db8::/129 80",        5, "invalid-address"),
        ("fe80::1%eth0 80",          5, "invalid-address"),
        ("fwmark 5 ipv6",            5, "invalid-value"),
        ("fwmark 4294967296",        5, "invalid-number"),
        ("fwmark -5 inet",           5, "invalid-number"),
        ("fwmark",                   2, "missing-argument"),
    ];
    for (entries, exit, code) in cases {
        let (config, mut found, ours) = used(entries, NAT, "10.0.0.1 80");
        assert!(config.groups.is_empty() && config.virtual_servers.is_empty(), "{entries}");
        found.sort_unstable();
        let mut want = [GONE, &[*code]].concat();
        want.sort_unstable();
        assert_eq!((found, ours), (want, *exit), "{entries}");

        let (config, found, _) = used(&format!("192.0.2.77 80\n{entries}"), NAT, "10.0.0.1 80");
        assert_eq!((services(&config), found), (vec!["192.0.2.77:80".to_owned()], vec![*code]), "{entries}");
    }
}

#[test]
fn what_keepalived_takes_and_nobody_can_run_is_named() {
    for entries in ["10.0.0.0/8 80", "128.0.0.0/1 80", "2001:db8::/64 80", "fwmark 0"] {
        let (config, findings) = read(&group(entries));
        assert!(config.groups.is_empty(), "{entries}");
        assert_eq!(findings.iter().map(Diagnostic::code).collect::<Vec<_>>(), ["adjusted"], "{entries}");
        assert_eq!(config_test(&findings).exit_code(), 0, "{entries}");
    }
}

#[test]
fn words_behind_an_entry_are_not_read() {
    for entries in ["192.0.2.1 80 90", "192.0.2.1 80 tcp", "192.0.2.1 80\nfwmark 5 inet 7"] {
        let (config, found, exit) = used(entries, NAT, "10.0.0.1");
        assert_eq!((config.virtual_servers.len(), found, exit), (1, vec!["extra-arguments"], 0), "{entries}");
    }
}

#[test]
fn families_of_group_and_real_servers_must_agree() {
    const BOTH: &str = "192.0.2.1 80\n2001:db8::1 80";
    const V4: &str = "10.0.0.1 80";
    const V6: &str = "2001:db8:1::1 80";
    const GRE: &str = "lb_algo rr\nlb_kind TUN type gre\nprotocol TCP\n";
    const SORRY: &str =
        "lb_algo rr\nlb_kind TUN\nprotocol TCP\nsorry_server 10.0.0.9 80\nsorry_server_lvs_method NAT\n";
    const UNUSABLE: &[&str] = &["unusable-group"];
    #[rustfmt::skip]
    let cases: &[(&str, &str, &str, &[&str], u8)] = &[
        (BOTH,                              NAT,    V4, UNUSABLE, 0),
        (BOTH,                              TUN,    V4, &[],      0),
        (BOTH,                              GRE,    V4, &[],      0),
        (BOTH,                              SORRY,  V4, UNUSABLE, 0),
        ("192.0.2.1 80",                    NAT,    V6, UNUSABLE, 0),
        ("192.0.2.1 80",                    DR,     V6, UNUSABLE, 0),
        ("192.0.2.1 80",                    TUN,    V6, &[],      0),
        ("192.0.2.1 80",                    GRE,    V6, &[],      0),
        ("2001:db8::1 80\nfwmark 5 inet",   NAT,    V6, UNUSABLE, 0),
        ("fwmark 5 inet6",                  NAT,    V4, UNUSABLE, 0),
        ("fwmark 5 inet6",                  MARKED, V6, &[],      0),
        ("fwmark 5 inet6",                  NAT,    V6, &["adjusted"], 5),
        ("fwmark 1 inet\nfwmark 2 inet6",   NAT,    V4, UNUSABLE, 0),
        ("192.0.2.1 80\n2001:db8::1 80\nfwmark 5", TUN, V4, &["incomplete", "unusable-group"], 5),
    ];
    for (entries, lines, real, want, exit) in cases {
        let (config, found, ours) = used(entries, lines, real);
        assert_eq!((found.as_slice(), ours), (*want, *exit), "{entries} {lines} {real}");
        assert_eq!(config.virtual_servers.is_empty(), want.contains(&"unusable-group"), "{entries} {lines}");
    }
}

#[test]
fn ip_family_settles_what_the_marks_leave_open() {
    let six = format!("{MARKED}ip_family inet6\n");
    let (config, found, exit) = used("fwmark 6", &six, "2001:db8::1 80");
    assert_eq!((services(&config), found, exit), (vec!["6 V6".to_owned()], vec![], 0));
    let (config, _, exit) = used("fwmark 6", &six, "10.0.0.1 80");
    assert_eq!((config.virtual_servers.len(), exit), (0, 5));
    let (config, found, exit) = used("fwmark 1", MARKED_TUN, "10.0.0.1");
    assert_eq!((services(&config), found, exit), (vec!["1 V4".to_owned()], vec![], 0));
}

#[test]
fn the_server_is_adjusted_to_its_group() {
    const UDP: &str = "lb_algo rr\nlb_kind NAT\n";
    #[rustfmt::skip]
    let cases: &[(&str, &str, &str, usize)] = &[
        ("192.0.2.1",               NAT,       "10.0.0.1 80",   1),
        ("192.0.2.1 0",             NAT,       "10.0.0.1 80",   1),
        ("192.0.2.1\n192.0.2.2 80", NAT,       "10.0.0.1 80",   1),
        ("192.0.2.1\nfwmark 5",     NAT,       "10.0.0.1 80",   1),
        ("fwmark 5",                NAT,       "10.0.0.1 80",   1),
        ("fwmark 5",                MARKED,    "10.0.0.1 80",   0),
        ("192.0.2.1 80",            UDP,       "10.0.0.1 80",   1),
        ("192.0.2.1 80\nfwmark 5",  UDP,       "10.0.0.1 80",   1),
        ("192.0.2.1 80\nfwmark 5",  NAT,       "10.0.0.1 80",   0),
        ("192.0.2.1 80",            DR,        "10.0.0.1 8080", 1),
        ("192.0.2.1 80",            DR,        "10.0.0.1",      0),
        ("192.0.2.1-9 80",          DR,        "10.0.0.1 81",   1),
        ("192.0.2.1 80\n192.0.2.1 81", DR,     "10.0.0.1 80",   1),
        ("192.0.2.1 80\n192.0.2.1 81", DR,     "10.0.0.1",      0),
        ("fwmark 5",                MARKED_DR, "10.0.0.1 80",   1),
        ("fwmark 5",                MARKED_DR, "10.0.0.1",      0),
    ];
    for (entries, lines, real, adjusted) in cases {
        let (_, found, exit) = used(entries, lines, real);
        assert_eq!(found, vec!["adjusted"; *adjusted], "{entries} {lines} {real}");
        assert_eq!(exit, if *adjusted == 0 { 0 } else { 5 }, "{entries} {lines} {real}");
    }
    let sorry = |lines: &str, entries: &str| used(entries, lines, "10.0.0.1").2;
    assert_eq!(sorry(&format!("{DR}sorry_server 10.0.0.9 81\n"), "192.0.2.1 80"), 5);
    assert_eq!(sorry(&format!("{DR}sorry_server 10.0.0.9 80\n"), "192.0.2.1 80"), 0);
    assert_eq!(sorry(&format!("{DR}sorry_server 10.0.0.9\n"), "192.0.2.1 80"), 0);
    assert_eq!(sorry(&format!("{NAT}sorry_server 10.0.0.9 81\n"), "192.0.2.1 80"), 0);
    assert_eq!(sorry(&format!("{DR}sorry_server 10.0.0.9 80\n"), "192.0.2.1 80\nfwmark 2"), 5);
    assert_eq!(sorry(&format!("{NAT}ha_suspend\n"), "192.0.2.1 80"), 0);
    assert_eq!(sorry(&format!("{NAT}ha_suspend\n"), "192.0.2.1 80\nfwmark 2"), 5);
}

#[test]
fn only_nat_keeps_the_port_of_a_real_server() {
    for (lines, ports) in [(NAT, [8080, 8080]), (DR, [80, 0]), (TUN, [80, 0])] {
        let (config, ..) = used("192.0.2.1 80\nfwmark 5", lines, "10.0.0.1 8080");
        let server = config.virtual_servers.first().expect("a virtual server");
        let real = server.real_servers.first().expect("a real server");
        // Checks go to the port as written.
        assert_eq!(real.address.port(), 8080);
        let destinations: Vec<u16> =
            config.services(server).map(|service| service.destination(real).port()).collect();
        assert_eq!(destinations, ports, "{lines}");
    }
}

#[test]
fn groups_are_found_by_name_wherever_they_stand() {
    let one = group("192.0.2.1 80");
    let user = server(NAT, "10.0.0.1 80");
    #[rustfmt::skip]
    let cases: &[(String, &[&str], u8, usize)] = &[
        (user.clone() + &one,                                      &[],                 0, 1),
        (one.clone(),                                              &[],                 0, 0),
        (user.clone(),                                             &["unusable-group"], 0, 0),
        (format!("{one}{}{user}", group("2001:db8::1 80")),        &["adjusted"],       0, 1),
        (format!("{}{one}{user}", group("2001:db8::1 80")),        &["adjusted", "unusable-group"], 0, 0),
        (format!("{}{one}{user}", group("")),                      &["incomplete"],     5, 1),
        (group(""),                                                &["incomplete"],     5, 0),
        (format!("virtual_server group Z {{\n{NAT}}}\n"),          &["unusable-group"], 0, 0),
        (format!("{one}virtual_server group G {{\n{NAT}}}\n"),     &["incomplete"],     5, 0),
        ("virtual_server_group {\n192.0.2.1 80\n}\n".to_owned(),   &["missing-argument"], 2, 0),
        ("virtual_server_group G H {\n192.0.2.1 80\n}\n".to_owned(), &["too-many-arguments"], 2, 0),
        (format!("virtual_server_group G {{ 192.0.2.1 80 }}\n{user}"), &[],             0, 1),
    ];
    for (text, want, exit, servers) in cases {
        let (config, findings) = read(text);
        let found: Vec<_> = findings.iter().map(Diagnostic::code).collect();
        let ours = config_test(&findings).exit_code();
        assert_eq!(
            (found.as_slice(), ours, config.virtual_servers.len()),
            (*want, *exit, *servers),
            "{text}"
        );
    }
}

#[test]
fn a_server_by_group_or_mark_needs_to_say_which() {
    for key in ["group", "fwmark"] {
        let (config, findings) =
            read(&format!("virtual_server {key} {{\n{NAT}real_server 10.0.0.1 80 {{\n}}\n}}\n"));
        assert!(config.virtual_servers.is_empty(), "{key}");
        assert_eq!(findings.iter().map(Diagnostic::code).collect::<Vec<_>>(), ["missing-argument"], "{key}");
    }
}

#[test]
fn a_misspelt_group_is_suggested() {
    let text =
        format!("virtual_server_group web {{\n192.0.2.1 80\n}}\nvirtual_server group wbe {{\n{NAT}}}\n");
    let (_, findings) = read(&text);
    let advice = findings.first().and_then(|finding| finding.suggestion.as_deref());
    assert_eq!(advice, Some("did you mean 'web'?"));
}

#[test]
fn a_large_range_is_one_entry() {
    let (config, ..) = used("2001:db8::-ffff 80", NAT, "2001:db8:1::1 80");
    let entries = &config.group("G").expect("a group").entries;
    assert!(
        matches!(entries.as_slice(), [GroupEntry::Range { addresses, port: 80 }] if addresses.count() == 65_536)
    );
    let server = config.virtual_servers.first().expect("a virtual server");
    assert_eq!(server.family, AddressFamily::V6);
    assert_eq!(config.services(server).count(), 65_536);
}

#[test]
fn a_server_without_a_group_is_one_service() {
    let text = "virtual_server fwmark 3 {\nlb_algo rr\nlb_kind NAT\nip_family inet6\nreal_server 2001:db8::1 80 {\n}\n}\n";
    assert_eq!(services(&read(text).0), ["3 V6"]);
    let text = format!("virtual_server 192.0.2.1 80 {{\n{NAT}real_server 10.0.0.1 80 {{\n}}\n}}\n");
    assert_eq!(services(&read(&text).0), ["192.0.2.1:80"]);
}
