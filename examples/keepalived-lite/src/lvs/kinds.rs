//! From a checker block to its probes, kind by kind.

use core::hash::BuildHasher as _;
use core::net::SocketAddr;
use core::time::Duration;
use std::hash::RandomState;

use healthcheck::{
    Close, ConnectTo, DEFAULT_UDP_PAYLOAD, DnsProbe, DnsQuery, DnsType, ExchangeProbe, HttpExpect, HttpProbe,
    HttpRequest, HttpVersion, PatternOctet, PingProbe, Probe, ScriptCommand, ScriptProbe, ScriptUser,
    SmtpDialogue, SmtpExchange, SmtpReplies, SmtpRequest, TcpProbe, UdpExpect, UdpProbe, UdpReply,
};
use kconf_parser::model::{
    self, Checker, CheckerKind, DnsCheck, HttpCheck, HttpProtocol, HttpUrl, MiscCheck, SmtpCheck, UdpCheck,
};

use crate::parent::HEAPS;
use crate::process::user_of;

/// A probe for each target, none for a kind that this version does not know. What the file has
/// and no probe can do is logged.
pub(super) fn probes(block: &Checker, default_user: Option<&model::ScriptUser>) -> Vec<Box<dyn Probe>> {
    match &block.kind {
        CheckerKind::Tcp(connect) => {
            vec![Box::new(TcpProbe { connect: connect_to(connect), close: Close::Reset })]
        }
        CheckerKind::Http(check) if check.tls => Vec::new(),
        CheckerKind::Http(check) => check.urls.iter().filter_map(|url| http(check, url)).collect(),
        CheckerKind::Misc(check) => script(check, default_user).into_iter().collect(),
        CheckerKind::Smtp(check) => smtp(check).into_iter().collect(),
        CheckerKind::Dns(check) => dns(check).into_iter().collect(),
        CheckerKind::Udp(check) => vec![Box::new(udp(check))],
        CheckerKind::Ping(connect) => vec![Box::new(PingProbe::new(connect_to(connect), seed()))],
        CheckerKind::Bfd(_) | CheckerKind::File(_) | _ => Vec::new(),
    }
}

/// Keyword of a check and what it is made of, for the log.
pub(super) fn describe(kind: &CheckerKind) -> String {
    let of = |keyword: &str, address: SocketAddr| format!("{keyword} of {address}");
    match kind {
        CheckerKind::Tcp(connect) => of("TCP_CHECK", connect.address),
        CheckerKind::Http(check) if check.tls => of("SSL_GET", check.connect.address),
        CheckerKind::Http(check) => of("HTTP_GET", check.connect.address),
        CheckerKind::Misc(check) => {
            let program = check.command.args.first().map(|program| program.to_string_lossy());
            format!("MISC_CHECK by {}", program.unwrap_or_default())
        }
        CheckerKind::Smtp(check) => of("SMTP_CHECK", check.connect.address),
        CheckerKind::Dns(check) => {
            format!("DNS_CHECK of {} for {}", check.connect.address, check.name)
        }
        CheckerKind::Udp(check) => of("UDP_CHECK", check.connect.address),
        CheckerKind::Ping(connect) => format!("PING_CHECK of {}", connect.address.ip()),
        // Never built.
        CheckerKind::Bfd(_) | CheckerKind::File(_) | _ => String::new(),
    }
}

fn connect_to(written: &model::ConnectTo) -> ConnectTo {
    ConnectTo {
        source: written.bind_address,
        source_port: written.bind_port,
        interface: written.bind_interface.clone(),
        mark: written.fwmark,
        timeout: written.timeout,
        ..ConnectTo::new(written.address)
    }
}

/// `None`, thus no check, if its user is unknown, as with keepalived.
fn script(check: &MiscCheck, default_user: Option<&model::ScriptUser>) -> Option<Box<dyn Probe>> {
    let user = user_of(&check.command, default_user)
        .map(|user| ScriptUser::find(&user.user, user.group.as_deref()).map_err(|error| (user.user, error)));
    let user = user
        .transpose()
        .map_err(|(user, error)| tracing::error!("MISC_CHECK as user {user}: check without effect: {error}"))
        .ok()?;
    Some(Box::new(ScriptProbe {
        user,
        dynamic: check.dynamic,
        without: vec![HEAPS.into()],
        ..ScriptProbe::new(ScriptCommand::keepalived(&check.command.args)?, check.timeout)
    }))
}

/// keepalived grants `connect_timeout` anew for each wait.
fn deadline(connect: &ConnectTo, waits: u32) -> Duration {
    connect.timeout.saturating_mul(waits)
}

fn http(check: &HttpCheck, url: &HttpUrl) -> Option<Box<dyn Probe>> {
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
    // To connect, to send and to receive.
    let deadline = deadline(&connect, 3);
    let expect =
        HttpExpect { status: url.status_codes.0.clone(), digest: url.digest, ..HttpExpect::default() };
    Some(Box::new(HttpProbe { connect, request, expect, deadline }))
}

fn smtp(check: &SmtpCheck) -> Option<Box<dyn Probe>> {
    let connect = connect_to(&check.connect);
    // What keepalived takes for a reply, so that the same servers are up.
    let request = SmtpRequest::new(SmtpDialogue::Helo, SmtpReplies::Keepalived, &check.helo_name);
    let request = request.map_err(|error| not_made("SMTP_CHECK", &connect, "helo_name", &error)).ok()?;
    // To connect, for the banner, for the answers to HELO and QUIT.
    let deadline = deadline(&connect, 4);
    Some(Box::new(ExchangeProbe { connect, exchange: SmtpExchange::new(request), deadline }))
}

fn dns(check: &DnsCheck) -> Option<Box<dyn Probe>> {
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
    Some(Box::new(DnsProbe::new(connect, query, seed())))
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
