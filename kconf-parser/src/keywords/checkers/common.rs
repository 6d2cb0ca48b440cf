//! What all checks have.

use crate::keywords::build::{at_least, number, required, switch, time_from};
use crate::keywords::{Keyword, Takes};

pub(super) const BIND_IF: Keyword =
    required("bind_if", Takes::Interface, "Interface that the connection leaves by.").since(1, 3, 7);
pub(super) const BIND_PORT: Keyword =
    required("bind_port", number(1, 65535), "Port that the connection comes from.").or("any").since(1, 2, 13);
pub(super) const BINDTO: Keyword =
    required("bindto", Takes::Address, "Address that the connection comes from.").or("any").since(1, 1, 2);
pub(super) const CONNECT_IP: Keyword = required("connect_ip", Takes::Address, "Address that is checked.")
    .or("that of the real server")
    .since(1, 2, 13);
pub(super) const CONNECT_PORT: Keyword =
    required("connect_port", number(1, 65535), "Port that is checked.").or("that of the real server");
pub(super) const CONNECT_TIMEOUT: Keyword =
    required("connect_timeout", time_from(1), "How long connecting may take.")
        .or("that of the real server, 5");
pub(super) const FWMARK: Keyword =
    required("fwmark", at_least(0), "Firewall mark of the packets.").or("0").since(1, 2, 13);

/// Where a check connects to, and from where.
pub(super) const CONNECT: &[Keyword] =
    &[BIND_IF, BIND_PORT, BINDTO, CONNECT_IP, CONNECT_PORT, CONNECT_TIMEOUT, FWMARK];

pub(super) const ALPHA: Keyword =
    switch("alpha", "The check begins as failed.").or("that of the real server").since(1, 3, 7);
pub(super) const DELAY_BEFORE_RETRY: Keyword =
    required("delay_before_retry", time_from(0), "Time before a failed check is tried again.").or("1");
pub(super) const DELAY_LOOP: Keyword = required("delay_loop", time_from(1), "Time between two probes.")
    .or("that of the real server, 60")
    .since(1, 3, 7);
pub(super) const LOG_ALL_FAILURES: Keyword =
    switch("log_all_failures", "Logs every failure, not only the last one.")
        .or("checker_log_all_failures")
        .since(2, 0, 11);
pub(super) const RETRY: Keyword =
    required("retry", at_least(0), "Failures in a row after the first before the check has failed.")
        .or("1")
        .since(1, 3, 7);
pub(super) const WARMUP: Keyword =
    required("warmup", time_from(0), "Longest time before the first probe; it is chosen at random.")
        .or("delay_loop")
        .since(1, 2, 13);

/// How often a check runs, and when it is believed.
pub(super) const PACE: &[Keyword] = &[ALPHA, DELAY_BEFORE_RETRY, DELAY_LOOP, LOG_ALL_FAILURES, RETRY, WARMUP];
