//! Descriptors come back: a test alone in its process, since it counts them.
#![cfg(feature = "tokio")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use core::net::{Ipv4Addr, SocketAddr};
use core::time::Duration;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::os::fd::AsRawFd as _;
use std::process::{Command, Stdio};

use healthcheck::{
    Checker, Close, Config, ConnectTo, Entry, HttpExpect, HttpProbe, HttpRequest, HttpVersion, LocalProblem,
    Outcome, Policy, Scheduled, Scheduler, Sequence, TcpProbe,
};

const SHORT: Duration = Duration::from_millis(30);

fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

/// Half of the checks ask for a page.
fn entry(checker: Checker, number: usize, address: SocketAddr, close: Close) -> Entry {
    let connect = ConnectTo { timeout: SHORT, ..ConnectTo::new(address) };
    if number.is_multiple_of(2) {
        return Entry::new(checker, TcpProbe { connect, close });
    }
    let request = HttpRequest::new(HttpVersion::Http11, "/", None, address).unwrap();
    Entry::new(checker, HttpProbe { connect, request, expect: HttpExpect::default(), deadline: SHORT })
}

/// What two probes find out from now on. What the first two of each say may be from before.
async fn two_probes(scheduler: &mut Scheduler<usize>) -> [Outcome; 2] {
    let mut outcomes = [(0, None); 2];
    while outcomes.iter().any(|(count, _)| *count < 3) {
        let event = scheduler.next().await;
        if let Scheduled::Probed { report, .. } = event.what {
            let (count, outcome) = outcomes.get_mut(event.key).unwrap();
            *count += 1;
            *outcome = Some(report.outcome);
        }
    }
    outcomes.map(|(_, outcome)| outcome.unwrap())
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
            let checker = Checker::new(Config::keepalived(policy, false, Sequence::Single));
            scheduler.insert(number, entry(checker, number, addresses[number % 3], Close::Reset));
        }
        let mut probes = 0;
        while probes < 3000 {
            probes += usize::from(matches!(scheduler.next().await.what, Scheduled::Probed { .. }));
            // Now and then while some wait for an answer.
            let key = probes % 150;
            if probes % 10 == 0
                && let Some(checker) = scheduler.remove(&key)
            {
                let checker = Checker::new(*checker.config());
                scheduler.insert(key, entry(checker, key, addresses[key % 3], Close::Graceful));
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
        without_descriptors(addresses[0]).await;
    });
}

/// A process that may not have another descriptor learns nothing about its servers, and goes on when it may.
async fn without_descriptors(address: SocketAddr) {
    let policy = Policy::keepalived(SHORT, 1, SHORT);
    let mut scheduler = Scheduler::new();
    for number in 0..2 {
        let checker = Checker::new(Config::keepalived(policy, false, Sequence::Single));
        // One that is reset would use the socket from before.
        scheduler.insert(number, entry(checker, number, address, Close::Graceful));
    }
    let is_made = |outcome: Outcome| !matches!(outcome, Outcome::NotProbed(_));
    // Whatever is made once is there then.
    assert!(two_probes(&mut scheduler).await.into_iter().all(is_made));
    let set = format!("prlimit --pid {} --nofile", std::process::id());
    let script = format!(
        "before=$({set} --noheadings --output SOFT); while read limit; do {set}=${{limit:-$before}}:; echo; done"
    );
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut shell = shell.spawn().unwrap();
    let (mut say, mut hear) = (shell.stdin.take().unwrap(), BufReader::new(shell.stdout.take().unwrap()));
    let mut limit = |limit: &str| {
        writeln!(say, "{limit}").unwrap();
        hear.read_line(&mut String::new()).unwrap();
    };
    // A probe may be under way.
    while scheduler.in_flight() > 0 {
        scheduler.next().await;
    }
    let next = File::open("/dev/null").unwrap().as_raw_fd();
    limit(&next.to_string());
    // EMFILE.
    let problem = Outcome::NotProbed(LocalProblem::Socket(Some(24)));
    assert_eq!(two_probes(&mut scheduler).await, [problem; 2]);
    limit("");
    assert!(two_probes(&mut scheduler).await.into_iter().all(is_made));
    drop(say);
    shell.wait().unwrap();
}
