//! Sync groups in the daemon's loop, under random faults: two links, an instance on each, and no host that is
//! Master on one of them alone.

use core::net::Ipv4Addr;
use core::num::NonZeroU32;
use core::time::Duration;

use proptest::prelude::*;
use vrrp_fsm::{Config, Fault, Instant, Notification, ScriptTracker, StateKind, VirtualRouter, Weight};
use vrrp_proto::{AdvertInterval, Authentication, Policy, Priority, VRRP_MULTICAST_V4, Version, Vrid};

use super::engine::{Command, Engine, Script};
use super::instance::{Hearing, Instance, TrackedInterface};
use super::machine::Machine;
use super::net::{Net, Notice, Subject};
use super::simulated::at;
use super::stats::Stats;
use super::wire::{Content, Wire};

/// Step of the clock in milliseconds.
const TICK: u64 = 10;
/// Longer than two Master_Downs and what comes of them.
const QUIET: u64 = 15_000;

#[derive(Default)]
struct World {
    sent: Vec<(usize, Vec<u8>)>,
    wanted: [bool; 2],
    notices: Vec<(Subject, Notification)>,
}

impl Net for World {
    fn send(&mut self, port: usize, _destination: Ipv4Addr, packet: &[u8]) {
        self.sent.push((port, packet.to_vec()));
    }
    fn rehearse(&mut self, _port: usize, _destination: Ipv4Addr, _packet: &[u8]) {}
    fn want_addresses(&mut self, instance: usize, wanted: bool) {
        self.wanted[instance] = wanted;
    }
    fn announce(&mut self, instance: usize, _repeat: u8) {
        assert!(self.wanted[instance], "only a holder announces");
    }
    fn notify(&mut self, notice: Notice) {
        self.notices.push((notice.subject, notice.what));
    }
}

/// A host with a link and an instance for each of two networks, both in one group.
struct Host {
    engine: Engine,
    world: World,
    on: bool,
}

impl Host {
    fn new(number: u8, priority: u8, scripts: [Option<i16>; 2]) -> Self {
        let parts = [0, 1].map(|port: u8| part(number, priority, port, scripts[usize::from(port)]));
        let (instances, routers): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
        let machine = Machine::group(0, "G", routers.into_iter().enumerate());
        let tracker = ScriptTracker::new(NonZeroU32::MIN, NonZeroU32::MIN, false);
        let scripts = vec![Script { name: "check".to_owned(), tracker }];
        let engine = Engine::new(instances, vec![machine], (scripts, Vec::new()), 2);
        Self { engine, world: World::default(), on: false }
    }

    fn boot(&mut self, now: Instant) {
        self.engine.start(now, &mut self.world);
        self.on = true;
    }

    fn link(&mut self, now: Instant, port: u8, running: bool) {
        let command = Command::Link { index: u32::from(port) + 1, running };
        self.engine.command(now, &command, &mut self.world);
    }

    fn script(&mut self, now: Instant, success: bool) {
        let result = Command::ScriptResult { script: 0, success, how: "test".to_owned() };
        self.engine.command(now, &result, &mut self.world);
        self.engine.flush(&mut self.world);
    }

    fn states(&self) -> [StateKind; 2] {
        [0, 1].map(|position| self.engine.router(position).unwrap().state())
    }
}

