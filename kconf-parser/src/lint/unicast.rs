//! Unicast peers and source addresses that cannot be right.

use core::net::IpAddr;
use std::collections::HashSet;

use super::context::Context;
use super::page::{Example, Page};
use super::problem::Lint;
use crate::model::VrrpInstance;
use crate::{Diagnostic, Severity};

pub(super) static PEER_IS_SELF: Page = Page {
    code: "peer-is-self",
    severity: Severity::Warning,
    what: "the list of unicast peers names this node",
    why: "The node sends its adverts to itself. It ignores them, or takes them for those of a rival with its own \
          address; the list often comes from a template that forgot to leave the node out.",
    mend: "Leave the node's own address out of its unicast_peer.",
    example: Example::of(
        "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    unicast_src_ip 192.0.2.2
    unicast_peer {
        192.0.2.2
        192.0.2.3
    }
    virtual_ipaddress { 192.0.2.1/24 }
}
",
    ),
    mended: Example::of(ONE_PEER),
};

pub(super) static PEER_TWICE: Page = Page {
    code: "peer-twice",
    severity: Severity::Warning,
    what: "a unicast peer is listed twice",
    why: "It gets every advert twice, and another peer is probably missing from the list.",
    mend: "Correct one of the two lines.",
    example: Example::of(
        "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    unicast_peer {
        192.0.2.3
        192.0.2.3
    }
    virtual_ipaddress { 192.0.2.1/24 }
}
",
    ),
    mended: Example::of(ONE_PEER),
};

pub(super) static VIRTUAL_SOURCE: Page = Page {
    code: "source-is-virtual",
    severity: Severity::Warning,
    what: "a virtual address is the source of adverts, or a peer",
    why: "A virtual address is on one node only and moves. A backup cannot send from it, and what is sent to it reaches \
          whoever is master.",
    mend: "Write the node's own address.",
    example: Example::of(
        "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    unicast_src_ip 192.0.2.1
    unicast_peer { 192.0.2.3 }
    virtual_ipaddress { 192.0.2.1/24 }
}
",
    ),
    mended: Example::of(ONE_PEER),
};

pub(super) static SOURCE_NOT_HELD: Page = Page {
    code: "source-not-on-host",
    severity: Severity::Warning,
    what: "the source address of adverts is not an address of the host",
    why: "Adverts cannot be sent from an address that the host does not have.",
    mend: "Write an address of the interface; if the file was copied from the other node, exchange source and peer.",
    example: Example::of(ONE_PEER).on(&[("eth0", "192.0.2.9/24")]),
    mended: Example::of(ONE_PEER).on(&[("eth0", "192.0.2.2/24")]),
};

const ONE_PEER: &str = "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    check_unicast_src
    unicast_src_ip 192.0.2.2
    unicast_peer { 192.0.2.3 }
    virtual_ipaddress { 192.0.2.1/24 }
}
";

pub(super) static UNGUARDED: Page = Page {
    code: "unicast-unguarded",
    severity: Severity::Note,
    what: "unicast adverts are taken from anybody",
    why: "A multicast advert cannot come from beyond the link. A unicast one can be routed here from anywhere, and with \
          priority 255, or 0 in the name of the master, it takes the addresses away. Nothing in the instance asks where \
          an advert comes from.",
    mend: "Write check_unicast_src (or vrrp_check_unicast_src), give the peers min_ttl 255 if they are on the same \
           link, or let only the peers send protocol 112 to this host.",
    example: Example::of(
        "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    unicast_src_ip 192.0.2.2
    unicast_peer { 192.0.2.3 }
    virtual_ipaddress { 192.0.2.1/24 }
}
",
    ),
    mended: Example::of(ONE_PEER),
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for instance in &context.own.config.instances {
        peers(context, instance, findings);
        source(context, instance, findings);
        unguarded(context, instance, findings);
    }
}

fn peers(context: &Context<'_>, instance: &VrrpInstance, findings: &mut Vec<Diagnostic>) {
    let lines = context.own.lines(instance);
    let mut seen = HashSet::new();
    let held = instance.virtual_addresses.iter().chain(&instance.excluded_addresses);
    let held: HashSet<IpAddr> = held.map(|held| held.address).collect();
    for peer in &instance.unicast_peers {
        let address = peer.address;
        let at = || lines.address("unicast_peer", address);
        if !seen.insert(address) {
            let at = at();
            let again = lines.addresses("unicast_peer", address).next_back().unwrap_or(at);
            let finding = Lint::PeerTwice.warning(again, format!("{address} is a peer already"));
            findings.push(finding.relate(at, "here"));
        } else if instance.source_address == Some(address) {
            let message = format!("{address} is the address that '{}' sends from", instance.name);
            let finding = Lint::PeerIsSelf.warning(at(), message).suggest("take it out of the list");
            findings.push(finding.relate(source_line(context, instance), "the source address"));
        } else if held.contains(&address) {
            let message =
                format!("the peer {address} is a virtual address: adverts to it reach the master only");
            findings
                .push(Lint::SourceIsVirtual.warning(at(), message).suggest("write the peer's own address"));
        } else if context.facts.holds(address) == Some(true) {
            let message = format!("{address} is an address of this host");
            findings.push(Lint::PeerIsSelf.warning(at(), message).suggest("take it out of the list"));
        }
    }
}

fn source(context: &Context<'_>, instance: &VrrpInstance, findings: &mut Vec<Diagnostic>) {
    let Some(source) = instance.source_address else { return };
    let at = source_line(context, instance);
    if is_virtual(instance, source) && instance.priority != super::trackers::OWNER {
        let message = format!("the source address {source} is a virtual address: only the master has it");
        // Multicast adverts are sent by the master only, so those after the first may get out.
        let finding = if instance.unicast_peers.is_empty() {
            Lint::SourceIsVirtual.note(at, message)
        } else {
            Lint::SourceIsVirtual.warning(at, message)
        };
        findings.push(finding.suggest("write the node's own address"));
    } else if context.facts.holds(source) == Some(false) {
        let message = format!("the host does not have the source address {source}");
        let held = context.facts.addresses().unwrap_or(&[]);
        let on_interface = held
            .iter()
            .find(|held| held.interface == instance.interface && held.address.is_ipv4() == source.is_ipv4());
        let finding = Lint::SourceNotOnHost.warning(at, message);
        findings.push(match on_interface {
            Some(held) => finding.suggest(format!("{} has {}", held.interface, held.address)),
            None => finding,
        });
    }
}

fn source_line(context: &Context<'_>, instance: &VrrpInstance) -> crate::Span {
    let lines = context.own.lines(instance);
    let line = lines.line("unicast_src_ip").or_else(|| lines.line("mcast_src_ip"));
    line.map_or(instance.span, |line| line.span())
}

fn is_virtual(instance: &VrrpInstance, address: IpAddr) -> bool {
    instance.virtual_addresses.iter().chain(&instance.excluded_addresses).any(|held| held.address == address)
}

/// A password is no guard against someone who can see one advert, and still one against those who cannot.
fn unguarded(context: &Context<'_>, instance: &VrrpInstance, findings: &mut Vec<Diagnostic>) {
    let guarded =
        instance.check_unicast_src || instance.authentication.is_some() || instance.auth_hmac.is_some();
    if instance.unicast_peers.is_empty() || guarded {
        return;
    }
    let message = format!("'{}' takes adverts from any address", instance.name);
    let at = context.own.lines(instance).at("unicast_peer");
    let advice = "write check_unicast_src, or min_ttl 255 behind peers on the same link";
    findings.push(Lint::UnicastUnguarded.note(at, message).suggest(advice));
}
