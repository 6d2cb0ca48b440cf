//! What is shown, step by step.

use core::{net::IpAddr, time::Duration};
use std::{
    path::{Path, PathBuf},
    thread,
};

use netlab::{Entered, Event, Lan};
use tempfile::TempDir;

use crate::{
    client::{Client, PERIOD},
    director::{Director, FIRST, SECOND, VIRTUAL},
    failure::Failure,
    summary::{Summary, master_down_interval, skew_time},
    timeline::{Names, Timeline},
};

const CLIENT: u8 = 10;

/// Much longer than any timer of the protocol here; a step that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// Long enough for a master to advertise again, and for a second master to give itself away.
const SETTLE: Duration = Duration::from_millis(1500);

/// How often the world is looked at.
const TICK: Duration = Duration::from_millis(5);

/// Lines of each log that a failure shows.
const LOG_TAIL: usize = 30;

/// The laboratory and the people in it.
#[derive(Debug)]
pub(crate) struct Scenario {
    daemon: Option<PathBuf>,
    verbose: bool,
    // Before `lan`: machines end before their network does.
    first: Director,
    second: Director,
    timeline: Timeline,
    names: Names,
    lan: Lan,
    folder: TempDir,
    summary: Summary,
}

/// When a director took the address over.
#[derive(Clone, Copy, Debug)]
struct Takeover {
    advert: Duration,
    arp: Duration,
}

impl Scenario {
    /// Builds the network, starts everybody but the daemons.
    pub(crate) fn prepare(daemon: Option<PathBuf>, verbose: bool) -> Result<Self, Failure> {
        let folder = tempfile::Builder::new().prefix("failover-lab-").tempdir();
        let folder = folder.map_err(|source| Failure::Step { step: "make a temporary folder", source })?;
        let lan = Lan::with_hosts("eth0", &[FIRST.host, SECOND.host, CLIENT])?;
        let first = Director::prepare(FIRST, &lan, folder.path(), daemon.clone())?;
        let second = Director::prepare(SECOND, &lan, folder.path(), daemon.clone())?;
        let names = Names::of([&first, &second]);
        let timeline = Timeline::new(lan.sniffer()?, Client::start(lan.node(CLIENT)?, VIRTUAL)?);
        Ok(Self { daemon, verbose, first, second, timeline, names, lan, folder, summary: Summary::default() })
    }

    /// Shows everything. After a failure the daemons' logs are printed and kept.
    pub(crate) fn run(mut self, entered: Entered) -> Result<(), Failure> {
        self.introduce(entered);
        let ended = self.steps();
        match &ended {
            Ok(()) => println!("\n{}", self.summary),
            Err(_) => println!("{:>9}  stopped here", ""),
        }
        if self.verbose || ended.is_err() {
            let lines = if self.verbose { usize::MAX } else { LOG_TAIL };
            print_log(&self.first, lines);
            print_log(&self.second, lines);
        }
        if ended.is_err() {
            let folder = self.folder.keep();
            println!("The logs and configurations stay in {}", folder.display());
        }
        ended
    }

    fn introduce(&self, entered: Entered) {
        let daemon = self.daemon.as_deref().map_or("keepalived-lite".into(), Path::to_string_lossy);
        let rights = match entered {
            Entered::Privileged => "network namespaces, as root",
            Entered::UserNamespace => "network namespaces in a user namespace, without root",
        };
        let [one, two] = [&self.first, &self.second].map(Director::identity);
        println!("Two directors share {VIRTUAL} on one LAN; each runs {daemon}.");
        println!("  {}  {}  priority {}", one.name, Lan::address(one.host), one.priority);
        println!("  {}  {}  priority {}", two.name, Lan::address(two.host), two.priority);
        println!(
            "  client     {} asks {VIRTUAL} every {} ms: who are you?",
            Lan::address(CLIENT),
            PERIOD.as_millis()
        );
        println!("VRRPv3, virtual router 51, one advertisement a second;");
        println!("{rights}.\n");
        println!("  seconds");
    }

    fn steps(&mut self) -> Result<(), Failure> {
        self.election()?;
        self.crash()?;
        self.comeback()?;
        self.orderly_stop()
    }

    /// Both start; the one with the higher priority gets the address.
    fn election(&mut self) -> Result<(), Failure> {
        let started = netlab::now();
        self.timeline.say("both daemons start");
        self.first.start(&self.lan)?;
        self.second.start(&self.lan)?;
        self.takeover(FIRST.host, started)?;
        self.one_master(FIRST.host)
    }

    /// The master loses its power; the backup notices by its silence.
    fn crash(&mut self) -> Result<(), Failure> {
        let crashed = netlab::now();
        self.timeline.say("POWER FAILURE at director1: processes killed at once, cable dead");
        self.first.lose_power(&self.lan)?;
        let source = IpAddr::V4(self.first.address());
        let events = self.timeline.events();
        let last = events.iter().rfind(|event| event.advert().is_some_and(|advert| advert.source == source));
        let last = last.map_or(crashed, |event| event.time);
        let told =
            format!("director1 is off; its last advertisement was at {:.3}", self.timeline.seconds(last));
        self.timeline.say(&told);
        let takeover = self.takeover(SECOND.host, crashed)?;
        self.watch(SETTLE);
        let timer = master_down_interval(SECOND.priority);
        self.summarize("crash", "last advertisement to", last, takeover, timer, crashed);
        Ok(())
    }

