//! `nopreempt` where it undoes something else, or does nothing.

use super::context::Context;
use super::page::{Example, Page};
use super::problem::Lint;
use super::trackers::{healthy, open_ended, weighted};
use crate::{Diagnostic, Severity};

pub(super) static WITH_WEIGHT: Page = Page {
    code: "nopreempt-with-weight",
    severity: Severity::Warning,
    what: "nopreempt on the backup keeps a weight on the master from moving anything",
    why: "A backup with nopreempt obeys any live master, whatever its priority. A failing check that only lowers the \
          master's priority then never leads to a change: only a fault or a dead master does.",
    mend: "Leave the weight out (a failure is then a fault, and the master gives up), or leave nopreempt out.",
    example: Example::of(
        "\
vrrp_script chk {
    script \"/usr/local/bin/check\"
    weight -60
}
vrrp_instance VI_1 {
    state BACKUP
    nopreempt
    interface eth0
    virtual_router_id 51
    priority 150
    track_script { chk }
    virtual_ipaddress { 192.0.2.1/24 }
}
",
    ),
    mended: Example::of(
        "\
vrrp_script chk {
    script \"/usr/local/bin/check\"
}
vrrp_instance VI_1 {
    state BACKUP
    nopreempt
    interface eth0
    virtual_router_id 51
    priority 150
    track_script { chk }
    virtual_ipaddress { 192.0.2.1/24 }
}
",
    ),
};

pub(super) static ON_THE_LOWER: Page = Page {
    code: "nopreempt-on-the-lower",
    severity: Severity::Warning,
    what: "nopreempt is on the node that never preempts, and not on the one that does",
    why: "After a failure the node with the higher priority comes back and takes the address: nopreempt matters on the \
          node that would take over from a live master, which is the higher one.",
    mend: "Put nopreempt on the node with the higher priority, with state BACKUP on both.",
    example: Example::of(LOWER_NOPREEMPT).beside(HIGHER),
    mended: Example::of(LOWER_NOPREEMPT).beside(HIGHER_NOPREEMPT),
};

const LOWER_NOPREEMPT: &str = "\
vrrp_instance VI_1 {
    state BACKUP
    nopreempt
    interface eth0
    virtual_router_id 51
    priority 100
    virtual_ipaddress { 192.0.2.1/24 }
}
";

const HIGHER: &str = "\
vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority 150
    virtual_ipaddress { 192.0.2.1/24 }
}
";

const HIGHER_NOPREEMPT: &str = "\
vrrp_instance VI_1 {
    state BACKUP
    nopreempt
    interface eth0
    virtual_router_id 51
    priority 150
    virtual_ipaddress { 192.0.2.1/24 }
}
";

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    with_weight(context, findings);
    on_the_lower(context, findings);
}

/// Without the other node: it is likely to have the same settings, which is all that can be said.
fn with_weight(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for (instance, pair) in context.instances() {
        let Some(tracker) = weighted(instance).next() else { continue };
        let lines = context.own.lines(instance);
        let (at, name) = (tracker.span(&context.own, instance), tracker.name);
        let advice =
            "leave the weight out, so that a failure is a fault, or leave nopreempt out on the other node";
        let finding = match pair {
            Some(pair) if !pair.other.preempt => {
                let message = format!(
                    "'{name}' only lowers the priority, and the other node has nopreempt: it does not take over from a \
                     live master"
                );
                let place = pair.other_place();
                Lint::NopreemptWithWeight.warning(at, message).suggest(format!("{advice} ({place})"))
            }
            None if !instance.preempt && context.other.is_none() => {
                let message = format!(
                    "'{name}' only lowers the priority; if the other node has nopreempt as this one has, nothing moves"
                );
                let finding = Lint::NopreemptWithWeight.note(at, message).suggest(advice);
                finding.relate(lines.at("nopreempt"), "nopreempt")
            }
            _ => continue,
        };
        findings.push(finding);
    }
}

fn on_the_lower(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for pair in context.pairs() {
        let lower = healthy(pair.own) < healthy(pair.other);
        let moves = weighted(pair.own).chain(weighted(pair.other)).next().is_some();
        if pair.own.preempt
            || !pair.other.preempt
            || !lower
            || moves
            || open_ended(pair.own)
            || open_ended(pair.other)
        {
            continue;
        }
        let at = context.own.lines(pair.own).at("nopreempt");
        let message = format!(
            "nopreempt has no effect on the node with the lower priority ({}); the other one ({}) takes the address \
             back whenever it returns",
            pair.own.priority, pair.other.priority
        );
        let advice = format!("write nopreempt at {}", pair.other_place());
        findings.push(Lint::NopreemptOnTheLower.warning(at, message).suggest(advice));
    }
}
