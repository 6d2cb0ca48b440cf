//! `global_defs`: mail, scripts, notification pipes, SNMP and D-Bus.

use crate::keywords::build::{MAX, counted, flag, list, optional, required, switch, time, wanted};
use crate::keywords::entries::MAIL;
use crate::keywords::{Keyword, Takes, Unit};

/// Keywords of `global_defs`.
pub(super) const KEYWORDS: &[Keyword] = &[
    switch("checker_log_all_failures", "Logs every failed probe, not only a change of state.")
        .or("off")
        .since(2, 0, 11),
    wanted(
        "dbus_no_interface_name",
        Takes::Text("NAME"),
        "Stands in D-Bus paths for the interface of an instance that has none.",
    )
    .or("none")
    .since(2, 3, 0),
    wanted("dbus_service_name", Takes::Text("NAME"), "Name under which the daemon appears on D-Bus.")
        .or("org.keepalived.Vrrp1")
        .since(1, 3, 7),
    flag("enable_dbus", "Offers the D-Bus interface.").since(1, 3, 0),
    flag("enable_script_security", "Refuses to run scripts as root that somebody else could change.")
        .since(1, 3, 0),
    flag("enable_snmp_checker", "Offers virtual and real servers over SNMP.").since(1, 2, 20),
    flag("enable_snmp_keepalived", "Former name of enable_snmp_vrrp.")
        .since(1, 2, 20)
        .instead("enable_snmp_vrrp"),
    flag("enable_snmp_rfc", "Offers both VRRP MIBs of the RFCs over SNMP.").since(1, 2, 20),
    flag("enable_snmp_rfcv2", "Offers the MIB of RFC 2787 (VRRPv2) over SNMP.").since(1, 2, 20),
    flag("enable_snmp_rfcv3", "Offers the MIB of RFC 6527 (VRRPv3) over SNMP.").since(1, 2, 20),
    flag("enable_snmp_vrrp", "Offers keepalived's own VRRP MIB over SNMP.").since(2, 0, 0),
    flag("enable_traps", "Sends SNMP traps.").since(1, 2, 5),
    flag(
        "fifo_write_vrrp_states_on_reload",
        "Writes all states into the notification pipes again after a reload.",
    )
    .since(2, 2, 5),
    wanted(
        "lvs_notify_fifo",
        Takes::Special("PATH [USER [GROUP]]"),
        "Pipe for changes of virtual and real servers.",
    )
    .since(1, 3, 6),
    wanted(
        "lvs_notify_fifo_script",
        Takes::Script,
        "Program that reads lvs_notify_fifo; the pipe is its last argument.",
    )
    .since(1, 3, 6),
    switch("no_checker_emails", "Sends mail about real servers only when one is added or removed.")
        .or("off")
        .since(2, 0, 0),
    flag("no_email_faults", "Sends no mail when an instance enters FAULT.").since(2, 0, 0),
    list("notification_email", &MAIL, "Addresses that mail is sent to; with a name, in quotes as a whole."),
    wanted("notification_email_from", Takes::Text("ADDRESS"), "Sender of mail.")
        .or("keepalived@ the host name"),
    wanted("notify_fifo", Takes::Special("PATH [USER [GROUP]]"), "Pipe for all changes of state.")
        .since(1, 3, 6),
    wanted(
        "notify_fifo_script",
        Takes::Script,
        "Program that reads notify_fifo; the pipe is its last argument.",
    )
    .since(1, 3, 6),
    wanted("router_id", Takes::Text("NAME"), "Name of this machine in mail and SNMP.")
        .or("the host name")
        .since(1, 1, 8),
    switch("rs_init_notifies", "Notifies about real servers that come up at the start, too.")
        .or("off")
        .since(2, 0, 0),
    wanted("script_user", Takes::Special("USER [GROUP]"), "Who runs scripts that name nobody.")
        .or("keepalived_script if there is one, else root")
        .since(1, 3, 0),
    flag("set_supplementary_groups", "Gives scripts the supplementary groups of their user.").since(2, 4, 4),
    wanted("shutdown_script", Takes::Script, "Runs once, after everything else has ended.").since(2, 1, 0),
    wanted("shutdown_script_timeout", counted(1, 1000, Unit::Seconds), "How long shutdown_script may take.")
        .or("10")
        .since(2, 1, 0),
    switch("smtp_alert", "Whether mail is sent where nothing else says so.").since(2, 0, 0),
    switch("smtp_alert_checker", "The same for virtual and real servers only.").since(2, 0, 0),
    switch("smtp_alert_vrrp", "The same for VRRP only.").since(2, 0, 0),
    required(
        "smtp_connect_timeout",
        counted(1, MAX, Unit::Seconds),
        "How long connecting to the mail server may take.",
    )
    .or("30"),
    optional("smtp_helo_name", Takes::Text("NAME"), "Name by which the mail server is greeted.")
        .or("the host name")
        .since(1, 2, 20),
    required("smtp_server", Takes::Special("HOST [PORT]"), "Mail server.").or("port 25"),
    required(
        "snmp_rs_stats_update_interval",
        time(1000, 30_000_000),
        "How old statistics of real servers may be when SNMP asks for them.",
    )
    .or("5")
    .since(2, 3, 0),
    wanted("snmp_socket", Takes::Text("SOCKET"), "Where the SNMP master agent listens.")
        .or("unix:/var/agentx/master")
        .since(1, 2, 20),
    required(
        "snmp_vs_stats_update_interval",
        time(1000, 30_000_000),
        "How old statistics of virtual servers may be when SNMP asks for them.",
    )
    .or("5")
    .since(2, 3, 0),
    wanted("startup_script", Takes::Script, "Runs once, before anything else begins.").since(2, 1, 0),
    wanted("startup_script_timeout", counted(1, 1000, Unit::Seconds), "How long startup_script may take.")
        .or("10")
        .since(2, 1, 0),
    switch("use_symlink_paths", "Keeps symbolic links in the paths of scripts rather than following them.")
        .or("off")
        .since(2, 3, 0),
    wanted(
        "vrrp_notify_fifo",
        Takes::Special("PATH [USER [GROUP]]"),
        "Pipe for changes of instances and groups.",
    )
    .since(1, 3, 6),
    wanted(
        "vrrp_notify_fifo_script",
        Takes::Script,
        "Program that reads vrrp_notify_fifo; the pipe is its last argument.",
    )
    .since(1, 3, 6),
    switch("vrrp_notify_priority_changes", "Writes changes of priority into the pipes, too.")
        .or("off")
        .since(2, 0, 16),
];
