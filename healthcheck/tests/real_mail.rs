//! A real mail server, OpenSMTPD.
#![cfg(feature = "tokio")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod daemon;

use std::process::{Command, Stdio};

use daemon::{Daemon, Directory, ask, unused};
use healthcheck::{
    Expected, Failure, LocalProblem, Outcome, SendExpectExchange, SendExpectScript, SendExpectStep,
    SmtpDialogue, SmtpExchange, SmtpFailure, SmtpReplies, SmtpRequest,
};

fn smtp(dialogue: SmtpDialogue, replies: SmtpReplies) -> SmtpExchange {
    SmtpExchange::new(SmtpRequest::new(dialogue, replies, "probe.example.org").unwrap())
}

/// A key and its certificate, made by `openssl`; false if it is not installed.
fn certificate(directory: &Directory) -> bool {
    let file = |name: &str| directory.path().join(name).display().to_string();
    let (key, certificate) = (file("key"), file("certificate"));
    let mut command = Command::new("openssl");
    command.args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2"]);
    command.args(["-keyout", &key, "-out", &certificate]).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

#[test]
fn a_mail_server_takes_every_dialogue() {
    let directory = Directory::new("smtpd");
    if !certificate(&directory) {
        println!("skipped: openssl is not installed");
        return;
    }
    let (plain, tls) = (unused(), unused());
    let place = directory.path().display();
    let text = format!(
        "pki test cert \"{place}/certificate\"\npki test key \"{place}/key\"\n\
         listen on 127.0.0.1 port {}\nlisten on 127.0.0.1 port {} tls pki test\n\
         action \"local\" mbox\nmatch from local for local action \"local\"\n",
        plain.port(),
        tls.port()
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
    let _daemon = daemon.listens(plain).listens(tls);
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
}

/// The same conversation by hand.
fn script() -> SendExpectExchange {
    let step =
        |send: &str, line: &str| SendExpectStep { send: send.into(), expect: Expected::Line(line.into()) };
    let end = SendExpectStep { send: Vec::new(), expect: Expected::Close };
    let steps = vec![step("", "220 "), step("HELO probe\r\n", "250 "), step("QUIT\r\n", "221 "), end];
    SendExpectExchange::new(SendExpectScript::new(steps).unwrap())
}
