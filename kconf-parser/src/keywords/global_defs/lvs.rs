//! `global_defs`: IPVS and the firewall.

use crate::keywords::build::{at_least, flag, number, optional, required, wanted};
use crate::keywords::entries::{SYNC_DAEMON, TIMEOUTS};
use crate::keywords::{Keyword, Takes};

/// Keywords of `global_defs`.
pub(super) const KEYWORDS: &[Keyword] = &[
    flag("lvs_flush", "Empties the IPVS table at the start.").since(1, 2, 23),
    optional(
        "lvs_flush_on_stop",
        Takes::OneOf(&["VS"]),
        "Empties the IPVS table at the end; with VS only our own virtual servers.",
    )
    .or("off")
    .since(2, 2, 0),
    optional("lvs_flush_onstop", Takes::OneOf(&["VS"]), "Former spelling of lvs_flush_on_stop.")
        .since(2, 0, 15)
        .instead("lvs_flush_on_stop"),
    wanted(
        "lvs_sync_daemon",
        Takes::Entry(&SYNC_DAEMON),
        "Synchronizes IPVS connections with another machine over this interface.",
    )
    .since(1, 2, 20),
    wanted(
        "lvs_timeouts",
        Takes::Entry(&TIMEOUTS),
        "Time-outs of connections in the kernel; what is not named stays.",
    )
    .since(1, 2, 24),
    optional("nftables", Takes::Text("TABLE"), "Filters with nftables, in this table.")
        .or("keepalived")
        .since(2, 0, 11),
    flag("nftables_counters", "Counts packets in the rules.").since(2, 0, 11),
    flag("nftables_ifindex", "Tells interfaces by index rather than by name.").since(2, 0, 11),
    optional(
        "nftables_ipvs",
        Takes::Text("TABLE"),
        "Marks packets for groups of virtual servers with nftables, in this table.",
    )
    .or("keepalived_ipvs")
    .since(2, 2, 2),
    required(
        "nftables_ipvs_priority",
        number(i32::MIN as i64, i32::MAX as i64),
        "Priority of the chains for groups.",
    )
    .since(2, 2, 2),
    required("nftables_ipvs_start_fwmark", at_least(1), "First firewall mark that is used for groups.")
        .or("1000")
        .since(2, 2, 2),
    required("nftables_priority", number(i32::MIN as i64, i32::MAX as i64), "Priority of the chains.")
        .or("-1")
        .since(2, 0, 11),
    optional(
        "vrrp_ipsets",
        Takes::Special("NAME [NAME]…"),
        "Names of the address sets that iptables rules use; without one, none is used.",
    )
    .or("keepalived")
    .since(1, 2, 20),
    optional("vrrp_iptables", Takes::Special("[INPUT [OUTPUT]]"), "Filters with iptables, in these chains.")
        .or("INPUT OUTPUT")
        .since(1, 2, 20),
];
