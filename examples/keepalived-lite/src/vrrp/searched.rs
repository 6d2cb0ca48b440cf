//! The daemon's loop under random faults: afterwards exactly the best router is master.

use proptest::prelude::*;
use vrrp_fsm::StateKind;

use super::simulated::{Router, at};

/// Step of the clock in milliseconds: what a packet takes.
const TICK: u64 = 5;
/// When faults end, in milliseconds.
const FAULTS: u64 = 40_000;
/// Longer than the longest Master_Down, 3.996 s, and what comes of it.
const QUIET: u64 = 10_000;

/// Something bad, or good, that happens.
#[derive(Clone, Debug)]
enum Happens {
    /// Power is lost, and with it everything that was known.
    Crash(usize),
    /// Power returns.
    Boot(usize),
    /// The process stands still; packets wait in its socket.
    Freeze(usize),
    /// It goes on: first it hears what waited.
    Thaw(usize),
    /// What one says, the other does not hear.
    Cut(usize, usize),
    /// Everybody hears everybody.
    Heal,
    /// A script says so: its weight is -60.
    Script(usize, bool),
    /// The next so many packets arrive twice, and late.
    Echo(u8),
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Power {
    Off,
    On,
    Frozen,
}

struct Host {
    router: Router,
    power: Power,
    /// What waits in its socket, and since when.
    socket: Vec<(u64, Vec<u8>)>,
}

struct Lan {
    priorities: Vec<u8>,
    hosts: Vec<Host>,
    cut: Vec<(usize, usize)>,
    echoes: u8,
    /// Echoes on their way: when, from whom, what.
    late: Vec<(u64, usize, Vec<u8>)>,
}

impl Lan {
    fn new(priorities: Vec<u8>) -> Self {
        let hosts = (0..priorities.len())
            .map(|host| Host { router: build(host, &priorities), power: Power::Off, socket: Vec::new() })
            .collect();
        let mut lan = Self { priorities, hosts, cut: Vec::new(), echoes: 0, late: Vec::new() };
        for host in 0..lan.hosts.len() {
            lan.happens(0, &Happens::Boot(host));
        }
        lan
    }

    fn happens(&mut self, now: u64, what: &Happens) {
        let count = self.hosts.len();
        match *what {
            Happens::Crash(host) => self.hosts[host % count].power = Power::Off,
            Happens::Boot(host) if self.hosts[host % count].power == Power::Off => {
                let mut router = build(host % count, &self.priorities);
                router.engine.start(at(now), &mut router.world);
                router.script(at(now), true);
                self.hosts[host % count] = Host { router, power: Power::On, socket: Vec::new() };
            }
            Happens::Freeze(host) if self.hosts[host % count].power == Power::On => {
                self.hosts[host % count].power = Power::Frozen;
            }
            Happens::Thaw(host) if self.hosts[host % count].power == Power::Frozen => {
                self.hosts[host % count].power = Power::On;
            }
            Happens::Script(host, good) if self.hosts[host % count].power == Power::On => {
                self.hosts[host % count].router.script(at(now), good);
            }
            Happens::Boot(_) | Happens::Freeze(_) | Happens::Thaw(_) | Happens::Script(..) => {}
            Happens::Cut(from, to) => self.cut.push((from % count, to % count)),
            Happens::Heal => self.cut.clear(),
            Happens::Echo(packets) => self.echoes = packets,
        }
    }

    /// Everything is well again.
    fn mend(&mut self, now: u64) {
        self.happens(now, &Happens::Heal);
        self.echoes = 0;
        for host in 0..self.hosts.len() {
            self.happens(now, &Happens::Thaw(host));
            self.happens(now, &Happens::Boot(host));
            self.happens(now, &Happens::Script(host, true));
        }
    }

    fn tick(&mut self, now: u64) {
        let (due, later) = core::mem::take(&mut self.late).into_iter().partition(|late| late.0 <= now);
        self.late = later;
        let due: Vec<(u64, usize, Vec<u8>)> = due;
        for (_, from, packet) in due {
            self.deliver(now, from, &packet);
        }
        for host in self.hosts.iter_mut().filter(|host| host.power == Power::On) {
            // As the loop of the daemon: hear what arrived, then look at the clock.
            for (arrived, packet) in core::mem::take(&mut host.socket) {
                host.router.engine.receive(0, at(arrived), &packet, &mut host.router.world);
            }
            host.router.engine.handle_timeout(at(now), &mut host.router.world);
            host.router.engine.flush(&mut host.router.world);
        }
        for from in 0..self.hosts.len() {
            for packet in core::mem::take(&mut self.hosts[from].router.world.sent) {
                if self.echoes > 0 {
                    self.echoes -= 1;
                    self.late.push((now + 700, from, packet.clone()));
                }
                self.deliver(now, from, &packet);
            }
        }
    }

    fn deliver(&mut self, now: u64, from: usize, packet: &[u8]) {
        for (to, host) in self.hosts.iter_mut().enumerate() {
            if to != from && host.power != Power::Off && !self.cut.contains(&(from, to)) {
                host.socket.push((now, packet.to_vec()));
            }
        }
    }

    fn run(&mut self, from: u64, to: u64) {
        (from..to).step_by(usize::try_from(TICK).unwrap()).for_each(|now| self.tick(now));
    }
}

fn build(host: usize, priorities: &[u8]) -> Router {
    Router::new(u8::try_from(host + 1).unwrap(), priorities[host], "secret", Some(-60))
}

fn happens() -> impl Strategy<Value = Happens> {
    let host = 0_usize..5;
    prop_oneof![
        host.clone().prop_map(Happens::Crash),
        host.clone().prop_map(Happens::Boot),
        host.clone().prop_map(Happens::Freeze),
        host.clone().prop_map(Happens::Thaw),
        (host.clone(), host.clone()).prop_map(|(from, to)| Happens::Cut(from, to)),
        Just(Happens::Heal),
        (host, any::<bool>()).prop_map(|(host, good)| Happens::Script(host, good)),
        (1_u8..20).prop_map(Happens::Echo),
    ]
}

fn faults() -> impl Strategy<Value = Vec<(u64, Happens)>> {
    proptest::collection::vec((0..FAULTS, happens()), 0..24).prop_map(|mut faults| {
        faults.sort_by_key(|fault| fault.0);
        faults
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn after_any_faults_the_best_router_is_the_one_master(
        priorities in proptest::collection::vec(prop_oneof![Just(100_u8), 1_u8..=254], 2..=5),
        faults in faults(),
    ) {
        let mut lan = Lan::new(priorities);
        let mut now = 0;
        for (time, what) in &faults {
            lan.run(now, time - time % TICK);
            now = time - time % TICK;
            lan.happens(now, what);
        }
        lan.mend(now);
        lan.run(now, now + QUIET);
        let those = |wanted: fn(&Router) -> bool| -> Vec<usize> {
            (0..lan.hosts.len()).filter(|host| wanted(&lan.hosts[*host].router)).collect()
        };
        let masters = those(|router| router.state() == StateKind::Master);
        prop_assert_eq!(masters.len(), 1, "masters: {:?}", masters);
        // A backup of the same priority leaves the master alone, whatever its address (RFC 3768 §6.4.2).
        let highest = lan.priorities.iter().max();
        prop_assert_eq!(masters.first().map(|master| &lan.priorities[*master]), highest);
        prop_assert_eq!(those(|router| router.world.wanted), masters, "who holds the address");
    }
}
