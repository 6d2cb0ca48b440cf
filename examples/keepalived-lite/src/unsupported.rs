//! What a configuration asks for that this version cannot do: each is named, with its line.

use kconf_parser::model::{
    AddressFamily, Authentication, Checker, CheckerKind, Config, HttpUrl, VirtualServer, VirtualServerKey,
    VrrpInstance,
};
use kconf_parser::{Sources, Span};

use crate::lvs;

/// One thing that will not happen.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Unsupported {
    /// The block that asks for it.
    pub span: Span,
    /// What it is, and what happens instead.
    pub what: String,
    /// The instance cannot be run without it.
    pub stops_instance: bool,
}

impl Unsupported {
    /// As a line for the log or the configuration test.
    #[must_use]
    pub(crate) fn line(&self, sources: &Sources) -> String {
        let position = sources.position(self.span);
        let file = sources.name(sources.written_at(self.span).source);
        let severity = if self.stops_instance { "error" } else { "warning" };
        format!("{file}:{}:{}: {severity}[not-supported]: {}", position.line, position.column, self.what)
    }
}

/// Everything in `config` that will not happen.
#[must_use]
pub(crate) fn find(config: &Config) -> Vec<Unsupported> {
    let instances = config.instances.iter().flat_map(in_instance);
    let mail = !config.globals.notification_email.is_empty();
    let groups =
        config.sync_groups.iter().filter(|group| mail && group.smtp_alert).map(|group| Unsupported {
            span: group.span,
            what: format!("VRRP_Group({}) smtp_alert is not supported yet: no mail is sent", group.name),
            stops_instance: false,
        });
    let servers = config.virtual_servers.iter().flat_map(|server| in_server(server, mail));
    instances.chain(groups).chain(servers).chain(in_globals(config)).collect()
}

/// Why an instance cannot be run at all, if it cannot.
#[must_use]
pub(crate) fn blocker(instance: &VrrpInstance) -> Option<String> {
    in_instance(instance).into_iter().find(|found| found.stops_instance).map(|found| found.what)
}

fn in_instance(instance: &VrrpInstance) -> Vec<Unsupported> {
    let name = &instance.name;
    let v6_address = instance.excluded_addresses.iter().any(|address| address.address.is_ipv6());
    let blockers = [
        (instance.family == AddressFamily::V6, "IPv6 is not supported yet: the instance is not started"),
        (
            matches!(instance.authentication, Some(Authentication::Ah(_))),
            "auth_type AH is not supported yet, and running without it would be unsafe: the instance is not started",
        ),
        (
            instance.auth_hmac.is_some(),
            "auth_hmac is not supported yet, and running without it would be unsafe: the instance is not started",
        ),
        (
            instance.interface.is_empty(),
            "an instance without an interface is not supported yet: the instance is not started",
        ),
    ];
    let losses = [
        (instance.vmac.is_some(), "use_vmac is not supported yet: addresses keep the interface's own MAC"),
        (
            !instance.accept,
            "packets to the virtual addresses are not dropped: no_accept and strict mode's firewall are not supported yet",
        ),
        (instance.smtp_alert, "smtp_alert is not supported yet: no mail is sent"),
        (
            instance.promote_secondaries,
            "promote_secondaries is not supported yet: the sysctl is left as it is",
        ),
        (
            v6_address,
            "IPv6 addresses of virtual_ipaddress_excluded are not supported yet: they are not added",
        ),
    ];
    let make = |(found, text): (bool, &str), stops_instance| {
        found.then(|| Unsupported { span: instance.span, what: format!("({name}) {text}"), stops_instance })
    };
    let blockers = blockers.into_iter().filter_map(|row| make(row, true));
    blockers.chain(losses.into_iter().filter_map(|row| make(row, false))).collect()
}

