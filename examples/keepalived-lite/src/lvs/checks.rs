//! The checks thread: every probe and every judge.

use core::future::pending;
use core::net::SocketAddr;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use healthcheck::{Health, Scheduler, SchedulerEvent, spread};
use ipvs_netlink::{AddressFamily, ServiceKey};
use tokio::sync::mpsc::UnboundedReceiver;

use super::files::{Files, Followed, Word};
use super::judge::Judge;
use super::presence::Presence;
use super::prober::{Found, Place, Prober};
use super::report;
use super::service::Virtual;
use super::table::Order;
use crate::dump;
use crate::limits;
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

/// By what a virtual server is known across a reload: its name, for groups its protocol, and for marks its family.
type Identity = (String, &'static str, Option<AddressFamily>);

fn identity(server: &Virtual) -> Identity {
    (server.name.clone(), server.protocol, server.keys.first().map(ServiceKey::family))
}

/// All virtual servers.
#[derive(Debug)]
pub(crate) struct Checks {
    judges: Vec<Judge>,
    scheduler: Scheduler<u32>,
    /// What the scheduler's keys stand for, which are places here.
    probers: Vec<Option<Prober>>,
    /// For each judge whose checks may have to rest: whether they do now.
    rests: Vec<Option<bool>>,
    /// Listens where one of them may.
    presence: Option<Presence>,
    files: Files,
    orders: QueueSender<Order>,
}

impl Checks {
    /// None yet. `orders` leads to the lvs thread.
    #[must_use]
    pub(crate) fn new(orders: QueueSender<Order>) -> Self {
        Self {
            judges: Vec::new(),
            scheduler: Scheduler::new(),
            probers: Vec::new(),
            rests: Vec::new(),
            presence: None,
            files: Files::follow([]),
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
                said = self.files.said() => self.said(said),
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
        for (key, prober) in (0..).zip(&self.probers) {
            let Some(prober) = prober else { continue };
            let Some(judge) = self.judges.get(prober.place.service) else { continue };
            let Some(real) = judge.server.servers.get(prober.place.server) else { continue };
            all.entry((identity(&judge.server), real.member.address())).or_default().push(key);
        }
        all
    }

    fn replace(&mut self, servers: Vec<Virtual>) {
        let mut old: HashMap<Identity, Judge> =
            self.judges.drain(..).map(|judge| (identity(&judge.server), judge)).collect();
        let had: HashSet<ServiceKey> = old.values().flat_map(|judge| &judge.server.keys).copied().collect();
        let mut orders = Vec::new();
        for server in servers {
            self.judges.push(match old.remove(&identity(&server)) {
                Some(twin) => {
                    twin.removed(Some(&server.servers), &mut orders);
                    Judge::resume(server, &twin, &mut orders)
                }
                None => Judge::start(server, &mut orders),
            });
        }
        self.judges.shrink_to_fit();
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
        let vacant = (0..).zip(&before).filter(|(_, prober)| prober.is_none());
        let mut vacant: VecDeque<u32> = vacant.map(|(key, _)| key).collect();
        self.probers.resize_with(before.len(), || None);
        for (service, judge) in self.judges.iter().enumerate() {
            for (server, real) in judge.server.servers.iter().enumerate() {
                let twins = old.remove(&(identity(&judge.server), real.member.address())).unwrap_or_default();
                for (checker, check) in real.checks.iter().enumerate() {
                    seed = seed.wrapping_add(1);
                    let place = Place { service, server, checker };
                    let same = |key: &&u32| {
                        slot(&mut before, **key)
                            .is_some_and(|twin| twin.as_ref().is_some_and(|twin| twin.check.same_as(check)))
                    };
                    let twin = twins.iter().find(same).copied();
                    let prober = Prober::new(Arc::clone(check), place);
                    let Some(entry) = prober.entry(judge.found(server, checker)) else { continue };
                    let key = if let Some(key) = twin {
                        slot(&mut before, key).map(Option::take);
                        self.scheduler.replace(&key, entry);
                        self.scheduler.resume(&key);
                        key
                    } else {
                        let Some(key) = vacant.pop_front().or_else(|| u32::try_from(self.probers.len()).ok())
                        else {
                            continue;
                        };
                        self.scheduler.insert(key, entry.after(spread(seed, check.warmup())));
                        key
                    };
                    match slot(&mut self.probers, key) {
                        Some(place) => *place = Some(prober),
                        None => self.probers.push(Some(prober)),
                    }
                }
            }
        }
        for (key, _) in (0..).zip(&before).filter(|(_, gone)| gone.is_some()) {
            self.scheduler.remove(&key);
        }
        self.files = Files::follow(self.followed());
        self.scheduler.set_max_in_flight(limits::sockets(self.scheduler.len()));
    }

    /// The files that checks follow.
    fn followed(&self) -> Vec<(Place, Followed)> {
        let mut all = Vec::new();
        for (service, judge) in self.judges.iter().enumerate() {
            for (server, real) in judge.server.servers.iter().enumerate() {
                for (checker, check) in real.checks.iter().enumerate() {
                    all.extend(check.file().cloned().map(|file| (Place { service, server, checker }, file)));
                }
            }
        }
        all
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
            for (key, prober) in (0..).zip(&self.probers) {
                match prober.as_ref().filter(|prober| prober.place.service == service) {
                    Some(_) if present => self.scheduler.resume(&key),
                    Some(_) => self.scheduler.suspend(&key),
                    None => {}
                }
            }
        }
    }

    fn said(&mut self, words: Vec<Word>) {
        let mut orders = Vec::new();
        for (Place { service, server, checker }, value, (health, contribution)) in words {
            let Some(judge) = self.judges.get_mut(service) else { continue };
            if judge.found(server, checker) != Some(health)
                && let Some(real) = judge.server.servers.get(server)
                && let Some(check) = real.checks.get(checker)
            {
                let verb = if health == Health::Up { "succeeded" } else { "failed" };
                let (word, name, service) = (check.word(), judge.server.name_of(real), &judge.server.name);
                let (file, number) = (check.target(), value.get());
                tracing::info!("{word} on service {name} of VS {service} {verb}: {file}: {number}");
            }
            // A server that comes back comes with its new weight.
            judge.add((server, checker), contribution, &mut orders);
            judge.heard((server, checker), health, &mut orders);
        }
        self.send(orders);
    }

    fn happened(&mut self, event: SchedulerEvent<u32>) {
        let Some(Some(prober)) = slot(&mut self.probers, event.key) else { return };
        let Place { service, server, checker } = prober.place;
        let Some(judge) = self.judges.get_mut(service) else { return };
        let names = || {
            let real = judge.server.servers.get(server).map(|real| judge.server.name_of(real));
            format!("service {} of VS {}", real.unwrap_or_default(), judge.server.name)
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

fn slot(probers: &mut [Option<Prober>], key: u32) -> Option<&mut Option<Prober>> {
    probers.get_mut(usize::try_from(key).ok()?)
}

/// Waits for ever where nobody listens.
async fn changed(presence: &mut Option<Presence>) {
    match presence {
        Some(presence) => presence.changed().await,
        None => pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lvs::judge::tests::servers;
    use crate::queue::{QueueReceiver, queue};

    /// DNS, as it is balanced everywhere.
    const BOTH: &str = "
        virtual_server_group dns {
            192.0.2.1 53
        }
        virtual_server group dns {
            protocol TCP
            real_server 198.51.100.1 53 {
                TCP_CHECK {
                }
            }
        }
        virtual_server group dns {
            protocol UDP
            real_server 198.51.100.1 53 {
                TCP_CHECK {
                }
            }
        }";

    fn checks() -> (Checks, QueueReceiver<Order>) {
        let (orders, received) = queue().unwrap();
        (Checks::new(orders), received)
    }

    #[test]
    fn a_reload_knows_a_group_over_tcp_from_the_same_over_udp() {
        let (mut checks, orders) = checks();
        checks.replace(servers(BOTH));
        checks.judges[0].heard((0, 0), Health::Down, &mut Vec::new());
        checks.replace(servers(BOTH));
        let found: Vec<_> = checks.judges.iter().map(|judge| judge.found(0, 0)).collect();
        assert_eq!(found, [Some(Health::Down), None]);

        checks.replace(Vec::new());
        let mut gone = Vec::new();
        while let Some(order) = orders.try_recv() {
            if let Order::Remove(key) = order {
                gone.push(key.to_string());
            }
        }
        gone.sort();
        assert_eq!(gone, ["TCP 192.0.2.1:53", "UDP 192.0.2.1:53"]);
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_check_takes_little_memory() {
        const SERVERS: u8 = 250;
        let real = |number| {
            format!(
                "real_server 198.51.100.{number} 80 {{\nweight 1\nTCP_CHECK {{\nconnect_timeout 3\n}}\n}}\n"
            )
        };
        let reals: String = (1..=SERVERS).map(real).collect();
        let text = format!("virtual_server 192.0.2.1 80 {{\nlvs_method DR\nprotocol TCP\n{reals}}}\n");
        let (mut checks, _orders) = checks();
        let taken = allocation_counter::measure(|| {
            checks.replace(servers(&text));
            checks.probe(HashMap::new());
        });
        let each = taken.bytes_current / i64::from(SERVERS);
        println!("{each} octets a check, {} at the most", taken.bytes_max / u64::from(SERVERS));
        // What the kernel should hold is in it, and so are the limits of the containers.
        assert!(each < 1200, "{each} octets");
    }

    #[tokio::test(flavor = "current_thread")]
    async fn what_a_reload_keeps_keeps_its_key_and_what_goes_leaves_its_own_to_others() {
        let text = |servers: &[u8]| {
            let real = |number: &u8| format!("real_server 198.51.100.{number} 80 {{\nTCP_CHECK {{\n}}\n}}\n");
            let reals: String = servers.iter().map(real).collect();
            format!("virtual_server 192.0.2.1 80 {{\nprotocol TCP\n{reals}}}\n")
        };
        let (mut checks, _orders) = checks();
        let mut reload = |numbers: &[u8]| {
            let old = checks.identities();
            checks.replace(servers(&text(numbers)));
            checks.probe(old);
            assert_eq!(checks.scheduler.len(), numbers.len());
            let targets = checks.probers.iter().map(|prober| Some(prober.as_ref()?.check.target()));
            targets.map(|target| target.unwrap_or_default().replace("198.51.100.", "")).collect::<Vec<_>>()
        };
        assert_eq!(reload(&[1, 2, 3]), ["1:80", "2:80", "3:80"]);
        assert_eq!(reload(&[3, 1]), ["1:80", "", "3:80"]);
        assert_eq!(reload(&[4, 3, 5, 1]), ["1:80", "4:80", "3:80", "5:80"]);
    }
}
