//! Probes against real sockets on the loopback interface.
#![cfg(feature = "tokio")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use core::time::Duration;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

use healthcheck::{
    Close, ConnectTo, Failure, HttpExpect, HttpFailure, HttpProbe, HttpRequest, HttpVersion, LocalProblem,
    NetworkError, Outcome, Phase, Probe, ProbeReport, TcpProbe,
};

/// Printed by `printf hello | md5sum`.
const MD5_OF_HELLO: [u8; 16] = 0x5d41_402a_bc4b_2a76_b971_9d91_1017_c592_u128.to_be_bytes();

const SHORT: Duration = Duration::from_millis(200);

/// A server that hands each of `count` connections to `serve`.
fn server(count: usize, serve: impl Fn(TcpStream) + Send + 'static) -> (SocketAddr, thread::JoinHandle<()>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    (address, thread::spawn(move || (0..count).for_each(|_| serve(listener.accept().unwrap().0))))
}

/// Reads a request and answers it with `reply`.
fn answers(reply: &'static str) -> (SocketAddr, thread::JoinHandle<()>) {
    server(1, move |mut stream| {
        assert!(read_request(&mut stream).starts_with("GET /check HTTP/1.1\r\n"));
        stream.write_all(reply.as_bytes()).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
    })
}

fn read_request(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    let mut octet = [0];
    while !request.ends_with(b"\r\n\r\n") && stream.read(&mut octet).unwrap() == 1 {
        request.push(octet[0]);
    }
    String::from_utf8(request).unwrap()
}

fn unused() -> SocketAddr {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap()
}

fn run(probe: &dyn Probe) -> ProbeReport {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(probe.probe())
}

fn tcp(address: SocketAddr) -> TcpProbe {
    TcpProbe { connect: ConnectTo::new(address), close: Close::Reset }
}

fn http(address: SocketAddr, expect: HttpExpect) -> HttpProbe {
    HttpProbe {
        connect: ConnectTo::new(address),
        request: HttpRequest::new(HttpVersion::Http11, "/check", None, address).unwrap(),
        expect,
        deadline: Duration::from_secs(5),
    }
}

fn failed(report: &ProbeReport) -> Failure {
    let Outcome::Failure(failure) = report.outcome else { panic!("{:?}", report.outcome) };
    failure
}

#[test]
fn a_listening_port_is_a_success_closed_by_reset() {
    let (address, server) = server(1, |mut stream| {
        let error = stream.read(&mut [0]).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    });
    let report = run(&tcp(address));
    server.join().unwrap();
    assert_eq!(report.outcome, Outcome::Success);
    assert!(report.connect.is_some_and(|connect| connect <= report.total));
}

#[test]
fn a_graceful_probe_ends_with_an_ordinary_close() {
    let (address, server) = server(1, |mut stream| assert_eq!(stream.read(&mut [0]).unwrap(), 0));
    let report = run(&TcpProbe { close: Close::Graceful, ..tcp(address) });
    server.join().unwrap();
    assert_eq!(report.outcome, Outcome::Success);
}

#[test]
fn a_closed_port_is_a_failure_to_connect() {
    let refused = Failure::Network { phase: Phase::Connect, reason: NetworkError::Refused };
    let report = run(&tcp(unused()));
    assert_eq!((failed(&report), report.connect), (refused, None));
    let report = run(&http(unused(), HttpExpect::default()));
    assert_eq!((failed(&report), report.connect), (refused, None));
}

#[test]
fn a_full_backlog_is_a_time_out_of_connecting() {
    // Nobody accepts: once the queue is full the kernel drops SYN without a word.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        let listener = socket.listen(0).unwrap();
        let address = listener.local_addr().unwrap();
        let fill = || tokio::time::timeout(SHORT, tokio::net::TcpStream::connect(address));
        let _held = (fill().await, fill().await, fill().await);
        let mut probe = tcp(address);
        probe.connect.timeout = SHORT;
        let report = probe.probe().await;
        assert_eq!(failed(&report), Failure::TimedOut { phase: Phase::Connect });
        assert!(report.total >= SHORT && report.total < 5 * SHORT, "{:?}", report.total);

        // The time-out of connecting is 5 s here; the deadline of the whole probe comes first.
        let mut probe = http(address, HttpExpect::default());
        probe.deadline = SHORT;
        let report = probe.probe().await;
        assert_eq!(failed(&report), Failure::TimedOut { phase: Phase::Connect });
        assert!(report.total >= SHORT && report.total < 5 * SHORT, "{:?}", report.total);
    });
}

