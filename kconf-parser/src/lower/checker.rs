//! Health checks.

use core::net::{IpAddr, SocketAddr};
use core::time::Duration;

use super::command::{ScriptCheck, Written};
use super::reader::{Reader, Section, Statement};
use super::real_server::Inherited;
use super::value::{IGNORED, parse};
use crate::keywords::Keyword;
use crate::model::{
    Checker, CheckerCommon, CheckerKind, ConnectTo, HttpCheck, HttpProtocol, HttpUrl, MiscCheck, ScriptUser,
    SmtpCheck, StatusCodes,
};
use crate::{Facts, Problem, Span};

/// A check as written.
pub(super) struct CheckerDraft {
    span: Span,
    kind: KindDraft,
    settings: Settings,
}

enum KindDraft {
    Tcp,
    Http(HttpDraft),
    Smtp { helo_name: Option<String> },
    Misc(MiscDraft),
}

#[derive(Default)]
struct HttpDraft {
    tls: bool,
    protocol: HttpProtocol,
    enable_sni: bool,
    sni_name: Option<String>,
    fast_recovery: bool,
    urls: Vec<HttpUrl>,
}

#[derive(Default)]
struct MiscDraft {
    command: Option<Written>,
    timeout: Option<Duration>,
    dynamic: bool,
    user: Option<ScriptUser>,
}

/// What most checks have in common.
#[derive(Default)]
struct Settings {
    inherited: Inherited,
    connect_ip: Option<IpAddr>,
    connect_port: Option<u16>,
    bind_address: Option<IpAddr>,
    bind_port: u16,
    bind_interface: Option<String>,
    fwmark: u32,
    log_all_failures: Option<bool>,
}

impl Settings {
    fn keyword(&mut self, reader: &mut Reader<'_>, name: &str, line: &Statement<'_>) -> bool {
        match name {
            "connect_ip" => self.connect_ip = reader.address(line, 1).or(self.connect_ip),
            "connect_port" => self.connect_port = reader.number(line, 1, 65_535).or(self.connect_port),
            "bindto" => self.bind_address = reader.address(line, 1).or(self.bind_address),
            "bind_port" => self.bind_port = reader.number(line, 1, 65_535).unwrap_or(self.bind_port),
            "bind_if" => self.bind_interface = reader.text(line),
            "fwmark" => self.fwmark = reader.number(line, 0, i64::from(u32::MAX)).unwrap_or(self.fwmark),
            "log_all_failures" => self.log_all_failures = reader.switch(line).or(self.log_all_failures),
            // Unlike a server's, this may be 0.
            "retry" | "nb_get_retry" => {
                let retry = reader.number(line, 0, i64::from(u32::MAX));
                self.inherited.retry = retry.or(self.inherited.retry);
            }
            _ => return self.inherited.keyword(reader, name, line),
        }
        true
    }

    fn connect(&self, server: SocketAddr, inherited: &Inherited) -> ConnectTo {
        let ip = self.connect_ip.unwrap_or(server.ip());
        let port = self.connect_port.unwrap_or(server.port());
        ConnectTo {
            address: SocketAddr::new(ip, port),
            bind_address: self.bind_address,
            bind_port: self.bind_port,
            bind_interface: self.bind_interface.clone(),
            fwmark: self.fwmark,
            timeout: inherited.connect_timeout.unwrap_or(Duration::from_secs(5)),
        }
    }
}

/// Reads the block that `line` opens.
pub(super) fn read<'t>(
    reader: &mut Reader<'t>,
    facts: &dyn Facts,
    keyword: &'static Keyword,
    line: Statement<'t>,
) -> Option<CheckerDraft> {
    let kind = match keyword.name {
        "HTTP_GET" => KindDraft::Http(HttpDraft::default()),
        "SSL_GET" => KindDraft::Http(HttpDraft { tls: true, ..HttpDraft::default() }),
        "SMTP_CHECK" => KindDraft::Smtp { helo_name: None },
        "MISC_CHECK" => KindDraft::Misc(MiscDraft::default()),
        _ => KindDraft::Tcp,
    };
    let draft = CheckerDraft { span: line.span(), kind, settings: Settings::default() };
    let mut block = CheckerReader { facts, draft };
    if let Some(table) = keyword.block() {
        reader.block(table, &mut block, (keyword, line));
    }
    let missing = match &block.draft.kind {
        KindDraft::Http(http) if http.urls.is_empty() => Some("url with a path"),
        KindDraft::Misc(misc) if misc.command.is_none() => Some("misc_path"),
        KindDraft::Http(_) | KindDraft::Misc(_) | KindDraft::Tcp | KindDraft::Smtp { .. } => None,
    };
    if let Some(missing) = missing {
        let name = keyword.name.to_owned();
        reader.report(line.span(), Problem::Incomplete { kind: "check", name, missing });
        return None;
    }
    Some(block.draft)
}

