//! From what a virtual server says to what it is: defaults, limits and contradictions.

use super::command::ScriptCheck;
use super::real_server;
use super::virtual_server::{PERSISTENCE, ServerDraft};
use crate::model::{ForwardMethod, Globals, ServiceProtocol, SorryServer, VirtualServer, VirtualServerKey};
use crate::{Diagnostic, Problem, Span};

/// Gives the virtual server, unless it cannot work, and what was wrong with it.
pub(super) fn complete(
    mut draft: ServerDraft,
    globals: &Globals,
    scripts: &mut ScriptCheck<'_>,
) -> (Option<VirtualServer>, Vec<Diagnostic>) {
    let mut findings = Completion { at: draft.span, findings: Vec::new() };
    findings.remove_duplicates(&mut draft);
    if draft.real_servers.is_empty() {
        let (kind, name, missing) = ("virtual_server", name(&draft.key), "real_server");
        findings.report(draft.span, Problem::Incomplete { kind, name, missing });
        return (None, findings.findings);
    }
    let protocol = findings.protocol(&draft);
    findings.persistence(&mut draft);
    let forward_method = findings.forward_method(&draft);
    let scheduler = findings.scheduler(&mut draft);
    let port = service_port(&draft.key);
    let (quorum, hysteresis) = findings.quorum(&draft);
    let one_packet = findings.one_packet(draft.one_packet, protocol);
    let sorry_server = findings.sorry(&draft, forward_method, port);
    let alert = globals.smtp_alert_checker.or(globals.smtp_alert);
    let drafts = core::mem::take(&mut draft.real_servers);
    let real_servers = drafts.into_iter().map(|server| {
        let (server, found) =
            real_server::complete(server, &draft.inherited, (forward_method, port), alert, scripts);
        findings.findings.extend(found);
        server
    });
    let real_servers = real_servers.collect();
    let server = VirtualServer {
        span: draft.span,
        family: draft.family.unwrap_or_default(),
        protocol,
        scheduler,
        scheduler_flags: draft.scheduler_flags,
        hashed: draft.hashed,
        one_packet,
        forward_method,
        delay_loop: draft.inherited.delay_loop(),
        persistence_timeout: draft.persistence_timeout,
        persistence_granularity: draft.persistence_granularity,
        persistence_engine: draft.persistence_engine,
        ha_suspend: draft.ha_suspend,
        alpha: draft.inherited.alpha.unwrap_or(false),
        omega: draft.omega,
        quorum,
        hysteresis,
        quorum_up: scripts.keep(draft.quorum_up),
        quorum_down: scripts.keep(draft.quorum_down),
        sorry_server,
        virtualhost: draft.inherited.virtualhost.clone(),
        inhibit_on_failure: draft.inherited.inhibit_on_failure.unwrap_or(false),
        smtp_alert: draft.smtp_alert.or(alert).unwrap_or(false),
        weight: draft.inherited.weight.unwrap_or(1),
        real_servers,
        key: draft.key,
    };
    (Some(server), findings.findings)
}

fn name(key: &VirtualServerKey) -> String {
    match key {
        VirtualServerKey::Address(address) => address.to_string(),
        VirtualServerKey::FirewallMark(mark) => format!("fwmark {mark}"),
        VirtualServerKey::Group(group) => format!("group {group}"),
    }
}

/// The port that real servers behind direct routing and tunnels must have; `None` where there is not one.
fn service_port(key: &VirtualServerKey) -> Option<u16> {
    match key {
        VirtualServerKey::Address(address) => Some(address.port()),
        VirtualServerKey::FirewallMark(_) => Some(0),
        VirtualServerKey::Group(_) => None,
    }
}

struct Completion {
    at: Span,
    findings: Vec<Diagnostic>,
}

impl Completion {
    fn report(&mut self, at: Span, problem: Problem) {
        self.findings.push(Diagnostic::new(at, problem));
    }

    fn adjust(&mut self, at: Span, what: impl Into<String>, effect: &'static str) {
        self.report(at, Problem::Adjusted { what: what.into(), effect, reported: true });
    }

