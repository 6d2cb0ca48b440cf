//! From a checker block to a check that can be made.

use core::num::NonZeroU16;
use core::time::Duration;

use healthcheck::{
    Close, Config, ConnectTo, Failure, HttpExpect, HttpProbe, HttpRequest, HttpVersion, Policy, Probe,
    ScriptCommand, ScriptProbe, ScriptUser, Sequence, TcpProbe,
};
use kconf_parser::Span;
use kconf_parser::model::{self, Checker, CheckerKind, HttpCheck, HttpProtocol, HttpUrl, MiscCheck};

use crate::parent::HEAPS;
use crate::process::user_of;

/// One check of a real server.
pub(crate) struct Check {
    /// When to probe and what to believe.
    pub config: Config,
    /// The first probe comes at a random time within this.
    pub warmup: Duration,
    /// One for each target.
    pub probes: Vec<Box<dyn Probe>>,
    /// `log_all_failures`.
    pub log_all_failures: bool,
    /// The time to the next probe counts from the start of the last one, as with `MISC_CHECK`.
    pub from_start: bool,
    /// What it was made of; a check of the same is the same.
    block: Checker,
}

impl core::fmt::Debug for Check {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Check").field("block", &self.block).finish_non_exhaustive()
    }
}

impl Check {
    /// Whether `other` asks the same of the same server.
    #[must_use]
    pub(crate) fn same_as(&self, other: &Self) -> bool {
        self.block == other.block
    }

    /// What is probed.
    #[must_use]
    pub(crate) fn describe(&self) -> String {
        match &self.block.kind {
            CheckerKind::Misc(check) => {
                let program = check.command.args.first().map(|program| program.to_string_lossy());
                format!("MISC_CHECK by {}:", program.unwrap_or_default())
            }
            CheckerKind::Tcp(connect) => format!("TCP_CHECK of {}:", connect.address),
            CheckerKind::Http(check) => format!("HTTP_GET of {}:", check.connect.address),
            // Never built.
            CheckerKind::Smtp(_)
            | CheckerKind::Dns(_)
            | CheckerKind::Udp(_)
            | CheckerKind::Ping(_)
            | CheckerKind::Bfd(_)
            | CheckerKind::File(_)
            | _ => String::new(),
        }
    }

    /// What was probed and how it failed, for the log.
    #[must_use]
    pub(crate) fn explain(&self, cause: Failure) -> String {
        match self.block.kind {
            CheckerKind::Misc(_) if matches!(cause, Failure::TimedOut { .. }) => {
                format!("{} timed out", self.describe())
            }
            CheckerKind::Misc(_)
            | CheckerKind::Tcp(_)
            | CheckerKind::Http(_)
            | CheckerKind::Smtp(_)
            | CheckerKind::Dns(_)
            | CheckerKind::Udp(_)
            | CheckerKind::Ping(_)
            | CheckerKind::Bfd(_)
            | CheckerKind::File(_)
            | _ => {
                format!("{} {cause}", self.describe())
            }
        }
    }
}

/// Why a check is not made, if it is one that this version does not know.
#[must_use]
pub(crate) const fn unsupported(block: &Checker) -> Option<&'static str> {
    match &block.kind {
        CheckerKind::Tcp(_) | CheckerKind::Misc(_) => None,
        CheckerKind::Http(check) if check.tls => Some("SSL_GET"),
        CheckerKind::Http(_) => None,
        CheckerKind::Smtp(_) => Some("SMTP_CHECK"),
        CheckerKind::Dns(_) => Some("DNS_CHECK"),
        CheckerKind::Udp(_) => Some("UDP_CHECK"),
        CheckerKind::Ping(_) => Some("PING_CHECK"),
        CheckerKind::Bfd(_) => Some("BFD_CHECK"),
        CheckerKind::File(_) => Some("FILE_CHECK"),
        _ => Some("this check"),
    }
}

/// A check, if it is one that this version knows: see [`unsupported`].
#[must_use]
pub(crate) fn build(block: &Checker, default_user: Option<&model::ScriptUser>) -> Option<Check> {
    if unsupported(block).is_some() {
        return None;
    }
    let probes: Vec<Box<dyn Probe>> = match &block.kind {
        CheckerKind::Tcp(connect) => {
            vec![Box::new(TcpProbe { connect: connect_to(connect), close: Close::Reset })]
        }
        CheckerKind::Http(check) => check.urls.iter().filter_map(|url| http(check, url)).collect(),
        CheckerKind::Misc(check) => vec![Box::new(script(check, default_user)?)],
        CheckerKind::Smtp(_)
        | CheckerKind::Dns(_)
        | CheckerKind::Udp(_)
        | CheckerKind::Ping(_)
        | CheckerKind::Bfd(_)
        | CheckerKind::File(_)
        | _ => return None,
    };
    let common = &block.common;
    let sequence = match &block.kind {
        CheckerKind::Http(check) => Sequence::Rotation {
            targets: NonZeroU16::new(u16::try_from(probes.len()).unwrap_or(u16::MAX))?,
            fast_recovery: check.fast_recovery,
        },
        CheckerKind::Tcp(_)
        | CheckerKind::Misc(_)
        | CheckerKind::Smtp(_)
        | CheckerKind::Dns(_)
        | CheckerKind::Udp(_)
        | CheckerKind::Ping(_)
        | CheckerKind::Bfd(_)
        | CheckerKind::File(_)
        | _ => Sequence::Single,
    };
    let policy = Policy::keepalived(common.delay_loop, common.retry, common.delay_before_retry);
    Some(Check {
        config: Config::keepalived(policy, common.alpha, sequence),
        warmup: common.warmup,
        probes,
        log_all_failures: common.log_all_failures,
        from_start: matches!(block.kind, CheckerKind::Misc(_)),
        block: Checker { span: Span::default(), ..block.clone() },
    })
}

/// `None`, thus no check, if its user is unknown, as with keepalived.
fn script(check: &MiscCheck, default_user: Option<&model::ScriptUser>) -> Option<ScriptProbe> {
    let user = user_of(&check.command, default_user)
        .map(|user| ScriptUser::find(&user.user, user.group.as_deref()).map_err(|error| (user.user, error)));
    let user = user
        .transpose()
        .map_err(|(user, error)| tracing::error!("MISC_CHECK as user {user}: check without effect: {error}"))
        .ok()?;
    Some(ScriptProbe {
        user,
        dynamic: check.dynamic,
        without: vec![HEAPS.into()],
        ..ScriptProbe::new(ScriptCommand::keepalived(&check.command.args)?, check.timeout)
    })
}

fn connect_to(written: &model::ConnectTo) -> ConnectTo {
    ConnectTo {
        source: written.bind_address,
        source_port: written.bind_port,
        interface: written.bind_interface.clone(),
        mark: written.fwmark,
        timeout: written.timeout,
        // As keepalived, which has no deadline besides.
        patience: Some(written.timeout),
        ..ConnectTo::new(written.address)
    }
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
    // keepalived grants the time-out anew for each of these phases.
    let deadline = connect.timeout.saturating_mul(3);
    let expect =
        HttpExpect { status: url.status_codes.0.clone(), digest: url.digest, ..HttpExpect::default() };
    Some(Box::new(HttpProbe { connect, request, expect, deadline }))
}
