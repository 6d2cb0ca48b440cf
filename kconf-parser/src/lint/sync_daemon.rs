//! The connection synchronisation of IPVS.

use super::context::Context;
use super::page::{Example, Page};
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
    let config = context.own.config;
    let Some((daemon, followed)) = daemon(context) else { return };
    if let Some(instance) = followed {
        preempts(context, instance, daemon, findings);
    }
    for server in &config.virtual_servers {
        let mixed = server.real_servers.iter().find(|real| {
            let family = AddressFamily::from(real.address.ip());
            config.services(server).any(|service| service.family() != family)
        });
        if let Some(real) = mixed {
            let message = format!(
                "{} is of another family than its virtual server, and a sync daemon runs",
                real.address
            );
            let finding = Lint::SyncDaemonMixedFamilies.warning(real.span, message);
            findings.push(finding.relate(daemon, "the sync daemon"));
        }
    }
}

/// Where the daemon is asked for, and the instance whose state it follows: the first one that asks, unless
/// `global_defs` does.
fn daemon<'a>(context: &Context<'a>) -> Option<(Span, Option<&'a VrrpInstance>)> {
    let config = context.own.config;
    if let Some(daemon) = &config.globals.lvs_sync_daemon {
        let mut globals = context.own.places.top("global_defs");
        let line = globals.find_map(|block| block.line("lvs_sync_daemon"));
        let at = line.map_or_else(Span::default, |line| line.span());
        return Some((at, daemon.instance.as_deref().and_then(|name| config.instance(name))));
    }
    let instance = config.instances.iter().find(|instance| instance.lvs_sync_daemon_interface.is_some())?;
    Some((context.own.lines(instance).at("lvs_sync_daemon_interface"), Some(instance)))
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
