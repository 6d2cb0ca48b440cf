//! What can go wrong, typed by the operation and the kernel's error number.

use core::fmt;

use crate::destination::DestinationKey;
use crate::service::ServiceKey;
use crate::uapi::errno;

/// Why octets from the kernel were not usable.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The octets end before the message or attribute that they begin.
    #[error("message too short: {needed} octets needed, {got} present")]
    Truncated {
        /// Octets that the header announces.
        needed: usize,
        /// Octets that there are.
        got: usize,
    },
    /// An attribute is shorter than its type.
    #[error("attribute {attribute} has {got} octets, {needed} needed")]
    AttributeLength {
        /// Its number within its level.
        attribute: u16,
        /// Octets of its type.
        needed: usize,
        /// Octets that there are.
        got: usize,
    },
    /// A name is not UTF-8.
    #[error("attribute {attribute} is not text")]
    Text {
        /// Its number within its level.
        attribute: u16,
    },
    /// An attribute that every reply has is not there.
    #[error("the reply has no {0}")]
    Missing(
        /// Its name in `linux/ip_vs.h`.
        &'static str,
    ),
    /// A value outside of what the attribute can mean.
    #[error("{attribute} cannot be {value}")]
    Value {
        /// Its name in `linux/ip_vs.h`.
        attribute: &'static str,
        /// What it was.
        value: u32,
    },
}

/// Why a command has no octets.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// A mask for a service of IPv6, or a prefix length for one of IPv4.
    #[error("the granularity of persistence is for the other family: {key} is {}", key.family())]
    Granularity {
        /// The service.
        key: ServiceKey,
    },
}

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
    /// `IPVS_CMD_GET_INFO`.
    GetInfo,
    /// `IPVS_CMD_FLUSH`.
    Flush,
    /// `CTRL_CMD_GETFAMILY`.
    GetFamily,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NewService | Self::NewDestination => "add",
            Self::SetService | Self::SetDestination => "change",
            Self::DeleteService | Self::DeleteDestination => "delete",
            Self::GetService | Self::GetInfo => "read",
            Self::GetDestinations => "read the destinations of",
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
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table => f.write_str("the IPVS table"),
            Self::Service(key) => write!(f, "service {key}"),
            Self::Destination { service, key } => write!(f, "destination {key} of service {service}"),
        }
    }
}

/// The kernel's no to one operation.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("cannot {operation} {object}: {} (errno {errno})", self.explanation())]
pub struct Rejected {
    /// What was asked.
    pub operation: Operation,
    /// Of what.
    pub object: Object,
    /// The kernel's error number, positive.
    pub errno: i32,
}

impl Rejected {
    /// What the number means for this operation: `ENOENT`, say, is a missing destination to
    /// one and a missing scheduler to another.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        use Operation::{
            DeleteDestination, GetFamily, NewDestination, NewService, SetDestination, SetService,
        };
        match (self.operation, self.errno) {
            (_, errno::EPERM) => Reason::NotPermitted,
            (_, errno::ENOMEM) => Reason::OutOfMemory,
            (_, errno::EBUSY) => Reason::Busy,
            (_, errno::ENOPROTOOPT) => Reason::Unloading,
            (GetFamily, errno::ENOENT) => Reason::NoIpvs,
            (NewService, errno::EEXIST) => Reason::ServiceExists,
            (NewDestination, errno::EEXIST) => Reason::DestinationExists,
            (NewService | SetService, errno::ENOENT) => Reason::NoSuchModule,
            (NewDestination | SetDestination | DeleteDestination, errno::ENOENT) => Reason::NoSuchDestination,
            (_, errno::ESRCH) => Reason::NoSuchService,
            (NewDestination | SetDestination, errno::ERANGE) => Reason::OutOfRange,
            (NewDestination | SetDestination, errno::EINVAL) => Reason::InvalidDestination,
            (NewService | SetService, errno::EINVAL) => Reason::InvalidService,
            (_, errno::EAFNOSUPPORT) => Reason::FamilyUnsupported,
            (_, errno::EPROTONOSUPPORT) => Reason::ProtocolUnsupported,
            (_, _) => Reason::Other,
        }
    }

    /// The reason and the way out. To a deletion a missing object is no trouble.
    fn explanation(&self) -> String {
        let reason = self.reason();
        let advice = match (self.operation, reason) {
            (Operation::DeleteService, Reason::NoSuchService)
            | (Operation::DeleteDestination, Reason::NoSuchDestination) => "nothing is left to delete",
            (_, _) => reason.advice(),
        };
        if advice.is_empty() { reason.to_string() } else { format!("{reason}; {advice}") }
    }
}

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
    /// `ESRCH`.
    NoSuchService,
    /// `ERANGE`.
    OutOfRange,
    /// `EINVAL` on a destination.
    InvalidDestination,
    /// `EINVAL` on a service.
    InvalidService,
    /// `EAFNOSUPPORT`.
    FamilyUnsupported,
    /// `EPROTONOSUPPORT`.
    ProtocolUnsupported,
    /// A number that this operation is not known to give.
    Other,
}

