//! Health checks that cannot say what they should.

use super::context::Context;
use super::page::{Example, Page};
use super::problem::Lint;
use crate::model::{Checker, CheckerKind, ConnectTo, HttpCheck};
use crate::{Diagnostic, Severity};

/// A virtual server whose only real server has this check; perhaps with a line before all others.
macro_rules! checked {
    ($port:literal, $protocol:literal, $check:literal $(, $first:literal)?) => {
        concat!(
            "virtual_server 192.0.2.1 ", $port, " {\n",
            $($first,)?
            "    lvs_sched rr\n    lvs_method NAT\n    protocol ", $protocol, "\n",
            "    real_server 198.51.100.1 ", $port, " {\n", $check, "    }\n}\n"
        )
    };
}

pub(super) static TLS: Page = Page {
    code: "check-wrong-protocol",
    severity: Severity::Note,
    what: "HTTP_GET goes to port 443, or SSL_GET to port 80",
    why: "A server answers a plain request on its TLS port with an error, and does not understand a TLS greeting on its \
          plain one: the check fails for ever.",
    mend: "Write SSL_GET for a port with TLS and HTTP_GET for one without.",
    example: Example::of(checked!(
        "443",
        "TCP",
        "        HTTP_GET {
            url {
                path /
                status_code 200
            }
        }
"
    )),
    mended: Example::of(checked!(
        "443",
        "TCP",
        "        SSL_GET {
            url {
                path /
                status_code 200
            }
        }
"
    )),
};

pub(super) static PATH: Page = Page {
    code: "check-path",
    severity: Severity::Warning,
    what: "the path of a check does not begin with a slash",
    why: "The path is sent as it is written. A request for a path without a slash is malformed, and servers answer it with \
          400.",
    mend: "Write the slash; the host belongs in virtualhost.",
    example: Example::of(checked!(
        "80",
        "TCP",
        "        HTTP_GET {
            url {
                path status
                status_code 200
            }
        }
"
    )),
    mended: Example::of(checked!(
        "80",
        "TCP",
        "        HTTP_GET {
            url {
                path http://www.example.com/status
                status_code 200
            }
        }
"
    )),
};

pub(super) static TIMEOUT: Page = Page {
    code: "check-timeout-above-delay",
    severity: Severity::Note,
    what: "a check may take longer than the time between two checks",
    why: "While a server hangs, a check lasts until its timeout and the next one only then begins: the failure is noticed \
          after the timeout (and that many times for each retry), not after delay_loop.",
    mend: "Make connect_timeout (or misc_timeout) shorter than delay_loop.",
    example: Example::of(checked!(
        "80",
        "TCP",
        "        TCP_CHECK {
            connect_timeout 10
        }
",
        "    delay_loop 2\n"
    )),
    mended: Example::of(checked!(
        "80",
        "TCP",
        "        TCP_CHECK {
            connect_timeout 1
        }
",
        "    delay_loop 2\n"
    )),
};

pub(super) static SNI: Page = Page {
    code: "check-without-sni",
    severity: Severity::Note,
    what: "a TLS check names a virtual host, and does not say so before the certificate is chosen",
    why: "virtualhost is sent in the request only. A server with several names chooses certificate and site by the name \
          in the TLS greeting, which is empty without enable_sni: the check sees the default site, or is refused.",
    mend: "Write enable_sni in the SSL_GET block.",
    example: Example::of(checked!(
        "443",
        "TCP",
        "        SSL_GET {
            virtualhost www.example.com
            url {
                path /
                status_code 200
            }
        }
"
    )),
    mended: Example::of(checked!(
        "443",
        "TCP",
        "        SSL_GET {
            enable_sni
            virtualhost www.example.com
            url {
                path /
                status_code 200
            }
        }
"
    )),
};

