//! A kernel, a reconciler that is restarted, an operator who changes his mind, somebody else who
//! writes to the same table, and answers that get lost: all from one seed.

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

use ipvs_netlink::{
    Action, Command, Destination, DestinationKey, Drain, DrainRules, Error, Event, Object, ObservedTable,
    Reconciler, ReconcilerConfig, Rejected, Scope, ServiceKey, Table,
};

use super::kernel::*;

const CAP: Duration = at(20);
const ENOMEM: i32 = 12;
/// Hosts below are ours.
const OURS: u8 = 8;

/// Prints the seed of a run that fails.
struct Seed(u64);

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the seed was {}", self.0);
        }
    }
}

/// More than the usual hundred with the environment's `IPVS_SEEDS`.
fn seeds() -> u64 {
    std::env::var("IPVS_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(100)
}

/// `SplitMix64`.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn host(&mut self, hosts: core::ops::Range<u8>) -> u8 {
        let width = u64::from(hosts.end - hosts.start);
        hosts.start + u8::try_from(self.below(width)).expect("below 256")
    }
}

type Pair = (ServiceKey, DestinationKey);

struct World {
    random: Random,
    kernel: Kernel,
    reconciler: Reconciler,
    desired: Table,
    now: Duration,
    /// Since when, for all that the reconciler can know, a destination is there and not wanted.
    unwanted: BTreeMap<Pair, Duration>,
    /// Destinations that got connections after the reconciler looked.
    unseen: BTreeSet<Pair>,
    foreign: BTreeMap<ServiceKey, Entry>,
    /// Whether answers get lost, commands refused and dumps disturbed.
    faulty: bool,
    /// Whether somebody else writes between our commands and our look at them.
    hostile: bool,
    /// What somebody else sets to a weight of his own whenever he can.
    nemesis: Option<(u8, u8)>,
    commands: usize,
    /// How often each kind of event was told.
    told: BTreeMap<String, usize>,
}

fn scope() -> Scope {
    let scope = Scope::nothing().with_prefix([192, 0, 2, 0].into(), 29);
    scope.with_importance(tcp(3), 5).with_importance(tcp(5), 2)
}

fn config() -> ReconcilerConfig {
    let drain = Drain { cap: CAP, ..Drain::default() };
    ReconcilerConfig {
        drains: DrainRules::all(drain).with_service(tcp(2), None),
        audit: Some(at(10)),
        longest_pause: at(30),
        quiet: at(25),
        ..ReconcilerConfig::default()
    }
}

impl World {
    fn new(seed: u64) -> Self {
        let mut world = Self {
            random: Random(seed),
            kernel: Kernel::default(),
            reconciler: Reconciler::new(scope(), config()),
            desired: Table::new(),
            now: at(1),
            unwanted: BTreeMap::new(),
            unseen: BTreeSet::new(),
            foreign: BTreeMap::new(),
            faulty: true,
            hostile: false,
            nemesis: None,
            commands: 0,
            told: BTreeMap::new(),
        };
        for _ in 0..30 {
            world.meddle(0..OURS + 4);
            world.wish();
            world.wish();
        }
        world
    }

    /// Somebody else changes something of a service with one of these hosts.
    fn meddle(&mut self, hosts: core::ops::Range<u8>) {
        let host = self.random.host(hosts);
        let key = if self.random.chance(20) { udp(host) } else { tcp(host) };
        let to = real(self.random.host(0..4));
        let weight = u32::try_from(self.random.below(4)).expect("small");
        let scheduler = if self.random.chance(50) { "rr" } else { "wlc" };
        let destination = weighing(weight);
        let command = match self.random.below(12) {
            0 => Command::DeleteService { key },
            1 | 2 => Command::NewService { key, service: service(scheduler) },
            3 => Command::SetService { key, service: service(scheduler) },
            4 | 5 => Command::DeleteDestination { service: key, key: to },
            6..9 => Command::NewDestination { service: key, key: to, destination },
            _ => Command::SetDestination { service: key, key: to, destination },
        };
        let _as_it_comes = self.kernel.apply(&command);
        self.unseen.insert((key, to));
        if host >= OURS {
            self.foreign = self.foreigners();
        }
        self.note_unwanted();
    }

    /// Somebody else insists.
    fn insist(&mut self) {
        let Some((host, to)) = self.nemesis else { return };
        let (service, key, destination) = (tcp(host), real(to), weighing(77));
        let _new = self.kernel.apply(&Command::NewDestination { service, key, destination });
        let _old = self.kernel.apply(&Command::SetDestination { service, key, destination });
        self.unseen.insert((service, key));
        self.note_unwanted();
    }

