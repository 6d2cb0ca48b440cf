//! Commands and queries as octets.

use core::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::attr::Writer;
use crate::destination::{Destination, DestinationKey};
use crate::error::{EncodeError, Object, Operation};
use crate::forward::ForwardMethod;
use crate::service::{Granularity, Service, ServiceKey};
use crate::uapi::{self, AddressFamily, cmd, dest, flag, svc, top};

/// The number under which the kernel registered the family `IPVS`; a new one with every boot.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct FamilyId(pub u16);

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
            Self::Flush => Operation::Flush,
        }
    }

    /// What it is about.
    #[must_use]
    pub const fn object(&self) -> Object {
        match self {
            Self::NewService { key, .. } | Self::SetService { key, .. } | Self::DeleteService { key } => {
                Object::Service(*key)
            }
            Self::NewDestination { service, key, .. }
            | Self::SetDestination { service, key, .. }
            | Self::DeleteDestination { service, key } => {
                Object::Destination { service: *service, key: *key }
            }
            Self::Flush => Object::Table,
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
            Self::Flush => message(cmd::FLUSH, &|_| {}),
        }
        Ok(())
    }
}

/// A question to the kernel.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Question {
    Family,
    Info,
    Services,
    Service(ServiceKey),
    Destinations(ServiceKey),
}

impl Question {
    pub(crate) const fn operation(&self) -> Operation {
        match self {
            Self::Family => Operation::GetFamily,
            Self::Info => Operation::GetInfo,
            Self::Services | Self::Service(_) => Operation::GetService,
            Self::Destinations(_) => Operation::GetDestinations,
        }
    }

    pub(crate) const fn object(&self) -> Object {
        match self {
            Self::Family | Self::Info | Self::Services => Object::Table,
            Self::Service(key) | Self::Destinations(key) => Object::Service(*key),
        }
    }

    /// A dump ends with `NLMSG_DONE`, the others with an acknowledgement.
    pub(crate) fn encode(&self, family: FamilyId, sequence: u32, out: &mut Vec<u8>) {
        let ask = uapi::NLM_F_REQUEST | uapi::NLM_F_ACK;
        let dump = uapi::NLM_F_REQUEST | uapi::NLM_F_DUMP;
        let mut writer = Writer::new(out);
        match self {
            Self::Family => {
                writer.message(uapi::GENL_ID_CTRL, ask, sequence, uapi::CTRL_CMD_GETFAMILY, |writer| {
                    writer.text(uapi::CTRL_ATTR_FAMILY_NAME, uapi::IPVS_GENL_NAME);
                });
            }
            Self::Info => writer.message(family.0, ask, sequence, cmd::GET_INFO, |_| {}),
            Self::Services => writer.message(family.0, dump, sequence, cmd::GET_SERVICE, |_| {}),
            Self::Service(key) => {
                writer.message(family.0, ask, sequence, cmd::GET_SERVICE, |writer| service_id(writer, key));
            }
            Self::Destinations(key) => {
                writer.message(family.0, dump, sequence, cmd::GET_DEST, |writer| service_id(writer, key));
            }
        }
    }
}

/// The octets of `IPVS_SVC_ATTR_NETMASK`: a mask in network order for IPv4, a length in the
/// host's order for IPv6. Every full service needs one, persistent or not.
fn netmask(key: &ServiceKey, service: &Service) -> Result<[u8; 4], EncodeError> {
    let granularity = service.persistence.map_or(Granularity::Host, |persistence| persistence.granularity);
    match (key.family(), granularity) {
        (AddressFamily::V4, Granularity::Host) => Ok(Ipv4Addr::BROADCAST.octets()),
        (AddressFamily::V4, Granularity::V4(mask)) => Ok(mask.octets()),
        (AddressFamily::V6, Granularity::Host) => Ok(128_u32.to_ne_bytes()),
        (AddressFamily::V6, Granularity::V6(length)) => Ok(u32::from(length).to_ne_bytes()),
        (AddressFamily::V4, Granularity::V6(_)) | (AddressFamily::V6, Granularity::V4(_)) => {
            Err(EncodeError::Granularity { key: *key })
        }
    }
}

fn service_id(writer: &mut Writer<'_>, key: &ServiceKey) {
    writer.nest(top::SERVICE, |writer| write_service_key(writer, key));
}

fn write_service_key(writer: &mut Writer<'_>, key: &ServiceKey) {
    writer.u16(svc::AF, key.family().number());
    match key {
        ServiceKey::Address { protocol, address } => {
            writer.u16(svc::PROTOCOL, protocol.number());
            writer.octets(svc::ADDR, &address_octets(*address));
            writer.u16_be(svc::PORT, address.port());
        }
        ServiceKey::FirewallMark { mark, .. } => writer.u32(svc::FWMARK, mark.get()),
    }
}

fn write_service(writer: &mut Writer<'_>, key: &ServiceKey, service: &Service, netmask: [u8; 4]) {
    write_service_key(writer, key);
    writer.text(svc::SCHED_NAME, service.scheduler.as_str());
    if let Some(engine) = &service.engine {
        writer.text(svc::PE_NAME, engine.as_str());
    }
    let persistent = if service.persistence.is_some() { flag::PERSISTENT } else { 0 };
    let one_packet = if service.one_packet { flag::ONEPACKET } else { 0 };
    let flags = persistent | one_packet | service.scheduler_flags.bits();
    // Flags and mask. With 4 octets the mask would be 0 and nothing would change, unsaid.
    let [f0, f1, f2, f3] = flags.to_ne_bytes();
    writer.octets(svc::FLAGS, &[f0, f1, f2, f3, 0xff, 0xff, 0xff, 0xff]);
    writer.u32(svc::TIMEOUT, service.persistence.map_or(0, |persistence| persistence.timeout_s));
    writer.octets(svc::NETMASK, &netmask);
}

fn write_destination_key(writer: &mut Writer<'_>, key: DestinationKey) {
    writer.u16(dest::ADDR_FAMILY, key.family().number());
    writer.octets(dest::ADDR, &address_octets(key.address()));
    writer.u16_be(dest::PORT, key.address().port());
}

fn write_destination(writer: &mut Writer<'_>, key: DestinationKey, destination: &Destination) {
    write_destination_key(writer, key);
    writer.u32(dest::FWD_METHOD, destination.forward.flags());
    writer.u32(dest::WEIGHT, destination.weight);
    // Written always, as ipvsadm does: kernels that do not know them skip them.
    let (kind, port, flags) = match destination.forward {
        ForwardMethod::Tunnel(tunnel) => tunnel.parts(),
        ForwardMethod::Masquerade
        | ForwardMethod::LocalNode
        | ForwardMethod::DirectRoute
        | ForwardMethod::Bypass
        | ForwardMethod::Unknown(_) => (0, 0, 0),
    };
    writer.u8(dest::TUN_TYPE, kind);
    writer.u16_be(dest::TUN_PORT, port);
    writer.u16(dest::TUN_FLAGS, flags);
    writer.u32(dest::U_THRESH, destination.upper_threshold);
    writer.u32(dest::L_THRESH, destination.lower_threshold);
}

/// `union nf_inet_addr`: 16 octets, IPv4 in the first four.
fn address_octets(address: SocketAddr) -> [u8; 16] {
    match address.ip() {
        IpAddr::V4(address) => {
            let [a, b, c, d] = address.octets();
            [a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        }
        IpAddr::V6(address) => address.octets(),
    }
}
