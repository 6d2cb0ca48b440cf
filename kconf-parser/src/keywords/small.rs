//! The small blocks of the top level.

use super::build::{MAX, counted, flag, keywords, list, number, required, switch, time_from, wanted, within};
use super::entries::{GROUP, INTERFACES, WEIGHT};
use super::{Block, Takes, Unit};

/// `garp_group`.
pub(super) static GARP_GROUP: Block = within(
    "garp_group",
    "garp_group",
    keywords!(&[
        required("garp_interval", time_from(0), "Time between two gratuitous ARP messages.")
            .or("0")
            .since(1, 2, 21),
        required("gna_interval", time_from(0), "Time between two unsolicited neighbour advertisements.")
            .or("0")
            .since(1, 2, 21),
        required("interface", Takes::Interface, "The only interface of the group.").since(1, 2, 21),
        list("interfaces", &INTERFACES, "The interfaces that share the limit.").since(1, 2, 21),
    ]),
)
.since(1, 2, 21);

/// `track_group`.
pub(super) static TRACK_GROUP: Block = within(
    "track_group",
    "track_group",
    keywords!(&[list("group", &GROUP, "The instances.").since(2, 0, 3),]),
)
.since(2, 0, 3);

/// `SSL`.
pub(super) static SSL: Block = within(
    "SSL",
    "SSL",
    keywords!(&[
        wanted("ca", Takes::Text("PATH"), "Certificates of authorities."),
        wanted("certificate", Takes::Text("PATH"), "The client's certificate."),
        wanted("key", Takes::Text("PATH"), "The client's key."),
        wanted("password", Takes::Text("PASSWORD"), "What the key is protected with."),
    ]),
);

/// `bfd_instance`.
pub(super) static BFD_INSTANCE: Block = within(
    "bfd_instance",
    "bfd_instance",
    keywords!(&[
        flag("checker", "Only checks follow this session.").since(2, 0, 0),
        required("hoplimit", number(1, 255), "TTL or hop limit of packets sent.")
            .or("255")
            .since(2, 0, 0)
            .instead("ttl"),
        required(
            "idle_tx",
            counted(1000, MAX, Unit::Milliseconds),
            "Time between two packets while the session is down."
        )
        .or("1000")
        .since(2, 0, 0),
        required(
            "max_hops",
            number(-1, 255),
            "Routers that a received packet may have passed; -1 and 255 any number."
        )
        .or("0")
        .since(2, 0, 0),
        required(
            "min_rx",
            counted(1, MAX, Unit::Milliseconds),
            "Shortest time between two packets that can be received."
        )
        .or("10")
        .since(2, 0, 0),
        required(
            "min_tx",
            counted(1, MAX, Unit::Milliseconds),
            "Shortest time between two packets that are sent."
        )
        .or("10")
        .since(2, 0, 0),
        switch("multihop", "Uses the port for neighbours behind a router (RFC 5883).")
            .or("off")
            .since(2, 2, 8),
        required("multiplier", number(1, 255), "Packets that must be missed before the session is down.")
            .or("5")
            .since(2, 0, 0),
        required("neighbor_ip", Takes::Address, "Address of the neighbour; it must be given.").since(2, 0, 0),
        required("neighbour_ip", Takes::Address, "British spelling of neighbor_ip.")
            .since(2, 0, 0)
            .instead("neighbor_ip"),
        flag("passive", "Sends nothing before the neighbour does.").since(2, 0, 0),
        required("source_ip", Takes::Address, "Address that packets are sent from.").since(2, 0, 0),
        required("ttl", number(1, 255), "TTL or hop limit of packets sent.").or("255").since(2, 0, 0),
        flag("vrrp", "Only instances follow this session.").since(2, 0, 0),
        required(
            "weight",
            Takes::Entry(&WEIGHT),
            "Change of priority while the session is up, or if negative, down; 0: FAULT when down."
        )
        .or("0")
        .since(2, 0, 0),
    ]),
)
.since(2, 0, 0);
