//! Probes over TLS against real servers: nginx and OpenSSL's.
#![cfg(feature = "tls")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod certificates;
#[expect(dead_code, reason = "for dialogues without TLS")]
mod daemon;

use core::net::SocketAddr;
use core::time::Duration;
use std::path::Path;
use std::process::{Command, Stdio};

use certificates::{Authority, Certified, FAR};
use daemon::{Daemon, Directory, unused};
use healthcheck::{
    Close, ConnectTo, ExchangeProbe, Failure, HttpExpect, HttpProbe, HttpRequest, HttpVersion, Outcome,
    Phase, Probe, ProbeReport, SmtpDialogue, SmtpExchange, SmtpReplies, SmtpRequest, StartTlsProbe, TcpProbe,
    Tls, TlsAlert, TlsFailure, TlsIdentity, TlsOptions, TlsProbe, TlsVerify, TlsVersion,
};

const LONG: Duration = Duration::from_secs(20);

fn run(probe: &dyn Probe) -> ProbeReport {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(probe.probe())
}

/// `SSL_GET`, whatever the status.
fn get(address: SocketAddr, host: &str, options: &TlsOptions) -> ProbeReport {
    let probe = HttpProbe {
        connect: ConnectTo::new(address),
        request: HttpRequest::new(HttpVersion::Http11, "/", Some(host), address).unwrap(),
        expect: HttpExpect { status: vec![(100, 599)], ..HttpExpect::default() },
        deadline: LONG,
    };
    run(&TlsProbe { probe, tls: Tls::new(options).unwrap() })
}

fn handshake(address: SocketAddr, options: &TlsOptions, close: Close) -> ProbeReport {
    let connect = ConnectTo { timeout: LONG, ..ConnectTo::new(address) };
    run(&TlsProbe { probe: TcpProbe { connect, close }, tls: Tls::new(options).unwrap() })
}

fn told(name: &str) -> TlsOptions {
    TlsOptions { server_name: Some(name.to_owned()), ..TlsOptions::default() }
}

fn verified(authority: &Authority, name: &str, told: Option<&str>) -> TlsOptions {
    TlsOptions {
        verify: TlsVerify::Server { roots: authority.pem().into_bytes(), name: name.to_owned() },
        server_name: told.map(str::to_owned),
        ..TlsOptions::default()
    }
}

const fn failed(failure: TlsFailure) -> Outcome {
    Outcome::Failure(Failure::Tls(failure))
}

/// The status of a reply that came.
fn status(report: ProbeReport) -> u16 {
    assert_eq!(report.outcome, Outcome::Success);
    report.http.unwrap().status.unwrap()
}

/// A virtual host of nginx.
fn host(directory: &Directory, listen: SocketAddr, certified: &Certified, rest: &str) -> String {
    let name = format!("{}-{}", listen.port(), rest.len());
    let key = directory.write(&format!("{name}.key"), &certified.key);
    let certificate = directory.write(&format!("{name}.pem"), &certified.certificate);
    format!(
        "server {{ listen {listen} ssl; ssl_certificate {}; ssl_certificate_key {}; {rest} }}\n",
        certificate.display(),
        key.display()
    )
}

/// nginx with virtual hosts.
fn web(directory: &Directory, servers: &str) -> Option<Daemon> {
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    let place = directory.path().display();
    let temporary = temporary.map(|kind| format!("{kind}_temp_path {place}/{kind};")).concat();
    nginx(directory, &format!("events {{}}\nhttp {{ access_log off; {temporary}\n{servers} }}\n"))
}

fn nginx(directory: &Directory, text: &str) -> Option<Daemon> {
    let place = directory.path().display();
    let text = format!("daemon off; master_process off; pid {place}/pid; error_log stderr;\n{text}");
    let file = directory.write("nginx.conf", &text);
    let arguments = ["-e", "stderr", "-p", &place.to_string(), "-c", &file.display().to_string()];
    let daemon = Daemon::start(&["nginx", "/usr/sbin/nginx"], &arguments);
    if daemon.is_none() {
        println!("skipped: nginx is not installed");
    }
    daemon
}

