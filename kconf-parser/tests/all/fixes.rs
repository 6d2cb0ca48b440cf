//! A change that a tool can make mends what it belongs to, and breaks nothing.

#![expect(clippy::panic, reason = "what is not there is a failed test")]

use kconf_parser::Diagnostic;

use crate::common::check;

fn codes(findings: &[Diagnostic]) -> Vec<&'static str> {
    let mut codes: Vec<_> = findings.iter().map(Diagnostic::code).collect();
    codes.sort_unstable();
    codes
}

fn instance(lines: &str) -> String {
    format!(
        "vrrp_instance V {{\n    interface eth0\n    virtual_router_id 5\n    {lines}\n    virtual_ipaddress {{\n        192.0.2.1\n    }}\n}}\n"
    )
}

/// A mistake, the code that is mended, and what the line becomes.
const CASES: &[(&str, &str, &str)] = &[
    ("priorty 150", "unknown-keyword", "priority 150"),
    ("priority: 150", "unknown-keyword", "priority 150"),
    ("priority=150", "unknown-keyword", "priority 150"),
    ("nopreempt;", "unknown-keyword", "nopreempt"),
    ("// a comment", "unknown-keyword", "# a comment"),
    ("//a comment", "unknown-keyword", "#a comment"),
    ("\u{a0}priority 150", "strange-space", " priority 150"),
    ("\u{3000}\u{3000}priority 150", "strange-space", "  priority 150"),
    ("\u{a0} priority 150", "strange-space", "  priority 150"),
    ("priority\u{a0}150", "unknown-keyword", "priority 150"),
    ("priority 150\u{a0}", "invalid-number", "priority 150 "),
    ("priority １５０", "invalid-number", "priority 150"),
    ("priority 150;", "invalid-number", "priority 150"),
    ("advert_int 2s", "invalid-number", "advert_int 2"),
    ("state SLAVE", "invalid-value", "state BACKUP"),
    ("state EQUAL", "invalid-value", "state BACKUP"),
    ("state master", "invalid-value", "state MASTER"),
    ("state MASTR", "invalid-value", "state MASTER"),
    ("smtp_alert enabled", "invalid-value", "smtp_alert on"),
    ("smtp_alert False", "invalid-value", "smtp_alert off"),
    ("unicast_src_ip 192.0.2.010", "invalid-address", "unicast_src_ip 192.0.2.10"),
    ("unicast_src_ip 192.0.2.9,", "invalid-address", "unicast_src_ip 192.0.2.9"),
    (
        "authentication {\n auth_type PASSWORD\n auth_pass x\n }",
        "invalid-value",
        "authentication {\n auth_type PASS\n auth_pass x\n }",
    ),
    (
        "authentication {\n auth_type PASS\n auth_pass 1234567890\n }",
        "auth-pass-truncated",
        "authentication {\n auth_type PASS\n auth_pass 12345678\n }",
    ),
    (
        "authentication {\n auth_type PASS\n auth_pass \"12345 67890\"\n }",
        "auth-pass-truncated",
        "authentication {\n auth_type PASS\n auth_pass \"12345 67\"\n }",
    ),
    ("track_interface {\n eth1 wieght 10\n }", "invalid-value", "track_interface {\n eth1 weight 10\n }"),
    (
        "virtual_ipaddress_excluded {\n 192.0.2.9 device eth0\n }",
        "invalid-value",
        "virtual_ipaddress_excluded {\n 192.0.2.9 dev eth0\n }",
    ),
    (
        "virtual_ipaddress_excluded {\n 192.0.2.9 // it\n }",
        "invalid-value",
        "virtual_ipaddress_excluded {\n 192.0.2.9 # it\n }",
    ),
];