    /// The old master comes back and, having the higher priority, takes the address back.
    fn comeback(&mut self) -> Result<(), Failure> {
        let booted = netlab::now();
        self.timeline.say("director1 boots: its addresses are those of its start, its daemon starts");
        self.first.boot(&self.lan)?;
        let takeover = self.takeover(FIRST.host, booted)?;
        self.one_master(FIRST.host)?;
        let add = |what: &str, time: Duration| (what.to_owned(), time.saturating_sub(booted));
        for (what, measured) in [
            add("start to the first advertisement", takeover.advert),
            add("start to the first gratuitous ARP", takeover.arp),
        ] {
            self.summary.add("return", what, measured, None);
        }
        let silence = self.timeline.longest_silence(booted);
        self.summary.add("return", "client without an answer", silence, None);
        Ok(())
    }

    /// The master is stopped in order: it says so, and the backup need not wait for its silence.
    fn orderly_stop(&mut self) -> Result<(), Failure> {
        let asked = netlab::now();
        self.timeline.say("director1's daemon is asked to stop (SIGTERM)");
        self.first.terminate()?;
        let source = IpAddr::V4(self.first.address());
        let resigned = self.expect("director1 resigns with priority 0", |scene| {
            let resigns = |event: &Event| {
                let advert = event.advert();
                advert.is_some_and(|advert| advert.source == source && advert.priority == 0)
            };
            let events = scene.timeline.events();
            Ok(events.into_iter().find(|event| event.time >= asked && resigns(event)).map(|event| event.time))
        })?;
        let takeover = self.takeover(SECOND.host, asked)?;
        if let Some(status) = self.first.wait(PATIENCE)? {
            self.timeline.say(&format!("director1's daemon has ended ({status})"));
        } else {
            return Err(missed("director1's daemon ends"));
        }
        self.one_master(SECOND.host)?;
        let timer = skew_time(SECOND.priority);
        self.summarize("stop", "priority 0 to", resigned, takeover, timer, asked);
        Ok(())
    }

    /// Prints the news until `happened` finds what it looks for.
    fn expect<T>(
        &mut self,
        expected: &str,
        happened: impl Fn(&Self) -> Result<Option<T>, Failure>,
    ) -> Result<T, Failure> {
        let end = netlab::now() + PATIENCE;
        loop {
            self.timeline.observe(&self.names);
            if let Some(found) = happened(self)? {
                self.timeline.observe(&self.names);
                return Ok(found);
            }
            self.first.must_run()?;
            self.second.must_run()?;
            if netlab::now() > end {
                return Err(missed(expected));
            }
            thread::sleep(TICK);
        }
    }

    /// Prints the news for `duration`.
    fn watch(&mut self, duration: Duration) {
        let end = netlab::now() + duration;
        while netlab::now() < end {
            self.timeline.observe(&self.names);
            thread::sleep(TICK);
        }
    }

    /// The director `host` and then the other.
    fn in_order(&self, host: u8) -> [&Director; 2] {
        if host == FIRST.host { [&self.first, &self.second] } else { [&self.second, &self.first] }
    }

    /// Waits until the director `host` is heard, has announced and answers from the address.
    fn takeover(&mut self, host: u8, since: Duration) -> Result<Takeover, Failure> {
        let [director, _] = self.in_order(host);
        let (name, address, mac) = (director.name(), IpAddr::V4(director.address()), director.mac());
        let is_advert = |event: &Event| {
            event.advert().is_some_and(|advert| advert.source == address && advert.priority != 0)
        };
        let is_arp = |event: &Event| {
            event.gratuitous_arp().is_some_and(|arp| arp.sender == VIRTUAL && arp.sender_mac == mac)
        };
        self.expect(&format!("{name} takes {VIRTUAL} over and answers"), |scene| {
            let events = scene.timeline.events();
            let first = |wanted: &dyn Fn(&Event) -> bool| {
                let found = events.iter().find(|event| event.time >= since && wanted(event));
                found.map(|event| event.time)
            };
            let (Some(advert), Some(arp)) = (first(&is_advert), first(&is_arp)) else { return Ok(None) };
            let answers = scene.timeline.answered_by(name, since);
            Ok(answers.then_some(Takeover { advert, arp }))
        })
    }

    /// Waits until `host` has the address and the other has not, and sees that it stays so.
    fn one_master(&mut self, host: u8) -> Result<(), Failure> {
        let [master, backup] = self.in_order(host).map(Director::name);
        let expected = format!("{VIRTUAL} is on {master} and not on {backup}");
        for settle in [SETTLE, Duration::ZERO] {
            self.expect(&expected, |scene| {
                let [master, backup] = scene.in_order(host);
                let alone = master.has_virtual(&scene.lan)? && !backup.has_virtual(&scene.lan)?;
                Ok(alone.then_some(()))
            })?;
            self.watch(settle);
        }
        Ok(())
    }

    fn summarize(
        &mut self,
        step: &'static str,
        from: &str,
        origin: Duration,
        takeover: Takeover,
        timer: Duration,
        began: Duration,
    ) {
        let advert = takeover.advert.saturating_sub(origin);
        let arp = takeover.arp.saturating_sub(origin);
        self.summary.add(step, format!("{from} the first of director2"), advert, Some(timer));
        self.summary.add(step, format!("{from} the first gratuitous ARP"), arp, Some(timer));
        self.summary.add(step, "client without an answer", self.timeline.longest_silence(began), None);
    }
}

fn missed(expected: &str) -> Failure {
    Failure::Missed { expected: expected.to_owned(), timeout: PATIENCE }
}

fn print_log(director: &Director, lines: usize) {
    let log = director.log();
    let all: Vec<&str> = log.lines().collect();
    let tail = all.get(all.len().saturating_sub(lines)..).unwrap_or_default();
    println!("\n--- log of {}'s daemon, last {} of {} lines", director.name(), tail.len(), all.len());
    tail.iter().for_each(|line| println!("{line}"));
}