impl Reason {
    /// What to do about it; empty if that is not known.
    #[must_use]
    pub const fn advice(self) -> &'static str {
        match self {
            Self::NotPermitted => "it takes CAP_NET_ADMIN, on some kernels in the first user namespace",
            Self::OutOfMemory | Self::Other => "",
            Self::Busy => "finish the other dump of this socket first",
            Self::Unloading => "load it again",
            Self::NoIpvs => "load it with `modprobe ip_vs`",
            Self::ServiceExists | Self::DestinationExists => "change it instead",
            Self::NoSuchModule => "load it with `modprobe ip_vs_NAME` or `modprobe ip_vs_pe_NAME`",
            Self::NoSuchDestination | Self::NoSuchService => "add it first",
            Self::OutOfRange => "lower it",
            Self::InvalidDestination => "use a unicast address of the service's family, or a tunnel",
            Self::InvalidService => "check its prefix length (1 to 128), scheduler and engine",
            Self::FamilyUnsupported => "use the other one",
            Self::ProtocolUnsupported => "use TCP, UDP or SCTP",
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
            Self::Other => "the kernel refused",
        })
    }
}

/// Why one command or one query has no good answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The kernel said no.
    #[error(transparent)]
    Rejected(#[from] Rejected),
    /// The command cannot be put in octets; it was not sent.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The answer could not be read.
    #[error("unusable answer from the kernel: {0}")]
    Decode(#[from] DecodeError),
    /// The command was sent, but the answer was lost (the receive buffer overran, or none
    /// came in time). Read the table and plan again.
    #[error(
        "whether the kernel did {operation} {object} is unknown: its answer was lost; read the table again"
    )]
    Lost {
        /// What was asked.
        operation: Operation,
        /// Of what.
        object: Object,
    },
    /// The command was not sent, because an earlier one met a fault of the socket.
    #[error("did not {operation} {object}: the socket failed before")]
    NotSent {
        /// What was asked.
        operation: Operation,
        /// Of what.
        object: Object,
    },
    /// The table changed while it was read (`NLM_F_DUMP_INTR`).
    #[error("the table changed while it was read; read it again")]
    Interrupted,
    /// A system call failed.
    #[error("cannot {doing}: errno {errno}")]
    Socket {
        /// What it was for.
        doing: &'static str,
        /// The system's error number.
        errno: i32,
    },
}

impl Error {
    /// The kernel's reason, if it said no.
    #[must_use]
    pub const fn reason(&self) -> Option<Reason> {
        match self {
            Self::Rejected(rejected) => Some(rejected.reason()),
            Self::Encode(_)
            | Self::Decode(_)
            | Self::Lost { .. }
            | Self::NotSent { .. }
            | Self::Interrupted
            | Self::Socket { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_means_what_the_operation_makes_of_it() {
        let service = ServiceKey::tcp("192.0.2.1:80".parse().unwrap());
        let key = DestinationKey::new("198.51.100.1:80".parse().unwrap());
        #[rustfmt::skip]
        let cases = [
            (Operation::NewService, errno::ENOENT, Reason::NoSuchModule),
            (Operation::SetDestination, errno::ENOENT, Reason::NoSuchDestination),
            (Operation::GetFamily, errno::ENOENT, Reason::NoIpvs),
            (Operation::NewDestination, errno::ESRCH, Reason::NoSuchService),
            (Operation::NewService, errno::EEXIST, Reason::ServiceExists),
            (Operation::Flush, 5, Reason::Other),
        ];
        for (operation, errno, want) in cases {
            let rejected = Rejected { operation, object: Object::Service(service), errno };
            assert_eq!(rejected.reason(), want);
        }
        let rejected = Rejected {
            operation: Operation::DeleteDestination,
            object: Object::Destination { service, key },
            errno: 2,
        };
        assert_eq!(
            Error::from(rejected).to_string(),
            "cannot delete destination 198.51.100.1:80 of service TCP 192.0.2.1:80: the service has no such \
             destination; nothing is left to delete (errno 2)"
        );
    }
}
