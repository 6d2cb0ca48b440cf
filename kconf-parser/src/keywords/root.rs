//! The top level of the file.

use super::build::{MAX, block, counted, flag, keywords, list, optional, required, wanted, within};
use super::entries::{DELAYS, GROUP_MEMBER, LINKBEAT, STATIC_ADDRESS, STATIC_ROUTE, STATIC_RULE};
use super::global_defs::GLOBAL_DEFS;
use super::instance::VRRP_INSTANCE;
use super::small::{BFD_INSTANCE, GARP_GROUP, SSL, TRACK_GROUP};
use super::trackers::{TRACK_FILE, VRRP_SCRIPT, VRRP_SYNC_GROUP, VRRP_TRACK_PROCESS};
use super::virtual_server::VIRTUAL_SERVER;
use super::{Block, Takes, Unit};

/// The file itself.
pub static ROOT: Block = within(
    "",
    "",
    keywords!(&[
        block("SSL", Takes::Nothing, &SSL, "Client certificate and key for SSL_GET."),
        block(
            "bfd_instance",
            Takes::Text("NAME"),
            &BFD_INSTANCE,
            "A BFD session (RFC 5880), whose end instances and checks can follow."
        )
        .since(2, 0, 0),
        required(
            "child_wait_time",
            counted(0, MAX, Unit::Seconds),
            "How long the daemon waits for its processes when it stops."
        )
        .or("5")
        .since(2, 0, 0),
        block(
            "garp_group",
            Takes::Nothing,
            &GARP_GROUP,
            "How fast gratuitous ARP may be sent on some interfaces."
        )
        .since(1, 2, 21),
        block("global_defs", Takes::Nothing, &GLOBAL_DEFS, "What holds for the whole daemon."),
        wanted(
            "instance",
            Takes::Text("NAME"),
            "Name of this daemon, if several run; the pid files bear it."
        )
        .since(1, 2, 24),
        list(
            "interface_up_down_delays",
            &DELAYS,
            "How long an interface must be up or down before it counts."
        )
        .since(2, 2, 3),
        list("linkbeat_interfaces", &LINKBEAT, "Interfaces whose link is asked for rather than reported.")
            .since(2, 0, 13),
        flag("linkbeat_use_polling", "Asks all interfaces for their link rather than waiting for reports.")
            .since(1, 1, 18),
        flag("namespace_with_ipsets", "Uses address sets in a network namespace on kernels before 3.13.")
            .since(1, 3, 0),
        wanted("net_namespace", Takes::Text("NAME"), "Network namespace in which everything runs.")
            .since(1, 2, 24),
        optional("net_namespace_ipvs", Takes::Text("NAME"), "Network namespace in which IPVS is configured.")
            .or("the default namespace")
            .since(2, 1, 0),
        list("static_ipaddress", &STATIC_ADDRESS, "Addresses that are there as long as the daemon runs.")
            .since(1, 1, 0),
        list("static_routes", &STATIC_ROUTE, "Routes that are there as long as the daemon runs.")
            .since(1, 0, 1),
        list("static_rules", &STATIC_RULE, "Routing rules that are there as long as the daemon runs.")
            .since(1, 2, 20),
        block(
            "track_file",
            Takes::Text("NAME"),
            &TRACK_FILE,
            "A file whose number changes priorities or weights."
        )
        .since(2, 1, 0),
        block(
            "track_group",
            Takes::Text("NAME"),
            &TRACK_GROUP,
            "Instances that fail together with static addresses, routes or rules."
        )
        .since(2, 0, 3),
        flag("use_pid_dir", "Keeps pid files in a directory of their own.").since(1, 2, 24),
        block(
            "virtual_server",
            Takes::Special("ADDRESS [PORT] or fwmark NUMBER or group NAME"),
            &VIRTUAL_SERVER,
            "A service that IPVS balances."
        ),
        list(
            "virtual_server_group",
            &GROUP_MEMBER,
            "Addresses, ranges and firewall marks that are one service."
        )
        .named(Takes::Text("NAME"))
        .since(1, 0, 2),
        block("vrrp_instance", Takes::Text("NAME"), &VRRP_INSTANCE, "A virtual router."),
        block(
            "vrrp_script",
            Takes::Text("NAME"),
            &VRRP_SCRIPT,
            "A program whose success changes priorities."
        )
        .since(1, 1, 13),
        block(
            "vrrp_sync_group",
            Takes::Text("NAME"),
            &VRRP_SYNC_GROUP,
            "Instances that change state together."
        ),
        block("vrrp_track_file", Takes::Text("NAME"), &TRACK_FILE, "Former name of track_file.")
            .since(2, 0, 0)
            .instead("track_file"),
        block(
            "vrrp_track_process",
            Takes::Text("NAME"),
            &VRRP_TRACK_PROCESS,
            "Processes whose number changes priorities."
        )
        .since(2, 0, 11),
    ]),
)
.without(&[optional(
    "real_server_group",
    Takes::Text("NAME"),
    "Real servers that several virtual servers share.",
)
.until(1, 0, 0)
.instead("real_server")]);
