//! How probes over TLS and their servers take leave of each other.

use core::net::{Ipv4Addr, SocketAddr};
use core::time::Duration;
use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use crate::certificates::{Authority, FAR};
use healthcheck::{
    Close, ConnectTo, ExchangeProbe, Failure, HttpExpect, HttpFailure, HttpProbe, HttpRequest, HttpVersion,
    LocalProblem, Outcome, Probe, ProbeReport, SmtpDialogue, SmtpExchange, SmtpReplies, SmtpRequest,
    TcpProbe, Tls, TlsOptions, TlsProbe,
};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

const LONG: Duration = Duration::from_secs(20);

pub(crate) type Stream = StreamOwned<ServerConnection, TcpStream>;

/// A server for one connection, which is agreed on TLS; what it does last comes back.
fn server(
    serve: impl FnOnce(&mut Stream) -> io::Result<usize> + Send + 'static,
) -> (SocketAddr, JoinHandle<io::Result<usize>>) {
    server_of(&[], serve)
}

/// The same for one that knows these protocols (ALPN).
pub(crate) fn server_of(
    protocols: &[&str],
    serve: impl FnOnce(&mut Stream) -> io::Result<usize> + Send + 'static,
) -> (SocketAddr, JoinHandle<io::Result<usize>>) {
    let certified = Authority::new("one").certify("a.test", 2020, FAR);
    let certificate = CertificateDer::from_pem_slice(certified.certificate.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(certified.key.as_bytes()).unwrap();
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let thread = thread::spawn(move || {
        let connection = ServerConnection::new(Arc::new(config)).unwrap();
        let mut stream = StreamOwned::new(connection, listener.accept().unwrap().0);
        serve(&mut stream)
    });
    (address, thread)
}

pub(crate) fn run(probe: &dyn Probe) -> ProbeReport {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(probe.probe())
}

pub(crate) fn tls() -> Tls {
    Tls::new(&TlsOptions::default()).unwrap()
}

fn get(address: SocketAddr) -> ProbeReport {
    let probe = HttpProbe {
        connect: ConnectTo::new(address),
        request: HttpRequest::new(HttpVersion::Http10, "/", None, address).unwrap(),
        expect: HttpExpect::default(),
        deadline: LONG,
    };
    run(&TlsProbe { probe, tls: tls() })
}

/// Hears a request and says `reply`.
fn reply(stream: &mut Stream, reply: &str) -> io::Result<()> {
    stream.read_exact(&mut [0; 16])?;
    stream.write_all(reply.as_bytes())
}

/// Whatever there is, until the end; only after `close_notify` is that no error.
pub(crate) fn until_the_end(stream: &mut Stream) -> io::Result<usize> {
    stream.read_to_end(&mut Vec::new())
}

#[test]
fn a_graceful_probe_says_good_bye() {
    for close in [Close::Graceful, Close::Reset] {
        let (address, server) = server(until_the_end);
        let probe = TcpProbe { connect: ConnectTo::new(address), close };
        assert_eq!(run(&TlsProbe { probe, tls: tls() }).outcome, Outcome::Success);
        let end = server.join().unwrap().map_err(|error| error.kind());
        // A reset may overtake what the server has to say.
        let by_reset = end.is_err_and(|kind| kind != io::ErrorKind::UnexpectedEof);
        assert_eq!(by_reset, close == Close::Reset, "{end:?}");
        assert_eq!(end.is_ok(), close == Close::Graceful, "{end:?}");
    }
}

#[test]
fn a_dialogue_ends_with_good_bye_whatever_its_result() {
    let bad = Outcome::Failure(Failure::Http(HttpFailure::Status(500)));
    let cases = [
        ("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", Outcome::Success),
        ("HTTP/1.0 500 Oh\r\nContent-Length: 0\r\n\r\n", bad),
    ];
    for (text, want) in cases {
        let (address, server) = server(move |stream| {
            reply(stream, text)?;
            until_the_end(stream)
        });
        assert_eq!(get(address).outcome, want);
        assert!(server.join().unwrap().is_ok());
    }
}

#[test]
fn a_dialogue_may_end_with_a_reset() {
    let (address, server) = server(|stream| {
        reply(stream, "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok")?;
        until_the_end(stream)
    });
    let probe = HttpProbe {
        connect: ConnectTo { close: Close::Reset, ..ConnectTo::new(address) },
        request: HttpRequest::new(HttpVersion::Http10, "/", None, address).unwrap(),
        expect: HttpExpect::default(),
        deadline: LONG,
    };
    assert_eq!(run(&TlsProbe { probe, tls: tls() }).outcome, Outcome::Success);
    let end = server.join().unwrap().map_err(|error| error.kind());
    assert_eq!(end, Err(io::ErrorKind::ConnectionReset));
}

#[test]
fn a_server_without_good_bye_is_judged_by_what_it_said() {
    let cases = [
        ("HTTP/1.0 200 OK\r\n\r\nthe end is the end", Outcome::Success),
        ("HTTP/1.0 200 OK\r\n", Outcome::Failure(Failure::Http(HttpFailure::HeadTruncated))),
    ];
    for (text, want) in cases {
        let (address, server) = server(move |stream| {
            reply(stream, text)?;
            stream.sock.shutdown(Shutdown::Write)?;
            // The rest of the request and the probe's own end, or a reset would overtake the reply.
            stream.sock.read_to_end(&mut Vec::new())
        });
        assert_eq!(get(address).outcome, want, "{text:?}");
        server.join().unwrap().unwrap();
    }
}

#[test]
fn a_dialogue_that_asks_for_tls_within_tls_says_nothing_about_the_server() {
    let (address, server) = server(|stream| {
        stream.write_all(b"220 a\r\n")?;
        stream.read_exact(&mut [0; 12])?;
        stream.write_all(b"250-a\r\n250 STARTTLS\r\n")?;
        stream.read_exact(&mut [0; 10])?;
        stream.write_all(b"220 b\r\n")?;
        until_the_end(stream)
    });
    let request = SmtpRequest::new(SmtpDialogue::StartTls, SmtpReplies::Rfc5321, "probe").unwrap();
    let exchange = SmtpExchange::new(request);
    let probe = ExchangeProbe { connect: ConnectTo::new(address), exchange, deadline: LONG };
    let report = run(&TlsProbe { probe, tls: tls() });
    assert_eq!(report.outcome, Outcome::NotProbed(LocalProblem::NoTls));
    server.join().unwrap().unwrap();
}
