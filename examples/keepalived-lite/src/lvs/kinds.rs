//! From a checker block to its probes, kind by kind.

use core::cell::RefCell;
use core::hash::BuildHasher as _;
use core::time::Duration;
use std::hash::RandomState;
use std::sync::Arc;

use healthcheck::{
    Close, ConnectTo, DEFAULT_UDP_PAYLOAD, DnsProbe, DnsQuery, DnsType, ExchangeProbe, HttpExpect, HttpProbe,
    HttpRequest, HttpVersion, PatternOctet, PingProbe, Probe, ScriptCommand, ScriptProbe, ScriptUser,
    SmtpDialogue, SmtpExchange, SmtpReplies, SmtpRequest, TcpProbe, TlsProbe, UdpExpect, UdpProbe, UdpReply,
};
use kconf_parser::model::{
    self, CheckerCommon, CheckerKind, Config, DnsCheck, HttpCheck, HttpProtocol, HttpUrl, MiscCheck,
    SmtpCheck, UdpCheck,
};

use super::files::Followed;
use super::pattern;
use super::secure::Secure;
use crate::limits;
use crate::parent::HEAPS;
use crate::process::user_of;

/// What checks of the same file have in common.
#[derive(Debug)]
pub(crate) struct Means<'c> {
    config: &'c Config,
    secure: Secure,
    /// What the last check has in common with others: mostly the next one has the same.
    last: RefCell<Option<Arc<CheckerCommon>>>,
}

impl<'c> Means<'c> {
    /// What `config` says.
    #[must_use]
    pub(crate) fn new(config: &'c Config) -> Self {
        Self { config, secure: Secure::new(config.ssl.as_ref()), last: RefCell::default() }
    }

    /// `common`, or what the last check had if that is the same.
    pub(super) fn shared(&self, common: CheckerCommon) -> Arc<CheckerCommon> {
        let mut last = self.last.borrow_mut();
        let known = last.take().filter(|known| **known == common);
        Arc::clone(last.insert(known.unwrap_or_else(|| Arc::new(common))))
    }
}

/// A probe for each target, none for a kind that this version does not know. What the file has
/// and no probe can do is logged.
pub(super) fn probes(kind: &CheckerKind, means: &Means<'_>) -> Vec<Arc<dyn Probe>> {
    match kind {
        CheckerKind::Http(check) => check.urls.iter().filter_map(|url| page(check, url, means)).collect(),
        CheckerKind::Misc(check) => shared(script(check, means)),
        CheckerKind::Smtp(check) => shared(smtp(check)),
        CheckerKind::Dns(check) => shared(dns(check)),
        CheckerKind::Udp(check) => vec![Arc::new(udp(check))],
        CheckerKind::Ping(connect) => vec![Arc::new(PingProbe::new(connect_to(connect), seed()))],
        // The first has its own way.
        CheckerKind::Tcp(_) | CheckerKind::Bfd(_) | CheckerKind::File(_) | _ => Vec::new(),
    }
}

/// The file that a `FILE_CHECK` follows.
pub(super) fn file(kind: &CheckerKind, means: &Means<'_>) -> Option<Followed> {
    let CheckerKind::File(check) = kind else { return None };
    Followed::new(check, means.config)
}

fn shared(probe: Option<impl Probe + 'static>) -> Vec<Arc<dyn Probe>> {
    probe.into_iter().map(|probe| Arc::new(probe) as Arc<dyn Probe>).collect()
}

/// The word for the most frequent kind.
pub(super) const TCP_CHECK: &str = "TCP_CHECK";

/// The probe of the most frequent kind: it has all that is written.
pub(super) fn tcp(written: model::ConnectTo) -> TcpProbe {
    TcpProbe { connect: connect_to(&written), close: Close::Reset }
}

/// What keepalived's log calls a check.
pub(super) const fn word(kind: &CheckerKind) -> &'static str {
    match kind {
        CheckerKind::Tcp(_) => TCP_CHECK,
        CheckerKind::Http(check) if check.tls => "SSL_CHECK",
        CheckerKind::Http(_) => "HTTP_CHECK",
        CheckerKind::Misc(_) => "MISC_CHECK",
        CheckerKind::Smtp(_) => "SMTP_CHECK",
        CheckerKind::Dns(_) => "DNS_CHECK",
        CheckerKind::Udp(_) => "UDP_CHECK",
        CheckerKind::Ping(_) => "PING_CHECK",
        CheckerKind::File(_) => "FILE_CHECK",
        CheckerKind::Bfd(_) => "BFD_CHECK",
        _ => "check",
    }
}

