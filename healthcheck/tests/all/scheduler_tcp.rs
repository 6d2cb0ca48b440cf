//! The scheduler's own way of connecting, against real sockets: it must find out what a
//! [`TcpProbe`] alone finds out.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use core::time::Duration;
use std::io::Read as _;
use std::net::{TcpListener, TcpStream};

use healthcheck::{
    Checker, Close, Config, ConnectTo, Entry, Failure, LocalProblem, NetworkError, Outcome, Phase, Policy,
    Probe as _, ProbeReport, Scheduled, Scheduler, Sequence, TcpProbe,
};

const SHORT: Duration = Duration::from_millis(200);
const REFUSED: Failure = Failure::Network { phase: Phase::Connect, reason: NetworkError::Refused };

fn tcp(address: SocketAddr) -> TcpProbe {
    TcpProbe { connect: ConnectTo::new(address), close: Close::Reset }
}

fn entry(probe: TcpProbe) -> Entry {
    let policy = Policy::keepalived(Duration::from_secs(60), 1, Duration::from_secs(60));
    Entry::new(Checker::new(Config::keepalived(policy, false, Sequence::Single)), probe)
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

async fn one(probe: TcpProbe) -> ProbeReport {
    let mut scheduler = Scheduler::new();
    scheduler.insert((), entry(probe));
    loop {
        if let Scheduled::Probed { report, .. } = scheduler.next().await.what {
            return report;
        }
    }
}

fn listener(address: impl Into<IpAddr>) -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind((address.into(), 0)).unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

fn unused() -> SocketAddr {
    listener(Ipv4Addr::LOCALHOST).1
}

#[test]
fn the_scheduler_finds_out_what_the_probe_alone_does() {
    let (_four, four) = listener(Ipv4Addr::LOCALHOST);
    let six = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).ok();
    let six_address = six.as_ref().map(|six| six.local_addr().unwrap());
    let with = |address, change: fn(&mut ConnectTo)| {
        let mut probe = tcp(address);
        change(&mut probe.connect);
        probe
    };
    let own_port = {
        let address = unused();
        let mut probe = tcp(address);
        (probe.connect.source, probe.connect.source_port) = (Some(address.ip()), address.port());
        probe
    };
    let failed = Outcome::Failure;
    let bind = |errno| Outcome::NotProbed(LocalProblem::Bind(Some(errno)));
    let mut cases = vec![
        ("listening", tcp(four), Outcome::Success),
        ("nobody listens", tcp(unused()), failed(REFUSED)),
        ("talking to itself", own_port, failed(REFUSED)),
        ("from an address", with(four, |to| to.source = Some([127, 0, 0, 2].into())), Outcome::Success),
        // EADDRNOTAVAIL and ENODEV.
        ("from another's address", with(four, |to| to.source = Some([192, 0, 2, 1].into())), bind(99)),
        ("by no interface", with(four, |to| to.interface = Some("none".into())), bind(19)),
        ("by loopback", with(four, |to| to.interface = Some("lo".into())), Outcome::Success),
    ];
    cases.extend(six_address.map(|six| ("IPv6", tcp(six), Outcome::Success)));
    for (name, probe, want) in cases {
        let (alone, scheduled) = block_on(async { (probe.probe().await, one(probe.clone()).await) });
        if want == bind(19) && alone.outcome == bind(1) {
            println!("{name} left out: not allowed to choose an interface");
            continue;
        }
        assert_eq!(alone.outcome, want, "{name}, alone");
        assert_eq!(scheduled.outcome, want, "{name}, scheduled");
        assert_eq!(scheduled.connect.is_some(), want.is_success(), "{name}");
        assert!(scheduled.connect.is_none_or(|connect| connect <= scheduled.total), "{name}");
    }
}

