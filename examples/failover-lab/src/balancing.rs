//! The second demonstration: the two directors hand a client's connections to two real servers.

use core::time::Duration;
use std::{collections::BTreeMap, path::PathBuf, sync::Arc, thread};

use netlab::Lan;
use tempfile::TempDir;

use crate::{
    director::{Director, FIRST_BALANCING, Identity, SECOND_BALANCING, VIRTUAL},
    failure::Failure,
    web::{Attempt, Server, Visitor},
};

const CLIENT: u8 = 10;
/// The real servers with their hosts.
const SERVERS: [(&str, u8); 2] = [("server1", 21), ("server2", 22)];

/// Everything must be as it should for so long, without a break: long enough to see that nothing else
/// happens.
const CALM: Duration = Duration::from_secs(2);
/// Until then it must be. The timers need four seconds; a slow machine, a multiple of that.
const PATIENCE: Duration = Duration::from_secs(30);

/// The laboratory.
#[derive(Debug)]
pub(crate) struct Balancing {
    // In this order: people leave before their machines, machines before their network.
    visitor: Visitor,
    servers: [Option<Server>; 2],
    first: Director,
    second: Director,
    lan: Arc<Lan>,
    _folder: TempDir,
    verbose: bool,
    began: Duration,
    /// Up to here the seconds are printed.
    printed: Duration,
}

impl Balancing {
    /// Builds the network and starts everybody but the daemons.
    pub(crate) fn prepare(daemon: Option<PathBuf>, verbose: bool) -> Result<Self, Failure> {
        let folder = tempfile::Builder::new().prefix("failover-lab-").tempdir();
        let folder = folder.map_err(|source| Failure::Step { step: "make a temporary folder", source })?;
        let hosts = [FIRST_BALANCING.host, SECOND_BALANCING.host, CLIENT, SERVERS[0].1, SERVERS[1].1];
        let lan = Arc::new(Lan::with_hosts("eth0", &hosts)?);
        let director = |identity| Director::without_service(identity, &lan, folder.path(), daemon.clone());
        let (first, second) = (director(FIRST_BALANCING)?, director(SECOND_BALANCING)?);
        let server = |(name, host): (&'static str, u8)| {
            let machine = lan.node(host)?;
            machine.add_silent_address(VIRTUAL)?;
            Server::start(machine, name).map(Some)
        };
        let servers = [server(SERVERS[0])?, server(SERVERS[1])?];
        let visitor = Visitor::start(Arc::clone(&lan), CLIENT, VIRTUAL)?;
        let began = netlab::now();
        Ok(Self { visitor, servers, first, second, lan, _folder: folder, verbose, began, printed: began })
    }

    /// Shows everything; the daemons' logs follow a failure.
    pub(crate) fn run(mut self) -> Result<(), Failure> {
        println!(
            "Two directors share {VIRTUAL} in front of two real servers: LVS by direct routing, round-robin."
        );
        println!("  director1 10.77.0.1   director2 10.77.0.2   one advertisement a second");
        println!("  server1   10.77.0.21  server2   10.77.0.22  checked once a second (TCP_CHECK)");
        println!("  client    10.77.0.10  opens a connection every 50 ms\n");
        println!("   seconds  answers of server1, of server2, none");
        let ended = self.steps();
        if self.verbose || ended.is_err() {
            for director in [&self.first, &self.second] {
                println!("\n--- log of {}'s daemon\n{}", director.name(), director.log());
            }
        }
        ended
    }

