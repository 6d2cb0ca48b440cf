//! One virtual server: what its checks say becomes orders for the kernel and news for scripts.

use std::sync::Arc;

use healthcheck::{
    Contribution, Health, MAX_WEIGHT, Quorum, QuorumConfig, QuorumEvent, QuorumInput, QuorumOutput,
};
use ipvs_netlink::{ServiceKey, Table};

use super::check::Check;
use super::service::Virtual;
use super::table::Order;
use crate::notify::News;

mod reload;

/// A virtual server that is judged.
#[derive(Debug)]
pub(crate) struct Judge {
    /// What it is.
    pub server: Virtual,
    quorum: Quorum,
    /// Of every check, those of the first real server first.
    known: Box<[Known]>,
    /// For each real server the place of its first check there.
    firsts: Box<[usize]>,
}

/// What one check has said.
#[derive(Clone, Copy, Debug)]
struct Known {
    /// What it has found, if it has found anything yet.
    health: Option<Health>,
    /// What it adds to the weight.
    added: i64,
}

impl Judge {
    /// Starts to judge.
    pub(crate) fn start(server: Virtual, orders: &mut Vec<Order>) -> Self {
        let known = at_start(&server);
        let mut judge = Self::new(server, known);
        judge.feed(QuorumInput::Start, orders);
        if judge.server.notify_at_start {
            let up = (0..judge.server.servers.len()).filter(|server| judge.quorum.is_up(*server));
            orders.extend(up.filter_map(|server| judge.news(server, true)));
        }
        judge
    }

    /// With what is known of its checks; nothing is put out yet.
    fn new(mut server: Virtual, known: Vec<Known>) -> Self {
        // The quorum needs them and nobody else does.
        let servers = core::mem::take(&mut server.quorum.servers);
        let quorum = Quorum::new(QuorumConfig { servers, ..server.quorum.clone() });
        let firsts = server.servers.iter().scan(0_usize, |next, real| {
            let after = next.saturating_add(real.checks.len());
            Some(core::mem::replace(next, after))
        });
        let mut judge = Self { quorum, known: known.into(), firsts: firsts.collect(), server };
        let servers = judge.server.servers.iter().enumerate();
        let places =
            servers.flat_map(|(server, real)| (0..real.checks.len()).map(move |checker| (server, checker)));
        for ((server, checker), known) in places.zip(&judge.known).filter(|(_, known)| known.added != 0) {
            let contribution = Contribution(known.added);
            judge.quorum.handle_input(QuorumInput::Contribution { server, checker, contribution });
        }
        judge
    }

    fn place_of(&self, (server, checker): (usize, usize)) -> Option<usize> {
        self.server.servers.get(server)?.checks.get(checker)?;
        self.firsts.get(server)?.checked_add(checker)
    }

    fn known(&self, place: (usize, usize)) -> Option<Known> {
        self.known.get(self.place_of(place)?).copied()
    }

    fn known_mut(&mut self, place: (usize, usize)) -> Option<&mut Known> {
        let place = self.place_of(place)?;
        self.known.get_mut(place)
    }

    /// What a check of a real server has found before, for [`Checker::resumed`].
    ///
    /// [`Checker::resumed`]: healthcheck::Checker::resumed
    #[must_use]
    pub(crate) fn found(&self, server: usize, checker: usize) -> Option<Health> {
        self.known((server, checker))?.health
    }

    /// Whether this real server is up.
    #[must_use]
    pub(crate) fn is_up(&self, server: usize) -> bool {
        self.quorum.is_up(server)
    }

    /// The weight of this real server while it is up.
    #[must_use]
    pub(crate) fn weight(&self, server: usize) -> u32 {
        let real = self.server.servers.get(server);
        let (written, checks) = real.map_or((0, 0), |real| (real.weight, real.checks.len()));
        let added = (0..checks).filter_map(|checker| self.known((server, checker)));
        let sum = added.fold(i64::from(written), |sum, known| sum.saturating_add(known.added));
        u32::try_from(sum.max(0)).unwrap_or(MAX_WEIGHT).min(MAX_WEIGHT)
    }

    /// Whether enough weight is alive.
    #[must_use]
    pub(crate) const fn has_quorum(&self) -> bool {
        self.quorum.has_quorum()
    }

