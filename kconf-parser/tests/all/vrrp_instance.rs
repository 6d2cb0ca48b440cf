//! `vrrp_instance`: places, virtual links and addresses. Values were measured with keepalived 2.2.7.

#![expect(clippy::unwrap_used, reason = "what is not there is a failed test")]

use core::time::Duration;

use kconf_parser::model::{
    AntiReplay, HmacMode, HmacSecret, IpvlanMode, OldUnicastChecksum, VirtualAddress, VrrpInstance,
    VrrpVersion,
};
use kconf_parser::{ConfigTest, Diagnostic, config_test};

use crate::common::{codes, read};

/// Line, name, MAC address, `vmac_xmit_base`, and how many findings there are.
type VmacCase<'a> = (&'a str, Option<&'a str>, Option<&'a str>, bool, usize);

/// Words, name, mode, address, and how many findings there are.
type IpvlanCase<'a> = (&'a str, Option<&'a str>, IpvlanMode, Option<&'a str>, usize);

/// An instance on eth0 with an IPv4 address and some more lines.
fn instance(lines: &str) -> (VrrpInstance, Vec<Diagnostic>) {
    let text = format!(
        "vrrp_instance V {{\ninterface eth0\nvirtual_router_id 5\nvirtual_ipaddress {{ 192.0.2.1 }}\n{lines}\n}}\n"
    );
    let (config, findings) = read(&text);
    let [instance] = <[VrrpInstance; 1]>::try_from(config.instances).unwrap();
    (instance, findings)
}

#[test]
fn a_virtual_mac_has_a_name_an_address_and_a_way_out() {
    #[rustfmt::skip]
    let cases: &[VmacCase<'_>] = &[
        ("use_vmac",                                       None,      None,                      false, 0),
        ("use_vmac vrrp.5 02:00:00:00:00:0a\nvmac_xmit_base", Some("vrrp.5"), Some("02:00:00:00:00:0a"), true, 0),
        ("use_vmac 2:0:0:0:0:A x",                         Some("x"), Some("02:00:00:00:00:0a"), false, 0),
        // Five octets get the VRID as the sixth.
        ("use_vmac 02:00:00:00:00",                        None,      Some("02:00:00:00:00:05"), false, 0),
        ("use_vmac 02:00:00:00:00:",                       None,      Some("02:00:00:00:00:05"), false, 0),
        ("use_vmac a b",                                   Some("a"), None,                      false, 1),
        ("use_vmac a\nuse_vmac b",                         Some("a"), None,                      false, 1),
        ("use_vmac a_name_longer_than_15",                 None,      None,                      false, 1),
        ("use_vmac 01:00:00:00:00:01",                     None,      None,                      false, 1),
        ("use_vmac 00:00:5e:00:01:07",                     None,      None,                      false, 1),
        ("use_vmac 02:00:00:00:00:0g",                     None,      None,                      false, 1),
        ("use_vmac 02:00:00",                              None,      None,                      false, 1),
        ("use_vmac 02:00:00:00:00:01 02:00:00:00:00:02",   None,      Some("02:00:00:00:00:01"), false, 1),
        ("use_vmac\nstrict_mode\nvmac_xmit_base",          None,      None,                      false, 1),
        ("use_vmac 02:00:00:00:00:01\nstrict_mode",        None,      None,                      false, 1),
        ("use_vmac\nunicast_peer {\n10.0.0.2\n}",          None,      None,                      true,  1),
        ("use_vmac\npromote_secondaries",                  None,      None,                      false, 1),
        ("use_vmac name n netlink_notify_msg group 7",     Some("n"), None,                      false, 0),
    ];
    for (lines, name, mac, base, found) in cases {
        let (instance, findings) = instance(lines);
        let vmac = instance.vmac.unwrap();
        assert_eq!(vmac.name.as_deref(), *name, "{lines}");
        assert_eq!(vmac.mac.map(|mac| mac.to_string()).as_deref(), *mac, "{lines}");
        assert_eq!((vmac.transmit_on_base, instance.promote_secondaries), (*base, false), "{lines}");
        assert_eq!(findings.len(), *found, "{lines}: {findings:#?}");
    }
    let (without, findings) = instance("vmac_xmit_base");
    assert_eq!((without.vmac, codes(&findings)), (None, vec!["adjusted"]));
}

