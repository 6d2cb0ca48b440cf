//! Health checks.

mod connect;
mod dns;
mod http;
mod misc;
mod named;
mod regex;
mod smtp;
mod udp;

use core::net::{IpAddr, SocketAddr};
use core::time::Duration;

use super::command::{ScriptCheck, Written};
use super::declared::Declared;
use super::reader::{Reader, Section, Statement};
use super::real_server::Inherited;
use crate::keywords::Keyword;
use crate::model::{
    BfdCheck, Checker, CheckerCommon, CheckerKind, DnsCheck, FileCheck, HttpCheck, MiscCheck, SmtpCheck,
    UdpCheck,
};
use crate::{Facts, Problem, Span};
use connect::ConnectDraft;
use dns::DnsDraft;
use http::HttpDraft;
use misc::MiscDraft;
use named::{BfdDraft, FileDraft};
use smtp::SmtpDraft;
use udp::UdpDraft;

/// What `SMTP_CHECK` says it is.
const HELO: &str = "smtpchecker.keepalived.org";

/// A check as written.
pub(super) struct CheckerDraft {
    span: Span,
    kind: KindDraft,
    settings: Settings,
}

enum KindDraft {
    Tcp,
    Ping,
    Http(HttpDraft),
    Smtp(SmtpDraft),
    Misc(MiscDraft),
    Dns(DnsDraft),
    Udp(UdpDraft),
    Bfd(BfdDraft),
    File(FileDraft),
}

/// What most checks have in common.
#[derive(Default)]
struct Settings {
    inherited: Inherited,
    connect: ConnectDraft,
    log_all_failures: bool,
}

impl Settings {
    fn keyword(
        &mut self,
        reader: &mut Reader<'_>,
        server: Option<IpAddr>,
        name: &str,
        line: &Statement<'_>,
    ) -> bool {
        match name {
            "log_all_failures" => {
                self.log_all_failures = reader.switch(line).unwrap_or(self.log_all_failures)
            }
            // Unlike a server's, this may be 0.
            "retry" | "nb_get_retry" => {
                let retry = reader.number(line, 0, i64::from(u32::MAX));
                self.inherited.retry = retry.or(self.inherited.retry);
            }
            _ => {
                return self.connect.keyword(reader, server, name, line)
                    || self.inherited.keyword(reader, name, line);
            }
        }
        true
    }
}

/// What is around a check.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    pub(super) facts: &'a dyn Facts,
    pub(super) declared: &'a Declared<'a>,
    /// Address of the real server.
    pub(super) server: SocketAddr,
}

/// Reads the block that `line` opens. `others` are the earlier checks of the real server.
pub(super) fn read<'t>(
    reader: &mut Reader<'t>,
    around: Around<'_>,
    others: &[CheckerDraft],
    keyword: &'static Keyword,
    line: Statement<'t>,
) -> Option<CheckerDraft> {
    let kind = match keyword.name {
        "HTTP_GET" => KindDraft::Http(HttpDraft::default()),
        "SSL_GET" => KindDraft::Http(HttpDraft { tls: true, ..HttpDraft::default() }),
        "SMTP_CHECK" => KindDraft::Smtp(SmtpDraft::default()),
        "MISC_CHECK" => KindDraft::Misc(MiscDraft::default()),
        "DNS_CHECK" => KindDraft::Dns(DnsDraft::default()),
        "UDP_CHECK" => KindDraft::Udp(UdpDraft::default()),
        "PING_CHECK" => KindDraft::Ping,
        "BFD_CHECK" => KindDraft::Bfd(BfdDraft::default()),
        "FILE_CHECK" => KindDraft::File(FileDraft::default()),
        _ => KindDraft::Tcp,
    };
    let draft = CheckerDraft { span: line.span(), kind, settings: Settings::default() };
    let sessions = others.iter().filter_map(CheckerDraft::session).collect();
    let mut block = CheckerReader { around, sessions, draft };
    if let Some(table) = keyword.block() {
        reader.block(table, &mut block, (keyword, line));
    }
    let draft = block.draft;
    if let KindDraft::Udp(udp) = &draft.kind {
        udp.end(reader, &line);
    }
    let missing = match draft.missing(around.server.ip()) {
        Missing::Nothing => return Some(draft),
        Missing::Reported => return None,
        Missing::Part(missing) => missing,
    };
    let name = keyword.name.to_owned();
    reader.report(line.span(), Problem::Incomplete { kind: "check", name, missing });
    None
}

