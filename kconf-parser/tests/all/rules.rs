//! keepalived's rules, one table each. Values were measured with keepalived 2.2.7.

#![expect(clippy::expect_used, reason = "what is not there is a failed test")]

use core::time::Duration;

use kconf_parser::model::{
    AddressScope, Authentication, Broadcast, CheckerKind, ForwardMethod, InitialState, ServiceProtocol,
    VirtualServer, VrrpInstance, VrrpScriptCommand, VrrpVersion,
};
use kconf_parser::{ConfigTest, FactsTable, ScriptStatus, Severity, config_test};

use crate::common::{codes, only, read, read_on};

/// What every instance of these tests has.
const INSTANCE: &str = "interface eth0\nvirtual_router_id 5\nvirtual_ipaddress { 192.0.2.1 }\n";
const SERVICE: &str = "lb_algo rr\nlb_kind NAT\nprotocol TCP\n";

/// The instance with some more lines, and the codes of what is found.
fn instance(lines: &str) -> (VrrpInstance, Vec<&'static str>) {
    let (config, findings) = read(&format!("vrrp_instance V {{\n{INSTANCE}{lines}\n}}\n"));
    (config.instances.into_iter().next().expect("an instance"), codes(&findings))
}

fn server(lines: &str) -> (VirtualServer, Vec<&'static str>) {
    let text =
        format!("virtual_server 192.0.2.9 80 {{\n{SERVICE}{lines}\nreal_server 10.0.0.1 80 {{\n}}\n}}\n");
    let (config, findings) = read(&text);
    (config.virtual_servers.into_iter().next().expect("a virtual server"), codes(&findings))
}

#[test]
fn state_and_priority_complete_each_other() {
    use InitialState::{Backup, Master};
    #[rustfmt::skip]
    let cases: &[(&str, InitialState, u8, &[&str])] = &[
        ("",                                  Backup, 100, &[]),
        ("state MASTER",                      Master, 255, &[]),
        ("state BACKUP",                      Backup, 100, &[]),
        ("priority 255",                      Master, 255, &[]),
        ("state MASTER\npriority 150",        Master, 150, &[]),
        ("state SLAVE\npriority 255",         Backup, 255, &["invalid-value"]),
        ("state MASTER\nstate BACKUP",        Master, 255, &["adjusted"]),
        ("priority 300",                      Backup, 100, &["invalid-number"]),
        ("priority 0",                        Backup, 100, &["invalid-number"]),
        ("strict_mode\nstate MASTER\npriority 9", Backup, 9, &["adjusted"]),
    ];
    for (lines, state, priority, found) in cases {
        let (instance, codes) = instance(lines);
        assert_eq!((instance.initial_state, instance.priority), (*state, *priority), "{lines}");
        assert_eq!(codes, *found, "{lines}");
    }
}

#[test]
fn preemption_gives_way_to_state_master_and_strict_mode() {
    #[rustfmt::skip]
    let cases: &[(&str, bool, u64, usize)] = &[
        ("preempt_delay 60",                              true,  60, 0),
        ("nopreempt",                                     false,  0, 0),
        ("nopreempt\npreempt",                            true,   0, 0),
        ("nopreempt\npreempt_delay 4",                    false,  0, 1),
        ("state MASTER\npriority 9\nnopreempt",           true,   0, 1),
        ("state MASTER\npriority 9\npreempt_delay 4",     true,   0, 1),
        ("state MASTER\npriority 9\nnopreempt\npreempt_delay 4", true, 0, 2),
        ("priority 255\nnopreempt",                       true,   0, 1),
        ("strict_mode\npreempt_delay 4",                  true,   0, 1),
        ("preempt_delay 2000",                            true,   0, 1),
    ];
    for (lines, preempt, delay, findings) in cases {
        let (instance, codes) = instance(lines);
        assert_eq!((instance.preempt, instance.preempt_delay.as_secs()), (*preempt, *delay), "{lines}");
        assert_eq!(codes.len(), *findings, "{lines}: {codes:?}");
    }
}

#[test]
fn advert_int_is_rounded_to_what_the_version_counts() {
    #[rustfmt::skip]
    let cases: &[(&str, u64, usize)] = &[
        ("",                           1_000, 0),
        ("advert_int 2",               2_000, 0),
        ("advert_int 2.6",             3_000, 1),
        ("advert_int 0.3",             1_000, 1),
        ("advert_int 0.004",           1_000, 1),
        ("advert_int 256",             1_000, 1),
        ("version 3\nadvert_int 0.25",   250, 0),
        ("version 3\nadvert_int 1.234", 1_230, 1),
        ("version 3\nadvert_int 50",  40_950, 1),
    ];
    for (lines, millis, findings) in cases {
        let (instance, codes) = instance(lines);
        assert_eq!(instance.advert_interval, Duration::from_millis(*millis), "{lines}");
        assert_eq!(codes.len(), *findings, "{lines}: {codes:?}");
    }
}