/// What is asked, for the log.
pub(super) fn target(kind: &CheckerKind) -> String {
    match kind {
        CheckerKind::Tcp(connect) => connect.address.to_string(),
        CheckerKind::Http(check) => check.connect.address.to_string(),
        CheckerKind::Misc(check) => {
            let program = check.command.args.first().map(|program| program.to_string_lossy());
            program.unwrap_or_default().into_owned()
        }
        CheckerKind::Smtp(check) => check.connect.address.to_string(),
        CheckerKind::Dns(check) => format!("{} for {}", check.connect.address, check.name),
        CheckerKind::Udp(check) => check.connect.address.to_string(),
        CheckerKind::Ping(connect) => connect.address.ip().to_string(),
        CheckerKind::File(check) => check.track_file.clone(),
        // Never built.
        CheckerKind::Bfd(_) | _ => String::new(),
    }
}

fn connect_to(written: &model::ConnectTo) -> ConnectTo {
    ConnectTo {
        source: written.bind_address,
        source_port: written.bind_port,
        interface: written.bind_interface.clone(),
        mark: written.fwmark,
        timeout: written.timeout,
        patience: Some(written.timeout),
        ..ConnectTo::new(written.address)
    }
}

/// keepalived grants `connect_timeout` anew for each wait, however many there are. Together they have a bound here.
fn deadline(connect: &ConnectTo, waits: u32) -> Duration {
    connect.timeout.saturating_mul(waits)
}

fn page(check: &HttpCheck, url: &HttpUrl, means: &Means<'_>) -> Option<Arc<dyn Probe>> {
    let probe = http(check, url)?;
    if !check.tls {
        return Some(Arc::new(probe));
    }
    let host = url.virtualhost.as_deref().or(check.virtualhost.as_deref());
    let name = check.sni_name.as_deref().or(host).filter(|_| check.enable_sni);
    let tls = means.secure.tls(name);
    let tls =
        tls.map_err(|error| not_made("SSL_GET", &probe.connect, name.unwrap_or_default(), &error)).ok()?;
    Some(Arc::new(TlsProbe { probe, tls }))
}

fn http(check: &HttpCheck, url: &HttpUrl) -> Option<HttpProbe> {
    let version = match check.protocol {
        HttpProtocol::Http10 => HttpVersion::Http10,
        HttpProtocol::Http10Close => HttpVersion::Http10Close,
        HttpProtocol::Http11 => HttpVersion::Http11,
    };
    let connect = connect_to(&check.connect);
    let host = url.virtualhost.as_deref().or(check.virtualhost.as_deref());
    let request = HttpRequest::new(version, &url.path, host, connect.address)
        .map_err(|error| tracing::error!("HTTP_GET of {}: url without effect: {error}", connect.address))
        .ok()?;
    // To connect, to send and to receive; over TLS, to agree on it too.
    let deadline = deadline(&connect, if check.tls { 4 } else { 3 });
    let expect = HttpExpect {
        status: url.status_codes.0.clone(),
        digest: url.digest,
        // One that is refused is named by `unsupported`.
        regex: url.regex.as_ref().and_then(|written| pattern::regex(written).ok()),
        ..HttpExpect::default()
    };
    Some(HttpProbe { connect, request, expect, deadline })
}

/// `None`, thus no check, if its user is unknown, as with keepalived.
fn script(check: &MiscCheck, means: &Means<'_>) -> Option<ScriptProbe> {
    let user = user_of(&check.command, means.config.globals.script_user.as_ref())
        .map(|user| ScriptUser::find(&user.user, user.group.as_deref()).map_err(|error| (user.user, error)));
    let user = user
        .transpose()
        .map_err(|(user, error)| tracing::error!("MISC_CHECK as user {user}: check without effect: {error}"))
        .ok()?;
    Some(ScriptProbe {
        user,
        dynamic: check.dynamic,
        without: vec![HEAPS.into()],
        open_files: Some(limits::of_scripts()),
        ..ScriptProbe::new(ScriptCommand::keepalived(&check.command.args)?, check.timeout)
    })
}

fn smtp(check: &SmtpCheck) -> Option<ExchangeProbe<SmtpExchange>> {
    let connect = connect_to(&check.connect);
    // What keepalived takes for a reply, so that the same servers are up.
    let request = SmtpRequest::new(SmtpDialogue::Helo, SmtpReplies::Keepalived, &check.helo_name);
    let request = request.map_err(|error| not_made("SMTP_CHECK", &connect, "helo_name", &error)).ok()?;
    // To connect, for the banner, for the answers to HELO and QUIT.
    let deadline = deadline(&connect, 4);
    Some(ExchangeProbe { connect, exchange: SmtpExchange::new(request), deadline })
}

