//! The daemon that is spoken to, and what it was seen to do.

use core::{fmt, net::IpAddr, time::Duration};
use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf, thread, time::Instant};

use netlab::{Event, EventKind, Lan, Sniffer, now};
use nix::sys::signal::Signal;
use tempfile::TempDir;

use crate::{
    common::{Configuration, Machine, Program, VIRTUAL},
    situations::{Act, Situation, Step},
    speaker::Saying,
};

/// The host of the subject; speakers are below and above.
const HOST: u8 = 2;

/// Longer than between two packets of a burst, shorter than between an answer and an advertisement.
const PAUSE: Duration = Duration::from_millis(200);
/// It speaks every second; there is a pause long before this.
const BOUND: Duration = Duration::from_secs(5);

/// A packet of the subject's, or several alike in a row.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Sent {
    /// Advertisements of this priority: how many is a matter of when one stops to look.
    Adverts(u8),
    /// So many gratuitous ARP for the virtual address.
    Arps(usize),
}

/// What the subject did in a step.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Seen {
    sent: Vec<Sent>,
    /// Whether it has the virtual address in the end.
    holds: bool,
}

impl fmt::Display for Seen {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for sent in &self.sent {
            match sent {
                Sent::Adverts(priority) => write!(out, "advert {priority}, ")?,
                Sent::Arps(count) => write!(out, "{count} ARP, ")?,
            }
        }
        out.write_str(if self.holds { "master" } else { "backup" })
    }
}

/// A daemon in a situation.
#[derive(Debug)]
pub(crate) struct Subject<'situation> {
    situation: &'situation Situation,
    // In this order: processes end before their network does.
    machine: Machine,
    saying: Option<Saying>,
    /// The last that it sent.
    last: Option<Sent>,
    /// What it sent before belongs to earlier steps.
    seen_until: Duration,
    sniffer: Sniffer,
    lan: Lan,
    folder: TempDir,
}

impl<'situation> Subject<'situation> {
    /// `program` on a LAN of its own; nothing runs yet.
    pub(crate) fn new(program: Program, situation: &'situation Situation) -> Self {
        let folder = TempDir::new().unwrap();
        let lan = Lan::new(3).unwrap();
        let subject = Self {
            situation,
            machine: Machine::new(program, HOST, folder.path()),
            saying: None,
            last: None,
            seen_until: now(),
            sniffer: lan.sniffer().unwrap(),
            lan,
            folder,
        };
        let script = subject.script();
        fs::write(&script, format!("#!/bin/sh\ntest -e {}\n", subject.flag().display())).unwrap();
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
        fs::write(subject.flag(), "").unwrap();
        subject.configure(|_| {});
        subject
    }

    /// Plays all steps: what was seen in each.
    pub(crate) fn play(mut self) -> Vec<Seen> {
        let steps = &self.situation.steps;
        steps.iter().map(|step| self.step(step)).collect()
    }

    fn step(&mut self, step: &Step) -> Seen {
        match &step.act {
            Act::Start => self.machine.start(&self.lan),
            Act::Stop => self.machine.stop(),
            Act::Say(words, count) => words.say(&self.lan, *count),
            Act::GoOnSaying(words) => self.saying = Some(words.go_on_saying(&self.lan)),
            Act::Silence => {
                self.saying = None;
                // The last answer belongs to what was said.
                self.seen_until = self.let_it_finish();
            }
            Act::Script { good: true } => fs::write(self.flag(), "").unwrap(),
            Act::Script { good: false } => fs::remove_file(self.flag()).unwrap(),
            Act::Link { up: true } => self.lan.plug(HOST).unwrap(),
            Act::Link { up: false } => self.lan.unplug(HOST).unwrap(),
            Act::DeleteAddress => {
                self.lan.node(HOST).unwrap().delete_address("eth0", VIRTUAL.into(), 24).unwrap();
            }
            Act::Reload(change) => {
                self.configure(change);
                self.machine.node().signal(Signal::SIGHUP).unwrap();
            }
        }
        thread::sleep(step.watch);
        // No moment between two steps is overlooked.
        let from = self.seen_until;
        self.seen_until = self.let_it_finish();
        let mut sent = self.sent(from, self.seen_until);
        if !matches!(step.act, Act::Start | Act::Say(..) | Act::GoOnSaying(_) | Act::Silence) {
            // It takes some time until that is done and the subject knows.
            sent.drain(..usize::from(sent.first().is_some_and(|first| Some(*first) == self.last)));
        }
        if self.saying.is_some() {
            sent = without_repetition(&sent);
        }
        self.last = sent.last().copied().or(self.last);
        Seen { sent, holds: self.machine.owns(&self.lan) }
    }

    /// Waits for a moment before which it said nothing for a while, so that no burst falls into two
    /// steps; that moment.
    fn let_it_finish(&self) -> Duration {
        let speaks = || {
            let since = now().saturating_sub(PAUSE);
            self.sniffer.events().iter().any(|event| event.time >= since && read(event).is_some())
        };
        let bound = Instant::now() + BOUND;
        loop {
            let time = now();
            if !speaks() || Instant::now() >= bound {
                return time;
            }
            thread::sleep(PAUSE / 8);
        }
    }

    fn configure(&self, change: impl Fn(&mut Configuration)) {
        let mut configuration = self.situation.configuration(&self.script());
        change(&mut configuration);
        self.machine.configure(configuration);
    }

    fn script(&self) -> PathBuf {
        self.folder.path().join("check")
    }

    /// The script fails when it is not there.
    fn flag(&self) -> PathBuf {
        self.folder.path().join("good")
    }

    /// What the subject has sent from one moment to another.
    fn sent(&self, from: Duration, until: Duration) -> Vec<Sent> {
        assert_eq!(self.sniffer.lost(), 0);
        let mut all: Vec<Sent> = Vec::new();
        for event in self.sniffer.events().iter().filter(|event| (from..until).contains(&event.time)) {
            match (read(event), all.last_mut()) {
                (None, _) => {}
                (Some(Sent::Arps(_)), Some(Sent::Arps(count))) => *count += 1,
                (Some(sent), Some(last)) if sent == *last => {}
                (Some(sent), _) => all.push(sent),
            }
        }
        all
    }
}

/// How often what goes on is answered is a matter of when one stops to look.
fn without_repetition(sent: &[Sent]) -> Vec<Sent> {
    let mut once: Vec<Sent> = Vec::new();
    for one in sent {
        if !once.contains(one) {
            once.push(*one);
        }
    }
    once
}

/// A packet, if the subject sent it.
fn read(event: &Event) -> Option<Sent> {
    match &event.kind {
        EventKind::Advert(advert) if advert.source == IpAddr::V4(Lan::address(HOST)) => {
            Some(Sent::Adverts(advert.priority))
        }
        EventKind::Arp(arp) if arp.is_gratuitous() && arp.sender == VIRTUAL => Some(Sent::Arps(1)),
        EventKind::Advert(_) | EventKind::Arp(_) | EventKind::NeighborAdvert(_) | _ => None,
    }
}
