//! What can be asked.

use crate::attr::Writer;
use crate::error::{Object, Operation};
use crate::request::FamilyId;
use crate::request::write::service_id;
use crate::service::ServiceKey;
use crate::uapi::{self, cmd};

/// A question to the kernel.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Question {
    Family,
    Info,
    Timeouts,
    Daemons,
    Services,
    Service(ServiceKey),
    Destinations(ServiceKey),
}

impl Question {
    pub(crate) const fn operation(&self) -> Operation {
        match self {
            Self::Family => Operation::GetFamily,
            Self::Info => Operation::GetInfo,
            Self::Timeouts => Operation::GetTimeouts,
            Self::Daemons => Operation::GetSync,
            Self::Services | Self::Service(_) => Operation::GetService,
            Self::Destinations(_) => Operation::GetDestinations,
        }
    }

    pub(crate) const fn object(&self) -> Object {
        match self {
            Self::Family | Self::Info | Self::Services => Object::Table,
            Self::Timeouts => Object::Timeouts,
            Self::Daemons => Object::SyncThreads,
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
            Self::Timeouts => writer.message(family.0, ask, sequence, cmd::GET_CONFIG, |_| {}),
            Self::Daemons => writer.message(family.0, dump, sequence, cmd::GET_DAEMON, |_| {}),
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
