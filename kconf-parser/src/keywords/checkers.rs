//! Keywords of the checkers.

use super::{Block, block, flag, optional, required, wanted};

/// `TCP_CHECK`.
pub(super) static TCP_CHECK: Block = Block {
    name: "TCP_CHECK",
    keywords: &[
        optional("alpha"),
        required("bind_if"),
        required("bind_port"),
        required("bindto"),
        required("connect_ip"),
        required("connect_port"),
        required("connect_timeout"),
        required("delay_before_retry"),
        required("delay_loop"),
        required("fwmark"),
        optional("log_all_failures"),
        required("retry"),
        required("warmup"),
    ],
};

/// `HTTP_GET`.
pub(super) static HTTP_GET: Block = Block {
    name: "HTTP_GET",
    keywords: &[
        optional("alpha"),
        required("bind_if"),
        required("bind_port"),
        required("bindto"),
        required("connect_ip"),
        required("connect_port"),
        required("connect_timeout"),
        required("delay_before_retry"),
        required("delay_loop"),
        optional("enable_sni"),
        optional("fast_recovery"),
        required("fwmark"),
        wanted("http_protocol"),
        optional("log_all_failures"),
        required("nb_get_retry").deprecated("write 'retry'"),
        required("retry"),
        block("url", &URL),
        wanted("virtualhost"),
        required("warmup"),
    ],
};

/// `SSL_GET`.
pub(super) static SSL_GET: Block = Block {
    name: "SSL_GET",
    keywords: &[
        optional("alpha"),
        required("bind_if"),
        required("bind_port"),
        required("bindto"),
        required("connect_ip"),
        required("connect_port"),
        required("connect_timeout"),
        required("delay_before_retry"),
        required("delay_loop"),
        optional("enable_sni"),
        optional("fast_recovery"),
        required("fwmark"),
        wanted("http_protocol"),
        optional("log_all_failures"),
        required("nb_get_retry").deprecated("write 'retry'"),
        required("retry"),
        required("sni_name").newer(),
        optional("tls_compliant").newer(),
        block("url", &URL),
        wanted("virtualhost"),
        required("warmup"),
    ],
};

/// `SMTP_CHECK`.
pub(super) static SMTP_CHECK: Block = Block {
    name: "SMTP_CHECK",
    keywords: &[
        optional("alpha"),
        required("bind_if"),
        required("bind_port"),
        required("bindto"),
        required("connect_ip"),
        required("connect_port"),
        required("connect_timeout"),
        required("delay_before_retry"),
        required("delay_loop"),
        required("fwmark"),
        wanted("helo_name"),
        block("host", &SMTP_HOST),
        optional("log_all_failures"),
        required("retry"),
        required("warmup"),
    ],
};

/// `DNS_CHECK`.
pub(super) static DNS_CHECK: Block = Block {
    name: "DNS_CHECK",
    keywords: &[
        optional("alpha"),
        required("bind_if"),
        required("bind_port"),
        required("bindto"),
        required("connect_ip"),
        required("connect_port"),
        required("connect_timeout"),
        required("delay_before_retry"),
        required("delay_loop"),
        required("fwmark"),
        optional("log_all_failures"),
        required("name"),
        required("retry"),
        required("type"),
        required("warmup"),
    ],
};

/// `MISC_CHECK`.
pub(super) static MISC_CHECK: Block = Block {
    name: "MISC_CHECK",
    keywords: &[
        optional("alpha"),
        required("delay_before_retry"),
        required("delay_loop"),
        optional("log_all_failures"),
        flag("misc_dynamic"),
        wanted("misc_path"),
        required("misc_timeout"),
        required("retry"),
        wanted("user"),
        required("warmup"),
    ],
};

/// `UDP_CHECK`.
pub(super) static UDP_CHECK: Block = Block {
    name: "UDP_CHECK",
    keywords: &[
        optional("alpha"),
        required("bind_if"),
        required("bind_port"),
        required("bindto"),
        required("connect_ip"),
        required("connect_port"),
        required("connect_timeout"),
        required("delay_before_retry"),
        required("delay_loop"),
        required("fwmark"),
        optional("log_all_failures"),
        required("max_reply_length"),
        required("min_reply_length"),
        wanted("payload"),
        optional("require_reply"),
        required("retry"),
        required("warmup"),
    ],
};

/// `PING_CHECK`.
pub(super) static PING_CHECK: Block = Block {
    name: "PING_CHECK",
    keywords: &[
        optional("alpha"),
        required("bind_if"),
        required("bind_port"),
        required("bindto"),
        required("connect_ip"),
        required("connect_port"),
        required("connect_timeout"),
        required("delay_before_retry"),
        required("delay_loop"),
        required("fwmark"),
        optional("log_all_failures"),
        required("retry"),
        required("warmup"),
    ],
};

/// `BFD_CHECK`.
pub(super) static BFD_CHECK: Block =
    Block { name: "BFD_CHECK", keywords: &[optional("alpha"), wanted("name")] };

/// `FILE_CHECK`.
pub(super) static FILE_CHECK: Block =
    Block { name: "FILE_CHECK", keywords: &[wanted("track_file"), wanted("weight")] };

/// `url`.
pub(super) static URL: Block = Block {
    name: "url",
    keywords: &[
        required("digest"),
        required("path"),
        wanted("regex"),
        wanted("regex_max_offset"),
        wanted("regex_min_offset"),
        flag("regex_no_match"),
        wanted("regex_options"),
        wanted("regex_stack"),
        wanted("status_code"),
        optional("tls_compliant").newer(),
        wanted("virtualhost"),
    ],
};

/// `host`.
pub(super) static SMTP_HOST: Block = Block {
    name: "host",
    keywords: &[
        optional("alpha"),
        required("bind_if"),
        required("bind_port"),
        required("bindto"),
        required("connect_ip"),
        required("connect_port"),
        required("connect_timeout"),
        required("delay_before_retry"),
        required("delay_loop"),
        required("fwmark"),
        optional("log_all_failures"),
        required("retry"),
        required("warmup"),
    ],
};
