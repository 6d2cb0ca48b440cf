//! Two directors with one address for a service that is routed directly, as the documents have it,
//! and a client that asks all the time.

use core::{
    net::{IpAddr, SocketAddr},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
    thread,
    time::Instant,
};

use netlab::Lan;
use tempfile::TempDir;

use crate::{
    Program,
    daemon::Daemon,
    server::Server,
    site::{PORT, VIRTUAL, ask_on, connect},
};

/// The master and its backup.
const DIRECTORS: [u8; 2] = [1, 2];
const CLIENT: u8 = 9;
const SERVERS: [u8; 2] = [11, 12];

/// Between two questions.
const PERIOD: Duration = Duration::from_millis(100);
/// Longer than any answer takes on a LAN, and short enough to ask again soon.
const TIMEOUT: Duration = Duration::from_millis(300);

/// After that, the backup is master: three intervals of a second and its skew, 206/256 s (RFC 3768
/// §6.1).
const MASTER_DOWN: Duration = Duration::from_millis(3805);
/// For everything that has no timer of the protocol, on a slow machine.
const SLOWNESS: Duration = Duration::from_secs(60);
/// How long the client is watched when the service is there again.
const AFTERWARDS: Duration = Duration::from_secs(2);

/// What happens to the master, in this order, and how long the client is watched at least: where the
/// service goes on meanwhile, until the other director has taken over.
const ROUNDS: [(&str, Duration); 5] = [
    ("both start", Duration::ZERO),
    ("SIGTERM to the master", Duration::ZERO),
    ("it is back", TAKEOVER),
    ("SIGKILL to all of the master", TAKEOVER),
    ("the master loses its power", Duration::ZERO),
];
/// `Master_Down`, and what comes then.
const TAKEOVER: Duration = Duration::from_secs(7);

/// What the client saw from the beginning of a round on.
#[derive(Debug)]
struct Round {
    /// Time since then, and who answered.
    answers: Vec<(Duration, Option<String>)>,
}

/// Both daemons in the same minute, printed second by second, side by side.
pub(crate) fn compare() {
    let [theirs, ours] = thread::scope(|scope| {
        [Program::Keepalived, Program::Ours]
            .map(|program| scope.spawn(move || scenario(program)))
            .map(|run| run.join().unwrap())
    });
    for (((name, _), theirs), ours) in ROUNDS.iter().zip(&theirs).zip(&ours) {
        println!("{name:<32} {:<28} {:<28}", Program::Keepalived.name(), Program::Ours.name());
        let seconds = theirs.seconds().max(ours.seconds());
        for second in 0..seconds {
            println!("{:>30} s {:<28} {:<28}", second, theirs.second(second), ours.second(second));
        }
        let [theirs, ours] = [theirs, ours].map(|round| format!("{:.2} s", round.silence().as_secs_f64()));
        println!("{:>32} {theirs:<28} {ours:<28}", "longest silence");
    }
}

fn scenario(program: Program) -> Vec<Round> {
    let [one, two] = SERVERS;
    let lan = Lan::with_hosts("eth0", &[DIRECTORS[0], DIRECTORS[1], CLIENT, one, two]).unwrap();
    let folders = [TempDir::new().unwrap(), TempDir::new().unwrap(), TempDir::new().unwrap()];
    let _servers = [(one, "one"), (two, "two")].map(|(host, name)| {
        let server = lan.node(host).unwrap();
        server.add_silent_address(VIRTUAL).unwrap();
        Server::start(server, name, SocketAddr::from(([0; 4], PORT)), folders[2].path())
    });
    let start = |number: usize| {
        let director = lan.node(DIRECTORS[number]).unwrap();
        Daemon::start(program, director, folders[number].path(), &configuration(number, &lan), &[])
    };
    let client = Client::default();
    thread::scope(|scope| {
        scope.spawn(|| lan.node(CLIENT).unwrap().run(|| client.ask_until_stopped()).unwrap());
        // Also when an assertion below fails: the scope waits for the thread.
        let _stop = Stop(&client.stop);
        let mut rounds = Vec::new();
        let mut round = |number: usize, act: &mut dyn FnMut()| {
            let began = Instant::now();
            act();
            let (name, at_least) = ROUNDS[number];
            rounds.push(client.await_service(began, at_least, &format!("{}, {name}", program.name())));
        };
        let owners = || DIRECTORS.map(|host| lan.node(host).unwrap().owns(IpAddr::V4(VIRTUAL)).unwrap());
        let await_owners = |wanted| await_owners(&owners, wanted, program);
        let (mut master, mut _backup) = (None, None);

        round(0, &mut || (master, _backup) = (Some(start(0)), Some(start(1))));
        await_owners([true, false]);

        round(1, &mut || assert!(master.take().unwrap().stop().success()));
        await_owners([false, true]);

        round(2, &mut || master = Some(start(0)));
        await_owners([true, false]);

        round(3, &mut || master.take().unwrap().kill());
        // Its kernel lives on, with the address and the table that nobody took away.
        await_owners([true, true]);

        master = Some(start(0));
        await_owners([true, false]);
        round(4, &mut || {
            // In this order: a daemon that sees its cable go gives the address up.
            master.take().unwrap().kill();
            lan.unplug(DIRECTORS[0]).unwrap();
        });
        await_owners([true, true]);
        rounds
    })
}

