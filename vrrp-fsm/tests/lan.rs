//! Several routers, one virtual clock, a LAN that loses, delays and reorders, all from one seed.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod common;

use core::time::Duration;

use common::{address, at};
use proptest::prelude::*;
use vrrp_fsm::{Config, Input, Instant, Output, StateKind, VirtualRouter};
use vrrp_proto::{AdvertInterval, Priority, Version, Vrid};

/// A packet under way, sorted by arrival.
struct Packet {
    arrives: Instant,
    to: usize,
    input: Input,
}

struct Lan {
    routers: Vec<VirtualRouter>,
    alive: Vec<bool>,
    packets: Vec<Packet>,
    now: Instant,
    random: u64,
    loss_percent: u64,
}

impl Lan {
    fn new(version: Version, priorities: &[u8], seed: u64) -> Self {
        let routers = (1u8..).zip(priorities).map(|(host, &priority)| {
            let mut config = Config::new(version, Vrid::new(7).unwrap(), address(host));
            config.priority = Priority::new(priority);
            VirtualRouter::new(config)
        });
        let routers: Vec<_> = routers.collect();
        let alive = vec![true; routers.len()];
        let mut lan =
            Self { routers, alive, packets: Vec::new(), now: at(0), random: seed | 1, loss_percent: 0 };
        for index in 0..lan.routers.len() {
            lan.input(index, Input::Startup);
        }
        lan
    }

    fn random(&mut self, below: u64) -> u64 {
        // xorshift64: enough to shuffle packets, and the same everywhere.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random % below
    }

    fn input(&mut self, index: usize, input: Input) {
        self.routers[index].handle_input(self.now, input);
        self.drain(index);
    }

    fn drain(&mut self, index: usize) {
        let mut outputs = 0;
        while let Some(output) = self.routers[index].poll_output() {
            outputs += 1;
            assert!(outputs <= 8, "outputs of one step are bounded");
            if let Output::SendAdvertisement { priority } = output {
                self.broadcast(index, priority);
            }
        }
        if let Some(due) = self.routers[index].poll_timeout() {
            assert!(due > self.now, "a deadline in the past makes the driver spin");
        }
    }

    fn broadcast(&mut self, from: usize, priority: Priority) {
        let (source, interval) = {
            let config = self.routers[from].config();
            (config.primary_address, config.advert_interval)
        };
        for to in 0..self.routers.len() {
            if to == from || self.random(100) < self.loss_percent {
                continue;
            }
            let delay = Duration::from_micros(50 + self.random(3_000));
            self.packets.push(Packet {
                arrives: self.now + delay,
                to,
                input: Input::Advertisement { priority, interval, source },
            });
        }
    }

    fn run_until(&mut self, end: Instant) {
        loop {
            let packet = self.packets.iter().map(|packet| packet.arrives).min();
            let timers = self.routers.iter().zip(&self.alive).filter(|(_, alive)| **alive);
            let timer = timers.filter_map(|(router, _)| router.poll_timeout()).min();
            let Some(next) = packet.into_iter().chain(timer).min().filter(|next| *next <= end) else { break };
            self.now = self.now.max(next);
            while let Some(index) = self.packets.iter().position(|packet| packet.arrives <= self.now) {
                let packet = self.packets.remove(index);
                if self.alive[packet.to] {
                    self.input(packet.to, packet.input);
                }
            }
            for index in 0..self.routers.len() {
                if self.alive[index] {
                    self.routers[index].handle_timeout(self.now);
                    self.drain(index);
                }
            }
        }
        self.now = end;
    }

    fn masters(&self) -> Vec<usize> {
        let masters =
            self.routers.iter().enumerate().filter(|(_, router)| router.state() == StateKind::Master);
        masters.map(|(index, _)| index).filter(|index| self.alive[*index]).collect()
    }
}

proptest! {
    #[test]
    fn the_best_router_alive_ends_as_the_only_master(
        seed: u64,
        v3: bool,
        priorities in prop::collection::vec(1u8..=255, 2..5),
        loss in 0u64..40,
    ) {
        let version = if v3 { Version::V3 } else { Version::V2 };
        let mut lan = Lan::new(version, &priorities, seed);
        lan.loss_percent = loss;
        lan.run_until(at(60_000));
        // From here the LAN is well again: one Master, of the highest priority. Which one of several
        // equals depends on whose timer fired first: a Backup yields to an equal priority whatever
        // its address (RFC 3768 §6.4.2); only two Masters compare addresses (§6.4.3).
        lan.loss_percent = 0;
        lan.run_until(at(80_000));
        let masters = lan.masters();
        prop_assert_eq!(masters.len(), 1, "masters: {:?}", masters);
        prop_assert_eq!(priorities[masters[0]], *priorities.iter().max().unwrap());
        // It dies; the next one is Master within Master_Down and a little.
        let died = masters[0];
        lan.alive[died] = false;
        lan.run_until(at(90_000));
        let masters = lan.masters();
        prop_assert_eq!(masters.len(), 1, "masters: {:?}", masters);
        let left = (0..priorities.len()).filter(|&index| index != died);
        prop_assert_eq!(priorities[masters[0]], left.map(|index| priorities[index]).max().unwrap());
    }

    #[test]
    fn no_order_of_inputs_panics_or_leaves_a_deadline_in_the_past(
        steps in prop::collection::vec((0u8..10, any::<u8>(), 1u8..8, 1u16..4096, 0u64..5000), 1..200),
        v3: bool,
    ) {
        let version = if v3 { Version::V3 } else { Version::V2 };
        let mut router = common::router(version, |_| {});
        let mut now = at(0);
        for (kind, priority, host, centis, wait) in steps {
            now = now + Duration::from_millis(wait);
            let interval = AdvertInterval::from_centis(centis).unwrap();
            let source = address(host);
            let priority = Priority::new(priority);
            match kind {
                0 => router.handle_input(now, Input::Startup),
                1 => router.handle_input(now, Input::Shutdown),
                2 => router.handle_input(now, Input::Priority(priority)),
                3 => router.handle_input(now, Input::PrimaryAddress(source)),
                4 => router.handle_input(now, Input::AddressLost),
                5 => router.handle_input(now, Input::FaultRaised(vrrp_fsm::Fault::Interface)),
                6 => router.handle_input(now, Input::FaultCleared(vrrp_fsm::Fault::Interface)),
                _ => router.handle_input(now, Input::Advertisement { priority, interval, source }),
            }
            router.handle_timeout(now);
            while router.poll_output().is_some() {}
            prop_assert!(router.poll_timeout().is_none_or(|due| due > now));
        }
    }
}

/// Found by the property above: the lower address wins when its timer fires first.
#[test]
fn a_backup_yields_to_an_equal_priority_from_a_lower_address() {
    let mut lan = Lan::new(Version::V3, &[187, 186, 186], 3_158_895_965_709_519_326);
    lan.loss_percent = 13;
    lan.run_until(at(60_000));
    lan.loss_percent = 0;
    lan.run_until(at(80_000));
    assert_eq!(lan.masters(), [0]);
    lan.alive[0] = false;
    lan.run_until(at(90_000));
    assert_eq!(lan.masters(), [1]);
}
