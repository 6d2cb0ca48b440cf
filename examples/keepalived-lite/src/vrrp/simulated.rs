//! The engine as it runs in the daemon, on a LAN that exists only here: real octets, virtual time.

use core::net::Ipv4Addr;
use core::num::NonZeroU32;
use core::time::Duration;

use vrrp_fsm::{Config, Instant, Notification, ScriptTracker, StateKind, VirtualRouter, Weight};
use vrrp_proto::{
    AdvertInterval, Authentication, Password, Policy, Priority, VRRP_MULTICAST_V4, Version, Vrid,
};

use super::engine::{Command, Engine, Script};
use super::instance::{Hearing, Instance};
use super::machine::Machine;
use super::net::{Net, Notice};
use super::stats::Stats;
use super::wire::{Content, Wire};

/// What an engine did to its world.
#[derive(Default)]
pub(super) struct World {
    pub(super) sent: Vec<Vec<u8>>,
    pub(super) wanted: bool,
    announced: u32,
    notices: Vec<Notification>,
}

impl Net for World {
    fn send(&mut self, _port: usize, destination: Ipv4Addr, packet: &[u8]) {
        assert_eq!(destination, VRRP_MULTICAST_V4);
        self.sent.push(packet.to_vec());
    }
    fn rehearse(&mut self, _port: usize, _destination: Ipv4Addr, _packet: &[u8]) {}
    fn want_addresses(&mut self, _instance: usize, wanted: bool) {
        self.wanted = wanted;
    }
    fn announce(&mut self, _instance: usize, repeat: u8) {
        assert!(self.wanted, "only a holder announces");
        self.announced += u32::from(repeat);
    }
    fn notify(&mut self, notice: Notice) {
        self.notices.push(notice.what);
    }
}

/// One daemon's vrrp thread and its world.
pub(super) struct Router {
    pub(super) engine: Engine,
    pub(super) world: World,
    alive: bool,
}

impl Router {
    pub(super) fn new(host: u8, priority: u8, password: &str, script: Option<i16>) -> Self {
        let interval = AdvertInterval::DEFAULT;
        let vrid = Vrid::new(51).unwrap();
        let source = Ipv4Addr::new(10, 0, 0, host);
        let content = Content {
            version: Version::V2,
            vrid,
            interval,
            authentication: Authentication::Password(Password::new(password.as_bytes()).unwrap()),
            addresses: vec![Ipv4Addr::new(10, 0, 0, 100)],
            source,
            destinations: vec![VRRP_MULTICAST_V4],
            ttl: 255,
            checksum_without_pseudo_header: false,
        };
        let mut config = Config::new(Version::V2, vrid, source.into());
        config.priority = Priority::new(priority);
        let instance = Instance {
            name: format!("VI_{host}"),
            port: 0,
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
            interfaces: Vec::new(),
            fresh: None,
            notify_deleted: false,
            notify_priority: false,
            logged_refusal: None,
            logged_addresses: false,
        };
        let tracker = ScriptTracker::new(NonZeroU32::MIN, NonZeroU32::MIN, false);
        let scripts = vec![Script { name: "check".to_owned(), tracker }];
        let machine = Machine::alone(0, VirtualRouter::new(config));
        let engine = Engine::new(vec![instance], vec![machine], (scripts, Vec::new()), 1);
        Self { engine, world: World::default(), alive: true }
    }

    pub(super) fn state(&self) -> StateKind {
        self.engine.router(0).unwrap().state()
    }

    fn stats(&self) -> Stats {
        self.engine.instances[0].stats
    }

    pub(super) fn script(&mut self, now: Instant, success: bool) {
        let result = Command::ScriptResult { script: 0, success, how: "test".to_owned() };
        self.engine.command(now, &result, &mut self.world);
    }
}

pub(super) fn at(millis: u64) -> Instant {
    Instant::from_origin(Duration::from_millis(millis))
}

/// Runs all routers from `from` to `to` in steps of a millisecond; packets take no time.
fn run(lan: &mut [Router], from: u64, to: u64) {
    for millis in from..to {
        let now = at(millis);
        for router in lan.iter_mut().filter(|router| router.alive) {
            if millis == 0 {
                router.engine.start(now, &mut router.world);
            }
            router.engine.handle_timeout(now, &mut router.world);
        }
        exchange(lan, now);
        for router in lan.iter_mut() {
            router.engine.flush(&mut router.world);
        }
    }
}

fn exchange(lan: &mut [Router], now: Instant) {
    for sender in 0..lan.len() {
        for packet in core::mem::take(&mut lan[sender].world.sent) {
            for (receiver, router) in lan.iter_mut().enumerate() {
                if receiver != sender && router.alive {
                    router.engine.receive(0, now, &packet, &mut router.world);
                }
            }
        }
    }
}

fn states(lan: &[Router]) -> Vec<StateKind> {
    lan.iter().map(Router::state).collect()
}

use StateKind::{Backup, Fault, Master};