#[test]
fn authentication_needs_version_2_and_a_password() {
    let secret = |lines: &str| match instance(lines).0.authentication {
        Some(Authentication::Pass(secret) | Authentication::Ah(secret)) => Some(*secret.octets()),
        None => None,
    };
    let block = |inside: &str| format!("authentication {{\n{inside}\n}}");
    assert_eq!(secret(&block("auth_type PASS\nauth_pass abc")), Some(*b"abc\0\0\0\0\0"));
    assert_eq!(secret(&block("auth_type PASS\nauth_pass 123456789")), Some(*b"12345678"));
    assert_eq!(secret(&block("auth_type AH\nauth_pass 1234#6789")), Some(*b"1234\0\0\0\0"));
    assert_eq!(secret(&block("auth_pass abc")), None);
    assert_eq!(secret(&block("auth_type pass\nauth_pass abc")), None);
    assert_eq!(secret(&block("auth_type PASS")), None);
    let version_3 = format!("version 3\n{}", block("auth_type PASS\nauth_pass abc"));
    assert_eq!(secret(&version_3), None);
    assert_eq!(instance(&version_3).1, ["adjusted"]);
    let debug = format!("{:?}", instance(&block("auth_type PASS\nauth_pass sesame")).0);
    assert!(!debug.contains("sesame"));
}

#[test]
fn virtual_addresses_take_their_options() {
    let (instance, codes) = instance(
        "virtual_ipaddress {
            192.0.2.2/24 dev eth1 label eth1:1 brd + scope link no_track
            192.0.2.3/33
            2001:db8::1
            nonsense
            192.0.2.4 label a_label_that_is_too_long
            192.0.2.5 nodad
        }",
    );
    let [_, full, prefix, odd] = instance.virtual_addresses.as_slice() else { panic!("{instance:#?}") };
    assert_eq!((full.prefix_len, full.dev.as_deref()), (24, Some("eth1")));
    assert_eq!(
        (full.broadcast, full.scope, full.no_track),
        (Broadcast::HostBitsSet, AddressScope::Link, true)
    );
    assert_eq!(prefix.prefix_len, 32);
    assert_eq!(odd.address.to_string(), "192.0.2.5");
    let found = ["invalid-number", "invalid-address", "invalid-address", "invalid-value", "invalid-value"];
    assert_eq!(codes, found);
}

#[test]
fn ipv6_is_version_3_and_a_host_address_is_deprecated() {
    let text = "vrrp_instance V {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\nfe80::1\n2001:db8::1/64\n}\n}";
    let (config, findings) = read(text);
    assert_eq!(codes(&findings), [""; 0]);
    let instance = &config.instances[0];
    assert_eq!(instance.version, VrrpVersion::V3);
    let lifetimes: Vec<_> = instance.virtual_addresses.iter().map(|a| a.preferred_lifetime_s).collect();
    assert_eq!(lifetimes, [Some(0), None]);
    assert_eq!(instance.multicast_group.map(|group| group.to_string()).as_deref(), Some("ff02::12"));
}

#[test]
fn unicast_needs_a_peer() {
    let (with, found) = instance("unicast_src_ip 10.0.0.1/24\nunicast_peer {\n10.0.0.2 min_ttl 64\n}");
    assert!(with.check_unicast_src && with.multicast_group.is_none() && with.unicast_ttl == 255);
    assert_eq!(found, ["adjusted"], "only the prefix length is too much");
    let (without, found) = instance("unicast_src_ip 10.0.0.1\nunicast_ttl 5");
    assert!(without.multicast_group.is_some());
    assert_eq!(found, ["adjusted", "adjusted"]);
}

