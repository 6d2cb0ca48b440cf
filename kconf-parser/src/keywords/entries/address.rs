//! Addresses.

use crate::keywords::build::{flag, keywords, required};
use crate::keywords::{Entry, Keyword, Takes};

pub(super) const ADDRESS_WORDS: &[Keyword] = &[
    flag("-nodad", "No duplicate address detection (IPv6).").since(1, 3, 6),
    flag("autojoin", "Joins the multicast group, which the address is.").since(1, 3, 6),
    required("brd", Takes::Special("ADDRESS or + or -"), "Broadcast address.").since(1, 1, 3),
    required("broadcast", Takes::Special("ADDRESS or + or -"), "Broadcast address; the same as brd.")
        .since(1, 1, 3)
        .instead("brd"),
    required("dev", Takes::Interface, "Interface that gets the address.")
        .or("the instance's interface")
        .since(1, 0, 1),
    flag("home", "Home address of Mobile IPv6.").since(1, 3, 6),
    required("label", Takes::Text("NAME"), "Label (IPv4), such as eth0:1.").since(1, 1, 14),
    flag("mngtmpaddr", "The kernel makes temporary addresses from this one (IPv6).").since(1, 3, 6),
    flag("no_track", "The instance does not care when somebody removes it.").since(2, 0, 3),
    flag("noprefixroute", "Adds no route for the network.").since(1, 3, 6),
    required("peer", Takes::Address, "Address at the other end of a point-to-point link.").since(2, 0, 0),
    required("preferred_lft", Takes::Special("SECONDS or forever"), "How long the address is preferred.")
        .or("0 for IPv6 with prefix 128, else forever")
        .since(2, 0, 20),
    required("scope", Takes::Text("SCOPE"), "site, link, host, nowhere, global or a number.").since(1, 0, 3),
];

/// A line of `address`.
pub(in crate::keywords) static ADDRESS: Entry =
    Entry { lead: Takes::Special("ADDRESS[/PREFIX]"), words: keywords!(ADDRESS_WORDS, VIRTUAL) };

/// A line of `static_address`.
pub(in crate::keywords) static STATIC_ADDRESS: Entry =
    Entry { lead: Takes::Special("ADDRESS[/PREFIX]"), words: keywords!(ADDRESS_WORDS, STATIC) };

const VIRTUAL: &[Keyword] =
    &[flag("use_vmac", "Puts the address on an interface with virtual MAC.").since(2, 2, 0)];

pub(super) const STATIC: &[Keyword] = &[required(
    "track_group",
    Takes::Reference("track_group"),
    "Instances that are in FAULT when it cannot be restored.",
)
.since(2, 0, 3)];
