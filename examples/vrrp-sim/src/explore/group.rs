//! A random group of virtual routers, and its scenario.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::num::NonZeroU8;
use core::time::Duration;

use vrrp_fsm::{AddressLoss, Config};
use vrrp_proto::{AdvertInterval, Priority, Version, Vrid};

use super::faults::Faults;
use super::{ExploreOptions, quiet};
use crate::action::Action;
use crate::expect::Expectation;
use crate::network::Network;
use crate::random::Random;
use crate::router::RouterSpec;
use crate::scenario::{Scenario, Step, What};
use crate::time::Time;
use crate::wire::default_addresses;

/// Streams of chance of one seed that have nothing to do with each other.
const HOSTS: u64 = 0x686f_7374_0000_0000;
const GROUPS: u64 = 0x6772_6f75_7000_0000;

/// Longest `preempt_delay` that is tried.
const LONGEST_PREEMPT_DELAY: u64 = 3_000;

/// How many routers a seed has.
pub(super) fn host_count(seed: u64, options: &ExploreOptions) -> u8 {
    let most = u64::from(options.most_routers.clamp(2, 50));
    u8::try_from(Random::new(seed ^ HOSTS).between(2, most)).unwrap_or(2)
}

/// How many VRIDs a seed has.
pub(super) fn vrid_count(seed: u64, options: &ExploreOptions) -> u8 {
    let most = u64::from(options.most_vrids.max(1));
    u8::try_from(Random::new(!seed ^ HOSTS).between(1, most)).unwrap_or(1)
}

/// The longest that any group of these options needs to settle.
pub(super) fn longest_settling(options: &ExploreOptions) -> Duration {
    let interval = if options.one_second { Duration::from_secs(1) } else { Duration::from_secs(3) };
    quiet::settling(interval, 3, Duration::from_millis(LONGEST_PREEMPT_DELAY), &Network::QUIET)
}

/// One VRID of a seed under the faults of that seed.
pub(super) fn scenario(
    seed: u64,
    vrid: u8,
    hosts: u8,
    faults: &Faults,
    options: &ExploreOptions,
) -> Scenario {
    let mut random = Random::new(seed.rotate_left(17) ^ GROUPS ^ u64::from(vrid));
    let routers = routers(&mut random, vrid, hosts, options);
    let network = Network::QUIET;
    let mut scenario = Scenario {
        title: format!("seed {seed}, VRID {vrid}"),
        about: String::new(),
        length: faults.length,
        seed: random.next() >> 1, // TOML's integers have a sign.
        network,
        routers,
        steps: Vec::with_capacity(faults.steps.len() + faults.rounds.len() * 6),
    };
    let settling = quiet::settling_of(&scenario);
    let mut shared = faults.steps.iter().peekable();
    for round in &faults.rounds {
        let first = scenario.steps.len();
        while let Some((at, action)) = shared.next_if(|(at, _)| *at <= round.quiet_from) {
            scenario.steps.push(Step { at: *at, line: 0, what: What::Do(action.clone()) });
        }
        priorities(&mut random, round.from, round.quiet_from, hosts, &mut scenario.steps);
        if let Some(steps) = scenario.steps.get_mut(first..) {
            steps.sort_by_key(|step| step.at);
        }
        let settled = round.quiet_from + settling;
        let quiet_for = round.to.saturating_since(settled);
        for (at, expectation) in [
            (settled, Expectation::Settled),
            (round.to, Expectation::Settled),
            (round.to, Expectation::QuietFor(quiet_for)),
        ] {
            scenario.steps.push(Step { at, line: 0, what: What::Expect(expectation) });
        }
    }
    scenario
}

/// Trackers move priorities of this VRID in the time of faults.
fn priorities(random: &mut Random, from: Time, to: Time, hosts: u8, steps: &mut Vec<Step>) {
    for _ in 0..random.below(3) {
        let at = Time::from_nanos(random.between(from.as_nanos(), to.as_nanos()));
        let name = super::faults::host_name(random, hosts);
        let priority = Priority::new(u8::try_from(random.between(1, 254)).unwrap_or(1));
        steps.push(Step { at, line: 0, what: What::Do(Action::Priority(name, priority)) });
    }
}

fn routers(random: &mut Random, vrid: u8, hosts: u8, options: &ExploreOptions) -> Vec<RouterSpec> {
    let version = if random.percent(40) { Version::V2 } else { Version::V3 };
    let ipv6 = version == Version::V3 && random.percent(30);
    let interval = interval(random, version, options);
    let mixed = version == Version::V3 && random.percent(20);
    // Often the same for many: the tie-break is where elections are hard.
    let few_priorities = [100, 100, 101, 150, 254, 1];
    let many = random.percent(40);
    let owner = random.percent(15).then(|| random.between(1, u64::from(hosts)));
    let stubborn = random.below(4);
    let preempt_delay = if random.percent(20) { random.below(LONGEST_PREEMPT_DELAY) } else { 0 };
    // Never both: such a group need not settle (scenarios/never-settles.toml).
    let answer_winning = random.percent(20) && !mixed;
    let answer_losing = random.percent(60);
    let owner_ignores = random.percent(50);
    let address_loss = if random.percent(50) { AddressLoss::Yield } else { AddressLoss::ReAdd };
    let mut routers = Vec::with_capacity(usize::from(hosts));
    for host in 1..=hosts {
        let address = if ipv6 {
            IpAddr::V6(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, u16::from(host)))
        } else {
            IpAddr::V4(Ipv4Addr::new(192, 0, 2, host))
        };
        let vrid = Vrid::new(vrid).or(Vrid::new(1));
        let Some(vrid) = vrid else { continue };
        let mut config = Config::new(version, vrid, address);
        let drawn = random.between(1, 254);
        let one_of_few = random.pick(&few_priorities).copied().unwrap_or(100);
        config.priority = Priority::new(if many { u8::try_from(drawn).unwrap_or(1) } else { one_of_few });
        if owner == Some(u64::from(host)) {
            config.priority = Priority::OWNER;
        }
        config.advert_interval = if mixed { self::interval(random, version, options) } else { interval };
        // Nobody, one in three, or all are stubborn.
        config.preempt = match stubborn {
            0 => false,
            1 => !random.percent(33),
            _ => true,
        };
        config.preempt_delay = Duration::from_millis(preempt_delay);
        config.down_timer_adverts = NonZeroU8::MIN.saturating_add(2);
        (config.owner_ignores, config.address_loss) = (owner_ignores, address_loss);
        (config.answer_losing, config.answer_winning) = (answer_losing, answer_winning);
        routers.push(RouterSpec {
            name: format!("r{host}"),
            host: format!("r{host}"),
            lan: "lan".to_owned(),
            started: true,
            sync_group: None,
            addresses: default_addresses(address, vrid.get()),
            config,
        });
    }
    routers
}

fn interval(random: &mut Random, version: Version, options: &ExploreOptions) -> AdvertInterval {
    if options.one_second {
        return AdvertInterval::DEFAULT;
    }
    let choices: &[u16] = match version {
        Version::V2 => &[100, 100, 100, 200, 300],
        Version::V3 => &[100, 100, 100, 10, 50, 120, 300],
    };
    let centis = random.pick(choices).copied().unwrap_or(100);
    AdvertInterval::from_centis(centis).unwrap_or(AdvertInterval::DEFAULT)
}
