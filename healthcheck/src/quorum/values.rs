//! What a [`Quorum`](super::Quorum) takes and gives.

use alloc::vec::Vec;
use core::time::Duration;

use crate::{Admin, Agent, Contribution, Health};

/// A virtual server as far as health matters.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct QuorumConfig {
    /// `quorum`: sum of live weights that the service needs; 0 counts as 1. keepalived caps it at the sum of all
    /// weights when it reads the file; this crate takes what it is given.
    pub quorum: u32,
    /// `hysteresis`: gained at `quorum` + this, lost below `quorum` − this.
    pub hysteresis: u32,
    /// `real_server`s; everywhere else a server is named by its place here, from 0.
    pub servers: Vec<ServerConfig>,
    /// `sorry_server`.
    pub sorry: Option<SorryConfig>,
    /// Go on with the servers that were up when fewer than this share of all weights is alive, in percent, 1..=100:
    /// checks that fail everywhere at once say more about the network of whoever checks. `None`, keepalived's way,
    /// believes them. Servers that an administrator or their own agent took out count neither as alive nor among all.
    pub fail_open_below: Option<u8>,
}

/// A real server as far as health matters.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct ServerConfig {
    /// `weight`. A server of weight 0 is a destination that adds nothing to the quorum.
    pub weight: u32,
    /// `inhibit_on_failure`: weight 0 instead of removal.
    pub inhibit_on_failure: bool,
    /// What each of its checkers says at the start ([`Checker::health`](crate::Checker::health));
    /// a server without checkers is up.
    pub checkers: Vec<Health>,
}

/// The destination that stands in while the quorum is lost.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct SorryConfig {
    /// `sorry_server_inhibit`: weight 0 instead of absence while it is not needed.
    pub inhibit: bool,
    /// The real server that has the same address and port, if there is one: the kernel knows
    /// only one destination for both, and so does [`Destinations`].
    pub same_as: Option<usize>,
}

/// One thing that happened.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum QuorumInput {
    /// Set the destinations for the first time. Before, nothing is put out.
    Start,
    /// Instead of [`Start`](Self::Start) where an earlier judge of this service has told all there
    /// is (a reload): only what differs from then is reported.
    Resume {
        /// Whether it had its quorum.
        gained: bool,
    },
    /// A checker came up or went down.
    Checker {
        /// Place in [`QuorumConfig::servers`].
        server: usize,
        /// Place in [`ServerConfig::checkers`].
        checker: usize,
        /// What it says now.
        health: Health,
    },
    /// The configured weight of a server changed (a reload). It counts at once for the quorum and
    /// reaches the destinations when the server is one.
    Weight {
        /// Place in [`QuorumConfig::servers`].
        server: usize,
        /// The new weight.
        weight: u32,
    },
    /// What a checker adds to its server's weight (`misc_dynamic`, `FILE_CHECK`). It replaces what it
    /// added before, so nothing adds up over time.
    Contribution {
        /// Place in [`QuorumConfig::servers`].
        server: usize,
        /// Place in [`ServerConfig::checkers`].
        checker: usize,
        /// What it adds.
        contribution: Contribution,
    },
    /// The last word of a server's agent; `None` once it is not believed any more.
    Agent {
        /// Place in [`QuorumConfig::servers`].
        server: usize,
        /// What it said.
        agent: Option<Agent>,
    },
    /// An administrator's word on a server.
    Admin {
        /// Place in [`QuorumConfig::servers`].
        server: usize,
        /// It.
        admin: Admin,
    },
    /// The share of its weight that a server gets while it starts slowly ([`Ramp`](crate::Ramp)).
    Ramp {
        /// Place in [`QuorumConfig::servers`].
        server: usize,
        /// In percent; 100 is all of it.
        percent: u8,
    },
}

/// One thing to do or to know.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum QuorumOutput {
    /// Make these the service's destinations. Comes before the events of the same input, as
    /// keepalived tells scripts of what it has done.
    SetDestinations(Destinations),
    /// Run notifications, write the log.
    Event(QuorumEvent),
}

/// What happened to the service, for notifications.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum QuorumEvent {
    /// The last failing checker of this server came up (`notify_up`).
    ServerUp {
        /// Place in [`QuorumConfig::servers`].
        server: usize,
    },
    /// The first checker of this server failed (`notify_down`).
    ServerDown {
        /// Place in [`QuorumConfig::servers`].
        server: usize,
    },
    /// Enough weight is alive (`quorum_up`).
    QuorumGained {
        /// Sum of live weights.
        live: u64,
        /// What was needed.
        threshold: u64,
        /// Whether this is the start: keepalived notifies then, too.
        initial: bool,
    },
    /// Too little weight is alive (`quorum_down`).
    QuorumLost {
        /// Sum of live weights.
        live: u64,
        /// What was needed.
        threshold: u64,
        /// Whether this is the start. keepalived says so only if there is a sorry server.
        initial: bool,
    },
    /// So little is alive that servers which were up before stay although they fail
    /// ([`fail_open_below`](QuorumConfig::fail_open_below)), or that is over.
    FailOpen {
        /// Whether they stay.
        active: bool,
        /// Sum of the weights that are alive.
        live: u64,
        /// What it would be if no check failed.
        total: u64,
    },
    /// No server is up any more, and more than one went down within the interval of
    /// [`Quorum::with_common_cause`](super::Quorum::with_common_cause): look at the network of whoever checks.
    /// It follows [`ServerDown`](Self::ServerDown) of the last one.
    AllFailed {
        /// How many went down within the interval. The others were down before.
        failed: usize,
        /// How many there are.
        servers: usize,
        /// Between the first and the last of them.
        within: Duration,
    },
    /// An input named a server or checker that does not exist; it was ignored.
    UnknownPlace,
}

/// The destinations that the service should have now.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Destinations {
    /// Places in [`QuorumConfig::servers`], ascending, with their weights; 0 takes no new
    /// connections.
    pub servers: Vec<(usize, u32)>,
    /// Weight of the sorry server: `Some(1)` while it stands in, `Some(0)` if it waits inhibited,
    /// `None` if it is no destination.
    pub sorry: Option<u32>,
}