/// What a check cannot do without.
enum Missing {
    Nothing,
    Reported,
    Part(&'static str),
}

impl CheckerDraft {
    fn session(&self) -> Option<&str> {
        match &self.kind {
            KindDraft::Bfd(bfd) => bfd.name.as_deref(),
            KindDraft::Tcp
            | KindDraft::Ping
            | KindDraft::Http(_)
            | KindDraft::Smtp(_)
            | KindDraft::Misc(_)
            | KindDraft::Dns(_)
            | KindDraft::Udp(_)
            | KindDraft::File(_) => None,
        }
    }

    fn missing(&self, server: IpAddr) -> Missing {
        let part = match &self.kind {
            KindDraft::Http(http) if http.urls.is_empty() => Some("url with a path"),
            KindDraft::Misc(misc) if misc.unknown_user => return Missing::Reported,
            KindDraft::Misc(misc) => misc.command.is_none().then_some("misc_path"),
            KindDraft::Bfd(bfd) if bfd.broken => return Missing::Reported,
            KindDraft::Bfd(bfd) => bfd.name.is_none().then_some("name"),
            KindDraft::File(file) if file.track_file.is_none() && file.undefined => return Missing::Reported,
            KindDraft::File(file) => file.track_file.is_none().then_some("track_file"),
            KindDraft::Smtp(smtp) if !smtp.hosts.is_empty() && self.settings.connect.is_empty() => None,
            KindDraft::Tcp
            | KindDraft::Ping
            | KindDraft::Http(_)
            | KindDraft::Smtp(_)
            | KindDraft::Dns(_)
            | KindDraft::Udp(_) => self.settings.connect.missing(server),
        };
        part.map_or(Missing::Nothing, Missing::Part)
    }
}

struct CheckerReader<'a> {
    around: Around<'a>,
    /// BFD sessions that earlier checks of the real server watch.
    sessions: Vec<&'a str>,
    draft: CheckerDraft,
}

impl<'t> Section<'t> for CheckerReader<'_> {
    fn keyword(&mut self, reader: &mut Reader<'t>, keyword: &'static Keyword, line: Statement<'t>) -> bool {
        let Around { facts, declared, server } = self.around;
        let CheckerDraft { kind, settings, .. } = &mut self.draft;
        let name = keyword.name;
        // keepalived does not look at the address that a mail server has without `connect_ip`.
        let known_address = if matches!(kind, KindDraft::Smtp(_)) { None } else { Some(server.ip()) };
        let known = match kind {
            KindDraft::Tcp | KindDraft::Ping => false,
            KindDraft::Http(http) => http.keyword(reader, keyword, line),
            KindDraft::Smtp(smtp) => smtp.keyword(reader, (settings, server.ip()), keyword, line),
            KindDraft::Misc(misc) => misc.keyword(reader, facts, name, &line),
            KindDraft::Dns(dns) => dns.keyword(reader, name, &line),
            KindDraft::Udp(udp) => udp.keyword(reader, name, &line),
            KindDraft::Bfd(bfd) => bfd.keyword(reader, declared, &self.sessions, name, &line),
            KindDraft::File(file) => file.keyword(reader, declared, name, &line),
        };
        known || settings.keyword(reader, known_address, name, &line)
    }
}

/// What a check takes from the servers around it.
#[derive(Clone, Copy)]
pub(super) struct Outer<'a> {
    /// Settings of the real server, with those of the virtual server where nothing is written.
    pub(super) settings: &'a Inherited,
    /// `delay_loop` of the virtual server.
    pub(super) delay_loop: Duration,
    /// `checker_log_all_failures`.
    pub(super) log_all_failures: bool,
    /// Where checks connect to unless they say otherwise.
    pub(super) address: SocketAddr,
}

