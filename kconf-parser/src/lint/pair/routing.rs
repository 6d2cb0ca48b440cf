//! Routes and rules that only one of the nodes has.

use std::collections::HashSet;

use super::{PLAIN, PLAIN_PEER};
use crate::lint::context::{Context, InstancePair};
use crate::lint::page::{Example, Page};
use crate::lint::problem::Lint;
use crate::lint::routing::{List, Listed, called, destination, masked};
use crate::model::{Route, Rule, Tracking};
use crate::{Diagnostic, Severity};

pub(in crate::lint) static ROUTES: Page = Page {
    code: "pair-routes",
    severity: Severity::Note,
    what: "an instance has a route or rule on one node only",
    why: "After a failover the traffic that needs it takes another way, or none. Gateways, interfaces, metrics and \
          preferences may differ and are not compared.",
    mend: "Write the same routes and rules on both nodes, unless one of them has its own in another way.",
    example: Example::of(
        "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 150
    virtual_ipaddress { 192.0.2.1/24 }
    virtual_routes {
        198.51.100.0/24 via 192.0.2.254 dev eth0
    }
}
",
    )
    .beside(PLAIN_PEER),
    mended: Example::of(PLAIN).beside(PLAIN_PEER),
};

pub(in crate::lint) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for pair in context.pairs() {
        findings.extend(differs::<Route>(context, &pair));
        findings.extend(differs::<Rule>(context, &pair));
    }
}

/// What is the same on both nodes.
trait Compared: Listed {
    /// By which the other node's is found again.
    fn name(&self) -> String;
    /// What it is called in messages.
    fn title(&self) -> String;
}

impl Compared for Route {
    fn name(&self) -> String {
        let network = destination(self);
        format!("{} {} {:?}", masked(network), network.1, self.table)
    }

    fn title(&self) -> String {
        format!("the {}", called(self))
    }
}

impl Compared for Rule {
    fn name(&self) -> String {
        let tracking = Tracking::default();
        let bare =
            Self { preference: 0, input: None, output: None, tracking, track_group: None, ..self.clone() };
        bare.to_string()
    }

    fn title(&self) -> String {
        format!("the rule '{self}'")
    }
}

/// The first one that is missing says it; the place that it is compared with has the others.
fn differs<T: Compared>(context: &Context<'_>, pair: &InstancePair<'_>) -> Option<Diagnostic> {
    let names = |entries: &[T]| -> Vec<String> { entries.iter().map(T::name).collect() };
    let (ours, theirs) = (T::of_instance(pair.own), T::of_instance(pair.other));
    let (own, other) = (names(ours), names(theirs));
    let (all_own, all_other): (HashSet<&String>, HashSet<&String>) =
        (own.iter().collect(), other.iter().collect());
    let advice = format!("compare with {}", pair.other_place());
    let finding = if let Some(index) = own.iter().position(|name| !all_other.contains(name)) {
        let message = format!("{} is missing on the other node", ours.get(index)?.title());
        Lint::PairRoutes.note(List::<T>::of(&context.own, pair.own).at(index), message)
    } else {
        let index = other.iter().position(|name| !all_own.contains(name))?;
        let message = format!("{} is there on the other node only", theirs.get(index)?.title());
        Lint::PairRoutes.note(context.own.lines(pair.own).at(T::KEYWORDS.0), message)
    };
    Some(finding.suggest(advice))
}
