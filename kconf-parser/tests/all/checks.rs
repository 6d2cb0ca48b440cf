//! Health checks: what each block means. Defaults and rules are those of keepalived's source and of `keepalived -t`.

#![expect(clippy::wildcard_enum_match_arm, reason = "a check of another kind is a failed test")]

use core::time::Duration;

use kconf_parser::model::{
    Checker, CheckerKind, DnsType, HttpCheck, HttpUrl, RegexOption, RegexStack, SmtpCheck, UdpCheck,
};

use crate::common::read_codes as read;

/// The checks of a real server of a virtual server with some more lines.
fn checks_in(service: &str, lines: &str) -> (Vec<Checker>, Vec<&'static str>) {
    let text = format!(
        "virtual_server 192.0.2.9 80 {{\nlb_algo rr\nlb_kind NAT\nprotocol TCP\n{service}\nreal_server 10.0.0.1 8080 {{\n{lines}\n}}\n}}\n"
    );
    let (mut config, found) = read(&text);
    (config.virtual_servers.remove(0).real_servers.remove(0).checkers, found)
}

fn one(block: &str) -> Checker {
    let (mut checks, found) = checks_in("", block);
    assert!(found.is_empty(), "{block}: {found:?}");
    assert_eq!(checks.len(), 1, "{block}");
    checks.remove(0)
}

fn http(lines: &str) -> HttpCheck {
    match one(&format!("HTTP_GET {{\n{lines}\n}}")).kind {
        CheckerKind::Http(check) => *check,
        other => panic!("{other:?}"),
    }
}

fn url(lines: &str) -> HttpUrl {
    http(&format!("url {{\npath /\n{lines}\n}}")).urls.remove(0)
}