fn part(host: u8, priority: u8, port: u8, script: Option<i16>) -> (Instance, VirtualRouter) {
    let vrid = Vrid::new(51 + port).unwrap();
    let source = Ipv4Addr::new(10, port, 0, host);
    let content = Content {
        version: Version::V3,
        vrid,
        interval: AdvertInterval::DEFAULT,
        authentication: Authentication::None,
        addresses: vec![Ipv4Addr::new(10, port, 0, 100)],
        source,
        destinations: vec![VRRP_MULTICAST_V4],
        ttl: 255,
        checksum_without_pseudo_header: false,
    };
    let mut config = Config::new(Version::V3, vrid, source.into());
    config.priority = Priority::new(priority);
    let link = TrackedInterface {
        index: u32::from(port) + 1,
        weight: Weight::new(0, false).unwrap(),
        running: true,
        fault: Fault::Interface,
    };
    let instance = Instance {
        name: format!("VI_{port}"),
        port: usize::from(port),
        wire: Wire::new(content, Priority::new(priority)).unwrap(),
        hearing: Hearing {
            peers: Vec::new(),
            check_source: false,
            group: VRRP_MULTICAST_V4,
            policy: Policy::KEEPALIVED,
        },
        stats: Stats::default(),
        scripts: script.map(|weight| (0, Weight::new(weight, false).unwrap())).into_iter().collect(),
        files: Vec::new(),
        interfaces: vec![link],
        fresh: None,
        notify_deleted: false,
        notify_priority: false,
        logged_refusal: None,
        logged_addresses: false,
    };
    (instance, VirtualRouter::new(config))
}

/// Two hosts on two networks.
struct Site {
    hosts: [Host; 2],
    /// Which of the networks loses what is said on it.
    deaf: [bool; 2],
}

impl Site {
    fn new(scripts: [Option<i16>; 2]) -> Self {
        let hosts = [Host::new(1, 150, scripts), Host::new(2, 100, [None, None])];
        let mut site = Self { hosts, deaf: [false; 2] };
        site.hosts.iter_mut().for_each(|host| host.boot(at(0)));
        site
    }

    fn run(&mut self, from: u64, to: u64) {
        for now in (from..to).step_by(usize::try_from(TICK).unwrap()).map(at) {
            for host in self.hosts.iter_mut().filter(|host| host.on) {
                host.engine.handle_timeout(now, &mut host.world);
            }
            for sender in 0..2 {
                for (port, packet) in core::mem::take(&mut self.hosts[sender].world.sent) {
                    let receiver = &mut self.hosts[1 - sender];
                    if receiver.on && !self.deaf[port] {
                        receiver.engine.receive(port, now, &packet, &mut receiver.world);
                    }
                }
            }
            for host in &mut self.hosts {
                host.engine.flush(&mut host.world);
                assert_eq!(host.world.wanted[0], host.world.wanted[1], "both or none, at {now}");
            }
        }
    }

    fn states(&self) -> [[StateKind; 2]; 2] {
        [self.hosts[0].states(), self.hosts[1].states()]
    }
}

use StateKind::{Backup, Fault as Unfit, Master};

#[test]
fn what_befalls_one_member_moves_both() {
    let mut site = Site::new([None, None]);
    site.run(0, 6_000);
    assert_eq!(site.states(), [[Master; 2], [Backup; 2]]);
    site.hosts[0].link(at(6_000), 1, false);
    site.run(6_000, 8_000);
    assert_eq!(site.states(), [[Unfit; 2], [Master; 2]]);
    site.hosts[0].link(at(8_000), 1, true);
    site.run(8_000, 14_000);
    assert_eq!(site.states(), [[Master; 2], [Backup; 2]]);
}

#[test]
fn scripts_of_group_and_members_are_told_once_a_change() {
    use Notification::{Backup, Fault, Master, Stop};
    let mut site = Site::new([None, None]);
    site.run(0, 6_000);
    site.hosts[0].link(at(6_000), 0, false);
    site.run(6_000, 7_000);
    let Host { engine, world, .. } = &mut site.hosts[0];
    engine.command(at(7_000), &Command::Leave { keep: Vec::new(), reload: false }, world);
    engine.flush(world);
    let told = |subject| -> Vec<Notification> {
        world.notices.iter().filter(|(whose, _)| *whose == subject).map(|(_, what)| *what).collect()
    };
    for subject in [Subject::Instance(0), Subject::Instance(1), Subject::Group(0)] {
        assert_eq!(told(subject), [Backup, Master, Fault, Stop], "{subject:?}");
    }
}

