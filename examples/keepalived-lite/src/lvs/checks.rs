//! The checks thread: every probe and every judge.

use core::time::Duration;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use healthcheck::{Checker, Event, Health, Input, Instant, LocalProblem, Output, Transition, spread};
use ipvs_netlink::{AddressFamily, ServiceKey};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio::time::sleep_until;

use super::check::Check;
use super::judge::Judge;
use super::report;
use super::service::Virtual;
use super::table::Order;
use crate::dump;
use crate::queue::QueueSender;

/// What comes from the worker's main thread.
#[derive(Debug)]
pub(crate) enum Command {
    /// Check these from now on; the first time, or because of a reload.
    Replace(Vec<Virtual>),
    /// Write what is known to a file.
    Report,
    /// No more probes.
    Stop,
}

/// Which check of which real server of which virtual server.
#[derive(Clone, Copy, Debug)]
struct Place {
    service: usize,
    server: usize,
    checker: usize,
}

/// What a check has to say.
#[derive(Clone, Copy, Debug)]
enum Found {
    Health(Health),
    Weight(u32),
}

/// By what a virtual server is known across a reload: its name, and for marks its family.
type Identity = (String, Option<AddressFamily>);

fn identity(server: &Virtual) -> Identity {
    (server.name.clone(), server.keys.first().map(ServiceKey::family))
}

/// All virtual servers.
#[derive(Debug)]
pub(crate) struct Checks {
    judges: Vec<Judge>,
    orders: QueueSender<Order>,
}

impl Checks {
    /// None yet. `orders` leads to the lvs thread.
    #[must_use]
    pub(crate) const fn new(orders: QueueSender<Order>) -> Self {
        Self { judges: Vec::new(), orders }
    }

    /// Probes and judges until [`Command::Stop`].
    pub(crate) async fn run(mut self, mut commands: UnboundedReceiver<Command>) {
        // Dropping it ends all probes at once.
        let mut probes = JoinSet::new();
        let (_, mut told) = unbounded_channel();
        loop {
            tokio::select! {
                biased;
                command = commands.recv() => match command {
                    Some(Command::Replace(servers)) => {
                        probes = JoinSet::new();
                        // What the old probes had to say is about other places.
                        let (tell, fresh) = unbounded_channel();
                        told = fresh;
                        self.replace(servers);
                        self.probe(&mut probes, &tell);
                    }
                    Some(Command::Report) => dump::write_file(report::FILE, &report::text(&self.judges)),
                    Some(Command::Stop) | None => break,
                },
                Some((place, found)) = told.recv() => self.heard(place, found),
            }
        }
        drop(probes);
        let mut orders = Vec::new();
        self.judges.iter().for_each(|judge| judge.stop(&mut orders));
        self.send(orders);
    }

    fn replace(&mut self, servers: Vec<Virtual>) {
        let mut old: HashMap<Identity, Judge> =
            self.judges.drain(..).map(|judge| (identity(&judge.server), judge)).collect();
        let had: HashSet<ServiceKey> = old.values().flat_map(|judge| &judge.server.keys).copied().collect();
        let mut orders = Vec::new();
        let mut subject: usize = 0;
        for server in servers {
            let scripts = server.scripts().count();
            self.judges.push(match old.remove(&identity(&server)) {
                Some(twin) => {
                    twin.removed(Some(&server.servers), &mut orders);
                    Judge::resume(server, subject, &twin, &mut orders)
                }
                None => Judge::start(server, subject, &mut orders),
            });
            subject = subject.saturating_add(scripts);
        }
        old.values().for_each(|judge| judge.removed(None, &mut orders));
        let has: HashSet<ServiceKey> =
            self.judges.iter().flat_map(|judge| &judge.server.keys).copied().collect();
        orders.extend(had.difference(&has).map(|key| Order::Remove(*key)));
        self.send(orders);
    }

