//! Routing rules, with the words of ip rule.

use super::address::STATIC;
use crate::keywords::build::{at_least, flag, keywords, required};
use crate::keywords::{Entry, Keyword, Takes};

pub(super) const RULE_WORDS: &[Keyword] = &[
    required("dev", Takes::Interface, "The same as iif.").since(1, 2, 24).instead("iif"),
    required("dport", Takes::Special("PORT[-PORT]"), "Destination ports.").since(2, 0, 1),
    required("dsfield", Takes::Text("TOS"), "The same as tos.").since(1, 2, 24).instead("tos"),
    required("from", Takes::Special("ADDRESS[/PREFIX]"), "Packets from there.").since(1, 2, 20),
    required("fwmark", Takes::Special("MARK[/MASK]"), "Packets with that firewall mark.").since(1, 2, 24),
    required("goto", at_least(0), "Goes on with the rule of that preference.").since(1, 2, 24),
    required("iif", Takes::Interface, "Packets that came in there.").since(1, 2, 24),
    flag("inet", "The rule is for IPv4.").since(2, 0, 1),
    flag("inet6", "The rule is for IPv6.").since(2, 0, 1),
    required("ipproto", Takes::Text("PROTOCOL"), "Packets of that protocol.").since(2, 0, 1),
    flag("l3mdev", "Takes the table of the VRF.").since(1, 4, 3),
    required("lookup", Takes::Text("TABLE"), "The same as table.").since(1, 2, 24).instead("table"),
    flag("no_track", "The instance does not care when somebody removes it.").since(2, 0, 3),
    flag("nop", "Does nothing.").since(1, 2, 24),
    flag("not", "Packets that do not match.").since(1, 2, 24),
    required("oif", Takes::Interface, "Packets that go out there.").since(1, 2, 24),
    required("order", at_least(0), "The same as preference.").since(1, 2, 24).instead("preference"),
    required("preference", at_least(0), "Place among the rules; the lowest comes first.").since(1, 2, 24),
    required("priority", at_least(0), "The same as preference.").since(1, 2, 24).instead("preference"),
    required("protocol", Takes::Text("PROTOCOL"), "Who added the rule.").or("keepalived").since(2, 0, 1),
    required("realms", Takes::Special("[FROM/]TO"), "Realms.").since(1, 2, 24),
    required("sport", Takes::Special("PORT[-PORT]"), "Source ports.").since(2, 0, 1),
    required("sup_group", Takes::Text("GROUP"), "The same as suppress_ifgroup.")
        .since(1, 2, 24)
        .instead("suppress_ifgroup"),
    required("sup_pl", at_least(0), "The same as suppress_prefixlength.")
        .since(1, 2, 24)
        .instead("suppress_prefixlength"),
    required("suppress_ifgroup", Takes::Text("GROUP"), "Rejects routes over interfaces of that group.")
        .since(1, 2, 24),
    required(
        "suppress_prefixlength",
        at_least(0),
        "Rejects routes with that prefix length or a shorter one.",
    )
    .since(1, 2, 24),
    required("table", Takes::Text("TABLE"), "Routing table, by name or number.").since(1, 2, 20),
    required("to", Takes::Special("ADDRESS[/PREFIX]"), "Packets to there.").since(1, 2, 20),
    required("tos", Takes::Text("TOS"), "Packets with that type of service.").since(1, 2, 24),
    required("tunnel-id", at_least(0), "Packets from that tunnel.").since(1, 2, 24),
    required("type", Takes::Text("TYPE"), "Kind of rule, such as blackhole or goto.").since(1, 2, 24),
    required("uidrange", Takes::Special("UID-UID"), "Packets of processes of these users.").since(1, 3, 5),
];

/// A line of `rule`.
pub(in crate::keywords) static RULE: Entry =
    Entry { lead: Takes::Special("from ADDRESS or to ADDRESS"), words: keywords!(RULE_WORDS) };

/// A line of `static_rule`.
pub(in crate::keywords) static STATIC_RULE: Entry =
    Entry { lead: Takes::Special("from ADDRESS or to ADDRESS"), words: keywords!(RULE_WORDS, STATIC) };
