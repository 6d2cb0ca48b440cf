//! Gateways that are none.

use core::net::IpAddr;

use super::routes::addresses;
use super::{List, Network, contains, destination, lists};
use crate::lint::context::Context;
use crate::lint::page::{Example, Page, instance};
use crate::lint::problem::Lint;
use crate::model::{Hop, Route, RouteType, VirtualAddress, VrrpInstance};
use crate::{Diagnostic, HostAddress, Severity, Span};

pub(in crate::lint) static IS_SELF: Page = Page {
    code: "gateway-is-self",
    severity: Severity::Warning,
    what: "the gateway of a route is an address of the node itself",
    why: "Nothing is sent to a router. An IPv4 route by way of an own address is one to the link itself: the node asks for \
          each destination by ARP. The kernel refuses such a route of IPv6.",
    mend: "Write the address of the router; for what is on the link itself, write dev without via.",
    example: Example::of(BY_WAY_OF_ITSELF),
    mended: Example::of(BY_WAY_OF_A_ROUTER),
};

const BY_WAY_OF_ITSELF: &str = instance!(
    "",
    "    virtual_routes {
        198.51.100.0/24 via 192.0.2.1 dev eth0
    }
"
);

const BY_WAY_OF_A_ROUTER: &str = instance!(
    "",
    "    virtual_routes {
        198.51.100.0/24 via 192.0.2.254 dev eth0
    }
"
);

pub(in crate::lint) static OFF_NETWORK: Page = Page {
    code: "gateway-off-network",
    severity: Severity::Note,
    what: "the gateway of a route is in no network of the interface",
    why: "The kernel takes a gateway only if it knows a way to it that leads over no other gateway, and refuses the route \
          otherwise. Networks are those of the addresses that the host and the instance have there, and of routes \
          with dev and without via above; a route that the host has besides may lead there, too.",
    mend: "Correct the gateway or the interface, write a route to the gateway with dev above it, or add onlink.",
    example: Example::of(BESIDE_THE_HOST).on(&[("eth0", "203.0.113.2/24")]),
    mended: Example::of(BESIDE_THE_HOST).on(&[("eth0", "192.0.2.2/24")]),
};

const BESIDE_THE_HOST: &str = "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress { 192.0.2.1 }
    virtual_routes {
        198.51.100.0/24 via 192.0.2.254 dev eth0
    }
}
";

pub(in crate::lint) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for list in &lists::<Route>(&context.own) {
        // Only where somebody has said which addresses there are.
        let mut known = context.facts.addresses().map(|held| networks(context, list, held));
        for (index, route) in list.entries.iter().enumerate() {
            let hops = core::iter::once(&route.hop).chain(route.next_hops.iter().map(|next| &next.hop));
            for (hop, gateway) in hops.filter_map(|hop| Some((hop, hop.via?))) {
                let off = || off_network(known.as_ref()?, list.at(index), hop, gateway);
                findings.extend(is_self(context, list, index, gateway).or_else(off));
            }
            if let Some(known) = &mut known {
                known.extend(on_link(route));
            }
        }
    }
}

fn is_self(
    context: &Context<'_>,
    list: &List<'_, Route>,
    index: usize,
    gateway: IpAddr,
) -> Option<Diagnostic> {
    // A static route by way of a virtual address leads to the master, while that is the other node.
    let has = |instance: &VrrpInstance| addresses(instance).any(|held| held.address == gateway);
    let own = list.owner.instance().filter(|own| has(own));
    // This host may be that master now, and has the address then.
    let moves = own.is_none() && context.own.config.instances.iter().any(has);
    let message = match own {
        Some(own) => format!("the gateway {gateway} is a virtual address of '{}' itself", own.name),
        None if !moves && context.facts.holds(gateway) == Some(true) => {
            format!("the gateway {gateway} is an address of this host")
        }
        None => return None,
    };
    let advice = "write the address of the router, or dev without via";
    Some(Lint::GatewayIsSelf.warning(list.at(index), message).suggest(advice))
}

/// A network, and the interface that it is on if that is known.
type OnInterface<'a> = (Option<&'a str>, Network);

/// Those of the host's addresses, of the instance's and of static routes.
fn networks<'a>(
    context: &'a Context<'_>,
    list: &'a List<'_, Route>,
    held: &'a [HostAddress],
) -> Vec<OnInterface<'a>> {
    let config = context.own.config;
    let host = held.iter().map(|held| (Some(held.interface.as_str()), (held.address, held.prefix_len)));
    let fixed = config.static_addresses.iter().map(|held| network(&held.address, None));
    let own = list.owner.instance().into_iter().flat_map(|own| {
        let dev = (own.vmac.is_none() && own.ipvlan.is_none()).then_some(own.interface.as_str());
        addresses(own).map(move |held| network(held, dev))
    });
    let routes = config.static_routes.iter().filter_map(on_link);
    host.chain(fixed).chain(own).chain(routes).collect()
}

/// Where a route leads to if that is on the link itself.
fn on_link(route: &Route) -> Option<OnInterface<'_>> {
    let behind = route.hop.via.is_some() || !route.next_hops.is_empty();
    let leads = route.kind == RouteType::Unicast && !behind;
    leads.then(|| (route.hop.dev.as_deref(), destination(route)))
}

fn off_network(known: &[OnInterface<'_>], at: Span, hop: &Hop, gateway: IpAddr) -> Option<Diagnostic> {
    let link_local = matches!(gateway, IpAddr::V6(gateway) if gateway.is_unicast_link_local());
    if hop.onlink || link_local {
        return None;
    }
    let there = |dev: Option<&str>| dev.is_none() || hop.dev.is_none() || dev == hop.dev.as_deref();
    let mut candidates = known
        .iter()
        .filter(|(dev, network)| there(*dev) && network.0.is_ipv4() == gateway.is_ipv4())
        .map(|(_, network)| *network)
        .peekable();
    // Of an interface without any address nothing is known.
    candidates.peek()?;
    if candidates.any(|network| contains(network, gateway)) {
        return None;
    }
    let message = match &hop.dev {
        Some(dev) => format!("the gateway {gateway} is in no network of {dev}"),
        None => format!("the gateway {gateway} is in no network of this host"),
    };
    Some(Lint::GatewayOffNetwork.note(at, message))
}

/// The network of an address on the interface that it names, else on `otherwise`.
fn network<'a>(held: &'a VirtualAddress, otherwise: Option<&'a str>) -> OnInterface<'a> {
    (held.dev.as_deref().or(otherwise), (held.address, held.prefix_len))
}