#[test]
fn an_ipvlan_has_an_address_of_the_instance_s_family() {
    let other = |ipvlan: &kconf_parser::model::Ipvlan| (ipvlan.name.clone(), ipvlan.mode);
    #[rustfmt::skip]
    let cases: &[IpvlanCase<'_>] = &[
        ("",                           None,      IpvlanMode::Bridge,  None,           1),
        ("10.0.0.5/24",                None,      IpvlanMode::Bridge,  Some("10.0.0.5/24"), 0),
        ("10.0.0.5 private i",         Some("i"), IpvlanMode::Private, Some("10.0.0.5/32"), 0),
        ("10.0.0.5 bridge vepa",       None,      IpvlanMode::Bridge,  Some("10.0.0.5/32"), 1),
        ("10.0.0.5 10.0.0.6",          None,      IpvlanMode::Bridge,  Some("10.0.0.5/32"), 1),
        ("10.0.0.5 a b",               Some("a"), IpvlanMode::Bridge,  Some("10.0.0.5/32"), 1),
        ("fe80::1",                    None,      IpvlanMode::Bridge,  None,           2),
        ("10.0.0.5\nuse_ipvlan x",     None,      IpvlanMode::Bridge,  Some("10.0.0.5/32"), 1),
        ("10.0.0.5\nvmac_xmit_base",   None,      IpvlanMode::Bridge,  Some("10.0.0.5/32"), 1),
    ];
    for (words, name, mode, address, found) in cases {
        let (instance, findings) = instance(&format!("use_ipvlan {words}"));
        let ipvlan = instance.ipvlan.unwrap();
        assert_eq!(other(&ipvlan), (name.map(str::to_owned), *mode), "{words}");
        let shown = ipvlan.address.map(|(address, prefix)| format!("{address}/{prefix}"));
        assert_eq!(shown.as_deref(), *address, "{words}");
        assert_eq!(instance.source_address, ipvlan.address.map(|(address, _)| address), "{words}");
        assert_eq!(findings.len(), *found, "{words}: {findings:#?}");
    }
}

#[test]
fn an_interface_is_made_by_one_instance_only() {
    let one = |name: &str, vrid: u8| {
        format!(
            "vrrp_instance {name} {{\ninterface eth0\nvirtual_router_id {vrid}\nuse_vmac same\nvirtual_ipaddress {{ 192.0.2.{vrid} }}\n}}\n"
        )
    };
    let (config, findings) = read(&(one("A", 1) + &one("B", 2)));
    let names: Vec<_> = config.instances.iter().map(|instance| instance.vmac.clone().unwrap().name).collect();
    assert_eq!(names, [Some("same".to_owned()), None]);
    assert_eq!(codes(&findings), ["adjusted"]);
}

#[test]
fn an_instance_without_interface_needs_peers_and_a_source() {
    let read = |lines: &str, address: &str| {
        let (config, findings) = read(&format!(
            "vrrp_instance V {{\nvirtual_router_id 5\n{lines}\nvirtual_ipaddress {{ {address} }}\n}}\n"
        ));
        (config.instances.first().cloned(), codes(&findings), config_test(&findings))
    };
    let unicast = "unicast_src_ip 10.0.0.1\nunicast_peer {\n10.0.0.2\n}";
    let (instance, found, verdict) = read(&format!("{unicast}\nvrf red"), "192.0.2.1 dev eth1");
    let instance = instance.unwrap();
    assert_eq!((instance.interface.as_str(), instance.vrf.as_deref()), ("", Some("red")));
    // keepalived 2.2.7 cannot do it.
    assert_eq!((found, verdict), (vec!["adjusted"], ConfigTest::WouldRun));
    #[rustfmt::skip]
    let cases: &[(&str, &str, &[&str])] = &[
        ("unicast_peer {\n10.0.0.2\n}",                           "192.0.2.1 dev eth1", &["broken-instance"]),
        ("unicast_src_ip 10.0.0.1",                               "192.0.2.1 dev eth1", &["broken-instance"]),
        ("mcast_src_ip 10.0.0.1",                                 "192.0.2.1 dev eth1", &["broken-instance"]),
        ("unicast_src_ip fe80::1\nunicast_peer {\nfe80::2\n}",    "fe80::3 dev eth1",   &["broken-instance"]),
    ];
    for (lines, address, want) in cases {
        let (instance, found, _) = read(lines, address);
        assert!(instance.is_none(), "{lines}");
        assert_eq!(found, *want, "{lines}");
    }
    // An address without an interface is left out, and then there is none.
    let (instance, found, _) = read(unicast, "192.0.2.1");
    assert_eq!(instance.map(|instance| instance.virtual_addresses), Some(vec![]));
    assert_eq!(found, ["adjusted", "no-addresses", "adjusted"]);
}

