//! `HTTP_GET` and `SSL_GET`.

use super::ConnectTo;
use crate::describe::{Describe, Value, describe};

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
    /// `tls_compliant` (`SSL_GET`): a server that ends a connection without TLS's own farewell has failed.
    pub tls_compliant: bool,
    /// `url` blocks with a path; never empty.
    pub urls: Vec<HttpUrl>,
}

describe!(HttpCheck {
    tls,
    connect,
    protocol,
    virtualhost,
    enable_sni,
    sni_name,
    fast_recovery,
    tls_compliant,
    urls
});

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

describe!(HttpProtocol = Http10 "1.0", Http10Close "1.0C", Http11 "1.1");

/// A `url` block. A reply must satisfy everything that is written here.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpUrl {
    /// `path`.
    pub path: String,
    /// `digest`: MD5 of the body.
    pub digest: Option<[u8; 16]>,
    /// `status_code`; 200..=299 where no code is written, whatever else the reply is judged by.
    pub status_codes: StatusCodes,
    /// `virtualhost` of this URL.
    pub virtualhost: Option<String>,
    /// `regex` and what belongs to it.
    pub regex: Option<HttpRegex>,
    /// `tls_compliant` of this URL (`SSL_GET`).
    pub tls_compliant: bool,
}

describe!(HttpUrl { path, digest, status_codes, virtualhost, regex, tls_compliant });

/// `regex`: what the body is searched for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HttpRegex {
    /// `regex`: a PCRE2 pattern, not looked at here.
    pub pattern: String,
    /// `regex_options`, each once, in the order of PCRE2's documentation.
    pub options: Vec<RegexOption>,
    /// `regex_no_match`: the body must not match.
    pub no_match: bool,
    /// `regex_min_offset`: octets of the body before which a match may not begin.
    pub min_offset: u64,
    /// `regex_max_offset`: the last octet at which a match may begin.
    pub max_offset: Option<u64>,
    /// `regex_stack`.
    pub stack: Option<RegexStack>,
}

describe!(HttpRegex { pattern, options, no_match, min_offset, max_offset, stack });

/// `regex_stack`: memory for PCRE2's just-in-time compiler. keepalived takes the largest of all.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct RegexStack {
    /// Octets to begin with.
    pub start: u64,
    /// Octets at most, never less than [`start`](Self::start).
    pub max: u64,
}

describe!(RegexStack { start, max });

macro_rules! regex_options {
    ($($variant:ident $word:literal),+ $(,)?) => {
        /// A word of `regex_options`: PCRE2's option of the same name.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[non_exhaustive]
        pub enum RegexOption {
            $(
                #[doc = concat!("`", $word, "`.")]
                $variant,
            )+
        }

        impl RegexOption {
            /// Every option.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// As it is written.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        describe!(RegexOption = $($variant $word),+);
    };
}
regex_options!(
    AllowEmptyClass "allow_empty_class",
    AltBsux "alt_bsux",
    AutoCallout "auto_callout",
    Caseless "caseless",
    DollarEndonly "dollar_endonly",
    Dotall "dotall",
    Dupnames "dupnames",
    Extended "extended",
    Firstline "firstline",
    MatchUnsetBackref "match_unset_backref",
    Multiline "multiline",
    NeverUcp "never_ucp",
    NeverUtf "never_utf",
    NoAutoCapture "no_auto_capture",
    NoAutoPossess "no_auto_possess",
    NoDotstarAnchor "no_dotstar_anchor",
    NoStartOptimize "no_start_optimize",
    Ucp "ucp",
    Ungreedy "ungreedy",
    Utf "utf",
    NeverBackslashC "never_backslash_c",
    AltCircumflex "alt_circumflex",
    AltVerbnames "alt_verbnames",
    UseOffsetLimit "use_offset_limit",
);

/// Inclusive ranges of accepted HTTP status codes, 100..=599.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct StatusCodes(pub Vec<(u16, u16)>);

impl StatusCodes {
    /// Whether `code` is in one of the ranges.
    pub fn contains(&self, code: u16) -> bool {
        self.0.iter().any(|(low, high)| (*low..=*high).contains(&code))
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
