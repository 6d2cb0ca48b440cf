//! Files that keepalived reads and writes.

use std::path::PathBuf;

use crate::describe::{Describe, Value, describe};
use crate::model::{ScriptCommand, ScriptUser};

/// Where things are read and written.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Files {
    /// `config_save_dir`: copies of the configuration, for finding faults.
    pub config_save_dir: Option<PathBuf>,
    /// `tmp_config_directory`: where the processes' copy of the configuration lies; in memory if absent.
    pub tmp_config_directory: Option<PathBuf>,
    /// `state_dump_file` instead of `keepalived.data`.
    pub state_dump: Option<PathBuf>,
    /// `stats_dump_file` instead of `keepalived.stats`.
    pub stats_dump: Option<PathBuf>,
    /// `json_dump_file` instead of `keepalived.json`.
    pub json_dump: Option<PathBuf>,
    /// `json_version`.
    pub json_version: JsonVersion,
    /// `data_use_instance`: names of dumps hold the instance and the network namespace.
    pub data_use_instance: bool,
    /// `iproute_usr_dir`: names of routing tables and their like, as the distribution has them.
    pub iproute_usr_dir: Option<PathBuf>,
    /// `iproute_etc_dir`: the same, as the administrator has them.
    pub iproute_etc_dir: Option<PathBuf>,
    /// `include_check`: which includes that fail are errors.
    pub include_check: IncludeCheck,
}

describe!(Files {
    config_save_dir,
    tmp_config_directory,
    state_dump,
    stats_dump,
    json_dump,
    json_version,
    data_use_instance,
    iproute_usr_dir,
    iproute_etc_dir,
    include_check
});

/// `include_check`: what an `include` must do.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct IncludeCheck {
    /// `read`: what matches can be read.
    pub read: bool,
    /// `match`: something matches, unless there are wildcards.
    pub matches: bool,
    /// `wildcard_match`: something matches even with wildcards.
    pub wildcard_match: bool,
    /// `brace_match`: each alternative in braces matches something.
    pub brace_match: bool,
}

describe!(IncludeCheck { read, matches, wildcard_match, brace_match });

/// `json_version`: the shape of the JSON dump.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum JsonVersion {
    /// 1: a list of instances.
    #[default]
    V1,
    /// 2: an object with a member for each kind of thing.
    V2,
}

describe!(JsonVersion = V1 "1", V2 "2");

/// How the configuration is read again.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Reload {
    /// `reload_check_config`: a new configuration is tested first, and what is wrong goes to this file; `/dev/null` where
    /// no file is written.
    pub check_config: Option<PathBuf>,
    /// `reload_time_file`: a file that holds the time of the next reload.
    pub time_file: Option<PathBuf>,
    /// `reload_repeat`: a time of day in [`time_file`](Self::time_file) holds for every day.
    pub repeat: bool,
    /// `reload_file`.
    pub marker: Option<ReloadMarker>,
}

describe!(Reload { check_config, time_file, repeat, marker });

/// `reload_file`: there is a file while the configuration is being read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ReloadMarker {
    /// Beside the pid file, with the ending `.reload`.
    BesidePidFile,
    /// This file.
    File(PathBuf),
}

impl Describe for ReloadMarker {
    fn describe(&self) -> Value {
        match self {
            Self::BesidePidFile => Value::Flag(true),
            Self::File(path) => path.describe(),
        }
    }
}

/// `notify_fifo` and its like: a named pipe that tells of events.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NotifyFifo {
    /// Where it is.
    pub path: PathBuf,
    /// Whom it belongs to, else `script_user`.
    pub user: Option<ScriptUser>,
    /// `notify_fifo_script` and its like: a program that reads from it and gets its path as the last argument.
    pub script: Option<Box<ScriptCommand>>,
}

describe!(NotifyFifo { path, user, script });