#[test]
fn vrf_is_for_unicast_without_an_interface() {
    let (with_interface, findings) = instance("vrf red");
    assert_eq!((with_interface.vrf, codes(&findings)), (None, vec!["adjusted"]));
}

#[test]
fn places_of_adverts_follow_keepalived() {
    #[rustfmt::skip]
    let cases: &[(&str, &[&str])] = &[
        ("unicast_fault_no_peer",                              &[]),
        ("unicast_fault_no_peer\nunicast_ttl 5",               &["adjusted"]),
        ("unicast_peer {\n10.0.0.2\n}\nstrict_mode",           &[]),
        ("unicast_peer {\n10.0.0.2\n}\nmcast_dst_ip 224.0.0.9", &["adjusted"]),
        ("mcast_dst_ip 224.0.0.9",                             &[]),
        ("mcast_dst_ip 10.0.0.1",                              &["invalid-address"]),
        ("mcast_dst_ip ff02::12",                              &["invalid-address"]),
        ("unicast_peer {\n10.0.0.2 min_ttl\n}",                &["missing-value"]),
        ("unicast_peer {\n10.0.0.2 foo 5\n}",                  &["invalid-value"]),
        ("unicast_peer {\n10.0.0.2 min_ttl 300\n}",            &["invalid-number"]),
        ("unicast_peer {\n10.0.0.2 min_ttl 20 max_ttl 10\n}",  &["adjusted"]),
        ("interface a_name_longer_than_15",                    &["invalid-value"]),
        ("kernel_rx_buf_size 1000",                            &[]),
        ("kernel_rx_buf_size",                                 &["missing-value"]),
        ("kernel_rx_buf_size 5 5",                             &["invalid-value"]),
        ("kernel_rx_buf_size abc",                             &["invalid-number"]),
        ("linkbeat_use_polling",                               &["deprecated"]),
        ("lvs_sync_daemon_interface eth0",                     &["deprecated"]),
        ("lvs_sync_daemon_interface eth0\nlvs_sync_daemon_interface eth1", &["deprecated", "deprecated", "adjusted"]),
        ("native_ipv6",                                        &["adjusted"]),
        ("version 3\nversion 2",                               &["adjusted"]),
        ("notify_deleted\nnotify_deleted",                     &["adjusted"]),
        ("skip_check_adv_addr what",                           &["invalid-value"]),
        ("garp_extra_if",                                      &["missing-value"]),
        ("garp_extra_if all",                                  &["adjusted"]),
        ("garp_extra_if all 5",                                &[]),
        ("garp_extra_if 86401",                                &["invalid-number"]),
        ("vmac_garp_intvl 5",                                  &["deprecated"]),
        ("garp_master_repeat 0",                               &["invalid-number"]),
        ("garp_lower_prio_delay 5000",                         &["invalid-number"]),
        ("strict_mode\ngarp_lower_prio_delay 5",               &["adjusted"]),
        ("track_interface {\neth0 weight 5\n}\ndont_track_primary", &["adjusted"]),
        ("authentication {\nauth_type AH\nauth_pass abc\n}\nstate MASTER", &[]),
        ("authentication {\nauth_type AH\nauth_pass abc\n}\nstate MASTER\npriority 9", &["adjusted"]),
        ("timer_expired_backup 255",                           &["invalid-number"]),
        ("owner_ignore_adverts\npriority 9",                   &["adjusted"]),
    ];
    for (lines, found) in cases {
        let (_, findings) = instance(lines);
        assert_eq!(codes(&findings), *found, "{lines}");
        let verdict = if found.is_empty() { ConfigTest::Accepted } else { ConfigTest::WouldRun };
        assert_eq!(config_test(&findings), verdict, "{lines}");
    }
    let (all, _) = instance(
        "old_unicast_checksum never\nunicast_peer {\n10.0.0.2\n}\ngarp_extra_if all 5\ntimer_expired_backup\nkernel_rx_buf_size 9\ntrack_src_ip",
    );
    assert_eq!(all.old_unicast_checksum, OldUnicastChecksum::Never);
    assert_eq!(all.garp_extra_interfaces.map(|extra| (extra.interval.as_secs(), extra.all)), Some((5, true)));
    assert_eq!((all.timer_expired_backup, all.kernel_rx_buf_size), (Some(254), Some(9)));
    assert!(!all.track_source_address, "there is no source address to lose");
}