/// The same for whole files.
const FILES: &[(&str, &str, &str)] = &[
    (
        "vrrp_instance V {\n  interface eth0\n  virtual_router_id 5\n  virtual_ipaddress {\n    192.0.2.1\n}\n",
        "missing-close",
        "vrrp_instance V {\n  interface eth0\n  virtual_router_id 5\n  virtual_ipaddress {\n    192.0.2.1\n  }\n}\n",
    ),
    (
        "global_defs {\n  router_id r\n\nvrrp_script s {\n  script \"/bin/true\"\n}\n",
        "missing-close",
        "global_defs {\n  router_id r\n\n}\nvrrp_script s {\n  script \"/bin/true\"\n}\n",
    ),
    ("global_defs {\n  router_id \"r \n}\n", "unterminated-quote", "global_defs {\n  router_id \"r\" \n}\n"),
    ("global_defs {\n  router_id r", "missing-close", "global_defs {\n  router_id r\n}\n"),
    ("global_defs {\n  router_id r\n}\n}\n", "extra-close", "global_defs {\n  router_id r\n}\n\n"),
    ("global_defs\n  router_id r\n}\n", "missing-open", "global_defs {\n  router_id r\n}\n"),
    ("\u{feff}global_defs {\n}\n", "strange-space", " global_defs {\n}\n"),
    ("vvrp_script s {\n script /bin/true\n}\n", "unknown-keyword", "vrrp_script s {\n script /bin/true\n}\n"),
    (
        "vrrp_script s {\n script /bin/pgrep nginx\n}\n",
        "extra-arguments",
        "vrrp_script s {\n script \"/bin/pgrep nginx\"\n}\n",
    ),
    (
        "vrrp_instance V {\n interface eth0:1\n virtual_router_id 5\n virtual_ipaddress { 192.0.2.1 }\n}\n",
        "interface-missing",
        "vrrp_instance V {\n interface eth0\n virtual_router_id 5\n virtual_ipaddress { 192.0.2.1 }\n}\n",
    ),
    (
        "vrrp_instance V {\n interface eth0\n virtual_router_id 5\n virtual_ipaddress { 192.0.2.1 dev eth0:1\n}\n}\n",
        "interface-missing",
        "vrrp_instance V {\n interface eth0\n virtual_router_id 5\n virtual_ipaddress { 192.0.2.1 dev eth0 label eth0:1\n}\n}\n",
    ),
    (
        "virtual_server 192.0.2.1 80 {\n lb_algo wrrr\n lb_kind NAT\n protocol HTTP\n real_server 10.0.0.1 80 {\n }\n}\n",
        "invalid-value",
        "virtual_server 192.0.2.1 80 {\n lb_algo wrr\n lb_kind NAT\n protocol HTTP\n real_server 10.0.0.1 80 {\n }\n}\n",
    ),
    (
        "virtual_server 192.0.2.1 80 {\n lb_algo rr\n lb_kind NAT\n protocol TCP\n real_server 10.0.0.1:80 {\n }\n}\n",
        "invalid-address",
        "virtual_server 192.0.2.1 80 {\n lb_algo rr\n lb_kind NAT\n protocol TCP\n real_server 10.0.0.1 80 {\n }\n}\n",
    ),
];

#[test]
fn a_fix_mends_its_finding_and_brings_no_new_one() {
    let lines = CASES.iter().map(|(line, code, want)| (instance(line), *code, instance(want)));
    let files = FILES.iter().map(|(text, code, want)| ((*text).to_owned(), *code, (*want).to_owned()));
    for (text, code, want) in lines.chain(files) {
        let (_, before) = check(text.as_bytes());
        let finding = before.iter().find(|finding| finding.code() == code && finding.fix.is_some());
        let Some(fix) = finding.and_then(|finding| finding.fix.as_ref()) else {
            panic!("no fix for {code} in\n{text}{before:#?}")
        };
        let mended = fix.apply(text.as_bytes());
        assert_eq!(String::from_utf8_lossy(&mended), want);
        let (tree, after) = check(&mended);
        let mut expected = codes(&before);
        let rest = codes(&after);
        assert!(rest.len() < expected.len(), "{text}");
        for code in &rest {
            let known = expected.iter().position(|other| other == code);
            let rendered = || after.iter().map(|finding| finding.render(tree.sources())).collect::<String>();
            match known {
                Some(index) => drop(expected.remove(index)),
                None => panic!("{code} is new in\n{want}\n{}", rendered()),
            }
        }
    }
}

#[test]
fn nothing_is_changed_in_what_expansion_made() {
    let text = instance("$LINE").replacen("vrrp", "$LINE=priorty 150\nvrrp", 1);
    let (tree, findings) = check(text.as_bytes());
    assert_eq!(codes(&findings), ["unknown-keyword"]);
    assert!(findings.iter().all(|finding| finding.fix.is_none()));
    assert!(
        findings.iter().all(|finding| finding.render(tree.sources()).contains("did you mean 'priority'"))
    );
}

#[test]
fn no_secret_is_in_what_can_be_printed() {
    let secrets = [
        "authentication {\n auth_type PASS\n auth_pass hunter2-is-long\n }",
        "authentication {\n auth_type PASS\n auth_pass\u{a0}hunter2-is-long\n }",
        "authentication {\n auth_type PASS\n auth_pas hunter2-is-long\n }",
        "auth_pass hunter2-is-long",
        "auth_pass=hunter2-is-long",
        "authentication {\n auth_type hunter auth_pass hunter2-is-long\n }",
        "~SEQ(p) auth_pass hunter2-is-long",
    ];
    for lines in secrets {
        let (tree, findings) = check(instance(lines).as_bytes());
        assert!(!findings.is_empty(), "{lines}");
        for finding in findings {
            let texts = [
                finding.render(tree.sources()),
                finding.problem.to_string(),
                finding.suggestion.unwrap_or_default(),
                finding.fix.map(|fix| fix.replacement).unwrap_or_default(),
                finding.related.into_iter().map(|related| related.text).collect(),
            ];
            assert!(texts.iter().all(|text| !text.contains("hunter2")), "{texts:#?}");
        }
    }
}
