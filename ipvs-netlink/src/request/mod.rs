//! Commands and questions as octets.

mod command;
mod question;
mod write;

pub use command::Command;
pub(crate) use question::Question;

/// The number under which the kernel registered the family `IPVS`; a new one with every boot.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct FamilyId(pub u16);
