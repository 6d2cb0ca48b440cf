//! `global_defs`: files, reloading and buffers.

use crate::keywords::build::{MAX, at_least, counted, flag, number, optional, required, switch, wanted};
use crate::keywords::entries::INCLUDE_CHECK;
use crate::keywords::{Keyword, Takes, Unit};

/// Keywords of `global_defs`.
pub(super) const KEYWORDS: &[Keyword] = &[
    required(
        "config_save_dir",
        Takes::Text("DIRECTORY"),
        "Keeps copies of configuration and state of each reload, to find mistakes.",
    )
    .since(2, 2, 3),
    switch("data_use_instance", "Puts instance and namespace into the names of dump files.")
        .or("off")
        .since(2, 2, 3),
    optional(
        "include_check",
        Takes::Entry(&INCLUDE_CHECK),
        "Which includes must find a file; + and - change one rule.",
    )
    .since(2, 2, 0),
    wanted(
        "iproute_etc_dir",
        Takes::Text("DIRECTORY"),
        "Where names of routing tables and the like are looked up first.",
    )
    .or("/etc/iproute2")
    .since(2, 3, 2),
    wanted(
        "iproute_usr_dir",
        Takes::Text("DIRECTORY"),
        "Where names of routing tables and the like are looked up then.",
    )
    .or("/usr/share/iproute2")
    .since(2, 3, 2),
    wanted("json_dump_file", Takes::Text("PATH"), "Where the JSON dump goes.")
        .or("/tmp/keepalived.json")
        .since(2, 3, 3),
    wanted("json_version", number(1, 2), "Shape of the JSON dump.").or("1").since(2, 2, 8),
    wanted(
        "lvs_netlink_cmd_rcv_bufs",
        counted(0, MAX, Unit::Octets),
        "Receive buffer of the checker's netlink command socket.",
    )
    .since(2, 0, 0),
    switch("lvs_netlink_cmd_rcv_bufs_force", "Lets it exceed the kernel's limit.").or("off").since(2, 0, 0),
    wanted(
        "lvs_netlink_monitor_rcv_bufs",
        counted(0, MAX, Unit::Octets),
        "Receive buffer of the checker's netlink monitor socket.",
    )
    .since(2, 0, 0),
    switch("lvs_netlink_monitor_rcv_bufs_force", "Lets it exceed the kernel's limit.")
        .or("off")
        .since(2, 0, 0),
    wanted("process_monitor_rcv_bufs", counted(0, MAX, Unit::Octets), "Receive buffer for process events.")
        .since(2, 0, 11),
    switch("process_monitor_rcv_bufs_force", "Lets it exceed the kernel's limit.").or("off").since(2, 0, 11),
    required("random_seed", at_least(0), "Makes ${_RANDOM} repeat its numbers.")
        .or("the time")
        .since(2, 0, 15),
    optional(
        "reload_check_config",
        Takes::Text("LOGFILE"),
        "Tries a new configuration before a reload gives up the old one.",
    )
    .or("off")
    .since(2, 2, 0),
    optional("reload_file", Takes::Text("PATH"), "File that exists while the configuration is being read.")
        .or("off")
        .since(2, 2, 0),
    flag("reload_repeat", "Keeps the file of reload_time_file, so that the reload repeats every day.")
        .since(2, 1, 0),
    wanted("reload_time_file", Takes::Text("PATH"), "File that says when to reload.").since(2, 1, 0),
    wanted("state_dump_file", Takes::Text("PATH"), "Where the dump of the state goes.")
        .or("/tmp/keepalived.data")
        .since(2, 3, 3),
    wanted("stats_dump_file", Takes::Text("PATH"), "Where the dump of the counters goes.")
        .or("/tmp/keepalived.stats")
        .since(2, 3, 3),
    wanted(
        "tmp_config_directory",
        Takes::Text("DIRECTORY"),
        "Where the copy is kept that all processes read.",
    )
    .or("memory")
    .since(2, 2, 0),
    required("umask", Takes::Special("NUMBER|NAME[|NAME]…"), "Permissions that new files do not get.")
        .or("IXUSR|IRWXG|IRWXO")
        .since(2, 0, 9),
    wanted(
        "vrrp_netlink_cmd_rcv_bufs",
        counted(0, MAX, Unit::Octets),
        "Receive buffer of VRRP's netlink command socket.",
    )
    .since(2, 0, 0),
    switch("vrrp_netlink_cmd_rcv_bufs_force", "Lets it exceed the kernel's limit.").or("off").since(2, 0, 0),
    wanted(
        "vrrp_netlink_monitor_rcv_bufs",
        counted(0, MAX, Unit::Octets),
        "Receive buffer of VRRP's netlink monitor socket.",
    )
    .since(2, 0, 0),
    switch("vrrp_netlink_monitor_rcv_bufs_force", "Lets it exceed the kernel's limit.")
        .or("off")
        .since(2, 0, 0),
];
