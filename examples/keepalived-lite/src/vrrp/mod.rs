//! The VRRP half: one thread that owns every virtual router.
//!
//! [`engine`] decides and knows no system call; [`port`] and [`run`] are the sockets and the
//! loop around it. Between them lies the trait [`net::Net`], so the engine runs in tests and
//! simulators as it does in the daemon.

pub(crate) mod engine;
#[cfg(test)]
mod grouped;
pub(crate) mod instance;
pub(crate) mod machine;
pub(crate) mod net;
pub(crate) mod port;
pub(crate) mod report;
pub(crate) mod run;
#[cfg(test)]
mod searched;
#[cfg(test)]
mod simulated;
pub(crate) mod stats;
mod tracking;
pub(crate) mod wire;