struct CheckerReader<'a> {
    facts: &'a dyn Facts,
    draft: CheckerDraft,
}

impl<'t> Section<'t> for CheckerReader<'_> {
    fn keyword(&mut self, reader: &mut Reader<'t>, keyword: &'static Keyword, line: Statement<'t>) -> bool {
        let settings = &mut self.draft.settings;
        let known = match &mut self.draft.kind {
            KindDraft::Tcp => false,
            KindDraft::Http(http) => http_keyword(reader, http, keyword, line),
            KindDraft::Smtp { helo_name } => match keyword.name {
                "helo_name" => {
                    *helo_name = reader.text(&line);
                    true
                }
                "host" => {
                    if let Some(table) = keyword.block() {
                        reader.block(table, settings, (keyword, line));
                    }
                    true
                }
                _ => false,
            },
            KindDraft::Misc(misc) => misc_keyword(reader, self.facts, misc, keyword.name, &line),
        };
        known || settings.keyword(reader, keyword.name, &line)
    }
}

/// `host` in `SMTP_CHECK`.
impl<'t> Section<'t> for Settings {
    fn keyword(&mut self, reader: &mut Reader<'t>, keyword: &'static Keyword, line: Statement<'t>) -> bool {
        Self::keyword(self, reader, keyword.name, &line)
    }
}

fn http_keyword<'t>(
    reader: &mut Reader<'t>,
    http: &mut HttpDraft,
    keyword: &'static Keyword,
    line: Statement<'t>,
) -> bool {
    match keyword.name {
        "url" => {
            let mut url = UrlDraft::default();
            if let Some(table) = keyword.block() {
                reader.block(table, &mut url, (keyword, line));
            }
            http.urls.extend(url.complete(reader, &line));
        }
        "http_protocol" => {
            let Some(word) = line.arg(1) else { return true };
            match &*word.text {
                b"1.0" => http.protocol = HttpProtocol::Http10,
                b"1.0C" | b"1.0c" => http.protocol = HttpProtocol::Http10Close,
                b"1.1" => http.protocol = HttpProtocol::Http11,
                _ => {
                    let (value, expected) = (word.string(), "1.0, 1.0C or 1.1");
                    reader.report(word.span, Problem::InvalidValue { value, expected, effect: IGNORED });
                }
            }
        }
        "enable_sni" => http.enable_sni = reader.switch(&line).unwrap_or(http.enable_sni),
        "sni_name" => http.sni_name = reader.text(&line),
        "fast_recovery" => http.fast_recovery = reader.switch(&line).unwrap_or(http.fast_recovery),
        _ => return false,
    }
    true
}

fn misc_keyword(
    reader: &mut Reader<'_>,
    facts: &dyn Facts,
    misc: &mut MiscDraft,
    name: &str,
    line: &Statement<'_>,
) -> bool {
    match name {
        "misc_path" => misc.command = reader.bare_command(line, "misc_path"),
        "misc_timeout" => misc.timeout = reader.seconds(line, 1, i64::from(u32::MAX)).or(misc.timeout),
        "misc_dynamic" => misc.dynamic = true,
        "user" => misc.user = reader.user(facts, line),
        _ => return false,
    }
    true
}

#[derive(Default)]
struct UrlDraft {
    path: Option<String>,
    digest: Option<[u8; 16]>,
    status_codes: Vec<(u16, u16)>,
    virtualhost: Option<String>,
    regex: Option<String>,
    regex_no_match: bool,
}

impl<'t> Section<'t> for UrlDraft {
    fn keyword(&mut self, reader: &mut Reader<'t>, keyword: &'static Keyword, line: Statement<'t>) -> bool {
        match keyword.name {
            "path" => self.path = reader.text(&line),
            "digest" => self.digest = digest(reader, &line).or(self.digest),
            "status_code" => status_codes(reader, &line, &mut self.status_codes),
            "virtualhost" => self.virtualhost = reader.text(&line),
            "regex" => self.regex = Some(String::from_utf8_lossy(line.rest().0).trim_matches('"').to_owned()),
            "regex_no_match" => self.regex_no_match = true,
            _ => return false,
        }
        true
    }
}

