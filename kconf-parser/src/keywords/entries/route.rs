//! Routes, with the words of ip route.

use super::address::STATIC;
use crate::keywords::build::{MAX, at_least, counted, flag, keywords, number, required};
use crate::keywords::{Entry, Keyword, Takes, Unit};

pub(super) const ROUTE_WORDS: &[Keyword] = &[
    flag("add", "Adds the route; an equal one stays and this one fails.").since(2, 2, 5),
    required("advmss", Takes::Special("[lock] NUMBER"), "Segment size told to the other side.")
        .since(1, 2, 24),
    flag("append", "Adds the route after others like it.").since(2, 2, 5),
    required("as", Takes::Text("ADDRESS"), "Another way in (as to ADDRESS).").since(1, 2, 24),
    required("congctl", Takes::Special("[lock] NAME"), "Congestion control.").since(1, 2, 24),
    required("cwnd", Takes::Special("[lock] NUMBER"), "Largest congestion window.").since(1, 2, 24),
    required("dev", Takes::Interface, "Interface.").since(1, 0, 1),
    required("dsfield", Takes::Text("TOS"), "The same as tos.").since(1, 2, 24).instead("tos"),
    required("encap", Takes::Special("mpls|ip|ip6|ila …"), "Lightweight tunnel that packets go into.")
        .since(1, 2, 24),
    required("expires", counted(0, MAX, Unit::Seconds), "The kernel removes the route after this time.")
        .since(1, 2, 24),
    required("fastopen_no_cookie", number(0, 1), "TCP Fast Open without a cookie.").since(1, 4, 3),
    required("features", Takes::Special("ecn"), "TCP features.").since(1, 2, 24),
    required("from", Takes::Special("ADDRESS[/PREFIX]"), "For packets from there only (IPv6).")
        .since(1, 2, 24),
    required("gw", Takes::Special("[inet|inet6] ADDRESS"), "The same as via.")
        .since(1, 0, 1)
        .instead("via")
        .deprecated("write 'via'"),
    required("hoplimit", number(0, 255), "Hop limit or TTL of packets.").since(1, 2, 24),
    flag("inet", "The destination is IPv4.").since(1, 2, 24),
    flag("inet6", "The destination is IPv6.").since(1, 2, 24),
    required("initcwnd", at_least(0), "Congestion window at the beginning.").since(1, 2, 24),
    required("initrwnd", at_least(0), "Receive window at the beginning.").since(1, 2, 24),
    required("metric", at_least(0), "The lowest route wins.").since(1, 1, 15),
    required("mtu", Takes::Special("[lock] OCTETS"), "Largest packet.").since(1, 2, 24),
    required(
        "nexthop",
        Takes::Special("via ADDRESS [dev INTERFACE] [weight NUMBER] [onlink]…"),
        "One of several gateways; more follow.",
    )
    .since(1, 2, 24),
    flag("no_track", "The instance does not care when somebody removes it.").since(2, 0, 3),
    required("oif", Takes::Interface, "The same as dev.").since(1, 0, 1).instead("dev"),
    flag("onlink", "The gateway is on the link though no route says so.").since(1, 2, 24),
    required("or", Takes::Text("ADDRESS"), "A second gateway, with the same weight.")
        .since(1, 1, 16)
        .instead("nexthop")
        .deprecated("write 'nexthop' for each gateway"),
    required("pref", Takes::OneOf(&["low", "medium", "high"]), "Preference (RFC 4191).").since(1, 2, 24),
    required("preference", at_least(0), "The same as metric.").since(1, 2, 24).instead("metric"),
    flag("prepend", "Adds the route before others like it, which is the default.").since(2, 2, 5),
    required("priority", at_least(0), "The same as metric.").since(1, 2, 24).instead("metric"),
    required("protocol", Takes::Text("PROTOCOL"), "Who added the route.").or("keepalived").since(1, 2, 24),
    required("quickack", number(0, 1), "Acknowledges at once.").since(1, 2, 24),
    required("realms", Takes::Special("[FROM/]TO"), "Realms.").since(1, 2, 24),
    required("reordering", Takes::Special("[lock] NUMBER"), "Reordering that is no loss.").since(1, 2, 24),
    required("rto_min", Takes::Special("[lock] TIME"), "Shortest time before TCP sends again.")
        .since(1, 2, 24),
    required("rtt", Takes::Special("[lock] TIME"), "Round-trip time to begin with.").since(1, 2, 24),
    required("rttvar", Takes::Special("[lock] TIME"), "Its variance to begin with.").since(1, 2, 24),
    required("scope", Takes::Text("SCOPE"), "site, link, host, nowhere, global or a number.").since(1, 0, 3),
    required("src", Takes::Address, "Address that packets are sent from.").since(1, 0, 2),
    required("ssthresh", Takes::Special("[lock] NUMBER"), "Slow start threshold.").since(1, 2, 24),
    required("table", Takes::Text("TABLE"), "Routing table, by name or number.").or("main").since(1, 0, 2),
    required("to", Takes::Special("ADDRESS[/PREFIX]"), "Destination.").since(1, 0, 1),
    required("tos", Takes::Text("TOS"), "Type of service.").since(1, 2, 24),
    required("ttl-propagate", Takes::OneOf(&["enabled", "disabled"]), "Whether MPLS copies the TTL.")
        .since(2, 0, 8),
    required("via", Takes::Special("[inet|inet6] ADDRESS"), "Gateway.").since(1, 0, 1),
    required("vrf", Takes::Interface, "VRF whose table is used.").since(2, 2, 5),
    required("window", at_least(0), "Largest window told to the other side.").since(1, 2, 24),
];

/// A line of `route`.
pub(in crate::keywords) static ROUTE: Entry =
    Entry { lead: Takes::Special("[TYPE] [to] DESTINATION"), words: keywords!(ROUTE_WORDS) };

/// A line of `static_route`.
pub(in crate::keywords) static STATIC_ROUTE: Entry =
    Entry { lead: Takes::Special("[TYPE] [to] DESTINATION"), words: keywords!(ROUTE_WORDS, STATIC) };