    /// Sum of the weights of real servers that are up.
    #[must_use]
    pub(crate) fn live_weight(&self) -> u64 {
        self.quorum.live_weight()
    }

    /// A check says something, perhaps what it has said before.
    pub(crate) fn heard(
        &mut self,
        (server, checker): (usize, usize),
        health: Health,
        orders: &mut Vec<Order>,
    ) {
        let known = self.known_mut((server, checker));
        let first = known.map(|known| known.health.replace(health)) == Some(None);
        let was_up = self.quorum.is_up(server);
        self.feed(QuorumInput::Checker { server, checker, health }, orders);
        // keepalived runs the script for a server whose first check confirms that it is down.
        if first && health == Health::Down && !was_up {
            orders.extend(self.news(server, false));
        }
        if health == Health::Down {
            // What it said last counts no more.
            self.add((server, checker), Contribution(0), orders);
        }
    }

    /// A check that succeeded asks for this weight (`misc_dynamic`), or says nothing about it.
    pub(crate) fn weigh(&mut self, place: (usize, usize), weight: Option<u32>, orders: &mut Vec<Order>) {
        let Some(real) = self.server.servers.get(place.0) else { return };
        let change = weight.map_or(0, |weight| i64::from(weight) - i64::from(real.weight));
        self.add(place, Contribution(change), orders);
    }

    /// A check adds this to the weight, instead of what it added before.
    pub(crate) fn add(
        &mut self,
        (server, checker): (usize, usize),
        contribution: Contribution,
        orders: &mut Vec<Order>,
    ) {
        let before = self.weight(server);
        let slot = self.known_mut((server, checker));
        if slot.is_none_or(|slot| core::mem::replace(&mut slot.added, contribution.0) == contribution.0) {
            return;
        }
        let after = self.weight(server);
        if let Some(real) = self.server.servers.get(server)
            && before != after
        {
            let inactive = if self.is_up(server) { "" } else { "in" };
            tracing::info!(
                "Changing weight from {before} to {after} for {inactive}active service {} of VS {}",
                self.server.name_of(real),
                self.server.name
            );
        }
        self.feed(QuorumInput::Contribution { server, checker, contribution }, orders);
    }

    /// The daemon stops: with `omega` scripts are told that all is down.
    pub(crate) fn stop(&self, orders: &mut Vec<Order>) {
        if !self.server.omega {
            return;
        }
        let up = (0..self.server.servers.len()).filter(|server| self.quorum.is_up(*server));
        orders.extend(up.filter_map(|server| self.news(server, false)));
        // keepalived does not ask whether there was a quorum to lose.
        orders.extend(self.news(self.server.servers.len(), false));
    }

    fn feed(&mut self, input: QuorumInput, orders: &mut Vec<Order>) {
        self.quorum.handle_input(input);
        while let Some(output) = self.quorum.poll_output() {
            match output {
                QuorumOutput::SetDestinations(_) => {
                    let wanted = self.server.keys.iter().map(|key| Order::Want(*key, self.table(key)));
                    orders.extend(wanted);
                }
                QuorumOutput::Event(event) => {
                    self.log(event);
                    orders.extend(self.tell(event));
                }
            }
        }
    }

    /// What the kernel should hold for one of the services.
    fn table(&self, key: &ServiceKey) -> Table {
        let mut table = Table::new();
        table.insert(*key, self.server.service.clone());
        let wanted = self.quorum.destinations();
        let reals = wanted
            .servers
            .iter()
            .filter_map(|(place, weight)| self.server.servers.get(*place).map(|real| (real.member, *weight)));
        let sorry = self.server.sorry.zip(wanted.sorry);
        for (member, weight) in reals.chain(sorry) {
            table.insert_destination(*key, member.key(key), member.with_weight(weight));
        }
        table
    }

    fn tell(&self, event: QuorumEvent) -> Option<Order> {
        let quorum = self.server.servers.len();
        match event {
            QuorumEvent::ServerUp { server } => self.news(server, true),
            QuorumEvent::ServerDown { server } => self.news(server, false),
            QuorumEvent::QuorumGained { .. } => self.news(quorum, true),
            QuorumEvent::QuorumLost { .. } => self.news(quorum, false),
            QuorumEvent::UnknownPlace | _ => None,
        }
    }

