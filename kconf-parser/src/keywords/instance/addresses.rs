//! `vrrp_instance`: what a master takes over, and how it tells the network.

use crate::keywords::build::{MAX, at_least, counted, flag, list, optional, required, wanted};
use crate::keywords::entries::{ADDRESS, OWN_EXTRA_IF, ROUTE, RULE};
use crate::keywords::{Keyword, Takes, Unit};

/// Keywords of `vrrp_instance`.
pub(super) const KEYWORDS: &[Keyword] = &[
    flag("accept", "Takes packets for the virtual addresses, which is the default unless strict.")
        .since(1, 2, 17),
    wanted(
        "garp_extra_if",
        Takes::Entry(&OWN_EXTRA_IF),
        "How often addresses on other interfaces are announced; 0 never.",
    )
    .or("vrrp_garp_extra_if")
    .since(2, 2, 3),
    required(
        "garp_lower_prio_delay",
        counted(0, MAX, Unit::Seconds),
        "When gratuitous ARP is sent again after an advert of lower priority.",
    )
    .or("garp_master_delay")
    .since(1, 2, 20),
    required(
        "garp_lower_prio_repeat",
        at_least(0),
        "How many gratuitous ARP messages follow an advert of lower priority.",
    )
    .or("garp_master_repeat")
    .since(1, 2, 20),
    required(
        "garp_master_delay",
        counted(0, MAX, Unit::Seconds),
        "When gratuitous ARP is sent again after becoming master; 0 never.",
    )
    .or("vrrp_garp_master_delay"),
    required(
        "garp_master_refresh",
        counted(0, MAX, Unit::Seconds),
        "How often a master repeats gratuitous ARP; 0 never.",
    )
    .or("vrrp_garp_master_refresh")
    .since(1, 2, 10),
    required(
        "garp_master_refresh_repeat",
        at_least(1),
        "How many gratuitous ARP messages are sent each time.",
    )
    .or("vrrp_garp_master_refresh_repeat")
    .since(1, 2, 14),
    required(
        "garp_master_repeat",
        at_least(1),
        "How many gratuitous ARP messages a new master sends for each address.",
    )
    .or("vrrp_garp_master_repeat")
    .since(1, 2, 14),
    required("lvs_sync_daemon_interface", Takes::Interface, "Former way to synchronize IPVS connections.")
        .instead("lvs_sync_daemon")
        .deprecated("write 'lvs_sync_daemon' in global_defs"),
    flag("no_accept", "Drops packets for the virtual addresses unless the router owns them.").since(1, 3, 0),
    flag("no_virtual_ipaddress", "The instance has no virtual address on purpose.").since(2, 2, 8),
    flag("promote_secondaries", "Keeps the other addresses of a network when the first one goes.")
        .since(1, 3, 0),
    optional(
        "use_ipvlan",
        Takes::Special("[NAME] [ADDRESS] [bridge|private|vepa] [group NUMBER]"),
        "Runs the instance on an ipvlan interface.",
    )
    .since(2, 0, 17),
    optional(
        "use_vmac",
        Takes::Special("[NAME] [MAC] [netlink_notify_msg] [group NUMBER]"),
        "Uses the virtual MAC address of the RFCs, on an interface made for it.",
    )
    .since(1, 2, 3),
    flag("use_vmac_addr", "Uses virtual MAC addresses for virtual addresses on other interfaces, too.")
        .since(2, 2, 0),
    list("virtual_ipaddress", &ADDRESS, "Addresses that the master has, and that adverts name."),
    list(
        "virtual_ipaddress_excluded",
        &ADDRESS,
        "Addresses that the master has, and that adverts do not name.",
    ),
    list("virtual_routes", &ROUTE, "Routes that the master has.").since(1, 0, 1),
    list("virtual_rules", &RULE, "Routing rules that the master has.").since(1, 2, 20),
    wanted("vmac_garp_intvl", Takes::Entry(&OWN_EXTRA_IF), "Former spelling of garp_extra_if.")
        .since(2, 2, 0)
        .instead("garp_extra_if")
        .deprecated("write 'garp_extra_if'"),
    flag("vmac_xmit_base", "Sends adverts from the interface below the virtual MAC.").since(1, 2, 10),
    required("vrf", Takes::Interface, "VRF of an instance that has no interface.").since(2, 2, 5),
];