fn dns(check: &DnsCheck) -> Option<DnsProbe> {
    let connect = connect_to(&check.connect);
    let record = match check.record {
        model::DnsType::A => DnsType::A,
        model::DnsType::Ns => DnsType::Ns,
        model::DnsType::Cname => DnsType::Cname,
        model::DnsType::Mx => DnsType::Mx,
        model::DnsType::Txt => DnsType::Txt,
        model::DnsType::Aaaa => DnsType::Aaaa,
        model::DnsType::Rrsig => DnsType::Rrsig,
        model::DnsType::Dnskey => DnsType::Dnskey,
        // keepalived's default.
        model::DnsType::Soa | _ => DnsType::Soa,
    };
    let query = DnsQuery::new(&check.name, record)
        .map_err(|error| not_made("DNS_CHECK", &connect, "name", &error))
        .ok()?;
    Some(DnsProbe::new(connect, query, seed()))
}

fn udp(check: &UdpCheck) -> UdpProbe {
    let octet = |octet: &model::PatternOctet| PatternOctet { value: octet.value, mask: octet.mask };
    let expect = match &check.reply {
        None => UdpExpect::NoError,
        // keepalived looks at the lengths only where there is a pattern.
        Some(reply) if reply.pattern.is_empty() => UdpExpect::AnyReply,
        Some(reply) => UdpExpect::Reply(UdpReply {
            pattern: reply.pattern.iter().map(octet).collect(),
            min_len: reply.min_length,
            max_len: reply.max_length,
        }),
    };
    let payload = check.payload.clone().unwrap_or_else(|| DEFAULT_UDP_PAYLOAD.to_vec());
    UdpProbe { connect: connect_to(&check.connect), payload, expect }
}

fn not_made(check: &str, connect: &ConnectTo, keyword: &str, error: &dyn core::error::Error) {
    let address = connect.address;
    tracing::error!("{check} of {address} is not made, the server counts as up: {keyword}: {error}");
}

/// Another one each time, which nobody outside can guess.
fn seed() -> u64 {
    RandomState::new().hash_one(())
}

#[cfg(test)]
mod tests {
    use crate::lvs::judge::tests::server;

    /// The checks of one real server, as `word target probes`.
    fn checks(lines: &str) -> Vec<String> {
        let text = format!(
            "track_file load {{\n file /nonexistent/load\n}}\nvirtual_server 192.0.2.1 80 {{\n lvs_sched rr\n lvs_method NAT\n \
             protocol TCP\n real_server 198.51.100.1 80 {{\n{}\n}}\n}}\n",
            lines.replace(';', "\n")
        );
        let server = server(&text);
        let words = server.servers[0].checks.iter();
        words.map(|check| format!("{} {} {}", check.word(), check.target(), check.probes().len())).collect()
    }

    #[test]
    fn every_kind_of_check_is_made() {
        let cases: &[(&str, &[&str])] = &[
            ("TCP_CHECK {;connect_port 81;}", &["TCP_CHECK 198.51.100.1:81 1"]),
            ("HTTP_GET {;url {;path /a;};url {;path /b;};}", &["HTTP_CHECK 198.51.100.1:80 2"]),
            ("SSL_GET {;url {;path /a;};enable_sni;virtualhost a.test;}", &["SSL_CHECK 198.51.100.1:80 1"]),
            ("MISC_CHECK {;misc_path /bin/true;}", &["MISC_CHECK /bin/true 1"]),
            ("DNS_CHECK {;}", &["DNS_CHECK 198.51.100.1:80 for . 1"]),
            ("UDP_CHECK {;payload 00;}", &["UDP_CHECK 198.51.100.1:80 1"]),
            ("PING_CHECK {;}", &["PING_CHECK 198.51.100.1 1"]),
            // Followed, not probed.
            ("FILE_CHECK {;track_file load;}", &["FILE_CHECK load 0"]),
            ("SMTP_CHECK {;}", &["SMTP_CHECK 198.51.100.1:80 1"]),
            (
                "SMTP_CHECK {;host {;connect_ip 198.51.100.2;};host {;connect_port 25;};}",
                &["SMTP_CHECK 198.51.100.2:80 1", "SMTP_CHECK 198.51.100.1:25 1"],
            ),
        ];
        for (lines, want) in cases {
            assert_eq!(checks(lines), *want, "{lines}");
        }
    }

    #[test]
    fn what_no_probe_can_do_is_no_check() {
        assert_eq!(checks("SMTP_CHECK {;helo_name \"two words\";}"), [""; 0]);
        let long = "a".repeat(64);
        assert_eq!(checks(&format!("DNS_CHECK {{;name {long}.test;}}")), [""; 0]);
    }
}