#[test]
fn what_an_instance_does_not_say_the_globals_say() {
    let text = |own: &str| {
        format!(
            "global_defs {{\nvrrp_garp_extra_if all 60\nvrrp_owner_ignore_adverts\n}}\nvrrp_instance V {{\ninterface eth0\nvirtual_router_id 5\npriority 255\nvirtual_ipaddress {{ 192.0.2.1 }}\n{own}\n}}\n"
        )
    };
    let read = |own: &str| {
        let (config, _) = read(&text(own));
        let instance = config.instances.first().cloned().unwrap();
        (instance.garp_extra_interfaces.map(|extra| extra.interval.as_secs()), instance.owner_ignore_adverts)
    };
    assert_eq!(read(""), (Some(60), true));
    assert_eq!(read("garp_extra_if 5"), (Some(5), true));
    assert_eq!(read("garp_extra_if 0"), (None, true));
    assert_eq!(read("priority 254"), (Some(60), false));
}

#[test]
fn the_sync_daemon_has_one_interface() {
    let one = |vrid: u8| {
        format!(
            "vrrp_instance V{vrid} {{\ninterface eth0\nvirtual_router_id {vrid}\nlvs_sync_daemon_interface eth{vrid}\nvirtual_ipaddress {{ 192.0.2.{vrid} }}\n}}\n"
        )
    };
    let interfaces = |globals: &str| {
        let (config, findings) = read(&(globals.to_owned() + &one(1) + &one(2)));
        let interfaces: Vec<_> =
            config.instances.into_iter().map(|instance| instance.lvs_sync_daemon_interface).collect();
        (interfaces, findings.iter().filter(|finding| finding.code() == "adjusted").count())
    };
    assert_eq!(interfaces(""), (vec![Some("eth1".to_owned()), None], 1));
    assert_eq!(interfaces("global_defs {\nlvs_sync_daemon eth0\n}\n"), (vec![None, None], 2));
}

#[test]
fn a_finding_points_at_the_line_that_is_at_fault_and_names_the_other() {
    let (_, findings) = instance("state MASTER\npriority 9\nnopreempt");
    let [finding] = findings.as_slice() else { panic!("{findings:#?}") };
    let (state, nopreempt) = (finding.related.first().unwrap().span, finding.span);
    assert_eq!((nopreempt.end - nopreempt.start, state.end - state.start), (9, 12));
    assert!(state.start < nopreempt.start);
}