    fn foreigners(&self) -> BTreeMap<ServiceKey, Entry> {
        let foreign = self.kernel.services.iter().filter(|(key, _)| !scope().contains(key));
        foreign.map(|(key, entry)| (*key, entry.clone())).collect()
    }

    /// The operator changes his mind.
    fn wish(&mut self) {
        let host = self.random.host(0..6);
        let key = if self.random.chance(20) { udp(host) } else { tcp(host) };
        let to = real(self.random.host(0..4));
        let weight = u32::try_from(self.random.below(4)).expect("small");
        match self.random.below(20) {
            0 => {
                self.desired.remove(&key);
                self.reconciler.release(&key);
            }
            1..5 => {
                let scheduler = if self.random.chance(50) { "rr" } else { "lc" };
                self.desired.insert(key, service(scheduler));
                self.reconciler.want(key, service(scheduler));
            }
            5 | 6 => {
                self.desired.remove_destination(&key, &to);
                self.reconciler.set_desired(self.desired.clone());
            }
            7..11 => {
                self.desired.remove_destination(&key, &to);
                self.reconciler.release_destination(&key, &to);
            }
            11..13 => {
                self.desired.insert_destination(key, to, weighing(weight));
                self.reconciler.set_desired(self.desired.clone());
            }
            _ => {
                self.desired.insert_destination(key, to, weighing(weight));
                self.reconciler.want_destination(key, to, weighing(weight));
            }
        }
        // Somebody regrets.
        let regretted = self.reconciler.draining().next().map(|(service, key, _)| (*service, *key));
        if let Some((service, key)) = regretted.filter(|_| weight == 3) {
            self.desired.insert_destination(service, key, weighing(weight));
            self.reconciler.want_destination(service, key, weighing(weight));
        }
        assert_eq!(*self.reconciler.desired(), self.desired);
        self.note_unwanted();
    }

    fn restart(&mut self) {
        self.reconciler = Reconciler::new(scope(), config());
        self.reconciler.set_desired(self.desired.clone());
        self.unwanted.clear();
        self.note_unwanted();
    }

    fn note_unwanted(&mut self) {
        let (desired, now) = (&self.desired, self.now);
        // A wish that was taken back before it was looked at has changed nothing.
        let draining: BTreeSet<Pair> =
            self.reconciler.draining().map(|(service, key, _)| (*service, *key)).collect();
        self.unwanted
            .retain(|pair, _| draining.contains(pair) || desired.destination(&pair.0, &pair.1).is_none());
        for (service, entry) in &self.kernel.services {
            for key in entry.1.keys().filter(|key| desired.destination(service, key).is_none()) {
                self.unwanted.entry((*service, *key)).or_insert(now);
            }
        }
    }

    /// Clients come where there is a weight, and go.
    fn serve(&mut self) {
        for (service, entry) in &mut self.kernel.services {
            for (to, (destination, connections)) in &mut entry.1 {
                let active = u32::try_from(self.random.below(3)).expect("small");
                if destination.weight == 0 {
                    connections.active -= u32::from(active == 0).min(connections.active);
                } else if active > connections.active {
                    connections.active = active;
                    self.unseen.insert((*service, *to));
                }
            }
        }
        self.foreign = self.foreigners();
        self.insist();
    }

    fn run(&mut self) {
        for _ in 0..1_000 {
            let Some(action) = self.reconciler.poll_action(self.now) else {
                self.take_events();
                assert_eq!(self.foreigners(), self.foreign, "services of others are untouched");
                let next = self.reconciler.poll_timeout();
                assert!(next.is_some_and(|next| next > self.now), "{next:?} at {:?}", self.now);
                return;
            };
            match action {
                Action::ReadTable => {
                    let read = self.read(None);
                    self.reconciler.handle_table(self.now, read);
                }
                Action::ReadServices(keys) => {
                    let read = self.read(Some(&keys));
                    self.reconciler.handle_services(self.now, read);
                }
                Action::Apply(commands) => self.apply(&commands),
            }
            self.take_events();
        }
        panic!("the reconciler spins");
    }

    fn take_events(&mut self) {
        while let Some(event) = self.reconciler.poll_event() {
            *self.told.entry(kind(&event)).or_default() += 1;
            if let Event::Drained { service, key, .. } = event {
                self.unwanted.remove(&(service, key));
            }
        }
        self.note_unwanted();
    }