    /// If somebody wants to know. The place behind the last real server is the virtual server itself.
    fn news(&self, place: usize, up: bool) -> Option<Order> {
        let scripts = self.server.servers.get(place).map_or(&self.server.scripts, |real| &real.scripts);
        scripts.as_ref().map(|scripts| Order::News(News::Lvs { scripts: Arc::clone(scripts), up }))
    }

    fn log(&self, event: QuorumEvent) {
        let service = &self.server.name;
        let real = |place: usize| self.server.servers.get(place);
        match event {
            QuorumEvent::ServerUp { server } => {
                let Some(real) = real(server) else { return };
                let act = if real.inhibit { ("Enabling", "of") } else { ("Adding", "to") };
                tracing::info!("{} service {} {} VS {service}", act.0, self.server.name_of(real), act.1);
            }
            QuorumEvent::ServerDown { server } => {
                let Some(real) = real(server) else { return };
                let act = if real.inhibit { ("Disabling", "of") } else { ("Removing", "from") };
                tracing::info!("{} service {} {} VS {service}", act.0, self.server.name_of(real), act.1);
            }
            QuorumEvent::QuorumGained { live, threshold, .. } => {
                tracing::info!("Gained quorum {threshold} <= {live} for VS {service}");
            }
            QuorumEvent::QuorumLost { live, threshold, .. } => {
                tracing::info!("Lost quorum {threshold} > {live} for VS {service}");
                if let Some(sorry) = &self.server.sorry {
                    tracing::info!("Adding sorry server {} to VS {service}", sorry.address());
                }
            }
            other @ (QuorumEvent::UnknownPlace | _) => tracing::error!("{other:?} in VS {service}"),
        }
    }
}