#[test]
fn options_of_addresses_have_keepalived_s_effect() {
    type Check = fn(&VirtualAddress) -> bool;
    // `None`: the address is left out.
    #[rustfmt::skip]
    let cases: &[(&str, Option<Check>, usize)] = &[
        ("10.0.0.1/24 brd + home -nodad mngtmpaddr noprefixroute autojoin no_track",
            Some(|a| a.home && a.detect_duplicates && a.manage_temporary && a.no_prefix_route && a.auto_join && a.no_track), 0),
        ("10.0.0.1/24 brd + peer 10.0.0.2",        Some(|a| a.prefix_len == 32 && a.peer.is_some() && format!("{:?}", a.broadcast) == "None"), 2),
        ("10.0.0.1/31 brd -",                      Some(|a| format!("{:?}", a.broadcast) == "None"), 1),
        ("10.0.0.1 peer 10.0.0.2/24",              Some(|a| a.peer.is_none()), 1),
        ("10.0.0.1 peer 10.0.0.2 peer 10.0.0.3",   Some(|a| a.peer.unwrap().0.to_string() == "10.0.0.2"), 1),
        ("10.0.0.1 peer fe80::1",                  Some(|a| a.peer.is_none()), 1),
        ("10.0.0.1/24 brd 10.0.0",                 None, 1),
        ("10.0.0.1/24 brd",                        None, 1),
        ("10.0.0.1/24 dev",                        None, 1),
        ("10.0.0.1/24 dev eth0 dev eth1",          None, 1),
        ("10.0.0.1/24 scope what",                 Some(|a| a.scope.number() == 0), 1),
        ("10.0.0.1/24 scope 300",                  Some(|a| a.scope.number() == 0), 1),
        ("2001:db8::1 brd 10.0.0.5",               None, 1),
        ("2001:db8::1 scope link label abc",       Some(|a| a.scope.number() == 0 && a.label.is_none()), 2),
        ("2001:db8::1",                            Some(|a| a.preferred_lifetime_s == Some(0)), 0),
        ("2001:db8::1 preferred_lft 50",           Some(|a| a.preferred_lifetime_s == Some(50)), 0),
        ("2001:db8::1 preferred_lft abc",          Some(|a| a.preferred_lifetime_s == Some(0)), 1),
        ("2001:db8::1 preferred_lft forever",      Some(|a| a.preferred_lifetime_s.is_none()), 0),
        ("2001:db8::1/64 preferred_lft 0",         Some(|a| a.preferred_lifetime_s == Some(0)), 0),
        ("10.0.0.1 preferred_lft 4294967296",      Some(|a| a.preferred_lifetime_s.is_none()), 1),
        ("10.0.0.1 track_group x",                 Some(|_| true), 2),
        ("10.0.0.1 optimistic",                    Some(|_| true), 1),
        ("10.0.0.1 label",                         None, 1),
        ("10.0.0.1 label a_label_that_is_too_long", None, 1),
        ("10.0.0.300",                             None, 1),
        ("10.0.0.1/-1",                            Some(|a| a.prefix_len == 32), 1),
        ("10.0.0.1/24/5",                          Some(|a| a.prefix_len == 24), 1),
        ("10.0.0.1/24;",                           Some(|a| a.prefix_len == 24), 1),
        ("10.0.0.1/24:",                           None, 1),
        ("10.0.0.1-5",                             None, 1),
        ("10.0.0.1 dev eth1 use_vmac",             Some(|a| a.use_vmac), 0),
    ];
    for (entry, check, found) in cases {
        let (instance, findings) = instance(&format!("virtual_ipaddress_excluded {{\n{entry}\n}}"));
        match (check, instance.excluded_addresses.as_slice()) {
            (None, []) => {}
            (Some(check), [address]) => assert!(check(address), "{entry}: {address:?}"),
            (_, addresses) => panic!("{entry}: {addresses:?}"),
        }
        assert_eq!(findings.len(), *found, "{entry}: {findings:#?}");
        let verdict = if *found == 0 { ConfigTest::Accepted } else { ConfigTest::WouldRun };
        assert_eq!(config_test(&findings), verdict, "{entry}");
    }
    let (_, findings) = instance("virtual_ipaddress_excluded {\n10.0.0.1 lable x\n}");
    assert_eq!(
        findings.first().and_then(|finding| finding.suggestion.as_deref()),
        Some("did you mean 'label'?")
    );
}

#[test]
fn an_address_has_one_reason_for_a_virtual_mac() {
    let read = |lines: &str, entry: &str| {
        let (instance, findings) = instance(&format!("{lines}\nvirtual_ipaddress_excluded {{\n{entry}\n}}"));
        (instance.excluded_addresses.first().unwrap().use_vmac, findings.len())
    };
    assert_eq!(read("", "192.0.2.7 use_vmac"), (true, 0));
    assert_eq!(read("use_vmac", "192.0.2.7 use_vmac"), (false, 1));
    assert_eq!(read("use_vmac", "192.0.2.7 dev eth0 use_vmac"), (false, 1));
    assert_eq!(read("use_vmac", "192.0.2.7 dev eth1 use_vmac"), (true, 0));
    assert_eq!(read("use_vmac_addr", "192.0.2.7 use_vmac"), (true, 0));
    assert_eq!(read("use_vmac_addr", "192.0.2.7 dev eth1 use_vmac"), (false, 1));
}

