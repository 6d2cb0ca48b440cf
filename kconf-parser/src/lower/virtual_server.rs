//! `virtual_server`.

use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use core::num::NonZeroU32;
use core::time::Duration;

use super::command::Written;
use super::declared::Declared;
use super::forwarding::forward_method;
use super::reader::{Reader, Section, Statement};
use super::real_server::{self, Inherited, Inside, RealServerDraft, first_command, only_word};
use super::value::{IGNORED, parse};
use crate::keywords::Keyword;
use crate::model::{AddressFamily, ForwardMethod, PersistenceGranularity, ServiceProtocol, VirtualServerKey};
use crate::{Facts, Problem, Span};

/// What `persistence_timeout` means without a number.
pub(super) const PERSISTENCE: Duration = Duration::from_secs(360);
/// Longest persistence, 31 days.
const MAX_PERSISTENCE_S: i64 = 2_678_400;
/// Longest name of a persistence engine.
const MAX_ENGINE: usize = 15;
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
    pub(super) snmp_name: Option<String>,
    pub(super) inherited: Inherited,
    pub(super) real_servers: Vec<RealServerDraft>,
}

/// Reads the block that `line` opens.
pub(super) fn read<'t>(
    reader: &mut Reader<'t>,
    facts: &dyn Facts,
    declared: &Declared<'_>,
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
        snmp_name: None,
        inherited: Inherited::default(),
        real_servers: Vec::new(),
    };
    let mut block = ServerReader { facts, declared, draft };
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
        Some(port) => reader.port_word(&port, "the whole block has no effect")?,
        None => 0,
    };
    Some(SocketAddr::new(address, port))
}

struct ServerReader<'a> {
    facts: &'a dyn Facts,
    declared: &'a Declared<'a>,
    draft: ServerDraft,
}

impl<'t> Section<'t> for ServerReader<'_> {
    fn keyword(&mut self, reader: &mut Reader<'t>, keyword: &'static Keyword, line: Statement<'t>) -> bool {
        if keyword.name == "real_server" {
            let Self { facts, declared, draft } = self;
            let inside = Inside { facts: *facts, declared, forward_method: draft.forward_method };
            let read = real_server::read(reader, inside, keyword, line);
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
                draft.forward_method = forward_method(reader, line, draft.forward_method);
            }
            "protocol" => draft.protocol = protocol(reader, line).or(draft.protocol),
            "ip_family" => self.family(reader, line),
            "flag-1" => draft.scheduler_flags |= 1,
            "flag-2" => draft.scheduler_flags |= 2,
            "flag-3" => draft.scheduler_flags |= 4,
            "sh-fallback" => self.flag(reader, line, "sh", 1),
            "sh-port" => self.flag(reader, line, "sh", 2),
            "mh-fallback" => self.flag(reader, line, "mh", 1),
            "mh-port" => self.flag(reader, line, "mh", 2),
            "hashed" => self.draft.hashed |= self.scheduled_by(reader, line, "sh"),
            "ops" => draft.one_packet = Some(line.span()),
            "ha_suspend" => draft.ha_suspend = true,
            "omega" => draft.omega = true,
            // Switches in a real server, but here keepalived does not look at what follows.
            "alpha" => draft.inherited.alpha = Some(true),
            "inhibit_on_failure" => draft.inherited.inhibit_on_failure = Some(true),
            "smtp_alert" => draft.smtp_alert = reader.switch(line).or(draft.smtp_alert),
            "snmp_name" => draft.snmp_name = only_word(reader, line).or(draft.snmp_name.take()),
            _ => return false,
        }
        true
    }

    fn family(&mut self, reader: &mut Reader<'_>, line: &Statement<'_>) {
        let Some(family) = ip_family(reader, line, 1) else { return };
        if *self.draft.family.get_or_insert(family) != family {
            let what = "the virtual server is of the other address family";
            reader.adjusted(line.span(), what, IGNORED, true);
        }
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
            // keepalived is silent about what belongs to the other of the two.
            let reported = !matches!(self.draft.scheduler.as_deref(), Some("sh" | "mh"));
            reader.adjusted(line.span(), what, IGNORED, reported);
        }
        fits
    }

    fn persistence(&mut self, reader: &mut Reader<'_>, name: &str, line: &Statement<'_>) -> bool {
        let draft = &mut self.draft;
        match name {
            "persistence_timeout" if line.arg(1).is_none() => draft.persistence_timeout = Some(PERSISTENCE),
            "persistence_timeout" => {
                let timeout = reader.exact_seconds(line, 1, MAX_PERSISTENCE_S);
                draft.persistence_timeout = timeout.or(draft.persistence_timeout);
            }
            "persistence_granularity" => {
                if let Some(granularity) = granularity(reader, line, draft.family) {
                    let family = match granularity {
                        PersistenceGranularity::Netmask(_) => AddressFamily::V4,
                        PersistenceGranularity::PrefixLen(_) => AddressFamily::V6,
                    };
                    draft.family.get_or_insert(family);
                    draft.persistence_granularity = Some(granularity);
                    draft.persistence_timeout.get_or_insert(PERSISTENCE);
                }
            }
            "persistence_engine" => draft.persistence_engine = engine(reader, line),
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
            "quorum_up" => first_command(reader, self.facts, line, &mut draft.quorum_up),
            "quorum_down" => first_command(reader, self.facts, line, &mut draft.quorum_down),
            _ => return false,
        }
        true
    }

    fn sorry(&mut self, reader: &mut Reader<'_>, name: &str, line: &Statement<'_>) -> bool {
        let draft = &mut self.draft;
        match name {
            "sorry_server" => {
                let address = endpoint(reader, line, 1, "the IP address of a sorry server");
                if let Some(address) = address {
                    draft.sorry = Some((address, line.span()));
                    // A second one knows nothing of the first.
                    (draft.sorry_inhibit, draft.sorry_method) = (false, draft.forward_method);
                }
            }
            "sorry_server_inhibit" | "sorry_server_lvs_method" if draft.sorry.is_none() => {
                let what = format!("'{name}' must follow 'sorry_server'");
                reader.report(line.span(), Problem::Adjusted { what, effect: IGNORED, reported: true });
            }
            "sorry_server_inhibit" => draft.sorry_inhibit = true,
            "sorry_server_lvs_method" => {
                draft.sorry_method = forward_method(reader, line, draft.sorry_method);
            }
            _ => return false,
        }
        true
    }
}