    fn read(&mut self, keys: Option<&[ServiceKey]>) -> Result<ObservedTable, Error> {
        if self.faulty && self.random.chance(10) {
            return Err(Error::Socket { doing: "receive from the kernel", errno: 105 });
        }
        let mut there = self.kernel.clone();
        if self.faulty && self.random.chance(10) {
            let (service, to) = (tcp(self.random.host(0..OURS)), real(self.random.host(0..6)));
            there.services.get_mut(&service).and_then(|entry| entry.1.remove(&to));
        } else {
            self.unseen.retain(|(service, _)| keys.is_some_and(|keys| !keys.contains(service)));
        }
        Ok(there.read(keys))
    }

    fn apply(&mut self, commands: &[Command]) {
        assert!(commands.len() <= 1024);
        self.commands += commands.len();
        check_order(commands);
        let lost_at = if self.faulty && self.random.chance(10) {
            usize::try_from(self.random.below(8)).expect("small")
        } else {
            usize::MAX
        };
        let done_anyway = self.random.chance(50);
        let mut results = Vec::new();
        for (index, command) in commands.iter().enumerate() {
            self.check(command);
            if index >= lost_at {
                if done_anyway {
                    let _lost = self.kernel.apply(command);
                }
                let (operation, object) = (command.operation(), command.object());
                results.push(Err(Error::Lost { operation, object }));
            } else if self.faulty && self.random.chance(5) {
                results.push(Err(Rejected::new(command.operation(), command.object(), ENOMEM).into()));
            } else {
                results.push(self.kernel.apply(command));
            }
        }
        if self.random.chance(30) && lost_at < results.len() {
            results.truncate(lost_at);
        }
        self.reconciler.handle_results(self.now, results);
        if self.hostile && self.random.chance(70) {
            self.meddle(0..OURS);
            self.insist();
        }
    }

    /// What must never be commanded.
    fn check(&self, command: &Command) {
        let (Object::Service(service) | Object::Destination { service, .. }) = command.object() else {
            panic!("{command:?} is about no service")
        };
        assert!(scope().contains(&service), "{command:?} is about a service of others");
        match command {
            Command::NewDestination { service, key, destination }
            | Command::SetDestination { service, key, destination }
                if destination.weight > 0 =>
            {
                let wanted = self.desired.destination(service, key).map(|wanted| wanted.weight);
                assert_eq!(wanted, Some(destination.weight), "{command:?}");
            }
            Command::DeleteDestination { service, key } => self.check_cut(*service, *key),
            Command::DeleteService { key } => {
                let there = self.kernel.services.get(key).map(|entry| entry.1.keys());
                there.into_iter().flatten().for_each(|to| self.check_cut(*key, *to));
            }
            _ => {}
        }
    }

    /// No connection that could be known of is cut before the cap.
    fn check_cut(&self, service: ServiceKey, key: DestinationKey) {
        let found = self.kernel.services.get(&service).and_then(|entry| entry.1.get(&key));
        let Some((Destination { weight, .. }, connections)) = found else { return };
        let drained = config().drains.of(&service, &key).is_some() && service != udp(host_of(&service));
        if !drained || connections.active == 0 || self.unseen.contains(&(service, key)) {
            return;
        }
        let since = self.unwanted.get(&(service, key)).copied();
        assert!(
            since.is_some_and(|since| self.now >= since + CAP),
            "{key} of {service} (weight {weight}) is cut at {:?}, unwanted since {since:?}",
            self.now
        );
    }

    fn live(&mut self, to: Duration, meddling: bool) {
        self.run();
        while let Some(next) = self.reconciler.poll_timeout().filter(|next| *next <= to) {
            self.now = next;
            self.serve();
            if meddling && self.random.chance(20) {
                self.meddle(0..OURS);
            }
            self.run();
        }
        self.now = to;
        self.run();
    }

