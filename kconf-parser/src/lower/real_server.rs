//! `real_server`, and what virtual servers, real servers and checks hand down to each other.

use core::net::SocketAddr;
use core::time::Duration;

use super::checker::{self, Around, CheckerDraft, Outer};
use super::command::{ScriptCheck, Written};
use super::declared::Declared;
use super::forwarding::forward_method;
use super::reader::{Reader, Section, Statement};
use super::value::IGNORED;
use super::virtual_server::endpoint;
use crate::keywords::Keyword;
use crate::model::{ForwardMethod, RealServer};
use crate::{Diagnostic, Facts, Problem, Span};

/// Longest time of a checker.
const MAX_TIME: Duration = Duration::from_micros(u64::MAX - 1);
/// Longest time to connect.
pub(super) const MAX_CONNECT: Duration = Duration::from_micros(u32::MAX as u64);
/// Shortest time of a checker.
pub(super) const MIN_TIME: Duration = Duration::from_micros(1);

/// Settings that a virtual server hands to its real servers, and they to their checks.
#[derive(Clone, Debug, Default)]
pub(super) struct Inherited {
    pub(super) delay_loop: Option<Duration>,
    pub(super) connect_timeout: Option<Duration>,
    pub(super) retry: Option<u32>,
    pub(super) delay_before_retry: Option<Duration>,
    pub(super) warmup: Option<Duration>,
    pub(super) alpha: Option<bool>,
    pub(super) inhibit_on_failure: Option<bool>,
    pub(super) virtualhost: Option<String>,
    pub(super) weight: Option<u32>,
}

impl Inherited {
    /// Takes the keywords that virtual servers, real servers and checks share.
    pub(super) fn keyword(&mut self, reader: &mut Reader<'_>, name: &str, line: &Statement<'_>) -> bool {
        match name {
            "delay_loop" => self.delay_loop = reader.timer(line, MIN_TIME, MAX_TIME).or(self.delay_loop),
            "connect_timeout" => {
                self.connect_timeout = reader.timer(line, MIN_TIME, MAX_CONNECT).or(self.connect_timeout);
            }
            "retry" => self.retry = reader.exact_number(line, 1, i64::from(u32::MAX)).or(self.retry),
            "delay_before_retry" => {
                self.delay_before_retry =
                    reader.timer(line, Duration::ZERO, MAX_TIME).or(self.delay_before_retry);
            }
            "warmup" => self.warmup = reader.timer(line, Duration::ZERO, MAX_TIME).or(self.warmup),
            "alpha" => self.alpha = reader.switch(line).or(self.alpha),
            "inhibit_on_failure" => self.inhibit_on_failure = reader.switch(line).or(self.inhibit_on_failure),
            "virtualhost" => self.virtualhost = reader.text(line),
            "weight" => self.weight = reader.number(line, 1, i64::from(i32::MAX)).or(self.weight),
            _ => return false,
        }
        true
    }

    /// These settings, with those of `outer` where nothing is written.
    pub(super) fn within(&self, outer: &Self) -> Self {
        Self {
            delay_loop: self.delay_loop.or(outer.delay_loop),
            connect_timeout: self.connect_timeout.or(outer.connect_timeout),
            retry: self.retry.or(outer.retry),
            delay_before_retry: self.delay_before_retry.or(outer.delay_before_retry),
            warmup: self.warmup.or(outer.warmup),
            alpha: self.alpha.or(outer.alpha),
            inhibit_on_failure: self.inhibit_on_failure.or(outer.inhibit_on_failure),
            virtualhost: self.virtualhost.clone().or_else(|| outer.virtualhost.clone()),
            weight: self.weight.or(outer.weight),
        }
    }

    pub(super) fn delay_loop(&self) -> Duration {
        self.delay_loop.unwrap_or(Duration::from_secs(60))
    }
}

/// A `real_server` block as written.
pub(super) struct RealServerDraft {
    pub(super) span: Span,
    pub(super) address: SocketAddr,
    pub(super) forward_method: Option<ForwardMethod>,
    pub(super) inherited: Inherited,
    upper_threshold: u32,
    lower_threshold: u32,
    notify_up: Option<Written>,
    notify_down: Option<Written>,
    smtp_alert: Option<bool>,
    snmp_name: Option<String>,
    checkers: Vec<CheckerDraft>,
}

/// What is around a real server.
#[derive(Clone, Copy)]
pub(super) struct Inside<'a> {
    pub(super) facts: &'a dyn Facts,
    pub(super) declared: &'a Declared<'a>,
    /// How the virtual server forwards, as far as it has been read.
    pub(super) forward_method: Option<ForwardMethod>,
}

/// Reads the block that `line` opens.
pub(super) fn read<'t>(
    reader: &mut Reader<'t>,
    inside: Inside<'_>,
    keyword: &'static Keyword,
    line: Statement<'t>,
) -> Option<RealServerDraft> {
    if line.arg(1).is_none() {
        reader.report(line.span(), Problem::MissingArgument { keyword: "real_server" });
    }
    let Some(address) = endpoint(reader, &line, 1, "the IP address of a real server") else {
        reader.skip();
        return None;
    };
    let draft = RealServerDraft {
        span: line.span(),
        address,
        forward_method: inside.forward_method,
        inherited: Inherited::default(),
        upper_threshold: 0,
        lower_threshold: 0,
        notify_up: None,
        notify_down: None,
        smtp_alert: None,
        snmp_name: None,
        checkers: Vec::new(),
    };
    let mut block = RealServerReader { inside, draft };
    if let Some(table) = keyword.block() {
        reader.block(table, &mut block, (keyword, line));
    }
    Some(block.draft)
}

