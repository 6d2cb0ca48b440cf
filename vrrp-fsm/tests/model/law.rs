//! What holds in every state.

use stateright::Property;
use vrrp_fsm::StateKind;

use crate::lan::{Lan, State};

/// After `Master_Down` without a fault one router is Master: the one with the highest priority, if
/// it may preempt.
pub(crate) const ONE_MASTER: &str = "one master once it is quiet";
/// A Master that hears a better one yields.
pub(crate) const NO_TWO_MASTERS: &str = "two masters do not outlast an advertisement";
/// Once a router has acted, nothing is due before now.
pub(crate) const NO_PAST: &str = "no deadline in the past";
/// An event leads to a bounded number of actions.
pub(crate) const FEW_OUTPUTS: &str = "few outputs for an event";
/// Without preemption a Backup that hears a Master does not become one.
pub(crate) const NO_PREEMPTION: &str = "no preemption without preempt mode";

/// Transition, advertisement, addresses, announcement, and what is told beside them.
pub(crate) const MOST_OUTPUTS: usize = 8;

pub(crate) fn properties() -> Vec<Property<Lan>> {
    vec![
        Property::always(ONE_MASTER, one_master),
        Property::always(NO_TWO_MASTERS, |_, state: &State| state.broken != Some(NO_TWO_MASTERS)),
        Property::always(NO_PAST, |_, state: &State| state.broken != Some(NO_PAST)),
        Property::always(FEW_OUTPUTS, |_, state: &State| state.broken != Some(FEW_OUTPUTS)),
        Property::always(NO_PREEMPTION, |_, state: &State| state.broken != Some(NO_PREEMPTION)),
    ]
}

fn one_master(lan: &Lan, state: &State) -> bool {
    if state.quiet < lan.settled() || !state.is_still() {
        return true;
    }
    let best = state.awake().map(|router| router.effective_priority()).max();
    let masters: Vec<_> = state.awake().filter(|router| router.state() == StateKind::Master).collect();
    match masters[..] {
        [] => best.is_none(),
        [master] => !lan.plan.preempt || Some(master.effective_priority()) == best,
        _ => false,
    }
}
