//! Servers that do everything to a probe but answer it. Prints a table: what is done, to which
//! probe, its verdict, when it came, and what each probe of a crowd held meanwhile.
#![cfg(feature = "tls")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod certificates;
mod crowd;
#[expect(dead_code, reason = "for dialogues without TLS")]
mod daemon;
mod villain;

use core::net::SocketAddr;
use core::time::Duration;
use std::thread;

use certificates::{Authority, FAR};
use crowd::{CROWD, Kind, Row};
use daemon::{Daemon, Directory, unused};
use healthcheck::{
    Failure, HttpFailure, NetworkError, Outcome, Phase, SmtpFailure, SmtpStep, TlsFailure, TlsVersion,
};
use hex_literal::hex;
use villain::{Manner, Opening};

/// What a probe may hold whatever the server does: the longest message that rustls takes in a
/// handshake and the longest record (RFC 8446 §5.2) beside the head of a reply and a buffer, and as
/// much again for what the allocator rounds up.
const MEMORY: u64 = 2 * (64 * 1024 + 16_640 + 8 * 1024 + 4 * 1024);

struct Case {
    name: &'static str,
    kind: Kind,
    opening: Opening,
    manner: Manner,
    want: Failure,
}

#[test]
fn a_crowd_of_probes_in_a_process_of_its_own() {
    crowd::run_if_asked();
}

const fn timed_out(phase: Phase) -> Failure {
    Failure::TimedOut { phase }
}

const fn reset(phase: Phase) -> Failure {
    Failure::Network { phase, reason: NetworkError::Reset }
}

const OK: &[u8] = b"HTTP/1.1 200 OK\r\n";
/// A record of TLS that begins a `ServerHello` of the greatest length.
const HELLO: &[u8] = b"\x16\x03\x03\x00\x04\x02\x00\xff\xff";
/// A record that goes on with it.
const MORE: &[u8] = b"\x16\x03\x03\x00\x20xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

