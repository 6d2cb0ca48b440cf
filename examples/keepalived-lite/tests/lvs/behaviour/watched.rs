//! A daemon, its servers, and what is seen of both.

use core::{net::SocketAddr, time::Duration};
use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    time::Instant,
};

use ipvs_netlink::Table;
use netlab::Namespace;
use tempfile::TempDir;
use tokio::sync::watch;

use super::{
    cases::{CASES, Case, Conduct, address, last_resort, service},
    probes::Probes,
    scripted,
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

/// What each server of each case is told; without it they are gone.
#[derive(Debug)]
pub(super) struct Stage(Vec<Vec<watch::Sender<Conduct>>>);

impl Stage {
    pub(super) fn new() -> Self {
        let first =
            |case: &Case| case.steps[0].1.iter().map(|conduct| watch::Sender::new(*conduct)).collect();
        Self(CASES.iter().map(first).collect())
    }

    /// All servers, to be given to [`Lab::serve`].
    pub(super) fn told(&self) -> Vec<scripted::Told> {
        let servers = numbered().zip(&self.0).flat_map(|((number, _), senders)| {
            senders
                .iter()
                .enumerate()
                .map(move |(place, sender)| (address(number, place), sender.subscribe()))
        });
        servers.collect()
    }
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
    pub(super) fn serve(&self, told: Vec<scripted::Told>) -> Vec<SocketAddr> {
        self.namespace.run(|| scripted::serve(told)).unwrap()
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
    /// How often each of its servers had been probed then.
    before: Vec<usize>,
}

/// A daemon that is watched.
#[derive(Debug)]
pub(super) struct Watched<'lab> {
    daemon: Daemon,
    ipvs: Ipvs<'lab>,
    probes: Probes,
    lab: &'lab Lab,
    stage: Stage,
    scenes: Vec<Scene>,
    /// How often each server had been probed at the last look.
    counts: Vec<Vec<usize>>,
    /// How much of what scripts wrote is read.
    read: usize,
    /// Whether its services were there at the last look.
    pub(super) is_ready: bool,
    pub(super) tracks: Tracks,
}

impl<'lab> Watched<'lab> {
    /// Starts `program` in `lab`, whose servers are on `stage`.
    pub(super) fn start(program: Program, lab: &'lab Lab, stage: Stage) -> Self {
        let mut tracks = Tracks::default();
        for (number, case) in numbered() {
            lab.show(number, case.steps[0].1);
            for (place, weight) in case.weights.iter().enumerate() {
                let weight = if case.is_alpha() { "gone".to_owned() } else { weight.to_string() };
                tracks.assume(&kernel(number, place), &weight);
            }
            tracks.assume(&kernel(number, case.weights.len()), "gone");
        }
        let (ipvs, probes) = (Ipvs::of(&lab.namespace), Probes::of(&lab.namespace));
        // Nobody needs the part for VRRP.
        let daemon = Daemon::start(program, &lab.namespace, lab.folder.path(), &lab.configuration(), &["-C"]);
        let counts: Vec<_> = CASES.iter().map(|case| vec![0; case.weights.len()]).collect();
        let scene = |before: &Vec<usize>| Scene { step: 0, began: Instant::now(), before: before.clone() };
        let scenes = counts.iter().map(scene).collect();
        Self { daemon, ipvs, probes, lab, stage, scenes, counts, read: 0, is_ready: false, tracks }
    }

    /// Looks at the table and at what scripts have written.
    pub(super) fn look(&mut self) {
        let before = self.count();
        let table = self.ipvs.glance();
        let after = self.count();
        if !self.is_ready {
            // A service may have been there before its servers: only the next look counts.
            self.is_ready =
                numbered().all(|(number, _)| table.services().any(|(key, _)| *key == service(number)));
            let now = Instant::now();
            return self.scenes.iter_mut().for_each(|scene| scene.began = now);
        }
        for (number, case) in numbered() {
            for place in 0..=case.weights.len() {
                let address =
                    if place < case.weights.len() { address(number, place) } else { last_resort(number) };
                let scene = &self.scenes[number - 1];
                let decisive = case.decisive(scene.step, place);
                let count = |counts: &[Vec<usize>]| {
                    let count = counts[number - 1].get(decisive).copied().unwrap_or(0);
                    count.saturating_sub(scene.before.get(decisive).copied().unwrap_or(0))
                };
                let change =
                    self.change(number, weight(&table, number, address), count(&self.counts), count(&after));
                self.tracks.see(&kernel(number, place), change);
            }
        }
        self.counts = before;
        self.listen();
    }

    /// Takes in what scripts have told.
    fn listen(&mut self) {
        let events = self.lab.read("events");
        let whole = events.rfind('\n').map_or(0, |end| end + 1);
        for line in events[self.read..whole].lines() {
            let (subject, word) = line.split_once(' ').unwrap();
            let number = subject.split('-').nth(1).unwrap().parse().unwrap();
            let change = self.change(number, word.to_owned(), 0, 0);
            self.tracks.hear(subject, change);
        }
        self.read = whole;
    }

    fn change(&self, number: usize, word: String, from: usize, to: usize) -> Change {
        let scene = &self.scenes[number - 1];
        Change { word, step: scene.step, time: scene.began.elapsed(), probes: from..=to }
    }

    /// How often each server has been probed until now.
    fn count(&mut self) -> Vec<Vec<usize>> {
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
        let Some((wanted, _)) = CASES[number - 1].steps.get(scene.step) else { return true };
        let since = self.counts[number - 1].iter().zip(&scene.before).map(|(count, before)| count - before);
        since.min() >= usize::try_from(*wanted).ok()
    }

    /// Whether nothing new happens any more in case `number`.
    pub(super) fn is_over(&self, number: usize) -> bool {
        self.scenes[number - 1].step + 1 == CASES[number - 1].steps.len() && self.has_probed(number)
    }

    /// Case `number` goes on with its next step.
    pub(super) fn advance(&mut self, number: usize) {
        let scene = &mut self.scenes[number - 1];
        if let Some((_, conducts)) = CASES[number - 1].steps.get(scene.step + 1) {
            *scene = Scene {
                step: scene.step + 1,
                began: Instant::now(),
                before: self.counts[number - 1].clone(),
            };
            for (sender, conduct) in self.stage.0[number - 1].iter().zip(*conducts) {
                sender.send_replace(*conduct);
            }
            self.lab.show(number, conducts);
        }
    }

    /// Ends the daemon. What became of the servers, and when they were probed.
    pub(super) fn stop(mut self) -> (Tracks, Probes) {
        assert!(self.daemon.stop().success());
        (self.tracks, self.probes)
    }
}

fn weight(table: &Table, number: usize, address: SocketAddr) -> String {
    let service = service(number);
    let found = table.destinations(&service).find(|(key, _)| key.address() == address);
    found.map_or_else(|| "gone".to_owned(), |(_, destination)| destination.weight.to_string())
}

/// The median of the times between two probes, and the shortest.
pub(super) fn pace(probes: &[Duration]) -> Option<(Duration, Duration)> {
    let mut gaps: Vec<_> = probes.windows(2).map(|pair| pair[1] - pair[0]).collect();
    gaps.sort();
    Some((*gaps.get(gaps.len() / 2)?, *gaps.first()?))
}
