//! `bindto`, `bind_if` and `fwmark` of every probe: the kernel's policy rules tell who heeds them.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use core::time::Duration;
use std::net::{TcpListener, UdpSocket};
use std::process::Command;
use std::thread;

use healthcheck::{
    Close, ConnectTo, DnsProbe, DnsQuery, DnsType, Failure, NetworkError, Outcome, PingProbe, Probe,
    TcpProbe, UdpExpect, UdpProbe,
};
use netlab::{Lan, Namespace, with_namespaces};

/// Longer than any test should take.
const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(200);
const PORT: u16 = 9053;

/// Answers datagrams by themselves, marked as DNS replies, and takes connections, until the test ends.
fn serve(node: &Namespace) {
    let (datagrams, connections) = node
        .run(|| {
            let any = (Ipv4Addr::UNSPECIFIED, PORT);
            (UdpSocket::bind(any).unwrap(), TcpListener::bind(any).unwrap())
        })
        .unwrap();
    thread::spawn(move || {
        let mut buffer = [0; 512];
        while let Ok((length, from)) = datagrams.recv_from(&mut buffer) {
            let reply = buffer.get_mut(..length).unwrap();
            // QR (RFC 1035 §4.1.1).
            reply.get_mut(2).into_iter().for_each(|octet| *octet |= 0x80);
            datagrams.send_to(reply, from).unwrap();
        }
    });
    thread::spawn(move || connections.incoming().for_each(drop));
}

fn probes(connect: &ConnectTo) -> [(&'static str, Box<dyn Probe>); 4] {
    let connect = || connect.clone();
    let query = DnsQuery::new("example.org", DnsType::A).unwrap();
    [
        ("TCP_CHECK", Box::new(TcpProbe { connect: connect(), close: Close::Reset })),
        (
            "UDP_CHECK",
            Box::new(UdpProbe { connect: connect(), payload: vec![1; 12], expect: UdpExpect::AnyReply }),
        ),
        ("DNS_CHECK", Box::new(DnsProbe::new(connect(), query, 1))),
        ("PING_CHECK", Box::new(PingProbe::new(connect(), 1))),
    ]
}

fn outcome(client: &Namespace, probe: &dyn Probe) -> Outcome {
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(probe.probe()).outcome
    };
    client.run(run).unwrap()
}

fn got_nowhere(outcome: Outcome) -> bool {
    let unreachable = NetworkError::Unreachable;
    matches!(outcome, Outcome::Failure(Failure::Network { reason, .. }) if reason == unreachable)
        || matches!(outcome, Outcome::Failure(Failure::TimedOut { .. }))
}

#[test]
fn source_interface_and_mark_are_heeded_by_every_probe() {
    with_namespaces(|| {
        let lan = Lan::new(2).unwrap();
        let (client, server) = (lan.node(1).unwrap(), lan.node(2).unwrap());
        serve(server);
        let other: IpAddr = "10.77.0.101".parse().unwrap();
        client.add_address("eth0", other, 24).unwrap();
        // The kernel's own way of telling: whoever matches gets nowhere.
        for rule in ["from 10.77.0.101", "fwmark 7"] {
            let arguments = format!("rule add {rule} unreachable");
            match client.output(Command::new("ip").args(arguments.split(' '))) {
                Ok(output) if output.status.success() => {}
                result => return println!("skipped: ip {arguments}: {result:?}"),
            }
        }
        let plain =
            ConnectTo { timeout: LONG, ..ConnectTo::new(SocketAddr::new(Lan::address(2).into(), PORT)) };
        #[rustfmt::skip]
        let ways = [
            ("nothing",         true,  plain.clone()),
            ("our source",      true,  ConnectTo { source: Some(Lan::address(1).into()), ..plain.clone() }),
            ("our interface",   true,  ConnectTo { interface: Some("eth0".to_owned()), ..plain.clone() }),
            ("another mark",    true,  ConnectTo { mark: 8, ..plain.clone() }),
            ("another source",  false, ConnectTo { source: Some(other), ..plain.clone() }),
            // Linux takes everybody for a neighbour on an interface that is asked for, so nobody says no.
            ("the loopback",    false, ConnectTo { interface: Some("lo".to_owned()), timeout: SHORT, ..plain.clone() }),
            ("the mark",        false, ConnectTo { mark: 7, ..plain.clone() }),
        ];
        // No group may ping by a datagram socket, which leaves raw ones; then all may.
        for groups in ["1 0", "0 2147483647"] {
            if let Err(error) = client.sysctl("ipv4.ping_group_range", groups) {
                println!("skipped in part: groups {groups}: {error}");
                continue;
            }
            for (way, arrives, connect) in &ways {
                for (kind, probe) in probes(connect) {
                    let outcome = outcome(client, &*probe);
                    if *arrives {
                        assert_eq!(outcome, Outcome::Success, "{kind} by {way}, groups {groups}");
                    } else {
                        assert!(got_nowhere(outcome), "{kind} by {way}, groups {groups}: {outcome:?}");
                    }
                }
            }
        }
    });
}

#[test]
fn a_link_local_source_is_one_of_the_server_s_link() {
    with_namespaces(|| {
        let lan = Lan::new(2).unwrap();
        let (client, server) = (lan.node(1).unwrap(), lan.node(2).unwrap());
        for (host, node) in [(1, client), (2, server)] {
            // Nobody is asked whether the address is taken, which would last a second.
            let arguments = format!("-6 address add fe80::{host}/64 dev eth0 nodad");
            match node.output(Command::new("ip").args(arguments.split(' '))) {
                Ok(output) if output.status.success() => {}
                result => return println!("skipped: ip {arguments}: {result:?}"),
            }
        }
        let listener = server.run(|| TcpListener::bind((Ipv6Addr::UNSPECIFIED, PORT)).unwrap()).unwrap();
        thread::spawn(move || listener.incoming().for_each(drop));
        let scope = client.link("eth0").unwrap().index;
        let address = SocketAddrV6::new("fe80::2".parse().unwrap(), PORT, 0, scope).into();
        let source = Some("fe80::1".parse().unwrap());
        let connect = ConnectTo { source, timeout: LONG, ..ConnectTo::new(address) };
        assert_eq!(outcome(client, &TcpProbe { connect, close: Close::Reset }), Outcome::Success);
    });
}
