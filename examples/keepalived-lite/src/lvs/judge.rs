//! One virtual server: what its checks say becomes orders for the kernel and news for scripts.

use std::sync::Arc;

use healthcheck::{Contribution, Health, MAX_WEIGHT, Quorum, QuorumEvent, QuorumInput, QuorumOutput};
use ipvs_netlink::{ServiceKey, Table};

use super::check::Check;
use super::service::{Real, Virtual};
use super::table::Order;
use crate::notify::News;

/// A virtual server that is judged.
#[derive(Debug)]
pub(crate) struct Judge {
    /// What it is.
    pub server: Virtual,
    quorum: Quorum,
    /// Place of its first script among all.
    subject: usize,
    /// What each check of each real server has found, if it has found anything yet.
    found: Vec<Vec<Option<Health>>>,
    /// What each check of each real server adds to its weight.
    added: Vec<Vec<i64>>,
}

impl Judge {
    /// Starts to judge; `subject` is the place of its first script among all.
    pub(crate) fn start(server: Virtual, subject: usize, orders: &mut Vec<Order>) -> Self {
        let mut judge = Self::new(server, subject);
        judge.contribute();
        judge.feed(QuorumInput::Start, orders);
        if judge.server.notify_at_start {
            let up = (0..judge.server.servers.len()).filter(|server| judge.quorum.is_up(*server));
            orders.extend(up.map(|server| judge.news(server, true)));
        }
        judge
    }

    /// Goes on where `old` was, as far as it is the same.
    pub(crate) fn resume(server: Virtual, subject: usize, old: &Self, orders: &mut Vec<Order>) -> Self {
        let mut server = server;
        let mut found = found_at_start(&server);
        let mut added = added_at_start(&server);
        let slots = server.servers.iter_mut().zip(&mut server.quorum.servers).zip(&mut found).zip(&mut added);
        for (((real, config), found), added) in slots {
            let same = |(_, old): &(usize, &Real)| old.member.address() == real.member.address();
            let Some((place, twin)) = old.server.servers.iter().enumerate().find(same) else { continue };
            for (number, check) in real.checks.iter_mut().enumerate() {
                let Some(known) = twin.checks.iter().position(|old| old.same_as(check)) else { continue };
                let health = old.found.get(place).and_then(|found| found.get(known)).copied().flatten();
                if let (Some(slot), Some(start), Some(health)) =
                    (found.get_mut(number), config.checkers.get_mut(number), health)
                {
                    *slot = Some(health);
                    *start = health;
                }
                // A weight that was changed in the file counts anew.
                let known = old.added.get(place).and_then(|added| added.get(known));
                if let (Some(slot), Some(known)) = (added.get_mut(number), known)
                    && twin.weight == real.weight
                {
                    *slot = *known;
                }
            }
        }
        let mut judge = Self { found, added, ..Self::new(server, subject) };
        judge.contribute();
        judge.feed(QuorumInput::Resume { gained: old.quorum.has_quorum() }, orders);
        judge
    }

    fn new(server: Virtual, subject: usize) -> Self {
        let quorum = Quorum::new(server.quorum.clone());
        let (found, added) = (found_at_start(&server), added_at_start(&server));
        Self { quorum, subject, found, added, server }
    }

    /// What is known of the weights, before anything is put out.
    fn contribute(&mut self) {
        for (server, added) in self.added.iter().enumerate() {
            for (checker, change) in added.iter().enumerate() {
                let contribution = Contribution(*change);
                self.quorum.handle_input(QuorumInput::Contribution { server, checker, contribution });
            }
        }
    }

    /// What a check of a real server has found before, for [`Checker::resumed`].
    ///
    /// [`Checker::resumed`]: healthcheck::Checker::resumed
    #[must_use]
    pub(crate) fn found(&self, server: usize, checker: usize) -> Option<Health> {
        self.found.get(server)?.get(checker).copied().flatten()
    }

    /// Whether this real server is up.
    #[must_use]
    pub(crate) fn is_up(&self, server: usize) -> bool {
        self.quorum.is_up(server)
    }

