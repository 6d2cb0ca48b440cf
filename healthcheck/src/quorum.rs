//! The judge of one virtual server: which destinations it should have.

mod values;

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::time::Duration;

use crate::{Admin, Agent, Effective, Health, Instant, Presence, Weighing};

pub use values::{
    Destinations, QuorumConfig, QuorumEvent, QuorumInput, QuorumOutput, ServerConfig, SorryConfig,
};

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
struct Server {
    weight: u32,
    inhibit: bool,
    checkers: Box<[Health]>,
    /// What each checker adds to the weight; empty while none adds anything, as with nearly all servers.
    contributions: Box<[i64]>,
    agent: Option<Agent>,
    admin: Admin,
    ramp: u8,
    /// Up when enough was alive last.
    kept: bool,
    /// When it went down, if it did so at a known time.
    fell: Option<Instant>,
}

impl Server {
    /// keepalived: up if and only if no checker fails.
    fn is_up(&self) -> bool {
        self.checkers.iter().all(|health| *health == Health::Up)
    }

    /// What it weighs where no check fails. Whom an administrator or its own agent takes out weighs nothing either way.
    fn weight_if_up(&self) -> u32 {
        Weighing { up: true, ..self.weighing(false, true) }.weigh(|_| {}).full
    }

    /// Whether there is such a checker.
    fn contribute(&mut self, checker: usize, change: i64) -> bool {
        if checker >= self.checkers.len() {
            return false;
        }
        if self.contributions.is_empty() {
            self.contributions = alloc::vec![0; self.checkers.len()].into();
        }
        if let Some(slot) = self.contributions.get_mut(checker) {
            *slot = change;
        }
        if self.contributions.iter().all(|change| *change == 0) {
            self.contributions = Box::default();
        }
        true
    }

    /// `kept`: fail-open counts servers that were up before; `alone`: nobody else serves, so it gets all of its
    /// weight.
    fn weighing(&self, kept: bool, alone: bool) -> Weighing<'_> {
        Weighing {
            configured: self.weight,
            contributions: &self.contributions,
            agent: self.agent,
            up: self.is_up() || (kept && self.kept),
            inhibit: self.inhibit,
            admin: self.admin,
            ramp: if alone { 100 } else { self.ramp },
        }
    }
}

/// Which real servers of a virtual server take connections, or whether the sorry server does.
///
/// keepalived's rules. A server is up while none of its checkers fails. The quorum is gained when
/// the weights of servers that are up reach `quorum + hysteresis`, and lost when they sum up to 0
/// or less than `quorum − hysteresis`. If there is a sorry server it then replaces all others;
/// without one, servers that are up stay, and the loss is only reported.
///
/// What keepalived does not have is off unless asked for: agents, an administrator's word, slow start (never for the
/// only server that is alive) and fail-open. Who outranks whom: [`Weighing::effective`].
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
    fail_open_below: Option<u8>,
    /// Whether servers that were up before stay.
    open: bool,
    /// Failures of all servers within this time may have one cause.
    common_cause: Option<Duration>,
    outputs: VecDeque<QuorumOutput>,
}

impl Quorum {
    /// A service that is not started yet.
    #[must_use]
    pub fn new(config: QuorumConfig) -> Self {
        let servers = config.servers.into_iter().map(|server| Server {
            weight: server.weight,
            inhibit: server.inhibit_on_failure,
            contributions: Box::default(),
            checkers: server.checkers.into(),
            agent: None,
            admin: Admin::Automatic,
            ramp: 100,
            kept: false,
            fell: None,
        });
        Self {
            quorum: config.quorum.into(),
            hysteresis: config.hysteresis.into(),
            servers: servers.collect(),
            sorry: config.sorry,
            started: false,
            gained: false,
            sorry_in: false,
            fail_open_below: config.fail_open_below,
            open: false,
            common_cause: None,
            outputs: VecDeque::new(),
        }
    }

    /// Tells by [`QuorumEvent::AllFailed`] when the last server goes down and more than one did so within
    /// `interval`, for instance the longest time that one of the checks takes from one result to the next.
    /// keepalived does not.
    ///
    /// It decides nothing: what to do about it is the caller's affair, or that of
    /// [`fail_open_below`](QuorumConfig::fail_open_below). Only inputs with a time count
    /// ([`handle_input_at`](Self::handle_input_at)).
    #[must_use]
    pub fn with_common_cause(self, interval: Duration) -> Self {
        Self { common_cause: Some(interval), ..self }
    }

    /// Applies one input at a time that does not matter: a quorum has no timers.
    pub fn handle_input(&mut self, input: QuorumInput) {
        self.apply(None, input);
    }

    /// Applies one input at `now`, for [`with_common_cause`](Self::with_common_cause).
    pub fn handle_input_at(&mut self, now: Instant, input: QuorumInput) {
        self.apply(Some(now), input);
    }

