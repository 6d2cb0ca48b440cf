//! What a server's weight is in the end, and why.

use alloc::vec::Vec;

/// What an administrator says about a server. It stands above everything else.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Admin {
    /// Nothing: the checks decide.
    #[default]
    Automatic,
    /// The server takes connections whatever checks and agents say.
    ForceUp,
    /// No new connections: weight 0, and those that are there go on.
    Drain,
    /// The server is no destination at all.
    Maintenance,
}

/// What an agent on the server said last (HAProxy's `agent-check`). It never revives a server whose probes fail.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Agent {
    /// `up`, `ready` · `drain` · `maint`, `down`, `fail`, `stopped`.
    pub state: AgentState,
    /// `75%`: share of the weight; `None` is all of it.
    pub percent: Option<u8>,
}

/// The state that an [`Agent`] asks for.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum AgentState {
    /// Take connections.
    #[default]
    Ready,
    /// No new connections.
    Drain,
    /// As if a probe had failed.
    Down,
}

/// Everything that a weight is made of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Weighing<'a> {
    /// `weight`.
    pub configured: u32,
    /// What each check adds ([`Contribution`]); its last word only, so nothing accumulates.
    pub contributions: &'a [i64],
    /// The last word of an agent.
    pub agent: Option<Agent>,
    /// Whether no check fails.
    pub up: bool,
    /// `inhibit_on_failure`: weight 0 instead of removal.
    pub inhibit: bool,
    /// The administrator's word.
    pub admin: Admin,
    /// Percent of the weight that a slow start allows; 100 is all of it.
    pub ramp: u8,
}

/// What a check adds to a weight: `misc_dynamic`'s exit status, or the number in a file.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Contribution(pub i64);

impl Contribution {
    /// `misc_dynamic`: exit status 2..=255 makes the weight status − 2, others leave `configured`.
    #[must_use]
    pub fn from_exit_status(status: u8, configured: u32) -> Self {
        Self::from_weight(status.checked_sub(2).map(u32::from), configured)
    }

    /// Makes the weight what a check asks for, whatever is `configured`; `None` leaves it so.
    #[must_use]
    pub fn from_weight(wanted: Option<u32>, configured: u32) -> Self {
        wanted.map_or(Self(0), |wanted| Self(i64::from(wanted) - i64::from(configured)))
    }

    /// `FILE_CHECK`: the number in the file times the weight of the check.
    #[must_use]
    pub const fn from_file(number: i64, weight: i64) -> Self {
        Self(number.saturating_mul(weight))
    }
}

/// Whether a server is a destination.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Presence {
    /// It is not.
    Absent,
    /// It is, with weight 0: connections that are there go on.
    Quiesced,
    /// It takes connections. Its weight may still be 0 by configuration.
    Serving,
}

/// What a server's weight is, and why: the changes of all causes add up to it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Effective {
    /// Whether the server is a destination.
    pub presence: Presence,
    /// The weight for the kernel; 0 unless [`Presence::Serving`].
    pub weight: u32,
    /// The weight without the ramp of a slow start, which is what counts for a quorum.
    pub full: u32,
    /// From the configured weight to the effective one, in order of precedence.
    pub causes: Vec<Cause>,
}

/// One summand of an effective weight.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Cause {
    /// What the configuration says.
    Configured(u32),
    /// A check's contribution.
    Check {
        /// Its place, from 0.
        checker: usize,
        /// What it adds.
        change: i64,
    },
    /// The sum was below 0 or above what the kernel takes (2³¹ − 1).
    Clamped {
        /// What was added to stay within.
        change: i64,
    },
    /// An agent wants a share of it.
    Agent {
        /// The share in percent.
        percent: u8,
        /// What that adds.
        change: i64,
    },
    /// An agent wants no new connections, or none at all.
    AgentState {
        /// What it said.
        state: AgentState,
        /// What that adds.
        change: i64,
    },
    /// The server is back for a short time only.
    SlowStart {
        /// The share in percent.
        percent: u8,
        /// What that adds.
        change: i64,
    },
    /// A check fails.
    Down {
        /// What that adds.
        change: i64,
    },
    /// The administrator's word.
    Admin {
        /// It.
        admin: Admin,
        /// What that adds.
        change: i64,
    },
}

