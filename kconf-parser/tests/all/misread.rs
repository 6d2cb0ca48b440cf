//! What keepalived makes of words that are not quite what they should be.
//!
//! Values are those that the daemon runs with, as its dump shows them (2.4.3). Its `-t` drops more: there a number with
//! something behind it counts for nothing.

use core::time::Duration;

use kconf_parser::model::{Config, GroupEntry};
use kconf_parser::{AssumePresent, Diagnostic, ExpandOptions, NoFiles, expand, lower};

fn read(text: &str) -> (Config, Vec<Diagnostic>) {
    let expanded = expand("f", text.as_bytes(), &NoFiles, &ExpandOptions::default());
    let lowered = lower(&expanded.tree, &AssumePresent);
    let mut findings = expanded.diagnostics;
    findings.extend(lowered.diagnostics);
    (lowered.config, findings)
}

fn instance(line: &str) -> (Config, Vec<&'static str>) {
    let text = format!(
        "vrrp_instance V {{\ninterface eth0\nvirtual_router_id 7\nvirtual_ipaddress {{ 192.0.2.1 }}\n{line}\n}}\n"
    );
    let (config, findings) = read(&text);
    (config, findings.iter().map(Diagnostic::code).collect())
}

fn server(line: &str) -> (Config, Vec<&'static str>) {
    let text = format!(
        "virtual_server_group G {{\n192.0.2.9 80\n}}\nvirtual_server group G {{\nlb_algo rr\nlb_kind NAT\nprotocol TCP\n{line}\n\
         real_server 10.0.0.9 80 {{\n}}\n}}\n"
    );
    let (config, findings) = read(&text);
    (config, findings.iter().map(Diagnostic::code).collect())
}

#[test]
fn most_keywords_use_the_number_that_a_word_begins_with() {
    #[rustfmt::skip]
    let cases: &[(&str, u32, &[&str])] = &[
        ("garp_master_repeat 3;",    3, &["invalid-number"]),
        ("garp_master_repeat 3x5",   3, &["invalid-number"]),
        ("garp_master_repeat +3",    3, &[]),
        ("garp_master_repeat \" 3\"", 3, &[]),
        ("garp_master_repeat 003",   3, &[]),
        // Nothing is 0, and 0 is taken for 1.
        ("garp_master_repeat x",     1, &["invalid-number", "invalid-number"]),
        ("garp_master_repeat -3",    5, &["invalid-number"]),
        ("garp_master_repeat 4294967296;", 5, &["invalid-number"]),
    ];
    for (line, repeat, codes) in cases {
        let (config, found) = instance(line);
        assert_eq!((config.instances[0].garp.master_repeat, found.as_slice()), (*repeat, *codes), "{line}");
    }
    let (config, found) = server("quorum 2;\nreal_server 10.0.0.1 80; {\nweight 5,\n}");
    let service = &config.virtual_servers[0];
    let real = &service.real_servers[0];
    assert_eq!((service.quorum, real.address.port(), real.weight), (2, 80, 5));
    assert_eq!(found, ["invalid-number"; 3]);
}

#[test]
fn some_keywords_use_nothing_but_a_number() {
    for (line, priority) in [("priority 150;", 100), ("priority \"150 \"", 100), ("priority +150", 150)] {
        let (config, _) = instance(line);
        assert_eq!(config.instances[0].priority, priority, "{line}");
    }
    let (config, found) = server("persistence_timeout 60s");
    assert_eq!(
        (config.virtual_servers[0].persistence_timeout, found.as_slice()),
        (None, &["invalid-number"][..])
    );
}

/// keepalived would check every 6 µs. This is the one number that is not read as keepalived reads it.
#[test]
fn a_time_with_a_unit_has_no_effect_and_is_named() {
    let (config, findings) = read(
        "virtual_server 192.0.2.9 80 {\ndelay_loop 6s\nlb_algo rr\nlb_kind NAT\nprotocol TCP\nreal_server 10.0.0.1 80 {\n}\n}\n",
    );
    assert_eq!(config.virtual_servers[0].delay_loop, Duration::from_secs(60));
    let [finding] = findings.as_slice() else { panic!("{findings:?}") };
    assert!(
        finding.problem.to_string().ends_with("keepalived takes the digits for microseconds"),
        "{finding:?}"
    );
}

