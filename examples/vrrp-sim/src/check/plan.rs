//! What a check explores: the routers and what may go wrong, how often.

use core::net::{IpAddr, Ipv4Addr};
use core::time::Duration;

use vrrp_fsm::Config;
use vrrp_proto::{AdvertInterval, Priority, Version, Vrid};

/// What may go wrong, how often in all.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Faults {
    /// Packets that are lost for one receiver.
    pub drops: u8,
    /// Hosts that lose power; each starts again at any later time, or never.
    pub crashes: u8,
    /// Anything else:
    ///
    /// - a packet of which a copy arrives, or that itself arrives, at any later time;
    /// - a host that ends in order, with priority 0, and starts again at any later time;
    /// - a host that stands still for one and a half intervals, or for four and a half;
    /// - a priority that a tracker moves above all others, or below;
    /// - a LAN that falls into two parts, in every way, until any later time;
    /// - a host whose first virtual router becomes unfit, until any later time.
    pub others: u8,
}

impl Faults {
    /// In words, what is not zero: `2 drops, 1 crash`.
    fn words(self) -> String {
        let kinds = [
            (self.drops, "drop", "drops"),
            (self.crashes, "crash", "crashes"),
            (self.others, "other fault", "other faults"),
        ];
        let words = kinds.iter().filter_map(|&(count, one, many)| match count {
            0 => None,
            1 => Some(format!("1 {one}")),
            _ => Some(format!("{count} {many}")),
        });
        words.collect::<Vec<_>>().join(", ")
    }
}

/// A LAN to explore: once all of its routers may preempt, once none, once all but the best.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Plan {
    /// Version of the protocol.
    pub version: Version,
    /// Hosts on the LAN, 2 to 5. The last two of three or more have the same priority.
    pub hosts: u8,
    /// Virtual routers on each host, 1 or 2; two are a sync group.
    pub vrids: u8,
    /// What may go wrong.
    pub faults: Faults,
}

/// The hosts that do not preempt, one bit each.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct Stubborn(u8);

impl Stubborn {
    pub(super) const ALL: [Self; 3] = [Self(0), Self(u8::MAX), Self(1)];

    pub(super) const fn has(self, place: u8) -> bool {
        self.0 >> place & 1 != 0
    }
}

impl Plan {
    /// In words: `4 routers: 2 drops, 1 crash`.
    pub(super) fn words(&self) -> String {
        let hosts = self.hosts;
        let who =
            if self.vrids > 1 { format!("{hosts} sync groups of 2") } else { format!("{hosts} routers") };
        format!("{who}: {}", self.faults.words())
    }

    pub(super) fn config(&self, place: u8, vrid: u8, preempt: bool) -> Option<Config> {
        let mut config = Config::new(self.version, Vrid::new(FIRST_VRID + vrid)?, address(place, vrid));
        config.priority = self.priority(place);
        config.advert_interval = INTERVAL;
        config.preempt = preempt;
        Some(config)
    }

    pub(super) fn priority(&self, place: u8) -> Priority {
        let alike = self.hosts > 2 && place + 2 >= self.hosts;
        let all_different = [200, 150, 120, 110, 100];
        let different = all_different.get(usize::from(place)).copied().unwrap_or(LOWEST);
        Priority::new(if alike { LOWEST } else { different })
    }

    /// After so long without a fault there is one Master: `Master_Down` of the lowest priority.
    pub(super) fn settled(&self) -> Duration {
        let lowest = if self.faults.others > 0 { MOVED_DOWN } else { Priority::new(LOWEST) };
        master_down(self.version, lowest)
    }
}

/// `Master_Down_Interval` of a router with this priority.
pub(super) fn master_down(version: Version, priority: Priority) -> Duration {
    INTERVAL.master_down_interval(version, priority, 3)
}

/// The source of what the host at `place` says for its virtual router number `vrid`.
pub(super) fn address(place: u8, vrid: u8) -> IpAddr {
    Ipv4Addr::new(192, 0, 2, 1 + place + 100 * vrid).into()
}

/// One second: its multiples, and not the skews, decide which moments fall together.
pub(super) const INTERVAL: AdvertInterval = AdvertInterval::DEFAULT;
/// VRID of the first virtual router of each host.
pub(super) const FIRST_VRID: u8 = 51;
const LOWEST: u8 = 100;
/// Where trackers move a priority.
pub(super) const MOVED_UP: Priority = Priority::new(210);
pub(super) const MOVED_DOWN: Priority = Priority::new(50);