    fn apply(&mut self, now: Option<Instant>, input: QuorumInput) {
        let before = self.started.then(|| self.destinations());
        let mut events = Vec::new();
        match input {
            QuorumInput::Start | QuorumInput::Resume { .. } if self.started => return,
            QuorumInput::Start => {
                self.started = true;
                self.open_or_close(&mut events);
                events.extend(self.judge(true));
            }
            QuorumInput::Resume { gained } => {
                self.started = true;
                self.gained = gained;
                self.sorry_in = !gained && self.sorry.is_some();
                self.open_or_close(&mut events);
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
                        (false, true) => {
                            found.fell = None;
                            events.push(QuorumEvent::ServerUp { server });
                        }
                        (true, false) => {
                            found.fell = now;
                            events.push(QuorumEvent::ServerDown { server });
                            events.extend(self.all_failed(now));
                        }
                        (false, false) | (true, true) => {}
                    }
                    self.open_or_close(&mut events);
                    events.extend(self.judge(false));
                }
                None => events.push(QuorumEvent::UnknownPlace),
            },
            QuorumInput::Weight { server, weight } => {
                self.change(server, &mut events, |found| {
                    found.weight = weight;
                    true
                });
            }
            QuorumInput::Contribution { server, checker, contribution } => {
                self.change(server, &mut events, |found| found.contribute(checker, contribution.0));
            }
            QuorumInput::Agent { server, agent } => {
                self.change(server, &mut events, |found| {
                    found.agent = agent;
                    true
                });
            }
            QuorumInput::Admin { server, admin } => {
                self.change(server, &mut events, |found| {
                    found.admin = admin;
                    true
                });
            }
            QuorumInput::Ramp { server, percent } => {
                self.change(server, &mut events, |found| {
                    found.ramp = percent;
                    true
                });
            }
        }
        if self.started {
            let now = self.destinations();
            if before.as_ref() != Some(&now) {
                self.outputs.push_back(QuorumOutput::SetDestinations(now));
            }
            self.outputs.extend(events.into_iter().map(QuorumOutput::Event));
        }
    }

    /// Takes the oldest pending output. Drain to `None` after every input, which makes five at
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
                return None;
            }
            let effective = self.weighing(place, server).weigh(|_| {});
            match effective.presence {
                Presence::Serving if self.sorry_in => server.inhibit.then_some((place, 0)),
                Presence::Serving => Some((place, effective.weight)),
                Presence::Quiesced => Some((place, 0)),
                Presence::Absent => None,
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

    /// Sum of the weights of servers that serve, without the ramps of slow starts.
    #[must_use]
    pub fn live_weight(&self) -> u64 {
        self.weight_of(self.open)
    }

    /// What this server's weight is now, and why.
    #[must_use]
    pub fn explain(&self, server: usize) -> Option<Effective> {
        self.servers.get(server).map(|found| self.weighing(server, found).effective())
    }

    /// Whether servers that were up before stay because too little is alive.
    #[must_use]
    pub const fn is_fail_open(&self) -> bool {
        self.open
    }

    fn weight_of(&self, kept: bool) -> u64 {
        let full =
            self.servers.iter().map(|server| u64::from(server.weighing(kept, true).weigh(|_| {}).full));
        full.fold(0, u64::saturating_add)
    }

    /// Whether no server but this one serves.
    fn is_alone(&self, place: usize) -> bool {
        let others = self.servers.iter().enumerate().filter(|(other, _)| *other != place);
        !others.into_iter().any(|(_, server)| server.weighing(self.open, true).weigh(|_| {}).full > 0)
    }

    fn weighing<'s>(&self, place: usize, server: &'s Server) -> Weighing<'s> {
        // The others matter for a ramp only.
        server.weighing(self.open, server.ramp < 100 && self.is_alone(place))
    }

    /// Changes a server; the change is false if it has no such part.
    fn change(
        &mut self,
        server: usize,
        events: &mut Vec<QuorumEvent>,
        change: impl FnOnce(&mut Server) -> bool,
    ) {
        if !self.server_mut(server).is_some_and(change) {
            events.push(QuorumEvent::UnknownPlace);
            return;
        }
        self.open_or_close(events);
        events.extend(self.judge(false));
    }

    /// Decides whether servers that were up before stay, and if not, which are up now.
    fn open_or_close(&mut self, events: &mut Vec<QuorumEvent>) {
        let Some(below) = self.fail_open_below.filter(|_| self.started) else { return };
        let live = self.weight_of(false);
        let total =
            self.servers.iter().map(|server| u64::from(server.weight_if_up())).fold(0, u64::saturating_add);
        // Nobody stays where nobody was up before.
        let active = live.saturating_mul(100) < total.saturating_mul(below.into())
            && self.servers.iter().any(|server| server.kept && !server.is_up());
        if active != self.open {
            self.open = active;
            events.push(QuorumEvent::FailOpen { active, live, total });
        }
        if !active {
            for server in &mut self.servers {
                server.kept = server.is_up();
            }
        }
    }

    /// Whether the server that has just gone down was the last of several within the interval.
    fn all_failed(&self, now: Option<Instant>) -> Option<QuorumEvent> {
        let (now, interval) = now.zip(self.common_cause)?;
        if self.servers.iter().any(Server::is_up) {
            return None;
        }
        let falls = self.servers.iter().filter_map(|server| server.fell);
        let lately = falls.map(|fell| now.saturating_since(fell)).filter(|ago| *ago <= interval);
        let (failed, within) = lately.fold((0_usize, Duration::ZERO), |(count, longest), ago| {
            (count.saturating_add(1), longest.max(ago))
        });
        let servers = self.servers.len();
        (failed > 1).then_some(QuorumEvent::AllFailed { failed, servers, within })
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
        if live > 0 && live >= threshold {
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
