//! Peers, sources and addresses.

use super::{Addresses, codes, in_instance, instance};

#[test]
fn peers_are_other_nodes_each_once() {
    #[rustfmt::skip]
    let cases: &[(&str, &[&str])] = &[
        ("unicast_src_ip 192.0.2.2\nunicast_peer { 192.0.2.2 }",          &["peer-is-self"]),
        ("unicast_src_ip 192.0.2.2\nunicast_peer { 192.0.2.3 }",          &[]),
        ("unicast_peer {\n 192.0.2.3\n 192.0.2.3\n}",                     &["peer-twice"]),
        ("unicast_peer {\n 192.0.2.3\n 192.0.2.4\n}",                     &[]),
        ("unicast_peer { 192.0.2.1 }",                                    &["source-is-virtual"]),
        ("unicast_src_ip 192.0.2.1\nunicast_peer { 192.0.2.3 }",          &["source-is-virtual"]),
        ("mcast_src_ip 192.0.2.1",                                        &["source-is-virtual"]),
        // The owner of an address may send from it.
        ("priority 255\nmcast_src_ip 192.0.2.1",                          &[]),
    ];
    for (lines, want) in cases {
        assert_eq!(in_instance(lines), *want, "{lines}");
    }
}

#[test]
fn unicast_asks_where_an_advert_comes_from() {
    let peer = "track_script {\n chk\n chk2\n}\nunicast_src_ip 192.0.2.2\nunicast_peer";
    #[rustfmt::skip]
    let cases: &[(String, &[&str])] = &[
        (format!("{peer} {{ 192.0.2.3 }}"),                        &["unicast-unguarded"]),
        (format!("{peer} {{ 192.0.2.3 }}\ncheck_unicast_src"),     &[]),
        // A limit on the TTL of any peer makes keepalived look at the source.
        (format!("{peer} {{ 192.0.2.3 min_ttl 255 }}"),            &[]),
        (format!("{peer} {{ 192.0.2.3 }}\nauthentication {{\n auth_type PASS\n auth_pass a\n}}"), &[]),
    ];
    for (lines, want) in cases {
        assert_eq!(codes(&instance(lines), None, &[]), *want, "{lines}");
    }
}

#[test]
fn announcements_come_neither_all_at_once_nor_late() {
    let text = |globals: &str, addresses: usize| {
        let list: String =
            (1..=addresses).map(|host| format!("  10.0.{}.{}/16\n", host / 250, 1 + host % 250)).collect();
        format!(
            "global_defs {{\n{globals}\n}}\nvrrp_instance VI {{\n interface eth0\n virtual_router_id 5\n \
             virtual_ipaddress {{\n{list} }}\n}}\n"
        )
    };
    #[rustfmt::skip]
    let cases: &[(&str, usize, &[&str])] = &[
        // Five for each address.
        ("", 49, &[]),
        ("", 50, &["announcement-burst"]),
        ("vrrp_garp_master_repeat 1", 200, &[]),
        ("vrrp_garp_interval 0.001", 200, &[]),
        ("vrrp_garp_interval 0.02", 151, &[]),
        ("vrrp_garp_interval 0.02", 152, &["announcements-slow"]),
        // The pause is for ARP, and so is that of neighbour advertisements for theirs.
        ("vrrp_gna_interval 1", 3, &[]),
    ];
    for (globals, addresses, want) in cases {
        assert_eq!(codes(&text(globals, *addresses), None, &[]), *want, "{globals} {addresses}");
    }
}