/// Waits until the directors have the address or not, as `wanted`.
fn await_owners(owners: &dyn Fn() -> [bool; 2], wanted: [bool; 2], program: Program) {
    let deadline = Instant::now() + MASTER_DOWN + SLOWNESS;
    while owners() != wanted {
        assert!(Instant::now() < deadline, "{}: owners are {:?}, not {wanted:?}", program.name(), owners());
        thread::sleep(PERIOD);
    }
}

/// The documents' file, with addresses of the laboratory.
fn configuration(number: usize, lan: &Lan) -> String {
    let (id, state, priority) =
        [("lvs-keepalived-master", "MASTER", 100), ("lvs-keepalived-slave", "BACKUP", 50)][number];
    let servers: String = SERVERS
        .iter()
        .map(|host| {
            format!(
                "    real_server {} {PORT} {{\n      weight 1\n      inhibit_on_failure\n      TCP_CHECK {{\n            \
                 connect_port {PORT}\n            connect_timeout 3\n            }}\n      }}\n",
                lan.address_of(*host)
            )
        })
        .collect();
    format!(
        "! Configuration File for keepalived\n\nglobal_defs {{\n  router_id {id}\n}}\n\nvrrp_instance VI_1 {{\n \
         state {state}\n interface eth0\n virtual_router_id 80\n priority {priority}\n advert_int 1\n \
         authentication {{\n     auth_type PASS\n     auth_pass 1111\n }}\n virtual_ipaddress {{\n       \
         {VIRTUAL}/32\n }}\n}}\n\nvirtual_server {VIRTUAL} {PORT} {{\n    delay_loop 6\n    lb_algo rr\n    \
         lb_kind DR\n    protocol TCP\n{servers}}}\n"
    )
}

/// Who answered when; nobody is an answer too. One thread asks, another looks.
#[derive(Debug, Default)]
struct Client {
    answers: Mutex<Vec<(Instant, Option<String>)>>,
    stop: AtomicBool,
}

impl Client {
    /// Asks from the calling thread's network, again and again.
    fn ask_until_stopped(&self) {
        while !self.stop.load(Ordering::Relaxed) {
            let asked = Instant::now();
            let answer = connect(PORT, TIMEOUT).and_then(ask_on).ok();
            self.answers.lock().unwrap_or_else(PoisonError::into_inner).push((asked, answer));
            thread::sleep(PERIOD.saturating_sub(asked.elapsed()));
        }
    }

    /// Waits until all questions have been answered for some time, by both servers, and at least for
    /// `at_least`.
    fn await_service(&self, began: Instant, at_least: Duration, title: &str) -> Round {
        let bound = MASTER_DOWN + SLOWNESS + AFTERWARDS;
        loop {
            thread::sleep(PERIOD);
            let round = self.since(began);
            if began.elapsed() >= at_least && round.is_served_for(AFTERWARDS) {
                return round;
            }
            assert!(began.elapsed() < bound, "{title}: no service within {bound:?}: {round:?}");
        }
    }

    fn since(&self, began: Instant) -> Round {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let later = answers.iter().filter(|(time, _)| *time >= began);
        Round { answers: later.map(|(time, answer)| (*time - began, answer.clone())).collect() }
    }
}

/// Ends the asking when it is dropped.
struct Stop<'client>(&'client AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Round {
    /// Whether the last `time` of the round had no question without answer, and answers of both
    /// servers.
    fn is_served_for(&self, time: Duration) -> bool {
        let Some((end, _)) = self.answers.last() else { return false };
        let Some(begin) = end.checked_sub(time) else { return false };
        let last: Vec<_> = self.answers.iter().filter(|(asked, _)| *asked >= begin).collect();
        let names: BTreeSet<_> = last.iter().map(|(_, answer)| answer).collect();
        names.len() == SERVERS.len() && !names.contains(&None)
    }

    fn seconds(&self) -> u64 {
        self.answers.last().map_or(0, |(time, _)| time.as_secs() + 1)
    }

    /// Who answered how often in a second, and how many questions nobody.
    fn second(&self, second: u64) -> String {
        let mut counts = BTreeMap::new();
        for (_, answer) in self.answers.iter().filter(|(time, _)| time.as_secs() == second) {
            *counts.entry(answer.as_deref().unwrap_or("nobody")).or_insert(0_u32) += 1;
        }
        counts.iter().map(|(name, count)| format!("{name} {count}  ")).collect()
    }

    /// From an answer to the next one, or from the beginning to the first.
    fn silence(&self) -> Duration {
        let answered = self.answers.iter().filter(|(_, answer)| answer.is_some()).map(|(time, _)| *time);
        let times: Vec<Duration> = core::iter::once(Duration::ZERO).chain(answered).collect();
        times
            .iter()
            .zip(times.iter().skip(1))
            .map(|(earlier, later)| *later - *earlier)
            .max()
            .unwrap_or_default()
    }
}