fn in_server(server: &VirtualServer, mail: bool) -> Vec<Unsupported> {
    let rows = [
        (
            server.ha_suspend && !matches!(server.key, VirtualServerKey::Address(_)),
            "ha_suspend is without effect for a group: its real servers are always checked",
        ),
        (server.hashed, "hashed is without effect: the kernel sets it by itself"),
        (mail && server.smtp_alert, "smtp_alert is not supported yet: no mail is sent"),
    ];
    let own = rows.into_iter().filter(|(found, _)| *found).map(|(_, text)| (server.span, text.to_owned()));
    let reals = server.real_servers.iter().flat_map(|real| {
        let mail = (mail && real.smtp_alert)
            .then(|| (real.span, "smtp_alert is not supported yet: no mail is sent".to_owned()));
        mail.into_iter().chain(real.checkers.iter().flat_map(in_check))
    });
    own.chain(reals).map(|(span, what)| Unsupported { span, what, stops_instance: false }).collect()
}

fn in_check(check: &Checker) -> Vec<(Span, String)> {
    if let Some(name) = lvs::unsupported_check(check) {
        let what = format!("{name} is not supported yet: it never fails, the server counts as up");
        return vec![(check.span, what)];
    }
    let CheckerKind::Http(http) = &check.kind else { return Vec::new() };
    let refused = http.urls.iter().filter_map(|url| Some((url, lvs::regex(url.regex.as_ref()?).err()?)));
    let line = |(url, error): (&HttpUrl, _)| {
        let path = &url.path;
        (check.span, format!("regex of {path} is not supported: {error}: the page's text is not looked at"))
    };
    refused.map(line).collect()
}

fn in_globals(config: &Config) -> Vec<Unsupported> {
    let globals = &config.globals;
    let rows = [
        (
            globals.notify_fifo.is_some() && !config.virtual_servers.is_empty(),
            "notify_fifo is told of instances and groups, not of virtual servers yet",
        ),
        (globals.lvs_notify_fifo.is_some(), "lvs_notify_fifo is not supported yet: nothing is written to it"),
        (
            globals.checker_process.no_swap || globals.checker_process.rlimit_rttime_us.is_some(),
            "checker_no_swap and checker_rlimit_rttime are not supported: one process does all; see vrrp_no_swap",
        ),
        (globals.startup_script.is_some(), "startup_script is not supported yet: it is not run"),
        (globals.shutdown_script.is_some(), "shutdown_script is not supported yet: it is not run"),
        (globals.instance.is_some(), "instance is not supported yet: pid files keep their names"),
        (globals.use_pid_dir, "use_pid_dir is not supported yet: pid files lie where -p and -r say"),
        (
            globals.log_unknown_vrids,
            "log_unknown_vrids is not supported yet: such adverts are ignored in silence",
        ),
    ];
    let rows = rows.into_iter().filter(|(found, _)| *found);
    rows.map(|(_, what)| Unsupported { span: Span::default(), what: what.to_owned(), stops_instance: false })
        .collect()
}

#[cfg(test)]
mod tests {
    use kconf_parser::{AssumePresent, lower, parse};

    use super::*;

    #[test]
    fn an_instance_that_would_be_unsafe_without_what_is_missing_is_not_started() {
        let cases = [
            ("interface eth0", false),
            ("interface eth0\nauthentication {\nauth_type AH\nauth_pass secret\n}", true),
            ("interface eth0\nauth_hmac {\nkey 1 0123456789abcdef0123456789abcdef\nactive_key 1\n}", true),
            ("unicast_src_ip 192.0.2.7\nunicast_peer {\n192.0.2.8\n}", true),
        ];
        for (lines, blocked) in cases {
            let text = format!(
                "vrrp_instance A {{\nvirtual_router_id 5\nvirtual_ipaddress {{\n192.0.2.1\n}}\n{lines}\n}}\n"
            );
            let config = lower(&parse("f", text.as_bytes()).tree, &AssumePresent).config;
            let instance = config.instances.first().expect("an instance");
            assert_eq!(blocker(instance).is_some(), blocked, "{lines}");
        }
    }
}
