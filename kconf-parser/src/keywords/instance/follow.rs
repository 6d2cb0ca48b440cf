//! `vrrp_instance`: what an instance follows, and whom it tells.

use crate::keywords::build::{flag, list, optional, required, switch};
use crate::keywords::entries::{TRACK_BFD, TRACK_FILES, TRACK_INTERFACE, TRACK_PROCESS, TRACK_SCRIPT};
use crate::keywords::{Keyword, Takes};

/// Keywords of `vrrp_instance`.
pub(super) const KEYWORDS: &[Keyword] = &[
    flag("dont_track_primary", "Ignores the link of the instance's own interface.").since(1, 1, 8),
    flag("linkbeat_use_polling", "Former way to ask the interface for its link.")
        .since(2, 0, 0)
        .instead("linkbeat_interfaces")
        .deprecated("write a 'linkbeat_interfaces' block"),
    required("notify", Takes::Script, "Runs at every change; is given INSTANCE, name, state and priority."),
    required("notify_backup", Takes::Script, "Runs when the instance becomes backup."),
    optional(
        "notify_deleted",
        Takes::Script,
        "A reload that removes the instance reports DELETED rather than FAULT, to this script.",
    )
    .since(2, 1, 0),
    required("notify_fault", Takes::Script, "Runs when the instance enters FAULT."),
    required("notify_master", Takes::Script, "Runs when the instance becomes master."),
    required(
        "notify_master_rx_lower_pri",
        Takes::Script,
        "Runs when a master hears an advert of lower priority.",
    )
    .since(2, 0, 6),
    switch("notify_priority_changes", "Writes changes of priority into the pipes.")
        .or("vrrp_notify_priority_changes")
        .since(2, 0, 16),
    required("notify_stop", Takes::Script, "Runs when the daemon stops.").since(1, 1, 13),
    switch("smtp_alert", "Sends mail at changes of state.").or("smtp_alert_vrrp"),
    list("track_bfd", &TRACK_BFD, "BFD sessions that the instance follows.").since(2, 0, 0),
    list("track_file", &TRACK_FILES, "Files that the instance follows.").since(2, 0, 0),
    list("track_interface", &TRACK_INTERFACE, "Further interfaces that the instance follows.").since(1, 0, 1),
    list("track_process", &TRACK_PROCESS, "Processes that the instance follows.").since(2, 0, 11),
    list("track_script", &TRACK_SCRIPT, "Scripts that the instance follows.").since(1, 1, 13),
    flag("track_src_ip", "The instance is in FAULT while the address that adverts are sent from is missing.")
        .since(2, 0, 0),
];