#[test]
fn the_name_that_is_told_the_name_that_is_verified_and_the_host_are_three() {
    let (directory, authority, address) = (Directory::new("sni"), Authority::new("one"), unused());
    let server = |name: &str, status: u16| {
        let rest = format!("server_name {name}; return {status};");
        host(&directory, address, &authority.certify(name, 2020, FAR), &rest)
    };
    // The first is the one that is met without a name.
    let servers = [server("default.test", 204), server("one.example.test", 402), server("two.test", 503)];
    let Some(daemon) = web(&directory, &servers.concat()) else { return };
    let _daemon = daemon.listens(address);
    assert_eq!(status(get(address, "nowhere", &TlsOptions::default())), 204);
    assert_eq!(status(get(address, "one.example.test", &told("one.example.test"))), 402);
    assert_eq!(status(get(address, "two.test", &told("one.example.test"))), 503, "the host decides");
    let verify = |name, told| get(address, "two.test", &verified(&authority, name, told));
    assert_eq!(status(verify("default.test", None)), 503);
    assert_eq!(status(verify("two.test", Some("two.test"))), 503);
    assert_eq!(verify("two.test", None).outcome, failed(TlsFailure::WrongName));
    assert_eq!(verify("two.test", Some("one.example.test")).outcome, failed(TlsFailure::WrongName));
    // An authority of the same name has changed its key.
    for stranger in [Authority::new("one"), Authority::new("two")] {
        let options = verified(&stranger, "two.test", Some("two.test"));
        assert_eq!(get(address, "two.test", &options).outcome, failed(TlsFailure::UnknownIssuer));
    }
    // A server has no name to find for an address, so it is not told one.
    assert_eq!(status(get(address, "nowhere", &told("127.0.0.1"))), 204);
}

#[test]
fn a_certificate_is_good_within_its_time_only_and_for_an_address_too() {
    let (directory, authority) = (Directory::new("time"), Authority::new("one"));
    let addresses = [unused(), unused(), unused()];
    let years = [(2020, FAR), (2020, 2021), (2049, FAR)];
    let servers = addresses.iter().zip(years).map(|(address, (from, until))| {
        host(&directory, *address, &authority.certify("127.0.0.1", from, until), "return 204;")
    });
    let Some(daemon) = web(&directory, &servers.collect::<String>()) else { return };
    let [now, expired, future] = addresses;
    let _daemon = daemon.listens(now).listens(expired).listens(future);
    let options = verified(&authority, "127.0.0.1", None);
    assert_eq!(status(get(now, "a", &options)), 204);
    assert_eq!(get(expired, "a", &options).outcome, failed(TlsFailure::Expired));
    assert_eq!(get(future, "a", &options).outcome, failed(TlsFailure::NotYetValid));
    // Where nobody is verified the time is told all the same.
    let report = get(expired, "a", &TlsOptions::default());
    assert_eq!(status(report), 204);
    // 2021-01-01, and ten days after it.
    let end = Duration::from_secs(1_609_459_200);
    assert_eq!(report.tls.unwrap().certificate_expires, Some(end));
    assert_eq!(report.tls.unwrap().days_left(end + Duration::from_secs(864_000)), Some(-10));
    assert_eq!(report.tls.unwrap().days_left(end - Duration::from_secs(86_401)), Some(1));
}

