//! One node beside the other.

use super::{codes, in_pair};

#[test]
fn what_adverts_carry_is_the_same_on_both_nodes() {
    let own = "priority 150";
    #[rustfmt::skip]
    let cases: &[(&str, &str, &[&str])] = &[
        (own, "priority 100", &[]),
        (own, "priority 100\nvirtual_router_id 6", &["pair-vrid"]),
        (own, "priority 100\nversion 3", &["pair-version"]),
        (own, "priority 100\nadvert_int 2", &["pair-interval"]),
        ("priority 150\nversion 3", "priority 100\nversion 3\nadvert_int 2", &["pair-interval"]),
        (own, "priority 100\nauthentication {\n auth_type PASS\n auth_pass a\n}", &["pair-authentication"]),
        ("priority 150\nauthentication {\n auth_type PASS\n auth_pass a\n}",
         "priority 100\nauthentication {\n auth_type PASS\n auth_pass b\n}", &["pair-authentication"]),
        // Only eight octets go over the wire.
        ("priority 150\nauthentication {\n auth_type PASS\n auth_pass 123456789\n}",
         "priority 100\nauthentication {\n auth_type PASS\n auth_pass 12345678\n}", &[]),
        (own, "priority 100\nvirtual_ipaddress { 192.0.2.9 }", &["pair-addresses"]),
        ("priority 150\nvirtual_ipaddress { 192.0.2.9 }", "priority 100", &["pair-addresses"]),
        // The order and the prefix length are each node's own.
        ("priority 150\nvirtual_ipaddress { 192.0.2.9 }", "priority 100\nvirtual_ipaddress { 192.0.2.9/24 }", &[]),
        (own, "priority 100\nvirtual_ipaddress_excluded { 192.0.2.9 }", &["pair-addresses"]),
    ];
    for (own, other, want) in cases {
        assert_eq!(in_pair(own, other), *want, "{own} beside {other}");
    }
}

#[test]
fn adverts_go_where_the_other_node_listens() {
    let own = "priority 150\nunicast_src_ip 192.0.2.2\nunicast_peer { 192.0.2.3 }";
    #[rustfmt::skip]
    let cases: &[(&str, &str, &[&str])] = &[
        (own, "priority 100\nunicast_src_ip 192.0.2.3\nunicast_peer { 192.0.2.2 }", &[]),
        (own, "priority 100\nunicast_src_ip 192.0.2.4\nunicast_peer { 192.0.2.2 }", &["pair-peers"]),
        // Without a source nobody knows what it sends from.
        (own, "priority 100\nunicast_peer { 192.0.2.2 }", &[]),
        (own, "priority 100\nunicast_src_ip 192.0.2.2\nunicast_peer { 192.0.2.3 }", &["pair-same-source"]),
        (own, "priority 100", &["pair-transport"]),
        ("priority 150", "priority 100\nunicast_peer { 192.0.2.2 }", &["pair-transport"]),
        ("priority 150\nmcast_dst_ip 224.0.0.19", "priority 100", &["pair-transport"]),
    ];
    for (own, other, want) in cases {
        assert_eq!(in_pair(own, other), *want, "{own} beside {other}");
    }
}

#[test]
fn one_node_is_the_master_that_the_priorities_name() {
    #[rustfmt::skip]
    let cases: &[(&str, &str, &[&str])] = &[
        ("state MASTER\npriority 150", "state BACKUP\npriority 100", &[]),
        ("state BACKUP\npriority 150", "state BACKUP\npriority 100", &[]),
        ("state MASTER\npriority 150", "state MASTER\npriority 100", &["pair-both-master"]),
        ("state MASTER\npriority 100", "state BACKUP\npriority 150", &["pair-state-against-priority"]),
        // The higher node waits for a live master, so the first one stays.
        ("state MASTER\npriority 100", "state BACKUP\npriority 150\nnopreempt", &[]),
    ];
    for (own, other, want) in cases {
        assert_eq!(in_pair(own, other), *want, "{own} beside {other}");
    }
}

