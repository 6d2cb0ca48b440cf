//! Descriptors come back: a test alone in its process, since it counts them.
#![cfg(feature = "tokio")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use core::net::{Ipv4Addr, SocketAddr};
use core::time::Duration;
use std::net::TcpListener;

use healthcheck::{
    Checker, Close, Config, ConnectTo, Entry, Policy, Scheduled, Scheduler, Sequence, TcpProbe,
};

fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

#[test]
fn no_probe_leaves_a_descriptor_behind() {
    let open = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let closed = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
    socket.listen(0).unwrap();
    let silent = TcpListener::from(socket);
    let addresses = [open.local_addr().unwrap(), closed, silent.local_addr().unwrap()];
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let before = descriptors();
        let mut scheduler = Scheduler::new();
        let policy = Policy::keepalived(Duration::from_millis(20), 1, Duration::from_millis(20));
        for number in 0..150 {
            let mut connect = ConnectTo::new(addresses[number % 3]);
            connect.timeout = Duration::from_millis(30);
            let checker = Checker::new(Config::keepalived(policy, false, Sequence::Single));
            scheduler.insert(number, Entry::new(checker, TcpProbe { connect, close: Close::Reset }));
        }
        let mut probes = 0;
        while probes < 3000 {
            probes += usize::from(matches!(scheduler.next().await.what, Scheduled::Probed { .. }));
            // Now and then while some wait for an answer.
            let key = probes % 150;
            if probes % 10 == 0
                && let Some(checker) = scheduler.remove(&key)
            {
                let connect = ConnectTo::new(addresses[key % 3]);
                let probe = TcpProbe { connect, close: Close::Graceful };
                scheduler.insert(key, Entry::new(Checker::new(*checker.config()), probe));
            }
            while let Ok((stream, _)) = {
                open.set_nonblocking(true).unwrap();
                open.accept()
            } {
                drop(stream);
            }
        }
        assert!(scheduler.in_flight() > 0, "the silent server is always waited for");
        drop(scheduler);
        assert_eq!(descriptors(), before);
    });
}
