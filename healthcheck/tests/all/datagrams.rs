//! `UDP_CHECK`, `DNS_CHECK` and `PING_CHECK` against real sockets on the loopback interface.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use core::time::Duration;
use std::net::UdpSocket;
use std::thread;

use healthcheck::{
    ConnectTo, DEFAULT_UDP_PAYLOAD, Failure, LocalProblem, NetworkError, Outcome, PatternOctet, Phase,
    PingProbe, Probe, UdpExpect, UdpFailure, UdpProbe, UdpReply,
};

const LOOPBACKS: [IpAddr; 2] = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
const SHORT: Duration = Duration::from_millis(200);
const TIMED_OUT: Outcome = Outcome::Failure(Failure::TimedOut { phase: Phase::Receive });
const REFUSED: Outcome =
    Outcome::Failure(Failure::Network { phase: Phase::Receive, reason: NetworkError::Refused });

fn run(probe: &dyn Probe) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let report = runtime.block_on(probe.probe());
    assert_eq!((report.connect, report.http, report.weight), (None, None, None));
    report.outcome
}

fn within(timeout: Duration, address: SocketAddr) -> ConnectTo {
    ConnectTo { timeout, ..ConnectTo::new(address) }
}

fn udp(timeout: Duration, address: SocketAddr, expect: UdpExpect) -> UdpProbe {
    UdpProbe { connect: within(timeout, address), payload: DEFAULT_UDP_PAYLOAD.into(), expect }
}

fn required(text: &[u8]) -> UdpExpect {
    UdpExpect::Reply(UdpReply::new(text.iter().copied().map(PatternOctet::exactly).collect()))
}

/// Sends each datagram back as it came; one is enough.
fn echoes(host: IpAddr) -> (SocketAddr, thread::JoinHandle<()>) {
    let socket = UdpSocket::bind((host, 0)).unwrap();
    let address = socket.local_addr().unwrap();
    let serve = move || {
        let mut buffer = [0; 1000];
        let (length, from) = socket.recv_from(&mut buffer).unwrap();
        socket.send_to(buffer.get(..length).unwrap(), from).unwrap();
    };
    (address, thread::spawn(serve))
}

#[test]
fn a_closed_port_is_reported_at_once() {
    for host in LOOPBACKS {
        let closed = UdpSocket::bind((host, 0)).unwrap().local_addr().unwrap();
        // Longer than any test should take: the ICMP error ends it.
        let long = Duration::from_secs(60);
        for expect in [UdpExpect::NoError, UdpExpect::AnyReply, required(b"x")] {
            assert_eq!(run(&udp(long, closed, expect)), REFUSED, "{host}");
        }
    }
}

#[test]
fn silence_passes_only_where_no_reply_is_required() {
    let silent = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = silent.local_addr().unwrap();
    assert_eq!(run(&udp(SHORT, address, UdpExpect::NoError)), Outcome::Success);
    assert_eq!(run(&udp(SHORT, address, UdpExpect::AnyReply)), TIMED_OUT);
    assert_eq!(run(&udp(SHORT, address, required(b"x"))), TIMED_OUT);
}

#[test]
fn replies_are_judged() {
    let wrong = Outcome::Failure(Failure::Udp(UdpFailure::Mismatch { at: 4 }));
    for host in LOOPBACKS {
        #[rustfmt::skip]
        let cases = [
            (UdpExpect::NoError,      Outcome::Success),
            (UdpExpect::AnyReply,     Outcome::Success),
            (required(b"keepalived"), Outcome::Success),
            (required(b"keeper"),     wrong),
            // 32 octets came, of which one more than allowed is read.
            (UdpExpect::Reply(UdpReply { max_len: 8, ..UdpReply::new(Vec::new()) }),
                Outcome::Failure(Failure::Udp(UdpFailure::Length(9)))),
        ];
        for (expect, want) in cases {
            let (address, server) = echoes(host);
            assert_eq!(run(&udp(Duration::from_secs(60), address, expect)), want, "{host}");
            server.join().unwrap();
        }
    }
}

#[test]
fn an_empty_payload_is_a_datagram_too() {
    let (address, server) = echoes(LOOPBACKS[0]);
    let connect = within(Duration::from_secs(60), address);
    let probe = UdpProbe { connect, payload: Vec::new(), expect: UdpExpect::AnyReply };
    assert_eq!(run(&probe), Outcome::Success);
    server.join().unwrap();
}

#[test]
fn a_source_that_is_not_ours_says_nothing_about_the_server() {
    let mut probe = udp(SHORT, (Ipv4Addr::LOCALHOST, 9).into(), UdpExpect::NoError);
    probe.connect.source = Some(Ipv4Addr::new(192, 0, 2, 1).into());
    let outcome = run(&probe);
    assert!(matches!(outcome, Outcome::NotProbed(LocalProblem::Bind(_))), "{outcome:?}");
}

#[test]
fn the_loopback_interface_answers_a_ping() {
    for host in LOOPBACKS {
        let probe = PingProbe::new(within(Duration::from_secs(60), (host, 80).into()), 1);
        match run(&probe) {
            // EACCES and EPERM.
            Outcome::NotProbed(LocalProblem::Socket(Some(1 | 13))) => {
                println!("skipped: neither a datagram nor a raw socket for ICMP to {host}");
            }
            outcome @ (Outcome::Success | Outcome::Failure(_) | Outcome::NotProbed(_)) => {
                assert_eq!(outcome, Outcome::Success, "{host}");
            }
        }
    }
}
