//! The kernel threads that tell another director of connections.

use core::fmt;
use core::net::IpAddr;

use crate::name::name;

/// Which half of connection synchronization a thread is. Both may run at once.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum SyncRole {
    /// `IP_VS_STATE_MASTER` (1): sends its connections.
    Master,
    /// `IP_VS_STATE_BACKUP` (2): takes those of a master.
    Backup,
}

impl SyncRole {
    /// `IPVS_DAEMON_ATTR_STATE`.
    #[must_use]
    pub const fn number(self) -> u32 {
        match self {
            Self::Master => 1,
            Self::Backup => 2,
        }
    }

    pub(crate) const fn from_number(number: u32) -> Option<Self> {
        match number {
            1 => Some(Self::Master),
            2 => Some(Self::Backup),
            _ => None,
        }
    }
}

impl fmt::Display for SyncRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Master => "master",
            Self::Backup => "backup",
        })
    }
}

name! {
    /// Name of a network interface.
    InterfaceName
}

/// A synchronization thread (`IPVS_CMD_NEW_DAEMON`).
///
/// The kernel refuses one while a service has a destination of the other family, and such
/// destinations while one runs. What is `None` is the kernel's choice when starting; when
/// reading, a kernel before 4.3 does not tell.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct SyncDaemon {
    /// Sender or receiver.
    pub role: SyncRole,
    /// Where the multicasts go or come from.
    pub interface: InterfaceName,
    /// Messages of other numbers are ignored by a backup; 0 takes all.
    pub sync_id: u8,
    /// Octets of a message beyond its headers, 1 to 65,507; unless set, what the interface's
    /// MTU leaves. Linux 4.3 and later, as the rest.
    pub max_len: Option<u16>,
    /// Multicast group, 224.0.0.81 unless set.
    pub group: Option<IpAddr>,
    /// UDP port, 8848 unless set.
    pub port: Option<u16>,
    /// Hops that a message may make, 1 unless set.
    pub ttl: Option<u8>,
}

impl SyncDaemon {
    /// A thread with the kernel's defaults.
    #[must_use]
    pub const fn new(role: SyncRole, interface: InterfaceName) -> Self {
        Self { role, interface, sync_id: 0, max_len: None, group: None, port: None, ttl: None }
    }
}
