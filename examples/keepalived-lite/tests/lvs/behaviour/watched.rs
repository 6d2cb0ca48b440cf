//! A daemon, its servers, and what is seen of both.

use core::{net::SocketAddr, ops::RangeInclusive, time::Duration};
use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    thread,
    time::Instant,
};

use ipvs_netlink::Table;
use netlab::Namespace;
use tempfile::TempDir;

use super::{
    cases::{CASES, Case, Conduct, address, last_resort, service},
    probes::Probes,
    scripted,
    stage::{Part, Stage},
    track::{Change, Tracks},
};
use crate::{Program, daemon::Daemon, table::Ipvs};

/// Two scripts: one writes down what it is told, one that it ran, and exits with what a file says.
const SCRIPTS: [(&str, &str); 2] = [
    ("record", "#!/bin/sh\necho \"$@\" >>${0%record}events\n"),
    ("exit", "#!/bin/sh\nread code <$1\necho >>$2\nexit $code\n"),
];

/// The cases and the numbers in their addresses.
pub(super) fn numbered() -> impl Iterator<Item = (usize, &'static Case)> {
    CASES.iter().enumerate().map(|(number, case)| (number + 1, case))
}

/// By what name the tracks speak of a destination; the server of last resort comes after the others.
pub(super) fn kernel(number: usize, place: usize) -> String {
    format!("kernel-{number}-{place}")
}

/// A network with the servers' addresses on its loopback interface.
#[derive(Debug)]
pub(super) struct Lab {
    folder: TempDir,
    namespace: Namespace,
}

impl Lab {
    pub(super) fn new() -> Self {
        let (namespace, folder) = (Namespace::new().unwrap(), TempDir::new().unwrap());
        for (number, case) in numbered() {
            for place in 0..case.weights.len() {
                namespace.add_address("lo", address(number, place).ip(), 32).unwrap();
            }
        }
        for (name, text) in SCRIPTS {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        }
        Self { folder, namespace }
    }

    /// Runs servers in the calling thread until their stage is gone.
    pub(super) fn serve(&self, parts: Vec<Part>) -> Vec<SocketAddr> {
        self.namespace.run(|| scripted::serve(parts)).unwrap()
    }

    /// Writes what the scripts of case `number` look at, if it has some.
    fn show(&self, number: usize, conducts: &[Conduct]) {
        if let [Conduct::Exits(code)] = conducts {
            // Who reads it finds the old one or the new one.
            let [old, new] =
                ["state", "next"].map(|name| self.folder.path().join(format!("{name}-{number}")));
            fs::write(&new, format!("{code}\n")).unwrap();
            fs::rename(&new, &old).unwrap();
        }
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()
    }

    fn configuration(&self) -> String {
        let folder = self.folder.path().display().to_string();
        let cases = numbered().map(|(number, case)| case.text(number, &folder));
        core::iter::once("global_defs {\n    script_user root\n}\n".to_owned()).chain(cases).collect()
    }
}

/// Where a case is.
#[derive(Debug)]
struct Scene {
    step: usize,
    began: Instant,
    /// How often each of its servers had been probed when it was told to behave like this, and when it did.
    before: [Vec<usize>; 2],
    /// Whether all of them do.
    heard: bool,
}

/// How often each server of each case has been probed.
type Counts = Vec<Vec<usize>>;

/// A daemon that is watched.
#[derive(Debug)]
pub(super) struct Watched<'lab> {
    daemon: Daemon,
    ipvs: Ipvs<'lab>,
    probes: Probes,
    lab: &'lab Lab,
    stage: Stage,
    scenes: Vec<Scene>,
    /// At the last look.
    counts: Counts,
    /// How much of what scripts wrote is read.
    read: usize,
    /// Whether its services were there at the last look.
    pub(super) is_ready: bool,
    pub(super) tracks: Tracks,
}

impl<'lab> Watched<'lab> {
    /// Starts `program` in `lab`, whose servers are on `stage`.
    pub(super) fn start(program: Program, lab: &'lab Lab, stage: Stage) -> Self {
        // From the first probe on.
        while !numbered().all(|(number, _)| stage.have_heard(number, 0)) {
            thread::yield_now();
        }
        numbered().for_each(|(number, case)| lab.show(number, case.steps[0].1));
        let (ipvs, probes) = (Ipvs::of(&lab.namespace), Probes::of(&lab.namespace));
        // Nobody needs the part for VRRP.
        let daemon = Daemon::start(program, &lab.namespace, lab.folder.path(), &lab.configuration(), &["-C"]);
        let counts: Counts = CASES.iter().map(|case| vec![0; case.weights.len()]).collect();
        let both = |counts: &Vec<usize>| [counts.clone(), counts.clone()];
        let scene = |counts| Scene { step: 0, began: Instant::now(), before: both(counts), heard: true };
        let scenes = counts.iter().map(scene).collect();
        let tracks = assumed();
        Self { daemon, ipvs, probes, lab, stage, scenes, counts, read: 0, is_ready: false, tracks }
    }

    /// Looks at the table and at what scripts have written.
    pub(super) fn look(&mut self) {
        let before = self.look_at_servers();
        let table = self.ipvs.glance();
        if !self.is_ready {
            // A service may have been there before its servers: only the next look counts.
            let is_there = |number| table.services().any(|(key, _)| *key == service(number));
            self.is_ready = numbered().all(|(number, _)| is_there(number));
            let now = Instant::now();
            return self.scenes.iter_mut().for_each(|scene| scene.began = now);
        }
        let after = self.count();
        for (number, case) in numbered() {
            for place in 0..=case.weights.len() {
                let is_real = place < case.weights.len();
                let address = if is_real { address(number, place) } else { last_resort(number) };
                let change = Change {
                    probes: self.since(number, place, &after),
                    ..self.change(number, weight(&table, number, address))
                };
                self.tracks.see(&kernel(number, place), change);
            }
        }
        self.counts = before;
        self.listen();
    }

