//! Routes that the kernel refuses, or has already.

use core::net::IpAddr;
use std::collections::{HashMap, HashSet};

use super::{List, Owner, called, destination, lists, masked};
use crate::lint::context::Context;
use crate::lint::page::{Example, Page, instance};
use crate::lint::problem::Lint;
use crate::lint::trackers::OWNER;
use crate::model::{
    AddressFamily, Hop, IpName, Route, RouteAddresses, RouteInsert, RouteType, VirtualAddress,
};
use crate::{Diagnostic, Severity};

pub(in crate::lint) static TWICE: Page = Page {
    code: "route-twice",
    severity: Severity::Warning,
    what: "a route is there already, or one hides another",
    why: "The kernel tells IPv4 routes apart by destination, table, TOS and metric, and uses one of those that are alike. \
          keepalived puts each new one before the others unless it says append or add. A route that two instances have \
          is one route: the first instance that gives it up takes it away from the other, and keepalived does not \
          notice, since it did so itself.",
    mend: "Leave one of them out, give the one that is to step in a higher metric, or write both gateways as nexthop of \
           one route.",
    example: Example::of(instance!(
        "",
        "    virtual_routes {
        default via 192.0.2.253 dev eth0
        default via 192.0.2.254 dev eth0
    }
"
    )),
    mended: Example::of(instance!(
        "",
        "    virtual_routes {
        default via 192.0.2.253 dev eth0
        default via 192.0.2.254 dev eth0 metric 10
    }
"
    )),
};

pub(in crate::lint) static REFUSED: Page = Page {
    code: "route-refused",
    severity: Severity::Warning,
    what: "the kernel refuses a route",
    why: "keepalived takes it, and the kernel answers with an error when the node becomes master: a line in the log, and \
          no route. Without via, dev or nexthop a packet cannot go anywhere; blackhole, unreachable, prohibit and throw \
          of IPv4 have nowhere to go to; what is behind a gateway is not in scope link or host; onlink needs dev, and \
          so does a gateway with a link-local address; local and broadcast routes are not of scope global, which is \
          what a route without scope has here, unlike with ip(8).",
    mend: "Write what the finding says; 'ip route add' on a test host shows the kernel's own answer.",
    example: Example::of(instance!(
        "",
        "    virtual_routes {
        blackhole 198.51.100.0/24 dev eth0
    }
"
    )),
    mended: Example::of(instance!(
        "",
        "    virtual_routes {
        blackhole 198.51.100.0/24 no_track
    }
"
    )),
};

pub(in crate::lint) static SOURCE: Page = Page {
    code: "route-source-not-held",
    severity: Severity::Warning,
    what: "the source address of a route is not there when the route is added",
    why: "The kernel refuses a route whose src is none of its addresses. A static route is added at the start, when the \
          node has no virtual address; a route of an instance comes after the addresses of that instance, not after \
          those of others.",
    mend: "Put the route into virtual_routes of the instance that has the address, or write an address of the host.",
    example: Example::of(
        "\
static_routes {
    198.51.100.0/24 via 192.0.2.254 dev eth0 src 192.0.2.1
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress { 192.0.2.1/24 }
}
",
    ),
    mended: Example::of(instance!(
        "",
        "    virtual_routes {
        198.51.100.0/24 via 192.0.2.254 dev eth0 src 192.0.2.1
    }
"
    )),
};

pub(in crate::lint) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let lists = lists::<Route>(&context.own);
    twice(&lists, findings);
    for list in &lists {
        for (index, route) in list.entries.iter().enumerate() {
            if let Some((message, advice)) = refusal(route) {
                findings.push(Lint::RouteRefused.warning(list.at(index), message).suggest(advice));
            }
        }
    }
    sources(context, &lists, findings);
}

/// What the kernel tells routes apart by. Of IPv6 it takes several gateways for one destination as one route with
/// several ways, so only what is the same in all is the same.
fn key(route: &Route) -> String {
    let destination = destination(route);
    let network = (masked(destination), destination.1);
    match route.family() {
        AddressFamily::V4 => {
            format!("{network:?} {:?} {:?} {}", route.table, route.ds_field, route.metric.unwrap_or(0))
        }
        AddressFamily::V6 => exact(route).to_string(),
    }
}

/// The route without what does not belong to the kernel's.
fn exact(route: &Route) -> Route {
    // An IPv6 route without a metric, or with 0, gets 1024 (IP6_RT_PRIO_USER).
    let metric = match route.family() {
        AddressFamily::V4 => route.metric.unwrap_or(0),
        AddressFamily::V6 => route.metric.filter(|metric| *metric > 0).unwrap_or(1024),
    };
    let insert = RouteInsert::default();
    Route { metric: Some(metric), insert, track_group: None, ..route.clone() }
}

