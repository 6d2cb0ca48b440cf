//! `global_defs`: defaults of VRRP instances.

use crate::keywords::build::{
    MAX, at_least, counted, flag, number, optional, required, switch, time_from, wanted,
};
use crate::keywords::entries::EXTRA_IF;
use crate::keywords::{Keyword, Takes, Unit};

/// Keywords of `global_defs`.
pub(super) const KEYWORDS: &[Keyword] = &[
    wanted("default_interface", Takes::Interface, "Interface of static addresses that name none.")
        .or("eth0")
        .since(1, 2, 24),
    flag("disable_local_igmp", "Stops IGMP for link-local multicast (224.0.0.0/24).").since(2, 2, 0),
    optional(
        "dynamic_interfaces",
        Takes::OneOf(&["allow_if_changes"]),
        "Accepts interfaces that come and go; allow_if_changes: even as another type.",
    )
    .or("off")
    .since(2, 0, 0),
    flag("log_unknown_vrids", "Logs adverts with a router id that is not configured on their interface.")
        .since(2, 0, 16),
    flag(
        "v3_checksum_as_v2",
        "Leaves the pseudo-header out of VRRPv3 checksums over IPv4, as RFC 9568 has it.",
    )
    .since(2, 2, 8),
    required(
        "vmac_addr_prefix",
        Takes::Text("PREFIX"),
        "How names of virtual MAC interfaces begin that exist only for an address.",
    )
    .or("vmac_prefix")
    .since(2, 2, 0),
    required("vmac_prefix", Takes::Text("PREFIX"), "How names of virtual MAC interfaces begin.")
        .or("vrrp")
        .since(2, 2, 0),
    flag("vrrp_check_unicast_src", "Drops unicast adverts from anybody who is not a configured peer.")
        .since(1, 2, 20),
    required("vrrp_delay_after_boot", time_from(1000), "VRRP starts no earlier than this after the machine.")
        .since(2, 4, 0),
    required(
        "vrrp_down_timer_adverts",
        number(1, 100),
        "Adverts that must be missed before a backup takes over.",
    )
    .or("3")
    .since(2, 2, 3),
    wanted(
        "vrrp_garp_extra_if",
        Takes::Entry(&EXTRA_IF),
        "How often addresses on other interfaces are announced; never if not written.",
    )
    .since(2, 2, 3),
    required("vrrp_garp_interval", time_from(1), "Time between two gratuitous ARP messages on an interface.")
        .or("0")
        .since(1, 2, 21),
    required(
        "vrrp_garp_lower_prio_delay",
        counted(0, MAX, Unit::Seconds),
        "When gratuitous ARP is sent again after an advert of lower priority.",
    )
    .or("vrrp_garp_master_delay")
    .since(1, 2, 20),
    required(
        "vrrp_garp_lower_prio_repeat",
        at_least(0),
        "How many gratuitous ARP messages follow an advert of lower priority.",
    )
    .or("vrrp_garp_master_repeat")
    .since(1, 2, 20),
    required(
        "vrrp_garp_master_delay",
        counted(0, MAX, Unit::Seconds),
        "When gratuitous ARP is sent again after becoming master; 0 never.",
    )
    .or("5")
    .since(1, 2, 20),
    required(
        "vrrp_garp_master_refresh",
        counted(0, MAX, Unit::Seconds),
        "How often a master repeats gratuitous ARP; 0 never.",
    )
    .or("0")
    .since(1, 2, 20),
    required(
        "vrrp_garp_master_refresh_repeat",
        at_least(1),
        "How many gratuitous ARP messages are sent each time.",
    )
    .or("1")
    .since(1, 2, 20),
    required(
        "vrrp_garp_master_repeat",
        at_least(1),
        "How many gratuitous ARP messages a new master sends for each address.",
    )
    .or("5")
    .since(1, 2, 20),
    required(
        "vrrp_gna_interval",
        time_from(1),
        "Time between two unsolicited neighbour advertisements on an interface.",
    )
    .or("0")
    .since(1, 2, 21),
    switch(
        "vrrp_higher_prio_send_advert",
        "A master answers an advert of higher priority once before it becomes backup.",
    )
    .or("off")
    .since(1, 3, 5),
    switch("vrrp_lower_prio_no_advert", "A master does not answer adverts of lower priority.")
        .or("off")
        .since(1, 2, 20),
    required("vrrp_mcast_group4", Takes::Address, "Group that IPv4 adverts are sent to.")
        .or("224.0.0.18")
        .since(1, 2, 10),
    required("vrrp_mcast_group6", Takes::Address, "Group that IPv6 adverts are sent to.")
        .or("ff02::12")
        .since(1, 2, 10),
    switch("vrrp_min_garp", "Sends one gratuitous ARP message for each address, and no second time.")
        .or("off")
        .since(2, 0, 12),
    switch("vrrp_owner_ignore_adverts", "An address owner (priority 255) ignores adverts.")
        .or("off")
        .since(2, 3, 3),
    wanted("vrrp_rx_bufs_multiplier", at_least(1), "How many packets vrrp_rx_bufs_policy makes room for.")
        .or("3")
        .since(2, 0, 3),
    wanted(
        "vrrp_rx_bufs_policy",
        Takes::Special("MTU|ADVERT|OCTETS"),
        "Size of receive buffers: by interface, by packet, or in octets.",
    )
    .or("the kernel's size")
    .since(2, 0, 3),
    flag(
        "vrrp_skip_check_adv_addr",
        "Does not compare the addresses in adverts of a master that has been heard before.",
    )
    .since(1, 2, 20),
    required("vrrp_startup_delay", time_from(1000), "VRRP starts this long after the daemon.")
        .since(2, 0, 14),
    flag("vrrp_strict", "Keeps to the RFCs: no unicast, no authentication, no instance without address.")
        .since(1, 2, 20),
    required("vrrp_version", number(2, 3), "Version of VRRP; instances with IPv6 use 3.")
        .or("2")
        .since(1, 2, 20),
    wanted("vrrp_vmac_garp_intvl", Takes::Entry(&EXTRA_IF), "Former spelling of vrrp_garp_extra_if.")
        .since(2, 2, 0)
        .instead("vrrp_garp_extra_if")
        .deprecated("write 'vrrp_garp_extra_if'"),
];
