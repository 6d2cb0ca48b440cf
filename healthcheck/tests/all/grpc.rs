//! gRPC's health protocol against gRPC's own server, and against servers that get it wrong.

use core::net::SocketAddr;
use core::time::Duration;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::thread;

use crate::daemon::{Daemon, unused};
use healthcheck::{
    ConnectTo, Failure, GrpcFailure, GrpcProbe, GrpcRequest, NetworkError, Outcome, Phase, Probe as _,
};

const PYTHON: &str = "/usr/bin/python3";
const SERVER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/grpc_server.py");

fn is_installed() -> bool {
    let import = Command::new(PYTHON).args(["-c", "import grpc"]).stderr(Stdio::null()).status();
    import.is_ok_and(|status| status.success())
}

/// gRPC's own server.
pub(crate) fn python(more: &[&str]) -> Option<(Daemon, SocketAddr)> {
    if !is_installed() {
        println!("skipped: python3-grpcio is not installed");
        return None;
    }
    let address = unused();
    let port = address.port().to_string();
    let daemon = Daemon::start(&[PYTHON], &[&[SERVER, &port], more].concat())?;
    Some((daemon.listens(address), address))
}

pub(crate) fn probe(address: SocketAddr, service: &str) -> GrpcProbe {
    GrpcProbe {
        connect: ConnectTo::new(address),
        request: GrpcRequest::new(service, Some("health.example"), address).unwrap(),
        deadline: Duration::from_secs(5),
    }
}

fn run(probe: &GrpcProbe) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(probe.probe()).outcome
}

pub(crate) fn failed(failure: GrpcFailure) -> Outcome {
    Outcome::Failure(Failure::Grpc(failure))
}

#[test]
fn only_serving_is_success() {
    let Some((_daemon, address)) = python(&[]) else { return };
    let cases = [
        ("", Outcome::Success),
        ("metadata", Outcome::Success),
        ("down", failed(GrpcFailure::NotServing)),
        ("unsure", failed(GrpcFailure::Unknown)),
        ("gone", failed(GrpcFailure::ServiceUnknown)),
        ("new", failed(GrpcFailure::Other(300))),
        ("nobody", failed(GrpcFailure::Status(5))),
    ];
    for (service, want) in cases {
        assert_eq!(run(&probe(address, service)), want, "{service:?}");
    }
    let slow = GrpcProbe { deadline: Duration::from_millis(300), ..probe(address, "slow") };
    let outcome = run(&slow);
    // The server keeps the deadline, too, and may be the first to say so.
    let late = Outcome::Failure(Failure::TimedOut { phase: Phase::Receive });
    assert!(outcome == late || outcome == failed(GrpcFailure::Status(4)), "{outcome:?}");
}

#[test]
fn a_server_without_the_health_service_says_that_it_has_none() {
    let Some((_daemon, address)) = python(&["none"]) else { return };
    assert_eq!(run(&probe(address, "")), failed(GrpcFailure::Status(12)));
}

/// Accepts one connection, sends `reply` once the request is there and waits for the client to go.
fn server(waits: bool, reply: Vec<u8>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        while waits && !is_complete(&request) {
            let mut octets = [0; 1000];
            let count = stream.read(&mut octets).unwrap();
            request.extend_from_slice(octets.get(..count).unwrap());
        }
        stream.write_all(&reply).unwrap();
        if !reply.is_empty() {
            // The client may go with a reset.
            let _ = stream.read_to_end(&mut request);
        }
    });
    address
}

/// Whether data on stream 1 is among the frames behind the preface (RFC 9113 §3.4, §4.1).
pub(crate) fn is_complete(octets: &[u8]) -> bool {
    let mut frames = octets.get(24..).unwrap_or(&[]);
    while let Some((head, rest)) = frames.split_first_chunk::<9>() {
        let [high, middle, low, kind, ..] = *head;
        let length = usize::from(high) << 16 | usize::from(middle) << 8 | usize::from(low);
        let Some(rest) = rest.get(length..) else { return false };
        if kind == DATA {
            return true;
        }
        frames = rest;
    }
    false
}

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
/// `:status: 200` and `:status: 500` of HPACK's static table (RFC 7541, appendix A).
const OK: &[u8] = b"\x88";
const ERROR: &[u8] = b"\x8e";

fn frame(kind: u8, flags: u8, stream: u8, payload: &[u8]) -> Vec<u8> {
    let length = u8::try_from(payload.len() / 256).unwrap();
    let head = [0, length, u8::try_from(payload.len() % 256).unwrap(), kind, flags, 0, 0, 0, stream];
    [&head, payload].concat()
}