#[test]
fn the_server_sees_the_source_and_how_the_connection_ends() {
    let (listener, address) = listener(Ipv4Addr::LOCALHOST);
    let accept = || -> (TcpStream, SocketAddr) { listener.accept().unwrap() };
    let mut probe = tcp(address);
    probe.connect.source = Some([127, 0, 0, 3].into());
    assert!(block_on(one(probe.clone())).outcome.is_success());
    let (mut stream, peer) = accept();
    assert_eq!(peer.ip(), IpAddr::from([127, 0, 0, 3]));
    let error = stream.read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);

    probe.close = Close::Graceful;
    probe.connect.source_port = unused().port();
    assert!(block_on(one(probe.clone())).outcome.is_success());
    let (mut stream, peer) = accept();
    assert_eq!(peer.port(), probe.connect.source_port);
    assert_eq!(stream.read(&mut [0]).unwrap(), 0);
}

#[test]
fn a_socket_that_is_used_again_meets_every_server_with_a_connection_of_its_own() {
    let servers = [1, 2, 3].map(|last| listener(Ipv4Addr::new(127, 0, 0, last)));
    block_on(async {
        let mut scheduler = Scheduler::new();
        for (number, (_, address)) in servers.iter().enumerate() {
            scheduler.insert((number, 0), entry(tcp(*address)));
            scheduler.insert((number, 1), entry(tcp(unused())));
            scheduler.insert((number, 2), entry(tcp(*address)));
        }
        let mut left = 9;
        while left > 0 {
            let event = scheduler.next().await;
            let Scheduled::Probed { report, .. } = event.what else { continue };
            left -= 1;
            let want = if event.key.1 == 1 { Outcome::Failure(REFUSED) } else { Outcome::Success };
            assert_eq!(report.outcome, want, "{:?}", event.key);
        }
    });
    for (server, _) in &servers {
        let mut ports = Vec::new();
        for _ in 0..2 {
            let (mut stream, peer) = server.accept().unwrap();
            let error = stream.read(&mut [0]).unwrap_err();
            assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
            ports.push(peer.port());
        }
        assert_ne!(ports[0], ports[1]);
    }
}

/// Nobody accepts: once the queue is full the kernel drops SYN without a word.
fn full() -> (TcpListener, Vec<TcpStream>) {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
    socket.listen(0).unwrap();
    let listener = TcpListener::from(socket);
    let address = listener.local_addr().unwrap();
    let fill = (0..3).map_while(|_| TcpStream::connect_timeout(&address, SHORT).ok());
    let held = fill.collect();
    (listener, held)
}

#[test]
fn silence_is_a_time_out_and_others_are_not_kept_waiting() {
    let (full, _held) = full();
    let (_open, open) = listener(Ipv4Addr::LOCALHOST);
    let mut silent = tcp(full.local_addr().unwrap());
    silent.connect.timeout = SHORT;
    let reports = block_on(async {
        let mut scheduler = Scheduler::new();
        for number in 0..20 {
            scheduler.insert(number, entry(if number % 2 == 0 { silent.clone() } else { tcp(open) }));
        }
        let mut reports = Vec::new();
        while reports.len() < 20 {
            let event = scheduler.next().await;
            if let Scheduled::Probed { report, .. } = event.what {
                reports.push((event.key, report));
            }
        }
        assert_eq!((scheduler.in_flight(), scheduler.waiting()), (0, 0));
        reports
    });
    let (open, silent) = reports.split_at(10);
    assert!(open.iter().all(|(key, report)| key % 2 == 1 && report.outcome.is_success()), "{open:?}");
    let timed_out = Outcome::Failure(Failure::TimedOut { phase: Phase::Connect });
    for (key, report) in silent {
        assert_eq!((key % 2, report.outcome), (0, timed_out), "{key}");
        assert!(report.total >= SHORT && report.connect.is_none(), "{report:?}");
    }
}

#[test]
fn a_connection_that_comes_late_is_waited_for() {
    let (full, held) = full();
    let address = full.local_addr().unwrap();
    let mut probe = tcp(address);
    probe.connect.timeout = Duration::from_secs(30);
    let report = block_on(async {
        let probe = one(probe);
        tokio::pin!(probe);
        // The first SYN is lost; the kernel repeats it once there is room in the queue.
        assert!(tokio::time::timeout(SHORT, &mut probe).await.is_err());
        (0..held.len()).for_each(|_| drop(full.accept().unwrap()));
        probe.await
    });
    assert_eq!(report.outcome, Outcome::Success);
    assert!(report.connect.is_some_and(|connect| connect >= SHORT), "{report:?}");
}
