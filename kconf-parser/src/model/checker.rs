//! Health checks of a real server.

mod dns;
mod http;
mod udp;

use core::net::{IpAddr, SocketAddr};
use core::time::Duration;

pub use dns::{DnsCheck, DnsType};
pub use http::{HttpCheck, HttpProtocol, HttpRegex, HttpUrl, RegexOption, RegexStack, StatusCodes};
pub use udp::{PatternOctet, UdpCheck, UdpReply};

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
    /// `log_all_failures`, or `checker_log_all_failures` for all checks.
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

/// The kinds of check. Those that are larger than the most frequent one are apart.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum CheckerKind {
    /// `TCP_CHECK`: a connection can be made.
    Tcp(ConnectTo),
    /// `HTTP_GET` and `SSL_GET`.
    Http(Box<HttpCheck>),
    /// `SMTP_CHECK`.
    Smtp(Box<SmtpCheck>),
    /// `MISC_CHECK`.
    Misc(MiscCheck),
    /// `DNS_CHECK`.
    Dns(Box<DnsCheck>),
    /// `UDP_CHECK`.
    Udp(Box<UdpCheck>),
    /// `PING_CHECK`: an ICMP echo is answered. Ports mean nothing.
    Ping(ConnectTo),
    /// `BFD_CHECK`. Of the settings that all checks have, only `alpha` counts.
    Bfd(BfdCheck),
    /// `FILE_CHECK`. None of the settings that all checks have counts.
    File(FileCheck),
}

/// `SMTP_CHECK`. Each `host` block gives a check of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct SmtpCheck {
    /// Where to connect; the default port is the real server's.
    pub connect: ConnectTo,
    /// `helo_name`, default `smtpchecker.keepalived.org`.
    pub helo_name: String,
}

describe!(SmtpCheck { connect, helo_name });

/// `MISC_CHECK`.
#[derive(Clone, Debug, PartialEq)]
pub struct MiscCheck {
    /// `misc_path` with `user`.
    pub command: ScriptCommand,
    /// `misc_timeout`, whole seconds, else the virtual server's `delay_loop`: the script is stopped after this and counts
    /// as failed.
    pub timeout: Duration,
    /// `misc_dynamic`: exit status 2..=255 is success and sets the weight to status − 2.
    pub dynamic: bool,
}

describe!(MiscCheck { command, timeout, dynamic });

/// `BFD_CHECK`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BfdCheck {
    /// `name`: a `bfd_instance` that tells the checkers, at most 31 octets.
    pub name: String,
}

describe!(BfdCheck { name });

/// `FILE_CHECK`: a number in a file weighs on the real server.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FileCheck {
    /// `track_file`: the name of a `track_file` block.
    pub track_file: String,
    /// `weight`, −(2³¹−1)..=2³¹−1, else that of the `track_file` block. The number in the file times this is added to the
    /// server's weight; with 0, any number but 0 takes the server down.
    pub weight: i32,
    /// `weight N reverse`: the sign is turned round; with weight 0, the number 0 takes the server down.
    pub reverse: bool,
}

describe!(FileCheck { track_file, weight, reverse });

impl Describe for CheckerKind {
    fn describe(&self) -> Value {
        let (keyword, settings) = match self {
            Self::Tcp(connect) => ("TCP_CHECK", connect.describe()),
            Self::Http(check) if check.tls => ("SSL_GET", check.describe()),
            Self::Http(check) => ("HTTP_GET", check.describe()),
            Self::Smtp(check) => ("SMTP_CHECK", check.describe()),
            Self::Misc(check) => ("MISC_CHECK", check.describe()),
            Self::Dns(check) => ("DNS_CHECK", check.describe()),
            Self::Udp(check) => ("UDP_CHECK", check.describe()),
            Self::Ping(connect) => ("PING_CHECK", connect.describe()),
            Self::Bfd(check) => ("BFD_CHECK", check.describe()),
            Self::File(check) => ("FILE_CHECK", check.describe()),
        };
        Value::Map(vec![(keyword, settings)])
    }
}