#[test]
fn what_was_agreed_on_is_reported_and_what_cannot_be_is_named() {
    let (directory, authority) = (Directory::new("agreed"), Authority::new("one"));
    let addresses: Vec<_> = (0..5).map(|_| unused()).collect();
    let [new, older, oldest, other, plain] = addresses[..] else { unreachable!() };
    let certified = authority.certify("a.test", 2020, FAR);
    let server = |address, rest| host(&directory, address, &certified, rest);
    let servers = [
        server(new, "ssl_protocols TLSv1.2 TLSv1.3; return 204;"),
        server(older, "ssl_protocols TLSv1.2; ssl_ciphers ECDHE-ECDSA-AES256-GCM-SHA384; return 204;"),
        server(oldest, "ssl_protocols TLSv1.1; ssl_ciphers ALL:@SECLEVEL=0; return 204;"),
        server(other, "ssl_protocols TLSv1.2; ssl_ciphers ECDHE-ECDSA-AES128-SHA; return 204;"),
        format!("server {{ listen {plain}; return 204; }}"),
    ];
    let Some(daemon) = web(&directory, &servers.concat()) else { return };
    let _daemon = addresses.iter().fold(daemon, |daemon, address| daemon.listens(*address));
    for (address, version, suite) in
        [(new, TlsVersion::Tls13, [0x1301, 0x1302, 0x1303].as_slice()), (older, TlsVersion::Tls12, &[0xc02c])]
    {
        for report in [
            get(address, "a", &TlsOptions::default()),
            handshake(address, &TlsOptions::default(), Close::Graceful),
            handshake(address, &TlsOptions::default(), Close::Reset),
        ] {
            assert_eq!(report.outcome, Outcome::Success);
            let tls = report.tls.unwrap();
            assert_eq!((tls.version, suite.contains(&tls.cipher_suite)), (version, true), "{tls:?}");
            assert_eq!(tls.certificate_expires, Some(Duration::from_secs(2_524_608_000)));
            assert!(report.connect.unwrap() + tls.handshake <= report.total);
            let first = report.first_octet.map(|first| first >= report.connect.unwrap() + tls.handshake);
            assert_eq!(first, report.http.map(|_| true));
        }
    }
    let handshake_failure = TlsFailure::Alert(TlsAlert::HANDSHAKE_FAILURE);
    for (address, failure) in [
        (oldest, TlsFailure::OlderProtocol { version: None }),
        (other, handshake_failure),
        (plain, TlsFailure::NotTls),
    ] {
        let report = get(address, "a", &TlsOptions::default());
        assert_eq!((report.outcome, report.tls), (failed(failure), None));
        assert!(report.connect.is_some());
        assert_eq!(handshake(address, &TlsOptions::default(), Close::Reset).outcome, failed(failure));
        assert_eq!(Failure::Tls(failure).phase(), Some(Phase::Tls));
    }
}

#[test]
fn a_mail_server_changes_to_tls_within_the_dialogue() {
    let module = "/usr/lib/nginx/modules/ngx_mail_module.so";
    if !Path::new(module).exists() {
        println!("skipped: nginx's module for mail is not installed");
        return;
    }
    let (directory, authority) = (Directory::new("mail"), Authority::new("one"));
    let (start, at_once) = (unused(), unused());
    let servers = [
        host(&directory, at_once, &authority.certify("mail.test", 2020, FAR), "protocol smtp;"),
        // The same without TLS at once.
        host(&directory, start, &authority.certify("mail.test", 2020, FAR), "protocol smtp; starttls on;")
            .replacen(" ssl;", ";", 1),
    ];
    let text = format!(
        "load_module {module};\nevents {{}}\n\
         mail {{ auth_http 127.0.0.1:1/; server_name mail.test; smtp_auth none;\n{} }}\n",
        servers.concat()
    );
    let Some(daemon) = nginx(&directory, &text) else { return };
    let _daemon = daemon.listens(start).listens(at_once);
    let dialogue = |address, dialogue| {
        let request = SmtpRequest::new(dialogue, SmtpReplies::Rfc5321, "probe.test").unwrap();
        let exchange = SmtpExchange::new(request);
        ExchangeProbe { connect: ConnectTo::new(address), exchange, deadline: LONG }
    };
    for (name, want) in [("mail.test", Outcome::Success), ("a.test", failed(TlsFailure::WrongName))] {
        let tls = Tls::new(&verified(&authority, name, None)).unwrap();
        let probe = StartTlsProbe { probe: dialogue(start, SmtpDialogue::StartTls), tls: tls.clone() };
        let report = run(&probe);
        assert_eq!(report.outcome, want, "{name}");
        // The banner came first, and in clear text.
        let agreed = report.tls.map_or(Duration::ZERO, |tls| tls.handshake);
        assert!(report.first_octet.unwrap() + agreed <= report.total);
        for kind in [SmtpDialogue::Helo, SmtpDialogue::Ehlo] {
            let report = run(&TlsProbe { probe: dialogue(at_once, kind), tls: tls.clone() });
            assert_eq!(report.outcome, want, "{name} {kind:?}");
        }
        let early = run(&TlsProbe { probe: dialogue(start, SmtpDialogue::Ehlo), tls: tls.clone() });
        assert_eq!(early.outcome, failed(TlsFailure::NotTls));
        // Whoever is offered TLS is asked no more than that.
        let plain = run(&StartTlsProbe { probe: dialogue(start, SmtpDialogue::Ehlo), tls });
        assert_eq!((plain.outcome, plain.tls), (Outcome::Success, None));
    }
}

