//! Virtual servers, groups and checks.

use super::{page, server, snapshot};

#[test]
fn virtual_servers() {
    let with = |lines: &str| {
        format!("virtual_server 192.0.2.1 80 {{\n{lines}    real_server 10.0.0.1 80 {{\n    }}\n}}\n")
    };
    let scheduler = with("    lb_algo wrrr\n    lb_kind NAT\n    protocol TCP\n");
    let kind = with("    lb_algo rr\n    lb_kind BRIDGE\n    protocol TCP\n");
    let protocol = with("    lb_algo rr\n    lb_kind NAT\n    protocol HTTP\n");
    let incomplete = with("    delay_loop 6\n");
    let quorum = with("    lb_algo rr\n    lb_kind NAT\n    protocol TCP\n    quorum 5\n");
    let empty = "virtual_server 192.0.2.1 80 {\n    lb_algo rr\n    lb_kind NAT\n    protocol TCP\n}\n";
    let group = "virtual_server group WEB {\n    lb_algo rr\n    lb_kind NAT\n    protocol TCP\n    real_server 10.0.0.1 80 {\n    }\n}\n";
    let no_url = server("    HTTP_GET {\n        connect_timeout 3\n    }");
    let status = server(
        "    HTTP_GET {\n        url {\n            path /\n            status_code 2xx\n        }\n    }",
    );
    let digest = server(
        "    HTTP_GET {\n        url {\n            path /\n            digest 12345\n        }\n    }",
    );
    let misc = server("    MISC_CHECK {\n        misc_timeout 5\n    }");
    let port = server("    TCP_CHECK {\n        connect_port 99999\n    }");
    let in_tcp = server("    TCP_CHECK {\n        url {\n            path /\n        }\n    }");
    let family = "virtual_server 192.0.2.1 80 {\n    lb_algo rr\n    lb_kind NAT\n    protocol TCP\n    sorry_server 2001:db8::9 80\n    real_server 10.0.0.1:80 {\n    }\n}\n";
    snapshot(
        "servers",
        &page(&[
            ("an unknown scheduler", &scheduler),
            ("an unknown forwarding method", &kind),
            ("an unknown protocol", &protocol),
            ("no scheduler, method and protocol", &incomplete),
            ("a quorum that cannot be reached", &quorum),
            ("no real server", empty),
            ("a group that is not there", group),
            ("a check without a url", &no_url),
            ("a bad status code", &status),
            ("a bad digest", &digest),
            ("a check without a command", &misc),
            ("a port above 65535", &port),
            ("a keyword of another check", &in_tcp),
            ("addresses of two families, and a port behind a colon", family),
        ]),
    );
}
