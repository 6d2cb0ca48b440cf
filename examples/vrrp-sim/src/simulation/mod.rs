//! Routers, LANs and virtual time.

mod drive;
mod together;

use std::sync::Arc;

use vrrp_proto::EncodeError;

use crate::action::{Action, is_name};
use crate::machine::{Group, Order};
use crate::medium::Medium;
use crate::network::Network;
use crate::observer::{Note, Observer};
use crate::queue::Coming;
use crate::router::{Power, Router, RouterSpec, RouterView, SOCKET_FRAMES, Waiting, group_numbers};
use crate::time::Time;
use together::Together;

/// Why a simulation cannot be made of these routers.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// A name that no sentence could use.
    #[error("{0:?} is no name: letters, digits, `_`, `-` and `.`")]
    Name(String),
    /// Two routers have the same name, or one the name of another's host.
    #[error("the name {0} is used twice")]
    NameTwice(String),
    /// Two routers of a group, or two groups of a host, collide.
    #[error("{0} and {1} have the same {2} on LAN {3}")]
    Collision(String, String, &'static str, String),
    /// The advertisements of a router cannot be written.
    #[error("router {0}: {1}")]
    Encode(String, EncodeError),
}

/// A name in an action that nobody has, or that has no single meaning there.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("no router or host is called {0}")]
pub struct UnknownName(pub String);

/// Routers on LANs under one virtual clock. Same routers, seed and actions: same notes.
#[derive(Clone, Debug)]
pub struct Simulation<O> {
    routers: Vec<Router>,
    hosts: Vec<String>,
    together: Vec<Together>,
    medium: Medium,
    now: Time,
    observer: O,
    steps: u64,
}

impl<O: Observer> Simulation<O> {
    /// Starts the routers that are to run from the beginning.
    ///
    /// # Errors
    ///
    /// [`SetupError`] names what does not fit.
    pub fn new(specs: &[RouterSpec], network: Network, seed: u64, observer: O) -> Result<Self, SetupError> {
        check(specs)?;
        let mut hosts = Vec::<String>::new();
        let mut members: Vec<Vec<usize>> = Vec::new();
        let mut routers = Vec::with_capacity(specs.len());
        for ((position, spec), group) in specs.iter().enumerate().zip(group_numbers(specs)) {
            if members.len() <= group {
                members.push(Vec::new());
            }
            if let Some(members) = members.get_mut(group) {
                members.push(position);
            }
            let host = hosts.iter().position(|host| *host == spec.host).unwrap_or_else(|| {
                hosts.push(spec.host.clone());
                hosts.len() - 1
            });
            let router = Router::new(spec.clone(), group, host);
            routers.push(router.map_err(|error| SetupError::Encode(spec.name.clone(), error))?);
        }
        let medium = Medium::new(network, members, seed);
        let mut simulation = Self {
            routers,
            hosts,
            together: Together::all(specs),
            medium,
            now: Time::START,
            observer,
            steps: 0,
        };
        for position in 0..specs.len() {
            if specs.get(position).is_some_and(|spec| spec.started) {
                simulation.boot(position);
            }
        }
        Ok(simulation)
    }

    /// The virtual clock.
    #[must_use]
    pub const fn now(&self) -> Time {
        self.now
    }

    /// Things that machines were told so far: packets, timers, orders.
    #[must_use]
    pub const fn steps(&self) -> u64 {
        self.steps
    }