    /// Starts every check.
    fn probe(&self, probes: &mut JoinSet<()>, tell: &UnboundedSender<(Place, Found)>) {
        let origin = tokio::time::Instant::now();
        // Two directors with the same file do not probe in step.
        let mut seed = u64::from(std::process::id()) << 32;
        for (service, judge) in self.judges.iter().enumerate() {
            for (server, real) in judge.server.servers.iter().enumerate() {
                for (checker, check) in real.checks.iter().enumerate() {
                    seed = seed.wrapping_add(1);
                    let machine = match judge.found(server, checker) {
                        Some(health) => Checker::resumed(check.config, health),
                        None => Checker::new(check.config),
                    };
                    let place = Place { service, server, checker };
                    let names = format!("service {} of VS {}", real.name, judge.server.name);
                    let check = Arc::clone(check);
                    let prober = Prober {
                        check,
                        checker: machine,
                        names,
                        origin,
                        place,
                        tell: tell.clone(),
                        problem: None,
                    };
                    let delay = spread(seed, prober.check.warmup);
                    probes.spawn(prober.run(delay));
                }
            }
        }
    }

    fn heard(&mut self, place: Place, found: Found) {
        let Some(judge) = self.judges.get_mut(place.service) else { return };
        let mut orders = Vec::new();
        match found {
            Found::Health(health) => judge.heard((place.server, place.checker), health, &mut orders),
            Found::Weight(weight) => judge.weigh(place.server, weight, &mut orders),
        }
        self.send(orders);
    }

    fn send(&self, orders: Vec<Order>) {
        orders.into_iter().for_each(|order| self.orders.send(order));
    }
}

/// One check with its machine.
struct Prober {
    check: Arc<Check>,
    checker: Checker,
    /// Of the real and the virtual server, for the log.
    names: String,
    origin: tokio::time::Instant,
    place: Place,
    tell: UnboundedSender<(Place, Found)>,
    /// Why the last probe could not be made, as the log has it already.
    problem: Option<LocalProblem>,
}

impl Prober {
    async fn run(mut self, delay: Duration) {
        let now = self.now();
        self.checker.handle_input(now, Input::Start { delay });
        while let Some(due) = self.checker.poll_timeout() {
            sleep_until(self.origin + due.since_origin()).await;
            let now = self.now();
            self.checker.handle_timeout(now);
            while let Some(output) = self.checker.poll_output() {
                match output {
                    Output::StartProbe { target } => self.probe(target).await,
                    Output::Transition(change) => self.changed(change),
                    Output::Event(event) => self.event(event),
                }
            }
        }
    }

    fn now(&self) -> Instant {
        Instant::from_origin(self.origin.elapsed())
    }

    async fn probe(&mut self, target: u16) {
        let start = self.now();
        // Targets are counted by the probes there are.
        let Some(probe) = self.check.probes.get(usize::from(target)) else { return };
        let report = probe.probe().await;
        let end = if self.check.from_start { start } else { self.now() };
        if let Some(weight) = report.weight {
            self.say(Found::Weight(weight));
        }
        if report.outcome.is_success() {
            self.problem = None;
        }
        self.checker.handle_input(end, Input::ProbeResult(report.outcome));
    }

    fn changed(&self, change: Transition) {
        let names = &self.names;
        match change {
            Transition::Up => {
                tracing::info!("check of {names} succeeds");
                self.say(Found::Health(Health::Up));
            }
            Transition::Down { cause, failures } => {
                let why = self.check.explain(cause);
                tracing::info!("check of {names} failed, {failures} in a row: {why}");
                self.say(Found::Health(Health::Down));
            }
        }
    }

    fn event(&mut self, event: Event) {
        let names = &self.names;
        match event {
            Event::ProbeFailed { cause, .. } if self.check.log_all_failures => {
                tracing::info!("check of {names} failed: {}", self.check.explain(cause));
            }
            Event::ProbeFailed { retries_left: None, .. } => {}
            Event::ProbeFailed { cause, retries_left: Some(_) } => {
                tracing::debug!("check of {names} failed: {}", self.check.explain(cause));
            }
            Event::Confirmed(health) => self.say(Found::Health(health)),
            Event::NotProbed(problem) => {
                // Once, not each time.
                if self.problem.replace(problem) != Some(problem) {
                    tracing::error!("check of {names} cannot be made: {problem}");
                }
            }
            other @ (Event::UnexpectedResult | _) => tracing::error!("{other:?} in the check of {names}"),
        }
    }

    fn say(&self, found: Found) {
        // The receiver is gone only when all probes end.
        let _ = self.tell.send((self.place, found));
    }
}
