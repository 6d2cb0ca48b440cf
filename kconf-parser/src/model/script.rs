//! Commands that the configuration runs.

use core::time::Duration;
use std::ffi::OsString;
use std::path::PathBuf;

use crate::describe::{Describe, Value, describe};

/// Who runs a script: `script_user`, `user`, or the words after a notify command.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct ScriptUser {
    /// User name, or a decimal user id.
    pub user: String,
    /// Group name; the user's own group if absent.
    pub group: Option<String>,
}

describe!(ScriptUser { user, group });

/// A command line, already split the way keepalived splits it.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct ScriptCommand {
    /// Program and arguments; never empty. No shell is involved.
    pub args: Vec<OsString>,
    /// The user written at the command; otherwise [`Globals::script_user`](super::Globals::script_user)
    /// applies, then user `keepalived_script` if it exists, then root. Apart, because it is rare, and an instance
    /// alone has places for seven commands.
    pub user: Option<Box<ScriptUser>>,
}

describe!(ScriptCommand { args, user });

/// What a tracking script does.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum VrrpScriptCommand {
    /// Run a program; exit status 0 is success.
    Run(ScriptCommand),
    /// `script "</path"`: success as long as the file can be opened for reading.
    OpenFile(PathBuf),
}

/// A `vrrp_script` block.
#[derive(Clone, Debug, PartialEq)]
pub struct VrrpScript {
    /// The name that `track_script` uses.
    pub name: String,
    /// The line that opens the block.
    pub span: crate::Span,
    /// `script`.
    pub command: VrrpScriptCommand,
    /// `interval`: time between starts, default 1 s.
    pub interval: Duration,
    /// `timeout`: the script counts as failed and is stopped after this; default [`interval`](Self::interval).
    pub timeout: Duration,
    /// `weight`, −253..=253, default 0: change of priority; 0 makes a failure a fault.
    pub weight: i16,
    /// `weight … reverse`: success and failure change places.
    pub reverse: bool,
    /// `rise`: successes in a row before the script counts as good, at least 1.
    pub rise: u32,
    /// `fall`: failures in a row before the script counts as failed, at least 1.
    pub fall: u32,
    /// `user`; otherwise as for [`ScriptCommand::user`].
    pub user: Option<ScriptUser>,
    /// `init_fail`: counts as failed until it has succeeded.
    pub init_fail: bool,
}

describe!(VrrpScript { name, command, interval, timeout, weight, reverse, rise, fall, user, init_fail; span });

impl Describe for VrrpScriptCommand {
    fn describe(&self) -> Value {
        match self {
            Self::Run(command) => command.describe(),
            Self::OpenFile(path) => Value::Map(vec![("open", path.describe())]),
        }
    }
}
