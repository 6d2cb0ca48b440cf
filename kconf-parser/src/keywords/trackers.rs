//! What instances follow, and groups of them.

use super::build::{
    at_least, flag, keywords, list, number, optional, required, switch, time, time_from, wanted, within,
};
use super::entries::{
    GROUP, TRACK_BFD, TRACK_FILES, TRACK_INTERFACE, TRACK_PROCESS, TRACK_SCRIPT, WEIGHT, WIDE_WEIGHT,
};
use super::{Block, Takes};

/// `vrrp_script`.
pub(super) static VRRP_SCRIPT: Block = within(
    "vrrp_script",
    "vrrp_script",
    keywords!(&[
        required("fall", at_least(1), "Failures in a row after which it counts as failed.")
            .or("1")
            .since(1, 1, 18),
        flag("init_fail", "Counts as failed until the first success.").since(1, 3, 2),
        required("interval", time_from(1000), "Time between two runs.").or("1").since(1, 1, 13),
        required("rise", at_least(1), "Successes in a row after which it counts as good.")
            .or("1")
            .since(1, 1, 18),
        wanted("script", Takes::Special("COMMAND"), "What is run; a '<' and a path only opens that file.")
            .since(1, 1, 13),
        required(
            "timeout",
            time_from(1000),
            "How long a run may take before it is killed and counts as failed."
        )
        .or("the interval")
        .since(1, 2, 6),
        required("user", Takes::Special("USER [GROUP]"), "Who runs it.").or("script_user").since(1, 3, 0),
        required(
            "weight",
            Takes::Entry(&WEIGHT),
            "Change of priority after success, or if negative, failure; 0: FAULT after failure."
        )
        .or("0")
        .since(1, 1, 13),
    ]),
)
.since(1, 1, 13);

/// `vrrp_track_process`.
pub(super) static VRRP_TRACK_PROCESS: Block = within(
    "vrrp_track_process",
    "vrrp_track_process",
    keywords!(&[
        required("delay", time(1, 3_600_000_000), "Sets both fork_delay and terminate_delay.")
            .or("0")
            .since(2, 0, 11),
        required(
            "fork_delay",
            time(1, 3_600_000_000),
            "How long enough processes must be there before they count."
        )
        .or("0")
        .since(2, 0, 16),
        flag("full_command", "Compares the whole command line rather than the name.").since(2, 0, 11),
        optional(
            "param_match",
            Takes::OneOf(&["initial", "partial"]),
            "Parameters may go on (partial) or the last one may (initial); alone: there are none."
        )
        .since(2, 0, 16),
        required(
            "process",
            Takes::Special("COMMAND [PARAMETER]…"),
            "Name of the process, and its parameters."
        )
        .since(2, 0, 11),
        required("quorum", number(1, 65535), "Processes that must be there.").or("1").since(2, 0, 11),
        required("quorum_max", number(0, 65535), "Processes that may be there.").since(2, 0, 16),
        required(
            "terminate_delay",
            time(1, 3_600_000_000),
            "How long processes must be missing before that counts."
        )
        .or("0")
        .since(2, 0, 16),
        wanted(
            "weight",
            Takes::Entry(&WIDE_WEIGHT),
            "Change of priority while enough are there, or if negative, not; 0: FAULT if not."
        )
        .or("0")
        .since(2, 0, 11),
    ]),
)
.since(2, 0, 11);

/// `track_file`.
pub(super) static TRACK_FILE: Block = within(
    "track_file",
    "track_file",
    keywords!(&[
        wanted("file", Takes::Text("PATH"), "The file.").since(2, 0, 0),
        optional(
            "init_file",
            Takes::Special("[NUMBER] [overwrite]"),
            "Writes this number into the file at the start if it is missing, with overwrite always."
        )
        .or("0")
        .since(2, 0, 0),
        wanted(
            "weight",
            Takes::Entry(&WIDE_WEIGHT),
            "The file's number times this changes the priority; 0: any number but 0 is FAULT."
        )
        .or("1")
        .since(2, 0, 0),
    ]),
)
.since(2, 0, 0);

/// `vrrp_sync_group`.
pub(super) static VRRP_SYNC_GROUP: Block = within(
    "vrrp_sync_group",
    "vrrp_sync_group",
    keywords!(&[
        flag("global_tracking", "Former name of sync_group_tracking_weight.")
            .since(1, 2, 3)
            .instead("sync_group_tracking_weight")
            .deprecated("write track blocks in the sync group"),
        list("group", &GROUP, "The instances."),
        required(
            "notify",
            Takes::Script,
            "Runs at every change; is given GROUP, name, state and priority 0."
        )
        .since(1, 1, 2),
        required("notify_backup", Takes::Script, "Runs when the group becomes backup."),
        required("notify_fault", Takes::Script, "Runs when the group enters FAULT."),
        required("notify_master", Takes::Script, "Runs when the group becomes master."),
        switch("notify_priority_changes", "Writes changes of priority into the pipes.")
            .or("off")
            .since(2, 2, 0),
        required("notify_stop", Takes::Script, "Runs when the daemon stops.").since(2, 0, 0),
        switch("smtp_alert", "Sends mail at changes of state.").or("smtp_alert_vrrp"),
        flag("sync_group_tracking_weight", "Lets trackers with a weight change the priority of members.")
            .since(2, 0, 0),
        list("track_bfd", &TRACK_BFD, "BFD sessions that all members follow.").since(2, 0, 0),
        list("track_file", &TRACK_FILES, "Files that all members follow.").since(2, 0, 0),
        list("track_interface", &TRACK_INTERFACE, "Interfaces that all members follow.").since(2, 0, 0),
        list("track_process", &TRACK_PROCESS, "Processes that all members follow.").since(2, 0, 11),
        list("track_script", &TRACK_SCRIPT, "Scripts that all members follow.").since(2, 0, 0),
    ]),
);
