//! Two routers on one LAN, with a witness.

use core::time::Duration;
use std::{path::PathBuf, thread};

use netlab::{Lan, Namespace, now};
use tempfile::TempDir;

use crate::common::{Configuration, Heard, Hearing, Machine, Program, Timing, wait_until};

/// At most, from a decision to its effect: starting a process, adding an address.
const START: Duration = Duration::from_secs(30);

/// Advertisements that a daemon may miss while it starts.
const UNREADY: u64 = 4;

/// One of the two.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Side {
    /// Priority 150, starts first.
    A,
    /// Priority 100.
    B,
}

impl Side {
    /// Its priority in every scenario.
    pub(crate) const fn priority(self) -> u8 {
        match self {
            Self::A => 150,
            Self::B => 100,
        }
    }

    /// Last octet of its address.
    pub(crate) const fn host(self) -> u8 {
        match self {
            Self::A => 1,
            Self::B => 2,
        }
    }

    pub(crate) const fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

/// Two machines, each with a daemon.
#[derive(Debug)]
pub(crate) struct Pair {
    // In this order: processes end before their network does.
    a: Machine,
    b: Machine,
    /// The witness.
    pub(crate) hearing: Hearing,
    lan: Lan,
    timing: Timing,
    folder: TempDir,
}

impl Pair {
    /// Nothing runs yet.
    pub(crate) fn new(title: &str, a: Program, b: Program, timing: Timing) -> Self {
        let folder = TempDir::new().unwrap();
        let lan = Lan::new(2).unwrap();
        let title = format!("{title} v{}", timing.version);
        Self {
            a: Machine::new(a, Side::A.host(), folder.path()),
            b: Machine::new(b, Side::B.host(), folder.path()),
            hearing: Hearing::start(&lan, title),
            lan,
            timing,
            folder,
        }
    }

    /// Gives both their file: priority, then whatever `change` makes of it.
    pub(crate) fn configure(&self, change: impl Fn(Side, &mut Configuration)) {
        for side in [Side::A, Side::B] {
            let mut configuration = Configuration::new(self.timing, side.priority());
            change(side, &mut configuration);
            self.machine(side).configure(configuration);
        }
    }

    /// Starts one and waits until it listens, which may take its time on a busy machine.
    pub(crate) fn start(&mut self, side: Side) {
        let (machine, lan) = self.split(side);
        machine.start(lan);
        machine.await_socket(lan);
    }

    /// Stops one, whatever its state.
    pub(crate) fn stop(&mut self, side: Side) {
        self.split(side).0.stop();
        assert!(!self.owns(side), "a daemon that stopped leaves no address");
    }

    /// Waits long enough for `side` to take over if it wanted to.
    pub(crate) fn sleep_past_master_down(&self, side: Side) {
        thread::sleep(self.timing.master_down(side.priority()) + Timing::LATENESS);
    }

    /// One of the machines.
    pub(crate) fn machine(&self, side: Side) -> &Machine {
        match side {
            Side::A => &self.a,
            Side::B => &self.b,
        }
    }

    /// One of the machines, to change it, and the LAN.
    pub(crate) fn split(&mut self, side: Side) -> (&mut Machine, &Lan) {
        match side {
            Side::A => (&mut self.a, &self.lan),
            Side::B => (&mut self.b, &self.lan),
        }
    }

    /// A file or folder that both daemons see.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The network of one.
    pub(crate) fn namespace(&self, side: Side) -> &Namespace {
        self.machine(side).namespace(&self.lan)
    }

    /// Whether the kernel of `side` has the virtual address.
    pub(crate) fn owns(&self, side: Side) -> bool {
        self.machine(side).owns(&self.lan)
    }

