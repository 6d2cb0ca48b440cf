//! Strict mode and what it takes away.

use super::context::Context;
use super::page::{Example, Page};
use super::problem::Lint;
use crate::model::{Config, VirtualService, VrrpInstance};
use crate::{Diagnostic, Severity, Span};

pub(super) static NO_ANSWER: Page = Page {
    code: "strict-drops-packets",
    severity: Severity::Warning,
    what: "strict mode drops every packet to the virtual addresses",
    why: "In strict mode only the address owner (priority 255) accepts packets to a virtual address. keepalived makes a \
          firewall rule for that: the address does not answer ping, no service on it answers, and a virtual server on \
          it gets nothing.",
    mend: "Take vrrp_strict out, or write accept in the instance (version 3).",
    example: Example::of(
        "\
global_defs {
    vrrp_strict
}
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
",
    ),
    mended: Example::of(
        "\
global_defs {
    vrrp_strict
    vrrp_version 3
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    accept
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
",
    ),
};

pub(super) static UNICAST: Page = Page {
    code: "strict-unicast",
    severity: Severity::Warning,
    what: "strict mode has no unicast",
    why: "On an interface that can do multicast keepalived refuses an instance with unicast_peer in strict mode: the \
          instance does not run.",
    mend: "Take vrrp_strict out, or write strict_mode off in the instance.",
    example: Example::of(
        "\
global_defs {
    vrrp_strict
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    unicast_src_ip 192.0.2.2
    unicast_peer { 192.0.2.3 }
    virtual_ipaddress { 192.0.2.1/24 }
}
",
    ),
    mended: Example::of(
        "\
global_defs {
    vrrp_strict
}
vrrp_instance VI_1 {
    interface eth0
    strict_mode off
    virtual_router_id 51
    unicast_src_ip 192.0.2.2
    unicast_peer { 192.0.2.3 }
    virtual_ipaddress { 192.0.2.1/24 }
}
",
    ),
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for instance in context.own.config.instances.iter().filter(|instance| instance.strict) {
        let lines = context.own.lines(instance);
        let at = lines.line("strict_mode").map_or_else(|| global(context), |line| Some(line.span()));
        let strict_at = at.unwrap_or(instance.span);
        if !instance.unicast_peers.is_empty() {
            let message = format!(
                "'{}' has unicast peers in strict mode: keepalived does not run it on an interface that can do multicast",
                instance.name
            );
            let finding = Lint::StrictUnicast.warning(lines.at("unicast_peer"), message);
            findings.push(finding.relate(strict_at, "strict mode").suggest("take vrrp_strict out"));
        }
        if !instance.accept && lines.line("no_accept").is_none() {
            findings.push(no_answer(context, instance, strict_at));
        }
    }
}

fn no_answer(context: &Context<'_>, instance: &VrrpInstance, strict_at: Span) -> Diagnostic {
    let name = &instance.name;
    let advice = "take vrrp_strict out; with version 3 the word accept in the instance does as well";
    match service(context.own.config, instance) {
        Some(server) => {
            let message = format!(
                "in strict mode the addresses of '{name}' drop all packets, and this service is on one"
            );
            Lint::StrictDropsPackets.warning(server, message).relate(strict_at, "strict mode").suggest(advice)
        }
        None => {
            let message = format!("in strict mode the addresses of '{name}' answer nothing, not even ping");
            Lint::StrictDropsPackets
                .note(instance.span, message)
                .relate(strict_at, "strict mode")
                .suggest(advice)
        }
    }
}

/// A virtual server on an address of the instance.
fn service(config: &Config, instance: &VrrpInstance) -> Option<Span> {
    let addresses = || instance.virtual_addresses.iter().chain(&instance.excluded_addresses);
    let on = |service: VirtualService| match service {
        VirtualService::Address { address, .. } => addresses().any(|held| held.address == address.ip()),
        VirtualService::FirewallMark { .. } => false,
    };
    let mut servers = config.virtual_servers.iter();
    servers.find(|server| config.services(server).any(on)).map(|server| server.span)
}

fn global(context: &Context<'_>) -> Option<Span> {
    let mut globals = context.own.places.top("global_defs");
    globals.find_map(|block| block.line("vrrp_strict").map(|line| line.span()))
}
