//! `virtual_server`.

use core::net::{IpAddr, SocketAddr};
use core::num::NonZeroU32;
use core::time::Duration;

use super::command::Written;
use super::reader::{Reader, Section, Statement, Word};
use super::real_server::{self, Inherited, RealServerDraft};
use super::value::IGNORED;
use crate::keywords::Keyword;
use crate::model::{AddressFamily, ForwardMethod, PersistenceGranularity, ServiceProtocol, VirtualServerKey};
use crate::{Facts, Problem, Span};

/// What `persistence_timeout` means without a number.
pub(super) const PERSISTENCE: Duration = Duration::from_secs(360);
/// Longest persistence, 31 days.
const MAX_PERSISTENCE_S: i64 = 2_678_400;
const SCHEDULERS: &[&str] =
    &["rr", "wrr", "lc", "wlc", "lblc", "lblcr", "sh", "mh", "dh", "fo", "ovf", "sed", "nq", "twos"];

/// A `virtual_server` block as written.
pub(super) struct ServerDraft {
    pub(super) span: Span,
    pub(super) key: VirtualServerKey,
    pub(super) family: Option<AddressFamily>,
    pub(super) protocol: Option<ServiceProtocol>,
    pub(super) scheduler: Option<String>,
    pub(super) scheduler_flags: u8,
    pub(super) hashed: bool,
    pub(super) one_packet: Option<Span>,
    pub(super) forward_method: Option<ForwardMethod>,
    pub(super) persistence_timeout: Option<Duration>,
    pub(super) persistence_granularity: Option<PersistenceGranularity>,
    pub(super) persistence_engine: Option<String>,
    pub(super) ha_suspend: bool,
    pub(super) omega: bool,
    pub(super) quorum: u32,
    pub(super) quorum_span: Option<Span>,
    pub(super) hysteresis: u32,
    pub(super) quorum_up: Option<Written>,
    pub(super) quorum_down: Option<Written>,
    pub(super) sorry: Option<(SocketAddr, Span)>,
    pub(super) sorry_inhibit: bool,
    pub(super) sorry_method: Option<ForwardMethod>,
    pub(super) smtp_alert: Option<bool>,
    pub(super) inherited: Inherited,
    pub(super) real_servers: Vec<RealServerDraft>,
}

/// Reads the block that `line` opens.
pub(super) fn read<'t>(
    reader: &mut Reader<'t>,
    facts: &dyn Facts,
    keyword: &'static Keyword,
    line: Statement<'t>,
) -> Option<ServerDraft> {
    let Some((key, family)) = key(reader, &line) else {
        reader.skip();
        return None;
    };
    let draft = ServerDraft {
        span: line.span(),
        key,
        family,
        protocol: None,
        scheduler: None,
        scheduler_flags: 0,
        hashed: false,
        one_packet: None,
        forward_method: None,
        persistence_timeout: None,
        persistence_granularity: None,
        persistence_engine: None,
        ha_suspend: false,
        omega: false,
        quorum: 1,
        quorum_span: None,
        hysteresis: 0,
        quorum_up: None,
        quorum_down: None,
        sorry: None,
        sorry_inhibit: false,
        sorry_method: None,
        smtp_alert: None,
        inherited: Inherited::default(),
        real_servers: Vec::new(),
    };
    let mut block = ServerReader { facts, draft };
    if let Some(table) = keyword.block() {
        reader.block(table, &mut block, (keyword, line));
    }
    Some(block.draft)
}

fn key(reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<(VirtualServerKey, Option<AddressFamily>)> {
    let Some(first) = line.arg(1) else {
        reader.report(line.span(), Problem::MissingArgument { keyword: "virtual_server" });
        return None;
    };
    let named = match &*first.text {
        b"fwmark" => Some("fwmark"),
        b"group" => Some("group"),
        _ => None,
    };
    if let (Some(keyword), None) = (named, line.arg(2)) {
        // keepalived 2.2.7 crashes.
        reader.report(line.span(), Problem::MissingArgument { keyword });
        return None;
    }
    match &*first.text {
        b"fwmark" => {
            let mark = reader.integer(line, 2, 1, i64::from(u32::MAX))?;
            let mark = u32::try_from(mark).ok().and_then(NonZeroU32::new)?;
            Some((VirtualServerKey::FirewallMark(mark), None))
        }
        b"group" => Some((VirtualServerKey::Group(line.arg(2)?.string()), None)),
        _ => {
            let address = endpoint(reader, line, 1, "an IP address, fwmark or group")?;
            Some((VirtualServerKey::Address(address), Some(address.ip().into())))
        }
    }
}

/// `IP [PORT]` from argument `index` on. Without a port it is 0.
pub(super) fn endpoint(
    reader: &mut Reader<'_>,
    line: &Statement<'_>,
    index: usize,
    expected: &'static str,
) -> Option<SocketAddr> {
    let word = line.arg(index)?;
    let address: IpAddr = reader.address_word(&word, expected)?;
    let port = match line.arg(index + 1) {
        Some(port) => reader.integer_word(&port, 0, 65_535, "the whole block has no effect")?,
        None => 0,
    };
    Some(SocketAddr::new(address, u16::try_from(port).ok()?))
}

struct ServerReader<'a> {
    facts: &'a dyn Facts,
    draft: ServerDraft,
}

