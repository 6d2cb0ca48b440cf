//! `real_server`, and what virtual servers, real servers and checks hand down to each other.

use core::net::SocketAddr;
use core::time::Duration;

use super::checker::{self, CheckerDraft};
use super::command::{ScriptCheck, Written};
use super::reader::{Reader, Section, Statement};
use super::virtual_server::{endpoint, forward_method};
use crate::keywords::Keyword;
use crate::model::{ForwardMethod, RealServer};
use crate::{Diagnostic, Facts, Problem, Span};

/// Longest time of a checker.
const MAX_TIME: Duration = Duration::from_secs(u32::MAX as u64);
const MIN_TIME: Duration = Duration::from_micros(1);

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
                self.connect_timeout = reader.timer(line, MIN_TIME, MAX_TIME).or(self.connect_timeout);
            }
            "retry" => self.retry = reader.number(line, 1, i64::from(u32::MAX)).or(self.retry),
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
    checkers: Vec<CheckerDraft>,
}

/// Reads the block that `line` opens.
pub(super) fn read<'t>(
    reader: &mut Reader<'t>,
    facts: &dyn Facts,
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
        forward_method: None,
        inherited: Inherited::default(),
        upper_threshold: 0,
        lower_threshold: 0,
        notify_up: None,
        notify_down: None,
        smtp_alert: None,
        checkers: Vec::new(),
    };
    let mut block = RealServerReader { facts, draft };
    if let Some(table) = keyword.block() {
        reader.block(table, &mut block, (keyword, line));
    }
    Some(block.draft)
}

struct RealServerReader<'a> {
    facts: &'a dyn Facts,
    draft: RealServerDraft,
}

impl<'t> Section<'t> for RealServerReader<'_> {
    fn keyword(&mut self, reader: &mut Reader<'t>, keyword: &'static Keyword, line: Statement<'t>) -> bool {
        let draft = &mut self.draft;
        let max = i64::from(u32::MAX);
        match keyword.name {
            "lvs_method" => draft.forward_method = forward_method(reader, &line, 1).or(draft.forward_method),
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
            "notify_up" => draft.notify_up = reader.command(self.facts, &line),
            "notify_down" => draft.notify_down = reader.command(self.facts, &line),
            "smtp_alert" => draft.smtp_alert = reader.switch(&line).or(draft.smtp_alert),
            "TCP_CHECK" | "HTTP_GET" | "SSL_GET" | "SMTP_CHECK" | "MISC_CHECK" => {
                if let Some(check) = checker::read(reader, self.facts, keyword, line) {
                    draft.checkers.reserve_exact(1);
                    draft.checkers.push(check);
                }
            }
            name => return draft.inherited.keyword(reader, name, &line),
        }
        true
    }
}

/// Fills in what is inherited.
pub(super) fn complete(
    draft: RealServerDraft,
    outer: &Inherited,
    (method, port): (ForwardMethod, Option<u16>),
    alert: Option<bool>,
    scripts: &mut ScriptCheck<'_>,
) -> (RealServer, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    let forward_method = draft.forward_method.unwrap_or(method);
    let mut address = draft.address;
    if forward_method != ForwardMethod::Masquerade
        && let Some(port) = port
        && port != address.port()
    {
        if address.port() != 0 {
            let what = "only NAT can change the port".to_owned();
            let effect = "the port is the virtual server's";
            findings.push(Diagnostic::new(draft.span, Problem::Adjusted { what, effect, reported: true }));
        }
        address.set_port(port);
    }
    let inherited = draft.inherited.within(outer);
    // Most servers have one check, and there can be thousands of servers: no room for a second one.
    let mut checkers = Vec::with_capacity(draft.checkers.len());
    let complete = |check| checker::complete(check, &inherited, address, scripts);
    checkers.extend(draft.checkers.into_iter().filter_map(complete));
    let server = RealServer {
        span: draft.span,
        address,
        weight: inherited.weight.unwrap_or(1),
        forward_method,
        upper_threshold: draft.upper_threshold,
        lower_threshold: draft.lower_threshold,
        inhibit_on_failure: inherited.inhibit_on_failure.unwrap_or(false),
        alpha: inherited.alpha.unwrap_or(false),
        virtualhost: inherited.virtualhost,
        notify_up: scripts.keep(draft.notify_up),
        notify_down: scripts.keep(draft.notify_down),
        // Unlike everywhere else, a real server sends mail unless told otherwise.
        smtp_alert: draft.smtp_alert.or(alert).unwrap_or(true),
        checkers,
    };
    (server, findings)
}