#[test]
fn the_host_knows_which_addresses_are_its_own() {
    let unicast = instance(
        "unicast_src_ip 192.0.2.2\nunicast_peer { 192.0.2.3 }\ncheck_unicast_src\ntrack_script {\n chk\n chk2\n}",
    );
    #[rustfmt::skip]
    let cases: &[(Addresses<'_>, &[&str])] = &[
        (&[],                                                        &[]),
        (&[("eth0", "192.0.2.2/24")],                                &[]),
        (&[("eth0", "192.0.2.3/24")],                                &["source-not-on-host", "peer-is-self"]),
        (&[("eth0", "192.0.2.2/24"), ("eth1", "192.0.2.3/24")],      &["peer-is-self"]),
        (&[("eth0", "198.51.100.7/24"), ("eth1", "192.0.2.2/24")],   &["address-off-network"]),
        // An interface without an address in the family says nothing about networks.
        (&[("eth0", "2001:db8::1/64"), ("eth1", "192.0.2.2/24")],    &[]),
    ];
    for (host, want) in cases {
        assert_eq!(codes(&unicast, None, host), *want, "{host:?}");
    }
}

#[test]
fn an_address_is_in_one_place() {
    let two = |first: &str, second: &str| {
        format!(
            "vrrp_instance A {{\n interface eth0\n virtual_router_id 5\n {first}\n}}\n\
             vrrp_instance B {{\n interface eth0\n virtual_router_id 6\n {second}\n}}\n"
        )
    };
    #[rustfmt::skip]
    let cases: &[(&str, &str, &[&str])] = &[
        ("virtual_ipaddress { 192.0.2.1 }", "virtual_ipaddress { 192.0.2.2 }", &[]),
        ("virtual_ipaddress { 192.0.2.1 }", "virtual_ipaddress { 192.0.2.1/24 }", &["address-twice"]),
        ("virtual_ipaddress { 192.0.2.1 }", "virtual_ipaddress { 192.0.2.1 dev eth1 }", &["address-twice"]),
        ("virtual_ipaddress { 192.0.2.1 }", "virtual_ipaddress { 192.0.2.2 }\nvirtual_ipaddress_excluded { 192.0.2.1 }", &["address-twice"]),
        ("virtual_ipaddress { fe80::1/64 }", "virtual_ipaddress { fe80::1/64 }", &["address-twice"]),
        ("virtual_ipaddress { fe80::1/64 }", "use_vmac\nvirtual_ipaddress { fe80::1/64 }", &[]),
        ("virtual_ipaddress { fe80::1/64 }", "virtual_ipaddress { fe80::1/64 dev eth1 }", &[]),
    ];
    for (first, second, want) in cases {
        assert_eq!(codes(&two(first, second), None, &[]), *want, "{first} / {second}");
    }
}

/// `vrf` is for unicast instances without an interface.
#[test]
fn each_vrf_has_addresses_of_its_own() {
    let text = |lines: &str| {
        format!(
            "vrrp_instance A {{\n interface eth0\n virtual_router_id 5\n virtual_ipaddress {{ 192.0.2.1 }}\n}}\n\
             vrrp_instance B {{\n virtual_router_id 6\n unicast_src_ip 192.0.2.8\n check_unicast_src\n \
             unicast_peer {{ 192.0.2.9 }}\n virtual_ipaddress {{ 192.0.2.1 dev eth1 }}\n {lines}\n}}\n"
        )
    };
    assert_eq!(codes(&text("vrf red"), None, &[]), [""; 0]);
    assert_eq!(codes(&text(""), None, &[]), ["address-twice"]);
}

#[test]
fn an_address_of_a_network_is_none_of_a_host() {
    #[rustfmt::skip]
    let cases: &[(&str, bool)] = &[
        ("192.0.2.0/24", true), ("192.0.2.255/24", true), ("192.0.2.255/23", false), ("192.0.3.255/23", true),
        ("192.0.2.0/31", false), ("192.0.2.0/32", false), ("192.0.2.0", false), ("192.0.2.1/24", false),
        ("127.0.0.1", true), ("127.0.0.2/8 dev lo", false), ("224.0.0.18", true), ("255.255.255.255", true),
        ("0.0.0.0", true), ("0.0.0.0/0", true), ("10.0.0.1/0", false),
    ];
    for (address, unusable) in cases {
        let text = format!(
            "vrrp_instance A {{\n interface eth0\n virtual_router_id 5\n virtual_ipaddress {{ {address} }}\n}}\n"
        );
        let want: &[&str] = if *unusable { &["address-unusable"] } else { &[] };
        assert_eq!(codes(&text, None, &[]), want, "{address}");
    }
}
