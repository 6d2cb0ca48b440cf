//! What an error number means, which depends on the operation.

use core::fmt;

use crate::error::operation::Operation;
use crate::uapi::errno;

/// The kernel's reasons, each with its way out.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Reason {
    /// `EPERM`.
    NotPermitted,
    /// `ENOMEM`.
    OutOfMemory,
    /// `EBUSY`.
    Busy,
    /// `ENOPROTOOPT`.
    Unloading,
    /// `EOPNOTSUPP`: the kernel is older than the command.
    Unsupported,
    /// `ENOENT` when looking for the family.
    NoIpvs,
    /// `EEXIST` on a service.
    ServiceExists,
    /// `EEXIST` on a destination.
    DestinationExists,
    /// `ENOENT` on a service: no scheduler or no engine of that name.
    NoSuchModule,
    /// `ENOENT` on a destination.
    NoSuchDestination,
    /// `ESRCH` on a service or destination.
    NoSuchService,
    /// `ERANGE` on a destination.
    OutOfRange,
    /// `EINVAL` on a destination.
    InvalidDestination,
    /// `EINVAL` on a service.
    InvalidService,
    /// `EAFNOSUPPORT`.
    FamilyUnsupported,
    /// `EPROTONOSUPPORT`.
    ProtocolUnsupported,
    /// `EEXIST` on a synchronization thread.
    SyncRunning,
    /// `ESRCH` on a synchronization thread.
    SyncNotRunning,
    /// `ENODEV` on a synchronization thread.
    NoSuchInterface,
    /// `EADDRNOTAVAIL` or `ENETUNREACH` on a synchronization thread.
    NoInterfaceAddress,
    /// `EINVAL` on a synchronization thread.
    InvalidSync,
    /// `EINVAL` on the time-outs.
    InvalidTimeout,
    /// A number that this operation is not known to give.
    Other,
}

impl Reason {
    /// What a positive error number means for an operation: `ENOENT`, say, is a missing
    /// destination to one and a missing scheduler to another.
    #[must_use]
    pub const fn of(operation: Operation, errno: i32) -> Self {
        use Operation::{
            DeleteDestination, GetFamily, NewDestination, NewService, SetDestination, SetService,
            SetTimeouts, StartSync, StopSync,
        };
        match (operation, errno) {
            (_, errno::EPERM) => Self::NotPermitted,
            (_, errno::ENOMEM) => Self::OutOfMemory,
            (_, errno::EBUSY) => Self::Busy,
            (_, errno::ENOPROTOOPT) => Self::Unloading,
            (_, errno::EOPNOTSUPP) => Self::Unsupported,
            (GetFamily, errno::ENOENT) => Self::NoIpvs,
            (NewService, errno::EEXIST) => Self::ServiceExists,
            (NewDestination, errno::EEXIST) => Self::DestinationExists,
            (NewService | SetService, errno::ENOENT) => Self::NoSuchModule,
            (NewDestination | SetDestination | DeleteDestination, errno::ENOENT) => Self::NoSuchDestination,
            (StartSync, errno::EEXIST) => Self::SyncRunning,
            (StopSync, errno::ESRCH) => Self::SyncNotRunning,
            (StartSync, errno::ENODEV) => Self::NoSuchInterface,
            (StartSync, errno::EADDRNOTAVAIL | errno::ENETUNREACH) => Self::NoInterfaceAddress,
            (StartSync, errno::EINVAL) => Self::InvalidSync,
            (SetTimeouts, errno::EINVAL) => Self::InvalidTimeout,
            (_, errno::ESRCH) => Self::NoSuchService,
            (NewDestination | SetDestination, errno::ERANGE) => Self::OutOfRange,
            (NewDestination | SetDestination, errno::EINVAL) => Self::InvalidDestination,
            (NewService | SetService, errno::EINVAL) => Self::InvalidService,
            (_, errno::EAFNOSUPPORT) => Self::FamilyUnsupported,
            (_, errno::EPROTONOSUPPORT) => Self::ProtocolUnsupported,
            (_, _) => Self::Other,
        }
    }

    /// What to do about it; empty if that is not known.
    #[must_use]
    pub const fn advice(self) -> &'static str {
        match self {
            Self::NotPermitted => "it takes CAP_NET_ADMIN, on some kernels in the first user namespace",
            Self::OutOfMemory | Self::Other => "",
            Self::Busy => "finish the other dump of this socket first",
            Self::Unloading => "load it again",
            Self::Unsupported => "use a newer kernel",
            Self::NoIpvs => "load it with `modprobe ip_vs`",
            Self::ServiceExists | Self::DestinationExists => "change it instead",
            Self::NoSuchModule => "load it with `modprobe ip_vs_NAME` or `modprobe ip_vs_pe_NAME`",
            Self::NoSuchDestination | Self::NoSuchService => "add it first",
            Self::OutOfRange => "lower it",
            Self::InvalidDestination => {
                "use a unicast address of the service's family, or a tunnel while no synchronization runs"
            }
            Self::InvalidService => "check its prefix length (1 to 128), scheduler and engine",
            Self::FamilyUnsupported => "use the other one",
            Self::ProtocolUnsupported => "use TCP, UDP or SCTP",
            Self::SyncRunning => "stop it first",
            Self::SyncNotRunning => "nothing is left to stop",
            Self::NoSuchInterface => "create it, or name another",
            Self::NoInterfaceAddress => "give it an address of the group's family and bring it up",
            Self::InvalidSync => {
                "check group, port and length, and that no destination is of the other family"
            }
            Self::InvalidTimeout => "use 1 to 2147483 seconds",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotPermitted => "not permitted",
            Self::OutOfMemory => "the kernel is out of memory",
            Self::Busy => "the socket is busy",
            Self::Unloading => "the module ip_vs is being unloaded",
            Self::Unsupported => "the kernel does not know the operation",
            Self::NoIpvs => "this kernel has no IPVS",
            Self::ServiceExists => "it exists already",
            Self::DestinationExists => "the service has it already",
            Self::NoSuchModule => "the kernel has no such scheduler or persistence engine",
            Self::NoSuchDestination => "the service has no such destination",
            Self::NoSuchService => "there is no such service",
            Self::OutOfRange => "the weight is above 2147483647 or the lower threshold above the upper",
            Self::InvalidDestination => "its address is not unicast, or not of the service's family",
            Self::InvalidService => "what is wanted does not fit the service",
            Self::FamilyUnsupported => "the kernel is built without this address family",
            Self::ProtocolUnsupported => "the kernel does not balance this protocol",
            Self::SyncRunning => "it is running already",
            Self::SyncNotRunning => "it is not running",
            Self::NoSuchInterface => "there is no such interface",
            Self::NoInterfaceAddress => "the interface cannot send to the group",
            Self::InvalidSync => "what is wanted cannot be synchronized",
            Self::InvalidTimeout => "a time-out is out of range",
            Self::Other => "the kernel refused",
        })
    }
}
