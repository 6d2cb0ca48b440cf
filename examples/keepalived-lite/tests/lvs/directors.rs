//! The documents' LVS by direct routing with two directors: what a client sees, second by second,
//! when the master stops and when it dies.

use core::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};
use std::thread;

use netlab::{Lan, now};
use tempfile::TempDir;

use crate::{
    Program,
    client::{Attempt, ask_while},
    daemon::Daemon,
    server::Server,
    table::Table,
};

const VIRTUAL: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 100);
const DIRECTORS: [(u8, u8); 2] = [(1, 150), (2, 100)];
const CLIENT: u8 = 10;
const SERVERS: [(&str, u8); 2] = [("one", 21), ("two", 22)];

const PERIOD: Duration = Duration::from_millis(100);
/// Seconds that are watched after the event.
const WATCHED: u64 = 8;
/// An interval of one second: three of them and the skew of priority 100.
const MASTER_DOWN: Duration = Duration::from_millis(3609);
/// How much later than its timer a busy machine may be.
const SLACK: Duration = Duration::from_secs(3);

/// How the master's time ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Ending {
    /// `SIGTERM`.
    Stopped,
    /// All processes killed at once, the cable pulled.
    Killed,
}

fn configuration(priority: u8) -> String {
    let servers: String = SERVERS
        .iter()
        .map(|(_, host)| {
            format!(
                "real_server {} 80 {{\nweight 1\nTCP_CHECK {{\nconnect_timeout 1\n}}\n}}\n",
                Lan::address(*host)
            )
        })
        .collect();
    format!(
        "vrrp_instance VI_1 {{\nstate BACKUP\ninterface eth0\nvirtual_router_id 51\npriority {priority}\n\
         advert_int 1\nauthentication {{\nauth_type PASS\nauth_pass 1111\n}}\n\
         virtual_ipaddress {{\n{VIRTUAL}/24\n}}\n}}\n\
         virtual_server {VIRTUAL} 80 {{\ndelay_loop 1\nlvs_sched rr\nlvs_method DR\nprotocol TCP\n{servers}}}\n"
    )
}

/// Counts of answers by server one, by server two, and of none.
#[derive(Clone, Copy, Debug, Default)]
struct Second([usize; 3]);

/// What the client sees from the master's end on: each second, and the longest time without an answer.
fn watch(program: Program, ending: Ending) -> (Vec<Second>, Duration) {
    let lan = Lan::with_hosts("eth0", &[DIRECTORS[0].0, DIRECTORS[1].0, CLIENT, SERVERS[0].1, SERVERS[1].1])
        .unwrap();
    let folders = [TempDir::new().unwrap(), TempDir::new().unwrap()];
    let files = TempDir::new().unwrap();
    let any = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 80));
    let _servers = SERVERS.map(|(name, host)| {
        let machine = lan.node(host).unwrap();
        machine.add_silent_address(VIRTUAL).unwrap();
        Server::start(machine, name, any, files.path())
    });
    let mut daemons: Vec<Daemon> = DIRECTORS
        .iter()
        .zip(&folders)
        .map(|((host, priority), folder)| {
            let machine = lan.node(*host).unwrap();
            Daemon::start(program, machine, folder.path(), &configuration(*priority), &["-c", "/run/c.pid"])
        })
        .collect();
    for (host, _) in DIRECTORS {
        let mut table = Table::of(lan.node(host).unwrap());
        let both = |glance: &[String]| glance.iter().filter(|line| line.contains("->")).count() == 2;
        table.wait(Duration::from_secs(20), both).unwrap();
    }
    let address = SocketAddr::from((VIRTUAL, 80));
    let (attempts, end) = ask_while(lan.node(CLIENT).unwrap(), address, PERIOD, || {
        // The election and two quiet seconds.
        thread::sleep(Duration::from_secs(7));
        let end = now();
        match ending {
            Ending::Stopped => assert!(daemons[0].stop().success()),
            Ending::Killed => {
                lan.unplug(DIRECTORS[0].0).unwrap();
                daemons[0].kill();
            }
        }
        thread::sleep(Duration::from_secs(WATCHED).saturating_sub(now().saturating_sub(end)));
        end
    });
    assert!(daemons[1].ended().is_none());
    daemons[1].stop();
    judge(&attempts, end)
}

fn judge(attempts: &[Attempt], end: Duration) -> (Vec<Second>, Duration) {
    let before =
        attempts.iter().filter(|attempt| attempt.time < end && attempt.time + Duration::from_secs(2) > end);
    let quiet: Vec<_> = before.collect();
    assert!(quiet.len() > 5 && quiet.iter().all(|attempt| attempt.answer.is_ok()), "before: {quiet:?}");
    let mut seconds = vec![Second::default(); usize::try_from(WATCHED).unwrap()];
    for attempt in attempts.iter().filter(|attempt| attempt.time >= end) {
        let Some(second) = seconds.get_mut(usize::try_from((attempt.time - end).as_secs()).unwrap()) else {
            continue;
        };
        let place =
            attempt.answer.as_ref().ok().and_then(|name| SERVERS.iter().position(|(own, _)| own == name));
        second.0[place.unwrap_or(2)] += 1;
    }
    let answered: Vec<Duration> =
        attempts.iter().filter(|attempt| attempt.answer.is_ok()).map(|attempt| attempt.time).collect();
    let silence = answered.windows(2).filter(|pair| pair[1] > end).map(|pair| pair[1] - pair[0]).max();
    (seconds, silence.unwrap())
}

/// Runs both daemons through both endings and prints what the client saw, side by side.
pub(crate) fn compare() {
    for ending in [Ending::Stopped, Ending::Killed] {
        let (theirs, their_silence) = watch(Program::Keepalived, ending);
        let (ours, our_silence) = watch(Program::Ours, ending);
        println!("the master is {ending:?}; answers of server one, server two, none:");
        println!("second   keepalived       keepalived-lite");
        for (number, (theirs, ours)) in theirs.iter().zip(&ours).enumerate() {
            let show = |Second([one, two, none])| format!("{one:>4} {two:>4} {none:>4}");
            println!("{number:>6}   {}   {}", show(*theirs), show(*ours));
        }
        println!(
            "longest time without an answer: keepalived {their_silence:.3?}, keepalived-lite {our_silence:.3?}"
        );
        let limit = match ending {
            Ending::Stopped => SLACK,
            Ending::Killed => MASTER_DOWN + SLACK,
        };
        for (who, seconds, silence) in [("keepalived", theirs, their_silence), ("ours", ours, our_silence)] {
            assert!(silence < limit, "{who}: silent for {silence:?}");
            let Some(Second([one, two, 0])) = seconds.last() else { panic!("{who}: {seconds:?}") };
            assert!(
                *one > 0 && *two > 0,
                "{who}: both servers answer through the other director: {seconds:?}"
            );
        }
    }
}
