//! Changes of the kernel's table.

use crate::attr::Writer;
use crate::destination::{Destination, DestinationKey};
use crate::error::{EncodeError, Object, Operation};
use crate::request::FamilyId;
use crate::request::write::{
    netmask, service_id, write_daemon, write_destination, write_destination_key, write_service,
    write_timeouts,
};
use crate::service::{Service, ServiceKey};
use crate::sync_daemon::{SyncDaemon, SyncRole};
use crate::timeouts::Timeouts;
use crate::uapi::{self, cmd, daemon, top};

/// A change of the kernel's table.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Command {
    /// Adds a service; refused if there is one.
    NewService {
        /// What names it.
        key: ServiceKey,
        /// What is wanted of it.
        service: Service,
    },
    /// Changes a service as a whole; refused if there is none.
    SetService {
        /// What names it.
        key: ServiceKey,
        /// What is wanted of it.
        service: Service,
    },
    /// Deletes a service with its destinations.
    DeleteService {
        /// What names it.
        key: ServiceKey,
    },
    /// Adds a destination; refused if there is one.
    NewDestination {
        /// Its service.
        service: ServiceKey,
        /// What names it within the service.
        key: DestinationKey,
        /// What is wanted of it.
        destination: Destination,
    },
    /// Changes a destination as a whole; refused if there is none.
    SetDestination {
        /// Its service.
        service: ServiceKey,
        /// What names it within the service.
        key: DestinationKey,
        /// What is wanted of it.
        destination: Destination,
    },
    /// Deletes a destination. Its connections are cut; weight 0 lets them end.
    DeleteDestination {
        /// Its service.
        service: ServiceKey,
        /// What names it within the service.
        key: DestinationKey,
    },
    /// Sets the counters of a service and its destinations to 0.
    ZeroService {
        /// What names it.
        key: ServiceKey,
    },
    /// Sets all counters to 0.
    Zero,
    /// Starts a synchronization thread; refused if one of its role runs.
    StartSync(SyncDaemon),
    /// Stops the synchronization thread of a role; refused if none runs.
    StopSync(SyncRole),
    /// Sets time-outs of connections; those that are `None` stay.
    SetTimeouts(Timeouts),
    /// Deletes every service of the network namespace, whoever made it.
    Flush,
}

impl Command {
    /// The kind of change.
    #[must_use]
    pub const fn operation(&self) -> Operation {
        match self {
            Self::NewService { .. } => Operation::NewService,
            Self::SetService { .. } => Operation::SetService,
            Self::DeleteService { .. } => Operation::DeleteService,
            Self::NewDestination { .. } => Operation::NewDestination,
            Self::SetDestination { .. } => Operation::SetDestination,
            Self::DeleteDestination { .. } => Operation::DeleteDestination,
            Self::ZeroService { .. } | Self::Zero => Operation::Zero,
            Self::StartSync(_) => Operation::StartSync,
            Self::StopSync(_) => Operation::StopSync,
            Self::SetTimeouts(_) => Operation::SetTimeouts,
            Self::Flush => Operation::Flush,
        }
    }

    /// What it is about.
    #[must_use]
    pub const fn object(&self) -> Object {
        match self {
            Self::NewService { key, .. }
            | Self::SetService { key, .. }
            | Self::DeleteService { key }
            | Self::ZeroService { key } => Object::Service(*key),
            Self::NewDestination { service, key, .. }
            | Self::SetDestination { service, key, .. }
            | Self::DeleteDestination { service, key } => {
                Object::Destination { service: *service, key: *key }
            }
            Self::StartSync(daemon) => Object::Sync(daemon.role),
            Self::StopSync(role) => Object::Sync(*role),
            Self::SetTimeouts(_) => Object::Timeouts,
            Self::Zero | Self::Flush => Object::Table,
        }
    }

    /// Appends the request to `out`. With `acknowledge` the kernel answers success too;
    /// errors it always answers, under the same `sequence`.
    ///
    /// # Errors
    ///
    /// [`EncodeError`] says what does not fit together; `out` is then untouched.
    pub fn encode(
        &self,
        family: FamilyId,
        sequence: u32,
        acknowledge: bool,
        out: &mut Vec<u8>,
    ) -> Result<(), EncodeError> {
        let flags = uapi::NLM_F_REQUEST | if acknowledge { uapi::NLM_F_ACK } else { 0 };
        let mut writer = Writer::new(out);
        let mut message = |command: u8, body: &dyn Fn(&mut Writer<'_>)| {
            writer.message(family.0, flags, sequence, command, body);
        };
        match self {
            Self::NewService { key, service } | Self::SetService { key, service } => {
                let netmask = netmask(key, service)?;
                let command =
                    if matches!(self, Self::NewService { .. }) { cmd::NEW_SERVICE } else { cmd::SET_SERVICE };
                message(command, &|writer| {
                    writer.nest(top::SERVICE, |writer| write_service(writer, key, service, netmask));
                });
            }
            Self::DeleteService { key } => message(cmd::DEL_SERVICE, &|writer| service_id(writer, key)),
            Self::NewDestination { service, key, destination }
            | Self::SetDestination { service, key, destination } => {
                let command =
                    if matches!(self, Self::NewDestination { .. }) { cmd::NEW_DEST } else { cmd::SET_DEST };
                message(command, &|writer| {
                    service_id(writer, service);
                    writer.nest(top::DEST, |writer| write_destination(writer, *key, destination));
                });
            }
            Self::DeleteDestination { service, key } => message(cmd::DEL_DEST, &|writer| {
                service_id(writer, service);
                writer.nest(top::DEST, |writer| write_destination_key(writer, *key));
            }),
            Self::ZeroService { key } => message(cmd::ZERO, &|writer| service_id(writer, key)),
            Self::Zero => message(cmd::ZERO, &|_| {}),
            Self::StartSync(daemon) => message(cmd::NEW_DAEMON, &|writer| {
                writer.nest(top::DAEMON, |writer| write_daemon(writer, daemon));
            }),
            Self::StopSync(role) => message(cmd::DEL_DAEMON, &|writer| {
                writer.nest(top::DAEMON, |writer| writer.u32(daemon::STATE, role.number()));
            }),
            Self::SetTimeouts(timeouts) => message(cmd::SET_CONFIG, &|writer| {
                write_timeouts(writer, timeouts);
            }),
            Self::Flush => message(cmd::FLUSH, &|_| {}),
        }
        Ok(())
    }
}
