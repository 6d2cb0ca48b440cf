//! The seam between the engine and the world.

use core::net::Ipv4Addr;

use vrrp_fsm::Notification;

/// What the engine does to the world.
pub(crate) trait Net {
    /// Sends one packet, IP header included, through a port. Failure is counted by the port.
    fn send(&mut self, port: usize, destination: Ipv4Addr, packet: &[u8]);
    /// Prepares for sending this packet without sending it.
    fn rehearse(&mut self, port: usize, destination: Ipv4Addr, packet: &[u8]);
    /// The instance's addresses are wanted on their interfaces from now on, or no longer.
    fn want_addresses(&mut self, instance: usize, wanted: bool);
    /// So many announcements for each address of the instance.
    fn announce(&mut self, instance: usize, repeat: u8);
    /// An instance or a group is in a new state; scripts may want to know.
    fn notify(&mut self, notice: Notice);
}

/// A change of state, as notify scripts are told about it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Notice {
    /// Whose.
    pub subject: Subject,
    /// What happened.
    pub what: Notification,
    /// Effective priority; 0 for a group.
    pub priority: u8,
}

/// Who changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Subject {
    /// The instance at this position.
    Instance(usize),
    /// The sync group at this position.
    Group(usize),
}