struct RealServerReader<'a> {
    inside: Inside<'a>,
    draft: RealServerDraft,
}

impl<'t> Section<'t> for RealServerReader<'_> {
    fn keyword(&mut self, reader: &mut Reader<'t>, keyword: &'static Keyword, line: Statement<'t>) -> bool {
        let draft = &mut self.draft;
        let max = i64::from(u32::MAX);
        match keyword.name {
            "lvs_method" => draft.forward_method = forward_method(reader, &line, draft.forward_method),
            // Unlike the virtual server's, this may be 0.
            "weight" => {
                draft.inherited.weight =
                    reader.number(&line, 0, i64::from(i32::MAX)).or(draft.inherited.weight);
            }
            "uthreshold" => {
                draft.upper_threshold = reader.number(&line, 0, max).unwrap_or(draft.upper_threshold)
            }
            "lthreshold" => {
                draft.lower_threshold = reader.number(&line, 0, max).unwrap_or(draft.lower_threshold)
            }
            "notify_up" => first_command(reader, self.inside.facts, &line, &mut draft.notify_up),
            "notify_down" => first_command(reader, self.inside.facts, &line, &mut draft.notify_down),
            "snmp_name" => draft.snmp_name = only_word(reader, &line).or(draft.snmp_name.take()),
            "smtp_alert" => draft.smtp_alert = reader.switch(&line).or(draft.smtp_alert),
            _ if keyword.block().is_some() => {
                let Inside { facts, declared, .. } = self.inside;
                let around = Around { facts, declared, server: draft.address };
                let read = checker::read(reader, around, &draft.checkers, keyword, line);
                if draft.checkers.is_empty() {
                    // Most servers have one.
                    draft.checkers.reserve_exact(1);
                }
                draft.checkers.extend(read);
            }
            name => return draft.inherited.keyword(reader, name, &line),
        }
        true
    }
}

/// A script of which keepalived keeps the first.
pub(super) fn first_command(
    reader: &mut Reader<'_>,
    facts: &dyn Facts,
    line: &Statement<'_>,
    command: &mut Option<Written>,
) {
    if command.is_some() {
        reader.adjusted(line.span(), "this script is already set", IGNORED, true);
    } else {
        *command = reader.silent_command(facts, line);
    }
}

/// The one word behind `snmp_name`.
pub(super) fn only_word(reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<String> {
    if let Some(extra) = line.arg(2) {
        let span = extra.span.to(line.span());
        reader.adjusted(span, "one word is wanted here; with blanks it must be in quotes", IGNORED, true);
        return None;
    }
    reader.text(line)
}

/// What a real server takes from its virtual server.
#[derive(Clone, Copy)]
pub(super) struct Service<'a> {
    pub(super) settings: &'a Inherited,
    pub(super) forward_method: ForwardMethod,
    /// The port that the service has; `None` where it has several.
    pub(super) port: Option<u16>,
    /// `smtp_alert_checker` or `smtp_alert`.
    pub(super) alert: Option<bool>,
    /// `checker_log_all_failures`.
    pub(super) log_all_failures: bool,
}

/// Fills in what is inherited.
pub(super) fn complete(
    draft: RealServerDraft,
    service: Service<'_>,
    scripts: &mut ScriptCheck<'_>,
) -> (RealServer, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    let forward_method = draft.forward_method.unwrap_or(service.forward_method);
    let mut address = draft.address;
    let keeps_port = forward_method == ForwardMethod::Masquerade && address.port() != 0;
    if !keeps_port
        && let Some(port) = service.port
        && port != address.port()
    {
        if address.port() != 0 {
            let what = "only NAT can change the port".to_owned();
            let effect = "the port is the virtual server's";
            findings.push(Diagnostic::new(draft.span, Problem::Adjusted { what, effect, reported: true }));
        }
        address.set_port(port);
    }
    let inherited = draft.inherited.within(service.settings);
    // A check goes to the port that is written, even where the kernel does not.
    let target = if draft.address.port() == 0 { address } else { draft.address };
    let outer = Outer {
        settings: &inherited,
        delay_loop: service.settings.delay_loop(),
        log_all_failures: service.log_all_failures,
        address: target,
    };
    // Most servers have one check, and there can be thousands of servers: no room for a second one.
    let mut checkers = Vec::with_capacity(draft.checkers.len());
    for check in draft.checkers {
        checker::complete(check, outer, scripts, &mut checkers);
    }
    let server = RealServer {
        span: draft.span,
        address,
        weight: inherited.weight.unwrap_or(1),
        forward_method,
        upper_threshold: draft.upper_threshold,
        lower_threshold: draft.lower_threshold,
        inhibit_on_failure: inherited.inhibit_on_failure.unwrap_or(false),
        alpha: inherited.alpha.unwrap_or(false),
        virtualhost: inherited.virtualhost.clone(),
        notify_up: scripts.keep(draft.notify_up),
        notify_down: scripts.keep(draft.notify_down),
        // Unlike everywhere else, a real server sends mail unless told otherwise.
        smtp_alert: draft.smtp_alert.or(service.alert).unwrap_or(true),
        snmp_name: draft.snmp_name,
        checkers,
    };
    (server, findings)
}