#[test]
fn a_server_that_wants_to_know_who_we_are_is_told() {
    let (directory, authority, address) = (Directory::new("client"), Authority::new("one"), unused());
    let roots = directory.write("roots.pem", &authority.pem());
    let rest = format!("ssl_client_certificate {}; ssl_verify_client on; return 204;", roots.display());
    let server = host(&directory, address, &authority.certify("a.test", 2020, FAR), &rest);
    let Some(daemon) = web(&directory, &server) else { return };
    let _daemon = daemon.listens(address);
    let with = |ours: Certified| TlsOptions {
        identity: Some(TlsIdentity { certificates: ours.certificate.into(), key: ours.key.into() }),
        ..TlsOptions::default()
    };
    assert_eq!(status(get(address, "a", &with(authority.certify("probe", 2020, FAR)))), 204);
    // nginx agrees first and refuses then.
    assert_eq!(status(get(address, "a", &with(Authority::new("two").certify("probe", 2020, FAR)))), 400);
    assert_eq!(status(get(address, "a", &TlsOptions::default())), 400);
}

/// OpenSSL's own server, which answers GET with a page; `None` if it is not installed or knows no
/// such option.
fn s_server(directory: &Directory, certified: &Certified, options: &[&str]) -> Option<(Daemon, SocketAddr)> {
    let address = unused();
    let key = directory.write("server.key", &certified.key).display().to_string();
    let certificate = directory.write("server.pem", &certified.certificate).display().to_string();
    let listen = address.to_string();
    let mut arguments = vec!["s_server", "-accept", &listen, "-key", &key, "-cert", &certificate, "-www"];
    arguments.extend(["-cipher", "ALL:@SECLEVEL=0"]);
    arguments.extend(options);
    let Some(daemon) = Daemon::start(&["openssl"], &arguments) else {
        println!("skipped: openssl is not installed");
        return None;
    };
    Some((daemon.listens(address), address))
}

#[test]
fn openssl_refuses_in_its_words() {
    let (directory, authority) = (Directory::new("s_server"), Authority::new("one"));
    let certified = authority.certify("a.test", 2020, FAR);
    let older = failed(TlsFailure::OlderProtocol { version: None });
    let required = failed(TlsFailure::Alert(TlsAlert::CERTIFICATE_REQUIRED));
    let handshake_failure = failed(TlsFailure::Alert(TlsAlert::HANDSHAKE_FAILURE));
    let cases: &[(&[&str], Outcome, Outcome)] = &[
        (&["-tls1"], older, older),
        (&["-tls1_1"], older, older),
        (&["-tls1_2"], Outcome::Success, Outcome::Success),
        (&["-tls1_3"], Outcome::Success, Outcome::Success),
        (&["-tls1_2", "-Verify", "1"], handshake_failure, handshake_failure),
        // The handshake is over for us before the server looks at what we are.
        (&["-tls1_3", "-Verify", "1"], required, Outcome::Success),
        (&["-tls1_2", "-curves", "brainpoolP256r1"], handshake_failure, handshake_failure),
    ];
    for (options, want, of_handshake) in cases {
        let Some((_daemon, address)) = s_server(&directory, &certified, options) else { return };
        assert_eq!(get(address, "a", &TlsOptions::default()).outcome, *want, "{options:?}");
        let alone = handshake(address, &TlsOptions::default(), Close::Graceful);
        assert_eq!(alone.outcome, *of_handshake, "{options:?}");
    }
}