impl Cause {
    /// What it adds to the weight.
    #[must_use]
    pub fn change(self) -> i64 {
        match self {
            Self::Configured(weight) => i64::from(weight),
            Self::Check { change, .. }
            | Self::Clamped { change }
            | Self::Agent { change, .. }
            | Self::AgentState { change, .. }
            | Self::SlowStart { change, .. }
            | Self::Down { change }
            | Self::Admin { change, .. } => change,
        }
    }
}

/// Largest weight of the kernel's schedulers that keepalived accepts.
pub const MAX_WEIGHT: u32 = 0x7fff_ffff;

/// The numbers of an [`Effective`], without its causes.
pub(crate) struct Weight {
    pub(crate) presence: Presence,
    pub(crate) weight: u32,
    pub(crate) full: u32,
}

/// Contributions beyond this count as this, so that sums stay exact. No weight is near it.
const MAX_CHANGE: i64 = 1 << 40;

impl Weighing<'_> {
    /// The effective weight: administrator > probe down > agent > configured weight.
    #[must_use]
    pub fn effective(&self) -> Effective {
        let mut causes = Vec::new();
        let Weight { presence, weight, full } = self.weigh(|cause| causes.push(cause));
        Effective { presence, weight, full, causes }
    }

    /// The same, with each cause told as it comes: nothing is allocated.
    pub(crate) fn weigh(&self, tell: impl FnMut(Cause)) -> Weight {
        let mut sum = Sum { total: 0, tell };
        sum.reach(self.configured.into(), |_| Cause::Configured(self.configured));
        for (checker, change) in self.contributions.iter().copied().enumerate() {
            let wanted = sum.total.saturating_add(change.clamp(-MAX_CHANGE, MAX_CHANGE));
            sum.reach(wanted, |change| Cause::Check { checker, change });
        }
        sum.reach(sum.total.clamp(0, MAX_WEIGHT.into()), |change| Cause::Clamped { change });

        let forced = self.admin == Admin::ForceUp;
        let agent = self.agent.filter(|_| !forced).unwrap_or_default();
        if let Some(percent) = agent.percent {
            let wanted = share(sum.total, percent).min(MAX_WEIGHT.into());
            sum.reach(wanted, |change| Cause::Agent { percent, change });
        }
        let full = sum.total;
        if self.ramp < 100 && !forced {
            let percent = self.ramp;
            // A server that is meant to serve is never ramped down to nothing.
            let ramped = share(sum.total, percent).max(sum.total.min(1));
            sum.reach(ramped, |change| Cause::SlowStart { percent, change });
        }

        let presence = self.presence(agent);
        let serving = presence == Presence::Serving;
        if !serving {
            let (admin, state, failed) = (self.admin, agent.state, !self.up);
            sum.reach(0, |change| match (admin, failed) {
                (Admin::Drain | Admin::Maintenance, _) => Cause::Admin { admin, change },
                (Admin::Automatic | Admin::ForceUp, true) => Cause::Down { change },
                (Admin::Automatic | Admin::ForceUp, false) => Cause::AgentState { state, change },
            });
        }
        let number = |total: i64| u32::try_from(total).unwrap_or(MAX_WEIGHT);
        Weight { presence, weight: number(sum.total), full: if serving { number(full) } else { 0 } }
    }

    fn presence(&self, agent: Agent) -> Presence {
        let failed = if self.inhibit { Presence::Quiesced } else { Presence::Absent };
        match (self.admin, self.up, agent.state) {
            (Admin::Maintenance, _, _) => Presence::Absent,
            (Admin::Drain, _, _) => Presence::Quiesced,
            (Admin::ForceUp, _, _) | (Admin::Automatic, true, AgentState::Ready) => Presence::Serving,
            (Admin::Automatic, true, AgentState::Drain) => Presence::Quiesced,
            (Admin::Automatic, false, _) | (Admin::Automatic, true, AgentState::Down) => failed,
        }
    }
}

/// A weight on its way from the configured one to the effective one.
struct Sum<F> {
    total: i64,
    tell: F,
}

impl<F: FnMut(Cause)> Sum<F> {
    fn reach(&mut self, wanted: i64, cause: impl FnOnce(i64) -> Cause) {
        if wanted != self.total {
            (self.tell)(cause(wanted.saturating_sub(self.total)));
            self.total = wanted;
        }
    }
}

/// `percent` of `weight`, rounded up so that a share of something is something.
fn share(weight: i64, percent: u8) -> i64 {
    weight.saturating_mul(percent.into()).saturating_add(99) / 100
}
