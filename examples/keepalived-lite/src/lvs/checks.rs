//! The checks thread: every probe and every judge.

use core::future::pending;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use healthcheck::{Checker, spread};
use ipvs_netlink::{AddressFamily, ServiceKey};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::judge::Judge;
use super::presence::Presence;
use super::prober::{Found, Place, Prober};
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

/// By what a virtual server is known across a reload: its name, and for marks its family.
type Identity = (String, Option<AddressFamily>);

fn identity(server: &Virtual) -> Identity {
    (server.name.clone(), server.keys.first().map(ServiceKey::family))
}

/// All virtual servers.
#[derive(Debug)]
pub(crate) struct Checks {
    judges: Vec<Judge>,
    /// For each judge whose checks may have to rest: whether they do now.
    rests: Vec<Option<watch::Sender<bool>>>,
    /// Listens where one of them may.
    presence: Option<Presence>,
    orders: QueueSender<Order>,
}

impl Checks {
    /// None yet. `orders` leads to the lvs thread.
    #[must_use]
    pub(crate) const fn new(orders: QueueSender<Order>) -> Self {
        Self { judges: Vec::new(), rests: Vec::new(), presence: None, orders }
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
                        self.listen();
                        self.probe(&mut probes, &tell);
                    }
                    Some(Command::Report) => dump::write_file(report::FILE, &report::text(&self.judges)),
                    Some(Command::Stop) | None => break,
                },
                Some((place, found)) = told.recv() => self.heard(place, found),
                () = changed(&mut self.presence) => self.look_around(),
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

    /// Makes ready to suspend checks, where that is asked for.
    fn listen(&mut self) {
        let rest = |judge: &Judge| judge.server.ha_suspend.then(|| watch::channel(false).0);
        self.rests = self.judges.iter().map(rest).collect();
        if self.rests.iter().all(Option::is_none) {
            self.presence = None;
            return;
        }
        if self.presence.is_none() {
            self.presence = Presence::new()
                .map_err(|error| tracing::error!("ha_suspend is without effect: {error}"))
                .ok();
        }
        if self.presence.is_some() {
            self.look_around();
        }
    }

    /// Suspends the checks of services whose address is not here, and resumes the others.
    fn look_around(&self) {
        let Ok(here) = Presence::addresses() else { return };
        for (judge, rest) in self.judges.iter().zip(&self.rests) {
            let Some(rest) = rest else { continue };
            let present = judge.server.keys.iter().any(|key| match key {
                ServiceKey::Address { address, .. } => here.contains(&address.ip()),
                ServiceKey::FirewallMark { .. } => true,
            });
            if rest.send_if_modified(|rests| core::mem::replace(rests, !present) == present) {
                let act = if present { "Activating" } else { "Suspending" };
                tracing::info!("{act} the checks of VS {}", judge.server.name);
            }
        }
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
                    let rests = self.rests.get(service).and_then(Option::as_ref);
                    let rests = rests.map(watch::Sender::subscribe);
                    let tell = tell.clone();
                    let (problem, asked) = (None, None);
                    let prober =
                        Prober { check, checker: machine, names, origin, place, tell, rests, problem, asked };
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
            Found::Weight(weight) => judge.weigh((place.server, place.checker), weight, &mut orders),
        }
        self.send(orders);
    }

    fn send(&self, orders: Vec<Order>) {
        orders.into_iter().for_each(|order| self.orders.send(order));
    }
}

/// Waits for ever where nobody listens.
async fn changed(presence: &mut Option<Presence>) {
    match presence {
        Some(presence) => presence.changed().await,
        None => pending().await,
    }
}
