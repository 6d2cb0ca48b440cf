//! The LAN as a state, and everything that can happen to it.

use core::net::{IpAddr, Ipv4Addr};
use core::time::Duration;

use stateright::{Model, Property};
use vrrp_fsm::{Config, Input, Instant, Output, StateKind, VirtualRouter};
use vrrp_proto::{AdvertInterval, Priority, Version, Vrid};

use crate::law;
use crate::mutant::Mutant;

/// The present, always: after time has passed, every router's origin is moved by as much.
pub(crate) const NOW: Instant = Instant::from_origin(Duration::from_secs(1000));

/// What may go wrong, how often.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Budget {
    /// Packets that are lost for one receiver.
    pub drops: u8,
    /// Routers that die, and start again at any later time.
    pub crashes: u8,
    /// Routers that stand still for an interval and a half, or for longer than Master_Down.
    pub freezes: u8,
}

/// A LAN to explore.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub version: Version,
    pub routers: usize,
    pub preempt: bool,
    pub budget: Budget,
}

/// One router and what keeps it from living.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Node {
    pub router: VirtualRouter,
    pub life: Life,
    /// Since when no preemption may end its wait: when it last heard a Master.
    pub heard: Option<Instant>,
}

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Life {
    Up,
    Down,
    /// Until then; what arrives waits, each with its time.
    Frozen {
        until: Instant,
        queue: Vec<(Instant, Input)>,
    },
}

