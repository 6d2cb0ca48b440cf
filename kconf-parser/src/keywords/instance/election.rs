//! `vrrp_instance`: who is elected, and how the instances talk to each other.

use super::{AUTH_HMAC, AUTHENTICATION};
use crate::keywords::build::{
    MAX, block, counted, flag, list, number, optional, required, switch, time, wanted,
};
use crate::keywords::entries::PEER;
use crate::keywords::{Keyword, Takes, Unit};

/// Keywords of `vrrp_instance`.
pub(super) const KEYWORDS: &[Keyword] = &[
    required(
        "advert_int",
        time(10_000, 255_000_000),
        "Time between two adverts. VRRPv2 takes whole seconds, VRRPv3 hundredths up to 40.95.",
    )
    .or("1"),
    block(
        "auth_hmac",
        Takes::Nothing,
        &AUTH_HMAC,
        "Signs adverts with HMAC-SHA256; all routers need it, and the same time.",
    )
    .since(2, 4, 0),
    block("authentication", Takes::Nothing, &AUTHENTICATION, "Authentication of VRRPv2 (RFC 2338)."),
    flag("check_unicast_src", "Drops unicast adverts from anybody who is not a peer.").since(2, 1, 0),
    required("debug", number(0, 4), "Does nothing.").or("0"),
    required("down_timer_adverts", number(1, 100), "Adverts that must be missed before a backup takes over.")
        .or("vrrp_down_timer_adverts")
        .since(2, 2, 3),
    switch(
        "higher_prio_send_advert",
        "A master answers an advert of higher priority once before it becomes backup.",
    )
    .or("vrrp_higher_prio_send_advert")
    .since(1, 3, 5),
    required("interface", Takes::Interface, "Interface on which adverts are sent and received."),
    wanted("kernel_rx_buf_size", counted(0, MAX, Unit::Octets), "Size of the socket's receive buffer.")
        .since(2, 0, 3),
    switch("lower_prio_no_advert", "A master does not answer adverts of lower priority.")
        .or("vrrp_lower_prio_no_advert")
        .since(1, 2, 20),
    required("mcast_dst_ip", Takes::Address, "Multicast group that adverts are sent to.")
        .or("vrrp_mcast_group4 or vrrp_mcast_group6")
        .since(2, 2, 5),
    required("mcast_src_ip", Takes::Address, "Address that multicast adverts are sent from.")
        .or("first address of the interface"),
    flag("native_ipv6", "Does nothing any more; the addresses tell the family.").since(1, 2, 1),
    flag("nopreempt", "Does not take over from a router of lower priority. Needs state BACKUP.")
        .since(1, 1, 8),
    optional(
        "old_unicast_checksum",
        Takes::OneOf(&["never"]),
        "Checksum of unicast VRRPv3 as before 1.3.7; never stops taking it from others.",
    )
    .since(1, 3, 7),
    switch("owner_ignore_adverts", "An address owner (priority 255) ignores adverts.")
        .or("vrrp_owner_ignore_adverts")
        .since(2, 3, 3),
    flag("preempt", "The router of the highest priority takes over, which is the default."),
    required(
        "preempt_delay",
        time(0, 1_000_000_000),
        "How long a router waits before it takes over from one of lower priority.",
    )
    .or("0")
    .since(1, 1, 8),
    required("priority", number(1, 255), "The highest becomes master; 255 is the owner of the addresses.")
        .or("100, or 255 with state MASTER"),
    switch(
        "skip_check_adv_addr",
        "Does not compare the addresses in adverts of a master that has been heard before.",
    )
    .or("vrrp_skip_check_adv_addr")
    .since(1, 2, 20),
    required(
        "state",
        Takes::OneOf(&["MASTER", "BACKUP"]),
        "State to begin with; the election follows at once.",
    )
    .or("BACKUP, or MASTER with priority 255"),
    switch("strict_mode", "Keeps to the RFCs.").or("vrrp_strict").since(1, 2, 20),
    optional(
        "thread_timer_expired",
        number(1, 254),
        "Another name of timer_expired_backup, from the release notes.",
    )
    .or("254")
    .since(2, 3, 2)
    .instead("timer_expired_backup")
    .deprecated("write 'timer_expired_backup'"),
    optional(
        "timer_expired_backup",
        number(1, 254),
        "A master that was stopped for long becomes backup; highest priority of the others.",
    )
    .or("254")
    .since(2, 2, 8),
    flag("unicast_fault_no_peer", "Without peers the instance is in FAULT rather than using multicast.")
        .since(2, 2, 5),
    list("unicast_peer", &PEER, "Routers that adverts are sent to one by one.").since(1, 2, 8),
    required("unicast_src_ip", Takes::Address, "Address that unicast adverts are sent from.")
        .or("first address of the interface")
        .since(1, 2, 10),
    required("unicast_ttl", number(0, 255), "TTL of unicast adverts.").or("255").since(2, 1, 0),
    flag(
        "v3_checksum_as_v2",
        "Leaves the pseudo-header out of VRRPv3 checksums over IPv4, as RFC 9568 has it.",
    )
    .or("the same in global_defs")
    .since(2, 2, 8),
    required("version", number(2, 3), "Version of VRRP.").or("vrrp_version").since(1, 2, 17),
    required(
        "virtual_router_id",
        number(1, 255),
        "Number of the virtual router, the same on all its routers; it must be given.",
    ),
];
