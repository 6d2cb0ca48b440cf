//! Weights that cannot do what they are there for.

use super::context::{Context, InstancePair};
use super::page::{Example, Page};
use super::problem::Lint;
use super::trackers::{effective, healthy, healthy_sum, open_ended, weighted};
use crate::model::VrrpInstance;
use crate::{Diagnostic, Severity};

/// Below this, a weight only matters to a peer whose priority is very close.
const SMALL: i32 = 10;

pub(super) static CANNOT_ELECT: Page = Page {
    code: "weight-cannot-elect",
    severity: Severity::Warning,
    what: "a weight is too small to let the other node win the election",
    why: "The check fails, the priority falls, and this node is still ahead of the other one: nothing moves. With the \
          other node's file this is exact; without it, weights below 10 are noted with the priority that the peer must have.",
    mend: "Make the weight larger than the distance between the two priorities, or leave the weight out so that a \
           failure is a fault.",
    example: Example::of(WITH_WEIGHT_2).beside(PEER),
    mended: Example::of(WITH_WEIGHT_60).beside(PEER),
};

const WITH_WEIGHT_2: &str = "\
vrrp_script chk {
    script \"/usr/local/bin/check\"
    weight -2
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 150
    track_script { chk }
    virtual_ipaddress { 192.0.2.1/24 }
}
";

const WITH_WEIGHT_60: &str = "\
vrrp_script chk {
    script \"/usr/local/bin/check\"
    weight -60
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 150
    track_script { chk }
    virtual_ipaddress { 192.0.2.1/24 }
}
";

const PEER: &str = "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 100
    virtual_ipaddress { 192.0.2.1/24 }
}
";

pub(super) static OUT_OF_RANGE: Page = Page {
    code: "weight-out-of-range",
    severity: Severity::Warning,
    what: "priority and weights together leave the range 1 to 254",
    why: "The sum is cut at 254 or 1, so a failure moves the priority by less than its weight says.",
    mend: "Choose the priority so that it stays from 1 to 254 with every check passing and with every check failing.",
    example: Example::of(
        "\
vrrp_script chk {
    script \"/usr/local/bin/check\"
    weight 50
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 240
    track_script { chk }
    virtual_ipaddress { 192.0.2.1/24 }
}
",
    ),
    mended: Example::of(
        "\
vrrp_script chk {
    script \"/usr/local/bin/check\"
    weight 14
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 240
    track_script { chk }
    virtual_ipaddress { 192.0.2.1/24 }
}
",
    ),
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for instance in &context.own.config.instances {
        out_of_range(context, instance, findings);
    }
    if context.other.is_none() {
        for instance in &context.own.config.instances {
            small(context, instance, findings);
        }
    }
    for pair in context.pairs() {
        against_the_other(context, &pair, findings);
    }
}

/// Nothing is known of the other node: say what would have to be true of it.
fn small(context: &Context<'_>, instance: &VrrpInstance, findings: &mut Vec<Diagnostic>) {
    let total: i32 = weighted(instance).map(|tracker| tracker.loss()).sum();
    let Some(first) =
        weighted(instance).next().filter(|_| total < SMALL && instance.preempt && !open_ended(instance))
    else {
        return;
    };
    let (best, worst) = (healthy(instance), effective(instance, healthy_sum(instance) - total));
    let message = format!(
        "failing checks take '{}' from priority {best} to {worst}; that matters only to a peer with a priority from \
         {} to {best}",
        instance.name,
        worst + 1,
    );
    let at = first.span(&context.own, instance);
    let advice =
        "make the weight larger than the distance to the peer's priority, or check with the peer's file";
    findings.push(Lint::WeightCannotElect.note(at, message).suggest(advice));
}

/// The node that is master while all is well must fall below the other one when a check fails. At the same priority it
/// stays: a backup that hears its own priority waits.
fn against_the_other(context: &Context<'_>, pair: &InstancePair<'_>, findings: &mut Vec<Diagnostic>) {
    let (own, other) = (healthy(pair.own), healthy(pair.other));
    if own <= other || !pair.other.preempt || open_ended(pair.own) || open_ended(pair.other) {
        return;
    }
    let total: i32 = weighted(pair.own).map(|tracker| tracker.loss()).sum();
    let lowest = effective(pair.own, healthy_sum(pair.own) - total);
    for tracker in weighted(pair.own) {
        let alone = effective(pair.own, healthy_sum(pair.own) - tracker.loss());
        if alone < other {
            continue;
        }
        let name = tracker.name;
        let message = format!(
            "when '{name}' fails, priority {own} falls to {alone}, and the other node has {other}: this node stays master"
        );
        let at = tracker.span(&context.own, pair.own);
        let finding = if lowest < other {
            Lint::WeightCannotElect
                .note(at, format!("{message} unless other checks fail, too"))
                .suggest("this is right if single failures are meant to be ridden out")
        } else {
            let needed = tracker.loss() + (alone - other) + 1;
            Lint::WeightCannotElect.warning(at, message).suggest(format!(
                "a weight of {} or more than that would do",
                if tracker.weight < 0 { -needed } else { needed }
            ))
        };
        findings.push(finding.relate(
            context.own.lines(pair.own).at("priority"),
            format!("priority {}; the other node's instance is at {}", pair.own.priority, pair.other_place()),
        ));
    }
}

fn out_of_range(context: &Context<'_>, instance: &VrrpInstance, findings: &mut Vec<Diagnostic>) {
    let highest = healthy_sum(instance);
    let lowest = highest - weighted(instance).map(|tracker| tracker.loss()).sum::<i32>();
    let Some(first) = weighted(instance).next() else { return };
    // Below 1 nothing is lost as long as it is only the last step of several.
    let single = weighted(instance).map(|tracker| tracker.loss()).max().unwrap_or(0);
    let message = if highest > effective(instance, highest) {
        let swing = effective(instance, highest) - effective(instance, highest - single);
        format!(
            "with all checks passing the priority would be {highest}; it is cut to 254, and a failure moves it by {swing} \
             instead of {single}"
        )
    } else if lowest < effective(instance, lowest) && highest - single < 1 {
        format!("with checks failing the priority would be {lowest}; it is cut to 1")
    } else {
        return;
    };
    let lines = context.own.lines(instance);
    let at = first.span(&context.own, instance);
    let finding = if highest > effective(instance, highest) {
        Lint::WeightOutOfRange.warning(at, message)
    } else {
        Lint::WeightOutOfRange.note(at, message)
    };
    findings.push(finding.relate(lines.at("priority"), format!("priority {}", instance.priority)));
}
