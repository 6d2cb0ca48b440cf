//! Virtual addresses that are there twice, or that nobody can use.

use core::net::IpAddr;
use std::collections::HashMap;

use super::context::Context;
use super::page::{Example, Page};
use super::problem::Lint;
use crate::model::{VirtualAddress, VrrpInstance};
use crate::{Diagnostic, Severity, Span};

pub(super) static TWICE: Page = Page {
    code: "address-twice",
    severity: Severity::Warning,
    what: "a virtual address is listed twice",
    why: "In one instance the second line has no effect. In two instances both put the address on the interface, and the \
          first one that gives it up takes it away from the other.",
    mend: "Leave it in one place; what was meant is probably another address.",
    example: Example::of(
        "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress { 192.0.2.1/24 }
}
vrrp_instance VI_2 {
    interface eth0
    virtual_router_id 52
    virtual_ipaddress { 192.0.2.1/24 }
}
",
    ),
    mended: Example::of(
        "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress { fe80::1/64 }
}
vrrp_instance VI_2 {
    interface eth1
    virtual_router_id 51
    virtual_ipaddress { fe80::1/64 }
}
",
    ),
};

pub(super) static UNUSABLE: Page = Page {
    code: "address-unusable",
    severity: Severity::Warning,
    what: "a virtual address is that of a network, a broadcast, multicast, loopback, or none at all",
    why: "The kernel takes such an address or refuses it, but no client can reach a service on it.",
    mend: "Write an address of a host in the network.",
    example: Example::of(
        "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress { 192.0.2.0/24 }
}
",
    ),
    mended: Example::of(
        "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress { 192.0.2.0/31 }
}
",
    ),
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    twice(context, findings);
    for instance in &context.own.config.instances {
        for (list, address) in lists(instance) {
            if let Some(why) = unusable(address) {
                let at = context.own.lines(instance).address(list, address.address);
                let message = format!("{}/{} {why}", address.address, address.prefix_len);
                findings.push(Lint::AddressUnusable.warning(at, message));
            }
        }
    }
}

fn lists(instance: &VrrpInstance) -> impl Iterator<Item = (&'static str, &VirtualAddress)> {
    let addresses = instance.virtual_addresses.iter().map(|address| ("virtual_ipaddress", address));
    let excluded = instance.excluded_addresses.iter().map(|address| ("virtual_ipaddress_excluded", address));
    addresses.chain(excluded)
}

/// Where an address was seen first.
struct First<'a> {
    instance: &'a VrrpInstance,
    list: &'static str,
    device: (&'a str, Option<u8>),
}

fn twice(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let mut seen: HashMap<IpAddr, First<'_>> = HashMap::new();
    for instance in &context.own.config.instances {
        for (list, address) in lists(instance) {
            let device = device(instance, address);
            let second = First { instance, list, device };
            let Some(first) = seen.get(&address.address) else {
                seen.insert(address.address, second);
                continue;
            };
            findings.extend(clash(context, address.address, first, &second));
        }
    }
}

/// Whether keepalived makes an interface for the instance.
const fn own_device(instance: &VrrpInstance) -> bool {
    instance.vmac.is_some() || instance.ipvlan.is_some()
}

/// The interface that gets the address; one with a virtual MAC is an interface of its own.
fn device<'a>(instance: &'a VrrpInstance, address: &'a VirtualAddress) -> (&'a str, Option<u8>) {
    match &address.dev {
        Some(device) => (device, None),
        None => (&instance.interface, own_device(instance).then_some(instance.vrid)),
    }
}

fn clash(
    context: &Context<'_>,
    address: IpAddr,
    first: &First<'_>,
    second: &First<'_>,
) -> Option<Diagnostic> {
    let same_device = first.device == second.device;
    let link_local = matches!(address, IpAddr::V6(address) if address.is_unicast_link_local());
    let separate = first.instance.vrf != second.instance.vrf;
    if !same_device && (link_local || separate) {
        return None;
    }
    let (at, there) = places(context, address, first, second);
    if first.instance.span == second.instance.span {
        let message = format!("{address} is already an address of '{}'", first.instance.name);
        return Some(Lint::AddressTwice.warning(at, message).relate(there, "here"));
    }
    let message =
        format!("{address} is an address of both '{}' and '{}'", first.instance.name, second.instance.name);
    Some(if same_device {
        Lint::AddressTwice.warning(at, message).relate(there, "the same address")
    } else {
        let there_text = format!("the same address on {}", first.device.0);
        Lint::AddressTwice.note(at, message).relate(there, there_text)
    })
}

fn places(context: &Context<'_>, address: IpAddr, first: &First<'_>, second: &First<'_>) -> (Span, Span) {
    let there = context.own.lines(first.instance).address(first.list, address);
    let mut all = context.own.lines(second.instance).addresses(second.list, address);
    let at = all.find(|at| *at != there);
    (at.unwrap_or_else(|| context.own.lines(second.instance).at(second.list)), there)
}

fn unusable(address: &VirtualAddress) -> Option<&'static str> {
    let ip = address.address;
    if ip.is_unspecified() {
        return Some("is no address");
    }
    if ip.is_loopback() && address.dev.as_deref() != Some("lo") {
        return Some("is a loopback address: only the host itself reaches it");
    }
    if ip.is_multicast() {
        return Some("is a multicast address");
    }
    let IpAddr::V4(ip) = ip else { return None };
    if ip.is_broadcast() {
        return Some("is the broadcast address");
    }
    // RFC 3021: a prefix of 31 bits has no network and no broadcast address; a host prefix has nothing else.
    let host_bits = 32_u32.checked_sub(address.prefix_len.into()).filter(|bits| *bits > 1)?;
    let mask = u32::MAX.checked_shr(32 - host_bits).unwrap_or(0);
    match ip.to_bits() & mask {
        0 => Some("is the address of the network itself"),
        host if host == mask => Some("is the broadcast address of its network"),
        _ => None,
    }
}