    /// Which servers do as they were told, and how often all of them have been probed.
    fn look_at_servers(&mut self) -> Counts {
        let heard = |(scene, (number, _)): (&Scene, (usize, _))| self.stage.have_heard(number, scene.step);
        let heard: Vec<bool> = self.scenes.iter().zip(numbered()).map(heard).collect();
        let counts = self.count();
        for ((scene, heard), counts) in self.scenes.iter_mut().zip(heard).zip(&counts) {
            if !scene.heard {
                (scene.heard, scene.before[1]) = (heard, counts.clone());
            }
        }
        counts
    }

    /// How often the server that counts for `place` of case `number` has been probed in this step, at the
    /// last look at least and now at most.
    fn since(&self, number: usize, place: usize, now: &Counts) -> RangeInclusive<usize> {
        let scene = &self.scenes[number - 1];
        let decisive = CASES[number - 1].decisive(scene.step, place);
        let since = |counts: &Counts, before: &Vec<usize>| {
            let [count, before] =
                [&counts[number - 1], before].map(|counts| counts.get(decisive).unwrap_or(&0));
            count.saturating_sub(*before)
        };
        since(&self.counts, &scene.before[1])..=since(now, &scene.before[0])
    }

    /// Takes in what scripts have told.
    fn listen(&mut self) {
        let events = self.lab.read("events");
        let whole = events.rfind('\n').map_or(0, |end| end + 1);
        for line in events[self.read..whole].lines() {
            let (subject, word) = line.split_once(' ').unwrap();
            let number = subject.split('-').nth(1).unwrap().parse().unwrap();
            let change = self.change(number, word.to_owned());
            self.tracks.hear(subject, change);
        }
        self.read = whole;
    }

    fn change(&self, number: usize, word: String) -> Change {
        let scene = &self.scenes[number - 1];
        Change { word, step: scene.step, time: scene.began.elapsed(), probes: 0..=0 }
    }

    /// How often each server has been probed until now.
    fn count(&mut self) -> Counts {
        self.probes.catch_up();
        let one = |number: usize, case: &Case, place: usize| match case.steps[0].1[place] {
            Conduct::Exits(_) => self.lab.read(&format!("runs-{number}")).len(),
            _ => self.probes.to(address(number, place).ip()).len(),
        };
        let of_case = |(number, case): (usize, &Case)| {
            (0..case.weights.len()).map(|place| one(number, case, place)).collect()
        };
        numbered().map(of_case).collect()
    }

    /// Whether every server of case `number` has been probed as often as this step wants.
    pub(super) fn has_probed(&self, number: usize) -> bool {
        let scene = &self.scenes[number - 1];
        let (wanted, _) = CASES[number - 1].steps[scene.step];
        let pairs = self.counts[number - 1].iter().zip(&scene.before[1]);
        let least = pairs.map(|(count, before)| count.saturating_sub(*before)).min();
        scene.heard && least >= usize::try_from(wanted).ok()
    }

    /// Whether nothing new happens any more in case `number`.
    pub(super) fn is_over(&self, number: usize) -> bool {
        self.scenes[number - 1].step + 1 == CASES[number - 1].steps.len() && self.has_probed(number)
    }

    /// Case `number` goes on with its next step, if there is one.
    pub(super) fn advance(&mut self, number: usize) {
        let step = self.scenes[number - 1].step + 1;
        if let Some((_, conducts)) = CASES[number - 1].steps.get(step) {
            let before = self.count().swap_remove(number - 1);
            self.scenes[number - 1] =
                Scene { step, began: Instant::now(), before: [before.clone(), before], heard: false };
            self.stage.tell(number, step, conducts);
            self.lab.show(number, conducts);
        }
    }

    /// Ends the daemon. What became of the servers, and when they were probed.
    pub(super) fn stop(mut self) -> (Tracks, Probes) {
        assert!(self.daemon.stop().success());
        (self.tracks, self.probes)
    }
}

/// What the configuration says before anybody was probed. Nobody has to have seen it: a server that is
/// down may be gone before it was there.
fn assumed() -> Tracks {
    let mut tracks = Tracks::default();
    for (number, case) in numbered() {
        for (place, weight) in case.weights.iter().enumerate() {
            let weight = if case.is_alpha() { "gone".to_owned() } else { weight.to_string() };
            tracks.assume(&kernel(number, place), &weight);
        }
        tracks.assume(&kernel(number, case.weights.len()), "gone");
    }
    tracks
}

fn weight(table: &Table, number: usize, address: SocketAddr) -> String {
    let service = service(number);
    let found = table.destinations(&service).find(|(key, _)| key.address() == address);
    found.map_or_else(|| "gone".to_owned(), |(_, destination)| destination.weight.to_string())
}

/// The mean time between two probes, and the shortest.
pub(super) fn pace(probes: &[Duration]) -> Option<(Duration, Duration)> {
    let gaps: Vec<_> = probes.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let mean = gaps.iter().sum::<Duration>().checked_div(gaps.len().try_into().ok()?)?;
    Some((mean, *gaps.iter().min()?))
}
