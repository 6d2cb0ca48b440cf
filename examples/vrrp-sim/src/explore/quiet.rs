//! When a time is quiet: nothing is done, everybody hears everybody, and everything that was
//! under way has had the time that the protocol gives it.

use core::time::Duration;
use std::collections::BTreeSet;

use crate::action::Action;
use crate::expect::Expectation;
use crate::network::{Network, Share};
use crate::scenario::{Scenario, What};
use crate::time::Time;

/// How long a group may take to settle after the last fault.
///
/// A frame that was held back is the last thing that can move a timer; then `Master_Down`, at
/// most with the skew of priority 1, one advertisement that ends a reign of two, and delays.
/// With a `preempt_delay` the better router waits for that and then for `Master_Down` again.
pub(super) fn settling(
    longest_interval: Duration,
    down_timer_adverts: u8,
    preempt_delay: Duration,
    network: &Network,
) -> Duration {
    let skew = longest_interval.max(Duration::from_secs(1));
    let master_down = longest_interval * u32::from(down_timer_adverts) + skew;
    let margin = Duration::from_millis(20) + (network.delay + network.jitter) * 4;
    let once = master_down + longest_interval + margin;
    let again = if preempt_delay.is_zero() { Duration::ZERO } else { preempt_delay + once };
    network.hold + once + again
}

/// The same for the routers of a scenario.
pub(super) fn settling_of(scenario: &Scenario) -> Duration {
    let configs = || scenario.routers.iter().map(|router| &router.config);
    settling(
        configs().map(|config| config.advert_interval.as_duration()).max().unwrap_or_default(),
        configs().map(|config| config.down_timer_adverts.get()).max().unwrap_or(3),
        configs().map(|config| config.preempt_delay).max().unwrap_or_default(),
        &scenario.network,
    )
}

/// Whether all that a scenario expects is expected of quiet times: then a failure is a
/// violation, and not the scenario's own fault.
pub(super) fn judges_only_quiet_times(scenario: &Scenario) -> bool {
    let settling = settling_of(scenario);
    let mut trouble = Trouble::default();
    scenario.steps.iter().all(|step| match &step.what {
        What::Do(action) => {
            trouble.apply(step.at, action);
            true
        }
        What::Expect(expectation) => {
            let settled_from = trouble.last + settling;
            let back = match expectation {
                Expectation::QuietFor(duration) => *duration,
                // What looks further back is not for quiet times.
                Expectation::OutageAtMost(_)
                | Expectation::OutageAtLeast(_)
                | Expectation::TwoMastersAtMost(_)
                | Expectation::TwoMastersAtLeast(_) => return false,
                Expectation::Is(..)
                | Expectation::OnlyMaster(_)
                | Expectation::NoMaster
                | Expectation::Settled => Duration::ZERO,
            };
            let judged_from = Time::START + step.at.since_start().saturating_sub(back);
            trouble.is_over() && settled_from <= judged_from
        }
    })
}

/// What keeps a time from being quiet.
#[derive(Default)]
struct Trouble<'a> {
    last: Time,
    frozen: BTreeSet<&'a str>,
    blocked: BTreeSet<(&'a str, &'a str)>,
    partitioned: bool,
    loss: Share,
    duplicate: Share,
    reorder: Share,
}

impl<'a> Trouble<'a> {
    fn apply(&mut self, at: Time, action: &'a Action) {
        self.last = at;
        match action {
            Action::Freeze(name) => {
                self.frozen.insert(name);
            }
            Action::Thaw(name) | Action::Crash(name) | Action::Start(name) => {
                self.frozen.remove(name.as_str());
            }
            Action::Block(from, to) => {
                self.blocked.insert((from, to));
            }
            Action::Unblock(from, to) => {
                self.blocked.remove(&(from.as_str(), to.as_str()));
            }
            Action::Partition(_) => self.partitioned = true,
            Action::Heal => {
                self.partitioned = false;
                self.blocked.clear();
            }
            Action::Loss(share) => self.loss = *share,
            Action::Duplicate(share) => self.duplicate = *share,
            Action::Reorder(share) => self.reorder = *share,
            Action::Stop(_)
            | Action::Unplug(_)
            | Action::Plug(_)
            | Action::Fail(_)
            | Action::Recover(_)
            | Action::Priority(..)
            | Action::RemoveAddress(_)
            | Action::Maintenance(..)
            | Action::Hold(_)
            | Action::Delay(_)
            | Action::Jitter(_) => {}
        }
    }

    fn is_over(&self) -> bool {
        let shares = [self.loss, self.duplicate, self.reorder];
        self.frozen.is_empty()
            && self.blocked.is_empty()
            && !self.partitioned
            && shares.iter().all(|share| *share == Share::NONE)
    }
}