impl<'t> Section<'t> for ServerReader<'_> {
    fn keyword(&mut self, reader: &mut Reader<'t>, keyword: &'static Keyword, line: Statement<'t>) -> bool {
        if keyword.name == "real_server" {
            let read = real_server::read(reader, self.facts, keyword, line);
            let read = read.filter(|server| self.same_family(reader, &line, server));
            self.draft.real_servers.extend(read);
            return true;
        }
        self.service(reader, keyword.name, &line)
            || self.persistence(reader, keyword.name, &line)
            || self.quorum(reader, keyword.name, &line)
            || self.sorry(reader, keyword.name, &line)
            || self.draft.inherited.keyword(reader, keyword.name, &line)
    }
}

impl ServerReader<'_> {
    fn same_family(
        &mut self,
        reader: &mut Reader<'_>,
        line: &Statement<'_>,
        server: &RealServerDraft,
    ) -> bool {
        let address = server.address.ip();
        let family = AddressFamily::from(address);
        // Tunnels may carry one family in the other.
        let method = server.forward_method.or(self.draft.forward_method);
        let tunnel = method.is_some_and(ForwardMethod::is_tunnel);
        let same = tunnel || *self.draft.family.get_or_insert(family) == family;
        if !same {
            let expected = "of the virtual server's address family";
            reader.report(line.span(), Problem::InvalidAddress { value: address.to_string(), expected });
        }
        same
    }

    fn service(&mut self, reader: &mut Reader<'_>, name: &str, line: &Statement<'_>) -> bool {
        let draft = &mut self.draft;
        match name {
            "lvs_sched" | "lb_algo" => draft.scheduler = scheduler(reader, line).or(draft.scheduler.take()),
            "lvs_method" | "lb_kind" => {
                draft.forward_method = forward_method(reader, line, 1).or(draft.forward_method);
            }
            "protocol" => draft.protocol = protocol(reader, line).or(draft.protocol),
            "ip_family" => draft.family = ip_family(reader, line, 1).or(draft.family),
            "flag-1" => draft.scheduler_flags |= 1,
            "flag-2" => draft.scheduler_flags |= 2,
            "flag-3" => draft.scheduler_flags |= 4,
            "sh-fallback" => self.flag(reader, line, "sh", 1),
            "sh-port" => self.flag(reader, line, "sh", 2),
            "mh-fallback" => self.flag(reader, line, "mh", 1),
            "mh-port" => self.flag(reader, line, "mh", 2),
            "hashed" => {
                if self.scheduled_by(reader, line, "sh") {
                    self.draft.hashed = true;
                }
            }
            "ops" => draft.one_packet = Some(line.span()),
            "ha_suspend" => draft.ha_suspend = true,
            "omega" => draft.omega = true,
            // Switches in a real server, but here keepalived does not look at what follows.
            "alpha" => draft.inherited.alpha = Some(true),
            "inhibit_on_failure" => draft.inherited.inhibit_on_failure = Some(true),
            "smtp_alert" => draft.smtp_alert = reader.switch(line).or(draft.smtp_alert),
            _ => return false,
        }
        true
    }

    fn flag(&mut self, reader: &mut Reader<'_>, line: &Statement<'_>, scheduler: &'static str, bit: u8) {
        if self.scheduled_by(reader, line, scheduler) {
            self.draft.scheduler_flags |= bit;
        }
    }

    /// keepalived judges these flags by what it has read so far.
    fn scheduled_by(
        &mut self,
        reader: &mut Reader<'_>,
        line: &Statement<'_>,
        scheduler: &'static str,
    ) -> bool {
        let fits = self.draft.scheduler.as_deref() == Some(scheduler);
        if !fits {
            let what = format!("this belongs to scheduler {scheduler}, and must follow lb_algo {scheduler}");
            reader.report(line.span(), Problem::Adjusted { what, effect: IGNORED, reported: true });
        }
        fits
    }

    fn persistence(&mut self, reader: &mut Reader<'_>, name: &str, line: &Statement<'_>) -> bool {
        let draft = &mut self.draft;
        match name {
            "persistence_timeout" if line.arg(1).is_none() => draft.persistence_timeout = Some(PERSISTENCE),
            "persistence_timeout" => {
                let timeout = reader.seconds(line, 1, MAX_PERSISTENCE_S);
                draft.persistence_timeout = timeout.or(draft.persistence_timeout);
            }
            "persistence_granularity" => {
                if let Some(granularity) = granularity(reader, line, draft.family) {
                    draft.persistence_granularity = Some(granularity);
                    draft.persistence_timeout.get_or_insert(PERSISTENCE);
                }
            }
            "persistence_engine" => draft.persistence_engine = reader.text(line),
            _ => return false,
        }
        true
    }

    fn quorum(&mut self, reader: &mut Reader<'_>, name: &str, line: &Statement<'_>) -> bool {
        let draft = &mut self.draft;
        let max = i64::from(u32::MAX);
        match name {
            "quorum" => {
                draft.quorum = reader.number(line, 1, max).unwrap_or(1);
                draft.quorum_span = Some(line.span());
            }
            "hysteresis" => draft.hysteresis = reader.number(line, 0, max).unwrap_or(draft.hysteresis),
            "quorum_up" => draft.quorum_up = reader.command(self.facts, line),
            "quorum_down" => draft.quorum_down = reader.command(self.facts, line),
            _ => return false,
        }
        true
    }

    fn sorry(&mut self, reader: &mut Reader<'_>, name: &str, line: &Statement<'_>) -> bool {
        let draft = &mut self.draft;
        match name {
            "sorry_server" => {
                let address = endpoint(reader, line, 1, "the IP address of a sorry server");
                draft.sorry = address.map(|address| (address, line.span())).or(draft.sorry);
            }
            "sorry_server_inhibit" | "sorry_server_lvs_method" if draft.sorry.is_none() => {
                let what = format!("'{name}' must follow 'sorry_server'");
                reader.report(line.span(), Problem::Adjusted { what, effect: IGNORED, reported: true });
            }
            "sorry_server_inhibit" => draft.sorry_inhibit = true,
            "sorry_server_lvs_method" => draft.sorry_method = forward_method(reader, line, 1),
            _ => return false,
        }
        true
    }
}