    fn remove_duplicates(&mut self, draft: &mut ServerDraft) {
        let mut seen = std::collections::HashSet::new();
        let servers = core::mem::take(&mut draft.real_servers);
        for server in servers {
            if seen.insert(server.address) {
                draft.real_servers.push(server);
            } else {
                let name = server.address.to_string();
                self.report(server.span, Problem::Duplicate { kind: "real_server", name });
            }
        }
    }

    fn protocol(&mut self, draft: &ServerDraft) -> ServiceProtocol {
        let by_mark = matches!(draft.key, VirtualServerKey::FirewallMark(_));
        match draft.protocol {
            Some(protocol) if by_mark => {
                self.adjust(self.at, "a firewall mark knows no protocol", "the protocol has no effect");
                protocol
            }
            Some(protocol) => protocol,
            None if by_mark => ServiceProtocol::Tcp,
            None => {
                self.adjust(self.at, "no protocol is set", "it is UDP");
                ServiceProtocol::Udp
            }
        }
    }

    fn persistence(&mut self, draft: &mut ServerDraft) {
        let every_port = matches!(&draft.key, VirtualServerKey::Address(address) if address.port() == 0);
        if every_port && draft.persistence_timeout.is_none() {
            self.adjust(self.at, "a service without a port must be persistent", "persistence_timeout is 360");
            draft.persistence_timeout = Some(PERSISTENCE);
        }
    }

    fn scheduler(&mut self, draft: &mut ServerDraft) -> String {
        draft.scheduler.take().unwrap_or_else(|| {
            self.adjust(self.at, "no scheduler (lb_algo) is set", "it is wlc");
            "wlc".to_owned()
        })
    }

    fn forward_method(&mut self, draft: &ServerDraft) -> ForwardMethod {
        draft.forward_method.unwrap_or_else(|| {
            if draft.real_servers.iter().any(|server| server.forward_method.is_none()) {
                self.adjust(self.at, "no forwarding method (lb_kind) is set", "it is NAT");
            }
            ForwardMethod::Masquerade
        })
    }

    fn quorum(&mut self, draft: &ServerDraft) -> (u32, u32) {
        let default = draft.inherited.weight.unwrap_or(1);
        let weights = draft.real_servers.iter().map(|server| server.inherited.weight.unwrap_or(default));
        let total = weights.fold(0_u32, u32::saturating_add);
        let at = draft.quorum_span.unwrap_or(self.at);
        let mut quorum = draft.quorum;
        let mut hysteresis = draft.hysteresis;
        if quorum > total {
            self.adjust(at, format!("quorum {quorum} is more than all weights together"), "it is their sum");
            quorum = total;
        }
        if hysteresis >= quorum {
            // keepalived computes quorum − 1 even for quorum 0; a hysteresis beyond every weight helps nobody.
            self.adjust(at, "the hysteresis must be less than the quorum", "it is as large as it can be");
            hysteresis = quorum.saturating_sub(1);
        }
        (quorum, hysteresis)
    }

    fn one_packet(&mut self, written: Option<Span>, protocol: ServiceProtocol) -> bool {
        let Some(at) = written else { return false };
        if protocol != ServiceProtocol::Udp {
            self.adjust(at, "one-packet scheduling is for UDP", "the line has no effect");
        }
        protocol == ServiceProtocol::Udp
    }

    fn sorry(
        &mut self,
        draft: &ServerDraft,
        method: ForwardMethod,
        port: Option<u16>,
    ) -> Option<SorryServer> {
        let (mut address, at) = draft.sorry?;
        let forward_method = draft.sorry_method.unwrap_or(method);
        if forward_method != ForwardMethod::Masquerade
            && let Some(port) = port
            && port != address.port()
        {
            if address.port() != 0 {
                self.adjust(at, "only NAT can change the port", "the port is the virtual server's");
            }
            address.set_port(port);
        }
        Some(SorryServer { address, inhibit: draft.sorry_inhibit, forward_method })
    }
}
