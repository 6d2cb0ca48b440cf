//! What was asked, and of what.

use core::fmt;

use crate::destination::DestinationKey;
use crate::service::ServiceKey;
use crate::sync_daemon::SyncRole;

/// What was asked of the kernel.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Operation {
    /// `IPVS_CMD_NEW_SERVICE`.
    NewService,
    /// `IPVS_CMD_SET_SERVICE`.
    SetService,
    /// `IPVS_CMD_DEL_SERVICE`.
    DeleteService,
    /// `IPVS_CMD_GET_SERVICE`, one or all.
    GetService,
    /// `IPVS_CMD_NEW_DEST`.
    NewDestination,
    /// `IPVS_CMD_SET_DEST`.
    SetDestination,
    /// `IPVS_CMD_DEL_DEST`.
    DeleteDestination,
    /// `IPVS_CMD_GET_DEST`.
    GetDestinations,
    /// `IPVS_CMD_NEW_DAEMON`.
    StartSync,
    /// `IPVS_CMD_DEL_DAEMON`.
    StopSync,
    /// `IPVS_CMD_GET_DAEMON`.
    GetSync,
    /// `IPVS_CMD_SET_CONFIG`.
    SetTimeouts,
    /// `IPVS_CMD_GET_CONFIG`.
    GetTimeouts,
    /// `IPVS_CMD_GET_INFO`.
    GetInfo,
    /// `IPVS_CMD_ZERO`.
    Zero,
    /// `IPVS_CMD_FLUSH`.
    Flush,
    /// `CTRL_CMD_GETFAMILY`.
    GetFamily,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NewService | Self::NewDestination => "add",
            Self::SetService | Self::SetDestination | Self::SetTimeouts => "change",
            Self::DeleteService | Self::DeleteDestination => "delete",
            Self::GetService | Self::GetInfo | Self::GetSync | Self::GetTimeouts => "read",
            Self::GetDestinations => "read the destinations of",
            Self::StartSync => "start",
            Self::StopSync => "stop",
            Self::Zero => "zero the counters of",
            Self::Flush => "empty",
            Self::GetFamily => "find",
        })
    }
}

/// What an operation was about.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Object {
    /// All of IPVS.
    Table,
    /// One service.
    Service(ServiceKey),
    /// One destination of a service.
    Destination {
        /// Its service.
        service: ServiceKey,
        /// The destination within it.
        key: DestinationKey,
    },
    /// The synchronization thread of a role.
    Sync(SyncRole),
    /// The synchronization threads.
    SyncThreads,
    /// The time-outs of connections.
    Timeouts,
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table => f.write_str("the IPVS table"),
            Self::Service(key) => write!(f, "service {key}"),
            Self::Destination { service, key } => write!(f, "destination {key} of service {service}"),
            Self::Sync(role) => write!(f, "the synchronization {role}"),
            Self::SyncThreads => f.write_str("the synchronization threads"),
            Self::Timeouts => f.write_str("the time-outs of connections"),
        }
    }
}
