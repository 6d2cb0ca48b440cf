//! Health checks of a real server.

use core::net::{IpAddr, SocketAddr};
use core::time::Duration;

use super::ScriptCommand;
use crate::Span;
use crate::describe::{Describe, Value, describe};

/// One check. Times inherited from the real server and the virtual server are already filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct Checker {
    /// The line that opens the block.
    pub span: Span,
    /// When to probe and what to believe.
    pub common: CheckerCommon,
    /// What to probe.
    pub kind: CheckerKind,
}

describe!(Checker { common, kind; span });

/// What all checks have in common.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckerCommon {
    /// `delay_loop`: time between two probes.
    pub delay_loop: Duration,
    /// `retry`: further failures before the check counts as failed.
    pub retry: u32,
    /// `delay_before_retry`: time between a failure and the next probe.
    pub delay_before_retry: Duration,
    /// `warmup`: the first probe comes at a random time within this.
    pub warmup: Duration,
    /// `alpha`: the check starts as failed.
    pub alpha: bool,
    /// `log_all_failures`.
    pub log_all_failures: bool,
}

describe!(CheckerCommon { delay_loop, retry, delay_before_retry, warmup, alpha, log_all_failures });

/// How a check reaches the server.
#[derive(Clone, Debug, PartialEq)]
pub struct ConnectTo {
    /// `connect_ip` and `connect_port`, else the real server's.
    pub address: SocketAddr,
    /// `bindto`.
    pub bind_address: Option<IpAddr>,
    /// `bind_port`; 0 is any.
    pub bind_port: u16,
    /// `bind_if`.
    pub bind_interface: Option<String>,
    /// `fwmark` of the probe's packets; 0 is none.
    pub fwmark: u32,
    /// `connect_timeout`, default 5 s.
    pub timeout: Duration,
}

describe!(ConnectTo { address, bind_address, bind_port, bind_interface, fwmark, timeout });

/// The kinds of check.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum CheckerKind {
    /// `TCP_CHECK`: a connection can be made.
    Tcp(ConnectTo),
    /// `HTTP_GET` and `SSL_GET`.
    Http(HttpCheck),
    /// `SMTP_CHECK`.
    Smtp(SmtpCheck),
    /// `MISC_CHECK`.
    Misc(MiscCheck),
}

/// `HTTP_GET` and `SSL_GET`.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpCheck {
    /// True for `SSL_GET`.
    pub tls: bool,
    /// Where to connect.
    pub connect: ConnectTo,
    /// `http_protocol`.
    pub protocol: HttpProtocol,
    /// `virtualhost`, else the real server's or virtual server's.
    pub virtualhost: Option<String>,
    /// `enable_sni` (`SSL_GET`).
    pub enable_sni: bool,
    /// `sni_name`, else the URL's or check's `virtualhost`.
    pub sni_name: Option<String>,
    /// `fast_recovery`.
    pub fast_recovery: bool,
    /// `url` blocks with a path; never empty.
    pub urls: Vec<HttpUrl>,
}

describe!(HttpCheck { tls, connect, protocol, virtualhost, enable_sni, sni_name, fast_recovery, urls });

/// `http_protocol`.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum HttpProtocol {
    /// `1.0`: HTTP/1.0.
    #[default]
    Http10,
    /// `1.0C`: HTTP/1.0 with `Connection: close`.
    Http10Close,
    /// `1.1`: HTTP/1.1 with `Connection: close`.
    Http11,
}

/// A `url` block.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpUrl {
    /// `path`.
    pub path: String,
    /// `digest`: MD5 of the body.
    pub digest: Option<[u8; 16]>,
    /// `status_code`; 200..=299 where nothing at all is written to judge the reply by.
    pub status_codes: StatusCodes,
    /// `virtualhost` of this URL.
    pub virtualhost: Option<String>,
    /// `regex`: the body must match.
    pub regex: Option<String>,
    /// `regex_no_match`: the body must not match [`regex`](Self::regex).
    pub regex_no_match: bool,
}

describe!(HttpUrl { path, digest, status_codes, virtualhost, regex, regex_no_match });

/// Inclusive ranges of accepted HTTP status codes, 100..=999.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct StatusCodes(pub Vec<(u16, u16)>);

impl StatusCodes {
    /// Whether `code` is in one of the ranges.
    pub fn contains(&self, code: u16) -> bool {
        self.0.iter().any(|(low, high)| (*low..=*high).contains(&code))
    }
}

/// `SMTP_CHECK`.
#[derive(Clone, Debug, PartialEq)]
pub struct SmtpCheck {
    /// Where to connect; the default port is the real server's.
    pub connect: ConnectTo,
    /// `helo_name`, else the host name.
    pub helo_name: Option<String>,
}

describe!(SmtpCheck { connect, helo_name });

/// `MISC_CHECK`.
#[derive(Clone, Debug, PartialEq)]
pub struct MiscCheck {
    /// `misc_path` with `user`.
    pub command: ScriptCommand,
    /// `misc_timeout`, else `delay_loop`: the script is stopped after this and counts as failed.
    pub timeout: Duration,
    /// `misc_dynamic`: exit status 2..=255 is success and sets the weight to status − 2.
    pub dynamic: bool,
}

describe!(MiscCheck { command, timeout, dynamic });

describe!(HttpProtocol = Http10 "1.0", Http10Close "1.0C", Http11 "1.1");

impl Describe for CheckerKind {
    fn describe(&self) -> Value {
        let (keyword, settings) = match self {
            Self::Tcp(connect) => ("TCP_CHECK", connect.describe()),
            Self::Http(check) if check.tls => ("SSL_GET", check.describe()),
            Self::Http(check) => ("HTTP_GET", check.describe()),
            Self::Smtp(check) => ("SMTP_CHECK", check.describe()),
            Self::Misc(check) => ("MISC_CHECK", check.describe()),
        };
        Value::Map(vec![(keyword, settings)])
    }
}

impl Describe for StatusCodes {
    fn describe(&self) -> Value {
        let range = |(low, high): &(u16, u16)| {
            Value::Text(if low == high { low.to_string() } else { format!("{low}-{high}") })
        };
        Value::List(self.0.iter().map(range).collect())
    }
}
