//! How long after the protocol's timer the new master speaks.
//!
//! Both routers run the same daemon with equal priority. One life of a pair is two takeovers: the
//! first master crashes (every process at once), comes back as backup, and takes over again when
//! the second is asked to stop. Times are the kernel's, at a third place on the bridge.

mod pair;
mod succession;
mod timing;

use std::path::Path;

use pair::{Pair, Place};
use succession::{Leave, Succession};
use timing::Timing;

use crate::{
    experiment::{Bench, Experiment, take_turns},
    failure::Failure,
    row::{Goal, Row, Unit},
};

/// Takeovers at one version and interval.
#[derive(Debug)]
pub(crate) struct Takeover {
    timing: Timing,
    rounds: u32,
}

/// Every pair that is measured. Slow timers get fewer rounds.
pub(crate) fn all() -> [Takeover; 3] {
    [
        Takeover { timing: Timing::V2, rounds: 6 },
        Takeover { timing: Timing::V3, rounds: 20 },
        Takeover { timing: Timing::V3_SHORT, rounds: 20 },
    ]
}

impl Experiment for Takeover {
    fn name(&self) -> String {
        format!("takeover {}", self.timing.name)
    }

    fn rounds(&self) -> u32 {
        self.rounds
    }

    fn rows(&self) -> Vec<Row> {
        [Leave::Crash, Leave::Stop].into_iter().flat_map(|leave| self.rows_of(leave)).collect()
    }

    fn run(&self, bench: &Bench, rounds: u32, rows: &mut [Row]) {
        take_turns(&self.name(), rounds, rows, |side| life(bench.daemon(side), self.timing, &bench.folder));
    }
}

impl Takeover {
    fn rows_of(&self, leave: Leave) -> [Row; 3] {
        let name = self.timing.name;
        let (word, from, timer) = match leave {
            Leave::Crash => ("crash", "last advert", self.timing.master_down()),
            Leave::Stop => ("stop", "priority 0", self.timing.skew()),
        };
        let timer_ms = timer.as_secs_f64() * 1e3;
        let row = |part: &str, what: String, goal| {
            let id = format!("takeover/{name}/{word}/{part}");
            Row::new(id, what, Unit::Milliseconds, goal)
        };
        let beyond =
            |until: &str| format!("{name} {word}: {from} → {until}, beyond the timer ({timer_ms:.2} ms)");
        [
            row("advert", beyond("first advert"), advert_goal(leave)),
            row("arp", beyond("first gratuitous ARP"), arp_goal(self.timing, leave)),
            row(
                "advert-to-arp",
                format!("{name} {word}: first advert → first gratuitous ARP"),
                Goal::median(0.09).and_worst(0.3),
            ),
        ]
    }
}

fn advert_goal(leave: Leave) -> Goal {
    match leave {
        Leave::Crash => Goal::ratio(0.2).and_worst(0.3),
        Leave::Stop => Goal::NONE,
    }
}

/// The goals are 36.25 and 6.3 ms in all, with the timer.
fn arp_goal(timing: Timing, leave: Leave) -> Goal {
    match leave {
        _ if timing.name != Timing::V3_SHORT.name => Goal::NONE,
        Leave::Crash => Goal::median(0.16),
        Leave::Stop => Goal::median(0.21),
    }
}

/// One life of a pair: the values of the rows, in their order.
fn life(program: &Path, timing: Timing, folder: &Path) -> Result<Vec<f64>, Failure> {
    let mut pair = Pair::new(program, timing, folder)?;
    let both = two_takeovers(&mut pair);
    if both.is_err() {
        eprintln!("{}", pair.logs());
    }
    let values = |one: Succession| [one.advert_ms, one.announcement_ms, one.between_ms];
    Ok(both?.into_iter().flat_map(values).collect())
}

fn two_takeovers(pair: &mut Pair<'_>) -> Result<[Succession; 2], Failure> {
    pair.start_master(Place::First)?;
    pair.start_backup(Place::Second)?;
    let crash = pair.succeed(Place::First, Leave::Crash)?;
    pair.start_backup(Place::First)?;
    let stop = pair.succeed(Place::Second, Leave::Stop)?;
    Ok([crash, stop])
}
