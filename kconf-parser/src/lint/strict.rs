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
    let global = global(context);
    let mut silent: Vec<&VrrpInstance> = Vec::new();
    for instance in context.own.config.instances.iter().filter(|instance| instance.strict) {
        let lines = context.own.lines(instance);
        let own = lines.line("strict_mode").map(|line| line.span());
        let strict_at = own.or(global).unwrap_or(instance.span);
        if !instance.unicast_peers.is_empty() {
            let message = format!(
                "'{}' has unicast peers in strict mode: keepalived does not run it on an interface that can do multicast",
                instance.name
            );
            let finding = Lint::StrictUnicast.warning(lines.at("unicast_peer"), message);
            findings.push(finding.relate(strict_at, "strict mode").suggest("take vrrp_strict out"));
        }
        if instance.accept || lines.line("no_accept").is_some() {
            continue;
        }
        if let Some(server) = service(context.own.config, instance) {
            let name = &instance.name;
            let message = format!(
                "in strict mode the addresses of '{name}' drop all packets, and this service is on one"
            );
            let finding = Lint::StrictDropsPackets.warning(server, message).relate(strict_at, "strict mode");
            findings.push(finding.suggest(ADVICE));
        } else if own.is_some() {
            findings.push(no_answer(strict_at, instance, 0));
        } else {
            silent.push(instance);
        }
    }
    // One line makes all of them strict, so one finding is enough.
    if let Some((first, others)) = silent.split_first() {
        findings.push(no_answer(global.unwrap_or(first.span), first, others.len()));
    }
}

const ADVICE: &str = "take vrrp_strict out; with version 3 the word accept in the instance does as well";

fn no_answer(at: Span, first: &VrrpInstance, others: usize) -> Diagnostic {
    let whose = match others {
        0 => format!("'{}'", first.name),
        others => format!("'{}' and {others} more", first.name),
    };
    let message = format!("in strict mode the addresses of {whose} answer nothing, not even ping");
    Lint::StrictDropsPackets.note(at, message).relate(first.span, "the instance").suggest(ADVICE)
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
