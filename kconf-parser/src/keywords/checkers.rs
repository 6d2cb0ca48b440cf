//! Keywords of the checks.

use super::build::{MAX, block, counted, flag, keywords, number, optional, required, switch, wanted, within};
use super::{Block, Takes, Unit};

mod common;
mod http;

pub(super) use http::{HTTP_GET, SSL_GET, SSL_URL, URL};

/// `TCP_CHECK`.
pub(super) static TCP_CHECK: Block = within(
    "virtual_server/real_server/TCP_CHECK",
    "TCP_CHECK",
    keywords!(
        common::CONNECT,
        common::PACE,
        &[common::DELAY_BEFORE_RETRY.since(1, 2, 20), common::RETRY.since(1, 2, 20),]
    ),
);

/// `PING_CHECK`.
pub(super) static PING_CHECK: Block =
    within("virtual_server/real_server/PING_CHECK", "PING_CHECK", keywords!(common::CONNECT, common::PACE))
        .since(2, 1, 0);

/// `UDP_CHECK`.
pub(super) static UDP_CHECK: Block = within(
    "virtual_server/real_server/UDP_CHECK",
    "UDP_CHECK",
    keywords!(
        common::CONNECT,
        common::PACE,
        &[
            required("max_reply_length", number(0, 65535), "Longest reply that is good, in octets.")
                .or("255")
                .since(2, 2, 0),
            required("min_reply_length", number(0, 65535), "Shortest reply that is good, in octets.")
                .or("0")
                .since(2, 2, 0),
            wanted("payload", Takes::Text("HEX"), "What is sent, in hexadecimal digits.")
                .or("random")
                .since(2, 2, 0),
            optional(
                "require_reply",
                Takes::Text("HEX"),
                "A reply must come; with digits this one, x stands for any digit."
            )
            .since(2, 1, 0),
        ]
    ),
)
.since(2, 1, 0);

/// `DNS_CHECK`.
pub(super) static DNS_CHECK: Block = within(
    "virtual_server/real_server/DNS_CHECK",
    "DNS_CHECK",
    keywords!(
        common::CONNECT,
        common::PACE,
        &[
            required("name", Takes::Text("NAME"), "Name that is asked for.").or(".").since(1, 3, 0),
            required(
                "type",
                Takes::OneOf(&["A", "NS", "CNAME", "SOA", "MX", "TXT", "AAAA", "RRSIG", "DNSKEY"]),
                "Type of record that is asked for."
            )
            .or("SOA")
            .since(1, 3, 0),
            common::DELAY_BEFORE_RETRY.since(1, 3, 7).or("delay_loop"),
            common::RETRY.since(1, 3, 0).or("3"),
            common::WARMUP.since(1, 3, 7),
        ]
    ),
)
.since(1, 3, 0);

/// `SMTP_CHECK`.
pub(super) static SMTP_CHECK: Block = within(
    "virtual_server/real_server/SMTP_CHECK",
    "SMTP_CHECK",
    keywords!(
        common::CONNECT,
        common::PACE,
        &[
            wanted("helo_name", Takes::Text("NAME"), "Name by which the server is greeted.")
                .or("smtp_helo_name")
                .since(1, 1, 8),
            block("host", Takes::Nothing, &SMTP_HOST, "Former way to write several checks at once.")
                .since(1, 1, 8),
            common::BIND_PORT.since(1, 2, 17),
            common::BINDTO.since(1, 2, 17),
            common::CONNECT_IP.since(1, 2, 17),
            common::CONNECT_PORT.since(1, 2, 17),
            common::FWMARK.since(1, 2, 17),
            common::RETRY.since(1, 1, 8),
        ]
    ),
)
.since(1, 1, 8);

/// `host`.
pub(super) static SMTP_HOST: Block = within(
    "virtual_server/real_server/SMTP_CHECK/host",
    "host",
    keywords!(
        common::CONNECT,
        common::PACE,
        &[
            common::CONNECT_IP.since(1, 1, 8),
            common::CONNECT_TIMEOUT.since(1, 2, 13),
            common::DELAY_BEFORE_RETRY.since(1, 3, 7),
            common::WARMUP.since(1, 3, 7),
        ]
    ),
)
.since(1, 1, 8);

/// `MISC_CHECK`.
pub(super) static MISC_CHECK: Block = within(
    "virtual_server/real_server/MISC_CHECK",
    "MISC_CHECK",
    keywords!(
        common::PACE,
        &[
            flag(
                "misc_dynamic",
                "The exit code sets the weight: 0 as configured, 1 failure, n the weight n - 2."
            )
            .since(1, 1, 8),
            wanted("misc_path", Takes::Special("COMMAND"), "What is run; it must be given."),
            required(
                "misc_timeout",
                counted(0, MAX, Unit::Seconds),
                "How long it may run before it is killed."
            )
            .or("delay_loop")
            .since(1, 1, 0),
            wanted("user", Takes::Special("USER [GROUP]"), "Who runs it.").or("script_user").since(1, 3, 0),
            common::DELAY_BEFORE_RETRY.since(1, 3, 7),
            common::RETRY.or("0"),
        ]
    ),
);

/// `BFD_CHECK`.
pub(super) static BFD_CHECK: Block = within(
    "virtual_server/real_server/BFD_CHECK",
    "BFD_CHECK",
    keywords!(&[
        switch("alpha", "The check begins as failed.").or("that of the real server").since(2, 0, 0),
        wanted("name", Takes::Reference("bfd_instance"), "The session.").since(2, 0, 0),
    ]),
)
.since(2, 0, 0);

/// `FILE_CHECK`.
pub(super) static FILE_CHECK: Block = within(
    "virtual_server/real_server/FILE_CHECK",
    "FILE_CHECK",
    keywords!(&[
        required("track_file", Takes::Reference("track_file"), "The file.").since(2, 1, 0),
        wanted(
            "weight",
            Takes::Special("NUMBER [reverse|noreverse]"),
            "The file's number times this changes the server's weight."
        )
        .or("that of the track_file")
        .since(2, 1, 0),
    ]),
)
.since(2, 1, 0);
