//! `HTTP_GET` and `SSL_GET`.

use super::common;
use crate::keywords::build::{at_least, block, flag, keywords, optional, required, switch, wanted, within};
use crate::keywords::{Block, Keyword, Takes};

/// What both have.
const PAGES: &[Keyword] = &[
    switch("enable_sni", "Names the virtualhost in the TLS handshake.").or("off").since(1, 4, 3),
    switch("fast_recovery", "Fetches all pages at once when the server may be up again.")
        .or("off")
        .since(2, 0, 17),
    wanted(
        "http_protocol",
        Takes::OneOf(&["1.0", "1.0C", "1.0c", "1.1"]),
        "Version of HTTP; 1.0C closes no connection.",
    )
    .or("1.0")
    .since(2, 0, 17),
    required("nb_get_retry", at_least(0), "Former name of retry.")
        .instead("retry")
        .deprecated("write 'retry'"),
    required("sni_name", Takes::Text("NAME"), "Name for the TLS handshake.").since(2, 4, 4),
    wanted("virtualhost", Takes::Text("NAME"), "Host that is asked for.")
        .or("that of the real server")
        .since(1, 3, 6),
];

/// What `url` has in both.
const PAGE: &[Keyword] = &[
    required("digest", Takes::Text("MD5"), "MD5 sum that the page must have, 32 hexadecimal digits."),
    required("path", Takes::Text("PATH"), "Path of the page; it must be given."),
    optional("regex", Takes::Text("PATTERN"), "What the page must contain (PCRE2).").since(2, 0, 7),
    optional("regex_max_offset", at_least(0), "Where the match must begin at the latest, in octets.")
        .since(2, 0, 7),
    optional("regex_min_offset", at_least(0), "Where the match may begin at the earliest, in octets.")
        .or("0")
        .since(2, 0, 7),
    flag("regex_no_match", "The page must not contain it.").since(2, 0, 7),
    optional("regex_options", Takes::Special("OPTION…"), "Options of PCRE2, such as caseless.")
        .since(2, 0, 7),
    optional("regex_stack", Takes::Special("START MAX"), "Stack for matching, in octets.").since(2, 0, 7),
    optional("status_code", Takes::Special("NUMBER[-NUMBER]…"), "Answers that are good.").or("200-299"),
    wanted("virtualhost", Takes::Text("NAME"), "Host that is asked for.")
        .or("that of the check")
        .since(1, 3, 6),
];

/// `HTTP_GET`.
pub(in crate::keywords) static HTTP_GET: Block = within(
    "virtual_server/real_server/HTTP_GET",
    "HTTP_GET",
    keywords!(
        common::CONNECT,
        common::PACE,
        PAGES,
        &[block("url", Takes::Nothing, &URL, "A page."), common::DELAY_BEFORE_RETRY.or("3"),]
    ),
);

/// `url`.
pub(in crate::keywords) static URL: Block =
    within("virtual_server/real_server/HTTP_GET/url", "url", keywords!(PAGE));

/// `SSL_GET`.
pub(in crate::keywords) static SSL_GET: Block = within(
    "virtual_server/real_server/SSL_GET",
    "SSL_GET",
    keywords!(
        common::CONNECT,
        common::PACE,
        PAGES,
        &[
            switch("tls_compliant", "A connection that ends without the TLS closing message is a failure.")
                .or("off")
                .since(2, 2, 8),
            block("url", Takes::Nothing, &SSL_URL, "A page."),
            common::DELAY_BEFORE_RETRY.or("3"),
        ]
    ),
);

/// `url`.
pub(in crate::keywords) static SSL_URL: Block = within(
    "virtual_server/real_server/SSL_GET/url",
    "url",
    keywords!(
        PAGE,
        &[switch("tls_compliant", "A connection that ends without the TLS closing message is a failure.")
            .or("that of the check")
            .since(2, 2, 8),]
    ),
);