/// The lists come with the static one first, as keepalived adds them.
fn twice(lists: &[List<'_, Route>], findings: &mut Vec<Diagnostic>) {
    let mut seen: HashMap<String, (&List<'_, Route>, usize)> = HashMap::new();
    for list in lists {
        for (index, route) in list.entries.iter().enumerate() {
            let Some(first) = seen.get(&key(route)) else {
                seen.insert(key(route), (list, index));
                continue;
            };
            findings.extend(clash(*first, (list, index)));
        }
    }
}

const ONE_COUNTS: &str =
    "give the one that is to step in a higher metric, or write both gateways as nexthop of one route";

fn clash(first: (&List<'_, Route>, usize), second: (&List<'_, Route>, usize)) -> Option<Diagnostic> {
    let ((first_list, first_index), (list, index)) = (first, second);
    let (one, two) = (first_list.entries.get(first_index)?, list.entries.get(index)?);
    let same = exact(one) == exact(two);
    let comes_first = two.insert == RouteInsert::Prepend;
    let what = called(two);
    let name = list.owner.instance().map_or("", |instance| instance.name.as_str());
    let other = first_list.owner.instance().map_or("", |instance| instance.name.as_str());
    let together = first_list.owner.moves_with(list.owner);
    let one_list = together && name == other;
    let (severity, message) = match (first_list.owner, same) {
        (_, true) if one_list => {
            (Severity::Warning, format!("the {what} is there already: this line has no effect"))
        }
        (_, true) if together => return None,
        (_, false) if together && comes_first => {
            (Severity::Warning, format!("this {what} hides the one that is there already"))
        }
        (_, false) if together => {
            let message = format!("this {what} has no effect: the one that is there already comes first");
            (Severity::Warning, message)
        }
        (Owner::Static, true) => {
            let message = format!("the {what} is static, and goes when '{name}' is master no longer");
            (Severity::Warning, message)
        }
        // The instance's route is used while it is there: that is what such routes are for.
        (Owner::Static, false) if comes_first => return None,
        (Owner::Static, false) => {
            let message = format!("this {what} has no effect beside the static one, which comes first");
            (Severity::Warning, message)
        }
        (Owner::Instance(_), true) => {
            let message = format!(
                "'{other}' and '{name}' have the same {what}: where both are master, the first that gives it \
                 up takes it from the other"
            );
            (Severity::Warning, message)
        }
        (Owner::Instance(_), false) => {
            let message = format!(
                "'{other}' and '{name}' have a {what} each: where both are master, one of them is used"
            );
            (Severity::Note, message)
        }
    };
    let at = list.at(index);
    let finding = match severity {
        Severity::Note => Lint::RouteTwice.note(at, message),
        Severity::Warning | Severity::Error => Lint::RouteTwice.warning(at, message),
    };
    let finding = finding.relate(first_list.at(first_index), "here");
    Some(if same { finding } else { finding.suggest(ONE_COUNTS) })
}

/// Why the kernel refuses the route, and what to write instead. Seen with Linux 6.18.
fn refusal(route: &Route) -> Option<(String, &'static str)> {
    let v4 = route.family() == AddressFamily::V4;
    let name = called(route);
    let leads = hops(route).any(|hop| hop.via.is_some() || hop.dev.is_some());
    if rejects(route.kind) {
        let kind = route.kind.name().unwrap_or_default();
        let message =
            format!("the kernel refuses an IPv4 route of type {kind} with a gateway or an interface");
        return (v4 && leads).then_some((message, "leave out via and dev, and write no_track"));
    }
    if !leads {
        let message = format!("the kernel refuses the {name}: it has neither gateway nor interface");
        return Some((message, "write 'via ADDRESS' or 'dev INTERFACE'"));
    }
    if hops(route).any(|hop| hop.onlink && hop.via.is_some() && hop.dev.is_none()) {
        let message = format!("the kernel refuses the {name}: onlink needs an interface");
        return Some((message, "name it with 'dev'"));
    }
    let link_local = |via: IpAddr| matches!(via, IpAddr::V6(via) if via.is_unicast_link_local());
    if hops(route).any(|hop| hop.dev.is_none() && hop.via.is_some_and(link_local)) {
        let message = format!("the kernel refuses the {name}: its gateway is link-local, on no named link");
        return Some((message, "name the interface with 'dev'"));
    }
    if v4 { scope(route, &name) } else { None }
}

fn hops(route: &Route) -> impl Iterator<Item = &Hop> {
    core::iter::once(&route.hop).chain(route.next_hops.iter().map(|next| &next.hop))
}

const fn rejects(kind: RouteType) -> bool {
    matches!(kind, RouteType::Blackhole | RouteType::Unreachable | RouteType::Prohibit | RouteType::Throw)
}

/// The scopes of IPv4: the closer, the higher the number.
fn scope(route: &Route, name: &str) -> Option<(String, &'static str)> {
    const LINK: u8 = 253;
    const HOST: u8 = 254;
    let scope = match &route.scope {
        None => 0,
        Some(IpName::Number(scope)) => scope.number(),
        // A name that only the host knows.
        Some(IpName::Name(_)) => return None,
    };
    let behind_gateway = hops(route).any(|hop| hop.via.is_some());
    if behind_gateway && scope >= LINK {
        let message = format!("the kernel refuses the {name}: what is behind a gateway is not on the link");
        return Some((message, "leave scope out"));
    }
    let (needed, advice) = match route.kind {
        RouteType::Local => (HOST, "write 'scope host'"),
        RouteType::Broadcast | RouteType::Anycast => (LINK, "write 'scope link'"),
        RouteType::Unicast
        | RouteType::Multicast
        | RouteType::Blackhole
        | RouteType::Unreachable
        | RouteType::Prohibit
        | RouteType::Throw
        | RouteType::Nat
        | RouteType::ExternalResolve
        | RouteType::Other(_) => return None,
    };
    let kind = route.kind.name().unwrap_or_default();
    let message = format!("the kernel refuses a route of type {kind} with a scope as wide as this one");
    (scope < needed).then_some((message, advice))
}

fn preferred_source(route: &Route) -> Option<IpAddr> {
    match &route.addresses {
        RouteAddresses::V4 { source, .. } => source.map(IpAddr::V4),
        RouteAddresses::V6 { source, .. } => source.map(IpAddr::V6),
    }
}

fn sources(context: &Context<'_>, lists: &[List<'_, Route>], findings: &mut Vec<Diagnostic>) {
    let config = context.own.config;
    let wanted = |list: &List<'_, Route>| list.entries.iter().any(|route| preferred_source(route).is_some());
    if !lists.iter().any(wanted) {
        return;
    }
    let mut fixed: HashSet<IpAddr> =
        config.static_addresses.iter().map(|held| held.address.address).collect();
    let mut holders: HashMap<IpAddr, Owner<'_>> = HashMap::new();
    for instance in &config.instances {
        let addresses: Vec<IpAddr> = addresses(instance).map(|held| held.address).collect();
        if instance.priority == OWNER {
            // The owner's addresses are those of its interface.
            fixed.extend(addresses);
        } else {
            holders.extend(addresses.into_iter().map(|address| (address, Owner::Instance(instance))));
        }
    }
    for list in lists {
        for (index, route) in list.entries.iter().enumerate() {
            let Some(source) = preferred_source(route).filter(|source| !fixed.contains(source)) else {
                continue;
            };
            let own = list.owner.instance();
            let is_own = own.is_some_and(|own| addresses(own).any(|held| held.address == source));
            if is_own || context.facts.holds(source) == Some(true) {
                continue;
            }
            let holder = holders.get(&source).and_then(|holder| holder.instance());
            let finding = match (holder, own) {
                (Some(holder), None) => {
                    let message = format!(
                        "{source} is not there at the start: it is a virtual address of '{}'",
                        holder.name
                    );
                    let advice = format!("put the route into virtual_routes of '{}'", holder.name);
                    Lint::RouteSourceNotHeld.warning(list.at(index), message).suggest(advice)
                }
                (Some(holder), Some(own)) if !Owner::Instance(holder).moves_with(list.owner) => {
                    let message = format!(
                        "{source} is a virtual address of '{}': '{}' has no such route where it alone is master",
                        holder.name, own.name
                    );
                    let advice = format!("put the route into virtual_routes of '{}'", holder.name);
                    Lint::RouteSourceNotHeld.warning(list.at(index), message).suggest(advice)
                }
                (None, _) if context.facts.holds(source) == Some(false) => {
                    let message = format!("neither the host nor an instance has the source address {source}");
                    Lint::RouteSourceNotHeld.warning(list.at(index), message)
                }
                (Some(_), Some(_)) | (None, _) => continue,
            };
            findings.push(finding);
        }
    }
}

/// Every address of an instance.
pub(super) fn addresses(instance: &crate::model::VrrpInstance) -> impl Iterator<Item = &VirtualAddress> {
    instance.virtual_addresses.iter().chain(&instance.excluded_addresses)
}