    /// Waits until `owner`, and nobody else, has the virtual address, then makes sure that it
    /// stays so and that only `owner` advertises.
    pub(crate) fn assert_master(&self, owner: Side, step: &str) {
        let within = self.timing.master_down(owner.priority()) + START;
        let alone = || (self.owns(owner) && !self.owns(owner.other())).then(now);
        let since = wait_until(within, alone);
        let since = since.unwrap_or_else(|| {
            let owners = [Side::A, Side::B].map(|side| (side, self.owns(side)));
            panic!("{step}: {owner:?} is not the one owner after {within:?}: {owners:?}")
        });
        thread::sleep(self.timing.interval * 5 / 2);
        // A busy machine may be late with the second, but it must come.
        let second = since + self.timing.interval;
        self.hearing.first(second, START, "the master goes on", |heard| heard.host == owner.host());
        let adverts = self.hearing.since(since);
        let strangers: Vec<&Heard> = adverts.iter().filter(|heard| heard.host != owner.host()).collect();
        assert!(strangers.is_empty(), "{step}: only {owner:?} advertises, but: {strangers:?}");
        assert!(adverts.iter().all(|heard| heard.priority == owner.priority()), "{step}: {adverts:?}");
        assert!(self.owns(owner) && !self.owns(owner.other()), "{step}: {owner:?} stays the owner");
        self.hearing.tell(since, &format!("{step}: {owner:?} alone has the address"));
    }

    /// Stops `side`, the master: it must resign with priority 0, and the other must take over
    /// after its skew.
    pub(crate) fn resign(&mut self, side: Side, step: &str) {
        let asked = now();
        self.stop(side);
        let zero = self
            .hearing
            .first(asked, START, "priority 0", |heard| heard.host == side.host() && heard.priority == 0);
        self.assert_succession(side, zero.time, self.timing.skew(side.other().priority()), step);
    }

    /// Switches `side`, the master, off: the other must take over after `Master_Down`.
    pub(crate) fn lose_power(&mut self, side: Side, step: &str) {
        let (machine, lan) = self.split(side);
        machine.lose_power(lan);
        self.assert_silence_is_noticed(side, step);
    }

    fn assert_silence_is_noticed(&self, side: Side, step: &str) {
        let adverts = self.hearing.since(Duration::ZERO);
        let last = adverts.iter().rfind(|heard| heard.host == side.host()).expect("it was master").time;
        self.assert_succession(side, last, self.timing.master_down(side.other().priority()), step);
    }

    /// Stops every process of `side`, the master, where it stands: the other must take over after
    /// `Master_Down`. The frozen one keeps its address, for nobody is there to remove it.
    pub(crate) fn freeze(&mut self, side: Side, step: &str) {
        self.split(side).0.node().freeze().unwrap();
        self.assert_silence_is_noticed(side, step);
        thread::sleep(self.timing.interval * 5 / 2);
    }

    /// Switches `side` on again.
    pub(crate) fn regain_power(&mut self, side: Side) {
        let (machine, lan) = self.split(side);
        machine.regain_power(lan);
        machine.await_socket(lan);
    }

    /// Each must have counted the other's advertisements, so that a deaf one is found out even
    /// where it would have become master anyway.
    pub(crate) fn assert_both_heard(&mut self) {
        self.assert_heard(Side::A);
        self.assert_heard(Side::B);
    }

    /// `listener` must have counted what the other advertised in its time.
    pub(crate) fn assert_heard(&mut self, listener: Side) {
        let speaker = listener.other();
        let heard = |pair: &Self| {
            let adverts = pair.hearing.since(pair.machine(listener).started());
            adverts.iter().filter(|heard| heard.host == speaker.host()).count() as u64
        };
        let before = heard(self);
        let received = self.split(listener).0.statistics().counter("Advertisements", "Received");
        let after = heard(self);
        let name = self.machine(listener).name();
        self.hearing.tell(now(), &format!("{listener:?} ({name}) counted {received} of {after} received"));
        assert!(before > 0, "{speaker:?} advertised in the time of {listener:?}");
        assert!(received + UNREADY >= before, "{listener:?} is deaf: {received} of {before}");
        assert!(received <= after, "{listener:?} hears what nobody said: {received} of {after}");
    }

    fn assert_succession(&self, from: Side, last: Duration, due: Duration, step: &str) {
        let heir = from.other();
        let first =
            self.hearing.first(last, due + START, "the first advertisement of the new master", |heard| {
                heard.host == heir.host()
            });
        let took = first.time.saturating_sub(last);
        let words = format!(
            "{step}: last of {from:?}, then {heir:?} after {:.1} ms (timer {:.1} ms)",
            took.as_secs_f64() * 1e3,
            due.as_secs_f64() * 1e3
        );
        self.hearing.tell(first.time, &words);
        Timing::assert_due(took, due, &format!("{step}: {heir:?} speaks"));
    }
}