fn udp(lines: &str) -> UdpCheck {
    match one(&format!("UDP_CHECK {{\n{lines}\n}}")).kind {
        CheckerKind::Udp(check) => *check,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_kind_has_retries_of_its_own() {
    let http = "HTTP_GET {\nurl {\npath /\n}\n}";
    #[rustfmt::skip]
    let cases: &[(&str, u32, u64)] = &[
        ("TCP_CHECK {\n}",  1, 1),
        (http,              1, 3),
        ("SMTP_CHECK {\n}", 1, 1),
        ("UDP_CHECK {\n}",  1, 1),
        ("PING_CHECK {\n}", 1, 1),
        // As long as delay_loop.
        ("DNS_CHECK {\n}",  3, 60),
    ];
    for (block, retry, delay) in cases {
        let check = one(block);
        assert_eq!(
            (check.common.retry, check.common.delay_before_retry.as_secs()),
            (*retry, *delay),
            "{block}"
        );
        assert_eq!((check.common.delay_loop.as_secs(), check.common.warmup.as_secs()), (60, 60), "{block}");
    }
}

#[test]
fn a_check_inherits_from_the_real_server_and_that_from_the_virtual_server() {
    let outer =
        "delay_loop 7\nretry 4\ndelay_before_retry 2\nwarmup 0\nalpha\nconnect_timeout 3\nvirtualhost a";
    let (checks, found) = checks_in(
        outer,
        "retry 5\nvirtualhost b
        DNS_CHECK {\n}
        DNS_CHECK {\nretry 0\ndelay_loop 1\nalpha off\nconnect_timeout 9\n}
        HTTP_GET {\nurl {\npath /\n}\n}",
    );
    assert_eq!(found, [""; 0]);
    let common = |index: usize| {
        let common = &checks[index].common;
        (common.retry, common.delay_loop.as_secs(), common.delay_before_retry.as_secs(), common.alpha)
    };
    assert_eq!(common(0), (5, 7, 2, true));
    assert_eq!(common(1), (0, 1, 2, false));
    assert_eq!(checks[0].common.warmup, Duration::ZERO);
    let timeout = |index: usize| match &checks[index].kind {
        CheckerKind::Dns(check) => check.connect.timeout.as_secs(),
        other => panic!("{other:?}"),
    };
    assert_eq!((timeout(0), timeout(1)), (3, 9));
    let CheckerKind::Http(http) = &checks[2].kind else { panic!("{checks:?}") };
    assert_eq!(http.virtualhost.as_deref(), Some("b"));
}

#[test]
fn a_check_goes_to_the_port_that_is_written_even_where_traffic_does_not() {
    let text = |port: &str| {
        format!(
            "virtual_server 192.0.2.9 80 {{\nlb_algo rr\nlb_kind DR\nprotocol TCP\nreal_server 10.0.0.1 {port} {{\nTCP_CHECK {{\n}}\n}}\n}}\n"
        )
    };
    for (port, expected) in [("8080", 8080), ("80", 80), ("", 80)] {
        let (config, _) = read(&text(port));
        let server = &config.virtual_servers[0].real_servers[0];
        let CheckerKind::Tcp(connect) = &server.checkers[0].kind else { panic!("{server:?}") };
        assert_eq!((server.address.port(), connect.address.port()), (80, expected));
    }
}

#[test]
fn a_url_accepts_200_to_299_unless_it_names_codes_whatever_else_it_wants() {
    let codes = |lines: &str| url(lines).status_codes.0;
    assert_eq!(codes(""), [(200, 299)]);
    assert_eq!(codes("digest 9b3a0c85a887a256d6939da88aabd8cd"), [(200, 299)]);
    assert_eq!(codes("regex ok"), [(200, 299)]);
    assert_eq!(codes("status_code 200-204 404\nstatus_code 599"), [(200, 204), (404, 404), (599, 599)]);
}

#[test]
fn a_regex_is_a_pattern_with_options_and_offsets() {
    let regex = |lines: &str| url(lines).regex.expect("a regex");
    let found = regex(
        "regex \"all is\\x20well\"\nregex_options utf caseless\nregex_options utf\nregex_no_match
        regex_min_offset 10\nregex_max_offset 10\nregex_stack 32 64",
    );
    assert_eq!(found.pattern, "all is well");
    assert_eq!(found.options, [RegexOption::Caseless, RegexOption::Utf]);
    assert!(found.no_match);
    assert_eq!((found.min_offset, found.max_offset), (10, Some(10)));
    assert_eq!(found.stack, Some(RegexStack { start: 32, max: 64 }));

    let (checks, findings) = checks_in(
        "",
        "HTTP_GET {\nurl {\npath /\nregex a\nregex_min_offset 5\nregex_max_offset 4\n}\nurl {\npath /x\nregex_no_match\n}\n}",
    );
    assert_eq!(findings, ["adjusted"; 2]);
    let CheckerKind::Http(http) = &checks[0].kind else { panic!("{checks:?}") };
    let first = http.urls[0].regex.as_ref().expect("a regex");
    assert_eq!((first.min_offset, first.max_offset), (0, None));
    assert_eq!(http.urls[1].regex, None);
}

#[test]
fn tls_settings_are_of_the_check_and_of_the_url() {
    let lines = "SSL_GET {\nenable_sni\nsni_name www.example\ntls_compliant\nurl {\npath /\n}\nurl {\npath /x\ntls_compliant\n}\n}";
    let CheckerKind::Http(check) = one(lines).kind else { panic!("{lines}") };
    assert!(check.tls && check.enable_sni && check.tls_compliant);
    assert_eq!(check.sni_name.as_deref(), Some("www.example"));
    assert_eq!(check.urls.iter().map(|url| url.tls_compliant).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn hosts_of_a_mail_check_are_checks_of_their_own() {
    let mail = |lines: &str| -> Vec<SmtpCheck> {
        let (checks, found) = checks_in("", &format!("SMTP_CHECK {{\n{lines}\n}}"));
        assert!(found.is_empty(), "{lines}: {found:?}");
        let kinds = checks.into_iter().map(|check| match check.kind {
            CheckerKind::Smtp(check) => *check,
            other => panic!("{other:?}"),
        });
        kinds.collect()
    };
    let places =
        |lines: &str| mail(lines).iter().map(|check| check.connect.address.to_string()).collect::<Vec<_>>();
    assert_eq!(mail("")[0].helo_name, "smtpchecker.keepalived.org");
    assert_eq!(mail("helo_name a.example")[0].helo_name, "a.example");
    assert_eq!(places(""), ["10.0.0.1:8080"]);
    let hosts = "host {\nconnect_ip 10.0.0.5\nconnect_port 25\n}\nhost {\nconnect_port 26\n}";
    assert_eq!(places(hosts), ["10.0.0.5:25", "10.0.0.1:26"]);
    assert_eq!(places(&format!("connect_port 24\n{hosts}")), ["10.0.0.1:24", "10.0.0.5:25", "10.0.0.1:26"]);
}

#[test]
fn a_dns_check_asks_for_the_root_unless_told_otherwise() {
    let dns = |lines: &str| match one(&format!("DNS_CHECK {{\n{lines}\n}}")).kind {
        CheckerKind::Dns(check) => (check.record, check.name),
        other => panic!("{other:?}"),
    };
    assert_eq!(dns(""), (DnsType::Soa, ".".to_owned()));
    assert_eq!(dns("type aaaa\nname www.example."), (DnsType::Aaaa, "www.example.".to_owned()));
    assert_eq!(DnsType::Dnskey.number(), 48);
}

#[test]
fn a_udp_check_sends_octets_and_compares_digits() {
    assert_eq!(udp("").payload, None);
    assert_eq!(udp("").reply, None);
    assert_eq!(udp("payload 00 0fA7 3").payload, Some(vec![0x00, 0x0f, 0xa7, 0x03]));
    assert_eq!(udp("payload 000fa").payload, Some(vec![0x00, 0x0f, 0x0a]));

    let reply = udp("require_reply").reply.expect("a reply");
    assert_eq!((reply.pattern.len(), reply.min_length, reply.max_length), (0, 0, 255));
    let reply = udp("require_reply 1x Xf xx x\nmin_reply_length 2\nmax_reply_length 300").reply;
    let reply = reply.expect("a reply");
    assert_eq!((reply.min_length, reply.max_length), (2, 300));
    let matches = |octets: [u8; 4]| {
        reply.pattern.iter().zip(octets).map(|(wanted, octet)| wanted.matches(octet)).collect::<Vec<_>>()
    };
    assert_eq!(matches([0x1c, 0xaf, 0x55, 0x0e]), [true; 4]);
    assert_eq!(matches([0x2c, 0xae, 0x55, 0x1e]), [false, false, true, false]);
}

#[test]
fn a_script_is_given_the_virtual_servers_delay_loop() {
    let misc = |lines: &str| {
        let (checks, found) = checks_in(
            "delay_loop 8",
            &format!("delay_loop 5\nMISC_CHECK {{\nmisc_path /bin/check\n{lines}\n}}"),
        );
        assert_eq!(found, ["script-security"]);
        match &checks[0].kind {
            CheckerKind::Misc(check) => (checks[0].common.retry, check.timeout.as_secs()),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(misc(""), (0, 8));
    assert_eq!(misc("misc_timeout 0\ndelay_loop 3"), (0, 8));
    assert_eq!(misc("misc_timeout 2\nretry 1"), (1, 2));
}

#[test]
fn checks_by_name_know_what_is_defined_above() {
    let text = "track_file F {\nfile /tmp/x\nweight 3 reverse\n}\nbfd_instance B {\nneighbor_ip 10.0.0.8\n}
        virtual_server 192.0.2.9 80 {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\nalpha\nreal_server 10.0.0.1 80 {
        BFD_CHECK {\nname B\n}\nFILE_CHECK {\ntrack_file F\n}\nFILE_CHECK {\ntrack_file F\nweight -5\n}
        BFD_CHECK {\nname B\n}\nFILE_CHECK {\ntrack_file G\n}\n}\n}\ntrack_file G {\nfile /tmp/y\n}\n";
    let (config, found) = read(text);
    let found: Vec<_> = found.into_iter().filter(|code| *code != "not-supported").collect();
    assert_eq!(found, ["adjusted", "undefined"]);
    let [bfd, file, other] = config.virtual_servers[0].real_servers[0].checkers.as_slice() else {
        panic!("{config:?}")
    };
    assert!(matches!(&bfd.kind, CheckerKind::Bfd(check) if check.name == "B"));
    assert!(bfd.common.alpha && !file.common.alpha);
    let weight = |check: &Checker| match &check.kind {
        CheckerKind::File(file) => (file.weight, file.reverse),
        other => panic!("{other:?}"),
    };
    assert_eq!((weight(file), weight(other)), ((3, true), (-5, false)));
}

#[test]
fn every_failure_is_logged_if_the_check_or_global_defs_say_so() {
    let text = |global: &str| {
        format!(
            "global_defs {{\n{global}\n}}\nvirtual_server 192.0.2.9 80 {{\nlb_algo rr\nlb_kind NAT\nprotocol TCP
            real_server 10.0.0.1 80 {{\nTCP_CHECK {{\n}}\nPING_CHECK {{\nlog_all_failures\n}}\n}}\n}}\n"
        )
    };
    for (global, expected) in [
        ("", [false, true]),
        ("checker_log_all_failures", [true, true]),
        ("checker_log_all_failures no", [false, true]),
    ] {
        let (config, found) = read(&text(global));
        assert_eq!(found, [""; 0]);
        let checks = &config.virtual_servers[0].real_servers[0].checkers;
        assert_eq!([checks[0].common.log_all_failures, checks[1].common.log_all_failures], expected);
    }
}
