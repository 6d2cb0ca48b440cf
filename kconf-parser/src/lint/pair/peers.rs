//! Adverts that go somewhere else.

use super::{PLAIN, PLAIN_PEER};
use crate::lint::context::{Context, InstancePair};
use crate::lint::page::{Example, Page};
use crate::lint::problem::Lint;
use crate::{Diagnostic, Severity};

pub(in crate::lint) static TRANSPORT: Page = Page {
    code: "pair-transport",
    severity: Severity::Warning,
    what: "one node sends unicast and the other multicast, or to another multicast group",
    why: "A node does not hear what is sent to a group that it has not joined, and a multicast node sends nothing to the \
          unicast one: at least one of them finds itself alone.",
    mend: "Write unicast_peer on both nodes or on neither, and the same group.",
    example: Example::of(PLAIN).beside(UNICAST_PEER),
    mended: Example::of(PLAIN).beside(PLAIN_PEER),
};

pub(in crate::lint) static PEERS: Page = Page {
    code: "pair-peers",
    severity: Severity::Warning,
    what: "the other node's source address is not among the unicast peers",
    why: "The adverts of this node go to an address that the other node does not use: it hears nothing and becomes master.",
    mend: "Write the other node's unicast_src_ip in unicast_peer, and this node's in the other one's.",
    example: Example::of(
        "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 150
    unicast_src_ip 192.0.2.2
    unicast_peer { 192.0.2.30 }
    virtual_ipaddress { 192.0.2.1/24 }
}
",
    )
    .beside(UNICAST_PEER),
    mended: Example::of(
        "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 150
    unicast_src_ip 192.0.2.2
    unicast_peer { 192.0.2.3 }
    virtual_ipaddress { 192.0.2.1/24 }
}
",
    )
    .beside(UNICAST_PEER),
};

const UNICAST_PEER: &str = "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 100
    unicast_src_ip 192.0.2.3
    unicast_peer { 192.0.2.2 }
    virtual_ipaddress { 192.0.2.1/24 }
}
";

pub(in crate::lint) static SAME_SOURCE: Page = Page {
    code: "pair-same-source",
    severity: Severity::Warning,
    what: "both nodes send from the same address",
    why: "One of the files was copied from the other. A node that does not have the address cannot send, or both send \
          as the same router.",
    mend: "Write each node's own address in its unicast_src_ip.",
    example: Example::of(UNICAST_PEER).beside(UNICAST_PEER),
    mended: PEERS.mended,
};

pub(in crate::lint) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for pair in context.pairs() {
        let unicast = !pair.own.unicast_peers.is_empty();
        if unicast == pair.other.unicast_peers.is_empty()
            || pair.own.multicast_group != pair.other.multicast_group
        {
            findings.push(transport(context, &pair, unicast));
        } else if unicast {
            peers(context, &pair, findings);
        }
    }
}

fn transport(context: &Context<'_>, pair: &InstancePair<'_>, unicast: bool) -> Diagnostic {
    let there = pair.other_place();
    let how = |group: Option<core::net::IpAddr>| {
        group.map_or_else(|| "unicast".to_owned(), |group| format!("multicast to {group}"))
    };
    let keyword = if unicast { "unicast_peer" } else { "mcast_dst_ip" };
    let message = format!(
        "adverts are {} here, {} on the other node",
        how(pair.own.multicast_group),
        how(pair.other.multicast_group)
    );
    let at = context.own.lines(pair.own).at(keyword);
    Lint::PairTransport.warning(at, message).suggest(format!("compare with {there}"))
}

fn peers(context: &Context<'_>, pair: &InstancePair<'_>, findings: &mut Vec<Diagnostic>) {
    let lines = context.own.lines(pair.own);
    let there = pair.other_place();
    if let Some(source) = pair.own.source_address.filter(|source| pair.other.source_address == Some(*source))
    {
        let at = lines.line("unicast_src_ip").or_else(|| lines.line("mcast_src_ip"));
        let at = at.map_or(pair.own.span, |line| line.span());
        let message = format!("the other node sends from {source}, too");
        findings.push(Lint::PairSameSource.warning(at, message).suggest(format!("compare with {there}")));
        return;
    }
    let Some(source) = pair.other.source_address else { return };
    if !pair.own.unicast_peers.iter().any(|peer| peer.address == source) {
        let message = format!("the other node sends from {source}, which is not among the peers");
        let advice = format!("write {source}, or mend unicast_src_ip at {there}");
        findings.push(Lint::PairPeers.warning(lines.at("unicast_peer"), message).suggest(advice));
    }
}