#[test]
fn two_engines_elect_over_real_octets_and_fail_over() {
    let mut lan = [Router::new(1, 150, "secret", None), Router::new(2, 100, "secret", None)];
    run(&mut lan, 0, 5_000);
    assert_eq!(states(&lan), [Master, Backup]);
    assert!(lan[0].world.wanted && !lan[1].world.wanted);
    assert!(lan[1].stats().received >= 2);
    lan[0].alive = false;
    run(&mut lan, 5_000, 9_000);
    assert_eq!(lan[1].state(), Master);
    assert_eq!(lan[1].world.notices, [Notification::Backup, Notification::Master]);
    assert!(lan[1].world.announced > 0);
}

#[test]
fn a_peer_with_a_wrong_password_is_not_heard_and_is_counted() {
    let mut lan = [Router::new(1, 150, "secret", None), Router::new(2, 100, "wrong", None)];
    run(&mut lan, 0, 6_000);
    assert_eq!(states(&lan), [Master, Master]);
    assert_eq!((lan[0].stats().received, lan[1].stats().received), (0, 0));
    assert!(lan[0].stats().auth_failure > 0 && lan[1].stats().auth_failure > 0);
}

#[test]
fn a_flood_of_refused_packets_does_not_keep_a_master_from_advertising() {
    let mut lan = [Router::new(1, 150, "secret", None), Router::new(2, 200, "wrong", None)];
    run(&mut lan, 0, 5_000);
    let before = lan[0].stats().sent;
    let packet = lan[1].engine.instances[0].wire.packets(Priority::new(200)).unwrap()[0].1.clone();
    for millis in 5_000..15_000 {
        let Router { engine, world, .. } = &mut lan[0];
        engine.receive(0, at(millis), &packet, world);
        engine.handle_timeout(at(millis), world);
    }
    assert_eq!(lan[0].stats().sent - before, 10);
}

#[test]
fn a_script_with_a_weight_moves_the_master_and_back() {
    // The documents' HAProxy pair: 101 and 100, weight 2, nothing is heard while it fails.
    let mut lan = [Router::new(1, 101, "s", Some(2)), Router::new(2, 100, "s", Some(2))];
    run(&mut lan, 0, 1);
    lan.iter_mut().for_each(|router| router.script(at(1), true));
    run(&mut lan, 1, 6_000);
    assert_eq!(states(&lan), [Master, Backup]);
    lan[0].script(at(6_000), false);
    run(&mut lan, 6_000, 12_000);
    assert_eq!(states(&lan), [Backup, Master]);
    lan[0].script(at(12_000), true);
    run(&mut lan, 12_000, 18_000);
    assert_eq!(states(&lan), [Master, Backup]);
}

#[test]
fn a_script_without_a_weight_is_waited_for_and_its_failure_is_a_fault() {
    let mut lan = [Router::new(1, 150, "s", Some(0)), Router::new(2, 100, "s", None)];
    run(&mut lan, 0, 5_000);
    assert_eq!(states(&lan), [Fault, Master], "no result yet");
    assert!(lan[0].world.notices.is_empty(), "nothing is wrong with it so far");
    lan[0].script(at(5_000), true);
    run(&mut lan, 5_000, 10_000);
    assert_eq!(states(&lan), [Master, Backup]);
    lan[0].script(at(10_000), false);
    run(&mut lan, 10_000, 11_000);
    assert_eq!(states(&lan), [Fault, Master], "priority 0 shortens the wait to the skew");
    assert!(!lan[0].world.wanted);
}

#[test]
fn bad_news_that_was_waited_for_is_told_once() {
    let mut lan = [Router::new(1, 150, "s", Some(0))];
    run(&mut lan, 0, 100);
    lan[0].script(at(100), false);
    lan[0].script(at(200), false);
    run(&mut lan, 200, 300);
    assert_eq!(lan[0].world.notices, [Notification::Fault]);
}

#[test]
fn leaving_keeps_what_is_to_be_kept() {
    let mut lan = [Router::new(1, 150, "s", None)];
    run(&mut lan, 0, 5_000);
    let Router { engine, world, .. } = &mut lan[0];
    engine.command(at(5_000), &Command::Leave { keep: vec![0], reload: true }, world);
    assert!(world.wanted && world.sent.is_empty());
    engine.command(at(5_000), &Command::Leave { keep: Vec::new(), reload: false }, world);
    assert!(!world.wanted);
    assert_eq!(world.sent[0][22], 0, "priority 0");
}

#[test]
fn nothing_is_heard_or_said_before_the_start() {
    let mut lan = [Router::new(1, 150, "s", None), Router::new(2, 100, "s", None)];
    lan.iter_mut().for_each(|router| router.engine.start_at(at(7_000)));
    for millis in 1..12_000 {
        for router in &mut lan {
            router.engine.handle_timeout(at(millis), &mut router.world);
        }
        assert!(millis >= 7_000 || lan.iter().all(|router| router.world.sent.is_empty()));
        exchange(&mut lan, at(millis));
    }
    assert_eq!(states(&lan), [Master, Backup]);
}
