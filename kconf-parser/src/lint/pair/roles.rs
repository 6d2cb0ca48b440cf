//! Two nodes with the same role, or with each other's.

use super::{PLAIN, PLAIN_PEER};
use crate::lint::context::Context;
use crate::lint::page::{Example, Page};
use crate::lint::problem::Lint;
use crate::lint::trackers::{OWNER, healthy};
use crate::model::InitialState;
use crate::{Diagnostic, Severity};

pub(in crate::lint) static BOTH_MASTER: Page = Page {
    code: "pair-both-master",
    severity: Severity::Warning,
    what: "both nodes have state MASTER, or both priority 255",
    why: "state MASTER does not wait for the other node's adverts: a node that starts takes the addresses at once, and two \
          owners (priority 255) never settle at all.",
    mend: "Write state BACKUP on at least one node; the priority decides anyway.",
    example: Example::of(MASTER_150).beside(MASTER_100),
    mended: Example::of(MASTER_150).beside(PLAIN_PEER),
};

pub(in crate::lint) static AGAINST_PRIORITY: Page = Page {
    code: "pair-state-against-priority",
    severity: Severity::Warning,
    what: "state MASTER is on the node with the lower priority",
    why: "The state is a wish for the first moment only. The other node has the higher priority and takes the addresses as \
          soon as it is heard, so each start of this node moves them twice.",
    mend: "Write state MASTER on the node with the higher priority, or BACKUP on both.",
    example: Example::of(MASTER_100).beside(PLAIN),
    mended: Example::of(MASTER_150).beside(PLAIN_PEER),
};

const MASTER_150: &str = "\
vrrp_instance VI_1 {
    state MASTER
    interface eth0
    virtual_router_id 51
    priority 150
    virtual_ipaddress { 192.0.2.1/24 }
}
";

const MASTER_100: &str = "\
vrrp_instance VI_1 {
    state MASTER
    interface eth0
    virtual_router_id 51
    priority 100
    virtual_ipaddress { 192.0.2.1/24 }
}
";

pub(in crate::lint) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for pair in context.pairs() {
        if pair.own.initial_state != InitialState::Master {
            continue;
        }
        let lines = context.own.lines(pair.own);
        let there = pair.other_place();
        if pair.other.initial_state == InitialState::Master {
            let owners = pair.own.priority == OWNER && pair.other.priority == OWNER;
            let (at, message) = if owners {
                (lines.at("priority"), "both nodes are address owners (priority 255)")
            } else {
                (lines.at("state"), "both nodes have state MASTER")
            };
            let advice = format!("write state BACKUP here, or at {there}");
            findings.push(Lint::PairBothMaster.warning(at, message).suggest(advice));
        } else if healthy(pair.own) < healthy(pair.other) && pair.other.preempt {
            let message = format!(
                "state MASTER with priority {}, and the other node has {}",
                healthy(pair.own),
                healthy(pair.other)
            );
            let finding = Lint::PairStateAgainstPriority.warning(lines.at("state"), message);
            let finding = finding.relate(lines.at("priority"), "the priority here");
            findings.push(finding.suggest(format!("write state BACKUP; the other node is at {there}")));
        }
    }
}
