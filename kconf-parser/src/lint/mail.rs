//! Mail that is never sent.

use super::context::Context;
use super::page::{Example, Page};
use super::problem::Lint;
use crate::model::Config;
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
    let nobody = config.globals.notification_email.is_empty();
    let written = written(context);
    if let Some(at) = written.filter(|_| nobody || config.globals.smtp_server.is_none()) {
        let missing = if nobody { "notification_email" } else { "smtp_server" };
        let message = format!("smtp_alert is on, and without {missing} no mail is sent");
        let advice = format!("set {missing} in global_defs");
        findings.push(Lint::AlertGoesNowhere.warning(at, message).suggest(advice));
    }
    let runs = !config.instances.is_empty() || !config.virtual_servers.is_empty();
    if !nobody && runs && written.is_none() && !sends(config) {
        let mut globals = context.own.places.top("global_defs");
        let at = globals.find_map(|block| block.line("notification_email"));
        let message = "mail has somewhere to go, and without smtp_alert there is none";
        let finding = Lint::MailNeverSent.note(at.map_or_else(Span::default, |line| line.span()), message);
        findings.push(finding.suggest("write smtp_alert in global_defs"));
    }
}

/// The first place that wants mail. That real servers report themselves is keepalived's default, and nobody's wish.
fn written(context: &Context<'_>) -> Option<Span> {
    let tree = context.own.tree;
    let lines = tree.lines().iter().map(|line| tree.words(line));
    let mut wishes = lines.filter_map(|words| {
        let text = |index: usize| words.get(index).map(|word| tree.text(word));
        let keyword = text(0).is_some_and(|word| word.starts_with(b"smtp_alert"));
        let off = matches!(text(1).as_deref(), Some(b"off" | b"false" | b"no"));
        words.first().filter(|_| keyword && !off).map(|word| word.span())
    });
    wishes.next()
}

/// Whether anything sends mail.
fn sends(config: &Config) -> bool {
    let instances = config.instances.iter().any(|instance| instance.smtp_alert);
    let mut servers = config.virtual_servers.iter();
    instances
        || config.sync_groups.iter().any(|group| group.smtp_alert)
        || servers.any(|server| server.smtp_alert || server.real_servers.iter().any(|real| real.smtp_alert))
}
