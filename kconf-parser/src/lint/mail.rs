//! Mail that is never sent.

use super::context::Context;
use super::page::{Example, Page};
use super::problem::Lint;
use crate::{Diagnostic, Severity, Span};

pub(super) static NOWHERE: Page = Page {
    code: "alert-goes-nowhere",
    severity: Severity::Warning,
    what: "smtp_alert is on, and there is no server or nobody to send to",
    why: "No mail is sent, and nothing says so.",
    mend: "Set smtp_server and notification_email in global_defs.",
    example: Example::of(
        "\
global_defs {
    notification_email { admin@example.com }
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    smtp_alert
    virtual_ipaddress { 192.0.2.1/24 }
}
",
    ),
    mended: Example::of(
        "\
global_defs {
    notification_email { admin@example.com }
    smtp_server 192.0.2.25
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    smtp_alert
    virtual_ipaddress { 192.0.2.1/24 }
}
",
    ),
};

pub(super) static NEVER: Page = Page {
    code: "mail-never-sent",
    severity: Severity::Note,
    what: "an address for notifications is set, and nothing sends any",
    why: "notification_email only says where mail goes. Whether there is any is up to smtp_alert, which is off unless it \
          is written.",
    mend: "Write smtp_alert in global_defs or in the instance, or take the addresses out.",
    example: Example::of(
        "\
global_defs {
    notification_email { admin@example.com }
    smtp_server 192.0.2.25
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress { 192.0.2.1/24 }
}
",
    ),
    mended: Example::of(
        "\
global_defs {
    notification_email { admin@example.com }
    smtp_server 192.0.2.25
    smtp_alert
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress { 192.0.2.1/24 }
}
",
    ),
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let config = context.own.config;
    let globals = context.own.places.top("global_defs").find_map(|block| block.line("notification_email"));
    let nobody = config.globals.notification_email.is_empty();
    let alert = alert(context);
    match alert {
        Some(at) if nobody || config.globals.smtp_server.is_none() => {
            let missing = if nobody { "notification_email" } else { "smtp_server" };
            let message = format!("smtp_alert is on, and without {missing} no mail is sent");
            let advice = format!("set {missing} in global_defs");
            findings.push(Lint::AlertGoesNowhere.warning(at, message).suggest(advice));
        }
        None if !nobody && (!config.instances.is_empty() || !config.virtual_servers.is_empty()) => {
            let at = globals.map_or_else(Span::default, |line| line.span());
            let message = "mail has somewhere to go, and without smtp_alert there is none";
            let advice = "write smtp_alert in global_defs";
            findings.push(Lint::MailNeverSent.note(at, message).suggest(advice));
        }
        Some(_) | None => {}
    }
}

/// The first place that wants mail.
fn alert(context: &Context<'_>) -> Option<Span> {
    let (config, places) = (context.own.config, &context.own.places);
    let instances = config.instances.iter().filter(|instance| instance.smtp_alert);
    let instances = instances.map(|instance| instance.span);
    let servers = config.virtual_servers.iter();
    let servers =
        servers.filter(|server| server.smtp_alert || server.real_servers.iter().any(|real| real.smtp_alert));
    let at = instances.chain(servers.map(|server| server.span)).next();
    // Sync groups want mail, too.
    let group =
        || places.top("vrrp_sync_group").find_map(|group| group.line("smtp_alert").map(|line| line.span()));
    at.map(|at| places.block(at).at("smtp_alert")).or_else(group)
}
