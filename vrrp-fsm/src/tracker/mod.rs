//! Trackers as values: what scripts, files, processes and interfaces make of a priority.

mod file;
mod process;
mod script;
mod sum;
mod weight;

pub use file::file_effect;
pub use process::ProcessQuorum;
pub use script::{ScriptTracker, Verdict};
pub use sum::{PrioritySum, effective_priority};
pub use weight::{Effect, Weight};
