//! What instances and groups track, and the blocks that define it.

use core::time::Duration;
use std::ffi::OsString;
use std::path::PathBuf;

use crate::Span;
use crate::describe::describe;

/// An entry of `track_interface`.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct TrackInterface {
    /// Interface name.
    pub name: String,
    /// `weight`, −253..=253: 0 makes a lost link a fault.
    pub weight: i16,
    /// `reverse`: link up and link down change places.
    pub reverse: bool,
}

describe!(TrackInterface { name, weight, reverse });

/// An entry of `track_script`.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct TrackScript {
    /// Name of a script in [`Config::scripts`](super::Config::scripts).
    pub name: String,
    /// `weight`, −253..=253, else the script's own: 0 makes a failure a fault.
    pub weight: i16,
    /// `reverse`, else the script's own: success and failure change places.
    pub reverse: bool,
}

describe!(TrackScript { name, weight, reverse });

/// An entry of `track_file`.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct TrackFile {
    /// Name of a file in [`Config::track_files`](super::Config::track_files).
    pub name: String,
    /// `weight`, −254..=254, else the file's own: the number in the file times this is added to the priority; 0 makes
    /// any number but 0 a fault.
    pub weight: i16,
    /// `reverse`, else the file's own: the number is subtracted.
    pub reverse: bool,
}

describe!(TrackFile { name, weight, reverse });

/// An entry of `track_process`.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct TrackProcess {
    /// Name of a process in [`Config::track_processes`](super::Config::track_processes).
    pub name: String,
    /// `weight`, −254..=254, else the process's own: 0 makes a missing quorum a fault.
    pub weight: i16,
    /// `reverse`, else the process's own: quorum and no quorum change places.
    pub reverse: bool,
}

describe!(TrackProcess { name, weight, reverse });

/// An entry of `track_bfd`.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct TrackBfd {
    /// Name of an instance in [`Config::bfd_instances`](super::Config::bfd_instances). One that is left out there can
    /// still be tracked, as in keepalived: its session never comes up.
    pub name: String,
    /// `weight`, −253..=253, else the BFD instance's own: 0 makes a session that is down a fault.
    pub weight: i16,
    /// `reverse`, else the BFD instance's own: up and down change places.
    pub reverse: bool,
}

describe!(TrackBfd { name, weight, reverse });

/// A `track_file` (or `vrrp_track_file`) block: a number in a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TrackedFile {
    /// The name that `track_file` in instances uses.
    pub name: String,
    /// The line that opens the block.
    pub span: Span,
    /// `file`.
    pub path: PathBuf,
    /// `weight`, −254..=254, default 1.
    pub weight: i16,
    /// `weight … reverse`.
    pub reverse: bool,
    /// `init_file`: what to write at start; `None`: the file is left as it is.
    pub init: Option<InitFile>,
}

describe!(TrackedFile { name, path, weight, reverse, init; span });

/// `init_file [VALUE] [overwrite]`.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct InitFile {
    /// The number that is written, default 0.
    pub value: i32,
    /// `overwrite`: also if the file is there, but not on a reload.
    pub overwrite: bool,
}

describe!(InitFile { value, overwrite });

/// A `vrrp_track_process` block: how many processes of a kind must run.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TrackedProcess {
    /// The name that `track_process` uses.
    pub name: String,
    /// The line that opens the block.
    pub span: Span,
    /// First word of `process`: name or path of the program.
    pub process: OsString,
    /// The other words of `process`: its parameters.
    pub parameters: Vec<OsString>,
    /// How the parameters are compared.
    pub parameter_match: ParameterMatch,
    /// Compares with the whole command line (`/proc/PID/cmdline`), not with the name that the kernel keeps (`comm`).
    /// Set by `full_command`, `param_match` and by parameters.
    pub full_command: bool,
    /// `weight`, −254..=254, default 0.
    pub weight: i16,
    /// `weight … reverse`.
    pub reverse: bool,
    /// `quorum`, 0..=65535, default 1: least number of processes; 0 only with a [`quorum_max`](Self::quorum_max) of 0.
    pub quorum: u16,
    /// `quorum_max`, 0..=65535: largest number of processes; `None` is any.
    pub quorum_max: Option<u16>,
    /// `fork_delay` or `delay`: a quorum that is reached counts after this.
    pub fork_delay: Duration,
    /// `terminate_delay` or `delay`: a quorum that is lost counts after this.
    pub terminate_delay: Duration,
}

describe!(TrackedProcess { name, process, parameters, parameter_match, full_command, weight, reverse, quorum, quorum_max, fork_delay, terminate_delay; span });

/// `param_match`.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum ParameterMatch {
    /// Nothing written, and no parameters: they are not looked at.
    #[default]
    Ignore,
    /// `param_match`, or parameters without it: the same parameters and no others.
    Exact,
    /// `param_match initial`: the last one may go on, and others may follow.
    Initial,
    /// `param_match partial`: others may follow.
    Partial,
}

describe!(ParameterMatch = Ignore "ignore", Exact "exact", Initial "initial", Partial "partial");
