//! Trackers as values: what scripts, files, processes, BFD sessions and interfaces make of a priority.
//!
//! An interface has no state but its carrier: [`Weight::effect`] is all there is to it.

mod bfd;
mod file;
mod process;
mod script;
mod sum;
mod weight;

pub use bfd::BfdState;
pub use file::file_effect;
pub use process::ProcessQuorum;
pub use script::{ScriptTracker, Verdict};
pub use sum::{PrioritySum, effective_priority};
pub use weight::{Effect, Weight};
