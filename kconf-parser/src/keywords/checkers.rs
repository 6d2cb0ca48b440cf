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
        optional("tls_compliant").newer().unsupported(),
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
        optional("alpha").unsupported(),
        required("bind_if").unsupported(),
        required("bind_port").unsupported(),
        required("bindto").unsupported(),
        required("connect_ip").unsupported(),
        required("connect_port").unsupported(),
        required("connect_timeout").unsupported(),
        required("delay_before_retry").unsupported(),
        required("delay_loop").unsupported(),
        required("fwmark").unsupported(),
        optional("log_all_failures").unsupported(),
        required("name").unsupported(),
        required("retry").unsupported(),
        required("type").unsupported(),
        required("warmup").unsupported(),
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
        optional("alpha").unsupported(),
        required("bind_if").unsupported(),
        required("bind_port").unsupported(),
        required("bindto").unsupported(),
        required("connect_ip").unsupported(),
        required("connect_port").unsupported(),
        required("connect_timeout").unsupported(),
        required("delay_before_retry").unsupported(),
        required("delay_loop").unsupported(),
        required("fwmark").unsupported(),
        optional("log_all_failures").unsupported(),
        required("max_reply_length").unsupported(),
        required("min_reply_length").unsupported(),
        wanted("payload").unsupported(),
        optional("require_reply").unsupported(),
        required("retry").unsupported(),
        required("warmup").unsupported(),
    ],
};

/// `PING_CHECK`.
pub(super) static PING_CHECK: Block = Block {
    name: "PING_CHECK",
    keywords: &[
        optional("alpha").unsupported(),
        required("bind_if").unsupported(),
        required("bind_port").unsupported(),
        required("bindto").unsupported(),
        required("connect_ip").unsupported(),
        required("connect_port").unsupported(),
        required("connect_timeout").unsupported(),
        required("delay_before_retry").unsupported(),
        required("delay_loop").unsupported(),
        required("fwmark").unsupported(),
        optional("log_all_failures").unsupported(),
        required("retry").unsupported(),
        required("warmup").unsupported(),
    ],
};

/// `BFD_CHECK`.
pub(super) static BFD_CHECK: Block =
    Block { name: "BFD_CHECK", keywords: &[optional("alpha").unsupported(), wanted("name").unsupported()] };

/// `FILE_CHECK`.
pub(super) static FILE_CHECK: Block = Block {
    name: "FILE_CHECK",
    keywords: &[wanted("track_file").unsupported(), wanted("weight").unsupported()],
};

/// `url`.
pub(super) static URL: Block = Block {
    name: "url",
    keywords: &[
        required("digest"),
        required("path"),
        wanted("regex"),
        wanted("regex_max_offset").unsupported(),
        wanted("regex_min_offset").unsupported(),
        flag("regex_no_match"),
        wanted("regex_options").unsupported(),
        wanted("regex_stack").unsupported(),
        wanted("status_code"),
        optional("tls_compliant").newer().unsupported(),
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