#[test]
fn probes_leave_from_the_address_they_are_bound_to() {
    let source = Ipv4Addr::new(127, 0, 0, 3);
    let (address, server) =
        server(1, move |stream| assert_eq!(stream.peer_addr().unwrap().ip(), IpAddr::V4(source)));
    let mut probe = tcp(address);
    probe.close = Close::Graceful;
    probe.connect.source = Some(source.into());
    assert_eq!(run(&probe).outcome, Outcome::Success);
    server.join().unwrap();
}

#[test]
fn a_source_that_is_not_ours_says_nothing_about_the_server() {
    let mut probe = tcp(unused());
    probe.connect.source = Some(Ipv4Addr::new(192, 0, 2, 77).into());
    let outcome = run(&probe).outcome;
    assert!(matches!(outcome, Outcome::NotProbed(LocalProblem::Bind(Some(_)))), "{outcome:?}");
    let mut probe = tcp(unused());
    probe.connect.interface = Some("no-such-if".into());
    let outcome = run(&probe).outcome;
    assert!(matches!(outcome, Outcome::NotProbed(LocalProblem::Bind(Some(_)))), "{outcome:?}");
}

#[test]
fn the_reply_decides() {
    let any = HttpExpect::default;
    let digest = |digest| HttpExpect { digest: Some(digest), ..HttpExpect::default() };
    let hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    #[rustfmt::skip]
    let cases = [
        (hello,   any(),                Ok(())),
        (hello,   digest(MD5_OF_HELLO), Ok(())),
        (chunked, digest(MD5_OF_HELLO), Ok(())),
        (hello,   digest([0; 16]),      Err(HttpFailure::Digest { got: MD5_OF_HELLO })),
        ("HTTP/1.1 503 Busy\r\n\r\n", any(), Err(HttpFailure::Status(503))),
        ("",      any(),                Err(HttpFailure::Empty)),
    ];
    for (reply, expect, want) in cases {
        let (address, server) = answers(reply);
        let report = run(&http(address, expect));
        server.join().unwrap();
        let got = if report.outcome == Outcome::Success { Ok(()) } else { Err(failed(&report)) };
        assert_eq!(got, want.map_err(Failure::Http), "{reply:?}");
        assert!(report.connect.is_some() && report.http.is_some());
    }
}

#[test]
fn a_silent_server_fails_at_the_deadline() {
    let (address, server) = server(1, |mut stream| {
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let mut probe = http(address, HttpExpect::default());
    probe.deadline = SHORT;
    let report = run(&probe);
    server.join().unwrap();
    assert_eq!(failed(&report), Failure::TimedOut { phase: Phase::Receive });
    assert!(report.total >= SHORT && report.total < 5 * SHORT, "{:?}", report.total);
}

#[test]
fn a_server_that_is_silent_for_too_long_fails_before_the_deadline() {
    let (address, server) = server(1, |mut stream| {
        read_request(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n").unwrap();
        let _ = stream.read(&mut [0]);
    });
    let mut probe = http(address, HttpExpect::default());
    probe.deadline = Duration::from_secs(60);
    probe.connect.patience = Some(2 * SHORT);
    let report = run(&probe);
    server.join().unwrap();
    assert_eq!(failed(&report), Failure::TimedOut { phase: Phase::Receive });
    let head = report.http.and_then(|http| http.status);
    assert_eq!(head, Some(200), "what came in time was heard");
}

#[test]
fn an_octet_now_and_then_does_not_move_the_deadline() {
    let (address, server) = server(1, |mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(b"x").is_ok() {
            thread::sleep(SHORT / 10);
        }
    });
    let mut probe = http(address, HttpExpect::default());
    probe.deadline = SHORT;
    let report = run(&probe);
    server.join().unwrap();
    assert_eq!(failed(&report), Failure::TimedOut { phase: Phase::Receive });
    assert_eq!(report.http.and_then(|http| http.status), Some(200));
    assert!(report.total < 5 * SHORT, "{:?}", report.total);
}

#[test]
fn a_reset_in_the_reply_is_named() {
    let (address, server) = server(1, |mut stream| {
        read_request(&mut stream);
        socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
    });
    let report = run(&http(address, HttpExpect::default()));
    server.join().unwrap();
    assert_eq!(failed(&report), Failure::Network { phase: Phase::Receive, reason: NetworkError::Reset });
}