/// Fills in what is inherited, and puts it into `out`. Nothing if its script cannot be run, several for a mail server
/// with several hosts.
pub(super) fn complete(
    draft: CheckerDraft,
    outer: Outer<'_>,
    scripts: &mut ScriptCheck<'_>,
    out: &mut Vec<Checker>,
) {
    let CheckerDraft { span, kind, settings } = draft;
    let inherited = settings.inherited.within(outer.settings);
    let log_all_failures = outer.log_all_failures || settings.log_all_failures;
    let common = common(&kind, &inherited, log_all_failures);
    let timeout = inherited.connect_timeout;
    let connect = |draft: ConnectDraft| draft.complete(outer.address, timeout);
    let mut one = |kind| out.push(Checker { span, common: common.clone(), kind });
    match kind {
        KindDraft::Tcp => one(CheckerKind::Tcp(connect(settings.connect))),
        KindDraft::Ping => one(CheckerKind::Ping(connect(settings.connect))),
        KindDraft::Http(http) => one(CheckerKind::Http(Box::new(HttpCheck {
            tls: http.tls,
            connect: connect(settings.connect),
            protocol: http.protocol,
            virtualhost: inherited.virtualhost.clone(),
            enable_sni: http.enable_sni,
            sni_name: http.sni_name,
            fast_recovery: http.fast_recovery,
            tls_compliant: http.tls_compliant,
            urls: http.urls,
        }))),
        KindDraft::Smtp(SmtpDraft { helo_name, mut hosts }) => {
            let helo_name = helo_name.unwrap_or_else(|| HELO.to_owned());
            if hosts.is_empty() || !settings.connect.is_empty() {
                hosts.insert(0, settings.connect);
            }
            for host in hosts {
                let check = SmtpCheck { connect: connect(host), helo_name: helo_name.clone() };
                one(CheckerKind::Smtp(Box::new(check)));
            }
        }
        KindDraft::Misc(misc) => {
            misc_check(misc, outer.delay_loop, scripts).map(CheckerKind::Misc).into_iter().for_each(one);
        }
        KindDraft::Dns(dns) => {
            let name = dns.name.unwrap_or_else(|| ".".to_owned());
            let check = DnsCheck { connect: connect(settings.connect), record: dns.record, name };
            one(CheckerKind::Dns(Box::new(check)))
        }
        KindDraft::Udp(udp) => {
            let (connect, reply) = (connect(settings.connect), udp.reply());
            one(CheckerKind::Udp(Box::new(UdpCheck { connect, payload: udp.payload, reply })))
        }
        KindDraft::Bfd(BfdDraft { name, .. }) => {
            name.map(|name| CheckerKind::Bfd(BfdCheck { name })).into_iter().for_each(one);
        }
        KindDraft::File(file) => {
            let (weight, reverse) = file.weight.unwrap_or(file.default_weight);
            let check = file.track_file.map(|track_file| FileCheck { track_file, weight, reverse });
            check.map(CheckerKind::File).into_iter().for_each(one);
        }
    }
}

fn common(kind: &KindDraft, inherited: &Inherited, log_all_failures: bool) -> CheckerCommon {
    let delay_loop = inherited.delay_loop();
    let second = Duration::from_secs(1);
    let (retry, delay_before_retry) = match kind {
        KindDraft::Tcp
        | KindDraft::Ping
        | KindDraft::Smtp(_)
        | KindDraft::Udp(_)
        | KindDraft::Bfd(_)
        | KindDraft::File(_) => (1, second),
        KindDraft::Http(_) => (1, second * 3),
        KindDraft::Misc(_) => (0, second),
        KindDraft::Dns(_) => (3, delay_loop),
    };
    // What a file says is known at once.
    let file = matches!(kind, KindDraft::File(_));
    CheckerCommon {
        delay_loop,
        retry: inherited.retry.unwrap_or(retry),
        delay_before_retry: inherited.delay_before_retry.unwrap_or(delay_before_retry),
        warmup: inherited.warmup.unwrap_or(delay_loop),
        alpha: inherited.alpha.unwrap_or(false) && !file,
        log_all_failures,
    }
}

fn misc_check(misc: MiscDraft, delay_loop: Duration, scripts: &mut ScriptCheck<'_>) -> Option<MiscCheck> {
    let Written { mut value, span } = misc.command?;
    value.user = value.user.or_else(|| misc.user.map(Box::new));
    let timeout = misc.timeout.filter(|timeout| !timeout.is_zero()).unwrap_or(delay_loop);
    let usable = scripts.usable(&value, None, span, false);
    usable.then_some(MiscCheck { command: *value, timeout, dynamic: misc.dynamic })
}
