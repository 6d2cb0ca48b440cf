//! Virtual servers, their checks, and the sync daemon.

use super::{Addresses, codes};

fn server(head: &str, lines: &str) -> String {
    format!("virtual_server {head} {{\n lvs_sched rr\n lvs_method NAT\n{lines}\n}}\n")
}

const REAL: &str = "protocol TCP\nreal_server 198.51.100.1 80 {\n TCP_CHECK { }\n}";

fn vip(address: &str) -> String {
    format!(
        "vrrp_instance VI {{\n interface eth0\n virtual_router_id 5\n virtual_ipaddress {{ {address} }}\n}}\n"
    )
}

#[test]
fn somebody_has_the_address_of_a_service() {
    let service = server("192.0.2.1 80", REAL);
    let group = format!("virtual_server_group g {{\n 192.0.2.1-2 80\n}}\n{}", server("group g", REAL));
    #[rustfmt::skip]
    let cases: &[(String, Addresses<'_>, &[&str])] = &[
        (format!("{service}{}", vip("192.0.2.1/24")), &[], &[]),
        (format!("{service}{}", vip("192.0.2.7/24")), &[], &["service-without-address"]),
        (format!("{service}{}", vip("192.0.2.7/24")), &[("eth0", "192.0.2.1/24")], &[]),
        (format!("{service}{}", vip("192.0.2.7/24")), &[("eth0", "192.0.2.9/24")], &["service-without-address"]),
        // Of a file with services only, nothing is known without the host.
        (service.clone(), &[], &[]),
        (service.clone(), &[("eth0", "192.0.2.9/24")], &["service-without-address"]),
        (format!("{group}{}", vip("192.0.2.1/24")), &[], &["service-without-address"]),
        (format!("{}{}", server("fwmark 7", "real_server 198.51.100.1 80 {\n TCP_CHECK { }\n}"), vip("192.0.2.7")), &[], &[]),
        (format!("static_ipaddress {{\n 192.0.2.1/24 dev eth0\n}}\n{service}{}", vip("192.0.2.7/24")), &[], &[]),
    ];
    for (text, host, want) in cases {
        assert_eq!(codes(text, None, host), *want, "{text}");
    }
}

#[test]
fn a_service_is_defined_once() {
    let udp = "protocol UDP\nreal_server 198.51.100.1 80 {\n TCP_CHECK { }\n}";
    let range = format!("virtual_server_group g {{\n 192.0.2.1-9 80\n}}\n{}", server("group g", REAL));
    #[rustfmt::skip]
    let cases: &[(String, &[&str])] = &[
        (format!("{}{}", server("192.0.2.1 80", REAL), server("192.0.2.1 80", REAL)), &["service-twice"]),
        (format!("{}{}", server("192.0.2.1 80", REAL), server("192.0.2.1 80", udp)), &[]),
        (format!("{}{}", server("192.0.2.1 80", REAL), server("192.0.2.1 81", REAL)), &[]),
        (format!("{range}{}", server("192.0.2.5 80", REAL)), &["service-twice"]),
        (format!("{range}{}", server("192.0.2.10 80", REAL)), &[]),
    ];
    for (text, want) in cases {
        assert_eq!(codes(text, None, &[]), *want, "{text}");
    }
}

#[test]
fn real_servers_are_checked_and_are_others() {
    #[rustfmt::skip]
    let cases: &[(&str, &[&str])] = &[
        (REAL, &[]),
        ("protocol TCP\nreal_server 198.51.100.1 80 {\n}", &["service-unchecked"]),
        ("protocol TCP\nreal_server 192.0.2.1 80 {\n TCP_CHECK { }\n}", &["real-server-is-virtual"]),
        ("protocol TCP\nsorry_server 198.51.100.1 80\nreal_server 198.51.100.1 80 {\n TCP_CHECK { }\n}", &["sorry-server-is-real"]),
        ("protocol TCP\nsorry_server 198.51.100.1 81\nreal_server 198.51.100.1 80 {\n TCP_CHECK { }\n}", &[]),
    ];
    for (lines, want) in cases {
        assert_eq!(codes(&server("192.0.2.1 80", lines), None, &[]), *want, "{lines}");
    }
}

#[test]
fn checks_speak_the_language_of_their_port() {
    let check = |port: u16, check: &str| {
        server("192.0.2.1 80", &format!("protocol TCP\nreal_server 198.51.100.1 {port} {{\n{check}\n}}"))
    };
    let url = "url {\n path /\n status_code 200\n }";
    #[rustfmt::skip]
    let cases: &[(u16, String, &[&str])] = &[
        (443, format!("HTTP_GET {{\n{url}\n}}"), &["check-wrong-protocol"]),
        (443, format!("SSL_GET {{\n{url}\n}}"), &[]),
        (80, format!("SSL_GET {{\n{url}\n}}"), &["check-wrong-protocol"]),
        (443, format!("HTTP_GET {{\nconnect_port 8080\n{url}\n}}"), &[]),
        (80, "HTTP_GET {\nurl {\n path index.html\n status_code 200\n}\n}".to_owned(), &["check-path"]),
        (80, "HTTP_GET {\nurl {\n path /index.html\n status_code 200\n}\n}".to_owned(), &[]),
        (80, "TCP_CHECK {\n delay_loop 2\n connect_timeout 3\n}".to_owned(), &["check-timeout-above-delay"]),
        (80, "TCP_CHECK {\n delay_loop 3\n connect_timeout 3\n}".to_owned(), &[]),
        (443, format!("SSL_GET {{\nvirtualhost a.example\n{url}\n}}"), &["check-without-sni"]),
        (443, "SSL_GET {\nurl {\n path /\n status_code 200\n virtualhost a.example\n}\n}".to_owned(), &["check-without-sni"]),
        (443, format!("SSL_GET {{\nenable_sni\nvirtualhost a.example\n{url}\n}}"), &[]),
        (80, format!("HTTP_GET {{\nvirtualhost a.example\n{url}\n}}"), &[]),
        (53, "UDP_CHECK { }".to_owned(), &["check-blind"]),
        (53, "UDP_CHECK {\n require_reply\n}".to_owned(), &[]),
        // The default of five seconds is nobody's choice.
        (80, "TCP_CHECK {\n delay_loop 2\n}".to_owned(), &[]),
    ];
    for (port, text, want) in cases {
        assert_eq!(codes(&check(*port, text), None, &[]), *want, "{port} {text}");
    }
}

#[test]
fn a_master_that_returns_waits_for_the_sync_daemon() {
    let text = |globals: &str, lines: &str| {
        format!(
            "global_defs {{\n{globals}\n}}\nvrrp_instance VI {{\n interface eth0\n virtual_router_id 5\n priority 150\n \
             {lines}\n virtual_ipaddress {{ 192.0.2.1 }}\n}}\n"
        )
    };
    let lower = text("", "priority 100");
    #[rustfmt::skip]
    let cases: &[(&str, &str, Option<&str>, &[&str])] = &[
        ("lvs_sync_daemon eth0 VI", "", None, &["sync-daemon-preempts"]),
        ("lvs_sync_daemon eth0 inst VI id 3", "", None, &["sync-daemon-preempts"]),
        ("lvs_sync_daemon eth0 VI", "preempt_delay 60", None, &[]),
        ("lvs_sync_daemon eth0 VI", "nopreempt", None, &[]),
        ("lvs_sync_daemon eth0", "", None, &[]),
        ("", "", None, &[]),
        ("lvs_sync_daemon eth0 VI", "", Some(&lower), &["sync-daemon-preempts"]),
        // This node is never the one that comes back.
        ("lvs_sync_daemon eth0 VI", "priority 50", Some(&lower), &[]),
    ];
    for (globals, lines, other, want) in cases {
        assert_eq!(codes(&text(globals, lines), *other, &[]), *want, "{globals} / {lines}");
    }
}