impl UrlDraft {
    fn complete(mut self, reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<HttpUrl> {
        let Some(path) = self.path else {
            let problem = Problem::Incomplete { kind: "block", name: "url".to_owned(), missing: "path" };
            reader.report(line.span(), problem);
            return None;
        };
        if self.status_codes.is_empty() && self.digest.is_none() && self.regex.is_none() {
            self.status_codes.push((200, 299));
        }
        Some(HttpUrl {
            path,
            digest: self.digest,
            status_codes: StatusCodes(self.status_codes),
            virtualhost: self.virtualhost,
            regex: self.regex,
            regex_no_match: self.regex_no_match,
        })
    }
}

/// 32 hexadecimal digits.
fn digest(reader: &mut Reader<'_>, line: &Statement<'_>) -> Option<[u8; 16]> {
    let word = line.arg(1)?;
    let octets = word.text.chunks(2).map(|pair| {
        let pair = core::str::from_utf8(pair)
            .ok()
            .filter(|pair| pair.bytes().all(|octet| octet.is_ascii_hexdigit()));
        u8::from_str_radix(pair?, 16).ok()
    });
    let octets: Option<Vec<u8>> = octets.collect();
    let digest = octets.filter(|_| word.text.len() == 32).and_then(|octets| octets.try_into().ok());
    if digest.is_none() {
        let (value, expected) = (word.string(), "an MD5 sum of 32 hexadecimal digits");
        reader.report(word.span, Problem::InvalidValue { value, expected, effect: IGNORED });
    }
    digest
}

/// `N` and `N-M`, several on a line.
fn status_codes(reader: &mut Reader<'_>, line: &Statement<'_>, codes: &mut Vec<(u16, u16)>) {
    for word in line.args() {
        let mut bounds = word.text.splitn(2, |octet| *octet == b'-').map(parse::<u16>);
        let low = bounds.next().flatten();
        let high = bounds.next().unwrap_or(low);
        match (low, high) {
            (Some(low), Some(high)) if (100..=999).contains(&low) && (low..=999).contains(&high) => {
                codes.push((low, high));
            }
            _ => {
                let (value, expected) = (word.string(), "a status code from 100 to 999, or a range of them");
                reader.report(word.span, Problem::InvalidValue { value, expected, effect: IGNORED });
            }
        }
    }
}

/// Fills in what is inherited. `None` if its script cannot be run.
pub(super) fn complete(
    draft: CheckerDraft,
    server: &Inherited,
    address: SocketAddr,
    scripts: &mut ScriptCheck<'_>,
) -> Option<Checker> {
    let inherited = draft.settings.inherited.within(server);
    let (retry, delay_before_retry_s) = match &draft.kind {
        KindDraft::Tcp | KindDraft::Smtp { .. } => (1, 1),
        KindDraft::Http(_) => (1, 3),
        KindDraft::Misc(_) => (0, 1),
    };
    let delay_loop = inherited.delay_loop();
    let common = CheckerCommon {
        delay_loop,
        retry: inherited.retry.unwrap_or(retry),
        delay_before_retry: inherited.delay_before_retry.unwrap_or(Duration::from_secs(delay_before_retry_s)),
        warmup: inherited.warmup.unwrap_or(delay_loop),
        alpha: inherited.alpha.unwrap_or(false),
        log_all_failures: draft.settings.log_all_failures.unwrap_or(false),
    };
    let connect = draft.settings.connect(address, &inherited);
    let kind = match draft.kind {
        KindDraft::Tcp => CheckerKind::Tcp(connect),
        KindDraft::Smtp { helo_name } => CheckerKind::Smtp(SmtpCheck { connect, helo_name }),
        KindDraft::Http(http) => CheckerKind::Http(HttpCheck {
            tls: http.tls,
            connect,
            protocol: http.protocol,
            virtualhost: inherited.virtualhost.clone(),
            enable_sni: http.enable_sni,
            sni_name: http.sni_name,
            fast_recovery: http.fast_recovery,
            urls: http.urls,
        }),
        KindDraft::Misc(misc) => {
            let Written { mut value, span } = misc.command?;
            value.user = value.user.or(misc.user);
            if !scripts.usable(&value, None, span, false) {
                return None;
            }
            CheckerKind::Misc(MiscCheck {
                command: *value,
                timeout: misc.timeout.unwrap_or(delay_loop),
                dynamic: misc.dynamic,
            })
        }
    };
    Some(Checker { span: draft.span, common, kind })
}
