//! Virtual servers as a whole.

use core::net::IpAddr;
use std::collections::{HashMap, HashSet};

use super::context::Context;
use super::page::{Example, Page};
use super::problem::Lint;
use crate::model::{VirtualServer, VirtualService};
use crate::{Diagnostic, Severity};

pub(super) static NOBODY: Page = Page {
    code: "service-without-address",
    severity: Severity::Warning,
    what: "no instance, and as far as is known not the host either, has the address of a virtual server",
    why: "Packets to an address that the director does not have never reach it.",
    mend: "Put the address into virtual_ipaddress of an instance, or correct the digit that is wrong.",
    example: Example::of(
        "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress { 192.0.2.1/24 }
}
virtual_server 192.0.2.10 80 {
    lvs_sched rr
    lvs_method NAT
    protocol TCP
    real_server 198.51.100.1 80 {
        TCP_CHECK { }
    }
}
",
    ),
    mended: Example::of(ON_VI_1),
};

const ON_VI_1: &str = "\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress { 192.0.2.1/24 }
}
virtual_server 192.0.2.1 80 {
    lvs_sched rr
    lvs_method NAT
    protocol TCP
    real_server 198.51.100.1 80 {
        TCP_CHECK { }
    }
}
";

pub(super) static TWICE: Page = Page {
    code: "service-twice",
    severity: Severity::Warning,
    what: "two virtual servers are the same service",
    why: "The kernel has one service for an address, port and protocol. Both blocks write to it, each with its own real \
          servers and scheduler, and what one adds the other removes at the next change.",
    mend: "Put the real servers into one block, or correct the port.",
    example: Example::of(
        "\
virtual_server 192.0.2.1 80 {
    lvs_sched rr
    lvs_method NAT
    protocol TCP
    real_server 198.51.100.1 80 {
        TCP_CHECK { }
    }
}
virtual_server 192.0.2.1 80 {
    lvs_sched rr
    lvs_method NAT
    protocol TCP
    real_server 198.51.100.2 80 {
        TCP_CHECK { }
    }
}
",
    ),
    mended: Example::of(
        "\
virtual_server 192.0.2.1 53 {
    lvs_sched rr
    lvs_method NAT
    protocol TCP
    real_server 198.51.100.1 53 {
        TCP_CHECK { }
    }
}
virtual_server 192.0.2.1 53 {
    lvs_sched rr
    lvs_method NAT
    protocol UDP
    real_server 198.51.100.1 53 {
        TCP_CHECK { }
    }
}
",
    ),
};

pub(super) static UNCHECKED: Page = Page {
    code: "service-unchecked",
    severity: Severity::Note,
    what: "a real server has no check",
    why: "It counts as up for ever: clients are sent to it when it is dead.",
    mend: "Write a check, at least TCP_CHECK.",
    example: Example::of(
        "\
virtual_server 192.0.2.1 80 {
    lvs_sched rr
    lvs_method NAT
    protocol TCP
    real_server 198.51.100.1 80 {
    }
}
",
    ),
    mended: Example::of(ONE_REAL),
};

pub(super) static LOOPS: Page = Page {
    code: "real-server-is-virtual",
    severity: Severity::Warning,
    what: "a real server has an address of the virtual service",
    why: "The director sends the packets to itself, where they are the service's again, or are delivered locally to a \
          server that is on one node only.",
    mend: "Write the real server's own address.",
    example: Example::of(
        "\
virtual_server 192.0.2.1 80 {
    lvs_sched rr
    lvs_method DR
    protocol TCP
    real_server 192.0.2.1 80 {
        TCP_CHECK { }
    }
}
",
    ),
    mended: Example::of(ONE_REAL),
};

pub(super) static SORRY_IS_REAL: Page = Page {
    code: "sorry-server-is-real",
    severity: Severity::Note,
    what: "the sorry server is one of the real servers",
    why: "It takes over when the real servers are down, and is one of them.",
    mend: "Use a server that does not depend on the same failure.",
    example: Example::of(
        "\
virtual_server 192.0.2.1 80 {
    lvs_sched rr
    lvs_method NAT
    protocol TCP
    sorry_server 198.51.100.1 80
    real_server 198.51.100.1 80 {
        TCP_CHECK { }
    }
}
",
    ),
    mended: Example::of(ONE_REAL),
};