    /// The weight of this real server while it is up.
    #[must_use]
    pub(crate) fn weight(&self, server: usize) -> u32 {
        let written = self.server.servers.get(server).map_or(0, |real| real.weight);
        let added = self.added.get(server).into_iter().flatten();
        let sum = added.fold(i64::from(written), |sum, change| sum.saturating_add(*change));
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
        let known = self.found.get_mut(server).and_then(|found| found.get_mut(checker));
        let first = known.map(|known| known.replace(health)) == Some(None);
        let was_up = self.quorum.is_up(server);
        self.feed(QuorumInput::Checker { server, checker, health }, orders);
        // keepalived runs the script for a server whose first check confirms that it is down.
        if first && health == Health::Down && !was_up {
            orders.push(self.news(server, false));
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
        let slot = self.added.get_mut(server).and_then(|added| added.get_mut(checker));
        if slot.is_none_or(|slot| core::mem::replace(slot, contribution.0) == contribution.0) {
            return;
        }
        let after = self.weight(server);
        if let Some(real) = self.server.servers.get(server)
            && before != after
        {
            let inactive = if self.is_up(server) { "" } else { "in" };
            tracing::info!(
                "Changing weight from {before} to {after} for {inactive}active service {} of VS {}",
                real.name,
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
        orders.extend(up.map(|server| self.news(server, false)));
        if self.quorum.has_quorum() {
            orders.push(self.news(self.server.servers.len(), false));
        }
    }

    /// A reload goes on without some of this: scripts are told that what was up is down. `kept`
    /// are the real servers that stay, `None` if the whole virtual server goes.
    pub(crate) fn removed(&self, kept: Option<&[Real]>, orders: &mut Vec<Order>) {
        let stays = |real: &Real| {
            kept.is_some_and(|kept| kept.iter().any(|one| one.member.address() == real.member.address()))
        };
        let scripts =
            self.server.scripts().enumerate().filter(|(place, _)| match self.server.servers.get(*place) {
                Some(real) => self.is_up(*place) && !stays(real),
                None => kept.is_none() && self.has_quorum(),
            });
        orders.extend(scripts.map(|(_, scripts)| Order::News(News::Removed(Box::new(scripts)))));
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
            QuorumEvent::ServerUp { server } => Some(self.news(server, true)),
            QuorumEvent::ServerDown { server } => Some(self.news(server, false)),
            QuorumEvent::QuorumGained { .. } => Some(self.news(quorum, true)),
            QuorumEvent::QuorumLost { .. } => Some(self.news(quorum, false)),
            QuorumEvent::UnknownPlace | _ => None,
        }
    }

    /// The place behind the last real server is the virtual server itself.
    const fn news(&self, place: usize, up: bool) -> Order {
        Order::News(News::Lvs { subject: self.subject.saturating_add(place), up })
    }

    fn log(&self, event: QuorumEvent) {
        let service = &self.server.name;
        let real = |place: usize| self.server.servers.get(place);
        match event {
            QuorumEvent::ServerUp { server } => {
                let Some(real) = real(server) else { return };
                let act = if real.inhibit { ("Enabling", "of") } else { ("Adding", "to") };
                tracing::info!("{} service {} {} VS {service}", act.0, real.name, act.1);
            }
            QuorumEvent::ServerDown { server } => {
                let Some(real) = real(server) else { return };
                let act = if real.inhibit { ("Disabling", "of") } else { ("Removing", "from") };
                tracing::info!("{} service {} {} VS {service}", act.0, real.name, act.1);
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
fn found_at_start(server: &Virtual) -> Vec<Vec<Option<Health>>> {
    let known =
        |check: &Arc<Check>| Some(check.start()).filter(|start| start.known).map(|start| start.health);
    server.servers.iter().map(|real| real.checks.iter().map(known).collect()).collect()
}

fn added_at_start(server: &Virtual) -> Vec<Vec<i64>> {
    let added = |check: &Arc<Check>| check.start().contribution.0;
    server.servers.iter().map(|real| real.checks.iter().map(added).collect()).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::cli::Options;
    use crate::config_file;
    use crate::lvs::service::build;

    const TWO: &str = "
        virtual_server 192.0.2.1 80 {
            lvs_sched rr
            lvs_method DR
            protocol TCP
            quorum 2
            sorry_server 198.51.100.9 80
            real_server 198.51.100.1 80 {
                weight 1
                TCP_CHECK {
                }
            }
            real_server 198.51.100.2 80 {
                weight 3
                inhibit_on_failure
                TCP_CHECK {
                    retry 2
                }
            }
        }";

    /// The first virtual server of a configuration.
    pub(crate) fn server(text: &str) -> Virtual {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let options = Options::read(&["-f".into(), file.path().into()]).unwrap();
        let loaded = config_file::load(&options).unwrap();
        build(&loaded.config).remove(0)
    }

    /// The last table ordered, as `address weight` in the order of addresses, and the news.
    fn told(orders: &mut Vec<Order>) -> (Option<String>, Vec<(usize, bool)>) {
        let (mut table, mut news) = (None, Vec::new());
        for order in orders.drain(..) {
            match order {
                Order::Want(key, wanted) => {
                    let all = wanted.destinations(&key);
                    let all = all.map(|(key, found)| format!("{} {}", key.address().ip(), found.weight));
                    table = Some(all.collect::<Vec<_>>().join(", "));
                }
                Order::News(News::Lvs { subject, up }) => news.push((subject, up)),
                Order::News(News::Vrrp(_) | News::Removed(_))
                | Order::Remove(_)
                | Order::Outlet(_)
                | Order::Whole(..)
                | Order::Lead(_)
                | Order::Stop(_) => {
                    panic!("an order for the thread alone");
                }
            }
        }
        (table, news)
    }

    fn is(table: &str, news: &[(usize, bool)]) -> (Option<String>, Vec<(usize, bool)>) {
        (Some(table.to_owned()), news.to_vec())
    }

    #[test]
    fn what_checks_say_becomes_tables_and_news() {
        let mut orders = Vec::new();
        let mut judge = Judge::start(server(TWO), 5, &mut orders);
        assert_eq!(told(&mut orders), is("198.51.100.1 1, 198.51.100.2 3", &[(7, true)]));
        judge.heard((0, 0), Health::Down, &mut orders);
        assert_eq!(told(&mut orders), is("198.51.100.2 3", &[(5, false)]));
        judge.heard((1, 0), Health::Down, &mut orders);
        assert_eq!(told(&mut orders), is("198.51.100.2 0, 198.51.100.9 1", &[(6, false), (7, false)]));
        judge.heard((1, 0), Health::Up, &mut orders);
        assert_eq!(told(&mut orders), is("198.51.100.2 3", &[(6, true), (7, true)]));
        judge.weigh((1, 0), Some(2), &mut orders);
        assert_eq!(told(&mut orders), is("198.51.100.2 2", &[]));
        judge.weigh((1, 0), Some(9), &mut orders);
        assert_eq!(told(&mut orders), is("198.51.100.2 9", &[]), "weights do not add up");
        judge.weigh((1, 0), None, &mut orders);
        assert_eq!(told(&mut orders), is("198.51.100.2 3", &[]), "exit status 0: as written");
    }

    #[test]
    fn a_reload_keeps_what_the_same_check_of_the_same_server_has_found() {
        let mut orders = Vec::new();
        let mut old = Judge::start(server(TWO), 0, &mut orders);
        old.heard((0, 0), Health::Down, &mut orders);
        old.heard((1, 0), Health::Up, &mut orders);
        old.weigh((1, 0), Some(7), &mut orders);
        orders.clear();

        let same = Judge::resume(server(TWO), 0, &old, &mut orders);
        assert_eq!(told(&mut orders), is("198.51.100.2 7", &[]));
        assert_eq!((same.found(0, 0), same.found(1, 0)), (Some(Health::Down), Some(Health::Up)));

        // Another weight in the file counts; another check knows nothing yet.
        let other = TWO
            .replace("weight 3", "weight 4")
            .replace("TCP_CHECK {\n                }", "TCP_CHECK {\nretry 5\n}");
        let changed = Judge::resume(server(&other), 0, &old, &mut orders);
        assert_eq!(told(&mut orders), is("198.51.100.1 1, 198.51.100.2 4", &[]));
        assert_eq!((changed.found(0, 0), changed.found(1, 0)), (None, Some(Health::Up)));
    }

    #[test]
    fn a_check_that_failed_says_nothing_about_the_weight() {
        let mut orders = Vec::new();
        let mut judge = Judge::start(server(TWO), 0, &mut orders);
        judge.weigh((1, 0), Some(7), &mut orders);
        judge.heard((1, 0), Health::Down, &mut orders);
        orders.clear();
        judge.heard((1, 0), Health::Up, &mut orders);
        assert_eq!(told(&mut orders), is("198.51.100.1 1, 198.51.100.2 3", &[(1, true), (2, true)]));
        judge.add((0, 0), Contribution(-5), &mut orders);
        assert_eq!(told(&mut orders).0.as_deref(), Some("198.51.100.1 0, 198.51.100.2 3"), "not below 0");
    }

    #[test]
    fn scripts_are_told_of_what_a_reload_removes_if_it_was_up() {
        let mut orders = Vec::new();
        let mut judge = Judge::start(server(TWO), 0, &mut orders);
        let names = |judge: &Judge, kept: Option<&[Real]>| -> Vec<String> {
            let mut orders = Vec::new();
            judge.removed(kept, &mut orders);
            let name = |order| {
                let Order::News(News::Removed(scripts)) = order else { panic!("only farewells") };
                scripts.name
            };
            orders.into_iter().map(name).collect()
        };
        let (one, two) = ("[198.51.100.1]:tcp:80", "[198.51.100.2]:tcp:80");
        assert_eq!(names(&judge, None), [one, two, "[192.0.2.1]:tcp:80"]);
        assert_eq!(names(&judge, Some(&server(TWO).servers[..1])), [two]);
        judge.heard((1, 0), Health::Down, &mut orders);
        assert_eq!(names(&judge, Some(&[])), [one]);
        assert_eq!(names(&judge, None), [one], "the quorum was lost before");
    }

    #[test]
    fn only_omega_tells_scripts_that_all_ends() {
        let mut orders = Vec::new();
        let judge = Judge::start(server(TWO), 0, &mut orders);
        orders.clear();
        judge.stop(&mut orders);
        assert!(orders.is_empty());
        let judge = Judge::start(server(&TWO.replace("quorum 2", "omega\nquorum 2")), 0, &mut orders);
        orders.clear();
        judge.stop(&mut orders);
        assert_eq!(told(&mut orders), (None, vec![(0, false), (1, false), (2, false)]));
    }

    #[test]
    fn only_nat_changes_ports_and_marks_have_none() {
        let service = |text: &str| {
            let mut orders = Vec::new();
            let _ = Judge::start(server(text), 0, &mut orders);
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
