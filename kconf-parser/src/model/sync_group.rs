//! `vrrp_sync_group`.

use super::{ScriptCommand, TrackBfd, TrackFile, TrackInterface, TrackProcess, TrackScript};
use crate::Span;
use crate::describe::describe;

/// A `vrrp_sync_group` block with at least one member: its instances are master together or not at all.
///
/// What the group tracks is tracked by every member: it stands among the trackers of each
/// [`VrrpInstance`](super::VrrpInstance), too.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SyncGroup {
    /// Name of the block.
    pub name: String,
    /// The line that opens the block.
    pub span: Span,
    /// `group`: names of instances, each in one group only.
    pub members: Vec<String>,
    /// `track_interface`.
    pub track_interfaces: Vec<TrackInterface>,
    /// `track_script`.
    pub track_scripts: Vec<TrackScript>,
    /// `track_file`.
    pub track_files: Vec<TrackFile>,
    /// `track_process`.
    pub track_processes: Vec<TrackProcess>,
    /// `track_bfd`.
    pub track_bfds: Vec<TrackBfd>,
    /// `sync_group_tracking_weight`: members may have trackers with weights.
    pub tracking_weight: bool,
    /// Notify scripts of the group.
    pub notify: GroupNotify,
    /// `smtp_alert`.
    pub smtp_alert: bool,
}

describe!(SyncGroup { name, members, track_interfaces, track_scripts, track_files, track_processes, track_bfds, tracking_weight, notify, smtp_alert; span });

/// Notify scripts of a group.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct GroupNotify {
    /// `notify_master`.
    pub master: Option<Box<ScriptCommand>>,
    /// `notify_backup`.
    pub backup: Option<Box<ScriptCommand>>,
    /// `notify_fault`.
    pub fault: Option<Box<ScriptCommand>>,
    /// `notify_stop`.
    pub stop: Option<Box<ScriptCommand>>,
    /// `notify`: gets `GROUP NAME STATE 0` appended.
    pub any: Option<Box<ScriptCommand>>,
}

describe!(GroupNotify { master, backup, fault, stop, any });
