//! What counts as a change, and what does not.

use kconf_parser::diff;
use kconf_parser::model::Config;

use crate::common::expanded;

const OLD: &str = "
global_defs {
    router_id one
}
vrrp_script up { script /bin/true }
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    authentication {
        auth_type PASS
        auth_pass secret01
    }
    virtual_ipaddress {
        192.0.2.1/24
        192.0.2.2/24
    }
    track_script { up }
}
virtual_server 192.0.2.1 80 {
    protocol TCP
    real_server 10.0.0.1 80 {
        TCP_CHECK { connect_timeout 3 }
    }
    real_server 10.0.0.2 80 {
        TCP_CHECK { connect_timeout 3 }
    }
}
";

fn config(text: &str) -> Config {
    expanded(text.as_bytes(), "").1
}

fn changes(edits: &[(&str, &str)]) -> Vec<String> {
    let mut text = OLD.to_owned();
    for (from, to) in edits {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    diff(&config(OLD), &config(&text)).iter().map(ToString::to_string).collect()
}

#[test]
fn every_kind_of_change_is_named_with_its_block_and_keyword() {
    #[rustfmt::skip]
    let cases: &[(&str, &str, &[&str])] = &[
        ("router_id one", "router_id two", &["global_defs: router_id one -> two"]),
        ("interface eth0", "interface eth0\npriority 150", &["vrrp_instance VI_1: priority 100 -> 150"]),
        ("interface eth0", "interface eth0\nadvert_int 2", &["vrrp_instance VI_1: advert_int 1 s -> 2 s"]),
        ("interface eth0", "interface eth0\ngarp_master_delay 1", &[
            "vrrp_instance VI_1: garp_master_delay 5 s -> 1 s",
        ]),
        ("secret01", "secret02", &["vrrp_instance VI_1: auth_pass changed"]),
        ("VI_1", "VI_2", &["vrrp_instance VI_2 added", "vrrp_instance VI_1 removed"]),
        ("/bin/true", "/bin/false", &["vrrp_script up: command.args [/bin/true] -> [/bin/false]"]),
        ("10.0.0.2", "10.0.0.3", &[
            "virtual_server 192.0.2.1:80 TCP, real_server 10.0.0.3:80 added",
            "virtual_server 192.0.2.1:80 TCP, real_server 10.0.0.2:80 removed",
        ]),
        ("80 {\n        TCP", "80 {\n        weight 5\n        TCP", &[
            "virtual_server 192.0.2.1:80 TCP, real_server 10.0.0.1:80: weight 1 -> 5",
        ]),
        ("protocol TCP", "protocol TCP\n    lvs_sched rr", &["virtual_server 192.0.2.1:80 TCP: lvs_sched wlc -> rr"]),
        ("protocol TCP", "protocol UDP", &["virtual_server 192.0.2.1:80 UDP added", "virtual_server 192.0.2.1:80 TCP removed"]),
    ];
    for (from, to, want) in cases {
        let found = changes(&[(from, to)]);
        assert_eq!(found, *want, "{from}");
    }
}

#[test]
fn a_list_without_order_gains_and_loses_entries() {
    let found = changes(&[("192.0.2.2/24", "192.0.2.3/24")]);
    let (lost, gained) = found[0].split_once("; ").unwrap();
    assert!(lost.contains("virtual_ipaddress address 192.0.2.2 ") && lost.ends_with(" removed"), "{lost}");
    assert!(
        gained.contains("virtual_ipaddress address 192.0.2.3 ") && gained.ends_with(" added"),
        "{gained}"
    );
    assert_eq!(found.len(), 1);
}

#[test]
fn layout_comments_defaults_and_the_order_of_what_has_none_are_no_changes() {
    #[rustfmt::skip]
    let cases: &[&[(&str, &str)]] = &[
        &[("router_id one", "  router_id   one # the first")],
        &[("interface eth0", "interface eth0\n priority 100\n advert_int 1")],
        &[("192.0.2.1/24\n", "192.0.2.2/24\n"), ("192.0.2.2/24\n        192.0.2.2/24", "192.0.2.2/24\n 192.0.2.1/24")],
        &[("10.0.0.1", "10.0.0.9"), ("10.0.0.2", "10.0.0.1"), ("10.0.0.9", "10.0.0.2")],
    ];
    for edits in cases {
        assert_eq!(changes(edits), Vec::<String>::new(), "{edits:?}");
    }
}

#[test]
fn no_secret_is_shown() {
    let changed = config(&OLD.replace("secret01", "secret02"));
    let shown = format!("{:?} {}", diff(&config(OLD), &changed), changed.describe());
    assert!(!shown.contains("secret0") && shown.contains("********"), "{shown}");
}