fn invalid(reader: &mut Reader<'_>, word: &Word<'_>, expected: &'static str) {
    reader.report(word.span, Problem::InvalidValue { value: word.string(), expected, effect: IGNORED });
}

fn scheduler(reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<String> {
    let word = line.arg(1)?;
    let name = word.string();
    if SCHEDULERS.contains(&name.as_str()) {
        return Some(name);
    }
    invalid(reader, &word, "a scheduler: rr wrr lc wlc lblc lblcr sh mh dh fo ovf sed nq twos");
    None
}

fn protocol(reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<ServiceProtocol> {
    let word = line.arg(1)?;
    match word.text.to_ascii_uppercase().as_slice() {
        b"TCP" => Some(ServiceProtocol::Tcp),
        b"UDP" => Some(ServiceProtocol::Udp),
        b"SCTP" => Some(ServiceProtocol::Sctp),
        _ => {
            invalid(reader, &word, "TCP, UDP or SCTP");
            None
        }
    }
}

/// Argument `index` as `inet` or `inet6`.
pub(super) fn ip_family(
    reader: &mut Reader<'_>,
    line: &Statement<'_>,
    index: usize,
) -> Option<AddressFamily> {
    let word = line.arg(index)?;
    match &*word.text {
        b"inet" => Some(AddressFamily::V4),
        b"inet6" => Some(AddressFamily::V6),
        _ => {
            invalid(reader, &word, "inet or inet6");
            None
        }
    }
}

fn granularity(
    reader: &mut Reader<'_>,
    line: &Statement<'_>,
    family: Option<AddressFamily>,
) -> Option<PersistenceGranularity> {
    let word = line.arg(1)?;
    if family == Some(AddressFamily::V6) {
        return reader.number(line, 1, 128).map(PersistenceGranularity::PrefixLen);
    }
    reader.address_word(&word, "a netmask").map(PersistenceGranularity::Netmask)
}

/// `NAT|DR|TUN [type ipip|gue port N|gre] [nocsum|csum|remcsum]` from argument `index` on.
pub(super) fn forward_method(
    reader: &mut Reader<'_>,
    line: &Statement<'_>,
    index: usize,
) -> Option<ForwardMethod> {
    let word = line.arg(index)?;
    let mut method = match &*word.text {
        b"NAT" => return Some(ForwardMethod::Masquerade),
        b"DR" => return Some(ForwardMethod::DirectRoute),
        b"TUN" => ForwardMethod::Tunnel,
        _ => {
            invalid(reader, &word, "NAT, DR or TUN");
            return None;
        }
    };
    let mut words = line.args().skip(index);
    while let Some(word) = words.next() {
        match &*word.text {
            b"type" => {
                let Some(kind) = words.next() else { break };
                match &*kind.text {
                    b"ipip" => method = ForwardMethod::Tunnel,
                    b"gre" => method = ForwardMethod::TunnelGre,
                    b"gue" => method = ForwardMethod::TunnelGue { port: 0 },
                    _ => invalid(reader, &kind, "ipip, gue or gre"),
                }
            }
            b"port" => {
                let Some(number) = words.next() else { break };
                let port = reader.integer_word(&number, 1, 65_535, IGNORED);
                if let (ForwardMethod::TunnelGue { port: gue }, Some(port)) = (&mut method, port) {
                    *gue = u16::try_from(port).unwrap_or(0);
                }
            }
            b"nocsum" => {}
            b"csum" | b"remcsum" => {
                reader.report(word.span, Problem::NotSupported { keyword: word.string() });
            }
            _ => invalid(reader, &word, "an option of a tunnel"),
        }
    }
    if method == (ForwardMethod::TunnelGue { port: 0 }) {
        reader.report(line.span(), Problem::MissingValue { keyword: "port" });
        return None;
    }
    Some(method)
}
