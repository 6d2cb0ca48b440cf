//! gRPC's health protocol over TLS, against gRPC's own server and against servers that get it wrong.

use core::time::Duration;
use std::io::{self, Read as _, Write as _};
use std::net::Shutdown;

use crate::certificates::{Authority, FAR};
use crate::daemon::Directory;
use crate::grpc::{failed, is_complete, probe, python, serving};
use crate::tls_ends::{Stream, run, server_of, tls, until_the_end};
use healthcheck::{
    Close, Failure, GrpcFailure, NetworkError, Outcome, Phase, Tls, TlsAlert, TlsFailure, TlsOptions,
    TlsProbe, TlsVerify,
};

#[test]
fn grpc_s_own_server_is_verified_and_asked() {
    let authority = Authority::new("grpc");
    let certified = authority.certify("health.test", 2020, FAR);
    let directory = Directory::new("grpc-tls");
    let certificate = directory.write("certificate.pem", &certified.certificate).display().to_string();
    let key = directory.write("key.pem", &certified.key).display().to_string();
    let Some((_daemon, address)) = python(&[&certificate, &key]) else { return };
    let ask = |service, name: &str| {
        let verify = TlsVerify::Server { roots: authority.pem().into_bytes(), name: name.to_owned() };
        let tls = Tls::new(&TlsOptions { verify, ..TlsOptions::default() }).unwrap();
        run(&TlsProbe { probe: probe(address, service), tls })
    };
    let cases = [
        ("", Outcome::Success),
        ("metadata", Outcome::Success),
        ("down", failed(GrpcFailure::NotServing)),
        ("nobody", failed(GrpcFailure::Status(5))),
    ];
    for (service, want) in cases {
        let report = ask(service, "health.test");
        assert_eq!(report.outcome, want, "{service:?}");
        assert!(report.tls.is_some() && report.first_octet.is_some(), "{report:?}");
    }
    let wrong = Outcome::Failure(Failure::Tls(TlsFailure::WrongName));
    assert_eq!(ask("", "other.test").outcome, wrong);
    // In clear text it does not answer.
    assert!(matches!(run(&probe(address, "")).outcome, Outcome::Failure(_)));
}

/// Reads a request and answers that all is well.
fn is_well(stream: &mut Stream) -> io::Result<()> {
    let mut request = Vec::new();
    while !is_complete(&request) {
        let mut octets = [0; 1000];
        match stream.read(&mut octets)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => request.extend_from_slice(octets.get(..count).unwrap()),
        }
    }
    stream.write_all(&serving())
}

#[test]
fn http_2_is_agreed_on_or_nothing_is_asked() {
    let no_alpn = failed(GrpcFailure::NoAlpn);
    let alert = Outcome::Failure(Failure::Tls(TlsFailure::Alert(TlsAlert(120))));
    let cases: [(&[&str], Outcome); 3] =
        [(&[], no_alpn), (&["http/1.1"], alert), (&["http/1.1", "h2"], Outcome::Success)];
    for (protocols, want) in cases {
        let (address, server) = server_of(protocols, |stream| is_well(stream).map(|()| 0));
        // What the settings offer does not matter.
        let alpn = vec![b"http/1.1".to_vec()];
        let tls = Tls::new(&TlsOptions { alpn, ..TlsOptions::default() }).unwrap();
        assert_eq!(run(&TlsProbe { probe: probe(address, ""), tls }).outcome, want, "{protocols:?}");
        assert_eq!(server.join().unwrap().is_ok(), want == Outcome::Success, "{protocols:?}");
    }
}

#[test]
fn it_says_good_bye_unless_it_is_to_reset() {
    for close in [Close::Graceful, Close::Reset] {
        let (address, server) = server_of(&["h2"], |stream| {
            is_well(stream)?;
            until_the_end(stream)
        });
        let mut probe = probe(address, "");
        probe.connect.close = close;
        assert_eq!(run(&TlsProbe { probe, tls: tls() }).outcome, Outcome::Success);
        let end = server.join().unwrap().map_err(|error| error.kind());
        match close {
            Close::Graceful => assert!(end.is_ok(), "{end:?}"),
            Close::Reset => assert_eq!(end, Err(io::ErrorKind::ConnectionReset)),
        }
    }
}

type Serve = fn(&mut Stream) -> io::Result<usize>;

#[test]
fn what_breaks_below_http_2_keeps_its_name() {
    let network = |reason| Outcome::Failure(Failure::Network { phase: Phase::Receive, reason });
    let cases: [(&str, Outcome, Serve); 3] = [
        ("no good-bye", network(NetworkError::Reset), |stream| {
            stream.read_exact(&mut [0; 24])?;
            stream.sock.shutdown(Shutdown::Write)?;
            stream.sock.read_to_end(&mut Vec::new())
        }),
        ("another protocol", failed(GrpcFailure::NotHttp2), |stream| {
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")?;
            until_the_end(stream)
        }),
        ("broken TLS", Outcome::Failure(Failure::Tls(TlsFailure::Malformed)), |stream| {
            stream.read_exact(&mut [0; 24])?;
            // A record that nobody has enciphered.
            stream.sock.write_all(b"\x17\x03\x03\x00\x20aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")?;
            stream.sock.read_to_end(&mut Vec::new())
        }),
    ];
    for (name, want, serve) in cases {
        let (address, server) = server_of(&["h2"], serve);
        let mut probe = probe(address, "");
        probe.deadline = Duration::from_secs(60);
        assert_eq!(run(&TlsProbe { probe, tls: tls() }).outcome, want, "{name}");
        drop(server.join().unwrap());
    }
}
