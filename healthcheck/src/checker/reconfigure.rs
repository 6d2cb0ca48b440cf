//! A new configuration for a check that goes on.

use super::{Checker, Health, Phase};
use crate::{Config, Instant, Sequence};

impl Checker {
    /// Goes over to `config` and keeps what was found: health, failures and successes in a row, the penalty of
    /// flapping, whether it is suspended. The next probe comes when it would have come, or after one new interval if
    /// that is sooner.
    ///
    /// A probe under way is taken as never made: end it, and report nothing. The next one is due at once.
    pub fn reconfigure(&mut self, now: Instant, config: Config) {
        if config.sequence != self.config.sequence {
            self.target = 0;
            self.alone = matches!((self.health, config.sequence), (Health::Down, Sequence::Rotation { .. }));
        }
        self.config = config;
        self.phase = match self.phase {
            Phase::Idle => Phase::Idle,
            Phase::Waiting { due } => {
                Phase::Waiting { due: due.min(now + config.policy.interval(self.stage())) }
            }
            Phase::Probing { .. } => Phase::Waiting { due: now },
        };
    }
}