const ONE_REAL: &str = "\
virtual_server 192.0.2.1 80 {
    lvs_sched rr
    lvs_method NAT
    protocol TCP
    sorry_server 198.51.100.9 80
    real_server 198.51.100.1 80 {
        TCP_CHECK { }
    }
}
";

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    nobody(context, findings);
    twice(context, findings);
    for server in &context.own.config.virtual_servers {
        unchecked(server, findings);
        loops(context, server, findings);
        sorry(context, server, findings);
    }
}

/// Only where the file or the host tells which addresses there are.
fn nobody(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let config = context.own.config;
    let mut held: HashSet<IpAddr> = HashSet::new();
    for instance in &config.instances {
        let addresses = instance.virtual_addresses.iter().chain(&instance.excluded_addresses);
        held.extend(addresses.map(|address| address.address));
    }
    let known = context.facts.addresses();
    held.extend(known.unwrap_or(&[]).iter().map(|held| held.address));
    held.extend(config.static_addresses.iter().map(|held| held.address.address));
    if known.is_none() && config.instances.is_empty() {
        return;
    }
    for server in &config.virtual_servers {
        let missing = config.services(server).find_map(|service| match service {
            VirtualService::Address { address, .. } => {
                Some(address.ip()).filter(|address| !held.contains(address))
            }
            VirtualService::FirewallMark { .. } => None,
        });
        let Some(address) = missing else { continue };
        let finding = if known.is_some() {
            let message = format!("neither an instance nor the host has {address}");
            Lint::ServiceWithoutAddress.warning(server.span, message)
        } else {
            let message = format!("no instance has {address}; unless the host has it, no packet comes here");
            Lint::ServiceWithoutAddress.note(server.span, message)
        };
        findings.push(finding.suggest("put the address into virtual_ipaddress of an instance"));
    }
}

fn twice(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let config = context.own.config;
    let mut seen: HashMap<VirtualService, &VirtualServer> = HashMap::new();
    for server in &config.virtual_servers {
        let mut clash = None;
        for service in config.services(server) {
            let first = *seen.entry(service).or_insert(server);
            if first.span != server.span {
                clash.get_or_insert((first, service));
            }
        }
        if let Some((first, service)) = clash {
            let name = match service {
                VirtualService::Address { address, .. } => address.to_string(),
                VirtualService::FirewallMark { mark, .. } => format!("firewall mark {mark}"),
            };
            let message = format!("{name} is already a virtual server");
            findings.push(Lint::ServiceTwice.warning(server.span, message).relate(first.span, "here"));
        }
    }
}

fn unchecked(server: &VirtualServer, findings: &mut Vec<Diagnostic>) {
    let mut without = server.real_servers.iter().filter(|real| real.checkers.is_empty());
    let Some(first) = without.next() else { return };
    let more = without.count();
    let message = match more {
        0 => format!("real server {} has no check: it stays in service when it is dead", first.address),
        more => format!(
            "real server {} and {more} more have no check: they stay in service when they are dead",
            first.address
        ),
    };
    findings
        .push(Lint::ServiceUnchecked.note(first.span, message).suggest("write a check, at least TCP_CHECK"));
}

fn loops(context: &Context<'_>, server: &VirtualServer, findings: &mut Vec<Diagnostic>) {
    let services: HashSet<IpAddr> = context
        .own
        .config
        .services(server)
        .filter_map(|service| match service {
            VirtualService::Address { address, .. } => Some(address.ip()),
            VirtualService::FirewallMark { .. } => None,
        })
        .collect();
    for real in server.real_servers.iter().filter(|real| services.contains(&real.address.ip())) {
        let message = format!("real server {} has the address of the virtual server", real.address);
        let advice = "write the server's own address";
        findings.push(
            Lint::RealServerIsVirtual.warning(real.span, message).relate(server.span, "here").suggest(advice),
        );
    }
}

fn sorry(context: &Context<'_>, server: &VirtualServer, findings: &mut Vec<Diagnostic>) {
    let Some(sorry) = &server.sorry_server else { return };
    if let Some(real) = server.real_servers.iter().find(|real| real.address == sorry.address) {
        let at = context.own.places.block(server.span).at("sorry_server");
        let message = format!("the sorry server {} is one of the real servers", sorry.address);
        findings.push(Lint::SorryServerIsReal.note(at, message).relate(real.span, "here"));
    }
}
