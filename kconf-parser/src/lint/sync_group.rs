//! Sync groups whose members do not move together.

use std::collections::HashMap;

use super::context::Context;
use super::page::{Example, Page};
use super::problem::Lint;
use super::trackers::healthy;
use crate::model::{SyncGroup, VrrpInstance, VrrpVersion};
use crate::{Diagnostic, Severity, Span};

pub(super) static DIFFERS: Page = Page {
    code: "sync-group-differs",
    severity: Severity::Note,
    what: "members of a sync group have different priorities, intervals, states or preemption",
    why: "A group becomes master only if every member may. Members that decide at different times, or differently, hold \
          each other back or drag each other along: take-over takes as long as the slowest, and one that does not preempt \
          is moved by one that does.",
    mend: "Give all members the same priority, advert_int, version, state and preemption.",
    example: Example::of(
        "\
vrrp_sync_group G {
    group {
        VI_1
        VI_2
    }
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 150
    virtual_ipaddress { 192.0.2.1/24 }
}
vrrp_instance VI_2 {
    interface eth1
    virtual_router_id 52
    priority 140
    virtual_ipaddress { 198.51.100.1/24 }
}
",
    ),
    mended: Example::of(GROUP_AHEAD),
};

pub(super) static SPLIT: Page = Page {
    code: "sync-group-split",
    severity: Severity::Warning,
    what: "this node wins the election for one member of a sync group and loses that for another",
    why: "A group is master as a whole. Where each node is ahead in one member, neither gets all of them: the group \
          moves back and forth, or stays on the node that was first.",
    mend: "Let one node have the higher priority in every member.",
    example: Example::of(GROUP_AHEAD).beside(
        "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 100
    virtual_ipaddress { 192.0.2.1/24 }
}
vrrp_instance VI_2 {
    interface eth1
    virtual_router_id 52
    priority 200
    virtual_ipaddress { 198.51.100.1/24 }
}
",
    ),
    mended: Example::of(GROUP_AHEAD).beside(
        "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 100
    virtual_ipaddress { 192.0.2.1/24 }
}
vrrp_instance VI_2 {
    interface eth1
    virtual_router_id 52
    priority 100
    virtual_ipaddress { 198.51.100.1/24 }
}
",
    ),
};

const GROUP_AHEAD: &str = "\
vrrp_sync_group G {
    group {
        VI_1
        VI_2
    }
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 150
    virtual_ipaddress { 192.0.2.1/24 }
}
vrrp_instance VI_2 {
    interface eth1
    virtual_router_id 52
    priority 150
    virtual_ipaddress { 198.51.100.1/24 }
}
";

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for group in &context.own.config.sync_groups {
        let members = members(context, group);
        let Some(((first, _), rest)) = members.split_first() else { continue };
        for (member, at) in rest {
            differs(context, (first, member), *at, findings);
        }
        split(context, &members, findings);
    }
}

/// The members that can run, and where the group names them. Several names may share a line.
fn members<'a>(context: &Context<'a>, group: &SyncGroup) -> Vec<(&'a VrrpInstance, Span)> {
    let lines = context.own.places.block(group.span);
    let mut places: HashMap<String, Span> = HashMap::new();
    for line in lines.entries("group") {
        for word in (0..).map_while(|index| line.text(index)) {
            places.entry(word).or_insert(line.span());
        }
    }
    let place = |name: &str| places.get(name).copied().unwrap_or(group.span);
    let members = group.members.iter();
    members.filter_map(|name| Some((context.own.config.instance(name)?, place(name)))).collect()
}

/// One finding for a member, with the most harmful difference.
fn differs(
    context: &Context<'_>,
    (first, member): (&VrrpInstance, &VrrpInstance),
    at: Span,
    findings: &mut Vec<Diagnostic>,
) {
    let version = |instance: &VrrpInstance| match instance.version {
        VrrpVersion::V2 => 2,
        VrrpVersion::V3 => 3,
    };
    let seconds = |instance: &VrrpInstance| instance.advert_interval.as_secs_f64();
    let (keyword, what) = if first.preempt != member.preempt {
        ("nopreempt", "nopreempt is set for one of them only".to_owned())
    } else if first.priority != member.priority {
        ("priority", format!("priority {} and {}", first.priority, member.priority))
    } else if first.advert_interval != member.advert_interval {
        ("advert_int", format!("advert_int {} and {}", seconds(first), seconds(member)))
    } else if first.initial_state != member.initial_state {
        ("state", "their states differ".to_owned())
    } else if version(first) != version(member) && first.family == member.family {
        ("version", format!("version {} and {}", version(first), version(member)))
    } else {
        return;
    };
    let message = format!("'{}' and '{}' are to move together, and differ: {what}", first.name, member.name);
    let finding = Lint::SyncGroupDiffers.note(at, message);
    let there = |instance: &VrrpInstance| context.own.lines(instance).at(keyword);
    findings.push(finding.relate(there(first), &*first.name).relate(there(member), &*member.name));
}

fn split(context: &Context<'_>, members: &[(&VrrpInstance, Span)], findings: &mut Vec<Diagnostic>) {
    let places: HashMap<&str, Span> =
        members.iter().map(|(member, at)| (member.name.as_str(), *at)).collect();
    let pairs = || context.pairs().filter_map(|pair| Some((pair, *places.get(pair.own.name.as_str())?)));
    let ahead = pairs().find(|(pair, _)| healthy(pair.own) > healthy(pair.other));
    let behind = pairs().find(|(pair, _)| healthy(pair.own) < healthy(pair.other));
    let (Some((ahead, _)), Some((behind, at))) = (ahead, behind) else { return };
    let message = format!(
        "this node is ahead in '{}' ({} to {}) and behind in '{}' ({} to {}): the group does not know where to go",
        ahead.own.name,
        healthy(ahead.own),
        healthy(ahead.other),
        behind.own.name,
        healthy(behind.own),
        healthy(behind.other)
    );
    let advice = format!("compare with {} and {}", ahead.other_place(), behind.other_place());
    findings.push(Lint::SyncGroupSplit.warning(at, message).suggest(advice));
}
