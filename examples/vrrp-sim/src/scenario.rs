//! Scenarios: routers, what is done to them, what is expected.

use core::fmt::Write as _;
use core::time::Duration;

use crate::action::Action;
use crate::expect::Expectation;
use crate::network::Network;
use crate::router::RouterSpec;
use crate::time::{Time, duration_text};

/// A run with its expectations.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// One line for people.
    pub title: String,
    /// What there is to see.
    pub about: String,
    /// When it ends.
    pub length: Duration,
    /// The seed of its chance, unless another is asked for.
    pub seed: u64,
    /// The LANs at the beginning.
    pub network: Network,
    /// The routers.
    pub routers: Vec<RouterSpec>,
    /// What happens, in order of time.
    pub steps: Vec<Step>,
}

/// One thing at one time.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Step {
    /// When.
    pub at: Time,
    /// Line of the file that says so; 0 if there is no file.
    pub line: usize,
    /// What.
    pub what: What,
}

/// What a step is about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum What {
    /// Something is expected of what happened before.
    Expect(Expectation),
    /// Something is done.
    Do(Action),
}

impl Scenario {
    /// Writes a file that [`parse`](Self::parse) reads.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut out = String::new();
        // Writing to a string cannot fail.
        let _ = self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) -> core::fmt::Result {
        writeln!(out, "title = {:?}", self.title)?;
        if !self.about.is_empty() {
            writeln!(out, "about = {:?}", self.about)?;
        }
        writeln!(out, "length = {:?}\nseed = {}\n", duration_text(self.length), self.seed)?;
        writeln!(out, "[network]")?;
        for (key, duration) in
            [("delay", self.network.delay), ("jitter", self.network.jitter), ("hold", self.network.hold)]
        {
            writeln!(out, "{key} = {:?}", duration_text(duration))?;
        }
        let shares = [
            ("loss", self.network.loss),
            ("duplicate", self.network.duplicate),
            ("reorder", self.network.reorder),
        ];
        for (key, share) in shares {
            writeln!(out, "{key} = \"{share}\"")?;
        }
        for router in &self.routers {
            write_router(out, router)?;
        }
        for step in &self.steps {
            writeln!(out, "\n[[at]]\ntime = {:?}", duration_text(step.at.since_start()))?;
            match &step.what {
                What::Do(action) => writeln!(out, "do = \"{action}\"")?,
                What::Expect(expectation) => writeln!(out, "expect = \"{expectation}\"")?,
            }
        }
        Ok(())
    }
}

fn write_router(out: &mut String, router: &RouterSpec) -> core::fmt::Result {
    let config = &router.config;
    let version = match config.version {
        vrrp_proto::Version::V2 => 2,
        vrrp_proto::Version::V3 => 3,
    };
    writeln!(out, "\n[[router]]\nname = {:?}", router.name)?;
    if router.host != router.name {
        writeln!(out, "host = {:?}", router.host)?;
    }
    writeln!(out, "lan = {:?}\nvrid = {}\nversion = {version}", router.lan, config.vrid)?;
    writeln!(out, "address = \"{}\"\npriority = {}", config.primary_address, config.priority)?;
    let interval = duration_text(config.advert_interval.as_duration());
    writeln!(out, "interval = {interval:?}\npreempt = {}", config.preempt)?;
    writeln!(out, "preempt_delay = {:?}", duration_text(config.preempt_delay))?;
    writeln!(out, "down_timer_adverts = {}", config.down_timer_adverts)?;
    writeln!(out, "answer_losing = {}", config.answer_losing)?;
    writeln!(out, "answer_winning = {}", config.answer_winning)?;
    writeln!(out, "owner_ignores = {}", config.owner_ignores)?;
    let loss = match config.address_loss {
        vrrp_fsm::AddressLoss::Yield => "yield",
        vrrp_fsm::AddressLoss::ReAdd => "re-add",
    };
    writeln!(out, "address_loss = \"{loss}\"")?;
    let addresses: Vec<_> = match &router.addresses {
        vrrp_proto::AddressList::V4(list) => list.iter().map(|one| format!("\"{one}\"")).collect(),
        vrrp_proto::AddressList::V6(list) => list.iter().map(|one| format!("\"{one}\"")).collect(),
    };
    writeln!(out, "virtual_addresses = [{}]", addresses.join(", "))?;
    if let Some(group) = &router.sync_group {
        writeln!(out, "sync_group = {group:?}")?;
    }
    if !router.started {
        writeln!(out, "started = false")?;
    }
    Ok(())
}
