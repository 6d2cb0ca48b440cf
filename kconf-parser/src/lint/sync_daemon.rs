//! The connection synchronisation of IPVS.

use super::context::Context;
use super::page::{Example, Page};
use super::places::Entry;
use super::problem::Lint;
use super::trackers::OWNER;
use crate::model::{AddressFamily, VrrpInstance};
use crate::{Diagnostic, Severity, Span};

pub(super) static PREEMPTS: Page = Page {
    code: "sync-daemon-preempts",
    severity: Severity::Note,
    what: "a returning master takes over before it has the connections",
    why: "lvs_sync_daemon sends connections as they change. A node that comes back and preempts at once has an empty table \
          and resets the connections that it does not know.",
    mend: "Write preempt_delay (a minute or more) or nopreempt in the instance, on the node with the higher priority.",
    example: Example::of(
        "\
global_defs {
    lvs_sync_daemon eth0 VI_1
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 150
    virtual_ipaddress { 192.0.2.1/24 }
}
",
    ),
    mended: Example::of(
        "\
global_defs {
    lvs_sync_daemon eth0 VI_1
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 150
    preempt_delay 60
    virtual_ipaddress { 192.0.2.1/24 }
}
",
    ),
};

pub(super) static FAMILIES: Page = Page {
    code: "sync-daemon-mixed-families",
    severity: Severity::Warning,
    what: "a virtual server has real servers of the other address family, and the sync daemon runs",
    why: "The kernel refuses real servers of another family while a sync daemon runs, and a sync daemon while there are \
          such servers: one of the two is missing.",
    mend: "Use real servers of the service's family, or do without lvs_sync_daemon.",
    example: Example::of(
        "\
global_defs {
    lvs_sync_daemon eth0
}
virtual_server 192.0.2.1 80 {
    lvs_sched rr
    lvs_method TUN
    protocol TCP
    real_server 2001:db8::1 80 {
        TCP_CHECK { }
    }
}
",
    ),
    mended: Example::of(
        "\
global_defs {
    lvs_sync_daemon eth0
}
virtual_server 192.0.2.1 80 {
    lvs_sched rr
    lvs_method TUN
    protocol TCP
    real_server 198.51.100.1 80 {
        TCP_CHECK { }
    }
}
",
    ),
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let places = &context.own.places;
    let mut globals = places.top("global_defs");
    let global = globals.find_map(|block| block.line("lvs_sync_daemon"));
    let instances = context.own.config.instances.iter();
    let by_instance =
        || instances.clone().filter_map(|instance| own_line(context, instance).map(|at| (instance, at)));
    let named = global.and_then(|line| Some((followed(&line, context)?, line.span())));
    for (instance, at) in named.into_iter().chain(by_instance()) {
        preempts(context, instance, at, findings);
    }
    let daemon = global.map(|line| line.span()).or_else(|| by_instance().next().map(|(_, at)| at));
    let Some(daemon) = daemon else { return };
    for server in &context.own.config.virtual_servers {
        let mixed = server.real_servers.iter().find(|real| {
            let family = AddressFamily::from(real.address.ip());
            context.own.config.services(server).any(|service| service.family() != family)
        });
        if let Some(real) = mixed {
            let message = format!(
                "{} is of another family than its virtual server, and a sync daemon runs",
                real.address
            );
            findings.push(
                Lint::SyncDaemonMixedFamilies.warning(real.span, message).relate(daemon, "the sync daemon"),
            );
        }
    }
}

fn own_line(context: &Context<'_>, instance: &VrrpInstance) -> Option<Span> {
    context.own.lines(instance).line("lvs_sync_daemon_interface").map(|line| line.span())
}

/// The instance whose state the daemon follows: `lvs_sync_daemon IF [[inst] NAME] [OPTION VALUE]…`.
fn followed<'a>(line: &Entry<'_>, context: &Context<'a>) -> Option<&'a VrrpInstance> {
    let name = line.text(2).filter(|word| word != "inst").or_else(|| line.text(3))?;
    context.own.config.instance(&name)
}

fn preempts(context: &Context<'_>, instance: &VrrpInstance, at: Span, findings: &mut Vec<Diagnostic>) {
    // With the other node's file it is known which of the two comes back.
    let comes_back =
        context.pairs().all(|pair| pair.own.span != instance.span || pair.own.priority > pair.other.priority);
    let preempts = instance.preempt && instance.preempt_delay.is_zero() && instance.priority != OWNER;
    if preempts && comes_back {
        let message = format!(
            "'{}' takes over as soon as it is back, before the sync daemon has told it the connections",
            instance.name
        );
        let finding = Lint::SyncDaemonPreempts.note(at, message).relate(instance.span, "the instance");
        findings.push(finding.suggest("write preempt_delay 60 in the instance"));
    }
}