    /// Nobody disturbs any more: what is wanted comes to be.
    fn settle(&mut self) {
        (self.faulty, self.hostile, self.nemesis) = (false, false, None);
        self.live(self.now + at(300), false);
        let ours = |table: &Table| {
            let keys = table.services().map(|(key, _)| *key).filter(|key| scope().contains(key));
            let entry = |key| {
                let to = table.destinations(&key).map(|(to, there)| (*to, *there));
                (key, table.get(&key).cloned(), to.collect::<Vec<_>>())
            };
            keys.map(entry).collect::<Vec<_>>()
        };
        assert_eq!(ours(&self.kernel.table()), ours(&self.desired));
        assert_eq!(ours(self.reconciler.known()), ours(&self.desired));
        assert!(self.reconciler.is_settled(), "{:?}", self.reconciler);
        assert_eq!(self.reconciler.draining().count(), 0);
        // Nothing is left that waits: only the audit wakes it.
        assert_eq!(self.reconciler.poll_timeout().map(|next| next > self.now), Some(true));
        let before = self.commands;
        self.live(self.now + at(100), false);
        assert_eq!(self.commands, before, "what is settled costs no command");
    }
}

fn host_of(key: &ServiceKey) -> u8 {
    match key {
        ServiceKey::Address { address, .. } => match address.ip() {
            core::net::IpAddr::V4(address) => address.octets()[3],
            core::net::IpAddr::V6(_) => panic!("all are of IPv4"),
        },
        ServiceKey::FirewallMark { .. } => panic!("all have addresses"),
    }
}

fn kind(event: &Event) -> String {
    let told = format!("{event:?}");
    let name = told.split([' ', '(']).next().expect("a name");
    match event {
        Event::Drained { reason, .. } => format!("{name} {reason:?}"),
        Event::Drifted { found, .. } => format!("{name} {found:?}"),
        _ => name.to_owned(),
    }
}

/// Additions and changes before removals, and the important first in both.
fn check_order(commands: &[Command]) {
    let rank = |command: &Command| {
        let (Object::Service(service) | Object::Destination { service, .. }) = command.object() else {
            panic!("{command:?} is about no service")
        };
        let removes = matches!(command, Command::DeleteService { .. } | Command::DeleteDestination { .. });
        (removes, core::cmp::Reverse(scope().importance(&service)))
    };
    assert!(commands.iter().map(rank).is_sorted(), "{commands:?}");
}

#[test]
fn whatever_happens_the_rules_hold_and_peace_brings_what_is_wanted() {
    let mut told = BTreeMap::new();
    for seed in 0..seeds() {
        let _print = Seed(seed);
        let mut world = World::new(seed);
        for _ in 0..3 {
            world.faulty = world.random.chance(50);
            world.hostile = world.random.chance(30);
            let nemesis = (world.random.host(0..6), world.random.host(0..4));
            world.nemesis = world.random.chance(50).then_some(nemesis);
            for _ in 0..60 {
                match world.random.below(20) {
                    0 => world.restart(),
                    1..7 => world.wish(),
                    7..10 => world.meddle(0..OURS),
                    10 => world.meddle(OURS..OURS + 4),
                    11 => world.serve(),
                    _ => {
                        let pause = Duration::from_millis(world.random.below(15_000));
                        world.live(world.now + pause, true);
                    }
                }
            }
            world.settle();
        }
        world.told.into_iter().for_each(|(kind, times)| *told.entry(kind).or_insert(0) += times);
    }
    // All of it was tried.
    #[rustfmt::skip]
    let kinds = [
        "Adopted", "Contended", "ContentionEnded", "Drained Deadline", "Drained Empty", "Drained Gone",
        "Drained Immediate", "Drained Returned", "Draining", "Drifted Changed", "Drifted Extra",
        "Drifted Missing", "ReadFailed", "Refused", "Unanswered",
    ];
    assert_eq!(told.keys().collect::<Vec<_>>(), kinds, "{told:?}");
    assert!(told.values().all(|times| *times >= 20), "{told:?}");
}

#[test]
fn commands_stay_few_however_hard_somebody_fights() {
    for seed in 0..3 {
        let _print = Seed(seed);
        let mut world = World::new(seed);
        (world.faulty, world.hostile) = (false, false);
        for _ in 0..40 {
            world.wish();
        }
        world.live(world.now + at(60), false);
        // Somebody takes everything of ours away, every 100 ms for ten minutes.
        let before = world.commands;
        let entries = world.desired.len() + world.desired.destination_count();
        let end = world.now + at(600);
        while world.now < end {
            world.kernel.services.retain(|key, _| !scope().contains(key));
            world.live(world.now + Duration::from_millis(100), false);
        }
        let each = (world.commands - before) / entries.max(1);
        assert!(each < 40, "{each} commands for each of {entries} entries in ten minutes");
        world.settle();
    }
}