#[test]
fn a_group_waits_in_silence_for_the_script_of_one_member() {
    let mut site = Site::new([Some(0), None]);
    site.run(0, 5_000);
    assert_eq!(site.states(), [[Unfit; 2], [Master; 2]]);
    assert!(site.hosts[0].world.notices.is_empty(), "nothing is wrong so far");
    site.hosts[0].script(at(5_000), true);
    site.run(5_000, 11_000);
    assert_eq!(site.states(), [[Master; 2], [Backup; 2]]);
}

#[test]
fn bad_news_that_a_group_waited_for_is_told_of_all_of_it_once() {
    let mut site = Site::new([Some(0), None]);
    site.run(0, 1_000);
    site.hosts[0].script(at(1_000), false);
    site.hosts[0].script(at(1_100), false);
    let fault = |subject| (subject, Notification::Fault);
    let all = [Subject::Instance(0), Subject::Instance(1), Subject::Group(0)].map(fault);
    assert_eq!(site.hosts[0].world.notices, all);
}

#[test]
fn without_a_weight_reverse_makes_a_success_the_fault() {
    let mut site = Site::new([Some(0), None]);
    site.hosts[0].engine.instances[0].scripts[0].1 = Weight::new(0, true).unwrap();
    site.hosts[0].script(at(0), false);
    site.run(0, 6_000);
    assert_eq!(site.states(), [[Master; 2], [Backup; 2]]);
    site.hosts[0].script(at(6_000), true);
    site.run(6_000, 9_000);
    assert_eq!(site.states(), [[Unfit; 2], [Master; 2]]);
}

/// Something that happens to a host or a network.
#[derive(Clone, Copy, Debug)]
enum Happens {
    Link(usize, u8, bool),
    Deaf(usize, bool),
    Crash(usize),
    Boot(usize),
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        (0_usize..2, 0_u8..2, any::<bool>()).prop_map(|(host, port, up)| Happens::Link(host, port, up)),
        (0_usize..2, any::<bool>()).prop_map(|(port, deaf)| Happens::Deaf(port, deaf)),
        (0_usize..2).prop_map(Happens::Crash),
        (0_usize..2).prop_map(Happens::Boot),
    ]
}

fn apply(site: &mut Site, now: u64, what: Happens) {
    match what {
        Happens::Link(host, port, running) if site.hosts[host].on => {
            site.hosts[host].link(at(now), port, running);
        }
        Happens::Deaf(port, deaf) => site.deaf[port] = deaf,
        Happens::Crash(host) => site.hosts[host].on = false,
        Happens::Boot(host) if !site.hosts[host].on => {
            let (number, priority) = [(1, 150), (2, 100)][host];
            site.hosts[host] = Host::new(number, priority, [None, None]);
            site.hosts[host].boot(at(now));
        }
        Happens::Link(..) | Happens::Boot(_) => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn after_any_faults_the_better_host_is_master_of_both(
        faults in proptest::collection::vec((1_u64..200, happens()), 0..24),
    ) {
        let mut site = Site::new([None, None]);
        let mut now = 0;
        for (pause, what) in faults {
            let then = now + pause * TICK * 3;
            site.run(now, then);
            now = then;
            apply(&mut site, now, what);
        }
        for host in 0..2 {
            apply(&mut site, now, Happens::Boot(host));
            (0..2).for_each(|port| apply(&mut site, now, Happens::Link(host, port, true)));
            apply(&mut site, now, Happens::Deaf(host, false));
        }
        site.run(now, now + QUIET);
        prop_assert_eq!(site.states(), [[Master; 2], [Backup; 2]]);
        prop_assert_eq!(site.hosts[0].world.wanted, [true; 2]);
    }
}

#[test]
fn the_deadline_of_a_group_is_that_of_its_next_member() {
    let mut site = Site::new([None, None]);
    site.run(0, 100);
    let (due, takeover) = site.hosts[0].engine.next_deadline().unwrap();
    assert!(takeover && due.since_origin() < Duration::from_secs(4), "{due}");
}
