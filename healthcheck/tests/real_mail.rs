//! A real mail server, OpenSMTPD.
#![cfg(feature = "tokio")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[expect(dead_code, reason = "for those who verify")]
mod certificates;
mod daemon;

#[cfg(feature = "tls")]
use core::net::SocketAddr;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use certificates::{Authority, FAR};
use daemon::{Daemon, Directory, ask, unused};
use healthcheck::{
    Expected, Failure, LocalProblem, Outcome, SendExpectExchange, SendExpectScript, SendExpectStep,
    SmtpDialogue, SmtpExchange, SmtpFailure, SmtpReplies, SmtpRequest,
};

fn smtp(dialogue: SmtpDialogue, replies: SmtpReplies) -> SmtpExchange {
    SmtpExchange::new(SmtpRequest::new(dialogue, replies, "probe.example.org").unwrap())
}

#[test]
fn a_mail_server_takes_every_dialogue() {
    let directory = Directory::new("smtpd");
    let certified = Authority::new("authority").certify("localhost", 2020, FAR);
    directory.write("certificate", &certified.certificate);
    let key = directory.write("key", &certified.key);
    // It takes no key that others can read.
    fs::set_permissions(key, fs::Permissions::from_mode(0o600)).unwrap();
    let (plain, tls, smtps) = (unused(), unused(), unused());
    let place = directory.path().display();
    let text = format!(
        "pki test cert \"{place}/certificate\"\npki test key \"{place}/key\"\n\
         listen on 127.0.0.1 port {}\nlisten on 127.0.0.1 port {} tls pki test\n\
         listen on 127.0.0.1 port {} smtps pki test\n\
         action \"local\" mbox\nmatch from local for local action \"local\"\n",
        plain.port(),
        tls.port(),
        smtps.port()
    );
    let file = directory.write("smtpd.conf", &text);
    let arguments = ["-d", "-f", &file.display().to_string()];
    let Some(daemon) = Daemon::start(&["smtpd", "/usr/sbin/smtpd"], &arguments) else {
        println!("skipped: opensmtpd is not installed");
        return;
    };
    if Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout != b"0\n") {
        println!("skipped: a mail server must run as root");
        return;
    }
    let _daemon = daemon.listens(plain).listens(tls).listens(smtps);
    let probe = |address, dialogue, replies| ask(address, smtp(dialogue, replies)).0;
    assert_eq!(probe(plain, SmtpDialogue::Helo, SmtpReplies::Keepalived), Outcome::Success);
    for address in [plain, tls] {
        for dialogue in [SmtpDialogue::Helo, SmtpDialogue::Ehlo] {
            assert_eq!(probe(address, dialogue, SmtpReplies::Rfc5321), Outcome::Success, "{dialogue:?}");
        }
    }
    let not_offered = Outcome::Failure(Failure::Smtp(SmtpFailure::NoStartTls));
    assert_eq!(probe(plain, SmtpDialogue::StartTls, SmtpReplies::Rfc5321), not_offered);
    let agreed = Outcome::NotProbed(LocalProblem::NoTls);
    assert_eq!(probe(tls, SmtpDialogue::StartTls, SmtpReplies::Rfc5321), agreed, "up to the handshake");
    assert_eq!(ask(plain, script()).0, Outcome::Success);
    #[cfg(feature = "tls")]
    over_tls(plain, tls, smtps);
}

#[cfg(feature = "tls")]
fn over_tls(plain: SocketAddr, starttls: SocketAddr, smtps: SocketAddr) {
    use core::time::Duration;

    use healthcheck::{
        ConnectTo, ExchangeProbe, StartTlsProbe, Tls, TlsAlert, TlsFailure, TlsOptions, TlsProbe,
    };

    let tls = Tls::new(&TlsOptions::default()).unwrap();
    let dialogue = |address, dialogue| ExchangeProbe {
        connect: ConnectTo::new(address),
        exchange: smtp(dialogue, SmtpReplies::Rfc5321),
        deadline: Duration::from_secs(20),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let start = |address| {
        let probe = dialogue(address, SmtpDialogue::StartTls);
        runtime.block_on(StartTlsProbe { probe, tls: tls.clone() }.run()).0.outcome
    };
    let at_once = |address, kind| {
        runtime.block_on(TlsProbe { probe: dialogue(address, kind), tls: tls.clone() }.run()).0.outcome
    };
    // OpenSMTPD 6.8 on OpenSSL 3 does not find its key, and tells OpenSSL's client the same.
    let internal_error = Outcome::Failure(Failure::Tls(TlsFailure::Alert(TlsAlert(80))));
    for outcome in [start(starttls), at_once(smtps, SmtpDialogue::Helo), at_once(smtps, SmtpDialogue::Ehlo)] {
        assert!([Outcome::Success, internal_error].contains(&outcome), "{outcome:?}");
    }
    let not_offered = Outcome::Failure(Failure::Smtp(SmtpFailure::NoStartTls));
    assert_eq!(start(plain), not_offered);
    let not_tls = Outcome::Failure(Failure::Tls(TlsFailure::NotTls));
    assert_eq!(at_once(plain, SmtpDialogue::Ehlo), not_tls);
}

/// The same conversation by hand.
fn script() -> SendExpectExchange {
    let step =
        |send: &str, line: &str| SendExpectStep { send: send.into(), expect: Expected::Line(line.into()) };
    let end = SendExpectStep { send: Vec::new(), expect: Expected::Close };
    let steps = vec![step("", "220 "), step("HELO probe\r\n", "250 "), step("QUIT\r\n", "221 "), end];
    SendExpectExchange::new(SendExpectScript::new(steps).unwrap())
}