fn scheduler(reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<String> {
    let word = line.arg(1)?;
    let name = word.string();
    if SCHEDULERS.contains(&name.as_str()) {
        return Some(name);
    }
    let expected = "a scheduler: rr wrr lc wlc lblc lblcr sh mh dh fo ovf sed nq twos";
    reader.invalid_choice(&word, expected, IGNORED, SCHEDULERS);
    None
}

fn protocol(reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<ServiceProtocol> {
    let word = line.arg(1)?;
    match word.text.to_ascii_uppercase().as_slice() {
        b"TCP" => Some(ServiceProtocol::Tcp),
        b"UDP" => Some(ServiceProtocol::Udp),
        b"SCTP" => Some(ServiceProtocol::Sctp),
        _ => {
            reader.invalid_choice(&word, "TCP, UDP or SCTP", IGNORED, &["TCP", "UDP", "SCTP"]);
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
            reader.invalid_choice(&word, "inet or inet6", IGNORED, &["inet", "inet6"]);
            None
        }
    }
}

/// A name of at most 15 octets; keepalived cuts a longer one.
fn engine(reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<String> {
    let word = line.arg(1)?;
    let name = word.text.get(..MAX_ENGINE);
    if name.is_some_and(|name| name.len() < word.text.len()) {
        let what = format!("a name has at most {MAX_ENGINE} characters");
        reader.adjusted(word.span, what, "the rest is cut off", true);
    }
    Some(String::from_utf8_lossy(name.unwrap_or(&word.text)).into_owned())
}

fn granularity(
    reader: &mut Reader<'_>,
    line: &Statement<'_>,
    family: Option<AddressFamily>,
) -> Option<PersistenceGranularity> {
    let word = line.arg(1)?;
    let dotted = word.text.contains(&b'.');
    let family = family.unwrap_or(if dotted { AddressFamily::V4 } else { AddressFamily::V6 });
    if family == AddressFamily::V6 {
        return reader.exact_number(line, 1, 128).map(PersistenceGranularity::PrefixLen);
    }
    if let Some(number) = parse::<u32>(&word.text) {
        let mask = Ipv4Addr::from_bits(number);
        let what = format!("'{number}' is the netmask {mask} to keepalived, not a prefix length");
        reader.adjusted(word.span, what, "few clients share a server", false);
        return Some(PersistenceGranularity::Netmask(mask));
    }
    let mask = parse::<Ipv4Addr>(&word.text);
    if mask.is_none() {
        let (value, expected) = (word.string(), "a netmask");
        reader.report(word.span, Problem::InvalidAddress { value, expected });
    }
    mask.map(PersistenceGranularity::Netmask)
}
