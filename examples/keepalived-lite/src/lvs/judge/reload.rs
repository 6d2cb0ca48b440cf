//! What a virtual server keeps of what is known when its file is read again.

use healthcheck::{Health, QuorumEvent, QuorumInput};

use super::{Judge, Known, at_start};
use crate::lvs::service::{Real, Virtual};
use crate::lvs::table::Order;

impl Judge {
    /// Goes on where `old` was, as far as it is the same.
    pub(crate) fn resume(mut server: Virtual, old: &Self, orders: &mut Vec<Order>) -> Self {
        let mut all = at_start(&server);
        let mut rest = all.as_mut_slice();
        let mut were_down = Vec::new();
        for (number, (real, config)) in server.servers.iter().zip(&mut server.quorum.servers).enumerate() {
            let (known, others) = core::mem::take(&mut rest).split_at_mut(real.checks.len());
            rest = others;
            let same = |old: &Real| old.member.address() == real.member.address();
            let Some(place) = old.server.servers.iter().position(same) else { continue };
            old.pass_on(place, real, known);
            let was_up = old.is_up(place);
            if !was_up {
                were_down.push(number);
            }
            // As with keepalived, what is new (with `alpha`) does not take down a server of which nothing bad is known.
            let failed = known.iter().any(|known| known.health == Some(Health::Down));
            let trusted = !failed && (was_up || known.iter().any(|known| known.health.is_some()));
            for (known, start) in known.iter().zip(&mut config.checkers) {
                *start = known.health.unwrap_or(if trusted { Health::Up } else { *start });
            }
        }
        let mut judge = Self::new(server, all);
        judge.feed(QuorumInput::Resume { gained: old.quorum.has_quorum() }, orders);
        // The check that had failed is another one now, or gone.
        for server in were_down.into_iter().filter(|server| judge.is_up(*server)) {
            judge.log(QuorumEvent::ServerUp { server });
            orders.extend(judge.news(server, true));
        }
        judge
    }

    /// What the checks of the real server at `place` have found, for the same checks of `real`, which goes on from it.
    fn pass_on(&self, place: usize, real: &Real, known: &mut [Known]) {
        let Some(twin) = self.server.servers.get(place) else { return };
        for (slot, check) in known.iter_mut().zip(&real.checks) {
            let same = twin.checks.iter().position(|old| old.same_as(check));
            let Some(known) = same.and_then(|number| self.known((place, number))) else { continue };
            slot.health = known.health.or(slot.health);
            // A weight that was changed in the file counts anew.
            if twin.weight == real.weight {
                slot.added = known.added;
            }
        }
    }

    /// A reload goes on without some of this: scripts are told that what was up is down. `kept`
    /// are the real servers that stay, `None` if the whole virtual server goes.
    pub(crate) fn removed(&self, kept: Option<&[Real]>, orders: &mut Vec<Order>) {
        let stays = |real: &Real| {
            kept.is_some_and(|kept| kept.iter().any(|one| one.member.address() == real.member.address()))
        };
        let servers = self.server.servers.iter().enumerate();
        let gone = servers.filter(|(place, real)| self.is_up(*place) && !stays(real)).map(|(place, _)| place);
        let itself = (kept.is_none() && self.has_quorum()).then_some(self.server.servers.len());
        orders.extend(gone.chain(itself).filter_map(|place| self.news(place, false)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lvs::judge::tests::{ONE, OTHER, QUORUM, TWO, is, server, told};

    #[test]
    fn a_reload_keeps_what_the_same_check_of_the_same_server_has_found() {
        let mut orders = Vec::new();
        let mut old = Judge::start(server(TWO), &mut orders);
        old.heard((0, 0), Health::Down, &mut orders);
        old.heard((1, 0), Health::Up, &mut orders);
        old.weigh((1, 0), Some(7), &mut orders);
        orders.clear();

        let same = Judge::resume(server(TWO), &old, &mut orders);
        assert_eq!(told(&mut orders), is("198.51.100.2 7", &[]));
        assert_eq!((same.found(0, 0), same.found(1, 0)), (Some(Health::Down), Some(Health::Up)));

        // Another weight in the file counts; another check knows nothing yet, and the server is back.
        let other = TWO
            .replace("weight 3", "weight 4")
            .replace("TCP_CHECK {\n                }", "TCP_CHECK {\nretry 5\n}");
        let changed = Judge::resume(server(&other), &old, &mut orders);
        assert_eq!(told(&mut orders), is("198.51.100.1 1, 198.51.100.2 4", &[(ONE, true)]));
        assert_eq!((changed.found(0, 0), changed.found(1, 0)), (None, Some(Health::Up)));
    }

    /// keepalived 2.4.3, `migrate_checkers`.
    #[test]
    fn a_check_that_a_reload_changes_takes_no_server_down_before_it_has_failed() {
        let alpha = TWO.replace("quorum 2", "alpha\nquorum 1");
        let changed = alpha.replace("retry 2", "retry 3");
        let mut orders = Vec::new();
        let mut old = Judge::start(server(&alpha), &mut orders);
        old.heard((0, 0), Health::Up, &mut orders);
        old.heard((1, 0), Health::Up, &mut orders);
        orders.clear();
        let mut judge = Judge::resume(server(&changed), &old, &mut orders);
        assert_eq!(told(&mut orders), is("198.51.100.1 1, 198.51.100.2 3", &[]));
        judge.heard((1, 0), Health::Down, &mut orders);
        assert_eq!(told(&mut orders), is("198.51.100.1 1, 198.51.100.2 0", &[(OTHER, false)]), "by probes");

        // One that was down waits for its first success.
        let judge = Judge::resume(server(&alpha), &judge, &mut orders);
        assert!(!judge.is_up(1));
    }

    #[test]
    fn scripts_are_told_of_what_a_reload_removes_if_it_was_up() {
        let mut orders = Vec::new();
        let mut judge = Judge::start(server(TWO), &mut orders);
        let names = |judge: &Judge, kept: Option<&[Real]>| -> Vec<String> {
            let mut orders = Vec::new();
            judge.removed(kept, &mut orders);
            told(&mut orders).1.into_iter().map(|(name, up)| (!up).then_some(name).unwrap()).collect()
        };
        assert_eq!(names(&judge, None), [ONE, OTHER, QUORUM]);
        assert_eq!(names(&judge, Some(&server(TWO).servers[..1])), [OTHER]);
        judge.heard((1, 0), Health::Down, &mut orders);
        assert_eq!(names(&judge, Some(&[])), [ONE]);
        assert_eq!(names(&judge, None), [ONE], "the quorum was lost before");
    }
}