#[test]
fn a_check_that_both_nodes_fail_leaves_nobody() {
    #[rustfmt::skip]
    let cases: &[(&str, &str, &[&str])] = &[
        ("priority 150\ntrack_script { chk }", "priority 100\ntrack_script { chk }", &["shared-fault"]),
        ("priority 150\ntrack_script { chk }", "priority 100\ntrack_script { chk weight -60 }", &[]),
        ("priority 150\ntrack_script { chk }", "priority 100", &[]),
        ("priority 150\ntrack_interface { eth1 }", "priority 100\ntrack_interface { eth1 }", &[]),
    ];
    for (own, other, want) in cases {
        assert_eq!(in_pair(own, other), *want, "{own} beside {other}");
    }
}

#[test]
fn nodes_track_the_same_kinds_of_things() {
    let codes = |own: &str, other: &str| {
        let mut codes = codes(&super::instance(own), Some(&super::instance(other)), &[]);
        codes.retain(|code| *code != "unused");
        codes
    };
    assert_eq!(codes("priority 150\ntrack_interface { eth1 }", "priority 100"), ["pair-tracking"]);
    // Interfaces have other names on other hosts.
    assert_eq!(
        codes("priority 150\ntrack_interface { eth1 }", "priority 100\ntrack_interface { ens9 }"),
        [""; 0]
    );
}

#[test]
fn services_are_the_same_on_both_nodes() {
    let server = |port: u16, lines: &str, real: &str| {
        format!(
            "virtual_server 192.0.2.1 {port} {{\n lvs_sched rr\n lvs_method NAT\n protocol TCP\n {lines}\n \
             real_server {real} 80 {{\n TCP_CHECK {{ }}\n }}\n}}\n"
        )
    };
    let own = server(80, "", "198.51.100.1");
    #[rustfmt::skip]
    let cases: &[(String, &[&str])] = &[
        (own.clone(), &[]),
        (server(81, "", "198.51.100.1"), &["pair-services"]),
        (server(80, "", "198.51.100.2"), &["pair-services"]),
        (server(80, "persistence_timeout 60", "198.51.100.1"), &["pair-services"]),
    ];
    for (other, want) in cases {
        assert_eq!(codes(&own, Some(other), &[]), *want, "{other}");
    }
}

#[test]
fn signatures_are_accepted_by_the_other_node() {
    let key = |byte: char| byte.to_string().repeat(32);
    let hmac = |lines: &str| format!("auth_hmac {{\n {lines}\n}}");
    let (a, b) = (key('a'), key('b'));
    let own = hmac(&format!("key 1 {a}\n active_key 1"));
    #[rustfmt::skip]
    let cases: &[(String, &[&str])] = &[
        (own.clone(), &[]),
        (hmac(&format!("key 1 {b}\n active_key 1")), &["pair-authentication"]),
        (hmac(&format!("key 1 {a}\n key 2 {b}\n active_key 2")), &[]),
        (hmac(&format!("key 2 {a}\n active_key 2")), &["pair-authentication"]),
        (String::new(), &["pair-authentication"]),
    ];
    for (other, want) in cases {
        let (own, other) = (format!("priority 150\n{own}"), format!("priority 100\n{other}"));
        assert_eq!(in_pair(&own, &other), *want, "{other}");
    }
}

#[test]
fn instances_find_their_counterpart_by_number_name_or_address() {
    let instance = |name: &str, vrid: u8, priority: u8, address: &str| {
        format!(
            "vrrp_instance {name} {{\n interface eth0\n virtual_router_id {vrid}\n priority {priority}\n \
             virtual_ipaddress {{ {address} }}\n}}\n"
        )
    };
    let own = instance("A", 5, 150, "192.0.2.1") + &instance("B", 6, 150, "192.0.2.2");
    #[rustfmt::skip]
    let cases: &[(String, &[&str])] = &[
        (instance("A", 5, 100, "192.0.2.1") + &instance("B", 6, 100, "192.0.2.2"), &[]),
        // Other names, other order.
        (instance("Y", 6, 100, "192.0.2.2") + &instance("X", 5, 100, "192.0.2.1"), &[]),
        (instance("A", 5, 100, "192.0.2.1"), &["pair-missing"]),
        (instance("A", 5, 100, "192.0.2.1") + &instance("B", 7, 100, "192.0.2.2"), &["pair-vrid"]),
        (instance("A", 5, 100, "192.0.2.1") + &instance("X", 7, 100, "192.0.2.2"), &["pair-vrid"]),
    ];
    for (other, want) in cases {
        assert_eq!(codes(&own, Some(other), &[]), *want, "{other}");
    }
}
