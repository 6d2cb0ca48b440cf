//! What differs between two configurations, block by block.
//!
//! Two texts that mean the same do not differ: comments, layout, defaults that are written out, and the order of
//! blocks that do not depend on one another are no changes.
//!
//! ```
//! use kconf_parser::{AssumePresent, diff, lower, parse};
//!
//! let config = |text: &str| lower(&parse("f", text.as_bytes()).tree, &AssumePresent).config;
//! let old = config("vrrp_instance V {\n interface eth0\n virtual_router_id 1\n virtual_ipaddress { 192.0.2.1 }\n}");
//! let new = config("vrrp_instance V {\n interface eth0\n virtual_router_id 1\n priority 150\n virtual_ipaddress { 192.0.2.1 }\n}");
//! assert_eq!(diff(&old, &new)[0].to_string(), "vrrp_instance V: priority 100 -> 150");
//! assert_eq!(diff(&new, &new), []);
//! ```

mod values;
mod words;

use core::fmt;

use crate::Value;
use crate::model::Config;

/// One block that is different.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Which block.
    pub subject: Subject,
    /// What happened to it.
    pub kind: ChangeKind,
}

/// A block, by what it is known by in both configurations.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Subject {
    /// `global_defs`, and what stands at the top level and has no name of its own.
    Globals,
    /// `vrrp_script NAME`
    Script(String),
    /// `vrrp_instance NAME`
    Instance(String),
    /// `vrrp_sync_group NAME`
    SyncGroup(String),
    /// `virtual_server_group NAME`
    ServerGroup(String),
    /// `virtual_server`: address and port, `fwmark N` or `group NAME`, then the protocol. A mark's family follows.
    VirtualServer(String),
    /// `real_server`
    RealServer {
        /// What the virtual server is called in [`VirtualServer`](Self::VirtualServer).
        virtual_server: String,
        /// Address and port.
        address: String,
    },
    /// Any other block with a name.
    Block {
        /// Its keyword.
        keyword: &'static str,
        /// Its name.
        name: String,
    },
}

/// What happened to a block.
#[derive(Clone, Debug, PartialEq)]
pub enum ChangeKind {
    /// Only the new configuration has it.
    Added,
    /// Only the old configuration has it.
    Removed,
    /// Both have it, with different settings; at least one.
    Changed(Vec<SettingChange>),
}

/// A setting that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct SettingChange {
    /// The keyword; words of inner blocks are joined by dots.
    pub path: String,
    /// What it was. [`Value::Absent`] for an entry that a list gains.
    pub old: Value,
    /// What it is. [`Value::Absent`] for an entry that a list loses.
    pub new: Value,
}

/// What makes `new` another configuration than `old`. Empty if, and only if, both mean the same.
///
/// Blocks come in the order of the new configuration, and those that it lacks after them, kind by kind.
pub fn diff(old: &Config, new: &Config) -> Vec<Change> {
    values::compare(&old.describe(), &new.describe())
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Globals => f.write_str("global_defs"),
            Self::Script(name) => write!(f, "vrrp_script {name}"),
            Self::Instance(name) => write!(f, "vrrp_instance {name}"),
            Self::SyncGroup(name) => write!(f, "vrrp_sync_group {name}"),
            Self::ServerGroup(name) => write!(f, "virtual_server_group {name}"),
            Self::VirtualServer(key) => write!(f, "virtual_server {key}"),
            Self::RealServer { virtual_server, address } => {
                write!(f, "virtual_server {virtual_server}, real_server {address}")
            }
            Self::Block { keyword, name } => write!(f, "{keyword} {name}"),
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.subject)?;
        match &self.kind {
            ChangeKind::Added => f.write_str(" added"),
            ChangeKind::Removed => f.write_str(" removed"),
            ChangeKind::Changed(settings) => {
                for (index, setting) in settings.iter().enumerate() {
                    write!(f, "{} {setting}", if index == 0 { ":" } else { ";" })?;
                }
                Ok(())
            }
        }
    }
}

impl fmt::Display for SettingChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.old, &self.new) {
            (Value::Secret(_), Value::Secret(_)) => write!(f, "{} changed", self.path),
            (Value::Absent, new) => write!(f, "{} {new} added", self.path),
            (old, Value::Absent) => write!(f, "{} {old} removed", self.path),
            (old, new) => write!(f, "{} {old} -> {new}", self.path),
        }
    }
}
