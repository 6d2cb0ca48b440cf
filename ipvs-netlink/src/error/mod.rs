//! What can go wrong, typed by the operation and the kernel's error number.

mod octets;
mod operation;
mod reason;
mod rejected;

pub use octets::{DecodeError, EncodeError};
pub use operation::{Object, Operation};
pub use reason::Reason;
pub use rejected::Rejected;

/// Why one command or one query has no good answer.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
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
    /// The table changed while it was read, and again whenever the reading was repeated.
    #[error("the table keeps changing while it is read ({attempts} times); read it again later")]
    Changing {
        /// How often it was read.
        attempts: u32,
    },
    /// There is nothing to change: the object is not in the table.
    #[error("cannot change {object}: it does not exist")]
    Absent {
        /// The object.
        object: Object,
    },
    /// A recording does not hold this request at this place.
    #[error("the recording has another request at place {place}")]
    NotRecorded {
        /// Requests before it.
        place: usize,
    },
    /// A system call failed.
    #[error("cannot {doing} (errno {errno})")]
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
            | Self::Changing { .. }
            | Self::Absent { .. }
            | Self::NotRecorded { .. }
            | Self::Socket { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::destination::DestinationKey;
    use crate::rights::Rights;
    use crate::service::ServiceKey;
    use crate::uapi::errno;

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
            let rejected = Rejected::new(operation, Object::Service(service), errno);
            assert_eq!(rejected.reason(), want);
        }
        let rejected = Rejected::new(Operation::DeleteDestination, Object::Destination { service, key }, 2);
        assert_eq!(
            Error::from(rejected).to_string(),
            "cannot delete destination 198.51.100.1:80 of service TCP 192.0.2.1:80: the service has no such \
             destination; nothing is left to delete (errno 2)"
        );
    }

    #[test]
    fn a_refusal_names_the_module_the_right_and_the_kernels_own_words() {
        let service = ServiceKey::tcp("192.0.2.1:80".parse().unwrap());
        let mut rejected = Rejected::new(Operation::NewService, Object::Service(service), errno::ENOENT);
        rejected.set_modules(&"mh".parse().unwrap(), None);
        assert_eq!(
            rejected.to_string(),
            "cannot add service TCP 192.0.2.1:80: scheduler mh is not loaded and could not be; load it with \
             `modprobe ip_vs_mh` (errno 2)"
        );
        rejected.set_modules(&"rr".parse().unwrap(), Some(&"sip".parse().unwrap()));
        assert!(rejected.to_string().contains("modprobe ip_vs_pe_sip"));

        let mut rejected = Rejected::new(Operation::Flush, Object::Table, errno::EPERM);
        rejected.set_rights(Rights::from_proc(Some("CapEff: 0"), None));
        assert!(rejected.to_string().contains("no CAP_NET_ADMIN"), "{rejected}");
        rejected.set_message("Attribute failed policy validation");
        assert!(
            rejected.to_string().ends_with("; the kernel says: Attribute failed policy validation (errno 1)")
        );
    }
}