/// An advertisement on its way to one receiver.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Packet {
    pub to: usize,
    pub from: usize,
    pub priority: Priority,
}

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) struct State {
    pub nodes: Vec<Node>,
    /// In the order of receiver, sender, priority: orders of sending do not matter.
    pub wire: Vec<Packet>,
    /// How long nothing went wrong, at most what the laws ask for.
    pub quiet: Duration,
    pub budget: Budget,
    /// A law that was broken by the last event.
    pub broken: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Action {
    Deliver(usize),
    Drop(usize),
    /// A router acts on its timer.
    Fire(usize),
    /// Nothing is due and nothing on the wire: time goes on to the next deadline.
    Pass,
    Crash(usize),
    Start(usize),
    Freeze(usize, Duration),
    Thaw(usize),
}

#[derive(Clone, Debug)]
pub(crate) struct Lan {
    pub plan: Plan,
    pub mutant: Mutant,
}

impl Lan {
    pub(crate) fn new(plan: Plan, mutant: Mutant) -> Self {
        Self { plan, mutant }
    }

    /// Priorities 200, 150, 100, 100: two are alike.
    fn config(&self, place: usize) -> Config {
        let vrid = Vrid::new(51).unwrap();
        let mut config = Config::new(self.plan.version, vrid, address(place));
        config.priority = Priority::new([200, 150, 100, 100][place]);
        config.advert_interval = interval();
        config.preempt = self.plan.preempt || self.mutant == Mutant::PreemptsAnyway;
        config
    }

    fn started(&self, place: usize) -> Node {
        let mut router = VirtualRouter::new(self.config(place));
        router.handle_input(NOW, Input::Startup);
        while router.poll_output().is_some() {}
        Node { router, life: Life::Up, heard: None }
    }

    /// After that long without a fault there is one Master: `Master_Down` of the worst router.
    pub(crate) fn settled(&self) -> Duration {
        let worst = (0..self.plan.routers).map(|place| self.config(place).priority).min().unwrap();
        interval().master_down_interval(self.plan.version, worst, 3)
    }

    /// Takes what a router wants done; its advertisements go to everybody who lives.
    fn drain(&self, state: &mut State, from: usize) {
        let mut count = 0;
        while let Some(output) = state.nodes[from].router.poll_output() {
            count += self.mutant.outputs();
            if let Output::SendAdvertisement { priority } = output {
                let receives = |to: &usize| *to != from && state.nodes[*to].life != Life::Down;
                let packets: Vec<Packet> =
                    (0..state.nodes.len()).filter(receives).map(|to| Packet { to, from, priority }).collect();
                state.wire.extend(packets);
            }
        }
        state.wire.sort_by_key(|packet| (packet.to, packet.from, packet.priority));
        if count > law::MOST_OUTPUTS {
            state.broken = Some(law::FEW_OUTPUTS);
        }
    }

    fn deliver(&self, state: &mut State, index: usize) {
        let packet = state.wire.remove(index);
        let input = Input::Advertisement {
            priority: packet.priority,
            interval: interval(),
            source: address(packet.from),
        };
        if let Life::Frozen { queue, .. } = &mut state.nodes[packet.to].life {
            queue.push((NOW, input));
            return;
        }
        self.hear(state, packet.to, NOW, input);
    }

    fn hear(&self, state: &mut State, to: usize, at: Instant, input: Input) {
        let Input::Advertisement { priority, source, .. } = input else { return };
        let node = &mut state.nodes[to];
        let was = node.router.state();
        if priority != Priority::RELEASE {
            node.heard = Some(at);
        }
        if !self.mutant.is_deaf(was) {
            node.router.handle_input(at, input);
        }
        let ours = (node.router.effective_priority(), node.router.config().primary_address);
        let better = priority != Priority::RELEASE && (priority, source) > ours;
        if better && node.router.state() == StateKind::Master {
            state.broken = Some(law::NO_TWO_MASTERS);
        }
        self.drain(state, to);
    }

    fn fire(&self, state: &mut State, place: usize) {
        let version = self.plan.version;
        let node = &mut state.nodes[place];
        let was = node.router.state();
        self.mutant.fire(&mut node.router, NOW);
        let became = was != StateKind::Master && node.router.state() == StateKind::Master;
        let patience = interval().master_down_interval(version, node.router.effective_priority(), 3);
        let early = node.heard.is_some_and(|heard| NOW.saturating_since(heard) < patience);
        // Without preemption only silence makes a Master; a farewell takes the memory away.
        if became && early && !self.plan.preempt {
            state.broken = Some(law::NO_PREEMPTION);
        }
        state.judge_deadline(place);
        self.drain(state, place);
    }

    fn pass(&self, state: &mut State) {
        let thaw = |node: &Node| match node.life {
            Life::Frozen { until, .. } => Some(until),
            Life::Up => node.router.poll_timeout(),
            Life::Down => None,
        };
        let Some(next) = state.nodes.iter().filter_map(thaw).min() else { return };
        let by = next.saturating_since(NOW) + self.mutant.lateness();
        state.quiet = (state.quiet + by).min(self.settled());
        for node in &mut state.nodes {
            node.router.rebase(by);
            node.heard = node.heard.map(|heard| heard.saturating_sub(by).max(LONG_AGO));
            if let Life::Frozen { until, queue } = &mut node.life {
                *until = until.saturating_sub(by);
                queue.iter_mut().for_each(|(at, _)| *at = at.saturating_sub(by));
            }
        }
        (0..state.nodes.len()).for_each(|place| state.judge_deadline(place));
    }
}

/// What was heard before that is as good as never.
const LONG_AGO: Instant = Instant::from_origin(Duration::from_secs(900));

impl State {
    /// A router that lives all the time has acted on whatever was due.
    fn judge_deadline(&mut self, place: usize) {
        let node = &self.nodes[place];
        let past = node.router.poll_timeout().is_some_and(|due| due < NOW);
        if node.life == Life::Up && past {
            self.broken = Some(law::NO_PAST);
        }
    }

    fn is_due(&self, place: usize) -> bool {
        let node = &self.nodes[place];
        node.life == Life::Up && node.router.poll_timeout().is_some_and(|due| due <= NOW)
    }

    fn is_thawing(&self, place: usize) -> bool {
        matches!(&self.nodes[place].life, Life::Frozen { until, .. } if *until <= NOW)
    }

    /// Whether nothing is left to happen at this moment.
    pub(crate) fn is_still(&self) -> bool {
        let places = || 0..self.nodes.len();
        self.wire.is_empty() && !places().any(|place| self.is_due(place) || self.is_thawing(place))
    }

    pub(crate) fn awake(&self) -> impl Iterator<Item = &VirtualRouter> {
        self.nodes.iter().filter(|node| node.life == Life::Up).map(|node| &node.router)
    }
}

impl Model for Lan {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let nodes = (0..self.plan.routers).map(|place| self.started(place)).collect();
        let (wire, quiet) = (Vec::new(), Duration::ZERO);
        vec![State { nodes, wire, quiet, budget: self.plan.budget, broken: None }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        for index in 0..state.wire.len() {
            // The same packet twice is one choice.
            if index == 0 || state.wire[index] != state.wire[index - 1] {
                actions.push(Action::Deliver(index));
                if state.budget.drops > 0 {
                    actions.push(Action::Drop(index));
                }
            }
        }
        for place in 0..state.nodes.len() {
            if state.is_due(place) {
                actions.push(Action::Fire(place));
            }
            if state.is_thawing(place) {
                actions.push(Action::Thaw(place));
            }
            match state.nodes[place].life {
                Life::Down => actions.push(Action::Start(place)),
                Life::Up => {
                    if state.budget.crashes > 0 {
                        actions.push(Action::Crash(place));
                    }
                    if state.budget.freezes > 0 {
                        let short = interval().as_duration() * 3 / 2;
                        actions.push(Action::Freeze(place, short));
                        actions.push(Action::Freeze(place, interval().as_duration() * 9 / 2));
                    }
                }
                Life::Frozen { .. } => {}
            }
        }
        if state.is_still() {
            actions.push(Action::Pass);
        }
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut state = last.clone();
        match action {
            Action::Deliver(index) => self.deliver(&mut state, index),
            Action::Fire(place) => self.fire(&mut state, place),
            Action::Pass => self.pass(&mut state),
            Action::Drop(index) => {
                state.wire.remove(index);
                state.budget.drops -= 1;
            }
            Action::Crash(place) => {
                state.nodes[place] = Node { life: Life::Down, ..self.started(place) };
                state.wire.retain(|packet| packet.to != place);
                state.budget.crashes -= 1;
            }
            Action::Start(place) => {
                state.nodes[place] = self.started(place);
                self.drain(&mut state, place);
            }
            Action::Freeze(place, length) => {
                state.nodes[place].life = Life::Frozen { until: NOW + length, queue: Vec::new() };
                state.budget.freezes -= 1;
            }
            Action::Thaw(place) => {
                let life = core::mem::replace(&mut state.nodes[place].life, Life::Up);
                // As a daemon does: what arrived meanwhile is heard before the timer is looked at.
                let Life::Frozen { queue, .. } = life else { return None };
                for (at, input) in queue {
                    self.hear(&mut state, place, at, input);
                }
            }
        }
        let fault = !matches!(action, Action::Deliver(_) | Action::Fire(_) | Action::Pass);
        if fault {
            state.quiet = Duration::ZERO;
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        law::properties()
    }
}

/// One second, short enough that a skew of either version is a part of it.
pub(crate) fn interval() -> AdvertInterval {
    AdvertInterval::DEFAULT
}

pub(crate) fn address(place: usize) -> IpAddr {
    Ipv4Addr::new(192, 0, 2, u8::try_from(place + 1).unwrap()).into()
}
