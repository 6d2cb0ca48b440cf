//! What does not fit the host that the configuration is meant for.

use core::net::IpAddr;
use std::collections::HashSet;

use super::context::Context;
use super::page::{Example, Page};
use super::problem::Lint;
use super::routing;
use crate::model::{VirtualAddress, VrrpInstance};
use crate::{Diagnostic, HostAddress, Severity};

pub(super) static OFF_NETWORK: Page = Page {
    code: "address-off-network",
    severity: Severity::Note,
    what: "a virtual address is in no network of its interface",
    why: "Hosts on that network do not ask for the address there, and routers do not send it there, unless there is a \
          route. Often it is the other interface that was meant.",
    mend: "Correct interface or dev, or the address.",
    example: Example::of(ON_ETH0).on(&[("eth0", "198.51.100.2/24")]),
    mended: Example::of(ON_ETH0).on(&[("eth0", "192.0.2.2/24")]),
};

const ON_ETH0: &str = "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress { 192.0.2.1/24 }
}
";

pub(super) static IDLE_INTERFACE: Page = Page {
    code: "tracked-interface-idle",
    severity: Severity::Note,
    what: "a tracked interface has no address, neither of the host nor a virtual one",
    why: "Its link says nothing about whether this node can do its work, and losing it makes the node fail.",
    mend: "Track the interface that carries the traffic, or take the line out.",
    example: Example::of(TRACKS_ETH1).on(&[("eth0", "192.0.2.2/24")]),
    mended: Example::of(TRACKS_ETH1).on(&[("eth0", "192.0.2.2/24"), ("eth1", "198.51.100.2/24")]),
};

const TRACKS_ETH1: &str = "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    track_interface { eth1 }
    virtual_ipaddress { 192.0.2.1/24 }
}
";

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let Some(held) = context.facts.addresses() else { return };
    let busy = busy(context, held);
    for instance in &context.own.config.instances {
        let lines = context.own.lines(instance);
        for track in instance.track_interfaces.iter().filter(|track| !busy.contains(track.name.as_str())) {
            let at = lines.entry("track_interface", &track.name);
            let message = format!("{} is tracked, and there is no address on it", track.name);
            findings.push(Lint::TrackedInterfaceIdle.note(at, message));
        }
        for address in &instance.virtual_addresses {
            off_network(context, instance, address, held, findings);
        }
    }
}

fn busy<'a>(context: &Context<'a>, held: &'a [HostAddress]) -> HashSet<&'a str> {
    let mut busy: HashSet<&str> = held.iter().map(|held| held.interface.as_str()).collect();
    for instance in &context.own.config.instances {
        busy.insert(&instance.interface);
        let addresses = instance.virtual_addresses.iter().chain(&instance.excluded_addresses);
        busy.extend(addresses.filter_map(|address| address.dev.as_deref()));
    }
    busy
}

fn off_network(
    context: &Context<'_>,
    instance: &VrrpInstance,
    address: &VirtualAddress,
    held: &[HostAddress],
    findings: &mut Vec<Diagnostic>,
) {
    let device = address.dev.as_deref().unwrap_or(&instance.interface);
    let link_local = matches!(address.address, IpAddr::V6(address) if address.is_unicast_link_local());
    let networks: Vec<&HostAddress> = held
        .iter()
        .filter(|held| held.interface == device && held.address.is_ipv4() == address.address.is_ipv4())
        .collect();
    if link_local || networks.is_empty() || networks.iter().any(|network| contains(network, address.address))
    {
        return;
    }
    let at = context.own.lines(instance).address("virtual_ipaddress", address.address);
    let message = format!("{} is in no network of {device}", address.address);
    let elsewhere = held.iter().find(|held| held.interface != device && contains(held, address.address));
    let finding = Lint::AddressOffNetwork.note(at, message);
    findings.push(match elsewhere {
        Some(held) => finding.suggest(format!("{} has {}/{}", held.interface, held.address, held.prefix_len)),
        None => finding,
    });
}

/// Whether `address` is in the network of an address of the host.
pub(super) fn contains(network: &HostAddress, address: IpAddr) -> bool {
    routing::contains((network.address, network.prefix_len), address)
}
