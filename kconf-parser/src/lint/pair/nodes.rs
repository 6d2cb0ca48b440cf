//! Nodes that do not stand in for each other.

use std::collections::BTreeSet;

use super::{PLAIN, PLAIN_PEER};
use crate::lint::context::{Context, Node};
use crate::lint::page::{Example, Page};
use crate::lint::problem::Lint;
use crate::lint::trackers::trackers;
use crate::model::{VirtualServer, VirtualService};
use crate::{Diagnostic, Severity, Span};

pub(in crate::lint) static MISSING: Page = Page {
    code: "pair-missing",
    severity: Severity::Warning,
    what: "an instance is not there on the other node",
    why: "Nobody takes its addresses over when this node fails.",
    mend: "Write the instance on both nodes, with the same virtual_router_id.",
    example: Example::of(
        "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 150
    virtual_ipaddress { 192.0.2.1/24 }
}
vrrp_instance VI_2 {
    interface eth0
    virtual_router_id 52
    priority 150
    virtual_ipaddress { 192.0.2.2/24 }
}
",
    )
    .beside(PLAIN_PEER),
    mended: Example::of(PLAIN).beside(PLAIN_PEER),
};

pub(in crate::lint) static ROUTER_ID: Page = Page {
    code: "pair-router-id",
    severity: Severity::Note,
    what: "both nodes have the same router_id",
    why: "router_id names the node in mails and over SNMP. Nobody can tell which of the two became master.",
    mend: "Leave router_id out (the host name is used), or write different ones.",
    example: Example::of(NAMED).beside(NAMED),
    mended: Example::of(NAMED).beside(PLAIN_PEER),
};

const NAMED: &str = "\
global_defs {
    router_id LVS_DEVEL
    notification_email { admin@example.com }
    smtp_server 192.0.2.25
    smtp_alert
}
";

pub(in crate::lint) static SERVICES: Page = Page {
    code: "pair-services",
    severity: Severity::Warning,
    what: "a virtual server, or one of its real servers, is there on one node only",
    why: "After a failover the service is gone, or its load goes to other servers than before.",
    mend: "Write the same virtual servers and real servers on both nodes; an included file can hold them.",
    example: Example::of(ONE_REAL).beside(TWO_REAL),
    mended: Example::of(TWO_REAL).beside(TWO_REAL),
};

const ONE_REAL: &str = "\
virtual_server 192.0.2.1 80 {
    lvs_sched rr
    lvs_method NAT
    protocol TCP
    real_server 198.51.100.1 80 {
        TCP_CHECK { }
    }
}
";

const TWO_REAL: &str = "\
virtual_server 192.0.2.1 80 {
    lvs_sched rr
    lvs_method NAT
    protocol TCP
    real_server 198.51.100.1 80 {
        TCP_CHECK { }
    }
    real_server 198.51.100.2 80 {
        TCP_CHECK { }
    }
}
";

pub(in crate::lint) static TRACKING: Page = Page {
    code: "pair-tracking",
    severity: Severity::Note,
    what: "something is tracked on one node and not on the other",
    why: "The node without the check stays, or becomes, master when it cannot do the work.",
    mend: "Track the same on both nodes, unless the other one does not depend on it.",
    example: Example::of(TRACKS).beside(PLAIN_PEER),
    mended: Example::of(TRACKS).beside(
        "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 100
    track_interface { eth1 }
    virtual_ipaddress { 192.0.2.1/24 }
}
",
    ),
};

const TRACKS: &str = "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 150
    track_interface { eth1 }
    virtual_ipaddress { 192.0.2.1/24 }
}
";

pub(in crate::lint) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let Some(other) = &context.other else { return };
    for (instance, _) in context.instances().filter(|(_, pair)| pair.is_none()) {
        let message = format!("'{}' has no counterpart on the other node", instance.name);
        findings.push(Lint::PairMissing.warning(instance.span, message));
    }
    router_id(context, other, findings);
    tracking(context, findings);
    services(context, other, findings);
}

