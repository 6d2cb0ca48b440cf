//! From what a virtual server says to what it is: defaults, limits and contradictions.

use core::net::SocketAddr;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::command::ScriptCheck;
use super::real_server::{self, RealServerDraft, Service};
use super::virtual_server::{PERSISTENCE, ServerDraft};
use crate::model::{
    AddressFamily, ForwardMethod, Globals, GroupEntry, ServiceProtocol, SorryServer, VirtualServer,
    VirtualServerGroup, VirtualServerKey,
};
use crate::{Diagnostic, Problem, Span};

/// Real servers of most virtual servers.
const FEW: usize = 16;

/// Gives the virtual server, unless it cannot work, and what was wrong with it.
pub(super) fn complete(
    mut draft: ServerDraft,
    group: Option<&VirtualServerGroup>,
    globals: &Globals,
    scripts: &mut ScriptCheck<'_>,
) -> (Option<VirtualServer>, Vec<Diagnostic>) {
    let services = Services::of(&draft.key, group);
    let mut findings = Completion { at: draft.span, services, findings: Vec::new() };
    findings.remove_duplicates(&mut draft);
    if draft.real_servers.is_empty() {
        let (kind, name, missing) = ("virtual_server", name(&draft.key), "real_server");
        findings.report(draft.span, Problem::Incomplete { kind, name, missing });
        return (None, findings.findings);
    }
    let protocol = findings.protocol(&draft);
    findings.persistence(&mut draft);
    let ha_suspend = findings.ha_suspend(&draft);
    let forward_method = findings.forward_method(&draft);
    let scheduler = findings.scheduler(&mut draft);
    let port = service_port(&draft.key);
    let by_mark = findings.services.only_marks();
    let (quorum, hysteresis) = findings.quorum(&draft);
    let one_packet = findings.one_packet(draft.one_packet, protocol, by_mark);
    let sorry_server = findings.sorry(&draft, forward_method, port);
    findings.ports_of_group(&draft, forward_method);
    let alert = globals.smtp_alert_checker.or(globals.smtp_alert);
    let drafts = core::mem::take(&mut draft.real_servers);
    let log_all_failures = globals.checker_log_all_failures;
    let service = Service { settings: &draft.inherited, forward_method, port, alert, log_all_failures };
    let real_servers = drafts.into_iter().map(|server| {
        let (server, found) = real_server::complete(server, service, scripts);
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
        ha_suspend,
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
        snmp_name: draft.snmp_name,
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

/// What the services of a virtual server have in common.
struct Services {
    /// There are services by firewall mark.
    marks: bool,
    /// The ports of services by address, each once.
    ports: Vec<u16>,
    in_group: bool,
}

impl Services {
    fn of(key: &VirtualServerKey, group: Option<&VirtualServerGroup>) -> Self {
        let entries = group.map_or(&[][..], |group| &group.entries);
        let mut ports: Vec<u16> = entries.iter().filter_map(GroupEntry::port).collect();
        let mut marks = entries.iter().any(|entry| entry.port().is_none());
        match key {
            VirtualServerKey::Address(address) => ports.push(address.port()),
            VirtualServerKey::FirewallMark(_) => marks = true,
            VirtualServerKey::Group(_) => {}
        }
        ports.sort_unstable();
        ports.dedup();
        Self { marks, ports, in_group: group.is_some() }
    }

    fn only_marks(&self) -> bool {
        self.ports.is_empty()
    }

    /// Whether some service has another port. Port 0 of a real server is whatever the service's is.
    fn contradict(&self, port: u16) -> bool {
        port != 0 && (self.marks || self.ports.iter().any(|other| *other != port))
    }
}

struct Completion {
    at: Span,
    services: Services,
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
        // A few are compared faster than they are hashed.
        let mut others = draft.real_servers.iter();
        let mut is_repeated = |server: &RealServerDraft| {
            others.next();
            others.as_slice().iter().any(|other| other.address == server.address)
        };
        if draft.real_servers.len() <= FEW && !draft.real_servers.iter().any(&mut is_repeated) {
            return;
        }
        let mut seen = HashMap::new();
        draft.real_servers.retain(|server| match seen.entry(server.address) {
            Entry::Vacant(place) => {
                place.insert(server.span);
                true
            }
            Entry::Occupied(first) => {
                let name = server.address.to_string();
                let problem = Problem::Duplicate { kind: "real_server", name };
                let finding = Diagnostic::new(server.span, problem);
                self.findings.push(finding.relate(*first.get(), "the first one"));
                false
            }
        });
    }

    fn protocol(&mut self, draft: &ServerDraft) -> ServiceProtocol {
        let by_mark = self.services.only_marks();
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
        let every_port = self.services.ports.contains(&0);
        if every_port && draft.persistence_timeout.is_none() {
            self.adjust(self.at, "a service without a port must be persistent", "persistence_timeout is 360");
            draft.persistence_timeout = Some(PERSISTENCE);
        }
    }

    fn ha_suspend(&mut self, draft: &ServerDraft) -> bool {
        if draft.ha_suspend && self.services.marks {
            self.adjust(self.at, "a firewall mark has no address to wait for", "ha_suspend is off");
        }
        draft.ha_suspend && !self.services.marks
    }

    /// The services of a group may have several ports, so a real server keeps its own, if only for its checks.
    fn ports_of_group(&mut self, draft: &ServerDraft, default: ForwardMethod) {
        if !self.services.in_group {
            return;
        }
        let servers = draft.real_servers.iter();
        let servers =
            servers.map(|server| (server.address, server.span, server.forward_method.unwrap_or(default)));
        let sorry = draft.sorry.map(|(address, at)| (address, at, draft.sorry_method.unwrap_or(default)));
        for (address, at, method) in servers.chain(sorry) {
            if method != ForwardMethod::Masquerade && self.services.contradict(address.port()) {
                let effect = "the port is that of each service of the group";
                self.adjust(at, "only NAT can change the port", effect);
            }
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
            let sorry = draft.sorry.is_some() && draft.sorry_method.is_none();
            if sorry || draft.real_servers.iter().any(|server| server.forward_method.is_none()) {
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

    /// What a firewall mark stands for may well be UDP.
    fn one_packet(&mut self, written: Option<Span>, protocol: ServiceProtocol, by_mark: bool) -> bool {
        let Some(at) = written else { return false };
        if protocol != ServiceProtocol::Udp && !by_mark {
            self.adjust(at, "one-packet scheduling is for UDP", "the line has no effect");
        }
        protocol == ServiceProtocol::Udp || by_mark
    }

    fn sorry(
        &mut self,
        draft: &ServerDraft,
        method: ForwardMethod,
        port: Option<u16>,
    ) -> Option<SorryServer> {
        let (mut address, at) = draft.sorry?;
        let forward_method = draft.sorry_method.unwrap_or(method);
        let differs = draft.family.is_some_and(|family| family != AddressFamily::from(address.ip()));
        if differs && !forward_method.is_tunnel() {
            self.adjust(
                at,
                "the sorry server's address is of another family than the virtual server's",
                "there is no sorry server",
            );
            return None;
        }
        let inhibit = self.sorry_inhibit(draft, (address, at));
        if forward_method != ForwardMethod::Masquerade
            && let Some(port) = port
            && port != address.port()
        {
            if address.port() != 0 {
                self.adjust(at, "only NAT can change the port", "the port is the virtual server's");
            }
            address.set_port(port);
        }
        Some(SorryServer { address, inhibit, forward_method })
    }

    /// A sorry server that is also a real server can be inhibited only as both or neither.
    fn sorry_inhibit(&mut self, draft: &ServerDraft, (address, at): (SocketAddr, Span)) -> bool {
        let default = draft.inherited.inhibit_on_failure;
        let twin = draft.real_servers.iter().find(|server| server.address == address);
        let Some(twin) = twin else { return draft.sorry_inhibit };
        let inhibit = twin.inherited.inhibit_on_failure.or(default).unwrap_or(false);
        if inhibit != draft.sorry_inhibit {
            let what = "the sorry server is one of the real servers, and only one of them is inhibited";
            self.adjust(at, what, "it is inhibited as the real server is");
        }
        inhibit
    }
}
