//! Simulator of VRRP failover: the shipped state machine under virtual time, and the example of
//! how to embed it.
//!
//! The machine is `vrrp-fsm`'s [`VirtualRouter`](vrrp_fsm::VirtualRouter), the octets between the
//! routers are `vrrp-proto`'s, written and checked as on a real LAN. Nothing here decides who is
//! Master. Time is a number that jumps from event to event, chance comes from one seed: the same
//! routers, seed and actions give the same run, always.
//!
//! ```
//! use vrrp_sim::{Scenario, run};
//!
//! let scenario = Scenario::parse(
//!     r#"
//!     length = "20 s"
//!     [[router]]
//!     name = "a"
//!     address = "192.0.2.1"
//!     priority = 200
//!     [[router]]
//!     name = "b"
//!     address = "192.0.2.2"
//!
//!     [[at]]
//!     time = "10 s"
//!     expect = "only a is master"
//!     do = "crash a"
//!     [[at]]
//!     time = "15 s"
//!     expect = ["only b is master", "outage at most 3.61 s"]
//!     "#,
//! )?;
//! let outcome = run(&scenario, None)?;
//! assert!(outcome.is_as_expected());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod check;

mod action;
mod chart;
mod cli;
mod expect;
mod explore;
mod file;
mod holders;
mod law;
mod ledger;
mod lines;
mod machine;
mod medium;
mod network;
mod observer;
mod queue;
mod random;
mod router;
mod run;
mod scenario;
mod simulation;
mod text;
mod time;
mod timeline;
mod wire;

pub use action::Action;
pub use cli::main;
pub use expect::{Condition, Expectation};
pub use explore::{Exploration, ExploreOptions, Violation, explore};
pub use file::FileError;
pub use law::BrokenLaw;
pub use ledger::Ledger;
pub use machine::{Cause, Event, Fault, StateKind, Transition};
pub use network::{Network, Share};
pub use observer::{Note, Observer};
pub use router::{Power, RouterSpec, RouterView};
pub use run::{Failure, Outcome, RunError, run};
pub use scenario::{Scenario, Step, What};
pub use simulation::{SetupError, Simulation, UnknownName};
pub use time::{Time, duration_text, parse_duration};
pub use timeline::{Happening, Lane, Record, Timeline};