fn router_id(context: &Context<'_>, other: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    let Some(id) = &context.own.config.globals.router_id else { return };
    // It is only seen in mails and over SNMP.
    let mails = !context.own.config.globals.notification_email.is_empty();
    if mails && other.config.globals.router_id.as_ref() == Some(id) {
        let mut globals = context.own.places.top("global_defs");
        let line = globals.find_map(|block| block.line("router_id")).map(|line| line.span());
        let message =
            format!("router_id '{id}' is that of the other node, too: mails do not tell the nodes apart");
        findings.push(Lint::PairRouterId.note(line.unwrap_or_else(Span::default), message));
    }
}

/// Names are each node's own, and so are interfaces; a kind that the other node does not track at all says something.
fn tracking(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for pair in context.pairs() {
        let theirs: Vec<_> = trackers(pair.other).map(|tracker| (tracker.list, tracker.name)).collect();
        for tracker in trackers(pair.own) {
            if theirs.iter().any(|(list, _)| *list == tracker.list) {
                continue;
            }
            let message =
                format!("'{}' is tracked here, and the other node has no {}", tracker.name, tracker.list);
            let finding = Lint::PairTracking.note(tracker.span(&context.own, pair.own), message);
            findings.push(finding.suggest(format!("compare with {}", pair.other_place())));
        }
    }
}

fn services(context: &Context<'_>, other: &Node<'_>, findings: &mut Vec<Diagnostic>) {
    let theirs: Vec<(BTreeSet<String>, &VirtualServer)> =
        other.config.virtual_servers.iter().map(|server| (names(other, server), server)).collect();
    for server in &context.own.config.virtual_servers {
        let own = names(&context.own, server);
        let Some((_, twin)) = theirs.iter().find(|(names, _)| !names.is_disjoint(&own)) else {
            let message = "this virtual server is not there on the other node";
            findings.push(Lint::PairServices.warning(server.span, message));
            continue;
        };
        let reals = |server: &VirtualServer| -> BTreeSet<_> {
            server.real_servers.iter().map(|real| real.address).collect()
        };
        let there = other.place(twin.span);
        if let Some(what) = setting(server, twin) {
            let message = format!("{what} of this virtual server differs on the other node");
            findings
                .push(Lint::PairServices.note(server.span, message).suggest(format!("compare with {there}")));
        }
        let (own, other) = (reals(server), reals(twin));
        if let Some(address) = own.difference(&other).next() {
            let real = server.real_servers.iter().find(|real| real.address == *address);
            let message = format!("real server {address} is missing on the other node");
            let at = real.map_or(server.span, |real| real.span);
            findings.push(Lint::PairServices.warning(at, message).suggest(format!("compare with {there}")));
        } else if let Some(address) = other.difference(&own).next() {
            let message = format!("real server {address} is there on the other node only");
            findings.push(
                Lint::PairServices.warning(server.span, message).suggest(format!("compare with {there}")),
            );
        }
    }
}

/// What clients notice when the other node takes over.
fn setting(own: &VirtualServer, other: &VirtualServer) -> Option<&'static str> {
    if own.scheduler != other.scheduler {
        Some("the scheduler")
    } else if own.forward_method != other.forward_method {
        Some("the forwarding method")
    } else if own.persistence_timeout != other.persistence_timeout {
        Some("persistence_timeout")
    } else {
        None
    }
}

/// The services of a server in words. A few of a large group are enough to find it again.
fn names(node: &Node<'_>, server: &VirtualServer) -> BTreeSet<String> {
    let name = |service: VirtualService| match service {
        VirtualService::Address { protocol, address } => format!("{protocol:?} {address}"),
        VirtualService::FirewallMark { mark, family } => format!("{mark} {family:?}"),
    };
    node.config.services(server).take(64).map(name).collect()
}