    /// The routers as they are now, in the order in which they were given.
    pub fn routers(&self) -> impl Iterator<Item = RouterView<'_>> {
        self.routers.iter().map(Router::view)
    }

    /// How many groups (VRIDs on LANs) there are.
    #[must_use]
    pub fn groups(&self) -> usize {
        self.medium.groups()
    }

    /// Who watches.
    pub const fn observer(&self) -> &O {
        &self.observer
    }

    /// Who watches, to ask or to tell it something.
    pub const fn observer_mut(&mut self) -> &mut O {
        &mut self.observer
    }

    /// Ends the simulation and gives back who watched.
    pub fn into_observer(self) -> O {
        self.observer
    }

    /// Lets everything happen that happens until `end`, and sets the clock to it.
    pub fn run_until(&mut self, end: Time) {
        while let Some((at, coming)) = self.medium.queue.pop_until(end) {
            self.now = at;
            match coming {
                Coming::Timer { router } => self.timer(router),
                Coming::Frame { from, to: Some(to), octets } => self.deliver(from, to, &octets),
                Coming::Frame { from, to: None, octets } => self.deliver_to_all(from, &octets),
            }
        }
        self.now = self.now.max(end);
    }

    /// Does `action` now.
    ///
    /// # Errors
    ///
    /// [`UnknownName`]; nothing is done then.
    pub fn apply(&mut self, action: &Action) -> Result<(), UnknownName> {
        if let Some(unknown) = action.names().into_iter().find(|name| self.named(name).is_empty()) {
            return Err(UnknownName(unknown.to_owned()));
        }
        self.observer.note(self.now, Note::Acted(action));
        match action {
            Action::Crash(name) => self.each_on_host(name, Self::crash),
            Action::Start(name) => self.each_on_host(name, Self::boot),
            Action::Stop(name) => self.each_on_host(name, Self::stop),
            Action::Freeze(name) => self.each_on_host(name, Self::freeze),
            Action::Thaw(name) => self.each_on_host(name, Self::thaw),
            Action::Unplug(name) => self.each_on_link(name, |this, router| this.plug(router, false)),
            Action::Plug(name) => self.each_on_link(name, |this, router| this.plug(router, true)),
            Action::Fail(name) => self.each(name, |this, router| this.track(router, true)),
            Action::Recover(name) => self.each(name, |this, router| this.track(router, false)),
            Action::Priority(name, priority) => {
                self.each(name, |this, router| this.order(router, Order::Priority(*priority)));
            }
            Action::RemoveAddress(name) => {
                self.each(name, |this, router| this.order(router, Order::AddressRemoved));
            }
            Action::Maintenance(name, on) => {
                self.each(name, |this, router| this.order(router, Order::Maintenance(*on)));
            }
            Action::Block(from, to) => self.medium.block(&self.named(from), &self.named(to), true),
            Action::Unblock(from, to) => self.medium.block(&self.named(from), &self.named(to), false),
            Action::Partition(parts) => {
                let parts: Vec<Vec<usize>> = parts
                    .iter()
                    .map(|part| part.iter().flat_map(|name| self.named(name)).collect())
                    .collect();
                self.medium.partition(&parts);
            }
            Action::Heal => self.medium.heal(),
            Action::Loss(share) => self.medium.network.loss = *share,
            Action::Duplicate(share) => self.medium.network.duplicate = *share,
            Action::Reorder(share) => self.medium.network.reorder = *share,
            Action::Hold(duration) => self.medium.network.hold = *duration,
            Action::Delay(duration) => self.medium.network.delay = *duration,
            Action::Jitter(duration) => self.medium.network.jitter = *duration,
        }
        Ok(())
    }

    /// The routers that a name stands for: one router, or all of a host.
    fn named(&self, name: &str) -> Vec<usize> {
        let router = self.routers.iter().position(|router| router.spec.name == name);
        router.map_or_else(|| self.on_host(self.hosts.iter().position(|host| host == name)), |one| vec![one])
    }

    fn on_host(&self, host: Option<usize>) -> Vec<usize> {
        let all = self.routers.iter().enumerate();
        all.filter(|(_, router)| Some(router.host) == host).map(|(position, _)| position).collect()
    }

    fn each(&mut self, name: &str, mut act: impl FnMut(&mut Self, usize)) {
        for position in self.named(name) {
            act(self, position);
        }
    }

    /// A host does as one, whichever of its routers is named.
    fn each_on_host(&mut self, name: &str, mut act: impl FnMut(&mut Self, usize)) {
        let first = self.named(name).first().and_then(|first| self.routers.get(*first));
        for position in self.on_host(first.map(|router| router.host)) {
            act(self, position);
        }
    }

    /// A host has one link for each LAN; its own name stands for all of them.
    fn each_on_link(&mut self, name: &str, mut act: impl FnMut(&mut Self, usize)) {
        let named = self.named(name);
        let named = named.iter().filter_map(|position| self.routers.get(*position));
        let links: Vec<(usize, String)> =
            named.map(|router| (router.host, router.spec.lan.clone())).collect();
        for position in 0..self.routers.len() {
            let router = self.routers.get(position);
            let link = router.map(|router| (router.host, router.spec.lan.as_str()));
            if links.iter().any(|(host, lan)| link == Some((*host, lan))) {
                act(self, position);
            }
        }
    }

    fn set_power(&mut self, position: usize, power: Power) {
        if let Some(router) = self.routers.get_mut(position) {
            router.power = power;
            let state = router.machine.state();
            self.observer.note(self.now, Note::Power { router: position, power, state });
        }
    }

    fn crash(&mut self, position: usize) {
        if let Some((together, _)) = self.together(position) {
            let members = together.members.clone();
            let members = members.iter().filter_map(|member| self.routers.get(*member));
            let group = Group::new(members.map(|router| router.spec.config.clone()));
            if let Some((together, _)) = self.together(position) {
                together.group = group;
            }
        }
        if let Some(router) = self.routers.get_mut(position) {
            router.reset();
            self.set_power(position, Power::Off);
        }
    }

    fn boot(&mut self, position: usize) {
        let Some(router) = self.routers.get(position) else { return };
        if router.power != Power::Off {
            self.crash(position);
        }
        self.set_power(position, Power::On);
        // A sync group starts as one when all of its members are there.
        let starting = match self.together(position) {
            Some((together, _)) if together.last() != position => return,
            Some((together, _)) => together.members.clone(),
            None => vec![position],
        };
        for member in starting {
            let Some(router) = self.routers.get(member) else { continue };
            let (plugged, failed) = (router.plugged, router.tracker_failed);
            if !plugged {
                self.order(member, Order::FaultRaised(crate::machine::LINK));
            }
            if failed {
                self.order(member, Order::FaultRaised(crate::machine::TRACKER));
            }
        }
        // For all of a group.
        self.order(position, Order::Start);
    }

    fn stop(&mut self, position: usize) {
        self.order(position, Order::Stop);
        if self.routers.get(position).is_some_and(|router| router.power == Power::On) {
            self.crash(position);
        }
    }

    fn freeze(&mut self, position: usize) {
        if self.routers.get(position).is_some_and(|router| router.power == Power::On) {
            self.set_power(position, Power::Frozen);
        }
    }

    /// As the daemon's loop does it: hear all that arrived, each at the time at which it did, then
    /// look at the clock.
    fn thaw(&mut self, position: usize) {
        let Some(router) = self.routers.get_mut(position).filter(|router| router.power == Power::Frozen)
        else {
            return;
        };
        let frames = core::mem::take(&mut router.socket);
        let orders = core::mem::take(&mut router.orders);
        self.set_power(position, Power::On);
        for Waiting { at, from, octets } in frames {
            self.receive(from, position, at, &octets);
        }
        for order in &orders {
            self.input(position, *order);
        }
        // A process hears on all of its sockets before it looks at the clock.
        if self.together(position).is_none_or(|(together, _)| together.last() == position) {
            self.elapse(position);
        }
        if orders.contains(&Order::Stop) {
            self.crash(position);
        }
    }

    fn plug(&mut self, position: usize, plugged: bool) {
        let Some(router) = self.routers.get_mut(position).filter(|router| router.plugged != plugged) else {
            return;
        };
        router.plugged = plugged;
        let link = crate::machine::LINK;
        self.order(position, if plugged { Order::FaultCleared(link) } else { Order::FaultRaised(link) });
    }

    fn track(&mut self, position: usize, failed: bool) {
        let Some(router) = self.routers.get_mut(position) else { return };
        router.tracker_failed = failed;
        let tracker = crate::machine::TRACKER;
        self.order(position, if failed { Order::FaultRaised(tracker) } else { Order::FaultCleared(tracker) });
    }

    fn deliver_to_all(&mut self, from: usize, octets: &Arc<[u8]>) {
        let Some(group) = self.routers.get(from).map(|router| router.group) else { return };
        let mut number = 0;
        while let Some(to) = self.medium.member(group, number) {
            if to != from {
                self.deliver(from, to, octets);
            }
            number += 1;
        }
    }

    fn deliver(&mut self, from: usize, to: usize, octets: &Arc<[u8]>) {
        let now = self.now;
        let Some(router) = self.routers.get_mut(to) else { return };
        if !router.plugged || self.medium.is_blocked(from, to) {
            return;
        }
        match router.power {
            Power::Off => {}
            Power::Frozen => {
                if router.socket.len() < SOCKET_FRAMES {
                    router.socket.push_back(Waiting { at: now, from, octets: Arc::clone(octets) });
                }
            }
            Power::On => {
                self.receive(from, to, now, octets);
                self.elapse(to);
            }
        }
    }
}

fn check(specs: &[RouterSpec]) -> Result<(), SetupError> {
    for (position, spec) in specs.iter().enumerate() {
        for name in [&spec.name, &spec.host, &spec.lan] {
            if !is_name(name) {
                return Err(SetupError::Name(name.clone()));
            }
        }
        for other in specs.get(position + 1..).unwrap_or_default() {
            let foreign_host = other.host == spec.name && spec.host != spec.name
                || spec.host == other.name && other.host != other.name;
            if other.name == spec.name || foreign_host {
                return Err(SetupError::NameTwice(spec.name.clone()));
            }
            if other.lan != spec.lan || other.config.vrid != spec.config.vrid {
                continue;
            }
            let collision =
                |what| SetupError::Collision(spec.name.clone(), other.name.clone(), what, spec.lan.clone());
            if other.host == spec.host {
                return Err(collision("host and VRID"));
            }
            if other.config.primary_address == spec.config.primary_address {
                return Err(collision("address"));
            }
        }
    }
    Ok(())
}