#[test]
fn an_empty_word_is_0_and_named() {
    let (config, found) = instance("garp_master_delay \"\"\npreempt_delay \"\"");
    let instance = &config.instances[0];
    assert_eq!((instance.garp.master_delay, instance.preempt_delay), (Duration::ZERO, Duration::ZERO));
    assert_eq!(found, ["adjusted", "adjusted"]);
}

#[test]
fn a_backslash_hides_a_comment_sign_from_the_parent_only() {
    let text = r#"
global_defs {
    router_id a\#b
}
virtual_server 192.0.2.9 80 {
    lb_algo rr
    lb_kind NAT
    protocol TCP
    virtualhost a\#b
    real_server 10.0.0.1 80 {
        virtualhost "a#b"
    }
    real_server 10.0.0.2 80 {
        virtualhost a \!b
    }
}
"#;
    let (config, findings) = read(text);
    let servers = &config.virtual_servers[0].real_servers;
    let hosts = [
        &config.globals.router_id,
        &config.virtual_servers[0].virtualhost,
        &servers[0].virtualhost,
        &servers[1].virtualhost,
    ];
    assert_eq!(hosts.map(|host| host.as_deref().unwrap_or_default()), ["a#b", "a", "a#b", "a"]);
    assert_eq!(findings.iter().map(Diagnostic::code).collect::<Vec<_>>(), ["adjusted", "adjusted"]);
}

#[test]
fn a_password_with_a_hidden_sign_is_cut_and_not_shown() {
    let (config, findings) = read(
        "vrrp_instance V {\ninterface eth0\nvirtual_router_id 7\nvirtual_ipaddress { 192.0.2.1 }\n\
         authentication {\nauth_type PASS\nauth_pass xq\\#zz\n}\n}\n",
    );
    let (cut, _) = read(
        "vrrp_instance V {\ninterface eth0\nvirtual_router_id 7\nvirtual_ipaddress { 192.0.2.1 }\n\
         authentication {\nauth_type PASS\nauth_pass xq\n}\n}\n",
    );
    assert_eq!(config.instances[0].authentication, cut.instances[0].authentication);
    assert_eq!(findings.iter().map(Diagnostic::code).collect::<Vec<_>>(), ["adjusted"]);
    assert!(!format!("{}", findings[0].problem).contains("xq"), "{findings:?}");
}

#[test]
fn a_backslash_at_the_end_of_a_line_belongs_to_the_last_word() {
    for (lines, priority) in
        [("priority 150 \\\n", 100), ("priority 150 \\ \n", 150), ("priority 150 # x \\\n", 150)]
    {
        let (config, _) = instance(lines);
        assert_eq!(config.instances[0].priority, priority, "{lines:?}");
    }
}

#[test]
fn one_address_is_the_first_of_a_range() {
    let (config, found) = server("sorry_server 192.0.2.7-9 80\nreal_server 10.0.0.1-5 80 {\n}");
    let service = &config.virtual_servers[0];
    let sorry = service.sorry_server.as_ref().map(|sorry| sorry.address.to_string());
    assert_eq!(
        (sorry.as_deref(), service.real_servers[0].address.to_string().as_str()),
        (Some("192.0.2.7:80"), "10.0.0.1:80")
    );
    assert_eq!(found, ["adjusted", "adjusted"]);
}

#[test]
fn a_range_written_in_full_may_be_one_address() {
    let group = |entry: &str| {
        read(&format!(
            "virtual_server_group G {{\n{entry}\n}}\nvirtual_server group G {{\nlb_algo rr\nlb_kind NAT\nprotocol TCP\nreal_server 10.0.0.9 80 {{\n}}\n}}\n"
        ))
    };
    let address = |text: &str| GroupEntry::Address(text.parse().unwrap());
    let (config, findings) = group("192.0.2.5-192.0.2.5 80");
    assert_eq!((config.groups[0].entries.as_slice(), findings.len()), (&[address("192.0.2.5:80")][..], 0));
    let (config, _) = group("192.0.2.5-5 80");
    assert!(config.groups.is_empty());
    let (config, findings) = group("192.0.2.5 80-90");
    assert_eq!((config.groups[0].entries.as_slice(), findings.len()), (&[address("192.0.2.5:80")][..], 1));
}
