//! Random faults of hosts and LAN, in rounds: trouble, then quiet.

use core::time::Duration;

use super::{ExploreOptions, group};
use crate::action::Action;
use crate::network::Share;
use crate::random::Random;
use crate::time::{Time, nanos};

/// Everything that happens to the hosts of a seed.
#[derive(Clone, Debug)]
pub(super) struct Faults {
    /// At least what was asked for: the last round is whole.
    pub(super) length: Duration,
    pub(super) rounds: Vec<Round>,
    /// In order of time.
    pub(super) steps: Vec<(Time, Action)>,
}

impl Faults {
    pub(super) fn actions(&self) -> u64 {
        u64::try_from(self.steps.len()).unwrap_or(u64::MAX)
    }
}

/// Less than a minute: trouble until `quiet_from`, then nothing until `to`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Round {
    pub(super) from: Time,
    pub(super) quiet_from: Time,
    pub(super) to: Time,
}

const LONGEST_TROUBLE: Duration = Duration::from_secs(18);
const LONGEST_ROUND: Duration = Duration::from_secs(59);

/// The faults of a seed.
pub(super) fn plan(seed: u64, hosts: u8, options: &ExploreOptions) -> Faults {
    let mut random = Random::new(seed);
    let length = Duration::from_secs(3600 * u64::from(options.hours));
    let settling = group::longest_settling(options);
    let mut faults = Faults { length, rounds: Vec::new(), steps: Vec::new() };
    let mut lingering = Vec::new();
    let mut from = Time::START;
    let end = Time::START + length;
    while from < end {
        let trouble = random.between(1_000_000_000, nanos(LONGEST_TROUBLE));
        let least = nanos(settling) + 1_000_000_000;
        let most = nanos(LONGEST_ROUND).saturating_sub(trouble).min(least + 20_000_000_000);
        let quiet_from = from.plus_nanos(trouble);
        let to = quiet_from.plus_nanos(random.between(least, most));
        trouble_between(&mut random, from, quiet_from, hosts, &mut lingering, &mut faults.steps);
        faults.rounds.push(Round { from, quiet_from, to });
        from = to;
    }
    faults.length = from.since_start();
    faults
}

/// Faults and their ends. Those of hosts may linger until the next round.
fn trouble_between(
    random: &mut Random,
    from: Time,
    to: Time,
    hosts: u8,
    lingering: &mut Vec<Action>,
    steps: &mut Vec<(Time, Action)>,
) {
    let first = steps.len();
    let time = |random: &mut Random, from: Time| {
        Time::from_nanos(random.between(from.as_nanos(), to.as_nanos().saturating_sub(1)))
    };
    for action in lingering.drain(..) {
        steps.push((time(random, from), action));
    }
    // At once, so that no minute is without a fault.
    let mut at = from.plus_nanos(random.below(900_000_000)).min(to);
    for _ in 0..random.between(1, 5) {
        // Often right after another one: that is where machines are weak.
        at = if random.percent(30) {
            at.plus_nanos(random.below(5_000_000)).min(to)
        } else {
            time(random, from)
        };
        let (fault, end, may_linger) = fault(random, hosts);
        steps.push((at, fault));
        if may_linger && random.percent(25) {
            lingering.extend(end);
        } else {
            let end_at = time(random, at);
            steps.extend(end.into_iter().map(|action| (end_at, action)));
        }
    }
    if let Some(steps) = steps.get_mut(first..) {
        steps.sort_by_key(|(at, _)| *at);
    }
    // Whatever was cut or noisy is well again.
    let quiet = [
        Action::Heal,
        Action::Loss(Share::NONE),
        Action::Duplicate(Share::NONE),
        Action::Reorder(Share::NONE),
    ];
    steps.extend(quiet.map(|action| (to, action)));
}

pub(super) fn host_name(random: &mut Random, hosts: u8) -> String {
    format!("r{}", random.between(1, u64::from(hosts)))
}

/// A fault, what ends it, and whether the time without its end counts as quiet.
fn fault(random: &mut Random, hosts: u8) -> (Action, Option<Action>, bool) {
    let name = host_name(random, hosts);
    let other = host_name(random, hosts);
    let share = |random: &mut Random, most: u64| {
        let share = u32::try_from(random.between(10_000, most)).ok().and_then(Share::from_millionths);
        share.unwrap_or(Share::NONE)
    };
    match random.below(16) {
        0 | 1 => (Action::Crash(name.clone()), Some(Action::Start(name)), true),
        2 => (Action::Stop(name.clone()), Some(Action::Start(name)), true),
        // A reset: down for no time at all.
        3 => (Action::Start(name), None, false),
        4..=6 => (Action::Freeze(name.clone()), Some(Action::Thaw(name)), false),
        7 => (Action::Unplug(name.clone()), Some(Action::Plug(name)), true),
        8 => (Action::Fail(name.clone()), Some(Action::Recover(name)), true),
        9 => (Action::Block(name.clone(), other.clone()), Some(Action::Unblock(name, other)), false),
        10 => (partition(random, hosts), Some(Action::Heal), false),
        11 => (Action::Loss(share(random, 700_000)), None, false),
        12 => (Action::Duplicate(share(random, 500_000)), None, false),
        13 => (Action::Reorder(share(random, 500_000)), None, false),
        14 => {
            let end = Action::Maintenance(name.clone(), false);
            (Action::Maintenance(name, true), Some(end), true)
        }
        _ => (Action::RemoveAddress(name), None, false),
    }
}

fn partition(random: &mut Random, hosts: u8) -> Action {
    let mut parts = vec![vec!["r1".to_owned()], Vec::new()];
    for host in 2..=hosts {
        // The last one sees to it that no part is empty.
        let alone = host == hosts && parts.get(1).is_some_and(Vec::is_empty);
        let part = if alone || random.percent(50) { 1 } else { 0 };
        if let Some(part) = parts.get_mut(part) {
            part.push(format!("r{host}"));
        }
    }
    Action::Partition(parts)
}
