//! The judge of one virtual server: which destinations it should have.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use crate::Health;

/// A virtual server as far as health matters.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct QuorumConfig {
    /// `quorum`: sum of live weights that the service needs. keepalived caps it at the sum of all
    /// weights when it reads the file; this crate takes what it is given.
    pub quorum: u32,
    /// `hysteresis`: gained at `quorum` + this, lost below `quorum` − this.
    pub hysteresis: u32,
    /// `real_server`s; everywhere else a server is named by its place here, from 0.
    pub servers: Vec<ServerConfig>,
    /// `sorry_server`.
    pub sorry: Option<SorryConfig>,
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
    /// The weight of a server changed (`misc_dynamic`, a reload). It counts at once for the
    /// quorum and reaches the destinations when the server is one.
    Weight {
        /// Place in [`QuorumConfig::servers`].
        server: usize,
        /// The new weight.
        weight: u32,
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

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
struct Server {
    weight: u32,
    inhibit: bool,
    checkers: Vec<Health>,
}

impl Server {
    /// keepalived: up if and only if no checker fails.
    fn is_up(&self) -> bool {
        self.checkers.iter().all(|health| *health == Health::Up)
    }
}

/// Which real servers of a virtual server take connections, or whether the sorry server does.
///
/// keepalived's rules. A server is up while none of its checkers fails. The quorum is gained when
/// the weights of servers that are up reach `quorum + hysteresis`, and lost when they sum up to 0
/// or less than `quorum − hysteresis`. If there is a sorry server it then replaces all others;
/// without one, servers that are up stay, and the loss is only reported.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Quorum {
    quorum: u64,
    hysteresis: u64,
    servers: Vec<Server>,
    sorry: Option<SorryConfig>,
    started: bool,
    gained: bool,
    /// Whether the sorry server stands in. Not the same as a lost quorum: it needs one to lose.
    sorry_in: bool,
    outputs: VecDeque<QuorumOutput>,
}

impl Quorum {
    /// A service that is not started yet.
    #[must_use]
    pub fn new(config: QuorumConfig) -> Self {
        let servers = config.servers.into_iter().map(|server| Server {
            weight: server.weight,
            inhibit: server.inhibit_on_failure,
            checkers: server.checkers,
        });
        Self {
            quorum: config.quorum.into(),
            hysteresis: config.hysteresis.into(),
            servers: servers.collect(),
            sorry: config.sorry,
            started: false,
            gained: false,
            sorry_in: false,
            outputs: VecDeque::new(),
        }
    }

    /// Applies one input. Time plays no part in a quorum.
    pub fn handle_input(&mut self, input: QuorumInput) {
        let before = self.started.then(|| self.destinations());
        let mut events = Vec::new();
        match input {
            QuorumInput::Start | QuorumInput::Resume { .. } if self.started => return,
            QuorumInput::Start => {
                self.started = true;
                events.extend(self.judge(true));
            }
            QuorumInput::Resume { gained } => {
                self.started = true;
                self.gained = gained;
                self.sorry_in = !gained && self.sorry.is_some();
                events.extend(self.judge(false));
            }
            QuorumInput::Checker { server, checker, health } => match self.server_mut(server) {
                Some(found) => {
                    let was_up = found.is_up();
                    match found.checkers.get_mut(checker) {
                        Some(entry) => *entry = health,
                        None => events.push(QuorumEvent::UnknownPlace),
                    }
                    match (was_up, found.is_up()) {
                        (false, true) => events.push(QuorumEvent::ServerUp { server }),
                        (true, false) => events.push(QuorumEvent::ServerDown { server }),
                        (false, false) | (true, true) => {}
                    }
                    events.extend(self.judge(false));
                }
                None => events.push(QuorumEvent::UnknownPlace),
            },
            QuorumInput::Weight { server, weight } => match self.server_mut(server) {
                Some(found) => {
                    found.weight = weight;
                    events.extend(self.judge(false));
                }
                None => events.push(QuorumEvent::UnknownPlace),
            },
        }
        if self.started {
            let now = self.destinations();
            if before.as_ref() != Some(&now) {
                self.outputs.push_back(QuorumOutput::SetDestinations(now));
            }
            self.outputs.extend(events.into_iter().map(QuorumOutput::Event));
        }
    }

    /// Takes the oldest pending output. Drain to `None` after every input, which makes three at
    /// most.
    pub fn poll_output(&mut self) -> Option<QuorumOutput> {
        self.outputs.pop_front()
    }

    /// The destinations that the service should have now.
    #[must_use]
    pub fn destinations(&self) -> Destinations {
        let stand_in = self.sorry.filter(|_| self.sorry_in).and_then(|sorry| sorry.same_as);
        let servers = self.servers.iter().enumerate().filter_map(|(place, server)| {
            if stand_in == Some(place) {
                None
            } else if server.is_up() && !self.sorry_in {
                Some((place, server.weight))
            } else {
                server.inhibit.then_some((place, 0))
            }
        });
        let sorry = self.sorry.and_then(|sorry| match (self.sorry_in, sorry.same_as) {
            (true, _) => Some(1),
            (false, None) => sorry.inhibit.then_some(0),
            (false, Some(_)) => None,
        });
        Destinations { servers: servers.collect(), sorry }
    }

    /// Whether this server is up.
    #[must_use]
    pub fn is_up(&self, server: usize) -> bool {
        self.servers.get(server).is_some_and(Server::is_up)
    }

    /// Whether the service has its quorum.
    #[must_use]
    pub const fn has_quorum(&self) -> bool {
        self.gained
    }

    /// Sum of the weights of servers that are up.
    #[must_use]
    pub fn live_weight(&self) -> u64 {
        let up = self.servers.iter().filter(|server| server.is_up());
        up.fold(0, |sum, server| sum.saturating_add(server.weight.into()))
    }

    fn server_mut(&mut self, server: usize) -> Option<&mut Server> {
        self.servers.get_mut(server)
    }

    /// Gains or loses the quorum if it is time to.
    fn judge(&mut self, initial: bool) -> Option<QuorumEvent> {
        if !self.started {
            return None;
        }
        let live = self.live_weight();
        if self.gained {
            let threshold = self.quorum.saturating_sub(self.hysteresis);
            if live > 0 && live >= threshold {
                return None;
            }
            self.gained = false;
            self.sorry_in = self.sorry.is_some();
            return Some(QuorumEvent::QuorumLost { live, threshold, initial });
        }
        let threshold = self.quorum.saturating_add(self.hysteresis);
        if live >= threshold {
            self.gained = true;
            self.sorry_in = false;
            return Some(QuorumEvent::QuorumGained { live, threshold, initial });
        }
        // A start below the quorum is silent unless there is something to put in place.
        if initial && self.sorry.is_some() {
            self.sorry_in = true;
            return Some(QuorumEvent::QuorumLost { live, threshold, initial });
        }
        None
    }
}
