//! Virtual servers, their real servers and `SSL`: what the lines mean. Rules are those of `keepalived -t`.

#![expect(clippy::expect_used, reason = "what is not there is a failed test")]

use core::net::Ipv4Addr;
use core::time::Duration;

use kconf_parser::model::{
    AddressFamily, ForwardMethod, PersistenceGranularity, TunnelChecksum, VirtualServer,
};
use kconf_parser::{AssumePresent, lower, parse};

use crate::common::read_codes as read;

const REAL: &str = "real_server 10.0.0.1 80 {\n}";

fn service(key: &str, lines: &str) -> (VirtualServer, Vec<&'static str>) {
    let (mut config, found) = read(&format!("virtual_server {key} {{\nlb_algo rr\n{lines}\n}}\n"));
    (config.virtual_servers.pop().expect("a virtual server"), found)
}

#[test]
fn tunnels_have_kinds_ports_and_checksums() {
    use ForwardMethod::{DirectRoute, Masquerade, Tunnel, TunnelGre, TunnelGue};
    use TunnelChecksum::{Full, None, Remote};
    #[rustfmt::skip]
    let cases: &[(&str, ForwardMethod, usize)] = &[
        ("NAT",                          Masquerade, 0),
        ("NAT type gue port 5",          Masquerade, 0),
        ("DR port 5",                    DirectRoute, 1),
        ("TUN",                          Tunnel, 0),
        ("TUN type ipip nocsum",         Tunnel, 0),
        ("TUN type gue port 5",          TunnelGue { port: 5, checksum: None }, 0),
        ("TUN type gue port 5 remcsum",  TunnelGue { port: 5, checksum: Remote }, 0),
        ("TUN type gre csum",            TunnelGre { checksum: Full }, 0),
        ("TUN type gre remcsum",         Tunnel, 1),
        ("TUN type gue",                 Tunnel, 1),
        ("TUN csum",                     Tunnel, 1),
        ("TUN type x",                   Tunnel, 1),
        // What was written before holds.
        ("TUN type gre\nlb_kind TUN x",  TunnelGre { checksum: None }, 1),
        ("DR\nlb_kind TUN type gue",     Tunnel, 1),
        ("DR\nlb_kind x",                DirectRoute, 1),
    ];
    for (method, expected, findings) in cases {
        let (service, found) = service("192.0.2.9 80", &format!("protocol TCP\nlb_kind {method}\n{REAL}"));
        assert_eq!((service.forward_method, found.len()), (*expected, *findings), "{method}: {found:?}");
    }
}

#[test]
fn a_real_server_takes_the_method_that_is_written_above_it() {
    let lines = "protocol TCP\nlb_kind NAT\nreal_server 10.0.0.1 81 {\n}\nsorry_server 10.0.0.3 82\nlb_kind DR\nreal_server 10.0.0.2 80 {\n}";
    let (service, found) = service("192.0.2.9 80", lines);
    assert_eq!(found, [""; 0]);
    let methods: Vec<_> = service.real_servers.iter().map(|server| server.forward_method).collect();
    assert_eq!(methods, [ForwardMethod::Masquerade, ForwardMethod::DirectRoute]);
    let sorry = service.sorry_server.expect("a sorry server");
    assert_eq!((sorry.forward_method, sorry.address.port()), (ForwardMethod::Masquerade, 82));
}

#[test]
fn a_real_server_without_a_port_has_the_services() {
    let port = |key: &str, protocol: &str| {
        let lines = format!("{protocol}\nlb_kind NAT\nreal_server 10.0.0.1 {{\n}}");
        service(key, &lines).0.real_servers[0].address.port()
    };
    assert_eq!(port("192.0.2.9 80", "protocol TCP"), 80);
    assert_eq!(port("fwmark 5", ""), 0);
}

#[test]
fn persistence_granularity_settles_the_family_of_a_firewall_mark() {
    let granularity = |key: &str, lines: &str| {
        let (service, found) = service(key, lines);
        assert_eq!(service.persistence_timeout, Some(Duration::from_secs(360)), "{lines}");
        (service.family, service.persistence_granularity.expect("a granularity"), found.len())
    };
    let mask = PersistenceGranularity::Netmask(Ipv4Addr::new(255, 255, 255, 0));
    let nat = format!("lb_kind NAT\npersistence_granularity 255.255.255.0\n{REAL}");
    assert_eq!(granularity("fwmark 5", &nat), (AddressFamily::V4, mask, 0));
    let six = "lb_kind NAT\npersistence_granularity 64\nreal_server 2001:db8::1 80 {\n}";
    let prefix = PersistenceGranularity::PrefixLen(64);
    assert_eq!(granularity("fwmark 5", six), (AddressFamily::V6, prefix, 0));
    // keepalived reads a number alone as an address, as many programs do.
    let number = PersistenceGranularity::Netmask(Ipv4Addr::new(0, 0, 0, 24));
    let short = format!("protocol TCP\nlb_kind NAT\npersistence_granularity 24\n{REAL}");
    assert_eq!(granularity("192.0.2.9 80", &short), (AddressFamily::V4, number, 1));
}