/// A header outside of HPACK's tables (RFC 7541 §6.2.2).
fn field(name: &str, value: &str) -> Vec<u8> {
    let text = |text: &str| [&[u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
    [b"\0".to_vec(), text(name), text(value)].concat()
}

/// What a healthy server says.
pub(crate) fn serving() -> Vec<u8> {
    let head = [OK, &field("content-type", "application/grpc")].concat();
    let frames = [
        frame(SETTINGS, 0, 0, b""),
        frame(HEADERS, END_HEADERS, 1, &head),
        frame(DATA, 0, 1, b"\0\0\0\0\x02\x08\x01"),
        frame(HEADERS, END_HEADERS | END_STREAM, 1, &field("grpc-status", "0")),
    ];
    frames.concat()
}

#[test]
fn each_way_of_getting_it_wrong_has_a_name() {
    use GrpcFailure::{GoAway, HttpStatus, Malformed, NoStatus, NotGrpc, NotHttp2, Reset, Status, TooLong};
    let settings = frame(SETTINGS, 0, 0, b"");
    let grpc = field("content-type", "application/grpc+proto");
    let fine = field("grpc-status", "0");
    let serving = b"\0\0\0\0\x02\x08\x01";
    let reply = |frames: &[Vec<u8>]| [settings.clone(), frames.concat()].concat();
    let head = frame(HEADERS, END_HEADERS, 1, &[OK, &grpc].concat());
    let only = |fields: &[&[u8]]| reply(&[frame(HEADERS, END_HEADERS | END_STREAM, 1, &fields.concat())]);
    let trailers = |fields: &[u8]| frame(HEADERS, END_HEADERS | END_STREAM, 1, fields);
    #[rustfmt::skip]
    let cases: Vec<(&str, Vec<u8>, Result<(), GrpcFailure>)> = vec![
        ("as it should be",   self::serving(), Ok(())),
        ("in pieces",         reply(&[head.clone(), frame(DATA, 0, 1, &serving[..2]), frame(DATA, 0, 1, &serving[2..]), trailers(&fine)]), Ok(())),
        ("HTTP/1",            b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n".to_vec(), Err(NotHttp2)),
        ("mail",              b"220 mail.example ESMTP\r\n".to_vec(), Err(NotHttp2)),
        ("proxy's error",     only(&[ERROR]), Err(HttpStatus(500))),
        ("a web server",      only(&[OK, &field("content-type", "text/html")]), Err(NotGrpc)),
        ("trailers only",     only(&[OK, &grpc, &field("grpc-status", "14")]), Err(Status(14))),
        ("status is no number", only(&[OK, &grpc, &field("grpc-status", "x")]), Err(Status(u32::MAX))),
        ("no message",        only(&[OK, &grpc, &fine]), Err(Malformed)),
        ("no trailers",       reply(&[head.clone(), frame(DATA, END_STREAM, 1, serving)]), Err(NoStatus)),
        ("status in trailers", reply(&[head.clone(), frame(DATA, 0, 1, serving), trailers(&field("grpc-status", "8"))]), Err(Status(8))),
        ("too long",          reply(&[head.clone(), frame(DATA, 0, 1, &[0; 1025]), trailers(&fine)]), Err(TooLong)),
        ("reset",             reply(&[head.clone(), frame(RST_STREAM, 0, 1, &[0, 0, 0, 7])]), Err(Reset(7))),
        ("goodbye",           reply(&[frame(GOAWAY, 0, 0, &[0, 0, 0, 0, 0, 0, 0, 11])]), Err(GoAway(11))),
    ];
    for (name, octets, want) in cases {
        let waits = octets.starts_with(&settings);
        let outcome = run(&probe(server(waits, octets), ""));
        assert_eq!(outcome, want.map_or_else(failed, |()| Outcome::Success), "{name}");
    }
}

#[test]
fn silence_is_endured_for_as_long_as_is_said_and_no_longer() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut patient = probe(listener.local_addr().unwrap(), "");
    patient.deadline = Duration::from_secs(600);
    patient.connect.patience = Some(Duration::from_millis(50));
    // Only its patience ends it: the test would wait for ten minutes.
    assert_eq!(run(&patient), Outcome::Failure(Failure::TimedOut { phase: Phase::Receive }));
}

#[test]
fn the_first_word_of_a_server_has_its_time() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let report = runtime.block_on(probe(server(true, serving()), "").probe());
    assert_eq!(report.outcome, Outcome::Success);
    let times = [report.connect.unwrap(), report.first_octet.unwrap(), report.total];
    assert!(times.is_sorted(), "{times:?}");
}

#[test]
fn a_silent_server_and_one_that_hangs_up_are_failures_of_the_network() {
    let gone = run(&probe(server(true, Vec::new()), ""));
    let reset = Failure::Network { phase: Phase::Receive, reason: NetworkError::Reset };
    assert_eq!(gone, Outcome::Failure(reset));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent =
        GrpcProbe { deadline: Duration::from_millis(100), ..probe(listener.local_addr().unwrap(), "") };
    assert_eq!(run(&silent), Outcome::Failure(Failure::TimedOut { phase: Phase::Receive }));
    let refused = Failure::Network { phase: Phase::Connect, reason: NetworkError::Refused };
    assert_eq!(run(&probe(unused(), "")), Outcome::Failure(refused));
}