/// What needs no certificate but a good one.
fn without_certificates(good: &Opening, mail: &Opening) -> Vec<Case> {
    use Kind::{Handshake, Http, Https, Smtp, StartTls};
    use Manner::{Closes, Drips, Floods, Rekeys, Resets, Says, SaysBelow, Silent};
    let (bare, start) = (&Opening::Nothing, &Opening::StartTls);
    let tls = Failure::Tls;
    let closed = |step| Failure::Smtp(SmtpFailure::Closed { step });
    let long = |step| Failure::Smtp(SmtpFailure::TooLong { step });
    let (banner, hello) = (SmtpStep::Banner, SmtpStep::Hello);
    let older = |version| tls(TlsFailure::OlderProtocol { version: Some(version) });
    let (malformed, not_tls) = (tls(TlsFailure::Malformed), tls(TlsFailure::NotTls));
    let (head, body) = (Failure::Http(HttpFailure::HeadTooLong), Failure::Http(HttpFailure::BodyTooLong));
    let empty = Failure::Http(HttpFailure::Empty);
    let headers = Floods(OK, b"X-Header: and another one\r\n");
    let octets = Floods(b"HTTP/1.1 200 OK\r\n\r\n", &[b'x'; 16_384]);
    let junk = &[0xa5; 64];
    let cut = Resets(b"\x16\x03\x03\x00\x41\x02\x00");
    // What OpenSSL's `s_server -tls1` and `-tls1_1` said to a client that spoke those too.
    let tls10 = Says(&hex!(
        "16030100450200004103011de10c3b748b1ecdab4fb1f0fc20dd92945b22d54926d7afd31e"
        "e5109ecebc2400c014000019ff01000100000b000403000102002300000016000000170000"
    ));
    let tls11 = Says(&hex!(
        "16030200450200004103025bfcfebc5f843cc9694306cde924821472a9bcfe80abee6f1eb4"
        "10a3de858ab100c014000019ff01000100000b000403000102002300000016000000170000"
    ));
    let ssl3 = Says(b"\x15\x03\x00\x00\x02\x02\x28");
    #[rustfmt::skip]
    let cases = [
        ("accepts and says nothing",      Http,      bare,  Silent,                timed_out(Phase::Receive)),
        ("accepts and says nothing",      Https,     bare,  Silent,                timed_out(Phase::Tls)),
        ("accepts and says nothing",      Handshake, bare,  Silent,                timed_out(Phase::Tls)),
        ("accepts and says nothing",      Smtp,      bare,  Silent,                timed_out(Phase::Receive)),
        ("silent once TLS may begin",     StartTls,  start, Silent,                timed_out(Phase::Tls)),
        ("silent after the handshake",    Https,     good,  Silent,                timed_out(Phase::Receive)),
        ("silent after the handshake",    StartTls,  mail,  Silent,                timed_out(Phase::Receive)),
        ("an octet a second",             Http,      bare,  Drips(OK),             timed_out(Phase::Receive)),
        ("an octet a second",             Https,     bare,  Drips(HELLO),          timed_out(Phase::Tls)),
        ("an octet a second",             Handshake, bare,  Drips(HELLO),          timed_out(Phase::Tls)),
        ("an octet a second",             Smtp,      bare,  Drips(b"220-"),        timed_out(Phase::Receive)),
        ("an octet a second of TLS",      StartTls,  start, Drips(HELLO),          timed_out(Phase::Tls)),
        ("an octet a second over TLS",    Https,     good,  Drips(OK),             timed_out(Phase::Receive)),
        ("endless headers",               Http,      bare,  headers,               head),
        ("endless headers",               Https,     good,  headers,               head),
        ("an endless header",             Http,      bare,  Floods(OK, junk),      head),
        ("an endless reply",              Smtp,      bare,  Floods(b"", b"220-a\r\n"), long(banner)),
        ("an endless line",               Smtp,      bare,  Floods(b"220 ", junk), long(banner)),
        ("an endless reply over TLS",     StartTls,  mail,  Floods(b"", b"250-a\r\n"), long(hello)),
        ("endless body",                  Http,      bare,  octets,                body),
        ("endless body",                  Https,     good,  octets,                body),
        ("endless handshake",             Https,     bare,  Floods(HELLO, MORE),   malformed),
        ("endless changes of the key",    Https,     good,  Rekeys,                malformed),
        ("resets mid-way",                Http,      bare,  Resets(OK),            reset(Phase::Receive)),
        ("resets mid-way",                Https,     bare,  cut,                   reset(Phase::Tls)),
        ("resets mid-way",                Handshake, bare,  cut,                   reset(Phase::Tls)),
        ("resets mid-way",                StartTls,  start, cut,                   reset(Phase::Tls)),
        ("resets mid-way, over TLS",      Https,     good,  Resets(OK),            reset(Phase::Receive)),
        ("resets mid-way, over TLS",      StartTls,  mail,  Resets(b"250-a\r\n2"), reset(Phase::Receive)),
        ("closes at once",                Http,      bare,  Closes,                empty),
        ("closes at once",                Https,     bare,  Closes,                tls(TlsFailure::Closed)),
        ("closes at once",                Handshake, bare,  Closes,                tls(TlsFailure::Closed)),
        ("closes at once",                Smtp,      bare,  Closes,                closed(banner)),
        ("closes once TLS may begin",     StartTls,  start, Closes,                tls(TlsFailure::Closed)),
        ("closes after the handshake",    Https,     good,  Closes,                empty),
        ("closes after the handshake",    StartTls,  mail,  Closes,                closed(hello)),
        ("TLS 1.0 only",                  Https,     bare,  tls10,                 older(TlsVersion::Tls10)),
        ("TLS 1.1 only",                  Https,     bare,  tls11,                 older(TlsVersion::Tls11)),
        ("TLS 1.1 only",                  StartTls,  start, tls11,                 older(TlsVersion::Tls11)),
        ("SSL 3.0 only",                  Https,     bare,  ssl3,                  older(TlsVersion::Ssl3)),
        ("plain text instead of TLS",     Https,     bare,  Says(b"HTTP/1.1 400 Bad Request\r\n\r\n"), not_tls),
        ("plain text instead of TLS",     Handshake, bare,  Says(b"220 mail\r\n"), not_tls),
        ("plain text instead of TLS",     StartTls,  start, Says(b"500 what?\r\n"), not_tls),
        ("any octets instead of TLS",     Https,     bare,  Says(junk),            not_tls),
        ("garbage in a record",           Https,     bare,  Says(b"\x16\x03\x03\x00\x08garbage!"), malformed),
        ("garbage in a record",           StartTls,  start, Says(b"\x16\x03\x03\x00\x08garbage!"), malformed),
        ("garbage after the handshake",   Https,     good,  SaysBelow(b"\x17\x03\x03\x00\x18garbage garbage garbage!"), malformed),
    ];
    let case = |(name, kind, opening, manner, want): (_, _, &Opening, _, _)| Case {
        name,
        kind,
        opening: opening.clone(),
        manner,
        want,
    };
    cases.into_iter().map(case).collect()
}

/// What is wrong with a certificate.
fn with_certificates(authority: &Authority) -> Vec<Case> {
    let good = authority.certify("a.test", 2020, FAR);
    let cases = [
        ("wrong certificate: its name", authority.certify("b.test", 2020, FAR), TlsFailure::WrongName),
        (
            "wrong certificate: its issuer",
            Authority::new("two").certify("a.test", 2020, FAR),
            TlsFailure::UnknownIssuer,
        ),
        ("expired certificate", authority.certify("a.test", 2020, 2021), TlsFailure::Expired),
        ("certificate of the future", authority.certify("a.test", 2049, FAR), TlsFailure::NotYetValid),
    ];
    let mut configs: Vec<_> = cases
        .iter()
        .map(|(name, certified, want)| (*name, villain::tls(certified, certified), *want))
        .collect();
    let key = authority.certify("a.test", 2020, FAR);
    configs.push(("wrong certificate: its key", villain::tls(&good, &key), TlsFailure::Signature));
    let case = |(name, config, want)| {
        [Kind::Https, Kind::Handshake, Kind::StartTls].map(|kind| {
            let config = std::sync::Arc::clone(&config);
            let opening = match kind {
                Kind::StartTls => Opening::StartTlsAndTls(config),
                Kind::Http | Kind::Https | Kind::Handshake | Kind::Smtp => Opening::Tls(config),
            };
            Case { name, kind, opening, manner: Manner::Silent, want: Failure::Tls(want) }
        })
    };
    configs.into_iter().flat_map(case).collect()
}

