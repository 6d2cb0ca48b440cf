//! Routers on a LAN, and what can be asked of them.

mod configuration;
mod foreground;
mod hearing;
mod machine;
mod pair;
mod program;
mod pulse;
mod rights;
mod solo;
mod statistics;
mod timing;

pub(crate) use configuration::Configuration;
pub(crate) use foreground::in_foreground;
pub(crate) use hearing::{Heard, Hearing};
pub(crate) use machine::{Machine, PATIENCE, VIRTUAL, wait_until};
pub(crate) use pair::{Pair, Side};
pub(crate) use program::Program;
pub(crate) use pulse::Pulse;
pub(crate) use rights::keepalived_runs_scripts;
pub(crate) use solo::Solo;
pub(crate) use statistics::Statistics;
pub(crate) use timing::Timing;
