//! Lines of blocks that are lists, and words behind a keyword.

use crate::keywords::build::{at_least, counted, flag, keywords, number, required};
use crate::keywords::{Entry, Keyword, Takes, Unit};

/// A line of `mail`.
pub(in crate::keywords) static MAIL: Entry = Entry { lead: Takes::Text("ADDRESS"), words: &[] };

/// A line of `group`.
pub(in crate::keywords) static GROUP: Entry = Entry { lead: Takes::Reference("vrrp_instance"), words: &[] };

/// A line of `interfaces`.
pub(in crate::keywords) static INTERFACES: Entry = Entry { lead: Takes::Interface, words: &[] };

/// A line of `linkbeat`.
pub(in crate::keywords) static LINKBEAT: Entry = Entry {
    lead: Takes::Interface,
    words: keywords!(&[
        flag("ETHTOOL", "Asks with ETHTOOL.").since(2, 0, 13),
        flag("IOCTL", "Asks with SIOCGIFFLAGS.").since(2, 0, 13),
        flag("MII", "Asks with MII.").since(2, 0, 13),
    ]),
};

/// A line of `delays`.
pub(in crate::keywords) static DELAYS: Entry =
    Entry { lead: Takes::Special("INTERFACE DOWN [UP]"), words: &[] };

/// A line of `weight`.
pub(in crate::keywords) static WEIGHT: Entry = Entry {
    lead: number(-253, 253),
    words: keywords!(&[flag("reverse", "Turns the sign around.").since(2, 0, 18),]),
};

/// A line of `wide_weight`.
pub(in crate::keywords) static WIDE_WEIGHT: Entry = Entry {
    lead: number(-254, 254),
    words: keywords!(&[flag("reverse", "Turns the sign around.").since(2, 0, 18),]),
};

/// What follows `vrrp_garp_extra_if`.
pub(in crate::keywords) static EXTRA_IF: Entry =
    Entry { lead: counted(1, 86_400, Unit::Seconds), words: EXTRA_IF_WORDS };

/// What follows `garp_extra_if`, where 0 turns the default off.
pub(in crate::keywords) static OWN_EXTRA_IF: Entry =
    Entry { lead: counted(0, 86_400, Unit::Seconds), words: EXTRA_IF_WORDS };

const EXTRA_IF_WORDS: &[Keyword] =
    &[flag("all", "On all other interfaces, not only those with virtual MAC; before the seconds.")
        .since(2, 2, 0)];

/// A line of `peer`.
pub(in crate::keywords) static PEER: Entry = Entry {
    lead: Takes::Address,
    words: keywords!(&[
        required("max_ttl", number(0, 255), "Drops adverts with a higher TTL.").or("255").since(2, 1, 0),
        required("min_ttl", number(0, 255), "Drops adverts with a lower TTL.").or("0").since(2, 1, 0),
    ]),
};

/// A line of `group_member`.
pub(in crate::keywords) static GROUP_MEMBER: Entry = Entry {
    lead: Takes::Special("ADDRESS[-ADDRESS|/PREFIX] [PORT]"),
    words: keywords!(&[
        required("fwmark", at_least(1), "Firewall mark instead of an address.").since(1, 0, 3),
        flag("inet", "The mark is for IPv4.").since(2, 1, 0),
        flag("inet6", "The mark is for IPv6.").since(2, 1, 0),
    ]),
};

/// A line of `sync_daemon`.
pub(in crate::keywords) static SYNC_DAEMON: Entry = Entry {
    lead: Takes::Interface,
    words: keywords!(&[
        required("group", Takes::Address, "Multicast group.").or("224.0.0.81").since(1, 2, 24),
        required("id", number(0, 255), "Number that tells pairs of daemons apart.")
            .or("the instance's router id, else 0")
            .since(1, 2, 24),
        required(
            "inst",
            Takes::Reference("vrrp_instance"),
            "Instance whose state decides between master and backup; without it both run."
        )
        .since(2, 1, 0),
        required("maxlen", number(1, 65507), "Longest packet, in octets.").since(1, 2, 24),
        required("port", number(1, 65535), "UDP port.").or("8848").since(1, 2, 24),
        required("ttl", number(1, 255), "TTL of packets.").or("1").since(1, 2, 24),
    ]),
};

/// A line of `timeouts`.
pub(in crate::keywords) static TIMEOUTS: Entry = Entry {
    lead: Takes::Nothing,
    words: keywords!(&[
        required("tcp", counted(0, 2_678_400, Unit::Seconds), "Idle TCP connections.").since(1, 2, 24),
        required("tcpfin", counted(0, 2_678_400, Unit::Seconds), "TCP connections after FIN.")
            .since(1, 2, 24),
        required("udp", counted(0, 2_678_400, Unit::Seconds), "UDP.").since(1, 2, 24),
    ]),
};

/// A line of `include_check`.
pub(in crate::keywords) static INCLUDE_CHECK: Entry = Entry {
    lead: Takes::Nothing,
    words: keywords!(&[
        flag("brace_match", "Each alternative in braces must match a file.").since(2, 2, 0),
        flag("match", "A name without wildcards must match a file.").since(2, 2, 0),
        flag("read", "What matches must be readable.").since(2, 2, 0),
        flag("wildcard_match", "A name with wildcards must match a file, too.").since(2, 2, 0),
    ]),
};