/// OpenSSL's server with TLS 1.1, which it does not speak to those who speak more.
fn older(directory: &Directory, authority: &Authority) -> Option<(Daemon, SocketAddr)> {
    let certified = authority.certify("a.test", 2020, FAR);
    let key = directory.write("key", &certified.key).display().to_string();
    let certificate = directory.write("certificate", &certified.certificate).display().to_string();
    let address = unused();
    let listen = address.to_string();
    let arguments = ["s_server", "-accept", &listen, "-key", &key, "-cert", &certificate, "-www"];
    let version = ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"];
    let daemon = Daemon::start(&["openssl"], &[arguments.as_slice(), &version].concat());
    if daemon.is_none() {
        println!("skipped: openssl is not installed");
    }
    Some((daemon?.listens(address), address))
}

/// The deadline of a probe that is to reach it, or one that nobody reaches.
fn deadline(case: &Case) -> Duration {
    match (&case.want, &case.opening) {
        (Failure::TimedOut { .. }, Opening::Nothing) => Duration::from_secs(1),
        // What comes before it needs some of it.
        (Failure::TimedOut { .. }, _) => Duration::from_secs(5),
        _ => Duration::from_secs(60),
    }
}

/// A line of the table, and what is wrong with it.
fn judge(case: &Case, address: SocketAddr, roots: &std::path::Path) -> (String, Option<&'static str>) {
    let deadline = deadline(case);
    let row = crowd::ask(case.kind, &address.to_string(), deadline, roots);
    let Row { verdict, words, time, octets_each, agreed } = row;
    let by_deadline = matches!(case.want, Failure::TimedOut { .. });
    let wrong = if verdict != format!("{:?}", Outcome::Failure(case.want)) {
        Some("another verdict is due")
    } else if by_deadline != (time >= deadline) {
        Some("it ends by the deadline if it has no other end")
    } else if octets_each > MEMORY {
        Some("too much memory")
    } else {
        None
    };
    let line = format!(
        "{:<30} {:<15} {words:<68} {:>7.1} ms {:>6.1} KiB {agreed:>3}/{CROWD}",
        case.name,
        case.kind.name(),
        time.as_secs_f64() * 1e3,
        f64::from(u32::try_from(octets_each).unwrap()) / 1024.0
    );
    (line, wrong)
}

#[test]
fn every_server_that_means_harm_is_named_by_the_deadline_with_little_memory() {
    let (directory, authority) = (Directory::new("hostile"), Authority::new("one"));
    let roots = directory.write("roots.pem", &authority.pem());
    let good = authority.certify("a.test", 2020, FAR);
    let good = villain::tls(&good, &good);
    let mail = Opening::StartTlsAndTls(std::sync::Arc::clone(&good));
    let mut cases = without_certificates(&Opening::Tls(good), &mail);
    cases.extend(with_certificates(&authority));
    let mut addresses: Vec<_> =
        cases.iter().map(|case| villain::serve(case.opening.clone(), case.manner)).collect();
    let old = older(&directory, &authority);
    for kind in [Kind::Https, Kind::Handshake] {
        let Some((_, address)) = &old else { break };
        let want = Failure::Tls(TlsFailure::OlderProtocol { version: None });
        let (opening, manner) = (Opening::Nothing, Manner::Silent);
        cases.push(Case { name: "TLS 1.1 only, OpenSSL", kind, opening, manner, want });
        addresses.push(*address);
    }
    let mut rows = Vec::new();
    // Those that only wait do so together, the others get the machine for themselves.
    let waits = |case: &Case| matches!(case.want, Failure::TimedOut { .. });
    for (width, waiting) in [(16, true), (1, false)] {
        let cases = cases.iter().zip(&addresses).enumerate();
        let cases: Vec<_> = cases.filter(|(_, (case, _))| waits(case) == waiting).collect();
        for together in cases.chunks(width) {
            let judge = |(number, (case, address)): &(usize, (&Case, &SocketAddr))| {
                (*number, judge(case, **address, &roots))
            };
            thread::scope(|scope| {
                let threads: Vec<_> = together.iter().map(|case| scope.spawn(|| judge(case))).collect();
                rows.extend(threads.into_iter().map(|thread| thread.join().unwrap()));
            });
        }
    }
    rows.sort_unstable();
    println!(
        "{:<30} {:<15} {:<68} {:>10} {:>10} same of {CROWD} at once",
        "case", "probe", "verdict", "time", "memory"
    );
    rows.iter().for_each(|(_, (line, _))| println!("{line}"));
    let wrong: Vec<_> = rows.iter().filter_map(|(_, (line, wrong))| wrong.map(|why| (line, why))).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