    fn steps(&mut self) -> Result<(), Failure> {
        self.say("both daemons start");
        self.first.start(&self.lan)?;
        self.second.start(&self.lan)?;
        self.settle(FIRST_BALANCING, "director1 balances, nobody is refused", Seen::balanced)?;

        self.say("server2 STOPS SERVING: its checks fail");
        self.servers[1] = None;
        self.settle(FIRST_BALANCING, "only server1 answers, nobody is refused", |seen| {
            seen.of("server2") == 0 && seen.none == 0 && seen.of("server1") > 0
        })?;

        self.say("server2 serves again");
        self.servers[1] = Some(Server::start(self.lan.node(SERVERS[1].1)?, SERVERS[1].0)?);
        self.settle(FIRST_BALANCING, "both servers answer, nobody is refused", Seen::balanced)?;

        self.say("POWER FAILURE at director1: processes killed at once, cable dead");
        self.first.lose_power(&self.lan)?;
        self.settle(SECOND_BALANCING, "director2 balances", Seen::balanced)?;

        self.say("director1 boots and takes over again");
        self.first.boot(&self.lan)?;
        self.settle(FIRST_BALANCING, "director1 balances", Seen::balanced)?;

        self.say("director1 is stopped in order (SIGTERM)");
        self.first.terminate()?;
        self.settle(SECOND_BALANCING, "director2 balances", Seen::balanced)
    }

    /// Prints each second until `master` has the address and `holds` of what the client met, for a
    /// while without a break.
    fn settle(
        &mut self,
        master: Identity,
        expected: &str,
        holds: impl Fn(&Seen) -> bool,
    ) -> Result<(), Failure> {
        let start = netlab::now();
        let mut calm_since = None;
        loop {
            thread::sleep(Duration::from_millis(20));
            self.print();
            self.first.must_run()?;
            self.second.must_run()?;
            let now = netlab::now();
            let since = *calm_since.get_or_insert(now);
            if !self.is_master(master)? {
                calm_since = None;
            } else if now >= since + CALM && holds(&Seen::of_all(&self.visitor.attempts(now - CALM, now))) {
                self.say(&format!("as it should be: {expected}"));
                return Ok(());
            }
            if now > start + PATIENCE {
                return Err(Failure::Missed { expected: expected.to_owned(), timeout: PATIENCE });
            }
        }
    }

    fn is_master(&self, identity: Identity) -> Result<bool, Failure> {
        let director = if identity.host == FIRST_BALANCING.host { &self.first } else { &self.second };
        Ok(director.has_virtual(&self.lan)?)
    }

    /// Prints the seconds that are over.
    fn print(&mut self) {
        let second = Duration::from_secs(1);
        while netlab::now() >= self.printed + second {
            let seen = Seen::of_all(&self.visitor.attempts(self.printed, self.printed + second));
            let [one, two] = SERVERS.map(|(name, _)| seen.of(name));
            println!("{:>10.0}  {one:>7} {two:>7} {:>7}", self.seconds(self.printed), seen.none);
            self.printed += second;
        }
    }

    fn say(&self, text: &str) {
        println!("{:>10.3}  {text}", self.seconds(netlab::now()));
    }

    fn seconds(&self, time: Duration) -> f64 {
        time.saturating_sub(self.began).as_secs_f64()
    }
}

/// Who answered how often.
#[derive(Debug, Default)]
struct Seen {
    answers: BTreeMap<String, usize>,
    none: usize,
}

impl Seen {
    fn of_all(attempts: &[Attempt]) -> Self {
        let mut seen = Self::default();
        for attempt in attempts {
            match &attempt.answer {
                Some(name) => *seen.answers.entry(name.clone()).or_default() += 1,
                None => seen.none += 1,
            }
        }
        seen
    }

    fn of(&self, name: &str) -> usize {
        self.answers.get(name).copied().unwrap_or_default()
    }

    /// Everybody is answered, in turns.
    fn balanced(&self) -> bool {
        self.none == 0 && self.both()
    }

    /// Round-robin: neither has more than one answer more than the other, give or take who began.
    fn both(&self) -> bool {
        let [one, two] = SERVERS.map(|(name, _)| self.of(name));
        one > 0 && two > 0 && one.abs_diff(two) <= 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_robin_is_told_from_favour() {
        let attempts = |names: &str| {
            let attempt = |name| Attempt {
                time: Duration::ZERO,
                answer: match name {
                    '1' => Some("server1".to_owned()),
                    '2' => Some("server2".to_owned()),
                    _ => None,
                },
            };
            Seen::of_all(&names.chars().map(attempt).collect::<Vec<_>>())
        };
        assert!(attempts("1212121").both());
        assert!(!attempts("1111112").both() && !attempts("111").both());
        assert_eq!(attempts("1-2--").none, 3);
    }
}
