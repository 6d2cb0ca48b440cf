//! What lowering and the lints may ask about the host.

mod table;

use core::net::IpAddr;

pub use table::FactsTable;

use crate::model::{ScriptCommand, ScriptUser};
use crate::routing_names::{RoutingNames, RoutingNumber};

/// Answers about the host that the configuration is meant for.
///
/// This crate reads nothing of the host itself. A daemon answers from the running system, a checker in a build
/// pipeline with [`AssumePresent`] or from an inventory in a [`FactsTable`].
pub trait Facts {
    /// Whether there is a network interface of this name.
    fn interface_exists(&self, name: &str) -> bool;

    /// Whether there is a user of this name or number.
    fn user_exists(&self, user: &str) -> bool;

    /// Whether there is a group of this name or number.
    fn group_exists(&self, group: &str) -> bool;

    /// Whether `user` could run this command, and whether that would be safe.
    ///
    /// `user` is the one written at the command or block, else `script_user`, else `None`.
    fn script(&self, command: &ScriptCommand, user: Option<&ScriptUser>) -> ScriptStatus;

    /// The number that a name of routing stands for.
    fn routing_number(&self, _names: RoutingNames, _name: &str) -> RoutingNumber {
        RoutingNumber::Unchecked
    }

    /// Every address that the host has without VRRP. `None`: nobody knows, and lints that need it stay silent.
    fn addresses(&self) -> Option<&[HostAddress]> {
        None
    }

    /// Whether the host has `address`.
    fn holds(&self, address: IpAddr) -> Option<bool> {
        self.addresses().map(|held| held.iter().any(|held| held.address == address))
    }
}

/// An address of the host.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct HostAddress {
    /// Interface that has it.
    pub interface: String,
    /// The address.
    pub address: IpAddr,
    /// Prefix length in bits.
    pub prefix_len: u8,
}

/// State of a script's program.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum ScriptStatus {
    /// It can be run.
    Ok,
    /// There is no such file.
    NotFound,
    /// The file is there but its user may not execute it.
    NotExecutable,
    /// It runs as root, and someone who is not root can change it or a directory on the way to it.
    Insecure,
}

/// A host on which everything exists and every script is safe.
#[derive(Clone, Copy, Debug, Default)]
pub struct AssumePresent;

impl Facts for AssumePresent {
    fn interface_exists(&self, _name: &str) -> bool {
        true
    }

    fn user_exists(&self, _user: &str) -> bool {
        true
    }

    fn group_exists(&self, _group: &str) -> bool {
        true
    }

    fn script(&self, _command: &ScriptCommand, _user: Option<&ScriptUser>) -> ScriptStatus {
        ScriptStatus::Ok
    }
}