#[test]
fn a_name_that_a_server_does_not_know_is_its_alert() {
    let (directory, authority) = (Directory::new("names"), Authority::new("one"));
    let certified = authority.certify("a.test", 2020, FAR);
    let key = directory.write("other.key", &certified.key).display().to_string();
    let certificate = directory.write("other.pem", &certified.certificate).display().to_string();
    let options = ["-servername", "a.test", "-servername_fatal", "-key2", &key, "-cert2", &certificate];
    let Some((_daemon, address)) = s_server(&directory, &certified, &options) else { return };
    assert_eq!(get(address, "a", &told("a.test")).outcome, Outcome::Success);
    let unknown = failed(TlsFailure::Alert(TlsAlert::UNRECOGNIZED_NAME));
    assert_eq!(get(address, "a", &told("b.test")).outcome, unknown);
}

#[test]
fn a_protocol_is_agreed_on_or_refused() {
    let (directory, authority) = (Directory::new("alpn"), Authority::new("one"));
    let certified = authority.certify("a.test", 2020, FAR);
    let Some((_daemon, address)) = s_server(&directory, &certified, &["-alpn", "http/1.1"]) else { return };
    let offer = |names: &[&str]| {
        let alpn = names.iter().map(|name| name.as_bytes().to_vec()).collect();
        get(address, "a", &TlsOptions { alpn, ..TlsOptions::default() }).outcome
    };
    assert_eq!(offer(&[]), Outcome::Success);
    assert_eq!(offer(&["h2", "http/1.1"]), Outcome::Success);
    // no_application_protocol (RFC 7301 §3.2).
    assert_eq!(offer(&["h2"]), failed(TlsFailure::Alert(TlsAlert(120))));
}

#[test]
fn an_old_certificate_is_no_reason_to_fail_where_nobody_is_verified() {
    let directory = Directory::new("old");
    let file = |name: &str| directory.path().join(name).display().to_string();
    let openssl = |arguments: &[&str]| {
        let mut command = Command::new("openssl");
        command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    let (key, request, certificate) = (file("key"), file("request"), file("certificate"));
    // Without extensions this is version 1 of X.509, for which webpki has no words.
    let made = openssl(&[
        "req", "-new", "-newkey", "rsa:1024", "-nodes", "-subj", "/CN=a", "-keyout", &key, "-out", &request,
    ]) && openssl(&[
        "x509",
        "-req",
        "-in",
        &request,
        "-signkey",
        &key,
        "-days",
        "2",
        "-out",
        &certificate,
    ]);
    if !made {
        println!("skipped: openssl is not installed");
        return;
    }
    let read = |path| std::fs::read_to_string(path).unwrap();
    let certified = Certified { certificate: read(&certificate), key: read(&key) };
    for version in ["-tls1_2", "-tls1_3"] {
        let Some((_daemon, address)) = s_server(&directory, &certified, &[version]) else { return };
        let report = get(address, "a", &TlsOptions::default());
        assert_eq!(report.outcome, Outcome::Success, "{version}");
        assert!(report.tls.unwrap().certificate_expires.is_some());
        let options = verified(&Authority::new("one"), "a", None);
        assert_eq!(get(address, "a", &options).outcome, failed(TlsFailure::Certificate), "{version}");
    }
}