#[test]
fn a_sorry_server_is_inhibited_as_its_twin_is_and_a_second_one_begins_anew() {
    let sorry = |lines: &str| {
        let (service, found) =
            service("192.0.2.9 80", &format!("protocol TCP\nlb_kind NAT\n{lines}\n{REAL}"));
        (service.sorry_server.expect("a sorry server").inhibit, found.len())
    };
    assert_eq!(sorry("sorry_server 10.0.0.3 80\nsorry_server_inhibit"), (true, 0));
    assert_eq!(sorry("sorry_server 10.0.0.1 80\nsorry_server_inhibit"), (false, 1));
    assert_eq!(sorry("sorry_server 10.0.0.1 80\ninhibit_on_failure"), (true, 1));
    let twice = "sorry_server 10.0.0.3 80\nsorry_server_inhibit\nsorry_server 10.0.0.4 80";
    assert_eq!(sorry(twice), (false, 0));
}

#[test]
fn what_belongs_to_a_scheduler_must_follow_it() {
    let flags = |lines: &str| {
        let (service, found) =
            service("192.0.2.9 80", &format!("protocol TCP\nlb_kind NAT\n{lines}\n{REAL}"));
        (service.scheduler_flags, found.len())
    };
    assert_eq!(flags("lb_algo sh\nsh-port\nsh-fallback"), (3, 0));
    assert_eq!(flags("sh-port\nlb_algo sh"), (0, 1));
    assert_eq!(flags("lb_algo mh\nmh-port\nsh-fallback"), (2, 1));
    assert_eq!(flags("flag-3"), (4, 0));
}

#[test]
fn one_packet_scheduling_is_for_udp_and_for_marks() {
    let ops = |key: &str, protocol: &str| {
        service(key, &format!("{protocol}\nlb_kind NAT\nops\n{REAL}")).0.one_packet
    };
    assert!(ops("192.0.2.9 80", "protocol UDP"));
    assert!(!ops("192.0.2.9 80", "protocol TCP"));
    assert!(ops("fwmark 5", ""));
}

#[test]
fn names_for_snmp_are_single_words() {
    let lines = "protocol TCP\nlb_kind NAT\nsnmp_name web\nreal_server 10.0.0.1 80 {\nsnmp_name one\nsnmp_name two words\n}";
    let (service, found) = service("192.0.2.9 80", lines);
    assert_eq!(found, ["adjusted"]);
    assert_eq!(service.snmp_name.as_deref(), Some("web"));
    assert_eq!(service.real_servers[0].snmp_name.as_deref(), Some("one"));
}

#[test]
fn the_last_ssl_block_holds_and_never_shows_its_password() {
    let (config, found) =
        read("SSL {\nca /a\n}\nSSL {\ncertificate /c\nkey /k\npassword geheim\npassword hunter2\n}\n");
    assert_eq!(found, ["adjusted"; 2]);
    let ssl = config.ssl.as_ref().expect("settings");
    assert_eq!((ssl.ca.as_ref(), ssl.certificate.as_deref()), (None, Some("/c".as_ref())));
    assert_eq!(ssl.password.as_ref().map(|password| password.reveal()), Some("hunter2"));
    assert!(!format!("{config:?} {:?}", config.describe()).contains("hunter2"));
}

#[test]
fn a_word_that_is_nearly_right_is_suggested_and_can_be_put_right() {
    let fixes = |lines: &str| {
        let text = format!("virtual_server 192.0.2.9 80 {{\n{lines}\n{REAL}\n}}\n");
        let parsed = parse("f", text.as_bytes());
        let findings = lower(&parsed.tree, &AssumePresent).diagnostics;
        let fixes = findings.into_iter().filter_map(|finding| finding.fix).map(|fix| fix.replacement);
        fixes.collect::<Vec<_>>()
    };
    assert_eq!(fixes("lb_algo wllc\nlb_kind dr\nprotocol TPC"), ["wlc", "DR", "TCP"]);
    assert_eq!(fixes("lb_algo round-robin\nlb_kind NAT\nprotocol TCP"), [""; 0]);
}