pub(super) static BLIND: Page = Page {
    code: "check-blind",
    severity: Severity::Note,
    what: "a UDP check does not wait for a reply",
    why: "Without require_reply the check fails only when the host itself refuses the datagram. A host that is down, or a \
          firewall in between, says nothing, and nothing counts as success.",
    mend: "Write payload and require_reply, or check the service over TCP.",
    example: Example::of(checked!(
        "53",
        "UDP",
        "        UDP_CHECK {
            connect_timeout 3
        }
"
    )),
    mended: Example::of(checked!(
        "53",
        "UDP",
        "        UDP_CHECK {
            connect_timeout 3
            payload 0a0b0c
            require_reply
        }
"
    )),
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let servers = context.own.config.virtual_servers.iter();
    for checker in servers.flat_map(|server| &server.real_servers).flat_map(|real| &real.checkers) {
        if let CheckerKind::Http(http) = &checker.kind {
            wrong_protocol(checker, http, findings);
            paths(context, checker, http, findings);
            without_sni(context, checker, http, findings);
        }
        if let CheckerKind::Udp(udp) = &checker.kind
            && udp.reply.is_none()
        {
            let message = "this check waits for no reply: a host that is down passes it";
            findings.push(
                Lint::CheckBlind.note(checker.span, message).suggest("write payload and require_reply"),
            );
        }
        timeout(context, checker, findings);
    }
}

fn wrong_protocol(checker: &Checker, http: &HttpCheck, findings: &mut Vec<Diagnostic>) {
    let (word, instead) = match (http.tls, http.connect.address.port()) {
        (false, 443) => ("HTTP_GET", "SSL_GET"),
        (true, 80) => ("SSL_GET", "HTTP_GET"),
        _ => return,
    };
    let message = format!("{word} to port {}", http.connect.address.port());
    findings.push(Lint::CheckWrongProtocol.note(checker.span, message).suggest(format!("write {instead}")));
}

fn without_sni(context: &Context<'_>, checker: &Checker, http: &HttpCheck, findings: &mut Vec<Diagnostic>) {
    let host =
        http.virtualhost.as_ref().or_else(|| http.urls.iter().find_map(|url| url.virtualhost.as_ref()));
    let Some(host) = host.filter(|_| http.tls && !http.enable_sni) else { return };
    let lines = context.own.places.block(checker.span);
    let message =
        format!("'{host}' is not named in the TLS greeting: the server may answer for another site");
    let finding = Lint::CheckWithoutSni.note(lines.at("virtualhost"), message);
    findings.push(finding.suggest("write enable_sni in the SSL_GET block"));
}

fn paths(context: &Context<'_>, checker: &Checker, http: &HttpCheck, findings: &mut Vec<Diagnostic>) {
    for url in &http.urls {
        if url.path.starts_with('/') || url.path.starts_with("http://") || url.path.starts_with("https://") {
            continue;
        }
        let at = context.own.places.block(checker.span).entry_with("url", "path", &url.path);
        let message = format!("the path '{}' does not begin with a slash", url.path);
        findings.push(Lint::CheckPath.warning(at, message).suggest(format!("write /{}", url.path)));
    }
}

fn timeout(context: &Context<'_>, checker: &Checker, findings: &mut Vec<Diagnostic>) {
    let connect = |connect: &ConnectTo| ("connect_timeout", connect.timeout);
    let (keyword, timeout) = match &checker.kind {
        CheckerKind::Tcp(to) | CheckerKind::Ping(to) => connect(to),
        CheckerKind::Dns(check) => connect(&check.connect),
        CheckerKind::Udp(check) => connect(&check.connect),
        CheckerKind::Bfd(_) | CheckerKind::File(_) => return,
        CheckerKind::Http(check) => connect(&check.connect),
        CheckerKind::Smtp(check) => connect(&check.connect),
        CheckerKind::Misc(check) => ("misc_timeout", check.timeout),
    };
    let delay = checker.common.delay_loop;
    let lines = context.own.places.block(checker.span);
    // A default that is longer than a short delay_loop is nothing that anybody wrote.
    if timeout <= delay || lines.line(keyword).is_none() {
        return;
    }
    let message = format!(
        "{keyword} {} is longer than the {} s between two checks: a hanging server is noticed that late",
        timeout.as_secs_f64(),
        delay.as_secs_f64()
    );
    findings.push(Lint::CheckTimeoutAboveDelay.note(lines.at(keyword), message));
}
