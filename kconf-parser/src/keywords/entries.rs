//! Lines of blocks that are lists, and what can follow a keyword word by word.

mod address;
mod lists;
mod route;
mod rule;
mod track;

pub(super) use address::{ADDRESS, STATIC_ADDRESS};
pub(super) use lists::{
    DELAYS, EXTRA_IF, GROUP, GROUP_MEMBER, INCLUDE_CHECK, INTERFACES, LINKBEAT, MAIL, OWN_EXTRA_IF, PEER,
    SYNC_DAEMON, TIMEOUTS, WEIGHT, WIDE_WEIGHT,
};
pub(super) use route::{ROUTE, STATIC_ROUTE};
pub(super) use rule::{RULE, STATIC_RULE};
pub(super) use track::{TRACK_BFD, TRACK_FILES, TRACK_INTERFACE, TRACK_PROCESS, TRACK_SCRIPT};
