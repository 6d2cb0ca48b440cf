//! Random messages over a small world, so that most of them meet something that is there.

use std::collections::VecDeque;

use crate::cases::*;
use crate::request::*;

/// A generator of its own (SplitMix64): the same numbers with every release of every crate.
pub(crate) struct Dice {
    state: u64,
    /// What was last added: services, and destinations with theirs.
    services: VecDeque<Level>,
    dests: VecDeque<(Level, Level)>,
}

/// What is remembered of each: about as much as is there.
const REMEMBERED: usize = 12;

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed, services: VecDeque::new(), dests: VecDeque::new() }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// Once in `times`.
    fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[usize::try_from(self.below(u64::try_from(choices.len()).expect("few"))).expect("few")]
    }

    /// The next message.
    pub(crate) fn ask(&mut self) -> Ask {
        let mut ask = match self.below(1000) {
            0..130 => {
                let key = self.service_key();
                remember(&mut self.services, key.clone());
                on_service(cmd::NEW_SERVICE, &self.service(key))
            }
            130..230 => {
                let key = self.known_service();
                on_service(cmd::SET_SERVICE, &self.service(key))
            }
            230..260 => on_service(cmd::DEL_SERVICE, &self.known_service()),
            260..300 => on_service(cmd::GET_SERVICE, &self.known_service()),
            300..580 => {
                let (service, key) = (self.known_service(), self.dest_key());
                remember(&mut self.dests, (service.clone(), key.clone()));
                on_dest(cmd::NEW_DEST, &service, &self.dest(key))
            }
            580..740 => {
                let (service, key) = self.known_dest();
                on_dest(cmd::SET_DEST, &service, &self.dest(key))
            }
            740..840 => {
                let (service, key) = self.known_dest();
                on_dest(cmd::DEL_DEST, &service, &key)
            }
            840..890 => Ask::dump(cmd::GET_DEST, Level::default().nest(SERVICE, &self.known_service())),
            890..905 => self.start(),
            905..925 => stop(self.of(&[1, 2, 2, 3])),
            925..935 => Ask::dump(cmd::GET_DAEMON, Level::default()),
            935..955 => self.timeouts(),
            955..965 => Ask::new(cmd::GET_CONFIG, Level::default()),
            965..975 => Ask::new(cmd::GET_INFO, Level::default()),
            975..985 => on_service(cmd::ZERO, &self.known_service()),
            985..990 => Ask::new(cmd::ZERO, Level::default()),
            990..992 => Ask::new(cmd::FLUSH, Level::default()),
            _ => Ask::new(self.of(&[0, 8, 11, 14, 18, 200]), Level::default()),
        };
        if self.once_in(100) {
            ask.command = self.of(&[1, 2, 3, 4, 5, 6, 7, 9, 10, 12, 13, 15, 16]);
        }
        ask
    }

    /// Mostly one that was added.
    fn known_service(&mut self) -> Level {
        if self.services.is_empty() || self.once_in(8) {
            return self.service_key();
        }
        let index = self.below(u64::try_from(self.services.len()).expect("few"));
        self.services[usize::try_from(index).expect("few")].clone()
    }

    /// Mostly one that was added.
    fn known_dest(&mut self) -> (Level, Level) {
        if self.dests.is_empty() || self.once_in(8) {
            return (self.known_service(), self.dest_key());
        }
        let index = self.below(u64::try_from(self.dests.len()).expect("few"));
        self.dests[usize::try_from(index).expect("few")].clone()
    }

    fn service_key(&mut self) -> Level {
        match self.below(12) {
            0..3 => address(self.of(&[6, 17]), "192.0.2.1", 80),
            3..5 => address(6, "192.0.2.2", self.of(&[0, 21, 443])),
            5..7 => address(self.of(&[6, 132]), "2001:db8::1", 80),
            7 => address(17, "2001:db8::2", 53),
            8 => mark(10, self.of(&[7, 263])),
            _ => mark(2, self.of(&[7, 8, 263, 0])),
        }
    }

    /// In full, but now and then something is missing or odd.
    fn service(&mut self, key: Level) -> Level {
        let mut service = full(key, self.of(&["rr", "rr", "rr", "rr", "wlc", "sh", "none"]));
        if self.once_in(300) {
            service = service.name(svc::SCHED_NAME, "no-such");
        }
        if self.once_in(2) {
            service = flags(service, self.of(&[0x1, 0x5, 0x9, 0x18, 0x3f]), self.of(&[!0, !0, 0x1, 0x2, 0]));
            service = service.u32(svc::TIMEOUT, self.of(&[0, 1, 300, 4_294_966, 42_949_674, u32::MAX]));
            service = service.u32(svc::NETMASK, self.of(&[1, 64, 128, 0xff, u32::MAX, 0]));
        }
        match self.below(300) {
            0..30 => service = service.name(svc::PE_NAME, "sip"),
            30 => service = service.name(svc::PE_NAME, "no-such"),
            31..33 => service = service.name(svc::PE_NAME, ""),
            33..36 => service = service.u16(svc::AF, self.of(&[1, 7, 2, 10])),
            36..40 => service = service.u32(svc::FLAGS, 1),
            _ => {}
        }
        self.damaged(service)
    }

    fn dest_key(&mut self) -> Level {
        let address = if self.once_in(12) {
            self.of(&["224.0.0.1", "0.0.0.0", "ff02::1", "fe80::1", "::"])
        } else if self.once_in(3) {
            self.of(&["2001:db8::11", "2001:db8::12", "2001:db8::13", "2001:db8::14", "::1"])
        } else {
            self.of(&["198.51.100.1", "198.51.100.2", "198.51.100.3", "198.51.100.4", "127.0.0.1"])
        };
        let key = dest_key(address, self.of(&[80, 80, 80, 0, 8080]));
        match self.below(20) {
            0 => key.without(dest::ADDR_FAMILY),
            1 => key.u16(dest::ADDR_FAMILY, self.of(&[0, 2, 10, 7])),
            _ => key,
        }
    }

    fn dest(&mut self, key: Level) -> Level {
        let thresholds = [(0, 0), (0, 0), (0, 0), (0, 0), (10, 5), (9, 9), (u32::MAX, 11), (10, 11), (0, 1)];
        let (upper, lower) = self.of(&thresholds);
        let mut dest = key
            .u32(dest::FWD_METHOD, self.of(&[0, 0, 1, 2, 2, 2, 2, 3, 4, 5, 0x102]))
            .u32(dest::WEIGHT, self.of(&[0, 1, 1, 1, 2, 3, 5, 70_000, 0x7fff_ffff, 0x8000_0000]))
            .u32(dest::U_THRESH, upper)
            .u32(dest::L_THRESH, lower);
        if self.once_in(3) {
            dest = dest.u8(dest::TUN_TYPE, self.of(&[0, 1, 2, 3]));
            dest = dest
                .u16(dest::TUN_PORT, self.of(&[0, 6080]))
                .u16(dest::TUN_FLAGS, self.of(&[0, 1, 2, 0xffff]));
        }
        self.damaged(dest)
    }

    fn start(&mut self) -> Ask {
        let mut daemon = Level::default()
            .u32(daemon::STATE, self.of(&[1, 1, 2, 2, 0]))
            .name(daemon::MCAST_IFN, self.of(&["lo", "lo", "lo", "no-such"]))
            .u32(daemon::SYNC_ID, self.of(&[0, 7, 255]));
        if self.once_in(2) {
            daemon = daemon.u16(daemon::SYNC_MAXLEN, self.of(&[0, 1, 1024, 1400, 65_535]));
            daemon = daemon
                .octets(daemon::MCAST_GROUP, &self.of(&[[239, 1, 2, 3], [10, 0, 0, 1], [224, 0, 0, 81]]));
            daemon =
                daemon.u16(daemon::MCAST_PORT, self.of(&[0, 9000])).u8(daemon::MCAST_TTL, self.of(&[0, 3]));
        }
        let daemon = self.damaged(daemon);
        Ask::new(cmd::NEW_DAEMON, Level::default().nest(DAEMON, &daemon))
    }

    fn timeouts(&mut self) -> Ask {
        let mut level = Level::default();
        for kind in [TIMEOUT_TCP, TIMEOUT_TCP_FIN, TIMEOUT_UDP] {
            if self.once_in(2) {
                let seconds = self.of(&[
                    0,
                    1,
                    60,
                    900,
                    2_147_483,
                    2_147_484,
                    8_589_934,
                    8_589_935,
                    21_474_836,
                    21_474_837,
                    1 << 31,
                ]);
                level = level.u32(kind, seconds);
            }
        }
        Ask::new(cmd::SET_CONFIG, level)
    }

    /// Once in twelve an attribute is lost, cut short, or the rest is.
    fn damaged(&mut self, level: Level) -> Level {
        let index = usize::try_from(self.below(u64::try_from(level.len()).expect("few"))).expect("few");
        match (self.below(36), level.kind(index)) {
            (0, Some(kind)) => level.without(kind),
            (1, Some(kind)) => level.u8(kind, 1),
            (2, _) => level.first(index),
            _ => level,
        }
    }
}

fn remember<T>(memory: &mut VecDeque<T>, value: T) {
    memory.push_back(value);
    if memory.len() > REMEMBERED {
        memory.pop_front();
    }
}