#[test]
fn gratuitous_arp_settings_come_from_the_instance_then_the_globals() {
    let text = format!(
        "global_defs {{\nvrrp_garp_master_delay 7\nvrrp_garp_master_repeat 2\n}}
        vrrp_instance A {{\n{INSTANCE}garp_master_repeat 9\n}}
        vrrp_instance B {{\n{INSTANCE}virtual_router_id 6\nstrict_mode\n}}"
    );
    let (config, _) = read(&text);
    let [a, b] = config.instances.as_slice() else { panic!("{config:#?}") };
    assert_eq!((a.garp.master_delay.as_secs(), a.garp.master_repeat), (7, 9));
    // The global value of garp_master_*, not the instance's.
    assert_eq!((a.garp.lower_prio_delay.as_secs(), a.garp.lower_prio_repeat), (7, 2));
    assert_eq!((b.garp.lower_prio_delay.as_secs(), b.garp.lower_prio_repeat), (0, 0));
    assert!(b.lower_prio_no_advert && !b.accept && a.accept && !a.lower_prio_no_advert);
}

#[test]
fn scripts_must_be_defined_above_the_instance_that_tracks_them() {
    let text = format!(
        "vrrp_script up {{\nscript \"/bin/up 'a b'\"\nweight -5 reverse\n}}
        vrrp_instance V {{\n{INSTANCE}priority 9\ntrack_script {{\nup\ndown\nuo\nup weight 400\n}}\n}}
        vrrp_script down {{\nscript /bin/down x y\n}}
        vrrp_script none {{\ninterval 2\n}}
        vrrp_script file {{\nscript \"</tmp/f\"\n}}"
    );
    let (config, findings) = read(&text);
    let tracked = &config.instances[0].track_scripts;
    assert_eq!(tracked.len(), 1);
    assert_eq!((tracked[0].weight, tracked[0].reverse), (-5, true));
    let VrrpScriptCommand::Run(up) = &config.scripts[0].command else { panic!("{config:#?}") };
    assert_eq!(up.args, ["/bin/up", "a b"]);
    let VrrpScriptCommand::Run(down) = &config.script("down").unwrap().command else { panic!("{config:#?}") };
    assert_eq!(down.args, ["/bin/down"], "without quotes only the first word is the command");
    assert!(matches!(&config.script("file").unwrap().command, VrrpScriptCommand::OpenFile(_)));
    let found = [
        "script-security",
        "undefined",
        "undefined",
        "duplicate",
        "invalid-number",
        "extra-arguments",
        "incomplete",
    ];
    let mut sorted = codes(&findings);
    sorted.sort_unstable();
    let mut want = found.to_vec();
    want.sort_unstable();
    assert_eq!(sorted, want);
    let advice: Vec<_> = findings.iter().filter_map(|finding| finding.suggestion.as_deref()).collect();
    assert!(advice.contains(&"'down' is defined below; move it above this block"));
    assert!(advice.contains(&"did you mean 'up'?"));
}

#[test]
fn what_keeps_keepalived_from_starting_is_an_error() {
    #[rustfmt::skip]
    let cases: &[(&str, &str)] = &[
        ("vrrp_instance V {\ninterface eth0\n}", "broken-instance"),
        ("vrrp_instance V {\nvirtual_router_id 1\n}", "broken-instance"),
        ("vrrp_instance V {\nvirtual_router_id 1\ninterface eth0\nversion 3\n}", "broken-instance"),
        ("vrrp_instance V {\nvirtual_router_id 1\ninterface eth0:1\nvirtual_ipaddress { 192.0.2.1 }\n}", "interface-missing"),
    ];
    for (text, code) in cases {
        let (_, findings) = read(text);
        assert_eq!(codes(&findings), [*code], "{text}");
        assert_eq!(findings[0].severity, Severity::Error, "{text}");
    }
    let twins = format!("vrrp_instance V {{\n{INSTANCE}}}\nvrrp_instance W {{\n{INSTANCE}}}\n");
    assert_eq!(codes(&read(&twins).1), ["duplicate-vrid"]);
    let unicast = twins.replace("}\nvrrp", "unicast_peer { 10.0.0.2 }\n}\nvrrp");
    assert_eq!(codes(&read(&unicast).1), [""; 0]);
}

#[test]
fn verdicts_are_the_measured_exit_codes() {
    use ConfigTest::{Accepted, MissingParameter, ScriptSecurity, WouldRun};
    let script = format!("vrrp_instance V {{\n{INSTANCE}notify_master /bin/x\n}}\n");
    let secure = format!("global_defs {{\nenable_script_security\n}}\n{script}");
    #[rustfmt::skip]
    let cases: &[(&str, ConfigTest)] = &[
        ("", Accepted),
        ("global_defs {\n}\n", Accepted),
        ("nonsense", WouldRun),
        ("vrrp_instance V {\ninterface\n}\n", MissingParameter),
        (&script, ScriptSecurity),
        (&format!("nonsense\n{script}"), ScriptSecurity),
        (&format!("{script}vrrp_instance W {{\ninterface\n}}\n"), MissingParameter),
        (&secure, Accepted),
        ("vrrp_script s {\nscript /bin/x\n}\n", Accepted),
        ("vrrp_sync_group G {\ngroup {\nV\n}\n}\n", WouldRun),
    ];
    for (text, want) in cases {
        assert_eq!(config_test(&read(text).1), *want, "{text}");
    }
}

#[test]
fn one_mistake_costs_one_finding_and_has_keepalived_s_effect() {
    // The block of an unknown word is read as if it stood in the block around, whose `}` is taken for its own.
    let text = format!(
        "vrrp_instance V {{\ninterface eth0\nvirtual_router_id 5\nfoo {{\npriority 7\nbar 1\n}}\n{INSTANCE}}}\n"
    );
    let (config, findings) = read(&text);
    assert_eq!(codes(&findings), ["no-addresses", "unknown-keyword"]);
    assert_eq!(config.instances[0].priority, 7);
    let advice = findings[1].suggestion.as_deref().unwrap();
    assert!(
        advice.ends_with("keepalived takes the '}' of this block for the end of 'vrrp_instance'"),
        "{advice}"
    );

    #[rustfmt::skip]
    let cases: &[(&str, &[&str])] = &[
        ("vvrp_script s {\nscript /bin/x\n}\n",                     &["unknown-keyword"]),
        ("global_defs {\n\u{a0}router_id x\n}\n",                   &["strange-space"]),
        ("global_defs {\nrouter_id x\n",                            &["missing-close"]),
        ("global_defs {\nrouter_id x\n}\n}\n",                      &["extra-close"]),
        ("global_defs {\nrouter_id {\n}\n}\n",                      &["missing-value", "unexpected-open"]),
        ("global_defs {\nrouter_id x {\n}\n}\n",                    &["unexpected-open"]),
        ("global_defs\nrouter_id x\n",                              &["missing-open"]),
        ("global_defs {\nrouter_id \"x\n}\n",                       &["unterminated-quote", "missing-value"]),
        ("bfd_instance B {\nnonsense\n}\n",                         &["incomplete", "unknown-keyword"]),
    ];
    for (text, want) in cases {
        assert_eq!(codes(&read(text).1), *want, "{text}");
    }
}

#[test]
fn suggestions_name_the_right_word_or_place() {
    #[rustfmt::skip]
    let cases: &[(&str, &str)] = &[
        ("vvrp_instance V\n",                            "did you mean 'vrrp_instance'?"),
        ("virtual_router_id 5\n",                        "'virtual_router_id' belongs in 'vrrp_instance'"),
        ("global_defs {\nvrrp_script x\n}\n",            "'vrrp_script' belongs at the top level; is a '}' missing above?"),
        ("virtual_server 192.0.2.1 80 {\nnat_mask 255.255.255.0\n}\n", "keepalived no longer has 'nat_mask'; the line can go"),
    ];
    for (text, want) in cases {
        let (_, findings) = read(text);
        let unknown = findings.iter().find(|finding| finding.code() == "unknown-keyword").unwrap();
        assert_eq!(unknown.suggestion.as_deref(), Some(*want), "{text}");
    }
}

#[test]
fn virtual_servers_get_defaults_and_limits() {
    let (service, found) = server("");
    assert_eq!(found, [""; 0]);
    assert_eq!((service.quorum, service.hysteresis, service.weight), (1, 0, 1));
    assert_eq!((service.delay_loop.as_secs(), service.persistence_timeout), (60, None));
    assert_eq!((service.scheduler.as_str(), service.protocol), ("rr", ServiceProtocol::Tcp));

    let (service, found) = server("quorum 5\nhysteresis 3\npersistence_timeout");
    assert_eq!(found, ["adjusted", "adjusted"]);
    assert_eq!((service.quorum, service.hysteresis), (1, 0));
    assert_eq!(service.persistence_timeout, Some(Duration::from_secs(360)));

    let (config, findings) = read("virtual_server 192.0.2.9 {\nreal_server 10.0.0.1 {\n}\n}\n");
    assert_eq!(codes(&findings), ["adjusted"; 4]);
    let service = &config.virtual_servers[0];
    assert_eq!((service.scheduler.as_str(), service.protocol), ("wlc", ServiceProtocol::Udp));
    assert_eq!(service.forward_method, ForwardMethod::Masquerade);

    assert_eq!(codes(&read("virtual_server 192.0.2.9 80 {\n}\n").1), ["incomplete"]);
    assert_eq!(codes(&read("virtual_server 192.0.2.9 http {\nnonsense\n}\n").1), ["invalid-number"]);
}

#[test]
fn direct_routing_keeps_the_port_and_settings_are_inherited() {
    let text =
        "virtual_server 192.0.2.9 80 {\nlb_algo sh\nsh-port\nlb_kind DR\nprotocol TCP\nretry 4\ndelay_loop 6
        sorry_server 10.0.0.9
        real_server 10.0.0.1 8080 {\nweight 0\nconnect_timeout 2\nlvs_method NAT
            TCP_CHECK {\nconnect_port 81\nretry 0\n}
            HTTP_GET {\nurl {\npath /\n}\nurl {\npath /x\nstatus_code 200-204 404\n}\n}
            MISC_CHECK {\nmisc_path \"/bin/check a\"\n}
        }
        real_server 10.0.0.2 8080 {\n}\nreal_server 10.0.0.2 8080 {\n}\n}\n";
    let (config, findings) = read(text);
    assert_eq!(codes(&findings), ["script-security", "adjusted", "duplicate"]);
    let service = &config.virtual_servers[0];
    assert_eq!(service.scheduler_flags, 2);
    assert_eq!(service.sorry_server.as_ref().unwrap().address.port(), 80);
    let [nat, direct] = service.real_servers.as_slice() else { panic!("{service:#?}") };
    assert_eq!((nat.address.port(), nat.weight, nat.forward_method), (8080, 0, ForwardMethod::Masquerade));
    assert_eq!((direct.address.port(), direct.weight), (80, 1));
    let [tcp, http, misc] = nat.checkers.as_slice() else { panic!("{nat:#?}") };
    assert_eq!((tcp.common.retry, http.common.retry, misc.common.retry), (0, 4, 4));
    assert_eq!((tcp.common.delay_loop.as_secs(), tcp.common.warmup.as_secs()), (6, 6));
    let CheckerKind::Tcp(connect) = &tcp.kind else { panic!("{tcp:#?}") };
    assert_eq!((connect.address.port(), connect.timeout.as_secs()), (81, 2));
    let CheckerKind::Http(http) = &http.kind else { panic!("{http:#?}") };
    let accepts: Vec<_> = http.urls.iter().map(|url| url.status_codes.contains(404)).collect();
    assert_eq!(accepts, [false, true]);
}

#[test]
fn a_sorry_server_of_another_family_is_left_out_unless_it_is_behind_a_tunnel() {
    let sorry = |lines: &str| {
        let (server, codes) = server(&format!("sorry_server 2001:db8::1 80\n{lines}"));
        (server.sorry_server.is_some(), codes)
    };
    assert_eq!(sorry(""), (false, vec!["adjusted"]));
    assert_eq!(sorry("sorry_server_lvs_method TUN"), (true, vec![]));
}

/// A host with nothing on it but one unsafe script.
fn bare() -> FactsTable {
    FactsTable {
        interfaces: only(&["eth0"]),
        users: only(&["root"]),
        groups: only(&[]),
        scripts: Some([("/unsafe".into(), ScriptStatus::Insecure)].into()),
        ..FactsTable::default()
    }
}

#[test]
fn the_host_is_asked() {
    let text = |security: &str| {
        format!(
            "global_defs {{\n{security}\n}}\nvrrp_script gone {{\nscript /gone\n}}\nvrrp_script unsafe {{\nscript /unsafe\n}}
            vrrp_instance V {{\n{INSTANCE}track_interface {{\neth9\n}}\ntrack_script {{\ngone\nunsafe\n}}\n}}\n"
        )
    };
    let (config, findings) = read_on(&text(""), &bare());
    assert_eq!(codes(&findings), ["script-unusable", "script-security", "interface-missing"]);
    assert_eq!(config.instances[0].track_scripts.len(), 1);
    for (security, code) in [
        ("enable_script_security\nscript_user root", "script-unusable"),
        // Nobody is named, and there is no user keepalived_script: root would run them.
        ("enable_script_security", "no-script-user"),
    ] {
        let (config, findings) = read_on(&text(security), &bare());
        assert_eq!(codes(&findings), [code, code, "interface-missing"]);
        assert!(config.instances[0].track_scripts.is_empty() && config.scripts.is_empty());
    }
}
