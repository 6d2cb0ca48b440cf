//! The kernel's no to one operation, with all that is known of it.

use core::fmt;

use crate::error::operation::{Object, Operation};
use crate::error::reason::Reason;
use crate::rights::Rights;
use crate::service::{Engine, Scheduler};

/// The kernel's no to one operation.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("cannot {operation} {object}: {} (errno {errno})", self.explanation())]
#[non_exhaustive]
pub struct Rejected {
    /// What was asked.
    pub operation: Operation,
    /// Of what.
    pub object: Object,
    /// The kernel's error number, positive.
    pub errno: i32,
    /// Kept apart so that a result stays small.
    details: Option<Box<Details>>,
}

#[derive(Clone, Debug, Default, Eq, PartialEq)]
struct Details {
    scheduler: Option<Scheduler>,
    engine: Option<Engine>,
    message: Option<Box<str>>,
    rights: Option<Rights>,
}

impl Rejected {
    /// A no of which nothing else is known. `errno` is positive.
    #[must_use]
    pub const fn new(operation: Operation, object: Object, errno: i32) -> Self {
        Self { operation, object, errno, details: None }
    }

    /// What the number means for this operation.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        Reason::of(self.operation, self.errno)
    }

    /// The kernel's own text (extended acknowledgement), if it gave one.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.details.as_ref()?.message.as_deref()
    }

    /// What this process may do, if the kernel did not permit the operation and the driver
    /// looked.
    #[must_use]
    pub fn rights(&self) -> Option<Rights> {
        self.details.as_ref()?.rights
    }

    /// The scheduler and the engine of a service that was refused because of one of them.
    #[must_use]
    pub fn modules(&self) -> Option<(&Scheduler, Option<&Engine>)> {
        let details = self.details.as_ref()?;
        Some((details.scheduler.as_ref()?, details.engine.as_ref()))
    }

    fn details(&mut self) -> &mut Details {
        self.details.get_or_insert_default()
    }

    pub(crate) fn set_modules(&mut self, scheduler: &Scheduler, engine: Option<&Engine>) {
        let details = self.details();
        details.scheduler = Some(scheduler.clone());
        details.engine = engine.cloned();
    }

    pub(crate) fn set_message(&mut self, text: &str) {
        self.details().message = Some(text.into());
    }

    pub(crate) fn set_rights(&mut self, rights: Rights) {
        self.details().rights = Some(rights);
    }

    /// The reason and the way out. To a deletion a missing object is no trouble.
    fn explanation(&self) -> String {
        let reason = self.reason();
        let mut told = match (self.operation, reason, self.modules()) {
            (Operation::DeleteService, Reason::NoSuchService, _)
            | (Operation::DeleteDestination, Reason::NoSuchDestination, _) => {
                format!("{reason}; nothing is left to delete")
            }
            (_, Reason::NoSuchModule, Some((scheduler, engine))) => missing(scheduler, engine),
            (_, Reason::NotPermitted, _) => match self.rights() {
                Some(rights) => format!("{reason}: {rights}"),
                None => format!("{reason}; {}", reason.advice()),
            },
            _ if reason.advice().is_empty() => reason.to_string(),
            _ => format!("{reason}; {}", reason.advice()),
        };
        if let Some(message) = self.message() {
            told.push_str("; the kernel says: ");
            told.push_str(message);
        }
        told
    }
}

/// The kernel does not say which of the two it misses.
fn missing(scheduler: &Scheduler, engine: Option<&Engine>) -> String {
    let first = format!(
        "scheduler {scheduler} is not loaded and could not be; load it with `modprobe ip_vs_{scheduler}`"
    );
    match engine {
        None => first,
        Some(engine) => {
            format!("{first}, or persistence engine {engine} is not: `modprobe ip_vs_pe_{engine}`")
        }
    }
}

impl fmt::Display for Rights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.net_admin, self.first_user_namespace) {
            (Some(false), _) => {
                "this process has no CAP_NET_ADMIN; run it as root or give it that capability"
            }
            (_, Some(false)) => {
                "this process has its rights in a user namespace only, and this kernel wants \
                 CAP_NET_ADMIN in the first one; run it outside"
            }
            (_, _) => "it takes CAP_NET_ADMIN, on some kernels in the first user namespace",
        })
    }
}