/// What is known before anything was probed.
fn at_start(server: &Virtual) -> Vec<Known> {
    let known = |check: &Arc<Check>| {
        let start = check.start();
        Known { health: Some(start.health).filter(|_| start.known), added: start.contribution.0 }
    };
    server.servers.iter().flat_map(|real| &real.checks).map(known).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::cli::Options;
    use crate::config_file;
    use crate::lvs::service::build;

    pub(super) const TWO: &str = "
        virtual_server 192.0.2.1 80 {
            lvs_sched rr
            lvs_method DR
            protocol TCP
            quorum 2
            sorry_server 198.51.100.9 80
            quorum_up /bin/true
            quorum_down /bin/true
            real_server 198.51.100.1 80 {
                weight 1
                notify_up /bin/true
                notify_down /bin/true
                TCP_CHECK {
                }
            }
            real_server 198.51.100.2 80 {
                weight 3
                inhibit_on_failure
                notify_up /bin/true
                notify_down /bin/true
                TCP_CHECK {
                    retry 2
                }
            }
        }";

    /// The first virtual server of a configuration.
    pub(crate) fn server(text: &str) -> Virtual {
        servers(text).remove(0)
    }

    /// All of them.
    pub(crate) fn servers(text: &str) -> Vec<Virtual> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let options = Options::read(&["-f".into(), file.path().into()]).unwrap();
        let mut loaded = config_file::load(&options).unwrap();
        build(&mut loaded.config)
    }

    /// Who the news of [`TWO`] are about.
    pub(super) const ONE: &str = "[198.51.100.1]:tcp:80 of VS [192.0.2.1]:tcp:80";
    pub(super) const OTHER: &str = "[198.51.100.2]:tcp:80 of VS [192.0.2.1]:tcp:80";
    pub(super) const QUORUM: &str = "VS [192.0.2.1]:tcp:80";

    /// The last table ordered, as `address weight` in the order of addresses, and the news.
    pub(super) fn told(orders: &mut Vec<Order>) -> (Option<String>, Vec<(String, bool)>) {
        let (mut table, mut news) = (None, Vec::new());
        for order in orders.drain(..) {
            match order {
                Order::Want(key, wanted) => {
                    let all = wanted.destinations(&key);
                    let all = all.map(|(key, found)| format!("{} {}", key.address().ip(), found.weight));
                    table = Some(all.collect::<Vec<_>>().join(", "));
                }
                Order::News(News::Lvs { scripts, up }) => news.push((scripts.name.clone(), up)),
                Order::News(News::Vrrp(_) | News::Audience(_) | News::Stop)
                | Order::Remove(_)
                | Order::Whole(..)
                | Order::Lead(_)
                | Order::Stop(_) => {
                    panic!("an order for the thread alone");
                }
            }
        }
        (table, news)
    }

    pub(super) fn is(table: &str, news: &[(&str, bool)]) -> (Option<String>, Vec<(String, bool)>) {
        (Some(table.to_owned()), news.iter().map(|(name, up)| ((*name).to_owned(), *up)).collect())
    }

    #[test]
    fn what_checks_say_becomes_tables_and_news() {
        let mut orders = Vec::new();
        let mut judge = Judge::start(server(TWO), &mut orders);
        assert_eq!(told(&mut orders), is("198.51.100.1 1, 198.51.100.2 3", &[(QUORUM, true)]));
        judge.heard((0, 0), Health::Down, &mut orders);
        assert_eq!(told(&mut orders), is("198.51.100.2 3", &[(ONE, false)]));
        judge.heard((1, 0), Health::Down, &mut orders);
        assert_eq!(
            told(&mut orders),
            is("198.51.100.2 0, 198.51.100.9 1", &[(OTHER, false), (QUORUM, false)])
        );
        judge.heard((1, 0), Health::Up, &mut orders);
        assert_eq!(told(&mut orders), is("198.51.100.2 3", &[(OTHER, true), (QUORUM, true)]));
        judge.weigh((1, 0), Some(2), &mut orders);
        assert_eq!(told(&mut orders), is("198.51.100.2 2", &[]));
        judge.weigh((1, 0), Some(9), &mut orders);
        assert_eq!(told(&mut orders), is("198.51.100.2 9", &[]), "weights do not add up");
        judge.weigh((1, 0), None, &mut orders);
        assert_eq!(told(&mut orders), is("198.51.100.2 3", &[]), "exit status 0: as written");
    }

    #[test]
    fn a_check_that_failed_says_nothing_about_the_weight() {
        let mut orders = Vec::new();
        let mut judge = Judge::start(server(TWO), &mut orders);
        judge.weigh((1, 0), Some(7), &mut orders);
        judge.heard((1, 0), Health::Down, &mut orders);
        orders.clear();
        judge.heard((1, 0), Health::Up, &mut orders);
        assert_eq!(told(&mut orders), is("198.51.100.1 1, 198.51.100.2 3", &[(OTHER, true), (QUORUM, true)]));
        judge.add((0, 0), Contribution(-5), &mut orders);
        assert_eq!(told(&mut orders).0.as_deref(), Some("198.51.100.1 0, 198.51.100.2 3"), "not below 0");
    }

    #[test]
    fn only_omega_tells_scripts_that_all_ends() {
        let mut orders = Vec::new();
        let judge = Judge::start(server(TWO), &mut orders);
        orders.clear();
        judge.stop(&mut orders);
        assert!(orders.is_empty());
        let judge = Judge::start(server(&TWO.replace("quorum 2", "omega\nquorum 2")), &mut orders);
        orders.clear();
        judge.stop(&mut orders);
        assert_eq!(told(&mut orders), (None, is("", &[(ONE, false), (OTHER, false), (QUORUM, false)]).1));
        let mut judge = judge;
        for server in [0, 1] {
            judge.heard((server, 0), Health::Down, &mut orders);
        }
        orders.clear();
        judge.stop(&mut orders);
        assert_eq!(
            told(&mut orders),
            (None, is("", &[(QUORUM, false)]).1),
            "even if it was lost, as with keepalived"
        );
    }

    #[test]
    fn only_nat_changes_ports_and_marks_have_none() {
        let service = |text: &str| {
            let mut orders = Vec::new();
            let _ = Judge::start(server(text), &mut orders);
            let Some(Order::Want(key, table)) = orders.into_iter().next() else { panic!("no table") };
            table.destinations(&key).map(|(key, _)| key.to_string()).collect::<Vec<_>>()
        };
        let text = |head: &str, method: &str| {
            format!(
                "virtual_server {head} {{ lvs_method {method}\n protocol TCP\n real_server 198.51.100.1 8080 {{\n weight 1\n }}\n }}"
            )
            .replace("{ lvs", "{\n lvs")
        };
        assert_eq!(service(&text("192.0.2.1 80", "NAT")), ["198.51.100.1:8080"]);
        assert_eq!(service(&text("192.0.2.1 80", "DR")), ["198.51.100.1:80"]);
        assert_eq!(service(&text("fwmark 7", "TUN")), ["198.51.100.1:0"]);
    }
}
