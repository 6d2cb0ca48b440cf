//! The checks thread: every probe and every judge.

use core::future::pending;
use core::net::SocketAddr;
use core::num::NonZeroUsize;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use healthcheck::{Scheduler, SchedulerEvent, spread};
use ipvs_netlink::{AddressFamily, ServiceKey};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tokio::sync::mpsc::UnboundedReceiver;

use super::judge::Judge;
use super::presence::Presence;
use super::prober::{Found, Place, Prober};
use super::report;
use super::service::Virtual;
use super::table::Order;
use crate::dump;
use crate::queue::QueueSender;

/// Descriptors for everything but checks.
const OTHER_DESCRIPTORS: u64 = 256;

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
    scheduler: Scheduler<u32>,
    /// What the scheduler's keys stand for; a key is never given twice.
    probers: HashMap<u32, Prober>,
    next_key: u32,
    /// For each judge whose checks may have to rest: whether they do now.
    rests: Vec<Option<bool>>,
    /// Listens where one of them may.
    presence: Option<Presence>,
    orders: QueueSender<Order>,
}

impl Checks {
    /// None yet. `orders` leads to the lvs thread.
    #[must_use]
    pub(crate) fn new(orders: QueueSender<Order>) -> Self {
        Self {
            judges: Vec::new(),
            scheduler: Scheduler::new(),
            probers: HashMap::new(),
            next_key: 0,
            rests: Vec::new(),
            presence: None,
            orders,
        }
    }

    /// Probes and judges until [`Command::Stop`].
    pub(crate) async fn run(mut self, mut commands: UnboundedReceiver<Command>) {
        loop {
            tokio::select! {
                biased;
                command = commands.recv() => match command {
                    Some(Command::Replace(servers)) => {
                        let old = self.identities();
                        self.replace(servers);
                        self.probe(old);
                        self.listen();
                    }
                    Some(Command::Report) => dump::write_file(report::FILE, &report::text(&self.judges)),
                    Some(Command::Stop) | None => break,
                },
                () = changed(&mut self.presence) => self.look_around(),
                event = self.scheduler.next() => self.happened(event),
            }
        }
        // Its probes end here.
        self.scheduler = Scheduler::new();
        let mut orders = Vec::new();
        self.judges.iter().for_each(|judge| judge.stop(&mut orders));
        self.send(orders);
    }

    /// The checks that are made, by what they are of.
    fn identities(&self) -> HashMap<(Identity, SocketAddr), Vec<u32>> {
        let mut all: HashMap<_, Vec<u32>> = HashMap::new();
        for (key, prober) in &self.probers {
            let Some(judge) = self.judges.get(prober.place.service) else { continue };
            let Some(real) = judge.server.servers.get(prober.place.server) else { continue };
            all.entry((identity(&judge.server), real.member.address())).or_default().push(*key);
        }
        all
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

    /// Goes over to the checks of the judges. A check that was made before goes on where it was.
    fn probe(&mut self, mut old: HashMap<(Identity, SocketAddr), Vec<u32>>) {
        // Two directors with the same file do not probe in step.
        let mut seed = u64::from(std::process::id()) << 32;
        let mut before = core::mem::take(&mut self.probers);
        for (service, judge) in self.judges.iter().enumerate() {
            for (server, real) in judge.server.servers.iter().enumerate() {
                let twins = old.remove(&(identity(&judge.server), real.member.address())).unwrap_or_default();
                for (checker, check) in real.checks.iter().enumerate() {
                    seed = seed.wrapping_add(1);
                    let place = Place { service, server, checker };
                    let same = |key: &&u32| before.get(key).is_some_and(|twin| twin.check.same_as(check));
                    let twin = twins.iter().find(same).copied();
                    let prober = Prober::new(Arc::clone(check), place);
                    let Some(entry) = prober.entry(judge.found(server, checker)) else { continue };
                    let key = match twin {
                        Some(key) => {
                            before.remove(&key);
                            self.scheduler.replace(&key, entry);
                            self.scheduler.resume(&key);
                            key
                        }
                        None => {
                            let key = self.next_key;
                            self.next_key = self.next_key.wrapping_add(1);
                            self.scheduler.insert(key, entry.after(spread(seed, check.warmup)));
                            key
                        }
                    };
                    self.probers.insert(key, prober);
                }
            }
        }
        for key in before.keys() {
            self.scheduler.remove(key);
        }
        self.scheduler.set_max_in_flight(allowed(self.probers.len()));
    }

    /// Makes ready to suspend checks, where that is asked for.
    fn listen(&mut self) {
        self.rests = self.judges.iter().map(|judge| judge.server.ha_suspend.then_some(false)).collect();
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
    fn look_around(&mut self) {
        let Ok(here) = Presence::addresses() else { return };
        for (service, (judge, rest)) in self.judges.iter().zip(&mut self.rests).enumerate() {
            let Some(rests) = rest else { continue };
            let present = judge.server.keys.iter().any(|key| match key {
                ServiceKey::Address { address, .. } => here.contains(&address.ip()),
                ServiceKey::FirewallMark { .. } => true,
            });
            if core::mem::replace(rests, !present) != present {
                continue;
            }
            let act = if present { "Activating" } else { "Suspending" };
            tracing::info!("{act} the checks of VS {}", judge.server.name);
            for (key, _) in self.probers.iter().filter(|(_, prober)| prober.place.service == service) {
                match present {
                    true => self.scheduler.resume(key),
                    false => self.scheduler.suspend(key),
                }
            }
        }
    }

    fn happened(&mut self, event: SchedulerEvent<u32>) {
        let Some(prober) = self.probers.get_mut(&event.key) else { return };
        let Place { service, server, checker } = prober.place;
        let Some(judge) = self.judges.get_mut(service) else { return };
        let names = || {
            let real = judge.server.servers.get(server).map_or("?", |real| real.name.as_str());
            format!("service {real} of VS {}", judge.server.name)
        };
        let Some(found) = prober.heard(event.what, names) else { return };
        let mut orders = Vec::new();
        match found {
            Found::Health(health) => judge.heard((server, checker), health, &mut orders),
            Found::Weight(weight) => judge.weigh((server, checker), weight, &mut orders),
        }
        self.send(orders);
    }

    fn send(&self, orders: Vec<Order>) {
        orders.into_iter().for_each(|order| self.orders.send(order));
    }
}

/// How many of `checks` may be made at once. As keepalived does, the limit of descriptors is raised to what
/// they need, as far as that is allowed.
fn allowed(checks: usize) -> NonZeroUsize {
    let wanted = u64::try_from(checks).unwrap_or(u64::MAX).saturating_add(OTHER_DESCRIPTORS);
    let (mut soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap_or((1024, 1024));
    let raised = wanted.min(hard);
    if raised > soft && setrlimit(Resource::RLIMIT_NOFILE, raised, hard).is_ok() {
        soft = raised;
    }
    let left = usize::try_from(soft.saturating_sub(OTHER_DESCRIPTORS)).unwrap_or(usize::MAX);
    NonZeroUsize::new(left).unwrap_or(NonZeroUsize::MIN)
}

/// Waits for ever where nobody listens.
async fn changed(presence: &mut Option<Presence>) {
    match presence {
        Some(presence) => presence.changed().await,
        None => pending().await,
    }
}
