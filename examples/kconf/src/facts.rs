//! What is known about the host that a configuration is meant for.

mod file;
mod host;

pub(crate) use file::read;
pub(crate) use host::{HostFacts, short_name};