#[test]
fn ipv6_adverts_have_room_for_89_addresses() {
    let addresses: String = (1..=90).map(|n| format!("fe80::{n:x}\n")).collect();
    let (config, findings) = read(&format!(
        "vrrp_instance V {{\ninterface eth0\nvirtual_router_id 5\nvirtual_ipaddress {{\n{addresses}}}\n}}\n"
    ));
    let instance = config.instances.first().unwrap();
    assert_eq!((instance.virtual_addresses.len(), instance.excluded_addresses.len()), (89, 1));
    assert_eq!((codes(&findings), instance.version), (vec!["adjusted"], VrrpVersion::V3));
}

#[test]
fn auth_hmac_needs_its_active_key() {
    let key = "0123456789abcdef0123456789abcdef";
    let hex: String = "0f".repeat(32);
    let read = |inside: &str| instance(&format!("advert_int 3\nauth_hmac {{\n{inside}\n}}"));
    let (full, findings) = read(&format!(
        "key 1 {key}\nkey 2 hex:{hex}\nkey 3 file:/etc/key\nactive_key 2\nmode permissive\nanti_replay monotonic"
    ));
    assert_eq!(findings, []);
    let hmac = full.auth_hmac.unwrap();
    let secrets: Vec<_> = hmac.keys.iter().map(|key| key.secret.clone()).collect();
    let octets = HmacSecret::Octets(vec![15; 32]);
    assert_eq!(secrets[1..], [octets, HmacSecret::File("/etc/key".into())]);
    assert_eq!(
        (hmac.active_key, hmac.mode, hmac.anti_replay),
        (2, HmacMode::Permissive, AntiReplay::Monotonic)
    );
    // Three advert intervals.
    let (default, _) = read(&format!("key 1 {key}\nactive_key 1"));
    let window = AntiReplay::Time(Duration::from_secs(9));
    assert_eq!(
        default.auth_hmac.map(|hmac| (hmac.mode, hmac.anti_replay)),
        Some((HmacMode::Enforce, window))
    );
    #[rustfmt::skip]
    let cases: &[(String, &[&str])] = &[
        (format!("key 1 {key}"),                               &["adjusted"]),
        (format!("key 1 {key}\nactive_key 2"),                 &["adjusted"]),
        ("key 1 short\nactive_key 1".to_owned(),               &["adjusted", "adjusted"]),
        (format!("key 1 hex:{hex}0\nactive_key 1"),            &["adjusted", "adjusted"]),
        (format!("key 1 {key}\nkey 1 {key}\nactive_key 1"),    &["duplicate"]),
        (format!("key 1 {key}\nkey 256 {key}\nactive_key 1"),  &["invalid-number"]),
        (format!("key 1 {key}\nkey 2\nactive_key 1"),          &["missing-value"]),
        (format!("key 1 {key}\nactive_key 1\nmode x\nanti_replay y\ntime_window 301"), &["invalid-value", "invalid-value", "invalid-number"]),
    ];
    for (inside, found) in cases {
        let (instance, findings) = read(inside);
        assert_eq!(codes(&findings), *found, "{inside}");
        let shown = format!("{instance:?} {findings:?}");
        assert!(!shown.contains(key) && !shown.contains(&hex) && !shown.contains("short"), "{shown}");
    }
    let (both, findings) = instance(&format!(
        "authentication {{\nauth_type PASS\nauth_pass a\n}}\nauth_hmac {{\nkey 1 {key}\nactive_key 1\n}}"
    ));
    assert_eq!((both.authentication, both.auth_hmac.is_some()), (None, true));
    assert_eq!(codes(&findings), ["adjusted"]);
}

#[test]
fn unicast_instances_share_a_number_unless_they_share_a_peer() {
    let one = |name: &str, source: &str, peer: &str| {
        format!(
            "vrrp_instance {name} {{\ninterface eth0\nvirtual_router_id 5\n{source}\nunicast_peer {{\n{peer}\n}}\nvirtual_ipaddress {{ 192.0.2.1 }}\n}}\n"
        )
    };
    let found = |first: String, second: String| codes(&read(&(first + &second)).1);
    let source = "unicast_src_ip 10.0.0.1";
    assert_eq!(found(one("A", source, "10.0.0.2"), one("B", source, "10.0.0.2")), ["duplicate-vrid"]);
    assert_eq!(found(one("A", source, "10.0.0.2"), one("B", source, "10.0.0.3")), [""; 0]);
    // keepalived minds these only if the interface has an address when it starts.
    assert_eq!(found(one("A", "", "10.0.0.2"), one("B", "", "10.0.0.2")), [""; 0]);
}
